/* changes.h: tells the audit trail what changed in the inventory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "events.h"
#include "table.h"

G_BEGIN_DECLS

/**
 * Change:
 *
 * What becomes of a row. The numbers stand in the staging file.
 */
typedef enum {
  CHANGE_ADD = 1,
  CHANGE_UPDATE,
  CHANGE_RETURN,
  CHANGE_MISS,
  CHANGE_PURGE,
  CHANGE_VANISH, /* to be judged: becomes one of the others */
  CHANGE_HOLD,
} Change;

/**
 * ChangeContext:
 * @store: the store
 * @connection: the connection's name
 * @run: the run
 * @who: (nullable): who asked for it
 * @now_us: the time now
 *
 * What all events of one run have in common.
 */
typedef struct {
  OstStoreSqlite *store;
  const char *connection;
  gint64 run;
  const char *who;
  gint64 now_us;
} ChangeContext;

/**
 * changes_draft:
 * @context: what all have in common
 * @change: what became of it
 * @old: (nullable): what was known
 * @new: (nullable): what is known now
 *
 * Returns: (transfer full): an event with the fields that differ
 */
EventDraft *changes_draft (const ChangeContext *context, Change change, OstObject *old,
                           OstObject *new);

/**
 * changes_draft_summary:
 * @context: what all have in common
 * @result: the numbers
 *
 * Returns: (transfer full): one event that stands for all
 */
EventDraft *changes_draft_summary (const ChangeContext *context, const OstReconcileResult *result);

/**
 * changes_read_object:
 * @table: a table
 * @row: a statement on a row
 * @guid_column: the column of its GUID
 * @first_column: the column of field 1
 *
 * Returns: (transfer full): the row as an object
 */
OstObject *changes_read_object (const Table *table, Statement *row, int guid_column,
                                int first_column);

G_END_DECLS
