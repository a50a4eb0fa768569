/* scratch.h: a folder for one test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Makes a new folder. */
char *scratch_new (void);

/* Writes a file in it, whose folders are made. */
void scratch_write (const char *folder, const char *name, const char *text);

/* Takes it away, with all that is in it. */
void scratch_remove (const char *folder);
