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
 * @n_waiting: (atomic): how many other tasks wait for this one
 * @statistics_us: how long it has read statistics
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
  const int *n_waiting;
  gint64 statistics_us;
} OstJob;

/**
 * ost_job_warn:
 * @self: a job
 * @format: printf format
 *
 * Tells the administrator something with the report, once.
 */
void ost_job_warn (OstJob *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

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

/**
 * ost_conversation_wait:
 * @self: a conversation
 * @milliseconds: how long
 * @error: return location for an error
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean ost_conversation_wait (OstConversation *self, guint milliseconds, GError **error);

/**
 * ost_conversation_get_server:
 * @self: a conversation
 *
 * Returns: (transfer none) (nullable): the server that executes, as far as the backend has told
 */
const char *ost_conversation_get_server (OstConversation *self);
const char *ost_conversation_get_domain_controller (OstConversation *self);

void ost_conversation_close (OstConversation *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConversation, ost_conversation_close)

G_END_DECLS
