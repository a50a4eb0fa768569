/* ost-transfer.c: the transport's end of an exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-pipe.h"

#include "ost-context.h"

#include <string.h>

struct _OstTransfer {
  gatomicrefcount references;
  OstPipe *pipe;
};

G_DEFINE_BOXED_TYPE (OstTransfer, ost_transfer, ost_transfer_ref, ost_transfer_unref)

OstTransfer *
ost_transfer_new (OstPipe *pipe)
{
  OstTransfer *self = g_new0 (OstTransfer, 1);

  g_atomic_ref_count_init (&self->references);
  self->pipe = ost_pipe_ref (pipe);
  return self;
}

OstTransfer *
ost_transfer_ref (OstTransfer *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_transfer_unref (OstTransfer *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  ost_pipe_unref (self->pipe);
  g_free (self);
}

void
ost_transfer_set_credentials (OstTransfer *self, const char *user, OstSecret *secret,
                              const char *const *methods)
{
  static const char *const automatic[] = { "auto", NULL };
  OstCredentials *credentials = &self->pipe->credentials;

  g_return_if_fail (credentials->user == NULL && credentials->methods == NULL);

  credentials->user = g_strdup (user);
  credentials->secret = secret != NULL ? ost_secret_ref (secret) : NULL;
  credentials->methods
    = (const char *const *)g_strdupv ((char **)(methods != NULL ? methods : automatic));
}

const char *
ost_transfer_get_identity (OstTransfer *self)
{
  return self->pipe->credentials.identity;
}

const char *
ost_transfer_get_connection (OstTransfer *self)
{
  return self->pipe->connection;
}

const char *
ost_transfer_get_method (OstTransfer *self)
{
  return ost_request_get_method (self->pipe->request);
}

const char *
ost_transfer_get_uri (OstTransfer *self)
{
  return ost_request_get_uri (self->pipe->request);
}

const char *const *
ost_transfer_get_headers (OstTransfer *self)
{
  return ost_request_get_headers (self->pipe->request);
}

GBytes *
ost_transfer_get_body (OstTransfer *self)
{
  return ost_request_get_body (self->pipe->request);
}

gboolean
ost_transfer_is_replayable (OstTransfer *self)
{
  return ost_request_is_replayable (self->pipe->request);
}

gboolean
ost_transfer_has_own_cookies (OstTransfer *self)
{
  return ost_request_has_own_cookies (self->pipe->request);
}

guint
ost_transfer_get_idle_timeout (OstTransfer *self)
{
  return ost_request_get_idle_timeout (self->pipe->request);
}

const OstCredentials *
ost_transfer_get_credentials (OstTransfer *self)
{
  return &self->pipe->credentials;
}

void
ost_transfer_set_resume_func (OstTransfer *self, GSourceFunc resume, gpointer user_data,
                              GDestroyNotify destroy)
{
  OstPipe *pipe = self->pipe;

  g_mutex_lock (&pipe->mutex);
  g_clear_pointer (&pipe->context, g_main_context_unref);
  pipe->context = g_main_context_ref_thread_default ();
  g_mutex_unlock (&pipe->mutex);
  pipe->resume = resume;
  pipe->resume_data = user_data;
  pipe->resume_destroy = destroy;
}

void
ost_transfer_push_head (OstTransfer *self, guint status, const char *const *headers)
{
  OstPipe *pipe = self->pipe;

  g_mutex_lock (&pipe->mutex);
  g_warn_if_fail (!pipe->has_head);
  g_strfreev (pipe->headers);
  pipe->status = status;
  pipe->headers = g_strdupv ((char **)headers);
  pipe->has_head = TRUE;
  g_cond_broadcast (&pipe->cond);
  g_mutex_unlock (&pipe->mutex);
}

static void
grow_ring (OstPipe *pipe, gsize wanted)
{
  gsize capacity = MAX (pipe->capacity, 16 * 1024);
  char *ring;
  gsize head;

  while (capacity < wanted)
    capacity *= 2;
  if (capacity == pipe->capacity)
    return;
  ring = g_malloc (capacity);
  head = MIN (pipe->used, pipe->capacity - pipe->start);
  if (pipe->used > 0)
    {
      memcpy (ring, pipe->ring + pipe->start, head);
      memcpy (ring + head, pipe->ring, pipe->used - head);
    }
  g_free (pipe->ring);
  pipe->ring = ring;
  pipe->capacity = capacity;
  pipe->start = 0;
}

static void
append_locked (OstPipe *pipe, const char *bytes, gsize length)
{
  gsize end, head;

  grow_ring (pipe, pipe->used + length);
  end = (pipe->start + pipe->used) % pipe->capacity;
  head = MIN (length, pipe->capacity - end);
  memcpy (pipe->ring + end, bytes, head);
  memcpy (pipe->ring, bytes + head, length - head);
  pipe->used += length;
}

static OstFlow
push_locked (OstPipe *pipe, const void *bytes, gsize length)
{
  guint64 limit = ost_request_get_max_reply_bytes (pipe->request);

  if (pipe->is_abandoned || pipe->is_finished)
    return OST_FLOW_STOP;
  if (limit > 0 && pipe->received + length > limit)
    {
      g_set_error (&pipe->failure, OST_ERROR, OST_ERROR_PROTOCOL,
                   "connection ‘%s’: the reply to %s %s is longer than the %" G_GUINT64_FORMAT
                   " bytes that it may have",
                   pipe->connection, ost_request_get_method (pipe->request),
                   ost_request_get_uri (pipe->request), limit);
      pipe->is_finished = TRUE;
      g_cond_broadcast (&pipe->cond);
      return OST_FLOW_STOP;
    }
  if (pipe->used + length > OST_PIPE_CAPACITY)
    {
      pipe->is_paused = TRUE;
      return OST_FLOW_PAUSE;
    }
  append_locked (pipe, bytes, length);
  pipe->received += length;
  g_cond_broadcast (&pipe->cond);
  return OST_FLOW_CONTINUE;
}

OstFlow
ost_transfer_push (OstTransfer *self, const void *bytes, gsize length)
{
  OstPipe *pipe = self->pipe;
  OstFlow flow;

  g_return_val_if_fail (length <= OST_PIPE_MAX_PUSH, OST_FLOW_STOP);

  if (length == 0)
    return OST_FLOW_CONTINUE;
  g_mutex_lock (&pipe->mutex);
  flow = push_locked (pipe, bytes, length);
  g_mutex_unlock (&pipe->mutex);
  return flow;
}

void
ost_transfer_count (OstTransfer *self, guint64 bytes_sent, guint64 bytes_received)
{
  if (self->pipe->counters != NULL)
    ost_counters_add (self->pipe->counters, bytes_sent, bytes_received, 0);
}

void
ost_transfer_finish (OstTransfer *self, GError *error)
{
  OstPipe *pipe = self->pipe;
  GDestroyNotify destroy = pipe->resume_destroy;

  pipe->resume = NULL;
  pipe->resume_destroy = NULL;
  if (destroy != NULL)
    destroy (g_steal_pointer (&pipe->resume_data));

  g_mutex_lock (&pipe->mutex);
  if (pipe->failure == NULL)
    pipe->failure = error;
  else
    g_clear_error (&error);
  pipe->is_finished = TRUE;
  g_cond_broadcast (&pipe->cond);
  g_mutex_unlock (&pipe->mutex);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (OstTransfer) transfer = user_data;
  OstTransport *transport = OST_TRANSPORT (source);
  GError *error = NULL;

  OST_TRANSPORT_GET_IFACE (transport)->send_finish (transport, result, &error);
  ost_transfer_finish (transfer, error);
}

typedef struct {
  OstTransport *transport;
  OstTransfer *transfer;
} Dispatch;

static void
free_dispatch (gpointer data)
{
  Dispatch *self = data;

  g_object_unref (self->transport);
  ost_transfer_unref (self->transfer);
  g_free (self);
}

static void
dispatch_cb (gpointer user_data)
{
  Dispatch *self = user_data;

  OST_TRANSPORT_GET_IFACE (self->transport)
    ->send_async (self->transport, self->transfer, self->transfer->pipe->cancellable, sent_cb,
                  ost_transfer_ref (self->transfer));
}

void
ost_transport_dispatch (OstTransport *transport, GMainContext *context, OstTransfer *transfer)
{
  Dispatch *dispatch = g_new0 (Dispatch, 1);

  dispatch->transport = g_object_ref (transport);
  dispatch->transfer = ost_transfer_ref (transfer);
  ost_context_post (context, "ostiary-send", dispatch_cb, dispatch, free_dispatch);
}
