/* ost-api.h: the API: HTTP with JSON on a Unix socket */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-engine.h"

G_BEGIN_DECLS

/**
 * OstApi:
 *
 * Serves `/api/v1` on the Unix socket, and `/healthz` and `/readyz` there and on TCP. It answers
 * on the thread that made it; whatever touches the store runs on workers.
 */
#define OST_TYPE_API (ost_api_get_type ())
G_DECLARE_FINAL_TYPE (OstApi, ost_api, OST, API, GObject)

/**
 * OstApiReloadFunc:
 * @user_data: the service
 * @error: return location for an error
 *
 * Returns: whether the configuration was read again and is in force
 */
typedef gboolean (*OstApiReloadFunc) (gpointer user_data, GError **error);

/**
 * OstApiParts:
 * @config: the configuration
 * @registry: the plugins
 * @store: the store
 * @engine: the engine
 * @clock: the time
 * @patience_ms: how long a request may take to arrive, 0 for half a minute
 * @reload: reads the configuration again
 * @user_data: for @reload
 */
typedef struct {
  OstConfig *config;
  OstRegistry *registry;
  OstStore *store;
  OstEngine *engine;
  const OstClock *clock;
  guint patience_ms;
  OstApiReloadFunc reload;
  gpointer user_data;
} OstApiParts;

OstApi *ost_api_new (const OstApiParts *parts);

/**
 * ost_api_listen:
 * @self: an API
 * @error: return location for an error
 *
 * Listens where the configuration's `[api]` says. The socket is 0660 and belongs to the group
 * `ostiary` where there is one; one that a crash left behind is taken over.
 *
 * Returns: %FALSE with %OST_ERROR_UNAVAILABLE where the address cannot be used, %OST_ERROR_EXISTS
 *   where another service answers there
 */
gboolean ost_api_listen (OstApi *self, GError **error);

/**
 * ost_api_set_config:
 * @self: an API
 * @config: the snapshot that is in force now
 */
void ost_api_set_config (OstApi *self, OstConfig *config);

/**
 * ost_api_close:
 * @self: an API
 *
 * Ends all answers that are under way and takes the socket away.
 */
void ost_api_close (OstApi *self);

G_END_DECLS
