/* drain-client.c: runs pipelines on an Exchange server and drops the replies; what others are measured by */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Standard input holds a pipeline a line, as a JSON array: ["Get-MobileDevice", {"ResultSize": "Unlimited"}].
 * Each of N threads opens a shell and takes the next line until there are none. Nothing of a reply is
 * looked at but its last bytes, for the end of the pipeline: no client can be much faster. A pipeline that
 * fails on the server therefore counts as one that ran; the number of bytes tells. */

#include <curl/curl.h>
#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define WINDOWS "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/"
#define TRANSFER "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
#define RUNSPACES "System.Management.Automation.Runspaces."
#define TIMED_OUT_CODE "Code=\"2150858793\""

enum {
  MESSAGE_SESSION_CAPABILITY = 0x00010002,
  MESSAGE_INIT_RUNSPACEPOOL = 0x00010004,
  MESSAGE_CREATE_PIPELINE = 0x00021006,
};

enum {
  TAIL_BYTES = 512,        /* CommandState, and what closes the envelope after it */
  HEAD_BYTES = 256 * 1024, /* enough of a reply to tell an error, or that a pool is open */
  CURL_BUFFER_BYTES = 512 * 1024,
};

typedef struct {
  char *url;
  char *ca_file;
  char *user;
  char *password;
  int parallel;
  int max_envelope_bytes;
  GAsyncQueue *pipelines; /* of JsonArray; when it is empty the work is done */
} Plan;

typedef struct {
  const Plan *plan;
  CURL *curl;
  struct curl_slist *headers;
  char *shell_id;
  uint8_t pool_id[16];
  uint64_t last_object_id;
  GByteArray *head;
  char tail[TAIL_BYTES];
  size_t n_tail;
  uint64_t n_received;
  unsigned n_requests;
  unsigned n_pipelines;
} Client;

/* What a client's thread leaves behind. */
typedef struct {
  uint64_t n_received;
  unsigned n_requests;
  unsigned n_pipelines;
  GError *error;
} Outcome;

/* ---- CLIXML -------------------------------------------------------------------------------- */

static void
append_text (GString *to, const char *text)
{
  for (const char *at = text; *at != '\0'; at++)
    {
      unsigned char c = (unsigned char)*at;
      if (c == '&')
        g_string_append (to, "&amp;");
      else if (c == '<')
        g_string_append (to, "&lt;");
      else if (c < 0x20 || c == 0x7f || (c == '_' && (at[1] == 'x' || at[1] == 'X')))
        g_string_append_printf (to, "_x%04X_", c);
      else
        g_string_append_c (to, *at);
    }
}

static void
append_scalar (GString *to, JsonNode *value)
{
  GType type = JSON_NODE_HOLDS_NULL (value) ? G_TYPE_INVALID : json_node_get_value_type (value);
  if (type == G_TYPE_BOOLEAN)
    g_string_append_printf (to, "<B N=\"V\">%s</B>",
                            json_node_get_boolean (value) ? "true" : "false");
  else if (type == G_TYPE_INT64)
    g_string_append_printf (to, "<I64 N=\"V\">%" G_GINT64_FORMAT "</I64>",
                            json_node_get_int (value));
  else if (type == G_TYPE_STRING)
    {
      g_string_append (to, "<S N=\"V\">");
      append_text (to, json_node_get_string (value));
      g_string_append (to, "</S>");
    }
  else
    g_string_append (to, "<Nil N=\"V\"/>");
}

static void
append_enum (GString *to, const char *name, const char *type, int value)
{
  g_string_append_printf (to,
                          "<Obj N=\"%s\"><TN><T>" RUNSPACES "%s</T><T>System.Enum</T></TN>"
                          "<I32>%d</I32></Obj>",
                          name, type, value);
}

static void
append_host (GString *to)
{
  g_string_append (to, "<Obj N=\"HostInfo\"><MS><B N=\"_isHostNull\">true</B>"
                       "<B N=\"_isHostUINull\">true</B><B N=\"_isHostRawUINull\">true</B>"
                       "<B N=\"_useRunspaceHost\">true</B></MS></Obj>");
}

static char *
describe_pool (void)
{
  GString *text = g_string_new ("<Obj><MS><I32 N=\"MinRunspaces\">1</I32>"
                                "<I32 N=\"MaxRunspaces\">1</I32>");
  append_enum (text, "PSThreadOptions", "PSThreadOptions", 0);
  append_enum (text, "ApartmentState", "ApartmentState", 2);
  append_host (text);
  g_string_append (text, "<Nil N=\"ApplicationArguments\"/></MS></Obj>");
  return g_string_free (text, FALSE);
}

static void
append_arguments (GString *to, JsonObject *parameters)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  if (parameters == NULL)
    return;
  json_object_iter_init (&iter, parameters);
  while (json_object_iter_next (&iter, &name, &value))
    {
      g_string_append (to, "<Obj><MS><S N=\"N\">");
      append_text (to, name);
      g_string_append (to, "</S>");
      append_scalar (to, value);
      g_string_append (to, "</MS></Obj>");
    }
}

static char *
describe_pipeline (JsonArray *pipeline)
{
  static const char *const merges[]
    = { "MergeMyResult", "MergeToResult", "MergePreviousResults", "MergeError",
        "MergeWarning",  "MergeVerbose",  "MergeDebug",           "MergeInformation" };
  static const char list[]
    = "<TN><T>System.Collections.ArrayList</T><T>System.Object</T></TN><LST>";
  GString *text = g_string_new ("<Obj><MS><B N=\"NoInput\">true</B>");
  append_enum (text, "ApartmentState", "ApartmentState", 2);
  append_enum (text, "RemoteStreamOptions", "RemoteStreamOptions", 0);
  g_string_append (text, "<B N=\"AddToHistory\">false</B>");
  append_host (text);
  g_string_append_printf (text,
                          "<Obj N=\"PowerShell\"><MS><B N=\"IsNested\">false</B>"
                          "<Nil N=\"ExtraCmds\"/><Obj N=\"Cmds\">%s<Obj><MS><S N=\"Cmd\">",
                          list);
  append_text (text, json_array_get_string_element (pipeline, 0));
  g_string_append (text, "</S><B N=\"IsScript\">false</B><Nil N=\"UseLocalScope\"/>");
  for (size_t i = 0; i < G_N_ELEMENTS (merges); i++)
    append_enum (text, merges[i], "PipelineResultTypes", 0);
  g_string_append_printf (text, "<Obj N=\"Args\">%s", list);
  append_arguments (text, json_array_get_length (pipeline) > 1
                            ? json_array_get_object_element (pipeline, 1)
                            : NULL);
  g_string_append (text, "</LST></Obj></MS></Obj></LST></Obj><Nil N=\"History\"/>"
                         "<B N=\"RedirectShellErrorOutputPipe\">false</B></MS></Obj>"
                         "<B N=\"IsNested\">false</B></MS></Obj>");
  return g_string_free (text, FALSE);
}

/* ---- PSRP ---------------------------------------------------------------------------------- */

static void
append_big_endian (GByteArray *to, uint64_t value, int n_bytes)
{
  for (int i = n_bytes - 1; i >= 0; i--)
    {
      uint8_t byte = (uint8_t)(value >> (8 * i));
      g_byte_array_append (to, &byte, 1);
    }
}

/* MS-PSRP 2.2.4 and 2.2.1: one fragment that holds one whole message. */
static void
append_message (Client *client, GByteArray *to, uint32_t type, const uint8_t pipeline_id[16],
                const char *text)
{
  enum { HEADER_BYTES = 40, WHOLE = 3, TO_SERVER = 2 };
  uint32_t destination = GUINT32_TO_LE (TO_SERVER), little_type = GUINT32_TO_LE (type);
  append_big_endian (to, ++client->last_object_id, 8);
  append_big_endian (to, 0, 8);
  append_big_endian (to, WHOLE, 1);
  append_big_endian (to, HEADER_BYTES + strlen (text), 4);
  g_byte_array_append (to, (const uint8_t *)&destination, sizeof destination);
  g_byte_array_append (to, (const uint8_t *)&little_type, sizeof little_type);
  g_byte_array_append (to, client->pool_id, 16);
  g_byte_array_append (to, pipeline_id, 16);
  g_byte_array_append (to, (const uint8_t *)text, strlen (text));
}

/* A GUID as text, and as its bytes travel (the first three parts little-endian). */
static char *
make_guid (uint8_t bytes[16])
{
  g_autofree char *text = g_uuid_string_random ();
  unsigned parts[16];
  static const int order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
  const char *at = text;
  for (int i = 0; i < 16; i++, at += 2)
    {
      at += *at == '-';
      parts[i] = (unsigned)(g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));
    }
  for (int i = 0; i < 16; i++)
    bytes[i] = (uint8_t)parts[order[i]];
  return g_ascii_strup (text, -1);
}

/* ---- WS-Management ------------------------------------------------------------------------- */

static size_t
drop_bytes_cb (char *bytes, size_t unused, size_t n_bytes, void *data)
{
  Client *client = data;
  client->n_received += n_bytes;
  if (client->head->len < HEAD_BYTES)
    g_byte_array_append (client->head, (const uint8_t *)bytes,
                         (guint)MIN (n_bytes, HEAD_BYTES - client->head->len));
  size_t n_new = MIN (n_bytes, TAIL_BYTES), n_kept = MIN (client->n_tail, TAIL_BYTES - n_new);
  memmove (client->tail, client->tail + client->n_tail - n_kept, n_kept);
  memcpy (client->tail + n_kept, bytes + n_bytes - n_new, n_new);
  client->n_tail = n_kept + n_new;
  return n_bytes;
}

static char *
make_envelope (const Client *client, const char *action, const char *body)
{
  g_autofree char *message_id = g_uuid_string_random ();
  gboolean creates = g_str_has_suffix (action, "/Create");
  return g_strdup_printf (
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
    " xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\""
    " xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\""
    " xmlns:r=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\"><s:Header>"
    "<a:To>%s</a:To><w:ResourceURI s:mustUnderstand=\"true\">"
    "http://schemas.microsoft.com/powershell/Microsoft.Exchange</w:ResourceURI><a:ReplyTo>"
    "<a:Address s:mustUnderstand=\"true\">"
    "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
    "<a:Action s:mustUnderstand=\"true\">%s</a:Action>"
    "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">%d</w:MaxEnvelopeSize>"
    "<a:MessageID>uuid:%s</a:MessageID>%s%s%s<w:OperationTimeout>PT60S</w:OperationTimeout>"
    "<w:OptionSet s:mustUnderstand=\"true\">"
    "<w:Option Name=\"protocolversion\" MustComply=\"true\">2.3</w:Option></w:OptionSet>"
    "</s:Header><s:Body>%s</s:Body></s:Envelope>",
    client->plan->url, action, client->plan->max_envelope_bytes, message_id,
    creates ? "" : "<w:SelectorSet><w:Selector Name=\"ShellId\">", creates ? "" : client->shell_id,
    creates ? "" : "</w:Selector></w:SelectorSet>", body);
}

static gboolean
holds (const void *bytes, size_t n_bytes, const char *text)
{
  return memmem (bytes, n_bytes, text, strlen (text)) != NULL;
}

/* A Receive that the server ended for want of output counts as a reply without any. */
static gboolean
request (Client *client, const char *action, const char *body, GError **error)
{
  g_autofree char *envelope = make_envelope (client, action, body);
  long status = 0;
  g_byte_array_set_size (client->head, 0);
  client->n_tail = 0;
  client->n_requests++;
  curl_easy_setopt (client->curl, CURLOPT_POSTFIELDSIZE, (long)strlen (envelope));
  curl_easy_setopt (client->curl, CURLOPT_POSTFIELDS, envelope);
  CURLcode result = curl_easy_perform (client->curl);
  if (result != CURLE_OK)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s: %s", client->plan->url, action,
                   curl_easy_strerror (result));
      return FALSE;
    }
  curl_easy_getinfo (client->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 ? holds (client->tail, client->n_tail, "Envelope>")
                    : holds (client->head->data, client->head->len, TIMED_OUT_CODE))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s: HTTP status %ld: %.*s",
               client->plan->url, action, status, (int)MIN (client->head->len, 2000),
               client->head->len == 0 ? "" : (const char *)client->head->data);
  return FALSE;
}

static gboolean
receive (Client *client, const char *command_id, GError **error)
{
  g_autofree char *body
    = g_strdup_printf ("<r:Receive><r:DesiredStream%s%s%s>stdout</r:DesiredStream></r:Receive>",
                       command_id == NULL ? "" : " CommandId=\"",
                       command_id == NULL ? "" : command_id, command_id == NULL ? "" : "\"");
  return request (client, WINDOWS "Receive", body, error);
}

/* Whether the last reply's messages say that the pool is open; they are short and come whole. */
static gboolean
tells_open (const Client *client)
{
  g_autofree char *reply = g_strndup ((const char *)client->head->data, client->head->len);
  g_auto (GStrv) streams = g_strsplit (reply, "<rsp:Stream ", -1);
  for (char **stream = streams; *stream != NULL; stream++)
    {
      char *start = strchr (*stream, '>'), *end = strchr (*stream, '<');
      size_t n_bytes = 0;
      if (stream == streams || start == NULL || end == NULL || end < start)
        continue;
      *end = '\0';
      g_autofree unsigned char *bytes = g_base64_decode (start + 1, &n_bytes);
      if (holds (bytes, n_bytes, "RunspaceState\">2<"))
        return TRUE;
    }
  return FALSE;
}

static gboolean
open_shell (Client *client, GError **error)
{
  static const uint8_t nobody[16] = { 0 };
  uint8_t unused[16];
  g_autoptr (GByteArray) messages = g_byte_array_new ();
  g_autofree char *pool = describe_pool ();
  client->shell_id = make_guid (unused);
  g_free (make_guid (client->pool_id));
  append_message (client, messages, MESSAGE_SESSION_CAPABILITY, nobody,
                  "<Obj><MS><Version N=\"protocolversion\">2.3</Version>"
                  "<Version N=\"PSVersion\">2.0</Version>"
                  "<Version N=\"SerializationVersion\">1.1.0.1</Version></MS></Obj>");
  append_message (client, messages, MESSAGE_INIT_RUNSPACEPOOL, nobody, pool);
  g_autofree char *base64 = g_base64_encode (messages->data, messages->len);
  g_autofree char *body = g_strdup_printf (
    "<r:Shell ShellId=\"%s\"><r:InputStreams>stdin pr</r:InputStreams>"
    "<r:OutputStreams>stdout</r:OutputStreams>"
    "<creationXml xmlns=\"http://schemas.microsoft.com/powershell\">%s</creationXml></r:Shell>",
    client->shell_id, base64);
  if (!request (client, TRANSFER "Create", body, error))
    return FALSE;
  do
    {
      if (!receive (client, NULL, error))
        return FALSE;
      if (holds (client->head->data, client->head->len, TIMED_OUT_CODE))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s: the runspace did not open",
                       client->plan->url);
          return FALSE;
        }
  } while (!tells_open (client));
  return TRUE;
}

static gboolean
run_pipeline (Client *client, JsonArray *pipeline, GError **error)
{
  uint8_t pipeline_id[16];
  g_autofree char *command_id = make_guid (pipeline_id);
  g_autofree char *text = describe_pipeline (pipeline);
  g_autoptr (GByteArray) message = g_byte_array_new ();
  append_message (client, message, MESSAGE_CREATE_PIPELINE, pipeline_id, text);
  g_autofree char *base64 = g_base64_encode (message->data, message->len);
  g_autofree char *start = g_strdup_printf (
    "<r:CommandLine CommandId=\"%s\"><r:Command/><r:Arguments>%s</r:Arguments></r:CommandLine>",
    command_id, base64);
  g_autofree char *end = g_strdup_printf ("<r:Signal CommandId=\"%s\"><r:Code>" WINDOWS
                                          "signal/terminate</r:Code></r:Signal>",
                                          command_id);
  if (!request (client, WINDOWS "Command", start, error))
    return FALSE;
  do
    {
      if (!receive (client, command_id, error))
        return FALSE;
  } while (!holds (client->tail, client->n_tail, "CommandState/Done"));
  client->n_pipelines++;
  return request (client, WINDOWS "Signal", end, error);
}

/* ---- threads ------------------------------------------------------------------------------- */

static void
set_options (Client *client)
{
  const Plan *plan = client->plan;
  client->headers = curl_slist_append (NULL, "Content-Type: application/soap+xml;charset=UTF-8");
  client->headers = curl_slist_append (client->headers, "Expect:");
  curl_easy_setopt (client->curl, CURLOPT_URL, plan->url);
  curl_easy_setopt (client->curl, CURLOPT_HTTPHEADER, client->headers);
  curl_easy_setopt (client->curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  curl_easy_setopt (client->curl, CURLOPT_USERNAME, plan->user);
  curl_easy_setopt (client->curl, CURLOPT_PASSWORD, plan->password);
  curl_easy_setopt (client->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (client->curl, CURLOPT_BUFFERSIZE, (long)CURL_BUFFER_BYTES);
  curl_easy_setopt (client->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (client->curl, CURLOPT_COOKIEFILE, "");
  curl_easy_setopt (client->curl, CURLOPT_WRITEFUNCTION, drop_bytes_cb);
  curl_easy_setopt (client->curl, CURLOPT_WRITEDATA, client);
  if (plan->ca_file != NULL)
    curl_easy_setopt (client->curl, CURLOPT_CAINFO, plan->ca_file);
}

static void
run_client (Client *client, GError **error)
{
  if (!open_shell (client, error))
    return;
  for (;;)
    {
      g_autoptr (JsonArray) pipeline = g_async_queue_try_pop (client->plan->pipelines);
      if (pipeline == NULL)
        break;
      if (!run_pipeline (client, pipeline, error))
        return;
    }
  request (client, TRANSFER "Delete", "", error);
}

static void *
run_client_thread (void *data)
{
  Client client = { .plan = data, .curl = curl_easy_init (), .head = g_byte_array_new () };
  Outcome *outcome = g_new0 (Outcome, 1);
  set_options (&client);
  run_client (&client, &outcome->error);
  outcome->n_received = client.n_received;
  outcome->n_requests = client.n_requests;
  outcome->n_pipelines = client.n_pipelines;
  curl_easy_cleanup (client.curl);
  curl_slist_free_all (client.headers);
  g_byte_array_unref (client.head);
  g_free (client.shell_id);
  return outcome;
}

static double
cpu_seconds (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
         + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* Adds up what the threads did; FALSE, told on standard error, when one failed. */
static gboolean
run_all (Plan *plan)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  uint64_t n_received = 0;
  unsigned n_requests = 0, n_pipelines = 0;
  gboolean succeeded = TRUE;
  gint64 began_us = g_get_monotonic_time ();
  double began_cpu = cpu_seconds ();
  for (int i = 0; i < plan->parallel; i++)
    g_ptr_array_add (threads, g_thread_new ("client", run_client_thread, plan));
  for (guint i = 0; i < threads->len; i++)
    {
      g_autofree Outcome *outcome = g_thread_join (g_ptr_array_index (threads, i));
      g_autoptr (GError) error = outcome->error;
      n_received += outcome->n_received;
      n_requests += outcome->n_requests;
      n_pipelines += outcome->n_pipelines;
      if (error != NULL)
        g_printerr ("drain-client: %s\n", error->message);
      succeeded = succeeded && error == NULL;
    }
  g_print ("{\"seconds\":%.3f,\"bytes\":%" G_GUINT64_FORMAT
           ",\"requests\":%u,\"pipelines\":%u,\"cpu_seconds\":%.3f}\n",
           (double)(g_get_monotonic_time () - began_us) / 1e6, n_received, n_requests, n_pipelines,
           cpu_seconds () - began_cpu);
  return succeeded;
}

/* ---- command line -------------------------------------------------------------------------- */

static gboolean
is_pipeline (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  JsonArray *array = json_node_get_array (node);
  guint length = json_array_get_length (array);
  return (length == 1 || length == 2)
         && json_node_get_value_type (json_array_get_element (array, 0)) == G_TYPE_STRING
         && (length == 1 || JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, 1)));
}

static gboolean
read_pipelines (Plan *plan, GError **error)
{
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  GIOStatus status;
  char *next = NULL;
  for (int line = 1;
       (status = g_io_channel_read_line (input, &next, NULL, NULL, error)) == G_IO_STATUS_NORMAL;
       line++)
    {
      g_autofree char *text = next;
      if (*g_strstrip (text) == '\0')
        continue;
      g_autoptr (JsonNode) node = json_from_string (text, error);
      if (error != NULL && *error != NULL)
        {
          g_prefix_error (error, "line %d of standard input: ", line);
          return FALSE;
        }
      if (!is_pipeline (node))
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       "line %d of standard input: no [\"Cmdlet\", {\"Parameter\": value}]", line);
          return FALSE;
        }
      g_async_queue_push (plan->pipelines, json_array_ref (json_node_get_array (node)));
    }
  return status == G_IO_STATUS_EOF;
}

static gboolean
read_options (Plan *plan, int argc, char **argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &plan->url, "server's /PowerShell", "URL" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &plan->ca_file, "certificates to trust", "FILE" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &plan->user, "account name", "NAME" },
    { "password", 0, 0, G_OPTION_ARG_STRING, &plan->password, "its password", "TEXT" },
    { "parallel", 0, 0, G_OPTION_ARG_INT, &plan->parallel, "shells at one time (1)", "N" },
    { "max-envelope", 0, 0, G_OPTION_ARG_INT, &plan->max_envelope_bytes,
      "largest reply that the server may send (512000)", "BYTES" },
    { NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_option_context_set_summary (context,
                                "Runs the pipelines on standard input, a JSON array a line, "
                                "and drops the replies.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (plan->url != NULL && plan->user != NULL && plan->password != NULL && plan->parallel > 0)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                       "--url, --user and --password are needed, and --parallel of 1 or more");
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Plan plan = {
    .parallel = 1,
    .max_envelope_bytes = 512000,
    .pipelines = g_async_queue_new_full ((GDestroyNotify)json_array_unref),
  };
  int status = EXIT_SUCCESS;
  curl_global_init (CURL_GLOBAL_DEFAULT);
  if (!read_options (&plan, argc, argv, &error) || !read_pipelines (&plan, &error))
    {
      g_printerr ("drain-client: %s\n", error->message);
      status = 2;
    }
  else if (!run_all (&plan))
    status = EXIT_FAILURE;
  g_async_queue_unref (plan.pipelines);
  g_free (plan.url);
  g_free (plan.ca_file);
  g_free (plan.user);
  g_free (plan.password);
  curl_global_cleanup ();
  return status;
}
