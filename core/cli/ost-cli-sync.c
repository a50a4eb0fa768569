/* ost-cli-sync.c: `ostiary check` and `ostiary sync` */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-runner.h"
#include "ost-cli-show.h"
#include "ost-cli-verbs.h"

static gboolean
find_kind (OstCli *cli, OstTaskKind *kind, GError **error)
{
  gboolean is_full = ost_arguments_has (cli->arguments, "full");

  *kind = is_full ? OST_TASK_FULL_SYNC : OST_TASK_QUICK_SYNC;
  if (!is_full || !ost_arguments_has (cli->arguments, "quick"))
    return TRUE;
  g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                       _ ("‘--full’ and ‘--quick’ exclude each other"));
  return FALSE;
}

OstExit
ost_cli_run_sync (OstCli *cli, GError **error)
{
  OstTask task
    = { .connection = ost_arguments_get_operand (cli->arguments, 0), .is_explicit = TRUE };
  gboolean is_here = ost_arguments_has (cli->arguments, "once");
  g_autoptr (OstCliRunner) runner = NULL;
  g_autoptr (OstReport) report = NULL;

  if (!find_kind (cli, &task.kind, error) || !ost_cli_load_config (cli, error)
      || !ost_cli_check_connection (cli, task.connection, error))
    return OST_EXIT_USAGE;
  runner = ost_cli_runner_new (cli, is_here ? OST_CLI_HERE : OST_CLI_IN_SERVICE, error);
  if (runner == NULL)
    return OST_EXIT_FAILED;
  report = ost_cli_runner_run (runner, &task, error);
  if (report == NULL)
    return OST_EXIT_FAILED;
  ost_cli_show_report (cli, report);
  ost_cli_print_document (cli, ost_render_report (report));
  return ost_report_is_ok (report) ? OST_EXIT_DONE : OST_EXIT_PARTLY;
}

/* Checking */

/* What kept a connection from being checked at all is a step of it that failed. */
static OstReport *
make_failed_report (const char *connection, const GError *error)
{
  OstReport *report = ost_report_new (OST_TASK_CHECK, connection);

  ost_report_add_step (report, "start", FALSE, error->message, ost_error_get_remedy (error));
  return report;
}

static OstReport *
check (OstCliRunner *runner, const char *connection, GError **error)
{
  OstTask task = { .kind = OST_TASK_CHECK, .connection = connection, .is_explicit = TRUE };
  g_autoptr (GError) failure = NULL;
  OstReport *report = ost_cli_runner_run (runner, &task, &failure);

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&failure));
  else if (failure != NULL)
    report = make_failed_report (connection, failure);
  return report;
}

static JsonNode *
render_reports (GPtrArray *reports)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  if (reports->len == 1)
    return ost_render_report (reports->pdata[0]);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "connections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < reports->len; i++)
    json_builder_add_value (builder, ost_render_report (reports->pdata[i]));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static GPtrArray *
check_all (OstCli *cli, OstCliRunner *runner, const char *only, guint *n_good, GError **error)
{
  g_autoptr (GPtrArray) reports = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_report_free);
  GPtrArray *connections = ost_config_get_connections (cli->config);

  *n_good = 0;
  for (guint i = 0; i < connections->len; i++)
    {
      const char *name = ((const OstConnectionConfig *)connections->pdata[i])->name;
      OstReport *report;

      if (only != NULL && !g_str_equal (only, name))
        continue;
      report = check (runner, name, error);
      if (report == NULL)
        return NULL;
      g_ptr_array_add (reports, report);
      *n_good += ost_report_is_ok (report) ? 1 : 0;
      ost_cli_show_report (cli, report);
    }
  return g_steal_pointer (&reports);
}

OstExit
ost_cli_run_check (OstCli *cli, GError **error)
{
  const char *name = ost_arguments_get_operand (cli->arguments, 0);
  g_autoptr (OstCliRunner) runner = NULL;
  g_autoptr (GPtrArray) reports = NULL;
  guint n_good;

  if (!ost_cli_load_config (cli, error) || !ost_cli_check_connection (cli, name, error))
    return OST_EXIT_USAGE;
  runner = ost_cli_runner_new (cli, OST_CLI_ANYWHERE, error);
  if (runner == NULL)
    return OST_EXIT_FAILED;
  reports = check_all (cli, runner, name, &n_good, error);
  if (reports == NULL)
    return OST_EXIT_FAILED;
  if (reports->len == 0)
    ost_cli_tell (cli, "%s", _ ("no connection is configured; ‘ostiary setup’ makes one"));
  ost_cli_print_document (cli, render_reports (reports));
  if (n_good == reports->len)
    return OST_EXIT_DONE;
  return n_good > 0 ? OST_EXIT_PARTLY : OST_EXIT_FAILED;
}
