/* ost-config-rows.h: which keys a group may have, and who claims each */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/registry/ost-registry.h"

G_BEGIN_DECLS

/**
 * OstConfigRow:
 * @setting: the key, its type and its default
 * @check: (nullable): what its type does not say
 * @plugin: (nullable): who claims it; %NULL for the core
 *
 * One key that a group may have.
 */
typedef struct {
  OstSetting setting;
  gboolean (*check) (const char *value, GError **error);
  const OstPlugin *plugin;
} OstConfigRow;

/**
 * ost_config_rows_new:
 * @group_kind: the kind of a group
 *
 * Returns: (transfer full) (element-type OstConfigRow): the keys that the core claims in it
 */
GPtrArray *ost_config_rows_new (const char *group_kind);

/**
 * ost_config_rows_add_plugin:
 * @rows: (element-type OstConfigRow): rows
 * @plugin: a plugin that the group names
 *
 * Adds the keys of its table, and those of its identities that are not in the table: the user, the
 * secret, the secret that will follow it, and the sign-in methods. A key that somebody claims
 * already is added as well: the group is wrong then, but its first owner checks it.
 */
void ost_config_rows_add_plugin (GPtrArray *rows, const OstPlugin *plugin);

/**
 * ost_config_rows_find:
 * @rows: (element-type OstConfigRow): rows
 * @key: a key
 *
 * Returns: (transfer none) (nullable): the first row of that key
 */
const OstConfigRow *ost_config_rows_find (GPtrArray *rows, const char *key);

/**
 * ost_config_plugin_claims:
 * @plugin: a plugin
 * @key: a key
 *
 * Returns: whether a group that names the plugin may have the key
 */
gboolean ost_config_plugin_claims (const OstPlugin *plugin, const char *key);

G_END_DECLS
