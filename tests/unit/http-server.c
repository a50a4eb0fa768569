/* http-server.c: servers that misbehave exactly as a test wants */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-server.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _Server {
  Serve serve;
  gpointer data;
  GSocket *listener;
  guint16 port;
  SSL_CTX *context;
  GThread *thread;
  GCancellable *stop;
  GPtrArray *threads; /* of the accepting thread */

  GMutex mutex;
  GCond cond;
  gboolean is_stopping;
  GPtrArray *visitors;
  GPtrArray *requests;
  guint n_connections;
  guint n_closed;
  guint n_said;
  guint n_resumed;
  guint64 received;
  guint64 sent;
};

struct _Visitor {
  Server *server;
  guint n_connection;
  GSocket *socket;
  int fd;
  SSL *ssl;
  GString *buffer;
  gboolean is_cut;
};

static void
add_extension (X509 *certificate, int nid, const char *value)
{
  X509V3_CTX context;
  X509_EXTENSION *extension;

  X509V3_set_ctx_nodb (&context);
  X509V3_set_ctx (&context, certificate, certificate, NULL, NULL, 0);
  extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  g_assert_nonnull (extension);
  X509_add_ext (certificate, extension, -1);
  X509_EXTENSION_free (extension);
}

Identity *
identity_new (const char *name)
{
  Identity *self = g_new0 (Identity, 1);
  X509 *certificate = X509_new ();
  g_autofree char *alternative = g_strdup_printf ("DNS:%s", name);
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  GString *hex = g_string_new (NULL);
  FILE *stream;
  int fd;

  self->key = EVP_EC_gen ("P-256");
  self->certificate = certificate;
  X509_set_version (certificate, 2);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), (long)g_random_int_range (1, G_MAXINT));
  X509_gmtime_adj (X509_getm_notBefore (certificate), -3600);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 86400);
  X509_set_pubkey (certificate, self->key);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (certificate), "CN", MBSTRING_UTF8,
                              (const guint8 *)name, -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (certificate));
  add_extension (certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension (certificate, NID_subject_alt_name, alternative);
  g_assert_cmpint (X509_sign (certificate, self->key, EVP_sha256 ()), >, 0);

  X509_digest (certificate, EVP_sha256 (), digest, &length);
  for (unsigned i = 0; i < length; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  self->fingerprint = g_string_free (hex, FALSE);
  fd = g_file_open_tmp ("ostiary-test-XXXXXX.pem", &self->file, NULL);
  g_assert_cmpint (fd, >=, 0);
  stream = fdopen (fd, "w");
  PEM_write_X509 (stream, certificate);
  fclose (stream);
  return self;
}

void
identity_free (Identity *self)
{
  g_unlink (self->file);
  g_free (self->file);
  g_free (self->fingerprint);
  X509_free (self->certificate);
  EVP_PKEY_free (self->key);
  g_free (self);
}

static void
free_visitor (gpointer data)
{
  Visitor *self = data;

  SSL_free (self->ssl);
  g_object_unref (self->socket);
  g_string_free (self->buffer, TRUE);
  g_free (self);
}

static gssize
read_some (Visitor *self, char *bytes, gsize size)
{
  gssize length;

  if (self->ssl != NULL)
    length = SSL_read (self->ssl, bytes, (int)size);
  else
    length = recv (self->fd, bytes, size, 0);
  if (length > 0)
    {
      g_mutex_lock (&self->server->mutex);
      self->server->received += (guint64)length;
      g_mutex_unlock (&self->server->mutex);
    }
  return length;
}

static void
count_sent (Server *self, guint64 bytes)
{
  g_mutex_lock (&self->mutex);
  self->sent += bytes;
  g_mutex_unlock (&self->mutex);
}

gboolean
visitor_send_bytes (Visitor *self, const void *bytes, gsize length)
{
  gsize done = 0;

  /* Before they are sent: whoever has received them all may ask at once how many they were. */
  count_sent (self->server, length);
  while (done < length)
    {
      gssize n
        = self->ssl != NULL
            ? SSL_write (self->ssl, (const char *)bytes + done, (int)MIN (length - done, 1 << 20))
            : send (self->fd, (const char *)bytes + done, length - done, MSG_NOSIGNAL);

      if (n <= 0)
        {
          count_sent (self->server, -(guint64)length);
          return FALSE;
        }
      done += (gsize)n;
    }
  return TRUE;
}

gboolean
visitor_send (Visitor *self, const char *text)
{
  return visitor_send_bytes (self, text, strlen (text));
}

gboolean
visitor_answer (Visitor *self, guint status, const char *headers, const char *body)
{
  g_autofree char *reply
    = g_strdup_printf ("HTTP/1.1 %u Something\r\n%sContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s",
                       status, headers, strlen (body), body);

  return visitor_send (self, reply);
}

static gboolean
fill_until (Visitor *self, gsize wanted)
{
  while (self->buffer->len < wanted)
    {
      char bytes[65536];
      gssize length = read_some (self, bytes, sizeof bytes);

      if (length <= 0)
        return FALSE;
      g_string_append_len (self->buffer, bytes, length);
    }
  return TRUE;
}

static char *
take (Visitor *self, gsize length)
{
  char *text = g_strndup (self->buffer->str, length);

  g_string_erase (self->buffer, 0, (gssize)length);
  g_mutex_lock (&self->server->mutex);
  g_ptr_array_add (self->server->requests, g_strdup (text));
  g_mutex_unlock (&self->server->mutex);
  return text;
}

static gsize
find_head (Visitor *self)
{
  const char *end;

  while ((end = strstr (self->buffer->str, "\r\n\r\n")) == NULL)
    if (!fill_until (self, self->buffer->len + 1))
      return 0;
  return (gsize)(end - self->buffer->str) + 4;
}

char *
visitor_read_head (Visitor *self)
{
  gsize length = find_head (self);

  return length > 0 ? take (self, length) : NULL;
}

char *
visitor_read (Visitor *self)
{
  gsize length = find_head (self);
  const char *header;

  if (length == 0)
    return NULL;
  header = strstr (self->buffer->str, "Content-Length: ");
  if (header != NULL && header < self->buffer->str + length)
    length += (gsize)g_ascii_strtoull (header + strlen ("Content-Length: "), NULL, 10);
  return fill_until (self, length) ? take (self, length) : NULL;
}

void
visitor_wait_for_close (Visitor *self)
{
  char bytes[4096];

  while (read_some (self, bytes, sizeof bytes) > 0)
    ;
}

gboolean
visitor_take (Visitor *self, gsize length)
{
  if (!fill_until (self, length))
    return FALSE;
  g_string_erase (self->buffer, 0, (gssize)length);
  return TRUE;
}

void
visitor_say (Visitor *self)
{
  g_mutex_lock (&self->server->mutex);
  self->server->n_said++;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->mutex);
}

void
visitor_pause (Visitor *self, guint milliseconds)
{
  gint64 until = g_get_monotonic_time () + (gint64)milliseconds * 1000;

  g_mutex_lock (&self->server->mutex);
  while (!self->server->is_stopping
         && g_cond_wait_until (&self->server->cond, &self->server->mutex, until))
    ;
  g_mutex_unlock (&self->server->mutex);
}

void
visitor_reset (Visitor *self)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (self->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  self->is_cut = TRUE;
}

void
visitor_cut (Visitor *self)
{
  self->is_cut = TRUE;
}

gpointer
visitor_get_data (Visitor *self)
{
  return self->server->data;
}

static gpointer
run_visitor (gpointer data)
{
  Visitor *self = data;

  gboolean is_ready = self->ssl == NULL || SSL_accept (self->ssl) == 1;

  g_mutex_lock (&self->server->mutex);
  self->server->n_resumed += self->ssl != NULL && SSL_session_reused (self->ssl);
  g_mutex_unlock (&self->server->mutex);
  if (is_ready)
    self->server->serve (self, self->n_connection, self->server->data);
  if (self->ssl != NULL && !self->is_cut)
    SSL_shutdown (self->ssl);
  g_mutex_lock (&self->server->mutex);
  g_socket_close (self->socket, NULL);
  self->server->n_closed++;
  g_cond_broadcast (&self->server->cond);
  g_mutex_unlock (&self->server->mutex);
  return NULL;
}

static void
welcome (Server *self, GSocket *socket)
{
  Visitor *visitor = g_new0 (Visitor, 1);

  visitor->server = self;
  visitor->socket = socket;
  visitor->fd = g_socket_get_fd (socket);
  visitor->buffer = g_string_new (NULL);
  g_socket_set_blocking (socket, TRUE);
  /* GSocket makes every descriptor non-blocking; these threads want to wait. */
  g_assert_cmpint (g_unix_set_fd_nonblocking (visitor->fd, FALSE, NULL), ==, TRUE);
  g_mutex_lock (&self->mutex);
  if (self->context != NULL)
    {
      visitor->ssl = SSL_new (self->context);
      SSL_set_fd (visitor->ssl, visitor->fd);
    }
  visitor->n_connection = self->n_connections++;
  g_ptr_array_add (self->visitors, visitor);
  g_mutex_unlock (&self->mutex);
  g_ptr_array_add (self->threads, g_thread_new ("visitor", run_visitor, visitor));
}

static gpointer
run_server (gpointer data)
{
  Server *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->listener, self->stop, NULL)) != NULL)
    welcome (self, socket);
  return NULL;
}

Server *
server_new_deaf (void)
{
  Server *self = g_new0 (Server, 1);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->stop = g_cancellable_new ();
  self->threads = g_ptr_array_new ();
  self->visitors = g_ptr_array_new_with_free_func (free_visitor);
  self->requests = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->listener
    = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (self->listener, address, TRUE, NULL));
  g_assert_true (g_socket_listen (self->listener, NULL));
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return self;
}

Server *
server_new_tls (Serve serve, gpointer data, Identity *identity)
{
  Server *self = server_new_deaf ();

  self->serve = serve;
  self->data = data;
  if (identity != NULL)
    server_set_identity (self, identity);
  self->thread = g_thread_new ("server", run_server, self);
  return self;
}

Server *
server_new (Serve serve, gpointer data)
{
  return server_new_tls (serve, data, NULL);
}

void
server_set_identity (Server *self, Identity *identity)
{
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());

  g_assert_cmpint (SSL_CTX_use_certificate (context, identity->certificate), ==, 1);
  g_assert_cmpint (SSL_CTX_use_PrivateKey (context, identity->key), ==, 1);
  g_mutex_lock (&self->mutex);
  SSL_CTX_free (self->context);
  self->context = context;
  g_mutex_unlock (&self->mutex);
}

void
server_limit_tls (Server *self, int max_version)
{
  SSL_CTX_set_cipher_list (self->context, "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version (self->context, 0);
  SSL_CTX_set_max_proto_version (self->context, max_version);
}

void
server_free (Server *self)
{
  g_cancellable_cancel (self->stop);
  if (self->thread != NULL)
    g_thread_join (self->thread);
  g_mutex_lock (&self->mutex);
  self->is_stopping = TRUE;
  g_cond_broadcast (&self->cond);
  for (guint i = 0; i < self->visitors->len; i++)
    {
      Visitor *visitor = self->visitors->pdata[i];

      if (!g_socket_is_closed (visitor->socket))
        shutdown (visitor->fd, SHUT_RDWR);
    }
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (self->threads->pdata[i]);
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->visitors);
  g_ptr_array_unref (self->requests);
  g_object_unref (self->listener);
  g_object_unref (self->stop);
  SSL_CTX_free (self->context);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

guint16
server_get_port (Server *self)
{
  return self->port;
}

char *
server_get_uri (Server *self, const char *path)
{
  return g_strdup_printf ("%s://localhost:%u%s", self->context != NULL ? "https" : "http",
                          self->port, path);
}

static guint64
read_locked (Server *self, const guint64 *member)
{
  guint64 value;

  g_mutex_lock (&self->mutex);
  value = *member;
  g_mutex_unlock (&self->mutex);
  return value;
}

guint
server_count_connections (Server *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_connections;
  g_mutex_unlock (&self->mutex);
  return n;
}

static void
wait_for (Server *self, const guint *member, guint n)
{
  gint64 until = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  g_mutex_lock (&self->mutex);
  while (*member < n)
    g_assert_true (g_cond_wait_until (&self->cond, &self->mutex, until));
  g_mutex_unlock (&self->mutex);
}

void
server_wait_for_closed (Server *self, guint n)
{
  wait_for (self, &self->n_closed, n);
}

void
server_wait_for_said (Server *self, guint n)
{
  wait_for (self, &self->n_said, n);
}

guint
server_count_requests (Server *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->requests->len;
  g_mutex_unlock (&self->mutex);
  return n;
}

guint
server_count_resumed (Server *self)
{
  guint n;

  g_mutex_lock (&self->mutex);
  n = self->n_resumed;
  g_mutex_unlock (&self->mutex);
  return n;
}

guint64
server_count_received (Server *self)
{
  return read_locked (self, &self->received);
}

guint64
server_count_sent (Server *self)
{
  return read_locked (self, &self->sent);
}

char *
server_get_request (Server *self, guint n)
{
  char *text;

  g_mutex_lock (&self->mutex);
  text = n < self->requests->len ? g_strdup (self->requests->pdata[n]) : NULL;
  g_mutex_unlock (&self->mutex);
  return text;
}
