/* psrp-record.h: reads records and states out of the messages that a server sends */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "psrp-message.h"
#include "runspace.h"

G_BEGIN_DECLS

/* RunspacePoolState (MS-PSRP 2.2.3.4) and PSInvocationState (2.2.3.5), those that we look for. */
#define OST_PSRP_POOL_OPENED 2
#define OST_PSRP_POOL_CLOSED 3
#define OST_PSRP_POOL_CLOSING 4
#define OST_PSRP_POOL_BROKEN 5
#define OST_PSRP_PIPELINE_STOPPED 3
#define OST_PSRP_PIPELINE_COMPLETED 4
#define OST_PSRP_PIPELINE_FAILED 5

/**
 * ost_psrp_record_read:
 * @self: (out caller-allocates): a record
 * @type: the message's type
 * @value: the message's value
 *
 * Reads ERROR_RECORD, WARNING_RECORD, VERBOSE_RECORD, DEBUG_RECORD, INFORMATION_RECORD or
 * PROGRESS_RECORD (MS-PSRP 2.2.2.19 to 2.2.2.26). What is absent, or not of the form that it should
 * have, is left out.
 *
 * Returns: %FALSE if @type is none of these; texts live as long as @value
 *
 * Since: 1.0
 */
gboolean ost_psrp_record_read (OstRecord *self, guint32 type, const OstClixmlValue *value);

/**
 * ost_psrp_state_read:
 * @value: the value of PIPELINE_STATE or RUNSPACEPOOL_STATE
 * @state: (out): the state's number
 * @failure: (out caller-allocates): the error that came with it
 * @has_failure: (out): whether one came with it
 *
 * Reads a state (MS-PSRP 2.2.2.12 and 2.2.2.21).
 *
 * Returns: %FALSE if there is no state in it
 *
 * Since: 1.0
 */
gboolean ost_psrp_state_read (const OstClixmlValue *value, gint64 *state, OstRecord *failure,
                              gboolean *has_failure);

G_END_DECLS
