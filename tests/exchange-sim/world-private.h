/* world-private.h: what a world holds, for the files that it is made of */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "world.h"

G_BEGIN_DECLS

/* What numbers are drawn for: two purposes never share one. */
typedef enum {
  SIM_DRAW_GUID,
  SIM_DRAW_NAMES,
  SIM_DRAW_UNIT,
  SIM_DRAW_MODEL,
  SIM_DRAW_ID,
  SIM_DRAW_DEVICE,
  SIM_DRAW_SYNC,
  SIM_DRAW_SETTINGS,
  SIM_DRAW_MAILBOX_TIMES,
  SIM_DRAW_ACCESS,
  SIM_DRAW_CHURN,
  SIM_DRAW_LIFE,
} SimDraw;

/**
 * SimMailboxChange:
 * @settings: (nullable): where they are not as they were computed
 * @changed_us: when it changed, 0 if it did not
 * @n_extra_devices: devices that came
 * @n_churned: how often others worked on its lists
 */
typedef struct {
  SimSettings *settings;
  gint64 changed_us;
  guint n_extra_devices;
  guint n_churned;
} SimMailboxChange;

struct _SimWorld {
  SimShape shape;
  GHashTable *mailbox_changes; /* guint64 key of the mailbox's number -> SimMailboxChange */
  GHashTable *device_changes;  /* guint64 key -> SimDeviceChange */
  GPtrArray *units;
  GPtrArray *rules;
  GPtrArray *policies;
  SimOrganization organization;
  GHashTable *first_names; /* alias -> number + 1 */
  GHashTable *last_names;
  GPtrArray *records; /* of JSON texts */
  guint64 churned;
  guint64 n_removed;
  guint64 n_arrived;
};

SimMailboxChange *sim_world_look_up_mailbox (const SimWorld *world, guint mailbox);
SimMailboxChange *sim_world_touch_mailbox (SimWorld *world, guint mailbox);
SimDeviceChange *sim_world_look_up_device (const SimWorld *world, guint64 key);
SimDeviceChange *sim_world_touch_device (SimWorld *world, guint64 key);
void sim_world_add_units (SimWorld *world);
void sim_world_add_configuration (SimWorld *world);
void sim_world_clear_configuration (SimWorld *world);
void sim_append_escaped_rdn (GString *out, const char *name);
void sim_append_escaped_canonical (GString *out, const char *name);
void sim_append_model_id (const SimWorld *world, guint64 key, const SimModel *model, GString *out);
const SimModel *sim_world_get_model (const SimWorld *world, guint64 key,
                                     const SimDeviceChange *change);
void sim_world_append_device_id (const SimWorld *world, guint64 key, GString *out);

G_END_DECLS
