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
 * EventDraft:
 *
 * An event of which everything is known but its place in the chain.
 */
typedef struct _EventDraft EventDraft;

/**
 * event_draft_new:
 * @self: the store
 * @event: what happened
 *
 * Does what takes time, before a transaction is open: computes the commitments.
 *
 * Returns: (transfer full): the draft
 */
EventDraft *event_draft_new (OstStoreSqlite *self, const OstEvent *event);
void event_draft_free (EventDraft *self);

/**
 * events_append_draft:
 * @database: the writer's connection, in the transaction of the change that the event tells
 * @draft: an event
 * @seq: (out) (optional): its number
 * @error: return location
 *
 * Returns: whether it is in the chain
 */
gboolean events_append_draft (Database *database, const EventDraft *draft, gint64 *seq,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EventDraft, event_draft_free)

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
