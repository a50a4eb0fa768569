/* ost-config-rows.c: which keys a group may have, and who claims each */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-rows.h"

#include "ost-config-keys.h"

#include <glib/gi18n-lib.h>

static void
add_row (GPtrArray *rows, const OstSetting *setting,
         gboolean (*check) (const char *value, GError **error), const OstPlugin *plugin)
{
  OstConfigRow *row = g_new0 (OstConfigRow, 1);

  row->setting = *setting;
  row->check = check;
  row->plugin = plugin;
  g_ptr_array_add (rows, row);
}

GPtrArray *
ost_config_rows_new (const char *group_kind)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_free);

  for (const OstConfigKey *key = ost_config_keys_get (group_kind); key->setting.key != NULL; key++)
    add_row (rows, &key->setting, key->check, NULL);
  return rows;
}

static gboolean
is_in_table (const OstPlugin *plugin, const char *key)
{
  const OstSetting *setting = plugin->info->settings;

  for (; setting != NULL && setting->key != NULL; setting++)
    if (g_str_equal (setting->key, key))
      return TRUE;
  return FALSE;
}

static gboolean
is_methods_key (const OstPlugin *plugin, const char *key)
{
  const OstIdentity *identity = plugin->info->identities;

  for (; identity != NULL && identity->name != NULL; identity++)
    if (g_strcmp0 (identity->methods_key, key) == 0)
      return TRUE;
  return FALSE;
}

static void
add_implied (GPtrArray *rows, const OstPlugin *plugin, const OstSetting *setting,
             gboolean (*check) (const char *value, GError **error))
{
  const OstConfigRow *row = ost_config_rows_find (rows, setting->key);

  /* Two identities of one plugin may share an account. */
  if (!is_in_table (plugin, setting->key) && (row == NULL || row->plugin != plugin))
    add_row (rows, setting, check, plugin);
}

static void
add_identity (GPtrArray *rows, const OstPlugin *plugin, const OstIdentity *identity)
{
  const OstSetting user = { .key = identity->user_key, .summary = N_ ("The account's name.") };
  const OstSetting secret = { .key = identity->secret_key,
                              .type = OST_SETTING_SECRET,
                              .summary = N_ ("Where the account's secret is.") };
  const OstSetting methods = { .key = identity->methods_key,
                               .type = OST_SETTING_LIST,
                               .default_value = "auto",
                               .summary = N_ ("The sign-in methods that may be used.") };

  if (identity->user_key != NULL)
    add_implied (rows, plugin, &user, NULL);
  if (identity->secret_key != NULL)
    {
      /* Rows outlive this call; plugins are never unloaded and have few keys. */
      g_autofree char *next_key = g_strconcat (identity->secret_key, "-next", NULL);
      const OstSetting next
        = { .key = g_intern_string (next_key),
            .type = OST_SETTING_SECRET,
            .summary = N_ ("Where the secret is that will follow; tried once, then kept.") };

      add_implied (rows, plugin, &secret, NULL);
      add_implied (rows, plugin, &next, NULL);
    }
  if (identity->methods_key != NULL)
    add_implied (rows, plugin, &methods, ost_config_check_methods);
}

void
ost_config_rows_add_plugin (GPtrArray *rows, const OstPlugin *plugin)
{
  const OstSetting *setting = plugin->info->settings;
  const OstIdentity *identity = plugin->info->identities;

  for (; setting != NULL && setting->key != NULL; setting++)
    add_row (rows, setting, is_methods_key (plugin, setting->key) ? ost_config_check_methods : NULL,
             plugin);
  for (; identity != NULL && identity->name != NULL; identity++)
    add_identity (rows, plugin, identity);
}

const OstConfigRow *
ost_config_rows_find (GPtrArray *rows, const char *key)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const OstConfigRow *row = rows->pdata[i];

      if (g_str_equal (row->setting.key, key))
        return row;
    }
  return NULL;
}

gboolean
ost_config_plugin_claims (const OstPlugin *plugin, const char *key)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  ost_config_rows_add_plugin (rows, plugin);
  return ost_config_rows_find (rows, key) != NULL;
}
