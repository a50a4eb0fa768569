/* http-trust.h: which server certificates are believed */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <curl/curl.h>
#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstHttpTrust:
 *
 * The certificates that a connection believes: those of the system's authorities, those of one
 * file of authorities, or exactly the pinned ones. Immutable, shared by all threads.
 */
typedef struct _OstHttpTrust OstHttpTrust;

/**
 * OstHttpPeer:
 * @fingerprint: (nullable): SHA-256 of the certificate, in hex with colons
 * @subject: (nullable): whose it is
 * @issuer: (nullable): who signed it
 * @not_after: (nullable): until when it is valid
 * @protocol: (nullable): the version of TLS
 * @problem: (nullable): why it was not believed
 * @closed: (nullable): the TLS connection (`SSL *`, for comparison alone) whose other side was the
 *   last to say that it has sent everything
 *
 * What the last TLS connections with a server showed of it. Belongs to one thread, and must live
 * longer than the connections that write to it.
 */
typedef struct {
  OstHttpTrust *trust;
  char *fingerprint;
  char *subject;
  char *issuer;
  char *not_after;
  char *protocol;
  char *problem;
  const void *closed;
} OstHttpPeer;

/**
 * ost_http_trust_new:
 * @ca_file: (nullable): a PEM file of authorities, in place of the system's
 * @pins: (array zero-terminated=1): SHA-256 fingerprints of server certificates in hex, with or
 *   without colons; if there are any, a certificate is believed exactly when it is one of them,
 *   whatever its name, dates and signature
 * @error: return location for an error
 *
 * Returns: (transfer full): what to believe, or %NULL with %OST_ERROR_INVALID for a file without
 *   certificates or a text that is no fingerprint
 */
OstHttpTrust *ost_http_trust_new (const char *ca_file, const char *const *pins, GError **error);
OstHttpTrust *ost_http_trust_ref (OstHttpTrust *self);
void ost_http_trust_unref (OstHttpTrust *self);

void ost_http_peer_init (OstHttpPeer *self, OstHttpTrust *trust);
void ost_http_peer_clear (OstHttpPeer *self);

/**
 * ost_http_peer_apply:
 * @self: where to note what the server shows
 * @easy: a request that was not handed to curl yet
 *
 * Returns: %FALSE where this libcurl cannot check certificates as we want it to; nothing may be
 *   sent then
 */
gboolean ost_http_peer_apply (OstHttpPeer *self, CURL *easy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstHttpTrust, ost_http_trust_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OstHttpPeer, ost_http_peer_clear)

G_END_DECLS
