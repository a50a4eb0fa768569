/* database.h: one SQLite connection with its prepared statements */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * Database:
 *
 * A connection: used by one thread at a time, whoever holds it.
 */
typedef struct _Database Database;

/**
 * DatabaseUse:
 * @DATABASE_READER: sees committed states of the main file
 * @DATABASE_WRITER: changes the main file
 * @DATABASE_STAGING: owns a file that nobody else opens and that a reboot makes worthless
 */
typedef enum {
  DATABASE_READER,
  DATABASE_WRITER,
  DATABASE_STAGING,
} DatabaseUse;

/**
 * Statement:
 *
 * A prepared statement, which belongs to its database. Parameters and columns count from 0. Texts
 * that are bound must live until the statement is reset; g_autoptr resets it.
 */
typedef struct _Statement Statement;

/**
 * database_open:
 * @path: the file, without symbolic links
 * @use: what for
 * @error: return location
 *
 * Returns: (transfer full): the connection; database_close()
 */
Database *database_open (const char *path, DatabaseUse use, GError **error);
void database_close (Database *self);
const char *database_get_path (Database *self);
sqlite3 *database_get_handle (Database *self);

/**
 * database_run:
 * @self: a connection
 * @sql: statements without parameters and results
 * @error: return location
 *
 * Returns: whether all of them succeeded
 */
gboolean database_run (Database *self, const char *sql, GError **error);

/**
 * database_prepare:
 * @self: a connection
 * @sql: one statement; it is compiled once
 * @error: return location
 *
 * Returns: (transfer none): the statement, which must not be in use
 */
Statement *database_prepare (Database *self, const char *sql, GError **error);

/**
 * database_recall:
 * @self: a connection
 * @key: an address that stands for a statement
 *
 * Returns: (transfer none) (nullable): what database_remember() was given for @key
 */
Statement *database_recall (Database *self, gconstpointer key);
void database_remember (Database *self, gconstpointer key, Statement *statement);

/**
 * database_get_number:
 * @self: a connection
 * @sql: a statement without parameters that gives a number, or nothing
 * @value: (inout): the number; unchanged where there is none
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean database_get_number (Database *self, const char *sql, gint64 *value, GError **error);

/**
 * database_shrink:
 * @self: a connection without a statement under way
 *
 * Gives back the memory of the pages that it has read: the system still has them.
 */
void database_shrink (Database *self);

/**
 * database_watch:
 * @self: a connection
 * @cancellable: (nullable): ends its statements from now on; %NULL leaves them alone again
 */
void database_watch (Database *self, GCancellable *cancellable);

/**
 * database_set_error:
 * @self: a connection of which a call failed
 * @error: return location
 *
 * Returns: %FALSE
 */
gboolean database_set_error (Database *self, GError **error);

/**
 * database_fail:
 * @path: the file that it is about
 * @code: an extended result code of SQLite
 * @text: what SQLite says of it
 * @error: return location
 *
 * Sets an error that says what the caller can do.
 *
 * Returns: %FALSE
 */
gboolean database_fail (const char *path, int code, const char *text, GError **error);

void statement_bind_text (Statement *self, int index, const char *text);
void statement_bind_number (Statement *self, int index, gint64 number);
void statement_bind_bytes (Statement *self, int index, const void *bytes, gsize length);
void statement_bind_null (Statement *self, int index);
/* 0 stands for unknown in our records, and becomes null. */
void statement_bind_nonzero (Statement *self, int index, gint64 time_us);
/* Copies a value from a row of a statement, perhaps of another connection, which stays on the row. */
void statement_bind_column (Statement *self, int index, Statement *source, int column);

/**
 * statement_step:
 * @self: a statement
 * @has_row: (out): whether there is a row
 * @error: return location
 *
 * Returns: whether it succeeded
 */
gboolean statement_step (Statement *self, gboolean *has_row, GError **error);

/**
 * statement_execute:
 * @self: a statement that gives no rows
 * @error: return location
 *
 * Runs it to its end and resets it, with its parameters kept for the next time.
 *
 * Returns: whether it succeeded
 */
gboolean statement_execute (Statement *self, GError **error);
void statement_reset (Statement *self);

gboolean statement_is_null (Statement *self, int column);
gint64 statement_get_number (Statement *self, int column);
/* Valid until the next step or reset; %NULL for null. */
const char *statement_get_text (Statement *self, int column);
char *statement_dup_text (Statement *self, int column);
const void *statement_get_bytes (Statement *self, int column, gsize *length);

/**
 * Batch:
 *
 * A transaction on a connection that one holder uses alone; g_auto rolls back what was not
 * committed.
 */
typedef struct {
  Database *database;
} Batch;

gboolean batch_begin (Batch *self, Database *database, GError **error);
gboolean batch_commit (Batch *self, GError **error);
void batch_clear (Batch *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Batch, batch_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Database, database_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Statement, statement_reset)

G_END_DECLS
