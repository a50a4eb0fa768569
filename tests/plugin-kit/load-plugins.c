/* load-plugins.c: loads plugins in the order of its arguments and makes instances of each */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/registry/ost-plugin-file.h"
#include "core/registry/ost-registry.h"

#include <locale.h>

static gboolean
use_plugin (OstRegistry *registry, const OstPlugin *plugin)
{
  OstPluginKind kind = (OstPluginKind)plugin->info->kind;
  g_autoptr (GObject) one = ost_registry_create (registry, kind, plugin->info->name, NULL);
  g_autoptr (GObject) other = ost_registry_create (registry, kind, plugin->info->name, NULL);

  if (one == NULL || other == NULL || G_OBJECT_TYPE (one) != plugin->type
      || G_OBJECT_TYPE (other) != plugin->type)
    return FALSE;
  g_print ("%s %s %s %s\n", ost_plugin_kind_to_string (kind), plugin->info->name,
           g_type_name (plugin->type), plugin->file);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (OstRegistry) registry = ost_registry_new ();
  g_autoptr (GPtrArray) plugins = g_ptr_array_new ();

  setlocale (LC_ALL, "C.UTF-8");
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      const OstPlugin *plugin = ost_registry_load_file (registry, argv[i], &error);

      if (plugin == NULL)
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      g_ptr_array_add (plugins, (gpointer)plugin);
    }
  for (guint i = 0; i < plugins->len; i++)
    if (!use_plugin (registry, plugins->pdata[i]))
      return 1;
  return 0;
}
