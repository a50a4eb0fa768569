/* runspace-fixture.c: a session with the fake server, and what came of its pipelines */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace-fixture.h"

static gboolean
output_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Seen *seen = user_data;
  const char *text = ost_clixml_value_get_text (value, NULL);

  if (seen->n == 0 && seen->server != NULL)
    seen->log_at_first = seen->server->log->len;
  if (++seen->n == seen->stop_at && seen->cancels)
    g_cancellable_cancel (seen->server->cancellable);
  else if (seen->n == seen->stop_at)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, "enough");
      return FALSE;
    }
  g_string_append_printf (seen->text, "[%s]", text != NULL ? text : "null");
  return TRUE;
}

static gboolean
record_cb (const OstRecord *record, gpointer user_data, GError **error)
{
  static const char *const names[]
    = { "error", "warning", "verbose", "debug", "information", "progress" };
  Seen *seen = user_data;

  g_string_append_printf (seen->text, "%s%s:%s", record->is_pool_level ? "pool-" : "",
                          names[record->stream], record->message);
  if (record->stream == OST_STREAM_ERROR)
    g_string_append_printf (seen->text, "/%s/%d/%s/%s/%s/%s", record->fully_qualified_id,
                            record->category, record->reason, record->activity,
                            record->exception_type, record->target);
  if (record->stream == OST_STREAM_PROGRESS)
    g_string_append_printf (seen->text, "/%s/%d", record->activity, record->percent);
  g_string_append_c (seen->text, ';');
  return TRUE;
}

const OstPipelineSink fixture_sink = { output_cb, record_cb };

OstRunspace *
fixture_open (FakeServer *server)
{
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace = ost_runspace_open (&options, server->call, &error);

  g_assert_no_error (error);
  g_assert_nonnull (runspace);
  return runspace;
}

void
fixture_close (OstRunspace *runspace, FakeServer *server)
{
  fake_server_renew_call (server);
  ost_runspace_close (runspace, server->call);
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 0);
}

gboolean
fixture_run (OstRunspace *runspace, FakeServer *server, Seen *seen, OstPipelineResult *result,
             GError **error)
{
  g_autoptr (OstCommand) command = ost_command_new ("Get-MobileDevice");

  ost_command_add_text (command, "ResultSize", "Unlimited");
  seen->server = server;
  return ost_runspace_run (runspace, &command, 1, &fixture_sink, seen, server->call, result, error);
}

void
fixture_prepare_outputs (FakeServer *server)
{
  for (int i = 0; i < 3; i++)
    {
      fake_server_add (server, OST_PSRP_PIPELINE_OUTPUT, "<S>a</S>");
      fake_server_add (server, OST_PSRP_PIPELINE_OUTPUT, "<S>b</S>");
      fake_server_end_reply (server);
    }
  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (3));
  fake_server_end_reply (server);
}
