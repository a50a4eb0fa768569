/* ost-service.h: the service: its parts started and stopped in order */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstService:
 *
 * Configuration, plugins, store, engine and API of `ostiaryd`, on the main loop of the thread
 * that made it.
 */
typedef struct _OstService OstService;

/**
 * ost_service_new:
 * @config_file: the main configuration file
 * @error: return location for an error
 *
 * Loads the plugins and the configuration and opens the store.
 *
 * Returns: (transfer full): the service, or %NULL
 */
OstService *ost_service_new (const char *config_file, GError **error);

/**
 * ost_service_run:
 * @self: a service
 * @error: return location for an error
 *
 * Starts the engine and the API, tells the service manager, and runs until SIGTERM or SIGINT;
 * SIGHUP reads the configuration again. At the end what runs is cancelled and shells are deleted.
 *
 * Returns: %FALSE where it could not be started
 */
gboolean ost_service_run (OstService *self, GError **error);
void ost_service_free (OstService *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstService, ost_service_free)

G_END_DECLS
