/* garbage.c: takes rows out that nobody sees any more, a few at a time */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "garbage.h"

/* So many rows go within some hundredths of a second, wherever they stand in the file. */
#define ROWS "500"

/* A device whose last version is among the next to go takes its statistics along. */
static const char *const dead_devices_sql[] = {
  "DELETE FROM device_statistics WHERE connection = ?1 AND guid IN"
  " (SELECT guid FROM (SELECT guid FROM device WHERE connection = ?1"
  "   AND died <= (SELECT generation FROM connection WHERE id = ?1) ORDER BY died, row"
  "   LIMIT " ROWS ") gone"
  "  WHERE NOT EXISTS (SELECT 1 FROM device o WHERE o.connection = ?1 AND o.guid = gone.guid"
  "   AND (o.died IS NULL OR o.died > (SELECT generation FROM connection WHERE id = ?1))))",
  "DELETE FROM device WHERE row IN (SELECT row FROM device WHERE connection = ?1"
  " AND died <= (SELECT generation FROM connection WHERE id = ?1) ORDER BY died, row"
  " LIMIT " ROWS ")",
  NULL,
};
static const char *const dead_mailboxes_sql[] = {
  "DELETE FROM mailbox WHERE row IN (SELECT row FROM mailbox WHERE connection = ?1"
  " AND died <= (SELECT generation FROM connection WHERE id = ?1) ORDER BY died, row"
  " LIMIT " ROWS ")",
  NULL,
};
static const char *const old_held_sql[] = {
  "DELETE FROM held WHERE (connection, run, kind, guid) IN"
  " (SELECT connection, run, kind, guid FROM held WHERE connection = ?1"
  "  AND run IS NOT (SELECT held_run FROM connection WHERE id = ?1) LIMIT " ROWS ")",
  NULL,
};

static const char *const removed_devices_sql[] = {
  "DELETE FROM device WHERE row IN (SELECT row FROM device WHERE connection = ?1 LIMIT " ROWS ")",
  NULL,
};
static const char *const removed_mailboxes_sql[] = {
  "DELETE FROM mailbox WHERE row IN"
  " (SELECT row FROM mailbox WHERE connection = ?1 LIMIT " ROWS ")",
  NULL,
};
static const char *const removed_statistics_sql[] = {
  "DELETE FROM device_statistics WHERE connection = ?1 AND guid IN"
  " (SELECT guid FROM device_statistics WHERE connection = ?1 LIMIT " ROWS ")",
  NULL,
};
static const char *const removed_held_sql[] = {
  "DELETE FROM held WHERE (connection, run, kind, guid) IN"
  " (SELECT connection, run, kind, guid FROM held WHERE connection = ?1 LIMIT " ROWS ")",
  NULL,
};

static const char removed_sql[]
  = "SELECT id FROM connection c WHERE name IS NULL AND"
    " (EXISTS (SELECT 1 FROM device WHERE connection = c.id)"
    "  OR EXISTS (SELECT 1 FROM mailbox WHERE connection = c.id)"
    "  OR EXISTS (SELECT 1 FROM device_statistics WHERE connection = c.id)"
    "  OR EXISTS (SELECT 1 FROM held WHERE connection = c.id)) LIMIT 1";

static gboolean
execute (Database *database, const char *sql, gint64 connection, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  return statement_execute (statement, error);
}

static gboolean
execute_once (OstStoreSqlite *self, const char *const *sql, gint64 connection,
              gboolean *has_changed, GError **error)
{
  g_auto (Transaction) transaction = { 0 };

  if (!transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error))
    return FALSE;
  for (; *sql != NULL; sql++)
    if (!execute (transaction.database, *sql, connection, error))
      return FALSE;
  *has_changed = sqlite3_changes (database_get_handle (transaction.database)) > 0;
  return transaction_commit (&transaction, error);
}

gboolean
garbage_repeat (OstStoreSqlite *self, const char *const *sql, gint64 connection,
                GCancellable *cancellable, GError **error)
{
  gboolean has_changed = TRUE;

  while (has_changed)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error)
          || !execute_once (self, sql, connection, &has_changed, error))
        return FALSE;
      writer_relieve (self->writer);
    }
  return TRUE;
}

gboolean
garbage_collect (OstStoreSqlite *self, gint64 connection, GCancellable *cancellable, GError **error)
{
  return garbage_repeat (self, dead_devices_sql, connection, cancellable, error)
         && garbage_repeat (self, dead_mailboxes_sql, connection, cancellable, error)
         && garbage_repeat (self, old_held_sql, connection, cancellable, error);
}

static gboolean
find_removed (OstStoreSqlite *self, gint64 *connection, GError **error)
{
  g_auto (Reader) reader = { 0 };

  *connection = 0;
  return reader_begin (&reader, self->readers, NULL, error)
         && database_get_number (reader.database, removed_sql, connection, error);
}

gboolean
garbage_sweep (OstStoreSqlite *self, GError **error)
{
  gint64 connection;

  if (!find_removed (self, &connection, error))
    return FALSE;
  while (connection != 0)
    {
      if (!garbage_repeat (self, removed_statistics_sql, connection, NULL, error)
          || !garbage_repeat (self, removed_devices_sql, connection, NULL, error)
          || !garbage_repeat (self, removed_mailboxes_sql, connection, NULL, error)
          || !garbage_repeat (self, removed_held_sql, connection, NULL, error)
          || !find_removed (self, &connection, error))
        return FALSE;
    }
  return TRUE;
}
