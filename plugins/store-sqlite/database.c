/* database.c: one SQLite connection with its prepared statements */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "database.h"

#include <ostiary/ostiary.h>

struct _Database {
  sqlite3 *handle;
  char *path;
  GHashTable *statements; /* SQL, Statement */
  GHashTable *remembered; /* address, Statement of the above */
  GCancellable *cancellable;
};

struct _Statement {
  Database *database;
  sqlite3_stmt *handle;
  int failure; /* the first binding that went wrong */
};

/* How long a writer waits for one in another process; ours take turns of a quarter of a second. */
#define BUSY_MILLISECONDS 10000
/* No value of ours is longer; a damaged file may say so. */
#define MAX_VALUE_BYTES (16 * 1024 * 1024)
/* How many virtual instructions pass between two looks at the cancellable. */
#define INSTRUCTIONS_BETWEEN_LOOKS 20000

static const char *const opening[] = {
  [DATABASE_READER] = "PRAGMA query_only = ON;"
                      "PRAGMA cache_size = -1024;",
  [DATABASE_WRITER] = "PRAGMA page_size = 8192;"
                      "PRAGMA journal_mode = WAL;"
                      "PRAGMA synchronous = NORMAL;"
                      "PRAGMA secure_delete = FAST;"
                      "PRAGMA wal_autocheckpoint = 0;"
                      "PRAGMA journal_size_limit = 16777216;"
                      "PRAGMA cache_size = -4096;",
  /* Its rows are written once and dropped together; after a power failure it is thrown away. */
  [DATABASE_STAGING] = "PRAGMA page_size = 8192;"
                       "PRAGMA locking_mode = EXCLUSIVE;"
                       "PRAGMA journal_mode = PERSIST;"
                       "PRAGMA synchronous = OFF;"
                       "PRAGMA secure_delete = OFF;"
                       "PRAGMA cache_size = -2048;",
};

static void
free_statement (gpointer data)
{
  Statement *statement = data;

  sqlite3_finalize (statement->handle);
  g_free (statement);
}

static OstErrorCode
judge (int code, const char **what, const char **remedy)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      *what = "the disk is full";
      *remedy = "make room on the file system of the state folder; nothing was lost";
      return OST_ERROR_UNAVAILABLE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      *what = "another process keeps it locked";
      *remedy = "find out which other program has the file open, and end it";
      return OST_ERROR_UNAVAILABLE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      *what = "the file is damaged, or no database";
      *remedy = "stop the service, move the file away, and restore a backup or synchronise anew";
      return OST_ERROR_INVALID;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      *what = "it may not be written";
      *remedy = "give the state folder and its files to the user that runs this program";
      return OST_ERROR_DENIED;
    case SQLITE_CANTOPEN:
      *what = "it cannot be opened";
      *remedy = "check that the state folder exists and belongs to the user that runs this program";
      return OST_ERROR_UNAVAILABLE;
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      *what = "the system refused input or output";
      *remedy = "check the file system of the state folder, its quota and the system log";
      return OST_ERROR_UNAVAILABLE;
    default:
      *what = "the database refused it";
      *remedy = "this is a fault of the program; please report it with this message";
      return OST_ERROR_INVALID;
    }
}

gboolean
database_fail (const char *path, int code, const char *text, GError **error)
{
  const char *what;
  const char *remedy;
  OstErrorCode meaning = judge (code, &what, &remedy);
  g_autoptr (GError) failure = NULL;

  if ((code & 0xff) == SQLITE_INTERRUPT)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "work on ‘%s’ was cancelled", path);
      return FALSE;
    }
  failure = g_error_new (OST_ERROR, (int)meaning, "cannot use the database ‘%s’: %s (%s, code %d)",
                         path, what, text, code);
  ost_error_set_remedy (failure, remedy);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

gboolean
database_set_error (Database *self, GError **error)
{
  return database_fail (self->path, sqlite3_extended_errcode (self->handle),
                        sqlite3_errmsg (self->handle), error);
}

static gboolean
configure (Database *self, DatabaseUse use, GError **error)
{
  static const struct {
    int option;
    int value;
  } options[] = {
    { SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
    { SQLITE_DBCONFIG_ENABLE_FKEY, 1 },    { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
    { SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
    { SQLITE_DBCONFIG_DQS_DDL, 0 },        { SQLITE_DBCONFIG_DQS_DML, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    sqlite3_db_config (self->handle, options[i].option, options[i].value, NULL);
  sqlite3_limit (self->handle, SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES);
  sqlite3_limit (self->handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout (self->handle, BUSY_MILLISECONDS);
  return database_run (self, "PRAGMA temp_store = FILE;", error)
         && database_run (self, opening[use], error);
}

Database *
database_open (const char *path, DatabaseUse use, GError **error)
{
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
  g_autoptr (Database) self = g_new0 (Database, 1);
  int code;

  flags |= use == DATABASE_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  self->path = g_strdup (path);
  self->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_statement);
  self->remembered = g_hash_table_new (NULL, NULL);
  code = sqlite3_open_v2 (path, &self->handle, flags, NULL);
  if (code != SQLITE_OK)
    {
      database_fail (path, code, sqlite3_errstr (code), error);
      return NULL;
    }
  return configure (self, use, error) ? g_steal_pointer (&self) : NULL;
}

void
database_close (Database *self)
{
  g_hash_table_unref (self->remembered);
  g_hash_table_unref (self->statements);
  sqlite3_close_v2 (self->handle);
  g_clear_object (&self->cancellable);
  g_free (self->path);
  g_free (self);
}

const char *
database_get_path (Database *self)
{
  return self->path;
}

sqlite3 *
database_get_handle (Database *self)
{
  return self->handle;
}

gboolean
database_run (Database *self, const char *sql, GError **error)
{
  if (sqlite3_exec (self->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  return database_set_error (self, error);
}

Statement *
database_prepare (Database *self, const char *sql, GError **error)
{
  Statement *statement = g_hash_table_lookup (self->statements, sql);

  if (statement != NULL)
    return statement;
  statement = g_new0 (Statement, 1);
  statement->database = self;
  if (sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement->handle,
                          NULL)
      != SQLITE_OK)
    {
      database_set_error (self, error);
      g_free (statement);
      return NULL;
    }
  g_hash_table_insert (self->statements, g_strdup (sql), statement);
  return statement;
}

Statement *
database_recall (Database *self, gconstpointer key)
{
  return g_hash_table_lookup (self->remembered, key);
}

void
database_remember (Database *self, gconstpointer key, Statement *statement)
{
  g_hash_table_insert (self->remembered, (gpointer)key, statement);
}

gboolean
database_get_number (Database *self, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (self, sql, error);
  gboolean has_row = FALSE;

  if (statement == NULL || !statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row && !statement_is_null (statement, 0))
    *value = statement_get_number (statement, 0);
  return TRUE;
}

static int
look_at_cancellable_cb (void *data)
{
  return g_cancellable_is_cancelled (data);
}

void
database_shrink (Database *self)
{
  sqlite3_db_release_memory (self->handle);
}

void
database_watch (Database *self, GCancellable *cancellable)
{
  g_set_object (&self->cancellable, cancellable);
  sqlite3_progress_handler (self->handle, cancellable != NULL ? INSTRUCTIONS_BETWEEN_LOOKS : 0,
                            cancellable != NULL ? look_at_cancellable_cb : NULL, cancellable);
}

static void
note_binding (Statement *self, int code)
{
  if (code != SQLITE_OK && self->failure == SQLITE_OK)
    self->failure = code;
}

void
statement_bind_text (Statement *self, int index, const char *text)
{
  note_binding (self, sqlite3_bind_text (self->handle, index + 1, text, -1, SQLITE_STATIC));
}

void
statement_bind_number (Statement *self, int index, gint64 number)
{
  note_binding (self, sqlite3_bind_int64 (self->handle, index + 1, number));
}

void
statement_bind_bytes (Statement *self, int index, const void *bytes, gsize length)
{
  note_binding (self, sqlite3_bind_blob64 (self->handle, index + 1, bytes, length, SQLITE_STATIC));
}

void
statement_bind_null (Statement *self, int index)
{
  note_binding (self, sqlite3_bind_null (self->handle, index + 1));
}

void
statement_bind_nonzero (Statement *self, int index, gint64 time_us)
{
  if (time_us == 0)
    statement_bind_null (self, index);
  else
    statement_bind_number (self, index, time_us);
}

void
statement_bind_column (Statement *self, int index, Statement *source, int column)
{
  switch (sqlite3_column_type (source->handle, column))
    {
    case SQLITE_INTEGER:
      statement_bind_number (self, index, sqlite3_column_int64 (source->handle, column));
      break;
    case SQLITE_TEXT:
      note_binding (
        self, sqlite3_bind_text (self->handle, index + 1,
                                 (const char *)sqlite3_column_text (source->handle, column),
                                 sqlite3_column_bytes (source->handle, column), SQLITE_STATIC));
      break;
    case SQLITE_BLOB:
      statement_bind_bytes (self, index, sqlite3_column_blob (source->handle, column),
                            (gsize)sqlite3_column_bytes (source->handle, column));
      break;
    default:
      statement_bind_null (self, index);
      break;
    }
}

gboolean
statement_step (Statement *self, gboolean *has_row, GError **error)
{
  int code;

  if (self->failure != SQLITE_OK)
    return database_fail (self->database->path, self->failure, sqlite3_errstr (self->failure),
                          error);
  code = sqlite3_step (self->handle);
  *has_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;
  return database_set_error (self->database, error);
}

gboolean
statement_execute (Statement *self, GError **error)
{
  gboolean has_row = FALSE;
  gboolean is_done = statement_step (self, &has_row, error);

  sqlite3_reset (self->handle);
  return is_done;
}

void
statement_reset (Statement *self)
{
  sqlite3_reset (self->handle);
  sqlite3_clear_bindings (self->handle);
  self->failure = SQLITE_OK;
}

gboolean
statement_is_null (Statement *self, int column)
{
  return sqlite3_column_type (self->handle, column) == SQLITE_NULL;
}

gint64
statement_get_number (Statement *self, int column)
{
  return sqlite3_column_int64 (self->handle, column);
}

const char *
statement_get_text (Statement *self, int column)
{
  return (const char *)sqlite3_column_text (self->handle, column);
}

char *
statement_dup_text (Statement *self, int column)
{
  return g_strdup (statement_get_text (self, column));
}

const void *
statement_get_bytes (Statement *self, int column, gsize *length)
{
  const void *bytes = sqlite3_column_blob (self->handle, column);

  *length = (gsize)sqlite3_column_bytes (self->handle, column);
  /* SQLite gives NULL for a blob without bytes; null is told apart by its type. */
  if (bytes == NULL && !statement_is_null (self, column))
    return "";
  return bytes;
}

gboolean
batch_begin (Batch *self, Database *database, GError **error)
{
  if (!database_run (database, "BEGIN IMMEDIATE", error))
    return FALSE;
  self->database = database;
  return TRUE;
}

gboolean
batch_commit (Batch *self, GError **error)
{
  if (!database_run (self->database, "COMMIT", error))
    return FALSE;
  self->database = NULL;
  return TRUE;
}

void
batch_clear (Batch *self)
{
  /* It may have rolled back by itself, as after SQLITE_FULL. */
  if (self->database != NULL && !sqlite3_get_autocommit (self->database->handle))
    database_run (self->database, "ROLLBACK", NULL);
  self->database = NULL;
}
