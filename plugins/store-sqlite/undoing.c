/* undoing.c: takes back what an interrupted application had prepared */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "reconciliation.h"

/* How many rows are taken back at once. */
#define ROWS_TO_UNDO 1000

static const char state_sql[]
  = "SELECT generation, building, building_run FROM connection WHERE id = ?";
static const char end_sql[]
  = "UPDATE connection SET building = NULL, building_run = NULL, applied = 0 WHERE id = ?";
static const char unborn_sql[]
  = "SELECT row, guid FROM {table} INDEXED BY {table}_by_guid WHERE connection = ? AND guid >= ?"
    " AND born > ? ORDER BY guid LIMIT ?";
static const char delete_sql[] = "DELETE FROM {table} WHERE row = ?";
static const char unbury_sql[]
  = "UPDATE {table} SET died = NULL WHERE row IN (SELECT row FROM {table} WHERE connection = ?"
    " AND died > ? LIMIT ?)";

static const OstKind kinds[] = { OST_KIND_DEVICE, OST_KIND_MAILBOX };

typedef struct {
  gint64 generation;
  gint64 building;
  gint64 building_run;
} State;

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
  state->generation = statement_get_number (statement, 0);
  state->building = statement_get_number (statement, 1);
  state->building_run = statement_get_number (statement, 2);
  return TRUE;
}

static gboolean
collect_unborn (Reconciliation *self, const Table *table, gint64 generation, char **guid,
                GArray *rows, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  g_autofree char *from = g_steal_pointer (guid);
  gboolean has_row = TRUE;

  if (!reader_begin (&reader, self->store->readers, self->cancellable, error))
    return FALSE;
  statement = table_prepare (table, reader.database, unborn_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, from != NULL ? from : "");
  statement_bind_number (statement, 2, generation);
  statement_bind_number (statement, 3, ROWS_TO_UNDO);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (has_row)
        {
          gint64 row = statement_get_number (statement, 0);

          g_array_append_val (rows, row);
          g_free (*guid);
          *guid = statement_dup_text (statement, 1);
        }
    }
  return TRUE;
}

static gboolean
delete_rows (Database *database, const Table *table, GArray *rows, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (table, database, delete_sql, error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      statement_bind_number (statement, 0, g_array_index (rows, gint64, i));
      if (!statement_execute (statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
unbury (Database *database, const Table *table, gint64 connection, gint64 generation,
        gboolean *has_more, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (table, database, unbury_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  statement_bind_number (statement, 1, generation);
  statement_bind_number (statement, 2, ROWS_TO_UNDO);
  if (!statement_execute (statement, error))
    return FALSE;
  *has_more = sqlite3_changes (database_get_handle (database)) > 0;
  return TRUE;
}

static gboolean
undo_births (Reconciliation *self, const Table *table, gint64 generation, GError **error)
{
  g_autofree char *guid = NULL;
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (gint64));

  do
    {
      g_auto (Transaction) transaction = { 0 };

      g_array_set_size (rows, 0);
      if (!collect_unborn (self, table, generation, &guid, rows, error)
          || !transaction_begin (&transaction, self->store->writer, TRANSACTION_NORMAL, error)
          || !delete_rows (transaction.database, table, rows, error)
          || !transaction_commit (&transaction, error))
        return FALSE;
      writer_relieve (self->store->writer);
  } while (rows->len > 0);
  return TRUE;
}

static gboolean
undo_deaths (Reconciliation *self, const Table *table, gint64 generation, GError **error)
{
  gboolean has_more = TRUE;

  while (has_more)
    {
      g_auto (Transaction) transaction = { 0 };

      if (g_cancellable_set_error_if_cancelled (self->cancellable, error)
          || !transaction_begin (&transaction, self->store->writer, TRANSACTION_NORMAL, error)
          || !unbury (transaction.database, table, self->connection, generation, &has_more, error)
          || !transaction_commit (&transaction, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
mark_undone (Database *database, gint64 connection, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, end_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  return statement_execute (statement, error);
}

static gboolean
end_undo (Reconciliation *self, GError **error)
{
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->store->writer, TRANSACTION_NORMAL, error)
         && mark_undone (transaction.database, self->connection, error)
         && transaction_commit (&transaction, error);
}

gboolean
application_undo (Reconciliation *self, GError **error)
{
  State state = { 0 };

  if (!read_state (self, &state, error))
    return FALSE;
  if (state.building == 0 || (self->compared != 0 && state.building_run == self->compared))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (!undo_births (self, table_get (kinds[i]), state.generation, error)
        || !undo_deaths (self, table_get (kinds[i]), state.generation, error))
      return FALSE;
  return end_undo (self, error);
}
