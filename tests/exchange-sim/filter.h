/* filter.h: OPATH filters over the objects of the simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "value.h"

G_BEGIN_DECLS

/**
 * SimFilter:
 *
 * A parsed filter. Terms are tested from left to right, and no value is asked for that the ones
 * before have made irrelevant.
 */
typedef struct _SimFilter SimFilter;

/**
 * sim_filter_parse:
 * @text: comparisons (eq, ne, like, notlike, gt, ge, lt, le) with -and, -or, -not and parentheses
 * @type: of the objects
 * @filterable: (nullable) (array zero-terminated=1): the properties that may be asked for; %NULL
 *   for all that the type has
 * @problem: (out): what is wrong, in Exchange's words
 *
 * Returns: (nullable): the filter
 */
SimFilter *sim_filter_parse (const char *text, const SimType *type, const char *const *filterable,
                             char **problem);
gboolean sim_filter_matches (const SimFilter *filter, gconstpointer object, SimValue *scratch);
void sim_filter_free (SimFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimFilter, sim_filter_free)

/**
 * sim_time_parse:
 * @text: a time as en-US writes it, or as ISO 8601 does
 * @is_local: whether it is in the server's zone where it does not say
 * @time_us: (out): microseconds since 1970
 *
 * Returns: %FALSE if it is no time
 */
gboolean sim_time_parse (const char *text, gboolean is_local, gint64 *time_us);

G_END_DECLS
