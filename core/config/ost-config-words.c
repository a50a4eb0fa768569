/* ost-config-words.c: what somebody probably meant to write */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-words.h"

#include <string.h>

/* Longer words are never misspelt keys, and comparing takes time in proportion to both lengths. */
#define MAX_LENGTH 64

/* The number of letters to insert, delete, change or swap with their neighbour. */
static gsize
measure_distance (const char *a, const char *b)
{
  gsize length_a = strlen (a);
  gsize length_b = strlen (b);
  gsize rows[3][MAX_LENGTH + 1];
  gsize *before_last = rows[0], *last = rows[1], *current = rows[2];

  for (gsize j = 0; j <= length_b; j++)
    last[j] = j;
  for (gsize i = 1; i <= length_a; i++)
    {
      gsize *recycled = before_last;

      current[0] = i;
      for (gsize j = 1; j <= length_b; j++)
        {
          gsize change = last[j - 1] + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));

          current[j] = MIN (change, MIN (last[j], current[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            current[j] = MIN (current[j], before_last[j - 2] + 1);
        }
      before_last = last;
      last = current;
      current = recycled;
    }
  return last[length_b];
}

const char *
ost_config_words_find_nearest (GPtrArray *words, const char *word)
{
  gsize length = strlen (word);
  gsize best = MAX (length / 4, 1) + 1;
  const char *nearest = NULL;

  for (guint i = 0; length <= MAX_LENGTH && i < words->len; i++)
    {
      const char *candidate = words->pdata[i];
      gsize candidate_length = strlen (candidate);
      gsize distance;

      /* `authority-file` is no misspelt `authority`: it goes on where that ends. */
      if (candidate_length > MAX_LENGTH
          || (g_str_has_prefix (word, candidate) && word[candidate_length] == '-'))
        continue;
      /* `password` is short for `password-secret`, not a misspelling of it. */
      if (length > 0 && g_str_has_prefix (candidate, word) && candidate[length] == '-')
        distance = 1;
      else
        distance = measure_distance (candidate, word);
      if (distance >= best)
        continue;
      best = distance;
      nearest = candidate;
    }
  return nearest;
}

char *
ost_config_words_join (GPtrArray *words)
{
  g_autoptr (GString) joined = g_string_new (NULL);

  for (guint i = 0; i < words->len; i++)
    g_string_append_printf (joined, "%s%s", i > 0 ? ", " : "", (const char *)words->pdata[i]);
  return g_string_free (g_steal_pointer (&joined), FALSE);
}
