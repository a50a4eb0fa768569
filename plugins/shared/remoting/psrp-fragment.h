/* psrp-fragment.h: cuts messages into fragments, and reads them as they come */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "psrp-message.h"

G_BEGIN_DECLS

/* MS-PSRP 2.2.4: integers big-endian. */
#define OST_PSRP_FRAGMENT_HEADER_SIZE 21

/* What we put into one fragment, as PowerShell itself does. */
#define OST_PSRP_FRAGMENT_PAYLOAD (32 * 1024)

/* No fragment that fits an envelope is larger. */
#define OST_PSRP_MAX_FRAGMENT_PAYLOAD (1024 * 1024)

/**
 * OstPsrpFragments:
 *
 * Walks over the fragments of a message; lives on the stack, its fields are private.
 *
 * Since: 1.0
 */
typedef struct {
  /*< private >*/
  guint64 object_id;
  guint64 fragment_id;
  const guint8 *payload;
  gsize length;
  gsize max_payload;
  gsize offset;
  guint8 header[OST_PSRP_HEADER_SIZE];
} OstPsrpFragments;

/**
 * ost_psrp_fragments_init:
 * @self: an iterator
 * @object_id: the message's number: 1 and up, counted by the sender in one session
 * @header: the message's header
 * @payload: (nullable): its CLIXML; lives longer than @self
 * @length: bytes of @payload
 * @max_payload: the most bytes in a fragment, such as %OST_PSRP_FRAGMENT_PAYLOAD
 *
 * Since: 1.0
 */
void ost_psrp_fragments_init (OstPsrpFragments *self, guint64 object_id,
                              const OstPsrpHeader *header, const void *payload, gsize length,
                              gsize max_payload);

/**
 * ost_psrp_fragments_next:
 * @self: an iterator
 * @bytes: what the next fragment is appended to
 *
 * Returns: %FALSE where there is no more
 *
 * Since: 1.0
 */
gboolean ost_psrp_fragments_next (OstPsrpFragments *self, GByteArray *bytes);

/**
 * OstPsrpMessageHandler:
 * @begin: a message begins
 * @payload: (nullable): the next bytes of its CLIXML, cut anywhere
 * @end: (nullable): it is complete
 *
 * Who gets the messages of a stream. %FALSE with the error set ends the reading.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean (*begin) (const OstPsrpHeader *header, gpointer user_data, GError **error);
  gboolean (*payload) (const char *bytes, gsize length, gpointer user_data, GError **error);
  gboolean (*end) (gpointer user_data, GError **error);
} OstPsrpMessageHandler;

/**
 * OstPsrpParser:
 *
 * Reads the fragments of one stream in one direction: that of a pool, or of one command.
 *
 * Since: 1.0
 */
typedef struct _OstPsrpParser OstPsrpParser;

/**
 * ost_psrp_parser_new:
 * @handler: who gets the messages; lives longer than the parser
 * @user_data: for @handler
 *
 * Returns: (transfer full): a parser
 *
 * Since: 1.0
 */
OstPsrpParser *ost_psrp_parser_new (const OstPsrpMessageHandler *handler, gpointer user_data);

/**
 * ost_psrp_parser_feed:
 * @self: a parser
 * @bytes: the next bytes of the stream, cut anywhere
 * @length: how many
 * @error: return location for an error
 *
 * Hands on what @bytes hold, and keeps none of it.
 *
 * Returns: %FALSE with the handler's error, or with %OST_ERROR_PROTOCOL where a fragment is missing,
 *   of another message, or longer than %OST_PSRP_MAX_FRAGMENT_PAYLOAD; it then stays so
 *
 * Since: 1.0
 */
gboolean ost_psrp_parser_feed (OstPsrpParser *self, const guint8 *bytes, gsize length,
                               GError **error);

/**
 * ost_psrp_parser_finish:
 * @self: a parser
 * @error: return location for an error
 *
 * Says that the stream has ended.
 *
 * Returns: %FALSE with %OST_ERROR_INCOMPLETE in the middle of a message
 *
 * Since: 1.0
 */
gboolean ost_psrp_parser_finish (OstPsrpParser *self, GError **error);
void ost_psrp_parser_free (OstPsrpParser *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstPsrpParser, ost_psrp_parser_free)

G_END_DECLS
