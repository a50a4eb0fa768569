/* ost-setting.h: a plugin's table of settings, and a connection's values */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

G_BEGIN_DECLS

/**
 * OstSettingType:
 * @OST_SETTING_TEXT: any text
 * @OST_SETTING_BOOLEAN: `yes` or `no`
 * @OST_SETTING_INTEGER: a whole number between minimum and maximum
 * @OST_SETTING_DURATION: a number with a unit, `s`, `min`, `h` or `d`; the value is in seconds
 * @OST_SETTING_LIST: texts separated by semicolons
 * @OST_SETTING_CHOICE: one of the names in choices
 * @OST_SETTING_FILE: an absolute path
 * @OST_SETTING_SECRET: a reference to a secret (`file:PATH`, `credential:NAME`, `env:NAME`); the
 *   value that a plugin sees is the reference, never the secret
 *
 * Since: 1.0
 */
typedef enum {
  OST_SETTING_TEXT,
  OST_SETTING_BOOLEAN,
  OST_SETTING_INTEGER,
  OST_SETTING_DURATION,
  OST_SETTING_LIST,
  OST_SETTING_CHOICE,
  OST_SETTING_FILE,
  OST_SETTING_SECRET,
} OstSettingType;

/**
 * OstSettingFlags:
 * @OST_SETTING_OPTIONAL: may be left out
 * @OST_SETTING_REQUIRED: a connection that uses this plugin must have it
 *
 * Since: 1.0
 */
typedef enum {
  OST_SETTING_OPTIONAL = 0,
  OST_SETTING_REQUIRED = 1 << 0,
} OstSettingFlags;

/**
 * OstSetting:
 * @key: the configuration key, lower case with hyphens. Keys of backends and transports are bare,
 *   those of authorities and notifiers begin with `authority-` or `notify-`
 * @type: what its value must be
 * @flags: whether it must be there
 * @default_value: (nullable): the text that stands for it where it is left out
 * @minimum: smallest integer, or shortest duration in seconds
 * @maximum: largest integer, or longest duration in seconds; 0 for no limit
 * @choices: (nullable) (array zero-terminated=1): the names that a choice takes
 * @summary: one sentence for the manual
 *
 * One row of a plugin's settings table; a table ends with a row whose key is %NULL. The
 * configuration is checked against it, and the manual is made from it.
 *
 * Since: 1.0
 */
typedef struct {
  const char *key;
  OstSettingType type;
  OstSettingFlags flags;
  const char *default_value;
  gint64 minimum;
  gint64 maximum;
  const char *const *choices;
  const char *summary;
} OstSetting;

/**
 * OstIdentity:
 * @name: the identity's name, by which requests name it: `connection`, `notify`, `authority`
 * @user_key: (nullable): the setting that holds the user's name
 * @secret_key: (nullable): the setting that holds the reference to the secret
 * @methods_key: (nullable): the setting that lists the sign-in methods the administrator allows
 *
 * One account under which a plugin sends requests; a table ends with a row whose name is %NULL.
 * The plugin never sees the secret: the core hands it to the transport alone.
 *
 * Since: 1.0
 */
typedef struct {
  const char *name;
  const char *user_key;
  const char *secret_key;
  const char *methods_key;
} OstIdentity;

/**
 * OstSettings:
 *
 * The checked values of one connection: immutable, shared by all threads.
 *
 * Since: 1.0
 */
#define OST_TYPE_SETTINGS (ost_settings_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (OstSettings, ost_settings, OST, SETTINGS, GObject)

/**
 * ost_settings_get_text:
 * @self: settings
 * @key: a key of the plugin's own table, or one that every connection has
 *
 * Returns: (transfer none) (nullable): the text, the table's default, or %NULL
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_settings_get_text (OstSettings *self, const char *key);

/**
 * ost_settings_get_boolean:
 * @self: settings
 * @key: the key of a %OST_SETTING_BOOLEAN
 *
 * Returns: its value, %FALSE where there is neither value nor default
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_settings_get_boolean (OstSettings *self, const char *key);

/**
 * ost_settings_get_integer:
 * @self: settings
 * @key: the key of a %OST_SETTING_INTEGER, or of a %OST_SETTING_DURATION (in seconds)
 *
 * Returns: its value, 0 where there is neither value nor default
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gint64 ost_settings_get_integer (OstSettings *self, const char *key);

/**
 * ost_settings_get_list:
 * @self: settings
 * @key: the key of a %OST_SETTING_LIST
 *
 * Returns: (transfer none) (array zero-terminated=1): its items, empty where there is none
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *const *ost_settings_get_list (OstSettings *self, const char *key);

G_END_DECLS
