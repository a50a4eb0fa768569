/* remoting-fake.c: a call whose requests are answered by the test, in the same thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remoting-fake.h"

#include "core/base/ost-settings-private.h"
#include "wsman-base64.h"
#include "wsman-envelope.h"

#include <string.h>

static char *
between (const char *text, const char *start, const char *end)
{
  const char *from = strstr (text, start);
  const char *to = from != NULL ? strstr (from + strlen (start), end) : NULL;

  return to != NULL ? g_strndup (from + strlen (start), (gsize)(to - from) - strlen (start)) : NULL;
}

static const char *
find_header (OstTransfer *transfer, const char *prefix)
{
  const char *const *headers = ost_transfer_get_headers (transfer);

  for (guint i = 0; headers[i] != NULL; i++)
    if (g_str_has_prefix (headers[i], prefix))
      return headers[i] + strlen (prefix);
  return NULL;
}

static void
push (OstTransfer *transfer, FakeReply *reply)
{
  gsize offset = 0;

  if (reply->never)
    return;
  if (reply->status != 0)
    {
      g_ptr_array_add (reply->headers, NULL);
      ost_transfer_push_head (transfer, reply->status, (const char *const *)reply->headers->pdata);
    }
  while (offset < reply->body->len)
    {
      gsize length = MIN (reply->body->len - offset, 64 * 1024);

      if (ost_transfer_push (transfer, reply->body->str + offset, length) != OST_FLOW_CONTINUE)
        break;
      offset += length;
    }
  ost_transfer_finish (transfer, g_steal_pointer (&reply->failure));
}

static gboolean
send_cb (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  FakeServer *self = host;
  GBytes *envelope = ost_transfer_get_body (transfer);
  g_autofree char *body
    = g_strndup (g_bytes_get_data (envelope, NULL), g_bytes_get_size (envelope));
  g_autofree char *action = between (body, "<wsa:Action s:mustUnderstand=\"true\">", "<");
  g_autofree char *message_id = between (body, "<wsa:MessageID>uuid:", "<");
  g_autofree char *shell_id = between (body, "<wsman:Selector Name=\"ShellId\">", "<");
  g_autofree char *command_id = between (body, " CommandId=\"", "\"");
  g_autofree char *creation = between (body, "/powershell\">", "<");
  g_autofree char *arguments = between (body, "<rsp:Arguments>", "<");
  g_autofree char *stream = between (body, "<rsp:Stream ", "</");
  FakeRequest request = {
    .operation = action != NULL ? strrchr (action, '/') + 1 : "Identify",
    .message_id = message_id,
    .shell_id = shell_id,
    .command_id = command_id,
    .cookie = find_header (transfer, "Cookie: "),
    .body = body,
    .base64 = creation != NULL    ? creation
              : arguments != NULL ? arguments
              : stream != NULL    ? strchr (stream, '>') + 1
                                  : NULL,
  };
  FakeReply reply = { .status = 200 };

  g_assert_cmpstr (ost_transfer_get_method (transfer), ==, "POST");
  g_assert_false (ost_transfer_is_replayable (transfer));
  g_assert_true (ost_transfer_has_own_cookies (transfer));
  g_string_append_printf (self->log, "%s%s", self->log->len > 0 ? " " : "", request.operation);
  reply.headers = g_ptr_array_new_with_free_func (g_free);
  reply.body = g_string_new (NULL);
  if (self->answer != NULL)
    self->answer (self, &request, &reply);
  else
    fake_server_answer (self, &request, &reply);
  push (transfer, &reply);
  g_ptr_array_unref (reply.headers);
  g_string_free (reply.body, TRUE);
  g_clear_error (&reply.failure);
  return TRUE;
}

static void
warn_cb (gpointer host, OstCall *call, const char *text)
{
  FakeServer *self = host;

  g_string_append_printf (self->warnings, "%s\n", text);
}

static gboolean
keep_session_cb (gpointer host, OstCall *call, const char *id, const char *detail, GError **error)
{
  FakeServer *self = host;

  if (self->refuses_sessions)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_THROTTLED, "four sessions are enough");
      return FALSE;
    }
  g_hash_table_add (self->kept, g_strdup (id));
  g_ptr_array_add (self->details, g_strdup (detail));
  return TRUE;
}

static void
forget_session_cb (gpointer host, OstCall *call, const char *id)
{
  FakeServer *self = host;

  g_assert_true (g_hash_table_remove (self->kept, id));
}

void
fake_server_renew_call (FakeServer *self)
{
  static const OstCallHost host = {
    .send = send_cb,
    .warn = warn_cb,
    .keep_session = keep_session_cb,
    .forget_session = forget_session_cb,
  };

  g_clear_object (&self->call);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->call = ost_call_new (&host, self, self->settings, "contoso", ost_clock_get_system (),
                             self->cancellable, 0, NULL);
}

FakeServer *
fake_server_new (void)
{
  FakeServer *self = g_new0 (FakeServer, 1);

  self->settings = ost_settings_new ("contoso");
  self->log = g_string_new (NULL);
  self->warnings = g_string_new (NULL);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->details = g_ptr_array_new_with_free_func (g_free);
  self->sent = g_byte_array_new ();
  self->filling = g_byte_array_new ();
  self->pipeline_out = g_queue_new ();
  self->object_id = 10;
  fake_server_renew_call (self);
  return self;
}

void
fake_server_free (FakeServer *self)
{
  g_object_unref (self->call);
  g_object_unref (self->cancellable);
  g_object_unref (self->settings);
  g_string_free (self->log, TRUE);
  g_string_free (self->warnings, TRUE);
  g_hash_table_unref (self->kept);
  g_ptr_array_unref (self->details);
  g_byte_array_unref (self->sent);
  g_byte_array_unref (self->filling);
  g_queue_free_full (self->pipeline_out, (GDestroyNotify)g_bytes_unref);
  g_free (self->shell_id);
  g_free (self->command_id);
  g_free (self);
}

OstRunspaceOptions
fake_options (void)
{
  return (OstRunspaceOptions){
    .uri = FAKE_URI,
    .resource_uri = "http://schemas.microsoft.com/powershell/Microsoft.Exchange",
    .identity = "connection",
    .locale = "en-US",
    .operation_timeout_seconds = 60,
  };
}

void
fake_append_message (GByteArray *bytes, guint64 object_id, guint32 type, const guint8 *pool,
                     const guint8 *pipeline, const char *xml, gsize fragment_size)
{
  OstPsrpHeader header = { .destination = OST_PSRP_TO_CLIENT, .type = type };
  OstPsrpFragments fragments;

  if (pool != NULL)
    memcpy (header.pool, pool, sizeof header.pool);
  if (pipeline != NULL)
    memcpy (header.pipeline, pipeline, sizeof header.pipeline);
  ost_psrp_fragments_init (&fragments, object_id, &header, xml, strlen (xml), fragment_size);
  while (ost_psrp_fragments_next (&fragments, bytes))
    ;
}

void
fake_server_add (FakeServer *self, guint32 type, const char *xml)
{
  /* Odd sizes, so that headers, tags and characters get cut. The pipeline's GUID is not known yet:
   * zeros stand for it until the reply is sent. */
  fake_append_message (self->filling, self->object_id++, type, NULL, NULL, xml, 4000);
}

void
fake_server_add_raw (FakeServer *self, const guint8 *bytes, gsize length)
{
  g_byte_array_append (self->filling, bytes, (guint)length);
}

void
fake_server_end_reply (FakeServer *self)
{
  g_queue_push_tail (self->pipeline_out, g_bytes_new (self->filling->data, self->filling->len));
  g_byte_array_set_size (self->filling, 0);
}

void
fake_reply_envelope (FakeReply *reply, const FakeRequest *request, const char *body)
{
  g_ptr_array_add (reply->headers, g_strdup ("Content-Type: application/soap+xml;charset=UTF-8"));
  g_string_append_printf (
    reply->body,
    "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" OST_WSMAN_NS_SOAP
    "\" xmlns:a=\"" OST_WSMAN_NS_ADDRESSING "\" xmlns:w=\"" OST_WSMAN_NS_WSMAN
    "\" xmlns:x=\"" OST_WSMAN_NS_TRANSFER "\" xmlns:rsp=\"" OST_WSMAN_NS_SHELL
    "\"><s:Header><a:RelatesTo>uuid:%s</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>",
    request->message_id, body);
}

void
fake_reply_stream (FakeReply *reply, const FakeRequest *request, const char *command_id,
                   const guint8 *bytes, gsize length, gboolean is_done)
{
  g_autoptr (GString) body = g_string_new ("<rsp:ReceiveResponse>");

  if (length > 0)
    {
      g_string_append (body, "<rsp:Stream Name=\"stdout\"");
      if (command_id != NULL)
        g_string_append_printf (body, " CommandId=\"%s\"", command_id);
      g_string_append_c (body, '>');
      ost_base64_append (body, bytes, length);
      g_string_append (body, "</rsp:Stream>");
    }
  if (is_done)
    g_string_append_printf (
      body,
      "<rsp:CommandState CommandId=\"%s\" State=\"" OST_WSMAN_NS_SHELL
      "/CommandState/Done\"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>",
      command_id);
  g_string_append (body, "</rsp:ReceiveResponse>");
  fake_reply_envelope (reply, request, body->str);
}

void
fake_reply_fault (FakeReply *reply, const FakeRequest *request, guint32 code, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_autofree char *body = g_strdup_printf (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>w:Odd</s:Value></s:Subcode>"
    "</s:Code><s:Reason><s:Text xml:lang=\"en-US\">a reason</s:Text></s:Reason><s:Detail>"
    "<f:WSManFault xmlns:f=\"" OST_WSMAN_NS_FAULT "\" Code=\"%u\" Machine=\"ex1\">"
    "<f:Message>%s</f:Message></f:WSManFault></s:Detail></s:Fault>",
    code, escaped);

  reply->status = 500;
  fake_reply_envelope (reply, request, body);
}

void
fake_reply_text (FakeReply *reply, guint status, const char *content_type, const char *text)
{
  reply->status = status;
  if (content_type != NULL)
    g_ptr_array_add (reply->headers, g_strconcat ("Content-Type: ", content_type, NULL));
  g_string_append (reply->body, text);
}

static void
keep_sent (FakeServer *self, const FakeRequest *request)
{
  g_autofree guchar *bytes = NULL;
  gsize length = 0;

  if (request->base64 == NULL)
    return;
  bytes = g_base64_decode (request->base64, &length);
  g_byte_array_append (self->sent, bytes, (guint)length);
}

static void
answer_create (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  g_autofree char *body = NULL;

  g_free (self->shell_id);
  self->shell_id = between (request->body, "<rsp:Shell ShellId=\"", "\"");
  g_assert_true (ost_psrp_guid_parse (self->shell_id, self->pool));
  body = g_strdup_printf (
    "<x:ResourceCreated><a:Address>" FAKE_URI "</a:Address><a:ReferenceParameters><w:SelectorSet>"
    "<w:Selector Name=\"ShellId\">%s</w:Selector></w:SelectorSet></a:ReferenceParameters>"
    "</x:ResourceCreated><rsp:Shell><rsp:ShellId>%s</rsp:ShellId></rsp:Shell>",
    self->shell_id, self->shell_id);
  fake_reply_envelope (reply, request, body);
}

static void
answer_pool (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  fake_append_message (
    bytes, 1, OST_PSRP_SESSION_CAPABILITY, NULL, NULL,
    "\xEF\xBB\xBF<Obj RefId=\"0\"><MS><Version N=\"protocolversion\">2.3</Version>"
    "</MS></Obj>",
    30000);
  fake_append_message (
    bytes, 2, OST_PSRP_APPLICATION_PRIVATE_DATA, self->pool, NULL,
    "<Obj RefId=\"0\"><MS><Obj N=\"ApplicationPrivateData\" RefId=\"1\"><DCT><En><S N=\"Key\">"
    "PSVersionTable</S><Obj N=\"Value\" RefId=\"2\"><DCT><En><S N=\"Key\">PSVersion</S>"
    "<Version N=\"Value\">5.1.17763.592</Version></En></DCT></Obj></En></DCT></Obj></MS></Obj>",
    30000);
  fake_append_message (bytes, 3, OST_PSRP_RUNSPACEPOOL_STATE, self->pool, NULL,
                       "<Obj RefId=\"0\"><MS><I32 N=\"RunspaceState\">2</I32></MS></Obj>", 30000);
  fake_reply_stream (reply, request, NULL, bytes->data, bytes->len, FALSE);
}

static void
answer_command (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  g_autofree char *body = g_strdup_printf (
    "<rsp:CommandResponse><rsp:CommandId>%s</rsp:CommandId></rsp:CommandResponse>",
    request->command_id);

  g_free (self->command_id);
  self->command_id = g_strdup (request->command_id);
  g_assert_true (ost_psrp_guid_parse (self->command_id, self->pipeline));
  fake_reply_envelope (reply, request, body);
}

/* Puts the pipeline's GUID where zeros stand for it, in the first fragment of each message. */
static GByteArray *
fill_in_guids (FakeServer *self, GBytes *bytes)
{
  GByteArray *filled = g_bytes_unref_to_array (g_bytes_ref (bytes));

  for (gsize at = 0; at + 61 <= filled->len;)
    {
      guint32 length;

      memcpy (&length, filled->data + at + 17, sizeof length);
      if ((filled->data[at + 16] & 1) != 0 && ost_psrp_guid_is_zero (filled->data + at + 29)
          && ost_psrp_guid_is_zero (filled->data + at + 45))
        {
          memcpy (filled->data + at + 29, self->pool, OST_PSRP_GUID_SIZE);
          memcpy (filled->data + at + 45, self->pipeline, OST_PSRP_GUID_SIZE);
        }
      at += 21 + (gsize)GUINT32_FROM_BE (length);
    }
  return filled;
}

static void
answer_receive (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  g_autoptr (GBytes) bytes = g_queue_pop_head (self->pipeline_out);
  g_autoptr (GByteArray) filled = NULL;

  if (bytes == NULL)
    {
      fake_reply_fault (reply, request, 2150858843,
                        "The Windows Remote Shell received a request to perform an operation on a "
                        "command identifier that does not exist.");
      return;
    }
  filled = fill_in_guids (self, bytes);
  fake_reply_stream (reply, request, request->command_id, filled->data, filled->len,
                     g_queue_is_empty (self->pipeline_out));
}

void
fake_server_answer (FakeServer *self, const FakeRequest *request, FakeReply *reply)
{
  keep_sent (self, request);
  if (strcmp (request->operation, "Create") == 0)
    answer_create (self, request, reply);
  else if (strcmp (request->operation, "Receive") == 0 && request->command_id == NULL)
    answer_pool (self, request, reply);
  else if (strcmp (request->operation, "Command") == 0)
    answer_command (self, request, reply);
  else if (strcmp (request->operation, "Receive") == 0)
    answer_receive (self, request, reply);
  else if (strcmp (request->operation, "Send") == 0)
    fake_reply_envelope (reply, request, "<rsp:SendResponse/>");
  else if (strcmp (request->operation, "Signal") == 0)
    fake_reply_envelope (reply, request, "<rsp:SignalResponse/>");
  else
    fake_reply_envelope (reply, request, "");
}
