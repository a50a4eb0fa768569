/* ost-clock.c: the machine's own clock */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-clock.h"

static gint64
get_system_time (const OstClock *self)
{
  return g_get_real_time ();
}

static gint64
get_system_monotonic (const OstClock *self)
{
  return g_get_monotonic_time ();
}

static gboolean
wait_on_system (const OstClock *self, GCond *cond, GMutex *mutex, gint64 until)
{
  if (until == G_MAXINT64)
    {
      g_cond_wait (cond, mutex);
      return TRUE;
    }
  return g_cond_wait_until (cond, mutex, until);
}

static const OstClock system_clock = {
  .get_time = get_system_time,
  .get_monotonic = get_system_monotonic,
  .wait = wait_on_system,
};

const OstClock *
ost_clock_get_system (void)
{
  return &system_clock;
}
