/* runs.c: when what was done, and how it went */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "events.h"
#include "json.h"
#include "staging.h"

static const char interrupt_sql[]
  = "UPDATE run SET ended_us = ?, error = 'interrupted' WHERE connection = ? AND kind = ?"
    " AND ended_us IS NULL";
static const char insert_sql[]
  = "INSERT INTO run (connection, kind, fence, began_us) VALUES (?, ?, ?, ?)";
static const char finish_sql[]
  = "UPDATE run SET ended_us = ?, is_complete = ?, devices = ?, added = ?, changed = ?,"
    " removed = ?, held = ?, bytes_received = ?, bytes_sent = ?, requests = ?, error_code = ?,"
    " error = ? WHERE id = ? AND ended_us IS NULL RETURNING kind,"
    " (SELECT name FROM connection c WHERE c.id = run.connection), began_us, fence";
static const char list_sql[]
  = "SELECT r.id, c.name, r.kind, r.fence, r.began_us, r.ended_us, r.is_complete, r.devices,"
    " r.added, r.changed, r.removed, r.held, r.bytes_received, r.bytes_sent, r.requests,"
    " r.error_code, r.error FROM run r JOIN connection c ON c.id = r.connection"
    " WHERE c.name IS NOT NULL AND (?1 IS NULL OR c.name = ?1) ORDER BY r.id DESC LIMIT ?2";

static gboolean
end_open_runs (Database *database, gint64 connection, OstRunKind kind, gint64 now_us,
               GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, interrupt_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, now_us);
  statement_bind_number (statement, 1, connection);
  statement_bind_text (statement, 2, ost_run_kind_to_string (kind));
  return statement_execute (statement, error);
}

static gboolean
insert_run (Database *database, gint64 connection, OstRun *run, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, insert_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, connection);
  statement_bind_text (statement, 1, ost_run_kind_to_string (run->kind));
  statement_bind_number (statement, 2, run->fence);
  statement_bind_number (statement, 3, run->began_us);
  if (!statement_execute (statement, error))
    return FALSE;
  run->id = sqlite3_last_insert_rowid (database_get_handle (database));
  return TRUE;
}

static gboolean
begin_staging (OstStoreSqlite *self, gint64 connection, gint64 keep_since_us, GError **error)
{
  g_autoptr (Staging) staging = staging_lock (self, connection);

  return staging_begin (staging, self, keep_since_us, error);
}

static OstRun *
begin_run (OstStore *store, const char *connection, OstRunKind kind, gint64 fence,
           gint64 keep_since_us, gint64 now_us, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };
  g_autoptr (OstRun) run = g_new0 (OstRun, 1);
  gint64 id;

  run->connection = g_strdup (connection);
  run->kind = kind;
  run->fence = fence;
  run->began_us = now_us;
  run->report.error_code = -1;
  if (!transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
      || !lease_check (self, transaction.database, fence, error)
      || !store_make_connection (transaction.database, connection, &id, error)
      || !end_open_runs (transaction.database, id, kind, now_us, error)
      || !insert_run (transaction.database, id, run, error)
      || !transaction_commit (&transaction, error))
    return NULL;
  if (kind == OST_RUN_FULL && !begin_staging (self, id, keep_since_us, error))
    return NULL;
  return g_steal_pointer (&run);
}

static void
bind_report (Statement *statement, const OstRunReport *report)
{
  statement_bind_number (statement, 0, report->ended_us);
  statement_bind_number (statement, 1, report->complete ? 1 : 0);
  statement_bind_number (statement, 2, report->devices);
  statement_bind_number (statement, 3, report->added);
  statement_bind_number (statement, 4, report->changed);
  statement_bind_number (statement, 5, report->removed);
  statement_bind_number (statement, 6, report->held);
  statement_bind_number (statement, 7, report->bytes_received);
  statement_bind_number (statement, 8, report->bytes_sent);
  statement_bind_number (statement, 9, report->requests);
  statement_bind_number (statement, 10, report->error_code);
  statement_bind_text (statement, 11, report->error);
}

/* An error's text may name people, so it stands with what is personal. */
static void
describe_report (gint64 run, const char *kind, gint64 began_us, const OstRunReport *report,
                 char **detail, char **personal)
{
  g_autoptr (JsonBuilder) builder = json_begin ();

  json_add_number (builder, "run", run);
  json_add_text (builder, "kind", kind);
  json_add_boolean (builder, "complete", report->complete);
  json_add_number (builder, "devices", report->devices);
  json_add_number (builder, "added", report->added);
  json_add_number (builder, "changed", report->changed);
  json_add_number (builder, "removed", report->removed);
  json_add_number (builder, "held", report->held);
  json_add_number (builder, "seconds", (report->ended_us - began_us) / G_USEC_PER_SEC);
  json_add_number (builder, "requests", report->requests);
  if (report->error_code >= 0)
    json_add_text (builder, "error_code", ost_error_code_to_string (report->error_code));
  *detail = json_end (builder);
  if (report->error != NULL)
    {
      g_autoptr (JsonBuilder) personal_builder = json_begin ();

      json_add_text (personal_builder, "error", report->error);
      *personal = json_end (personal_builder);
    }
}

static gboolean
end_run (OstStoreSqlite *self, Database *database, gint64 run, const OstRunReport *report,
         const char *who, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, finish_sql, error);
  g_autofree char *detail = NULL;
  g_autofree char *personal = NULL;
  gboolean has_row = FALSE;
  OstEvent event
    = { .time_us = report->ended_us, .kind = (char *)"run-finished", .who = (char *)who };

  if (statement == NULL)
    return FALSE;
  bind_report (statement, report);
  statement_bind_number (statement, 12, run);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return store_fail (error, OST_ERROR_INVALID, NULL,
                       "cannot end run %" G_GINT64_FORMAT ": it is over, or there is none", run);
  describe_report (run, statement_get_text (statement, 0), statement_get_number (statement, 2),
                   report, &detail, &personal);
  event.connection = (char *)statement_get_text (statement, 1);
  event.detail = detail;
  event.personal_detail = personal;
  return lease_check (self, database, statement_get_number (statement, 3), error)
         && events_append (self, database, &event, NULL, error);
}

static gboolean
finish_run (OstStore *store, gint64 run, const OstRunReport *report, const char *who,
            GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && end_run (self, transaction.database, run, report, who, error)
         && transaction_commit (&transaction, error);
}

static OstRunKind
parse_kind (const char *name)
{
  for (OstRunKind kind = OST_RUN_FULL; kind < OST_RUN_STATISTICS; kind++)
    if (g_strcmp0 (name, ost_run_kind_to_string (kind)) == 0)
      return kind;
  return OST_RUN_STATISTICS;
}

static OstRun *
read_run (Statement *row)
{
  OstRun *run = g_new0 (OstRun, 1);

  run->id = statement_get_number (row, 0);
  run->connection = statement_dup_text (row, 1);
  run->kind = parse_kind (statement_get_text (row, 2));
  run->fence = statement_get_number (row, 3);
  run->began_us = statement_get_number (row, 4);
  run->is_over = !statement_is_null (row, 5);
  run->report.ended_us = statement_get_number (row, 5);
  run->report.complete = statement_get_number (row, 6) != 0;
  run->report.devices = statement_get_number (row, 7);
  run->report.added = statement_get_number (row, 8);
  run->report.changed = statement_get_number (row, 9);
  run->report.removed = statement_get_number (row, 10);
  run->report.held = statement_get_number (row, 11);
  run->report.bytes_received = statement_get_number (row, 12);
  run->report.bytes_sent = statement_get_number (row, 13);
  run->report.requests = statement_get_number (row, 14);
  run->report.error_code = (int)statement_get_number (row, 15);
  run->report.error = statement_dup_text (row, 16);
  return run;
}

static GPtrArray *
list_runs (OstStore *store, const char *connection, guint limit, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_run_free);
  gboolean has_row = TRUE;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return NULL;
  statement = database_prepare (reader.database, list_sql, error);
  if (statement == NULL)
    return NULL;
  statement_bind_text (statement, 0, connection);
  statement_bind_number (statement, 1, limit);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return NULL;
      if (has_row)
        g_ptr_array_add (runs, read_run (statement));
    }
  return g_steal_pointer (&runs);
}

void
runs_fill_interface (OstStoreInterface *iface)
{
  iface->begin_run = begin_run;
  iface->finish_run = finish_run;
  iface->list_runs = list_runs;
}
