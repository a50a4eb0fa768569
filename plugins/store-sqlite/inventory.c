/* inventory.c: makes single rows of the inventory as they are now */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "changes.h"
#include "version.h"

/* So many rows take some hundredths of a second. */
#define ROWS_OF_A_TRANSACTION 500

static const char run_sql[]
  = "SELECT r.connection, r.fence, c.name, c.generation, c.building,"
    " EXISTS (SELECT 1 FROM run f WHERE f.connection = r.connection AND f.kind = 'full'"
    "  AND f.ended_us IS NULL)"
    " FROM run r JOIN connection c ON c.id = r.connection WHERE r.id = ? AND r.ended_us IS NULL"
    " AND c.name IS NOT NULL";
static const char live_sql[] = "SELECT row, born, died FROM {table} INDEXED BY {table}_by_guid"
                               " WHERE connection = ? AND guid = ?"
                               " AND (died IS NULL OR died > ?) ORDER BY born";
static const char row_sql[] = "SELECT " VERSION_COLUMNS " FROM {table} WHERE row = ?";
static const char object_sql[] = "SELECT guid{columns} FROM {table} WHERE row = ?";
static const char revive_sql[] = "UPDATE {table} SET died = NULL WHERE row = ?";

/* A row that readers see, and the one that a reconciliation has prepared to take its place. */
typedef struct {
  gint64 seen;
  gboolean is_dying;
  gint64 prepared;
} Live;

typedef struct {
  const Table *table;
  gint64 connection;
  gint64 generation;
  gint64 building;
  gboolean is_listing; /* a full listing is under way, so that it matters when a row was read */
  OstStoreFlags flags;
  char *name;
  Database *database; /* the writer's, while a transaction is open */
  ChangeContext context;
  OstUpsertCounts counts;
  guint events;
} Upsert;

static void
upsert_clear (Upsert *self)
{
  g_clear_pointer (&self->name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Upsert, upsert_clear)

static gboolean
read_run (Upsert *self, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, run_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->context.run);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return store_fail (error, OST_ERROR_INVALID, NULL,
                       "cannot keep what run %" G_GINT64_FORMAT " read: it is over, or there is "
                       "none",
                       self->context.run);
  self->connection = statement_get_number (statement, 0);
  self->name = statement_dup_text (statement, 2);
  self->context.connection = self->name;
  self->generation = statement_get_number (statement, 3);
  self->building = statement_get_number (statement, 4);
  self->is_listing = statement_get_number (statement, 5) != 0;
  return lease_check (self->context.store, self->database, statement_get_number (statement, 1),
                      error);
}

static gboolean
find_live (Upsert *self, const char *guid, Live *live, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, self->database, live_sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  statement_bind_number (statement, 2, self->generation);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;
      if (statement_get_number (statement, 1) > self->generation)
        live->prepared = statement_get_number (statement, 0);
      else
        {
          live->seen = statement_get_number (statement, 0);
          live->is_dying = !statement_is_null (statement, 2);
        }
    }
  return TRUE;
}

static void
set_parts (Version *version, const Record *record, const Source *source)
{
  for (guint part = 0; part < TABLE_MAX_PARTS; part++)
    if (record->has_part[part])
      {
        version->parts[part] = source;
        version->hashes[part] = record->hashes[part];
      }
  version->keys[0] = record->keys[0];
  version->keys[1] = record->keys[1];
}

static gboolean
insert_row (Upsert *self, const Record *record, const Source *source, gint64 died, GError **error)
{
  Version version = {
    .table = self->table,
    .connection = self->connection,
    .guid = record->guid,
    .born = self->generation,
    .died = died,
    .read_us = self->context.now_us,
    .is_unread = TRUE,
  };

  set_parts (&version, record, source);
  version_follow (&version, NULL);
  return version_insert (&version, self->database, error);
}

static gboolean
differs (const Record *record, const Version *old)
{
  for (guint part = 0; part < TABLE_MAX_PARTS; part++)
    if (record->has_part[part] && record->hashes[part] != old->hashes[part])
      return TRUE;
  return old->missing_us != 0;
}

/* Gives what was in the row where that has changed. */
static gboolean
replace_row (Upsert *self, const Record *record, const Source *source, gint64 row,
             OstObject **former, GError **error)
{
  Database *database = self->database;
  g_autoptr (Statement) statement = table_prepare (self->table, database, row_sql, error);
  Version version = { .table = self->table, .read_us = self->context.now_us };
  Version old;
  Source old_source;
  gboolean has_row = FALSE;
  gboolean has_changed;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, row);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  version_read (&old, self->table, statement, &old_source);
  has_changed = differs (record, &old);
  if ((!has_changed && !self->is_listing) || old.read_us > version.read_us)
    return TRUE;
  if (has_changed)
    *former = changes_read_object (self->table, statement, 2, old_source.first_column);
  version.is_unread = old.is_unread || has_changed;
  set_parts (&version, record, source);
  version_follow (&version, &old);
  return version_replace (&version, database, row, error);
}

static gboolean
read_object (Upsert *self, gint64 row, OstObject **object, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, self->database, object_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, row);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *object = changes_read_object (self->table, statement, 0, 1);
  return TRUE;
}

/* Up to the cap, each change has its event; the rest is told by one at the end. */
static gboolean
tell (Upsert *self, Change change, gint64 row, OstObject *old, GError **error)
{
  g_autoptr (OstObject) new = NULL;
  g_autoptr (EventDraft) draft = NULL;

  if (self->events >= EVENTS_MAX_OF_A_RUN)
    return TRUE;
  self->events++;
  if (!read_object (self, row, &new, error))
    return FALSE;
  draft = changes_draft (&self->context, change, old, new);
  return events_append_draft (self->database, draft, NULL, error);
}

static gboolean
add_seen (Upsert *self, const Record *record, const Source *source, const Live *live,
          GError **error)
{
  gint64 row;

  /* One that was prepared takes its place soon. */
  if (!insert_row (self, record, source, live->prepared != 0 ? self->building : 0, error))
    return FALSE;
  row = sqlite3_last_insert_rowid (database_get_handle (self->database));
  self->counts.added++;
  return tell (self, CHANGE_ADD, row, NULL, error);
}

static gboolean
revive (Upsert *self, gint64 row, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, self->database, revive_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, row);
  return statement_execute (statement, error);
}

static gboolean
change_seen (Upsert *self, const Record *record, const Source *source, const Live *live,
             GError **error)
{
  g_autoptr (OstObject) former = NULL;

  if (!replace_row (self, record, source, live->seen, &former, error)
      || (live->is_dying && live->prepared == 0 && !revive (self, live->seen, error)))
    return FALSE;
  if (former == NULL)
    return TRUE;
  self->counts.changed++;
  return tell (self, CHANGE_UPDATE, live->seen, former, error);
}

static gboolean
upsert_object (Upsert *self, OstObject *object, GError **error)
{
  g_auto (Record) record = { 0 };
  g_autoptr (OstObject) former = NULL;
  Source source = { .object = object, .flags = self->flags };
  Live live = { 0 };

  if (!record_init (&record, self->table, object, self->flags, error)
      || !find_live (self, record.guid, &live, error)
      || (live.prepared != 0
          && !replace_row (self, &record, &source, live.prepared, &former, error)))
    return FALSE;
  return live.seen != 0 ? change_seen (self, &record, &source, &live, error)
                        : add_seen (self, &record, &source, &live, error);
}

static gboolean
upsert_some (Upsert *self, GPtrArray *objects, guint first, GError **error)
{
  guint end = MIN (objects->len, first + ROWS_OF_A_TRANSACTION);
  g_auto (Transaction) transaction = { 0 };

  if (!transaction_begin (&transaction, self->context.store->writer, TRANSACTION_NORMAL, error))
    return FALSE;
  self->database = transaction.database;
  g_clear_pointer (&self->name, g_free);
  if (!read_run (self, error))
    return FALSE;
  for (guint i = first; i < end; i++)
    if (!upsert_object (self, g_ptr_array_index (objects, i), error))
      return FALSE;
  return transaction_commit (&transaction, error);
}

static gboolean
tell_rest (Upsert *self, GError **error)
{
  OstReconcileResult result = { 0 };
  OstReconcileCounts *counts
    = self->table->kind == OST_KIND_DEVICE ? &result.devices : &result.mailboxes;
  g_auto (Transaction) transaction = { 0 };

  g_autoptr (EventDraft) draft = NULL;

  counts->listed = self->counts.added + self->counts.changed;
  counts->added = self->counts.added;
  counts->changed = self->counts.changed;
  draft = changes_draft_summary (&self->context, &result);
  return transaction_begin (&transaction, self->context.store->writer, TRANSACTION_NORMAL, error)
         && events_append_draft (transaction.database, draft, NULL, error)
         && transaction_commit (&transaction, error);
}

static gboolean
upsert_objects (OstStore *store, gint64 run, OstKind kind, GPtrArray *objects, OstStoreFlags flags,
                const char *who, gint64 now_us, OstUpsertCounts *counts, GError **error)
{
  g_auto (Upsert) self = { .table = table_get (kind), .flags = flags };

  if (self.table == NULL)
    return store_fail (error, OST_ERROR_NOT_SUPPORTED, NULL,
                       "cannot keep single objects of kind ‘%s’", ost_kind_to_string (kind));
  self.context = (ChangeContext){
    .store = OST_STORE_SQLITE (store), .run = run, .who = who, .now_us = now_us
  };
  for (guint first = 0; first < objects->len; first += ROWS_OF_A_TRANSACTION)
    if (!upsert_some (&self, objects, first, error))
      return FALSE;
  if (self.counts.added + self.counts.changed > self.events && !tell_rest (&self, error))
    return FALSE;
  if (counts != NULL)
    {
      counts->added += self.counts.added;
      counts->changed += self.counts.changed;
    }
  return TRUE;
}

void
inventory_fill_interface (OstStoreInterface *iface)
{
  iface->upsert_objects = upsert_objects;
}
