/* ost-prompt.c: questions to the person at the terminal */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-prompt.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#define MAX_SECRET_BYTES 1024

enum {
  KEY_INTERRUPT = 0x03,
  KEY_END = 0x04,
  KEY_BACKSPACE = 0x08,
  KEY_CLEAR = 0x15,
  KEY_DELETE = 0x7f,
};

gboolean
ost_prompt_is_possible (void)
{
  return isatty (STDIN_FILENO) == 1;
}

static gboolean
fail_cancelled (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                       _ ("not answered; nothing was done"));
  return FALSE;
}

char *
ost_prompt_text (OstTerminal *terminal, const char *question, const char *proposal, GError **error)
{
  g_autofree char *shown = proposal != NULL && *proposal != '\0'
                             ? g_strdup_printf ("%s [%s]: ", question, proposal)
                             : g_strdup_printf ("%s: ", question);
  char *line = NULL;
  size_t size = 0;
  char *answer = NULL;

  ost_terminal_print (terminal, OST_STYLE_PLAIN, shown);
  ost_terminal_flush (terminal, NULL);
  if (getline (&line, &size, stdin) < 0)
    fail_cancelled (error);
  else
    answer = g_strdup (*g_strstrip (line) == '\0' && proposal != NULL ? proposal : line);
  free (line);
  return answer;
}

gboolean
ost_prompt_yes (OstTerminal *terminal, const char *question)
{
  g_autofree char *shown = g_strdup_printf (_ ("%s (yes or no)"), question);
  g_autofree char *answer = ost_prompt_text (terminal, shown, _ ("no"), NULL);

  /* The English word too: whoever knows it by heart should not be caught by a translation. */
  return answer != NULL
         && (g_ascii_strcasecmp (answer, "yes") == 0 || g_ascii_strcasecmp (answer, "y") == 0
             || g_ascii_strcasecmp (answer, _ ("yes")) == 0);
}

/* Reads one line from a terminal that shows nothing; @length is that of what counts. */
static gboolean
read_keys (char *buffer, gsize size, gsize *length, GError **error)
{
  *length = 0;
  while (TRUE)
    {
      char key;
      gssize n = read (STDIN_FILENO, &key, 1);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0 || key == KEY_INTERRUPT || (key == KEY_END && *length == 0))
        return fail_cancelled (error);
      if (key == '\n' || key == '\r')
        return TRUE;
      if (key == KEY_BACKSPACE || key == KEY_DELETE)
        *length -= *length > 0;
      else if (key == KEY_CLEAR)
        *length = 0;
      else if (*length < size)
        buffer[(*length)++] = key;
      else
        {
          g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                       _ ("a secret that is typed has at most %d bytes"), MAX_SECRET_BYTES);
          return FALSE;
        }
    }
}

/* Signals come as keys, so that nothing ends the program while the terminal shows nothing. */
static gboolean
hide_keys (struct termios *before, GError **error)
{
  struct termios hidden;

  if (tcgetattr (STDIN_FILENO, before) == 0)
    {
      hidden = *before;
      hidden.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG | IEXTEN);
      hidden.c_cc[VMIN] = 1;
      hidden.c_cc[VTIME] = 0;
      if (tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden) == 0)
        return TRUE;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE, _ ("the terminal cannot hide a secret: %s"),
               g_strerror (errno));
  return FALSE;
}

gboolean
ost_prompt_secret (OstTerminal *terminal, const char *question, OstSecret **secret, GError **error)
{
  char buffer[MAX_SECRET_BYTES];
  struct termios before;
  gsize length;
  gboolean is_read;

  *secret = NULL;
  if (!hide_keys (&before, error))
    return FALSE;
  ost_terminal_print (terminal, OST_STYLE_PLAIN, question);
  ost_terminal_print (terminal, OST_STYLE_PLAIN, ": ");
  ost_terminal_flush (terminal, NULL);
  /* Where memory cannot be locked the secret itself says so in a moment. */
  mlock (buffer, sizeof buffer);
  is_read = read_keys (buffer, sizeof buffer, &length, error);
  tcsetattr (STDIN_FILENO, TCSADRAIN, &before);
  ost_terminal_write (terminal, "\n", 1);
  if (is_read && length > 0)
    {
      *secret = ost_secret_new (buffer, length, error);
      is_read = *secret != NULL;
    }
  explicit_bzero (buffer, sizeof buffer);
  munlock (buffer, sizeof buffer);
  return is_read;
}
