/* ost-config-problems.c: everything that is wrong with a configuration */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-problems.h"

#include <glib/gi18n-lib.h>

/* A binary file that was taken for a configuration is wrong in each of its lines. */
#define MAX_KEPT 100

typedef struct {
  guint file;
  guint line;
  guint order;
  char *text;
} Problem;

struct _OstConfigProblems {
  GPtrArray *files; /* in the order in which they were first mentioned */
  GPtrArray *errors;
  GPtrArray *warnings;
  guint n_errors;
};

static void
free_problem (gpointer data)
{
  Problem *problem = data;

  g_free (problem->text);
  g_free (problem);
}

OstConfigProblems *
ost_config_problems_new (void)
{
  OstConfigProblems *self = g_new0 (OstConfigProblems, 1);

  self->files = g_ptr_array_new_with_free_func (g_free);
  self->errors = g_ptr_array_new_with_free_func (free_problem);
  self->warnings = g_ptr_array_new_with_free_func (free_problem);
  return self;
}

void
ost_config_problems_free (OstConfigProblems *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->errors);
  g_ptr_array_unref (self->warnings);
  g_free (self);
}

static guint
find_file (OstConfigProblems *self, const char *file)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (self->files, file, g_str_equal, &i))
    {
      i = self->files->len;
      g_ptr_array_add (self->files, g_strdup (file));
    }
  return i;
}

static void keep (OstConfigProblems *self, GPtrArray *where, const char *file, guint line,
                  const char *format, va_list arguments) G_GNUC_PRINTF (5, 0);

static void
keep (OstConfigProblems *self, GPtrArray *where, const char *file, guint line, const char *format,
      va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  Problem *problem;

  if (where->len >= MAX_KEPT)
    return;
  problem = g_new0 (Problem, 1);
  problem->file = find_file (self, file);
  problem->line = line;
  problem->order = where->len;
  problem->text = line > 0 ? g_strdup_printf ("%s:%u: %s", file, line, text)
                           : g_strdup_printf ("%s: %s", file, text);
  g_ptr_array_add (where, problem);
}

void
ost_config_problems_add (OstConfigProblems *self, const char *file, guint line, const char *format,
                         ...)
{
  va_list arguments;

  va_start (arguments, format);
  keep (self, self->errors, file, line, format, arguments);
  va_end (arguments);
  self->n_errors++;
}

void
ost_config_problems_warn (OstConfigProblems *self, const char *file, guint line, const char *format,
                          ...)
{
  va_list arguments;

  va_start (arguments, format);
  keep (self, self->warnings, file, line, format, arguments);
  va_end (arguments);
}

guint
ost_config_problems_count (OstConfigProblems *self)
{
  return self->n_errors;
}

static int
compare (guint a, guint b)
{
  return (a > b) - (a < b);
}

static int
compare_problems (gconstpointer a, gconstpointer b)
{
  const Problem *one = *(const Problem *const *)a;
  const Problem *other = *(const Problem *const *)b;

  if (one->file != other->file)
    return compare (one->file, other->file);
  if (one->line != other->line)
    return compare (one->line, other->line);
  return compare (one->order, other->order);
}

static GStrv
list_texts (GPtrArray *problems)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_ptr_array_sort (problems, compare_problems);
  for (guint i = 0; i < problems->len; i++)
    g_strv_builder_add (builder, ((const Problem *)problems->pdata[i])->text);
  return g_strv_builder_end (builder);
}

GError *
ost_config_problems_to_error (OstConfigProblems *self)
{
  g_auto (GStrv) texts = list_texts (self->errors);
  g_autofree char *joined = g_strjoinv ("\n", texts);
  guint n_hidden = self->n_errors - self->errors->len;

  g_return_val_if_fail (self->n_errors > 0, NULL);

  if (n_hidden == 0)
    return g_error_new_literal (OST_ERROR, OST_ERROR_INVALID, joined);
  return g_error_new (
    OST_ERROR, OST_ERROR_INVALID,
    g_dngettext (GETTEXT_PACKAGE, "%s\nand %u error more", "%s\nand %u errors more", n_hidden),
    joined, n_hidden);
}

GStrv
ost_config_problems_get_warnings (OstConfigProblems *self)
{
  return list_texts (self->warnings);
}
