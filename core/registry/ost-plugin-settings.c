/* ost-plugin-settings.c: judges a plugin's tables of settings and identities */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-plugin-settings.h"

#include "core/base/ost-settings-private.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#define MAX_KEY_LENGTH 64
/* More rows than this is a table without its last row. */
#define MAX_ROWS 256

static const char *const prefixes[] = {
  [OST_PLUGIN_STORE] = "store-",
  [OST_PLUGIN_AUTHORITY] = "authority-",
  [OST_PLUGIN_NOTIFIER] = "notify-",
};

gboolean
ost_setting_key_is_valid (const char *key)
{
  gsize length = strlen (key);

  if (length == 0 || length > MAX_KEY_LENGTH || !g_ascii_islower (key[0]) || key[length - 1] == '-'
      || strstr (key, "--") != NULL)
    return FALSE;
  return strspn (key, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static gboolean
check_key (OstPluginKind kind, const char *key, GError **error)
{
  const char *own = (gsize)kind < G_N_ELEMENTS (prefixes) ? prefixes[kind] : NULL;

  if (!ost_setting_key_is_valid (key))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its key ‘%s’ is malformed; expected lower case letters, digits and hyphens; "
                      "rename it"),
                   key);
      return FALSE;
    }
  if (own != NULL && !g_str_has_prefix (key, own))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its key ‘%s’ does not begin with ‘%s’; expected that of every key of its "
                      "kind; rename it"),
                   key, own);
      return FALSE;
    }
  for (gsize i = 0; own == NULL && i < G_N_ELEMENTS (prefixes); i++)
    {
      if (prefixes[i] == NULL || !g_str_has_prefix (key, prefixes[i]))
        continue;
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its key ‘%s’ begins with ‘%s’, which belongs to another kind of plugin; "
                      "expected a bare key; rename it"),
                   key, prefixes[i]);
      return FALSE;
    }
  return TRUE;
}

/* Whoever reads a key has to be able to tell from its name that its value is no secret itself. */
static gboolean
check_secret_name (const OstSetting *row, GError **error)
{
  gboolean is_called_secret
    = g_str_has_suffix (row->key, "-secret") || g_str_has_suffix (row->key, "-secret-next");

  if (is_called_secret == (row->type == OST_SETTING_SECRET))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its key ‘%s’ has type %u; expected that keys ending in -secret, and no others, "
                  "are references to secrets; rename it or change its type"),
               row->key, (guint)row->type);
  return FALSE;
}

static gboolean
check_type (const OstSetting *row, GError **error)
{
  if ((guint)row->type > OST_SETTING_SECRET)
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its key ‘%s’ has type %u; expected at most %u; use a name of OstSettingType"), row->key,
        (guint)row->type, (guint)OST_SETTING_SECRET);
      return FALSE;
    }
  if ((row->type == OST_SETTING_CHOICE) != (row->choices != NULL && row->choices[0] != NULL))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its key ‘%s’ and its choices do not agree; expected choices where the type "
                      "is OST_SETTING_CHOICE, and there alone; correct the row"),
                   row->key);
      return FALSE;
    }
  if (row->maximum != 0 && row->minimum > row->maximum)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its key ‘%s’ has the minimum %" PRId64 " above the maximum %" PRId64
                      "; expected the opposite; correct the row"),
                   row->key, row->minimum, row->maximum);
      return FALSE;
    }
  return check_secret_name (row, error);
}

static gboolean
check_row (OstPluginKind kind, const OstSetting *row, GError **error)
{
  g_autoptr (OstSettings) scratch = ost_settings_new ("default");

  if (!check_key (kind, row->key, error) || !check_type (row, error))
    return FALSE;
  if (row->summary == NULL || *row->summary == '\0')
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its key ‘%s’ has no summary; expected one sentence for the manual; write it"),
        row->key);
      return FALSE;
    }
  if (ost_settings_set (scratch, row, NULL, error))
    return TRUE;
  g_prefix_error (error, _ ("the default of its key ‘%s’ is wrong: "), row->key);
  return FALSE;
}

static const OstSetting *
find_row (const OstSetting *rows, const OstSetting *end, const char *key)
{
  for (const OstSetting *row = rows; row != NULL && row != end && row->key != NULL; row++)
    if (g_str_equal (row->key, key))
      return row;
  return NULL;
}

static gboolean
check_rows (const OstPluginInfo *info, GError **error)
{
  const OstSetting *row = info->settings;

  for (; row != NULL && row->key != NULL; row++)
    {
      if (row - info->settings >= MAX_ROWS)
        {
          g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                       _ ("its table of settings has more than %d rows; expected a row without key "
                          "at the end; add it"),
                       MAX_ROWS);
          return FALSE;
        }
      if (!check_row ((OstPluginKind)info->kind, row, error))
        return FALSE;
      if (find_row (info->settings, row, row->key) != NULL)
        {
          g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                       _ ("its key ‘%s’ stands twice in its table; expected once; take one away"),
                       row->key);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_identity_key (const OstPluginInfo *info, const OstIdentity *identity, const char *key,
                    OstSettingType type, GError **error)
{
  const OstSetting *row = key != NULL ? find_row (info->settings, NULL, key) : NULL;
  const OstSetting implied = { .key = key, .type = type };

  if (key == NULL)
    return TRUE;
  if (row == NULL)
    return check_key ((OstPluginKind)info->kind, key, error) && check_secret_name (&implied, error);
  if (row->type == type)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its identity ‘%s’ uses the key ‘%s’, whose type is %u; expected %u; correct the "
                  "row of that key"),
               identity->name, key, (guint)row->type, (guint)type);
  return FALSE;
}

static gboolean
check_identities (const OstPluginInfo *info, GError **error)
{
  const OstIdentity *identity = info->identities;

  for (; identity != NULL && identity->name != NULL; identity++)
    {
      if (identity - info->identities >= MAX_ROWS || !ost_setting_key_is_valid (identity->name))
        {
          g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                       _ ("its table of identities has a malformed row; expected names of lower "
                          "case letters, digits and hyphens, and a row without name at the end"));
          return FALSE;
        }
      for (const OstIdentity *other = info->identities; other != identity; other++)
        if (g_str_equal (other->name, identity->name))
          {
            g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                         _ ("its identity ‘%s’ stands twice in its table; expected once; take one "
                            "away"),
                         identity->name);
            return FALSE;
          }
      if (!check_identity_key (info, identity, identity->user_key, OST_SETTING_TEXT, error)
          || !check_identity_key (info, identity, identity->secret_key, OST_SETTING_SECRET, error)
          || !check_identity_key (info, identity, identity->methods_key, OST_SETTING_LIST, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ost_plugin_check_settings (const OstPluginInfo *info, GError **error)
{
  return check_rows (info, error) && check_identities (info, error);
}
