/* wsman-reply.h: reads a SOAP reply as it arrives */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsman-fault.h"

G_BEGIN_DECLS

/**
 * OstWsmanStreamFunc:
 * @name: the stream's name
 * @command_id: (nullable): the command that it belongs to, %NULL for the pool
 * @bytes: the next bytes of the stream, decoded
 * @length: how many
 * @user_data: what was given to the reply's constructor
 * @error: return location for an error
 *
 * Returns: %FALSE with @error set to end the reading
 *
 * Since: 1.0
 */
typedef gboolean (*OstWsmanStreamFunc) (const char *name, const char *command_id,
                                        const guint8 *bytes, gsize length, gpointer user_data,
                                        GError **error);

/**
 * OstWsmanReply:
 *
 * Reads one reply. What its streams hold is handed on as it comes; the rest is kept for the getters
 * below, whose strings belong to the reply.
 *
 * Since: 1.0
 */
typedef struct _OstWsmanReply OstWsmanReply;

/**
 * ost_wsman_reply_new:
 * @message_id: (nullable): the GUID of the request, which the reply has to name
 * @stream: (nullable): who gets the streams
 * @user_data: for @stream
 *
 * Returns: (transfer full): a reader
 *
 * Since: 1.0
 */
OstWsmanReply *ost_wsman_reply_new (const char *message_id, OstWsmanStreamFunc stream,
                                    gpointer user_data);
void ost_wsman_reply_free (OstWsmanReply *self);

/**
 * ost_wsman_reply_feed:
 * @self: a reply
 * @bytes: its next bytes, cut anywhere
 * @length: how many
 * @error: return location for an error
 *
 * Returns: %FALSE with the error of the stream function, or with %OST_ERROR_PROTOCOL where this is no
 *   SOAP, answers another request, or holds what a reply never holds (a document type, processing
 *   instructions, base64 that is none)
 *
 * Since: 1.0
 */
gboolean ost_wsman_reply_feed (OstWsmanReply *self, const char *bytes, gsize length,
                               GError **error);

/**
 * ost_wsman_reply_finish:
 * @self: a reply
 * @error: return location for an error
 *
 * Says that the reply is complete.
 *
 * Returns: %FALSE with %OST_ERROR_PROTOCOL where it is not
 *
 * Since: 1.0
 */
gboolean ost_wsman_reply_finish (OstWsmanReply *self, GError **error);

/**
 * ost_wsman_reply_get_fault:
 * @self: a reply that was read
 *
 * Returns: (transfer none) (nullable): the fault, whatever the HTTP status was
 *
 * Since: 1.0
 */
const OstWsmanFault *ost_wsman_reply_get_fault (OstWsmanReply *self);

/**
 * ost_wsman_reply_get_body:
 * @self: a reply that was read
 *
 * Returns: (transfer none) (nullable): the local name of the first element of the body
 *
 * Since: 1.0
 */
const char *ost_wsman_reply_get_body (OstWsmanReply *self);
const char *ost_wsman_reply_get_shell_id (OstWsmanReply *self);
const char *ost_wsman_reply_get_command_id (OstWsmanReply *self);

/**
 * ost_wsman_reply_get_product:
 * @self: a reply to Identify
 *
 * Returns: (transfer none) (nullable): the server's product version
 *
 * Since: 1.0
 */
const char *ost_wsman_reply_get_product (OstWsmanReply *self);

/**
 * ost_wsman_reply_is_done:
 * @self: a reply to Receive
 *
 * Returns: whether the command has ended and nothing more will come of it
 *
 * Since: 1.0
 */
gboolean ost_wsman_reply_is_done (OstWsmanReply *self);

/**
 * ost_wsman_reply_count_stream_bytes:
 * @self: a reply
 *
 * Returns: how many bytes its streams held, decoded
 *
 * Since: 1.0
 */
guint64 ost_wsman_reply_count_stream_bytes (OstWsmanReply *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstWsmanReply, ost_wsman_reply_free)

G_END_DECLS
