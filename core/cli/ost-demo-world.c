/* ost-demo-world.c: a simulated Exchange and a service of its own, in a temporary folder */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-demo-world.h"

#include "core/config/ost-file.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "ost-client.h"
#include "ost-temporary.h"

/* What the simulated Exchange asks for, by its own default. */
#define USER "CONTOSO\\admin"
#define PASSWORD "secret"

/* Where there is no event to wait for, another process is looked at so often. */
#define LOOK_MS 100
#define WAIT_SECONDS 30
/* The service cancels what it does and deletes its shells; then it is ended. */
#define END_SECONDS 5

struct _OstDemoWorld {
  OstTemporary *folder;
  char *config;
  char *socket;
  char *log;
  char *uri;
  char *control;
  GCancellable *cancellable;
  GSubprocess *exchange;
  GSubprocess *service;
  OstRegistry *registry;
  OstConfig *snapshot;
  OstStore *store; /* for reading, beside the service */
};

OstDemoWorld *
ost_demo_world_new (GCancellable *cancellable, GError **error)
{
  OstTemporary *folder = ost_temporary_new (error);
  OstDemoWorld *self;

  if (folder == NULL)
    return NULL;
  self = g_new0 (OstDemoWorld, 1);
  self->folder = folder;
  self->cancellable = g_object_ref (cancellable);
  self->config = g_build_filename (ost_temporary_get_path (folder), "ostiary.conf", NULL);
  self->socket = g_build_filename (ost_temporary_get_path (folder), "api.sock", NULL);
  self->log = g_build_filename (ost_temporary_get_path (folder), "ostiaryd.log", NULL);
  return self;
}

const char *
ost_demo_world_get_folder (const OstDemoWorld *self)
{
  return ost_temporary_get_path (self->folder);
}

const char *
ost_demo_world_get_config (const OstDemoWorld *self)
{
  return self->config;
}

const char *
ost_demo_world_get_uri (const OstDemoWorld *self)
{
  return self->uri;
}

/* Waiting */

static gboolean
tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Iterates until @is_there says so, a deadline, or Ctrl-C. */
static gboolean
wait_until (OstDemoWorld *self, gboolean (*is_there) (OstDemoWorld *self, gpointer data),
            gpointer data, const char *what, GError **error)
{
  guint tick = g_timeout_add (LOOK_MS, tick_cb, NULL);
  gint64 deadline = g_get_monotonic_time () + WAIT_SECONDS * G_USEC_PER_SEC;
  gboolean is_done = is_there (self, data);

  while (!is_done && !g_cancellable_is_cancelled (self->cancellable)
         && g_get_monotonic_time () < deadline)
    {
      g_main_context_iteration (NULL, TRUE);
      is_done = is_there (self, data);
    }
  g_source_remove (tick);
  if (is_done)
    return TRUE;
  if (!g_cancellable_set_error_if_cancelled (self->cancellable, error))
    g_set_error (error, OST_ERROR, OST_ERROR_TIMED_OUT, _ ("waited %d s in vain for %s"),
                 WAIT_SECONDS, what);
  return FALSE;
}

/* Processes */

/* Whatever ends this process ends its children; Ctrl-C is for this process alone, which tells them
 * when it is their turn. */
static void
set_up_child (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  setpgid (0, 0);
}

static GSubprocess *
spawn (const char *const *command, GSubprocessFlags flags, const char *log, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (flags);
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, set_up_child, NULL, NULL);
  if (log != NULL)
    g_subprocess_launcher_set_stdout_file_path (launcher, log);
  process = g_subprocess_launcher_spawnv (launcher, command, error);
  if (process == NULL)
    g_prefix_error (error, _ ("cannot start ‘%s’: "), command[0]);
  return process;
}

/* Where it was installed, or where the environment says, which a build folder needs. */
static const char *
find_program (const char *variable, const char *installed)
{
  const char *program = g_getenv (variable);

  return program != NULL ? program : installed;
}

/* The simulated Exchange */

typedef struct {
  char *line;
  GError *error;
  gboolean is_over;
} Ready;

static void
line_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Ready *ready = user_data;

  ready->line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL,
                                                      &ready->error);
  ready->is_over = TRUE;
}

static char *
read_ready_line (OstDemoWorld *self, GError **error)
{
  g_autoptr (GDataInputStream) lines
    = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->exchange));
  Ready ready = { NULL };

  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, self->cancellable, line_cb,
                                       &ready);
  while (!ready.is_over)
    g_main_context_iteration (NULL, TRUE);
  if (ready.error != NULL)
    g_propagate_error (error, ready.error);
  else if (ready.line == NULL)
    g_set_error_literal (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                         _ ("the simulated Exchange ended before it was ready"));
  return ready.line;
}

static gboolean
write_text (OstDemoWorld *self, const char *name, const char *text, GError **error)
{
  g_autofree char *file = g_build_filename (ost_demo_world_get_folder (self), name, NULL);

  return ost_file_write (file, text, strlen (text), 0600, error);
}

/* From a build folder, so that the commands that are shown at the end need no environment. */
static char *
make_plugin_line (void)
{
  const char *path = g_getenv ("OSTIARY_PLUGIN_PATH");
  g_auto (GStrv) folders = g_strsplit (path != NULL ? path : "", G_SEARCHPATH_SEPARATOR_S, -1);
  g_autofree char *list = g_strjoinv (";", folders);

  return *list != '\0' ? g_strdup_printf ("plugin-path=%s\n", list) : g_strdup ("");
}

static gboolean
write_config (OstDemoWorld *self, const char *fingerprint, GError **error)
{
  const char *folder = ost_demo_world_get_folder (self);
  g_autofree char *plugins = make_plugin_line ();
  g_autofree char *text
    = g_strdup_printf ("[service]\n"
                       "state-dir=%s/state\n"
                       "%s"
                       "[api]\n"
                       "socket=%s\n"
                       "[connection " OST_DEMO_CONNECTION "]\n"
                       "environment=onprem\n"
                       "server=%s\n"
                       "tls-pin=%s\n"
                       "user=" USER "\n"
                       "password-secret=file:%s/password\n"
                       "quick-sync-interval=3s\n",
                       folder, plugins, self->socket, self->uri, fingerprint, folder);

  return write_text (self, "password", PASSWORD, error)
         && write_text (self, "ostiary.conf", text, error);
}

static gboolean
take_ready_line (OstDemoWorld *self, const char *line, GError **error)
{
  g_autoptr (JsonNode) root = ost_json_parse (line, strlen (line), error);
  JsonObject *object;
  const char *http, *fingerprint;

  if (root == NULL)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   _ ("the simulated Exchange said something else than that it is ready: %s"),
                   line);
      return FALSE;
    }
  object = json_node_get_object (root);
  self->uri = g_strdup (json_object_get_string_member_with_default (object, "url", ""));
  http = json_object_get_string_member_with_default (object, "http", "");
  fingerprint = json_object_get_string_member_with_default (object, "fingerprint", "");
  self->control = g_uri_resolve_relative (http, "/__churn", G_URI_FLAGS_NONE, error);
  return self->control != NULL && write_config (self, fingerprint, error);
}

gboolean
ost_demo_world_start_exchange (OstDemoWorld *self, guint n_mailboxes, GError **error)
{
  g_autofree char *count = g_strdup_printf ("%u", n_mailboxes);
  const char *const command[] = { find_program ("OSTIARY_EXCHANGE_SIM", OST_EXCHANGE_SIM_FILE),
                                  "--exit-with-stdin",
                                  "--http-port",
                                  "0",
                                  "--mailboxes",
                                  count,
                                  NULL };
  g_autofree char *line = NULL;

  self->exchange
    = spawn (command, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, error);
  if (self->exchange == NULL)
    return FALSE;
  line = read_ready_line (self, error);
  return line != NULL && take_ready_line (self, line, error);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **)user_data, result);
}

gboolean
ost_demo_world_add_phone (OstDemoWorld *self, GError **error)
{
  g_autoptr (SoupSession) session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  g_autoptr (SoupMessage) message = soup_message_new ("POST", self->control);
  g_autoptr (GBytes) body
    = g_bytes_new_static ("{\"quarantine\":1}", strlen ("{\"quarantine\":1}"));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) answer = NULL;

  soup_message_set_request_body_from_bytes (message, "application/json", body);
  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, self->cancellable,
                                    sent_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  answer = soup_session_send_and_read_finish (session, result, error);
  if (answer == NULL || SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    return answer != NULL;
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL, _ ("the simulated Exchange answered %u"),
               soup_message_get_status (message));
  return FALSE;
}

/* The service */

static gboolean
is_answering (OstDemoWorld *self, gpointer data)
{
  g_autoptr (OstClient) client = NULL;

  return ost_client_connect (self->socket, &client, NULL) && client != NULL;
}

gboolean
ost_demo_world_start_service (OstDemoWorld *self, GError **error)
{
  const char *const command[]
    = { find_program ("OSTIARYD", OST_SERVICE_FILE), "--config", self->config, NULL };

  self->service = spawn (command, G_SUBPROCESS_FLAGS_STDERR_MERGE, self->log, error);
  return self->service != NULL && wait_until (self, is_answering, NULL, _ ("the service"), error);
}

/* The phone */

typedef struct {
  gint64 last;
  char *device_id;
} Sight;

static gboolean
look_at_event (const OstEvent *event, gpointer data)
{
  Sight *sight = data;

  sight->last = event->seq;
  if (g_strcmp0 (event->kind, "device-added") == 0 && sight->device_id == NULL)
    sight->device_id = g_strdup (event->device_id);
  return TRUE;
}

static gboolean
open_store (OstDemoWorld *self, GError **error)
{
  OstStoreOptions options = {
    .read_only = TRUE,
    .program_version = OST_VERSION,
    .now_us = ost_clock_get_time (ost_clock_get_system ()),
  };
  g_autoptr (OstStore) store = NULL;

  if (self->store != NULL)
    return TRUE;
  self->registry = ost_registry_new ();
  ost_registry_add_default_folders (self->registry);
  ost_registry_load (self->registry);
  self->snapshot = ost_config_load (self->config, self->registry, OST_CONFIG_NONE, error);
  if (self->snapshot == NULL)
    return FALSE;
  options.state_dir = ost_config_get_state_folder (self->snapshot);
  store = OST_STORE (g_object_new (ost_config_get_store (self->snapshot)->type, NULL));
  if (!ost_store_open (store, &options, error))
    return FALSE;
  self->store = g_steal_pointer (&store);
  return TRUE;
}

static gboolean
has_seen_phone (OstDemoWorld *self, gpointer data)
{
  Sight *sight = data;

  ost_store_list_events (self->store, sight->last + 1, 0, look_at_event, sight, NULL);
  return sight->device_id != NULL;
}

gint64
ost_demo_world_get_last_event (OstDemoWorld *self, GError **error)
{
  Sight sight = { 0 };
  gboolean is_read = open_store (self, error)
                     && ost_store_list_events (self->store, 0, 0, look_at_event, &sight, error);

  g_free (sight.device_id);
  return is_read ? sight.last : -1;
}

char *
ost_demo_world_wait_for_phone (OstDemoWorld *self, gint64 after, GError **error)
{
  Sight sight = { .last = after };

  if (!open_store (self, error)
      || !wait_until (self, has_seen_phone, &sight, _ ("the phone"), error))
    g_clear_pointer (&sight.device_id, g_free);
  return sight.device_id;
}

/* The end */

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

static gboolean
give_up_cb (gpointer user_data)
{
  g_subprocess_force_exit (user_data);
  return G_SOURCE_REMOVE;
}

static void
end_process (GSubprocess *process)
{
  gboolean is_over = FALSE;
  guint timer = g_timeout_add_seconds (END_SECONDS, give_up_cb, process);

  g_subprocess_send_signal (process, SIGTERM);
  g_subprocess_wait_async (process, NULL, ended_cb, &is_over);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);
  /* The process may be gone because the timer came first. */
  if (g_main_context_find_source_by_id (NULL, timer) != NULL)
    g_source_remove (timer);
  g_object_unref (process);
}

void
ost_demo_world_free (OstDemoWorld *self)
{
  if (self->store != NULL)
    ost_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_object (&self->snapshot);
  g_clear_object (&self->registry);
  /* The service first: it has shells on the other one. */
  g_clear_pointer (&self->service, end_process);
  g_clear_pointer (&self->exchange, end_process);
  g_clear_pointer (&self->folder, ost_temporary_free);
  g_object_unref (self->cancellable);
  g_free (self->config);
  g_free (self->socket);
  g_free (self->log);
  g_free (self->uri);
  g_free (self->control);
  g_free (self);
}
