/* fake-plugins.h: plugins with tables and nothing behind them, for tests of what reads tables */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/registry/ost-registry.h"

/* A registry with the backends `fake` and `plain`, the transports `direct` and `proxied`, the
 * authority `local`, the notifier `post` and the store `sqlite`. */
OstRegistry *fake_registry_new (void);
