/* comparison.c: what a full listing and the inventory differ in, and what that is taken to mean */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "reconciliation.h"

#include <string.h>

/* More organisational units than this are not remembered: what vanishes from the others is held. */
#define MAX_UNITS 65536

static const char index_sql[] = "CREATE INDEX IF NOT EXISTS {table}_by_guid ON {table}"
                                " (guid, read_us, unit_key{hashes})";
static const char listed_sql[]
  = "SELECT guid, row, read_us, unit_key{hashes} FROM {table} INDEXED BY {table}_by_guid"
    " ORDER BY guid, read_us";
static const char known_sql[]
  = "SELECT guid, row, read_us, missing_us{hashes} FROM {table} INDEXED BY {table}_by_guid"
    " WHERE connection = ? AND died IS NULL ORDER BY guid";
static const char held_sql[]
  = "SELECT guid FROM held WHERE connection = ?1 AND kind = ?2"
    " AND run = (SELECT held_run FROM connection WHERE id = ?1) ORDER BY guid";
static const char slices_sql[]
  = "SELECT count (*), count (done_us), min (began_us),"
    " max (CASE WHEN done_us IS NULL THEN name END) FROM slice WHERE kind = ?";
static const char add_sql[] = "INSERT INTO difference (kind, change, listed, listed_second, known)"
                              " VALUES (?, ?, ?, ?, ?)";
static const char outcome_sql[]
  = "INSERT INTO outcome (kind, began_us, listed, present, added, changed, returned, removed,"
    " purged, held, hold_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
static const char read_outcome_sql[]
  = "SELECT listed, present, added, changed, returned, removed, purged, held, hold_reason"
    " FROM outcome WHERE kind = ?";
static const char vanished_sql[]
  = "SELECT number, known FROM difference WHERE kind = ? AND change = ? ORDER BY number";
static const char judge_sql[] = "UPDATE difference SET change = ? WHERE number = ?";
static const char judge_all_sql[]
  = "UPDATE difference SET change = ? WHERE kind = ? AND change = ?";
static const char owner_sql[] = "SELECT row{columns} FROM {table} WHERE row = ?";

/* One object of the listing, of which several rows may speak: the youngest of each part counts. */
typedef struct {
  Statement *rows;
  gboolean has_row;
  GString *guid;
  gint64 row[TABLE_MAX_PARTS];
  gint64 hash[TABLE_MAX_PARTS];
  gint64 read_us[TABLE_MAX_PARTS];
  gboolean has_object;
} Listed;

/* One object of the inventory. */
typedef struct {
  Statement *rows;
  gboolean has_object;
  const char *guid;
  gint64 row;
  gint64 read_us;
  gint64 missing_us;
  gint64 hash[TABLE_MAX_PARTS];
} Known;

typedef struct {
  Reconciliation *run;
  Database *inventory;
  const Table *table;
  gint64 began_us;
  Listed listed;
  Known known;
  Statement *held;
  gboolean has_held;
  Statement *add;
  GHashTable *units; /* keys of the units that the listing has somebody in */
  gint64 vanished;
  OstReconcileCounts counts;
  char *hold_reason;
} Comparison;

void
difference_read (Difference *self, Statement *row)
{
  self->number = statement_get_number (row, 0);
  self->table = table_get (
    g_strcmp0 (statement_get_text (row, 1), "device") == 0 ? OST_KIND_DEVICE : OST_KIND_MAILBOX);
  self->change = (Change)statement_get_number (row, 2);
  self->listed[0] = statement_get_number (row, 3);
  self->listed[1] = statement_get_number (row, 4);
  self->known = statement_get_number (row, 5);
}

static void
note_unit (Comparison *self, gint64 unit)
{
  if (unit == 0 || g_hash_table_contains (self->units, &unit))
    return;
  if (g_hash_table_size (self->units) < MAX_UNITS)
    g_hash_table_add (self->units, g_memdup2 (&unit, sizeof unit));
}

static void
take_listed_row (Comparison *self)
{
  Listed *listed = &self->listed;
  gint64 row = statement_get_number (listed->rows, 1);
  gint64 read_us = statement_get_number (listed->rows, 2);

  note_unit (self, statement_get_number (listed->rows, 3));
  for (guint part = 0; part < table_get_n_parts (self->table); part++)
    {
      gint64 hash = statement_get_number (listed->rows, 4 + (int)part);

      if (hash == 0 || read_us < listed->read_us[part]
          || (read_us == listed->read_us[part] && row < listed->row[part]))
        continue;
      listed->hash[part] = hash;
      listed->row[part] = row;
      listed->read_us[part] = read_us;
    }
}

static gboolean
next_listed (Comparison *self, GError **error)
{
  Listed *listed = &self->listed;

  listed->has_object = listed->has_row;
  if (!listed->has_row)
    return TRUE;
  g_string_assign (listed->guid, statement_get_text (listed->rows, 0));
  memset (listed->row, 0, sizeof listed->row);
  memset (listed->hash, 0, sizeof listed->hash);
  memset (listed->read_us, 0, sizeof listed->read_us);
  self->counts.listed++;
  do
    {
      take_listed_row (self);
      if (!statement_step (listed->rows, &listed->has_row, error))
        return FALSE;
  } while (listed->has_row
           && strcmp (listed->guid->str, statement_get_text (listed->rows, 0)) == 0);
  return TRUE;
}

static gboolean
next_known (Comparison *self, GError **error)
{
  Known *known = &self->known;

  if (!statement_step (known->rows, &known->has_object, error))
    return FALSE;
  if (!known->has_object)
    return TRUE;
  known->guid = statement_get_text (known->rows, 0);
  known->row = statement_get_number (known->rows, 1);
  known->read_us = statement_get_number (known->rows, 2);
  known->missing_us = statement_get_number (known->rows, 3);
  for (guint part = 0; part < table_get_n_parts (self->table); part++)
    known->hash[part] = statement_get_number (known->rows, 4 + (int)part);
  self->counts.present += known->missing_us == 0;
  return TRUE;
}

static gboolean
add_difference (Comparison *self, Change change, const gint64 *listed, gint64 known, GError **error)
{
  statement_bind_text (self->add, 0, self->table->name);
  statement_bind_number (self->add, 1, change);
  statement_bind_nonzero (self->add, 2, listed != NULL ? listed[0] : 0);
  statement_bind_nonzero (self->add, 3, listed != NULL ? listed[1] : 0);
  statement_bind_nonzero (self->add, 4, known);
  return statement_execute (self->add, error);
}

/* What a quick run read after the listing had been asked for is younger, and stays. */
static gboolean
compare_both (Comparison *self, GError **error)
{
  const Listed *listed = &self->listed;
  const Known *known = &self->known;
  gboolean is_younger = FALSE;
  gboolean is_changed = FALSE;

  for (guint part = 0; part < table_get_n_parts (self->table); part++)
    if (listed->row[part] != 0 && listed->read_us[part] >= known->read_us)
      {
        is_younger = TRUE;
        is_changed |= listed->hash[part] != known->hash[part];
      }
  if (!is_younger || (!is_changed && known->missing_us == 0))
    return TRUE;
  if (known->missing_us != 0)
    self->counts.returned++;
  else
    self->counts.changed++;
  return add_difference (self, is_changed ? CHANGE_UPDATE : CHANGE_RETURN, listed->row, known->row,
                         error);
}

static gboolean
was_held (Comparison *self, gboolean *was_it, GError **error)
{
  int order = 1;

  while (self->has_held
         && (order = strcmp (statement_get_text (self->held, 0), self->known.guid)) < 0)
    if (!statement_step (self->held, &self->has_held, error))
      return FALSE;
  *was_it = self->has_held && order == 0;
  return TRUE;
}

static gboolean
miss (Comparison *self, GError **error)
{
  const OstReconcileOptions *options = self->run->options;
  const Known *known = &self->known;
  gboolean is_confirmed;

  if (known->read_us >= self->began_us)
    return TRUE;
  if (known->missing_us != 0)
    {
      if (options->now_us - known->missing_us < options->missing_us)
        return TRUE;
      self->counts.purged++;
      return add_difference (self, CHANGE_PURGE, NULL, known->row, error);
    }
  if (!was_held (self, &is_confirmed, error))
    return FALSE;
  if (is_confirmed)
    self->counts.removed++;
  else
    self->vanished++;
  return add_difference (self, is_confirmed ? CHANGE_MISS : CHANGE_VANISH, NULL, known->row, error);
}

static gboolean
compare_next (Comparison *self, GError **error)
{
  int order = -1;

  if (!self->listed.has_object)
    order = 1;
  else if (self->known.has_object)
    order = strcmp (self->listed.guid->str, self->known.guid);
  if (order < 0)
    {
      self->counts.added++;
      return add_difference (self, CHANGE_ADD, self->listed.row, 0, error)
             && next_listed (self, error);
    }
  if (order > 0)
    return miss (self, error) && next_known (self, error);
  return compare_both (self, error) && next_listed (self, error) && next_known (self, error);
}

static gboolean
prepare (Comparison *self, GError **error)
{
  Database *staged = self->run->staging->database;

  self->add = database_prepare (staged, add_sql, error);
  self->listed.rows = table_prepare (self->table, staged, listed_sql, error);
  self->known.rows = table_prepare (self->table, self->inventory, known_sql, error);
  self->held = database_prepare (self->inventory, held_sql, error);
  if (self->add == NULL || self->listed.rows == NULL || self->known.rows == NULL
      || self->held == NULL)
    return FALSE;
  statement_bind_number (self->known.rows, 0, self->run->connection);
  statement_bind_number (self->held, 0, self->run->connection);
  statement_bind_text (self->held, 1, self->table->name);
  return statement_step (self->listed.rows, &self->listed.has_row, error)
         && next_listed (self, error) && next_known (self, error)
         && statement_step (self->held, &self->has_held, error);
}

static gboolean
compare_all (Comparison *self, GError **error)
{
  while (self->listed.has_object || self->known.has_object)
    if (!compare_next (self, error))
      return FALSE;
  return TRUE;
}

static gboolean
judge_all (Comparison *self, Change verdict, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->run->staging->database, judge_all_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, verdict);
  statement_bind_text (statement, 1, self->table->name);
  statement_bind_number (statement, 2, CHANGE_VANISH);
  return statement_execute (statement, error);
}

/* A unit that the listing has nobody in, though the inventory had. */
static gboolean
is_unit_empty (Comparison *self, gint64 known, gboolean *is_empty, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, self->inventory, owner_sql, error);
  gboolean has_row = FALSE;
  gint64 unit;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, known);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  unit = has_row ? key_of_unit (statement_get_text (statement, (int)self->table->owner)) : 0;
  *is_empty = unit != 0 && !g_hash_table_contains (self->units, &unit);
  return TRUE;
}

static gboolean
hold_units (Comparison *self, GError **error)
{
  Database *staged = self->run->staging->database;
  g_autoptr (Statement) vanished = database_prepare (staged, vanished_sql, error);
  g_autoptr (Statement) judge = database_prepare (staged, judge_sql, error);
  gboolean has_row = TRUE;

  if (vanished == NULL || judge == NULL)
    return FALSE;
  statement_bind_text (vanished, 0, self->table->name);
  statement_bind_number (vanished, 1, CHANGE_VANISH);
  while (has_row)
    {
      gboolean is_empty = FALSE;

      if (!statement_step (vanished, &has_row, error)
          || (has_row
              && !is_unit_empty (self, statement_get_number (vanished, 1), &is_empty, error)))
        return FALSE;
      if (!is_empty)
        continue;
      self->counts.held++;
      statement_bind_number (judge, 0, CHANGE_HOLD);
      statement_bind_number (judge, 1, statement_get_number (vanished, 0));
      if (!statement_execute (judge, error))
        return FALSE;
    }
  return TRUE;
}

/* A clean listing can still be wrong: a scope that was trimmed, a forest not in view. */
static gboolean
judge_vanished (Comparison *self, GError **error)
{
  const OstReconcileOptions *options = self->run->options;

  if (self->vanished * 100 > self->counts.present * (gint64)options->hold_percent)
    {
      self->counts.held = self->vanished;
      self->hold_reason = g_strdup_printf (
        "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " known objects of kind ‘%s’ are not in the"
        " listing, more than %u %%",
        self->vanished, self->counts.present, self->table->name, options->hold_percent);
      return judge_all (self, CHANGE_HOLD, error);
    }
  if (options->hold_units && self->vanished > 0 && !hold_units (self, error))
    return FALSE;
  if (self->counts.held > 0)
    self->hold_reason = g_strdup_printf (
      "%" G_GINT64_FORMAT " objects of kind ‘%s’ are not in the listing, nor is anything else of"
      " their organisational units",
      self->counts.held, self->table->name);
  self->counts.removed += self->vanished - self->counts.held;
  return judge_all (self, CHANGE_MISS, error);
}

static gboolean
write_outcome (Comparison *self, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->run->staging->database, outcome_sql, error);
  OstReconcileCounts *counts = &self->counts;

  if (statement == NULL)
    return FALSE;
  counts->present += counts->added + counts->returned - counts->removed;
  statement_bind_text (statement, 0, self->table->name);
  statement_bind_number (statement, 1, self->began_us);
  statement_bind_number (statement, 2, counts->listed);
  statement_bind_number (statement, 3, counts->present);
  statement_bind_number (statement, 4, counts->added);
  statement_bind_number (statement, 5, counts->changed);
  statement_bind_number (statement, 6, counts->returned);
  statement_bind_number (statement, 7, counts->removed);
  statement_bind_number (statement, 8, counts->purged);
  statement_bind_number (statement, 9, counts->held);
  statement_bind_text (statement, 10, self->hold_reason);
  return statement_execute (statement, error);
}

static gboolean
check_slices (Comparison *self, gboolean *is_listed, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->run->staging->database, slices_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, self->table->name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *is_listed = statement_get_number (statement, 0) > 0;
  self->began_us = statement_get_number (statement, 2);
  if (statement_get_number (statement, 0) == statement_get_number (statement, 1))
    return TRUE;
  return store_fail (error, OST_ERROR_INCOMPLETE, "synchronise again; finished slices are kept",
                     "cannot reconcile ‘%s’: slice ‘%s’ of the %s listing is not complete",
                     self->run->name, statement_get_text (statement, 3), self->table->name);
}

static void
comparison_clear (Comparison *self)
{
  g_clear_pointer (&self->add, statement_reset);
  g_clear_pointer (&self->held, statement_reset);
  g_clear_pointer (&self->listed.rows, statement_reset);
  g_clear_pointer (&self->known.rows, statement_reset);
  g_clear_pointer (&self->units, g_hash_table_unref);
  g_clear_pointer (&self->hold_reason, g_free);
  if (self->listed.guid != NULL)
    g_string_free (g_steal_pointer (&self->listed.guid), TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Comparison, comparison_clear)

static gboolean
build_index (Comparison *self, GError **error)
{
  g_autoptr (Statement) statement
    = table_prepare (self->table, self->run->staging->database, index_sql, error);

  return statement != NULL && statement_execute (statement, error);
}

static gboolean
compare_kind (Reconciliation *run, OstKind kind, gboolean *is_listed, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_auto (Comparison) self = { .run = run, .table = table_get (kind) };

  if (!check_slices (&self, is_listed, error))
    return FALSE;
  if (!*is_listed)
    return TRUE;
  if (!reader_begin (&reader, run->store->readers, run->cancellable, error))
    return FALSE;
  self.inventory = reader.database;
  self.listed.guid = g_string_new (NULL);
  self.units = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return build_index (&self, error) && prepare (&self, error) && compare_all (&self, error)
         && judge_vanished (&self, error) && write_outcome (&self, error);
}

gboolean
comparison_run (Reconciliation *self, GError **error)
{
  Database *staged = self->staging->database;
  g_auto (Batch) batch = { 0 };
  gboolean has_devices = FALSE;
  gboolean has_mailboxes = FALSE;

  if (!batch_begin (&batch, staged, error)
      || !database_run (staged, "DELETE FROM difference; DELETE FROM outcome", error)
      || !compare_kind (self, OST_KIND_DEVICE, &has_devices, error)
      || !compare_kind (self, OST_KIND_MAILBOX, &has_mailboxes, error))
    return FALSE;
  if (!has_devices && !has_mailboxes)
    return store_fail (error, OST_ERROR_INCOMPLETE, NULL,
                       "cannot reconcile ‘%s’: nothing was listed", self->name);
  self->compared = self->run;
  return staging_set_compared (self->staging, self->run, error) && batch_commit (&batch, error);
}

static gboolean
read_outcome (Reconciliation *self, const char *kind, OstReconcileCounts *counts, char **reason,
              GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->staging->database, read_outcome_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, kind);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  counts->listed = statement_get_number (statement, 0);
  counts->present = statement_get_number (statement, 1);
  counts->added = statement_get_number (statement, 2);
  counts->changed = statement_get_number (statement, 3);
  counts->returned = statement_get_number (statement, 4);
  counts->removed = statement_get_number (statement, 5);
  counts->purged = statement_get_number (statement, 6);
  counts->held = statement_get_number (statement, 7);
  *reason = statement_dup_text (statement, 8);
  return TRUE;
}

gboolean
comparison_read_result (Reconciliation *self, OstReconcileResult *result, GError **error)
{
  g_autofree char *devices = NULL;
  g_autofree char *mailboxes = NULL;

  memset (result, 0, sizeof *result);
  if (!read_outcome (self, "device", &result->devices, &devices, error)
      || !read_outcome (self, "mailbox", &result->mailboxes, &mailboxes, error))
    return FALSE;
  if (devices != NULL && mailboxes != NULL)
    result->hold_reason = g_strdup_printf ("%s; %s", devices, mailboxes);
  else
    result->hold_reason = g_strdup (devices != NULL ? devices : mailboxes);
  return TRUE;
}
