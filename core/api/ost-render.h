/* ost-render.h: what is shown, as JSON: devices, reports, status, events, plugins */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/config/ost-config.h"
#include "core/engine/ost-task.h"
#include "core/registry/ost-registry.h"
#include "core/store/ost-store.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The same for the command line and the API, so that both say the same. Times are RFC 3339 in
 * UTC; what is unknown is null. */

/**
 * ost_render_device:
 * @row: a device
 * @out: the text to append to
 *
 * Appends one JSON object with the columns of the contract, without a tree in between: a listing
 * of a million devices is written row by row.
 */
void ost_render_device (const OstDeviceRow *row, GString *out);

/**
 * ost_render_event:
 * @event: an event
 * @out: the text to append to
 *
 * Appends one JSON object.
 */
void ost_render_event (const OstEvent *event, GString *out);

/**
 * ost_render_text:
 * @text: (nullable): UTF-8
 * @out: the text to append to
 *
 * Appends a JSON string, or null.
 */
void ost_render_text (const char *text, GString *out);

/**
 * ost_render_time:
 * @microseconds: since 1970 UTC
 *
 * Returns: (transfer full) (nullable): RFC 3339 in UTC, with microseconds where there are any;
 *   %NULL for a time that no calendar has
 */
char *ost_render_time (gint64 microseconds);

/**
 * ost_json_parse:
 * @text: (array length=length): a document from outside
 * @length: how many bytes
 * @error: return location for an error
 *
 * As json-glib parses it, which knows no bound to how deep a document nests: its stack would be the
 * bound.
 *
 * Returns: (transfer full): the document, or %NULL with %OST_ERROR_INVALID
 */
JsonNode *ost_json_parse (const char *text, gsize length, GError **error);

/**
 * ost_render_report:
 * @report: how a task went
 *
 * Returns: (transfer full): of a synchronisation `connection`, `kind`, `devices`, `added`,
 *   `changed`, `removed`, `held`, `complete`, `seconds`, `bytes_received`, `bytes_sent`,
 *   `requests`, `warnings`; of a check `connection` and `steps`
 */
JsonNode *ost_render_report (const OstReport *report);

/**
 * ost_report_parse:
 * @node: what ost_render_report() gave
 *
 * Returns: (transfer full) (nullable): the report again; %NULL where it is none
 */
OstReport *ost_report_parse (JsonNode *node);

/**
 * ost_render_error:
 * @error: what went wrong
 *
 * Returns: (transfer full): `code`, `message`, `remedy`, `retry_after_ms`
 */
JsonNode *ost_render_error (const GError *error);

/**
 * ost_error_parse:
 * @node: what ost_render_error() gave
 *
 * Returns: (transfer full): the error again
 */
GError *ost_error_parse (JsonNode *node);

/**
 * ost_render_status:
 * @config: the configuration
 * @store: (nullable): the store; %NULL where there is none yet
 * @connection: (nullable): only this one
 * @now_us: the time now
 * @error: return location for an error
 *
 * Returns: (transfer full): `{"connections":[...]}`, or %NULL with %OST_ERROR_NOT_FOUND or the
 *   store's errors
 */
JsonNode *ost_render_status (OstConfig *config, OstStore *store, const char *connection,
                             gint64 now_us, GError **error);

/**
 * ost_render_plugins:
 * @registry: the plugins
 *
 * Returns: (transfer full): `{"plugins":[...],"problems":[...]}`
 */
JsonNode *ost_render_plugins (OstRegistry *registry);

/**
 * ost_render_node:
 * @node: (transfer full): a small document
 *
 * Returns: (transfer full): its text on one line
 */
char *ost_render_node (JsonNode *node);

G_END_DECLS
