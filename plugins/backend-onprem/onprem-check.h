/* onprem-check.h: what the account may do, and whether it is enough */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "onprem-session.h"

G_BEGIN_DECLS

/**
 * ost_onprem_check:
 * @session: a session
 * @call: the call
 * @n_emitted: (out): how many grants it got
 * @error: return location for an error
 *
 * Emits a grant for every cmdlet and parameter of the table, and reports a step for every cmdlet and
 * for what the server can filter by. Finds out anew whatever is remembered of the server.
 *
 * Returns: %FALSE with an error of the session; something that is not granted is no error
 *
 * Since: 1.0
 */
gboolean ost_onprem_check (OstOnpremSession *session, OstCall *call, guint64 *n_emitted,
                           GError **error);

G_END_DECLS
