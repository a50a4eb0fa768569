/* ost-engine.h: the engine: connections, their workers and their schedule */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-clock.h"
#include "core/config/ost-config.h"
#include "core/engine/ost-task.h"
#include "core/registry/ost-registry.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * OstEngine:
 *
 * Runs tasks on connections, on worker threads, and each connection's schedule. All functions are
 * called on the thread that made it, whose main context gets all callbacks.
 *
 * Signals: `connection-changed (name)` when a connection's state, as `status` shows it, changed;
 * `connection-stopped (name)` when one that was removed is still, see ost_engine_is_still();
 * `lease-lost` when another process has taken over the store, so that this one had better end.
 */
#define OST_TYPE_ENGINE (ost_engine_get_type ())
G_DECLARE_FINAL_TYPE (OstEngine, ost_engine, OST, ENGINE, GObject)

/**
 * OstEngineFlags:
 * @OST_ENGINE_ONCE: tasks only, no schedule; `env:` secrets are allowed
 * @OST_ENGINE_SERVICE: each connection's schedule runs
 */
typedef enum {
  OST_ENGINE_ONCE,
  OST_ENGINE_SERVICE,
} OstEngineFlags;

OstEngine *ost_engine_new (OstConfig *config, OstRegistry *registry, OstStore *store,
                           const OstClock *clock, OstEngineFlags flags);

/**
 * ost_engine_start:
 * @self: an engine
 * @error: return location for an error
 *
 * Takes the store's lease and brings the connections to life.
 *
 * Returns: %FALSE with %OST_ERROR_EXISTS where another process holds the store, or with what a
 *   connection's transport said of its settings
 */
gboolean ost_engine_start (OstEngine *self, GError **error);

/**
 * ost_engine_run_async:
 * @self: a started engine
 * @task: what to do
 * @progress: (nullable): told how far it is
 * @progress_data: for @progress
 * @cancellable: (nullable): ends it early: the server's pipelines are stopped, shells deleted,
 *   and the inventory stays as it was
 * @callback: called when it has ended
 * @user_data: for @callback
 *
 * Tasks of one connection run one after the other, in the order in which they were asked for.
 */
void ost_engine_run_async (OstEngine *self, const OstTask *task, OstProgressFunc progress,
                           gpointer progress_data, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);

/**
 * ost_engine_run_finish:
 * @self: an engine
 * @result: the result
 * @error: return location for an error
 *
 * Returns: (transfer full): how it went, or %NULL: %OST_ERROR_NOT_FOUND for an unknown connection
 *   or what kept the task from being done. A check whose steps failed is no error.
 */
OstReport *ost_engine_run_finish (OstEngine *self, GAsyncResult *result, GError **error);

/**
 * ost_engine_reload:
 * @self: a started engine
 * @config: the new snapshot
 * @error: return location for an error
 *
 * Takes up a new configuration: connections that did not change are left alone, changed ones
 * finish what they do and go on with the new settings, removed ones are cancelled.
 *
 * Returns: %FALSE where a new connection could not be made, or with %OST_ERROR_UNAVAILABLE while
 *   the engine stops; then the old snapshot stays in force
 */
gboolean ost_engine_reload (OstEngine *self, OstConfig *config, GError **error);

/**
 * ost_engine_is_still:
 * @self: a started engine
 * @connection: a connection's name
 *
 * Returns: whether nothing works on it any more: it is not in the configuration that is in force,
 *   and what was under way when it left has ended
 */
gboolean ost_engine_is_still (OstEngine *self, const char *connection);

/**
 * ost_engine_stop_async:
 * @self: a started engine
 * @callback: called when all is still
 * @user_data: for @callback
 *
 * Cancels all tasks, waits for their workers and gives the lease back.
 */
void ost_engine_stop_async (OstEngine *self, GAsyncReadyCallback callback, gpointer user_data);
void ost_engine_stop_finish (OstEngine *self, GAsyncResult *result);

G_END_DECLS
