/* clixml-escape.c: the _xHHHH_ escapes of CLIXML texts and names */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-escape.h"

#include <string.h>

#define REPLACEMENT 0xFFFDu

static gboolean
is_high_surrogate (guint32 unit)
{
  return unit >= 0xD800 && unit <= 0xDBFF;
}

static gboolean
is_low_surrogate (guint32 unit)
{
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

static gboolean
read_hexadecimal (const char *text, guint digits, guint32 *number)
{
  guint32 result = 0;

  for (guint i = 0; i < digits; i++)
    {
      int digit = g_ascii_xdigit_value (text[i]);

      if (digit < 0)
        return FALSE;
      result = result << 4 | (guint32)digit;
    }
  *number = result;
  return TRUE;
}

/* How many bytes at @text are an escape, 0 if none is; a number above U+10FFFF, which no engine
 * writes, is left as it came. */
static gsize
read_escape (const char *text, gsize length, guint32 *unit)
{
  if (text[0] == OST_CLIXML_MARK)
    return length >= 5 && read_hexadecimal (text + 1, 4, unit) ? 5 : 0;
  if (length < 7 || text[0] != '_' || (text[1] | 0x20) != 'x')
    return 0;
  if (text[6] == '_')
    return read_hexadecimal (text + 2, 4, unit) ? 7 : 0;
  if (length >= 11 && text[10] == '_' && read_hexadecimal (text + 2, 8, unit) && *unit <= 0x10FFFF)
    return 11;
  return 0;
}

static gsize
put_character (char *out, guint32 character)
{
  if (character == 0 || (character >= 0xD800 && character <= 0xDFFF))
    character = REPLACEMENT;
  return (gsize)g_unichar_to_utf8 (character, out);
}

gsize
ost_clixml_unescape (char *text, gsize length)
{
  gsize from = 0;
  gsize to = 0;

  while (from < length)
    {
      guint32 unit = 0;
      guint32 low = 0;
      gsize used = read_escape (text + from, length - from, &unit);
      gsize used_low;

      if (used == 0)
        {
          text[to++] = text[from++];
          continue;
        }
      from += used;
      if (is_high_surrogate (unit) && from < length)
        {
          used_low = read_escape (text + from, length - from, &low);
          if (used_low > 0 && is_low_surrogate (low))
            {
              unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
              from += used_low;
            }
        }
      to += put_character (text + to, unit);
    }
  return to;
}

static void
append_unit (GString *out, guint32 unit)
{
  g_string_append_printf (out, "_x%04X_", unit);
}

/* The units that PowerShell escapes, and the two that no XML can hold. */
static gboolean
must_escape (guint32 character)
{
  return character < 0x20 || (character >= 0x7F && character <= 0x9F) || character == 0xFFFE
         || character == 0xFFFF;
}

static void
append_character (GString *out, guint32 character, gboolean is_attribute)
{
  if (character > 0xFFFF)
    {
      append_unit (out, 0xD800 + ((character - 0x10000) >> 10));
      append_unit (out, 0xDC00 + ((character - 0x10000) & 0x3FF));
    }
  else if (must_escape (character))
    append_unit (out, character);
  else if (character == '&')
    g_string_append (out, "&amp;");
  else if (character == '<')
    g_string_append (out, "&lt;");
  else if (character == '>')
    g_string_append (out, "&gt;");
  else if (character == '"' && is_attribute)
    g_string_append (out, "&quot;");
  else
    g_string_append_unichar (out, character);
}

/* Bytes from the start of a text that stand for themselves: most texts are nothing else. */
static gsize
measure_plain (const char *text)
{
  const char *at = text;

  while (*at >= ' ' && *at < 0x7F && *at != '_' && *at != '&' && *at != '<' && *at != '>'
         && *at != '"')
    at++;
  return (gsize)(at - text);
}

void
ost_clixml_append_escaped (GString *out, const char *text, gboolean is_attribute)
{
  while (*text != '\0')
    {
      gsize plain = measure_plain (text);
      gunichar character;

      if (plain > 0)
        {
          g_string_append_len (out, text, (gssize)plain);
          text += plain;
          continue;
        }
      character = g_utf8_get_char_validated (text, -1);

      if (character == (gunichar)-1 || character == (gunichar)-2)
        {
          g_string_append_unichar (out, REPLACEMENT);
          text++;
          continue;
        }
      if (character == '_' && (text[1] | 0x20) == 'x')
        append_unit (out, '_');
      else
        append_character (out, character, is_attribute);
      text = g_utf8_next_char (text);
    }
}
