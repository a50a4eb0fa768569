/* exchange-filter.h: writes OPATH filters, with everything from outside quoted */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OST_EXCHANGE_FILTER_MAX_BYTES:
 *
 * A filter becomes an LDAP filter, whose length the directory limits; this stays well below.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_FILTER_MAX_BYTES 8192

/**
 * OstExchangeFilter:
 *
 * A filter under way: conditions that must all hold. What is wrong with one is kept and said at the
 * end, by ost_exchange_filter_finish().
 *
 * Since: 1.0
 */
typedef struct _OstExchangeFilter OstExchangeFilter;

OstExchangeFilter *ost_exchange_filter_new (void);
void ost_exchange_filter_free (OstExchangeFilter *self);

/**
 * ost_exchange_filter_add_equal:
 * @self: a filter
 * @property: a property's name
 * @value: what it must be; compared as the server compares
 *
 * Since: 1.0
 */
void ost_exchange_filter_add_equal (OstExchangeFilter *self, const char *property,
                                    const char *value);
void ost_exchange_filter_add_boolean (OstExchangeFilter *self, const char *property,
                                      gboolean value);

/**
 * ost_exchange_filter_add_prefix:
 * @self: a filter
 * @property: a property's name
 * @prefix: what it must begin with; without wildcards
 * @is_wanted: whether it must, or must not
 *
 * Since: 1.0
 */
void ost_exchange_filter_add_prefix (OstExchangeFilter *self, const char *property,
                                     const char *prefix, gboolean is_wanted);

/**
 * ost_exchange_filter_add_since:
 * @self: a filter
 * @property: a property that holds a time in UTC
 * @microseconds: since 1970
 *
 * Only what has a time at or after that one, or up to a second earlier: the literal has whole
 * seconds, and `-gt` is the operator that is documented. Servers read the literal by the session's
 * culture; a second one with the 31st of December, which holds for everything, makes one that puts
 * the day first refuse the filter instead of taking the 4th of March for the 3rd of April.
 *
 * Since: 1.0
 */
void ost_exchange_filter_add_since (OstExchangeFilter *self, const char *property,
                                    gint64 microseconds);

/**
 * ost_exchange_filter_finish:
 * @self: a filter
 * @filter: (out) (transfer full) (nullable): its text; %NULL where nothing was added
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID for a value with control characters, typographic
 *   quotes, wildcards or an absurd length, or a filter that is too long
 *
 * Since: 1.0
 */
gboolean ost_exchange_filter_finish (OstExchangeFilter *self, char **filter, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstExchangeFilter, ost_exchange_filter_free)

G_END_DECLS
