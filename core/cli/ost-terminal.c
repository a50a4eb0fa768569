/* ost-terminal.c: standard output or standard error, whatever stands behind it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-terminal.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ost-text.h"

struct _OstTerminal {
  FILE *file;
  gboolean is_terminal;
  gboolean is_interactive; /* and its cursor can be moved */
  gboolean has_colours;
  int failure; /* errno of the first write that failed */
};

OstTerminal *
ost_terminal_new (FILE *file)
{
  OstTerminal *self = g_new0 (OstTerminal, 1);
  const char *term = g_getenv ("TERM");
  const char *no_color = g_getenv ("NO_COLOR");

  self->file = file;
  self->is_terminal = isatty (fileno (file)) == 1;
  self->is_interactive
    = self->is_terminal && term != NULL && !g_str_equal (term, "dumb") && *term != '\0';
  self->has_colours = self->is_interactive && (no_color == NULL || *no_color == '\0');
  return self;
}

void
ost_terminal_free (OstTerminal *self)
{
  g_free (self);
}

gboolean
ost_terminal_is_interactive (const OstTerminal *self)
{
  return self->is_interactive;
}

guint
ost_terminal_get_columns (const OstTerminal *self)
{
  struct winsize size = { 0 };

  if (!self->is_interactive || ioctl (fileno (self->file), TIOCGWINSZ, &size) != 0)
    return 0;
  return size.ws_col;
}

void
ost_terminal_write (OstTerminal *self, const char *bytes, gssize length)
{
  gsize count = length < 0 ? strlen (bytes) : (gsize)length;

  if (self->failure == 0 && fwrite (bytes, 1, count, self->file) != count)
    self->failure = errno != 0 ? errno : EIO;
}

void
ost_terminal_write_data (OstTerminal *self, const char *text)
{
  g_autoptr (GString) safe = NULL;

  if (!self->is_terminal)
    {
      ost_terminal_write (self, text, -1);
      return;
    }
  safe = g_string_new (NULL);
  ost_text_escape (text, "\n\r", safe);
  ost_terminal_write (self, safe->str, (gssize)safe->len);
}

void
ost_terminal_print (OstTerminal *self, OstStyle style, const char *text)
{
  static const char *const sequences[] = {
    [OST_STYLE_PLAIN] = "",         [OST_STYLE_TITLE] = "\033[1m", [OST_STYLE_GOOD] = "\033[32m",
    [OST_STYLE_BAD] = "\033[1;31m", [OST_STYLE_FAINT] = "\033[2m",
  };
  g_autoptr (GString) line = g_string_new (NULL);
  gboolean is_styled = self->has_colours && style != OST_STYLE_PLAIN;

  if (is_styled)
    g_string_append (line, sequences[style]);
  ost_text_escape (text, "\n", line);
  if (is_styled)
    g_string_append (line, "\033[0m");
  ost_terminal_write (self, line->str, (gssize)line->len);
}

void
ost_terminal_print_line (OstTerminal *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ost_terminal_print (self, OST_STYLE_PLAIN, text);
  ost_terminal_write (self, "\n", 1);
}

gboolean
ost_terminal_flush (OstTerminal *self, GError **error)
{
  if (fflush (self->file) != 0 && self->failure == 0)
    self->failure = errno != 0 ? errno : EIO;
  if (self->failure == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (self->failure),
               _ ("cannot write the output: %s"), g_strerror (self->failure));
  return FALSE;
}

gboolean
ost_terminal_has_failed (const OstTerminal *self)
{
  return self->failure != 0;
}
