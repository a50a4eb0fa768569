/* test-runspace-broken.c: sessions and pipelines against a server that does what it likes */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace-fixture.h"

#include <string.h>

/* A server that misbehaves at one request. */
typedef struct {
  const char *operation;
  guint skip;
  void (*misbehave) (FakeServer *server, const FakeRequest *request, FakeReply *reply);
  gboolean is_pool_only;
} Misbehaviour;

static void
misbehave_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  Misbehaviour *misbehaviour = self->data;

  if (strcmp (request->operation, misbehaviour->operation) != 0
      || misbehaviour->is_pool_only != (request->command_id == NULL) || misbehaviour->skip-- != 0)
    {
      fake_server_answer (self, request, reply);
      return;
    }
  misbehaviour->misbehave (self, request, reply);
}

static void
lose_reply (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_server_answer (server, request, reply);
  g_string_truncate (reply->body, 0);
  reply->status = 0;
  reply->failure = g_error_new (OST_ERROR, OST_ERROR_TIMED_OUT,
                                "connection ‘contoso’: POST " FAKE_URI " was not answered");
}

static void
break_off (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_server_answer (server, request, reply);
  g_string_truncate (reply->body, reply->body->len / 2);
  reply->failure = g_error_new (OST_ERROR, OST_ERROR_INCOMPLETE, "the connection broke");
}

static void
reach_nobody (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  reply->status = 0;
  reply->failure = g_error_new (OST_ERROR, OST_ERROR_UNAVAILABLE, "nobody there");
}

static void
lose_shell (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (reply, request, 2150858843, "shell was not found");
}

static void
answer_html (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 200, "text/html",
                   "<!DOCTYPE html>\n<html><body>\tIt works!</body></html>");
}

static void
answer_503 (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  g_ptr_array_add (reply->headers, g_strdup ("Retry-After: 7"));
  fake_reply_text (reply, 503, "text/plain", "busy");
}

static void
answer_504 (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 504, "text/plain", "gateway");
}

static void
answer_other (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  FakeRequest other = *request;

  other.message_id = "11111111-2222-3333-4444-555555555555";
  fake_server_answer (server, &other, reply);
}

static void
answer_other_stream (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_stream (reply, request, "11111111-2222-3333-4444-555555555555", (const guint8 *)"abc",
                     3, FALSE);
}

static void
answer_done_only (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_stream (reply, request, request->command_id, NULL, 0, TRUE);
}

static void
answer_huge_fragment (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  static const guint8 bytes[]
    = { 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x3B, 0x9A, 0xCA, 0x00, 'x' };

  fake_reply_stream (reply, request, request->command_id, bytes, sizeof bytes, FALSE);
}

static void
answer_bad_clixml (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  fake_append_message (bytes, 5, OST_PSRP_PIPELINE_OUTPUT, server->pool, server->pipeline,
                       "<!DOCTYPE x [<!ENTITY a \"b\">]><S>&a;</S>", 100);
  fake_reply_stream (reply, request, request->command_id, bytes->data, bytes->len, FALSE);
}

static void
answer_no_end (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_server_answer (server, request, reply);
  g_string_truncate (reply->body, reply->body->len - 20);
}

static void
answer_busy (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (reply, request, 2150859175,
                    "The user load quota has been exceeded. The next request from this user will "
                    "not be approved for at least 4000 milliseconds.");
}

static void
answer_denied (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (reply, request, 5, "Access is denied.");
}

typedef struct {
  const char *path;
  Misbehaviour misbehaviour;
  int code;
  gboolean is_broken;
  gboolean may_have_run;
  const char *log;
  guint retry_after_ms;
  const char *words;
} RunCase;

static const RunCase run_cases[] = {
  { "command-lost",
    { "Command", 0, lose_reply, FALSE },
    OST_ERROR_TIMED_OUT,
    TRUE,
    TRUE,
    "Command",
    0,
    "not answered" },
  { "command-broken-off",
    { "Command", 0, break_off, FALSE },
    OST_ERROR_TIMED_OUT,
    TRUE,
    TRUE,
    "Command",
    0,
    "broke" },
  { "command-unreached",
    { "Command", 0, reach_nobody, FALSE },
    OST_ERROR_UNAVAILABLE,
    FALSE,
    FALSE,
    "Command",
    0,
    "nobody" },
  { "command-no-shell",
    { "Command", 0, lose_shell, FALSE },
    OST_ERROR_UNAVAILABLE,
    TRUE,
    FALSE,
    "Command",
    0,
    "shell was not found" },
  { "command-503",
    { "Command", 0, answer_503, FALSE },
    OST_ERROR_UNAVAILABLE,
    FALSE,
    FALSE,
    "Command",
    7000,
    "503" },
  { "command-504",
    { "Command", 0, answer_504, FALSE },
    OST_ERROR_TIMED_OUT,
    TRUE,
    TRUE,
    "Command",
    0,
    "504" },
  { "command-html",
    { "Command", 0, answer_html, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    "Command",
    0,
    "HTTP status 200 with text/html: “<!DOCTYPE html> <html><body> It works!</body></html>”" },
  { "command-busy",
    { "Command", 0, answer_busy, FALSE },
    OST_ERROR_THROTTLED,
    FALSE,
    FALSE,
    "Command",
    4000,
    "quota" },
  { "command-denied",
    { "Command", 0, answer_denied, FALSE },
    OST_ERROR_DENIED,
    FALSE,
    FALSE,
    "Command",
    0,
    "fault 5" },
  { "command-other",
    { "Command", 0, answer_other, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    "Command",
    0,
    "11111111" },
  { "receive-lost",
    { "Receive", 0, lose_reply, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive",
    0,
    "not answered" },
  { "receive-broken-off",
    { "Receive", 1, break_off, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive Receive",
    0,
    "broke" },
  { "receive-unreached",
    { "Receive", 1, reach_nobody, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive Receive",
    0,
    "nobody" },
  { "receive-no-shell",
    { "Receive", 1, lose_shell, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive Receive",
    0,
    "shell was not found" },
  { "receive-503",
    { "Receive", 1, answer_503, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive Receive",
    7000,
    "503" },
  { "receive-html",
    { "Receive", 1, answer_html, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "text/html" },
  { "receive-other",
    { "Receive", 0, answer_other, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "11111111" },
  { "receive-other-stream",
    { "Receive", 0, answer_other_stream, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "something else" },
  { "receive-done-only",
    { "Receive", 0, answer_done_only, FALSE },
    OST_ERROR_INCOMPLETE,
    TRUE,
    TRUE,
    "Command Receive",
    0,
    "without telling" },
  { "receive-huge-fragment",
    { "Receive", 0, answer_huge_fragment, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "1000000000 bytes" },
  { "receive-bad-clixml",
    { "Receive", 0, answer_bad_clixml, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "PIPELINE_OUTPUT" },
  { "receive-no-end",
    { "Receive", 0, answer_no_end, FALSE },
    OST_ERROR_PROTOCOL,
    TRUE,
    TRUE,
    NULL,
    0,
    "SOAP" },
};

static void
test_run_case (gconstpointer data)
{
  const RunCase *test = data;
  Misbehaviour misbehaviour = test->misbehaviour;
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspace *runspace = fixture_open (server);
  Seen seen = { .text = g_string_new (NULL) };
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  server->answer = misbehave_cb;
  server->data = &misbehaviour;
  fixture_prepare_outputs (server);
  g_string_truncate (server->log, 0);
  g_assert_false (fixture_run (runspace, server, &seen, &result, &error));
  g_assert_error (error, OST_ERROR, test->code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (
    error->message, "connection ‘contoso’: cannot run Get-MobileDevice on ‘ex1.contoso.com’: "));
  g_assert_nonnull (strstr (error->message, test->words));
  g_assert_cmpuint (ost_error_get_retry_after (error), ==, test->retry_after_ms);
  g_assert_cmpint (ost_runspace_is_broken (runspace), ==, test->is_broken);
  g_assert_cmpint (result.may_have_run, ==, test->may_have_run);
  if (test->log != NULL)
    g_assert_cmpstr (server->log->str, ==, test->log);
  ost_pipeline_result_clear (&result);
  if (test->is_broken)
    {
      /* A session that has ended is not asked for anything any more. */
      g_string_truncate (server->log, 0);
      g_clear_error (&error);
      g_assert_false (fixture_run (runspace, server, &seen, &result, &error));
      g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
      g_assert_false (result.may_have_run);
      g_assert_cmpstr (server->log->str, ==, "");
    }
  fixture_close (runspace, server);
  g_string_free (seen.text, TRUE);
}

static void
answer_redirect (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  g_ptr_array_add (reply->headers, g_strdup ("Location: https://evil.example/"));
  fake_reply_text (reply, 302, "text/html", "moved");
}

static void
answer_404 (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 404, "text/html", "<h2>Not Found</h2>");
}

static void
answer_403 (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 403, NULL, "");
}

static void
answer_no_roles (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (
    reply, 500, "text/plain",
    "[AuthZRequestId=1-2][FailureCategory=AuthZ-CmdletAccessDeniedException] The user "
    "\"contoso.com/Users/bob\" isn't assigned to any management roles.");
}

static void
answer_plain_denied (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 500, NULL,
                   "[Server=CAS1,RequestId=1,TimeStamp=10/4/2013 2:15:34 PM] Access is denied.");
}

static void
answer_too_many (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (
    reply, request, 2150859173,
    "[AuthZRequestId=1][FailureCategory=AuthZ-AuthorizationException] Fail to create a "
    "runspace because you have exceeded the maximum number of connections allowed : 3");
}

static void
answer_over_budget (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (
    reply, request, 2152992672,
    "[AuthZRequestId=1][FailureCategory=AuthZ-AuthorizationException] Fail to create "
    "runspace because you have exceeded your budget to create runspace. Please wait for "
    "2 seconds. Policy: CN=X");
}

static void
answer_no_back_end (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 500, "text/plain",
                   "[ClientAccessServer=A,BackEndServer=b.contoso.com,RequestId=1,TimeStamp=2] "
                   "[FailureCategory=Cafe-SendFailure] ");
}

static void
answer_wrong_resource (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_fault (reply, request, 2150858811, "The resource URI was not found.");
}

static void
answer_empty (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  fake_reply_text (reply, 200, NULL, "");
}

static void
answer_broken_pool (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  fake_append_message (
    bytes, 3, OST_PSRP_RUNSPACEPOOL_STATE, server->pool, NULL,
    "<Obj RefId=\"0\"><MS><I32 N=\"RunspaceState\">5</I32><Obj N=\"ExceptionAsErrorRecord\" "
    "RefId=\"1\"><ToString>[FailureCategory=AuthZ-X] no</ToString></Obj></MS></Obj>",
    30000);
  fake_reply_stream (reply, request, NULL, bytes->data, bytes->len, FALSE);
}

static void
answer_old_version (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  fake_append_message (
    bytes, 1, OST_PSRP_SESSION_CAPABILITY, NULL, NULL,
    "<Obj RefId=\"0\"><MS><Version N=\"protocolversion\">3.0</Version></MS></Obj>", 30000);
  fake_reply_stream (reply, request, NULL, bytes->data, bytes->len, FALSE);
}

typedef struct {
  const char *path;
  Misbehaviour misbehaviour;
  int code;
  const char *log;
  guint retry_after_ms;
  const char *words;
  const char *remedy;
} OpenCase;

static const OpenCase open_cases[] = {
  { "create-lost",
    { "Create", 0, lose_reply, TRUE },
    OST_ERROR_TIMED_OUT,
    "Create Delete",
    0,
    "",
    NULL },
  { "create-broken-off",
    { "Create", 0, break_off, TRUE },
    OST_ERROR_TIMED_OUT,
    "Create Delete",
    0,
    "",
    NULL },
  { "create-unreached",
    { "Create", 0, reach_nobody, TRUE },
    OST_ERROR_UNAVAILABLE,
    "Create",
    0,
    "",
    NULL },
  { "create-redirect",
    { "Create", 0, answer_redirect, TRUE },
    OST_ERROR_INVALID,
    "Create",
    0,
    "https://evil.example/",
    "configure" },
  { "create-404",
    { "Create", 0, answer_404, TRUE },
    OST_ERROR_INVALID,
    "Create",
    0,
    "404",
    "path" },
  { "create-403", { "Create", 0, answer_403, TRUE }, OST_ERROR_DENIED, "Create", 0, "403", "role" },
  { "create-503",
    { "Create", 0, answer_503, TRUE },
    OST_ERROR_UNAVAILABLE,
    "Create",
    7000,
    "503",
    NULL },
  { "create-504",
    { "Create", 0, answer_504, TRUE },
    OST_ERROR_TIMED_OUT,
    "Create Delete",
    0,
    "504",
    NULL },
  { "create-html",
    { "Create", 0, answer_html, TRUE },
    OST_ERROR_PROTOCOL,
    "Create Delete",
    0,
    "It works",
    NULL },
  { "create-empty",
    { "Create", 0, answer_empty, TRUE },
    OST_ERROR_PROTOCOL,
    "Create Delete",
    0,
    "200",
    NULL },
  { "create-no-roles",
    { "Create", 0, answer_no_roles, TRUE },
    OST_ERROR_DENIED,
    "Create",
    0,
    "management roles",
    "role" },
  { "create-denied",
    { "Create", 0, answer_plain_denied, TRUE },
    OST_ERROR_DENIED,
    "Create",
    0,
    "Access is denied",
    "role" },
  { "create-too-many",
    { "Create", 0, answer_too_many, TRUE },
    OST_ERROR_THROTTLED,
    "Create",
    60000,
    "connections",
    "close" },
  { "create-over-budget",
    { "Create", 0, answer_over_budget, TRUE },
    OST_ERROR_THROTTLED,
    "Create",
    2000,
    "budget",
    NULL },
  { "create-no-back-end",
    { "Create", 0, answer_no_back_end, TRUE },
    OST_ERROR_UNAVAILABLE,
    "Create",
    0,
    "Cafe-SendFailure",
    "Back End" },
  { "create-wrong-resource",
    { "Create", 0, answer_wrong_resource, TRUE },
    OST_ERROR_INVALID,
    "Create",
    0,
    "resource",
    "PowerShell" },
  { "receive-lost",
    { "Receive", 0, lose_reply, TRUE },
    OST_ERROR_TIMED_OUT,
    "Create Receive Delete",
    0,
    "",
    NULL },
  { "receive-broken-off",
    { "Receive", 0, break_off, TRUE },
    OST_ERROR_TIMED_OUT,
    "Create Receive Delete",
    0,
    "",
    NULL },
  { "receive-no-shell",
    { "Receive", 0, lose_shell, TRUE },
    OST_ERROR_UNAVAILABLE,
    "Create Receive Delete",
    0,
    "",
    NULL },
  { "receive-broken-pool",
    { "Receive", 0, answer_broken_pool, TRUE },
    OST_ERROR_DENIED,
    "Create Receive Delete",
    0,
    "no”",
    "role" },
  { "receive-other-version",
    { "Receive", 0, answer_old_version, TRUE },
    OST_ERROR_NOT_SUPPORTED,
    "Create Receive Delete",
    0,
    "3.0",
    NULL },
};

static void
test_open_case (gconstpointer data)
{
  const OpenCase *test = data;
  Misbehaviour misbehaviour = test->misbehaviour;
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;

  server->answer = misbehave_cb;
  server->data = &misbehaviour;
  g_assert_null (ost_runspace_open (&options, server->call, &error));
  g_assert_error (error, OST_ERROR, test->code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (
    error->message,
    "connection ‘contoso’: cannot open a PowerShell session on ‘ex1.contoso.com’: "));
  g_assert_nonnull (strstr (error->message, test->words));
  g_assert_cmpuint (ost_error_get_retry_after (error), ==, test->retry_after_ms);
  if (test->remedy != NULL)
    g_assert_nonnull (strstr (ost_error_get_remedy (error), test->remedy));
  g_assert_cmpstr (server->log->str, ==, test->log);
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 0);
}

static void
lose_create_and_delete_cb (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  lose_reply (self, request, reply);
}

static void
test_unknown_outcomes_are_kept (void)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace;

  server->answer = lose_create_and_delete_cb;
  g_assert_null (ost_runspace_open (&options, server->call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 1);

  server->answer = NULL;
  runspace = fixture_open (server);
  server->answer = lose_create_and_delete_cb;
  fake_server_renew_call (server);
  ost_runspace_close (runspace, server->call);
  g_assert_cmpuint (g_hash_table_size (server->kept), ==, 2);
}

static void
test_left_over (void)
{
  static const char id[] = "4A8013C9-7387-4239-842A-B290AC4DA47B";
  g_autoptr (FakeServer) server = fake_server_new ();
  OstRunspaceOptions options = fake_options ();
  Misbehaviour gone = { "Delete", 0, lose_shell, TRUE };
  Misbehaviour lost = { "Delete", 0, lose_reply, TRUE };
  g_autoptr (GError) error = NULL;

  server->answer = misbehave_cb;
  server->data = &gone;
  g_assert_true (ost_runspace_end_left_over (&options, id, FAKE_URI, server->call, &error));
  server->data = &lost;
  g_assert_false (ost_runspace_end_left_over (&options, id, FAKE_URI, server->call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (
    ost_runspace_end_left_over (&options, "\"><evil/>", FAKE_URI, server->call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (ost_runspace_end_left_over (&options, id, "nowhere", server->call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/runspace/unknown-outcomes-are-kept", test_unknown_outcomes_are_kept);
  g_test_add_func ("/runspace/left-over", test_left_over);
  for (gsize i = 0; i < G_N_ELEMENTS (run_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/runspace/run/", run_cases[i].path, NULL);

      g_test_add_data_func (path, &run_cases[i], test_run_case);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (open_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/runspace/open/", open_cases[i].path, NULL);

      g_test_add_data_func (path, &open_cases[i], test_open_case);
    }
  return g_test_run ();
}
