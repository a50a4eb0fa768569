/* engine-rig.c: the whole engine in one process, on a world that lives in the test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine-rig.h"

#include "engine-world.h"
#include "scratch.h"

#include <glib/gstdio.h>
#include <string.h>

/* Nothing here takes that long. */
#define PATIENCE_US (30 * G_USEC_PER_SEC)

/* Time: the machine's, and what the test adds to it. Short waits, which only pause, are over at
 * once, and the time has passed. */

#define SHORT_WAIT_US (10 * RIG_SECOND)

typedef struct {
  OstClock clock;
  gint64 offset_us;
  gint64 began_us;
} RigClock;

static RigClock the_clock;

void
engine_world_pass_time (gint64 microseconds)
{
  __atomic_fetch_add (&the_clock.offset_us, microseconds, __ATOMIC_SEQ_CST);
}

static gint64
get_monotonic (const OstClock *self)
{
  return g_get_monotonic_time () + __atomic_load_n (&the_clock.offset_us, __ATOMIC_SEQ_CST);
}

static gint64
get_time (const OstClock *self)
{
  return RIG_EPOCH + get_monotonic (self) - the_clock.began_us;
}

static gboolean
wait_on (const OstClock *self, GCond *cond, GMutex *mutex, gint64 until)
{
  gint64 left = until - get_monotonic (self);

  if (until == G_MAXINT64)
    {
      g_cond_wait (cond, mutex);
      return TRUE;
    }
  if (left <= 0)
    return FALSE;
  /* Of the machine's own time a part, so that others get their turn. */
  if (g_cond_wait_until (cond, mutex, g_get_monotonic_time () + MIN (left, 5000)))
    return TRUE;
  if (left > 5000 && left <= SHORT_WAIT_US)
    engine_world_pass_time (until - get_monotonic (self));
  return get_monotonic (self) < until;
}

const OstClock *
rig_clock (void)
{
  return &the_clock.clock;
}

void
rig_advance (Rig *self, gint64 microseconds)
{
  engine_world_pass_time (microseconds);
}

gint64
rig_now (Rig *self)
{
  return get_time (rig_clock ());
}

/* Plugins are for the process: each may be loaded once. */
OstRegistry *
rig_get_registry (void)
{
  static OstRegistry *registry;
  g_autoptr (GError) error = NULL;

  if (registry != NULL)
    return registry;
  registry = ost_registry_new ();
  ost_registry_add_static (registry, &engine_world_backend, &error);
  g_assert_no_error (error);
  ost_registry_add_static (registry, &engine_world_transport, &error);
  g_assert_no_error (error);
  ost_registry_load_file (registry, g_getenv ("OST_TEST_STORE"), &error);
  g_assert_no_error (error);
  return registry;
}

static void
free_device (gpointer data)
{
  RigDevice *device = data;

  g_free (device->id);
  g_free (device);
}

static void
free_fault (gpointer data)
{
  RigFault *fault = data;

  g_free (fault->pattern);
  g_free (fault);
}

RigDevice *
rig_add_device (Rig *self, const char *id)
{
  RigDevice *device = g_new0 (RigDevice, 1);

  g_mutex_lock (&self->world.mutex);
  device->number = self->world.devices->len;
  device->id = g_strdup (id);
  device->state = "Allowed";
  device->first_sync_us = device->changed_us = rig_now (self);
  g_ptr_array_add (self->world.devices, device);
  g_mutex_unlock (&self->world.mutex);
  return device;
}

/* IDs of every kind: in both cases, with digits, and some that begin with neither. */
static char *
make_id (guint number)
{
  static const char first[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

  return g_strdup_printf ("%c%c%08u", first[number % 64], first[number / 64 % 64], number);
}

static void
init_world (Rig *self, guint n_devices)
{
  RigWorld *world = &self->world;

  g_mutex_init (&world->mutex);
  world->devices = g_ptr_array_new_with_free_func (free_device);
  world->faults = g_ptr_array_new_with_free_func (free_fault);
  world->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  world->knows_changed = world->knows_first_sync = TRUE;
  world->password = g_strdup ("right");
  for (guint i = 0; i < n_devices; i++)
    {
      g_autofree char *id = make_id (i);

      rig_add_device (self, id)->changed_us = RIG_EPOCH - 24 * RIG_HOUR;
    }
  engine_world_set (world);
}

void
rig_write_secret (Rig *self, const char *password)
{
  g_autofree char *path = g_build_filename (self->folder, "secret", NULL);
  g_autofree char *text = g_strconcat (password, "\n", NULL);

  /* As editors do, and with a mode that the engine accepts. */
  g_assert_true (
    g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
open_store (Rig *self)
{
  OstStoreOptions options = {
    .state_dir = ost_config_get_state_folder (self->config),
    .program_version = OST_VERSION,
    .now_us = rig_now (self),
  };
  g_autoptr (GError) error = NULL;

  self->store = OST_STORE (g_object_new (ost_config_get_store (self->config)->type, NULL));
  ost_store_open (self->store, &options, &error);
  g_assert_no_error (error);
}

Rig *
rig_new (guint n_devices)
{
  Rig *self = g_new0 (Rig, 1);

  if (the_clock.clock.get_time == NULL)
    the_clock.clock
      = (OstClock){ .get_time = get_time, .get_monotonic = get_monotonic, .wait = wait_on };
  /* What the schedule warns of is not a fault of the test. */
  g_log_set_always_fatal (G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK);
  the_clock.offset_us = 0;
  the_clock.began_us = g_get_monotonic_time ();
  self->folder = scratch_new ();
  init_world (self, n_devices);
  rig_write_secret (self, "right");
  rig_configure (self, RIG_A);
  open_store (self);
  return self;
}

void
rig_free (Rig *self)
{
  RigWorld *world = &self->world;

  rig_stop (self);
  g_assert_cmpuint (world->n_opens, ==, world->n_closes);
  g_assert_cmpuint (world->n_backends, ==, 0);
  if (!self->leaves_runs)
    rig_assert_runs_over (self);
  ost_store_close (self->store);
  g_object_unref (self->store);
  g_object_unref (self->config);
  scratch_remove (self->folder);
  g_free (self->folder);
  g_ptr_array_unref (world->devices);
  g_ptr_array_unref (world->faults);
  g_hash_table_unref (world->asked);
  g_free (world->password);
  g_free (world->held);
  g_mutex_clear (&world->mutex);
  g_free (self);
}

void
rig_configure (Rig *self, const char *connections)
{
  g_autofree char *path = g_build_filename (self->folder, "ostiary.conf", NULL);
  g_autofree char *all
    = g_strconcat ("[service]\nstate-dir=@FOLDER@/state\n[api]\nsocket=@FOLDER@/api.sock\n",
                   self->api != NULL ? self->api : "", connections, NULL);
  g_auto (GStrv) parts = g_strsplit (all, "@FOLDER@", -1);
  g_autofree char *text = g_strjoinv (self->folder, parts);
  g_autoptr (GError) error = NULL;

  scratch_write (self->folder, "ostiary.conf", text);
  g_clear_object (&self->config);
  self->config = ost_config_load (path, rig_get_registry (), OST_CONFIG_NONE, &error);
  g_assert_no_error (error);
}

gboolean
rig_try_start (Rig *self, OstEngineFlags flags, GError **error)
{
  g_assert_null (self->engine);
  self->engine
    = ost_engine_new (self->config, rig_get_registry (), self->store, rig_clock (), flags);
  return ost_engine_start (self->engine, error);
}

void
rig_start (Rig *self, OstEngineFlags flags)
{
  g_autoptr (GError) error = NULL;

  rig_try_start (self, flags, &error);
  g_assert_no_error (error);
}

/* Waiting */

void
rig_wait (RigCondition condition, gpointer data)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE_US;

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (500);
    }
}

static gboolean
is_set (gpointer data)
{
  return *(gpointer *)data != NULL;
}

static void
result_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_set_object ((GAsyncResult **)user_data, result);
}

void
rig_stop (Rig *self)
{
  g_autoptr (GAsyncResult) result = NULL;
  gpointer left = self->engine;

  if (self->engine == NULL)
    return;
  ost_engine_stop_async (self->engine, result_cb, &result);
  rig_wait (is_set, &result);
  ost_engine_stop_finish (self->engine, result);
  g_clear_object (&result);
  g_object_add_weak_pointer (G_OBJECT (self->engine), &left);
  g_clear_object (&self->engine);
  /* Whatever was still on its way to this thread finds nothing to hold on to. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (self->n_runs == 0)
    g_assert_null (left);
  else
    g_object_remove_weak_pointer (left, &left);
}

void
rig_restart (Rig *self, OstEngineFlags flags)
{
  rig_stop (self);
  ost_store_close (self->store);
  g_clear_object (&self->store);
  open_store (self);
  rig_start (self, flags);
}

typedef struct {
  Rig *rig;
  const char *connection;
  const char *state;
} StateWait;

static gboolean
has_state (gpointer data)
{
  StateWait *wait = data;
  g_autofree char *state = rig_get_state (wait->rig, wait->connection);

  return g_strcmp0 (state, wait->state) == 0;
}

void
rig_wait_for_state (Rig *self, const char *connection, const char *state)
{
  StateWait wait = { self, connection, state };

  rig_wait (has_state, &wait);
}

/* Tasks */

static void
progress_cb (const OstProgress *progress, gpointer user_data)
{
  RigRun *run = user_data;

  /* Where it was asked for, and not after it has ended. */
  g_assert_true (g_main_context_is_owner (NULL));
  g_assert_null (run->result);
  g_assert_nonnull (progress->phase);
  run->n_told++;
  run->last_phase = progress->phase;
}

RigRun *
rig_run_begin (Rig *self, OstTaskKind kind, const char *connection, gboolean is_explicit)
{
  OstTask task = { .kind = kind, .connection = connection, .is_explicit = is_explicit };
  RigRun *run = g_new0 (RigRun, 1);

  self->n_runs++;
  run->cancellable = g_cancellable_new ();
  ost_engine_run_async (self->engine, &task, progress_cb, run, run->cancellable, result_cb,
                        &run->result);
  return run;
}

OstReport *
rig_run_end (Rig *self, RigRun *run, GError **error)
{
  g_autoptr (OstEngine) engine = NULL;
  OstReport *report;

  rig_wait (is_set, &run->result);
  /* It may have been stopped by now. */
  engine = OST_ENGINE (g_async_result_get_source_object (run->result));
  report = ost_engine_run_finish (engine, run->result, error);
  self->n_runs--;
  g_object_unref (run->result);
  g_object_unref (run->cancellable);
  g_free (run);
  return report;
}

OstReport *
rig_run (Rig *self, OstTaskKind kind, const char *connection, GError **error)
{
  return rig_run_end (self, rig_run_begin (self, kind, connection, TRUE), error);
}

OstReport *
rig_run_quietly (Rig *self, OstTaskKind kind, const char *connection, GError **error)
{
  return rig_run_end (self, rig_run_begin (self, kind, connection, FALSE), error);
}

/* The world */

RigDevice *
rig_get_device (Rig *self, guint number)
{
  return g_ptr_array_index (self->world.devices, number);
}

void
rig_fail (Rig *self, const char *pattern, guint times, int code, guint rows)
{
  RigFault *fault = g_new0 (RigFault, 1);

  fault->pattern = g_strdup (pattern);
  fault->times = times;
  fault->code = code;
  fault->rows = rows;
  g_mutex_lock (&self->world.mutex);
  g_ptr_array_add (self->world.faults, fault);
  g_mutex_unlock (&self->world.mutex);
}

guint
rig_count_asked (Rig *self, const char *pattern)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->world.mutex);
  GHashTableIter iter;
  gpointer name, n;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->world.asked);
  while (g_hash_table_iter_next (&iter, &name, &n))
    if (g_pattern_match_simple (pattern, name))
      count += GPOINTER_TO_UINT (n);
  return count;
}

void
rig_forget_asked (Rig *self)
{
  g_mutex_lock (&self->world.mutex);
  g_hash_table_remove_all (self->world.asked);
  self->world.max_running = 0;
  g_mutex_unlock (&self->world.mutex);
}

void
rig_hold (Rig *self, const char *pattern)
{
  g_mutex_lock (&self->world.mutex);
  g_free (self->world.held);
  self->world.held = g_strdup (pattern);
  g_mutex_unlock (&self->world.mutex);
}

void
rig_release (Rig *self)
{
  rig_hold (self, NULL);
}

typedef struct {
  Rig *rig;
  guint n;
} HoldWait;

static gboolean
are_holding (gpointer data)
{
  HoldWait *wait = data;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&wait->rig->world.mutex);

  return wait->rig->world.n_holding >= wait->n;
}

void
rig_wait_for_hold (Rig *self, guint n)
{
  HoldWait wait = { self, n };

  rig_wait (are_holding, &wait);
}

/* The store */

void
rig_assert_inventory (Rig *self, const char *connection, gint64 present, gint64 missing)
{
  g_autoptr (GError) error = NULL;
  gint64 is_present, is_missing;

  ost_store_count_devices (self->store, connection, &is_present, &is_missing, &error);
  g_assert_no_error (error);
  g_assert_cmpint (is_present, ==, present);
  g_assert_cmpint (is_missing, ==, missing);
}

void
rig_assert_runs_over (Rig *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) runs = ost_store_list_runs (self->store, NULL, 100, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < runs->len; i++)
    {
      const OstRun *run = runs->pdata[i];

      g_assert_true (run->is_over);
      /* One that another run had to end was left open. */
      g_assert_cmpstr (run->report.error, !=, "interrupted");
      g_assert_true (run->report.complete == (run->report.error == NULL));
    }
}

OstConnectionStatus *
rig_get_status (Rig *self, const char *connection)
{
  g_autoptr (GError) error = NULL;
  OstConnectionStatus *status = ost_store_load_status (self->store, connection, &error);

  g_assert_no_error (error);
  return status;
}

char *
rig_get_state (Rig *self, const char *connection)
{
  g_autoptr (OstConnectionStatus) status = rig_get_status (self, connection);

  return g_strdup (status->state);
}
