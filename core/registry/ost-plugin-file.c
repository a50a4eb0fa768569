/* ost-plugin-file.c: judges a plugin's file by name, owner and mode */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-plugin-file.h"

#include "ost-plugin-settings.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_PREFIX "libostiary-"
#define FILE_SUFFIX ".so"
#define MAX_NAME_LENGTH 32

static const char *const kind_names[] = {
  [OST_PLUGIN_BACKEND] = "backend",   [OST_PLUGIN_TRANSPORT] = "transport",
  [OST_PLUGIN_STORE] = "store",       [OST_PLUGIN_AUTHORITY] = "authority",
  [OST_PLUGIN_NOTIFIER] = "notifier",
};

const char *
ost_plugin_kind_to_string (OstPluginKind kind)
{
  return (gsize)kind < G_N_ELEMENTS (kind_names) ? kind_names[kind] : NULL;
}

char *
ost_plugin_kind_list (void)
{
  g_autoptr (GString) list = g_string_new (kind_names[OST_PLUGIN_BACKEND]);

  for (gsize i = OST_PLUGIN_BACKEND + 1; i < G_N_ELEMENTS (kind_names); i++)
    g_string_append_printf (list, ", %s", kind_names[i]);
  return g_string_free (g_steal_pointer (&list), FALSE);
}

gboolean
ost_plugin_name_is_valid (const char *name)
{
  return strlen (name) <= MAX_NAME_LENGTH && ost_setting_key_is_valid (name);
}

gboolean
ost_plugin_file_is_candidate (const char *basename)
{
  return g_str_has_prefix (basename, FILE_PREFIX) && g_str_has_suffix (basename, FILE_SUFFIX);
}

gboolean
ost_plugin_file_parse_name (const char *file, OstPluginKind *kind, char **name, GError **error)
{
  g_autofree char *basename = g_path_get_basename (file);
  g_autofree char *middle = NULL;
  g_autofree char *kinds = NULL;

  if (ost_plugin_file_is_candidate (basename))
    middle = g_strndup (basename + strlen (FILE_PREFIX),
                        strlen (basename) - strlen (FILE_PREFIX) - strlen (FILE_SUFFIX));
  for (gsize i = OST_PLUGIN_BACKEND; middle != NULL && i < G_N_ELEMENTS (kind_names); i++)
    {
      gsize length = strlen (kind_names[i]);

      if (!g_str_has_prefix (middle, kind_names[i]) || middle[length] != '-'
          || !ost_plugin_name_is_valid (middle + length + 1))
        continue;
      *kind = (OstPluginKind)i;
      *name = g_strdup (middle + length + 1);
      return TRUE;
    }
  kinds = ost_plugin_kind_list ();
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its name is ‘%s’; expected libostiary-KIND-NAME.so, where KIND is one of %s and "
                  "NAME is lower case letters, digits and hyphens; rename it"),
               basename, kinds);
  return FALSE;
}

/* Whoever can write here can run code as the user of this process. */
static gboolean
check_owner_and_mode (const char *path, const struct stat *status, GError **error)
{
  uid_t self = geteuid ();

  if (status->st_uid != 0 && status->st_uid != self)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                   _ ("‘%s’ belongs to user %u; expected root or user %u, as whom this program "
                      "runs; give it to root, once you know what is in it (chown root ‘%s’)"),
                   path, (guint)status->st_uid, (guint)self, path);
      return FALSE;
    }
  if ((status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                   _ ("‘%s’ can be written by others than its owner (mode %04o); expected no write "
                      "permission for group and others; take it away (chmod go-w ‘%s’)"),
                   path, (guint)status->st_mode & 07777, path);
      return FALSE;
    }
  return TRUE;
}

static char *
resolve (const char *path, struct stat *status, GError **error)
{
  /* realpath() allocates with malloc(). */
  char *resolved = realpath (path, NULL);
  int code = errno;

  if (resolved != NULL && lstat (resolved, status) == 0)
    return resolved;
  if (resolved != NULL)
    code = errno;
  free (resolved);
  g_set_error (error, OST_ERROR, code == ENOENT ? OST_ERROR_NOT_FOUND : OST_ERROR_DENIED,
               _ ("cannot look at ‘%s’: %s"), path, g_strerror (code));
  return NULL;
}

gboolean
ost_plugin_folder_check (const char *folder, GError **error)
{
  struct stat status;
  g_autofree char *resolved = resolve (folder, &status, error);

  if (resolved == NULL)
    return FALSE;
  if (!S_ISDIR (status.st_mode))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("‘%s’ is no folder; expected one that holds plugins"), folder);
      return FALSE;
    }
  return check_owner_and_mode (resolved, &status, error);
}

gboolean
ost_plugin_file_check (const char *file, GError **error)
{
  struct stat status;
  g_autofree char *resolved = resolve (file, &status, error);
  g_autofree char *folder = NULL;

  if (resolved == NULL)
    return FALSE;
  if (!S_ISREG (status.st_mode))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                   _ ("‘%s’ is no regular file; expected a shared object; take it away"), resolved);
      return FALSE;
    }
  folder = g_path_get_dirname (resolved);
  return check_owner_and_mode (resolved, &status, error) && ost_plugin_folder_check (folder, error);
}
