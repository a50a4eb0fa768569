/* table.h: how devices and mailboxes become rows, whatever is done with the rows */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-store.h"
#include "database.h"

G_BEGIN_DECLS

/* A mailbox comes from two views, and each may come without the other. */
#define TABLE_MAX_PARTS 2

/**
 * Table:
 * @kind: the kind of object
 * @name: the table's name, here and in the staging file
 * @n_columns: how many of the kind's fields, without the GUID, are columns: fields 1 to @n_columns
 * @second_part: the first field of the second part; beyond the columns where there is only one
 * @owner: the field with the distinguished name of the mailbox's user
 * @key: the field by which a person asks for one, 0 where there is none
 *
 * One of the two kinds of which there may be a million. Whoever reads the code that works on both
 * finds here what they differ in.
 */
typedef struct {
  OstKind kind;
  const char *name;
  guint n_columns;
  guint second_part;
  guint owner;
  guint key;
} Table;

/**
 * table_get:
 * @kind: a kind
 *
 * Returns: (nullable): its table, %NULL for any but devices and mailboxes
 */
const Table *table_get (OstKind kind);

/**
 * table_get_n_parts:
 * @self: a table
 *
 * Returns: of how many parts a row consists
 */
guint table_get_n_parts (const Table *self);

/**
 * table_get_part:
 * @self: a table
 * @field: a column's field
 *
 * Returns: the part that brings it
 */
guint table_get_part (const Table *self, guint field);

/**
 * table_prepare:
 * @self: a table
 * @database: a connection
 * @pattern: a constant of the program: a statement with `{table}` for the name, `{hashes}` for the
 *   names of the hash columns, `{keys}` for those of the key columns, `{extras}` for those that
 *   only devices have, `{columns}` for those of the fields; `{?hashes}` and so on for as many
 *   parameters, `{=hashes}` for assignments, `{+hashes}` for declarations. Each name brings a comma
 *   before it
 * @error: return location
 *
 * Returns: (transfer none): the statement
 */
Statement *table_prepare (const Table *self, Database *database, const char *pattern,
                          GError **error);

/* How many key columns a table has: the owner's, and for devices the device's. */
guint table_get_n_keys (const Table *self);

/**
 * Record:
 * @guid: the GUID in lower case
 * @has_part: which parts the object brings
 * @hashes: of each part, what tells whether it changed; 0 where it is not there
 * @keys: the values of the key columns, 0 for null
 * @unit_key: tells the organisational unit of the owner, 0 where it is unknown
 *
 * What is computed from an object before it becomes a row.
 */
typedef struct {
  char *guid;
  gboolean has_part[TABLE_MAX_PARTS];
  gint64 hashes[TABLE_MAX_PARTS];
  gint64 keys[2];
  gint64 unit_key;
} Record;

/**
 * record_init:
 * @self: (out): a record; record_clear()
 * @table: a table
 * @object: an object of its kind
 * @flags: what may be kept
 * @error: return location
 *
 * Returns: %FALSE for an object without a usable GUID
 */
gboolean record_init (Record *self, const Table *table, OstObject *object, OstStoreFlags flags,
                      GError **error);
void record_clear (Record *self);

/* Binds the hash columns, the key columns, and the fields, from an index on; each returns the next
 * index. A field that may not be kept is null. */
int table_bind_hashes (const Table *self, Statement *statement, int index, const gint64 *hashes);
int table_bind_keys (const Table *self, Statement *statement, int index, const gint64 *keys);
int table_bind_field (const Table *self, Statement *statement, int index, OstObject *object,
                      guint field, OstStoreFlags flags);

/**
 * table_read_field:
 * @statement: a statement on a row
 * @column: the column
 * @object: where the value goes
 * @field: the field
 *
 * Sets the field where the column is not null.
 */
void table_read_field (Statement *statement, int column, OstObject *object, guint field);

/**
 * key_of_text:
 * @text: (nullable): a text that is compared without regard to case
 *
 * Returns: what stands for it in an index, never 0; 0 for %NULL
 */
gint64 key_of_text (const char *text);

/**
 * key_of_unit:
 * @distinguished_name: (nullable): of a user
 *
 * Returns: what stands for the unit that the user is in; 0 where it is unknown
 */
gint64 key_of_unit (const char *distinguished_name);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Record, record_clear)

G_END_DECLS
