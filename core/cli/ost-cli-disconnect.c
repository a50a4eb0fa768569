/* ost-cli-disconnect.c: `ostiary disconnect`: takes a connection away, and keeps an archive */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/api/ost-archive.h"
#include "core/config/ost-setup.h"

#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-client.h"
#include "ost-prompt.h"

/* Rows of a million devices are gone within a minute; nobody else works on the store meanwhile. */
#define LEASE_US (G_GINT64_CONSTANT (600) * G_USEC_PER_SEC)

static gboolean
check_choice (OstCli *cli, GError **error)
{
  const char *what = ost_arguments_get_value (cli->arguments, "exchange");

  if (what == NULL)
    {
      g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                           _ ("what shall become of what is in Exchange? Write --exchange=keep"));
      return FALSE;
    }
  if (g_str_equal (what, "keep"))
    return TRUE;
  g_set_error_literal (
    error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
    _ ("--exchange=restore cannot be done yet; nothing was changed. This version "
       "writes nothing into Exchange, so --exchange=keep leaves it as it was"));
  return FALSE;
}

/* One that is not in the configuration any more may have left rows behind. */
static gboolean
check_name (OstCli *cli, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_auto (GStrv) names = NULL;

  if (ost_cli_check_connection (cli, name, &failure))
    return TRUE;
  if (!ost_cli_open_store_for_reading (cli, error))
    return FALSE;
  if (cli->store != NULL)
    {
      names = ost_store_list_connections (cli->store, error);
      ost_cli_close_store (cli);
      if (names == NULL || g_strv_contains ((const char *const *)names, name))
        return names != NULL;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
remove_from_configuration (OstCli *cli, const char *name, GError **error)
{
  return ost_config_find_connection (cli->config, name, NULL) == NULL
         || ost_setup_remove (ost_cli_get_config_file (cli), name, error);
}

static gboolean
confirm (OstCli *cli, const char *name, GError **error)
{
  g_autofree char *question
    = g_strdup_printf (_ ("Take the connection ‘%s’ and its inventory away?"), name);

  if (ost_arguments_has (cli->arguments, "yes") || !ost_prompt_is_possible ()
      || ost_prompt_yes (cli->err, question))
    return TRUE;
  g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_REFUSED,
                       _ ("not confirmed; nothing was done"));
  return FALSE;
}

/* With our own hands: no service runs, and the lease keeps it that way. */
static gboolean
forget (OstCli *cli, const char *name, GError **error)
{
  gint64 now_us = ost_clock_get_time (ost_clock_get_system ());
  g_autofree char *who = g_strdup_printf ("uid %u", (guint)getuid ());

  return cli->store == NULL || ost_store_remove_connection (cli->store, name, who, now_us, error);
}

static char *
take_away_here (OstCli *cli, const char *name, GError **error)
{
  gint64 now_us = ost_clock_get_time (ost_clock_get_system ());
  g_autofree char *file = ost_archive_write (cli->config, cli->store, name, now_us, error);

  if (file == NULL || !remove_from_configuration (cli, name, error) || !forget (cli, name, error))
    return NULL;
  return g_steal_pointer (&file);
}

static char *
disconnect_here (OstCli *cli, const char *name, GError **error)
{
  g_autofree char *process = ost_process_describe_self ();
  g_autofree char *holder = g_strdup_printf ("ostiary disconnect, process %d", (int)getpid ());
  g_autofree char *file = NULL;
  gint64 fence;

  if (!ost_cli_open_store (cli, error)
      || !ost_store_acquire_lease (cli->store, process, holder, LEASE_US,
                                   ost_clock_get_time (ost_clock_get_system ()), &fence, error))
    return NULL;
  file = take_away_here (cli, name, error);
  if (!ost_store_release_lease (cli->store, fence, file != NULL ? error : NULL) && file != NULL)
    return NULL;
  return g_steal_pointer (&file);
}

static JsonNode *
render (const char *name, const char *archive)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "connection");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "exchange");
  json_builder_add_string_value (builder, "keep");
  json_builder_set_member_name (builder, "archive");
  json_builder_add_string_value (builder, archive);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* With the service's: it has to stop working on the connection first. */
static gboolean
ask_service (OstCli *cli, OstClient *client, const char *name, JsonNode **answer, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/v1/connections/%s?exchange=keep", escaped);

  return ost_client_call (client, "DELETE", path, answer, cli->cancellable, error);
}

/* The service's user may not write where root configures. */
static gboolean
disconnect_in_service (OstCli *cli, OstClient *client, const char *name, char **file,
                       GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) answer = NULL;
  gboolean is_done = ask_service (cli, client, name, &answer, &failure);

  if (!is_done && g_error_matches (failure, OST_ERROR, OST_ERROR_DENIED)
      && ost_setup_remove (ost_cli_get_config_file (cli), name, NULL))
    {
      g_clear_error (&failure);
      is_done = ask_service (cli, client, name, &answer, &failure);
    }
  if (!is_done)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (answer != NULL && JSON_NODE_HOLDS_OBJECT (answer))
    *file = g_strdup (
      json_object_get_string_member_with_default (json_node_get_object (answer), "archive", NULL));
  if (*file == NULL)
    g_set_error_literal (error, OST_ERROR, OST_ERROR_PROTOCOL,
                         _ ("the service did not say where the archive is"));
  return *file != NULL;
}

OstExit
ost_cli_run_disconnect (OstCli *cli, GError **error)
{
  const char *name = ost_arguments_get_operand (cli->arguments, 0);
  g_autoptr (OstClient) client = NULL;
  g_autofree char *file = NULL;
  const char *socket;

  if (!check_choice (cli, error) || !ost_cli_load_config (cli, error)
      || !check_name (cli, name, error) || !confirm (cli, name, error))
    return OST_EXIT_FAILED;
  socket = ost_settings_get_text (ost_config_get_api (cli->config), "socket");
  if (!ost_client_connect (socket, &client, error))
    return OST_EXIT_FAILED;
  if (client == NULL)
    file = disconnect_here (cli, name, error);
  else
    {
      ost_cli_catch_signals (cli);
      disconnect_in_service (cli, client, name, &file, error);
    }
  if (file == NULL)
    return OST_EXIT_FAILED;
  ost_cli_say (cli, _ ("%s: taken away; Exchange was left as it is, and what was known is in %s"),
               name, file);
  ost_cli_print_document (cli, render (name, file));
  return OST_EXIT_DONE;
}
