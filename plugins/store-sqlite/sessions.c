/* sessions.c: shells on servers, and sign-ins that were refused */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"

static const char count_sql[] = "SELECT count (*) FROM session WHERE account = ? AND id <> ?"
                                " AND (expires_us IS NULL OR expires_us > ?)";
static const char keep_sql[] = "REPLACE INTO session (account, id, connection, detail, process,"
                               " kept_us) VALUES (?, ?, ?, ?, ?, ?)";
static const char forget_sql[] = "DELETE FROM session WHERE account = ? AND id = ?";
static const char list_sql[] = "SELECT id, connection, detail, process, kept_us, expires_us"
                               " FROM session WHERE account = ? ORDER BY kept_us, id";
static const char take_sql[]
  = "UPDATE session SET process = ?, expires_us = ? WHERE account = ? AND id = ?";
static const char set_refusal_sql[]
  = "REPLACE INTO refusal (connection, identity, fingerprint, error, refused_us)"
    " VALUES (?, ?, ?, ?, ?)";
static const char get_refusal_sql[] = "SELECT fingerprint, error, refused_us FROM refusal"
                                      " WHERE connection = ? AND identity = ?";
static const char clear_refusal_sql[] = "DELETE FROM refusal WHERE connection = ? AND identity = ?";

static gboolean
check_cap (Database *database, const OstSession *session, guint cap, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, count_sql, error);
  gboolean has_row = FALSE;
  gint64 count;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, session->account);
  statement_bind_text (statement, 1, session->id);
  statement_bind_number (statement, 2, session->kept_us);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  count = statement_get_number (statement, 0);
  if (count < cap)
    return TRUE;
  return store_fail (error, OST_ERROR_THROTTLED,
                     "wait until another connection or process has closed its shells",
                     "cannot open a shell as ‘%s’: it has %" G_GINT64_FORMAT " of %u already",
                     session->account, count, cap);
}

static gboolean
insert_session (Database *database, const OstSession *session, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, keep_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, session->account);
  statement_bind_text (statement, 1, session->id);
  statement_bind_text (statement, 2, session->connection);
  statement_bind_text (statement, 3, session->detail);
  statement_bind_text (statement, 4, session->process);
  statement_bind_number (statement, 5, session->kept_us);
  return statement_execute (statement, error);
}

static gboolean
keep_session (OstStore *store, const OstSession *session, guint cap, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_DURABLE, error)
         && check_cap (transaction.database, session, cap, error)
         && insert_session (transaction.database, session, error)
         && transaction_commit (&transaction, error);
}

static gboolean
execute_with_two (Database *database, const char *sql, const char *first, const char *second,
                  GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, first);
  statement_bind_text (statement, 1, second);
  return statement_execute (statement, error);
}

static gboolean
run_with_two (OstStore *store, const char *sql, const char *first, const char *second,
              GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && execute_with_two (transaction.database, sql, first, second, error)
         && transaction_commit (&transaction, error);
}

static gboolean
forget_session (OstStore *store, const char *account, const char *id, GError **error)
{
  return run_with_two (store, forget_sql, account, id, error);
}

static OstSession *
read_session (Statement *row, const char *account)
{
  OstSession *session = g_new0 (OstSession, 1);

  session->account = g_strdup (account);
  session->id = statement_dup_text (row, 0);
  session->connection = statement_dup_text (row, 1);
  session->detail = statement_dup_text (row, 2);
  session->process = statement_dup_text (row, 3);
  session->kept_us = statement_get_number (row, 4);
  session->expires_us = statement_get_number (row, 5);
  return session;
}

static GPtrArray *
list_sessions (Database *database, const char *account, GError **error)
{
  g_autoptr (GPtrArray) sessions
    = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_session_free);
  g_autoptr (Statement) statement = database_prepare (database, list_sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return NULL;
  statement_bind_text (statement, 0, account);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return NULL;
      if (has_row)
        g_ptr_array_add (sessions, read_session (statement, account));
    }
  return g_steal_pointer (&sessions);
}

static gboolean
take_session (Database *database, OstSession *session, const char *process, gint64 expires_us,
              GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, take_sql, error);

  if (statement == NULL)
    return FALSE;
  /* Nobody has used it since it was left over for the first time. */
  if (session->expires_us == 0)
    session->expires_us = expires_us;
  statement_bind_text (statement, 0, process);
  statement_bind_number (statement, 1, session->expires_us);
  statement_bind_text (statement, 2, session->account);
  statement_bind_text (statement, 3, session->id);
  return statement_execute (statement, error);
}

static GPtrArray *
take_sessions (OstStoreSqlite *self, Database *database, GPtrArray *sessions, const char *process,
               gint64 expires_us, gint64 now_us, GError **error)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_session_free);

  while (sessions->len > 0)
    {
      g_autoptr (OstSession) session = g_ptr_array_steal_index (sessions, 0);

      if (session->expires_us != 0 && session->expires_us <= now_us)
        {
          if (!execute_with_two (database, forget_sql, session->account, session->id, error))
            return NULL;
        }
      else if (self->is_process_gone (session->process))
        {
          if (!take_session (database, session, process, expires_us, error))
            return NULL;
          g_ptr_array_add (left, g_steal_pointer (&session));
        }
    }
  return g_steal_pointer (&left);
}

static GPtrArray *
take_left_over_sessions (OstStore *store, const char *account, const char *process,
                         gint64 expires_us, gint64 now_us, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GPtrArray) sessions = NULL;

  if (!transaction_begin (&transaction, self->writer, TRANSACTION_DURABLE, error))
    return NULL;
  sessions = list_sessions (transaction.database, account, error);
  if (sessions != NULL)
    left = take_sessions (self, transaction.database, sessions, process, expires_us, now_us, error);
  return left != NULL && transaction_commit (&transaction, error) ? g_steal_pointer (&left) : NULL;
}

static gboolean
insert_refusal (Database *database, const char *connection, const char *identity,
                const OstRefusal *refusal, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, set_refusal_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_text (statement, 1, identity);
  statement_bind_text (statement, 2, refusal->fingerprint);
  statement_bind_text (statement, 3, refusal->error);
  statement_bind_number (statement, 4, refusal->refused_us);
  return statement_execute (statement, error);
}

static gboolean
set_refusal (OstStore *store, const char *connection, const char *identity,
             const OstRefusal *refusal, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_DURABLE, error)
         && insert_refusal (transaction.database, connection, identity, refusal, error)
         && transaction_commit (&transaction, error);
}

static gboolean
get_refusal (OstStore *store, const char *connection, const char *identity, OstRefusal **refusal,
             GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  *refusal = NULL;
  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, get_refusal_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_text (statement, 1, identity);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  *refusal = g_new0 (OstRefusal, 1);
  (*refusal)->fingerprint = statement_dup_text (statement, 0);
  (*refusal)->error = statement_dup_text (statement, 1);
  (*refusal)->refused_us = statement_get_number (statement, 2);
  return TRUE;
}

static gboolean
clear_refusal (OstStore *store, const char *connection, const char *identity, GError **error)
{
  return run_with_two (store, clear_refusal_sql, connection, identity, error);
}

void
sessions_fill_interface (OstStoreInterface *iface)
{
  iface->keep_session = keep_session;
  iface->forget_session = forget_session;
  iface->take_left_over_sessions = take_left_over_sessions;
  iface->set_refusal = set_refusal;
  iface->get_refusal = get_refusal;
  iface->clear_refusal = clear_refusal;
}
