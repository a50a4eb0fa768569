/* ost-cli-ask.h: asks a person for what a connection needs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/config/ost-setup.h"
#include "ost-cli.h"

G_BEGIN_DECLS

/**
 * ost_cli_ask_name:
 * @cli: a run
 * @error: return location for an error
 *
 * Returns: (transfer full): a connection's name, or %NULL
 */
char *ost_cli_ask_name (OstCli *cli, GError **error);

/**
 * ost_cli_ask_settings:
 * @cli: a run
 * @setup: a connection; what it has is proposed
 * @secrets: (element-type utf8 OstSecret): takes what is typed in without echo
 * @error: return location for an error
 *
 * Asks for what the tables of the chosen plugins require, for their accounts, and for how the
 * server is known.
 *
 * Returns: whether all was answered
 */
gboolean ost_cli_ask_settings (OstCli *cli, OstSetup *setup, GHashTable *secrets, GError **error);

G_END_DECLS
