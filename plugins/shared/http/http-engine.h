/* http-engine.h: sends transfers through a pool for each identity and endpoint */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http-trust.h"

G_BEGIN_DECLS

/**
 * OstHttpEngine:
 *
 * What stands behind a transport: HTTP/1.1 over TCP and TLS, with a connection pool and a cookie
 * jar for each identity at one endpoint. Belongs to the I/O thread, whose #GMainContext is the
 * thread default.
 */
typedef struct _OstHttpEngine OstHttpEngine;

/**
 * ost_http_load:
 *
 * Initialises libcurl, and has it wipe the memory that it frees. Once in each plugin that links
 * this library, from its get_type, which the registry calls on the main thread before there is
 * any other.
 */
void ost_http_load (void);

/**
 * ost_http_engine_new:
 * @trust: which certificates to believe
 * @connect_timeout_ms: how long name, TCP and TLS may take together
 *
 * Returns: (transfer full): an engine
 */
OstHttpEngine *ost_http_engine_new (OstHttpTrust *trust, guint connect_timeout_ms);

/**
 * ost_http_engine_free:
 *
 * Shuts down as ost_http_engine_shut_down() does.
 */
void ost_http_engine_free (OstHttpEngine *self);

/**
 * ost_http_engine_send:
 * @self: an engine
 * @transfer: what to send, and where the reply goes
 * @cancellable: (nullable): ends it with %G_IO_ERROR_CANCELLED
 * @task: returns %TRUE after a complete reply, else the error that the reader gets
 *
 * A transfer that is not replayable is sent at most once, by libcurl too.
 */
void ost_http_engine_send (OstHttpEngine *self, OstTransfer *transfer, GCancellable *cancellable,
                           GTask *task);

/**
 * ost_http_engine_shut_down:
 * @self: an engine
 *
 * Ends all transfers with %G_IO_ERROR_CANCELLED. Nothing is sent afterwards.
 */
void ost_http_engine_shut_down (OstHttpEngine *self);

/**
 * ost_http_probe:
 * @trust: which certificates to believe
 * @connect_timeout_ms: how long name, TCP and TLS may take together
 * @uri: the address
 * @call: who wants to know; gets the steps `name`, `tcp` and, for https, `tls`
 * @error: return location for an error
 *
 * Connects without sending anything. Blocks, on any thread.
 *
 * Returns: %FALSE with the error of the step that did not pass
 */
gboolean ost_http_probe (OstHttpTrust *trust, guint connect_timeout_ms, const char *uri,
                         OstCall *call, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstHttpEngine, ost_http_engine_free)

G_END_DECLS
