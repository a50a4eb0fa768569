/* ost-text.h: text from outside, made fit for a terminal */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ost_text_escape:
 * @text: any bytes
 * @keep: (nullable): control characters to leave as they are, such as a line break
 * @out: the text to append to
 *
 * Appends @text so that a terminal shows it and obeys nothing in it: control characters, those
 * that turn the direction of writing, and bytes that are no UTF-8 become `\u001b` and `\xff`, a
 * backslash stays what it is. A name may not move the cursor, nor look like another one.
 */
void ost_text_escape (const char *text, const char *keep, GString *out);

/**
 * ost_text_measure:
 * @text: text that ost_text_escape() gave
 *
 * Returns: how many columns of a terminal it takes
 */
guint ost_text_measure (const char *text);

/**
 * ost_text_fit:
 * @text: text that ost_text_escape() gave
 * @width: how many columns there are
 * @out: the text to append to
 *
 * Appends as much of @text as fits, with an ellipsis in place of the rest.
 *
 * Returns: how many columns that took
 */
guint ost_text_fit (const char *text, guint width, GString *out);

/**
 * ost_text_append_csv:
 * @text: (nullable): a value; %NULL is an empty field
 * @out: the text to append to
 *
 * Appends a field of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe in
 * front, which makes it text there.
 */
void ost_text_append_csv (const char *text, GString *out);

G_END_DECLS
