/* test-cli-arguments.c: command lines, right and wrong */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/cli/ost-arguments.h"
#include "core/cli/ost-cli-verbs.h"

#include <string.h>

static OstArguments *
parse (const char *line, GError **error)
{
  g_auto (GStrv) words = *line != '\0' ? g_strsplit (line, " ", -1) : g_new0 (char *, 1);

  return ost_arguments_parse ((const char *const *)words, ost_cli_get_globals (),
                              ost_cli_get_verbs (), error);
}

static OstArguments *
parse_well (const char *line)
{
  g_autoptr (GError) error = NULL;
  OstArguments *arguments = parse (line, &error);

  g_assert_no_error (error);
  return arguments;
}

static void
assert_refused (const char *line, const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstArguments) arguments = parse (line, &error);

  g_assert_null (arguments);
  g_assert_error (error, OST_CLI_ERROR, OST_EXIT_USAGE);
  if (strstr (error->message, reason) == NULL)
    g_error ("‘%s’ does not say ‘%s’", error->message, reason);
}

static void
test_verb (void)
{
  g_autoptr (OstArguments) arguments = parse_well ("sync contoso --full");

  g_assert_cmpstr (ost_arguments_get_verb (arguments)->name, ==, "sync");
  g_assert_cmpstr (ost_arguments_get_operand (arguments, 0), ==, "contoso");
  g_assert_null (ost_arguments_get_operand (arguments, 1));
  g_assert_true (ost_arguments_has (arguments, "full"));
  g_assert_false (ost_arguments_has (arguments, "quick"));
  g_assert_false (ost_arguments_has (arguments, "json"));
}

static void
test_globals_anywhere (void)
{
  static const char *const lines[] = {
    "--config f.conf --json sync contoso",
    "sync --config f.conf --json contoso",
    "sync contoso --json --config=f.conf",
    "--json sync contoso --config f.conf",
    NULL,
  };

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (OstArguments) arguments = parse_well (lines[i]);

      g_assert_cmpstr (ost_arguments_get_value (arguments, "config"), ==, "f.conf");
      g_assert_true (ost_arguments_has (arguments, "json"));
      g_assert_cmpstr (ost_arguments_get_operand (arguments, 0), ==, "contoso");
    }
}

static void
test_values (void)
{
  g_autoptr (OstArguments) arguments = parse_well ("devices --user=a=b --format csv --state -x");
  g_autoptr (GError) error = NULL;
  g_autoptr (OstArguments) events = parse_well ("events --from 12");
  guint64 number = 7;

  g_assert_cmpstr (ost_arguments_get_value (arguments, "user"), ==, "a=b");
  g_assert_cmpstr (ost_arguments_get_value (arguments, "format"), ==, "csv");
  g_assert_cmpstr (ost_arguments_get_value (arguments, "state"), ==, "-x");
  g_assert_null (ost_arguments_get_value (arguments, "connection"));
  g_assert_true (ost_arguments_get_number (events, "limit", 99, &number, &error));
  g_assert_cmpuint (number, ==, 7);
  g_assert_true (ost_arguments_get_number (events, "from", 99, &number, &error));
  g_assert_cmpuint (number, ==, 12);
  g_assert_false (ost_arguments_get_number (events, "from", 11, &number, &error));
  g_assert_error (error, OST_CLI_ERROR, OST_EXIT_USAGE);
}

static void
test_operands (void)
{
  g_autoptr (OstArguments) arguments = parse_well ("check -- --json");
  g_autoptr (OstArguments) none = parse_well ("check");

  g_assert_cmpstr (ost_arguments_get_operand (arguments, 0), ==, "--json");
  g_assert_false (ost_arguments_has (arguments, "json"));
  g_assert_null (ost_arguments_get_operand (none, 0));
}

static void
test_help (void)
{
  static const char *const lines[]
    = { "sync --help", "--help sync", "sync -h", "-h sync a b", NULL };

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (OstArguments) arguments = parse_well (lines[i]);

      g_assert_true (ost_arguments_has (arguments, "help"));
      g_assert_cmpstr (ost_arguments_get_verb (arguments)->name, ==, "sync");
    }
}

static void
test_no_verb (void)
{
  g_autoptr (OstArguments) arguments = parse_well ("");
  g_autoptr (OstArguments) version = parse_well ("--version");

  g_assert_null (ost_arguments_get_verb (arguments));
  g_assert_true (ost_arguments_has (version, "version"));
}

static void
test_refused (void)
{
  assert_refused ("nonsense", "‘nonsense’");
  assert_refused ("sync", "missing");
  assert_refused ("sync a b", "‘b’");
  assert_refused ("devices contoso", "‘contoso’");
  assert_refused ("devices --nonsense", "--nonsense");
  assert_refused ("devices --nonsense=1", "--nonsense");
  assert_refused ("devices -u", "u");
  assert_refused ("--nonsense devices", "--nonsense");
  assert_refused ("--user x devices", "after the verb");
  assert_refused ("devices --user", "--user TEXT");
  assert_refused ("devices --user=", "--user TEXT");
  assert_refused ("devices --user --json", "--user TEXT");
  assert_refused ("devices --user a --user b", "twice");
  assert_refused ("--config a check --config b", "twice");
  assert_refused ("devices --format xml", "table, json, csv");
  assert_refused ("devices --json=yes", "no value");
  assert_refused ("check \xff", "UTF-8");
  assert_refused ("check ", "empty");
}

static void
assert_options (const OstCliOption *options)
{
  for (; options != NULL && options->name != NULL; options++)
    {
      g_assert_nonnull (options->summary);
      g_assert_false (g_str_has_prefix (options->name, "-"));
      if (options->choices != NULL)
        g_assert_nonnull (options->value);
    }
}

static void
test_table (void)
{
  assert_options (ost_cli_get_globals ());
  for (const OstCliVerb *verb = ost_cli_get_verbs (); verb->name != NULL; verb++)
    {
      g_assert_nonnull (verb->arguments);
      g_assert_nonnull (verb->summary);
      g_assert_nonnull (verb->run);
      g_assert_cmpuint (verb->min_operands, <=, verb->max_operands);
      assert_options (verb->options);
      for (const OstCliOption *option = verb->options; option != NULL && option->name != NULL;
           option++)
        for (const OstCliOption *global = ost_cli_get_globals (); global->name != NULL; global++)
          g_assert_cmpstr (option->name, !=, global->name);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/arguments/verb", test_verb);
  g_test_add_func ("/cli/arguments/globals-anywhere", test_globals_anywhere);
  g_test_add_func ("/cli/arguments/values", test_values);
  g_test_add_func ("/cli/arguments/operands", test_operands);
  g_test_add_func ("/cli/arguments/help", test_help);
  g_test_add_func ("/cli/arguments/no-verb", test_no_verb);
  g_test_add_func ("/cli/arguments/refused", test_refused);
  g_test_add_func ("/cli/arguments/table", test_table);
  return g_test_run ();
}
