/* ost-cli-verbs.h: the table of verbs, and what stands behind each */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-arguments.h"

G_BEGIN_DECLS

/**
 * ost_cli_get_verbs:
 *
 * Returns: (transfer none): the verbs, ended by a row without name
 */
const OstCliVerb *ost_cli_get_verbs (void);

/**
 * ost_cli_get_globals:
 *
 * Returns: (transfer none): the options that stand before or after a verb
 */
const OstCliOption *ost_cli_get_globals (void);

/**
 * ost_cli_show_help:
 * @cli: the run
 *
 * Shows what the program or the verb takes.
 */
void ost_cli_show_help (OstCli *cli);

OstExit ost_cli_run_check (OstCli *cli, GError **error);
OstExit ost_cli_run_sync (OstCli *cli, GError **error);
OstExit ost_cli_run_devices (OstCli *cli, GError **error);
OstExit ost_cli_run_status (OstCli *cli, GError **error);
OstExit ost_cli_run_plugins (OstCli *cli, GError **error);
OstExit ost_cli_run_events (OstCli *cli, GError **error);
OstExit ost_cli_run_config (OstCli *cli, GError **error);
OstExit ost_cli_run_setup (OstCli *cli, GError **error);
OstExit ost_cli_run_disconnect (OstCli *cli, GError **error);
OstExit ost_cli_run_demo (OstCli *cli, GError **error);

G_END_DECLS
