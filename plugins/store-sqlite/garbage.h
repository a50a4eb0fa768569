/* garbage.h: takes rows out that nobody sees any more, a few at a time */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store.h"

G_BEGIN_DECLS

/**
 * garbage_repeat:
 * @self: the store
 * @sql: (array zero-terminated=1): statements that together change at most some thousand rows;
 *   their only parameter is the connection
 * @connection: a connection's number
 * @cancellable: (nullable): ends it between two transactions
 * @error: return location
 *
 * Runs the statements, each time in a transaction of their own, until the last of them finds
 * nothing to change.
 *
 * Returns: whether nothing is left
 */
gboolean garbage_repeat (OstStoreSqlite *self, const char *const *sql, gint64 connection,
                         GCancellable *cancellable, GError **error);

/**
 * garbage_collect:
 * @self: the store
 * @connection: a connection's number
 * @cancellable: (nullable): ends it; what is left over is for the next time
 * @error: return location
 *
 * Takes out the versions of rows that no reader sees any more, and what belonged to devices that
 * are gone altogether.
 *
 * Returns: whether nothing is left
 */
gboolean garbage_collect (OstStoreSqlite *self, gint64 connection, GCancellable *cancellable,
                          GError **error);

/**
 * garbage_sweep:
 * @self: the store
 * @error: return location
 *
 * Takes out the inventories of connections that were taken away.
 *
 * Returns: whether nothing is left
 */
gboolean garbage_sweep (OstStoreSqlite *self, GError **error);

G_END_DECLS
