/* ost-exchange.c: the reader's end of an exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-pipe.h"

#include <string.h>

/* A reply that a replayable request did not get is asked for so many times in all. */
#define MAX_ATTEMPTS 3
#define FIRST_BACK_OFF_MS 250

/* An error page may come from a machine that nobody had to sign in to. */
#define FIRST_STATUS_OF_ERRORS 400

struct _OstExchange {
  gatomicrefcount references;
  OstCall *call;
  OstRequest *request;
  gboolean is_cleanup;
  guint attempts;
  gboolean is_reported;
  OstPipe *pipe;
  gulong cancelled_id;
};

G_DEFINE_BOXED_TYPE (OstExchange, ost_exchange, ost_exchange_ref, ost_exchange_unref)

static void
wake_reader_cb (GCancellable *cancellable, gpointer user_data)
{
  OstPipe *pipe = user_data;

  g_mutex_lock (&pipe->mutex);
  g_cond_broadcast (&pipe->cond);
  g_mutex_unlock (&pipe->mutex);
}

static void
drop_pipe (OstExchange *self)
{
  GCancellable *cancellable = ost_call_get_cancellable (self->call);

  if (self->cancelled_id != 0)
    g_cancellable_disconnect (cancellable, self->cancelled_id);
  self->cancelled_id = 0;
  if (self->pipe == NULL)
    return;
  ost_pipe_abandon (self->pipe);
  g_clear_pointer (&self->pipe, ost_pipe_unref);
}

static gboolean
start_attempt (OstExchange *self, GError **error)
{
  GCancellable *cancellable = ost_call_get_cancellable (self->call);
  g_autoptr (OstTransfer) transfer = NULL;

  drop_pipe (self);
  self->attempts++;
  self->pipe = ost_pipe_new (ost_call_get_clock (self->call), ost_call_get_connection (self->call),
                             self->request, ost_call_get_counters (self->call));
  if (cancellable != NULL && !self->is_cleanup)
    self->cancelled_id
      = g_cancellable_connect (cancellable, G_CALLBACK (wake_reader_cb), ost_pipe_ref (self->pipe),
                               (GDestroyNotify)ost_pipe_unref);
  transfer = ost_transfer_new (self->pipe);
  return ost_call_send (self->call, transfer, error);
}

OstExchange *
ost_exchange_start (OstCall *call, OstRequest *request, gboolean is_cleanup, GError **error)
{
  g_autoptr (OstExchange) self = g_new0 (OstExchange, 1);

  g_atomic_ref_count_init (&self->references);
  self->call = g_object_ref (call);
  self->request = ost_request_ref (request);
  self->is_cleanup = is_cleanup;
  if (!start_attempt (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

OstExchange *
ost_exchange_ref (OstExchange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_exchange_unref (OstExchange *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  drop_pipe (self);
  ost_request_unref (self->request);
  g_object_unref (self->call);
  g_free (self);
}

static gboolean
wait_for_more_locked (OstExchange *self, GError **error)
{
  const OstClock *clock = ost_call_get_clock (self->call);
  gint64 deadline = ost_call_get_deadline (self->call, self->is_cleanup);
  GCancellable *cancellable = self->is_cleanup ? NULL : ost_call_get_cancellable (self->call);

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  if (ost_clock_wait (clock, &self->pipe->cond, &self->pipe->mutex, deadline))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_TIMED_OUT,
               "connection ‘%s’: %s %s was not answered before the operation's deadline",
               self->pipe->connection, ost_request_get_method (self->request),
               ost_request_get_uri (self->request));
  return FALSE;
}

static gboolean
wait_head_once (OstExchange *self, GError **error)
{
  OstPipe *pipe = self->pipe;
  gboolean is_there;

  g_mutex_lock (&pipe->mutex);
  while (!pipe->has_head && !pipe->is_finished)
    if (!wait_for_more_locked (self, error))
      {
        g_mutex_unlock (&pipe->mutex);
        return FALSE;
      }
  is_there = pipe->has_head;
  if (!is_there && pipe->failure != NULL)
    g_propagate_error (error, g_error_copy (pipe->failure));
  else if (!is_there)
    g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                 "connection ‘%s’: %s %s ended without a reply", pipe->connection,
                 ost_request_get_method (self->request), ost_request_get_uri (self->request));
  g_mutex_unlock (&pipe->mutex);
  return is_there;
}

static gboolean
may_ask_again (OstExchange *self, const GError *error)
{
  if (!ost_request_is_replayable (self->request) || self->is_cleanup
      || self->attempts >= MAX_ATTEMPTS || ost_call_is_stopping (self->call))
    return FALSE;
  return g_error_matches (error, OST_ERROR, OST_ERROR_UNAVAILABLE)
         || g_error_matches (error, OST_ERROR, OST_ERROR_TIMED_OUT);
}

static void
report_acceptance (OstExchange *self)
{
  if (self->is_reported || self->pipe->status >= FIRST_STATUS_OF_ERRORS)
    return;
  self->is_reported = TRUE;
  ost_call_report_acceptance (self->call, ost_request_get_identity (self->request));
}

gboolean
ost_exchange_wait_head (OstExchange *self, GError **error)
{
  g_return_val_if_fail (self != NULL, FALSE);

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;

      if (wait_head_once (self, &failure))
        {
          report_acceptance (self);
          return TRUE;
        }
      if (g_error_matches (failure, OST_ERROR, OST_ERROR_SIGN_IN))
        ost_call_report_refusal (self->call, ost_request_get_identity (self->request), failure);
      if (!may_ask_again (self, failure))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (!ost_call_wait (self->call, FIRST_BACK_OFF_MS << (self->attempts - 1), error)
          || !start_attempt (self, error))
        return FALSE;
    }
}

static gsize
take_locked (OstPipe *pipe, char *buffer, gsize size)
{
  gsize length = MIN (size, pipe->used);
  gsize head = MIN (length, pipe->capacity - pipe->start);

  memcpy (buffer, pipe->ring + pipe->start, head);
  memcpy (buffer + head, pipe->ring, length - head);
  pipe->start = (pipe->start + length) % pipe->capacity;
  pipe->used -= length;
  if (pipe->used <= OST_PIPE_CAPACITY - OST_PIPE_MAX_PUSH)
    ost_pipe_resume_locked (pipe);
  return length;
}

static gssize
read_locked (OstExchange *self, char *buffer, gsize size, GError **error)
{
  OstPipe *pipe = self->pipe;

  while (pipe->used == 0 && !pipe->is_finished)
    if (!wait_for_more_locked (self, error))
      return -1;
  if (pipe->used > 0)
    return (gssize)take_locked (pipe, buffer, size);
  if (pipe->failure == NULL)
    return 0;
  g_propagate_error (error, g_error_copy (pipe->failure));
  return -1;
}

gssize
ost_exchange_read (OstExchange *self, void *buffer, gsize size, GError **error)
{
  gssize length;

  g_return_val_if_fail (self != NULL && buffer != NULL && size > 0, -1);

  if (!ost_exchange_wait_head (self, error))
    return -1;
  g_mutex_lock (&self->pipe->mutex);
  length = read_locked (self, buffer, size, error);
  g_mutex_unlock (&self->pipe->mutex);
  return length;
}

guint
ost_exchange_get_status (OstExchange *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->pipe->status;
}

const char *
ost_exchange_get_header (OstExchange *self, const char *name)
{
  gsize length = strlen (name);

  g_return_val_if_fail (self != NULL, NULL);

  for (gsize i = 0; self->pipe->headers != NULL && self->pipe->headers[i] != NULL; i++)
    {
      const char *line = self->pipe->headers[i];

      if (g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':')
        return line + length + 1 + strspn (line + length + 1, " \t");
    }
  return NULL;
}

const char *const *
ost_exchange_get_headers (OstExchange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char *const *)self->pipe->headers;
}

OstRequest *
ost_exchange_get_request (OstExchange *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->request;
}
