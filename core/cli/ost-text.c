/* ost-text.c: text from outside, made fit for a terminal */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-text.h"

#include <string.h>

#define ZERO_WIDTH_NON_JOINER 0x200c
#define ZERO_WIDTH_JOINER 0x200d
#define ELLIPSIS "…"

/* Marks are drawn over the character before them; more of them than any script needs only serve to
 * draw over the lines above and below. */
#define MAX_MARKS 4

static gboolean
is_harmless (gunichar character)
{
  switch (g_unichar_type (character))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
      /* Persian and emoji cannot do without these two. */
      return character == ZERO_WIDTH_JOINER || character == ZERO_WIDTH_NON_JOINER;
    case G_UNICODE_UNASSIGNED:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

/* As JSON writes it, so that a document that is shown on a terminal stays one. */
static void
append_escape (gunichar character, GString *out)
{
  if (character <= 0xffff)
    g_string_append_printf (out, "\\u%04x", character);
  else
    g_string_append_printf (out, "\\u%04x\\u%04x", 0xd800 + ((character - 0x10000) >> 10),
                            0xdc00 + (character & 0x3ff));
}

void
ost_text_escape (const char *text, const char *keep, GString *out)
{
  guint n_marks = 0;

  for (const char *end = text + strlen (text); text < end;)
    {
      gunichar character = g_utf8_get_char_validated (text, end - text);

      if (character == (gunichar)-1 || character == (gunichar)-2)
        {
          g_string_append_printf (out, "\\x%02x", (guint)(guchar)*text++);
          continue;
        }
      n_marks = g_unichar_iszerowidth (character) ? n_marks + 1 : 0;
      if (character < 0x80 && keep != NULL && strchr (keep, (int)character) != NULL)
        g_string_append_unichar (out, character);
      else if (is_harmless (character) && n_marks <= MAX_MARKS)
        g_string_append_unichar (out, character);
      else
        append_escape (character, out);
      text = g_utf8_next_char (text);
    }
}

static guint
get_width (gunichar character)
{
  if (g_unichar_iszerowidth (character))
    return 0;
  return g_unichar_iswide (character) ? 2 : 1;
}

guint
ost_text_measure (const char *text)
{
  guint width = 0;

  for (; *text != '\0'; text = g_utf8_next_char (text))
    width += get_width (g_utf8_get_char (text));
  return width;
}

guint
ost_text_fit (const char *text, guint width, GString *out)
{
  guint used = 0;
  const char *end;

  if (ost_text_measure (text) <= width)
    {
      g_string_append (out, text);
      return ost_text_measure (text);
    }
  if (width == 0)
    return 0;
  for (end = text; *end != '\0'; end = g_utf8_next_char (end))
    {
      guint next = get_width (g_utf8_get_char (end));

      if (used + next > width - 1)
        break;
      used += next;
    }
  g_string_append_len (out, text, end - text);
  g_string_append (out, ELLIPSIS);
  return used + 1;
}

/* The characters that begin a formula in one spreadsheet or another, their wide forms among them. */
static gboolean
is_formula (const char *text)
{
  return strchr ("=+-@\t\r\n", *text) != NULL || g_str_has_prefix (text, "＝")
         || g_str_has_prefix (text, "＋") || g_str_has_prefix (text, "－")
         || g_str_has_prefix (text, "＠");
}

void
ost_text_append_csv (const char *text, GString *out)
{
  if (text == NULL || *text == '\0')
    return;
  if (!is_formula (text) && strpbrk (text, "\",\r\n;\t") == NULL)
    {
      g_string_append (out, text);
      return;
    }
  g_string_append_c (out, '"');
  if (is_formula (text))
    g_string_append_c (out, '\'');
  for (; *text != '\0'; text++)
    {
      if (*text == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  g_string_append_c (out, '"');
}
