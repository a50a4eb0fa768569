/* wsman-operations.c: the operations of WS-Management on shells */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-private.h"

#include <string.h>

#define STOP_SIGNAL "powershell/signal/crtl_c"

/**
 * SimOperation:
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
  SimShellEntry *entry;
} SimOperation;

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
    count += g_ascii_strcasecmp (sim_shell_get_owner (((SimShellEntry *)value)->shell), user) == 0;
  return count;
}

static void
append_created (const SimOperation *operation, const SimShell *shell)
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
create (SimOperation *operation)
{
  SimWsman *wsman = operation->wsman;
  SimRequest *request = operation->request;
  const char *user = operation->caller->user;
  g_autofree char *random = g_uuid_string_random ();
  const char *id = request->new_shell_id == NULL ? random : request->new_shell_id;
  if (count_shells (wsman, user) >= wsman->options.max_shells)
    return sim_fault_new_too_many_shells (wsman->options.max_shells, user);
  if (sim_wsman_find_entry (wsman, id) != NULL)
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
  sim_wsman_add_shell (wsman, shell);
  append_created (operation, shell);
  return NULL;
}

static SimFault *
start (SimOperation *operation)
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
send_input (SimOperation *operation)
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
signal_command (SimOperation *operation)
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
      sim_wsman_abort_waits (operation->wsman, operation->entry, command);
      sim_shell_end_command (shell, command);
    }
  g_string_append (operation->xml, "<rsp:SignalResponse/>");
  return NULL;
}

static SimFault *
operate (SimOperation *operation)
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
      sim_wsman_close_entry (operation->wsman, operation->entry);
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
receive (SimOperation *operation, SimReply reply, gpointer user_data)
{
  SimWsman *wsman = operation->wsman;
  SimRequest *request = operation->request;
  SimCommand *command = NULL;
  if (request->command_id != NULL)
    {
      command = sim_shell_find (operation->entry->shell, request->command_id);
      if (command == NULL || sim_command_is_done (command))
        return sim_fault_new_command_not_found ();
    }
  sim_wsman_wait (wsman, request, operation->entry, command, reply, user_data);
  return NULL;
}

static SimFault *
check (SimOperation *operation)
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
  if (request->max_envelope < SIM_SMALLEST_ENVELOPE)
    return sim_fault_new (500, 2150858878, "Sender", "w:EncodingLimit", "MinimumEnvelopeLimit",
                          "The WS-Management service cannot process the request. The "
                          "MaxEnvelopeSize value in the request is too small. ",
                          NULL);
  if (request->action == SIM_ACTION_CREATE)
    return NULL;
  operation->entry = sim_wsman_find_entry (operation->wsman, request->shell_id);
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
  SimOperation operation = { wsman, request, caller, NULL, NULL };
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
          sim_wsman_postpone_idle (operation.entry);
          sim_wsman_wake (wsman, operation.entry);
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
