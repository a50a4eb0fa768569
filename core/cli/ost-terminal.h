/* ost-terminal.h: standard output or standard error, whatever stands behind it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <stdio.h>

G_BEGIN_DECLS

/**
 * OstStyle:
 * @OST_STYLE_PLAIN: as the terminal writes
 * @OST_STYLE_TITLE: heads of tables and sections
 * @OST_STYLE_GOOD: what is as it should be
 * @OST_STYLE_BAD: what is not
 * @OST_STYLE_FAINT: what matters less
 */
typedef enum {
  OST_STYLE_PLAIN,
  OST_STYLE_TITLE,
  OST_STYLE_GOOD,
  OST_STYLE_BAD,
  OST_STYLE_FAINT,
} OstStyle;

/**
 * OstTerminal:
 *
 * One of the two streams. Nothing that comes from outside reaches it unescaped. It remembers the
 * first failure, so that only the end has to ask.
 */
typedef struct _OstTerminal OstTerminal;

/**
 * ost_terminal_new:
 * @file: a stream, which stays the caller's
 *
 * Returns: (transfer full): a terminal; colours only where @file is one that has them and
 *   `NO_COLOR` does not forbid it
 */
OstTerminal *ost_terminal_new (FILE *file);
void ost_terminal_free (OstTerminal *self);

/**
 * ost_terminal_is_interactive:
 * @self: a terminal
 *
 * Returns: whether a person sees it, and its cursor can be moved
 */
gboolean ost_terminal_is_interactive (const OstTerminal *self);

/**
 * ost_terminal_get_columns:
 * @self: a terminal
 *
 * Returns: its width now, 0 where it has none
 */
guint ost_terminal_get_columns (const OstTerminal *self);

/**
 * ost_terminal_write:
 * @self: a terminal
 * @bytes: what to write
 * @length: how much of it, -1 for a text
 *
 * Writes exactly that: what we made ourselves.
 */
void ost_terminal_write (OstTerminal *self, const char *bytes, gssize length);

/**
 * ost_terminal_write_data:
 * @self: a terminal
 * @text: what to write
 *
 * For documents that other programs read, with text from outside in them: exactly that where
 * another program reads it, and escaped where a person does.
 */
void ost_terminal_write_data (OstTerminal *self, const char *text);

/**
 * ost_terminal_print:
 * @self: a terminal
 * @style: how it shall look
 * @text: what to write; only its line breaks are obeyed
 */
void ost_terminal_print (OstTerminal *self, OstStyle style, const char *text);

/**
 * ost_terminal_print_line:
 * @self: a terminal
 * @format: a printf format
 * @...: its arguments
 *
 * The same with a line break at the end, in the plain style.
 */
void ost_terminal_print_line (OstTerminal *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * ost_terminal_flush:
 * @self: a terminal
 * @error: (nullable): return location for an error
 *
 * Returns: whether all that was written since the beginning has arrived; else what the system said
 *   of the first that did not
 */
gboolean ost_terminal_flush (OstTerminal *self, GError **error);

/**
 * ost_terminal_has_failed:
 * @self: a terminal
 *
 * Returns: whether writing more of a long listing is in vain
 */
gboolean ost_terminal_has_failed (const OstTerminal *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstTerminal, ost_terminal_free)

G_END_DECLS
