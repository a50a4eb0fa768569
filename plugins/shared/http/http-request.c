/* http-request.c: makes curl's handle for a request */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-request.h"

#include "http-error.h"

#include <string.h>

/* curl's own read buffer; what is pushed at once is a part of it. */
#define BUFFER_BYTES (128L * 1024)

#define KEEP_ALIVE_IDLE_SECONDS 60L
#define KEEP_ALIVE_INTERVAL_SECONDS 30L

gboolean
ost_http_set_common (CURL *easy, CURLU *uri, OstHttpPeer *peer, guint connect_timeout_ms)
{
  gboolean is_set = ost_http_peer_apply (peer, easy);

  is_set &= curl_easy_setopt (easy, CURLOPT_CURLU, uri) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_HTTP09_ALLOWED, 0L) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_PROXY, "") == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
  is_set
    &= curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_timeout_ms) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_TCP_KEEPIDLE, KEEP_ALIVE_IDLE_SECONDS) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_TCP_KEEPINTVL, KEEP_ALIVE_INTERVAL_SECONDS) == CURLE_OK;
  /* A resolver thread that hangs is left to itself; waiting for it would hold up the I/O thread. */
  is_set &= curl_easy_setopt (easy, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK;
  return is_set;
}

static gboolean
is_header (const char *line, const char *name)
{
  gsize length = strlen (name);

  return g_ascii_strncasecmp (line, name, length) == 0 && line[length] == ':';
}

/* What frames a message or says who sends it is nobody's but the transport's. */
static gboolean
is_reserved (const char *line)
{
  static const char *const names[] = {
    "Authorization", "Proxy-Authorization", "Host",    "Content-Length", "Transfer-Encoding",
    "Connection",    "Accept-Encoding",     "Upgrade", "Expect",         "TE",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_header (line, names[i]))
      return TRUE;
  return FALSE;
}

static void
append_line (OstHttpHeaders *headers, const char *line)
{
  headers->lines = curl_slist_append (headers->lines, line);
}

static const char *
skip_name (const char *line)
{
  const char *colon = strchr (line, ':');

  return colon + 1 + strspn (colon + 1, " \t");
}

/* curl takes `Name:` for a header to leave out, and `Name;` for one without a value. */
static void
append_header (OstHttpHeaders *headers, const char *line)
{
  g_autofree char *empty = NULL;

  if (*skip_name (line) != '\0')
    {
      append_line (headers, line);
      return;
    }
  empty = g_strdup_printf ("%.*s;", (int)strcspn (line, ":"), line);
  append_line (headers, empty);
}

static GError *
collect_headers (CURL *easy, OstTransfer *transfer, OstHttpPool *pool, OstHttpHeaders *headers)
{
  const char *const *lines = ost_transfer_get_headers (transfer);
  OstSecret *authorization = ost_http_pool_get_authorization (pool);
  gboolean has_type = FALSE;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      if (strchr (lines[i], ':') == NULL || is_reserved (lines[i]))
        return g_error_new (OST_ERROR, OST_ERROR_INVALID,
                            "the header ‘%.*s’ is not a plugin's to send",
                            (int)strcspn (lines[i], ":"), lines[i]);
      has_type |= is_header (lines[i], "Content-Type");
      /* Joined with those of the jar; two Cookie lines are not allowed (RFC 6265, 5.4). */
      if (is_header (lines[i], "Cookie"))
        curl_easy_setopt (easy, CURLOPT_COOKIE, skip_name (lines[i]));
      else
        append_header (headers, lines[i]);
    }
  append_line (headers, "Accept-Encoding: identity");
  append_line (headers, "Expect:");
  if (!has_type)
    append_line (headers, "Content-Type:");
  if (authorization == NULL)
    return NULL;
  /* A node of our own in front: curl_slist_append() would copy the secret. */
  headers->authorization.data = (char *)ost_secret_peek (authorization, NULL);
  headers->authorization.next = headers->lines;
  return NULL;
}

void
ost_http_headers_clear (OstHttpHeaders *self)
{
  curl_slist_free_all (self->lines);
  *self = (OstHttpHeaders){ 0 };
}

static void
set_body (CURL *easy, GBytes *body)
{
  gsize length = 0;
  const void *bytes = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  curl_easy_setopt (easy, CURLOPT_POST, 1L);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, length > 0 ? bytes : "");
}

static void
set_method (CURL *easy, const char *method, GBytes *body)
{
  if (g_str_equal (method, "HEAD"))
    curl_easy_setopt (easy, CURLOPT_NOBODY, 1L);
  else if (body != NULL || g_str_equal (method, "POST"))
    set_body (easy, body);
  else
    curl_easy_setopt (easy, CURLOPT_HTTPGET, 1L);
  if (!g_str_equal (method, "HEAD") && !g_str_equal (method, "GET")
      && !g_str_equal (method, "POST"))
    curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, method);
}

GError *
ost_http_request_prepare (CURL *easy, OstTransfer *transfer, CURLU *uri, OstHttpPool *pool,
                          OstHttpHeaders *headers)
{
  GError *error;

  *headers = (OstHttpHeaders){ 0 };
  error = collect_headers (easy, transfer, pool, headers);
  if (error != NULL)
    return error;
  set_method (easy, ost_transfer_get_method (transfer), ost_transfer_get_body (transfer));
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER,
                    headers->authorization.data != NULL ? &headers->authorization : headers->lines);
  curl_easy_setopt (easy, CURLOPT_USERAGENT, "ostiary/" OST_VERSION);
  curl_easy_setopt (easy, CURLOPT_BUFFERSIZE, BUFFER_BYTES);
  curl_easy_setopt (easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  if (!ost_transfer_has_own_cookies (transfer))
    ost_http_pool_share_cookies (pool, easy);
  return NULL;
}
