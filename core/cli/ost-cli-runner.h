/* ost-cli-runner.h: runs tasks in the service, or on an engine in this process */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-engine.h"
#include "ost-cli.h"

G_BEGIN_DECLS

/**
 * OstCliRunner:
 *
 * Runs tasks in the service, or on an engine in this process. Shows how far they are.
 */
typedef struct _OstCliRunner OstCliRunner;

/**
 * OstCliPlace:
 * @OST_CLI_IN_SERVICE: in the service; an error where none runs
 * @OST_CLI_HERE: in this process; an error where a service holds the store
 * @OST_CLI_ANYWHERE: in the service where one runs, else here
 */
typedef enum {
  OST_CLI_IN_SERVICE,
  OST_CLI_HERE,
  OST_CLI_ANYWHERE,
} OstCliPlace;

/**
 * ost_cli_runner_new:
 * @cli: a run whose configuration is loaded
 * @place: where tasks shall run
 * @error: return location for an error
 *
 * Catches signals, too: whatever has begun is ended in order.
 *
 * Returns: (transfer full): the runner
 */
OstCliRunner *ost_cli_runner_new (OstCli *cli, OstCliPlace place, GError **error);

/**
 * ost_cli_runner_new_on:
 * @cli: a run
 * @config: a configuration
 * @store: an open store
 * @error: return location for an error
 *
 * Runs tasks in this process, on a configuration and a store that are not those of the run.
 *
 * Returns: (transfer full): the runner
 */
OstCliRunner *ost_cli_runner_new_on (OstCli *cli, OstConfig *config, OstStore *store,
                                     GError **error);

/**
 * ost_cli_runner_run:
 * @self: a runner
 * @task: what to do
 * @error: return location for an error
 *
 * Returns: (transfer full): how it went, or %NULL
 */
OstReport *ost_cli_runner_run (OstCliRunner *self, const OstTask *task, GError **error);

/**
 * ost_cli_runner_free:
 * @self: a runner
 *
 * Waits until the engine of this process is still.
 */
void ost_cli_runner_free (OstCliRunner *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstCliRunner, ost_cli_runner_free)

G_END_DECLS
