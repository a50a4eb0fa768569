/* staging.c: the file in which a full listing gathers before anybody sees it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "staging.h"

#include "file.h"
#include "table.h"

#include <string.h>
#include <unistd.h>

/* Another layout of the file, or another way to compute hashes and keys, is another format. */
#define STAGING_FORMAT "1"

static const char layout_sql[]
  = "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "CREATE TABLE slice (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " server TEXT, domain_controller TEXT, staged INTEGER NOT NULL DEFAULT 0, began_us INTEGER,"
    " done_us INTEGER, UNIQUE (kind, name)) STRICT;"
    "CREATE TABLE difference (number INTEGER PRIMARY KEY, kind TEXT NOT NULL,"
    " change INTEGER NOT NULL, listed INTEGER, listed_second INTEGER, known INTEGER) STRICT;"
    "CREATE TABLE outcome (kind TEXT NOT NULL PRIMARY KEY, began_us INTEGER NOT NULL,"
    " listed INTEGER NOT NULL, present INTEGER NOT NULL, added INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, returned INTEGER NOT NULL, removed INTEGER NOT NULL,"
    " purged INTEGER NOT NULL, held INTEGER NOT NULL, hold_reason TEXT) STRICT;";
static const char table_sql[]
  = "CREATE TABLE {table} (row INTEGER PRIMARY KEY, slice INTEGER NOT NULL, guid TEXT NOT NULL,"
    " read_us INTEGER NOT NULL, unit_key INTEGER{+hashes}{+keys}{+columns}) STRICT";
static const char count_old_sql[]
  = "SELECT count (*) FROM slice WHERE done_us IS NULL OR done_us < ?";
static const char drop_rows_sql[] = "DELETE FROM {table} WHERE slice IN"
                                    " (SELECT id FROM slice WHERE done_us IS NULL OR done_us < ?)";
static const char drop_slices_sql[] = "DELETE FROM slice WHERE done_us IS NULL OR done_us < ?";
static const char run_sql[]
  = "SELECT connection, ended_us IS NOT NULL FROM run WHERE id = ? AND kind = 'full'";

static const OstKind staged_kinds[] = { OST_KIND_DEVICE, OST_KIND_MAILBOX };

void
staging_free (Staging *self)
{
  g_clear_pointer (&self->database, database_close);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self);
}

Staging *
staging_lock (OstStoreSqlite *store, gint64 connection)
{
  Staging *self;

  g_mutex_lock (&store->stagings_mutex);
  self = g_hash_table_lookup (store->stagings, &connection);
  if (self == NULL)
    {
      g_autofree char *name = g_strdup_printf ("staging-%" G_GINT64_FORMAT ".db", connection);

      self = g_new0 (Staging, 1);
      g_mutex_init (&self->mutex);
      self->path = g_build_filename (store->folder, name, NULL);
      g_hash_table_insert (store->stagings, g_memdup2 (&connection, sizeof connection), self);
    }
  g_mutex_unlock (&store->stagings_mutex);
  g_mutex_lock (&self->mutex);
  return self;
}

void
staging_unlock (Staging *self)
{
  g_mutex_unlock (&self->mutex);
}

static gboolean
find_run (OstStoreSqlite *store, gint64 run, gint64 *connection, gboolean *is_over, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (!reader_begin (&reader, store->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, run_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, run);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *connection = has_row ? statement_get_number (statement, 0) : 0;
  *is_over = !has_row || statement_get_number (statement, 1) != 0;
  return TRUE;
}

Staging *
staging_lock_for_run (OstStoreSqlite *store, gint64 run, gint64 *connection, GError **error)
{
  g_autoptr (Staging) self = NULL;
  gint64 id;
  gboolean is_over;

  if (!find_run (store, run, &id, &is_over, error))
    return NULL;
  if (!is_over)
    self = staging_lock (store, id);
  if (is_over || self->database == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "cannot stage for run %" G_GINT64_FORMAT ": it is no full run under way", run);
      return NULL;
    }
  if (connection != NULL)
    *connection = id;
  return g_steal_pointer (&self);
}

/* The file is written without waiting for the disk: what a power failure left behind is not looked
 * at. The boot tells whether there can have been one. */
static char *
describe_origin (void)
{
  g_autofree char *boot = NULL;

  if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL))
    boot = g_strdup ("unknown");
  return g_strdup_printf ("%s %s", STAGING_FORMAT, g_strstrip (boot));
}

static gboolean
read_meta (Database *database, const char *name, char **value, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, "SELECT value FROM meta WHERE name = ?", error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *value = has_row ? statement_dup_text (statement, 0) : NULL;
  return TRUE;
}

static gboolean
write_meta (Database *database, const char *name, const char *value, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, "REPLACE INTO meta (name, value) VALUES (?, ?)", error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  statement_bind_text (statement, 1, value);
  return statement_execute (statement, error);
}

gboolean
staging_get_compared (Staging *self, gint64 *run, GError **error)
{
  g_autofree char *value = NULL;

  if (!read_meta (self->database, "compared", &value, error))
    return FALSE;
  *run = value != NULL ? g_ascii_strtoll (value, NULL, 10) : 0;
  return TRUE;
}

gboolean
staging_set_compared (Staging *self, gint64 run, GError **error)
{
  g_autofree char *value = g_strdup_printf ("%" G_GINT64_FORMAT, run);

  return write_meta (self->database, "compared", value, error);
}

static gboolean
lay_out (Database *database, GError **error)
{
  g_autofree char *origin = describe_origin ();
  g_auto (Batch) batch = { 0 };

  if (!batch_begin (&batch, database, error) || !database_run (database, layout_sql, error)
      || !write_meta (database, "origin", origin, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (staged_kinds); i++)
    {
      g_autoptr (Statement) statement
        = table_prepare (table_get (staged_kinds[i]), database, table_sql, error);

      if (statement == NULL || !statement_execute (statement, error))
        return FALSE;
    }
  return batch_commit (&batch, error);
}

static gboolean
create (Staging *self, GError **error)
{
  g_autoptr (Database) database = NULL;

  staging_reset (self);
  if (!file_prepare (self->path, TRUE, error))
    return FALSE;
  database = database_open (self->path, DATABASE_STAGING, error);
  if (database == NULL || !lay_out (database, error))
    return FALSE;
  self->database = g_steal_pointer (&database);
  return TRUE;
}

/* A listing that an inventory was already made from is not used twice. */
static gboolean
is_used_up (OstStoreSqlite *store, gint64 run, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (run == 0)
    return FALSE;
  if (!reader_begin (&reader, store->readers, NULL, error))
    return TRUE;
  statement = database_prepare (
    reader.database, "SELECT 1 FROM run WHERE id = ? AND reconciled_us IS NOT NULL", error);
  if (statement == NULL)
    return TRUE;
  statement_bind_number (statement, 0, run);
  return !statement_step (statement, &has_row, error) || has_row;
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
drop_old_slices (Database *database, gint64 keep_since_us, GError **error)
{
  g_autoptr (Statement) drop_slices = NULL;
  g_auto (Batch) batch = { 0 };

  if (!batch_begin (&batch, database, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (staged_kinds); i++)
    {
      g_autoptr (Statement) drop_rows
        = table_prepare (table_get (staged_kinds[i]), database, drop_rows_sql, error);

      if (!execute_with (drop_rows, keep_since_us, error))
        return FALSE;
    }
  drop_slices = database_prepare (database, drop_slices_sql, error);
  return execute_with (drop_slices, keep_since_us, error)
         && database_run (database, "DELETE FROM meta WHERE name = 'compared'", error)
         && batch_commit (&batch, error);
}

static gboolean
count (Database *database, const char *sql, gint64 number, gint64 *result, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, number);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *result = statement_get_number (statement, 0);
  return TRUE;
}

/* Whether what an earlier run left behind can be gone on with; then only that is in it. */
static gboolean
take_on (Staging *self, OstStoreSqlite *store, gint64 keep_since_us, GError **error)
{
  g_autofree char *origin = NULL;
  g_autofree char *expected = describe_origin ();
  gint64 all = 0;
  gint64 old = 0;
  gint64 run = 0;

  if (!file_prepare (self->path, FALSE, error))
    return FALSE;
  if (self->database == NULL)
    self->database = database_open (self->path, DATABASE_STAGING, error);
  if (self->database == NULL || !read_meta (self->database, "origin", &origin, error)
      || g_strcmp0 (origin, expected) != 0 || !staging_get_compared (self, &run, error)
      || is_used_up (store, run, error)
      || !database_get_number (self->database, "SELECT count (*) FROM slice", &all, error)
      || !count (self->database, count_old_sql, keep_since_us, &old, error) || all == old)
    return FALSE;
  return old == 0 || drop_old_slices (self->database, keep_since_us, error);
}

gboolean
staging_begin (Staging *self, OstStoreSqlite *store, gint64 keep_since_us, GError **error)
{
  /* Why something cannot be gone on with is nobody's concern: the listing begins anew. */
  return take_on (self, store, keep_since_us, NULL) || create (self, error);
}

void
staging_reset (Staging *self)
{
  g_clear_pointer (&self->database, database_close);
  file_remove_database (self->path);
}

void
staging_discard (OstStoreSqlite *store, gint64 connection)
{
  g_autoptr (Staging) self = staging_lock (store, connection);

  staging_reset (self);
}
