/* ost-lease.c: the engine's exclusive lease on the store, kept alive */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-lease.h"

#include "core/base/ost-context.h"

#include <unistd.h>

#define LEASE_US (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)
#define RENEW_US (20 * G_USEC_PER_SEC)

struct _OstLease { /* reference-counted: a call that is still queued outlives the lease */
  OstStore *store;
  const OstClock *clock;
  gint64 fence;
  GMainContext *context;
  OstLeaseLostFunc lost;
  gpointer user_data;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean is_over;
};

static void
clear_lease (gpointer data)
{
  OstLease *self = data;

  g_object_unref (self->store);
  g_main_context_unref (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
}

static void
unref_lease (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear_lease);
}

static void
lost_cb (gpointer data)
{
  OstLease *self = data;

  /* Only this thread gives the lease back. */
  if (!self->is_over)
    self->lost (self->user_data);
}

/* Returns FALSE where the lease is somebody else's. */
static gboolean
renew (OstLease *self)
{
  g_autoptr (GError) error = NULL;

  if (ost_store_renew_lease (self->store, self->fence, LEASE_US, ost_clock_get_time (self->clock),
                             &error))
    return TRUE;
  if (g_error_matches (error, OST_ERROR, OST_ERROR_EXISTS))
    return FALSE;
  /* It may work the next time: the lease outlasts two renewals that failed. */
  g_warning ("the store's lease could not be renewed: %s", error->message);
  return TRUE;
}

static gpointer
keep_alive (gpointer data)
{
  OstLease *self = data;
  gint64 until = ost_clock_get_monotonic (self->clock) + RENEW_US;

  g_mutex_lock (&self->mutex);
  while (!self->is_over)
    {
      if (ost_clock_wait (self->clock, &self->cond, &self->mutex, until) || self->is_over)
        continue;
      g_mutex_unlock (&self->mutex);
      if (!renew (self))
        {
          ost_context_post (self->context, "ostiary-lease", lost_cb, g_atomic_rc_box_acquire (self),
                            unref_lease);
          return NULL;
        }
      until = ost_clock_get_monotonic (self->clock) + RENEW_US;
      g_mutex_lock (&self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

OstLease *
ost_lease_acquire (OstStore *store, const OstClock *clock, OstLeaseLostFunc lost,
                   gpointer user_data, GError **error)
{
  g_autofree char *process = ost_process_describe_self ();
  g_autofree char *holder = g_strdup_printf (
    "%s, process %d", g_get_prgname () != NULL ? g_get_prgname () : "ostiary", (int)getpid ());
  OstLease *self;
  gint64 fence;

  if (!ost_store_acquire_lease (store, process, holder, LEASE_US, ost_clock_get_time (clock),
                                &fence, error))
    return NULL;
  self = g_atomic_rc_box_new0 (OstLease);
  self->store = g_object_ref (store);
  self->clock = clock;
  self->fence = fence;
  self->context = g_main_context_ref_thread_default ();
  self->lost = lost;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("ostiary-lease", keep_alive, self);
  return self;
}

gint64
ost_lease_get_fence (OstLease *self)
{
  return self->fence;
}

void
ost_lease_release (OstLease *self)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->mutex);
  self->is_over = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  if (!ost_store_release_lease (self->store, self->fence, &error))
    g_warning ("the store's lease could not be given back: %s", error->message);
  unref_lease (self);
}
