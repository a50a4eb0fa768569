/* clixml-dump.h: CLIXML in, one line for each value out, for tests that compare */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-reader.h"

/* All that the functions of clixml-value.h tell about @value, and nothing else. */
void clixml_dump_append (GString *out, const OstClixmlValue *value);

/* Reads @bytes in pieces of @piece, 0 for all at once, and gives a line for each value. */
char *clixml_dump_message (OstClixmlReader *reader, const char *bytes, gsize length, gsize piece,
                           GString *out, GError **error);

/* An OstClixmlObjectFunc: appends to the GString that @user_data is. */
gboolean clixml_dump_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error);
