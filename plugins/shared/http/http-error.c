/* http-error.c: says what curl's failures mean to a caller */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-error.h"

#define REMEDY_UNKNOWN                                                                             \
  "look whether it was done before it is asked for again; where it happens often, look at the "    \
  "idle limits of the server and of what stands before it"
#define REMEDY_BROKEN                                                                              \
  "ask again; where it happens often, look at the limits of the server and of what stands before " \
  "it (load balancer, firewall)"

GError *
ost_http_error_new (const char *label, OstErrorCode code, const char *remedy, const char *format,
                    ...)
{
  g_autofree char *text = NULL;
  GError *error;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  error = g_error_new (OST_ERROR, (int)code, "%s: %s", label, text);
  if (remedy != NULL)
    ost_error_set_remedy (error, remedy);
  return error;
}

char *
ost_http_make_printable (const char *text, gsize max_bytes)
{
  g_autofree char *part = g_strndup (text, max_bytes);
  char *valid = g_utf8_make_valid (part, -1);

  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  return g_strchomp (valid);
}

/* curl's own words, which may quote a certificate. */
static char *
describe (const OstHttpFailure *self)
{
  gboolean has_detail = self->detail != NULL && *self->detail != '\0';

  return ost_http_make_printable (has_detail ? self->detail : curl_easy_strerror (self->code),
                                  CURL_ERROR_SIZE);
}

/* Where OpenSSL had no objection, it is the name that does not fit. */
static char *
advise_on_certificate (const OstHttpPeer *peer)
{
  return g_strdup_printf (
    "%s; or compare the fingerprint with the one shown on the server itself, and only where they "
    "are equal write tls-pin=%s",
    peer->problem != NULL
      ? "have it signed by an authority and name that one's certificate with tls-ca-file"
      : "address the server by a name that its certificate holds, or have the name put into it",
    peer->fingerprint);
}

static GError *
refuse_certificate (const OstHttpFailure *self)
{
  const OstHttpPeer *peer = self->peer;
  g_autofree char *text = describe (self);
  g_autofree char *remedy = NULL;

  if (peer->fingerprint == NULL)
    return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                               "check the server's certificate, tls-ca-file and tls-pin",
                               "the server's certificate was not believed: %s", text);
  remedy = advise_on_certificate (peer);
  return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE, remedy,
                             "the server's certificate was not believed, and nothing was sent: %s "
                             "(certificate of ‘%s’, issued by ‘%s’, valid until %s, SHA-256 %s)",
                             peer->problem != NULL ? peer->problem : text, peer->subject,
                             peer->issuer, peer->not_after, peer->fingerprint);
}

static GError *
fail_to_connect (const OstHttpFailure *self)
{
  g_autofree char *text = describe (self);

  switch (self->code)
    {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return ost_http_error_new (self->label, OST_ERROR_INVALID,
                                 "write the address as https://HOST/PATH",
                                 "the address cannot be used: %s", text);
    case CURLE_COULDNT_RESOLVE_HOST:
      return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                 "check the server's name, and this machine's DNS",
                                 "the name cannot be resolved: %s", text);
    case CURLE_PEER_FAILED_VERIFICATION:
      return refuse_certificate (self);
    case CURLE_SSL_CONNECT_ERROR:
      return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                 "the server has to speak TLS 1.2 or newer on this port; where it "
                                 "speaks plain http, write http:// and another sign-in",
                                 "TLS could not be set up, and nothing was sent: %s", text);
    case CURLE_SSL_CACERT_BADFILE:
      return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                 "check that tls-ca-file can be read; without that setting, "
                                 "install the package ca-certificates",
                                 "the authorities' certificates cannot be read: %s", text);
    case CURLE_OPERATION_TIMEDOUT:
      return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                 "check address, port and firewall; connect-timeout= grants more "
                                 "time",
                                 "no connection came about within %u s: %s",
                                 self->connect_timeout_ms / 1000, text);
    default:
      return ost_http_error_new (self->label, OST_ERROR_UNAVAILABLE,
                                 "check that the server runs, its address and port, and the "
                                 "firewall",
                                 "cannot connect: %s", text);
    }
}

/* What curl says where the bytes that came are no HTTP/1.1. */
static gboolean
is_malformed (CURLcode code)
{
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY
         || code == CURLE_BAD_CONTENT_ENCODING;
}

GError *
ost_http_failure_to_error (const OstHttpFailure *self)
{
  g_autofree char *text = NULL;

  if (self->stage == OST_HTTP_STAGE_CONNECT)
    return fail_to_connect (self);
  text = describe (self);
  /* What curl says of a header line that is too long for it. */
  if (self->code == CURLE_OUT_OF_MEMORY)
    return ost_http_error_new (self->label, OST_ERROR_PROTOCOL,
                               "check that address and port belong to the server's web service",
                               "a line in the head of the reply is longer than can be taken");
  if (is_malformed (self->code))
    return ost_http_error_new (self->label, OST_ERROR_PROTOCOL,
                               "check that address and port belong to the server's web service",
                               "expected a reply in HTTP/1.1; what came is none: %s", text);
  if (self->stage == OST_HTTP_STAGE_SENT)
    return ost_http_error_new (self->label, OST_ERROR_TIMED_OUT, REMEDY_UNKNOWN,
                               "the connection broke before a reply came: %s; whether the server "
                               "acted on the request is unknown",
                               text);
  return ost_http_error_new (self->label, OST_ERROR_INCOMPLETE, REMEDY_BROKEN,
                             "the reply broke off in its body: %s", text);
}
