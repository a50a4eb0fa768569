/* test-runspace.c: sessions and pipelines, with servers that do as they may */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"
#include "runspace-fixture.h"

#include <string.h>

static void
test_whole (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL) };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (ost_runspace_get_server_version (runspace), ==, "5.1.17763.592");
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 1);
  g_assert_true (g_hash_table_contains (server->kept, server->shell_id));
  g_assert_cmpstr (server->details->pdata[0], ==, FAKE_URI);
  for (int i = 0; i < 2; i++)
    {
      fake_server_add (server, OST_PSRP_PIPELINE_OUTPUT, "<S>one</S>");
      fake_server_end_reply (server);
      fake_server_add (server, OST_PSRP_PIPELINE_OUTPUT, "<Nil />");
      fake_server_end_reply (server);
      fake_server_add (server, OST_PSRP_PIPELINE_OUTPUT, "\xEF\xBB\xBF<I32>3</I32>");
      fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (4));
      fake_server_end_reply (server);
      g_string_truncate (server->log, 0);
      g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (seen.text->str, ==, "[one][null][3]");
      g_assert_cmpint (result.state, ==, OST_PIPELINE_COMPLETED);
      g_assert_cmpuint (result.n_outputs, ==, 3);
      g_assert_cmpstr (server->log->str, ==, "Command Receive Receive Receive Signal");
      /* The second Receive was sent before the first reply was looked into. */
      g_assert_cmpuint (seen.log_at_first, ==, strlen ("Command Receive Receive"));
      ost_pipeline_result_clear (&result);
      g_string_truncate (seen.text, 0);
      seen.n = 0;
    }
  g_assert_false (ost_runspace_is_broken (runspace));
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
test_records (void)
{
  static const char error_xml[]
    = "<Obj RefId=\"0\"><TN RefId=\"0\"><T>System.Management.Automation.ErrorRecord</T></TN>"
      "<ToString>not this</ToString><MS><Obj N=\"Exception\" RefId=\"1\"><TN RefId=\"1\"><T>"
      "Deserialized.Microsoft.Exchange.ManagementObjectNotFoundException</T></TN><Props>"
      "<S N=\"Message\">no such object</S></Props></Obj><S N=\"TargetObject\">bob</S>"
      "<S N=\"FullyQualifiedErrorId\">[Server=EX1] [FailureCategory=Cmdlet-X] A,B</S>"
      "<I32 N=\"ErrorCategory_Category\">13</I32><S N=\"ErrorCategory_Activity\">Get-X</S>"
      "<S N=\"ErrorCategory_Reason\">X</S></MS></Obj>";
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL) };
  guint8 other[OST_PSRP_GUID_SIZE] = { 1, 2, 3 };
  g_autoptr (GByteArray) raw = g_byte_array_new ();
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  fake_server_add (server, OST_PSRP_ERROR_RECORD, error_xml);
  fake_server_add (
    server, OST_PSRP_WARNING_RECORD,
    "<Obj RefId=\"0\"><ToString>w</ToString><MS><S N=\"InformationalRecord_Message\">"
    "careful</S></MS></Obj>");
  fake_server_add (server, OST_PSRP_VERBOSE_RECORD,
                   "<Obj RefId=\"0\"><ToString>v</ToString></Obj>");
  fake_server_add (server, OST_PSRP_DEBUG_RECORD, "<Obj RefId=\"0\"><ToString>d</ToString></Obj>");
  fake_server_add (server, OST_PSRP_INFORMATION_RECORD,
                   "<Obj RefId=\"0\"><MS><S N=\"MessageData\">i</S></MS></Obj>");
  fake_server_add (server, OST_PSRP_PROGRESS_RECORD,
                   "<Obj RefId=\"0\"><MS><S N=\"Activity\">work</S><S N=\"StatusDescription\">half"
                   "</S><I32 N=\"PercentComplete\">50</I32></MS></Obj>");
  /* What nobody asked for: a pipeline of the server's, an unknown message, one for the server. */
  fake_append_message (raw, 90, OST_PSRP_PIPELINE_STATE, server->pool, other, FAKE_STATE (5), 4000);
  fake_append_message (raw, 91, 0x00041099, server->pool, NULL, "<what is this", 4000);
  fake_append_message (raw, 92, OST_PSRP_WARNING_RECORD, server->pool, NULL,
                       "<Obj RefId=\"0\"><ToString>budget</ToString></Obj>", 4000);
  fake_server_add_raw (server, raw->data, raw->len);
  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (1));
  fake_server_add (
    server, OST_PSRP_PIPELINE_STATE,
    "<Obj RefId=\"0\"><MS><I32 N=\"PipelineState\">5</I32>"
    "<Obj N=\"ExceptionAsErrorRecord\" RefId=\"1\"><MS><S N=\"ErrorDetails_Message\">"
    "the end</S><S N=\"FullyQualifiedErrorId\">F</S><I32 N=\"ErrorCategory_Category\">"
    "7</I32></MS></Obj></MS></Obj>");
  fake_server_end_reply (server);
  g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen.text->str, ==,
                   "error:no such object/[Server=EX1] [FailureCategory=Cmdlet-X] A,B/13/X/Get-X/"
                   "Microsoft.Exchange.ManagementObjectNotFoundException/bob;warning:careful;"
                   "verbose:v;debug:d;information:i;progress:half/work/50;pool-warning:budget;");
  g_assert_cmpint (result.state, ==, OST_PIPELINE_FAILED);
  g_assert_cmpuint (result.n_errors, ==, 1);
  g_assert_cmpuint (result.n_warnings, ==, 1);
  g_assert_cmpstr (result.failure_message, ==, "the end");
  g_assert_cmpstr (result.failure_id, ==, "F");
  g_assert_cmpint (result.failure_category, ==, 7);
  g_assert_true (result.may_have_run);
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static char *
host_call (const char *ci, int method)
{
  return g_strdup_printf (
    "<Obj RefId=\"0\"><MS><I64 N=\"ci\">%s</I64><Obj N=\"mi\" RefId=\"1\">"
    "<ToString>ReadLine</ToString><I32>%d</I32></Obj><Obj N=\"mp\" RefId=\"2\">"
    "<LST /></Obj></MS></Obj>",
    ci, method);
}

static void
test_host_calls (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL) };
  g_autofree char *asked = host_call ("7", 11);
  g_autofree char *told = host_call ("-100", 11);
  g_autofree char *written = host_call ("8", 16);
  g_autofree char *odd = host_call ("x", 11);
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  fake_server_add (server, OST_PSRP_PIPELINE_HOST_CALL, told);
  fake_server_add (server, OST_PSRP_PIPELINE_HOST_CALL, written);
  fake_server_add (server, OST_PSRP_PIPELINE_HOST_CALL, odd);
  fake_server_add (server, OST_PSRP_PIPELINE_HOST_CALL, asked);
  fake_server_end_reply (server);
  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (5));
  fake_server_end_reply (server);
  g_string_truncate (server->log, 0);
  g_byte_array_set_size (server->sent, 0);
  g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (result.n_host_calls, ==, 4);
  g_assert_cmpstr (server->log->str, ==, "Command Receive Receive Send Signal");
  g_byte_array_append (server->sent, (const guint8 *)"", 1);
  g_assert_nonnull (memmem (server->sent->data, server->sent->len, "<I64 N=\"ci\">7</I64>", 19));
  g_assert_nonnull (memmem (server->sent->data, server->sent->len, "NotImplemented", 14));
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

/* Reads CREATE_PIPELINE back out of what was sent. */
typedef struct {
  OstClixmlReader *reader;
  guint32 type;
  gsize longest;
  guint n_messages;
} SentReader;

static gboolean
sent_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  SentReader *self = user_data;
  const OstClixmlValue *shell = ost_clixml_value_get_member (value, "PowerShell");
  const OstClixmlValue *command
    = ost_clixml_value_get_first_item (ost_clixml_value_get_member (shell, "Cmds"));
  const OstClixmlValue *argument
    = ost_clixml_value_get_first_item (ost_clixml_value_get_member (command, "Args"));

  if (self->type != OST_PSRP_CREATE_PIPELINE)
    return TRUE;
  g_assert_cmpstr (ost_clixml_value_get_member_text (command, "Cmd"), ==, "Set-Long");
  self->longest = strlen (ost_clixml_value_get_member_text (argument, "V"));
  return TRUE;
}

static gboolean
sent_begin_cb (const OstPsrpHeader *header, gpointer user_data, GError **error)
{
  SentReader *self = user_data;

  g_assert_cmpuint (header->destination, ==, OST_PSRP_TO_SERVER);
  self->type = header->type;
  self->n_messages++;
  return TRUE;
}

static gboolean
sent_payload_cb (const char *bytes, gsize length, gpointer user_data, GError **error)
{
  return ost_clixml_reader_feed (((SentReader *)user_data)->reader, bytes, length, error);
}

static gboolean
sent_end_cb (gpointer user_data, GError **error)
{
  return ost_clixml_reader_end_message (((SentReader *)user_data)->reader, error);
}

static void
test_long_argument (void)
{
  static const OstPsrpMessageHandler handler = { sent_begin_cb, sent_payload_cb, sent_end_cb };
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  g_autoptr (OstCommand) command = ost_command_new ("Set-Long");
  g_autofree char *text = g_strnfill (60000, 'x');
  Seen seen = { .text = g_string_new (NULL) };
  SentReader sent = { 0 };
  g_autoptr (OstPsrpParser) parser = ost_psrp_parser_new (&handler, &sent);
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (4));
  fake_server_end_reply (server);
  g_string_truncate (server->log, 0);
  ost_command_add_text (command, "Notes", text);
  g_assert_true (
    ost_runspace_run (runspace, &command, 1, &fixture_sink, &seen, server->call, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (server->log->str, ==, "Command Send Receive Signal");
  sent.reader = ost_clixml_reader_new (NULL, sent_value_cb, &sent);
  g_assert_true (ost_psrp_parser_feed (parser, server->sent->data, server->sent->len, &error));
  g_assert_true (ost_psrp_parser_finish (parser, &error));
  g_assert_cmpuint (sent.longest, ==, 60000);
  g_assert_cmpuint (sent.n_messages, ==, 3);
  ost_clixml_reader_free (sent.reader);
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
test_sink_stops (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL), .stop_at = 3 };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  fixture_prepare_outputs (server);
  g_string_truncate (server->log, 0);
  g_assert_false (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "enough");
  g_assert_cmpstr (seen.text->str, ==, "[a][b]");
  g_assert_cmpint (result.state, ==, OST_PIPELINE_STOPPED);
  /* crtl_c, reading on to the end, Terminate. */
  g_assert_cmpstr (server->log->str, ==, "Command Receive Receive Receive Signal Receive Signal");
  g_assert_false (ost_runspace_is_broken (runspace));
  ost_pipeline_result_clear (&result);
  g_clear_error (&error);

  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (4));
  fake_server_end_reply (server);
  g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_no_error (error);
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
test_cancelled (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL), .stop_at = 1, .cancels = TRUE };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  fixture_prepare_outputs (server);
  g_string_truncate (server->log, 0);
  g_assert_false (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (server->log->str, ==, "Command Receive Receive Signal Receive Receive Signal");
  g_assert_true (result.may_have_run);
  g_assert_false (ost_runspace_is_broken (runspace));
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
test_cancelled_at_start (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (server->cancellable);
  g_assert_null (ost_runspace_open (&options, server->call, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (server->log->str, ==, "");
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 0);
}

static void
test_session_limit (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;

  server->refuses_sessions = TRUE;
  g_assert_null (ost_runspace_open (&options, server->call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_THROTTLED);
  g_assert_cmpstr (server->log->str, ==, "");
}

static void
answer_with_cookies_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  gboolean is_create = strcmp (request->operation, "Create") == 0;

  if (!is_create)
    g_assert_cmpstr (request->cookie, ==, "LB=2; MS-WSMAN=abc=");
  else
    {
      g_assert_null (request->cookie);
      g_ptr_array_add (reply->headers, g_strdup ("Set-Cookie: LB=1; path=/"));
      g_ptr_array_add (reply->headers, g_strdup ("set-cookie:LB=2"));
      g_ptr_array_add (reply->headers,
                       g_strdup ("Set-Cookie: MS-WSMAN=abc=; path=/powershell; secure; HttpOnly"));
      g_ptr_array_add (reply->headers, g_strdup ("Set-Cookie: nonsense"));
    }
  fake_server_answer (self, request, reply);
}

static void
test_cookies (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  g_autofree char *detail = NULL;
  OstRunspaceOptions options = fake_options ();
  OstRunspace *runspace;

  server->answer = answer_with_cookies_cb;
  runspace = fixture_open (server);
  g_assert_cmpuint (server->details->len, ==, 2);
  id = g_strdup (server->shell_id);
  detail = g_strdup (server->details->pdata[1]);
  fixture_close (runspace, server);

  options.uri = "https://elsewhere.contoso.com/";
  g_string_truncate (server->log, 0);
  g_assert_true (ost_runspace_end_left_over (&options, id, detail, server->call, &error));
  g_assert_cmpstr (server->log->str, ==, "Delete");
}

static void
answer_slowly_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  guint *n = self->data;

  if (strcmp (request->operation, "Receive") == 0 && ++*n % 3 == 0)
    fake_reply_fault (reply, request, 2150858793, "nothing yet");
  else if (strcmp (request->operation, "Receive") == 0 && *n % 3 == 1)
    fake_reply_stream (reply, request, request->command_id, NULL, 0, FALSE);
  else
    fake_server_answer (self, request, reply);
}

static void
test_nothing_yet (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  Seen seen = { .text = g_string_new (NULL) };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace;
  guint n = 0;

  server->answer = answer_slowly_cb;
  server->data = &n;
  runspace = fixture_open (server);
  fixture_prepare_outputs (server);
  g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen.text->str, ==, "[a][b][a][b][a][b]");
  g_assert_cmpint (result.state, ==, OST_PIPELINE_STOPPED);
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
answer_shrink_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  if (strstr (request->body, ">512000<") != NULL)
    fake_reply_fault (reply, request, 2150858823, "too large");
  else
    fake_server_answer (self, request, reply);
}

static void
test_old_server (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace;

  server->answer = answer_shrink_cb;
  runspace = fixture_open (server);
  g_assert_cmpstr (server->log->str, ==, "Create Create Receive");
  fixture_close (runspace, server);
}

static void
answer_own_ids_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  static const char shell[] = "AAAAAAAA-7387-4239-842A-B290AC4DA47B";
  static const char command[] = "BBBBBBBB-7387-4239-842A-B290AC4DA47B";

  fake_server_answer (self, request, reply);
  if (request->shell_id != NULL)
    g_assert_cmpstr (request->shell_id, ==, shell);
  else
    g_string_replace (reply->body, self->shell_id, shell, 0);
  if (strcmp (request->operation, "Command") == 0)
    g_string_replace (reply->body, request->command_id, command, 0);
  else if (request->command_id != NULL)
    g_assert_cmpstr (request->command_id, ==, command);
}

static void
test_server_chooses_ids (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  Seen seen = { .text = g_string_new (NULL) };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace;

  server->answer = answer_own_ids_cb;
  runspace = fixture_open (server);
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 1);
  g_assert_true (g_hash_table_contains (server->kept, "AAAAAAAA-7387-4239-842A-B290AC4DA47B"));
  fake_server_add (server, OST_PSRP_PIPELINE_STATE, FAKE_STATE (4));
  fake_server_end_reply (server);
  g_assert_true (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_no_error (error);
  ost_pipeline_result_clear (&result);
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runspace/whole", test_whole);
  g_test_add_func ("/runspace/records", test_records);
  g_test_add_func ("/runspace/host-calls", test_host_calls);
  g_test_add_func ("/runspace/long-argument", test_long_argument);
  g_test_add_func ("/runspace/sink-stops", test_sink_stops);
  g_test_add_func ("/runspace/cancelled", test_cancelled);
  g_test_add_func ("/runspace/cancelled-at-start", test_cancelled_at_start);
  g_test_add_func ("/runspace/session-limit", test_session_limit);
  g_test_add_func ("/runspace/cookies", test_cookies);
  g_test_add_func ("/runspace/nothing-yet", test_nothing_yet);
  g_test_add_func ("/runspace/old-server", test_old_server);
  g_test_add_func ("/runspace/server-chooses-ids", test_server_chooses_ids);
  return g_test_run ();
}
