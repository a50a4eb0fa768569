/* ost-pipe.c: a bounded buffer between the I/O thread and a worker */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-pipe.h"

#include "ost-context.h"

OstPipe *
ost_pipe_new (const OstClock *clock, const char *connection, OstRequest *request,
              OstCounters *counters)
{
  OstPipe *self = g_new0 (OstPipe, 1);

  g_atomic_ref_count_init (&self->references);
  self->clock = clock;
  self->connection = g_strdup (connection);
  self->request = ost_request_ref (request);
  self->counters = counters != NULL ? ost_counters_ref (counters) : NULL;
  self->cancellable = g_cancellable_new ();
  self->credentials.identity = ost_request_get_identity (request);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return self;
}

OstPipe *
ost_pipe_ref (OstPipe *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_pipe_unref (OstPipe *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free ((char *)self->credentials.user);
  g_clear_pointer (&self->credentials.secret, ost_secret_unref);
  g_strfreev ((char **)self->credentials.methods);
  g_clear_pointer (&self->counters, ost_counters_unref);
  ost_request_unref (self->request);
  g_object_unref (self->cancellable);
  g_free (self->connection);
  g_strfreev (self->headers);
  g_free (self->ring);
  g_clear_error (&self->failure);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

static void
resume_cb (gpointer user_data)
{
  OstPipe *self = user_data;

  /* Only the I/O thread sets, calls and drops the function, so it needs no lock. */
  if (self->resume != NULL)
    self->resume (self->resume_data);
}

void
ost_pipe_resume_locked (OstPipe *self)
{
  if (!self->is_paused || self->context == NULL)
    return;
  self->is_paused = FALSE;
  ost_context_post (self->context, "ostiary-resume", resume_cb, ost_pipe_ref (self),
                    (GDestroyNotify)ost_pipe_unref);
}

void
ost_pipe_abandon (OstPipe *self)
{
  g_mutex_lock (&self->mutex);
  self->is_abandoned = TRUE;
  ost_pipe_resume_locked (self);
  g_mutex_unlock (&self->mutex);
  g_cancellable_cancel (self->cancellable);
}
