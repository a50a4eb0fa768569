/* migration.c: brings a database's schema up to date, step by step */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "migration.h"

#include "file.h"

#include <ostiary/ostiary.h>

#include <stdlib.h>

/* "OSTY": what file(1) and we know a database of ours by. */
#define APPLICATION_ID 0x4f535459

static const char meta_sql[]
  = "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE migration (schema INTEGER PRIMARY KEY, program TEXT NOT NULL,"
    " applied_us INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES ('schema', '0'), ('oldest-program', '0');";

typedef struct {
  Database *database;
  const Migration *migrations;
  guint n_migrations;
  const char *program;
  gint64 now_us;
  gboolean is_copied;
  gboolean is_done;
} Job;

typedef struct {
  gint64 schema;
  char *oldest_program;
} State;

static void
state_clear (State *self)
{
  g_clear_pointer (&self->oldest_program, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (State, state_clear)

static gboolean
fail (Database *database, OstErrorCode code, const char *remedy, GError **error, const char *what)
{
  GError *failure = g_error_new (OST_ERROR, (int)code, "cannot use the database ‘%s’: %s",
                                 database_get_path (database), what);

  ost_error_set_remedy (failure, remedy);
  g_propagate_error (error, failure);
  return FALSE;
}

/* Compares 1.10.2 with 1.9: number by number; what follows the numbers does not count. */
static int
compare_versions (const char *a, const char *b)
{
  while (*a != '\0' || *b != '\0')
    {
      char *after_a;
      char *after_b;
      unsigned long number_a = strtoul (a, &after_a, 10);
      unsigned long number_b = strtoul (b, &after_b, 10);

      if (number_a != number_b)
        return number_a < number_b ? -1 : 1;
      if (*after_a != '.' && *after_b != '.')
        return 0;
      a = *after_a == '.' ? after_a + 1 : "";
      b = *after_b == '.' ? after_b + 1 : "";
    }
  return 0;
}

static gboolean
read_meta (Database *database, const char *name, char **value, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, "SELECT value FROM meta WHERE name = ?", error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *value = g_strdup (has_row ? statement_get_text (statement, 0) : "0");
  return TRUE;
}

static gboolean
write_meta (Database *database, const char *name, const char *value, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, "REPLACE INTO meta (name, value) VALUES (?, ?)", error);

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  statement_bind_text (statement, 1, value);
  return statement_execute (statement, error);
}

static gboolean
read_state (Database *database, State *state, GError **error)
{
  g_autofree char *schema = NULL;

  if (!read_meta (database, "schema", &schema, error)
      || !read_meta (database, "oldest-program", &state->oldest_program, error))
    return FALSE;
  state->schema = g_ascii_strtoll (schema, NULL, 10);
  return TRUE;
}

/* An empty file becomes ours; a file of another application is left alone. */
static gboolean
check_application (Database *database, gboolean *is_empty, GError **error)
{
  gint64 application = 0;
  gint64 tables = 0;

  if (!database_get_number (database, "PRAGMA application_id", &application, error)
      || !database_get_number (database, "SELECT count (*) FROM sqlite_schema", &tables, error))
    return FALSE;
  *is_empty = application == 0 && tables == 0;
  if (*is_empty || application == APPLICATION_ID)
    return TRUE;
  return fail (database, OST_ERROR_INVALID,
               "move the file away, or choose another state folder with state-dir=", error,
               "it is a database of another program");
}

static gboolean
check_program (Database *database, const State *state, const char *program, GError **error)
{
  g_autofree char *what = NULL;

  if (compare_versions (program, state->oldest_program) >= 0)
    return TRUE;
  what = g_strdup_printf ("schema %" G_GINT64_FORMAT
                          " needs version %s of this program or a newer one, and this is %s",
                          state->schema, state->oldest_program, program);
  return fail (database, OST_ERROR_NOT_SUPPORTED,
               "install the newer version, or restore the copy that was made before the upgrade",
               error, what);
}

static gboolean
copy_pages (Database *database, const char *path, GError **error)
{
  g_autoptr (Database) copy = database_open (path, DATABASE_STAGING, error);
  sqlite3_backup *backup;
  int code;

  if (copy == NULL || !database_run (copy, "PRAGMA synchronous = FULL", error))
    return FALSE;
  backup = sqlite3_backup_init (database_get_handle (copy), "main", database_get_handle (database),
                                "main");
  if (backup == NULL)
    return database_set_error (copy, error);
  code = sqlite3_backup_step (backup, -1);
  sqlite3_backup_finish (backup);
  return code == SQLITE_DONE || database_fail (path, code, sqlite3_errstr (code), error);
}

/* The writer's transaction is open, so nobody changes the file meanwhile; a second connection reads
 * it, as one cannot be copied from while it is in a transaction itself. */
static gboolean
back_up (Database *database, gint64 schema, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.before-schema-%" G_GINT64_FORMAT,
                                           database_get_path (database), schema + 1);
  g_autoptr (Database) source = NULL;

  file_remove_database (path);
  if (!file_prepare (path, TRUE, error))
    return FALSE;
  source = database_open (database_get_path (database), DATABASE_READER, error);
  return source != NULL && copy_pages (source, path, error);
}

static gboolean
note_step (Job *job, gint64 schema, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (
    job->database, "INSERT INTO migration (schema, program, applied_us) VALUES (?, ?, ?)", error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, schema);
  statement_bind_text (statement, 1, job->program);
  statement_bind_number (statement, 2, job->now_us);
  return statement_execute (statement, error);
}

static gboolean
apply_step (Job *job, gint64 schema, GError **error)
{
  const Migration *migration = &job->migrations[schema - 1];
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, schema);

  return database_run (job->database, migration->sql, error)
         && write_meta (job->database, "schema", number, error)
         && write_meta (job->database, "oldest-program", migration->oldest_program, error)
         && note_step (job, schema, error);
}

/* Somebody else may have migrated between the look and the lock, so the state is read again. */
static gboolean
take_step (Job *job, GError **error)
{
  g_auto (State) state = { 0 };

  if (!read_state (job->database, &state, error)
      || !check_program (job->database, &state, job->program, error))
    return FALSE;
  job->is_done = state.schema >= job->n_migrations;
  if (job->is_done)
    return TRUE;
  if (state.schema > 0 && !job->is_copied && !back_up (job->database, state.schema, error))
    {
      g_prefix_error (error, "cannot copy the database before changing its schema: ");
      return FALSE;
    }
  job->is_copied = TRUE;
  return apply_step (job, state.schema + 1, error);
}

static gboolean
make_ours (Database *database, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id = %d", APPLICATION_ID);
  gboolean is_empty;

  if (!check_application (database, &is_empty, error))
    return FALSE;
  return !is_empty
         || (database_run (database, mark, error) && database_run (database, meta_sql, error));
}

static gboolean
run_in_transaction (Job *job, GError **error)
{
  g_auto (Batch) batch = { 0 };

  return batch_begin (&batch, job->database, error) && make_ours (job->database, error)
         && take_step (job, error) && batch_commit (&batch, error);
}

gboolean
migration_run (Database *database, const Migration *migrations, guint n_migrations,
               const char *program, gint64 now_us, GError **error)
{
  Job job = { database, migrations, n_migrations, program, now_us, FALSE, FALSE };

  while (!job.is_done)
    if (!run_in_transaction (&job, error))
      return FALSE;
  return TRUE;
}

gboolean
migration_check (Database *database, guint n_migrations, const char *program, GError **error)
{
  g_auto (State) state = { 0 };
  gboolean is_empty;

  if (!check_application (database, &is_empty, error))
    return FALSE;
  if (is_empty)
    return fail (database, OST_ERROR_NOT_FOUND, "synchronise a connection first", error,
                 "it is empty");
  if (!read_state (database, &state, error) || !check_program (database, &state, program, error))
    return FALSE;
  if (state.schema >= n_migrations)
    return TRUE;
  return fail (database, OST_ERROR_NOT_SUPPORTED,
               "start the service once: it brings the database up to date", error,
               "its schema is older than this program");
}

gboolean
migration_check_owner (Database *database, GError **error)
{
  gboolean is_empty;

  return check_application (database, &is_empty, error);
}
