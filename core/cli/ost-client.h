/* ost-client.h: talks to the service over its Unix socket */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/api/ost-render.h"

G_BEGIN_DECLS

/**
 * OstClient:
 *
 * One conversation with the service. Its functions iterate the default main context until the
 * answer is there.
 */
typedef struct _OstClient OstClient;

/**
 * ost_client_connect:
 * @socket: path of the service's socket
 * @client: (out) (transfer full) (nullable): the client; %NULL where no service answers there
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_DENIED where the socket may not be used, or
 *   %OST_ERROR_UNAVAILABLE
 */
gboolean ost_client_connect (const char *socket, OstClient **client, GError **error);
void ost_client_free (OstClient *self);

/**
 * ost_client_run:
 * @self: a client
 * @task: what the service shall do
 * @progress: (nullable): told how far it is
 * @progress_data: for @progress
 * @cancellable: (nullable): ends it, in the service too
 * @error: return location for an error
 *
 * Returns: (transfer full): how it went, or %NULL with what kept it from being done
 */
OstReport *ost_client_run (OstClient *self, const OstTask *task, OstProgressFunc progress,
                           gpointer progress_data, GCancellable *cancellable, GError **error);

/**
 * ost_client_call:
 * @self: a client
 * @method: an HTTP method
 * @path: path and query
 * @answer: (out) (optional) (transfer full) (nullable): the document that came, if any
 * @cancellable: (nullable): ends it
 * @error: return location for an error
 *
 * Returns: whether the service did it; else what it said
 */
gboolean ost_client_call (OstClient *self, const char *method, const char *path, JsonNode **answer,
                          GCancellable *cancellable, GError **error);

/**
 * OstClientRowFunc:
 * @row: a row of a listing
 * @user_data: the caller's
 *
 * Returns: %FALSE to hear of no more
 */
typedef gboolean (*OstClientRowFunc) (JsonObject *row, gpointer user_data);

/**
 * ost_client_list:
 * @self: a client
 * @path: path and query of a listing
 * @name: what the listing is called in its document
 * @func: (scope call): called for each row
 * @user_data: for @func
 * @error: return location for an error
 *
 * A listing has one row on a line, so that one of any length is read in little memory.
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 */
gboolean ost_client_list (OstClient *self, const char *path, const char *name,
                          OstClientRowFunc func, gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstClient, ost_client_free)

G_END_DECLS
