/* ost-progress.c: how far a task is, told in the caller's own context */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-progress.h"

#include "core/base/ost-context.h"

#define TELL_INTERVAL_US (G_USEC_PER_SEC / 5)
#define SAVE_INTERVAL_US (2 * G_USEC_PER_SEC)

/* What outlives the meter: a telling that is still queued when the meter goes. */
typedef struct {
  GMutex mutex;
  OstProgressFunc func; /* NULL once the meter has gone */
  gpointer user_data;
} Listener;

struct _OstProgressMeter {
  OstConnection *connection;
  const OstClock *clock;
  char *kind;
  GMainContext *context;
  Listener *listener; /* reference-counted */
  gint64 run_started;

  GMutex mutex;
  const char *phase;
  guint64 done;
  guint64 expected;
  gint64 phase_started;
  gint64 last_told;
  gint64 last_saved;
};

static void
clear_listener (gpointer data)
{
  g_mutex_clear (&((Listener *)data)->mutex);
}

OstProgressMeter *
ost_progress_meter_new (OstConnection *connection, const char *kind, GMainContext *context,
                        OstProgressFunc func, gpointer user_data)
{
  OstProgressMeter *self = g_new0 (OstProgressMeter, 1);

  self->connection = ost_connection_ref (connection);
  self->clock = ost_connection_get_clock (connection);
  self->kind = g_strdup (kind);
  self->context = g_main_context_ref (context);
  self->listener = g_atomic_rc_box_new0 (Listener);
  g_mutex_init (&self->listener->mutex);
  self->listener->func = func;
  self->listener->user_data = user_data;
  self->run_started = ost_clock_get_time (self->clock);
  g_mutex_init (&self->mutex);
  return self;
}

static void
apply_run_over (OstConnectionStatus *status, gpointer user_data)
{
  g_clear_pointer (&status->run, g_free);
  g_clear_pointer (&status->run_phase, g_free);
  status->run_started_us = status->run_count = status->run_expected = status->run_rate = 0;
}

void
ost_progress_meter_free (OstProgressMeter *self)
{
  g_mutex_lock (&self->listener->mutex);
  self->listener->func = NULL;
  g_mutex_unlock (&self->listener->mutex);
  if (self->kind != NULL)
    ost_connection_update (self->connection, apply_run_over, NULL);
  g_atomic_rc_box_release_full (self->listener, clear_listener);
  g_main_context_unref (self->context);
  ost_connection_unref (self->connection);
  g_mutex_clear (&self->mutex);
  g_free (self->kind);
  g_free (self);
}

typedef struct {
  Listener *listener;
  OstProgress progress;
} Telling;

static void
free_telling (gpointer data)
{
  Telling *self = data;

  g_atomic_rc_box_release_full (self->listener, clear_listener);
  g_free (self);
}

static void
tell_cb (gpointer user_data)
{
  Telling *self = user_data;
  OstProgressFunc func;
  gpointer data;

  g_mutex_lock (&self->listener->mutex);
  func = self->listener->func;
  data = self->listener->user_data;
  if (func != NULL)
    func (&self->progress, data);
  g_mutex_unlock (&self->listener->mutex);
}

static OstProgress
measure_locked (OstProgressMeter *self, gint64 now)
{
  gint64 elapsed = now - self->phase_started;
  OstProgress progress = {
    .phase = self->phase,
    .done = self->done,
    .expected = self->expected,
    .seconds_left = -1,
  };

  if (elapsed > 0)
    progress.per_second = (double)self->done * G_USEC_PER_SEC / (double)elapsed;
  if (self->expected >= self->done && progress.per_second > 0 && self->expected > 0)
    progress.seconds_left
      = (gint64)((double)(self->expected - self->done) / progress.per_second + 0.5);
  return progress;
}

static void
tell (OstProgressMeter *self, const OstProgress *progress)
{
  Telling *telling;

  if (self->listener->func == NULL)
    return;
  telling = g_new0 (Telling, 1);
  telling->listener = g_atomic_rc_box_acquire (self->listener);
  telling->progress = *progress;
  ost_context_post (self->context, "ostiary-progress", tell_cb, telling, free_telling);
}

typedef struct {
  OstProgressMeter *meter;
  OstProgress progress;
} Saving;

static void
apply_progress (OstConnectionStatus *status, gpointer user_data)
{
  const Saving *saving = user_data;

  g_free (status->run);
  g_free (status->run_phase);
  status->run = g_strdup (saving->meter->kind);
  status->run_phase = g_strdup (saving->progress.phase);
  status->run_started_us = saving->meter->run_started;
  status->run_count = (gint64)saving->progress.done;
  status->run_expected = (gint64)saving->progress.expected;
  status->run_rate = (gint64)(saving->progress.per_second * 60);
}

static void
report_progress (OstProgressMeter *self, gboolean is_due)
{
  gint64 now = ost_clock_get_monotonic (self->clock);
  Saving saving = { .meter = self };
  gboolean tells, saves;

  g_mutex_lock (&self->mutex);
  tells = is_due || now - self->last_told >= TELL_INTERVAL_US;
  saves = self->kind != NULL && (is_due || now - self->last_saved >= SAVE_INTERVAL_US);
  if (tells)
    self->last_told = now;
  if (saves)
    self->last_saved = now;
  saving.progress = measure_locked (self, now);
  g_mutex_unlock (&self->mutex);
  if (tells)
    tell (self, &saving.progress);
  if (saves)
    ost_connection_update (self->connection, apply_progress, &saving);
}

void
ost_progress_meter_begin (OstProgressMeter *self, const char *phase, guint64 expected)
{
  g_mutex_lock (&self->mutex);
  self->phase = phase;
  self->done = 0;
  self->expected = expected;
  self->phase_started = ost_clock_get_monotonic (self->clock);
  g_mutex_unlock (&self->mutex);
  report_progress (self, TRUE);
}

void
ost_progress_meter_add (OstProgressMeter *self, guint64 count)
{
  g_mutex_lock (&self->mutex);
  self->done += count;
  g_mutex_unlock (&self->mutex);
  report_progress (self, FALSE);
}
