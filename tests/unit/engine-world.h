/* engine-world.h: a backend and a transport on a world that lives in the test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine-rig.h"

extern const OstPluginInfo engine_world_backend;
extern const OstPluginInfo engine_world_transport;

void engine_world_set (RigWorld *world);

/* Work that takes time, on the rig's clock. */
void engine_world_pass_time (gint64 microseconds);
