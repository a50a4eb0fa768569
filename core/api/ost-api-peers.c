/* ost-api-peers.c: how many peers there may be, and how long they may take to ask */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

/* Far more than anybody needs, and far less than there are descriptors. */
#define MAX_PEERS 256

typedef struct {
  guint *n_peers;
  GSource *timer;
} Peer;

static void
stop_timer (Peer *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
over_cb (SoupServerMessage *message, gpointer user_data)
{
  Peer *self = user_data;

  ost_api_unwatch (message, self);
  stop_timer (self);
  (*self->n_peers)--;
  g_free (self);
}

static void
got_body_cb (SoupServerMessage *message, gpointer user_data)
{
  stop_timer (user_data);
}

static void
send_away (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  if (socket != NULL)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

static gboolean
too_late_cb (gpointer user_data)
{
  send_away (user_data);
  return G_SOURCE_REMOVE;
}

void
ost_api_admit (SoupServerMessage *message, guint *n_peers, guint patience_ms)
{
  Peer *self = g_new0 (Peer, 1);

  self->n_peers = n_peers;
  (*n_peers)++;
  ost_api_watch (message, over_cb, self);
  g_signal_connect (message, "got-body", G_CALLBACK (got_body_cb), self);
  self->timer = g_timeout_source_new (patience_ms);
  g_source_set_static_name (self->timer, "ostiary-patience");
  g_source_set_callback (self->timer, too_late_cb, message, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
  if (*n_peers > MAX_PEERS)
    send_away (message);
}
