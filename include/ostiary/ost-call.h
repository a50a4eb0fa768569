/* ost-call.h: what the core does for a plugin while an operation runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-exchange.h>
#include <ostiary/ost-object.h>
#include <ostiary/ost-setting.h>

G_BEGIN_DECLS

/**
 * OstCall:
 *
 * The context of one slot that runs: settings, cancellation, deadline, the way to the transport
 * and to whoever wants the objects. It belongs to the thread that runs the slot and ends with it.
 * All blocking of a plugin goes through it.
 *
 * Since: 1.0
 */
#define OST_TYPE_CALL (ost_call_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (OstCall, ost_call, OST, CALL, GObject)

/**
 * ost_call_get_settings:
 * @self: a call
 *
 * Returns: (transfer none): the connection's settings
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstSettings *ost_call_get_settings (OstCall *self);
/**
 * ost_call_get_connection:
 * @self: a call
 *
 * Returns: (transfer none): the connection's name, which every error has to mention
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_call_get_connection (OstCall *self);
/**
 * ost_call_get_cancellable:
 * @self: a call
 *
 * For libraries that want one; ost_call_check() knows of the deadline too.
 *
 * Returns: (transfer none) (nullable): what cancels it
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
GCancellable *ost_call_get_cancellable (OstCall *self);

/**
 * ost_call_check:
 * @self: a call
 * @error: return location for an error
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED, or with %OST_ERROR_TIMED_OUT after the deadline
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_check (OstCall *self, GError **error);

/**
 * ost_call_is_stopping:
 * @self: a call
 *
 * Returns: whether it was cancelled or its deadline is over: a conversation is to be ended, with
 *   ost_call_begin_cleanup() for what has to be said to the server
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_is_stopping (OstCall *self);

/**
 * ost_call_wait:
 * @self: a call
 * @milliseconds: how long
 * @error: return location for an error
 *
 * Blocks for that time, or until the call is cancelled or its deadline is over.
 *
 * Returns: %FALSE as ost_call_check()
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_wait (OstCall *self, guint milliseconds, GError **error);

/**
 * ost_call_begin:
 * @self: a call
 * @request: what to send
 * @error: return location for an error
 *
 * Hands a request to the connection's transport. Several may be under way.
 *
 * Returns: (transfer full): the exchange to read, or %NULL with %G_IO_ERROR_CANCELLED,
 *   %OST_ERROR_TIMED_OUT (deadline), %OST_ERROR_SIGN_IN (this credential was rejected before and
 *   is not tried again) or %OST_ERROR_INVALID
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstExchange *ost_call_begin (OstCall *self, OstRequest *request, GError **error);

/**
 * ost_call_begin_cleanup:
 * @self: a call
 * @request: what to send
 * @error: return location for an error
 *
 * As ost_call_begin(), but works after cancellation too: all clean-up of one call together has
 * two seconds from the first one on.
 *
 * Returns: (transfer full): the exchange to read, or %NULL
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstExchange *ost_call_begin_cleanup (OstCall *self, OstRequest *request, GError **error);

/**
 * ost_call_emit:
 * @self: a call
 * @object: one thing found; the caller does not touch it afterwards
 * @error: return location for an error
 *
 * Hands on an object; waits for a slow reader.
 *
 * Returns: %FALSE where the reader wants no more, or the call is stopping
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_emit (OstCall *self, OstObject *object, GError **error);

/**
 * ost_call_warn:
 * @self: a call
 * @format: printf format
 *
 * Notes something that an administrator should see with the result of this operation, such as a
 * warning of Exchange. Repeated and excess ones are counted, not kept.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_call_warn (OstCall *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * ost_call_note:
 * @self: a call
 * @name: `server` (who executes), `domain-controller`, `version`, `account`
 * @value: its value
 *
 * Tells a fact about the other side that `ostiary status` shows.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_call_note (OstCall *self, const char *name, const char *value);

/**
 * ost_call_step:
 * @self: a call
 * @id: the step's name: `name`, `tcp`, `tls`, `authentication`, `cmdlet:Get-MobileDevice`, ...
 * @is_ok: whether it passed
 * @detail: what was seen
 * @remedy: (nullable): what to do where it did not pass
 *
 * Reports a step of `ostiary check`; without effect in any other operation.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_call_step (OstCall *self, const char *id, gboolean is_ok, const char *detail,
                    const char *remedy);

/**
 * ost_call_probe:
 * @self: a call
 * @uri: where the backend is about to connect to
 * @error: return location for an error
 *
 * Lets the transport report the steps from the name to TLS before anything is sent there; without
 * effect outside of `ostiary check`.
 *
 * Returns: %FALSE where a step failed, with what it said
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_probe (OstCall *self, const char *uri, GError **error);

/**
 * ost_call_keep_session:
 * @self: a call
 * @id: what the server calls a session that it keeps for us, such as a shell
 * @detail: what a later process needs to end it: address, cookie
 * @error: return location for an error
 *
 * Writes a session down before it is first used, so that it can be ended after a crash, and
 * counts it against the account's limit.
 *
 * Returns: %FALSE with %OST_ERROR_THROTTLED where the account's limit is reached
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_keep_session (OstCall *self, const char *id, const char *detail, GError **error);

/**
 * ost_call_forget_session:
 * @self: a call
 * @id: a session that has ended
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_call_forget_session (OstCall *self, const char *id);

/**
 * ost_call_take_left_over_session:
 * @self: a call
 * @id: (out) (transfer full): a session that another process of this account left behind
 * @detail: (out) (transfer full): what it wrote down
 *
 * Returns: %FALSE where there is none (left)
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_call_take_left_over_session (OstCall *self, char **id, char **detail);

G_END_DECLS
