/* ost-schedule.h: when a connection synchronises by itself */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-task.h"

G_BEGIN_DECLS

/**
 * OstScheduleFacts:
 * @now: the time now, microseconds since 1970
 * @last_full: when the last complete full synchronisation ended, 0 for never
 * @last_end: when the last one of either kind ended, 0 for never
 * @last_duration: how long it took
 * @quick_interval: microseconds between quick ones
 * @full_interval: microseconds between full ones
 * @n_failures: how many failed in a row
 * @jitter: 0.0 to 1.0: where in the range of a back-off
 * @retry_after: what the server asked for at the last failure, 0 for nothing
 */
typedef struct {
  gint64 now;
  gint64 last_full;
  gint64 last_end;
  gint64 last_duration;
  gint64 quick_interval;
  gint64 full_interval;
  guint n_failures;
  double jitter;
  gint64 retry_after;
} OstScheduleFacts;

/**
 * ost_schedule_next:
 * @facts: what is known
 * @kind: (out): what to do then
 *
 * A pure function. Quick runs take at most a fifth of the time: after one that took long the next
 * one waits. Failures back off from half a minute to half an hour; a clock that jumped back
 * delays a run by one interval at most.
 *
 * Returns: when, in microseconds since 1970, never before @now
 */
gint64 ost_schedule_next (const OstScheduleFacts *facts, OstTaskKind *kind);

G_END_DECLS
