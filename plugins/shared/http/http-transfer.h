/* http-transfer.h: one request under way in curl */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http-pool.h"

G_BEGIN_DECLS

/**
 * ost_http_transfer_start:
 * @pool: where it runs
 * @transfer: what to send, and where the reply goes
 * @uri: its parsed address
 * @connect_timeout_ms: how long name, TCP and TLS may take together
 * @cancellable: (nullable): ends it
 * @task: returns %TRUE after a complete reply, else the error
 */
void ost_http_transfer_start (OstHttpPool *pool, OstTransfer *transfer, CURLU *uri,
                              guint connect_timeout_ms, GCancellable *cancellable, GTask *task);

/* For the pool: curl is done with it, or it has to end with an error (transfer full). */
void ost_http_transfer_done (OstHttpTransfer *self, CURLcode code);
void ost_http_transfer_end (OstHttpTransfer *self, GError *error);

G_END_DECLS
