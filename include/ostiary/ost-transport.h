/* ost-transport.h: interface: moves requests and streamed replies */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-call.h>
#include <ostiary/ost-secret.h>

G_BEGIN_DECLS

/**
 * OstFlow:
 * @OST_FLOW_CONTINUE: the bytes were taken
 * @OST_FLOW_PAUSE: none was taken; stop reading until the resume function is called, then offer
 *   the same bytes again
 * @OST_FLOW_STOP: nobody wants the reply any more; end the request
 *
 * Since: 1.0
 */
typedef enum {
  OST_FLOW_CONTINUE,
  OST_FLOW_PAUSE,
  OST_FLOW_STOP,
} OstFlow;

/**
 * OstCredentials:
 * @identity: the identity's name
 * @user: (nullable): the user's name
 * @secret: (nullable): the secret
 * @methods: (array zero-terminated=1): the sign-in methods that the administrator allows, in the
 *   order of preference; `auto` stands for all
 *
 * What a transport signs in with. Only a transport ever gets one.
 *
 * Since: 1.0
 */
typedef struct {
  const char *identity;
  const char *user;
  OstSecret *secret;
  const char *const *methods;
} OstCredentials;

/**
 * OstTransfer:
 *
 * The transport's end of a request under way. All functions are called on the I/O thread, but
 * for the getters, which any thread may call.
 *
 * Since: 1.0
 */
#define OST_TYPE_TRANSFER (ost_transfer_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_transfer_get_type (void);
OST_AVAILABLE_IN_1_0
OstTransfer *ost_transfer_ref (OstTransfer *self);
OST_AVAILABLE_IN_1_0
void ost_transfer_unref (OstTransfer *self);

/**
 * ost_transfer_get_connection:
 * @self: a transfer
 *
 * Returns: (transfer none): the connection's name, which every error has to mention
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_transfer_get_connection (OstTransfer *self);
/**
 * ost_transfer_get_method:
 * @self: a transfer
 *
 * Returns: (transfer none): the HTTP method
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_transfer_get_method (OstTransfer *self);
/**
 * ost_transfer_get_uri:
 * @self: a transfer
 *
 * Returns: (transfer none): the absolute URI
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_transfer_get_uri (OstTransfer *self);
/**
 * ost_transfer_get_headers:
 * @self: a transfer
 *
 * Returns: (transfer none) (array zero-terminated=1): `Name: value` lines
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *const *ost_transfer_get_headers (OstTransfer *self);
/**
 * ost_transfer_get_body:
 * @self: a transfer
 *
 * Returns: (transfer none) (nullable): the body to send
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
GBytes *ost_transfer_get_body (OstTransfer *self);
/**
 * ost_transfer_is_replayable:
 * @self: a transfer
 *
 * Returns: whether it may be sent once more before the first byte of a reply
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_transfer_is_replayable (OstTransfer *self);
/**
 * ost_transfer_has_own_cookies:
 * @self: a transfer
 *
 * Returns: whether it neither gets cookies from the transport's jar nor puts any there
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_transfer_has_own_cookies (OstTransfer *self);
/**
 * ost_transfer_get_idle_timeout:
 * @self: a transfer
 *
 * Returns: milliseconds that the server may be silent, 0 for ever
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
guint ost_transfer_get_idle_timeout (OstTransfer *self);
/**
 * ost_transfer_get_credentials:
 * @self: a transfer
 *
 * Returns: (transfer none): what to sign in with
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const OstCredentials *ost_transfer_get_credentials (OstTransfer *self);

/**
 * ost_transfer_set_resume_func:
 * @self: a transfer
 * @resume: called on the I/O thread when there is room again after %OST_FLOW_PAUSE, and when the
 *   reader has gone (then the next push answers %OST_FLOW_STOP)
 * @user_data: for @resume
 * @destroy: (nullable): frees @user_data
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_transfer_set_resume_func (OstTransfer *self, GSourceFunc resume, gpointer user_data,
                                   GDestroyNotify destroy);

/**
 * ost_transfer_push_head:
 * @self: a transfer
 * @status: the HTTP status of the final reply, after any sign-in dialogue
 * @headers: (array zero-terminated=1): its `Name: value` lines
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_transfer_push_head (OstTransfer *self, guint status, const char *const *headers);

/**
 * ost_transfer_push:
 * @self: a transfer whose head was pushed
 * @bytes: (array length=length): part of the body, at most 256 KiB
 * @length: how many bytes
 *
 * Returns: what to do next
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstFlow ost_transfer_push (OstTransfer *self, const void *bytes, gsize length);

/**
 * ost_transfer_count:
 * @self: a transfer
 * @bytes_sent: bytes on the wire since the last call
 * @bytes_received: likewise
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_transfer_count (OstTransfer *self, guint64 bytes_sent, guint64 bytes_received);

/**
 * OstTransport:
 *
 * Moves requests of one connection. The core makes one instance for each connection. All slots
 * but @prepare and @probe run on the I/O thread, whose #GMainContext is the thread default.
 *
 * Since: 1.0
 */
#define OST_TYPE_TRANSPORT (ost_transport_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (OstTransport, ost_transport, OST, TRANSPORT, GObject)

/**
 * OstTransportInterface:
 * @parent_iface: the parent
 * @configure: (optional): takes the settings before anything is sent
 * @send_async: sends a transfer and pushes its reply; never re-sends one that is not replayable
 * @send_finish: %TRUE after a complete reply; else the error that the exchange's reader gets
 * @shut_down: (optional): ends everything under way; nothing is sent afterwards
 * @prepare: (optional): on the worker's thread, before a transfer is sent: what blocks, such as
 *   fetching a ticket
 * @probe: (optional): on a worker's thread: reports the steps from name to TLS with
 *   ost_call_step(), without signing in
 *
 * New slots are added at the end only.
 *
 * Since: 1.0
 */
struct _OstTransportInterface {
  GTypeInterface parent_iface;

  gboolean (*configure) (OstTransport *self, OstSettings *settings, GError **error);
  void (*send_async) (OstTransport *self, OstTransfer *transfer, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer user_data);
  gboolean (*send_finish) (OstTransport *self, GAsyncResult *result, GError **error);
  void (*shut_down) (OstTransport *self);
  gboolean (*prepare) (OstTransport *self, OstTransfer *transfer, OstCall *call, GError **error);
  gboolean (*probe) (OstTransport *self, const char *uri, OstCall *call, GError **error);
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstTransfer, ost_transfer_unref)

G_END_DECLS
