/* clixml-source.h: turns the bytes of a message into UTF-8 that an XML parser accepts */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstClixmlSinkFunc:
 * @bytes: some of the message, UTF-8
 * @length: how many, never 0
 * @user_data: what was given to the source
 *
 * Returns: %FALSE to stop
 *
 * Since: 1.0
 */
typedef gboolean (*OstClixmlSinkFunc) (const char *bytes, gsize length, gpointer user_data);

typedef enum {
  OST_CLIXML_ENCODING_UNKNOWN,
  OST_CLIXML_ENCODING_UTF8,
  OST_CLIXML_ENCODING_UTF16_LE,
  OST_CLIXML_ENCODING_UTF16_BE,
} OstClixmlEncoding;

/* A character reference without leading zeros has at most 10 characters. */
#define OST_CLIXML_LONGEST_REFERENCE 32
#define OST_CLIXML_STAGE_BYTES 4096

/**
 * OstClixmlSource:
 * @sink: where the bytes go
 * @user_data: given to @sink
 * @is_document: whether UTF-16 is looked for
 * @encoding: what the message is written in
 * @bytes_in: bytes of the message that were taken so far
 * @mark: bytes at its start that may be a byte-order mark
 * @mark_length: how many
 * @unit: first byte of a UTF-16 unit that is not complete
 * @has_unit: whether there is one
 * @high: a high surrogate that waits for the low one, or 0
 * @reference: an `&` at the end of the last piece, and what came after it
 * @reference_length: how many bytes
 * @stage: small pieces that wait for more
 * @stage_length: how many bytes
 * @has_marks: whether a reference was rewritten since the message began
 *
 * Strips a byte-order mark, converts UTF-16, and rewrites references to characters that XML 1.0
 * does not allow (the real engine writes U+FFFF as one) into what ost_clixml_unescape() decodes.
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlSinkFunc sink;
  gpointer user_data;
  gboolean is_document;
  OstClixmlEncoding encoding;
  guint64 bytes_in;
  char mark[3];
  guint mark_length;
  guchar unit;
  gboolean has_unit;
  guint16 high;
  char reference[OST_CLIXML_LONGEST_REFERENCE];
  guint reference_length;
  char stage[OST_CLIXML_STAGE_BYTES];
  gsize stage_length;
  gboolean has_marks;
} OstClixmlSource;

/**
 * ost_clixml_source_init:
 * @source: a source
 * @is_document: whether UTF-16 is looked for
 * @sink: where the bytes go
 * @user_data: given to @sink
 *
 * Since: 1.0
 */
void ost_clixml_source_init (OstClixmlSource *source, gboolean is_document, OstClixmlSinkFunc sink,
                             gpointer user_data);

/**
 * ost_clixml_source_begin:
 * @source: a source
 *
 * Forgets what is left of a message; what comes next starts another one.
 *
 * Since: 1.0
 */
void ost_clixml_source_begin (OstClixmlSource *source);

/**
 * ost_clixml_source_feed:
 * @source: a source
 * @bytes: the next bytes
 * @length: how many
 *
 * Returns: %FALSE if the sink did not want more
 *
 * Since: 1.0
 */
gboolean ost_clixml_source_feed (OstClixmlSource *source, const char *bytes, gsize length);

/**
 * ost_clixml_source_end:
 * @source: a source
 *
 * Passes on whatever was held back. Half a UTF-16 unit at the very end comes out as U+FFFD.
 *
 * Returns: %FALSE if the sink did not want more
 *
 * Since: 1.0
 */
gboolean ost_clixml_source_end (OstClixmlSource *source);

G_END_DECLS
