/* test-http-broken.c: servers that break off, lie, flood, fall silent; readers that are slow or gone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"
#include "http-server.h"

#include <dlfcn.h>
#include <netdb.h>
#include <string.h>

/* A name server that does not answer: this program's getaddrinfo() goes before libc's. */

static GMutex resolver_mutex;
static GCond resolver_cond;
static gboolean is_resolver_stuck;
static guint n_resolving;

int
getaddrinfo (const char *name, const char *service, const struct addrinfo *hints,
             struct addrinfo **result)
{
  int (*real) (const char *, const char *, const struct addrinfo *, struct addrinfo **)
    = dlsym (RTLD_NEXT, "getaddrinfo");

  if (g_strcmp0 (name, "stuck.invalid") != 0)
    return real (name, service, hints, result);
  g_mutex_lock (&resolver_mutex);
  n_resolving++;
  g_cond_broadcast (&resolver_cond);
  while (is_resolver_stuck)
    g_cond_wait (&resolver_cond, &resolver_mutex);
  n_resolving--;
  g_cond_broadcast (&resolver_cond);
  g_mutex_unlock (&resolver_mutex);
  return EAI_AGAIN;
}

/* Answers the first request of the first connection; closes that one at the second, unanswered. */
static void
serve_once_then_close (Visitor *visitor, guint n_connection, gpointer data)
{
  gboolean is_reset = GPOINTER_TO_INT (data);
  char *request;
  guint n = 0;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      if (n_connection == 0 && n++ == 1)
        {
          if (is_reset)
            visitor_reset (visitor);
          return;
        }
      visitor_answer (visitor, 200, "", "fine");
    }
}

static void
test_never_sent_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_once_then_close, (gpointer)data);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_post (fixture, uri);
  g_clear_pointer (&fixture->body, g_free);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_TIMED_OUT, "POST");
  assert_mentions (fixture->error, "unknown");
  g_assert_cmpuint (server_count_requests (server), ==, 2);
  g_clear_error (&fixture->error);
  /* The pool is not spoilt. */
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (server_count_requests (server), ==, 3);
}

static void
test_replayable_sent_again (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_once_then_close, (gpointer)data);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_post (fixture, uri);
  g_clear_pointer (&fixture->body, g_free);
  fixture->body = rig_get (fixture->rig, uri, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->body, ==, "fine");
  g_assert_cmpuint (server_count_connections (server), ==, 2);
  g_assert_cmpuint (server_count_requests (server), ==, 3);
}

static void
serve_close_at_once (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
}

static void
test_no_reply (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_close_at_once, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_TIMED_OUT, "POST");
  g_assert_cmpuint (server_count_requests (server), ==, 1);
}

/* Reads some of a long request, then closes: it may have acted on what it read. */
static void
serve_close_in_request (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read_head (visitor));
  visitor_reset (visitor);
}

static void
test_broken_while_sending (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_close_in_request, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *body = g_strnfill (8 * 1024 * 1024, 'x');
  g_autoptr (OstRequest) request = rig_request ("POST", uri, body);

  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_TIMED_OUT, "POST");
  g_assert_cmpuint (server_count_connections (server), ==, 1);
}

/* Closes an idle connection: nothing was sent on it, so another may be made. */
static void
serve_close_when_idle (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_answer (visitor, 200, "", "fine");
}

static void
test_idle_connection_closed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_close_when_idle, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  for (guint i = 0; i < 5; i++)
    {
      fixture_post (fixture, uri);
      server_wait_for_closed (server, i + 1);
    }
  g_assert_cmpuint (server_count_requests (server), ==, 5);
  g_assert_cmpuint (server_count_connections (server), ==, 5);
}

static void
test_nobody_there (Fixture *fixture, gconstpointer data)
{
  Server *server = server_new (serve_close_at_once, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *address = g_strdup_printf ("://localhost:%u/", server_get_port (server));

  server_free (server);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_mentions (fixture->error, address);
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, "https://nowhere.invalid/", &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_mentions (fixture->error, "POST https://nowhere.invalid:443/");
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, "gopher://localhost/", &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_INVALID);
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, "https://user:geheim@localhost/", &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_null (strstr (fixture->error->message, "geheim"));
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, "https://user:geheim@localhost:99999/", &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_null (strstr (fixture->error->message, "geheim"));
}

typedef struct {
  const char *name;
  const char *reply;
  OstErrorCode code;
  const char *mentions;
} Lie;

static const Lie lies[] = {
  { "short", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", OST_ERROR_INCOMPLETE,
    "broke off" },
  { "chunk-cut", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    OST_ERROR_INCOMPLETE, "broke off" },
  { "chunk-cut-inside", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello",
    OST_ERROR_INCOMPLETE, "broke off" },
  { "chunk-size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
    OST_ERROR_INCOMPLETE, "chunk" },
  { "chunk-billion",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello",
    OST_ERROR_INCOMPLETE, "chunk" },
  { "no-http", "220 smtp.contoso.com ESMTP\r\n", OST_ERROR_PROTOCOL, "HTTP/1.1" },
  { "zero-byte", "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", OST_ERROR_PROTOCOL, "HTTP/1.1" },
  { "length-negative", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", OST_ERROR_PROTOCOL,
    "HTTP/1.1" },
  { "head-cut", "HTTP/1.1 200 OK\r\nContent-Len", OST_ERROR_TIMED_OUT, "unknown" },
  { "compressed",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
    OST_ERROR_PROTOCOL, "compressed" },
};

static void
serve_lie (Visitor *visitor, guint n_connection, gpointer data)
{
  const Lie *lie = data;
  gsize length = strlen (lie->reply);

  if (g_str_equal (lie->name, "zero-byte"))
    length += 1 + strlen (lie->reply + length + 1);
  g_free (visitor_read (visitor));
  visitor_send_bytes (visitor, lie->reply, length);
}

static void
test_lie (Fixture *fixture, gconstpointer data)
{
  const Lie *lie = data;
  g_autoptr (Server) server = server_new (serve_lie, (gpointer)lie);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), lie->code, "POST");
  assert_mentions (fixture->error, lie->mentions);
  g_assert_cmpuint (server_count_requests (server), ==, 1);
}

/* A reply that is longer than it says: the rest must never be taken for the next reply. */
static void
serve_too_long (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_send (visitor, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
                             "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nPOISONED");
    }
}

static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_too_long, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  for (guint i = 0; i < 20; i++)
    {
      fixture_post (fixture, uri);
      g_assert_cmpstr (fixture->body, ==, "fine");
    }
}

/* Sends the rest of a reply nobody asked for a little later, when the connection is idle. */
static void
serve_unasked (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_answer (visitor, 200, "", "fine");
      visitor_pause (visitor, 20);
      visitor_answer (visitor, 200, "", "POISONED");
      visitor_say (visitor);
    }
}

static void
test_unasked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_unasked, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  for (guint i = 0; i < 5; i++)
    {
      fixture_post (fixture, uri);
      g_assert_cmpstr (fixture->body, ==, "fine");
      server_wait_for_said (server, i + 1);
    }
}

typedef enum { FLOOD_LINES, FLOOD_LINE, FLOOD_INTERIM, FLOOD_FOLDED, FLOOD_TRAILERS } Flood;

static void
serve_flood (Visitor *visitor, guint n_connection, gpointer data)
{
  static const char *const pieces[] = {
    "X-Much: of nothing at all, again and again\r\n",
    "and on, ",
    "HTTP/1.1 100 Continue\r\n\r\n",
    " and on\r\n",
    "X-Much: of nothing at all, again and again\r\n",
  };
  Flood flood = (Flood)GPOINTER_TO_INT (data);
  g_autoptr (GString) piece = g_string_new (NULL);

  g_free (visitor_read (visitor));
  for (guint i = 0; i < 100; i++)
    g_string_append (piece, pieces[flood]);
  if (flood == FLOOD_TRAILERS)
    visitor_send (visitor, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  else if (flood != FLOOD_INTERIM)
    visitor_send (visitor, "HTTP/1.1 200 OK\r\nX-First: 1\r\n");
  if (flood == FLOOD_LINE)
    visitor_send (visitor, "X-Long: ");
  while (visitor_send_bytes (visitor, piece->str, piece->len))
    ;
}

static void
test_flood (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_flood, (gpointer)data);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_PROTOCOL, "POST");
  /* What the kernel's buffers hold is more than what we let in. */
  g_assert_cmpuint (server_count_sent (server), <, 32 * 1024 * 1024);
}

static void
serve_silence (Visitor *visitor, guint n_connection, gpointer data)
{
  const char *start = data;

  g_free (visitor_read (visitor));
  if (start != NULL)
    visitor_send (visitor, start);
  visitor_wait_for_close (visitor);
}

static void
test_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_silence, (gpointer)data);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  gint64 began = g_get_monotonic_time ();

  ost_request_set_idle_timeout (request, 200);
  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  assert_told (fixture, server_get_port (server),
               data == NULL ? OST_ERROR_TIMED_OUT : OST_ERROR_INCOMPLETE, "POST");
  g_assert_cmpint (g_get_monotonic_time () - began, >=, 200000);
  g_assert_cmpuint (server_count_requests (server), ==, 1);
}

/* A reply that comes slowly is no silence, however long it takes as a whole. */
static void
serve_drip (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_send (visitor, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n");
  for (guint i = 0; i < 4; i++)
    {
      visitor_pause (visitor, 100);
      visitor_send (visitor, "X-Drip: drop\r\n");
    }
  visitor_send (visitor, "\r\n");
  for (guint i = 0; i < 12; i++)
    {
      visitor_pause (visitor, 100);
      visitor_send (visitor, "x");
    }
}

static void
test_drip (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_drip, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");

  ost_request_set_idle_timeout (request, 1000);
  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->body, ==, "xxxxxxxxxxxx");
}

/* A server that takes a long request slowly is not silent either. */
static void
serve_slow_taker (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read_head (visitor));
  for (guint i = 0; i < 12; i++)
    {
      visitor_pause (visitor, 100);
      visitor_take (visitor, 8 * 1024 * 1024 / 12);
    }
  visitor_take (visitor, 8 * 1024 * 1024 - 8 * 1024 * 1024 / 12 * 12);
  visitor_answer (visitor, 200, "", "fine");
}

static void
test_slow_taker (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_slow_taker, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *body = g_strnfill (8 * 1024 * 1024, 'x');
  g_autoptr (OstRequest) request = rig_request ("POST", uri, body);
  guint64 sent, received, requests;

  ost_request_set_idle_timeout (request, 800);
  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  g_assert_no_error (fixture->error);
  rig_wait_until_done (fixture->rig);
  ost_counters_get (fixture->rig->counters, &sent, &received, &requests);
  g_assert_cmpuint (sent, ==, server_count_received (server));
  g_assert_cmpuint (received, ==, server_count_sent (server));
}

#define LONG_BODY_BYTES (4 * 1024 * 1024)

static void
serve_long (Visitor *visitor, guint n_connection, gpointer data)
{
  gsize left = data != NULL ? *(gsize *)data : LONG_BODY_BYTES;
  g_autofree char *head
    = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n\r\n", left);
  char bytes[65536];

  memset (bytes, 'y', sizeof bytes);
  g_free (visitor_read (visitor));
  visitor_send (visitor, head);
  while (left > 0 && visitor_send_bytes (visitor, bytes, MIN (left, sizeof bytes)))
    left -= MIN (left, sizeof bytes);
  visitor_wait_for_close (visitor);
}

static gsize
read_rest (OstExchange *exchange, GError **error)
{
  static const gsize size = 256 * 1024;
  g_autofree char *bytes = g_malloc (size);
  gsize total = 0;
  gssize length;

  while ((length = ost_exchange_read (exchange, bytes, size, error)) > 0)
    total += (gsize)length;
  return total;
}

/* The time in which we do not read is not the server's silence. */
static void
test_slow_reader (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_long, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = NULL;

  ost_request_set_idle_timeout (request, 150);
  exchange = rig_begin (fixture->rig, request);
  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  g_assert_true (ost_call_wait (fixture->rig->call, 600, NULL));
  g_assert_cmpuint (server_count_sent (server), <, LONG_BODY_BYTES + 1000);
  g_assert_cmpuint (read_rest (exchange, &fixture->error), ==, LONG_BODY_BYTES);
  g_assert_no_error (fixture->error);
}

/* ... but its silence afterwards is. */
static void
serve_long_then_silent (Visitor *visitor, guint n_connection, gpointer data)
{
  g_autofree char *bytes = g_strnfill (LONG_BODY_BYTES, 'y');

  g_free (visitor_read (visitor));
  visitor_send (visitor, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n");
  visitor_send (visitor, bytes);
  visitor_wait_for_close (visitor);
}

static void
test_slow_reader_then_silence (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_long_then_silent, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = NULL;

  ost_request_set_idle_timeout (request, 150);
  exchange = rig_begin (fixture->rig, request);
  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  g_assert_true (ost_call_wait (fixture->rig->call, 400, NULL));
  g_assert_cmpuint (read_rest (exchange, &fixture->error), ==, LONG_BODY_BYTES);
  assert_told (fixture, server_get_port (server), OST_ERROR_INCOMPLETE, "POST");
}

static gsize
get_resident_bytes (void)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  return (gsize)g_ascii_strtoull (strchr (text, ' '), NULL, 10) * 4096;
}

static void
test_flat_memory (Fixture *fixture, gconstpointer data)
{
  gsize total = 200 * 1024 * 1024;
  g_autoptr (Server) server = server_new (serve_long, &total);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = rig_begin (fixture->rig, request);
  g_autofree char *bytes = g_malloc (100000);
  gsize before, most = 0, left = total;

  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  before = get_resident_bytes ();
  while (left > 0)
    {
      gssize length = ost_exchange_read (exchange, bytes, 100000, &fixture->error);

      g_assert_no_error (fixture->error);
      g_assert_cmpint (length, >, 0);
      if (left / (1024 * 1024) != (left - (gsize)length) / (1024 * 1024))
        {
          most = MAX (most, get_resident_bytes ());
          if (left % 7 == 0)
            g_assert_true (ost_call_wait (fixture->rig->call, 1, NULL));
        }
      left -= (gsize)length;
    }
  g_test_message ("%" G_GSIZE_FORMAT " KiB before, %" G_GSIZE_FORMAT " KiB at most", before / 1024,
                  most / 1024);
  g_assert_cmpuint (most, <, before + 24 * 1024 * 1024);
}

static gpointer
cancel_soon (gpointer data)
{
  Fixture *fixture = data;

  g_assert_true (ost_call_wait (fixture->rig->call, 50, NULL));
  g_cancellable_cancel (fixture->rig->cancellable);
  return NULL;
}

static void
test_cancel_waiting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_silence, (gpointer)data);
  g_autofree char *uri = server_get_uri (server, "/");
  GThread *thread = g_thread_new ("cancel", cancel_soon, fixture);
  gint64 began = g_get_monotonic_time ();

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  g_thread_join (thread);
  /* The connection was closed: the server's thread has noticed. */
  server_wait_for_closed (server, 1);
}

static void
test_cancel_connecting (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new_deaf ();
  g_autofree char *uri = g_strdup_printf ("https://localhost:%u/", server_get_port (server));
  GThread *thread = g_thread_new ("cancel", cancel_soon, fixture);

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

static void
serve_fine (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_answer (visitor, 200, "", "fine");
}

/* Waiting for the name of one server must not hold up another, nor outlast a cancellation. */
static void
test_stuck_resolver (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_fine, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  GThread *thread;

  is_resolver_stuck = TRUE;
  thread = g_thread_new ("cancel", cancel_soon, fixture);
  fixture->body = rig_post (fixture->rig, "http://stuck.invalid/", &fixture->error);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fixture->error);
  g_thread_join (thread);
  rig_renew_call (fixture->rig);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_no_error (fixture->error);

  fixture_set_rig (fixture, rig_new ("connect-timeout", "1s", NULL));
  g_clear_pointer (&fixture->body, g_free);
  fixture->body = rig_post (fixture->rig, "http://stuck.invalid/", &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  rig_wait_until_done (fixture->rig);

  g_mutex_lock (&resolver_mutex);
  is_resolver_stuck = FALSE;
  g_cond_broadcast (&resolver_cond);
  while (n_resolving > 0)
    g_cond_wait (&resolver_cond, &resolver_mutex);
  g_mutex_unlock (&resolver_mutex);
}

/* Dropped while curl is paused, and while it is not. */
static void
test_reader_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_long, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = rig_begin (fixture->rig, request);

  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  if (GPOINTER_TO_INT (data))
    g_assert_true (ost_call_wait (fixture->rig->call, 100, NULL));
  g_clear_pointer (&exchange, ost_exchange_unref);
  server_wait_for_closed (server, 1);
}

static void
test_limit_of_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_long, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");

  ost_request_set_max_reply_bytes (request, 1000000);
  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_PROTOCOL);
  server_wait_for_closed (server, 1);
}

static void
test_shut_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_long, NULL);
  g_autoptr (Server) silent = server_new (serve_silence, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *silent_uri = server_get_uri (silent, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstRequest) other = rig_request ("POST", silent_uri, "hello");
  g_autoptr (OstExchange) paused = rig_begin (fixture->rig, request);
  g_autoptr (OstExchange) waiting = rig_begin (fixture->rig, other);

  g_assert_true (ost_exchange_wait_head (paused, &fixture->error));
  g_assert_true (ost_call_wait (fixture->rig->call, 100, NULL));
  rig_shut_down (fixture->rig);
  g_assert_false (ost_exchange_wait_head (waiting, &fixture->error));
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fixture->error);
  read_rest (paused, &fixture->error);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (server_count_requests (server), ==, 1);
}

/* Only what arrives before the connection's end: plain HTTP cannot tell whether it is all. */
static void
serve_without_length (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_send (visitor, "HTTP/1.0 200 OK\r\n\r\nall there is");
}

static void
test_without_length (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_without_length, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->body, ==, "all there is");
}

static void
add_lies (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (lies); i++)
    {
      g_autofree char *path = g_strdup_printf ("/http/lie/%s", lies[i].name);

      ADD (path, test_lie, &lies[i]);
    }
}

int
main (int argc, char **argv)
{
  static const char half[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe";

  g_test_init (&argc, &argv, NULL);
  ADD ("/http/never-sent-twice/closed", test_never_sent_twice, GINT_TO_POINTER (FALSE));
  ADD ("/http/never-sent-twice/reset", test_never_sent_twice, GINT_TO_POINTER (TRUE));
  ADD ("/http/replayable/closed", test_replayable_sent_again, GINT_TO_POINTER (FALSE));
  ADD ("/http/replayable/reset", test_replayable_sent_again, GINT_TO_POINTER (TRUE));
  ADD ("/http/no-reply", test_no_reply, NULL);
  ADD ("/http/broken-while-sending", test_broken_while_sending, NULL);
  ADD ("/http/idle-connection-closed", test_idle_connection_closed, NULL);
  ADD ("/http/nobody-there", test_nobody_there, NULL);
  add_lies ();
  ADD ("/http/too-long", test_too_long, NULL);
  ADD ("/http/unasked", test_unasked, NULL);
  ADD ("/http/flood/lines", test_flood, GINT_TO_POINTER (FLOOD_LINES));
  ADD ("/http/flood/line", test_flood, GINT_TO_POINTER (FLOOD_LINE));
  ADD ("/http/flood/interim", test_flood, GINT_TO_POINTER (FLOOD_INTERIM));
  ADD ("/http/flood/folded", test_flood, GINT_TO_POINTER (FLOOD_FOLDED));
  ADD ("/http/flood/trailers", test_flood, GINT_TO_POINTER (FLOOD_TRAILERS));
  ADD ("/http/silence/head", test_silence, NULL);
  ADD ("/http/silence/body", test_silence, half);
  ADD ("/http/drip", test_drip, NULL);
  ADD ("/http/slow-taker", test_slow_taker, NULL);
  ADD ("/http/slow-reader", test_slow_reader, NULL);
  ADD ("/http/slow-reader-then-silence", test_slow_reader_then_silence, NULL);
  ADD ("/http/flat-memory", test_flat_memory, NULL);
  ADD ("/http/cancel/head", test_cancel_waiting, NULL);
  ADD ("/http/cancel/body", test_cancel_waiting, half);
  ADD ("/http/cancel/connecting", test_cancel_connecting, NULL);
  ADD ("/http/stuck-resolver", test_stuck_resolver, NULL);
  ADD ("/http/reader-gone/reading", test_reader_gone, GINT_TO_POINTER (FALSE));
  ADD ("/http/reader-gone/paused", test_reader_gone, GINT_TO_POINTER (TRUE));
  ADD ("/http/limit-of-body", test_limit_of_body, NULL);
  ADD ("/http/shut-down", test_shut_down, NULL);
  ADD ("/http/without-length", test_without_length, NULL);
  return g_test_run ();
}
