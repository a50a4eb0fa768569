/* backend-probe.c: drives one backend plugin over one transport plugin, by lines of JSON */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* usage: backend-probe BACKEND.so TRANSPORT.so PASSWORD-FILE KEY=VALUE...
 *
 * Reads requests from standard input, one in a line, and answers each with lines of JSON, the last
 * of which has the member `end`:
 *
 *   {"do":"open"}  {"do":"close"}  {"do":"left-over","id":I,"detail":D}
 *   {"do":"run","verb":"list","kind":"device","id":I,"fields":{"prefix":"A","except":["B"]},
 *    "timeout-ms":N,"stop-after":N,"quiet":true}
 */

#include <gmodule.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "core/base/ost-call-private.h"
#include "core/base/ost-settings-private.h"
#include "core/engine/ost-io.h"

typedef struct {
  OstIo *io;
  OstSettings *settings;
  OstBackend *backend;
  OstTransport *transport;
  OstSecret *secret;
  GQueue left_over; /* of char *: id, detail, id, detail ... */
  gint64 stop_after;
  guint64 n_objects;
  gboolean is_quiet;
  guint64 n_requests;
} Probe;

static void
write_line (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);
  g_auto (GStrv) parts = g_strsplit (text, "\037", -1);
  g_autofree char *whole = g_strjoinv ("\\u001f", parts); /* json-glib 1.6 forgets this one */

  puts (whole);
}

static JsonBuilder *
begin_line (const char *name)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, name);
  return builder;
}

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value); /* NULL becomes null */
}

static void
write_text (const char *name, const char *value)
{
  g_autoptr (JsonBuilder) builder = begin_line (name);

  json_builder_add_string_value (builder, value);
  json_builder_end_object (builder);
  write_line (builder);
}

/* ---- what stands behind a call ---------------------------------------------------------------- */

static gboolean
host_send (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  static const char *const methods[] = { "auto", NULL };
  Probe *probe = host;
  OstTransportInterface *iface = OST_TRANSPORT_GET_IFACE (probe->transport);

  probe->n_requests++;
  ost_transfer_set_credentials (transfer, ost_settings_get_text (probe->settings, "user"),
                                probe->secret, methods);
  if (iface->prepare != NULL && !iface->prepare (probe->transport, transfer, call, error))
    return FALSE;
  ost_transport_dispatch (probe->transport, ost_io_get_context (probe->io), transfer);
  return TRUE;
}

static void
add_field (JsonBuilder *builder, OstObject *object, const OstField *field, guint index)
{
  gint64 number = 0;

  json_builder_set_member_name (builder, field->name);
  switch (field->type)
    {
    case OST_FIELD_TEXT:
      json_builder_add_string_value (builder, ost_object_get_text (object, index));
      break;
    case OST_FIELD_BOOLEAN:
      ost_object_get_number (object, index, &number);
      json_builder_add_boolean_value (builder, number != 0);
      break;
    case OST_FIELD_TIME:
    case OST_FIELD_INTEGER:
      ost_object_get_number (object, index, &number);
      json_builder_add_int_value (builder, number);
      break;
      case OST_FIELD_LIST: {
        g_auto (GStrv) items = ost_object_get_list (object, index);

        json_builder_begin_array (builder);
        for (char **item = items; *item != NULL; item++)
          json_builder_add_string_value (builder, *item);
        json_builder_end_array (builder);
        break;
      }
    }
}

static gboolean
host_emit (gpointer host, OstCall *call, OstObject *object, GError **error)
{
  Probe *probe = host;
  guint n_fields;
  const OstField *fields = ost_kind_get_fields (ost_object_get_kind (object), &n_fields);
  g_autoptr (JsonBuilder) builder = NULL;

  if (probe->stop_after > 0 && (gint64)probe->n_objects == probe->stop_after)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
      return FALSE;
    }
  probe->n_objects++;
  if (probe->is_quiet)
    return TRUE;
  builder = begin_line ("object");
  json_builder_begin_object (builder);
  for (guint i = 0; i < n_fields; i++)
    if (ost_object_is_set (object, i))
      add_field (builder, object, &fields[i], i);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  write_line (builder);
  return TRUE;
}

static void
host_warn (gpointer host, OstCall *call, const char *text)
{
  write_text ("warning", text);
}

static void
host_note (gpointer host, OstCall *call, const char *name, const char *value)
{
  g_autoptr (JsonBuilder) builder = begin_line ("note");

  json_builder_add_string_value (builder, name);
  add_text (builder, "value", value);
  json_builder_end_object (builder);
  write_line (builder);
}

static void
host_step (gpointer host, OstCall *call, const char *id, gboolean is_ok, const char *detail,
           const char *remedy)
{
  g_autoptr (JsonBuilder) builder = begin_line ("step");

  json_builder_add_string_value (builder, id);
  json_builder_set_member_name (builder, "ok");
  json_builder_add_boolean_value (builder, is_ok);
  add_text (builder, "detail", detail);
  add_text (builder, "remedy", remedy);
  json_builder_end_object (builder);
  write_line (builder);
}

static gboolean
host_keep_session (gpointer host, OstCall *call, const char *id, const char *detail, GError **error)
{
  g_autoptr (JsonBuilder) builder = begin_line ("kept");

  json_builder_add_string_value (builder, id);
  add_text (builder, "detail", detail);
  json_builder_end_object (builder);
  write_line (builder);
  return TRUE;
}

static void
host_forget_session (gpointer host, OstCall *call, const char *id)
{
  write_text ("forgotten", id);
}

static gboolean
host_take_left_over_session (gpointer host, OstCall *call, char **id, char **detail)
{
  Probe *probe = host;

  *id = g_queue_pop_head (&probe->left_over);
  *detail = g_queue_pop_head (&probe->left_over);
  return *id != NULL;
}

static const OstCallHost call_host = {
  .send = host_send,
  .emit = host_emit,
  .warn = host_warn,
  .note = host_note,
  .step = host_step,
  .keep_session = host_keep_session,
  .forget_session = host_forget_session,
  .take_left_over_session = host_take_left_over_session,
};

/* ---- plugins ---------------------------------------------------------------------------------- */

static const OstPluginInfo *
load_plugin (const char *path)
{
  GModule *module = g_module_open (path, G_MODULE_BIND_LOCAL);
  gpointer info;

  if (module == NULL || !g_module_symbol (module, "ost_plugin_info", &info))
    g_error ("%s: %s", path, g_module_error ());
  g_module_make_resident (module);
  return info;
}

static void
fill_settings (OstSettings *settings, const OstPluginInfo *info, GStrv values)
{
  static const OstSetting mine[] = {
    { "mode", OST_SETTING_TEXT, 0, "observe" },
    { "statistics", OST_SETTING_TEXT, 0, "changed" },
    { "allow-wipe", OST_SETTING_TEXT, 0, "none" },
    { NULL },
  };

  for (const OstSetting *row = info != NULL ? info->settings : mine;
       row != NULL && row->key != NULL; row++)
    {
      g_autofree char *prefix = g_strconcat (row->key, "=", NULL);
      g_autoptr (GError) error = NULL;
      const char *value = NULL;

      for (char **at = values; *at != NULL; at++)
        if (g_str_has_prefix (*at, prefix))
          value = *at + strlen (prefix);
      if (!ost_settings_set (settings, row, value, &error))
        g_error ("%s: %s", row->key, error->message);
    }
}

static void
configure_cb (gpointer data, gpointer user_data)
{
  Probe *probe = data;
  OstTransportInterface *iface = OST_TRANSPORT_GET_IFACE (probe->transport);
  g_autoptr (GError) error = NULL;

  if (iface->configure != NULL && !iface->configure (probe->transport, probe->settings, &error))
    g_error ("%s", error->message);
}

static void
shut_down_cb (gpointer data, gpointer user_data)
{
  Probe *probe = data;
  OstTransportInterface *iface = OST_TRANSPORT_GET_IFACE (probe->transport);

  if (iface->shut_down != NULL)
    iface->shut_down (probe->transport);
  g_clear_object (&probe->transport);
}

/* ---- requests --------------------------------------------------------------------------------- */

static OstOperation *
make_operation (JsonObject *request)
{
  const char *verb_name = json_object_get_string_member (request, "verb");
  const char *kind_name = json_object_get_string_member (request, "kind");
  OstVerb verb = OST_VERB_LIST;
  OstKind kind = 0;
  OstOperation *operation;

  while (!g_str_equal (ost_verb_to_string (verb), verb_name))
    verb++;
  while (!g_str_equal (ost_kind_to_string (kind), kind_name))
    kind++;
  operation = ost_operation_new (verb, kind,
                                 json_object_get_string_member_with_default (request, "id", NULL));
  if (json_object_has_member (request, "fields"))
    {
      JsonObject *fields = json_object_get_object_member (request, "fields");
      g_autoptr (GList) names = json_object_get_members (fields);

      for (GList *name = names; name != NULL; name = name->next)
        {
          JsonNode *node = json_object_get_member (fields, name->data);
          g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
          g_auto (GStrv) list = NULL;

          if (!JSON_NODE_HOLDS_ARRAY (node))
            {
              ost_operation_set_text (operation, name->data, json_node_get_string (node));
              continue;
            }
          for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
            g_strv_builder_add (items,
                                json_array_get_string_element (json_node_get_array (node), i));
          list = g_strv_builder_end (items);
          ost_operation_set_list (operation, name->data, (const char *const *)list);
        }
    }
  return operation;
}

static void
write_end (Probe *probe, const char *what, gboolean is_ok, const GError *error)
{
  g_autoptr (JsonBuilder) builder = begin_line ("end");

  json_builder_add_string_value (builder, what);
  json_builder_set_member_name (builder, "ok");
  json_builder_add_boolean_value (builder, is_ok);
  json_builder_set_member_name (builder, "objects");
  json_builder_add_int_value (builder, (gint64)probe->n_objects);
  json_builder_set_member_name (builder, "requests");
  json_builder_add_int_value (builder, (gint64)probe->n_requests);
  add_text (builder, "code",
            error == NULL                ? NULL
            : error->domain == OST_ERROR ? ost_error_code_to_string (error->code)
                                         : "cancelled");
  add_text (builder, "error", error != NULL ? error->message : NULL);
  add_text (builder, "remedy", error != NULL ? ost_error_get_remedy (error) : NULL);
  json_builder_end_object (builder);
  write_line (builder);
  fflush (stdout);
}

static void
answer (Probe *probe, JsonObject *request)
{
  const char *what = json_object_get_string_member (request, "do");
  gint64 timeout_ms = json_object_get_int_member_with_default (request, "timeout-ms", 60000);
  g_autoptr (OstCall) call = ost_call_new (&call_host, probe, probe->settings, "peer",
                                           ost_clock_get_system (), NULL, (guint)timeout_ms, NULL);
  OstBackendInterface *iface = OST_BACKEND_GET_IFACE (probe->backend);
  g_autoptr (GError) error = NULL;
  gboolean is_ok = TRUE;

  probe->n_objects = probe->n_requests = 0;
  probe->stop_after = json_object_get_int_member_with_default (request, "stop-after", 0);
  probe->is_quiet = json_object_get_boolean_member_with_default (request, "quiet", FALSE);
  if (g_str_equal (what, "open"))
    is_ok = iface->open (probe->backend, call, &error);
  else if (g_str_equal (what, "close"))
    iface->close (probe->backend, call);
  else if (g_str_equal (what, "left-over"))
    {
      g_queue_push_tail (&probe->left_over,
                         g_strdup (json_object_get_string_member (request, "id")));
      g_queue_push_tail (&probe->left_over,
                         g_strdup (json_object_get_string_member (request, "detail")));
    }
  else
    {
      g_autoptr (OstOperation) operation = make_operation (request);

      is_ok = iface->execute (probe->backend, operation, call, &error);
    }
  write_end (probe, what, is_ok, error);
}

static void
serve (Probe *probe)
{
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (JsonParser) parser = json_parser_new ();

  while (TRUE)
    {
      g_autofree char *line = NULL;
      g_autoptr (GError) error = NULL;

      if (g_io_channel_read_line (input, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
        return;
      if (!json_parser_load_from_data (parser, line, -1, &error))
        g_error ("%s", error->message);
      answer (probe, json_node_get_object (json_parser_get_root (parser)));
    }
}

int
main (int argc, char **argv)
{
  Probe probe = { .left_over = G_QUEUE_INIT };
  const OstPluginInfo *backend;
  const OstPluginInfo *transport;
  g_autofree char *password = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  if (argc < 4)
    g_error ("usage: backend-probe BACKEND.so TRANSPORT.so PASSWORD-FILE KEY=VALUE...");
  backend = load_plugin (argv[1]);
  transport = load_plugin (argv[2]);
  if (!g_file_get_contents (argv[3], &password, &length, &error))
    g_error ("%s", error->message);
  probe.secret = ost_secret_new (password, length, &error);
  g_assert_no_error (error);
  probe.settings = ost_settings_new ("peer");
  fill_settings (probe.settings, NULL, argv + 4);
  fill_settings (probe.settings, backend, argv + 4);
  fill_settings (probe.settings, transport, argv + 4);
  probe.io = ost_io_new ();
  probe.backend = OST_BACKEND (g_object_new (backend->get_type (), NULL));
  probe.transport = OST_TRANSPORT (g_object_new (transport->get_type (), NULL));
  ost_io_run (probe.io, configure_cb, &probe);
  serve (&probe);
  g_object_unref (probe.backend);
  ost_io_run (probe.io, shut_down_cb, &probe);
  ost_io_free (probe.io);
  ost_secret_unref (probe.secret);
  g_object_unref (probe.settings);
  return 0;
}
