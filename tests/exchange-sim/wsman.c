/* wsman.c: the operations of WS-Management on shells */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman.h"

#include <string.h>

#define SMALLEST_ENVELOPE 8192
#define LARGEST_ENVELOPE (4 * 1024 * 1024)
/* What the envelope needs beside the streams. */
#define ENVELOPE_OVERHEAD 2048
#define MAX_TIMEOUT_US (900 * G_USEC_PER_SEC)
#define DONE "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"
#define STOP_SIGNAL "powershell/signal/crtl_c"

/**
 * Entry:
 * @wsman: whose it is
 * @shell: a shell
 * @idle: ends it
 *
 * A shell in the table.
 */
typedef struct {
  SimWsman *wsman;
  SimShell *shell;
  GSource *idle;
} Entry;

/**
 * Wait:
 * @wsman: whose it is
 * @request: a Receive
 * @entry: the shell it waits for
 * @command: (nullable): the command it waits for, %NULL for the pool
 * @reply: to be called
 * @user_data: for @reply
 * @deadline: when the operation times out
 * @again: (nullable): goes on when others had their turn
 */
typedef struct {
  SimWsman *wsman;
  SimRequest *request;
  Entry *entry;
  SimCommand *command;
  SimReply reply;
  gpointer user_data;
  GSource *deadline;
  GSource *again;
} Wait;

struct _SimWsman {
  SimWorld *world;
  SimWsmanOptions options;
  GHashTable *entries; /* by identifier */
  GPtrArray *waits;
};

/* ---- shells ---------------------------------------------------------------------------------- */

/* A source that does nothing but become ready at a time; GLib's own moves that time by itself. */
static gboolean
dispatch_alarm (GSource *source, GSourceFunc callback, gpointer data)
{
  g_source_set_ready_time (source, -1);
  return callback (data);
}

static GSourceFuncs ALARM = { .dispatch = dispatch_alarm };

static void
free_entry (gpointer data)
{
  Entry *entry = data;
  g_source_destroy (entry->idle);
  g_source_unref (entry->idle);
  sim_shell_free (entry->shell);
  g_free (entry);
}

SimWsman *
sim_wsman_new (SimWorld *world, const SimWsmanOptions *options)
{
  SimWsman *wsman = g_new0 (SimWsman, 1);
  wsman->world = world;
  wsman->options = *options;
  if (options->denied != NULL)
    g_hash_table_ref (options->denied);
  wsman->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_entry);
  wsman->waits = g_ptr_array_new ();
  return wsman;
}

void
sim_wsman_free (SimWsman *wsman)
{
  if (wsman == NULL)
    return;
  sim_wsman_kill_all (wsman);
  g_hash_table_unref (wsman->entries);
  g_ptr_array_unref (wsman->waits);
  g_clear_pointer (&wsman->options.denied, g_hash_table_unref);
  g_free (wsman);
}

void
sim_wsman_set_world (SimWsman *wsman, SimWorld *world)
{
  sim_wsman_kill_all (wsman);
  wsman->world = world;
}

static Entry *
find_entry (SimWsman *wsman, const char *id)
{
  g_autofree char *key = id == NULL ? NULL : g_ascii_strup (id, -1);
  return key == NULL ? NULL : g_hash_table_lookup (wsman->entries, key);
}

static void
postpone_idle (Entry *entry)
{
  sim_shell_touch (entry->shell);
  g_source_set_ready_time (entry->idle,
                           g_get_monotonic_time () + sim_shell_get_idle_timeout (entry->shell));
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void
destroy_source (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Takes a wait out of the list; its reply may follow. */
static void
free_wait (Wait *wait)
{
  g_ptr_array_remove_fast (wait->wsman->waits, wait);
  destroy_source (&wait->deadline);
  destroy_source (&wait->again);
  sim_request_free (wait->request);
  g_free (wait);
}

void
sim_wsman_reply_fault (const SimFault *fault, const char *relates_to, SimReply reply,
                       gpointer user_data)
{
  GString *xml = g_string_new (NULL);
  sim_soap_append_fault (xml, fault, relates_to);
  reply (fault->status, xml, user_data);
}

static void
end_wait_with_fault (Wait *wait, SimFault *fault)
{
  g_autoptr (SimFault) owned = fault;
  g_autofree char *relates_to = g_strdup (wait->request->message_id);
  SimReply reply = wait->reply;
  gpointer user_data = wait->user_data;
  postpone_idle (wait->entry);
  free_wait (wait);
  sim_wsman_reply_fault (owned, relates_to, reply, user_data);
}

static gboolean
time_out (gpointer data)
{
  end_wait_with_fault (data, sim_fault_new_timed_out ());
  return G_SOURCE_REMOVE;
}

/* Who waits for the shell, or for the command alone, will wait in vain. */
static void
abort_waits (SimWsman *wsman, const Entry *entry, const SimCommand *command)
{
  for (guint i = wsman->waits->len; i > 0; i--)
    {
      Wait *wait = g_ptr_array_index (wsman->waits, i - 1);
      if (wait->entry == entry && (command == NULL || wait->command == command))
        {
          end_wait_with_fault (wait, sim_fault_new_aborted ());
          i = wsman->waits->len + 1; /* a reply may have changed the list */
        }
    }
}

static gboolean go_on (gpointer data);

/* Answers the Receive if there is something to say. */
static void
try_receive (Wait *wait)
{
  SimRequest *request = wait->request;
  gsize envelope = CLAMP (request->max_envelope, SMALLEST_ENVELOPE, LARGEST_ENVELOPE);
  GString *xml = g_string_sized_new (envelope / 2);
  g_autofree char *action = g_strconcat (request->action_uri, "Response", NULL);
  sim_soap_begin (xml, action, request->message_id);
  g_string_append (xml, "<rsp:ReceiveResponse>");
  SimCollected collected
    = sim_shell_collect (wait->entry->shell, wait->command, envelope - ENVELOPE_OVERHEAD, xml);
  if (collected == SIM_COLLECTED_NOTHING || collected == SIM_COLLECTED_MORE)
    {
      g_string_free (xml, TRUE);
      if (collected == SIM_COLLECTED_MORE && wait->again == NULL)
        {
          wait->again = g_idle_source_new ();
          g_source_set_callback (wait->again, go_on, wait, NULL);
          g_source_attach (wait->again, g_main_context_get_thread_default ());
        }
      return;
    }
  if (collected == SIM_COLLECTED_ALL)
    g_string_append_printf (xml,
                            "<rsp:CommandState CommandId=\"%s\" State=\"" DONE
                            "\"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>",
                            sim_command_get_id (wait->command));
  g_string_append (xml, "</rsp:ReceiveResponse>");
  sim_soap_end (xml);
  SimReply reply = wait->reply;
  gpointer user_data = wait->user_data;
  postpone_idle (wait->entry);
  free_wait (wait);
  reply (200, xml, user_data);
}

static gboolean
go_on (gpointer data)
{
  Wait *wait = data;
  destroy_source (&wait->again);
  try_receive (wait);
  return G_SOURCE_REMOVE;
}

/* Something happened to a shell: whoever waits for it looks again. */
static void
wake (SimWsman *wsman, const Entry *entry)
{
  g_autoptr (GPtrArray) waits = g_ptr_array_copy (wsman->waits, NULL, NULL);
  for (guint i = 0; i < waits->len; i++)
    {
      Wait *wait = g_ptr_array_index (waits, i);
      if (g_ptr_array_find (wsman->waits, wait, NULL) && wait->entry == entry)
        try_receive (wait);
    }
}

void
sim_wsman_forget (SimWsman *wsman, gpointer user_data)
{
  for (guint i = wsman->waits->len; i > 0; i--)
    {
      Wait *wait = g_ptr_array_index (wsman->waits, i - 1);
      if (wait->user_data == user_data)
        free_wait (wait);
    }
}

static void
close_entry (SimWsman *wsman, Entry *entry)
{
  abort_waits (wsman, entry, NULL);
  g_hash_table_remove (wsman->entries, sim_shell_get_id (entry->shell));
}

static gboolean
end_idle (gpointer data)
{
  Entry *entry = data;
  for (guint i = 0; i < entry->wsman->waits->len; i++)
    if (((Wait *)g_ptr_array_index (entry->wsman->waits, i))->entry == entry)
      {
        postpone_idle (entry); /* a Receive that waits keeps it awake */
        return G_SOURCE_CONTINUE;
      }
  close_entry (entry->wsman, entry);
  return G_SOURCE_REMOVE;
}

void
sim_wsman_kill (SimWsman *wsman, const char *shell_id)
{
  Entry *entry = find_entry (wsman, shell_id);
  if (entry != NULL)
    close_entry (wsman, entry);
}

void
sim_wsman_kill_all (SimWsman *wsman)
{
  GHashTableIter iter;
  gpointer entry;
  g_hash_table_iter_init (&iter, wsman->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    {
      close_entry (wsman, entry);
      g_hash_table_iter_init (&iter, wsman->entries);
    }
}

/* ---- operations ------------------------------------------------------------------------------ */

/**
 * Operation:
 * @wsman: the shells
 * @request: what is asked for
 * @caller: who asks
 * @xml: the body of the answer is appended
 * @entry: (nullable): the request's shell
 */
typedef struct {
  SimWsman *wsman;
  SimRequest *request;
  const SimCaller *caller;
  GString *xml;
  Entry *entry;
} Operation;

static gboolean
feed_streams (SimShell *shell, SimCommand *command, const GPtrArray *streams, guint from,
              GError **error)
{
  for (guint i = from; i < streams->len; i++)
    {
      const SimStream *stream = g_ptr_array_index (streams, i);
      gsize length;
      const guint8 *bytes = g_bytes_get_data (stream->bytes, &length);
      if (!sim_shell_feed (shell, command, bytes, length, error))
        return FALSE;
    }
  return TRUE;
}

static guint
count_shells (SimWsman *wsman, const char *user)
{
  GHashTableIter iter;
  gpointer value;
  guint count = 0;
  g_hash_table_iter_init (&iter, wsman->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    count += g_ascii_strcasecmp (sim_shell_get_owner (((Entry *)value)->shell), user) == 0;
  return count;
}

static void
append_created (const Operation *operation, const SimShell *shell)
{
  GString *xml = operation->xml;
  gint64 idle_us = sim_shell_get_idle_timeout (shell);
  g_string_append (xml, "<x:ResourceCreated><a:Address>");
  sim_soap_append_text (xml, operation->caller->url);
  g_string_append (xml, "</a:Address><a:ReferenceParameters><w:ResourceURI>");
  sim_soap_append_text (xml, sim_shell_get_resource (shell));
  g_string_append_printf (xml,
                          "</w:ResourceURI><w:SelectorSet><w:Selector Name=\"ShellId\">%s"
                          "</w:Selector></w:SelectorSet></a:ReferenceParameters>"
                          "</x:ResourceCreated><rsp:Shell><rsp:ShellId>%s</rsp:ShellId>"
                          "<rsp:ResourceUri>",
                          sim_shell_get_id (shell), sim_shell_get_id (shell));
  sim_soap_append_text (xml, sim_shell_get_resource (shell));
  g_string_append (xml, "</rsp:ResourceUri><rsp:Owner>");
  sim_soap_append_text (xml, sim_shell_get_owner (shell));
  g_string_append (xml, "</rsp:Owner><rsp:ClientIP>");
  sim_soap_append_text (xml, operation->caller->address);
  g_string_append_printf (
    xml,
    "</rsp:ClientIP><rsp:IdleTimeOut>PT%" G_GINT64_FORMAT ".%03dS</rsp:IdleTimeOut>"
    "<rsp:InputStreams>stdin pr</rsp:InputStreams><rsp:OutputStreams>stdout</rsp:OutputStreams>"
    "<rsp:MaxIdleTimeOut>PT43200.000S</rsp:MaxIdleTimeOut><rsp:Locale>en-US</rsp:Locale>"
    "<rsp:DataLocale>en-US</rsp:DataLocale><rsp:CompressionMode>NoCompression"
    "</rsp:CompressionMode><rsp:ProfileLoaded>Yes</rsp:ProfileLoaded><rsp:Encoding>UTF8"
    "</rsp:Encoding><rsp:BufferMode>Block</rsp:BufferMode><rsp:State>Connected</rsp:State>"
    "<rsp:ShellRunTime>P0DT0H0M0S</rsp:ShellRunTime><rsp:ShellInactivity>P0DT0H0M0S"
    "</rsp:ShellInactivity></rsp:Shell>",
    idle_us / G_USEC_PER_SEC, (int)(idle_us % G_USEC_PER_SEC / 1000));
}

static SimFault *
create (Operation *operation)
{
  SimWsman *wsman = operation->wsman;
  SimRequest *request = operation->request;
  const char *user = operation->caller->user;
  g_autofree char *random = g_uuid_string_random ();
  const char *id = request->new_shell_id == NULL ? random : request->new_shell_id;
  if (count_shells (wsman, user) >= wsman->options.max_shells)
    return sim_fault_new_too_many_shells (wsman->options.max_shells, user);
  if (find_entry (wsman, id) != NULL)
    return sim_fault_new (500, 2150859223, "Sender", "w:AlreadyExists", NULL,
                          "The shell identifier is already in use. ", NULL);
  SimSession *session
    = sim_session_new (wsman->world, user, wsman->options.style, wsman->options.denied);
  gint64 idle_us = request->idle_timeout_us > 0
                     ? request->idle_timeout_us
                     : (gint64)wsman->options.idle_seconds * G_USEC_PER_SEC;
  SimShell *shell
    = sim_shell_new (id, request->shell_name == NULL ? "Session" : request->shell_name,
                     request->resource_uri, session, idle_us);
  g_autoptr (GError) error = NULL;
  if (!feed_streams (shell, NULL, request->streams, 0, &error))
    {
      sim_shell_free (shell);
      return sim_fault_new_internal (error->message);
    }
  Entry *entry = g_new0 (Entry, 1);
  entry->wsman = wsman;
  entry->shell = shell;
  entry->idle = g_source_new (&ALARM, sizeof (GSource));
  g_source_set_callback (entry->idle, end_idle, entry, NULL);
  g_source_attach (entry->idle, g_main_context_get_thread_default ());
  g_hash_table_insert (wsman->entries, (gpointer)sim_shell_get_id (shell), entry);
  postpone_idle (entry);
  append_created (operation, shell);
  return NULL;
}

static SimFault *
start (Operation *operation)
{
  SimRequest *request = operation->request;
  SimShell *shell = operation->entry->shell;
  g_autofree char *random = g_uuid_string_random ();
  g_autoptr (GError) error = NULL;
  if (request->streams->len == 0)
    return sim_fault_new_bad_xml ("The element Arguments is absent.");
  const SimStream *first = g_ptr_array_index (request->streams, 0);
  gsize length;
  const guint8 *bytes = g_bytes_get_data (first->bytes, &length);
  if (request->command_id != NULL && sim_shell_find (shell, request->command_id) != NULL)
    return sim_fault_new (500, 2150859222, "Sender", "w:AlreadyExists", NULL,
                          "The command identifier is already in use. ", NULL);
  SimCommand *command = sim_shell_start (
    shell, request->command_id == NULL ? random : request->command_id, bytes, length, &error);
  if (command == NULL || !feed_streams (shell, command, request->streams, 1, &error))
    return sim_fault_new_internal (error->message);
  g_string_append_printf (operation->xml,
                          "<rsp:CommandResponse><rsp:CommandId>%s</rsp:CommandId>"
                          "</rsp:CommandResponse>",
                          sim_command_get_id (command));
  return NULL;
}

static SimFault *
send_input (Operation *operation)
{
  SimShell *shell = operation->entry->shell;
  g_autoptr (GError) error = NULL;
  for (guint i = 0; i < operation->request->streams->len; i++)
    {
      const SimStream *stream = g_ptr_array_index (operation->request->streams, i);
      gboolean has_command = stream->command_id != NULL && stream->command_id[0] != '\0';
      SimCommand *command = has_command ? sim_shell_find (shell, stream->command_id) : NULL;
      gsize length;
      const guint8 *bytes = g_bytes_get_data (stream->bytes, &length);
      if (has_command && command == NULL)
        return sim_fault_new_command_not_found ();
      if (!sim_shell_feed (shell, command, bytes, length, &error))
        return sim_fault_new_internal (error->message);
    }
  g_string_append (operation->xml, "<rsp:SendResponse/>");
  return NULL;
}

/* The spelling is PowerShell's own; any other code closes the pipeline. */
static SimFault *
signal_command (Operation *operation)
{
  SimRequest *request = operation->request;
  SimShell *shell = operation->entry->shell;
  SimCommand *command
    = request->command_id == NULL ? NULL : sim_shell_find (shell, request->command_id);
  if (command == NULL)
    return sim_fault_new_command_not_found ();
  if (strcmp (request->signal, STOP_SIGNAL) == 0)
    sim_command_stop (command);
  else
    {
      abort_waits (operation->wsman, operation->entry, command);
      sim_shell_end_command (shell, command);
    }
  g_string_append (operation->xml, "<rsp:SignalResponse/>");
  return NULL;
}

static SimFault *
operate (Operation *operation)
{
  switch (operation->request->action)
    {
    case SIM_ACTION_CREATE:
      return create (operation);
    case SIM_ACTION_COMMAND:
      return start (operation);
    case SIM_ACTION_SEND:
      return send_input (operation);
    case SIM_ACTION_SIGNAL:
      return signal_command (operation);
    case SIM_ACTION_DELETE:
      close_entry (operation->wsman, operation->entry);
      operation->entry = NULL;
      return NULL;
    default:
      return sim_fault_new (500, 2150858753, "Sender", "a:ActionNotSupported", NULL,
                            "The WS-Management service cannot process the request because the "
                            "request contains an action URI which is invalid. ",
                            NULL);
    }
}

static SimFault *
receive (Operation *operation, SimReply reply, gpointer user_data)
{
  SimWsman *wsman = operation->wsman;
  SimRequest *request = operation->request;
  SimCommand *command = NULL;
  if (request->command_id != NULL)
    {
      command = sim_shell_find (operation->entry->shell, request->command_id);
      if (command == NULL)
        return sim_fault_new_command_not_found ();
    }
  gint64 timeout_us = MIN (request->timeout_us, MAX_TIMEOUT_US);
  Wait *wait = g_new0 (Wait, 1);
  *wait = (Wait){ wsman, request, operation->entry, command, reply, user_data, NULL, NULL };
  wait->deadline = g_timeout_source_new ((guint)(timeout_us / 1000));
  g_source_set_callback (wait->deadline, time_out, wait, NULL);
  g_source_attach (wait->deadline, g_main_context_get_thread_default ());
  g_ptr_array_add (wsman->waits, wait);
  try_receive (wait);
  return NULL;
}

static SimFault *
check (Operation *operation)
{
  static const char PREFIX[] = "http://schemas.microsoft.com/powershell/Microsoft.";
  SimRequest *request = operation->request;
  gboolean is_known = g_str_has_prefix (request->resource_uri, PREFIX);
  const char *kind = is_known ? request->resource_uri + strlen (PREFIX) : "";
  if (g_ascii_strcasecmp (kind, "Exchange") != 0 && g_ascii_strcasecmp (kind, "PowerShell") != 0)
    return sim_fault_new (500, 2150858811, "Sender", "a:DestinationUnreachable",
                          "InvalidResourceURI",
                          "The WS-Management service cannot process the request. The resource URI "
                          "was not found in the WS-Management catalog. ",
                          NULL);
  if (request->max_envelope < SMALLEST_ENVELOPE)
    return sim_fault_new (500, 2150858878, "Sender", "w:EncodingLimit", "MinimumEnvelopeLimit",
                          "The WS-Management service cannot process the request. The "
                          "MaxEnvelopeSize value in the request is too small. ",
                          NULL);
  if (request->action == SIM_ACTION_CREATE)
    return NULL;
  operation->entry = find_entry (operation->wsman, request->shell_id);
  if (operation->entry == NULL
      || g_ascii_strcasecmp (sim_shell_get_owner (operation->entry->shell), operation->caller->user)
           != 0)
    return sim_fault_new_shell_not_found (request->shell_id == NULL ? "" : request->shell_id);
  return NULL;
}

void
sim_wsman_handle (SimWsman *wsman, SimRequest *request, const SimCaller *caller, SimReply reply,
                  gpointer user_data)
{
  Operation operation = { wsman, request, caller, NULL, NULL };
  g_autoptr (SimFault) fault = check (&operation);
  if (fault == NULL && request->action == SIM_ACTION_RECEIVE)
    {
      fault = receive (&operation, reply, user_data);
      if (fault == NULL)
        return;
    }
  else if (fault == NULL)
    {
      g_autofree char *action = g_strconcat (request->action_uri, "Response", NULL);
      operation.xml = g_string_new (NULL);
      sim_soap_begin (operation.xml, action, request->message_id);
      fault = operate (&operation);
      if (operation.entry != NULL)
        {
          postpone_idle (operation.entry);
          wake (wsman, operation.entry);
        }
    }
  if (fault == NULL)
    {
      sim_soap_end (operation.xml);
      reply (200, operation.xml, user_data);
    }
  else
    {
      if (operation.xml != NULL)
        g_string_free (operation.xml, TRUE);
      sim_wsman_reply_fault (fault, request->message_id, reply, user_data);
    }
  sim_request_free (request);
}

void
sim_wsman_append_shells_json (SimWsman *wsman, GString *out)
{
  GHashTableIter iter;
  gpointer value;
  g_string_append_c (out, '[');
  g_hash_table_iter_init (&iter, wsman->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SimShell *shell = ((Entry *)value)->shell;
      if (out->str[out->len - 1] != '[')
        g_string_append_c (out, ',');
      g_string_append (out, "{\"id\":");
      sim_json_append_string (out, sim_shell_get_id (shell));
      g_string_append (out, ",\"name\":");
      sim_json_append_string (out, sim_shell_get_name (shell));
      g_string_append (out, ",\"owner\":");
      sim_json_append_string (out, sim_shell_get_owner (shell));
      g_string_append (out, ",\"created\":\"");
      sim_time_append (out, SIM_TIME, sim_shell_get_created (shell));
      g_string_append (out, "\",\"lastUsed\":\"");
      sim_time_append (out, SIM_TIME, sim_shell_get_last_used (shell));
      g_string_append_printf (out, "\",\"commands\":%u}", sim_shell_count_commands (shell));
    }
  g_string_append_c (out, ']');
}
