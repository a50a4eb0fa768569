/* objects.c: the few and small: rules, policies, settings, classes, servers; and lists of anything */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "changes.h"
#include "json.h"
#include "table.h"

#include <string.h>

static const char drop_sql[] = "DELETE FROM object WHERE connection = ? AND kind = ?";
static const char insert_sql[]
  = "INSERT INTO object (connection, kind, name, read_us, fields) VALUES (?, ?, ?, ?, ?)";
static const char list_sql[]
  = "SELECT o.fields FROM object o JOIN connection c ON c.id = o.connection"
    " WHERE c.name = ? AND o.kind = ? ORDER BY o.name";
static const char generation_sql[] = "SELECT id, generation FROM connection WHERE name = ?";
static const char list_rows_sql[]
  = "SELECT guid{columns} FROM {table} INDEXED BY {table}_by_guid WHERE connection = ?1"
    " AND born <= ?2 AND (died IS NULL OR died > ?2) AND missing_us IS NULL ORDER BY guid";

static gboolean
is_small (OstKind kind)
{
  switch (kind)
    {
    case OST_KIND_ACCESS_RULE:
    case OST_KIND_MAILBOX_POLICY:
    case OST_KIND_ORGANISATION_SETTINGS:
    case OST_KIND_DEVICE_CLASS:
    case OST_KIND_SERVER:
    case OST_KIND_GROUP:
    case OST_KIND_GRANT:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Grants have no GUID: a cmdlet and a parameter tell them apart. */
static char *
name_object (OstObject *object)
{
  const char *first = ost_object_get_text (object, 0);
  const char *second = NULL;

  if (ost_object_get_kind (object) == OST_KIND_GRANT)
    second = ost_object_get_text (object, OST_GRANT_PARAMETER);
  return g_strdup_printf ("%s%s%s", first != NULL ? first : "", second != NULL ? " -" : "",
                          second != NULL ? second : "");
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

static char *
write_fields (OstObject *object)
{
  g_autoptr (JsonBuilder) builder = json_begin ();
  guint n_fields;
  const OstField *fields = ost_kind_get_fields (ost_object_get_kind (object), &n_fields);

  for (guint field = 0; field < n_fields; field++)
    {
      gint64 number;

      if (!ost_object_is_set (object, field))
        continue;
      json_builder_set_member_name (builder, fields[field].name);
      if (fields[field].type == OST_FIELD_TEXT)
        json_builder_add_string_value (builder, ost_object_get_text (object, field));
      else if (fields[field].type == OST_FIELD_LIST)
        add_list (builder, object, field);
      else if (ost_object_get_number (object, field, &number))
        json_builder_add_int_value (builder, number);
    }
  return json_end (builder);
}

static void
read_list (OstObject *object, guint field, JsonNode *node)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return;
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    {
      const char *item = json_array_get_string_element (json_node_get_array (node), i);

      if (item != NULL)
        g_strv_builder_add (items, item);
    }
  list = g_strv_builder_end (items);
  ost_object_set_list (object, field, (const char *const *)list);
}

static void
read_field (OstObject *object, guint field, OstFieldType type, JsonNode *node)
{
  switch (type)
    {
    case OST_FIELD_TEXT:
      if (JSON_NODE_HOLDS_VALUE (node))
        ost_object_set_text (object, field, json_node_get_string (node), -1);
      break;
    case OST_FIELD_LIST:
      read_list (object, field, node);
      break;
    case OST_FIELD_TIME:
      ost_object_set_time (object, field, json_node_get_int (node));
      break;
    case OST_FIELD_BOOLEAN:
      ost_object_set_boolean (object, field, json_node_get_int (node) != 0);
      break;
    case OST_FIELD_INTEGER:
      ost_object_set_integer (object, field, json_node_get_int (node));
      break;
    }
}

static OstObject *
read_fields (OstKind kind, const char *json, GError **error)
{
  g_autoptr (JsonNode) root = json_from_string (json, error);
  OstObject *object;
  guint n_fields;
  const OstField *fields = ost_kind_get_fields (kind, &n_fields);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_clear_error (error);
      store_fail (error, OST_ERROR_INVALID, "synchronise again",
                  "cannot read a stored object of kind ‘%s’: it is no JSON object",
                  ost_kind_to_string (kind));
      return NULL;
    }
  object = ost_object_new (kind);
  for (guint field = 0; field < n_fields; field++)
    {
      JsonNode *node = json_object_get_member (json_node_get_object (root), fields[field].name);

      if (node != NULL)
        read_field (object, field, fields[field].type, node);
    }
  return object;
}

static gboolean
drop_objects (Database *database, gint64 connection, OstKind kind, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, drop_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  statement_bind_text (statement, 1, ost_kind_to_string (kind));
  return statement_execute (statement, error);
}

static gboolean
insert_object (Database *database, gint64 connection, OstObject *object, gint64 now_us,
               GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, insert_sql, error);
  g_autofree char *name = name_object (object);
  g_autofree char *fields = write_fields (object);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  statement_bind_text (statement, 1, ost_kind_to_string (ost_object_get_kind (object)));
  statement_bind_text (statement, 2, name);
  statement_bind_number (statement, 3, now_us);
  statement_bind_text (statement, 4, fields);
  return statement_execute (statement, error);
}

/* Takes one of a name out of a table of objects. */
static OstObject *
take (GHashTable *objects, const char *name)
{
  g_autofree char *key = NULL;
  OstObject *object = NULL;

  g_hash_table_steal_extended (objects, name, (gpointer *)&key, (gpointer *)&object);
  return object;
}

static GHashTable *
index_objects (GPtrArray *objects)
{
  GHashTable *index
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)ost_object_unref);

  for (guint i = 0; i < objects->len; i++)
    {
      OstObject *object = g_ptr_array_index (objects, i);

      g_hash_table_replace (index, name_object (object), ost_object_ref (object));
    }
  return index;
}

static gboolean
collect_cb (OstObject *object, gpointer data)
{
  g_ptr_array_add (data, ost_object_ref (object));
  return TRUE;
}

static gboolean
list_small (Database *database, const char *connection, OstKind kind, OstObjectFunc func,
            gpointer data, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, list_sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_text (statement, 1, ost_kind_to_string (kind));
  while (has_row)
    {
      g_autoptr (OstObject) object = NULL;

      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;
      object = read_fields (kind, statement_get_text (statement, 0), error);
      if (object == NULL)
        return FALSE;
      if (!func (object, data))
        break;
    }
  return TRUE;
}

static gboolean
is_same (OstObject *a, OstObject *b)
{
  g_autofree char *fields_a = write_fields (a);
  g_autofree char *fields_b = write_fields (b);

  return g_str_equal (fields_a, fields_b);
}

/* Servers come and go with every reboot; the others are settings that somebody changed. */
static gboolean
is_told (OstKind kind)
{
  return kind == OST_KIND_ACCESS_RULE || kind == OST_KIND_MAILBOX_POLICY
         || kind == OST_KIND_ORGANISATION_SETTINGS;
}

static gboolean
tell (const ChangeContext *context, Database *database, Change change, OstObject *old,
      OstObject *new, GError **error)
{
  g_autoptr (EventDraft) draft = changes_draft (context, change, old, new);

  return events_append_draft (database, draft, NULL, error);
}

static gboolean
tell_changes (const ChangeContext *context, Database *database, GPtrArray *former,
              GHashTable *objects, GError **error)
{
  g_autoptr (GHashTable) old = index_objects (former);
  GHashTableIter iter;
  gpointer name;
  gpointer object;

  g_hash_table_iter_init (&iter, objects);
  while (g_hash_table_iter_next (&iter, &name, &object))
    {
      g_autoptr (OstObject) known = take (old, name);

      if (known != NULL && is_same (known, object))
        continue;
      if (!tell (context, database, known != NULL ? CHANGE_UPDATE : CHANGE_ADD, known, object,
                 error))
        return FALSE;
    }
  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, &name, &object))
    if (!tell (context, database, CHANGE_PURGE, object, NULL, error))
      return FALSE;
  return TRUE;
}

static gboolean
replace (const ChangeContext *context, Database *database, OstKind kind, GHashTable *objects,
         GError **error)
{
  g_autoptr (GPtrArray) former = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  GHashTableIter iter;
  gpointer object;
  gint64 id;

  if (!store_make_connection (database, context->connection, &id, error)
      || !list_small (database, context->connection, kind, collect_cb, former, error)
      || !drop_objects (database, id, kind, error))
    return FALSE;
  g_hash_table_iter_init (&iter, objects);
  while (g_hash_table_iter_next (&iter, NULL, &object))
    if (!insert_object (database, id, object, context->now_us, error))
      return FALSE;
  return !is_told (kind) || tell_changes (context, database, former, objects, error);
}

static gboolean
check_kinds (OstKind kind, GPtrArray *objects, GError **error)
{
  gboolean is_fine = is_small (kind);

  for (guint i = 0; i < objects->len; i++)
    is_fine &= ost_object_get_kind (g_ptr_array_index (objects, i)) == kind;
  return is_fine
         || store_fail (error, OST_ERROR_NOT_SUPPORTED, NULL,
                        "cannot replace all objects of kind ‘%s’", ost_kind_to_string (kind));
}

static gboolean
replace_objects (OstStore *store, const char *connection, OstKind kind, GPtrArray *objects,
                 const char *who, gint64 now_us, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  g_autoptr (GHashTable) index = NULL;
  ChangeContext context = { self, connection, 0, who, now_us };

  if (!check_kinds (kind, objects, error))
    return FALSE;
  index = index_objects (objects);
  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && replace (&context, transaction.database, kind, index, error)
         && transaction_commit (&transaction, error);
}

static gboolean
list_rows (Database *database, const Table *table, const char *connection, OstObjectFunc func,
           gpointer data, GError **error)
{
  g_autoptr (Statement) generation = database_prepare (database, generation_sql, error);
  g_autoptr (Statement) statement = table_prepare (table, database, list_rows_sql, error);
  gboolean has_row = FALSE;

  if (generation == NULL || statement == NULL)
    return FALSE;
  statement_bind_text (generation, 0, connection);
  if (!statement_step (generation, &has_row, error))
    return FALSE;
  statement_bind_number (statement, 0, statement_get_number (generation, 0));
  statement_bind_number (statement, 1, statement_get_number (generation, 1));
  while (has_row)
    {
      g_autoptr (OstObject) object = NULL;

      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;
      object = changes_read_object (table, statement, 0, 1);
      if (!func (object, data))
        break;
    }
  return TRUE;
}

static gboolean
list_objects (OstStore *store, const char *connection, OstKind kind, OstObjectFunc func,
              gpointer data, GCancellable *cancellable, GError **error)
{
  const Table *table = table_get (kind);
  g_auto (Reader) reader = { 0 };

  if (table == NULL && !is_small (kind))
    return store_fail (error, OST_ERROR_NOT_SUPPORTED, NULL, "no objects of kind ‘%s’ are kept",
                       ost_kind_to_string (kind));
  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, cancellable, error))
    return FALSE;
  return table != NULL ? list_rows (reader.database, table, connection, func, data, error)
                       : list_small (reader.database, connection, kind, func, data, error);
}

void
objects_fill_interface (OstStoreInterface *iface)
{
  iface->replace_objects = replace_objects;
  iface->list_objects = list_objects;
}
