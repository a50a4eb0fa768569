/* wsman-session.h: sends WS-Management requests of one shell and reads the replies */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runspace.h"
#include "wsman-envelope.h"
#include "wsman-reply.h"

G_BEGIN_DECLS

/**
 * OstWsman:
 *
 * Where the requests of a shell go, and the cookies by which they find the server that has it.
 *
 * Since: 1.0
 */
typedef struct _OstWsman OstWsman;

/**
 * OstWsmanPending:
 *
 * A request that was sent and whose reply is to be read. Freeing it aborts what is left of it.
 *
 * Since: 1.0
 */
typedef struct _OstWsmanPending OstWsmanPending;

/**
 * ost_wsman_new:
 * @options: where and how; copied
 * @uri: the endpoint, instead of that in @options
 * @shell_id: the shell's GUID
 * @error: return location for an error
 *
 * Returns: (transfer full): a session, or %NULL with %OST_ERROR_INVALID if @uri is none
 *
 * Since: 1.0
 */
OstWsman *ost_wsman_new (const OstRunspaceOptions *options, const char *uri, const char *shell_id,
                         GError **error);
void ost_wsman_free (OstWsman *self);

const char *ost_wsman_get_uri (OstWsman *self);
const char *ost_wsman_get_host (OstWsman *self);
const char *ost_wsman_get_shell_id (OstWsman *self);

/**
 * ost_wsman_set_shell_id:
 * @self: a session
 * @shell_id: a GUID
 *
 * For servers that do not take the id that they were asked to.
 *
 * Since: 1.0
 */
void ost_wsman_set_shell_id (OstWsman *self, const char *shell_id);

/**
 * ost_wsman_shrink_envelope:
 * @self: a session
 *
 * Asks for the small envelopes of old servers from now on.
 *
 * Returns: %FALSE where it did already
 *
 * Since: 1.0
 */
gboolean ost_wsman_shrink_envelope (OstWsman *self);

/**
 * ost_wsman_dup_cookies:
 * @self: a session
 *
 * Returns: (transfer full) (nullable): its cookies as one header value, %NULL where it has none
 *
 * Since: 1.0
 */
char *ost_wsman_dup_cookies (OstWsman *self);

/**
 * ost_wsman_add_cookies:
 * @self: a session
 * @cookies: a header value of ost_wsman_dup_cookies()
 *
 * Since: 1.0
 */
void ost_wsman_add_cookies (OstWsman *self, const char *cookies);

/**
 * ost_wsman_explain:
 * @self: a session
 * @call: the call
 * @doing: what could not be done: "run Get-MobileDevice"
 * @error: an error of %OST_ERROR
 *
 * Puts before the error's text which connection, what, and on which host.
 *
 * Since: 1.0
 */
void ost_wsman_explain (OstWsman *self, OstCall *call, const char *doing, GError *error);

/**
 * ost_wsman_begin:
 * @self: a session
 * @request: what to ask for
 * @call: the call
 * @is_cleanup: whether it has to work after cancellation
 * @error: return location for an error
 *
 * Returns: (transfer full): the request under way, or %NULL as ost_call_begin()
 *
 * Since: 1.0
 */
OstWsmanPending *ost_wsman_begin (OstWsman *self, const OstWsmanRequest *request, OstCall *call,
                                  gboolean is_cleanup, GError **error);
void ost_wsman_pending_free (OstWsmanPending *pending);

/**
 * ost_wsman_read:
 * @pending: a request under way
 * @buffer: where the reply goes; what it held is forgotten
 * @error: return location for an error
 *
 * Reads the whole reply, which is bounded by what an envelope may hold.
 *
 * Returns: %FALSE as ost_exchange_read()
 *
 * Since: 1.0
 */
gboolean ost_wsman_read (OstWsmanPending *pending, GByteArray *buffer, GError **error);

/**
 * ost_wsman_is_success:
 * @pending: a request whose reply was read
 *
 * Returns: whether its HTTP status says so
 *
 * Since: 1.0
 */
gboolean ost_wsman_is_success (OstWsmanPending *pending);

/**
 * ost_wsman_parse:
 * @pending: a request whose reply was read
 * @buffer: the reply
 * @stream: (nullable): who gets what is in its streams
 * @user_data: for @stream
 * @reaction: (out): what to do about a failure
 * @error: return location for an error
 *
 * Returns: (transfer full): the reply to the request, or %NULL with the error of @stream, that of
 *   the server's refusal, or %OST_ERROR_PROTOCOL
 *
 * Since: 1.0
 */
OstWsmanReply *ost_wsman_parse (OstWsmanPending *pending, GByteArray *buffer,
                                OstWsmanStreamFunc stream, gpointer user_data,
                                OstWsmanReaction *reaction, GError **error);

/**
 * ost_wsman_finish:
 * @pending: (transfer full): a request under way
 * @buffer: where the reply goes
 * @reaction: (out): what to do about a failure
 * @error: return location for an error
 *
 * Reads and parses the reply to a request that gives no streams.
 *
 * Returns: (transfer full): the reply, or %NULL as ost_wsman_read() and ost_wsman_parse()
 *
 * Since: 1.0
 */
OstWsmanReply *ost_wsman_finish (OstWsmanPending *pending, GByteArray *buffer,
                                 OstWsmanReaction *reaction, GError **error);

/**
 * ost_wsman_call:
 * @self: a session
 * @request: what to ask for
 * @call: the call
 * @is_cleanup: whether it has to work after cancellation
 * @buffer: where the reply goes
 * @reaction: (out): what to do about a failure
 * @error: return location for an error
 *
 * Does ost_wsman_begin() and ost_wsman_finish().
 *
 * Returns: (transfer full): the reply, or %NULL
 *
 * Since: 1.0
 */
OstWsmanReply *ost_wsman_call (OstWsman *self, const OstWsmanRequest *request, OstCall *call,
                               gboolean is_cleanup, GByteArray *buffer, OstWsmanReaction *reaction,
                               GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstWsman, ost_wsman_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstWsmanPending, ost_wsman_pending_free)

G_END_DECLS
