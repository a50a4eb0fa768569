/* wsman-base64.c: decodes base64 as its text arrives */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-base64.h"

#include <ostiary/ostiary.h>

/* Beside the values 0 to 63: what a character is that has none. */
#define BAD 0x80
#define BLANK 0x81
#define PAD 0x82
#define NO_VALUE 0x80

#define SIXTEEN_BAD BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD

/* RFC 4648, table 1. */
static const guint8 values[256] = {
  /* clang-format off */
  BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BLANK, BLANK, BAD, BAD, BLANK, BAD, BAD,
  SIXTEEN_BAD,
  BLANK, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
  52, 53, 54, 55, 56, 57, 58, 59, 60, 61, BAD, BAD, BAD, PAD, BAD, BAD,
  BAD, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, BAD, BAD, BAD, BAD, BAD,
  BAD, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
  41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, BAD, BAD, BAD, BAD, BAD,
  SIXTEEN_BAD, SIXTEEN_BAD, SIXTEEN_BAD, SIXTEEN_BAD,
  SIXTEEN_BAD, SIXTEEN_BAD, SIXTEEN_BAD, SIXTEEN_BAD,
  /* clang-format on */
};

static gboolean
refuse_character (guint8 character, GError **error)
{
  if (g_ascii_isgraph ((char)character))
    g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                 "expected base64, came the character ‘%c’ in it", character);
  else
    g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                 "expected base64, came a character of code 0x%02X in it", character);
  return FALSE;
}

/* One character, of whatever kind. */
static gboolean
take_character (OstBase64 *self, guint8 character, guint8 **out, GError **error)
{
  guint8 value = values[character];
  guint bytes;

  if (value == BLANK)
    return TRUE;
  if (value == PAD && self->filled >= 2)
    {
      self->padding++;
      value = 0;
    }
  else if (value >= NO_VALUE || self->padding > 0)
    return refuse_character (character, error);
  self->group = self->group << 6 | value;
  self->filled++;
  if (self->filled < 4)
    return TRUE;
  bytes = 3 - self->padding;
  for (guint i = 0; i < bytes; i++)
    *(*out)++ = (guint8)(self->group >> (16 - 8 * i));
  self->group = 0;
  self->filled = 0;
  return TRUE;
}

/* Whole groups without anything odd in them; gives how many characters were used. */
static gsize
take_groups (const guint8 *text, gsize length, guint8 **out)
{
  const guint8 *at = text;
  const guint8 *last = text + (length & ~(gsize)3);
  guint8 *to = *out;

  while (at < last)
    {
      guint32 a = values[at[0]];
      guint32 b = values[at[1]];
      guint32 c = values[at[2]];
      guint32 d = values[at[3]];

      if (((a | b | c | d) & NO_VALUE) != 0)
        break;
      to[0] = (guint8)(a << 2 | b >> 4);
      to[1] = (guint8)(b << 4 | c >> 2);
      to[2] = (guint8)(c << 6 | d);
      at += 4;
      to += 3;
    }
  *out = to;
  return (gsize)(at - text);
}

gboolean
ost_base64_decode (OstBase64 *self, const char *text, gsize length, guint8 *bytes, gsize *n_bytes,
                   GError **error)
{
  const guint8 *at = (const guint8 *)text;
  const guint8 *end = at + length;
  guint8 *out = bytes;

  *n_bytes = 0;
  while (at < end)
    {
      if (self->filled == 0 && self->padding == 0)
        at += take_groups (at, (gsize)(end - at), &out);
      if (at < end && !take_character (self, *at++, &out, error))
        return FALSE;
    }
  *n_bytes = (gsize)(out - bytes);
  return TRUE;
}

gboolean
ost_base64_finish (OstBase64 *self, GError **error)
{
  guint filled = self->filled;

  *self = (OstBase64){ 0 };
  if (filled == 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
               "expected base64 in groups of 4 characters, came one of %u at the end", filled);
  return FALSE;
}

void
ost_base64_append (GString *text, const guint8 *bytes, gsize length)
{
  gsize old = text->len;
  gsize written;
  int state = 0;
  int save = 0;

  g_string_set_size (text, old + length / 3 * 4 + 8);
  written = g_base64_encode_step (bytes, length, FALSE, text->str + old, &state, &save);
  written += g_base64_encode_close (FALSE, text->str + old + written, &state, &save);
  g_string_set_size (text, old + written);
}
