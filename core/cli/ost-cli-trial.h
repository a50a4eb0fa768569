/* ost-cli-trial.h: checks a connection that is not part of the configuration yet */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/config/ost-setup.h"
#include "ost-cli.h"

G_BEGIN_DECLS

/**
 * OstTrial:
 * @report: the steps of the check
 * @organisation: (nullable): the Exchange organisation that answered
 *
 * What came out.
 */
typedef struct {
  OstReport *report;
  char *organisation;
} OstTrial;

/**
 * ost_trial_run:
 * @cli: a run
 * @setup: the connection as it would be
 * @secrets: (element-type utf8 OstSecret): what was typed in, by key; never stored by this
 * @trial: (out caller-allocates): what came out
 * @error: return location for an error
 *
 * Connects with an engine of its own, on a store that lives in a temporary folder: neither the
 * configuration nor the service notice.
 *
 * Returns: %FALSE with %OST_EXIT_USAGE where it is no configuration, or why it could not be tried
 */
gboolean ost_trial_run (OstCli *cli, OstSetup *setup, GHashTable *secrets, OstTrial *trial,
                        GError **error);

/**
 * ost_trial_clear:
 * @self: what came out
 *
 * Frees what is in it.
 */
void ost_trial_clear (OstTrial *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OstTrial, ost_trial_clear)

G_END_DECLS
