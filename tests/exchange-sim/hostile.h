/* hostile.h: answers as no honest server gives them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fault-plan.h"

G_BEGIN_DECLS

/**
 * sim_hostile_change:
 * @fault: what shall be wrong
 * @xml: an honest answer, changed in place
 *
 * Returns: %FALSE if the answer holds nothing that could be changed so
 */
gboolean sim_hostile_change (const SimArmedFault *fault, GString *xml);

G_END_DECLS
