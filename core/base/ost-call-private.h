/* ost-call-private.h: how the engine, and tests, run a plugin's slot */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-clock.h"

G_BEGIN_DECLS

/**
 * OstCounters:
 *
 * Bytes and requests of everything that was sent in one run, counted from several threads.
 */
typedef struct _OstCounters OstCounters;

OST_INTERNAL OstCounters *ost_counters_new (void);
OST_INTERNAL OstCounters *ost_counters_ref (OstCounters *self);
OST_INTERNAL void ost_counters_unref (OstCounters *self);
OST_INTERNAL void ost_counters_add (OstCounters *self, guint64 sent, guint64 received,
                                    guint64 requests);
OST_INTERNAL void ost_counters_get (OstCounters *self, guint64 *sent, guint64 *received,
                                    guint64 *requests);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstCounters, ost_counters_unref)

/**
 * OstCallHost:
 * @send: gives the transfer its credentials and hands it to a transport, on the call's thread
 * @accepted: told that a server has answered a request of an identity with success
 * @refused: told that a server rejected an identity's credential
 * @emit: takes an object
 * @warn: takes a warning
 * @note: takes a fact about the server
 * @step: takes a step of a check
 * @probe: lets the transport report its steps of a check
 * @keep_session: writes a session down
 * @forget_session: strikes it out
 * @take_left_over_session: finds one that another process left
 *
 * Who stands behind a call. A slot that is %NULL has no effect; without @send nothing can be sent.
 */
typedef struct {
  gboolean (*send) (gpointer host, OstCall *call, OstTransfer *transfer, GError **error);
  void (*accepted) (gpointer host, OstCall *call, const char *identity);
  void (*refused) (gpointer host, OstCall *call, const char *identity, const GError *error);
  gboolean (*emit) (gpointer host, OstCall *call, OstObject *object, GError **error);
  void (*warn) (gpointer host, OstCall *call, const char *text);
  void (*note) (gpointer host, OstCall *call, const char *name, const char *value);
  void (*step) (gpointer host, OstCall *call, const char *id, gboolean is_ok, const char *detail,
                const char *remedy);
  gboolean (*probe) (gpointer host, OstCall *call, const char *uri, GError **error);
  gboolean (*keep_session) (gpointer host, OstCall *call, const char *id, const char *detail,
                            GError **error);
  void (*forget_session) (gpointer host, OstCall *call, const char *id);
  gboolean (*take_left_over_session) (gpointer host, OstCall *call, char **id, char **detail);
} OstCallHost;

/**
 * ost_call_new:
 * @host: who stands behind it; lives longer than the call
 * @host_data: for @host
 * @settings: the connection's settings
 * @connection: the connection's name
 * @clock: where time comes from
 * @cancellable: (nullable): ends it early
 * @timeout_ms: milliseconds until its deadline, 0 for none
 * @counters: (nullable): where its traffic is counted
 *
 * Returns: (transfer full): a call for the current thread
 */
OST_INTERNAL OstCall *ost_call_new (const OstCallHost *host, gpointer host_data,
                                    OstSettings *settings, const char *connection,
                                    const OstClock *clock, GCancellable *cancellable,
                                    guint timeout_ms, OstCounters *counters);

/**
 * ost_transfer_set_credentials:
 * @self: a transfer that is about to be sent
 * @user: (nullable): the user's name
 * @secret: (nullable): the secret
 * @methods: (nullable) (array zero-terminated=1): allowed sign-in methods
 */
OST_INTERNAL void ost_transfer_set_credentials (OstTransfer *self, const char *user,
                                                OstSecret *secret, const char *const *methods);
OST_INTERNAL const char *ost_transfer_get_identity (OstTransfer *self);

/**
 * ost_transfer_finish:
 * @self: a transfer
 * @error: (transfer full) (nullable): why it failed, or %NULL after a complete reply
 *
 * What the core says to the reader when send_finish has answered. I/O thread.
 */
OST_INTERNAL void ost_transfer_finish (OstTransfer *self, GError *error);

/**
 * ost_transport_dispatch:
 * @transport: a transport
 * @context: the I/O thread's context
 * @transfer: what to send
 *
 * Runs the transport's send pair on the I/O thread and tells the reader how it ended. The
 * transport's prepare slot, where there is one, has run before.
 */
OST_INTERNAL void ost_transport_dispatch (OstTransport *transport, GMainContext *context,
                                          OstTransfer *transfer);

/**
 * ost_call_get_deadline:
 * @self: a call
 * @is_cleanup: which one
 *
 * Returns: on the monotonic clock, until when the slot may run, or until when it may clean up (0
 *   where it has not begun to)
 */
OST_INTERNAL gint64 ost_call_get_deadline (OstCall *self, gboolean is_cleanup);

/* For the exchange alone. */
const OstClock *ost_call_get_clock (OstCall *self);
OstCounters *ost_call_get_counters (OstCall *self);
gboolean ost_call_send (OstCall *self, OstTransfer *transfer, GError **error);
void ost_call_report_acceptance (OstCall *self, const char *identity);
void ost_call_report_refusal (OstCall *self, const char *identity, const GError *error);
OstExchange *ost_exchange_start (OstCall *call, OstRequest *request, gboolean is_cleanup,
                                 GError **error);

/* The request as the transfer sees it. */
OST_INTERNAL const char *ost_request_get_method (OstRequest *self);
OST_INTERNAL const char *ost_request_get_uri (OstRequest *self);
OST_INTERNAL const char *ost_request_get_identity (OstRequest *self);
OST_INTERNAL const char *const *ost_request_get_headers (OstRequest *self);
OST_INTERNAL GBytes *ost_request_get_body (OstRequest *self);
OST_INTERNAL gboolean ost_request_is_replayable (OstRequest *self);
OST_INTERNAL gboolean ost_request_has_own_cookies (OstRequest *self);
OST_INTERNAL guint ost_request_get_idle_timeout (OstRequest *self);
OST_INTERNAL guint64 ost_request_get_max_reply_bytes (OstRequest *self);

G_END_DECLS
