/* application.c: makes the inventory equal to a listing, in versions that nobody sees yet */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "reconciliation.h"
#include "version.h"

/* Between two looks how long the transaction has become. */
#define ROWS_BETWEEN_LOOKS 64
/* A transaction of a few rows writes as many pages as one of many, so whoever waits waits so long. */
#define MIN_TRANSACTION_US (20 * G_TIME_SPAN_MILLISECOND)
/* Longer than this nobody shall wait, not even in another process. */
#define MAX_TRANSACTION_US (150 * G_TIME_SPAN_MILLISECOND)
/* More than this would not fit into the cache, and pages would be written twice. */
#define MAX_TRANSACTION_ROWS 5000

static const char state_sql[] = "SELECT building, applied FROM connection WHERE id = ?";
static const char begin_sql[] = "UPDATE connection SET building = generation + 1, building_run = ?,"
                                " applied = 0 WHERE id = ?";
static const char progress_sql[] = "UPDATE connection SET applied = ? WHERE id = ?";

static const char differences_sql[]
  = "SELECT " DIFFERENCE_COLUMNS " FROM difference WHERE number > ? ORDER BY number";
/* Two statements, because both rows are read at once; the database knows them apart by their text. */
static const char listed_sql[]
  = "SELECT guid, read_us{hashes}{keys}{columns} FROM {table} WHERE row = ?";
static const char listed_second_sql[]
  = "SELECT guid, read_us{hashes}{keys}{columns} FROM {table} WHERE row = ? LIMIT 1";
static const char began_sql[] = "SELECT began_us FROM outcome WHERE kind = ?";

static const char known_sql[] = "SELECT " VERSION_COLUMNS " FROM {table} WHERE row = ?";
static const char live_sql[] = "SELECT " VERSION_COLUMNS " FROM {table}"
                               " WHERE connection = ? AND guid = ? AND died IS NULL";
static const char bury_sql[] = "UPDATE {table} SET died = ? WHERE row = ?";
static const char hold_sql[]
  = "INSERT OR IGNORE INTO held (connection, run, kind, guid) VALUES (?, ?, ?, ?)";

typedef struct {
  gint64 building;
  gint64 applied;
} State;

typedef struct {
  Reconciliation *run;
  Database *database; /* the writer's, while a transaction is open */
  gint64 building;
} Application;

static gboolean
read_state (Reconciliation *self, State *state, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (!reader_begin (&reader, self->store->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, state_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  state->building = statement_get_number (statement, 0);
  state->applied = statement_get_number (statement, 1);
  return TRUE;
}

/* Runs a statement that gives no rows with up to three numbers, those beyond n being ignored. */
static gboolean
execute (Statement *statement, int n, gint64 first, gint64 second, gint64 third, GError **error)
{
  gint64 numbers[] = { first, second, third };

  if (statement == NULL)
    return FALSE;
  for (int i = 0; i < n; i++)
    statement_bind_number (statement, i, numbers[i]);
  return statement_execute (statement, error);
}

static gboolean
bury (Application *self, const Table *table, gint64 row, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (table, self->database, bury_sql, error);

  return execute (statement, 2, self->building, row, 0, error);
}

/* Reads a row of the listing as a source, with the hashes and keys that were computed for it. */
static gboolean
read_listed (Version *version, Statement *row, gint64 number, guint part, Source *source,
             GError **error)
{
  const Table *table = version->table;
  gboolean has_row = FALSE;
  int column = 2;

  statement_bind_number (row, 0, number);
  if (!statement_step (row, &has_row, error))
    return FALSE;
  if (!has_row)
    return store_fail (error, OST_ERROR_INVALID, "synchronise again",
                       "a listed %s is no longer in the staging file", table->name);
  version->guid = statement_get_text (row, 0);
  version->read_us = MAX (version->read_us, statement_get_number (row, 1));
  version->hashes[part] = statement_get_number (row, column + (int)part);
  column += (int)table_get_n_parts (table);
  for (guint i = 0; i < table_get_n_keys (table); i++, column++)
    if (part == 0 || version->keys[i] == 0)
      version->keys[i] = statement_get_number (row, column);
  *source = (Source){ .row = row, .first_column = column };
  version->parts[part] = source;
  return TRUE;
}

/* Finds what the inventory has: the row that was compared, or whatever has come since. */
static gboolean
find_known (Application *self, const Difference *difference, const char *guid, Statement *by_row,
            Statement *by_guid, Version *old, Source *source, gint64 *row, GError **error)
{
  Statement *statement = difference->known != 0 ? by_row : by_guid;
  gboolean has_row = FALSE;

  *row = 0;
  if (difference->known != 0)
    statement_bind_number (statement, 0, difference->known);
  else
    {
      statement_bind_number (statement, 0, self->run->connection);
      statement_bind_text (statement, 1, guid);
    }
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    *row = version_read (old, difference->table, statement, source);
  return TRUE;
}

static gboolean
put_version (Application *self, Version *version, gint64 old_row, GError **error)
{
  version->connection = self->run->connection;
  version->born = self->building;
  version->died = 0;
  return (old_row == 0 || bury (self, version->table, old_row, error))
         && version_insert (version, self->database, error);
}

static gboolean
apply_listed (Application *self, const Difference *difference, GError **error)
{
  const Table *table = difference->table;
  Database *staged = self->run->staging->database;
  g_autoptr (Statement) first = table_prepare (table, staged, listed_sql, error);
  g_autoptr (Statement) second = table_prepare (table, staged, listed_second_sql, error);
  g_autoptr (Statement) by_row = table_prepare (table, self->database, known_sql, error);
  g_autoptr (Statement) by_guid = table_prepare (table, self->database, live_sql, error);
  Version version = { .table = table, .is_unread = TRUE };
  Version old = { 0 };
  Source sources[TABLE_MAX_PARTS];
  Source old_source;
  gint64 row = 0;

  if (first == NULL || second == NULL || by_row == NULL || by_guid == NULL
      || (difference->listed[1] != 0
          && !read_listed (&version, second, difference->listed[1], 1, &sources[1], error))
      || (difference->listed[0] != 0
          && !read_listed (&version, first, difference->listed[0], 0, &sources[0], error))
      || !find_known (self, difference, version.guid, by_row, by_guid, &old, &old_source, &row,
                      error))
    return FALSE;
  /* Since the comparison, a quick run may have read it, or taken the row's place. Or it is what was
   * applied before an interruption. */
  if (difference->known != 0 && (row == 0 || old.died != 0))
    return TRUE;
  if (row != 0
      && (old.read_us > version.read_us
          || (old.born == self->building && old.read_us == version.read_us)))
    return TRUE;
  version_follow (&version, row != 0 ? &old : NULL);
  return put_version (self, &version, row, error);
}

static gboolean
read_began (Application *self, const Table *table, gint64 *began_us, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->run->staging->database, began_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, table->name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *began_us = has_row ? statement_get_number (statement, 0) : 0;
  return TRUE;
}

static gboolean
hold (Application *self, const Table *table, const char *guid, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, hold_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->run->connection);
  statement_bind_number (statement, 1, self->run->compared);
  statement_bind_text (statement, 2, table->name);
  statement_bind_text (statement, 3, guid);
  return statement_execute (statement, error);
}

/* Sets or clears since when it is missing, and nothing else. */
static gboolean
put_mark (Application *self, const Version *old, gint64 row, gint64 missing_us, GError **error)
{
  Version version = *old;

  version_follow (&version, old);
  version.missing_us = missing_us;
  version.is_unread = old->is_unread || missing_us == 0;
  return put_version (self, &version, row, error);
}

static gboolean
apply_known (Application *self, const Difference *difference, GError **error)
{
  const Table *table = difference->table;
  g_autoptr (Statement) by_row = table_prepare (table, self->database, known_sql, error);
  Version old = { 0 };
  Source source;
  gint64 row = 0;
  gint64 began_us = 0;

  if (by_row == NULL
      || !find_known (self, difference, NULL, by_row, NULL, &old, &source, &row, error)
      || !read_began (self, table, &began_us, error))
    return FALSE;
  if (row == 0 || old.died != 0)
    return TRUE;
  if (difference->change == CHANGE_RETURN)
    return old.missing_us == 0 || put_mark (self, &old, row, 0, error);
  /* Since the comparison, a quick run may have seen it. */
  if (old.read_us >= began_us)
    return TRUE;
  if (difference->change == CHANGE_PURGE)
    return old.missing_us == 0 || bury (self, table, row, error);
  if (difference->change == CHANGE_HOLD)
    return hold (self, table, old.guid, error);
  return old.missing_us != 0 || put_mark (self, &old, row, self->run->options->now_us, error);
}

static gboolean
apply (Application *self, const Difference *difference, GError **error)
{
  if (difference->change == CHANGE_ADD || difference->change == CHANGE_UPDATE)
    return apply_listed (self, difference, error);
  return apply_known (self, difference, error);
}

static gboolean
note_progress (Application *self, gint64 number, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, progress_sql, error);

  return execute (statement, 2, number, self->run->connection, 0, error);
}

static gboolean
is_long_enough (Transaction *transaction, gint64 began, guint rows)
{
  gint64 length = g_get_monotonic_time () - began;

  return rows >= MAX_TRANSACTION_ROWS || length > MAX_TRANSACTION_US
         || (length > MIN_TRANSACTION_US && transaction_is_wanted (transaction));
}

/* One transaction: as many differences as can be without keeping others waiting. */
static gboolean
apply_some (Application *self, Statement *differences, gboolean *has_more, GError **error)
{
  g_auto (Transaction) transaction = { 0 };
  gint64 began = g_get_monotonic_time ();
  Difference difference = { 0 };

  if (!transaction_begin (&transaction, self->run->store->writer, TRANSACTION_NORMAL, error))
    return FALSE;
  self->database = transaction.database;
  if (!lease_check (self->run->store, self->database, self->run->fence, error))
    return FALSE;
  for (guint n = 1; *has_more; n++)
    {
      difference_read (&difference, differences);
      if (!apply (self, &difference, error) || !statement_step (differences, has_more, error))
        return FALSE;
      if (n % ROWS_BETWEEN_LOOKS == 0 && is_long_enough (&transaction, began, n))
        break;
    }
  return note_progress (self, difference.number, error) && transaction_commit (&transaction, error);
}

static gboolean
apply_all (Application *self, gint64 applied, GError **error)
{
  g_autoptr (Statement) differences
    = database_prepare (self->run->staging->database, differences_sql, error);
  gboolean has_more = FALSE;

  if (differences == NULL)
    return FALSE;
  statement_bind_number (differences, 0, applied);
  if (!statement_step (differences, &has_more, error))
    return FALSE;
  while (has_more)
    {
      if (g_cancellable_set_error_if_cancelled (self->run->cancellable, error)
          || !apply_some (self, differences, &has_more, error))
        return FALSE;
      writer_relieve (self->run->store->writer);
    }
  return TRUE;
}

static gboolean
run_statement (Database *database, const char *sql, int n, gint64 first, gint64 second,
               GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, sql, error);

  return execute (statement, n, first, second, 0, error);
}

static gboolean
begin_building (Reconciliation *self, GError **error)
{
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->store->writer, TRANSACTION_NORMAL, error)
         && lease_check (self->store, transaction.database, self->fence, error)
         && run_statement (transaction.database, begin_sql, 2, self->compared, self->connection,
                           error)
         && transaction_commit (&transaction, error);
}

gboolean
application_run (Reconciliation *self, GError **error)
{
  Application application = { .run = self };
  State state = { 0 };

  if (!read_state (self, &state, error))
    return FALSE;
  if (state.building == 0 && (!begin_building (self, error) || !read_state (self, &state, error)))
    return FALSE;
  application.building = state.building;
  return apply_all (&application, state.applied, error);
}
