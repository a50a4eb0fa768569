/* clixml-reader.h: reads CLIXML as its bytes arrive and hands on each value when it is complete */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-value.h"

G_BEGIN_DECLS

/**
 * OstClixmlLimits:
 * @max_object_bytes: largest message, or largest value of a document, in bytes of UTF-8 XML
 * @max_depth: how deep values may lie inside each other, at most 64
 * @max_values: how many values a message, or a value of a document, may hold in all
 *
 * What a hostile server may use up. 0 in a field stands for its default: 16 MiB, 64, 262144.
 *
 * Since: 1.0
 */
typedef struct {
  gsize max_object_bytes;
  guint max_depth;
  guint max_values;
} OstClixmlLimits;

/**
 * OstClixmlObjectFunc:
 * @value: a complete value, valid until the function returns
 * @user_data: what was given to the reader's constructor
 * @error: (out) (optional): why not
 *
 * Must not call functions of the reader that calls it.
 *
 * Returns: %FALSE with @error set to stop reading; the reader's call then fails with that error
 *
 * Since: 1.0
 */
typedef gboolean (*OstClixmlObjectFunc) (const OstClixmlValue *value, gpointer user_data,
                                         GError **error);

/**
 * OstClixmlReader:
 *
 * One reader serves any number of messages, one after the other, on one thread at a time.
 *
 * Since: 1.0
 */
typedef struct _OstClixmlReader OstClixmlReader;

/**
 * ost_clixml_reader_new:
 * @limits: (nullable): what a message may use up
 * @func: called for each value
 * @user_data: given to @func
 *
 * Makes a reader of PSRP payloads (MS-PSRP 2.2.5): each message is a value, or several, in UTF-8,
 * with or without a byte-order mark.
 *
 * Returns: (transfer full): a reader
 *
 * Since: 1.0
 */
OstClixmlReader *ost_clixml_reader_new (const OstClixmlLimits *limits, OstClixmlObjectFunc func,
                                        gpointer user_data);

/**
 * ost_clixml_reader_new_document:
 * @limits: (nullable): what a value of the document may use up
 * @func: called for each value inside the `Objs` element
 * @user_data: given to @func
 *
 * Makes a reader of files as Export-Clixml writes them: values in an `Objs` element, UTF-8 or UTF-16
 * by byte-order mark. Values are handed on as they complete; those that were handed on are kept for
 * a while for later values to refer to, at most 256 KiB of them, then forgotten.
 *
 * Returns: (transfer full): a reader
 *
 * Since: 1.0
 */
OstClixmlReader *ost_clixml_reader_new_document (const OstClixmlLimits *limits,
                                                 OstClixmlObjectFunc func, gpointer user_data);

/**
 * ost_clixml_reader_feed:
 * @reader: a reader
 * @bytes: the next bytes of the message, cut anywhere
 * @length: how many
 * @error: (out) (optional): why not
 *
 * Bytes that come in very small pieces may be held back until there are more, or until
 * ost_clixml_reader_end_message(). After a failure every call fails until ost_clixml_reader_reset().
 *
 * Returns: %FALSE with %OST_ERROR_PROTOCOL if this is no CLIXML or more than the limits allow, or
 *   with the error of the reader's function
 *
 * Since: 1.0
 */
gboolean ost_clixml_reader_feed (OstClixmlReader *reader, const char *bytes, gsize length,
                                 GError **error);

/**
 * ost_clixml_reader_end_message:
 * @reader: a reader
 * @error: (out) (optional): why not
 *
 * Says that the message or document is complete. A message without any value is allowed. What comes
 * next is the start of another message, with reference ids of its own.
 *
 * Returns: %FALSE as ost_clixml_reader_feed() does, and with %OST_ERROR_PROTOCOL if something is
 *   still open
 *
 * Since: 1.0
 */
gboolean ost_clixml_reader_end_message (OstClixmlReader *reader, GError **error);

/**
 * ost_clixml_reader_reset:
 * @reader: a reader
 *
 * Forgets a message that is not complete, and a failure.
 *
 * Since: 1.0
 */
void ost_clixml_reader_reset (OstClixmlReader *reader);

/**
 * ost_clixml_reader_free:
 * @reader: (transfer full) (nullable): a reader
 *
 * Since: 1.0
 */
void ost_clixml_reader_free (OstClixmlReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstClixmlReader, ost_clixml_reader_free)

G_END_DECLS
