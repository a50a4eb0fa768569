/* ost-plugin-check.h: judges a plugin by its descriptor, and by the type that it registers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * ost_plugin_check_info:
 * @info: a descriptor, of which nothing is believed yet
 * @kind: the kind in the file's name
 * @name: the name in the file's name
 * @error: return location for an error
 *
 * Reads data only: no code of the plugin runs.
 *
 * Returns: %FALSE with %OST_ERROR_NOT_SUPPORTED for another ABI or, in a store, another version of
 *   the program; with %OST_ERROR_INVALID for everything else that is wrong with it
 */
gboolean ost_plugin_check_info (const OstPluginInfo *info, OstPluginKind kind, const char *name,
                                GError **error);

/**
 * ost_plugin_check_type:
 * @info: a descriptor that was judged
 * @type: what its get_type returned
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where @type is not the type that the descriptor names,
 *   cannot be instantiated, or does not implement what its kind must
 */
gboolean ost_plugin_check_type (const OstPluginInfo *info, GType type, GError **error);

G_END_DECLS
