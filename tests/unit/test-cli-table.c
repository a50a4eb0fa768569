/* test-cli-table.c: tables and progress, on something that is no terminal */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/cli/ost-progress-line.h"
#include "core/cli/ost-table.h"

#include <string.h>

static const char *const titles[] = { "NAME", "STATE", NULL };

static char *
read_all (FILE *file)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  size_t n;

  rewind (file);
  while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len (text, buffer, (gssize)n);
  fclose (file);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static char *
print_rows (const char *const (*rows)[2], gsize n_rows)
{
  FILE *file = tmpfile ();
  g_autoptr (OstTerminal) terminal = ost_terminal_new (file);
  g_autoptr (OstTable) table = ost_table_new (terminal, titles);

  for (gsize i = 0; i < n_rows; i++)
    ost_table_add (table, rows[i]);
  g_assert_cmpuint (ost_table_finish (table), ==, n_rows);
  g_assert_true (ost_terminal_flush (terminal, NULL));
  return read_all (file);
}

static void
test_columns (void)
{
  static const char *const rows[][2] = {
    { "iPhone", "Allowed" },
    { "山田", NULL },
    { "\033[31mred\033[0m\n", "Blocked" },
  };
  g_autofree char *text = print_rows (rows, G_N_ELEMENTS (rows));

  g_assert_cmpstr (text, ==,
                   "NAME                          STATE\n"
                   "iPhone                        Allowed\n"
                   "山田                          -\n"
                   "\\u001b[31mred\\u001b[0m\\u000a  Blocked\n");
}

static void
test_empty (void)
{
  g_autofree char *text = print_rows (NULL, 0);

  g_assert_cmpstr (text, ==, "");
}

/* What comes after the rows that were measured is written whole, and takes no memory. */
static void
test_long (void)
{
  FILE *file = tmpfile ();
  g_autoptr (OstTerminal) terminal = ost_terminal_new (file);
  g_autoptr (OstTable) table = ost_table_new (terminal, titles);
  static const char *const short_row[] = { "a", "b" };
  static const char *const long_row[] = { "much longer than the others", "b" };
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint i = 0; i < 2000; i++)
    ost_table_add (table, short_row);
  ost_table_add (table, long_row);
  g_assert_cmpuint (ost_table_finish (table), ==, 2001);
  ost_terminal_flush (terminal, NULL);
  text = read_all (file);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2003);
  g_assert_cmpstr (lines[1], ==, "a     b");
  g_assert_cmpstr (lines[2000], ==, "a     b");
  g_assert_cmpstr (lines[2001], ==, "much longer than the others  b");
}

static void
test_failing_stream (void)
{
  FILE *file = fopen ("/dev/full", "w");
  g_autoptr (OstTerminal) terminal = ost_terminal_new (file);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (file);
  ost_terminal_print_line (terminal, "%s", "lost");
  g_assert_false (ost_terminal_flush (terminal, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_true (ost_terminal_has_failed (terminal));
  fclose (file);
}

static void
test_progress_words (void)
{
  OstProgress progress = { .phase = "listing", .seconds_left = -1 };
  g_autofree char *first = ost_progress_line_describe (&progress);
  g_autofree char *second = NULL, *third = NULL;

  g_assert_cmpstr (first, ==, "listing");
  progress.done = 500;
  progress.per_second = 99.6;
  second = ost_progress_line_describe (&progress);
  g_assert_cmpstr (second, ==, "listing: 500 devices, 100 a second");
  progress.expected = 100000;
  progress.seconds_left = 995;
  third = ost_progress_line_describe (&progress);
  g_assert_cmpstr (third, ==,
                   "listing: 500 of 100000 devices, 100 a second, about 16 min 35 s left");
}

/* A log gets a line for each phase, and then one every few seconds. */
static void
test_progress_lines (void)
{
  FILE *file = tmpfile ();
  g_autoptr (OstTerminal) terminal = ost_terminal_new (file);
  OstProgressLine *line = ost_progress_line_new (terminal);
  OstProgress progress = { .phase = "listing", .seconds_left = -1 };
  g_autofree char *text = NULL;

  for (gint64 second = 0; second < 12; second++)
    {
      progress.done = (guint64)second;
      ost_progress_line_update (line, &progress, (100 + second) * G_USEC_PER_SEC);
    }
  progress.phase = "reconciling";
  ost_progress_line_update (line, &progress, 112 * G_USEC_PER_SEC);
  ost_progress_line_free (line);
  text = read_all (file);
  g_assert_cmpstr (text, ==,
                   "listing\nlisting: 5 devices\nlisting: 10 devices\n"
                   "comparing with the inventory: 11 devices\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/table/columns", test_columns);
  g_test_add_func ("/cli/table/empty", test_empty);
  g_test_add_func ("/cli/table/long", test_long);
  g_test_add_func ("/cli/table/failing-stream", test_failing_stream);
  g_test_add_func ("/cli/progress/words", test_progress_words);
  g_test_add_func ("/cli/progress/lines", test_progress_lines);
  return g_test_run ();
}
