/* ost-api-routes.c: the table of routes, and the handlers that fit a screen */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

static void
answer_health (const OstApiRequest *request)
{
  soup_server_message_set_status (request->message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (request->message, "text/plain", SOUP_MEMORY_STATIC, "ok\n", 3);
}

typedef struct {
  OstConfig *config;
  OstStore *store;
  char *connection;
  gint64 now_us;
} StatusWork;

static void
free_status_work (gpointer data)
{
  StatusWork *self = data;

  g_object_unref (self->config);
  g_object_unref (self->store);
  g_free (self->connection);
  g_free (self);
}

static JsonNode *
render_status (gpointer data, GError **error)
{
  StatusWork *self = data;

  return ost_render_status (self->config, self->store, self->connection, self->now_us, error);
}

static void
answer_status (const OstApiRequest *request)
{
  const OstApiParts *parts = ost_api_get_parts (request->api);
  StatusWork *work = g_new0 (StatusWork, 1);

  work->config = g_object_ref (parts->config);
  work->store = g_object_ref (parts->store);
  work->now_us = ost_clock_get_time (parts->clock);
  if (request->query != NULL)
    work->connection = g_strdup (g_hash_table_lookup (request->query, "connection"));
  ost_api_answer_later (request->api, request->message, render_status, work, free_status_work);
}

static void
answer_plugins (const OstApiRequest *request)
{
  ost_api_answer_node (request->message, SOUP_STATUS_OK,
                       ost_render_plugins (ost_api_get_parts (request->api)->registry));
}

static void
reload (const OstApiRequest *request)
{
  const OstApiParts *parts = ost_api_get_parts (request->api);
  g_autoptr (GError) error = NULL;

  if (parts->reload (parts->user_data, &error))
    soup_server_message_set_status (request->message, SOUP_STATUS_NO_CONTENT, NULL);
  else
    ost_api_answer_error (request->message, error);
}

const OstApiRoute ost_api_routes[] = {
  { "GET", "/healthz", OST_API_OPEN, answer_health, "answers as long as the service runs" },
  { "GET", "/readyz", OST_API_OPEN, answer_health, "the store is open and requests are taken" },
  { "GET", "/api/v1/status", OST_API_READ, answer_status, "Exchange connection information" },
  { "GET", "/api/v1/plugins", OST_API_READ, answer_plugins, "what is installed" },
  { "GET", "/api/v1/devices", OST_API_READ, ost_api_list_devices, "the inventory" },
  { "GET", "/api/v1/events", OST_API_READ, ost_api_list_events, "the audit trail" },
  { "POST", "/api/v1/connections/*/sync", OST_API_ACT, ost_api_run_sync, "synchronises" },
  { "POST", "/api/v1/connections/*/check", OST_API_ACT, ost_api_run_check,
    "validates step by step" },
  { "DELETE", "/api/v1/connections/*", OST_API_ACT, ost_api_disconnect,
    "takes a connection away and keeps an archive of it" },
  { "POST", "/api/v1/reload", OST_API_ACT, reload, "reads the configuration again" },
  { NULL, NULL, OST_API_OPEN, NULL, NULL },
};
