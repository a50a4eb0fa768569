/* ost-demo-world.h: a simulated Exchange and a service of its own, in a temporary folder */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-cli.h"

G_BEGIN_DECLS

/**
 * OST_DEMO_CONNECTION:
 *
 * The name of the connection.
 */
#define OST_DEMO_CONNECTION "demo"

/**
 * OstDemoWorld:
 *
 * The folder and the two processes. They end with it, and with this process whatever its end.
 */
typedef struct _OstDemoWorld OstDemoWorld;

/**
 * ost_demo_world_new:
 * @cancellable: ends every wait
 * @error: return location for an error
 *
 * Returns: (transfer full): a world without processes yet
 */
OstDemoWorld *ost_demo_world_new (GCancellable *cancellable, GError **error);

/**
 * ost_demo_world_start_exchange:
 * @self: a world
 * @n_mailboxes: how many mailboxes
 * @error: return location for an error
 *
 * Starts the simulated Exchange and writes a configuration for it.
 *
 * Returns: whether it is ready
 */
gboolean ost_demo_world_start_exchange (OstDemoWorld *self, guint n_mailboxes, GError **error);

/**
 * ost_demo_world_start_service:
 * @self: a world with an Exchange
 * @error: return location for an error
 *
 * Returns: whether the service answers
 */
gboolean ost_demo_world_start_service (OstDemoWorld *self, GError **error);

/**
 * ost_demo_world_add_phone:
 * @self: a world with an Exchange
 * @error: return location for an error
 *
 * Lets a phone appear that a rule of Exchange quarantines.
 *
 * Returns: whether it did
 */
gboolean ost_demo_world_add_phone (OstDemoWorld *self, GError **error);

/**
 * ost_demo_world_wait_for_phone:
 * @self: a world with a service
 * @after: the number of the last event before the phone appeared
 * @error: return location for an error
 *
 * Waits until the service has seen it.
 *
 * Returns: (transfer full): its device ID, or %NULL
 */
char *ost_demo_world_wait_for_phone (OstDemoWorld *self, gint64 after, GError **error);

/**
 * ost_demo_world_get_last_event:
 * @self: a world with an inventory
 * @error: return location for an error
 *
 * Returns: the number of the last event, -1 where it could not be read
 */
gint64 ost_demo_world_get_last_event (OstDemoWorld *self, GError **error);

const char *ost_demo_world_get_folder (const OstDemoWorld *self);
const char *ost_demo_world_get_config (const OstDemoWorld *self);
const char *ost_demo_world_get_uri (const OstDemoWorld *self);

/**
 * ost_demo_world_free:
 * @self: a world
 *
 * Ends both processes and takes the folder away.
 */
void ost_demo_world_free (OstDemoWorld *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstDemoWorld, ost_demo_world_free)

G_END_DECLS
