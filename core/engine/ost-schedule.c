/* ost-schedule.c: when a connection synchronises by itself */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-schedule.h"

#define FIRST_BACK_OFF_US (G_GINT64_CONSTANT (30) * G_USEC_PER_SEC)
#define LAST_BACK_OFF_US (G_GINT64_CONSTANT (30) * 60 * G_USEC_PER_SEC)

/* A run that took one fifth of the time is followed by four fifths of rest. */
#define REST_FACTOR 4

static gint64
back_off (const OstScheduleFacts *facts)
{
  guint doublings = MIN (facts->n_failures - 1, 10);
  gint64 longest = MIN (FIRST_BACK_OFF_US << doublings, LAST_BACK_OFF_US);

  /* Half of it is fixed, so that a server that comes back is not met by everybody at once, and
   * nobody at once either. */
  return MAX (longest / 2 + (gint64)((double)(longest / 2) * facts->jitter), facts->retry_after);
}

static gint64
since (gint64 then, gint64 now)
{
  return then > now ? now : then;
}

gint64
ost_schedule_next (const OstScheduleFacts *facts, OstTaskKind *kind)
{
  gint64 last_full = since (facts->last_full, facts->now);
  gint64 last_end = since (facts->last_end, facts->now);
  gint64 full_due = last_full == 0 ? facts->now : last_full + facts->full_interval;
  gint64 quick_due
    = last_end
      + MAX (facts->quick_interval, REST_FACTOR * MIN (facts->last_duration, facts->full_interval));
  gint64 due;

  *kind = full_due <= MAX (quick_due, facts->now) ? OST_TASK_FULL_SYNC : OST_TASK_QUICK_SYNC;
  if (facts->n_failures > 0)
    return facts->now + back_off (facts);
  due = *kind == OST_TASK_FULL_SYNC ? full_due : quick_due;
  return MAX (due, facts->now);
}
