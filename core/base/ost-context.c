/* ost-context.c: runs a function on the thread that a main context belongs to */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-context.h"

typedef struct {
  GSourceOnceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Posted;

static void
free_posted (gpointer data)
{
  Posted *self = data;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static gboolean
run_posted_cb (gpointer user_data)
{
  Posted *self = user_data;

  self->func (self->data);
  return G_SOURCE_REMOVE;
}

void
ost_context_post (GMainContext *context, const char *name, GSourceOnceFunc func, gpointer data,
                  GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Posted *posted = g_new0 (Posted, 1);

  posted->func = func;
  posted->data = data;
  posted->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, name);
  g_source_set_callback (source, run_posted_cb, posted, free_posted);
  g_source_attach (source, context);
}
