/* ost-arguments.c: what stands on the command line, checked against the table of verbs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-arguments.h"

#include <glib/gi18n-lib.h>
#include <string.h>

G_DEFINE_QUARK (ost - cli - error - quark, ost_cli_error)

struct _OstArguments {
  const OstCliVerb *verb;
  GHashTable *values;  /* option's name -> value, "" for one that takes none */
  GPtrArray *operands; /* char * */
};

typedef struct {
  OstArguments *self;
  const char *const *words;
  const OstCliOption *globals;
  const OstCliVerb *verbs;
} Parser;

static const OstCliOption *
find_option (const OstCliOption *options, const char *name)
{
  for (; options != NULL && options->name != NULL; options++)
    if (g_str_equal (options->name, name))
      return options;
  return NULL;
}

static const OstCliVerb *
find_verb (const OstCliVerb *verbs, const char *name)
{
  for (; verbs->name != NULL; verbs++)
    if (g_str_equal (verbs->name, name))
      return verbs;
  return NULL;
}

/* An option of some verb that came too early deserves another answer than a slip of the pen. */
static gboolean
is_option_of_any (const OstCliVerb *verbs, const char *name)
{
  for (; verbs->name != NULL; verbs++)
    if (find_option (verbs->options, name) != NULL)
      return TRUE;
  return FALSE;
}

static gboolean
fail_unknown (const Parser *parser, const char *name, GError **error)
{
  const OstCliVerb *verb = parser->self->verb;

  if (verb != NULL)
    g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                 _ ("‘%s’ has no option ‘--%s’; see ‘ostiary %s --help’"), verb->name, name,
                 verb->name);
  else if (is_option_of_any (parser->verbs, name))
    g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                 _ ("option ‘--%s’ belongs to a verb; write it after the verb"), name);
  else
    g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                 _ ("there is no option ‘--%s’; see ‘ostiary --help’"), name);
  return FALSE;
}

static gboolean
check_choice (const OstCliOption *option, const char *value, GError **error)
{
  g_autofree char *allowed = NULL;

  if (option->choices == NULL || g_strv_contains (option->choices, value))
    return TRUE;
  allowed = g_strjoinv (", ", (char **)option->choices);
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘--%s’ cannot be ‘%s’; allowed: %s"),
               option->name, value, allowed);
  return FALSE;
}

static gboolean
take_value (Parser *parser, const OstCliOption *option, const char *value, GError **error)
{
  GHashTable *values = parser->self->values;

  if (value == NULL && *parser->words != NULL && !g_str_has_prefix (*parser->words, "--"))
    value = *parser->words++;
  if (value == NULL || *value == '\0')
    {
      g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘--%s’ needs a value: --%s %s"),
                   option->name, option->name, option->value);
      return FALSE;
    }
  if (g_hash_table_contains (values, option->name))
    {
      g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘--%s’ is there twice; give it once"),
                   option->name);
      return FALSE;
    }
  g_hash_table_insert (values, (gpointer)option->name, g_strdup (value));
  return check_choice (option, value, error);
}

static gboolean
take_option (Parser *parser, const char *word, GError **error)
{
  const char *equals = strchr (word, '=');
  g_autofree char *name
    = equals != NULL ? g_strndup (word, (gsize)(equals - word)) : g_strdup (word);
  const OstCliVerb *verb = parser->self->verb;
  const OstCliOption *option = find_option (parser->globals, name);

  if (option == NULL && verb != NULL)
    option = find_option (verb->options, name);
  if (option == NULL)
    return fail_unknown (parser, name, error);
  if (option->value != NULL)
    return take_value (parser, option, equals != NULL ? equals + 1 : NULL, error);
  if (equals != NULL)
    {
      g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘--%s’ takes no value"), name);
      return FALSE;
    }
  g_hash_table_insert (parser->self->values, (gpointer)option->name, g_strdup (""));
  return TRUE;
}

static gboolean
take_word (Parser *parser, const char *word, GError **error)
{
  OstArguments *self = parser->self;

  /* A script's variable that was not set must not mean all of them. */
  if (*word == '\0')
    {
      g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("a word is empty"));
      return FALSE;
    }
  if (self->verb != NULL)
    {
      g_ptr_array_add (self->operands, g_strdup (word));
      return TRUE;
    }
  self->verb = find_verb (parser->verbs, word);
  if (self->verb != NULL)
    return TRUE;
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
               _ ("there is no verb ‘%s’; see ‘ostiary --help’"), word);
  return FALSE;
}

static gboolean
check_operands (const OstArguments *self, GError **error)
{
  const OstCliVerb *verb = self->verb;

  if (verb == NULL || g_hash_table_contains (self->values, "help"))
    return TRUE;
  if (self->operands->len < verb->min_operands)
    {
      g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                   _ ("something is missing after ‘%s’: ostiary %s %s"), verb->name, verb->name,
                   verb->arguments);
      return FALSE;
    }
  if (self->operands->len > verb->max_operands)
    {
      g_set_error (
        error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘%s’ is one word too many: ostiary %s %s"),
        (const char *)self->operands->pdata[verb->max_operands], verb->name, verb->arguments);
      return FALSE;
    }
  return TRUE;
}

static gboolean
parse_words (Parser *parser, GError **error)
{
  gboolean are_all_operands = FALSE;

  while (*parser->words != NULL)
    {
      const char *word = *parser->words++;
      gboolean is_taken;

      if (!g_utf8_validate (word, -1, NULL))
        {
          g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, _ ("‘%s’ is no UTF-8 text"), word);
          return FALSE;
        }
      if (are_all_operands || *word != '-' || g_str_equal (word, "-"))
        is_taken = take_word (parser, word, error);
      else if (g_str_equal (word, "--"))
        is_taken = are_all_operands = TRUE;
      else if (g_str_equal (word, "-h"))
        is_taken = take_option (parser, "help", error);
      else if (word[1] == '-')
        is_taken = take_option (parser, word + 2, error);
      else
        is_taken = fail_unknown (parser, word + 1, error);
      if (!is_taken)
        return FALSE;
    }
  return check_operands (parser->self, error);
}

OstArguments *
ost_arguments_parse (const char *const *words, const OstCliOption *globals, const OstCliVerb *verbs,
                     GError **error)
{
  g_autoptr (OstArguments) self = g_new0 (OstArguments, 1);
  Parser parser = { .self = self, .words = words, .globals = globals, .verbs = verbs };

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  self->operands = g_ptr_array_new_with_free_func (g_free);
  if (!parse_words (&parser, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ost_arguments_free (OstArguments *self)
{
  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->operands);
  g_free (self);
}

const OstCliVerb *
ost_arguments_get_verb (const OstArguments *self)
{
  return self->verb;
}

const char *
ost_arguments_get_value (const OstArguments *self, const char *option)
{
  return g_hash_table_lookup (self->values, option);
}

gboolean
ost_arguments_has (const OstArguments *self, const char *option)
{
  return g_hash_table_contains (self->values, option);
}

gboolean
ost_arguments_get_number (const OstArguments *self, const char *option, guint64 maximum,
                          guint64 *number, GError **error)
{
  const char *value = ost_arguments_get_value (self, option);
  g_autofree char *limit = NULL;

  if (value == NULL)
    return TRUE;
  if (g_ascii_string_to_unsigned (value, 10, 0, maximum, number, NULL))
    return TRUE;
  limit = g_strdup_printf ("%" G_GUINT64_FORMAT, maximum);
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
               _ ("‘--%s’ cannot be ‘%s’; it is a whole number from 0 to %s"), option, value,
               limit);
  return FALSE;
}

const char *
ost_arguments_get_operand (const OstArguments *self, guint index)
{
  return index < self->operands->len ? self->operands->pdata[index] : NULL;
}
