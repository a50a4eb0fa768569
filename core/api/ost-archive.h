/* ost-archive.h: what is kept of a connection when it is taken away */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/config/ost-config.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * ost_archive_write:
 * @config: the configuration, with the connection or, where only the store knows it, without
 * @store: (nullable): the store; %NULL where there is none yet
 * @connection: the connection's name
 * @now_us: the time now
 * @error: return location for an error
 *
 * Writes `STATE-DIR/archive/NAME-TIME.json`, readable by its owner alone: the connection's keys
 * (references, no secrets), its status, its devices, its events, and head and length of the audit
 * trail, which stays in the store. Blocks; memory stays flat.
 *
 * Returns: (transfer full): the file, or %NULL with the store's errors or those of writing
 */
char *ost_archive_write (OstConfig *config, OstStore *store, const char *connection, gint64 now_us,
                         GError **error);

G_END_DECLS
