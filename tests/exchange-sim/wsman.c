/* wsman.c: shells in their table, and the requests that wait for them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-private.h"

#include <string.h>

#define LARGEST_ENVELOPE (4 * 1024 * 1024)
/* What the envelope needs beside the streams. */
#define ENVELOPE_OVERHEAD 2048
#define MAX_TIMEOUT_US (900 * G_USEC_PER_SEC)
#define DONE "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done"

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
  SimShellEntry *entry = data;
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

SimShellEntry *
sim_wsman_find_entry (SimWsman *wsman, const char *id)
{
  g_autofree char *key = id == NULL ? NULL : g_ascii_strup (id, -1);
  return key == NULL ? NULL : g_hash_table_lookup (wsman->entries, key);
}

void
sim_wsman_postpone_idle (SimShellEntry *entry)
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
free_wait (SimWait *wait)
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
end_wait_with_fault (SimWait *wait, SimFault *fault)
{
  g_autoptr (SimFault) owned = fault;
  g_autofree char *relates_to = g_strdup (wait->request->message_id);
  SimReply reply = wait->reply;
  gpointer user_data = wait->user_data;
  sim_wsman_postpone_idle (wait->entry);
  free_wait (wait);
  sim_wsman_reply_fault (owned, relates_to, reply, user_data);
}

static gboolean
time_out (gpointer data)
{
  end_wait_with_fault (data, sim_fault_new_timed_out ());
  return G_SOURCE_REMOVE;
}

void
sim_wsman_abort_waits (SimWsman *wsman, const SimShellEntry *entry, const SimCommand *command)
{
  for (guint i = wsman->waits->len; i > 0; i--)
    {
      SimWait *wait = g_ptr_array_index (wsman->waits, i - 1);
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
try_receive (SimWait *wait)
{
  SimRequest *request = wait->request;
  gsize envelope = CLAMP (request->max_envelope, SIM_SMALLEST_ENVELOPE, LARGEST_ENVELOPE);
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
  sim_wsman_postpone_idle (wait->entry);
  free_wait (wait);
  reply (200, xml, user_data);
}

static gboolean
go_on (gpointer data)
{
  SimWait *wait = data;
  destroy_source (&wait->again);
  try_receive (wait);
  return G_SOURCE_REMOVE;
}

void
sim_wsman_wake (SimWsman *wsman, const SimShellEntry *entry)
{
  g_autoptr (GPtrArray) waits = g_ptr_array_copy (wsman->waits, NULL, NULL);
  for (guint i = 0; i < waits->len; i++)
    {
      SimWait *wait = g_ptr_array_index (waits, i);
      if (g_ptr_array_find (wsman->waits, wait, NULL) && wait->entry == entry)
        try_receive (wait);
    }
}

void
sim_wsman_forget (SimWsman *wsman, gpointer user_data)
{
  for (guint i = wsman->waits->len; i > 0; i--)
    {
      SimWait *wait = g_ptr_array_index (wsman->waits, i - 1);
      if (wait->user_data == user_data)
        free_wait (wait);
    }
}

void
sim_wsman_close_entry (SimWsman *wsman, SimShellEntry *entry)
{
  sim_wsman_abort_waits (wsman, entry, NULL);
  g_hash_table_remove (wsman->entries, sim_shell_get_id (entry->shell));
}

static gboolean
end_idle (gpointer data)
{
  SimShellEntry *entry = data;
  for (guint i = 0; i < entry->wsman->waits->len; i++)
    if (((SimWait *)g_ptr_array_index (entry->wsman->waits, i))->entry == entry)
      {
        sim_wsman_postpone_idle (entry); /* a Receive that waits keeps it awake */
        return G_SOURCE_CONTINUE;
      }
  sim_wsman_close_entry (entry->wsman, entry);
  return G_SOURCE_REMOVE;
}

void
sim_wsman_kill (SimWsman *wsman, const char *shell_id)
{
  SimShellEntry *entry = sim_wsman_find_entry (wsman, shell_id);
  if (entry != NULL)
    sim_wsman_close_entry (wsman, entry);
}

void
sim_wsman_kill_all (SimWsman *wsman)
{
  GHashTableIter iter;
  gpointer entry;
  g_hash_table_iter_init (&iter, wsman->entries);
  while (g_hash_table_iter_next (&iter, NULL, &entry))
    {
      sim_wsman_close_entry (wsman, entry);
      g_hash_table_iter_init (&iter, wsman->entries);
    }
}

void
sim_wsman_add_shell (SimWsman *wsman, SimShell *shell)
{
  SimShellEntry *entry = g_new0 (SimShellEntry, 1);
  entry->wsman = wsman;
  entry->shell = shell;
  entry->idle = g_source_new (&ALARM, sizeof (GSource));
  g_source_set_callback (entry->idle, end_idle, entry, NULL);
  g_source_attach (entry->idle, g_main_context_get_thread_default ());
  g_hash_table_insert (wsman->entries, (gpointer)sim_shell_get_id (shell), entry);
  sim_wsman_postpone_idle (entry);
}

void
sim_wsman_wait (SimWsman *wsman, SimRequest *request, SimShellEntry *entry, SimCommand *command,
                SimReply reply, gpointer user_data)
{
  gint64 timeout_us = MIN (request->timeout_us, MAX_TIMEOUT_US);
  SimWait *wait = g_new0 (SimWait, 1);
  *wait = (SimWait){ wsman, request, entry, command, reply, user_data, NULL, NULL };
  wait->deadline = g_timeout_source_new ((guint)(timeout_us / 1000));
  g_source_set_callback (wait->deadline, time_out, wait, NULL);
  g_source_attach (wait->deadline, g_main_context_get_thread_default ());
  g_ptr_array_add (wsman->waits, wait);
  try_receive (wait);
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
      const SimShell *shell = ((SimShellEntry *)value)->shell;
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
