/* filter-parse.c: reads OPATH filters */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter-private.h"

#include <stdio.h>
#include <string.h>

/* Exchange's own limits are not known; these are far above any sensible filter. */
#define MAX_DEPTH 64
#define MAX_TERMS 2000

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

static SimNode *parse_either (Parser *parser);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimNode, sim_node_free)

static SimNode *
new_node (SimNodeKind kind)
{
  SimNode *node = g_new0 (SimNode, 1);
  node->kind = kind;
  if (kind != SIM_FILTER_TERM)
    node->children = g_ptr_array_new_with_free_func (sim_node_free);
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

static SimNode *
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

static void
prepare_pattern (SimNode *node)
{
  const char *text = node->text == NULL ? "" : node->text;
  const char *asterisk = strchr (text, '*');
  g_autofree char *folded = sim_fold (text);
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
prepare_operand (Parser *parser, SimNode *node)
{
  const SimProperty *property = node->property;
  if (node->comparison == SIM_FILTER_LIKE || node->comparison == SIM_FILTER_NOT_LIKE)
    {
      prepare_pattern (node);
      return TRUE;
    }
  if (node->text == NULL || property == NULL)
    return TRUE;
  node->folded = sim_fold (node->text);
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

static SimNode *
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
  g_autoptr (SimNode) node = new_node (SIM_FILTER_TERM);
  node->comparison = (SimComparison)which;
  node->text = read_operand (operand);
  if (!find_property (parser, name, &node->property) || !prepare_operand (parser, node))
    return NULL;
  return g_steal_pointer (&node);
}

static SimNode *
parse_one (Parser *parser)
{
  if (parser->depth >= MAX_DEPTH)
    return fail_syntax (parser);
  if (skip_token (parser, "-not") || skip_token (parser, "!"))
    {
      parser->depth++;
      SimNode *inner = parse_one (parser);
      parser->depth--;
      if (inner == NULL)
        return NULL;
      SimNode *node = new_node (SIM_FILTER_NOT);
      g_ptr_array_add (node->children, inner);
      return node;
    }
  gboolean is_brace = token_is (parser, "{");
  if (!is_brace && !token_is (parser, "("))
    return parse_term (parser);
  next_token (parser);
  parser->depth++;
  g_autoptr (SimNode) inner = parse_either (parser);
  parser->depth--;
  if (inner == NULL)
    return NULL;
  return skip_token (parser, is_brace ? "}" : ")") ? g_steal_pointer (&inner)
                                                   : fail_syntax (parser);
}

static SimNode *
parse_chain (Parser *parser, SimNodeKind kind, const char *word,
             SimNode *(*parse_part) (Parser *parser))
{
  g_autoptr (SimNode) chain = new_node (kind);
  do
    {
      SimNode *part = parse_part (parser);
      if (part == NULL)
        return NULL;
      g_ptr_array_add (chain->children, part);
  } while (skip_token (parser, word));
  return chain->children->len > 1 ? g_steal_pointer (&chain)
                                  : g_ptr_array_steal_index (chain->children, 0);
}

static SimNode *
parse_both (Parser *parser)
{
  return parse_chain (parser, SIM_FILTER_AND, "-and", parse_one);
}

static SimNode *
parse_either (Parser *parser)
{
  return parse_chain (parser, SIM_FILTER_OR, "-or", parse_both);
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
