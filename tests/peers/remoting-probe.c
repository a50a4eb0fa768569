/* remoting-probe.c: does with our remoting what lines of JSON say, and tells how it went */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace.h"
#include "tests/unit/http-rig.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* {"do":"open"|"run"|"close"|"end"|"identify","commands":[[NAME,{PARAMETER:VALUE}],...],...}: see
 * test_remoting.py, which writes them. Each line is answered with one line. */

typedef struct {
  Rig *rig;
  const char *uri;
  OstCall *call;
  GCancellable *cancellable;
  GHashTable *runspaces; /* name -> OstRunspace */
  GHashTable *kept;      /* id -> detail */
  GString *warnings;
} Probe;

typedef struct {
  Probe *probe;
  JsonBuilder *json;
  const char *show;
  guint64 stop_at;
  guint64 cancel_at;
  guint64 n;
  guint64 text_bytes;
  GChecksum *checksum;
} Listener;

static gboolean
send_cb (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  Probe *self = host;

  ost_transfer_set_credentials (transfer, self->rig->user, self->rig->secret, NULL);
  ost_transport_dispatch (self->rig->transport, self->rig->context, transfer);
  return TRUE;
}

static void
warn_cb (gpointer host, OstCall *call, const char *text)
{
  g_string_append_printf (((Probe *)host)->warnings, "%s\n", text);
}

static gboolean
keep_cb (gpointer host, OstCall *call, const char *id, const char *detail, GError **error)
{
  g_hash_table_insert (((Probe *)host)->kept, g_strdup (id), g_strdup (detail));
  return TRUE;
}

static void
forget_cb (gpointer host, OstCall *call, const char *id)
{
  g_assert_true (g_hash_table_remove (((Probe *)host)->kept, id));
}

static void
begin_call (Probe *self, guint timeout_ms)
{
  static const OstCallHost host
    = { .send = send_cb, .warn = warn_cb, .keep_session = keep_cb, .forget_session = forget_cb };

  g_clear_object (&self->call);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->call = ost_call_new (&host, self, self->rig->settings, "contoso", ost_clock_get_system (),
                             self->cancellable, timeout_ms, NULL);
}

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

static void
cancel_later (Probe *self, guint milliseconds)
{
  g_autoptr (GSource) source = g_timeout_source_new (milliseconds);

  g_source_set_callback (source, cancel_cb, g_object_ref (self->cancellable), g_object_unref);
  g_source_attach (source, self->rig->context);
}

static gboolean
output_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Listener *self = user_data;
  OstClixmlMemberIter iter;
  const OstClixmlValue *member;

  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      gsize length = 0;
      const char *text = ost_clixml_value_get_text (member, &length);

      self->text_bytes += length;
      if (text != NULL)
        g_checksum_update (self->checksum, (const guchar *)text, (gssize)length);
    }
  if (self->show != NULL)
    {
      const char *text = ost_clixml_value_get_member_text (value, self->show);

      json_builder_add_string_value (self->json, text != NULL ? text : "");
    }
  self->n++;
  if (self->n == self->cancel_at)
    g_cancellable_cancel (self->probe->cancellable);
  if (self->n != self->stop_at)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, "enough");
  return FALSE;
}

static gboolean
record_cb (const OstRecord *record, gpointer user_data, GError **error)
{
  static const char *const names[]
    = { "error", "warning", "verbose", "debug", "information", "progress" };
  Listener *self = user_data;
  g_autofree char *text = g_strdup_printf ("%s: %s [%s]", names[record->stream], record->message,
                                           record->fully_qualified_id);

  json_builder_add_string_value (self->json, text);
  return TRUE;
}

static void
add_pair (JsonBuilder *json, const char *name, const char *value)
{
  json_builder_set_member_name (json, name);
  if (value != NULL)
    json_builder_add_string_value (json, value);
  else
    json_builder_add_null_value (json);
}

static void
add_number (JsonBuilder *json, const char *name, gint64 value)
{
  json_builder_set_member_name (json, name);
  json_builder_add_int_value (json, value);
}

static void
add_error (JsonBuilder *json, const GError *error)
{
  add_pair (json, "code",
            error == NULL                ? NULL
            : error->domain == OST_ERROR ? ost_error_code_to_string (error->code)
                                         : g_quark_to_string (error->domain));
  add_pair (json, "message", error != NULL ? error->message : NULL);
  add_number (json, "retry_after", error != NULL ? ost_error_get_retry_after (error) : 0);
}

static GStrv
read_items (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));
  return g_strv_builder_end (builder);
}

static void
add_table (OstCommand *command, const char *name, JsonObject *object)
{
  g_autoptr (GList) keys = json_object_get_members (object);
  const char *key = keys->data;
  const char *other = keys->next != NULL ? keys->next->data : NULL;
  g_auto (GStrv) items = read_items (json_object_get_array_member (object, key));
  g_auto (GStrv) others
    = other != NULL ? read_items (json_object_get_array_member (object, other)) : NULL;

  ost_command_add_table (command, name, key, (const char *const *)items, other,
                         (const char *const *)others, NULL);
}

static void
add_parameter_cb (JsonObject *object, const char *name, JsonNode *node, gpointer user_data)
{
  OstCommand *command = user_data;

  if (JSON_NODE_HOLDS_NULL (node))
    ost_command_add_null (command, name);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    add_table (command, name, json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      g_auto (GStrv) items = read_items (json_node_get_array (node));

      ost_command_add_list (command, name, (const char *const *)items);
    }
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    ost_command_add_boolean (command, name, json_node_get_boolean (node));
  else
    ost_command_add_text (command, name, json_node_get_string (node));
}

static GPtrArray *
read_commands (JsonArray *array)
{
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_command_free);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonArray *pair = json_array_get_array_element (array, i);
      OstCommand *command = ost_command_new (json_array_get_string_element (pair, 0));

      if (json_array_get_length (pair) > 1)
        json_object_foreach_member (json_array_get_object_element (pair, 1), add_parameter_cb,
                                    command);
      g_ptr_array_add (commands, command);
    }
  return commands;
}

static const char *
get_name (JsonObject *request)
{
  return json_object_get_string_member_with_default (request, "name", "");
}

static void
do_run (Probe *self, JsonObject *request, JsonBuilder *json)
{
  static const OstPipelineSink sink = { output_cb, record_cb };
  static const char *const states[] = { "completed", "failed", "stopped" };
  g_autoptr (GPtrArray) commands
    = read_commands (json_object_get_array_member (request, "commands"));
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  Listener listener = {
    .probe = self,
    .json = json,
    .show = json_object_get_string_member_with_default (request, "show", NULL),
    .stop_at = (guint64)json_object_get_int_member_with_default (request, "stop_at", 0),
    .cancel_at = (guint64)json_object_get_int_member_with_default (request, "cancel_at", 0),
    .checksum = checksum,
  };
  OstRunspace *runspace = g_hash_table_lookup (self->runspaces, get_name (request));
  OstPipelineResult result;
  g_autoptr (GError) error = NULL;

  json_builder_set_member_name (json, "shown");
  json_builder_begin_array (json);
  ost_runspace_run (runspace, (OstCommand *const *)commands->pdata, commands->len, &sink, &listener,
                    self->call, &result, &error);
  json_builder_end_array (json);
  add_error (json, error);
  add_pair (json, "state", states[result.state]);
  add_number (json, "outputs", (gint64)result.n_outputs);
  add_number (json, "errors", result.n_errors);
  add_number (json, "warnings", result.n_warnings);
  add_number (json, "host_calls", result.n_host_calls);
  add_number (json, "may_have_run", result.may_have_run);
  add_number (json, "text_bytes", (gint64)listener.text_bytes);
  add_pair (json, "sha256", g_checksum_get_string (checksum));
  add_pair (json, "failure", result.failure_message);
  add_pair (json, "failure_id", result.failure_id);
  add_pair (json, "failure_type", result.failure_exception_type);
  add_number (json, "broken", ost_runspace_is_broken (runspace));
  ost_pipeline_result_clear (&result);
}

static OstRunspaceOptions
get_options (Probe *self)
{
  return (OstRunspaceOptions){
    .uri = self->uri,
    .resource_uri = "http://schemas.microsoft.com/powershell/Microsoft.Exchange",
    .identity = "connection",
    .locale = "en-US",
    .operation_timeout_seconds = 20,
  };
}

static void
do_open (Probe *self, JsonObject *request, JsonBuilder *json)
{
  OstRunspaceOptions options = get_options (self);
  g_autoptr (GError) error = NULL;
  OstRunspace *runspace = ost_runspace_open (&options, self->call, &error);

  add_error (json, error);
  if (runspace == NULL)
    return;
  add_pair (json, "version", ost_runspace_get_server_version (runspace));
  g_hash_table_insert (self->runspaces, g_strdup (get_name (request)), runspace);
}

static void
do_identify (Probe *self, JsonBuilder *json)
{
  OstRunspaceOptions options = get_options (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *product = ost_runspace_identify (&options, self->call, &error);

  add_error (json, error);
  add_pair (json, "product", product);
}

static void
do_close (Probe *self, const char *name)
{
  ost_runspace_close (g_hash_table_lookup (self->runspaces, name), self->call);
  g_hash_table_remove (self->runspaces, name);
}

/* Ends the first session that is written down, as a later process would. */
static void
do_end (Probe *self, JsonBuilder *json)
{
  OstRunspaceOptions options = get_options (self);
  GHashTableIter iter;
  gpointer id = NULL;
  gpointer detail = NULL;
  g_autoptr (GError) error = NULL;

  g_hash_table_iter_init (&iter, self->kept);
  g_assert_true (g_hash_table_iter_next (&iter, &id, &detail));
  options.uri = "https://nowhere.invalid/";
  if (ost_runspace_end_left_over (&options, id, detail, self->call, &error))
    g_hash_table_iter_remove (&iter);
  add_error (json, error);
}

static void
answer (Probe *self, JsonObject *request, JsonBuilder *json)
{
  const char *what = json_object_get_string_member (request, "do");
  guint cancel_ms = (guint)json_object_get_int_member_with_default (request, "cancel_ms", 0);
  gint64 start = g_get_monotonic_time ();
  struct rusage usage;

  begin_call (self, (guint)json_object_get_int_member_with_default (request, "timeout_ms", 0));
  if (cancel_ms > 0)
    cancel_later (self, cancel_ms);
  if (strcmp (what, "open") == 0)
    do_open (self, request, json);
  else if (strcmp (what, "run") == 0)
    do_run (self, request, json);
  else if (strcmp (what, "end") == 0)
    do_end (self, json);
  else if (strcmp (what, "identify") == 0)
    do_identify (self, json);
  else if (strcmp (what, "close") == 0)
    do_close (self, get_name (request));
  else
    g_error ("no such request: %s", what);
  getrusage (RUSAGE_SELF, &usage);
  add_number (json, "kept", g_hash_table_size (self->kept));
  add_number (json, "milliseconds", (g_get_monotonic_time () - start) / 1000);
  add_number (json, "peak_kib", usage.ru_maxrss);
}

static void
answer_line (Probe *self, const char *line)
{
  g_autoptr (JsonNode) node = json_from_string (line, NULL);
  g_autoptr (JsonBuilder) json = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  g_assert_nonnull (node);
  json_builder_begin_object (json);
  answer (self, json_node_get_object (node), json);
  json_builder_end_object (json);
  root = json_builder_get_root (json);
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
  fflush (stdout);
}

static void
close_all (Probe *self)
{
  GHashTableIter iter;
  gpointer runspace = NULL;

  g_hash_table_iter_init (&iter, self->runspaces);
  while (g_hash_table_iter_next (&iter, NULL, &runspace))
    ost_runspace_close (runspace, self->call);
}

int
main (int argc, char **argv)
{
  Probe self = { 0 };
  char *line = NULL;
  size_t size = 0;

  if (argc != 5)
    return 2;
  self.uri = argv[1];
  self.rig = rig_new ("tls-ca-file", argv[2], NULL);
  rig_sign_in (self.rig, argv[3], argv[4]);
  self.kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self.runspaces = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self.warnings = g_string_new (NULL);
  while (getline (&line, &size, stdin) > 0)
    answer_line (&self, line);
  free (line);
  begin_call (&self, 0);
  close_all (&self);
  g_clear_object (&self.call);
  g_clear_object (&self.cancellable);
  g_hash_table_unref (self.runspaces);
  g_hash_table_unref (self.kept);
  g_string_free (self.warnings, TRUE);
  rig_free (self.rig);
  return 0;
}
