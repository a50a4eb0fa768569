/* binding.h: which argument belongs to which parameter */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "invocation.h"

G_BEGIN_DECLS

/**
 * SimBinding:
 * @arguments: (element-type utf8 SimArgument): of the call, by the parameter's own name
 */
typedef struct {
  GHashTable *arguments;
} SimBinding;

void sim_binding_free (SimBinding *binding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimBinding, sim_binding_free)

G_END_DECLS
