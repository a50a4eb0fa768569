/* test-http-tls.c: which certificates are believed, signing in, and the steps of a check */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"
#include "http-server.h"

#include <string.h>

static void
serve_fine (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_answer (visitor, 200, "", "fine");
    }
}

static char *
with_colons (const char *fingerprint)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; fingerprint[i] != '\0'; i++)
    {
      if (i > 0 && i % 2 == 0)
        g_string_append_c (text, ':');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (text, FALSE);
}

static void
assert_believed (Fixture *fixture, const char *uri)
{
  fixture_post (fixture, uri);
  g_assert_cmpstr (fixture->body, ==, "fine");
  g_clear_pointer (&fixture->body, g_free);
}

/* Refused before a byte of the request was sent, with the certificate in the message. */
static void
assert_refused (Fixture *fixture, Server *server, Identity *shown)
{
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *fingerprint = with_colons (shown->fingerprint);
  guint n_requests = server_count_requests (server);

  rig_sign_in (fixture->rig, "alice", "geheim");
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_UNAVAILABLE, "POST");
  assert_mentions (fixture->error, fingerprint);
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), fingerprint));
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), "tls-pin="));
  g_assert_cmpuint (server_count_requests (server), ==, n_requests);
}

static void
test_self_signed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);

  assert_refused (fixture, server, identity);
  assert_mentions (fixture->error, "self-signed");
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), "tls-ca-file"));
}

static void
test_ca_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  assert_believed (fixture, uri);
}

static void
test_wrong_ca_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Identity) other = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);

  fixture_set_rig (fixture, rig_new ("tls-ca-file", other->file, NULL));
  assert_refused (fixture, server, identity);
}

static void
test_wrong_name (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("mail.contoso.com");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  assert_refused (fixture, server, identity);
  assert_mentions (fixture->error, "mail.contoso.com");
  assert_mentions (fixture->error, "match");
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), "name"));
}

/* The name does not matter where the certificate is pinned. */
static void
test_pin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("mail.contoso.com");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *pin = with_colons (identity->fingerprint);
  g_autofree char *several = g_strdup_printf (
    "0000000000000000000000000000000000000000000000000000000000000000;%s", identity->fingerprint);

  fixture_set_rig (fixture, rig_new ("tls-pin", pin, NULL));
  assert_believed (fixture, uri);
  fixture_set_rig (fixture, rig_new ("tls-pin", several, NULL));
  assert_believed (fixture, uri);
}

/* A certificate that would be believed otherwise is not where another one is pinned. */
static void
test_wrong_pin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Identity) other = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);

  fixture_set_rig (fixture,
                   rig_new ("tls-pin", other->fingerprint, "tls-ca-file", identity->file, NULL));
  assert_refused (fixture, server, identity);
  assert_mentions (fixture->error, "tls-pin");
}

static void
serve_one (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_answer (visitor, 200, "Connection: close\r\n", "fine");
}

/* A new connection shows its certificate again, whatever an earlier one showed. */
static void
test_pin_after_change (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Identity) other = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_one, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  if (data != NULL)
    server_limit_tls (server, TLS1_2_VERSION);
  fixture_set_rig (fixture, rig_new ("tls-pin", identity->fingerprint, NULL));
  rig_sign_in (fixture->rig, "alice", "geheim");
  assert_believed (fixture, uri);
  assert_believed (fixture, uri);
  server_set_identity (server, other);
  assert_refused (fixture, server, other);
  g_assert_cmpuint (server_count_resumed (server), ==, 0);
}

static void
test_version (Fixture *fixture, gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  server_limit_tls (server, version);
  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  if (version >= TLS1_2_VERSION)
    {
      assert_believed (fixture, uri);
      return;
    }
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_UNAVAILABLE, "POST");
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), "TLS 1.2"));
  g_assert_cmpuint (server_count_requests (server), ==, 0);
}

static void
test_settings (void)
{
  static const char *const bad[][2] = {
    { "tls-pin", "abc" },
    { "tls-pin", "zz00000000000000000000000000000000000000000000000000000000000000" },
    { "tls-pin", "000000000000000000000000000000000000000000000000000000000000000000" },
    { "tls-pin", ":;" },
    { "tls-ca-file", "/nowhere/at/all.pem" },
    { "tls-ca-file", "/proc/self/cmdline" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = rig_fail (bad[i][0], bad[i][1]);

      g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
      assert_mentions (error, bad[i][0]);
    }
}

/* A reply without a length ends with TLS: without close_notify somebody may have cut it. */
static void
serve_cut (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_send (visitor, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf of it");
  if (data != NULL)
    visitor_cut (visitor);
}

static void
test_cut (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_cut, (gpointer)data, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  if (data != NULL)
    assert_told (fixture, server_get_port (server), OST_ERROR_INCOMPLETE, "POST");
  else
    g_assert_cmpstr (fixture->body, ==, "half of it");
}

static void
serve_twice_over_tls (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_send (visitor, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine"
                             "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nPOISONED");
      if (data != NULL)
        visitor_answer (visitor, 200, "", "POISONED");
    }
}

static void
test_too_long (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_twice_over_tls, (gpointer)data, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  for (guint i = 0; i < 20; i++)
    assert_believed (fixture, uri);
}

static void
serve_once_then_close (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;
  guint n = 0;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      if (n_connection == 0 && n++ == 1)
        return;
      visitor_answer (visitor, 200, "", "fine");
    }
}

static void
test_never_sent_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_once_then_close, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  assert_believed (fixture, uri);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  assert_told (fixture, server_get_port (server), OST_ERROR_TIMED_OUT, "POST");
  g_assert_cmpuint (server_count_requests (server), ==, 2);
  g_clear_error (&fixture->error);
  assert_believed (fixture, uri);
  g_assert_cmpuint (server_count_requests (server), ==, 3);
}

static void
test_basic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *sent = NULL;

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  rig_sign_in (fixture->rig, "CONTOSO\\svc", "pa:ss w\xc3\xb6rd");
  assert_believed (fixture, uri);
  sent = server_get_request (server, 0);
  g_assert_nonnull (strstr (sent, "\r\nAuthorization: Basic Q09OVE9TT1xzdmM6cGE6c3Mgd8O2cmQ=\r\n"));
}

typedef struct {
  gboolean is_tls;
  const char *user;
  const char *secret;
  const char *methods[3];
  OstErrorCode code;
  const char *mentions;
} Mistake;

static const Mistake mistakes[] = {
  { FALSE, "alice", "geheim", { "auto" }, OST_ERROR_INVALID, "plain http" },
  { FALSE, "alice", "geheim", { "basic" }, OST_ERROR_INVALID, "plain http" },
  { TRUE, "alice", NULL, { "auto" }, OST_ERROR_INVALID, "secret" },
  { TRUE, NULL, "geheim", { "auto" }, OST_ERROR_INVALID, "user" },
  { TRUE, "al:ice", "geheim", { "auto" }, OST_ERROR_INVALID, "colon" },
  { TRUE, "alice", "geheim", { "kerberos", "ntlm" }, OST_ERROR_NOT_SUPPORTED, "kerberos, ntlm" },
};

static void
test_mistakes (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) tls = server_new_tls (serve_fine, NULL, identity);
  g_autoptr (Server) plain = server_new (serve_fine, NULL);

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      const Mistake *mistake = &mistakes[i];
      Server *server = mistake->is_tls ? tls : plain;
      g_autofree char *uri = server_get_uri (server, "/");

      rig_sign_in (fixture->rig, mistake->user, mistake->secret);
      fixture->rig->methods = mistake->methods;
      fixture->body = rig_post (fixture->rig, uri, &fixture->error);
      assert_told (fixture, server_get_port (server), mistake->code, "POST");
      assert_mentions (fixture->error, mistake->mentions);
      g_assert_null (strstr (fixture->error->message, "geheim"));
      g_clear_error (&fixture->error);
    }
  g_assert_cmpuint (server_count_connections (tls) + server_count_connections (plain), ==, 0);
}

typedef struct {
  const char *user;
  const char *headers;
  const char *offers;
  const char *remedy;
} Refusal;

static const Refusal refusals[] = {
  { "alice", "WWW-Authenticate: Basic realm=\"a, Digest \\\" b\"\r\nWWW-Authenticate: NTLM\r\n",
    "offers: Basic, NTLM", "locked" },
  { "alice", "WWW-Authenticate: Negotiate, basic realm=\"x\", charset=\"UTF-8\"\r\n",
    "offers: Negotiate, basic", "locked" },
  { "alice", "WWW-Authenticate: Kerberos\r\nWWW-Authenticate: Negotiate oYG1MIGy==\r\n",
    "offers: Kerberos, Negotiate", "enable Basic" },
  { "alice", "", "offers: nothing", "enable Basic" },
  { NULL, "WWW-Authenticate: Basic realm=\"unclosed\r\n", "offers: Basic", "configure" },
  { "alice", "WWW-Authenticate: A, B, C, D, E, F, G, H, I, J\r\n", "A, B, C, D, E, F, G, H",
    "enable Basic" },
  { "alice", "WWW-Authenticate: \x01\x02\xff,=,\"\r\n", "offers: nothing", "enable Basic" },
};

static void
serve_refusal (Visitor *visitor, guint n_connection, gpointer data)
{
  const Refusal *refusal = data;
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      g_free (request);
      visitor_answer (visitor, 401, refusal->headers, "<html>no</html>");
    }
}

static void
test_refusals (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      const Refusal *refusal = &refusals[i];
      g_autoptr (Server) server = server_new_tls (serve_refusal, (gpointer)refusal, identity);
      g_autofree char *uri = server_get_uri (server, "/");

      rig_sign_in (fixture->rig, refusal->user, refusal->user != NULL ? "geheim" : NULL);
      /* Replayable, and yet one attempt. */
      fixture->body = rig_get (fixture->rig, uri, &fixture->error);
      assert_told (fixture, server_get_port (server), OST_ERROR_SIGN_IN, "GET");
      assert_mentions (fixture->error, refusal->offers);
      g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), refusal->remedy));
      g_assert_cmpuint (server_count_requests (server), ==, 1);
      g_clear_error (&fixture->error);
    }
}

static void
serve_forbidden (Visitor *visitor, guint n_connection, gpointer data)
{
  g_free (visitor_read (visitor));
  visitor_answer (visitor, 403, "X-Reason: role\r\n", "forbidden");
}

/* A right that is missing is no credential that was refused. */
static void
test_forbidden (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_forbidden, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");
  guint status = 0;

  fixture->body = rig_fetch (fixture->rig, request, &status, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (status, ==, 403);
  g_assert_cmpstr (fixture->body, ==, "forbidden");
}

static void
assert_step (Rig *rig, guint n, const char *id, gboolean is_ok, const char *detail)
{
  const Step *step;

  g_assert_cmpuint (rig->steps->len, >, n);
  step = rig->steps->pdata[n];
  g_assert_cmpstr (step->id, ==, id);
  g_assert_cmpint (step->is_ok, ==, is_ok);
  g_assert_nonnull (strstr (step->detail, detail));
  g_assert_cmpint (step->remedy == NULL, ==, is_ok);
}

static void
test_probe (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("localhost");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/PowerShell/");
  g_autofree char *fingerprint = with_colons (identity->fingerprint);

  fixture_set_rig (fixture, rig_new ("tls-ca-file", identity->file, NULL));
  g_assert_true (rig_probe (fixture->rig, uri, &fixture->error));
  g_assert_no_error (fixture->error);
  assert_step (fixture->rig, 0, "name", TRUE, "127.0.0.1");
  assert_step (fixture->rig, 1, "tcp", TRUE, "127.0.0.1 port");
  assert_step (fixture->rig, 2, "tls", TRUE, fingerprint);
  assert_step (fixture->rig, 2, "tls", TRUE, "TLSv1.3");
  assert_step (fixture->rig, 2, "tls", TRUE, "‘CN = localhost’");
  g_assert_cmpuint (fixture->rig->steps->len, ==, 3);
  g_assert_cmpuint (server_count_requests (server), ==, 0);
}

/* The remedy is a line that can be pasted into the configuration. */
static void
test_probe_self_signed (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Identity) identity = identity_new ("mail.contoso.com");
  g_autoptr (Server) server = server_new_tls (serve_fine, NULL, identity);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *pin = NULL;
  const Step *step;
  const char *line;

  g_assert_false (rig_probe (fixture->rig, uri, &fixture->error));
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_step (fixture->rig, 1, "tcp", TRUE, "127.0.0.1 port");
  assert_step (fixture->rig, 2, "tls", FALSE, "self-signed");
  step = fixture->rig->steps->pdata[2];
  line = strstr (step->remedy, "tls-pin=");
  g_assert_nonnull (line);
  pin = g_strndup (line + strlen ("tls-pin="), 95);
  fixture_set_rig (fixture, rig_new ("tls-pin", pin, NULL));
  g_clear_error (&fixture->error);
  g_assert_true (rig_probe (fixture->rig, uri, &fixture->error));
}

static void
test_probe_fails (Fixture *fixture, gconstpointer data)
{
  Server *server = server_new (serve_fine, NULL);
  g_autofree char *uri = server_get_uri (server, "/");
  g_autofree char *tls_uri = g_strdup_printf ("https://localhost:%u/", server_get_port (server));

  g_assert_true (rig_probe (fixture->rig, uri, &fixture->error));
  assert_step (fixture->rig, 1, "tcp", TRUE, "127.0.0.1 port");
  g_assert_cmpuint (fixture->rig->steps->len, ==, 2);
  server_free (server);

  g_ptr_array_set_size (fixture->rig->steps, 0);
  g_assert_false (rig_probe (fixture->rig, tls_uri, &fixture->error));
  assert_step (fixture->rig, 0, "name", TRUE, "127.0.0.1");
  assert_step (fixture->rig, 1, "tcp", FALSE, "cannot connect");
  g_clear_error (&fixture->error);

  g_ptr_array_set_size (fixture->rig->steps, 0);
  g_assert_false (rig_probe (fixture->rig, "https://nowhere.invalid/", &fixture->error));
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_step (fixture->rig, 0, "name", FALSE, "nowhere.invalid");
  g_assert_cmpuint (fixture->rig->steps->len, ==, 1);
  g_clear_error (&fixture->error);

  g_assert_false (rig_probe (fixture->rig, "ldap://localhost/", &fixture->error));
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_INVALID);
}

static void
serve_plain_text (Visitor *visitor, guint n_connection, gpointer data)
{
  visitor_send (visitor, "220 this is no TLS\r\n");
  visitor_wait_for_close (visitor);
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
test_probe_no_tls (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Server) server = server_new (serve_plain_text, NULL);
  g_autoptr (Server) deaf = server_new_deaf ();
  g_autofree char *uri = g_strdup_printf ("https://localhost:%u/", server_get_port (server));
  g_autofree char *deaf_uri = g_strdup_printf ("https://localhost:%u/", server_get_port (deaf));
  GThread *thread;

  g_assert_false (rig_probe (fixture->rig, uri, &fixture->error));
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_step (fixture->rig, 2, "tls", FALSE, "TLS could not be set up");
  g_clear_error (&fixture->error);

  fixture_set_rig (fixture, rig_new ("connect-timeout", "1s", NULL));
  g_assert_false (rig_probe (fixture->rig, deaf_uri, &fixture->error));
  g_assert_error (fixture->error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  assert_step (fixture->rig, 2, "tls", FALSE, "within 1 s");
  g_clear_error (&fixture->error);
  fixture->body = rig_post (fixture->rig, deaf_uri, &fixture->error);
  assert_told (fixture, server_get_port (deaf), OST_ERROR_UNAVAILABLE, "POST");
  g_assert_nonnull (strstr (ost_error_get_remedy (fixture->error), "connect-timeout"));
  g_clear_error (&fixture->error);

  fixture_set_rig (fixture, rig_new (NULL));
  thread = g_thread_new ("cancel", cancel_soon, fixture);
  g_assert_false (rig_probe (fixture->rig, deaf_uri, &fixture->error));
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (thread);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/tls/self-signed", test_self_signed, NULL);
  ADD ("/tls/ca-file", test_ca_file, NULL);
  ADD ("/tls/wrong-ca-file", test_wrong_ca_file, NULL);
  ADD ("/tls/wrong-name", test_wrong_name, NULL);
  ADD ("/tls/pin", test_pin, NULL);
  ADD ("/tls/wrong-pin", test_wrong_pin, NULL);
  ADD ("/tls/pin-after-change/1.2", test_pin_after_change, "1.2");
  ADD ("/tls/pin-after-change/1.3", test_pin_after_change, NULL);
  ADD ("/tls/version/1.0", test_version, GINT_TO_POINTER (TLS1_VERSION));
  ADD ("/tls/version/1.1", test_version, GINT_TO_POINTER (TLS1_1_VERSION));
  ADD ("/tls/version/1.2", test_version, GINT_TO_POINTER (TLS1_2_VERSION));
  ADD ("/tls/version/1.3", test_version, GINT_TO_POINTER (TLS1_3_VERSION));
  g_test_add_func ("/tls/settings", test_settings);
  ADD ("/tls/cut/clean", test_cut, NULL);
  ADD ("/tls/cut/cut", test_cut, "cut");
  ADD ("/tls/too-long/one-record", test_too_long, NULL);
  ADD ("/tls/too-long/two-records", test_too_long, "two");
  ADD ("/tls/never-sent-twice", test_never_sent_twice, NULL);
  ADD ("/sign-in/basic", test_basic, NULL);
  ADD ("/sign-in/mistakes", test_mistakes, NULL);
  ADD ("/sign-in/refusals", test_refusals, NULL);
  ADD ("/sign-in/forbidden", test_forbidden, NULL);
  ADD ("/probe/fine", test_probe, NULL);
  ADD ("/probe/self-signed", test_probe_self_signed, NULL);
  ADD ("/probe/fails", test_probe_fails, NULL);
  ADD ("/probe/no-tls", test_probe_no_tls, NULL);
  return g_test_run ();
}
