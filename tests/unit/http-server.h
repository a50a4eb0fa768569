/* http-server.h: servers that misbehave exactly as a test wants */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <glib-unix.h>
#include <openssl/ssl.h>

/* A certificate made for the test, with its key. */
typedef struct {
  EVP_PKEY *key;
  X509 *certificate;
  char *file;        /* the certificate in PEM */
  char *fingerprint; /* its SHA-256 in lower case hex, without colons */
} Identity;

Identity *identity_new (const char *name);
void identity_free (Identity *self);

/* One client's connection. */
typedef struct _Visitor Visitor;

/* What a server does with a connection, on a thread of its own; the socket is closed afterwards. */
typedef void (*Serve) (Visitor *visitor, guint n_connection, gpointer data);

typedef struct _Server Server;

Server *server_new (Serve serve, gpointer data);
Server *server_new_tls (Serve serve, gpointer data, Identity *identity);
/* Listens and never accepts. */
Server *server_new_deaf (void);
void server_free (Server *self);
/* TLS1_2_VERSION and so on, before the first connection. */
void server_limit_tls (Server *self, int max_version);
/* From the next connection on. */
void server_set_identity (Server *self, Identity *identity);
guint16 server_get_port (Server *self);
char *server_get_uri (Server *self, const char *path);
guint server_count_connections (Server *self);
guint server_count_requests (Server *self);
/* TLS handshakes that resumed a session. */
guint server_count_resumed (Server *self);
guint64 server_count_received (Server *self);
guint64 server_count_sent (Server *self);
/* Waits until so many connections are closed on this side, which is after the client's close where
 * serve waits for that. */
void server_wait_for_closed (Server *self, guint n);
/* Waits until visitor_say() was called so often. */
void server_wait_for_said (Server *self, guint n);
/* The request with this number as it came, head and body; free it. */
char *server_get_request (Server *self, guint n);

/* Reads a request with its Content-Length body; %NULL where the client has closed. */
char *visitor_read (Visitor *self);
/* Likewise, but only the head. */
char *visitor_read_head (Visitor *self);
/* Waits until the client has closed. */
void visitor_wait_for_close (Visitor *self);
/* Reads exactly so many bytes and forgets them. */
gboolean visitor_take (Visitor *self, gsize length);
/* Lets server_wait_for_said() go on. */
void visitor_say (Visitor *self);
gboolean visitor_send (Visitor *self, const char *text);
gboolean visitor_send_bytes (Visitor *self, const void *bytes, gsize length);
/* A complete reply with a length. */
gboolean visitor_answer (Visitor *self, guint status, const char *headers, const char *body);
/* Waits for at most that time, or until the server is freed. */
void visitor_pause (Visitor *self, guint milliseconds);
/* Makes the close a reset (RST), without close_notify. */
void visitor_reset (Visitor *self);
/* Lets the TLS end without close_notify. */
void visitor_cut (Visitor *self);
gpointer visitor_get_data (Visitor *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Identity, identity_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)
