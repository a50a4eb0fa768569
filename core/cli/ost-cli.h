/* ost-cli.h: what every verb of the command line stands on */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/api/ost-render.h"
#include "core/base/ost-clock.h"
#include "ost-arguments.h"
#include "ost-terminal.h"

G_BEGIN_DECLS

/**
 * OstCli:
 * @arguments: (nullable): the command line; %NULL where it was not understood
 * @is_json: whether standard output takes one JSON document and nothing else
 * @has_document: whether that document has been begun
 * @out: standard output
 * @err: standard error
 * @cancellable: cancelled by SIGINT and SIGTERM once ost_cli_catch_signals() was called
 * @registry: (nullable): the plugins, once they are loaded
 * @config: (nullable): the configuration, once it is loaded
 * @store: (nullable): the store, once it is open
 *
 * One run of the program.
 */
struct _OstCli {
  OstArguments *arguments;
  gboolean is_json;
  gboolean has_document;
  OstTerminal *out;
  OstTerminal *err;
  GCancellable *cancellable;
  guint signal_sources[2];
  OstRegistry *registry;
  OstConfig *config;
  OstStore *store;
};

/**
 * ost_cli_main:
 * @words: (array zero-terminated=1): the command line without the program's name
 * @out: what is standard output to it
 * @err: what is standard error to it
 *
 * Returns: the exit status
 */
OstExit ost_cli_main (const char *const *words, FILE *out, FILE *err);

/**
 * ost_cli_say:
 * @self: the run
 * @format: a printf format
 * @...: its arguments
 *
 * A line for people that is the verb's result: on standard output, or on standard error where
 * that belongs to a JSON document.
 */
void ost_cli_say (OstCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * ost_cli_tell:
 * @self: the run
 * @format: a printf format
 * @...: its arguments
 *
 * A line for people beside the result: on standard error.
 */
void ost_cli_tell (OstCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * ost_cli_get_talk:
 * @self: the run
 *
 * Returns: where ost_cli_say() goes
 */
OstTerminal *ost_cli_get_talk (OstCli *self);

/**
 * ost_cli_print_document:
 * @self: the run
 * @node: (transfer full): the verb's result
 *
 * Prints the JSON document where one is wanted.
 */
void ost_cli_print_document (OstCli *self, JsonNode *node);

/**
 * ost_cli_report_error:
 * @self: the run
 * @error: what went wrong
 *
 * Says so on standard error, with what can be done about it.
 */
void ost_cli_report_error (OstCli *self, const GError *error);

/**
 * ost_cli_catch_signals:
 * @self: the run
 *
 * From now on the first SIGINT or SIGTERM cancels, and the second one ends the program at once.
 * The main context has to be iterated.
 */
void ost_cli_catch_signals (OstCli *self);

/**
 * ost_cli_release_signals:
 * @self: the run
 *
 * From now on signals end the program at once.
 */
void ost_cli_release_signals (OstCli *self);

/**
 * ost_cli_load_registry:
 * @self: the run
 *
 * Loads the plugins.
 *
 * Returns: (transfer none): the registry
 */
OstRegistry *ost_cli_load_registry (OstCli *self);

/**
 * ost_cli_get_config_file:
 * @self: the run
 *
 * Returns: (transfer none): the main configuration file
 */
const char *ost_cli_get_config_file (OstCli *self);

/**
 * ost_cli_load_config:
 * @self: the run
 * @error: return location for an error
 *
 * Returns: whether the configuration could be loaded; else %OST_EXIT_USAGE
 */
gboolean ost_cli_load_config (OstCli *self, GError **error);

/**
 * ost_cli_take_config_error:
 * @failure: what the configuration said
 * @error: return location for an error
 *
 * Makes it an error with %OST_EXIT_USAGE.
 */
void ost_cli_take_config_error (const GError *failure, GError **error);

/**
 * ost_cli_check_connection:
 * @self: a run whose configuration is loaded
 * @name: (nullable): what should be a connection's name
 * @error: return location for an error
 *
 * Returns: whether it is %NULL or one; else %OST_EXIT_USAGE
 */
gboolean ost_cli_check_connection (OstCli *self, const char *name, GError **error);

/**
 * ost_cli_open_store:
 * @self: a run whose configuration is loaded
 * @error: return location for an error
 *
 * Opens the configured store for reading and writing.
 *
 * Returns: whether it is open
 */
gboolean ost_cli_open_store (OstCli *self, GError **error);

/**
 * ost_cli_open_store_for_reading:
 * @self: a run whose configuration is loaded
 * @error: return location for an error
 *
 * As ost_cli_open_store(), without changing anything. A store that is not there yet is no error:
 * then there is just nothing in it, and the run's store stays %NULL.
 *
 * Returns: whether it can be read
 */
gboolean ost_cli_open_store_for_reading (OstCli *self, GError **error);

/**
 * ost_cli_close_store:
 * @self: the run
 *
 * Closes the store, where one is open.
 */
void ost_cli_close_store (OstCli *self);

G_END_DECLS
