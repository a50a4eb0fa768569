/* shell.c: a WS-Management shell: a runspace pool, its pipelines, and what they have to say */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "shell.h"

#include "soap.h"

#include "plugins/shared/remoting/clixml-reader.h"
#include "plugins/shared/remoting/psrp-fragment.h"

#include <gio/gio.h>
#include <string.h>

#define POOL_OPENED 2
/* What an rsp:Stream element costs beside its base64. */
#define STREAM_OVERHEAD 160
#define SMALLEST_FRAGMENT 1024

/**
 * Outlet:
 * @shell: whose it is
 * @payload: (nullable): of the message that is being cut
 * @fragments: cuts it
 * @fragment: the fragment that comes next, empty for none
 *
 * Where messages leave as fragments.
 */
typedef struct {
  SimShell *shell;
  GBytes *payload;
  OstPsrpFragments fragments;
  GByteArray *fragment;
} Outlet;

/**
 * Inlet:
 * @shell: whose it is
 * @command: (nullable): whose it is, %NULL for the pool
 * @parser: puts fragments together
 * @reader: reads the CLIXML of messages
 * @type: of the message that is being read
 *
 * Where fragments come in as messages.
 */
typedef struct {
  SimShell *shell;
  SimCommand *command;
  OstPsrpParser *parser;
  OstClixmlReader *reader;
  guint32 type;
} Inlet;

struct _SimCommand {
  SimShell *shell;
  char *id;
  guint8 pipeline[OST_PSRP_GUID_SIZE];
  gboolean has_pipeline;
  gboolean waits_for_input;
  gboolean is_done;
  Inlet inlet;
  Outlet outlet;
  SimRun *run;
};

struct _SimShell {
  char *id;
  char *name;
  char *resource;
  SimSession *session;
  guint8 pool[OST_PSRP_GUID_SIZE];
  gint64 created_us;
  gint64 last_used_us;
  gint64 idle_timeout_us;
  Inlet inlet;
  Outlet outlet;
  GQueue messages; /* of SimMessage, of the pool */
  GHashTable *commands;
  guint64 next_object;
  OstClixmlWriter *writer;
};

/* ---- messages that come in ------------------------------------------------------------------- */

static void
add_pool_message (SimShell *shell, guint32 type)
{
  SimMessage *message = g_new0 (SimMessage, 1);
  message->type = type;
  message->payload = ost_clixml_writer_finish (shell->writer);
  g_queue_push_tail (&shell->messages, message);
}

/* An older client is answered with its own version. */
static void
answer_capability (SimShell *shell, const OstClixmlValue *value)
{
  const char *version = ost_clixml_value_get_member_text (value, "protocolversion");
  gboolean is_older = g_strcmp0 (version, "2.1") == 0 || g_strcmp0 (version, "2.2") == 0;
  sim_write_capability (shell->writer, is_older ? version : "2.3");
  add_pool_message (shell, OST_PSRP_SESSION_CAPABILITY);
}

static void
answer_availability (SimShell *shell, guint32 type, const OstClixmlValue *value)
{
  const char *call = ost_clixml_value_get_member_text (value, "ci");
  ost_clixml_writer_begin_object (shell->writer, NULL, NULL);
  ost_clixml_writer_begin_members (shell->writer);
  if (type == OST_PSRP_GET_AVAILABLE_RUNSPACES)
    ost_clixml_writer_add_int32 (shell->writer, "SetMinMaxRunspacesResponse", 1);
  else
    ost_clixml_writer_add_boolean (shell->writer, "SetMinMaxRunspacesResponse", TRUE);
  ost_clixml_writer_add_element (shell->writer, "I64", "ci", call == NULL ? "0" : call);
  ost_clixml_writer_end_members (shell->writer);
  ost_clixml_writer_end_object (shell->writer);
  add_pool_message (shell, OST_PSRP_RUNSPACE_AVAILABILITY);
}

static void
open_pool (SimShell *shell)
{
  sim_write_private_data (shell->writer);
  add_pool_message (shell, OST_PSRP_APPLICATION_PRIVATE_DATA);
  sim_write_pool_state (shell->writer, POOL_OPENED);
  add_pool_message (shell, OST_PSRP_RUNSPACEPOOL_STATE);
}

static gboolean
create_pipeline (SimCommand *command, const OstClixmlValue *value, GError **error)
{
  g_autoptr (SimInvocation) invocation = sim_invocation_new (value);
  if (invocation == NULL || command->run != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The pipeline has no commands, or was created before.");
      return FALSE;
    }
  command->waits_for_input = invocation->has_input;
  command->run = sim_run_new (command->shell->session, g_steal_pointer (&invocation));
  return TRUE;
}

static gboolean
take_value (const OstClixmlValue *value, gpointer data, GError **error)
{
  Inlet *inlet = data;
  switch (inlet->type)
    {
    case OST_PSRP_SESSION_CAPABILITY:
      answer_capability (inlet->shell, value);
      return TRUE;
    case OST_PSRP_INIT_RUNSPACEPOOL:
      open_pool (inlet->shell);
      return TRUE;
    case OST_PSRP_GET_AVAILABLE_RUNSPACES:
    case OST_PSRP_SET_MAX_RUNSPACES:
    case OST_PSRP_SET_MIN_RUNSPACES:
      answer_availability (inlet->shell, inlet->type, value);
      return TRUE;
    case OST_PSRP_CREATE_PIPELINE:
      return inlet->command == NULL || create_pipeline (inlet->command, value, error);
    default:
      return TRUE; /* input and answers of a host that we never ask */
    }
}

static gboolean
begin_message (const OstPsrpHeader *header, gpointer data, GError **error)
{
  Inlet *inlet = data;
  inlet->type = header->type;
  if (header->type == OST_PSRP_CREATE_PIPELINE && inlet->command != NULL)
    {
      memcpy (inlet->command->pipeline, header->pipeline, sizeof header->pipeline);
      inlet->command->has_pipeline = TRUE;
    }
  if (header->type == OST_PSRP_SESSION_CAPABILITY)
    memcpy (inlet->shell->pool, header->pool, sizeof header->pool);
  return TRUE;
}

static gboolean
take_payload (const char *bytes, gsize length, gpointer data, GError **error)
{
  return ost_clixml_reader_feed (((Inlet *)data)->reader, bytes, length, error);
}

static gboolean
end_message (gpointer data, GError **error)
{
  Inlet *inlet = data;
  if (inlet->type == OST_PSRP_END_OF_PIPELINE_INPUT && inlet->command != NULL)
    inlet->command->waits_for_input = FALSE;
  return ost_clixml_reader_end_message (inlet->reader, error);
}

static const OstPsrpMessageHandler HANDLER = { begin_message, take_payload, end_message };

static void
open_inlet (Inlet *inlet, SimShell *shell, SimCommand *command)
{
  inlet->shell = shell;
  inlet->command = command;
  inlet->parser = ost_psrp_parser_new (&HANDLER, inlet);
  inlet->reader = ost_clixml_reader_new (NULL, take_value, inlet);
}

static void
close_inlet (Inlet *inlet)
{
  ost_psrp_parser_free (inlet->parser);
  ost_clixml_reader_free (inlet->reader);
}

static void
open_outlet (Outlet *outlet, SimShell *shell)
{
  outlet->shell = shell;
  outlet->fragment = g_byte_array_new ();
}

static void
close_outlet (Outlet *outlet)
{
  g_clear_pointer (&outlet->payload, g_bytes_unref);
  g_byte_array_unref (outlet->fragment);
}

/* ---- shells and commands --------------------------------------------------------------------- */

static void
free_command (gpointer data)
{
  SimCommand *command = data;
  close_inlet (&command->inlet);
  close_outlet (&command->outlet);
  sim_run_free (command->run);
  g_free (command->id);
  g_free (command);
}

SimShell *
sim_shell_new (const char *id, const char *name, const char *resource, SimSession *session,
               gint64 idle_timeout_us)
{
  SimShell *shell = g_new0 (SimShell, 1);
  shell->id = g_ascii_strup (id, -1);
  shell->name = g_strdup (name);
  shell->resource = g_strdup (resource);
  shell->session = session;
  shell->created_us = shell->last_used_us = g_get_real_time ();
  shell->idle_timeout_us = idle_timeout_us;
  shell->commands = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_command);
  shell->writer = ost_clixml_writer_new ();
  g_queue_init (&shell->messages);
  open_inlet (&shell->inlet, shell, NULL);
  open_outlet (&shell->outlet, shell);
  return shell;
}

void
sim_shell_free (SimShell *shell)
{
  g_hash_table_unref (shell->commands);
  close_inlet (&shell->inlet);
  close_outlet (&shell->outlet);
  g_queue_clear_full (&shell->messages, (GDestroyNotify)sim_message_free);
  ost_clixml_writer_free (shell->writer);
  sim_session_free (shell->session);
  g_free (shell->id);
  g_free (shell->name);
  g_free (shell->resource);
  g_free (shell);
}

const char *
sim_shell_get_id (const SimShell *shell)
{
  return shell->id;
}

const char *
sim_shell_get_name (const SimShell *shell)
{
  return shell->name;
}

const char *
sim_shell_get_owner (const SimShell *shell)
{
  return shell->session->user;
}

const char *
sim_shell_get_resource (const SimShell *shell)
{
  return shell->resource;
}

gint64
sim_shell_get_created (const SimShell *shell)
{
  return shell->created_us;
}

gint64
sim_shell_get_last_used (const SimShell *shell)
{
  return shell->last_used_us;
}

gint64
sim_shell_get_idle_timeout (const SimShell *shell)
{
  return shell->idle_timeout_us;
}

guint
sim_shell_count_commands (const SimShell *shell)
{
  return g_hash_table_size (shell->commands);
}

void
sim_shell_touch (SimShell *shell)
{
  shell->last_used_us = g_get_real_time ();
}

gboolean
sim_shell_feed (SimShell *shell, SimCommand *command, const guint8 *bytes, gsize length,
                GError **error)
{
  Inlet *inlet = command == NULL ? &shell->inlet : &command->inlet;
  if (command != NULL && command->is_done)
    return TRUE;
  return ost_psrp_parser_feed (inlet->parser, bytes, length, error);
}

SimCommand *
sim_shell_start (SimShell *shell, const char *id, const guint8 *bytes, gsize length, GError **error)
{
  SimCommand *command = g_new0 (SimCommand, 1);
  command->shell = shell;
  command->id = g_ascii_strup (id, -1);
  open_inlet (&command->inlet, shell, command);
  open_outlet (&command->outlet, shell);
  if (g_hash_table_contains (shell->commands, command->id))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "The command identifier is already in use.");
  else if (ost_psrp_parser_feed (command->inlet.parser, bytes, length, error))
    {
      if (command->has_pipeline)
        {
          g_hash_table_insert (shell->commands, command->id, command);
          return command;
        }
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "The command's arguments hold no fragment of CREATE_PIPELINE.");
    }
  free_command (command);
  return NULL;
}

SimCommand *
sim_shell_find (SimShell *shell, const char *id)
{
  g_autofree char *key = g_ascii_strup (id, -1);
  return g_hash_table_lookup (shell->commands, key);
}

const char *
sim_command_get_id (const SimCommand *command)
{
  return command->id;
}

gboolean
sim_command_is_done (const SimCommand *command)
{
  return command->is_done;
}

/* A client may never end its commands: what is done keeps no more than its name. */
static void
let_go (SimCommand *command)
{
  command->is_done = TRUE;
  g_clear_pointer (&command->run, sim_run_free);
  g_clear_pointer (&command->inlet.parser, ost_psrp_parser_free);
  g_clear_pointer (&command->inlet.reader, ost_clixml_reader_free);
}

void
sim_command_stop (SimCommand *command)
{
  command->waits_for_input = FALSE;
  if (command->run != NULL)
    sim_run_stop (command->run);
}

void
sim_shell_end_command (SimShell *shell, SimCommand *command)
{
  g_hash_table_remove (shell->commands, command->id);
}

/* ---- messages that go out -------------------------------------------------------------------- */

void
sim_shell_fill_header (SimShell *shell, const SimCommand *command, guint32 type,
                       OstPsrpHeader *header, guint64 *object_id)
{
  *header = (OstPsrpHeader){ .destination = OST_PSRP_TO_CLIENT, .type = type };
  if (type != OST_PSRP_SESSION_CAPABILITY) /* it alone carries zeros */
    memcpy (header->pool, shell->pool, sizeof header->pool);
  if (command != NULL)
    memcpy (header->pipeline, command->pipeline, sizeof header->pipeline);
  *object_id = ++shell->next_object;
}

static SimMessage *
take_message (SimShell *shell, SimCommand *command)
{
  if (command == NULL)
    return g_queue_pop_head (&shell->messages);
  return command->run == NULL || command->waits_for_input ? NULL : sim_run_take (command->run);
}

/* Puts the next fragment into the outlet; FALSE if there is none. */
static gboolean
prepare_fragment (Outlet *outlet, SimCommand *command, gsize max_payload)
{
  if (outlet->fragment->len > 0)
    return TRUE;
  if (outlet->payload != NULL && ost_psrp_fragments_next (&outlet->fragments, outlet->fragment))
    return TRUE;
  g_clear_pointer (&outlet->payload, g_bytes_unref);
  g_autoptr (SimMessage) message = take_message (outlet->shell, command);
  if (message == NULL)
    return FALSE;
  OstPsrpHeader header;
  guint64 object_id;
  gsize length;
  sim_shell_fill_header (outlet->shell, command, message->type, &header, &object_id);
  outlet->payload = g_bytes_ref (message->payload);
  gconstpointer payload = g_bytes_get_data (outlet->payload, &length);
  ost_psrp_fragments_init (&outlet->fragments, object_id, &header, payload, length, max_payload);
  return ost_psrp_fragments_next (&outlet->fragments, outlet->fragment);
}

static gboolean
is_over (const SimCommand *command)
{
  return command != NULL && command->run != NULL && sim_run_is_over (command->run)
         && command->outlet.fragment->len == 0;
}

static gboolean
is_looking (const SimCommand *command)
{
  return command != NULL && command->run != NULL && !command->waits_for_input
         && !sim_run_is_over (command->run);
}

SimCollected
sim_shell_collect (SimShell *shell, SimCommand *command, gsize room, GString *xml)
{
  Outlet *outlet = command == NULL ? &shell->outlet : &command->outlet;
  const char *id = command == NULL ? NULL : command->id;
  gsize start = xml->len;
  gsize fitting = room > STREAM_OVERHEAD + SMALLEST_FRAGMENT * 2
                    ? (room - STREAM_OVERHEAD) / 4 * 3 - OST_PSRP_FRAGMENT_HEADER_SIZE
                    : SMALLEST_FRAGMENT;
  gsize max_payload = MIN (fitting, OST_PSRP_FRAGMENT_PAYLOAD);
  while (prepare_fragment (outlet, command, max_payload))
    {
      gsize cost = (outlet->fragment->len / 3 + 1) * 4 + STREAM_OVERHEAD;
      if (xml->len > start && xml->len - start + cost > room)
        return SIM_COLLECTED_SOME;
      sim_soap_append_stream (xml, id, outlet->fragment->data, outlet->fragment->len);
      g_byte_array_set_size (outlet->fragment, 0);
    }
  if (is_over (command))
    {
      let_go (command);
      return SIM_COLLECTED_ALL;
    }
  if (xml->len > start)
    return SIM_COLLECTED_SOME;
  return is_looking (command) ? SIM_COLLECTED_MORE : SIM_COLLECTED_NOTHING;
}
