/* http-pool.c: curl's multi interface under a GMainContext */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-pool.h"

#include "http-transfer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* More are used at once where needed; so many wait for the next request. */
#define MAX_IDLE_CONNECTIONS 16L

/* A server that sets ever new cookies loses them all; no server needs so many. */
#define MAX_COOKIES 256

struct _OstHttpPool {
  CURLM *multi; /* NULL once closed */
  CURLSH *share;
  GMainContext *context;
  GSource *timer;
  GPtrArray *transfers;
  GArray *sockets; /* int: all that are open */
  OstHttpPeer peer;
  OstSecret *secret;
  OstSecret *authorization;
  const OstSignIn *sign_in;
  guint n_cookies_set;
};

typedef struct {
  GSource source;
  OstHttpPool *pool;
  curl_socket_t socket;
  gpointer tag;
} SocketSource;

static void
tell_finished (OstHttpPool *self)
{
  CURLMsg *message;
  int n_left;

  /* Whoever is told may close the pool. */
  while (self->multi != NULL && (message = curl_multi_info_read (self->multi, &n_left)) != NULL)
    {
      char *transfer = NULL;

      if (message->msg != CURLMSG_DONE)
        continue;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, &transfer);
      ost_http_transfer_done ((OstHttpTransfer *)(gpointer)transfer, message->data.result);
    }
}

static void
act (OstHttpPool *self, curl_socket_t socket, int events)
{
  g_autoptr (OstHttpPool) pool = ost_http_pool_ref (self);
  int n_running;

  if (pool->multi == NULL)
    return;
  curl_multi_socket_action (pool->multi, socket, events, &n_running);
  tell_finished (pool);
}

static gboolean
dispatch_socket (GSource *source, GSourceFunc callback, gpointer user_data)
{
  SocketSource *self = (SocketSource *)source;
  GIOCondition condition = g_source_query_unix_fd (source, self->tag);
  int events = 0;

  if ((condition & G_IO_IN) != 0)
    events |= CURL_CSELECT_IN;
  if ((condition & G_IO_OUT) != 0)
    events |= CURL_CSELECT_OUT;
  if ((condition & (G_IO_ERR | G_IO_HUP)) != 0)
    events |= CURL_CSELECT_ERR;
  if (events != 0)
    act (self->pool, self->socket, events);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs socket_funcs = { .dispatch = dispatch_socket };

static void
drop_socket_source (SocketSource *source)
{
  g_source_destroy (&source->source);
  g_source_unref (&source->source);
}

/* CURLMOPT_SOCKETFUNCTION: which events curl waits for on a socket. */
static int
socket_cb (CURL *easy, curl_socket_t socket, int what, void *user_data, void *socket_data)
{
  OstHttpPool *self = user_data;
  SocketSource *source = socket_data;
  GIOCondition condition = G_IO_ERR | G_IO_HUP;

  if (what == CURL_POLL_REMOVE)
    {
      if (source != NULL)
        drop_socket_source (source);
      curl_multi_assign (self->multi, socket, NULL);
      return 0;
    }
  if ((what & CURL_POLL_IN) != 0)
    condition |= G_IO_IN;
  if ((what & CURL_POLL_OUT) != 0)
    condition |= G_IO_OUT;
  if (source != NULL)
    {
      g_source_modify_unix_fd (&source->source, source->tag, condition);
      return 0;
    }
  source = (SocketSource *)g_source_new (&socket_funcs, sizeof (SocketSource));
  source->pool = self;
  source->socket = socket;
  source->tag = g_source_add_unix_fd (&source->source, socket, condition);
  g_source_set_static_name (&source->source, "ostiary-socket");
  g_source_attach (&source->source, self->context);
  curl_multi_assign (self->multi, socket, source);
  return 0;
}

/* CURLMOPT_TIMERFUNCTION: curl wants to be called then; never from here. */
static int
timer_cb (CURLM *multi, long milliseconds, void *user_data)
{
  OstHttpPool *self = user_data;

  g_source_set_ready_time (
    self->timer, milliseconds < 0 ? -1 : g_get_monotonic_time () + (gint64)milliseconds * 1000);
  return 0;
}

static gboolean
timeout_cb (gpointer user_data)
{
  OstHttpPool *self = user_data;

  g_source_set_ready_time (self->timer, -1);
  act (self, CURL_SOCKET_TIMEOUT, 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = dispatch_timer };

static void
make_timer (OstHttpPool *self)
{
  self->timer = g_source_new (&timer_funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "ostiary-curl-timer");
  g_source_set_callback (self->timer, timeout_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

static void
make_multi (OstHttpPool *self)
{
  self->multi = curl_multi_init ();
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETFUNCTION, socket_cb);
  curl_multi_setopt (self->multi, CURLMOPT_SOCKETDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERFUNCTION, timer_cb);
  curl_multi_setopt (self->multi, CURLMOPT_TIMERDATA, self);
  curl_multi_setopt (self->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
  curl_multi_setopt (self->multi, CURLMOPT_MAXCONNECTS, MAX_IDLE_CONNECTIONS);
  self->share = curl_share_init ();
  curl_share_setopt (self->share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
}

OstHttpPool *
ost_http_pool_new (OstHttpTrust *trust, const OstCredentials *credentials, const OstSignIn *sign_in,
                   GError **error)
{
  g_autoptr (OstHttpPool) self = g_rc_box_new0 (OstHttpPool);

  self->sign_in = sign_in;
  self->secret = credentials->secret != NULL ? ost_secret_ref (credentials->secret) : NULL;
  self->transfers = g_ptr_array_new ();
  self->sockets = g_array_new (FALSE, FALSE, sizeof (int));
  self->context = g_main_context_ref_thread_default ();
  ost_http_peer_init (&self->peer, trust);
  make_timer (self);
  make_multi (self);
  if (sign_in->make_header != NULL)
    {
      self->authorization = sign_in->make_header (credentials, error);
      if (self->authorization == NULL)
        return NULL;
    }
  return g_steal_pointer (&self);
}

OstHttpPool *
ost_http_pool_ref (OstHttpPool *self)
{
  return g_rc_box_acquire (self);
}

void
ost_http_pool_close (OstHttpPool *self, const GError *error)
{
  g_autoptr (OstHttpPool) pool = ost_http_pool_ref (self);

  if (pool->multi == NULL)
    return;
  while (pool->transfers->len > 0)
    ost_http_transfer_end (g_ptr_array_index (pool->transfers, 0), g_error_copy (error));
  curl_multi_cleanup (pool->multi);
  pool->multi = NULL;
  g_clear_pointer (&pool->share, curl_share_cleanup);
  g_source_destroy (pool->timer);
}

static void
clear_pool (gpointer data)
{
  OstHttpPool *self = data;

  /* Transfers hold a reference, so there are none left. */
  g_clear_pointer (&self->multi, curl_multi_cleanup);
  g_clear_pointer (&self->share, curl_share_cleanup);
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_main_context_unref (self->context);
  g_ptr_array_unref (self->transfers);
  g_array_unref (self->sockets);
  ost_http_peer_clear (&self->peer);
  g_clear_pointer (&self->secret, ost_secret_unref);
  g_clear_pointer (&self->authorization, ost_secret_unref);
}

void
ost_http_pool_unref (OstHttpPool *self)
{
  g_rc_box_release_full (self, clear_pool);
}

gboolean
ost_http_pool_belongs_to (OstHttpPool *self, OstSecret *secret)
{
  return ost_secret_equal (self->secret, secret);
}

gboolean
ost_http_pool_is_idle (OstHttpPool *self)
{
  return self->transfers->len == 0;
}

const OstSignIn *
ost_http_pool_get_sign_in (OstHttpPool *self)
{
  return self->sign_in;
}

OstHttpPeer *
ost_http_pool_get_peer (OstHttpPool *self)
{
  return &self->peer;
}

GMainContext *
ost_http_pool_get_context (OstHttpPool *self)
{
  return self->context;
}

OstSecret *
ost_http_pool_get_authorization (OstHttpPool *self)
{
  return self->authorization;
}

/* CURLOPT_OPENSOCKETFUNCTION: curl tells nobody which socket a connection has. */
static curl_socket_t
open_socket_cb (void *user_data, curlsocktype purpose, struct curl_sockaddr *address)
{
  OstHttpPool *self = user_data;
  int fd = socket (address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

  if (fd < 0)
    return CURL_SOCKET_BAD;
  g_array_append_val (self->sockets, fd);
  return fd;
}

/* CURLOPT_CLOSESOCKETFUNCTION */
static int
close_socket_cb (void *user_data, curl_socket_t fd)
{
  OstHttpPool *self = user_data;

  for (guint i = 0; i < self->sockets->len; i++)
    if (g_array_index (self->sockets, int, i) == fd)
      {
        g_array_remove_index_fast (self->sockets, i);
        break;
      }
  return close (fd);
}

SSL *
ost_http_get_ssl (CURL *easy)
{
  struct curl_tlssessioninfo *session = NULL;

  curl_easy_getinfo (easy, CURLINFO_TLS_SSL_PTR, &session);
  return session != NULL ? session->internals : NULL;
}

static int
get_local_port (int fd)
{
  union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
  } address = { 0 };
  socklen_t length = sizeof address;

  if (getsockname (fd, &address.any, &length) != 0)
    return -1;
  if (address.any.sa_family == AF_INET)
    return ntohs (address.v4.sin_port);
  return address.any.sa_family == AF_INET6 ? ntohs (address.v6.sin6_port) : -1;
}

gboolean
ost_http_pool_has_unread (OstHttpPool *self, CURL *easy, int local_port)
{
  SSL *ssl = ost_http_get_ssl (easy);

  if (ssl != NULL && SSL_has_pending (ssl))
    return TRUE;
  for (guint i = 0; i < self->sockets->len; i++)
    {
      struct pollfd waiting = { .fd = g_array_index (self->sockets, int, i), .events = POLLIN };

      if (get_local_port (waiting.fd) == local_port && poll (&waiting, 1, 0) != 0)
        return TRUE;
    }
  return FALSE;
}

void
ost_http_pool_share_cookies (OstHttpPool *self, CURL *easy)
{
  curl_easy_setopt (easy, CURLOPT_COOKIEFILE, "");
  curl_easy_setopt (easy, CURLOPT_SHARE, self->share);
}

gboolean
ost_http_pool_add (OstHttpPool *self, OstHttpTransfer *transfer, CURL *easy)
{
  if (self->multi == NULL)
    return FALSE;
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETFUNCTION, open_socket_cb);
  curl_easy_setopt (easy, CURLOPT_OPENSOCKETDATA, self);
  curl_easy_setopt (easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket_cb);
  curl_easy_setopt (easy, CURLOPT_CLOSESOCKETDATA, self);
  if (curl_multi_add_handle (self->multi, easy) != CURLM_OK)
    return FALSE;
  g_ptr_array_add (self->transfers, transfer);
  return TRUE;
}

void
ost_http_pool_restart (OstHttpPool *self, CURL *easy)
{
  curl_multi_remove_handle (self->multi, easy);
  curl_multi_add_handle (self->multi, easy);
}

static guint
count_cookies (CURL *easy)
{
  struct curl_slist *list = NULL;
  guint n = 0;

  curl_easy_getinfo (easy, CURLINFO_COOKIELIST, &list);
  for (struct curl_slist *item = list; item != NULL; item = item->next)
    n++;
  curl_slist_free_all (list);
  return n;
}

void
ost_http_pool_bound_cookies (OstHttpPool *self, CURL *easy, guint n_set)
{
  self->n_cookies_set += n_set;
  if (self->n_cookies_set <= MAX_COOKIES)
    return;
  self->n_cookies_set = count_cookies (easy);
  if (self->n_cookies_set <= MAX_COOKIES)
    return;
  curl_easy_setopt (easy, CURLOPT_COOKIELIST, "ALL");
  self->n_cookies_set = 0;
}

void
ost_http_pool_remove (OstHttpPool *self, OstHttpTransfer *transfer, CURL *easy)
{
  if (g_ptr_array_remove_fast (self->transfers, transfer))
    curl_multi_remove_handle (self->multi, easy);
}
