/* ost-arguments.h: what stands on the command line, checked against the table of verbs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OST_CLI_ERROR:
 *
 * Errors whose code is the exit status that the program ends with, an #OstExit.
 */
#define OST_CLI_ERROR (ost_cli_error_quark ())
GQuark ost_cli_error_quark (void);

/**
 * OstExit:
 * @OST_EXIT_DONE: all is done
 * @OST_EXIT_FAILED: the operation failed
 * @OST_EXIT_USAGE: the command line or the configuration is wrong
 * @OST_EXIT_PARTLY: some items failed, and each is listed
 * @OST_EXIT_REFUSED: a safety guard refused it
 */
typedef enum {
  OST_EXIT_DONE = 0,
  OST_EXIT_FAILED = 1,
  OST_EXIT_USAGE = 2,
  OST_EXIT_PARTLY = 3,
  OST_EXIT_REFUSED = 4,
} OstExit;

/**
 * OstCliOption:
 * @name: the name without its two hyphens; the last row of a table has none
 * @value: (nullable): what help calls its value, %NULL where it takes none
 * @choices: (nullable) (array zero-terminated=1): the values that are allowed
 * @summary: one line for help, untranslated
 */
typedef struct {
  const char *name;
  const char *value;
  const char *const *choices;
  const char *summary;
} OstCliOption;

typedef struct _OstCli OstCli;

/**
 * OstCliVerb:
 * @name: the verb; the last row of a table has none
 * @arguments: what help shows after the verb
 * @min_operands: how many words besides options it needs
 * @max_operands: and takes
 * @options: (nullable): its own options
 * @summary: one line for help, untranslated
 * @run: does it; an error that it gives is reported by its caller
 *
 * One row of the table that parsing and help are made from.
 */
typedef struct {
  const char *name;
  const char *arguments;
  guint min_operands;
  guint max_operands;
  const OstCliOption *options;
  const char *summary;
  OstExit (*run) (OstCli *cli, GError **error);
} OstCliVerb;

/**
 * OstArguments:
 *
 * A command line that was understood.
 */
typedef struct _OstArguments OstArguments;

/**
 * ost_arguments_parse:
 * @words: (array zero-terminated=1): the command line without the program's name
 * @globals: the options that stand before or after the verb
 * @verbs: the verbs
 * @error: return location for an error
 *
 * Returns: (transfer full): the arguments, or %NULL with %OST_EXIT_USAGE
 */
OstArguments *ost_arguments_parse (const char *const *words, const OstCliOption *globals,
                                   const OstCliVerb *verbs, GError **error);
void ost_arguments_free (OstArguments *self);

/**
 * ost_arguments_get_verb:
 * @self: arguments
 *
 * Returns: (transfer none) (nullable): the verb; %NULL only together with a global option that
 *   needs none
 */
const OstCliVerb *ost_arguments_get_verb (const OstArguments *self);

/**
 * ost_arguments_get_value:
 * @self: arguments
 * @option: an option that takes a value
 *
 * Returns: (transfer none) (nullable): its value, %NULL where it was not given
 */
const char *ost_arguments_get_value (const OstArguments *self, const char *option);

/**
 * ost_arguments_has:
 * @self: arguments
 * @option: an option
 *
 * Returns: whether it was given
 */
gboolean ost_arguments_has (const OstArguments *self, const char *option);

/**
 * ost_arguments_get_number:
 * @self: arguments
 * @option: an option that takes a whole number
 * @maximum: the largest that is allowed
 * @number: (inout): the number; untouched where the option was not given
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_EXIT_USAGE where it is no such number
 */
gboolean ost_arguments_get_number (const OstArguments *self, const char *option, guint64 maximum,
                                   guint64 *number, GError **error);

/**
 * ost_arguments_get_operand:
 * @self: arguments
 * @index: which
 *
 * Returns: (transfer none) (nullable): the word, %NULL where there are not so many
 */
const char *ost_arguments_get_operand (const OstArguments *self, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstArguments, ost_arguments_free)

G_END_DECLS
