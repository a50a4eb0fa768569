/* ost-table.c: a table of any length on a terminal, in flat memory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-table.h"

#include "ost-text.h"

#define SAMPLE_ROWS 500
#define GAP "  "
#define GAP_WIDTH 2
#define MIN_WIDTH 6
#define UNKNOWN "-"

struct _OstTable {
  OstTerminal *terminal;
  guint n_columns;
  GPtrArray *held; /* char **: the head and the first rows; NULL once the widths are known */
  guint *widths;
  gboolean is_cut;
  guint64 n_rows;
  GString *line;
};

static char **
escape_row (const OstTable *self, const char *const *cells)
{
  char **row = g_new0 (char *, self->n_columns + 1);

  for (guint i = 0; i < self->n_columns; i++)
    {
      GString *cell = g_string_new (NULL);

      ost_text_escape (cells[i] != NULL ? cells[i] : UNKNOWN, NULL, cell);
      row[i] = g_string_free (cell, FALSE);
    }
  return row;
}

OstTable *
ost_table_new (OstTerminal *terminal, const char *const *titles)
{
  OstTable *self = g_new0 (OstTable, 1);

  self->terminal = terminal;
  self->n_columns = g_strv_length ((char **)titles);
  self->widths = g_new0 (guint, self->n_columns);
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  self->line = g_string_new (NULL);
  g_ptr_array_add (self->held, escape_row (self, titles));
  return self;
}

void
ost_table_free (OstTable *self)
{
  g_clear_pointer (&self->held, g_ptr_array_unref);
  g_string_free (self->line, TRUE);
  g_free (self->widths);
  g_free (self);
}

static void
measure_row (OstTable *self, char *const *row)
{
  for (guint i = 0; i < self->n_columns; i++)
    self->widths[i] = MAX (self->widths[i], ost_text_measure (row[i]));
}

/* Takes columns away from the widest ones until the rest fits. */
static void
fit_columns (OstTable *self, guint columns)
{
  guint needed = GAP_WIDTH * (self->n_columns - 1);

  for (guint i = 0; i < self->n_columns; i++)
    needed += self->widths[i];
  while (needed > columns)
    {
      guint widest = 0;

      for (guint i = 1; i < self->n_columns; i++)
        if (self->widths[i] > self->widths[widest])
          widest = i;
      if (self->widths[widest] <= MIN_WIDTH)
        return;
      self->widths[widest]--;
      needed--;
    }
}

static void
write_row (OstTable *self, OstStyle style, char *const *row)
{
  g_string_truncate (self->line, 0);
  for (guint i = 0; i < self->n_columns; i++)
    {
      gboolean is_last = i + 1 == self->n_columns;
      guint used = self->is_cut ? ost_text_fit (row[i], self->widths[i], self->line)
                                : ost_text_measure (row[i]);

      if (!self->is_cut)
        g_string_append (self->line, row[i]);
      for (; !is_last && used < self->widths[i]; used++)
        g_string_append_c (self->line, ' ');
      if (!is_last)
        g_string_append (self->line, GAP);
    }
  ost_terminal_print (self->terminal, style, self->line->str);
  ost_terminal_write (self->terminal, "\n", 1);
}

static void
release_rows (OstTable *self)
{
  g_autoptr (GPtrArray) held = g_steal_pointer (&self->held);
  guint columns = ost_terminal_get_columns (self->terminal);

  for (guint i = 0; i < held->len; i++)
    measure_row (self, held->pdata[i]);
  self->is_cut = columns > 0;
  if (self->is_cut)
    fit_columns (self, columns);
  for (guint i = 0; i < held->len; i++)
    write_row (self, i == 0 ? OST_STYLE_TITLE : OST_STYLE_PLAIN, held->pdata[i]);
}

void
ost_table_add (OstTable *self, const char *const *cells)
{
  char **row = escape_row (self, cells);

  self->n_rows++;
  if (self->held != NULL)
    {
      g_ptr_array_add (self->held, row);
      if (self->held->len > SAMPLE_ROWS)
        release_rows (self);
      return;
    }
  write_row (self, OST_STYLE_PLAIN, row);
  g_strfreev (row);
}

guint64
ost_table_finish (OstTable *self)
{
  if (self->held != NULL && self->n_rows > 0)
    release_rows (self);
  return self->n_rows;
}
