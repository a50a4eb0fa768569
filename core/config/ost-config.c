/* ost-config.c: the configuration: one checked, immutable snapshot */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config.h"

#include "core/base/ost-settings-private.h"
#include "ost-config-keys.h"
#include "ost-config-tree.h"
#include "ost-config-words.h"
#include "ost-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _OstConfig {
  GObject parent_instance;

  char *file;
  GStrv warnings;
  OstConfigSection *service;
  OstConfigSection *api;
  OstConfigSection *brakes;
  GPtrArray *policies;            /* OstConfigSection, by name, as the next two */
  GPtrArray *connection_sections; /* OstConfigSection */
  GPtrArray *connections;         /* OstConnectionConfig, one for each section */
};

G_DEFINE_FINAL_TYPE (OstConfig, ost_config, G_TYPE_OBJECT)

static void
free_section (gpointer data)
{
  ost_config_section_free (data);
}

static void
ost_config_finalize (GObject *object)
{
  OstConfig *self = OST_CONFIG (object);

  g_free (self->file);
  g_strfreev (self->warnings);
  g_clear_pointer (&self->service, ost_config_section_free);
  g_clear_pointer (&self->api, ost_config_section_free);
  g_clear_pointer (&self->brakes, ost_config_section_free);
  g_ptr_array_unref (self->policies);
  g_ptr_array_unref (self->connection_sections);
  g_ptr_array_unref (self->connections);
  G_OBJECT_CLASS (ost_config_parent_class)->finalize (object);
}

static void
ost_config_class_init (OstConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_config_finalize;
}

static void
ost_config_init (OstConfig *self)
{
  self->policies = g_ptr_array_new_with_free_func (free_section);
  self->connection_sections = g_ptr_array_new_with_free_func (free_section);
  self->connections = g_ptr_array_new_with_free_func (g_free);
}

/* The plugins and the state folder have to be known before anything else can be checked. What is
 * wrong with these two keys is said later, with the rest. */
static void
load_plugins (const OstConfigTree *tree, OstRegistry *registry)
{
  const OstConfigEntry *entry = ost_config_group_find (tree->service, "plugin-path");
  g_auto (GStrv) folders = entry != NULL ? g_strsplit (entry->value, ";", -1) : NULL;

  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    if (g_path_is_absolute (g_strstrip (folders[i])))
      ost_registry_add_folder (registry, folders[i]);
  ost_registry_load (registry);
}

static void
read_state (OstConfigTree *tree, const OstConfigChange *change, OstConfigProblems *problems)
{
  const OstConfigEntry *entry = ost_config_group_find (tree->service, "state-dir");
  const char *folder = entry != NULL ? entry->value : OST_CONFIG_DEFAULT_STATE_FOLDER;

  if (g_path_is_absolute (folder))
    ost_config_tree_read_state (tree, folder, change, problems);
}

static int
compare_sections (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const OstConfigSection *const *)a)->name,
                 (*(const OstConfigSection *const *)b)->name);
}

static void
check_sections (OstConfig *self, const OstConfigTree *tree, OstRegistry *registry,
                OstConfigFlags flags, OstConfigProblems *problems)
{
  self->service = ost_config_section_check (tree->service, registry, flags, problems);
  self->api = ost_config_section_check (tree->api, registry, flags, problems);
  self->brakes = ost_config_section_check (tree->brakes, registry, flags, problems);
  for (guint i = 0; i < tree->named->len; i++)
    {
      const OstConfigGroup *group = tree->named->pdata[i];

      g_ptr_array_add (g_str_equal (group->kind, "policy") ? self->policies
                                                           : self->connection_sections,
                       ost_config_section_check (group, registry, flags, problems));
    }
  g_ptr_array_sort (self->policies, compare_sections);
  g_ptr_array_sort (self->connection_sections, compare_sections);
}

static const OstConfigSection *
find_section (GPtrArray *sections, const char *name)
{
  for (guint i = 0; i < sections->len; i++)
    {
      const OstConfigSection *section = sections->pdata[i];

      if (g_str_equal (section->name, name))
        return section;
    }
  return NULL;
}

static void report_key (OstConfigProblems *problems, const OstConfigSection *section,
                        const char *key, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
report_key (OstConfigProblems *problems, const OstConfigSection *section, const char *key,
            const char *format, ...)
{
  const char *file;
  guint line = ost_config_section_get_origin (section, key, &file);
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ost_config_problems_add (problems, file, line, "[%s] %s: %s", section->label, key, text);
}

static void
check_api (OstConfig *self, OstConfigProblems *problems)
{
  const char *http = ost_settings_get_text (self->api->settings, "http");
  gboolean has_certificate
    = ost_settings_get_text (self->api->settings, "http-tls-certificate") != NULL;
  gboolean has_key = ost_settings_get_text (self->api->settings, "http-tls-key") != NULL;

  if (has_certificate != has_key)
    report_key (problems, self->api, has_key ? "http-tls-key" : "http-tls-certificate",
                _ ("stands alone; http-tls-certificate and http-tls-key belong together; write "
                   "both or none"));
  else if (http == NULL && has_key)
    report_key (problems, self->api, "http-tls-key",
                _ ("is for TCP, but there is no http; write http=ADDRESS:PORT, or take it out"));
  else if (http != NULL && !has_key && !ost_config_http_is_loopback (http))
    report_key (problems, self->api, "http",
                _ ("‘%s’ can be reached by others; allowed without TLS are addresses like "
                   "127.0.0.1:8642; write http-tls-certificate and http-tls-key too"),
                http);
}

static OstSettings *
find_policy (OstConfig *self, const OstConfigSection *section, OstConfigProblems *problems)
{
  const char *name = ost_settings_get_text (section->settings, "policy");
  const OstConfigSection *policy;

  if (name == NULL || g_str_equal (name, "none"))
    return NULL;
  policy = find_section (self->policies, name);
  if (policy != NULL)
    return policy->settings;
  report_key (problems, section, "policy",
              _ ("there is no [policy %s]; write that group, or policy=none"), name);
  return NULL;
}

static OstConfigStatistics
parse_statistics (OstSettings *settings)
{
  const char *text = ost_settings_get_text (settings, "statistics");

  if (g_strcmp0 (text, "all") == 0)
    return OST_CONFIG_STATISTICS_ALL;
  return g_strcmp0 (text, "none") == 0 ? OST_CONFIG_STATISTICS_NONE : OST_CONFIG_STATISTICS_CHANGED;
}

static OstConnectionConfig *
new_connection (OstConfig *self, const OstConfigSection *section, OstConfigProblems *problems)
{
  OstConnectionConfig *connection = g_new0 (OstConnectionConfig, 1);
  OstSettings *settings = section->settings;
  const char *budget = ost_settings_get_text (settings, "statistics-budget");
  gint64 seconds = 0, period_seconds = 0;

  if (budget != NULL)
    ost_config_parse_budget (budget, &seconds, &period_seconds, NULL);
  connection->name = section->name;
  connection->settings = settings;
  connection->backend = section->plugins[OST_PLUGIN_BACKEND];
  connection->transport = section->plugins[OST_PLUGIN_TRANSPORT];
  connection->authority = section->plugins[OST_PLUGIN_AUTHORITY];
  connection->notifier = section->plugins[OST_PLUGIN_NOTIFIER];
  connection->policy = find_policy (self, section, problems);
  connection->quick_sync_seconds
    = (guint)ost_settings_get_integer (settings, "quick-sync-interval");
  connection->full_sync_seconds = (guint)ost_settings_get_integer (settings, "full-sync-interval");
  connection->statistics = parse_statistics (settings);
  connection->statistics_budget_seconds = (guint)seconds;
  connection->statistics_period_seconds = (guint)period_seconds;
  connection->shells = (guint)ost_settings_get_integer (settings, "shells");
  connection->keeps_personal_data = ost_settings_get_boolean (settings, "personal-data");
  connection->file = section->file;
  connection->line = section->line;
  return connection;
}

static void
add_connection (OstConfig *self, const OstConfigSection *section, OstConfigProblems *problems)
{
  OstConnectionConfig *connection = new_connection (self, section, problems);

  g_ptr_array_add (self->connections, connection);
  if (connection->full_sync_seconds > 0
      && connection->quick_sync_seconds > connection->full_sync_seconds)
    report_key (problems, section, "quick-sync-interval",
                _ ("‘%s’ is more than full-sync-interval=%s; allowed is at most that; shorten the "
                   "one or lengthen the other"),
                ost_settings_get_text (section->settings, "quick-sync-interval"),
                ost_settings_get_text (section->settings, "full-sync-interval"));
}

static void
check_together (OstConfig *self, OstConfigProblems *problems)
{
  check_api (self, problems);
  for (guint i = 0; i < self->connection_sections->len; i++)
    add_connection (self, self->connection_sections->pdata[i], problems);
}

OstConfig *
ost_config_load_with (const char *file, OstRegistry *registry, OstConfigFlags flags,
                      const char *changed_file, const char *changed_text, GError **error)
{
  g_autoptr (OstConfig) self = g_object_new (OST_TYPE_CONFIG, NULL);
  g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
  const OstConfigChange change = { changed_file, changed_text };
  g_autoptr (OstConfigTree) tree = NULL;

  self->file = g_canonicalize_filename (file, NULL);
  if ((flags & OST_CONFIG_MAY_BE_MISSING) == 0 && ost_file_is_absent (self->file))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
                   _ ("there is no configuration ‘%s’; write one, let ‘ostiary setup’ do it, or "
                      "name another with --config"),
                   self->file);
      return NULL;
    }
  tree = ost_config_tree_read (self->file, &change, problems);
  load_plugins (tree, registry);
  read_state (tree, &change, problems);
  check_sections (self, tree, registry, flags, problems);
  check_together (self, problems);
  self->warnings = ost_config_problems_get_warnings (problems);
  if (ost_config_problems_count (problems) == 0)
    return g_steal_pointer (&self);
  g_propagate_error (error, ost_config_problems_to_error (problems));
  return NULL;
}

OstConfig *
ost_config_load (const char *file, OstRegistry *registry, OstConfigFlags flags, GError **error)
{
  return ost_config_load_with (file, registry, flags, NULL, NULL, error);
}

const char *
ost_config_get_file (OstConfig *self)
{
  return self->file;
}

const char *const *
ost_config_get_warnings (OstConfig *self)
{
  return (const char *const *)self->warnings;
}

OstSettings *
ost_config_get_service (OstConfig *self)
{
  return self->service->settings;
}

OstSettings *
ost_config_get_api (OstConfig *self)
{
  return self->api->settings;
}

OstSettings *
ost_config_get_brakes (OstConfig *self)
{
  return self->brakes->settings;
}

const char *
ost_config_get_state_folder (OstConfig *self)
{
  return ost_settings_get_text (self->service->settings, "state-dir");
}

const OstPlugin *
ost_config_get_store (OstConfig *self)
{
  return self->service->plugins[OST_PLUGIN_STORE];
}

GPtrArray *
ost_config_get_connections (OstConfig *self)
{
  return self->connections;
}

static const OstConnectionConfig *
find_connection (OstConfig *self, const char *name)
{
  for (guint i = 0; i < self->connections->len; i++)
    {
      const OstConnectionConfig *connection = self->connections->pdata[i];

      if (g_str_equal (connection->name, name))
        return connection;
    }
  return NULL;
}

const OstConnectionConfig *
ost_config_find_connection (OstConfig *self, const char *name, GError **error)
{
  const OstConnectionConfig *connection = find_connection (self, name);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *joined = NULL;

  if (connection != NULL)
    return connection;
  for (guint i = 0; i < self->connections->len; i++)
    g_ptr_array_add (names,
                     (gpointer)((const OstConnectionConfig *)self->connections->pdata[i])->name);
  joined = names->len > 0 ? ost_config_words_join (names) : g_strdup (_ ("none"));
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
               _ ("there is no connection ‘%s’; those in the configuration: %s; ‘ostiary setup %s’ "
                  "makes it"),
               name, joined, name);
  return NULL;
}

OstSettings *
ost_config_get_policy (OstConfig *self, const char *name)
{
  const OstConfigSection *policy = find_section (self->policies, name);

  return policy != NULL ? policy->settings : NULL;
}

char *
ost_config_dump (OstConfig *self)
{
  const OstConfigSection *const singles[] = { self->service, self->api, self->brakes };
  GPtrArray *const named[] = { self->connection_sections, self->policies };
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (singles); i++)
    ost_config_section_dump (singles[i], text);
  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    for (guint j = 0; j < named[i]->len; j++)
      ost_config_section_dump (named[i]->pdata[j], text);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
ost_config_dump_connection (OstConfig *self, const char *name)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < self->connection_sections->len; i++)
    {
      const OstConfigSection *section = self->connection_sections->pdata[i];

      if (g_strcmp0 (section->name, name) == 0)
        ost_config_section_dump (section, text);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
settings_are_equal (OstSettings *a, OstSettings *b)
{
  return a == b || (a != NULL && b != NULL && ost_settings_equal (a, b));
}

static gboolean
connections_are_equal (const OstConnectionConfig *a, const OstConnectionConfig *b)
{
  return a->backend == b->backend && a->transport == b->transport && a->authority == b->authority
         && a->notifier == b->notifier && settings_are_equal (a->settings, b->settings)
         && settings_are_equal (a->policy, b->policy);
}

OstConfigChanges *
ost_config_compare (OstConfig *old_config, OstConfig *new_config)
{
  OstConfigChanges *changes = g_new0 (OstConfigChanges, 1);
  g_autoptr (GStrvBuilder) added = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) removed = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) changed = g_strv_builder_new ();

  for (guint i = 0; i < new_config->connections->len; i++)
    {
      const OstConnectionConfig *connection = new_config->connections->pdata[i];
      const OstConnectionConfig *before = find_connection (old_config, connection->name);

      if (before == NULL)
        g_strv_builder_add (added, connection->name);
      else if (!connections_are_equal (before, connection))
        g_strv_builder_add (changed, connection->name);
    }
  for (guint i = 0; i < old_config->connections->len; i++)
    {
      const OstConnectionConfig *connection = old_config->connections->pdata[i];

      if (find_connection (new_config, connection->name) == NULL)
        g_strv_builder_add (removed, connection->name);
    }
  changes->added = g_strv_builder_end (added);
  changes->removed = g_strv_builder_end (removed);
  changes->changed = g_strv_builder_end (changed);
  changes->needs_restart
    = !settings_are_equal (old_config->service->settings, new_config->service->settings)
      || !settings_are_equal (old_config->api->settings, new_config->api->settings);
  return changes;
}

void
ost_config_changes_free (OstConfigChanges *self)
{
  g_strfreev (self->added);
  g_strfreev (self->removed);
  g_strfreev (self->changed);
  g_free (self);
}
