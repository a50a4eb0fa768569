/* ost-cli-help.c: help, made from the table of verbs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-text.h"

#define INDENT "  "

static guint
measure (const char *first, const char *second)
{
  return ost_text_measure (first) + (*second != '\0' ? 1 + ost_text_measure (second) : 0);
}

static void
print_row (OstTerminal *out, const char *first, const char *second, guint width,
           const char *summary)
{
  guint used = measure (first, second);
  g_autofree char *gap = g_strnfill (width > used ? width - used : 0, ' ');

  ost_terminal_print_line (out, INDENT "%s%s%s%s  %s", first, *second != '\0' ? " " : "", second,
                           gap, summary);
}

static void
print_options (OstTerminal *out, const char *title, const OstCliOption *options)
{
  guint width = 0;

  if (options == NULL || options->name == NULL)
    return;
  ost_terminal_print_line (out, "%s", "");
  ost_terminal_print (out, OST_STYLE_TITLE, title);
  ost_terminal_print_line (out, "%s", "");
  for (const OstCliOption *option = options; option->name != NULL; option++)
    width = MAX (width, 2 + measure (option->name, option->value != NULL ? option->value : ""));
  for (const OstCliOption *option = options; option->name != NULL; option++)
    {
      g_autofree char *name = g_strconcat ("--", option->name, NULL);

      print_row (out, name, option->value != NULL ? option->value : "", width, _ (option->summary));
    }
}

static void
show_verb (OstTerminal *out, const OstCliVerb *verb)
{
  ost_terminal_print_line (out, _ ("Usage: ostiary %s %s"), verb->name, verb->arguments);
  ost_terminal_print_line (out, "\n%s", _ (verb->summary));
  print_options (out, _ ("Options:"), verb->options);
  print_options (out, _ ("Everywhere:"), ost_cli_get_globals ());
}

static void
show_program (OstTerminal *out)
{
  guint width = 0;

  ost_terminal_print_line (out, _ ("Usage: ostiary [--config FILE] [--json] VERB …"));
  ost_terminal_print_line (out, "\n%s\n",
                           _ ("The doorkeeper for Exchange mailboxes: which phones there are."));
  ost_terminal_print (out, OST_STYLE_TITLE, _ ("Verbs:"));
  ost_terminal_print_line (out, "%s", "");
  for (const OstCliVerb *verb = ost_cli_get_verbs (); verb->name != NULL; verb++)
    width = MAX (width, ost_text_measure (verb->name));
  for (const OstCliVerb *verb = ost_cli_get_verbs (); verb->name != NULL; verb++)
    print_row (out, verb->name, "", width, _ (verb->summary));
  print_options (out, _ ("Everywhere, before or after the verb:"), ost_cli_get_globals ());
  ost_terminal_print_line (
    out, "\n%s",
    _ ("‘ostiary VERB --help’ shows what a verb takes; ‘man ostiary’ tells the rest."));
  ost_terminal_print_line (
    out, "%s",
    _ ("Exit status: 0 done, 1 failed, 2 wrong usage or configuration, 3 done in part, 4 refused "
       "by a safety guard."));
}

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static void
add_options (JsonBuilder *builder, const OstCliOption *options)
{
  json_builder_set_member_name (builder, "options");
  json_builder_begin_array (builder);
  for (; options != NULL && options->name != NULL; options++)
    {
      json_builder_begin_object (builder);
      add_text (builder, "name", options->name);
      add_text (builder, "value", options->value);
      json_builder_set_member_name (builder, "choices");
      json_builder_begin_array (builder);
      for (gsize i = 0; options->choices != NULL && options->choices[i] != NULL; i++)
        json_builder_add_string_value (builder, options->choices[i]);
      json_builder_end_array (builder);
      add_text (builder, "summary", _ (options->summary));
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static JsonNode *
render_help (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_options (builder, ost_cli_get_globals ());
  json_builder_set_member_name (builder, "verbs");
  json_builder_begin_array (builder);
  for (const OstCliVerb *verb = ost_cli_get_verbs (); verb->name != NULL; verb++)
    {
      json_builder_begin_object (builder);
      add_text (builder, "name", verb->name);
      add_text (builder, "arguments", verb->arguments);
      add_text (builder, "summary", _ (verb->summary));
      add_options (builder, verb->options);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

void
ost_cli_show_help (OstCli *cli)
{
  const OstCliVerb *verb = ost_arguments_get_verb (cli->arguments);

  if (cli->is_json)
    ost_cli_print_document (cli, render_help ());
  else if (verb != NULL)
    show_verb (cli->out, verb);
  else
    show_program (cli->out);
}
