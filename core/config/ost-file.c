/* ost-file.c: files that are whole or not there, and whose they are */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Takes over errno. */
static gboolean
fail (GError **error, const char *what, const char *path)
{
  int code = errno;
  gboolean is_denied = code == EACCES || code == EPERM || code == EROFS;

  g_set_error (error, OST_ERROR, is_denied ? OST_ERROR_DENIED : OST_ERROR_UNAVAILABLE,
               "%s ‘%s’: %s", what, path, g_strerror (code));
  return FALSE;
}

static gboolean
sync_folder (const char *folder, GError **error)
{
  int descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean is_synced = descriptor >= 0 && fsync (descriptor) == 0;

  if (!is_synced)
    fail (error, _ ("cannot write the folder"), folder);
  if (descriptor >= 0)
    close (descriptor);
  return is_synced;
}

static gboolean
give_to_owner_of (const char *folder, int descriptor)
{
  struct stat status;

  if (geteuid () != 0)
    return TRUE;
  return stat (folder, &status) == 0 && fchown (descriptor, status.st_uid, status.st_gid) == 0;
}

static gboolean
write_all (int descriptor, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (descriptor, bytes, length);

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n <= 0)
        continue;
      bytes += n;
      length -= (gsize)n;
    }
  return TRUE;
}

struct _OstFileWriter {
  char *file;
  char *folder;
  char *temporary;
  int descriptor;
  GString *text;
};

static gboolean
write_chunk (OstFileWriter *self)
{
  gboolean is_written = write_all (self->descriptor, self->text->str, self->text->len);

  g_string_truncate (self->text, 0);
  return is_written;
}

OstFileWriter *
ost_file_writer_new (const char *file, mode_t mode, GError **error)
{
  g_autoptr (OstFileWriter) self = g_new0 (OstFileWriter, 1);
  g_autofree char *basename = g_path_get_basename (file);

  self->file = g_strdup (file);
  self->folder = g_path_get_dirname (file);
  self->text = g_string_new (NULL);
  /* With a dot in front, whoever reads the folder meanwhile does not take it for a file of it. */
  self->temporary = g_strdup_printf ("%s/.%s.XXXXXX", self->folder, basename);
  self->descriptor = mkostemp (self->temporary, O_CLOEXEC);
  if (self->descriptor < 0)
    {
      fail (error, _ ("cannot write a file in"), self->folder);
      return NULL;
    }
  if (give_to_owner_of (self->folder, self->descriptor) && fchmod (self->descriptor, mode) == 0)
    return g_steal_pointer (&self);
  fail (error, _ ("cannot write"), file);
  return NULL;
}

GString *
ost_file_writer_get_text (OstFileWriter *self)
{
  return self->text;
}

gboolean
ost_file_writer_flush (OstFileWriter *self, GError **error)
{
  return self->text->len < OST_FILE_CHUNK_BYTES || write_chunk (self)
         || fail (error, _ ("cannot write"), self->file);
}

gboolean
ost_file_writer_commit (OstFileWriter *self, GError **error)
{
  int descriptor = self->descriptor;

  if (!write_chunk (self) || fsync (descriptor) != 0)
    return fail (error, _ ("cannot write"), self->file);
  self->descriptor = -1;
  if (close (descriptor) != 0 || rename (self->temporary, self->file) != 0)
    {
      fail (error, _ ("cannot write"), self->file);
      unlink (self->temporary);
      return FALSE;
    }
  return sync_folder (self->folder, error);
}

void
ost_file_writer_free (OstFileWriter *self)
{
  if (self->descriptor >= 0)
    {
      close (self->descriptor);
      unlink (self->temporary);
    }
  g_string_free (self->text, TRUE);
  g_free (self->temporary);
  g_free (self->folder);
  g_free (self->file);
  g_free (self);
}

gboolean
ost_file_write (const char *file, const char *bytes, gsize length, mode_t mode, GError **error)
{
  g_autoptr (OstFileWriter) writer = ost_file_writer_new (file, mode, error);

  /* Not through the writer's buffer, which is not wiped: it may be a secret. */
  if (writer == NULL)
    return FALSE;
  if (!write_all (writer->descriptor, bytes, length))
    return fail (error, _ ("cannot write"), file);
  return ost_file_writer_commit (writer, error);
}

gboolean
ost_file_remove (const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);

  if (unlink (file) == 0)
    return sync_folder (folder, error);
  return errno == ENOENT || fail (error, _ ("cannot remove"), file);
}

int
ost_file_open (const char *file, struct stat *status)
{
  /* Without O_NONBLOCK, opening a FIFO would wait for a writer for ever. */
  int descriptor = open (file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  int code;

  if (descriptor < 0 || fstat (descriptor, status) == 0)
    return descriptor;
  code = errno;
  close (descriptor);
  errno = code;
  return -1;
}

gboolean
ost_file_is_absent (const char *file)
{
  return access (file, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

gboolean
ost_file_is_trusted (const char *file, const struct stat *status)
{
  g_autofree char *folder = g_path_get_dirname (file);
  struct stat folder_status;

  if (status->st_uid == 0 || status->st_uid == geteuid ())
    return TRUE;
  return geteuid () == 0 && stat (folder, &folder_status) == 0
         && folder_status.st_uid == status->st_uid;
}

gboolean
ost_folder_make (const char *folder, mode_t mode, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (folder);
  int descriptor;
  gboolean is_given;

  if (mkdir (folder, mode) != 0)
    return errno == EEXIST || fail (error, _ ("cannot make the folder"), folder);
  descriptor = open (folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  is_given
    = descriptor >= 0 && fchmod (descriptor, mode) == 0 && give_to_owner_of (parent, descriptor);
  if (!is_given)
    fail (error, _ ("cannot make the folder"), folder);
  if (descriptor >= 0)
    close (descriptor);
  return is_given;
}
