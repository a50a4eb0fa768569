/* ost-lease.h: the engine's exclusive lease on the store, kept alive */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-clock.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * OstLease:
 *
 * Held while an engine runs, and renewed on a thread of its own, because the main loop touches no
 * database.
 */
typedef struct _OstLease OstLease;

/**
 * OstLeaseLostFunc:
 * @user_data: the caller's
 *
 * Somebody else holds the lease now. Called in the context that was the default when it was taken.
 */
typedef void (*OstLeaseLostFunc) (gpointer user_data);

/**
 * ost_lease_acquire:
 * @store: a store
 * @clock: where it gets the time from
 * @lost: told when it is lost
 * @user_data: for @lost
 * @error: return location for an error
 *
 * Returns: (transfer full): the lease, or %NULL with %OST_ERROR_EXISTS naming who holds it
 */
OstLease *ost_lease_acquire (OstStore *store, const OstClock *clock, OstLeaseLostFunc lost,
                             gpointer user_data, GError **error);
gint64 ost_lease_get_fence (OstLease *self);

/**
 * ost_lease_release:
 * @self: a lease
 *
 * Gives it back and frees it.
 */
void ost_lease_release (OstLease *self);

G_END_DECLS
