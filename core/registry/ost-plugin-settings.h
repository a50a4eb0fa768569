/* ost-plugin-settings.h: judges a plugin's tables of settings and identities */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * ost_setting_key_is_valid:
 * @key: a configuration key
 *
 * Returns: whether it is made of lower case letters, digits and single hyphens, begins with a
 *   letter and has at most 64 characters
 */
gboolean ost_setting_key_is_valid (const char *key);

/**
 * ost_plugin_check_settings:
 * @info: a descriptor whose kind was judged
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where a row of its tables contradicts itself, another
 *   row, or the rule of what keys its kind may claim
 */
gboolean ost_plugin_check_settings (const OstPluginInfo *info, GError **error);

G_END_DECLS
