/* ost-conversation.h: one backend instance on one worker thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-connection.h"
#include "core/engine/ost-progress.h"
#include "core/engine/ost-task.h"

G_BEGIN_DECLS

/**
 * OstJob:
 * @connection: the connection that it runs on
 * @task: what was asked for
 * @fence: the fencing number of the engine's lease
 * @cancellable: ends it early
 * @counters: counts its traffic
 * @progress: tells how far it is
 * @report: how it goes; its lists are guarded by @mutex while workers run
 * @mutex: guards @report
 *
 * A task while it runs. Shared by the workers of one connection.
 */
typedef struct {
  OstConnection *connection;
  OstTask task;
  gint64 fence;
  GCancellable *cancellable;
  OstCounters *counters;
  OstProgressMeter *progress;
  OstReport *report;
  GMutex mutex;
} OstJob;

/**
 * OstEmitFunc:
 * @object: an object; keep a reference to keep it
 * @user_data: the caller's
 * @error: return location for an error
 *
 * Returns: %FALSE to end the listing with @error
 */
typedef gboolean (*OstEmitFunc) (OstObject *object, gpointer user_data, GError **error);

/**
 * OstConversation:
 *
 * One backend instance: made, opened, used and closed on one thread.
 */
typedef struct _OstConversation OstConversation;

/**
 * ost_conversation_open:
 * @job: what it is for; lives longer
 * @error: return location for an error
 *
 * Returns: (transfer full): an open conversation, or %NULL with what the backend said
 */
OstConversation *ost_conversation_open (OstJob *job, GError **error);

/**
 * ost_conversation_execute:
 * @self: an open conversation
 * @operation: what to do
 * @emit: (nullable): takes what it finds
 * @user_data: for @emit
 * @error: return location for an error
 *
 * Returns: whether the operation was done, and for a listing whether it was complete and clean
 */
gboolean ost_conversation_execute (OstConversation *self, OstOperation *operation, OstEmitFunc emit,
                                   gpointer user_data, GError **error);

void ost_conversation_close (OstConversation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConversation, ost_conversation_close)

G_END_DECLS
