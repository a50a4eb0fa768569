/* ost-cli-runner.c: runs tasks in the service, or on an engine in this process */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-runner.h"

#include <glib/gi18n-lib.h>

#include "ost-client.h"
#include "ost-progress-line.h"

struct _OstCliRunner {
  OstCli *cli;
  OstClient *client;
  OstEngine *engine;
  OstProgressLine *line;
};

static gboolean
start_engine (OstCliRunner *self, OstConfig *config, OstStore *store, GError **error)
{
  self->engine
    = ost_engine_new (config, self->cli->registry, store, ost_clock_get_system (), OST_ENGINE_ONCE);
  return ost_engine_start (self->engine, error);
}

static gboolean
connect_service (OstCliRunner *self, OstCliPlace place, GError **error)
{
  const char *socket = ost_settings_get_text (ost_config_get_api (self->cli->config), "socket");

  if (!ost_client_connect (socket, &self->client, error))
    return FALSE;
  if (self->client != NULL || place == OST_CLI_ANYWHERE)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE, _ ("no service answers on ‘%s’"), socket);
  if (error != NULL)
    ost_error_set_remedy (
      *error, _ ("start it (systemctl start ostiaryd), or do it in this process with --once"));
  return FALSE;
}

OstCliRunner *
ost_cli_runner_new (OstCli *cli, OstCliPlace place, GError **error)
{
  g_autoptr (OstCliRunner) self = g_new0 (OstCliRunner, 1);

  self->cli = cli;
  ost_cli_catch_signals (cli);
  if (place != OST_CLI_HERE && !connect_service (self, place, error))
    return NULL;
  if (self->client == NULL
      && (!ost_cli_open_store (cli, error) || !start_engine (self, cli->config, cli->store, error)))
    return NULL;
  return g_steal_pointer (&self);
}

OstCliRunner *
ost_cli_runner_new_on (OstCli *cli, OstConfig *config, OstStore *store, GError **error)
{
  g_autoptr (OstCliRunner) self = g_new0 (OstCliRunner, 1);

  self->cli = cli;
  ost_cli_catch_signals (cli);
  return start_engine (self, config, store, error) ? g_steal_pointer (&self) : NULL;
}

static void
progress_cb (const OstProgress *progress, gpointer user_data)
{
  OstCliRunner *self = user_data;

  ost_progress_line_update (self->line, progress, g_get_monotonic_time ());
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **)user_data, result);
}

static OstReport *
run_on_engine (OstCliRunner *self, const OstTask *task, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  ost_engine_run_async (self->engine, task, progress_cb, self, self->cli->cancellable, result_cb,
                        &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return ost_engine_run_finish (self->engine, result, error);
}

OstReport *
ost_cli_runner_run (OstCliRunner *self, const OstTask *task, GError **error)
{
  g_autoptr (GError) failure = NULL;
  OstReport *report;

  self->line = ost_progress_line_new (self->cli->err);
  if (self->client != NULL)
    report
      = ost_client_run (self->client, task, progress_cb, self, self->cli->cancellable, &failure);
  else
    report = run_on_engine (self, task, &failure);
  g_clear_pointer (&self->line, ost_progress_line_free);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                 _ ("%s: interrupted; the inventory is as it was"), task->connection);
  else if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return report;
}

void
ost_cli_runner_free (OstCliRunner *self)
{
  g_clear_pointer (&self->client, ost_client_free);
  if (self->engine != NULL)
    {
      g_autoptr (GAsyncResult) result = NULL;

      ost_engine_stop_async (self->engine, result_cb, &result);
      while (result == NULL)
        g_main_context_iteration (NULL, TRUE);
      ost_engine_stop_finish (self->engine, result);
    }
  g_clear_object (&self->engine);
  /* Nothing is left that would have to end in order. */
  ost_cli_release_signals (self->cli);
  g_free (self);
}
