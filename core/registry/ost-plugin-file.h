/* ost-plugin-file.h: judges a plugin's file before it is opened */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * ost_plugin_kind_to_string:
 * @kind: a kind
 *
 * Returns: (transfer none) (nullable): the kind's name in file names and configuration, %NULL for
 *   a number that is no kind
 */
const char *ost_plugin_kind_to_string (OstPluginKind kind);

/**
 * ost_plugin_kind_list:
 *
 * Returns: (transfer full): the names of all kinds, for messages
 */
char *ost_plugin_kind_list (void);

/**
 * ost_plugin_name_is_valid:
 * @name: a plugin's name
 *
 * Returns: whether it has the form of a key and at most 32 characters
 */
gboolean ost_plugin_name_is_valid (const char *name);

/**
 * ost_plugin_file_is_candidate:
 * @basename: the name of a file in a plugin folder
 *
 * Returns: whether it is meant to be a plugin: `libostiary-*.so`
 */
gboolean ost_plugin_file_is_candidate (const char *basename);

/**
 * ost_plugin_file_parse_name:
 * @file: a path, or the last part of one
 * @kind: (out): the kind in it
 * @name: (out) (transfer full): the name in it
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where it is not of the form `libostiary-KIND-NAME.so`
 */
gboolean ost_plugin_file_parse_name (const char *file, OstPluginKind *kind, char **name,
                                     GError **error);

/**
 * ost_plugin_file_check:
 * @file: a plugin's file
 * @error: return location for an error
 *
 * A symbolic link is followed, since packages ship links to versioned files; then it is the real
 * file and the real file's folder that are judged.
 *
 * Returns: %FALSE with %OST_ERROR_DENIED where the file is not regular, or where somebody besides
 *   root and the user of this process can change it or put another one in its place;
 *   %OST_ERROR_NOT_FOUND where it is not there
 */
gboolean ost_plugin_file_check (const char *file, GError **error);

/**
 * ost_plugin_folder_check:
 * @folder: a folder of plugins
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_DENIED where somebody besides root and the user of this process
 *   can put files there, %OST_ERROR_NOT_FOUND where it is not there
 */
gboolean ost_plugin_folder_check (const char *folder, GError **error);

G_END_DECLS
