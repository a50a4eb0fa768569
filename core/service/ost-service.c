/* ost-service.c: the service: its parts started and stopped in order */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-service.h"

#include "core/api/ost-api.h"

#include <glib-unix.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

struct _OstService {
  char *config_file;
  OstRegistry *registry;
  OstConfig *config;
  OstStore *store;
  OstEngine *engine;
  OstApi *api;
  GMainLoop *loop;
  gboolean is_stopping;
  gboolean has_lost_store;
};

static void
tell_manager (const char *state)
{
#ifdef HAVE_SYSTEMD
  sd_notify (0, state);
#endif
}

static void
show_warnings (OstService *self)
{
  const char *const *warnings = ost_config_get_warnings (self->config);
  GPtrArray *problems = ost_registry_get_problems (self->registry);

  for (gsize i = 0; warnings[i] != NULL; i++)
    g_warning ("%s", warnings[i]);
  for (guint i = 0; i < problems->len; i++)
    g_warning ("%s", ((const OstRegistryProblem *)problems->pdata[i])->error->message);
}

static gboolean
open_store (OstService *self, GError **error)
{
  OstStoreOptions options = {
    .state_dir = ost_config_get_state_folder (self->config),
    .program_version = OST_VERSION,
    .now_us = ost_clock_get_time (ost_clock_get_system ()),
  };

  self->store = OST_STORE (g_object_new (ost_config_get_store (self->config)->type, NULL));
  return ost_store_open (self->store, &options, error);
}

OstService *
ost_service_new (const char *config_file, GError **error)
{
  g_autoptr (OstService) self = g_new0 (OstService, 1);

  self->config_file = g_strdup (config_file);
  self->registry = ost_registry_new ();
  ost_registry_add_default_folders (self->registry);
  ost_registry_load (self->registry);
  self->config = ost_config_load (config_file, self->registry, OST_CONFIG_FOR_SERVICE, error);
  if (self->config == NULL)
    return NULL;
  show_warnings (self);
  return open_store (self, error) ? g_steal_pointer (&self) : NULL;
}

static gboolean
reload (gpointer user_data, GError **error)
{
  OstService *self = user_data;
  g_autoptr (OstConfig) config
    = ost_config_load (self->config_file, self->registry, OST_CONFIG_FOR_SERVICE, error);
  g_autoptr (OstConfigChanges) changes = NULL;

  if (config == NULL)
    return FALSE;
  changes = ost_config_compare (self->config, config);
  if (!ost_engine_reload (self->engine, config, error))
    return FALSE;
  if (changes->needs_restart)
    g_warning ("[service] or [api] has changed; that takes a restart");
  g_set_object (&self->config, config);
  ost_api_set_config (self->api, config);
  g_message ("the configuration was read again");
  return TRUE;
}

static gboolean
hang_up_cb (gpointer user_data)
{
  OstService *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->is_stopping)
    return G_SOURCE_CONTINUE;
  tell_manager ("RELOADING=1");
  if (!reload (self, &error))
    g_warning ("the old configuration stays in force: %s", error->message);
  tell_manager ("READY=1");
  return G_SOURCE_CONTINUE;
}

static void
stopped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  OstService *self = user_data;

  ost_engine_stop_finish (self->engine, result);
  g_main_loop_quit (self->loop);
}

static gboolean
terminate_cb (gpointer user_data)
{
  OstService *self = user_data;

  if (self->is_stopping)
    return G_SOURCE_CONTINUE;
  self->is_stopping = TRUE;
  tell_manager ("STOPPING=1");
  ost_api_close (self->api);
  ost_engine_stop_async (self->engine, stopped_cb, self);
  return G_SOURCE_CONTINUE;
}

/* The store is another process's now: the service manager may start this one anew. */
static void
lease_lost_cb (OstEngine *engine, gpointer user_data)
{
  OstService *self = user_data;

  self->has_lost_store = TRUE;
  terminate_cb (self);
}

gboolean
ost_service_run (OstService *self, GError **error)
{
  OstApiParts parts = {
    .config = self->config,
    .registry = self->registry,
    .store = self->store,
    .clock = ost_clock_get_system (),
    .reload = reload,
    .user_data = self,
  };
  guint sources[3];
  gboolean is_listening;

  self->engine
    = ost_engine_new (self->config, self->registry, self->store, parts.clock, OST_ENGINE_SERVICE);
  g_signal_connect (self->engine, "lease-lost", G_CALLBACK (lease_lost_cb), self);
  if (!ost_engine_start (self->engine, error))
    return FALSE;
  parts.engine = self->engine;
  self->api = ost_api_new (&parts);
  self->loop = g_main_loop_new (NULL, FALSE);
  sources[0] = g_unix_signal_add (SIGTERM, terminate_cb, self);
  sources[1] = g_unix_signal_add (SIGINT, terminate_cb, self);
  sources[2] = g_unix_signal_add (SIGHUP, hang_up_cb, self);
  is_listening = ost_api_listen (self->api, error);
  if (is_listening)
    tell_manager ("READY=1");
  else
    {
      /* What the engine has begun ends in order, too. */
      g_prefix_error (error, "not started: ");
      terminate_cb (self);
    }
  g_main_loop_run (self->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  if (is_listening && self->has_lost_store)
    g_set_error_literal (error, OST_ERROR, OST_ERROR_EXISTS,
                         "another process has taken over the store");
  return is_listening && !self->has_lost_store;
}

void
ost_service_free (OstService *self)
{
  g_clear_object (&self->api);
  g_clear_object (&self->engine);
  if (self->store != NULL)
    ost_store_close (self->store);
  g_clear_object (&self->store);
  g_clear_object (&self->config);
  g_clear_object (&self->registry);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_free (self->config_file);
  g_free (self);
}
