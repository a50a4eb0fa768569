/* ost-exchange.h: one request under way and its streamed reply */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

G_BEGIN_DECLS

/**
 * OstRequest:
 *
 * One HTTP request: built, then handed to ost_call_begin() and never changed again.
 *
 * Since: 1.0
 */
#define OST_TYPE_REQUEST (ost_request_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_request_get_type (void);

/**
 * ost_request_new:
 * @method: `GET`, `POST`, ...
 * @uri: an absolute `http` or `https` URI without user or password
 *
 * Returns: (transfer full): a request under the identity `connection` that is not replayable,
 *   whose reply may be silent for 60 seconds and have any length
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstRequest *ost_request_new (const char *method, const char *uri);
OST_AVAILABLE_IN_1_0
OstRequest *ost_request_ref (OstRequest *self);
OST_AVAILABLE_IN_1_0
void ost_request_unref (OstRequest *self);

/**
 * ost_request_set_identity:
 * @self: a request
 * @identity: the name of a row of the plugin's identity table; the transport signs in as it
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_identity (OstRequest *self, const char *identity);
/**
 * ost_request_add_header:
 * @self: a request that was not sent yet
 * @name: a header's name
 * @value: its value, on one line
 *
 * Headers that belong to the transport (`Authorization`, `Host`, `Content-Length`,
 * `Accept-Encoding`, `Connection`) are not for a plugin to add.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_add_header (OstRequest *self, const char *name, const char *value);
/**
 * ost_request_set_body:
 * @self: a request that was not sent yet
 * @body: its body
 * @content_type: the body's type; becomes the header of that name
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_body (OstRequest *self, GBytes *body, const char *content_type);

/**
 * ost_request_set_replayable:
 * @self: a request
 * @is_replayable: whether sending it twice does no harm
 *
 * Only a replayable request is ever sent again, by the core or by a library below it, and only
 * before the first byte of a reply. Any other whose connection breaks ends with
 * %OST_ERROR_TIMED_OUT: whether the server acted on it is unknown.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_replayable (OstRequest *self, gboolean is_replayable);

/**
 * ost_request_set_idle_timeout:
 * @self: a request
 * @milliseconds: how long the server may be silent; time in which we do not read does not count
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_idle_timeout (OstRequest *self, guint milliseconds);

/**
 * ost_request_set_max_reply_bytes:
 * @self: a request
 * @bytes: the longest body that is accepted, 0 for any length
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_max_reply_bytes (OstRequest *self, guint64 bytes);

/**
 * ost_request_set_own_cookies:
 * @self: a request
 * @has_own_cookies: whether its sender keeps the cookies of its conversation itself
 *
 * A transport gives such a request no cookie beside those in its headers, and keeps none of its
 * reply. For conversations that must not share a cookie: the sessions of one account that each
 * belong to another server behind one name.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_request_set_own_cookies (OstRequest *self, gboolean has_own_cookies);

/**
 * OstExchange:
 *
 * The reader's end of a request under way. Belongs to the thread of its call; dropping the last
 * reference aborts what is left of it.
 *
 * Since: 1.0
 */
#define OST_TYPE_EXCHANGE (ost_exchange_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_exchange_get_type (void);
OST_AVAILABLE_IN_1_0
OstExchange *ost_exchange_ref (OstExchange *self);
OST_AVAILABLE_IN_1_0
void ost_exchange_unref (OstExchange *self);

/**
 * ost_exchange_wait_head:
 * @self: an exchange
 * @error: return location for an error
 *
 * Blocks until status and headers of the final reply are there.
 *
 * Returns: %FALSE with %OST_ERROR_UNAVAILABLE (never reached a server), %OST_ERROR_TIMED_OUT
 *   (reached, outcome unknown), %OST_ERROR_SIGN_IN, %OST_ERROR_PROTOCOL, or
 *   %G_IO_ERROR_CANCELLED
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_exchange_wait_head (OstExchange *self, GError **error);

/**
 * ost_exchange_read:
 * @self: an exchange
 * @buffer: (array length=size) (out caller-allocates): where the bytes go
 * @size: how many fit; at least 1
 * @error: return location for an error
 *
 * Blocks until there is at least one byte of the body, its end, or a failure.
 *
 * Returns: how many bytes came, 0 at the end of a complete body, -1 on failure: besides those of
 *   ost_exchange_wait_head(), %OST_ERROR_INCOMPLETE for a body that broke off and
 *   %OST_ERROR_PROTOCOL for one that is longer than the request allows
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gssize ost_exchange_read (OstExchange *self, void *buffer, gsize size, GError **error);

/**
 * ost_exchange_get_status:
 * @self: an exchange whose head is there
 *
 * Returns: the HTTP status
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
guint ost_exchange_get_status (OstExchange *self);

/**
 * ost_exchange_get_header:
 * @self: an exchange whose head is there
 * @name: a header's name in any case
 *
 * Returns: (transfer none) (nullable): the value; of several, the first
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_exchange_get_header (OstExchange *self, const char *name);

/**
 * ost_exchange_get_headers:
 * @self: an exchange whose head is there
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): the reply's `Name: value` lines
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *const *ost_exchange_get_headers (OstExchange *self);

/**
 * ost_exchange_get_request:
 * @self: an exchange
 *
 * Returns: (transfer none): what was asked
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstRequest *ost_exchange_get_request (OstExchange *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstRequest, ost_request_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstExchange, ost_exchange_unref)

G_END_DECLS
