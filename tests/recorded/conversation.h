/* conversation.h: a recorded session, as recordings.py hands it to our programs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char operation[32];
  guint status;
  char message_id[64];
  const char *request;
  gsize request_length;
  const char *response;
  gsize response_length;
  const guint8 *sent;
  gsize sent_length;
} Recorded;

typedef struct {
  char kind[32];
  GArray *exchanges; /* of Recorded */
} Session;

/* Sessions of a file; the texts belong to @bytes. Exits where the file is not what it should be. */
GArray *conversation_read (const char *bytes, gsize length);

G_END_DECLS
