/* ost-cli-config.c: `ostiary config`: checks the configuration, or prints it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-verbs.h"
#include "ost-cli.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static JsonNode *
render (OstConfig *config, const char *dump)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GPtrArray *connections = ost_config_get_connections (config);
  const char *const *warnings = ost_config_get_warnings (config);

  json_builder_begin_object (builder);
  add_text (builder, "file", ost_config_get_file (config));
  add_text (builder, "state_folder", ost_config_get_state_folder (config));
  json_builder_set_member_name (builder, "connections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < connections->len; i++)
    {
      const OstConnectionConfig *connection = connections->pdata[i];

      json_builder_begin_object (builder);
      add_text (builder, "name", connection->name);
      add_text (builder, "file", connection->file);
      json_builder_set_member_name (builder, "line");
      json_builder_add_int_value (builder, connection->line);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (gsize i = 0; warnings[i] != NULL; i++)
    json_builder_add_string_value (builder, warnings[i]);
  json_builder_end_array (builder);
  if (dump != NULL)
    add_text (builder, "dump", dump);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

OstExit
ost_cli_run_config (OstCli *cli, GError **error)
{
  g_autofree char *dump = NULL;
  const char *const *warnings;
  guint n_connections;

  if (!ost_cli_load_config (cli, error))
    return OST_EXIT_USAGE;
  warnings = ost_config_get_warnings (cli->config);
  n_connections = ost_config_get_connections (cli->config)->len;
  for (gsize i = 0; warnings[i] != NULL; i++)
    ost_cli_tell (cli, _ ("warning: %s"), warnings[i]);
  if (ost_arguments_has (cli->arguments, "dump"))
    dump = ost_config_dump (cli->config);
  if (cli->is_json)
    ost_cli_print_document (cli, render (cli->config, dump));
  else if (dump != NULL)
    ost_terminal_print (cli->out, OST_STYLE_PLAIN, dump);
  else
    ost_cli_say (cli,
                 g_dngettext (GETTEXT_PACKAGE, "%s is valid: %u connection",
                              "%s is valid: %u connections", n_connections),
                 ost_config_get_file (cli->config), n_connections);
  return OST_EXIT_DONE;
}
