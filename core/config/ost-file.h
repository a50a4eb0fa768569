/* ost-file.h: files that are whole or not there, and whose they are */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>
#include <sys/stat.h>

G_BEGIN_DECLS

/**
 * ost_file_write:
 * @file: an absolute path
 * @bytes: (array length=length): what to write
 * @length: how many bytes
 * @mode: its permissions
 * @error: return location for an error
 *
 * Puts a new file in the place of the one that may be there. Root gives it to the owner and group
 * of its folder, so that the service can read it.
 *
 * Returns: %FALSE with %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE; then the old file is still there
 */
gboolean ost_file_write (const char *file, const char *bytes, gsize length, mode_t mode,
                         GError **error);

/**
 * ost_file_remove:
 * @file: an absolute path
 * @error: return location for an error
 *
 * Takes a file away for good. It is no error where there is none.
 *
 * Returns: %FALSE with %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE
 */
gboolean ost_file_remove (const char *file, GError **error);

/**
 * ost_file_is_trusted:
 * @file: its path
 * @status: what fstat() says of it
 *
 * Returns: whether it belongs to root, to the user of this process or, where that is root, to the
 *   owner of its folder, such as the service's user, who could replace it anyway
 */
gboolean ost_file_is_trusted (const char *file, const struct stat *status);

/**
 * ost_folder_make:
 * @folder: an absolute path
 * @mode: its permissions
 * @error: return location for an error
 *
 * Makes a folder where there is none, but not the folder that it is in. Root gives it to the
 * owner and group of that.
 *
 * Returns: %FALSE with %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE
 */
gboolean ost_folder_make (const char *folder, mode_t mode, GError **error);

G_END_DECLS
