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
 * OST_FILE_CHUNK_BYTES:
 *
 * How much a writer gathers before it writes.
 */
#define OST_FILE_CHUNK_BYTES 65536

/**
 * OstFileWriter:
 *
 * A long file that is written bit by bit, and is there as a whole or not at all.
 */
typedef struct _OstFileWriter OstFileWriter;

/**
 * ost_file_writer_new:
 * @file: an absolute path
 * @mode: its permissions
 * @error: return location for an error
 *
 * Begins a file, as ost_file_write() would write it.
 *
 * Returns: (transfer full): a writer, or %NULL with %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE
 */
OstFileWriter *ost_file_writer_new (const char *file, mode_t mode, GError **error);

/**
 * ost_file_writer_get_text:
 * @self: a writer
 *
 * Returns: (transfer none): what to append to
 */
GString *ost_file_writer_get_text (OstFileWriter *self);

/**
 * ost_file_writer_flush:
 * @self: a writer
 * @error: return location for an error
 *
 * Writes what was appended, where it is much.
 *
 * Returns: %FALSE with %OST_ERROR_UNAVAILABLE
 */
gboolean ost_file_writer_flush (OstFileWriter *self, GError **error);

/**
 * ost_file_writer_commit:
 * @self: a writer
 * @error: return location for an error
 *
 * Writes the rest and puts the file in its place.
 *
 * Returns: %FALSE with %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE
 */
gboolean ost_file_writer_commit (OstFileWriter *self, GError **error);

/**
 * ost_file_writer_free:
 * @self: a writer
 *
 * Drops a file that was not committed.
 */
void ost_file_writer_free (OstFileWriter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstFileWriter, ost_file_writer_free)

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
 * ost_file_open:
 * @file: a path
 * @status: (out): what fstat() says of it
 *
 * Opens a file for reading without ever waiting for it, whatever it is.
 *
 * Returns: a descriptor, or -1 with errno
 */
int ost_file_open (const char *file, struct stat *status);

/**
 * ost_file_is_absent:
 * @file: a path
 *
 * Returns: whether there is certainly no such file; a folder that cannot be searched may have one
 */
gboolean ost_file_is_absent (const char *file);

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
