/* http-probe.c: tells step by step how far a connection gets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-engine.h"

#include "http-error.h"
#include "http-request.h"
#include "http-uri.h"

typedef struct {
  OstCall *call;
  CURLU *uri;
  char *label;
  guint connect_timeout_ms;
  OstHttpPeer peer;
} Probe;

static void
clear_probe (Probe *self)
{
  g_free (self->label);
  ost_http_peer_clear (&self->peer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Probe, clear_probe)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURL, curl_easy_cleanup)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURLM, curl_multi_cleanup)

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static gboolean
fail_step (Probe *self, const char *id, GError *failure, GError **error)
{
  if (!is_cancelled (failure))
    ost_call_step (self->call, id, FALSE, failure->message, ost_error_get_remedy (failure));
  g_propagate_error (error, failure);
  return FALSE;
}

static char *
join_addresses (GList *addresses)
{
  GString *text = g_string_new (NULL);

  for (GList *item = addresses; item != NULL; item = item->next)
    {
      g_autofree char *address = g_inet_address_to_string (item->data);

      g_string_append_printf (text, item == addresses ? "%s" : ", %s", address);
    }
  return g_string_free (text, FALSE);
}

static gboolean
probe_name (Probe *self, const char *host, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autofree char *bare = g_strdup (host);
  g_autofree char *text = NULL;
  GError *problem = NULL;
  GList *addresses;

  /* An IPv6 address stands in brackets in an URI. */
  g_strdelimit (bare, "[]", ' ');
  addresses = g_resolver_lookup_by_name (resolver, g_strstrip (bare),
                                         ost_call_get_cancellable (self->call), &problem);
  if (is_cancelled (problem))
    return fail_step (self, "name", problem, error);
  if (addresses == NULL)
    {
      g_autoptr (GError) reason = problem;

      return fail_step (self, "name",
                        ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                            "check the server's name, and this machine's DNS",
                                            "the name ‘%s’ cannot be resolved: %s", bare,
                                            reason->message),
                        error);
    }
  text = join_addresses (addresses);
  g_resolver_free_addresses (addresses);
  ost_call_step (self->call, "name", TRUE, text, NULL);
  return TRUE;
}

/* As curl_easy_perform(), but a cancellation is noticed at once. */
static gboolean
connect_blocking (CURL *easy, GCancellable *cancellable, CURLcode *code)
{
  g_autoptr (CURLM) multi = curl_multi_init ();
  struct curl_waitfd wakeup = { .fd = -1, .events = CURL_WAIT_POLLIN };
  guint n_wakeups = cancellable != NULL ? 1 : 0;
  CURLMsg *message = NULL;
  int n_running, n_left;

  if (cancellable != NULL)
    wakeup.fd = g_cancellable_get_fd (cancellable);
  curl_multi_add_handle (multi, easy);
  while (message == NULL && !g_cancellable_is_cancelled (cancellable))
    {
      curl_multi_perform (multi, &n_running);
      message = curl_multi_info_read (multi, &n_left);
      if (message == NULL)
        curl_multi_poll (multi, &wakeup, n_wakeups, G_MAXINT, NULL);
    }
  *code = message != NULL ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
  curl_multi_remove_handle (multi, easy);
  if (cancellable != NULL)
    g_cancellable_release_fd (cancellable);
  return message != NULL;
}

static void
report_tcp (Probe *self, CURL *easy)
{
  g_autofree char *text = NULL;
  const char *address = NULL;
  long port = 0;
  curl_off_t looked_up_us = 0, connected_us = 0;

  curl_easy_getinfo (easy, CURLINFO_PRIMARY_IP, &address);
  curl_easy_getinfo (easy, CURLINFO_PRIMARY_PORT, &port);
  curl_easy_getinfo (easy, CURLINFO_NAMELOOKUP_TIME_T, &looked_up_us);
  curl_easy_getinfo (easy, CURLINFO_CONNECT_TIME_T, &connected_us);
  text = g_strdup_printf ("%s port %ld, connected in %.1f ms", address, port,
                          (double)(connected_us - looked_up_us) / 1000);
  ost_call_step (self->call, "tcp", TRUE, text, NULL);
}

static void
report_tls (Probe *self)
{
  const OstHttpPeer *peer = &self->peer;
  g_autofree char *text = g_strdup_printf (
    "%s; certificate of ‘%s’, issued by ‘%s’, valid until %s, SHA-256 %s", peer->protocol,
    peer->subject, peer->issuer, peer->not_after, peer->fingerprint);

  ost_call_step (self->call, "tls", TRUE, text, NULL);
}

/* Connects as far as the scheme of @uri goes. */
static CURL *
connect_to (Probe *self, CURLU *uri, GError **error)
{
  g_autoptr (CURL) easy = curl_easy_init ();
  char detail[CURL_ERROR_SIZE] = "";
  OstHttpFailure failure = { .label = self->label,
                             .stage = OST_HTTP_STAGE_CONNECT,
                             .detail = detail,
                             .peer = &self->peer,
                             .connect_timeout_ms = self->connect_timeout_ms };

  if (!ost_http_set_common (easy, uri, &self->peer, self->connect_timeout_ms))
    {
      g_propagate_error (error, ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                                    "install the libcurl that is built on OpenSSL",
                                                    "this libcurl (%s) cannot check certificates",
                                                    curl_version ()));
      return NULL;
    }
  curl_easy_setopt (easy, CURLOPT_CONNECT_ONLY, 1L);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, detail);
  if (!connect_blocking (easy, ost_call_get_cancellable (self->call), &failure.code))
    g_cancellable_set_error_if_cancelled (ost_call_get_cancellable (self->call), error);
  else if (failure.code != CURLE_OK)
    g_propagate_error (error, ost_http_failure_to_error (&failure));
  else
    return g_steal_pointer (&easy);
  return NULL;
}

/* A connection of its own, for curl does not tell how far it got with one that fails in TLS. */
static gboolean
probe_tcp (Probe *self, GError **error)
{
  g_autoptr (CURLU) plain = curl_url_dup (self->uri);
  g_autoptr (CURL) easy = NULL;
  g_autofree char *port = ost_http_uri_get (self->uri, CURLUPART_PORT);
  GError *failure = NULL;

  curl_url_set (plain, CURLUPART_SCHEME, "http", 0);
  curl_url_set (plain, CURLUPART_PORT, port, 0);
  easy = connect_to (self, plain, &failure);
  if (easy == NULL)
    return fail_step (self, "tcp", failure, error);
  report_tcp (self, easy);
  return TRUE;
}

static gboolean
probe_tls (Probe *self, GError **error)
{
  g_autoptr (CURL) easy = NULL;
  GError *failure = NULL;

  if (!ost_http_uri_is_tls (self->uri))
    return TRUE;
  easy = connect_to (self, self->uri, &failure);
  if (easy == NULL)
    return fail_step (self, "tls", failure, error);
  report_tls (self);
  return TRUE;
}

gboolean
ost_http_probe (OstHttpTrust *trust, guint connect_timeout_ms, const char *uri, OstCall *call,
                GError **error)
{
  g_autoptr (CURLU) parsed = ost_http_uri_parse (uri, error);
  g_auto (Probe) self = { .call = call, .uri = parsed, .connect_timeout_ms = connect_timeout_ms };
  g_autofree char *host = NULL;

  if (parsed == NULL)
    {
      g_prefix_error (error, "connection ‘%s’: ", ost_call_get_connection (call));
      return FALSE;
    }
  ost_http_peer_init (&self.peer, trust);
  self.label = ost_http_uri_label (ost_call_get_connection (call), "check", parsed);
  host = ost_http_uri_get (parsed, CURLUPART_HOST);
  return probe_name (&self, host, error) && ost_call_check (call, error) && probe_tcp (&self, error)
         && ost_call_check (call, error) && probe_tls (&self, error);
}
