/* events.h: the audit trail, for the parts of the store that append to it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "store.h"

G_BEGIN_DECLS

/**
 * EVENTS_MAX_OF_A_RUN:
 *
 * Up to so many changes, each has its event; of more, one event tells the numbers.
 */
#define EVENTS_MAX_OF_A_RUN 1000

/**
 * events_append:
 * @self: the store
 * @database: the writer's connection, in the transaction of the change that the event tells
 * @event: what happened
 * @seq: (out) (optional): its number
 * @error: return location
 *
 * Returns: whether it is in the chain
 */
gboolean events_append (OstStoreSqlite *self, Database *database, const OstEvent *event,
                        gint64 *seq, GError **error);

G_END_DECLS
