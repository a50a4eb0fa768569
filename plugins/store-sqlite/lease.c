/* lease.c: one engine at a time, with a number that only grows */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"

static const char read_sql[] = "SELECT fence, process, holder, expires_us FROM lease WHERE id = 1";
static const char take_sql[] = "UPDATE lease SET fence = fence + 1, process = ?, holder = ?,"
                               " acquired_us = ?, expires_us = ? WHERE id = 1 RETURNING fence";
static const char renew_sql[]
  = "UPDATE lease SET expires_us = ? WHERE id = 1 AND fence = ? AND process IS NOT NULL";
static const char release_sql[] = "UPDATE lease SET process = NULL, holder = NULL,"
                                  " expires_us = NULL WHERE id = 1 AND fence = ?";

static gboolean
check_holder (OstStoreSqlite *self, Database *database, const char *process, gint64 now_us,
              GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, read_sql, error);
  gboolean has_row = FALSE;
  const char *holder;

  if (statement == NULL || !statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row || statement_is_null (statement, 1) || statement_get_number (statement, 3) <= now_us
      || g_strcmp0 (statement_get_text (statement, 1), process) == 0
      || self->is_process_gone (statement_get_text (statement, 1)))
    return TRUE;
  holder = statement_get_text (statement, 2);
  return store_fail (error, OST_ERROR_EXISTS,
                     "stop the service first, or let it do the work: it does the same",
                     "cannot run connections on the store ‘%s’: ‘%s’ holds it", self->path,
                     holder != NULL ? holder : "another process");
}

static gboolean
take (Database *database, const char *process, const char *holder, gint64 ttl_us, gint64 now_us,
      gint64 *fence, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, take_sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, process);
  statement_bind_text (statement, 1, holder);
  statement_bind_number (statement, 2, now_us);
  statement_bind_number (statement, 3, now_us + ttl_us);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *fence = statement_get_number (statement, 0);
  return TRUE;
}

static gboolean
acquire_lease (OstStore *store, const char *process, const char *holder, gint64 ttl_us,
               gint64 now_us, gint64 *fence, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_DURABLE, error)
         && check_holder (self, transaction.database, process, now_us, error)
         && take (transaction.database, process, holder, ttl_us, now_us, fence, error)
         && transaction_commit (&transaction, error);
}

static gboolean
renew (OstStoreSqlite *self, Database *database, gint64 fence, gint64 expires_us, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, renew_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, expires_us);
  statement_bind_number (statement, 1, fence);
  if (!statement_execute (statement, error))
    return FALSE;
  if (sqlite3_changes (database_get_handle (database)) == 1)
    return TRUE;
  return store_fail (error, OST_ERROR_EXISTS, "end this process; the other one has taken over",
                     "lost the lease of the store ‘%s’: another process has taken it", self->path);
}

static gboolean
renew_lease (OstStore *store, gint64 fence, gint64 ttl_us, gint64 now_us, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && renew (self, transaction.database, fence, now_us + ttl_us, error)
         && transaction_commit (&transaction, error);
}

static gboolean
release (Database *database, gint64 fence, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, release_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, fence);
  return statement_execute (statement, error);
}

static gboolean
release_lease (OstStore *store, gint64 fence, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && release (transaction.database, fence, error)
         && transaction_commit (&transaction, error);
}

gboolean
lease_check (OstStoreSqlite *self, Database *database, gint64 fence, GError **error)
{
  gint64 current = 0;

  if (!database_get_number (database, "SELECT fence FROM lease WHERE id = 1", &current, error))
    return FALSE;
  if (current == fence)
    return TRUE;
  return store_fail (error, OST_ERROR_EXISTS, "end this process; the other one has taken over",
                     "lost the lease of the store ‘%s’: fencing number %" G_GINT64_FORMAT
                     " was followed by %" G_GINT64_FORMAT,
                     self->path, fence, current);
}

void
lease_fill_interface (OstStoreInterface *iface)
{
  iface->acquire_lease = acquire_lease;
  iface->renew_lease = renew_lease;
  iface->release_lease = release_lease;
}
