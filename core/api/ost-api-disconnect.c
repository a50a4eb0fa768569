/* ost-api-disconnect.c: a connection is taken away while the service runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/base/ost-context.h"
#include "core/config/ost-setup.h"
#include "ost-api-private.h"
#include "ost-archive.h"

#include <unistd.h>

/* On its way: an archive is written and the configuration changed on a worker, the configuration
 * read again on the main thread, and when nothing works on the connection any more a worker
 * forgets its rows. Between these steps the message stays paused. */
typedef struct {
  OstApi *api;
  SoupServerMessage *message;
  GMainContext *context;
  OstConfig *config;
  OstStore *store;
  OstEngine *engine;
  char *name;
  char *who;
  gint64 now_us;
  char *archive;
  GError *error;
  gulong stopped_id;
  gboolean is_gone; /* the service is being stopped */
} Disconnect;

static void
free_disconnect (gpointer data)
{
  Disconnect *self = data;

  ost_api_unwatch (self->message, self);
  g_clear_signal_handler (&self->stopped_id, self->engine);
  g_object_unref (self->message);
  g_object_unref (self->config);
  g_object_unref (self->store);
  g_object_unref (self->engine);
  g_main_context_unref (self->context);
  g_clear_error (&self->error);
  g_free (self->name);
  g_free (self->who);
  g_free (self->archive);
  g_free (self);
}

static void
answer_error (Disconnect *self, const GError *error)
{
  ost_api_answer_error (self->message, error);
  ost_api_resume (self->message);
  free_disconnect (self);
}

/* Last: the rows */

static JsonNode *
forget (gpointer data, GError **error)
{
  Disconnect *self = data;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!ost_store_remove_connection (self->store, self->name, self->who, self->now_us, error))
    return NULL;
  builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "connection");
  json_builder_add_string_value (builder, self->name);
  json_builder_set_member_name (builder, "exchange");
  json_builder_add_string_value (builder, "keep");
  json_builder_set_member_name (builder, "archive");
  json_builder_add_string_value (builder, self->archive);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
start_forgetting (Disconnect *self)
{
  ost_api_unwatch (self->message, self);
  g_clear_signal_handler (&self->stopped_id, self->engine);
  ost_api_answer_later (self->api, self->message, forget, self, free_disconnect);
}

/* Then: the engine */

static void
connection_stopped_cb (OstEngine *engine, const char *name, gpointer user_data)
{
  Disconnect *self = user_data;

  if (g_str_equal (name, self->name) && ost_engine_is_still (engine, name))
    start_forgetting (self);
}

static void
over_cb (SoupServerMessage *message, gpointer user_data)
{
  Disconnect *self = user_data;

  ost_api_unwatch (message, self);
  self->is_gone = TRUE;
  if (self->stopped_id != 0)
    free_disconnect (self);
}

static void
prepared_cb (gpointer user_data)
{
  Disconnect *self = user_data;
  const OstApiParts *parts;
  g_autoptr (GError) error = NULL;

  if (self->is_gone)
    {
      free_disconnect (self);
      return;
    }
  parts = ost_api_get_parts (self->api);
  if (self->error != NULL || !parts->reload (parts->user_data, &error))
    answer_error (self, self->error != NULL ? self->error : error);
  else if (ost_engine_is_still (self->engine, self->name))
    start_forgetting (self);
  else
    self->stopped_id = g_signal_connect (self->engine, "connection-stopped",
                                         G_CALLBACK (connection_stopped_cb), self);
}

/* First: the archive and the configuration */

/* What root configured the service's user may not be able to change; better known before an archive
 * of a million devices is written. */
static gboolean
check_place (Disconnect *self, GError **error)
{
  const OstConnectionConfig *connection
    = ost_config_find_connection (self->config, self->name, NULL);
  g_autofree char *folder = NULL;

  if (connection == NULL || access (connection->file, F_OK) != 0)
    return TRUE;
  folder = g_path_get_dirname (connection->file);
  if (access (folder, W_OK) == 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
               "connection ‘%s’ is defined in ‘%s’, which the service may not change", self->name,
               connection->file);
  if (error != NULL)
    ost_error_set_remedy (*error, "run ‘ostiary disconnect’ as root");
  return FALSE;
}

/* The rows of one that an interruption left behind, or that was taken out of the configuration by
 * hand, can be taken away too. */
static gboolean
check_name (Disconnect *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_auto (GStrv) names = NULL;

  if (ost_config_find_connection (self->config, self->name, &failure) != NULL)
    return TRUE;
  names = ost_store_list_connections (self->store, error);
  if (names == NULL)
    return FALSE;
  if (g_strv_contains ((const char *const *)names, self->name))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
remove_from_configuration (Disconnect *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  /* Somebody with more rights may have done it already. */
  if (ost_setup_remove (ost_config_get_file (self->config), self->name, &failure)
      || g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static void
prepare (gpointer data)
{
  Disconnect *self = data;

  if (check_name (self, &self->error) && check_place (self, &self->error))
    self->archive
      = ost_archive_write (self->config, self->store, self->name, self->now_us, &self->error);
  if (self->archive != NULL)
    remove_from_configuration (self, &self->error);
  ost_context_post (self->context, "ostiary-disconnect", prepared_cb, self, NULL);
}

static gboolean
check_request (const OstApiRequest *request, GError **error)
{
  const char *what
    = request->query != NULL ? g_hash_table_lookup (request->query, "exchange") : NULL;

  if (g_strcmp0 (what, "keep") == 0)
    return TRUE;
  if (g_strcmp0 (what, "restore") == 0)
    g_set_error_literal (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                         "exchange=restore cannot be done yet; nothing was changed");
  else
    g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID,
                         "the query must say exchange=keep, what shall become of Exchange");
  return FALSE;
}

void
ost_api_disconnect (const OstApiRequest *request)
{
  const OstApiParts *parts = ost_api_get_parts (request->api);
  g_autoptr (GError) error = NULL;
  Disconnect *self;

  if (!check_request (request, &error))
    {
      ost_api_answer_error (request->message, error);
      return;
    }
  self = g_new0 (Disconnect, 1);
  self->api = request->api;
  self->message = g_object_ref (request->message);
  self->context = g_main_context_ref_thread_default ();
  self->config = g_object_ref (parts->config);
  self->store = g_object_ref (parts->store);
  self->engine = g_object_ref (parts->engine);
  self->name = g_strdup (request->argument);
  self->who = ost_api_describe_peer (request->message);
  self->now_us = ost_clock_get_time (parts->clock);
  ost_api_watch (self->message, over_cb, self);
  ost_api_pause (self->message);
  ost_api_push_work (self->api, prepare, self);
}
