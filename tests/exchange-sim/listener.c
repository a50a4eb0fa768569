/* listener.c: takes connections, with and without TLS, within limits */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listener.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#define BACKLOG 1024
#define MAX_CONNECTIONS 1024
/* A connection on which nothing moves: a Receive that waits moves nothing either, but then nobody
   watches the socket. */
#define SILENCE_SECONDS 120

/**
 * Count:
 *
 * Outlives the listener while connections do.
 */
typedef struct {
  gatomicrefcount references;
  guint n_open;
} Count;

struct _SimListener {
  SoupServer *server;
  GSocketService *service;
  GTlsCertificate *certificate;
  guint16 port;
  Count *count;
};

static void
release_count (Count *count)
{
  if (g_atomic_ref_count_dec (&count->references))
    g_free (count);
}

static void
on_connection_gone (gpointer data, GObject *connection)
{
  Count *count = data;
  count->n_open--;
  release_count (count);
}

static gboolean
serve (SimListener *listener, GSocketConnection *connection, GError **error)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GIOStream) stream = g_object_ref (G_IO_STREAM (connection));
  if (listener->certificate != NULL)
    {
      g_autoptr (GIOStream) tls
        = g_tls_server_connection_new (stream, listener->certificate, error);
      if (tls == NULL)
        return FALSE;
      g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
      g_set_object (&stream, tls);
    }
  return soup_server_accept_iostream (listener->server, stream, local, remote, error);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  SimListener *listener = data;
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr (GError) error = NULL;
  if (listener->count->n_open >= MAX_CONNECTIONS)
    {
      g_warning ("refused a connection: %u are open", listener->count->n_open);
      return TRUE;
    }
  listener->count->n_open++;
  g_atomic_ref_count_inc (&listener->count->references);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, listener->count);
  g_socket_set_timeout (socket, SILENCE_SECONDS);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (!serve (listener, connection, &error))
    g_warning ("cannot serve a connection: %s", error->message);
  return TRUE;
}

static GSocket *
open_socket (guint16 port, GError **error)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr (GSocket) socket
    = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

/* libsoup closes a connection after one request unless it listens itself somewhere: here at an
   address that the kernel makes up and nobody knows. */
static gboolean
keep_alive (SoupServer *server, GError **error)
{
  g_autoptr (GSList) addresses = soup_server_get_listeners (server);
  if (addresses != NULL)
    return TRUE;
  g_autoptr (GSocketAddress) anonymous
    = g_unix_socket_address_new_with_type ("", 0, G_UNIX_SOCKET_ADDRESS_ANONYMOUS);
  g_autoptr (GSocket) socket
    = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  return socket != NULL && g_socket_bind (socket, anonymous, FALSE, error)
         && g_socket_listen (socket, error) && soup_server_listen_socket (server, socket, 0, error);
}

SimListener *
sim_listener_new (SoupServer *server, guint16 port, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocket) socket = open_socket (port, error);
  g_autoptr (GSocketAddress) address
    = socket == NULL ? NULL : g_socket_get_local_address (socket, error);
  if (address == NULL || !keep_alive (server, error))
    return NULL;
  g_autoptr (SimListener) listener = g_new0 (SimListener, 1);
  listener->server = server;
  listener->certificate = certificate == NULL ? NULL : g_object_ref (certificate);
  listener->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  listener->count = g_new0 (Count, 1);
  g_atomic_ref_count_init (&listener->count->references);
  listener->service = g_socket_service_new ();
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (listener->service), socket, NULL, error))
    return NULL;
  g_signal_connect (listener->service, "incoming", G_CALLBACK (on_incoming), listener);
  return g_steal_pointer (&listener);
}

guint16
sim_listener_get_port (const SimListener *listener)
{
  return listener->port;
}

void
sim_listener_free (SimListener *listener)
{
  if (listener == NULL)
    return;
  if (listener->service != NULL)
    {
      g_signal_handlers_disconnect_by_data (listener->service, listener);
      g_socket_service_stop (listener->service);
      g_socket_listener_close (G_SOCKET_LISTENER (listener->service));
      g_object_unref (listener->service);
    }
  g_clear_object (&listener->certificate);
  release_count (listener->count);
  g_free (listener);
}
