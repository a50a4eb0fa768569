/* test-http-basics.c: requests as they go out, replies as they come in, signing in */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"
#include "http-server.h"

#include <string.h>

static void
serve_echo (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      const char *body = strstr (request, "\r\n\r\n") + 4;

      visitor_answer (visitor, 200, "X-Odd:  value\r\n", body);
      g_free (request);
    }
}

static void
test_plain (void)
{
  g_autoptr (Server) server = server_new (serve_echo, NULL);
  g_autofree char *uri = server_get_uri (server, "/path?query=1");
  g_autoptr (Rig) rig = rig_new (NULL);
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sent = NULL;
  char body[100];

  ost_request_add_header (request, "SOAPAction", "");
  ost_request_add_header (request, "X-Two", "2");
  exchange = rig_begin (rig, request);
  g_assert_true (ost_exchange_wait_head (exchange, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (ost_exchange_get_status (exchange), ==, 200);
  g_assert_cmpstr (ost_exchange_get_header (exchange, "x-odd"), ==, "value");
  g_assert_cmpint (ost_exchange_read (exchange, body, sizeof body, &error), ==, 5);
  g_assert_cmpmem (body, 5, "hello", 5);
  g_assert_cmpint (ost_exchange_read (exchange, body, sizeof body, &error), ==, 0);
  g_assert_no_error (error);

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

static void
test_basic (void)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_echo, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (Rig) rig = rig_new ("tls-ca-file", identity->file, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *sent = NULL;
  g_autofree char *body = NULL;

  rig_sign_in (rig, "CONTOSO\\svc", "pa:ss w\xc3\xb6rd");
  body = rig_post (rig, uri, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (body, ==, "hello");
  sent = server_get_request (server, 0);
  g_assert_nonnull (strstr (sent, "\r\nAuthorization: Basic Q09OVE9TT1xzdmM6cGE6c3Mgd8O2cmQ=\r\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/http/plain", test_plain);
  g_test_add_func ("/http/basic", test_basic);
  return g_test_run ();
}
