/* control.c: the routes that tests steer the simulator by, and the truth to compare a client with */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* How much of the truth is made at a time. */
#define CHUNK (128 * 1024)

/* ---- simple routes --------------------------------------------------------------------------- */

static void
set_text (SoupServerMessage *message, guint status, const char *type, const char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static gboolean
is_method (SoupServerMessage *message, const char *method)
{
  if (strcmp (soup_server_message_get_method (message), method) == 0)
    return TRUE;
  soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
  return FALSE;
}

static void
append_units (const SimWorld *world, GString *out)
{
  g_string_append (out, ",\"units\":[");
  for (guint i = 0; i < sim_world_count_units (world); i++)
    {
      const SimEntry *entry = &sim_world_get_unit (world, i)->entry;
      char guid[SIM_GUID_SIZE];
      sim_guid_format (&entry->guid, guid);
      g_string_append (out, i == 0 ? "{\"Name\":" : ",{\"Name\":");
      sim_json_append_string (out, entry->name);
      g_string_append (out, ",\"canonicalName\":");
      sim_json_append_string (out, entry->canonical);
      g_string_append (out, ",\"DistinguishedName\":");
      sim_json_append_string (out, entry->distinguished);
      g_string_append_printf (out, ",\"guid\":\"%s\"}", guid);
    }
  g_string_append_c (out, ']');
}

static void
on_state (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
          gpointer data)
{
  SimServer *server = data;
  g_autoptr (GString) json = g_string_new ("{\"world\":{");
  if (!is_method (message, "GET"))
    return;
  sim_world_append_state_json (server->world, json);
  append_units (server->world, json);
  g_string_append (json, "},\"shells\":");
  sim_wsman_append_shells_json (server->wsman, json);
  g_string_append_c (json, ',');
  sim_ledger_append_json (server->ledger, json);
  g_string_append (json, ",\"faults\":");
  sim_fault_plan_append_json (server->faults, json);
  g_string_append (json, "}\n");
  set_text (message, SOUP_STATUS_OK, "application/json", json->str);
}

static void
on_reset (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
          gpointer data)
{
  if (!is_method (message, "POST"))
    return;
  sim_server_reset (data);
  set_text (message, SOUP_STATUS_OK, "text/plain", "reset\n");
}

static void
on_fault (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
          gpointer data)
{
  SimServer *server = data;
  g_autofree char *problem = NULL;
  if (strcmp (soup_server_message_get_method (message), "DELETE") == 0)
    {
      sim_fault_plan_clear (server->faults);
      set_text (message, SOUP_STATUS_OK, "text/plain", "cleared\n");
      return;
    }
  if (!is_method (message, "POST"))
    return;
  g_autoptr (GBytes) body
    = soup_message_body_flatten (soup_server_message_get_request_body (message));
  gsize length;
  const char *json = g_bytes_get_data (body, &length);
  if (sim_fault_plan_arm (server->faults, json == NULL ? "" : json, length, &problem))
    set_text (message, SOUP_STATUS_OK, "text/plain", "armed\n");
  else
    set_text (message, SOUP_STATUS_BAD_REQUEST, "text/plain", problem);
}

static gboolean
read_churn (GBytes *body, SimChurn *churn)
{
  static const struct {
    const char *name;
    gsize offset;
  } KEYS[] = { { "add", G_STRUCT_OFFSET (SimChurn, add) },
               { "change", G_STRUCT_OFFSET (SimChurn, change) },
               { "remove", G_STRUCT_OFFSET (SimChurn, remove) },
               { "quarantine", G_STRUCT_OFFSET (SimChurn, quarantine) },
               { "mailboxes", G_STRUCT_OFFSET (SimChurn, mailboxes) } };
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *json = g_bytes_get_data (body, &length);
  if (!json_parser_load_from_data (parser, json == NULL ? "" : json, (gssize)length, NULL)
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return FALSE;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    {
      guint i = 0;
      while (i < G_N_ELEMENTS (KEYS) && strcmp (KEYS[i].name, name) != 0)
        i++;
      gint64 number = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : -1;
      if (i == G_N_ELEMENTS (KEYS) || number < 0 || number > 1000000)
        return FALSE;
      G_STRUCT_MEMBER (guint, churn, KEYS[i].offset) = (guint)number;
    }
  return TRUE;
}

static void
on_churn (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
          gpointer data)
{
  SimServer *server = data;
  SimChurn churn = { 0 };
  if (!is_method (message, "POST"))
    return;
  g_autoptr (GBytes) body
    = soup_message_body_flatten (soup_server_message_get_request_body (message));
  if (!read_churn (body, &churn))
    {
      set_text (message, SOUP_STATUS_BAD_REQUEST, "text/plain",
                "keys: add, change, remove, quarantine, mailboxes: numbers\n");
      return;
    }
  g_autoptr (GString) json = g_string_new (NULL);
  sim_world_churn (server->world, &churn, json);
  g_string_append_c (json, '\n');
  set_text (message, SOUP_STATUS_OK, "application/json", json->str);
}

/* ---- the truth ------------------------------------------------------------------------------- */

/**
 * Truth:
 * @server: whose world it is
 * @generation: which of its worlds
 * @message: where it goes
 * @device: to look at one, %NULL where mailboxes are told of
 * @mailbox: likewise
 * @unit: the unit that is asked for, or -1
 * @next: the next mailbox
 * @end: where to stop
 *
 * A line of JSON for each device, or for each mailbox, made as the client reads them.
 */
typedef struct {
  SimServer *server;
  guint generation;
  SoupServerMessage *message;
  SimDevice *device;
  SimMailbox *mailbox;
  SimValue value;
  int unit;
  guint next;
  guint end;
} Truth;

static void
free_truth (gpointer data, GClosure *closure)
{
  Truth *truth = data;
  sim_device_free (truth->device);
  sim_mailbox_free (truth->mailbox);
  sim_value_clear (&truth->value);
  g_free (truth);
}

static void
append_device_line (Truth *truth, guint64 key, GString *out)
{
  if (!sim_device_load (truth->device, key))
    return;
  sim_entry_complete (truth->device);
  g_string_append (out, "{\"Alias\":");
  sim_json_append_string (out, truth->device->mailbox->alias->str);
  g_string_append (out, ",\"Smtp\":");
  sim_json_append_string (out, truth->device->mailbox->address->str);
  g_string_append (out, ",\"Device\":");
  sim_type_append_json (&sim_type_mobile_device, truth->device, &truth->value, out);
  g_string_append (out, ",\"Statistics\":");
  sim_type_append_json (&sim_type_device_statistics, truth->device, &truth->value, out);
  g_string_append (out, "}\n");
}

static void
append_mailbox_line (Truth *truth, guint index, GString *out)
{
  sim_mailbox_load (truth->mailbox, index);
  g_string_append (out, "{\"Alias\":");
  sim_json_append_string (out, truth->mailbox->alias->str);
  g_string_append (out, ",\"CASMailbox\":");
  sim_type_append_json (&sim_type_cas_mailbox, truth->mailbox, &truth->value, out);
  g_string_append (out, ",\"Recipient\":");
  sim_type_append_json (&sim_type_recipient, truth->mailbox, &truth->value, out);
  g_string_append (out, "}\n");
}

static void
write_more (Truth *truth)
{
  SoupMessageBody *body = soup_server_message_get_response_body (truth->message);
  SimWorld *world = truth->server->world;
  GString *text = g_string_new (NULL);
  if (truth->generation != truth->server->generation)
    truth->next = truth->end; /* of a world that is gone nothing is true */
  for (; truth->next < truth->end && text->len < CHUNK; truth->next++)
    {
      const SimUnit *unit = sim_world_get_unit_of (world, truth->next);
      if (!sim_unit_is_within (world, unit, truth->unit))
        continue;
      if (truth->device == NULL)
        append_mailbox_line (truth, truth->next, text);
      guint n_devices = truth->device == NULL ? 0 : sim_world_count_devices (world, truth->next);
      for (guint i = 0; i < n_devices; i++)
        append_device_line (truth, SIM_DEVICE_KEY (truth->next, i), text);
    }
  if (text->len > 0)
    {
      gsize length = text->len;
      soup_message_body_append_take (body, (guchar *)g_string_free (text, FALSE), length);
      return;
    }
  g_string_free (text, TRUE);
  soup_message_body_complete (body);
}

static void
on_wrote_chunk (SoupServerMessage *message, gpointer data)
{
  write_more (data);
  soup_server_message_unpause (message);
}

/* Reads ?mailbox= and ?ou=; FALSE if there is no such thing. */
static gboolean
narrow (Truth *truth, GHashTable *query)
{
  const char *mailbox = query == NULL ? NULL : g_hash_table_lookup (query, "mailbox");
  const char *unit = query == NULL ? NULL : g_hash_table_lookup (query, "ou");
  if (mailbox != NULL)
    {
      if (!sim_world_find_mailbox (truth->server->world, mailbox, &truth->next))
        return FALSE;
      truth->end = truth->next + 1;
    }
  return unit == NULL || sim_world_find_unit (truth->server->world, unit, &truth->unit);
}

static void
tell (SimServer *server, SoupServerMessage *message, GHashTable *query, gboolean of_devices)
{
  if (!is_method (message, "GET"))
    return;
  Truth *truth = g_new0 (Truth, 1);
  truth->server = server;
  truth->generation = server->generation;
  truth->message = message;
  truth->device = of_devices ? sim_device_new (server->world) : NULL;
  truth->mailbox = of_devices ? NULL : sim_mailbox_new (server->world);
  truth->unit = -1;
  truth->end = server->shape.n_mailboxes;
  sim_value_init (&truth->value);
  if (!narrow (truth, query))
    {
      free_truth (truth, NULL);
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  soup_message_headers_set_content_type (headers, "application/x-ndjson", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  g_signal_connect_data (message, "wrote-chunk", G_CALLBACK (on_wrote_chunk), truth, free_truth, 0);
  write_more (truth);
}

static void
on_devices (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  tell (data, message, query, TRUE);
}

static void
on_mailboxes (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
              gpointer data)
{
  tell (data, message, query, FALSE);
}

void
sim_server_add_control (SimServer *server)
{
  sim_server_add_route (server, "/__state", on_state);
  sim_server_add_route (server, "/__reset", on_reset);
  sim_server_add_route (server, "/__fault", on_fault);
  sim_server_add_route (server, "/__churn", on_churn);
  sim_server_add_route (server, "/__devices", on_devices);
  sim_server_add_route (server, "/__mailboxes", on_mailboxes);
}
