/* ost-io.c: the I/O thread, on which all transports run */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-io.h"

struct _OstIo {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
};

static gpointer
run_loop (gpointer data)
{
  OstIo *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

OstIo *
ost_io_new (void)
{
  OstIo *self = g_new0 (OstIo, 1);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("ostiary-io", run_loop, self);
  return self;
}

GMainContext *
ost_io_get_context (OstIo *self)
{
  return self->context;
}

static void
attach (OstIo *self, int priority, GSourceFunc func, gpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
  g_source_set_static_name (source, "ostiary-io");
  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, self->context);
}

typedef struct {
  GFunc func;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean is_done;
} Visit;

static gboolean
visit_cb (gpointer user_data)
{
  Visit *visit = user_data;

  visit->func (visit->data, NULL);
  g_mutex_lock (&visit->mutex);
  visit->is_done = TRUE;
  g_cond_signal (&visit->cond);
  g_mutex_unlock (&visit->mutex);
  return G_SOURCE_REMOVE;
}

void
ost_io_run (OstIo *self, GFunc func, gpointer data)
{
  Visit visit = { .func = func, .data = data };

  g_return_if_fail (g_thread_self () != self->thread);

  g_mutex_init (&visit.mutex);
  g_cond_init (&visit.cond);
  attach (self, G_PRIORITY_DEFAULT, visit_cb, &visit);
  g_mutex_lock (&visit.mutex);
  while (!visit.is_done)
    g_cond_wait (&visit.cond, &visit.mutex);
  g_mutex_unlock (&visit.mutex);
  g_mutex_clear (&visit.mutex);
  g_cond_clear (&visit.cond);
}

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_REMOVE;
}

void
ost_io_free (OstIo *self)
{
  attach (self, G_PRIORITY_LOW, quit_cb, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
}
