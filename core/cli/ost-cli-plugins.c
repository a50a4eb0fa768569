/* ost-cli-plugins.c: `ostiary plugins`: what is installed, and what was refused */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-table.h"

static const char *
get_member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static void
show_plugins (OstCli *cli, JsonArray *plugins)
{
  const char *const titles[]
    = { _ ("KIND"), _ ("NAME"), _ ("VERSION"), _ ("ABI"), _ ("TITLE"), _ ("FILE"), NULL };
  g_autoptr (OstTable) table = ost_table_new (cli->out, titles);

  for (guint i = 0; i < json_array_get_length (plugins); i++)
    {
      JsonObject *plugin = json_array_get_object_element (plugins, i);
      const char *cells[] = { get_member (plugin, "kind"),    get_member (plugin, "name"),
                              get_member (plugin, "version"), get_member (plugin, "abi"),
                              get_member (plugin, "title"),   get_member (plugin, "file") };

      ost_table_add (table, cells);
    }
  if (ost_table_finish (table) == 0)
    ost_cli_tell (cli, "%s", _ ("no plugin is installed"));
}

/* Plugins can be looked at whatever the configuration is like: it only adds folders. */
static void
add_configured_folders (OstCli *cli)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstConfig) config = ost_config_load (ost_cli_get_config_file (cli), cli->registry,
                                                  OST_CONFIG_MAY_BE_MISSING, &error);

  if (config == NULL)
    ost_cli_tell (cli, _ ("the configuration is wrong, see ‘ostiary config’: %s"), error->message);
}

OstExit
ost_cli_run_plugins (OstCli *cli, GError **error)
{
  OstRegistry *registry = ost_cli_load_registry (cli);
  GPtrArray *problems;
  g_autoptr (JsonNode) node = NULL;

  add_configured_folders (cli);
  problems = ost_registry_get_problems (registry);
  for (guint i = 0; i < problems->len; i++)
    ost_cli_tell (cli, _ ("refused: %s"),
                  ((const OstRegistryProblem *)problems->pdata[i])->error->message);
  node = ost_render_plugins (registry);
  if (cli->is_json)
    ost_cli_print_document (cli, g_steal_pointer (&node));
  else
    show_plugins (cli, json_object_get_array_member (json_node_get_object (node), "plugins"));
  return OST_EXIT_DONE;
}
