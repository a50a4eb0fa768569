/* changes.c: tells the audit trail what changed in the inventory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "changes.h"

#include "json.h"

#include <string.h>

static const char *
name_change (Change change)
{
  switch (change)
    {
    case CHANGE_ADD:
      return "added";
    case CHANGE_UPDATE:
      return "changed";
    case CHANGE_RETURN:
      return "returned";
    case CHANGE_MISS:
      return "missing";
    case CHANGE_PURGE:
      return "removed";
    case CHANGE_HOLD:
    case CHANGE_VANISH:
      break;
    }
  return "held";
}

static gboolean
is_equal (OstObject *a, OstObject *b, guint field, OstFieldType type)
{
  gint64 number_a = 0;
  gint64 number_b = 0;
  gsize length_a = 0;
  gsize length_b = 0;
  const char *bytes_a;
  const char *bytes_b;

  switch (type)
    {
    case OST_FIELD_TEXT:
      return g_strcmp0 (ost_object_get_text (a, field), ost_object_get_text (b, field)) == 0;
    case OST_FIELD_LIST:
      bytes_a = ost_object_get_packed_list (a, field, &length_a);
      bytes_b = ost_object_get_packed_list (b, field, &length_b);
      if (bytes_a == NULL || bytes_b == NULL)
        return bytes_a == bytes_b;
      return length_a == length_b && memcmp (bytes_a, bytes_b, length_a) == 0;
    default:
      return ost_object_get_number (a, field, &number_a)
               == ost_object_get_number (b, field, &number_b)
             && number_a == number_b;
    }
}

static void
add_list (JsonBuilder *builder, OstObject *object, guint field)
{
  g_auto (GStrv) items = ost_object_get_list (object, field);

  json_builder_begin_array (builder);
  for (gsize i = 0; items[i] != NULL; i++)
    json_builder_add_string_value (builder, items[i]);
  json_builder_end_array (builder);
}

static void
add_value (JsonBuilder *builder, OstObject *object, guint field, OstFieldType type)
{
  gint64 number;

  if (object == NULL || !ost_object_is_set (object, field))
    json_builder_add_null_value (builder);
  else if (type == OST_FIELD_TEXT)
    json_builder_add_string_value (builder, ost_object_get_text (object, field));
  else if (type == OST_FIELD_LIST)
    add_list (builder, object, field);
  else if (ost_object_get_number (object, field, &number) && type == OST_FIELD_BOOLEAN)
    json_builder_add_boolean_value (builder, number != 0);
  else
    json_builder_add_int_value (builder, number);
}

static gboolean
differs (OstObject *old, OstObject *new, guint field, OstFieldType type)
{
  if (old == NULL || new == NULL)
    return ost_object_is_set (old != NULL ? old : new, field);
  return !is_equal (old, new, field, type);
}

/* Each field that differs, with what was and what is: `"model": ["a", "b"]`. */
static char *
describe_fields (OstKind kind, OstObject *old, OstObject *new)
{
  g_autoptr (JsonBuilder) builder = json_begin ();
  guint n_fields;
  const OstField *fields = ost_kind_get_fields (kind, &n_fields);

  for (guint field = 1; field < n_fields; field++)
    if (differs (old, new, field, fields[field].type))
      {
        json_builder_set_member_name (builder, fields[field].name);
        json_builder_begin_array (builder);
        add_value (builder, old, field, fields[field].type);
        add_value (builder, new, field, fields[field].type);
        json_builder_end_array (builder);
      }
  return json_end (builder);
}

/* What tells of no person: the run, the directory's number, and access states. */
static char *
describe_plainly (const ChangeContext *context, OstObject *old, OstObject *new)
{
  g_autoptr (JsonBuilder) builder = json_begin ();
  OstObject *either = new != NULL ? new : old;

  json_add_number (builder, "run", context->run);
  json_add_text (builder, "guid", ost_object_get_text (either, 0));
  if (ost_object_get_kind (either) == OST_KIND_DEVICE
      && differs (old, new, OST_DEVICE_ACCESS_STATE, OST_FIELD_TEXT))
    {
      json_builder_set_member_name (builder, "access_state");
      json_builder_begin_array (builder);
      add_value (builder, old, OST_DEVICE_ACCESS_STATE, OST_FIELD_TEXT);
      add_value (builder, new, OST_DEVICE_ACCESS_STATE, OST_FIELD_TEXT);
      json_builder_end_array (builder);
    }
  return json_end (builder);
}

static EventDraft *
draft (const ChangeContext *context, const char *kind, const char *device_id, const char *mailbox,
       char *detail, char *personal_detail)
{
  OstEvent event = {
    .time_us = context->now_us,
    .kind = (char *)kind,
    .connection = (char *)context->connection,
    .detail = detail,
    .device_id = (char *)device_id,
    .mailbox = (char *)mailbox,
    .who = (char *)context->who,
    .personal_detail = personal_detail,
  };

  return event_draft_new (context->store, &event);
}

EventDraft *
changes_draft (const ChangeContext *context, Change change, OstObject *old, OstObject *new)
{
  OstObject *either = new != NULL ? new : old;
  OstKind kind = ost_object_get_kind (either);
  const char *device_id = NULL;
  const char *mailbox = NULL;
  g_autofree char *name
    = g_strdup_printf ("%s-%s", ost_kind_to_string (kind), name_change (change));
  g_autofree char *detail = describe_plainly (context, old, new);
  g_autofree char *personal = describe_fields (kind, old, new);

  if (kind == OST_KIND_DEVICE)
    {
      device_id = ost_object_get_text (either, OST_DEVICE_ID);
      mailbox = ost_object_get_text (either, OST_DEVICE_OWNER);
    }
  else if (kind == OST_KIND_MAILBOX)
    mailbox = ost_object_get_text (either, OST_MAILBOX_DISTINGUISHED_NAME);
  return draft (context, name, device_id, mailbox, detail, personal);
}

static void
add_counts (JsonBuilder *builder, const char *name, const OstReconcileCounts *counts)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  json_add_number (builder, "listed", counts->listed);
  json_add_number (builder, "present", counts->present);
  json_add_number (builder, "added", counts->added);
  json_add_number (builder, "changed", counts->changed);
  json_add_number (builder, "returned", counts->returned);
  json_add_number (builder, "missing", counts->removed);
  json_add_number (builder, "removed", counts->purged);
  json_add_number (builder, "held", counts->held);
  json_builder_end_object (builder);
}

EventDraft *
changes_draft_summary (const ChangeContext *context, const OstReconcileResult *result)
{
  g_autoptr (JsonBuilder) builder = json_begin ();
  g_autofree char *detail = NULL;

  json_add_number (builder, "run", context->run);
  add_counts (builder, "devices", &result->devices);
  add_counts (builder, "mailboxes", &result->mailboxes);
  detail = json_end (builder);
  return draft (context, "inventory-changed", NULL, NULL, detail, NULL);
}

OstObject *
changes_read_object (const Table *table, Statement *row, int guid_column, int first_column)
{
  OstObject *object = ost_object_new (table->kind);

  table_read_field (row, guid_column, object, 0);
  for (guint field = 1; field <= table->n_columns; field++)
    table_read_field (row, first_column + (int)field - 1, object, field);
  return object;
}
