/* http-uri.h: addresses, as curl understands them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <curl/curl.h>
#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * ost_http_uri_parse:
 * @uri: an address
 * @error: return location for an error
 *
 * Returns: (transfer full): the address as curl understands it, or %NULL with %OST_ERROR_INVALID
 *   where it is no http or https one, or carries user or password
 */
CURLU *ost_http_uri_parse (const char *uri, GError **error);

/**
 * ost_http_uri_get:
 * @uri: an address
 * @part: which part of it
 *
 * Returns: (transfer full): that part, empty where there is none; the scheme's own port where no
 *   other is given
 */
char *ost_http_uri_get (CURLU *uri, CURLUPart part);
gboolean ost_http_uri_is_tls (CURLU *uri);

/**
 * ost_http_uri_label:
 * @connection: a connection's name
 * @method: an HTTP method
 * @uri: an address
 *
 * Returns: (transfer full): how a message about it begins; without the query, which may say more
 *   than a log should hold
 */
char *ost_http_uri_label (const char *connection, const char *method, CURLU *uri);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CURLU, curl_url_cleanup)

G_END_DECLS
