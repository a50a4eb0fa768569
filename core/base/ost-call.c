/* ost-call.c: the context of one slot that runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-call-private.h"

#define CLEANUP_BUDGET_US (2 * G_USEC_PER_SEC)

struct _OstCounters {
  guint64 sent;
  guint64 received;
  guint64 requests;
};

struct _OstCall {
  GObject parent_instance;

  const OstCallHost *host;
  gpointer host_data;
  OstSettings *settings;
  char *connection;
  const OstClock *clock;
  GCancellable *cancellable;
  gint64 deadline;
  gint64 cleanup_deadline; /* 0 until clean-up begins */
  OstCounters *counters;
};

G_DEFINE_FINAL_TYPE (OstCall, ost_call, G_TYPE_OBJECT)

OstCounters *
ost_counters_new (void)
{
  return g_atomic_rc_box_new0 (OstCounters);
}

OstCounters *
ost_counters_ref (OstCounters *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ost_counters_unref (OstCounters *self)
{
  g_atomic_rc_box_release (self);
}

void
ost_counters_add (OstCounters *self, guint64 sent, guint64 received, guint64 requests)
{
  __atomic_fetch_add (&self->sent, sent, __ATOMIC_RELAXED);
  __atomic_fetch_add (&self->received, received, __ATOMIC_RELAXED);
  __atomic_fetch_add (&self->requests, requests, __ATOMIC_RELAXED);
}

void
ost_counters_get (OstCounters *self, guint64 *sent, guint64 *received, guint64 *requests)
{
  *sent = __atomic_load_n (&self->sent, __ATOMIC_RELAXED);
  *received = __atomic_load_n (&self->received, __ATOMIC_RELAXED);
  *requests = __atomic_load_n (&self->requests, __ATOMIC_RELAXED);
}

static void
ost_call_finalize (GObject *object)
{
  OstCall *self = OST_CALL (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->counters, ost_counters_unref);
  g_free (self->connection);
  G_OBJECT_CLASS (ost_call_parent_class)->finalize (object);
}

static void
ost_call_class_init (OstCallClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_call_finalize;
}

static void
ost_call_init (OstCall *self)
{
}

OstCall *
ost_call_new (const OstCallHost *host, gpointer host_data, OstSettings *settings,
              const char *connection, const OstClock *clock, GCancellable *cancellable,
              guint timeout_ms, OstCounters *counters)
{
  OstCall *self;

  g_return_val_if_fail (host != NULL && settings != NULL && connection != NULL && clock != NULL,
                        NULL);

  self = g_object_new (OST_TYPE_CALL, NULL);
  self->host = host;
  self->host_data = host_data;
  self->settings = g_object_ref (settings);
  self->connection = g_strdup (connection);
  self->clock = clock;
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->deadline
    = timeout_ms == 0 ? G_MAXINT64 : ost_clock_get_monotonic (clock) + (gint64)timeout_ms * 1000;
  self->counters = counters != NULL ? ost_counters_ref (counters) : NULL;
  return self;
}

const OstClock *
ost_call_get_clock (OstCall *self)
{
  return self->clock;
}

OstCounters *
ost_call_get_counters (OstCall *self)
{
  return self->counters;
}

gint64
ost_call_get_deadline (OstCall *self, gboolean is_cleanup)
{
  return is_cleanup ? self->cleanup_deadline : self->deadline;
}

OstSettings *
ost_call_get_settings (OstCall *self)
{
  g_return_val_if_fail (OST_IS_CALL (self), NULL);

  return self->settings;
}

const char *
ost_call_get_connection (OstCall *self)
{
  g_return_val_if_fail (OST_IS_CALL (self), NULL);

  return self->connection;
}

GCancellable *
ost_call_get_cancellable (OstCall *self)
{
  g_return_val_if_fail (OST_IS_CALL (self), NULL);

  return self->cancellable;
}

gboolean
ost_call_check (OstCall *self, GError **error)
{
  g_return_val_if_fail (OST_IS_CALL (self), FALSE);

  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  if (ost_clock_get_monotonic (self->clock) < self->deadline)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_TIMED_OUT,
               "connection ‘%s’: the operation's deadline is over", self->connection);
  return FALSE;
}

gboolean
ost_call_is_stopping (OstCall *self)
{
  return !ost_call_check (self, NULL);
}

typedef struct {
  GMutex mutex;
  GCond cond;
} Nap;

static void
wake_cb (GCancellable *cancellable, gpointer user_data)
{
  Nap *nap = user_data;

  g_mutex_lock (&nap->mutex);
  g_cond_broadcast (&nap->cond);
  g_mutex_unlock (&nap->mutex);
}

gboolean
ost_call_wait (OstCall *self, guint milliseconds, GError **error)
{
  Nap nap;
  gulong id = 0;
  gint64 until;

  g_return_val_if_fail (OST_IS_CALL (self), FALSE);

  until = MIN (ost_clock_get_monotonic (self->clock) + (gint64)milliseconds * 1000, self->deadline);
  g_mutex_init (&nap.mutex);
  g_cond_init (&nap.cond);
  if (self->cancellable != NULL)
    id = g_cancellable_connect (self->cancellable, G_CALLBACK (wake_cb), &nap, NULL);
  g_mutex_lock (&nap.mutex);
  while (!g_cancellable_is_cancelled (self->cancellable)
         && ost_clock_wait (self->clock, &nap.cond, &nap.mutex, until))
    ;
  g_mutex_unlock (&nap.mutex);
  if (id != 0)
    g_cancellable_disconnect (self->cancellable, id);
  g_mutex_clear (&nap.mutex);
  g_cond_clear (&nap.cond);
  return ost_call_check (self, error);
}

gboolean
ost_call_send (OstCall *self, OstTransfer *transfer, GError **error)
{
  if (self->host->send == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                   "connection ‘%s’ has no transport to send anything with", self->connection);
      return FALSE;
    }
  if (self->counters != NULL)
    ost_counters_add (self->counters, 0, 0, 1);
  return self->host->send (self->host_data, self, transfer, error);
}

void
ost_call_report_acceptance (OstCall *self, const char *identity)
{
  if (self->host->accepted != NULL)
    self->host->accepted (self->host_data, self, identity);
}

void
ost_call_report_refusal (OstCall *self, const char *identity, const GError *error)
{
  if (self->host->refused != NULL)
    self->host->refused (self->host_data, self, identity, error);
}

OstExchange *
ost_call_begin (OstCall *self, OstRequest *request, GError **error)
{
  g_return_val_if_fail (OST_IS_CALL (self) && request != NULL, NULL);

  if (!ost_call_check (self, error))
    return NULL;
  return ost_exchange_start (self, request, FALSE, error);
}

OstExchange *
ost_call_begin_cleanup (OstCall *self, OstRequest *request, GError **error)
{
  gint64 now = ost_clock_get_monotonic (self->clock);

  g_return_val_if_fail (OST_IS_CALL (self) && request != NULL, NULL);

  if (self->cleanup_deadline == 0)
    self->cleanup_deadline = now + CLEANUP_BUDGET_US;
  if (now >= self->cleanup_deadline)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_TIMED_OUT,
                   "connection ‘%s’: no time is left to clean up on the server", self->connection);
      return NULL;
    }
  return ost_exchange_start (self, request, TRUE, error);
}

gboolean
ost_call_emit (OstCall *self, OstObject *object, GError **error)
{
  g_return_val_if_fail (OST_IS_CALL (self) && object != NULL, FALSE);

  if (!ost_call_check (self, error))
    return FALSE;
  return self->host->emit == NULL || self->host->emit (self->host_data, self, object, error);
}

void
ost_call_warn (OstCall *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  g_return_if_fail (OST_IS_CALL (self));

  if (self->host->warn == NULL)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  self->host->warn (self->host_data, self, text);
}

void
ost_call_note (OstCall *self, const char *name, const char *value)
{
  g_return_if_fail (OST_IS_CALL (self));

  if (self->host->note != NULL)
    self->host->note (self->host_data, self, name, value);
}

void
ost_call_step (OstCall *self, const char *id, gboolean is_ok, const char *detail,
               const char *remedy)
{
  g_return_if_fail (OST_IS_CALL (self));

  if (self->host->step != NULL)
    self->host->step (self->host_data, self, id, is_ok, detail, remedy);
}

gboolean
ost_call_probe (OstCall *self, const char *uri, GError **error)
{
  g_return_val_if_fail (OST_IS_CALL (self), FALSE);

  return self->host->probe == NULL || self->host->probe (self->host_data, self, uri, error);
}

gboolean
ost_call_keep_session (OstCall *self, const char *id, const char *detail, GError **error)
{
  g_return_val_if_fail (OST_IS_CALL (self), FALSE);

  return self->host->keep_session == NULL
         || self->host->keep_session (self->host_data, self, id, detail, error);
}

void
ost_call_forget_session (OstCall *self, const char *id)
{
  g_return_if_fail (OST_IS_CALL (self));

  if (self->host->forget_session != NULL)
    self->host->forget_session (self->host_data, self, id);
}

gboolean
ost_call_take_left_over_session (OstCall *self, char **id, char **detail)
{
  g_return_val_if_fail (OST_IS_CALL (self), FALSE);

  return self->host->take_left_over_session != NULL
         && self->host->take_left_over_session (self->host_data, self, id, detail);
}
