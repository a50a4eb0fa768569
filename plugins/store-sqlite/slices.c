/* slices.c: plans the slices of a full listing and takes in what they bring */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "staging.h"
#include "table.h"

static const char add_slice_sql[]
  = "INSERT INTO slice (kind, name) VALUES (?, ?) ON CONFLICT (kind, name) DO NOTHING";
static const char list_sql[] = "SELECT kind, name, server, domain_controller, staged, began_us,"
                               " done_us, id FROM slice ORDER BY kind, id";
static const char find_sql[]
  = "SELECT id, staged, began_us, done_us FROM slice WHERE kind = ? AND name = ?";
static const char drop_rows_sql[] = "DELETE FROM {table} WHERE slice = ?";
static const char drop_slice_sql[] = "DELETE FROM slice WHERE id = ?";
static const char begin_sql[] = "UPDATE slice SET began_us = ?, done_us = NULL, staged = 0,"
                                " server = ?, domain_controller = ? WHERE id = ?";
static const char stage_sql[]
  = "INSERT INTO {table} (slice, guid, read_us, unit_key{hashes}{keys}{columns})"
    " VALUES (?, ?, ?, ?{?hashes}{?keys}{?columns})";
static const char count_sql[] = "UPDATE slice SET staged = staged + ? WHERE id = ?";
static const char finish_sql[]
  = "UPDATE slice SET done_us = ?, server = ?, domain_controller = ? WHERE id = ?";

typedef struct {
  gint64 id;
  gint64 staged;
  gint64 began_us;
  gint64 done_us;
} Known;

static const Table *
get_table (OstKind kind, GError **error)
{
  const Table *table = table_get (kind);

  if (table == NULL)
    g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                 "cannot stage objects of kind ‘%s’: only devices and mailboxes come in slices",
                 ost_kind_to_string (kind));
  return table;
}

static gboolean
find_slice (Staging *staging, const OstSlice *slice, Known *known, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (staging->database, find_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, ost_kind_to_string (slice->kind));
  statement_bind_text (statement, 1, slice->name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "cannot stage slice ‘%s’ of the %s listing: it is not in the run's plan",
                   slice->name, ost_kind_to_string (slice->kind));
      return FALSE;
    }
  known->id = statement_get_number (statement, 0);
  known->staged = statement_get_number (statement, 1);
  known->began_us = statement_get_number (statement, 2);
  known->done_us = statement_get_number (statement, 3);
  return TRUE;
}

static gboolean
find_open_slice (Staging *staging, const OstSlice *slice, Known *known, GError **error)
{
  if (!find_slice (staging, slice, known, error))
    return FALSE;
  if (known->began_us != 0 && known->done_us == 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               "cannot stage slice ‘%s’ of the %s listing: it is not being listed", slice->name,
               ost_kind_to_string (slice->kind));
  return FALSE;
}

static OstSlice *
read_slice (Statement *row)
{
  const char *kind = statement_get_text (row, 0);
  OstSlice *slice
    = ost_slice_new (g_strcmp0 (kind, ost_kind_to_string (OST_KIND_DEVICE)) == 0 ? OST_KIND_DEVICE
                                                                                 : OST_KIND_MAILBOX,
                     statement_get_text (row, 1));

  slice->server = statement_dup_text (row, 2);
  slice->domain_controller = statement_dup_text (row, 3);
  slice->rows = statement_get_number (row, 4);
  slice->began_us = statement_get_number (row, 5);
  slice->done_us = statement_get_number (row, 6);
  return slice;
}

static GPtrArray *
read_slices (Database *database, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, list_sql, error);
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_slice_free);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return NULL;
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return NULL;
      if (has_row)
        g_ptr_array_add (slices, read_slice (statement));
    }
  return g_steal_pointer (&slices);
}

static GPtrArray *
list_slices (OstStore *store, gint64 run, GError **error)
{
  g_autoptr (Staging) staging = staging_lock_for_run (OST_STORE_SQLITE (store), run, NULL, error);

  return staging != NULL ? read_slices (staging->database, error) : NULL;
}

static gboolean
execute_with (Statement *statement, gint64 number, GError **error)
{
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, number);
  return statement_execute (statement, error);
}

static gboolean
drop_rows (Database *database, const OstSlice *slice, gint64 id, GError **error)
{
  g_autoptr (Statement) statement
    = table_prepare (table_get (slice->kind), database, drop_rows_sql, error);

  return execute_with (statement, id, error);
}

static gboolean
drop_slice (Staging *staging, const OstSlice *slice, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (staging->database, drop_slice_sql, error);
  Known known = { 0 };

  return find_slice (staging, slice, &known, error)
         && (known.staged == 0 || drop_rows (staging->database, slice, known.id, error))
         && execute_with (statement, known.id, error);
}

static gboolean
is_among (GPtrArray *slices, const OstSlice *slice)
{
  for (guint i = 0; i < slices->len; i++)
    {
      const OstSlice *other = g_ptr_array_index (slices, i);

      if (other->kind == slice->kind && g_str_equal (other->name, slice->name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
add_slice (Database *database, const OstSlice *slice, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, add_slice_sql, error);

  if (statement == NULL || get_table (slice->kind, error) == NULL)
    return FALSE;
  statement_bind_text (statement, 0, ost_kind_to_string (slice->kind));
  statement_bind_text (statement, 1, slice->name);
  return statement_execute (statement, error);
}

static gboolean
change_plan (Staging *staging, GPtrArray *slices, GError **error)
{
  g_autoptr (GPtrArray) former = read_slices (staging->database, error);

  if (former == NULL)
    return FALSE;
  for (guint i = 0; i < former->len; i++)
    if (!is_among (slices, g_ptr_array_index (former, i))
        && (!staging_set_compared (staging, 0, error)
            || !drop_slice (staging, g_ptr_array_index (former, i), error)))
      return FALSE;
  for (guint i = 0; i < slices->len; i++)
    if (!is_among (former, g_ptr_array_index (slices, i))
        && (!staging_set_compared (staging, 0, error)
            || !add_slice (staging->database, g_ptr_array_index (slices, i), error)))
      return FALSE;
  return TRUE;
}

static gboolean
plan_slices (OstStore *store, gint64 run, GPtrArray *slices, GError **error)
{
  g_autoptr (Staging) staging = staging_lock_for_run (OST_STORE_SQLITE (store), run, NULL, error);
  g_auto (Batch) batch = { 0 };

  return staging != NULL && batch_begin (&batch, staging->database, error)
         && change_plan (staging, slices, error) && batch_commit (&batch, error);
}

static gboolean
mark_begun (Database *database, gint64 id, const OstSlice *slice, gint64 now_us, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, begin_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, now_us);
  statement_bind_text (statement, 1, slice->server);
  statement_bind_text (statement, 2, slice->domain_controller);
  statement_bind_number (statement, 3, id);
  return statement_execute (statement, error);
}

static gboolean
begin_known_slice (Staging *staging, const OstSlice *slice, gint64 now_us, GError **error)
{
  Known known = { 0 };

  return find_slice (staging, slice, &known, error) && staging_set_compared (staging, 0, error)
         && (known.staged == 0 || drop_rows (staging->database, slice, known.id, error))
         && mark_begun (staging->database, known.id, slice, now_us, error);
}

static gboolean
begin_slice (OstStore *store, gint64 run, const OstSlice *slice, gint64 now_us, GError **error)
{
  g_autoptr (Staging) staging = staging_lock_for_run (OST_STORE_SQLITE (store), run, NULL, error);
  g_auto (Batch) batch = { 0 };

  return staging != NULL && batch_begin (&batch, staging->database, error)
         && begin_known_slice (staging, slice, now_us, error) && batch_commit (&batch, error);
}

static gboolean
stage_object (Statement *statement, const Table *table, gint64 slice, OstObject *object,
              OstStoreFlags flags, gint64 now_us, GError **error)
{
  g_auto (Record) record = { 0 };
  int index = 4;

  if (!record_init (&record, table, object, flags, error))
    return FALSE;
  statement_bind_number (statement, 0, slice);
  statement_bind_text (statement, 1, record.guid);
  statement_bind_number (statement, 2, now_us);
  statement_bind_nonzero (statement, 3, record.unit_key);
  index = table_bind_hashes (table, statement, index, record.hashes);
  index = table_bind_keys (table, statement, index, record.keys);
  for (guint field = 1; field <= table->n_columns; field++)
    index = table_bind_field (table, statement, index, object, field, flags);
  return statement_execute (statement, error);
}

static gboolean
count_rows (Database *database, gint64 id, gint64 rows, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, count_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, rows);
  statement_bind_number (statement, 1, id);
  return statement_execute (statement, error);
}

static gboolean
stage_batch (Staging *staging, const OstSlice *slice, GPtrArray *objects, OstStoreFlags flags,
             gint64 now_us, GError **error)
{
  const Table *table = get_table (slice->kind, error);
  g_autoptr (Statement) statement = NULL;
  Known known = { 0 };

  if (table == NULL || !find_open_slice (staging, slice, &known, error))
    return FALSE;
  statement = table_prepare (table, staging->database, stage_sql, error);
  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < objects->len; i++)
    if (!stage_object (statement, table, known.id, g_ptr_array_index (objects, i), flags, now_us,
                       error))
      return FALSE;
  return count_rows (staging->database, known.id, objects->len, error);
}

static gboolean
stage_objects (OstStore *store, gint64 run, const OstSlice *slice, GPtrArray *objects,
               OstStoreFlags flags, gint64 now_us, GError **error)
{
  g_autoptr (Staging) staging = staging_lock_for_run (OST_STORE_SQLITE (store), run, NULL, error);
  g_auto (Batch) batch = { 0 };

  return staging != NULL && batch_begin (&batch, staging->database, error)
         && stage_batch (staging, slice, objects, flags, now_us, error)
         && batch_commit (&batch, error);
}

static gboolean
mark_done (Staging *staging, const OstSlice *slice, gint64 now_us, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (staging->database, finish_sql, error);
  Known known = { 0 };

  if (statement == NULL || !find_open_slice (staging, slice, &known, error))
    return FALSE;
  if (known.staged != slice->rows)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                   "slice ‘%s’ of the %s listing has %" G_GINT64_FORMAT
                   " rows and should have %" G_GINT64_FORMAT,
                   slice->name, ost_kind_to_string (slice->kind), known.staged, slice->rows);
      return FALSE;
    }
  statement_bind_number (statement, 0, now_us);
  statement_bind_text (statement, 1, slice->server);
  statement_bind_text (statement, 2, slice->domain_controller);
  statement_bind_number (statement, 3, known.id);
  return statement_execute (statement, error);
}

static gboolean
finish_slice (OstStore *store, gint64 run, const OstSlice *slice, gint64 now_us, GError **error)
{
  g_autoptr (Staging) staging = staging_lock_for_run (OST_STORE_SQLITE (store), run, NULL, error);
  g_auto (Batch) batch = { 0 };

  return staging != NULL && batch_begin (&batch, staging->database, error)
         && mark_done (staging, slice, now_us, error) && batch_commit (&batch, error);
}

void
slices_fill_interface (OstStoreInterface *iface)
{
  iface->plan_slices = plan_slices;
  iface->list_slices = list_slices;
  iface->begin_slice = begin_slice;
  iface->stage_objects = stage_objects;
  iface->finish_slice = finish_slice;
}
