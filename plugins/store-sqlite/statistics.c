/* statistics.c: which mailbox is read next, and what came of it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"
#include "table.h"

#define SEEN(t) t ".born <= c.generation AND (" t ".died IS NULL OR " t ".died > c.generation)"
#define MAILBOX_OF_DEVICE                                                                          \
  " JOIN mailbox m ON m.owner_key = d.owner_key AND m.connection = d.connection"                   \
  " AND m.distinguished_name = d.owner_dn COLLATE NOCASE AND m.missing_us IS NULL AND " SEEN ("m")

/* A round first takes the devices that changed, in the order of their rows, then all by age. */
enum { STAGE_CHANGED, STAGE_OLDEST, STAGE_OVER };

static const char changed_sql[]
  = "SELECT d.row, m.guid FROM connection c JOIN device d INDEXED BY device_unread"
    " ON d.connection = c.id" MAILBOX_OF_DEVICE " WHERE c.name = ?1 AND d.is_unread = 1"
    " AND d.row > ?2 AND d.missing_us IS NULL AND " SEEN (
      "d") " AND NOT EXISTS"
           " (SELECT 1 FROM device_statistics s WHERE s.connection = d.connection AND s.guid = "
           "d.guid"
           "  AND (?3 OR s.attempted_us >= ?4)) ORDER BY d.row";
static const char oldest_sql[]
  = "SELECT s.attempted_us, m.guid FROM connection c JOIN device_statistics s"
    " INDEXED BY device_statistics_by_attempt ON s.connection = c.id"
    " CROSS JOIN device d ON d.connection = s.connection AND d.guid = s.guid" MAILBOX_OF_DEVICE
    " WHERE c.name = ?1 AND s.attempted_us >= ?2 AND s.attempted_us < ?3"
    " AND d.missing_us IS NULL AND " SEEN ("d") " ORDER BY s.attempted_us";
static const char mailbox_sql[]
  = "SELECT m.owner_key, m.distinguished_name FROM connection c JOIN mailbox m"
    " ON m.connection = c.id WHERE c.id = ?1 AND m.guid = ?2 AND " SEEN ("m");
static const char devices_sql[]
  = "SELECT DISTINCT d.guid FROM connection c JOIN device d ON d.connection = c.id"
    " WHERE c.id = ?1 AND d.owner_key = ?2 AND d.owner_dn = ?3 COLLATE NOCASE"
    " AND (d.died IS NULL OR d.died > c.generation)";
static const char known_sql[]
  = "SELECT 1 FROM connection c JOIN device d ON d.connection = c.id"
    " WHERE c.id = ?1 AND d.guid = ?2 AND (d.died IS NULL OR d.died > c.generation) LIMIT 1";
static const char mark_sql[]
  = "UPDATE device SET is_unread = 0 WHERE connection = ? AND guid = ? AND is_unread = 1"
    " AND read_us <= ?";
static const char attempt_sql[]
  = "INSERT INTO device_statistics (connection, guid, attempted_us) VALUES (?, ?, ?)"
    " ON CONFLICT (connection, guid) DO UPDATE SET attempted_us = excluded.attempted_us";
static const char present_sql[]
  = "SELECT count (*) FROM connection c JOIN device d INDEXED BY device_by_guid"
    " ON d.connection = c.id WHERE c.name = ? AND d.missing_us IS NULL AND " SEEN ("d");
static const char read_sql[] = "SELECT count (*) FROM connection c JOIN device_statistics s"
                               " INDEXED BY device_statistics_by_reading ON s.connection = c.id"
                               " WHERE c.name = ? AND s.read_us IS NOT NULL";
static const char read_but_missing_sql[]
  = "SELECT count (*) FROM connection c JOIN device d INDEXED BY device_by_guid"
    " ON d.connection = c.id CROSS JOIN device_statistics s ON s.connection = d.connection"
    " AND s.guid = d.guid WHERE c.name = ? AND d.missing_us IS NOT NULL"
    " AND s.read_us IS NOT NULL AND " SEEN ("d");
static const char oldest_reading_sql[]
  = "SELECT s.read_us FROM connection c JOIN device_statistics s"
    " INDEXED BY device_statistics_by_reading ON s.connection = c.id CROSS JOIN device d"
    " ON d.connection = s.connection AND d.guid = s.guid WHERE c.name = ? AND s.read_us IS NOT NULL"
    " AND d.missing_us IS NULL AND " SEEN ("d") " ORDER BY s.read_us LIMIT 1";

/* Collects mailboxes until there are enough; says whether the statement has given all it has. */
static gboolean
collect (Statement *statement, OstStatisticsRound *round, guint limit, GPtrArray *mailboxes,
         gboolean *is_over, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean has_row = TRUE;

  for (guint i = 0; i < mailboxes->len; i++)
    g_hash_table_add (known, g_ptr_array_index (mailboxes, i));
  while (mailboxes->len < limit)
    {
      char *guid;

      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (!has_row)
        break;
      round->position = statement_get_number (statement, 0);
      if (g_hash_table_contains (known, statement_get_text (statement, 1)))
        continue;
      guid = statement_dup_text (statement, 1);
      g_ptr_array_add (mailboxes, guid);
      g_hash_table_add (known, guid);
    }
  *is_over = !has_row;
  return TRUE;
}

static gboolean
collect_stage (Database *database, const char *connection, OstStatisticsMode mode,
               OstStatisticsRound *round, guint limit, GPtrArray *mailboxes, gboolean *is_over,
               GError **error)
{
  gboolean is_changed = round->stage == STAGE_CHANGED;
  g_autoptr (Statement) statement
    = database_prepare (database, is_changed ? changed_sql : oldest_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_number (statement, 1, round->position);
  if (is_changed)
    {
      statement_bind_number (statement, 2, mode == OST_STATISTICS_ALL ? 1 : 0);
      statement_bind_number (statement, 3, round->began_us);
    }
  else
    statement_bind_number (statement, 2,
                           round->renew_before_us != 0
                             ? MIN (round->renew_before_us, round->began_us)
                             : round->began_us);
  return collect (statement, round, limit, mailboxes, is_over, error);
}

static GPtrArray *
next_statistics (OstStore *store, const char *connection, OstStatisticsMode mode,
                 OstStatisticsRound *round, guint limit, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (GPtrArray) mailboxes = g_ptr_array_new_with_free_func (g_free);

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return NULL;
  while (round->stage < STAGE_OVER && mailboxes->len < limit)
    {
      gboolean is_over;

      if (!collect_stage (reader.database, connection, mode, round, limit, mailboxes, &is_over,
                          error))
        return NULL;
      if (is_over)
        {
          round->stage++;
          round->position = 0;
        }
    }
  return g_steal_pointer (&mailboxes);
}

typedef struct {
  Database *database;
  gint64 connection;
  gint64 now_us;
} Reading;

static char *
write_sql (void)
{
  const OstField *fields = ost_kind_get_fields (OST_KIND_DEVICE, NULL);
  GString *sql
    = g_string_new ("REPLACE INTO device_statistics (connection, guid, read_us, attempted_us");

  for (guint field = OST_DEVICE_N_LISTED; field < OST_DEVICE_N_FIELDS; field++)
    g_string_append_printf (sql, ", %s", fields[field].name);
  g_string_append (sql, ") VALUES (?, ?, ?, ?");
  for (guint field = OST_DEVICE_N_LISTED; field < OST_DEVICE_N_FIELDS; field++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ")");
  return g_string_free (sql, FALSE);
}

static gboolean
write_reading (Reading *self, const char *guid, OstObject *object, GError **error)
{
  g_autofree char *sql = write_sql ();
  g_autoptr (Statement) statement = database_prepare (self->database, sql, error);
  int index = 4;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  statement_bind_number (statement, 2, self->now_us);
  statement_bind_number (statement, 3, self->now_us);
  for (guint field = OST_DEVICE_N_LISTED; field < OST_DEVICE_N_FIELDS; field++)
    if (object != NULL)
      index = table_bind_field (table_get (OST_KIND_DEVICE), statement, index, object, field,
                                OST_STORE_NONE);
    else
      statement_bind_null (statement, index++);
  return statement_execute (statement, error);
}

static gboolean
write_attempt (Reading *self, const char *guid, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, attempt_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  statement_bind_number (statement, 2, self->now_us);
  return statement_execute (statement, error);
}

static gboolean
mark_read (Reading *self, const char *guid, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, mark_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  statement_bind_number (statement, 2, self->now_us);
  return statement_execute (statement, error);
}

static gboolean
collect_devices (Reading *self, Statement *mailbox, GHashTable *devices, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, devices_sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_column (statement, 1, mailbox, 0);
  statement_bind_column (statement, 2, mailbox, 1);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (has_row)
        g_hash_table_insert (devices, statement_dup_text (statement, 0), NULL);
    }
  return TRUE;
}

/* The devices of a mailbox that the inventory knows, each without statistics yet. */
static gboolean
find_devices (Reading *self, const char *mailbox, GHashTable *devices, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, mailbox_sql, error);
  g_autofree char *guid = g_ascii_strdown (mailbox, -1);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  return statement_step (statement, &has_row, error)
         && (!has_row || collect_devices (self, statement, devices, error));
}

/* A phone that appeared after the last listing is told of by the next one. */
static gboolean
add_if_known (Reading *self, OstObject *object, GHashTable *devices, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self->database, known_sql, error);
  g_autofree char *guid = NULL;
  const char *text = ost_object_get_text (object, OST_DEVICE_GUID);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  if (text == NULL)
    return TRUE;
  guid = g_ascii_strdown (text, -1);
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, guid);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    g_hash_table_insert (devices, g_steal_pointer (&guid), object);
  return TRUE;
}

static gboolean
keep (Reading *self, const char *mailbox, GPtrArray *objects, GError **error)
{
  g_autoptr (GHashTable) devices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer guid;
  gpointer object;

  if (!find_devices (self, mailbox, devices, error))
    return FALSE;
  for (guint i = 0; objects != NULL && i < objects->len; i++)
    if (!add_if_known (self, g_ptr_array_index (objects, i), devices, error))
      return FALSE;
  g_hash_table_iter_init (&iter, devices);
  while (g_hash_table_iter_next (&iter, &guid, &object))
    if (!(objects != NULL ? write_reading (self, guid, object, error)
                          : write_attempt (self, guid, error))
        || !mark_read (self, guid, error))
      return FALSE;
  return TRUE;
}

/* Without objects, the reading failed. */
static gboolean
keep_reading (OstStore *store, const char *connection, const char *mailbox, GPtrArray *objects,
              gint64 now_us, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  Reading reading = { .now_us = now_us };

  if (!transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error))
    return FALSE;
  reading.database = transaction.database;
  return store_find_connection (transaction.database, connection, &reading.connection, error)
         && keep (&reading, mailbox, objects, error) && transaction_commit (&transaction, error);
}

static gboolean
update_statistics (OstStore *store, const char *connection, const char *mailbox, GPtrArray *objects,
                   gint64 now_us, GError **error)
{
  return keep_reading (store, connection, mailbox, objects, now_us, error);
}

static gboolean
skip_statistics (OstStore *store, const char *connection, const char *mailbox, gint64 now_us,
                 GError **error)
{
  return keep_reading (store, connection, mailbox, NULL, now_us, error);
}

static gboolean
get_number (Database *database, const char *sql, const char *connection, gint64 *number,
            GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *number = has_row ? statement_get_number (statement, 0) : 0;
  return TRUE;
}

static gboolean
summarise_statistics (OstStore *store, const char *connection, OstStatisticsSummary *summary,
                      GError **error)
{
  g_auto (Reader) reader = { 0 };
  gint64 present;
  gint64 read;
  gint64 missing;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error)
      || !get_number (reader.database, present_sql, connection, &present, error)
      || !get_number (reader.database, read_sql, connection, &read, error)
      || !get_number (reader.database, read_but_missing_sql, connection, &missing, error)
      || !get_number (reader.database, oldest_reading_sql, connection, &summary->oldest_us, error))
    return FALSE;
  summary->read = read - missing;
  summary->unread = MAX (0, present - summary->read);
  return TRUE;
}

void
statistics_fill_interface (OstStoreInterface *iface)
{
  iface->next_statistics = next_statistics;
  iface->update_statistics = update_statistics;
  iface->skip_statistics = skip_statistics;
  iface->summarise_statistics = summarise_statistics;
}
