/* staging.h: the file in which a full listing gathers before anybody sees it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store.h"

G_BEGIN_DECLS

/**
 * Staging:
 *
 * One for each connection, with a file STATE-DIR/staging-NUMBER.db while a full run is under way or
 * has left slices behind. Locked by whoever uses it.
 */
struct _Staging {
  GMutex mutex;
  char *path;
  Database *database; /* NULL while there is no file */
};

void staging_free (Staging *self);

/**
 * staging_lock:
 * @store: the store
 * @connection: a connection's number
 *
 * Returns: (transfer full): its staging; staging_unlock() lets others use it
 */
Staging *staging_lock (OstStoreSqlite *store, gint64 connection);
void staging_unlock (Staging *self);

/**
 * staging_lock_for_run:
 * @store: the store
 * @run: a full run's number
 * @connection: (out) (optional): its connection's number
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the locked staging of the run's connection, with a file;
 *   %NULL where there is no such run, or it is over
 */
Staging *staging_lock_for_run (OstStoreSqlite *store, gint64 run, gint64 *connection,
                               GError **error);

/**
 * staging_begin:
 * @self: a staging that is locked
 * @store: the store
 * @keep_since_us: slices that were done before are dropped
 * @error: return location
 *
 * Opens what an earlier run left behind, where it can be trusted, or else a new file.
 *
 * Returns: whether there is a file now
 */
gboolean staging_begin (Staging *self, OstStoreSqlite *store, gint64 keep_since_us, GError **error);

/**
 * staging_reset:
 * @self: a staging that is locked
 *
 * Removes the file.
 */
void staging_reset (Staging *self);

/* The same for a connection whose staging is not locked. */
void staging_discard (OstStoreSqlite *store, gint64 connection);

/**
 * staging_get_compared:
 * @self: a staging that is locked and has a file
 * @run: (out): the run that compared all of it with the inventory, 0 where none did since it
 *   changed
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean staging_get_compared (Staging *self, gint64 *run, GError **error);
gboolean staging_set_compared (Staging *self, gint64 run, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Staging, staging_unlock)

G_END_DECLS
