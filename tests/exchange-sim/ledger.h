/* ledger.h: counts what comes in, and what comes twice */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soap.h"

G_BEGIN_DECLS

/**
 * SimLedger:
 *
 * A client that never sends anything twice leaves its count of repeats at 0.
 */
typedef struct _SimLedger SimLedger;

SimLedger *sim_ledger_new (void);
void sim_ledger_free (SimLedger *ledger);
void sim_ledger_clear (SimLedger *ledger);
void sim_ledger_add_request (SimLedger *ledger, const SimRequest *request);
void sim_ledger_add_unauthenticated (SimLedger *ledger);
void sim_ledger_add_bytes (SimLedger *ledger, gsize received, gsize sent);
/* The counts as members of a JSON object, without braces. */
void sim_ledger_append_json (const SimLedger *ledger, GString *out);

G_END_DECLS
