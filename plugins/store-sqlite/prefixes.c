/* prefixes.c: how device IDs begin, for cutting a listing into slices of a like size */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"

#include <string.h>

/* upper() folds ASCII, as the directory does; what else it folds only matters for the remainder. */
static const char beginnings_sql[]
  = "SELECT upper (substr (d.device_id, 1, ?2)) AS beginning, count (*)"
    " FROM connection c JOIN device d ON d.connection = c.id WHERE c.name = ?1"
    " AND d.device_id IS NOT NULL AND d.missing_us IS NULL AND d.born <= c.generation"
    " AND (d.died IS NULL OR d.died > c.generation) GROUP BY beginning ORDER BY beginning";

/* Longer prefixes than this would not make better slices. */
#define MAX_LENGTH 16

/* Where the walk is: the rows that begin with the first n characters of the text at depth n, and
 * the prefixes that these would be split into. */
typedef struct {
  gint64 max_rows;
  guint max_length;
  char text[MAX_LENGTH + 1];
  guint depth;
  gint64 rows[MAX_LENGTH + 1];
  GPtrArray *parts[MAX_LENGTH + 2];
} Walk;

static void
close_deepest (Walk *self)
{
  guint depth = self->depth--;
  GPtrArray *parts = self->parts[depth + 1];

  if (self->rows[depth] > self->max_rows && parts->len > 0)
    {
      g_ptr_array_extend_and_steal (self->parts[depth], g_steal_pointer (&parts));
      self->parts[depth + 1]
        = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_prefix_count_free);
    }
  else
    {
      OstPrefixCount *whole = g_new0 (OstPrefixCount, 1);

      whole->prefix = g_strndup (self->text, depth);
      whole->rows = self->rows[depth];
      g_ptr_array_set_size (parts, 0);
      g_ptr_array_add (self->parts[depth], whole);
    }
}

static guint
count_usable (const Walk *self, const char *text)
{
  guint length = 0;

  while (length < self->max_length && g_ascii_isalnum (text[length]))
    length++;
  return length;
}

static void
take (Walk *self, const char *text, gint64 rows)
{
  guint length = count_usable (self, text);
  guint common = 0;

  while (common < MIN (length, self->depth) && self->text[common] == text[common])
    common++;
  while (self->depth > common)
    close_deepest (self);
  while (self->depth < length)
    {
      self->text[self->depth] = text[self->depth];
      self->depth++;
      self->rows[self->depth] = 0;
    }
  for (guint depth = 1; depth <= length; depth++)
    self->rows[depth] += rows;
}

static gboolean
walk (Walk *self, Database *database, const char *connection, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, beginnings_sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  statement_bind_number (statement, 1, self->max_length);
  while (has_row)
    {
      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (has_row)
        take (self, statement_get_text (statement, 0), statement_get_number (statement, 1));
    }
  while (self->depth > 0)
    close_deepest (self);
  return TRUE;
}

static GPtrArray *
count_prefixes (OstStore *store, const char *connection, gint64 max_rows, guint max_length,
                GError **error)
{
  g_auto (Reader) reader = { 0 };
  Walk self = { .max_rows = max_rows, .max_length = MIN (max_length, MAX_LENGTH) };
  g_autoptr (GPtrArray) result = NULL;
  gboolean is_done;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return NULL;
  for (guint depth = 0; depth < G_N_ELEMENTS (self.parts); depth++)
    self.parts[depth] = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_prefix_count_free);
  is_done = walk (&self, reader.database, connection, error);
  result = g_steal_pointer (&self.parts[1]);
  for (guint depth = 0; depth < G_N_ELEMENTS (self.parts); depth++)
    g_clear_pointer (&self.parts[depth], g_ptr_array_unref);
  return is_done ? g_steal_pointer (&result) : NULL;
}

void
prefixes_fill_interface (OstStoreInterface *iface)
{
  iface->count_prefixes = count_prefixes;
}
