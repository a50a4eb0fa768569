/* ost-config-keys.h: the keys that the core itself understands */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OST_CONFIG_DEFAULT_STATE_FOLDER:
 *
 * The default of `state-dir=`.
 */
#define OST_CONFIG_DEFAULT_STATE_FOLDER "/var/lib/ostiary"

/**
 * OstConfigKey:
 * @setting: the key, its type and its default; the last row of a table has no key
 * @check: (nullable): what its type does not say; gives %OST_ERROR_INVALID with what was found,
 *   what is allowed and what to do
 *
 * One key of the core. The manual is made from these rows too.
 */
typedef struct {
  OstSetting setting;
  gboolean (*check) (const char *value, GError **error);
} OstConfigKey;

/**
 * ost_config_keys_get:
 * @kind: the kind of a group, such as `connection`
 *
 * Returns: (transfer none): the core's keys in such a group, ended by a row without key; those of
 *   plugins come on top
 */
const OstConfigKey *ost_config_keys_get (const char *kind);

/**
 * ost_config_check_methods:
 * @value: the list of sign-in methods that an identity may use
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where one of them is unknown
 */
gboolean ost_config_check_methods (const char *value, GError **error);

/**
 * ost_config_parse_budget:
 * @text: such as `10min per hour`
 * @seconds: (out): the time that may be used
 * @period_seconds: (out): in which time
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where it is not of that form, or more than the whole
 */
gboolean ost_config_parse_budget (const char *text, gint64 *seconds, gint64 *period_seconds,
                                  GError **error);

/**
 * ost_config_http_is_loopback:
 * @address: a value of the key `http` that was checked
 *
 * Returns: whether it can be reached from this machine alone
 */
gboolean ost_config_http_is_loopback (const char *address);

G_END_DECLS
