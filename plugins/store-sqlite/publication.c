/* publication.c: lets everybody see what was applied, and tells the audit trail */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "reconciliation.h"
#include "version.h"

static const char show_sql[]
  = "UPDATE connection SET generation = building, building = NULL, building_run = NULL,"
    " applied = 0, held_run = CASE WHEN EXISTS (SELECT 1 FROM held WHERE connection = ?1"
    " AND run = ?2) THEN ?2 END WHERE id = ?1 AND building IS NOT NULL";
static const char building_sql[] = "SELECT building FROM connection WHERE id = ?";
static const char mark_run_sql[] = "UPDATE run SET reconciled_us = ? WHERE id IN (?, ?)";
static const char count_sql[]
  = "SELECT count (*) FROM (SELECT 1 FROM difference WHERE change <> ? LIMIT ?)";
static const char differences_sql[]
  = "SELECT " DIFFERENCE_COLUMNS " FROM difference WHERE change <> ? ORDER BY number";
static const char listed_guid_sql[] = "SELECT guid FROM {table} WHERE row = ?";
static const char known_sql[] = "SELECT guid, row, died{columns} FROM {table} WHERE row = ?";
static const char born_sql[] = "SELECT guid, row, died{columns} FROM {table} INDEXED BY"
                               " {table}_by_guid WHERE connection = ? AND guid = ? AND born = ?";

/* The two rows above begin alike. */
#define GUID_COLUMN 0
#define DIED_COLUMN 2
#define FIRST_COLUMN 3

typedef struct {
  Reconciliation *run;
  ChangeContext context;
  Database *inventory;
  gint64 building;
  GPtrArray *drafts;
} Publication;

static void
publication_clear (Publication *self)
{
  g_clear_pointer (&self->drafts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Publication, publication_clear)

static gboolean
find_guid (Publication *self, const Difference *difference, Statement *known, char **guid,
           GError **error)
{
  g_autoptr (Statement) listed
    = table_prepare (difference->table, self->run->staging->database, listed_guid_sql, error);
  gboolean has_row = FALSE;

  if (listed == NULL)
    return FALSE;
  if (known != NULL)
    {
      *guid = statement_dup_text (known, GUID_COLUMN);
      return TRUE;
    }
  statement_bind_number (listed, 0, difference->listed[difference->listed[0] != 0 ? 0 : 1]);
  if (!statement_step (listed, &has_row, error))
    return FALSE;
  *guid = has_row ? statement_dup_text (listed, 0) : NULL;
  return TRUE;
}

static gboolean
read_new (Publication *self, const Table *table, const char *guid, OstObject **object,
          GError **error)
{
  g_autoptr (Statement) born = table_prepare (table, self->inventory, born_sql, error);
  gboolean has_row = FALSE;

  if (born == NULL)
    return FALSE;
  statement_bind_number (born, 0, self->run->connection);
  statement_bind_text (born, 1, guid);
  statement_bind_number (born, 2, self->building);
  if (!statement_step (born, &has_row, error))
    return FALSE;
  if (has_row)
    *object = changes_read_object (table, born, GUID_COLUMN, FIRST_COLUMN);
  return TRUE;
}

/* What was to be done may not have been, where a quick run was faster: then there is no event. */
static gboolean
draft_difference (Publication *self, const Difference *difference, GError **error)
{
  const Table *table = difference->table;
  g_autoptr (Statement) known = table_prepare (table, self->inventory, known_sql, error);
  g_autoptr (OstObject) old = NULL;
  g_autoptr (OstObject) new = NULL;
  g_autofree char *guid = NULL;
  gboolean has_known = FALSE;

  if (known == NULL)
    return FALSE;
  statement_bind_number (known, 0, difference->known);
  if (!statement_step (known, &has_known, error))
    return FALSE;
  if (has_known && statement_get_number (known, DIED_COLUMN) != self->building)
    return TRUE;
  if (has_known)
    old = changes_read_object (table, known, GUID_COLUMN, FIRST_COLUMN);
  if (!find_guid (self, difference, has_known ? known : NULL, &guid, error))
    return FALSE;
  if (guid != NULL && !read_new (self, table, guid, &new, error))
    return FALSE;
  if (new != NULL || (old != NULL && difference->change == CHANGE_PURGE))
    g_ptr_array_add (self->drafts, changes_draft (&self->context, difference->change, old, new));
  return TRUE;
}

static gboolean
count_changes (Publication *self, gint64 *count, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (self->run->staging->database, count_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, CHANGE_HOLD);
  statement_bind_number (statement, 1, EVENTS_MAX_OF_A_RUN + 1);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *count = statement_get_number (statement, 0);
  return TRUE;
}

static gboolean
draft_each (Publication *self, GError **error)
{
  g_autoptr (Statement) differences
    = database_prepare (self->run->staging->database, differences_sql, error);
  gboolean has_row = TRUE;

  if (differences == NULL)
    return FALSE;
  statement_bind_number (differences, 0, CHANGE_HOLD);
  while (has_row)
    {
      Difference difference;

      if (!statement_step (differences, &has_row, error))
        return FALSE;
      if (!has_row)
        break;
      difference_read (&difference, differences);
      if (!draft_difference (self, &difference, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_building (Publication *self, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->inventory, building_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->run->connection);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  self->building = statement_get_number (statement, 0);
  return TRUE;
}

/* Before the transaction, in which everybody else waits: what was applied does not change. */
static gboolean
draft_all (Publication *self, const OstReconcileResult *result, GError **error)
{
  g_auto (Reader) reader = { 0 };
  gint64 count;

  if (!reader_begin (&reader, self->run->store->readers, self->run->cancellable, error))
    return FALSE;
  self->inventory = reader.database;
  if (!read_building (self, error) || !count_changes (self, &count, error))
    return FALSE;
  if (count > EVENTS_MAX_OF_A_RUN || result->devices.held > 0 || result->mailboxes.held > 0)
    g_ptr_array_add (self->drafts, changes_draft_summary (&self->context, result));
  return count > EVENTS_MAX_OF_A_RUN || draft_each (self, error);
}

static gboolean
show (Publication *self, Database *database, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, show_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->run->connection);
  statement_bind_number (statement, 1, self->run->compared);
  if (!statement_execute (statement, error))
    return FALSE;
  return sqlite3_changes (database_get_handle (database)) == 1
         || store_fail (error, OST_ERROR_INVALID, "synchronise again",
                        "cannot show the new inventory of ‘%s’: none was prepared",
                        self->run->name);
}

static gboolean
mark_runs (Publication *self, Database *database, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, mark_run_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->run->options->now_us);
  statement_bind_number (statement, 1, self->run->run);
  statement_bind_number (statement, 2, self->run->compared);
  return statement_execute (statement, error);
}

static gboolean
tell (Publication *self, Database *database, GError **error)
{
  for (guint i = 0; i < self->drafts->len; i++)
    if (!events_append_draft (database, g_ptr_array_index (self->drafts, i), NULL, error))
      return FALSE;
  return TRUE;
}

gboolean
publication_run (Reconciliation *self, const OstReconcileResult *result, GError **error)
{
  g_auto (Transaction) transaction = { 0 };
  g_auto (Publication) publication = { .run = self };

  publication.drafts = g_ptr_array_new_with_free_func ((GDestroyNotify)event_draft_free);
  publication.context = (ChangeContext){
    .store = self->store,
    .connection = self->name,
    .run = self->run,
    .who = self->options->who,
    .now_us = self->options->now_us,
  };
  return draft_all (&publication, result, error)
         && transaction_begin (&transaction, self->store->writer, TRANSACTION_NORMAL, error)
         && lease_check (self->store, transaction.database, self->fence, error)
         && show (&publication, transaction.database, error)
         && mark_runs (&publication, transaction.database, error)
         && tell (&publication, transaction.database, error)
         && transaction_commit (&transaction, error);
}
