/* ost-progress-line.c: how far a run is, on one line of standard error */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-progress-line.h"

#include <glib/gi18n-lib.h>

#include "ost-cli-show.h"
#include "ost-text.h"

/* Between two lines where they cannot be written over. */
#define PLAIN_INTERVAL_US (5 * G_USEC_PER_SEC)

struct _OstProgressLine {
  OstTerminal *terminal;
  char *phase;
  gint64 shown_us;
  gboolean is_shown;
};

OstProgressLine *
ost_progress_line_new (OstTerminal *terminal)
{
  OstProgressLine *self = g_new0 (OstProgressLine, 1);

  self->terminal = terminal;
  return self;
}

static void
wipe (OstProgressLine *self)
{
  if (self->is_shown)
    ost_terminal_write (self->terminal, "\r\033[K", -1);
  self->is_shown = FALSE;
}

void
ost_progress_line_free (OstProgressLine *self)
{
  wipe (self);
  ost_terminal_flush (self->terminal, NULL);
  g_free (self->phase);
  g_free (self);
}

static const char *
translate_phase (const char *phase)
{
  static const char *const known[][2] = {
    { "connecting", N_ ("connecting") },
    { "listing", N_ ("listing") },
    { "reconciling", N_ ("comparing with the inventory") },
    { "statistics", N_ ("reading statistics") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_equal (known[i][0], phase))
      return _ (known[i][1]);
  return phase;
}

char *
ost_progress_line_describe (const OstProgress *progress)
{
  g_autoptr (GString) text = g_string_new (translate_phase (progress->phase));

  if (progress->expected > 0)
    g_string_append_printf (text, _ (": %lu of %lu devices"), (gulong)progress->done,
                            (gulong)progress->expected);
  else if (progress->done > 0)
    g_string_append_printf (text, _ (": %lu devices"), (gulong)progress->done);
  if (progress->done > 0 && progress->per_second >= 0.5)
    g_string_append_printf (text, _ (", %.0f a second"), progress->per_second);
  if (progress->seconds_left > 0)
    {
      g_autofree char *left = ost_cli_format_seconds (progress->seconds_left);

      g_string_append_printf (text, _ (", about %s left"), left);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
write_over (OstProgressLine *self, const char *text)
{
  g_autoptr (GString) safe = g_string_new (NULL);
  g_autoptr (GString) line = g_string_new (NULL);
  guint columns = ost_terminal_get_columns (self->terminal);

  ost_text_escape (text, NULL, safe);
  /* A line that reaches the margin would wrap, and could not be written over. */
  ost_text_fit (safe->str, columns > 1 ? columns - 1 : 79, line);
  wipe (self);
  ost_terminal_print (self->terminal, OST_STYLE_FAINT, line->str);
  ost_terminal_flush (self->terminal, NULL);
  self->is_shown = TRUE;
}

void
ost_progress_line_update (OstProgressLine *self, const OstProgress *progress, gint64 now_us)
{
  gboolean is_new = g_strcmp0 (self->phase, progress->phase) != 0;
  g_autofree char *text = NULL;

  if (!ost_terminal_is_interactive (self->terminal) && !is_new
      && now_us - self->shown_us < PLAIN_INTERVAL_US)
    return;
  text = ost_progress_line_describe (progress);
  self->shown_us = now_us;
  if (is_new)
    {
      g_free (self->phase);
      self->phase = g_strdup (progress->phase);
    }
  if (ost_terminal_is_interactive (self->terminal))
    write_over (self, text);
  else
    ost_terminal_print_line (self->terminal, "%s", text);
}
