/* test-http-basics.c: requests as they go out, replies as they come in, pools and cookies */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"
#include "http-server.h"

#include <string.h>

/* The plugin's own secrets and cookies must not leave by another's request. */
static const char cookie[] = "Set-Cookie: MS-WSMAN=abc; path=/PowerShell; HttpOnly\r\n";

static void
serve_echo (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      visitor_answer (visitor, 200, data != NULL ? data : "", strstr (request, "\r\n\r\n") + 4);
      g_free (request);
    }
}

static void
test_plain (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_echo, "X-Odd:  value\r\nX-Long: a\r\n\t b\r\n");
  g_autofree char *uri = server_get_uri (server, "/path?query=1");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = NULL;
  g_autofree char *sent = NULL;
  char body[100];

  ost_request_add_header (request, "SOAPAction", "");
  ost_request_add_header (request, "X-Two", "2");
  exchange = rig_begin (fixture->rig, request);
  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  g_assert_cmpuint (ost_exchange_get_status (exchange), ==, 200);
  g_assert_cmpstr (ost_exchange_get_header (exchange, "x-odd"), ==, "value");
  g_assert_cmpstr (ost_exchange_get_header (exchange, "x-long"), ==, "a b");
  g_assert_cmpint (ost_exchange_read (exchange, body, sizeof body, &fixture->error), ==, 5);
  g_assert_cmpmem (body, 5, "hello", 5);
  g_assert_cmpint (ost_exchange_read (exchange, body, sizeof body, &fixture->error), ==, 0);

  sent = server_get_request (server, 0);
  g_assert_true (g_str_has_prefix (sent, "POST /path?query=1 HTTP/1.1\r\nHost: localhost:"));
  g_assert_nonnull (strstr (sent, "\r\nAccept-Encoding: identity\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nUser-Agent: ostiary/"));
  g_assert_nonnull (strstr (sent, "\r\nContent-Type: text/plain\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nContent-Length: 5\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nSOAPAction:\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nX-Two: 2\r\n"));
  g_assert_null (strstr (sent, "Expect"));
  g_assert_null (strstr (sent, "Authorization"));
  g_assert_null (strstr (sent, "Cookie"));
}

typedef struct {
  const char *method;
  const char *body;
  const char *reply;
  const char *start;
  const char *not_sent;
} Method;

static const Method methods[] = {
  { "GET", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "GET / HTTP/1.1\r\n",
    "Content-" },
  { "HEAD", NULL, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "HEAD / HTTP/1.1\r\n",
    "Content-" },
  { "POST", NULL, "HTTP/1.1 204 No Content\r\n\r\n", "POST / HTTP/1.1\r\n", "Content-Type" },
  { "PUT", "hello", "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "PUT / HTTP/1.1\r\n", "Expect" },
  { "DELETE", NULL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "DELETE / HTTP/1.1\r\n", "Content-" },
  { "PATCH", "{}", "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "PATCH / HTTP/1.1\r\n",
    "Expect" },
};

static void
serve_method (Visitor *visitor, guint n_connection, gpointer data)
{
  const Method *method = data;
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_send (visitor, method->reply);
    }
}

static void
test_methods (Fixture *fixture, gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      g_autoptr (Server) server = server_new (serve_method, (gpointer)&methods[i]);
      g_autofree char *uri = server_get_uri (server, "/");

      /* Twice, so that a reply that was not read to its end would show. */
      for (guint n = 0; n < 2; n++)
        {
          g_autoptr (OstRequest) request = rig_request (methods[i].method, uri, methods[i].body);
          g_autofree char *sent = NULL;

          g_clear_pointer (&fixture->body, g_free);
          fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
          g_assert_no_error (fixture->error);
          sent = server_get_request (server, n);
          g_assert_true (g_str_has_prefix (sent, methods[i].start));
          g_assert_null (strstr (sent, methods[i].not_sent));
        }
      g_assert_cmpuint (server_count_connections (server), ==, 1);
    }
}

static void
test_reserved_headers (Fixture *fixture, gconstpointer data)
{
  static const char *const names[] = {
    "Authorization",   "host",       "Content-Length", "Transfer-Encoding",
    "Accept-Encoding", "Connection", "expect",         "Proxy-Authorization",
  };
  g_autoptr (Server) server = server_new (serve_echo, NULL);
  g_autofree char *uri = server_get_uri (server, "/");

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (OstRequest) request = rig_request ("GET", uri, NULL);
      g_autofree char *body = NULL;

      ost_request_add_header (request, names[i], "mine");
      body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
      g_assert_error (fixture->error, OST_ERROR, OST_ERROR_INVALID);
      assert_mentions (fixture->error, names[i]);
      g_clear_error (&fixture->error);
    }
  g_assert_cmpuint (server_count_connections (server), ==, 0);
}

static void
serve_redirect (Visitor *visitor, guint n_connection, gpointer data)
{
  g_autofree char *header = g_strdup_printf ("Location: %s\r\n", (const char *)data);

  g_free (visitor_read (visitor));
  visitor_answer (visitor, 302, header, "elsewhere");
}

static void
test_redirect (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) target = server_new (serve_echo, NULL);
  g_autofree char *target_uri = server_get_uri (target, "/");
  g_autoptr (Server) server = server_new (serve_redirect, target_uri);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("GET", uri, NULL);
  guint status = 0;

  fixture->body = rig_fetch (fixture->rig, request, &status, &fixture->error);
  g_assert_cmpuint (status, ==, 302);
  g_assert_cmpstr (fixture->body, ==, "elsewhere");
  g_assert_cmpuint (server_count_connections (target), ==, 0);
}

static void
serve_continue (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_send (visitor, "HTTP/1.1 100 Continue\r\nX-Interim: 1\r\n\r\n"
                         "HTTP/1.1 102 Processing\r\n\r\n");
  visitor_pause (visitor, 20);
  visitor_answer (visitor, 500, "X-Final: 1\r\n", "a fault");
}

static void
test_continue (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_continue, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = rig_begin (fixture->rig, request);

  g_assert_true (ost_exchange_wait_head (exchange, &fixture->error));
  g_assert_cmpuint (ost_exchange_get_status (exchange), ==, 500);
  g_assert_cmpstr (ost_exchange_get_header (exchange, "X-Final"), ==, "1");
  g_assert_null (ost_exchange_get_header (exchange, "X-Interim"));
}

static void
test_cookies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_echo, (gpointer)cookie);
  g_autoptr (Server) other = server_new (serve_echo, NULL);
  g_autofree char *uri = server_get_uri (server, "/PowerShell/");
  g_autofree char *elsewhere = server_get_uri (server, "/EWS/");
  g_autofree char *other_uri = server_get_uri (other, "/PowerShell/");
  const char *const uris[] = { uri, uri, elsewhere, other_uri };
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  g_autofree char *foreign = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (uris); i++)
    fixture_post (fixture, uris[i]);
  second = server_get_request (server, 1);
  third = server_get_request (server, 2);
  foreign = server_get_request (other, 0);
  g_assert_nonnull (strstr (second, "\r\nCookie: MS-WSMAN=abc\r\n"));
  g_assert_null (strstr (third, "Cookie"));
  /* Cookies know no ports, pools do. */
  g_assert_null (strstr (foreign, "Cookie"));
}

/* A session that another process left has a cookie that is not in our jar. */
static void
test_cookie_of_plugin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_echo, (gpointer)cookie);
  g_autofree char *uri = server_get_uri (server, "/PowerShell/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autofree char *sent = NULL;

  fixture_post (fixture, uri);
  g_clear_pointer (&fixture->body, g_free);
  ost_request_add_header (request, "Cookie", "Other=1");
  fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  g_assert_no_error (fixture->error);
  sent = server_get_request (server, 1);
  g_assert_nonnull (strstr (sent, "\r\nCookie: MS-WSMAN=abc; Other=1\r\n"));
}

/* Who keeps cookies alone neither fills the jar nor gets anything out of it. */
static void
test_own_cookies (Fixture *fixture, gconstpointer data)
{
  static const char *const expected[] = { "\r\nCookie: Mine=1\r\n", NULL, NULL };
  g_autoptr (Server) server = server_new (serve_echo, (gpointer)cookie);
  g_autofree char *uri = server_get_uri (server, "/PowerShell/");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
      g_autofree char *sent = NULL;

      /* The second comes without any, the third after one that filled the jar. */
      if (i == 0)
        ost_request_add_header (request, "Cookie", "Mine=1");
      ost_request_set_own_cookies (request, TRUE);
      g_clear_pointer (&fixture->body, g_free);
      fixture->body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
      g_assert_no_error (fixture->error);
      sent = server_get_request (server, server_count_requests (server) - 1);
      if (expected[i] != NULL)
        g_assert_nonnull (strstr (sent, expected[i]));
      else
        g_assert_null (strstr (sent, "Cookie"));
      if (i == 1)
        {
          g_autofree char *other = NULL;

          fixture_post (fixture, uri);
          other = server_get_request (server, server_count_requests (server) - 1);
          g_assert_null (strstr (other, "Cookie"));
        }
    }
}

/* Ever new cookies must not fill our memory. */
static void
serve_cookies (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;
  guint n = 0;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_autoptr (GString) headers = g_string_new (NULL);

      g_free (request);
      for (guint i = 0; i < 40; i++)
        g_string_append_printf (headers, "Set-Cookie: c%u=1; path=/p%u\r\n", n, n + 1), n++;
      visitor_answer (visitor, 200, headers->str, "");
    }
}

static void
test_cookie_flood (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_cookies, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *early = server_get_uri (server, "/p1");
  g_autofree char *sent = NULL;

  for (guint i = 0; i < 20; i++)
    fixture_post (fixture, uri);
  fixture_post (fixture, early);
  sent = server_get_request (server, 20);
  g_assert_null (strstr (sent, "Cookie"));
}

static void
fetch_as (Fixture *fixture, const char *identity, const char *uri)
{
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autofree char *body = NULL;

  ost_request_set_identity (request, identity);
  body = rig_fetch (fixture->rig, request, NULL, &fixture->error);
  g_assert_no_error (fixture->error);
}

static void
test_identities (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_echo, (gpointer)cookie, identity);
  g_autofree char *uri = server_get_uri (server, "/PowerShell/");
  g_autofree char *notify = NULL;
  g_autofree char *changed = NULL;

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  rig_sign_in (fixture->rig, "alice", "a");
  fetch_as (fixture, "connection", uri);
  fetch_as (fixture, "connection", uri);
  g_assert_cmpuint (server_count_connections (server), ==, 1);
  fetch_as (fixture, "notify", uri);
  g_assert_cmpuint (server_count_connections (server), ==, 2);
  notify = server_get_request (server, 2);
  g_assert_null (strstr (notify, "Cookie"));
  rig_sign_in (fixture->rig, "bob", "b");
  fetch_as (fixture, "connection", uri);
  g_assert_cmpuint (server_count_connections (server), ==, 3);
  /* A secret that changed begins anew too; the right one is sent. */
  rig_sign_in (fixture->rig, "alice", "new");
  fetch_as (fixture, "connection", uri);
  g_assert_cmpuint (server_count_connections (server), ==, 4);
  changed = server_get_request (server, 4);
  g_assert_nonnull (strstr (changed, "Basic YWxpY2U6bmV3\r\n"));
  g_assert_null (strstr (changed, "Cookie"));
  fetch_as (fixture, "connection", uri);
  g_assert_cmpuint (server_count_connections (server), ==, 4);
}

static void
test_thousand (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_echo, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  guint64 sent, received, requests;

  for (guint i = 0; i < 1000; i++)
    {
      fixture_post (fixture, uri);
      g_assert_cmpstr (fixture->body, ==, "hello");
    }
  g_assert_cmpuint (server_count_connections (server), ==, 1);
  g_assert_cmpuint (server_count_requests (server), ==, 1000);
  rig_wait_until_done (fixture->rig);
  ost_counters_get (fixture->rig->counters, &sent, &received, &requests);
  g_assert_cmpuint (sent, ==, server_count_received (server));
  g_assert_cmpuint (received, ==, server_count_sent (server));
  g_assert_cmpuint (requests, ==, 1000);
}

static void
test_parallel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_echo, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  OstExchange *exchanges[20];

  for (guint round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++)
        {
          g_autofree char *body = g_strdup_printf ("%02u", (guint)i);
          g_autoptr (OstRequest) request = rig_request ("POST", uri, body);

          exchanges[i] = rig_begin (fixture->rig, request);
        }
      for (gsize i = 0; i < G_N_ELEMENTS (exchanges); i++)
        {
          char body[3] = "";

          g_assert_cmpint (ost_exchange_read (exchanges[i], body, 2, &fixture->error), ==, 2);
          g_assert_cmpuint (g_ascii_strtoull (body, NULL, 10), ==, i);
          ost_exchange_unref (exchanges[i]);
        }
      rig_wait_until_done (fixture->rig);
    }
  g_assert_cmpuint (server_count_requests (server), ==, 60);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/http/plain", test_plain, NULL);
  ADD ("/http/methods", test_methods, NULL);
  ADD ("/http/reserved-headers", test_reserved_headers, NULL);
  ADD ("/http/redirect", test_redirect, NULL);
  ADD ("/http/continue", test_continue, NULL);
  ADD ("/http/cookies", test_cookies, NULL);
  ADD ("/http/cookie-of-plugin", test_cookie_of_plugin, NULL);
  ADD ("/http/own-cookies", test_own_cookies, NULL);
  ADD ("/http/cookie-flood", test_cookie_flood, NULL);
  ADD ("/http/identities", test_identities, NULL);
  ADD ("/http/thousand", test_thousand, NULL);
  ADD ("/http/parallel", test_parallel, NULL);
  return g_test_run ();
}
