/* filter.c: OPATH filters over the objects of the simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include <stdio.h>
#include <string.h>

/* Exchange's own limits are not known; these are far above any sensible filter. */
#define MAX_DEPTH 64
#define MAX_TERMS 2000

typedef enum {
  EQUAL,
  NOT_EQUAL,
  LIKE,
  NOT_LIKE,
  GREATER,
  GREATER_OR_EQUAL,
  LESS,
  LESS_OR_EQUAL,
} Comparison;

typedef enum {
  AND,
  OR,
  NOT,
  TERM,
} NodeKind;

/**
 * Node:
 * @kind: what it is
 * @children: of AND, OR and NOT
 * @property: of a term: whose value is compared; %NULL for one that is allowed and always null
 * @comparison: how
 * @text: with what, %NULL for null
 * @folded: the same without regard to case
 * @parts: of a pattern: its folded parts between asterisks
 * @prefix: (nullable): of a pattern that is plain ASCII and ends in its only asterisk
 * @number: of a time or a number
 */
typedef struct {
  NodeKind kind;
  GPtrArray *children;
  const SimProperty *property;
  Comparison comparison;
  char *text;
  char *folded;
  char **parts;
  char *prefix;
  gsize prefix_length;
  gint64 number;
} Node;

struct _SimFilter {
  Node *root;
};

/**
 * Parser:
 * @start: the whole filter
 * @at: where the next token begins
 * @token: (nullable): the token that is looked at, empty at the end, %NULL for no token
 * @token_start: where it begins
 */
typedef struct {
  const char *start;
  const char *at;
  const char *token_start;
  char *token;
  const SimType *type;
  const char *const *filterable;
  char *problem;
  guint depth;
  guint n_terms;
} Parser;

static Node *parse_either (Parser *parser);

static void
free_node (gpointer data)
{
  Node *node = data;
  if (node == NULL)
    return;
  g_clear_pointer (&node->children, g_ptr_array_unref);
  g_free (node->text);
  g_free (node->folded);
  g_strfreev (node->parts);
  g_free (node->prefix);
  g_free (node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Node, free_node)

static Node *
new_node (NodeKind kind)
{
  Node *node = g_new0 (Node, 1);
  node->kind = kind;
  if (kind != TERM)
    node->children = g_ptr_array_new_with_free_func (free_node);
  return node;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static gsize
measure_token (const char *at)
{
  if (*at == '\0' || strchr ("(){}", *at) != NULL)
    return *at == '\0' ? 0 : 1;
  if (*at == '\'' || *at == '"')
    {
      char quote = *at;
      for (const char *end = at + 1; *end != '\0'; end++)
        if (*end == quote && end[1] == quote && quote == '\'')
          end++;
        else if (*end == quote)
          return (gsize)(end - at) + 1;
      return G_MAXSIZE;
    }
  gsize length = 0;
  if (*at == '-')
    length = 1;
  while (g_ascii_isalnum (at[length]) || strchr ("$_.", at[length]) != NULL)
    if (at[length++] == '\0')
      return length - 1;
  return length == 0 ? G_MAXSIZE : length;
}

static void
next_token (Parser *parser)
{
  g_clear_pointer (&parser->token, g_free);
  while (g_ascii_isspace (*parser->at))
    parser->at++;
  parser->token_start = parser->at;
  gsize length = measure_token (parser->at);
  if (length == G_MAXSIZE)
    return;
  parser->token = g_strndup (parser->at, length);
  parser->at += length;
}

static gboolean
token_is (const Parser *parser, const char *word)
{
  return parser->token != NULL && g_ascii_strcasecmp (parser->token, word) == 0;
}

static gboolean
skip_token (Parser *parser, const char *word)
{
  if (!token_is (parser, word))
    return FALSE;
  next_token (parser);
  return TRUE;
}

static Node *
fail_syntax (Parser *parser)
{
  if (parser->problem == NULL)
    parser->problem = g_strdup_printf (
      "Invalid filter syntax. For a description of the filter parameter syntax see the command "
      "help.\r\n\"%s\" at position %d.",
      parser->start, (int)(parser->token_start - parser->start) + 1);
  return NULL;
}

static char *
take_token (Parser *parser)
{
  if (parser->token == NULL || parser->token[0] == '\0')
    {
      fail_syntax (parser);
      return NULL;
    }
  char *token = g_steal_pointer (&parser->token);
  next_token (parser);
  return token;
}

/* ---- times ----------------------------------------------------------------------------------- */

static GDateTime *
parse_english (const char *text, GTimeZone *zone)
{
  int month, day, year, hour = 0, minute = 0, second = 0, length = 0;
  if (sscanf (text, "%2d/%2d/%4d%n", &month, &day, &year, &length) != 3 || length == 0)
    return NULL;
  text += length;
  length = 0;
  if (sscanf (text, " %2d:%2d%n", &hour, &minute, &length) == 2 && length > 0)
    {
      text += length;
      length = 0;
      if (sscanf (text, ":%2d%n", &second, &length) == 1 && length > 0)
        text += length;
    }
  while (g_ascii_isspace (*text))
    text++;
  if (g_ascii_strcasecmp (text, "PM") == 0 && hour < 12)
    hour += 12;
  else if (g_ascii_strcasecmp (text, "AM") == 0 && hour == 12)
    hour = 0;
  else if (*text != '\0' && g_ascii_strcasecmp (text, "AM") != 0
           && g_ascii_strcasecmp (text, "PM") != 0)
    return NULL;
  return g_date_time_new (zone, year, month, day, hour, minute, second);
}

gboolean
sim_time_parse (const char *text, gboolean is_local, gint64 *time_us)
{
  g_autoptr (GTimeZone) zone = is_local ? g_time_zone_new_offset (3600) : g_time_zone_new_utc ();
  g_autofree char *bare = g_strstrip (g_strdup (text));
  g_autoptr (GDateTime) time = parse_english (bare, zone);
  if (time == NULL)
    time = g_date_time_new_from_iso8601 (bare, zone);
  if (time == NULL)
    {
      g_autofree char *with_time = g_strconcat (bare, "T00:00:00", NULL);
      time = g_date_time_new_from_iso8601 (with_time, zone);
    }
  if (time == NULL)
    return FALSE;
  *time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return TRUE;
}

/* ---- terms ----------------------------------------------------------------------------------- */

static char *
fold (const char *text)
{
  return g_utf8_casefold (text, -1);
}

static void
prepare_pattern (Node *node)
{
  const char *text = node->text == NULL ? "" : node->text;
  const char *asterisk = strchr (text, '*');
  g_autofree char *folded = fold (text);
  node->parts = g_strsplit (folded, "*", -1);
  if (asterisk != NULL && asterisk[1] == '\0' && g_str_is_ascii (text))
    {
      node->prefix = g_strndup (text, asterisk - text);
      node->prefix_length = strlen (node->prefix);
    }
}

static gboolean
is_member (const SimEnum *enumeration, const char *text)
{
  for (const char *const *member = enumeration->members; *member != NULL; member++)
    if (g_ascii_strcasecmp (*member, text) == 0)
      return TRUE;
  return FALSE;
}

/* Turns the text of a term into what its property's values are compared with. */
static gboolean
prepare_operand (Parser *parser, Node *node)
{
  const SimProperty *property = node->property;
  if (node->comparison == LIKE || node->comparison == NOT_LIKE)
    {
      prepare_pattern (node);
      return TRUE;
    }
  if (node->text == NULL || property == NULL)
    return TRUE;
  node->folded = fold (node->text);
  gboolean is_time = property->kind == SIM_TIME || property->kind == SIM_LOCAL_TIME;
  if (is_time && !sim_time_parse (node->text, property->kind == SIM_LOCAL_TIME, &node->number))
    parser->problem
      = g_strdup_printf ("Cannot convert value \"%s\" to type \"System.DateTime\".", node->text);
  else if (property->enumeration != NULL && !is_member (property->enumeration, node->text))
    parser->problem = g_strdup_printf ("Cannot convert value \"%s\" to type \"%s\".", node->text,
                                       property->enumeration->type_name);
  else if (property->kind == SIM_I32 || property->kind == SIM_U32)
    node->number = g_ascii_strtoll (node->text, NULL, 10);
  return parser->problem == NULL;
}

static char *
read_operand (const char *token)
{
  if (g_ascii_strcasecmp (token, "$null") == 0)
    return NULL;
  if (g_ascii_strcasecmp (token, "$true") == 0)
    return g_strdup ("True");
  if (g_ascii_strcasecmp (token, "$false") == 0)
    return g_strdup ("False");
  if (token[0] != '\'' && token[0] != '"')
    return g_strdup (token);
  g_autofree char *inside = g_strndup (token + 1, strlen (token) - 2);
  g_auto (GStrv) pieces = g_strsplit (inside, token[0] == '\'' ? "''" : "\"\"", -1);
  return g_strjoinv (token[0] == '\'' ? "'" : "\"", pieces);
}

static gboolean
find_property (Parser *parser, const char *name, const SimProperty **property)
{
  *property = sim_type_find (parser->type, name);
  if (parser->filterable == NULL && *property != NULL)
    return TRUE;
  for (const char *const *allowed = parser->filterable; allowed != NULL && *allowed != NULL;
       allowed++)
    if (g_ascii_strcasecmp (*allowed, name) == 0)
      return TRUE;
  g_autoptr (GString) names = g_string_new (NULL);
  for (const char *const *allowed = parser->filterable; allowed != NULL && *allowed != NULL;
       allowed++)
    g_string_append_printf (names, "%s%s", names->len == 0 ? "" : ", ", *allowed);
  const SimProperty *const tables[] = { parser->type->properties, parser->type->tail };
  for (guint i = 0; parser->filterable == NULL && i < G_N_ELEMENTS (tables); i++)
    for (const SimProperty *known = tables[i]; known->name != NULL; known++)
      g_string_append_printf (names, "%s%s", names->len == 0 ? "" : ", ", known->name);
  parser->problem = g_strdup_printf (
    "\"%s\" is not a recognized filterable property. Valid property names are: %s.", name,
    names->str);
  return FALSE;
}

static Node *
parse_term (Parser *parser)
{
  static const char *const NAMES[]
    = { "-eq", "-ne", "-like", "-notlike", "-gt", "-ge", "-lt", "-le" };
  g_autofree char *name = take_token (parser);
  g_autofree char *comparison = name == NULL ? NULL : take_token (parser);
  guint which = 0;
  while (comparison != NULL && which < G_N_ELEMENTS (NAMES)
         && g_ascii_strcasecmp (comparison, NAMES[which]) != 0)
    which++;
  g_autofree char *operand = comparison == NULL ? NULL : take_token (parser);
  if (operand == NULL || which == G_N_ELEMENTS (NAMES) || ++parser->n_terms > MAX_TERMS)
    return fail_syntax (parser);
  g_autoptr (Node) node = new_node (TERM);
  node->comparison = (Comparison)which;
  node->text = read_operand (operand);
  if (!find_property (parser, name, &node->property) || !prepare_operand (parser, node))
    return NULL;
  return g_steal_pointer (&node);
}

static Node *
parse_one (Parser *parser)
{
  if (parser->depth >= MAX_DEPTH)
    return fail_syntax (parser);
  if (skip_token (parser, "-not") || skip_token (parser, "!"))
    {
      parser->depth++;
      Node *inner = parse_one (parser);
      parser->depth--;
      if (inner == NULL)
        return NULL;
      Node *node = new_node (NOT);
      g_ptr_array_add (node->children, inner);
      return node;
    }
  gboolean is_brace = token_is (parser, "{");
  if (!is_brace && !token_is (parser, "("))
    return parse_term (parser);
  next_token (parser);
  parser->depth++;
  g_autoptr (Node) inner = parse_either (parser);
  parser->depth--;
  if (inner == NULL)
    return NULL;
  return skip_token (parser, is_brace ? "}" : ")") ? g_steal_pointer (&inner)
                                                   : fail_syntax (parser);
}

static Node *
parse_chain (Parser *parser, NodeKind kind, const char *word, Node *(*parse_part) (Parser *parser))
{
  g_autoptr (Node) chain = new_node (kind);
  do
    {
      Node *part = parse_part (parser);
      if (part == NULL)
        return NULL;
      g_ptr_array_add (chain->children, part);
  } while (skip_token (parser, word));
  return chain->children->len > 1 ? g_steal_pointer (&chain)
                                  : g_ptr_array_steal_index (chain->children, 0);
}

static Node *
parse_both (Parser *parser)
{
  return parse_chain (parser, AND, "-and", parse_one);
}

static Node *
parse_either (Parser *parser)
{
  return parse_chain (parser, OR, "-or", parse_both);
}

SimFilter *
sim_filter_parse (const char *text, const SimType *type, const char *const *filterable,
                  char **problem)
{
  Parser parser = { .start = text, .at = text, .type = type, .filterable = filterable };
  SimFilter *filter = g_new0 (SimFilter, 1);
  next_token (&parser);
  if (!token_is (&parser, "")) /* an empty filter is none */
    {
      filter->root = parse_either (&parser);
      if (filter->root != NULL && !token_is (&parser, ""))
        fail_syntax (&parser);
    }
  g_free (parser.token);
  if (parser.problem != NULL)
    {
      *problem = parser.problem;
      g_clear_pointer (&filter, sim_filter_free);
    }
  return filter;
}

void
sim_filter_free (SimFilter *filter)
{
  if (filter == NULL)
    return;
  free_node (filter->root);
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
is_like (const Node *node, const char *text)
{
  if (text == NULL)
    text = "";
  if (node->prefix != NULL && (node->prefix_length == 0 || (guchar)text[0] < 0x80))
    if (g_ascii_strncasecmp (text, node->prefix, node->prefix_length) == 0)
      return TRUE;
  if (node->prefix != NULL && g_str_is_ascii (text))
    return FALSE;
  g_autofree char *folded = fold (text);
  return parts_match (node->parts, folded);
}

static gboolean
equals_text (const Node *node, const char *text)
{
  if (g_ascii_strcasecmp (text, node->text) == 0)
    return TRUE;
  if (g_str_is_ascii (text))
    return FALSE;
  g_autofree char *folded = fold (text);
  return strcmp (folded, node->folded) == 0;
}

static int
compare (const Node *node, const SimValue *value)
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
        g_autofree char *folded = fold (sim_value_get_text (value));
        return strcmp (folded, node->folded);
      }
    }
}

/* Of several values one has to match; the negative comparisons want that none does. */
static gboolean
list_matches (const Node *node, const char *const *items)
{
  gboolean is_negative = node->comparison == NOT_EQUAL || node->comparison == NOT_LIKE;
  gboolean is_pattern = node->comparison == LIKE || node->comparison == NOT_LIKE;
  gboolean found = (items == NULL || *items == NULL) && node->text == NULL;
  for (; items != NULL && *items != NULL && !found; items++)
    found = is_pattern ? is_like (node, *items) : node->text != NULL && equals_text (node, *items);
  return found != is_negative;
}

static gboolean
term_matches (const Node *node, gconstpointer object, SimValue *scratch)
{
  if (node->property == NULL)
    sim_value_set_null (scratch);
  else
    sim_property_get (node->property, object, scratch);
  if (scratch->kind == SIM_LIST)
    return list_matches (node, scratch->items);
  if (node->comparison == LIKE || node->comparison == NOT_LIKE)
    return is_like (node, sim_value_get_text (scratch)) == (node->comparison == LIKE);
  gboolean is_null = scratch->kind == SIM_NULL
                     || (node->text == NULL && scratch->kind == SIM_TEXT
                         && sim_value_get_text (scratch)[0] == '\0');
  if (is_null || node->text == NULL) /* what is absent is neither less nor greater than anything */
    return node->comparison == EQUAL       ? is_null && node->text == NULL
           : node->comparison == NOT_EQUAL ? is_null != (node->text == NULL)
                                           : FALSE;
  if (node->comparison == EQUAL || node->comparison == NOT_EQUAL)
    if (scratch->kind == SIM_TEXT || scratch->kind == SIM_ENUM)
      return equals_text (node, sim_value_get_text (scratch)) == (node->comparison == EQUAL);
  int order = compare (node, scratch);
  switch (node->comparison)
    {
    case EQUAL:
      return order == 0;
    case NOT_EQUAL:
      return order != 0;
    case GREATER:
      return order > 0;
    case GREATER_OR_EQUAL:
      return order >= 0;
    case LESS:
      return order < 0;
    default:
      return order <= 0;
    }
}

static gboolean
node_matches (const Node *node, gconstpointer object, SimValue *scratch)
{
  if (node->kind == TERM)
    return term_matches (node, object, scratch);
  if (node->kind == NOT)
    return !node_matches (g_ptr_array_index (node->children, 0), object, scratch);
  for (guint i = 0; i < node->children->len; i++)
    if (node_matches (g_ptr_array_index (node->children, i), object, scratch) == (node->kind == OR))
      return node->kind == OR;
  return node->kind == AND;
}

gboolean
sim_filter_matches (const SimFilter *filter, gconstpointer object, SimValue *scratch)
{
  return filter->root == NULL || node_matches (filter->root, object, scratch);
}
