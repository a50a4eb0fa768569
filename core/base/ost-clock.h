/* ost-clock.h: time as an object that a test can replace */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-private.h"

G_BEGIN_DECLS

/**
 * OstClock:
 * @get_time: microseconds since 1970 UTC
 * @get_monotonic: microseconds on a clock that never jumps
 * @wait: waits on @cond, whose @mutex is held, until it is signalled or @until on the monotonic
 *   clock (%G_MAXINT64: for ever); %FALSE when the time is over
 *
 * Where all code below the engine gets its time from, and does its waiting. A test's clock gives
 * virtual time; whoever embeds one of these keeps it alive longer than all users.
 */
typedef struct _OstClock OstClock;
struct _OstClock {
  gint64 (*get_time) (const OstClock *self);
  gint64 (*get_monotonic) (const OstClock *self);
  gboolean (*wait) (const OstClock *self, GCond *cond, GMutex *mutex, gint64 until);
};

OST_INTERNAL const OstClock *ost_clock_get_system (void);

static inline gint64
ost_clock_get_time (const OstClock *self)
{
  return self->get_time (self);
}

static inline gint64
ost_clock_get_monotonic (const OstClock *self)
{
  return self->get_monotonic (self);
}

static inline gboolean
ost_clock_wait (const OstClock *self, GCond *cond, GMutex *mutex, gint64 until)
{
  return self->wait (self, cond, mutex, until);
}

G_END_DECLS
