/* reconciliation.h: makes the inventory equal to a full listing: the two halves of the work */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "changes.h"
#include "staging.h"

G_BEGIN_DECLS

/**
 * Reconciliation:
 * @store: the store
 * @staging: the connection's staging, locked
 * @connection: the connection's number
 * @name: its name
 * @run: the run that reconciles
 * @fence: the fencing number under which it runs
 * @compared: the run whose comparison is applied: @run, or an interrupted one before it
 * @options: the rules
 * @cancellable: (nullable): ends it
 *
 * First comes the comparison, which only reads the inventory and writes down in the staging file
 * what is to be done. Then that is done, in versions that nobody sees yet, in many transactions.
 * Last, one short transaction lets everybody see them.
 */
typedef struct {
  OstStoreSqlite *store;
  Staging *staging;
  gint64 connection;
  char *name;
  gint64 run;
  gint64 fence;
  gint64 compared;
  const OstReconcileOptions *options;
  GCancellable *cancellable;
} Reconciliation;

/**
 * Difference:
 * @number: its place in the order of work
 * @table: what kind of object it is about
 * @change: what is to be done
 * @listed: the staged rows that bring each part, 0 where none does
 * @known: the row of the inventory, 0 where there is none
 *
 * One thing to do.
 */
typedef struct {
  gint64 number;
  const Table *table;
  Change change;
  gint64 listed[TABLE_MAX_PARTS];
  gint64 known;
} Difference;

/**
 * DIFFERENCE_COLUMNS:
 *
 * What difference_read() expects a statement on the staging file to select.
 */
#define DIFFERENCE_COLUMNS "number, kind, change, listed, listed_second, known"

void difference_read (Difference *self, Statement *row);

/**
 * comparison_run:
 * @self: a reconciliation
 * @error: return location
 *
 * Returns: whether the staging file holds all differences, and the numbers
 */
gboolean comparison_run (Reconciliation *self, GError **error);

/**
 * comparison_read_result:
 * @self: a reconciliation of which the comparison is done
 * @result: (out caller-allocates): the numbers
 * @error: return location
 *
 * Returns: whether they could be read
 */
gboolean comparison_read_result (Reconciliation *self, OstReconcileResult *result, GError **error);

/**
 * application_run:
 * @self: a reconciliation of which the comparison is done
 * @error: return location
 *
 * Goes on where an interrupted one stopped.
 *
 * Returns: whether all versions are there
 */
gboolean application_run (Reconciliation *self, GError **error);

/**
 * application_undo:
 * @self: a reconciliation
 * @error: return location
 *
 * Takes back what an interrupted one had prepared and nobody can go on with.
 *
 * Returns: whether nothing of it is left
 */
gboolean application_undo (Reconciliation *self, GError **error);

/**
 * publication_run:
 * @self: a reconciliation of which everything is applied
 * @result: the numbers
 * @error: return location
 *
 * Lets everybody see it, and tells the audit trail.
 *
 * Returns: whether they do
 */
gboolean publication_run (Reconciliation *self, const OstReconcileResult *result, GError **error);

G_END_DECLS
