/* clixml-escape.h: the _xHHHH_ escapes of CLIXML texts and names */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OST_CLIXML_MARK:
 *
 * What the reader puts before the four hexadecimal digits of a character reference that XML 1.0
 * does not allow. XML hands on a carriage return only where a reference asked for one, and the
 * reader rewrites those too, so that this byte stands for nothing else.
 *
 * Since: 1.0
 */
#define OST_CLIXML_MARK '\r'

/**
 * ost_clixml_unescape:
 * @text: (inout) (array length=length): UTF-8 text
 * @length: its bytes
 *
 * Decodes every `_xHHHH_`, `_xHHHHHHHH_` (MS-PSRP 2.2.5.3.2) and %OST_CLIXML_MARK in place, in one
 * pass. Surrogate pairs are joined; half a pair, and NUL, become U+FFFD.
 *
 * Returns: the bytes that are left, never more than @length
 *
 * Since: 1.0
 */
gsize ost_clixml_unescape (char *text, gsize length);

/**
 * ost_clixml_append_escaped:
 * @out: where to append
 * @text: UTF-8 text; bytes that are not become U+FFFD
 * @is_attribute: whether it goes between double quotes
 *
 * Appends @text escaped for CLIXML and then for XML.
 *
 * Since: 1.0
 */
void ost_clixml_append_escaped (GString *out, const char *text, gboolean is_attribute);

G_END_DECLS
