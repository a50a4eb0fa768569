/* connections.c: what is remembered of a connection beside its inventory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "events.h"
#include "garbage.h"
#include "staging.h"

#include <string.h>

typedef enum {
  STATUS_TEXT,
  STATUS_TIME,
  STATUS_NUMBER,
  STATUS_CODE,
} StatusType;

static const struct {
  const char *column;
  StatusType type;
  gsize offset;
} status_fields[] = {
#define FIELD(type, name)                                                                          \
  {                                                                                                \
#name, type, G_STRUCT_OFFSET(OstConnectionStatus, name)                                        \
  }
  FIELD (STATUS_TEXT, state),
  FIELD (STATUS_TEXT, server),
  FIELD (STATUS_TEXT, answering_server),
  FIELD (STATUS_TEXT, version),
  FIELD (STATUS_TEXT, account),
  FIELD (STATUS_TEXT, domain_controller),
  FIELD (STATUS_TEXT, organisation),
  FIELD (STATUS_TIME, last_success_us),
  FIELD (STATUS_TIME, last_full_us),
  FIELD (STATUS_TIME, last_quick_us),
  FIELD (STATUS_TEXT, last_error),
  FIELD (STATUS_CODE, last_error_code),
  FIELD (STATUS_TEXT, last_error_remedy),
  FIELD (STATUS_TIME, last_error_us),
  FIELD (STATUS_TEXT, run),
  FIELD (STATUS_TEXT, run_phase),
  FIELD (STATUS_TIME, run_started_us),
  FIELD (STATUS_NUMBER, run_count),
  FIELD (STATUS_NUMBER, run_expected),
  FIELD (STATUS_NUMBER, run_rate),
  FIELD (STATUS_TIME, statistics_oldest_us),
  FIELD (STATUS_NUMBER, statistics_unread),
  FIELD (STATUS_NUMBER, statistics_round_seconds),
  FIELD (STATUS_TIME, next_quick_us),
  FIELD (STATUS_TIME, next_full_us),
  FIELD (STATUS_TEXT, process),
  FIELD (STATUS_TIME, updated_us),
#undef FIELD
};

static const char set_note_sql[] = "REPLACE INTO note (connection, name, text) VALUES (?, ?, ?)";
static const char forget_note_sql[] = "DELETE FROM note WHERE connection = ? AND name = ?";
static const char get_note_sql[]
  = "SELECT text FROM note n JOIN connection c ON c.id = n.connection"
    " WHERE c.name = ? AND n.name = ?";
static const char list_sql[] = "SELECT name FROM connection WHERE name IS NOT NULL ORDER BY name";

static char *
write_status_sql (void)
{
  GString *sql = g_string_new ("REPLACE INTO status (connection");

  for (gsize i = 0; i < G_N_ELEMENTS (status_fields); i++)
    g_string_append_printf (sql, ", %s", status_fields[i].column);
  g_string_append (sql, ") VALUES (?");
  for (gsize i = 0; i < G_N_ELEMENTS (status_fields); i++)
    g_string_append (sql, ", ?");
  g_string_append (sql, ")");
  return g_string_free (sql, FALSE);
}

static char *
read_status_sql (void)
{
  GString *sql = g_string_new ("SELECT ");

  for (gsize i = 0; i < G_N_ELEMENTS (status_fields); i++)
    g_string_append_printf (sql, "%ss.%s", i > 0 ? ", " : "", status_fields[i].column);
  g_string_append (sql, " FROM status s JOIN connection c ON c.id = s.connection WHERE c.name = ?");
  return g_string_free (sql, FALSE);
}

static void
bind_status_field (Statement *statement, gsize i, const OstConnectionStatus *status)
{
  const void *field = (const char *)status + status_fields[i].offset;
  int index = (int)i + 1;

  switch (status_fields[i].type)
    {
    case STATUS_TEXT:
      statement_bind_text (statement, index, *(char *const *)field);
      break;
    case STATUS_TIME:
      statement_bind_nonzero (statement, index, *(const gint64 *)field);
      break;
    case STATUS_NUMBER:
      statement_bind_number (statement, index, *(const gint64 *)field);
      break;
    case STATUS_CODE:
      statement_bind_number (statement, index, *(const int *)field);
      break;
    }
}

static void
read_status_field (Statement *statement, gsize i, OstConnectionStatus *status)
{
  void *field = (char *)status + status_fields[i].offset;
  int column = (int)i;

  switch (status_fields[i].type)
    {
    case STATUS_TEXT:
      *(char **)field = statement_dup_text (statement, column);
      break;
    case STATUS_TIME:
    case STATUS_NUMBER:
      *(gint64 *)field = statement_get_number (statement, column);
      break;
    case STATUS_CODE:
      *(int *)field = (int)statement_get_number (statement, column);
      break;
    }
}

static gboolean
write_status (Database *database, gint64 connection, const OstConnectionStatus *status,
              GError **error)
{
  g_autofree char *sql = write_status_sql ();
  g_autoptr (Statement) statement = database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  for (gsize i = 0; i < G_N_ELEMENTS (status_fields); i++)
    bind_status_field (statement, i, status);
  return statement_execute (statement, error);
}

static gboolean
save_status (OstStore *store, const char *connection, const OstConnectionStatus *status,
             GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  gint64 id;

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && store_make_connection (transaction.database, connection, &id, error)
         && write_status (transaction.database, id, status, error)
         && transaction_commit (&transaction, error);
}

static OstConnectionStatus *
load_status (OstStore *store, const char *connection, GError **error)
{
  g_autofree char *sql = read_status_sql ();
  g_auto (Reader) reader = { 0 };
  g_autoptr (OstConnectionStatus) status = ost_connection_status_new ();
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return NULL;
  statement = database_prepare (reader.database, sql, error);
  if (statement == NULL)
    return NULL;
  statement_bind_text (statement, 0, connection);
  if (!statement_step (statement, &has_row, error))
    return NULL;
  for (gsize i = 0; has_row && i < G_N_ELEMENTS (status_fields); i++)
    read_status_field (statement, i, status);
  return g_steal_pointer (&status);
}

static gboolean
write_note (Database *database, gint64 connection, const char *name, const char *text,
            GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, text != NULL ? set_note_sql : forget_note_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  statement_bind_text (statement, 1, name);
  if (text != NULL)
    statement_bind_text (statement, 2, text);
  return statement_execute (statement, error);
}

static gboolean
set_note (OstStore *store, const char *connection, const char *name, const char *text,
          GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  gint64 id;

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && store_make_connection (transaction.database, connection, &id, error)
         && write_note (transaction.database, id, name, text, error)
         && transaction_commit (&transaction, error);
}

static gboolean
get_note (OstStore *store, const char *connection, const char *name, char **text, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  *text = NULL;
  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, get_note_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_text (statement, 1, name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row)
    *text = statement_dup_text (statement, 0);
  return TRUE;
}

static GStrv
list_connections (OstStore *store, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  gboolean has_row = TRUE;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return NULL;
  statement = database_prepare (reader.database, list_sql, error);
  if (statement == NULL)
    return NULL;
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return NULL;
      if (has_row)
        g_strv_builder_add (names, statement_get_text (statement, 0));
    }
  return g_strv_builder_end (names);
}

static gboolean
forget_parts (Database *database, gint64 connection, GError **error)
{
  static const char *const parts[] = {
    "DELETE FROM refusal WHERE connection = (SELECT name FROM connection WHERE id = ?)",
    "DELETE FROM status WHERE connection = ?",
    "DELETE FROM note WHERE connection = ?",
    "DELETE FROM object WHERE connection = ?",
    "UPDATE connection SET former_name = name, name = NULL, building = NULL WHERE id = ?",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autoptr (Statement) statement = database_prepare (database, parts[i], error);

      if (statement == NULL)
        return FALSE;
      statement_bind_number (statement, 0, connection);
      if (!statement_execute (statement, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
forget_connection (OstStoreSqlite *self, Database *database, const char *connection,
                   const char *who, gint64 now_us, gint64 *id, GError **error)
{
  OstEvent event = {
    .time_us = now_us,
    .kind = (char *)"connection-removed",
    .connection = (char *)connection,
    .who = (char *)who,
  };

  if (!store_find_connection (database, connection, id, error))
    return FALSE;
  return *id == 0
         || (forget_parts (database, *id, error)
             && events_append (self, database, &event, NULL, error));
}

static gboolean
remove_connection (OstStore *store, const char *connection, const char *who, gint64 now_us,
                   GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  gint64 id;

  if (!transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
      || !forget_connection (self, transaction.database, connection, who, now_us, &id, error)
      || !transaction_commit (&transaction, error))
    return FALSE;
  if (id != 0)
    staging_discard (self, id);
  return garbage_sweep (self, error);
}

void
connections_fill_interface (OstStoreInterface *iface)
{
  iface->list_connections = list_connections;
  iface->remove_connection = remove_connection;
  iface->save_status = save_status;
  iface->load_status = load_status;
  iface->set_note = set_note;
  iface->get_note = get_note;
}
