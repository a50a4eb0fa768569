/* ost-cli-source.h: where what is shown comes from: the store, or the service that holds it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-cli.h"
#include "ost-client.h"

G_BEGIN_DECLS

/**
 * OstCliSource:
 *
 * The configured store, read without a service. Whoever may not read its files may still be
 * allowed to ask the service.
 */
typedef struct _OstCliSource OstCliSource;

/**
 * ost_cli_source_open:
 * @cli: a run whose configuration is loaded
 * @error: return location for an error
 *
 * Returns: (transfer full): the source, an empty one where there is no store yet, or %NULL with
 *   what the store said
 */
OstCliSource *ost_cli_source_open (OstCli *cli, GError **error);

/**
 * ost_cli_source_is_empty:
 * @self: a source
 *
 * Returns: whether there is no store yet
 */
gboolean ost_cli_source_is_empty (const OstCliSource *self);

/**
 * ost_cli_source_list_devices:
 * @self: a source
 * @query: what is wanted
 * @func: (scope call): called for each device
 * @data: handed to @func
 * @error: return location for an error
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 */
gboolean ost_cli_source_list_devices (OstCliSource *self, const OstDeviceQuery *query,
                                      OstDeviceRowFunc func, gpointer data, GError **error);

/**
 * ost_cli_source_list_events:
 * @self: a source
 * @from_seq: the first that is wanted, 0 for all
 * @limit: at most so many, 0 for all
 * @func: (scope call): called for each, oldest first
 * @data: handed to @func
 * @error: return location for an error
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 */
gboolean ost_cli_source_list_events (OstCliSource *self, gint64 from_seq, guint limit,
                                     OstEventFunc func, gpointer data, GError **error);

/**
 * ost_cli_source_render_status:
 * @self: a source
 * @connection: (nullable): only this one
 * @error: return location for an error
 *
 * Returns: (transfer full): as ost_render_status(), or %NULL
 */
JsonNode *ost_cli_source_render_status (OstCliSource *self, const char *connection, GError **error);
void ost_cli_source_free (OstCliSource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstCliSource, ost_cli_source_free)

G_END_DECLS
