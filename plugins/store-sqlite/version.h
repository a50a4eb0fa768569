/* version.h: one version of a row of the inventory, and where its values come from */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "table.h"

G_BEGIN_DECLS

/**
 * Source:
 * @row: (nullable): a statement on a row whose columns are the fields
 * @first_column: the column of field 1
 * @object: the object, where @row is %NULL
 * @flags: what may be kept of it
 *
 * Where the values of fields come from.
 */
typedef struct {
  Statement *row;
  int first_column;
  OstObject *object;
  OstStoreFlags flags;
} Source;

/**
 * source_get_text:
 * @self: a source
 * @field: a field of type %OST_FIELD_TEXT
 *
 * Returns: (nullable): the text, valid as long as the source stays where it is
 */
const char *source_get_text (const Source *self, guint field);

/**
 * Version:
 * @table: the table
 * @connection: the connection's number
 * @guid: the GUID
 * @born: the generation from which on it is seen
 * @died: the generation from which on it is not, 0 for none
 * @read_us: when it was asked for
 * @missing_us: since when it is missing, 0 where it is not
 * @hashes: of each part
 * @keys: of the key columns
 * @state_since_us: of a device: since when it reports its access state
 * @is_unread: of a device: whether its statistics have not been read since it changed
 * @parts: (nullable): where the values of each part come from
 * @old: (nullable): where those of a part without a source come from
 *
 * All there is in a row. With neither a source of its own nor an old one, a part takes what the
 * other part's source happens to know.
 */
typedef struct {
  const Table *table;
  gint64 connection;
  const char *guid;
  gint64 born;
  gint64 died;
  gint64 read_us;
  gint64 missing_us;
  gint64 hashes[TABLE_MAX_PARTS];
  gint64 keys[2];
  gint64 state_since_us;
  gboolean is_unread;
  const Source *parts[TABLE_MAX_PARTS];
  const Source *old;
} Version;

/**
 * VERSION_COLUMNS:
 *
 * What version_read() expects a statement to select, first of all.
 */
#define VERSION_COLUMNS                                                                            \
  "row, connection, guid, born, died, read_us, missing_us{hashes}{keys}{extras}{columns}"

/**
 * version_read:
 * @self: (out): a version, whose texts and source belong to the statement
 * @table: the table
 * @row: a statement on a row
 * @source: (out): becomes @old of the version
 *
 * Returns: the row's number
 */
gint64 version_read (Version *self, const Table *table, Statement *row, Source *source);

/**
 * version_follow:
 * @self: a version with its parts and their hashes and keys set
 * @old: (nullable): the version before it
 *
 * Takes over from the version before it what its own parts do not say.
 */
void version_follow (Version *self, const Version *old);

gboolean version_insert (const Version *self, Database *database, GError **error);
/* Writes it in place of the version in that row; born and died of that row stay. */
gboolean version_replace (const Version *self, Database *database, gint64 row, GError **error);

G_END_DECLS
