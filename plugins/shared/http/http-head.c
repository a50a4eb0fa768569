/* http-head.c: gathers the head of a reply from the lines that curl hands on */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-head.h"

#include <string.h>

void
ost_http_head_init (OstHttpHead *self)
{
  *self = (OstHttpHead){ .text = g_string_new (NULL), .lines = g_ptr_array_new () };
}

void
ost_http_head_clear (OstHttpHead *self)
{
  g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->lines);
}

static void
start_head (OstHttpHead *self, const char *line, gsize length)
{
  const char *space = memchr (line, ' ', length);

  g_string_truncate (self->text, 0);
  self->status = 0;
  for (const char *c = space != NULL ? space + 1 : NULL;
       c != NULL && c < line + length && g_ascii_isdigit (*c) && self->status < 1000; c++)
    self->status = 10 * self->status + (guint)(*c - '0');
}

static void
append_line (OstHttpHead *self, const char *line, gsize length)
{
  g_string_append_len (self->text, line, (gssize)length);
  g_string_append_c (self->text, '\0');
}

/* RFC 9112, 5.2: a line that begins with white space goes on with the one before. */
static void
unfold (OstHttpHead *self, const char *line, gsize length)
{
  if (self->text->len == 0)
    return;
  while (length > 0 && (*line == ' ' || *line == '\t'))
    {
      line++;
      length--;
    }
  self->text->str[self->text->len - 1] = ' ';
  append_line (self, line, length);
}

gboolean
ost_http_head_add (OstHttpHead *self, const char *line, gsize length)
{
  self->n_bytes += length;
  if (self->n_bytes > OST_HTTP_HEAD_MAX_BYTES)
    return FALSE;
  if (self->is_complete)
    return TRUE;
  while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == '\n'))
    length--;
  if (length == 0)
    self->is_complete = self->status >= 200;
  else if (length > 5 && g_ascii_strncasecmp (line, "HTTP/", 5) == 0)
    start_head (self, line, length);
  else if (line[0] == ' ' || line[0] == '\t')
    unfold (self, line, length);
  else if (memchr (line, ':', length) != NULL)
    append_line (self, line, length);
  return TRUE;
}

const char *const *
ost_http_head_get_lines (OstHttpHead *self)
{
  const char *end = self->text->str + self->text->len;

  g_ptr_array_set_size (self->lines, 0);
  for (char *line = self->text->str; line < end; line += strlen (line) + 1)
    g_ptr_array_add (self->lines, line);
  g_ptr_array_add (self->lines, NULL);
  return (const char *const *)self->lines->pdata;
}

const char *
ost_http_header_get (const char *const *lines, const char *name, gsize *from)
{
  gsize length = strlen (name);

  for (gsize i = *from; lines[i] != NULL; i++)
    if (g_ascii_strncasecmp (lines[i], name, length) == 0 && lines[i][length] == ':')
      {
        *from = i + 1;
        return lines[i] + length + 1 + strspn (lines[i] + length + 1, " \t");
      }
  return NULL;
}
