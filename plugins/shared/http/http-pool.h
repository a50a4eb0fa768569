/* http-pool.h: connections and cookies of one identity at one endpoint */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http-sign-in.h"
#include "http-trust.h"

#include <openssl/ssl.h>

G_BEGIN_DECLS

typedef struct _OstHttpTransfer OstHttpTransfer;

/**
 * OstHttpPool:
 *
 * A connection pool and a cookie jar that one identity uses at one endpoint. Reference-counted;
 * belongs to the I/O thread.
 */
typedef struct _OstHttpPool OstHttpPool;

/**
 * ost_http_pool_new:
 * @trust: which certificates to believe
 * @credentials: who uses it
 * @sign_in: how
 * @error: return location for an error
 *
 * Returns: (transfer full): an empty pool under the thread-default #GMainContext
 */
OstHttpPool *ost_http_pool_new (OstHttpTrust *trust, const OstCredentials *credentials,
                                const OstSignIn *sign_in, GError **error);
OstHttpPool *ost_http_pool_ref (OstHttpPool *self);
void ost_http_pool_unref (OstHttpPool *self);

/**
 * ost_http_pool_close:
 * @self: a pool
 * @error: what its transfers end with
 *
 * Ends everything under way and closes the connections. Nothing can be added afterwards.
 */
void ost_http_pool_close (OstHttpPool *self, const GError *error);

/* The pool was made with this secret, so its cookies and connections may be used. */
gboolean ost_http_pool_belongs_to (OstHttpPool *self, OstSecret *secret);
gboolean ost_http_pool_is_idle (OstHttpPool *self);
const OstSignIn *ost_http_pool_get_sign_in (OstHttpPool *self);
OstHttpPeer *ost_http_pool_get_peer (OstHttpPool *self);
GMainContext *ost_http_pool_get_context (OstHttpPool *self);

/* (nullable): the header line to sign in with, in locked memory that lives as long as the pool. */
OstSecret *ost_http_pool_get_authorization (OstHttpPool *self);

/* Turns curl's cookies on for a handle that is about to be added; the jar is the pool's. */
void ost_http_pool_share_cookies (OstHttpPool *self, CURL *easy);

/**
 * ost_http_pool_add:
 * @self: a pool
 * @transfer: what wants to be told when curl is done
 * @easy: its curl handle, whose private pointer is @transfer
 *
 * Returns: %FALSE where the pool was closed
 */
gboolean ost_http_pool_add (OstHttpPool *self, OstHttpTransfer *transfer, CURL *easy);

/* Begins anew with a handle that curl has given up before anything was sent. */
void ost_http_pool_restart (OstHttpPool *self, CURL *easy);

/**
 * ost_http_pool_remove:
 *
 * Takes a handle back. Never called from within one of curl's callbacks.
 */
void ost_http_pool_remove (OstHttpPool *self, OstHttpTransfer *transfer, CURL *easy);

/* (nullable): the TLS of the connection that a handle has; in its prereq callback alone. */
SSL *ost_http_get_ssl (CURL *easy);

/**
 * ost_http_pool_has_unread:
 * @self: a pool
 * @easy: a handle that is about to send on a connection that was used before
 * @local_port: the connection's port on this side
 *
 * Whatever waits to be read before a request was sent is no answer to it: the connection has
 * ended, or the server has sent more than was asked for. libcurl would take it for the reply.
 *
 * Returns: whether the connection must not be used any more
 */
gboolean ost_http_pool_has_unread (OstHttpPool *self, CURL *easy, int local_port);

/**
 * ost_http_pool_bound_cookies:
 * @self: a pool
 * @easy: a handle that shares its jar and is about to be removed
 * @n_set: how many cookies its reply set
 *
 * Empties the jar where a server fills our memory with ever new ones.
 */
void ost_http_pool_bound_cookies (OstHttpPool *self, CURL *easy, guint n_set);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstHttpPool, ost_http_pool_unref)

G_END_DECLS
