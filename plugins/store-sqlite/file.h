/* file.h: judges a file before a database is opened in it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * file_find_folder:
 * @state_dir: the state folder as configured
 * @may_create: whether it is made where it is not there
 * @error: return location
 *
 * Returns: (transfer full): its path without symbolic links
 */
char *file_find_folder (const char *state_dir, gboolean may_create, GError **error);

/**
 * file_prepare:
 * @path: a file
 * @may_create: whether an empty one, for its owner alone, is made where it is not there
 * @error: return location
 *
 * Refuses what another user owns, what others may read or write, and what is no plain file.
 *
 * Returns: whether a database may be opened in it
 */
gboolean file_prepare (const char *path, gboolean may_create, GError **error);

/**
 * file_remove_database:
 * @path: the file of a database that nobody has open
 *
 * Removes it with the files that SQLite puts beside it.
 */
void file_remove_database (const char *path);

G_END_DECLS
