/* make-conf-page.c: writes ostiary.conf(5) from the very tables that the configuration is checked against */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-config-keys.h"
#include "core/registry/ost-registry.h"

#include <string.h>

/* Usage: make-conf-page HEAD TAIL PLUGIN-FOLDER... */

static void
print_escaped (const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (strchr ("\\*_#[|<>~", *text) != NULL)
        g_print ("\\");
      g_print ("%c", *text);
    }
}

static const char *
describe_type (OstSettingType type)
{
  static const char *const names[] = {
    [OST_SETTING_TEXT] = "text",   [OST_SETTING_BOOLEAN] = "yes or no",
    [OST_SETTING_INTEGER] = "number", [OST_SETTING_DURATION] = "duration",
    [OST_SETTING_LIST] = "list",   [OST_SETTING_CHOICE] = "choice",
    [OST_SETTING_FILE] = "path",   [OST_SETTING_SECRET] = "reference to a secret",
  };

  return names[type];
}

static void
print_setting (const OstSetting *setting)
{
  g_print ("*");
  print_escaped (setting->key);
  g_print ("*=_%s_\n\t", describe_type (setting->type));
  print_escaped (setting->summary);
  if (setting->choices != NULL)
    {
      g_autofree char *choices = g_strjoinv (", ", (char **) setting->choices);

      g_print (" One of ");
      print_escaped (choices);
      g_print (".");
    }
  if ((setting->flags & OST_SETTING_REQUIRED) != 0)
    g_print (" Required.");
  if (setting->default_value != NULL)
    {
      g_print (" Default: ");
      print_escaped (setting->default_value);
      g_print (".");
    }
  g_print ("\n\n");
}

static void
print_core_keys (const char *kind, const char *title)
{
  g_print ("# %s\n\n", title);
  for (const OstConfigKey *key = ost_config_keys_get (kind); key->setting.key != NULL; key++)
    print_setting (&key->setting);
}

static void
print_plugin (const OstPlugin *plugin)
{
  static const char *const keys[] = { NULL, "environment", "transport", "store", "authority",
                                      "notify" };

  if (plugin->info->settings == NULL)
    return;
  g_print ("## WITH ");
  print_escaped (keys[plugin->info->kind]);
  g_print ("=");
  print_escaped (plugin->info->name);
  g_print ("\n\n");
  for (const OstSetting *setting = plugin->info->settings; setting->key != NULL; setting++)
    print_setting (setting);
}

static gboolean
print_file (const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  g_print ("%s\n", text);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (OstRegistry) registry = ost_registry_new ();
  GPtrArray *plugins;

  if (argc < 3 || !print_file (argv[1]))
    return 1;
  for (int i = 3; i < argc; i++)
    ost_registry_add_folder (registry, argv[i]);
  ost_registry_load (registry);
  plugins = ost_registry_get_plugins (registry);
  print_core_keys ("service", "[service]");
  print_core_keys ("api", "[api]");
  print_core_keys ("connection", "[connection NAME]");
  for (guint i = 0; i < plugins->len; i++)
    print_plugin (plugins->pdata[i]);
  print_core_keys ("policy", "[policy NAME]");
  return print_file (argv[2]) ? 0 : 1;
}
