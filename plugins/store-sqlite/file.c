/* file.c: judges a file before a database is opened in it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "file.h"

#include <ostiary/ostiary.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever may read the database reads who has which phone; nobody else may write it. */
#define FORBIDDEN_MODE (S_IWGRP | S_IXGRP | S_IRWXO)

static gboolean fail (GError **error, OstErrorCode code, const char *remedy, const char *format,
                      ...) G_GNUC_PRINTF (4, 5);

static gboolean
fail (GError **error, OstErrorCode code, const char *remedy, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;
  GError *failure;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  failure = g_error_new_literal (OST_ERROR, (int)code, text);
  ost_error_set_remedy (failure, remedy);
  g_propagate_error (error, failure);
  return FALSE;
}

static OstErrorCode
code_of_errno (int number)
{
  switch (number)
    {
    case ENOENT:
    case ENOTDIR:
      return OST_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
    case ELOOP:
      return OST_ERROR_DENIED;
    default:
      return OST_ERROR_UNAVAILABLE;
    }
}

char *
file_find_folder (const char *state_dir, gboolean may_create, GError **error)
{
  char *resolved;
  g_autofree char *path = NULL;

  if (may_create && g_mkdir_with_parents (state_dir, 0700) != 0)
    {
      fail (error, code_of_errno (errno),
            "make the folder, give it to the user that runs this program, or set state-dir=",
            "cannot make the state folder ‘%s’: %s", state_dir, g_strerror (errno));
      return NULL;
    }
  resolved = realpath (state_dir, NULL);
  if (resolved == NULL)
    {
      fail (error, code_of_errno (errno), "check state-dir= in the configuration",
            "cannot find the state folder ‘%s’: %s", state_dir, g_strerror (errno));
      return NULL;
    }
  path = g_strdup (resolved);
  free (resolved);
  return g_steal_pointer (&path);
}

static gboolean
judge (const char *path, const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    return fail (error, OST_ERROR_INVALID, "move it away",
                 "cannot use the database ‘%s’: it is no plain file", path);
  /* Root may look into the service's database; SQLite then gives new files to its owner. */
  if (status->st_uid != geteuid () && geteuid () != 0)
    return fail (error, OST_ERROR_DENIED, "run this as the user that owns the file, or as root",
                 "cannot use the database ‘%s’: it belongs to user %u and this program runs as %u",
                 path, (guint)status->st_uid, (guint)geteuid ());
  if ((status->st_mode & FORBIDDEN_MODE) != 0)
    return fail (error, OST_ERROR_DENIED, "chmod 0640 the file",
                 "cannot use the database ‘%s’: its mode %04o lets others in, 0600 or 0640 is "
                 "allowed",
                 path, (guint)(status->st_mode & 07777));
  return TRUE;
}

/* The file is looked at by name and never opened where it exists: closing any descriptor of it would
 * drop the locks that this process holds on it through SQLite (fcntl(2), record locks). */
static gboolean
look_at (const char *path, gboolean may_create, struct stat *status, GError **error)
{
  if (may_create)
    {
      int descriptor = open (path, O_CLOEXEC | O_NOFOLLOW | O_RDWR | O_CREAT | O_EXCL, 0600);

      if (descriptor >= 0)
        close (descriptor);
      else if (errno != EEXIST)
        return fail (error, code_of_errno (errno),
                     "give the state folder to the user that runs this program, or make room in it",
                     "cannot make the database ‘%s’: %s", path, g_strerror (errno));
    }
  if (lstat (path, status) == 0)
    return TRUE;
  return fail (error, code_of_errno (errno),
               "synchronise a connection first, or check state-dir= in the configuration",
               "cannot find the database ‘%s’: %s", path, g_strerror (errno));
}

gboolean
file_prepare (const char *path, gboolean may_create, GError **error)
{
  struct stat status;

  return look_at (path, may_create, &status, error) && judge (path, &status, error);
}

void
file_remove_database (const char *path)
{
  static const char *const endings[] = { "", "-journal", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *file = g_strconcat (path, endings[i], NULL);

      unlink (file);
    }
}
