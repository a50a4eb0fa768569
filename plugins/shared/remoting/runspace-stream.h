/* runspace-stream.h: from the fragments of a stream to the values of its messages */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-value.h"
#include "psrp-message.h"

G_BEGIN_DECLS

/**
 * OstRunspaceStreamHandler:
 * @wants: whether the values of a message are of interest; those of others are not read
 * @value: a value of a message
 *
 * Who gets what a stream holds. %FALSE of @value with the error set ends the reading.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean (*wants) (const OstPsrpHeader *header, gpointer user_data);
  gboolean (*value) (const OstPsrpHeader *header, const OstClixmlValue *value, gpointer user_data,
                     GError **error);
} OstRunspaceStreamHandler;

/**
 * OstRunspaceStream:
 *
 * Reads one stream after the other.
 *
 * Since: 1.0
 */
typedef struct _OstRunspaceStream OstRunspaceStream;

OstRunspaceStream *ost_runspace_stream_new (void);
void ost_runspace_stream_free (OstRunspaceStream *self);

/**
 * ost_runspace_stream_begin:
 * @self: a reader
 * @handler: who gets the messages; lives until the next stream begins
 * @user_data: for @handler
 *
 * Begins another stream.
 *
 * Since: 1.0
 */
void ost_runspace_stream_begin (OstRunspaceStream *self, const OstRunspaceStreamHandler *handler,
                                gpointer user_data);

/**
 * ost_runspace_stream_feed:
 * @self: a reader
 * @bytes: the next bytes of the stream
 * @length: how many
 * @error: return location for an error
 *
 * Returns: %FALSE with the handler's error, or with %OST_ERROR_PROTOCOL
 *
 * Since: 1.0
 */
gboolean ost_runspace_stream_feed (OstRunspaceStream *self, const guint8 *bytes, gsize length,
                                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstRunspaceStream, ost_runspace_stream_free)

G_END_DECLS
