/* http-head.h: gathers the head of a reply from the lines that curl hands on */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/* The most that all heads of one reply, interim ones and trailers included, may have. */
#define OST_HTTP_HEAD_MAX_BYTES (256 * 1024)

/**
 * OstHttpHead:
 * @text: `Name: value` lines, each ended by a zero byte
 * @lines: where each begins, and %NULL; filled by ost_http_head_get_lines()
 * @status: the status, 0 before the first line
 * @n_bytes: how many bytes came so far
 * @is_complete: whether the final head is over
 */
typedef struct {
  GString *text;
  GPtrArray *lines;
  guint status;
  gsize n_bytes;
  gboolean is_complete;
} OstHttpHead;

void ost_http_head_init (OstHttpHead *self);
void ost_http_head_clear (OstHttpHead *self);

/**
 * ost_http_head_add:
 * @self: a head
 * @line: (array length=length): a line with its end; the empty one ends a head
 * @length: its length
 *
 * Interim heads (1xx) are dropped, trailers counted alone.
 *
 * Returns: %FALSE where the heads are longer than %OST_HTTP_HEAD_MAX_BYTES together
 */
gboolean ost_http_head_add (OstHttpHead *self, const char *line, gsize length);

/**
 * ost_http_head_get_lines:
 * @self: a complete head
 *
 * Returns: (transfer none) (array zero-terminated=1): its lines
 */
const char *const *ost_http_head_get_lines (OstHttpHead *self);

/**
 * ost_http_header_get:
 * @lines: (array zero-terminated=1): `Name: value` lines
 * @name: a header's name in any case
 * @from: (inout): where to begin looking; afterwards, where to go on
 *
 * Returns: (transfer none) (nullable): the value of the next header of that name
 */
const char *ost_http_header_get (const char *const *lines, const char *name, gsize *from);

G_END_DECLS
