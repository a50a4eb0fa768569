/* http-request.h: makes curl's handle for a request */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http-pool.h"

G_BEGIN_DECLS

/**
 * OstHttpHeaders:
 *
 * The header lines that curl sends. curl does not copy them, so they live until it is done.
 */
typedef struct {
  struct curl_slist *lines;
  struct curl_slist authorization;
} OstHttpHeaders;

/**
 * ost_http_request_prepare:
 * @easy: a new handle
 * @transfer: what to send
 * @uri: its parsed address
 * @pool: where it will run
 * @headers: (out): the lines to send; to be cleared when curl is done, also after a failure
 *
 * Sets everything that does not concern the reply.
 *
 * Returns: (transfer full) (nullable): %OST_ERROR_INVALID for a header that is the transport's,
 *   %OST_ERROR_UNAVAILABLE where this libcurl lacks something that must not be left out
 */
GError *ost_http_request_prepare (CURL *easy, OstTransfer *transfer, CURLU *uri, OstHttpPool *pool,
                                  OstHttpHeaders *headers);
void ost_http_headers_clear (OstHttpHeaders *self);

/**
 * ost_http_set_common:
 * @easy: a new handle
 * @uri: its parsed address
 * @peer: where the certificate is noted, and what to believe of it
 * @connect_timeout_ms: how long name, TCP and TLS may take together
 *
 * What requests and probes have in common: HTTP/1.1 to that address, no proxy, no redirects.
 *
 * Returns: %FALSE where this libcurl cannot do it; nothing may be sent then
 */
gboolean ost_http_set_common (CURL *easy, CURLU *uri, OstHttpPeer *peer, guint connect_timeout_ms);

G_END_DECLS
