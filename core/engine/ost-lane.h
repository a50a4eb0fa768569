/* ost-lane.h: the queue and the schedule of one connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-connection.h"
#include "core/engine/ost-task.h"

G_BEGIN_DECLS

/**
 * OstLane:
 *
 * Runs the tasks of one connection, one after the other, on a worker of its own, and in the
 * service those of its schedule. All functions belong to the thread that made it.
 */
#define OST_TYPE_LANE (ost_lane_get_type ())
G_DECLARE_FINAL_TYPE (OstLane, ost_lane, OST, LANE, GObject)

/**
 * ost_lane_new:
 * @connection: its connection
 * @fence: the fencing number of the engine's lease
 * @has_schedule: whether it runs by itself
 *
 * Returns: (transfer full): a lane that takes tasks but runs none before ost_lane_start(); signals:
 *   `changed` whenever a task of it has ended
 */
OstLane *ost_lane_new (OstConnection *connection, gint64 fence, gboolean has_schedule);

/**
 * ost_lane_start:
 * @self: a new lane, when no other one works for its connection any more
 *
 * Runs what has been pushed, and its schedule.
 */
void ost_lane_start (OstLane *self);
OstConnection *ost_lane_get_connection (OstLane *self);

/**
 * ost_lane_push:
 * @self: a lane
 * @task: what to do
 * @progress: (nullable): told how far it is
 * @progress_data: for @progress
 * @result: answered with an #OstReport, or an error; its cancellable ends the task
 */
void ost_lane_push (OstLane *self, const OstTask *task, OstProgressFunc progress,
                    gpointer progress_data, GTask *result);

/**
 * ost_lane_cancel:
 * @self: a lane
 *
 * Cancels what runs and what waits.
 */
void ost_lane_cancel (OstLane *self);

/**
 * ost_lane_stop_async:
 * @self: a lane
 * @callback: called when nothing of it runs any more
 * @user_data: for @callback
 *
 * Lets what runs and what waits come to its end, sooner with ost_lane_cancel(). The lane takes no
 * task afterwards.
 */
void ost_lane_stop_async (OstLane *self, GAsyncReadyCallback callback, gpointer user_data);
void ost_lane_stop_finish (OstLane *self, GAsyncResult *result);

G_END_DECLS
