/* filter.c: OPATH filters over the objects of the simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter-private.h"

#include <string.h>

void
sim_node_free (gpointer data)
{
  SimNode *node = data;
  if (node == NULL)
    return;
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node->text);
  g_free (node->folded);
  g_strfreev (node->parts);
  g_free (node->prefix);
  g_free (node);
}

void
sim_filter_free (SimFilter *filter)
{
  if (filter == NULL)
    return;
  sim_node_free (filter->root);
  g_free (filter);
}

/* ---- matching -------------------------------------------------------------------------------- */

/* The asterisk is OPATH's only wildcard. */
static gboolean
parts_match (char *const *parts, const char *folded)
{
  gsize first = strlen (parts[0]);
  if (parts[1] == NULL)
    return strcmp (parts[0], folded) == 0;
  if (strncmp (parts[0], folded, first) != 0)
    return FALSE;
  const char *at = folded + first;
  char *const *part = parts + 1;
  for (; part[1] != NULL; part++)
    {
      const char *found = strstr (at, *part);
      if (found == NULL)
        return FALSE;
      at = found + strlen (*part);
    }
  gsize rest = strlen (at);
  gsize last = strlen (*part);
  return rest >= last && strcmp (at + rest - last, *part) == 0;
}

static gboolean
is_like (const SimNode *node, const char *text)
{
  if (text == NULL)
    text = "";
  if (node->prefix != NULL && (node->prefix_length == 0 || (guchar)text[0] < 0x80))
    if (g_ascii_strncasecmp (text, node->prefix, node->prefix_length) == 0)
      return TRUE;
  if (node->prefix != NULL && g_str_is_ascii (text))
    return FALSE;
  g_autofree char *folded = sim_fold (text);
  return parts_match (node->parts, folded);
}

static gboolean
equals_text (const SimNode *node, const char *text)
{
  if (g_ascii_strcasecmp (text, node->text) == 0)
    return TRUE;
  if (g_str_is_ascii (text))
    return FALSE;
  g_autofree char *folded = sim_fold (text);
  return strcmp (folded, node->folded) == 0;
}

static int
compare (const SimNode *node, const SimValue *value)
{
  switch (value->kind)
    {
    case SIM_TIME:
    case SIM_LOCAL_TIME:
    case SIM_PLAIN_TIME:
    case SIM_I32:
    case SIM_U32:
      return value->number < node->number ? -1 : value->number > node->number;
      default: {
        g_autofree char *folded = sim_fold (sim_value_get_text (value));
        return strcmp (folded, node->folded);
      }
    }
}

/* Of several values one has to match; the negative comparisons want that none does. */
static gboolean
list_matches (const SimNode *node, const char *const *items)
{
  gboolean is_negative
    = node->comparison == SIM_FILTER_NOT_EQUAL || node->comparison == SIM_FILTER_NOT_LIKE;
  gboolean is_pattern
    = node->comparison == SIM_FILTER_LIKE || node->comparison == SIM_FILTER_NOT_LIKE;
  gboolean found = (items == NULL || *items == NULL) && node->text == NULL;
  for (; items != NULL && *items != NULL && !found; items++)
    found = is_pattern ? is_like (node, *items) : node->text != NULL && equals_text (node, *items);
  return found != is_negative;
}

static gboolean
term_matches (const SimNode *node, gconstpointer object, SimValue *scratch)
{
  if (node->property == NULL)
    sim_value_set_null (scratch);
  else
    sim_property_get (node->property, object, scratch);
  if (scratch->kind == SIM_LIST)
    return list_matches (node, scratch->items);
  if (node->comparison == SIM_FILTER_LIKE || node->comparison == SIM_FILTER_NOT_LIKE)
    return is_like (node, sim_value_get_text (scratch)) == (node->comparison == SIM_FILTER_LIKE);
  gboolean is_null = scratch->kind == SIM_NULL
                     || (node->text == NULL && scratch->kind == SIM_TEXT
                         && sim_value_get_text (scratch)[0] == '\0');
  if (is_null || node->text == NULL) /* what is absent is neither less nor greater than anything */
    return node->comparison == SIM_FILTER_EQUAL       ? is_null && node->text == NULL
           : node->comparison == SIM_FILTER_NOT_EQUAL ? is_null != (node->text == NULL)
                                                      : FALSE;
  if (node->comparison == SIM_FILTER_EQUAL || node->comparison == SIM_FILTER_NOT_EQUAL)
    if (scratch->kind == SIM_TEXT || scratch->kind == SIM_ENUM)
      return equals_text (node, sim_value_get_text (scratch))
             == (node->comparison == SIM_FILTER_EQUAL);
  int order = compare (node, scratch);
  switch (node->comparison)
    {
    case SIM_FILTER_EQUAL:
      return order == 0;
    case SIM_FILTER_NOT_EQUAL:
      return order != 0;
    case SIM_FILTER_GREATER:
      return order > 0;
    case SIM_FILTER_GREATER_OR_EQUAL:
      return order >= 0;
    case SIM_FILTER_LESS:
      return order < 0;
    default:
      return order <= 0;
    }
}

static gboolean
node_matches (const SimNode *node, gconstpointer object, SimValue *scratch)
{
  if (node->kind == SIM_FILTER_TERM)
    return term_matches (node, object, scratch);
  if (node->kind == SIM_FILTER_NOT)
    return !node_matches (g_ptr_array_index (node->children, 0), object, scratch);
  for (guint i = 0; i < node->children->len; i++)
    if (node_matches (g_ptr_array_index (node->children, i), object, scratch)
        == (node->kind == SIM_FILTER_OR))
      return node->kind == SIM_FILTER_OR;
  return node->kind == SIM_FILTER_AND;
}

gboolean
sim_filter_matches (const SimFilter *filter, gconstpointer object, SimValue *scratch)
{
  return filter->root == NULL || node_matches (filter->root, object, scratch);
}
