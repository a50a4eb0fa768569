/* ost-engine.c: the engine: connections, their workers and their schedule */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-engine.h"

#include "ost-lane.h"
#include "ost-lease.h"

struct _OstEngine {
  GObject parent_instance;

  OstConfig *config;
  OstRegistry *registry;
  OstStore *store;
  const OstClock *clock;
  OstEngineFlags flags;

  OstIo *io;
  OstAccounts *accounts;
  OstLease *lease;
  gboolean is_lost;   /* another process has the store now */
  GHashTable *lanes;  /* name -> OstLane */
  GPtrArray *retired; /* OstLane: of connections that are gone, until they are still */
  GTask *stopping;
};

G_DEFINE_FINAL_TYPE (OstEngine, ost_engine, G_TYPE_OBJECT)

enum { SIGNAL_CONNECTION_CHANGED, SIGNAL_CONNECTION_STOPPED, SIGNAL_LEASE_LOST, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
ost_engine_finalize (GObject *object)
{
  OstEngine *self = OST_ENGINE (object);

  g_hash_table_unref (self->lanes);
  g_ptr_array_unref (self->retired);
  g_clear_pointer (&self->lease, ost_lease_release);
  g_clear_pointer (&self->io, ost_io_free);
  g_clear_pointer (&self->accounts, ost_accounts_free);
  g_clear_object (&self->config);
  g_clear_object (&self->registry);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (ost_engine_parent_class)->finalize (object);
}

static void
ost_engine_class_init (OstEngineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_engine_finalize;
  signals[SIGNAL_CONNECTION_CHANGED]
    = g_signal_new ("connection-changed", OST_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CONNECTION_STOPPED]
    = g_signal_new ("connection-stopped", OST_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_LEASE_LOST] = g_signal_new ("lease-lost", OST_TYPE_ENGINE, G_SIGNAL_RUN_LAST, 0,
                                             NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static GHashTable *
new_lanes (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
ost_engine_init (OstEngine *self)
{
  self->lanes = new_lanes ();
  self->retired = g_ptr_array_new_with_free_func (g_object_unref);
}

OstEngine *
ost_engine_new (OstConfig *config, OstRegistry *registry, OstStore *store, const OstClock *clock,
                OstEngineFlags flags)
{
  OstEngine *self = g_object_new (OST_TYPE_ENGINE, NULL);

  self->config = g_object_ref (config);
  self->registry = g_object_ref (registry);
  self->store = g_object_ref (store);
  self->clock = clock;
  self->flags = flags;
  self->accounts = ost_accounts_new (store, clock);
  return self;
}

static void
lane_changed_cb (OstLane *lane, gpointer user_data)
{
  OstEngine *self = user_data;

  g_signal_emit (self, signals[SIGNAL_CONNECTION_CHANGED], 0,
                 ost_connection_get_name (ost_lane_get_connection (lane)));
}

static OstLane *
make_lane (OstEngine *self, OstConfig *config, const OstConnectionConfig *connection_config,
           GError **error)
{
  OstConnectionParts parts = {
    .snapshot = config,
    .config = connection_config,
    .store = self->store,
    .accounts = self->accounts,
    .io = self->io,
    .clock = self->clock,
    .allow_env = self->flags == OST_ENGINE_ONCE,
  };
  g_autoptr (OstConnection) connection = ost_connection_new (&parts, error);
  OstLane *lane;

  if (connection == NULL)
    return NULL;
  lane = ost_lane_new (connection, ost_lease_get_fence (self->lease),
                       self->flags == OST_ENGINE_SERVICE);
  g_signal_connect_object (lane, "changed", G_CALLBACK (lane_changed_cb), self, 0);
  return lane;
}

static gboolean
make_lanes (OstEngine *self, OstConfig *config, const char *const *names, GHashTable *lanes,
            GError **error)
{
  for (gsize i = 0; names[i] != NULL; i++)
    {
      const OstConnectionConfig *connection = ost_config_find_connection (config, names[i], error);
      OstLane *lane = connection != NULL ? make_lane (self, config, connection, error) : NULL;

      if (lane == NULL)
        return FALSE;
      g_hash_table_insert (lanes, g_strdup (names[i]), lane);
    }
  return TRUE;
}

static gboolean
is_retiring (OstEngine *self, const char *name)
{
  for (guint i = 0; i < self->retired->len; i++)
    if (g_str_equal (ost_connection_get_name (ost_lane_get_connection (self->retired->pdata[i])),
                     name))
      return TRUE;
  return FALSE;
}

/* Takes in new lanes. Two never work for one connection: each would take the other's run for one
 * that a crash has left. */
static void
take_lanes (OstEngine *self, GHashTable *lanes)
{
  GHashTableIter iter;
  gpointer name, lane;

  g_hash_table_iter_init (&iter, lanes);
  while (g_hash_table_iter_next (&iter, &name, &lane))
    {
      g_hash_table_insert (self->lanes, g_strdup (name), g_object_ref (lane));
      if (!is_retiring (self, name))
        ost_lane_start (lane);
    }
}

static GStrv
get_names (OstConfig *config)
{
  GPtrArray *connections = ost_config_get_connections (config);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < connections->len; i++)
    g_strv_builder_add (builder, ((const OstConnectionConfig *)connections->pdata[i])->name);
  return g_strv_builder_end (builder);
}

static void lease_lost_cb (gpointer user_data);

gboolean
ost_engine_start (OstEngine *self, GError **error)
{
  g_auto (GStrv) names = get_names (self->config);
  g_autoptr (GHashTable) lanes = new_lanes ();

  g_return_val_if_fail (self->lease == NULL, FALSE);

  self->lease = ost_lease_acquire (self->store, self->clock, lease_lost_cb, self, error);
  if (self->lease == NULL)
    return FALSE;
  self->io = ost_io_new ();
  if (!make_lanes (self, self->config, (const char *const *)names, lanes, error))
    return FALSE;
  take_lanes (self, lanes);
  return TRUE;
}

void
ost_engine_run_async (OstEngine *self, const OstTask *task, OstProgressFunc progress,
                      gpointer progress_data, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) result = g_task_new (self, cancellable, callback, user_data);
  OstLane *lane = g_hash_table_lookup (self->lanes, task->connection);
  GError *error = NULL;

  g_task_set_source_tag (result, ost_engine_run_async);
  if (lane != NULL)
    {
      ost_lane_push (lane, task, progress, progress_data, result);
      return;
    }
  /* The configuration's own words list the connections that there are. */
  if (ost_config_find_connection (self->config, task->connection, &error) != NULL)
    g_set_error (&error, OST_ERROR, OST_ERROR_UNAVAILABLE, "connection ‘%s’ is being stopped",
                 task->connection);
  g_task_return_error (result, error);
}

OstReport *
ost_engine_run_finish (OstEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Leaving */

static void
finish_stopping (OstEngine *self)
{
  g_autoptr (GTask) stopping = NULL;

  if (self->stopping == NULL || self->retired->len > 0)
    return;
  g_clear_pointer (&self->lease, ost_lease_release);
  stopping = g_steal_pointer (&self->stopping);
  g_task_return_boolean (stopping, TRUE);
}

static void
start_successor (OstEngine *self, const char *name)
{
  OstLane *lane = g_hash_table_lookup (self->lanes, name);

  if (lane != NULL && !is_retiring (self, name))
    ost_lane_start (lane);
}

static void
lane_stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OstEngine) self = user_data;
  g_autoptr (OstLane) lane = OST_LANE (g_object_ref (source));
  OstConnection *connection = ost_lane_get_connection (lane);

  ost_lane_stop_finish (lane, result);
  ost_connection_shut_down (connection);
  g_ptr_array_remove (self->retired, lane);
  start_successor (self, ost_connection_get_name (connection));
  g_signal_emit (self, signals[SIGNAL_CONNECTION_STOPPED], 0, ost_connection_get_name (connection));
  finish_stopping (self);
}

static void
retire_lane (OstEngine *self, const char *name, gboolean cancels)
{
  g_autofree char *key = NULL;
  g_autoptr (OstLane) lane = NULL;

  if (!g_hash_table_steal_extended (self->lanes, name, (gpointer *)&key, (gpointer *)&lane))
    return;
  g_ptr_array_add (self->retired, g_object_ref (lane));
  ost_lane_stop_async (lane, lane_stopped_cb, g_object_ref (self));
  if (cancels)
    ost_lane_cancel (lane);
}

static void
retire_all (OstEngine *self)
{
  g_autofree gpointer *names = g_hash_table_get_keys_as_array (self->lanes, NULL);

  for (gsize i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup (names[i]);

      retire_lane (self, name, TRUE);
    }
  /* Those that were let to come to their end do it now. */
  for (guint i = 0; i < self->retired->len; i++)
    ost_lane_cancel (self->retired->pdata[i]);
}

static void
lease_lost_cb (gpointer user_data)
{
  OstEngine *self = user_data;

  g_warning ("another process has taken over the store: everything stops");
  self->is_lost = TRUE;
  retire_all (self);
  g_signal_emit (self, signals[SIGNAL_LEASE_LOST], 0);
}

gboolean
ost_engine_reload (OstEngine *self, OstConfig *config, GError **error)
{
  g_autoptr (OstConfigChanges) changes = ost_config_compare (self->config, config);
  g_autoptr (GHashTable) lanes = new_lanes ();

  if (self->lease == NULL || self->is_lost || self->stopping != NULL)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                           "the connections are being stopped: no configuration is taken up");
      return FALSE;
    }
  if (!make_lanes (self, config, (const char *const *)changes->added, lanes, error)
      || !make_lanes (self, config, (const char *const *)changes->changed, lanes, error))
    return FALSE;
  for (gsize i = 0; changes->removed[i] != NULL; i++)
    retire_lane (self, changes->removed[i], TRUE);
  for (gsize i = 0; changes->changed[i] != NULL; i++)
    retire_lane (self, changes->changed[i], FALSE);
  take_lanes (self, lanes);
  g_set_object (&self->config, config);
  return TRUE;
}

gboolean
ost_engine_is_still (OstEngine *self, const char *connection)
{
  return !is_retiring (self, connection) && !g_hash_table_contains (self->lanes, connection);
}

void
ost_engine_stop_async (OstEngine *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (self->stopping == NULL);

  self->stopping = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->stopping, ost_engine_stop_async);
  retire_all (self);
  finish_stopping (self);
}

void
ost_engine_stop_finish (OstEngine *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
