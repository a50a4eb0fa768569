/* clixml-source.c: turns the bytes of a message into UTF-8 that an XML parser accepts */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-source.h"

#include "clixml-escape.h"

#include <string.h>

/* A piece that stays in the first-level cache while the parser goes over it more than once. */
#define SLICE_BYTES (16 * 1024)

/* Pieces smaller than this are collected: a call of the parser has a price of its own. */
#define SMALL_PIECE 256

void
ost_clixml_source_init (OstClixmlSource *source, gboolean is_document, OstClixmlSinkFunc sink,
                        gpointer user_data)
{
  memset (source, 0, sizeof *source);
  source->is_document = is_document;
  source->sink = sink;
  source->user_data = user_data;
}

void
ost_clixml_source_begin (OstClixmlSource *source)
{
  source->encoding = OST_CLIXML_ENCODING_UNKNOWN;
  source->bytes_in = 0;
  source->mark_length = 0;
  source->has_unit = FALSE;
  source->high = 0;
  source->reference_length = 0;
  source->stage_length = 0;
  source->has_marks = FALSE;
}

/* The number of a complete reference, &#...; or &#x...;. */
static gboolean
read_reference (const char *reference, gsize length, guint32 *character)
{
  gboolean is_hexadecimal = length > 3 && reference[2] == 'x';
  guint32 base = is_hexadecimal ? 16 : 10;
  guint32 number = 0;

  if (length < 4 || reference[length - 1] != ';')
    return FALSE;
  for (gsize i = is_hexadecimal ? 3 : 2; i < length - 1; i++)
    {
      int digit
        = is_hexadecimal ? g_ascii_xdigit_value (reference[i]) : g_ascii_digit_value (reference[i]);

      if (digit < 0 || number > 0x10FFFF)
        return FALSE;
      number = number * base + (guint32)digit;
    }
  *character = number;
  return TRUE;
}

/* Those that XML 1.0 does not allow (2.2), and the one that stands for them. */
static gboolean
must_rewrite (guint32 character)
{
  return (character < 0x20 && character != '\t' && character != '\n')
         || (character >= 0xD800 && character <= 0xDFFF) || character == 0xFFFE
         || character == 0xFFFF;
}

static gboolean
put_reference (OstClixmlSource *source, const char *reference, gsize length)
{
  char rewritten[16];
  guint32 character = 0;

  if (!read_reference (reference, length, &character) || !must_rewrite (character))
    return source->sink (reference, length, source->user_data);
  source->has_marks = TRUE;
  length = (gsize)g_snprintf (rewritten, sizeof rewritten, "&#%d;%04X", OST_CLIXML_MARK, character);
  return source->sink (rewritten, length, source->user_data);
}

/* Goes on with a reference that the end of a piece had cut; gives the bytes that were used. */
static gsize
continue_reference (OstClixmlSource *source, const char *bytes, gsize length, gboolean *goes_on)
{
  gsize used = 0;

  while (used < length && source->reference_length < OST_CLIXML_LONGEST_REFERENCE)
    {
      char byte = bytes[used];

      if (source->reference_length == 1 ? byte != '#' : byte != ';' && !g_ascii_isalnum (byte))
        break;
      source->reference[source->reference_length++] = byte;
      used++;
      if (byte == ';')
        break;
    }
  *goes_on = TRUE;
  if (used < length || source->reference_length == OST_CLIXML_LONGEST_REFERENCE
      || source->reference[source->reference_length - 1] == ';')
    {
      *goes_on = put_reference (source, source->reference, source->reference_length);
      source->reference_length = 0;
    }
  return used;
}

/* Looks for a reference that must be rewritten; gives how many bytes are before it. */
static gsize
find_reference (const char *bytes, gsize length, gsize *reference_length)
{
  const char *end = bytes + length;
  const char *at = memchr (bytes, '&', length);

  *reference_length = 0;
  for (; at != NULL; at = memchr (at + 1, '&', (gsize)(end - at - 1)))
    {
      guint32 character = 0;
      const char *semicolon;

      if (at + 1 == end)
        break;
      if (at[1] != '#')
        continue;
      semicolon = memchr (at, ';', MIN ((gsize)(end - at), OST_CLIXML_LONGEST_REFERENCE));
      if (semicolon == NULL && end - at >= OST_CLIXML_LONGEST_REFERENCE)
        continue;
      if (semicolon == NULL)
        break;
      if (read_reference (at, (gsize)(semicolon - at) + 1, &character) && must_rewrite (character))
        {
          *reference_length = (gsize)(semicolon - at) + 1;
          break;
        }
    }
  return at == NULL ? length : (gsize)(at - bytes);
}

static gboolean
put_slice (OstClixmlSource *source, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gsize reference_length = 0;
      gsize before = find_reference (bytes, length, &reference_length);

      if (before > 0 && !source->sink (bytes, before, source->user_data))
        return FALSE;
      bytes += before;
      length -= before;
      if (reference_length > 0 && !put_reference (source, bytes, reference_length))
        return FALSE;
      bytes += reference_length;
      length -= reference_length;
      if (reference_length == 0)
        {
          memcpy (source->reference, bytes, length);
          source->reference_length = (guint)length;
          return TRUE;
        }
    }
  return TRUE;
}

static gboolean
put_utf8 (OstClixmlSource *source, const char *bytes, gsize length)
{
  while (length > 0)
    {
      gsize used;
      gboolean goes_on;

      if (source->reference_length > 0)
        used = continue_reference (source, bytes, length, &goes_on);
      else
        {
          used = MIN (length, SLICE_BYTES);
          goes_on = put_slice (source, bytes, used);
        }
      if (!goes_on)
        return FALSE;
      bytes += used;
      length -= used;
    }
  return TRUE;
}

/* Gives the bytes that the unit adds; a high surrogate waits for what comes after it. */
static gsize
convert_unit (OstClixmlSource *source, guint16 unit, char *out)
{
  gsize length = 0;
  gunichar character = unit;

  if (source->high != 0 && unit >= 0xDC00 && unit <= 0xDFFF)
    {
      character = 0x10000 + (((guint32)source->high - 0xD800) << 10) + (unit - 0xDC00u);
      source->high = 0;
      return (gsize)g_unichar_to_utf8 (character, out);
    }
  if (source->high != 0)
    length = (gsize)g_unichar_to_utf8 (0xFFFD, out);
  source->high = unit >= 0xD800 && unit <= 0xDBFF ? unit : 0;
  if (source->high != 0)
    return length;
  if (unit >= 0xDC00 && unit <= 0xDFFF)
    character = 0xFFFD;
  return length + (gsize)g_unichar_to_utf8 (character, out + length);
}

static gboolean
put_utf16 (OstClixmlSource *source, const char *bytes, gsize length)
{
  char out[OST_CLIXML_STAGE_BYTES];
  gsize out_length = 0;

  for (gsize i = 0; i < length; i++)
    {
      guchar byte = (guchar)bytes[i];

      if (!source->has_unit)
        {
          source->unit = byte;
          source->has_unit = TRUE;
          continue;
        }
      source->has_unit = FALSE;
      out_length += convert_unit (source,
                                  source->encoding == OST_CLIXML_ENCODING_UTF16_LE
                                    ? (guint16)(byte << 8 | source->unit)
                                    : (guint16)(source->unit << 8 | byte),
                                  out + out_length);
      if (out_length > sizeof out - 8)
        {
          if (!put_utf8 (source, out, out_length))
            return FALSE;
          out_length = 0;
        }
    }
  return out_length == 0 || put_utf8 (source, out, out_length);
}

static gboolean
put_encoded (OstClixmlSource *source, const char *bytes, gsize length)
{
  if (length == 0)
    return TRUE;
  if (source->encoding == OST_CLIXML_ENCODING_UTF8)
    return put_utf8 (source, bytes, length);
  return put_utf16 (source, bytes, length);
}

/* Collects the first bytes until they are a byte-order mark or cannot become one; gives the bytes
 * that were used. */
static gsize
find_encoding (OstClixmlSource *source, const char *bytes, gsize length, gboolean *goes_on)
{
  static const char utf8[3] = "\xEF\xBB\xBF";
  static const char utf16_le[2] = "\xFF\xFE";
  static const char utf16_be[2] = "\xFE\xFF";
  gsize used = 0;

  *goes_on = TRUE;
  while (used < length && source->mark_length < sizeof source->mark)
    {
      guint n;

      source->mark[source->mark_length++] = bytes[used++];
      n = source->mark_length;
      if (n == 3 && memcmp (source->mark, utf8, 3) == 0)
        source->encoding = OST_CLIXML_ENCODING_UTF8;
      else if (source->is_document && n == 2 && memcmp (source->mark, utf16_le, 2) == 0)
        source->encoding = OST_CLIXML_ENCODING_UTF16_LE;
      else if (source->is_document && n == 2 && memcmp (source->mark, utf16_be, 2) == 0)
        source->encoding = OST_CLIXML_ENCODING_UTF16_BE;
      else if (memcmp (source->mark, utf8, n) == 0
               || (source->is_document && n == 1
                   && (source->mark[0] == utf16_le[0] || source->mark[0] == utf16_be[0])))
        continue;
      else
        {
          source->encoding = OST_CLIXML_ENCODING_UTF8;
          *goes_on = put_utf8 (source, source->mark, n);
        }
      break;
    }
  return used;
}

static gboolean
put_pieces (OstClixmlSource *source, const char *bytes, gsize length)
{
  gboolean goes_on = TRUE;
  gsize used = 0;

  if (source->encoding == OST_CLIXML_ENCODING_UNKNOWN)
    used = find_encoding (source, bytes, length, &goes_on);
  return goes_on && put_encoded (source, bytes + used, length - used);
}

static gboolean
put_stage (OstClixmlSource *source)
{
  gsize length = source->stage_length;

  source->stage_length = 0;
  return length == 0 || put_pieces (source, source->stage, length);
}

gboolean
ost_clixml_source_feed (OstClixmlSource *source, const char *bytes, gsize length)
{
  source->bytes_in += length;
  if (length < SMALL_PIECE && source->stage_length + length <= sizeof source->stage)
    {
      memcpy (source->stage + source->stage_length, bytes, length);
      source->stage_length += length;
      return TRUE;
    }
  return put_stage (source) && put_pieces (source, bytes, length);
}

gboolean
ost_clixml_source_end (OstClixmlSource *source)
{
  static const char replacement[] = "\xEF\xBF\xBD";
  gboolean is_cut;
  guint length;

  if (!put_stage (source))
    return FALSE;
  if (source->encoding == OST_CLIXML_ENCODING_UNKNOWN && source->mark_length > 0
      && !put_utf8 (source, source->mark, source->mark_length))
    return FALSE;
  is_cut = source->has_unit || source->high != 0;
  if (is_cut && !put_utf8 (source, replacement, sizeof replacement - 1))
    return FALSE;
  length = source->reference_length;
  source->reference_length = 0;
  return length == 0 || source->sink (source->reference, length, source->user_data);
}
