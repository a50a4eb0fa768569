/* ost-render.c: what is shown, as JSON: devices, reports, status, events, plugins */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-render.h"

#include <string.h>

void
ost_render_text (const char *text, GString *out)
{
  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  while (*text != '\0')
    {
      gsize plain = 0;

      while ((guchar)text[plain] >= 0x20 && text[plain] != '"' && text[plain] != '\\'
             && text[plain] != 0x7f)
        plain++;
      g_string_append_len (out, text, (gssize)plain);
      text += plain;
      if (*text == '\0')
        break;
      if (*text == '"' || *text == '\\')
        g_string_append_c (out, '\\'), g_string_append_c (out, *text);
      else
        g_string_append_printf (out, "\\u%04x", (guint)(guchar)*text);
      text++;
    }
  g_string_append_c (out, '"');
}

/* No document of ours comes near it. */
#define MAX_DEPTH 64

/* json-glib skips comments, in which brackets would be miscounted; JSON has none. */
static gboolean
is_shallow (const char *text, gsize length)
{
  gboolean is_text = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (is_text && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        is_text = !is_text;
      else if (!is_text && (text[i] == '[' || text[i] == '{') && ++depth > MAX_DEPTH)
        return FALSE;
      else if (!is_text && text[i] == '/')
        return FALSE;
      else if (!is_text && (text[i] == ']' || text[i] == '}') && depth > 0)
        depth--;
    }
  return TRUE;
}

JsonNode *
ost_json_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) failure = NULL;

  if (!is_shallow (text, length))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "it nests deeper than %d levels, or has comments", MAX_DEPTH);
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, (gssize)length, &failure))
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID, failure->message);
      return NULL;
    }
  if (json_parser_get_root (parser) != NULL)
    return json_parser_steal_root (parser);
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID, "there is no document");
  return NULL;
}

/* Days since 1970 to a date of the proleptic Gregorian calendar, which a listing needs five times
 * a row: GDateTime costs more than all the rest of the row together. */
static void
split_days (gint64 days, gint64 *year, guint *month, guint *day)
{
  gint64 shifted = days + 719468;
  gint64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  guint day_of_era = (guint)(shifted - era * 146097);
  guint year_of_era
    = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint shifted_month = (5 * day_of_year + 2) / 153;

  *day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  *year = (gint64)year_of_era + era * 400 + (*month <= 2);
}

static gboolean
append_time (gint64 microseconds, GString *out)
{
  gint64 day_us = G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC;
  gint64 days = microseconds / day_us - (microseconds % day_us < 0);
  gint64 rest = microseconds - days * day_us;
  guint seconds = (guint)(rest / G_USEC_PER_SEC);
  guint fraction = (guint)(rest % G_USEC_PER_SEC);
  gint64 year;
  guint month, day;

  split_days (days, &year, &month, &day);
  if (year < 0 || year > 9999)
    return FALSE;
  g_string_append_printf (out, "%04d-%02u-%02uT%02u:%02u:%02u", (int)year, month, day,
                          seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction != 0)
    g_string_append_printf (out, ".%06u", fraction);
  g_string_append_c (out, 'Z');
  return TRUE;
}

char *
ost_render_time (gint64 microseconds)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!append_time (microseconds, out))
    return NULL;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
append_value (const OstField *field, const OstValue *value, GString *out)
{
  gsize start = out->len;

  if (!value->is_set)
    {
      g_string_append (out, "null");
      return;
    }
  switch (field->type)
    {
    case OST_FIELD_TIME:
      g_string_append_c (out, '"');
      if (append_time (value->number, out))
        g_string_append_c (out, '"');
      else
        g_string_append (g_string_truncate (out, start), "null");
      return;
    case OST_FIELD_BOOLEAN:
      g_string_append (out, value->number != 0 ? "true" : "false");
      return;
    case OST_FIELD_INTEGER:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, value->number);
      return;
    default:
      ost_render_text (value->text, out);
    }
}

void
ost_render_device (const OstDeviceRow *row, GString *out)
{
  const OstField *columns = ost_device_get_columns ();

  for (guint i = 0; i < OST_DEVICE_N_COLUMNS; i++)
    {
      g_string_append_c (out, i == 0 ? '{' : ',');
      ost_render_text (columns[i].name, out);
      g_string_append_c (out, ':');
      append_value (&columns[i], &row->values[i], out);
    }
  g_string_append_c (out, '}');
}

static void
append_member (GString *out, const char *name, const char *text)
{
  g_string_append_c (out, ',');
  ost_render_text (name, out);
  g_string_append_c (out, ':');
  ost_render_text (text, out);
}

static void
append_json_member (GString *out, const char *name, const char *json)
{
  g_string_append_c (out, ',');
  ost_render_text (name, out);
  g_string_append_c (out, ':');
  g_string_append (out, json != NULL && *json != '\0' ? json : "null");
}

void
ost_render_event (const OstEvent *event, GString *out)
{
  g_autofree char *time = ost_render_time (event->time_us);

  g_string_append_printf (out, "{\"seq\":%" G_GINT64_FORMAT, event->seq);
  append_member (out, "time", time);
  append_member (out, "kind", event->kind);
  append_member (out, "connection", event->connection);
  append_member (out, "device_id", event->device_id);
  append_member (out, "mailbox", event->mailbox);
  append_member (out, "who", event->who);
  append_json_member (out, "detail", event->detail);
  append_json_member (out, "personal_detail", event->personal_detail);
  append_member (out, "hash", event->hash);
  g_string_append_c (out, '}');
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static void
add_known_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  if (number != 0)
    json_builder_add_int_value (builder, number);
  else
    json_builder_add_null_value (builder);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_time (JsonBuilder *builder, const char *name, gint64 microseconds)
{
  g_autofree char *text = microseconds != 0 ? ost_render_time (microseconds) : NULL;

  add_text (builder, name, text);
}

static void
add_steps (JsonBuilder *builder, const OstReport *report)
{
  json_builder_set_member_name (builder, "steps");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->steps->len; i++)
    {
      const OstStep *step = report->steps->pdata[i];

      json_builder_begin_object (builder);
      add_text (builder, "id", step->id);
      add_boolean (builder, "ok", step->is_ok);
      add_text (builder, "detail", step->detail);
      add_text (builder, "remedy", step->remedy);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
add_counts (JsonBuilder *builder, const OstReport *report)
{
  add_text (builder, "kind", report->kind == OST_TASK_FULL_SYNC ? "full" : "quick");
  add_number (builder, "devices", (gint64)report->devices);
  add_number (builder, "added", (gint64)report->added);
  add_number (builder, "changed", (gint64)report->changed);
  add_number (builder, "removed", (gint64)report->removed);
  add_number (builder, "held", (gint64)report->held);
  add_boolean (builder, "complete", report->is_complete);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder, report->seconds);
  add_number (builder, "bytes_received", (gint64)report->bytes_received);
  add_number (builder, "bytes_sent", (gint64)report->bytes_sent);
  add_number (builder, "requests", (gint64)report->requests);
}

JsonNode *
ost_render_report (const OstReport *report)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "connection", report->connection);
  if (report->kind == OST_TASK_CHECK)
    add_steps (builder, report);
  else
    add_counts (builder, report);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; i < report->warnings->len; i++)
    json_builder_add_string_value (builder, report->warnings->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static guint64
get_count (JsonObject *object, const char *name)
{
  return (guint64)json_object_get_int_member_with_default (object, name, 0);
}

static void
parse_lists (JsonObject *object, OstReport *report)
{
  JsonArray *steps = json_object_has_member (object, "steps")
                       ? json_object_get_array_member (object, "steps")
                       : NULL;
  JsonArray *warnings = json_object_has_member (object, "warnings")
                          ? json_object_get_array_member (object, "warnings")
                          : NULL;

  for (guint i = 0; steps != NULL && i < json_array_get_length (steps); i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);

      if (step != NULL)
        ost_report_add_step (report, get_text (step, "id"),
                             json_object_get_boolean_member_with_default (step, "ok", FALSE),
                             get_text (step, "detail"), get_text (step, "remedy"));
    }
  for (guint i = 0; warnings != NULL && i < json_array_get_length (warnings); i++)
    g_ptr_array_add (report->warnings, g_strdup (json_array_get_string_element (warnings, i)));
}

OstReport *
ost_report_parse (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  OstReport *report;
  OstTaskKind kind;

  if (object == NULL || get_text (object, "connection") == NULL)
    return NULL;
  if (json_object_has_member (object, "steps"))
    kind = OST_TASK_CHECK;
  else
    kind = g_strcmp0 (get_text (object, "kind"), "full") == 0 ? OST_TASK_FULL_SYNC
                                                              : OST_TASK_QUICK_SYNC;
  report = ost_report_new (kind, get_text (object, "connection"));
  report->devices = get_count (object, "devices");
  report->added = get_count (object, "added");
  report->changed = get_count (object, "changed");
  report->removed = get_count (object, "removed");
  report->held = get_count (object, "held");
  report->is_complete = json_object_get_boolean_member_with_default (object, "complete", FALSE);
  report->seconds = json_object_get_double_member_with_default (object, "seconds", 0);
  report->bytes_received = get_count (object, "bytes_received");
  report->bytes_sent = get_count (object, "bytes_sent");
  report->requests = get_count (object, "requests");
  parse_lists (object, report);
  return report;
}

static const char *
get_code (const GError *error)
{
  if (error->domain == OST_ERROR)
    return ost_error_code_to_string (error->code);
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? "cancelled" : "failed";
}

JsonNode *
ost_render_error (const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "code", get_code (error));
  add_text (builder, "message", error->message);
  add_text (builder, "remedy", ost_error_get_remedy (error));
  add_known_number (builder, "retry_after_ms", ost_error_get_retry_after (error));
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

GError *
ost_error_parse (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *code = object != NULL ? get_text (object, "code") : NULL;
  const char *message = object != NULL ? get_text (object, "message") : NULL;
  GError *error;

  if (message == NULL)
    return g_error_new_literal (OST_ERROR, OST_ERROR_PROTOCOL, "the service failed without a word");
  if (g_strcmp0 (code, "cancelled") == 0)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, message);
  for (int i = 0; i <= OST_ERROR_INCOMPLETE; i++)
    if (g_strcmp0 (code, ost_error_code_to_string (i)) == 0)
      {
        error = g_error_new_literal (OST_ERROR, i, message);
        ost_error_set_remedy (error, get_text (object, "remedy"));
        ost_error_set_retry_after (error, (guint)get_count (object, "retry_after_ms"));
        return error;
      }
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, message);
}

static void
add_run (JsonBuilder *builder, const OstConnectionStatus *status)
{
  json_builder_set_member_name (builder, "run");
  if (status->run == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  add_text (builder, "kind", status->run);
  add_text (builder, "phase", status->run_phase);
  add_time (builder, "started", status->run_started_us);
  add_number (builder, "done", status->run_count);
  add_known_number (builder, "expected", status->run_expected);
  add_number (builder, "per_minute", status->run_rate);
  add_known_number (builder, "seconds_left",
                    status->run_expected > status->run_count && status->run_rate > 0
                      ? (status->run_expected - status->run_count) * 60 / status->run_rate
                      : 0);
  json_builder_end_object (builder);
}

static void
add_statistics (JsonBuilder *builder, const OstConnectionStatus *status)
{
  json_builder_set_member_name (builder, "statistics");
  json_builder_begin_object (builder);
  add_time (builder, "oldest", status->statistics_oldest_us);
  add_number (builder, "unread", status->statistics_unread);
  add_known_number (builder, "round_seconds", status->statistics_round_seconds);
  json_builder_end_object (builder);
}

/* A process that was killed could not say that its run is over. */
static void
forget_dead_run (OstConnectionStatus *status)
{
  if (status->process == NULL || !ost_process_is_gone (status->process))
    return;
  g_clear_pointer (&status->run, g_free);
  if (g_strcmp0 (status->state, "synchronising") != 0)
    return;
  g_free (status->state);
  status->state = g_strdup ("interrupted");
}

static gboolean
add_connection (JsonBuilder *builder, const OstConnectionConfig *config, OstStore *store,
                GError **error)
{
  g_autoptr (OstConnectionStatus) status = store != NULL
                                             ? ost_store_load_status (store, config->name, error)
                                             : ost_connection_status_new ();
  gint64 present = 0, missing = 0;

  if (status == NULL)
    return FALSE;
  forget_dead_run (status);
  if (store != NULL && !ost_store_count_devices (store, config->name, &present, &missing, error))
    return FALSE;
  json_builder_begin_object (builder);
  add_text (builder, "name", config->name);
  add_text (builder, "environment", config->backend->info->name);
  add_text (builder, "mode", ost_settings_get_text (config->settings, "mode"));
  add_text (builder, "state", status->state != NULL ? status->state : "new");
  add_text (builder, "server",
            status->server != NULL ? status->server
                                   : ost_settings_get_text (config->settings, "server"));
  add_text (builder, "answering_server", status->answering_server);
  add_text (builder, "domain_controller", status->domain_controller);
  add_text (builder, "version", status->version);
  add_text (builder, "account", status->account);
  add_time (builder, "last_successful_sync", status->last_success_us);
  add_time (builder, "last_full_sync", status->last_full_us);
  add_time (builder, "last_quick_sync", status->last_quick_us);
  add_text (builder, "last_error", status->last_error);
  add_text (builder, "last_error_remedy", status->last_error_remedy);
  add_time (builder, "last_error_time", status->last_error_us);
  add_time (builder, "next_sync", status->next_quick_us);
  add_time (builder, "next_full_sync", status->next_full_us);
  add_number (builder, "devices", present);
  add_number (builder, "missing", missing);
  add_run (builder, status);
  add_statistics (builder, status);
  json_builder_end_object (builder);
  return TRUE;
}

JsonNode *
ost_render_status (OstConfig *config, OstStore *store, const char *connection, gint64 now_us,
                   GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GPtrArray *connections = ost_config_get_connections (config);
  g_autofree char *now = ost_render_time (now_us);

  if (connection != NULL && ost_config_find_connection (config, connection, error) == NULL)
    return NULL;
  json_builder_begin_object (builder);
  add_text (builder, "time", now);
  json_builder_set_member_name (builder, "connections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < connections->len; i++)
    {
      const OstConnectionConfig *one = connections->pdata[i];

      if (connection != NULL && !g_str_equal (connection, one->name))
        continue;
      if (!add_connection (builder, one, store, error))
        return NULL;
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static const char *
get_kind_name (guint32 kind)
{
  static const char *const names[]
    = { "unknown", "backend", "transport", "store", "authority", "notifier" };

  return kind < G_N_ELEMENTS (names) ? names[kind] : names[0];
}

JsonNode *
ost_render_plugins (OstRegistry *registry)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  GPtrArray *plugins = ost_registry_get_plugins (registry);
  GPtrArray *problems = ost_registry_get_problems (registry);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "plugins");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plugins->len; i++)
    {
      const OstPlugin *plugin = plugins->pdata[i];
      g_autofree char *abi
        = g_strdup_printf ("%u.%u", plugin->info->abi_major, plugin->info->abi_minor);

      json_builder_begin_object (builder);
      add_text (builder, "kind", get_kind_name (plugin->info->kind));
      add_text (builder, "name", plugin->info->name);
      add_text (builder, "title", plugin->info->title);
      add_text (builder, "version", plugin->info->version);
      add_text (builder, "abi", abi);
      add_text (builder, "file", plugin->file);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "problems");
  json_builder_begin_array (builder);
  for (guint i = 0; i < problems->len; i++)
    {
      const OstRegistryProblem *problem = problems->pdata[i];

      json_builder_begin_object (builder);
      add_text (builder, "file", problem->path);
      add_text (builder, "problem", problem->error->message);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void append_node (JsonNode *node, GString *out);

static void
append_object (JsonObject *object, GString *out)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  gboolean is_first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      ost_render_text (name, out);
      g_string_append_c (out, ':');
      append_node (member, out);
    }
  g_string_append_c (out, '}');
}

static void
append_array (JsonArray *array, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_node (json_array_get_element (array, i), out);
    }
  g_string_append_c (out, ']');
}

static void
append_number (JsonNode *node, GString *out)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (json_node_get_value_type (node) == G_TYPE_DOUBLE)
    g_string_append (out,
                     g_ascii_formatd (buffer, sizeof buffer, "%.6f", json_node_get_double (node)));
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
}

/* json-glib 1.6 writes U+001F as it is, which no JSON parser takes, and names come from phones. */
static void
append_node (JsonNode *node, GString *out)
{
  switch (JSON_NODE_TYPE (node))
    {
    case JSON_NODE_OBJECT:
      append_object (json_node_get_object (node), out);
      return;
    case JSON_NODE_ARRAY:
      append_array (json_node_get_array (node), out);
      return;
    case JSON_NODE_NULL:
      g_string_append (out, "null");
      return;
    case JSON_NODE_VALUE:
    default:
      break;
    }
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    ost_render_text (json_node_get_string (node), out);
  else if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else
    append_number (node, out);
}

char *
ost_render_node (JsonNode *node)
{
  g_autoptr (JsonNode) owned = node;
  g_autoptr (GString) out = g_string_new (NULL);

  append_node (owned, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
