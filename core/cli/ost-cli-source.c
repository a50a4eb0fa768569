/* ost-cli-source.c: where what is shown comes from: the store, or the service that holds it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-source.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OstCliSource {
  OstCli *cli;
  OstClient *client; /* NULL: the run's own store is read */
};

static gboolean
ask_service (OstCliSource *self)
{
  const char *socket = ost_settings_get_text (ost_config_get_api (self->cli->config), "socket");

  return ost_client_connect (socket, &self->client, NULL) && self->client != NULL;
}

OstCliSource *
ost_cli_source_open (OstCli *cli, GError **error)
{
  g_autoptr (OstCliSource) self = g_new0 (OstCliSource, 1);
  g_autoptr (GError) failure = NULL;

  self->cli = cli;
  if (ost_cli_open_store_for_reading (cli, &failure)
      || (g_error_matches (failure, OST_ERROR, OST_ERROR_DENIED) && ask_service (self)))
    return g_steal_pointer (&self);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

void
ost_cli_source_free (OstCliSource *self)
{
  g_clear_pointer (&self->client, ost_client_free);
  g_free (self);
}

gboolean
ost_cli_source_is_empty (const OstCliSource *self)
{
  return self->client == NULL && self->cli->store == NULL;
}

/* What the service says, as the store would have said it */

static void
append_field (GString *path, const char *name, const char *value)
{
  if (value == NULL)
    return;
  g_string_append_printf (path, "%c%s=", strchr (path->str, '?') == NULL ? '?' : '&', name);
  g_string_append_uri_escaped (path, value, NULL, FALSE);
}

static void
append_number (GString *path, const char *name, gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  append_field (path, name, value > 0 ? text : NULL);
}

static gboolean
parse_time (const char *text, gint64 *microseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);

  if (time == NULL)
    return FALSE;
  *microseconds = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}

static void
take_value (JsonObject *object, const OstField *column, OstValue *value)
{
  JsonNode *node = json_object_get_member (object, column->name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;
  switch (column->type)
    {
    case OST_FIELD_TIME:
      value->is_set = json_node_get_value_type (node) == G_TYPE_STRING
                      && parse_time (json_node_get_string (node), &value->number);
      break;
    case OST_FIELD_BOOLEAN:
      value->is_set = TRUE;
      value->number = json_node_get_boolean (node);
      break;
    case OST_FIELD_INTEGER:
      value->is_set = TRUE;
      value->number = json_node_get_int (node);
      break;
    default:
      value->text = json_node_get_string (node);
      value->is_set = value->text != NULL;
    }
}

typedef struct {
  OstDeviceRowFunc device_func;
  OstEventFunc event_func;
  gpointer data;
} Receiver;

static gboolean
take_device (JsonObject *object, gpointer user_data)
{
  const Receiver *receiver = user_data;
  const OstField *columns = ost_device_get_columns ();
  OstDeviceRow row = { 0 };

  for (guint i = 0; i < OST_DEVICE_N_COLUMNS; i++)
    take_value (object, &columns[i], &row.values[i]);
  return receiver->device_func (&row, receiver->data);
}

static char *
get_text (JsonObject *object, const char *name)
{
  return (char *)json_object_get_string_member_with_default (object, name, NULL);
}

static char *
get_json (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? json_to_string (node, FALSE) : NULL;
}

static gboolean
take_event (JsonObject *object, gpointer user_data)
{
  const Receiver *receiver = user_data;
  g_autofree char *detail = get_json (object, "detail");
  g_autofree char *personal_detail = get_json (object, "personal_detail");
  const char *time = get_text (object, "time");
  OstEvent event = {
    .seq = json_object_get_int_member_with_default (object, "seq", 0),
    .kind = get_text (object, "kind"),
    .connection = get_text (object, "connection"),
    .detail = detail,
    .device_id = get_text (object, "device_id"),
    .mailbox = get_text (object, "mailbox"),
    .who = get_text (object, "who"),
    .personal_detail = personal_detail,
    .hash = get_text (object, "hash"),
  };

  if (time != NULL)
    parse_time (time, &event.time_us);
  return receiver->event_func (&event, receiver->data);
}

gboolean
ost_cli_source_list_devices (OstCliSource *self, const OstDeviceQuery *query, OstDeviceRowFunc func,
                             gpointer data, GError **error)
{
  g_autoptr (GString) path = g_string_new ("/api/v1/devices");
  Receiver receiver = { .device_func = func, .data = data };

  if (self->client == NULL)
    return self->cli->store == NULL
           || ost_store_query_devices (self->cli->store, query, func, data, NULL, NULL, error);
  append_field (path, "connection", query->connection);
  append_field (path, "user", query->user);
  append_field (path, "state", query->state);
  append_field (path, "device", query->device);
  append_number (path, "limit", query->limit);
  return ost_client_list (self->client, path->str, "devices", take_device, &receiver, error);
}

gboolean
ost_cli_source_list_events (OstCliSource *self, gint64 from_seq, guint limit, OstEventFunc func,
                            gpointer data, GError **error)
{
  g_autoptr (GString) path = g_string_new ("/api/v1/events");
  Receiver receiver = { .event_func = func, .data = data };

  if (self->client == NULL)
    return self->cli->store == NULL
           || ost_store_list_events (self->cli->store, from_seq, limit, func, data, error);
  append_number (path, "from", from_seq);
  append_number (path, "limit", limit);
  return ost_client_list (self->client, path->str, "events", take_event, &receiver, error);
}

JsonNode *
ost_cli_source_render_status (OstCliSource *self, const char *connection, GError **error)
{
  g_autoptr (GString) path = g_string_new ("/api/v1/status");
  JsonNode *answer = NULL;

  if (self->client == NULL)
    return ost_render_status (self->cli->config, self->cli->store, connection,
                              ost_clock_get_time (ost_clock_get_system ()), error);
  append_field (path, "connection", connection);
  if (!ost_client_call (self->client, "GET", path->str, &answer, NULL, error))
    return NULL;
  if (answer == NULL || !JSON_NODE_HOLDS_OBJECT (answer))
    {
      g_clear_pointer (&answer, json_node_unref);
      g_set_error_literal (error, OST_ERROR, OST_ERROR_PROTOCOL,
                           _ ("the service answered nothing"));
    }
  return answer;
}
