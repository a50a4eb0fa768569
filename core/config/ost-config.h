/* ost-config.h: the configuration: one checked, immutable snapshot */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-config-section.h"

G_BEGIN_DECLS

/**
 * OST_CONFIG_DEFAULT_FILE:
 *
 * The main file where `--config` names no other.
 */
#define OST_CONFIG_DEFAULT_FILE "/etc/ostiary/ostiary.conf"

/**
 * OstConfigStatistics:
 * @OST_CONFIG_STATISTICS_CHANGED: of new and changed devices, then of those unread for longest
 * @OST_CONFIG_STATISTICS_ALL: of all devices in each full synchronisation
 * @OST_CONFIG_STATISTICS_NONE: of none
 *
 * Of which devices the fields are read that cost a call for each mailbox.
 */
typedef enum {
  OST_CONFIG_STATISTICS_CHANGED,
  OST_CONFIG_STATISTICS_ALL,
  OST_CONFIG_STATISTICS_NONE,
} OstConfigStatistics;

/**
 * OstConnectionConfig:
 * @name: its name
 * @settings: all its values, for plugins
 * @backend: the plugin of `environment=`
 * @transport: the plugin of `transport=`
 * @authority: (nullable): the plugin of `authority=`
 * @notifier: (nullable): the plugin of `notify=`
 * @policy: (nullable): the settings of the policy that it names
 * @quick_sync_seconds: the time between two quick synchronisations
 * @full_sync_seconds: the time between two full ones
 * @statistics: of which devices statistics are read
 * @statistics_budget_seconds: how much time may go into them
 * @statistics_period_seconds: in which time
 * @shells: how many sessions may be open, 1 to 8
 * @keeps_personal_data: whether phone numbers and IMEIs are kept
 * @file: where it is defined
 * @line: in which line
 *
 * One connection. It lives as long as the snapshot that it is part of.
 */
typedef struct {
  const char *name;
  OstSettings *settings;
  const OstPlugin *backend;
  const OstPlugin *transport;
  const OstPlugin *authority;
  const OstPlugin *notifier;
  OstSettings *policy;
  guint quick_sync_seconds;
  guint full_sync_seconds;
  OstConfigStatistics statistics;
  guint statistics_budget_seconds;
  guint statistics_period_seconds;
  guint shells;
  gboolean keeps_personal_data;
  const char *file;
  guint line;
} OstConnectionConfig;

/**
 * OstConfig:
 *
 * One configuration that was right when it was read. Immutable, so that all threads may read it.
 */
#define OST_TYPE_CONFIG (ost_config_get_type ())
G_DECLARE_FINAL_TYPE (OstConfig, ost_config, OST, CONFIG, GObject)

/**
 * ost_config_load:
 * @file: the main file
 * @registry: the plugins; gets and loads the folders of `plugin-path=`
 * @flags: flags
 * @error: return location for an error
 *
 * Reads @file, then `ostiary.conf.d/ *.conf` beside it and `STATE-DIR/connections.d/ *.conf`, each
 * in name order.
 *
 * Returns: (transfer full): the snapshot, or %NULL with %OST_ERROR_INVALID, whose message has a
 *   line for everything that is wrong, or %OST_ERROR_NOT_FOUND where there is no @file
 */
OstConfig *ost_config_load (const char *file, OstRegistry *registry, OstConfigFlags flags,
                            GError **error);

/**
 * ost_config_load_with:
 * @file: the main file
 * @registry: the plugins
 * @flags: flags
 * @changed_file: a file of one of the folders
 * @changed_text: (nullable): what it shall be read as, %NULL as if it were not there
 * @error: return location for an error
 *
 * As ost_config_load(), to see what would become of it.
 *
 * Returns: (transfer full): the snapshot, or %NULL
 */
OstConfig *ost_config_load_with (const char *file, OstRegistry *registry, OstConfigFlags flags,
                                 const char *changed_file, const char *changed_text,
                                 GError **error);

/**
 * ost_config_get_file:
 * @self: a snapshot
 *
 * Returns: (transfer none): the main file
 */
const char *ost_config_get_file (OstConfig *self);

/**
 * ost_config_get_warnings:
 * @self: a snapshot
 *
 * Returns: (transfer none): what an administrator should see although it stops nothing
 */
const char *const *ost_config_get_warnings (OstConfig *self);

/**
 * ost_config_get_service:
 * @self: a snapshot
 *
 * Returns: (transfer none): the values of `[service]`, those of the store's keys among them
 */
OstSettings *ost_config_get_service (OstConfig *self);

/**
 * ost_config_get_api:
 * @self: a snapshot
 *
 * Returns: (transfer none): the values of `[api]`
 */
OstSettings *ost_config_get_api (OstConfig *self);

/**
 * ost_config_get_brakes:
 * @self: a snapshot
 *
 * Returns: (transfer none): the values of `[brakes]`
 */
OstSettings *ost_config_get_brakes (OstConfig *self);

/**
 * ost_config_get_state_folder:
 * @self: a snapshot
 *
 * Returns: (transfer none): the value of `state-dir=`
 */
const char *ost_config_get_state_folder (OstConfig *self);

/**
 * ost_config_get_store:
 * @self: a snapshot
 *
 * Returns: (transfer none): the plugin of `store=`
 */
const OstPlugin *ost_config_get_store (OstConfig *self);

/**
 * ost_config_get_connections:
 * @self: a snapshot
 *
 * Returns: (transfer none) (element-type OstConnectionConfig): all connections, by name
 */
GPtrArray *ost_config_get_connections (OstConfig *self);

/**
 * ost_config_find_connection:
 * @self: a snapshot
 * @name: a name
 * @error: return location for an error
 *
 * Returns: (transfer none): the connection, or %NULL with %OST_ERROR_NOT_FOUND, whose message
 *   lists those that there are
 */
const OstConnectionConfig *ost_config_find_connection (OstConfig *self, const char *name,
                                                       GError **error);

/**
 * ost_config_get_policy:
 * @self: a snapshot
 * @name: a name
 *
 * Returns: (transfer none) (nullable): the values of `[policy NAME]`
 */
OstSettings *ost_config_get_policy (OstConfig *self, const char *name);

/**
 * ost_config_dump:
 * @self: a snapshot
 *
 * Returns: (transfer full): every value that holds, defaults too, each after a comment that says
 *   where it comes from. It reads as a configuration, and has references instead of secrets.
 */
char *ost_config_dump (OstConfig *self);

/**
 * ost_config_dump_connection:
 * @self: a snapshot
 * @name: a connection's name
 *
 * Returns: (transfer full): the same of one connection; empty where there is none of that name
 */
char *ost_config_dump_connection (OstConfig *self, const char *name);

/**
 * OstConfigChanges:
 * @added: (array zero-terminated=1): names of connections that only the new snapshot has
 * @removed: (array zero-terminated=1): names that only the old one has
 * @changed: (array zero-terminated=1): names of those with other values, plugins or policies
 * @needs_restart: whether the group `[service]` or `[api]` differs, which a running service cannot
 *   take over
 *
 * What a reload brings.
 */
typedef struct {
  GStrv added;
  GStrv removed;
  GStrv changed;
  gboolean needs_restart;
} OstConfigChanges;

/**
 * ost_config_compare:
 * @old_config: the snapshot that is in force
 * @new_config: the one that shall be
 *
 * Returns: (transfer full): what differs
 */
OstConfigChanges *ost_config_compare (OstConfig *old_config, OstConfig *new_config);
void ost_config_changes_free (OstConfigChanges *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConfigChanges, ost_config_changes_free)

G_END_DECLS
