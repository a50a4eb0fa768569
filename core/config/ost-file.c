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

static gboolean
fill_file (int descriptor, const char *folder, const char *bytes, gsize length, mode_t mode)
{
  gboolean is_whole = give_to_owner_of (folder, descriptor) && fchmod (descriptor, mode) == 0
                      && write_all (descriptor, bytes, length) && fsync (descriptor) == 0;
  int code = errno;

  if (close (descriptor) != 0)
    return FALSE;
  errno = code;
  return is_whole;
}

gboolean
ost_file_write (const char *file, const char *bytes, gsize length, mode_t mode, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);
  g_autofree char *basename = g_path_get_basename (file);
  /* With a dot in front, whoever reads the folder meanwhile does not take it for a file of it. */
  g_autofree char *temporary = g_strdup_printf ("%s/.%s.XXXXXX", folder, basename);
  int descriptor = mkostemp (temporary, O_CLOEXEC);

  if (descriptor < 0)
    return fail (error, _ ("cannot write a file in"), folder);
  if (!fill_file (descriptor, folder, bytes, length, mode) || rename (temporary, file) != 0)
    {
      fail (error, _ ("cannot write"), file);
      unlink (temporary);
      return FALSE;
    }
  return sync_folder (folder, error);
}

gboolean
ost_file_remove (const char *file, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);

  if (unlink (file) == 0)
    return sync_folder (folder, error);
  return errno == ENOENT || fail (error, _ ("cannot remove"), file);
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
