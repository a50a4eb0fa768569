/* ost-progress.h: how far a task is, told in the caller's own context */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-connection.h"
#include "core/engine/ost-task.h"

G_BEGIN_DECLS

/**
 * OstProgressMeter:
 *
 * Counts what workers have done, tells the caller at most five times a second, and the store
 * every other second, so that `status` of another process shows it.
 */
typedef struct _OstProgressMeter OstProgressMeter;

/**
 * ost_progress_meter_new:
 * @connection: the connection
 * @kind: (nullable): the run's kind as `status` shows it
 * @context: where @func is called
 * @func: (nullable): told how far it is
 * @user_data: for @func
 *
 * Returns: (transfer full): a meter
 */
OstProgressMeter *ost_progress_meter_new (OstConnection *connection, const char *kind,
                                          GMainContext *context, OstProgressFunc func,
                                          gpointer user_data);

/**
 * ost_progress_meter_free:
 * @self: a meter whose workers have ended
 *
 * No call of the function comes after this.
 */
void ost_progress_meter_free (OstProgressMeter *self);

/**
 * ost_progress_meter_begin:
 * @self: a meter
 * @phase: a static text
 * @expected: how many devices there will be, 0 where unknown
 *
 * Begins a phase, whose rate is measured from here.
 */
void ost_progress_meter_begin (OstProgressMeter *self, const char *phase, guint64 expected);

/**
 * ost_progress_meter_add:
 * @self: a meter
 * @count: how many more are done; from any thread
 */
void ost_progress_meter_add (OstProgressMeter *self, guint64 count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstProgressMeter, ost_progress_meter_free)

G_END_DECLS
