/* exchange-query.h: which cmdlet answers a reading operation */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-operation.h>

#include "exchange-grants.h"

G_BEGIN_DECLS

/**
 * OstExchangeQuery:
 * @command: what to run
 * @view: what it gives
 * @is_get: whether exactly one object is wanted
 * @is_timed: whether it filters by a time, which a server may not be able to
 * @limit: the most objects that are wanted, 0 for all
 *
 * Since: 1.0
 */
typedef struct {
  OstExchangeCommand *command;
  OstExchangeView view;
  gboolean is_get;
  gboolean is_timed;
  guint64 limit;
} OstExchangeQuery;

/**
 * ost_exchange_query_needs_family:
 * @operation: an operation
 *
 * Returns: whether the cmdlet that answers it has two names, so that it must be known which of them
 *   the account was granted
 *
 * Since: 1.0
 */
gboolean ost_exchange_query_needs_family (const OstOperation *operation);

/**
 * ost_exchange_query_new:
 * @operation: an operation that lists or gets
 * @families: which names to use
 * @error: return location for an error
 *
 * Returns: (transfer full): how to ask for it, or %NULL with %OST_ERROR_NOT_SUPPORTED for a verb or
 *   kind that is not read this way, %OST_ERROR_INVALID for fields that make no sense with it
 *
 * Since: 1.0
 */
OstExchangeQuery *ost_exchange_query_new (const OstOperation *operation,
                                          const OstExchangeFamilies *families, GError **error);
void ost_exchange_query_free (OstExchangeQuery *self);

/**
 * ost_exchange_query_run:
 * @self: a query
 * @link: a link
 * @call: the call, which gets the objects
 * @n_emitted: (out): how many it got
 * @error: return location for an error
 *
 * Returns: %TRUE where the listing is complete and clean. Else %FALSE with the error of the link, or
 *   that of the cmdlet where nothing was emitted and it tells more than that a place in the
 *   organisation is away; %OST_ERROR_INCOMPLETE in all other cases in which anything is missing;
 *   %OST_ERROR_NOT_SUPPORTED where the server does not filter by time; %OST_ERROR_NOT_FOUND where
 *   one object was wanted and there is none
 *
 * Since: 1.0
 */
gboolean ost_exchange_query_run (const OstExchangeQuery *self, OstExchangeLink *link, OstCall *call,
                                 guint64 *n_emitted, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstExchangeQuery, ost_exchange_query_free)

G_END_DECLS
