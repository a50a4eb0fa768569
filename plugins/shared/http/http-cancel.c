/* http-cancel.c: a cancellation by another thread, told on the I/O thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "http-cancel.h"

struct _OstHttpCancel {
  gatomicrefcount references;
  GCancellable *cancellable;
  GMainContext *context;
  gulong id;
  void (*func) (gpointer user_data); /* I/O thread; NULL once nobody wants to know */
  gpointer user_data;
};

static void
unref (gpointer data)
{
  OstHttpCancel *self = data;

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_object_unref (self->cancellable);
  g_main_context_unref (self->context);
  g_free (self);
}

static OstHttpCancel *
ref (OstHttpCancel *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static gboolean
tell_cb (gpointer user_data)
{
  OstHttpCancel *self = user_data;

  if (self->func != NULL)
    self->func (self->user_data);
  return G_SOURCE_REMOVE;
}

/* On whichever thread cancels. */
static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  OstHttpCancel *self = user_data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "ostiary-cancelled");
  g_source_set_callback (source, tell_cb, ref (self), unref);
  g_source_attach (source, self->context);
}

OstHttpCancel *
ost_http_cancel_new (GCancellable *cancellable, GMainContext *context,
                     void (*func) (gpointer user_data), gpointer user_data)
{
  OstHttpCancel *self = g_new0 (OstHttpCancel, 1);

  g_atomic_ref_count_init (&self->references);
  self->cancellable = g_object_ref (cancellable);
  self->context = g_main_context_ref (context);
  self->func = func;
  self->user_data = user_data;
  self->id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), ref (self), unref);
  return self;
}

void
ost_http_cancel_free (OstHttpCancel *self)
{
  self->func = NULL;
  if (self->id != 0)
    g_cancellable_disconnect (self->cancellable, self->id);
  unref (self);
}
