/* psrp-replay.c: runs our client against recorded replies, and prints what it saw */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conversation.h"
#include "tests/unit/remoting-fake.h"
#include "wsman-base64.h"

#include <string.h>

typedef struct {
  GArray *exchanges;
  guint next_receive; /* where the replies to Receive for the pool, or the last command, are */
  guint next_command;
  const Recorded *command;
  char *shell_id; /* as recorded */
  char *command_id;
  guint n_left;
} Replay;

static char *
between (const char *text, gsize length, const char *start, char end)
{
  const char *from = memmem (text, length, start, strlen (start));
  const char *to;

  if (from == NULL)
    return NULL;
  from += strlen (start);
  to = memchr (from, end, length - (gsize)(from - text));
  return to != NULL ? g_strndup (from, (gsize)(to - from)) : NULL;
}

static gboolean
is_for (const Recorded *recorded, const char *operation)
{
  return strcmp (recorded->operation, operation) == 0;
}

/* The reply to the next Receive of the pool (before a Command) or of the current command. */
static const Recorded *
take_receive (Replay *self, gboolean is_pool)
{
  for (; self->next_receive < self->exchanges->len; self->next_receive++)
    {
      const Recorded *recorded = &g_array_index (self->exchanges, Recorded, self->next_receive);

      if (is_for (recorded, "Command") || is_for (recorded, "Delete"))
        return NULL;
      if (is_for (recorded, "Receive")
          && is_pool
               == (memmem (recorded->request, recorded->request_length, "<rsp:DesiredStream>", 19)
                   != NULL))
        {
          self->next_receive++;
          return recorded;
        }
    }
  return NULL;
}

static const Recorded *
take_command (Replay *self)
{
  for (; self->next_command < self->exchanges->len; self->next_command++)
    if (is_for (&g_array_index (self->exchanges, Recorded, self->next_command), "Command"))
      {
        self->next_receive = self->next_command + 1;
        return &g_array_index (self->exchanges, Recorded, self->next_command++);
      }
  return NULL;
}

/* Our GUIDs instead of the recorded ones; which of the two byte orders those have does not matter. */
static void
rewrite_fragments (GByteArray *bytes, const FakeServer *server)
{
  for (gsize at = 0; at + 61 <= bytes->len;)
    {
      guint32 length;

      memcpy (&length, bytes->data + at + 17, sizeof length);
      if ((bytes->data[at + 16] & 1) != 0 && !ost_psrp_guid_is_zero (bytes->data + at + 29))
        memcpy (bytes->data + at + 29, server->pool, OST_PSRP_GUID_SIZE);
      if ((bytes->data[at + 16] & 1) != 0 && !ost_psrp_guid_is_zero (bytes->data + at + 45))
        memcpy (bytes->data + at + 45, server->pipeline, OST_PSRP_GUID_SIZE);
      at += 21 + (gsize)GUINT32_FROM_BE (length);
    }
}

static void
rewrite_streams (GString *xml, const FakeServer *server)
{
  static const char start[] = "<rsp:Stream ";
  gsize at = 0;

  while (TRUE)
    {
      const char *element = strstr (xml->str + at, start);
      const char *text = element != NULL ? strchr (element, '>') + 1 : NULL;
      gsize length = text != NULL ? strcspn (text, "<") : 0;
      g_autoptr (GByteArray) bytes = NULL;
      g_autoptr (GString) rewritten = g_string_new (NULL);
      g_autofree char *base64 = NULL;
      guint8 *decoded;
      gsize offset, n_bytes;

      if (text == NULL)
        return;
      offset = (gsize)(text - xml->str);
      base64 = g_strndup (text, length);
      decoded = g_base64_decode (base64, &n_bytes);
      bytes = g_byte_array_new_take (decoded, n_bytes);
      rewrite_fragments (bytes, server);
      ost_base64_append (rewritten, bytes->data, bytes->len);
      g_string_erase (xml, (gssize)offset, (gssize)length);
      g_string_insert (xml, (gssize)offset, rewritten->str);
      at = offset + rewritten->len;
    }
}

static void
reply_recorded (FakeServer *server, const FakeRequest *request, const Recorded *recorded,
                FakeReply *reply)
{
  Replay *self = server->data;

  g_string_append_len (reply->body, recorded->response, (gssize)recorded->response_length);
  g_string_replace (reply->body, recorded->message_id, request->message_id, 0);
  if (self->shell_id != NULL)
    g_string_replace (reply->body, self->shell_id, server->shell_id, 0);
  if (self->command_id != NULL)
    g_string_replace (reply->body, self->command_id, server->command_id, 0);
  rewrite_streams (reply->body, server);
  reply->status = recorded->status;
  g_ptr_array_add (reply->headers, g_strdup ("Content-Type: application/soap+xml;charset=UTF-8"));
}

static void
answer_cb (FakeServer *server, const FakeRequest *request, FakeReply *reply)
{
  Replay *self = server->data;
  const Recorded *recorded = NULL;

  if (strcmp (request->operation, "Create") == 0)
    {
      recorded = &g_array_index (self->exchanges, Recorded, 0);
      server->shell_id
        = between (request->body, strlen (request->body), "<rsp:Shell ShellId=\"", '"');
      ost_psrp_guid_parse (server->shell_id, server->pool);
      self->shell_id = between (recorded->response, recorded->response_length,
                                "<w:Selector Name=\"ShellId\">", '<');
    }
  else if (strcmp (request->operation, "Command") == 0)
    {
      recorded = take_command (self);
      g_free (server->command_id);
      server->command_id = g_strdup (request->command_id);
      ost_psrp_guid_parse (server->command_id, server->pipeline);
      g_free (self->command_id);
      self->command_id
        = between (recorded->response, recorded->response_length, "<rsp:CommandId>", '<');
    }
  else if (strcmp (request->operation, "Receive") == 0)
    recorded = take_receive (self, request->command_id == NULL);
  if (recorded != NULL)
    reply_recorded (server, request, recorded, reply);
  else if (strcmp (request->operation, "Receive") == 0)
    fake_reply_fault (reply, request, 2150858843, "the command does not exist");
  else
    fake_server_answer (server, request, reply);
}

static gboolean
output_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  const char *text = ost_clixml_value_get_text (value, NULL);

  g_print ("output %s\n", text != NULL ? text : "-");
  return TRUE;
}

static gboolean
record_cb (const OstRecord *record, gpointer user_data, GError **error)
{
  static const char *const names[]
    = { "error", "warning", "verbose", "debug", "information", "progress" };

  g_print ("record %s%s\n", names[record->stream], record->message != NULL ? "" : " without text");
  return TRUE;
}

static void
run_command (OstRunspace *runspace, FakeServer *server)
{
  static const OstPipelineSink sink = { output_cb, record_cb };
  static const char *const states[] = { "completed", "failed", "stopped" };
  g_autoptr (OstCommand) command = ost_command_new ("Get-Anything");
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  if (ost_runspace_run (runspace, &command, 1, &sink, NULL, server->call, &result, &error))
    {
      if (result.failure_id != NULL)
        g_strdelimit (result.failure_id, "\r\n\t", ' ');
      g_print ("ended %s %lu %u %u %u %s\n", states[result.state], (gulong)result.n_outputs,
               result.n_errors, result.n_warnings, result.n_host_calls,
               result.failure_id != NULL ? result.failure_id : "-");
    }
  else
    g_print ("error %s\n", error->message);
  ost_pipeline_result_clear (&result);
}

static void
replay (Session *session)
{
  g_autoptr (FakeServer) server = fake_server_new ();
  Replay self = { .exchanges = session->exchanges };
  OstRunspaceOptions options = fake_options ();
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace;
  guint n_commands = 0;

  for (guint i = 0; i < session->exchanges->len; i++)
    n_commands += is_for (&g_array_index (session->exchanges, Recorded, i), "Command");
  server->answer = answer_cb;
  server->data = &self;
  self.next_receive = 1;
  runspace = ost_runspace_open (&options, server->call, &error);
  g_assert_no_error (error);
  g_print ("opened %s\n", ost_runspace_get_server_version (runspace));
  for (guint i = 0; i < n_commands && !ost_runspace_is_broken (runspace); i++)
    run_command (runspace, server);
  fake_server_renew_call (server);
  ost_runspace_close (runspace, server->call);
  g_print ("closed %u %s\n", g_hash_table_size (server->kept), server->log->str);
  g_free (self.shell_id);
  g_free (self.command_id);
}

int
main (int argc, char **argv)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GArray) sessions = NULL;
  gsize length = 0;

  if (argc != 2 || !g_file_get_contents (argv[1], &bytes, &length, NULL))
    return 2;
  sessions = conversation_read (bytes, length);
  for (guint i = 0; i < sessions->len; i++)
    replay (&g_array_index (sessions, Session, i));
  return 0;
}
