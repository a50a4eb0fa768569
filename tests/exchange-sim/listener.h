/* listener.h: takes connections, with and without TLS, within limits */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * SimListener:
 *
 * Hands connections to a #SoupServer. libsoup's own listening has a backlog of 10, no limit to the
 * number of connections, and lets a silent one be for ever.
 */
typedef struct _SimListener SimListener;

/**
 * sim_listener_new:
 * @server: who serves the connections; outlives the listener
 * @port: a port of 127.0.0.1, 0 for any free one
 * @certificate: (nullable): for TLS
 * @error: why not
 *
 * Returns: (nullable): a listener
 */
SimListener *sim_listener_new (SoupServer *server, guint16 port, GTlsCertificate *certificate,
                               GError **error);
guint16 sim_listener_get_port (const SimListener *listener);
void sim_listener_free (SimListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimListener, sim_listener_free)

G_END_DECLS
