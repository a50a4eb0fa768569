/* ost-settings-private.h: how the configuration fills settings */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-private.h"

G_BEGIN_DECLS

/**
 * ost_settings_new:
 * @connection: the connection's name
 *
 * Returns: (transfer full): settings without values; filled, then shared and never changed again
 */
OST_INTERNAL OstSettings *ost_settings_new (const char *connection);

/**
 * ost_settings_set:
 * @self: settings that were not shared yet
 * @setting: the row that the value belongs to
 * @text: (nullable): the value as it is written; %NULL for the row's default
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID, whose message says what was found and what is allowed
 *   (`‘5’ has no unit; write 5s, 5min, 5h or 5d`) but neither file nor key
 */
OST_INTERNAL gboolean ost_settings_set (OstSettings *self, const OstSetting *setting,
                                        const char *text, GError **error);

OST_INTERNAL const char *ost_settings_get_connection (OstSettings *self);

/**
 * ost_settings_equal:
 * @a: settings
 * @b: other settings
 *
 * Returns: whether both have the same keys with the same texts
 */
OST_INTERNAL gboolean ost_settings_equal (OstSettings *a, OstSettings *b);

/**
 * ost_duration_parse:
 * @text: such as `2min`
 * @seconds: (out): how many seconds
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where it is no number with the unit s, min, h or d
 */
OST_INTERNAL gboolean ost_duration_parse (const char *text, gint64 *seconds, GError **error);

G_END_DECLS
