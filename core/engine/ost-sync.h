/* ost-sync.h: full and quick synchronisation, and the reading of statistics */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-conversation.h"

G_BEGIN_DECLS

/* All of these block, on the connection's coordinating thread. */

/**
 * ost_sync_full:
 * @job: the task
 * @error: return location for an error
 *
 * Lists the whole organisation in slices, resuming what an interrupted run had done, and
 * reconciles the inventory with it. Anything but a complete and clean listing leaves the inventory
 * as it was.
 *
 * Returns: whether the inventory is the new one
 */
gboolean ost_sync_full (OstJob *job, GError **error);

/**
 * ost_sync_quick:
 * @job: the task
 * @error: return location for an error
 *
 * Fetches what changed since the last synchronisation; becomes a full one where there was none.
 * It never concludes that something vanished.
 *
 * Returns: whether all that was asked for was read
 */
gboolean ost_sync_quick (OstJob *job, GError **error);

/**
 * ost_statistics_read:
 * @job: the task
 * @conversation: an open conversation
 * @error: return location for an error
 *
 * Reads mailboxes one by one, as the connection's `statistics` and `statistics-budget` allow.
 *
 * One that is cancelled is over sooner: the synchronisation that it belongs to is done.
 *
 * Returns: %FALSE with the store's errors
 */
gboolean ost_statistics_read (OstJob *job, OstConversation *conversation, GError **error);

/**
 * ost_check_run:
 * @job: the task
 * @error: return location for an error
 *
 * Goes through the connection step by step; the steps are in the report.
 *
 * Returns: %FALSE where the check itself could not be made
 */
gboolean ost_check_run (OstJob *job, GError **error);

/**
 * ost_sync_collect:
 * @object: an object
 * @user_data: a #GPtrArray of objects
 * @error: return location for an error
 *
 * An #OstEmitFunc for listings that are small and come whole.
 *
 * Returns: %TRUE
 */
gboolean ost_sync_collect (OstObject *object, gpointer user_data, GError **error);

/**
 * ost_sync_end_run:
 * @job: the task, whose report says how it went
 * @run: its run
 * @failure: (nullable): why it ended early
 * @error: return location for an error
 *
 * Writes down that a run is over.
 *
 * Returns: %FALSE with the store's errors
 */
gboolean ost_sync_end_run (OstJob *job, const OstRun *run, const GError *failure, GError **error);

/* The note that holds, as text, when the listing of the last complete run began. */
#define OST_NOTE_QUICK_CURSOR "quick-cursor"

G_END_DECLS
