/* wsman-base64.h: decodes base64 as its text arrives */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstBase64:
 *
 * How far a text is decoded; all zeros at its beginning. Lives wherever it is put.
 *
 * Since: 1.0
 */
typedef struct {
  /*< private >*/
  guint32 group;
  guint filled;
  guint padding;
} OstBase64;

/* Room that @length characters of text need, with what is left of those before. */
#define OST_BASE64_ROOM(length) (((length) + 3) / 4 * 3)

/**
 * ost_base64_decode:
 * @self: how far it is
 * @text: the next characters, cut anywhere
 * @length: how many
 * @bytes: (out caller-allocates): where the bytes go: OST_BASE64_ROOM (@length) of them
 * @n_bytes: (out): how many came out
 * @error: return location for an error
 *
 * White space counts as nothing (RFC 2045 6.8).
 *
 * Returns: %FALSE with %OST_ERROR_PROTOCOL for a character that is not base64, or any after padding
 *
 * Since: 1.0
 */
gboolean ost_base64_decode (OstBase64 *self, const char *text, gsize length, guint8 *bytes,
                            gsize *n_bytes, GError **error);

/**
 * ost_base64_finish:
 * @self: how far it is
 * @error: return location for an error
 *
 * Says that the text is complete; @self is ready for another one.
 *
 * Returns: %FALSE with %OST_ERROR_PROTOCOL for a text that was cut short
 *
 * Since: 1.0
 */
gboolean ost_base64_finish (OstBase64 *self, GError **error);

/**
 * ost_base64_append:
 * @text: what the base64 is appended to
 * @bytes: bytes
 * @length: how many
 *
 * Since: 1.0
 */
void ost_base64_append (GString *text, const guint8 *bytes, gsize length);

G_END_DECLS
