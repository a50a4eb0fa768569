/* ost-registry.h: finds, judges, loads and lists plugins */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstPlugin:
 * @info: its descriptor
 * @file: the file that it was loaded from
 * @type: the type to make instances of
 *
 * A plugin that passed every judgement. It stays loaded until the process ends.
 */
typedef struct {
  const OstPluginInfo *info;
  const char *file;
  GType type;
} OstPlugin;

/**
 * OstRegistryProblem:
 * @path: the file or folder that was refused
 * @error: why: its message names @path, what was found, what was expected and what to do
 */
typedef struct {
  char *path;
  GError *error;
} OstRegistryProblem;

/**
 * OstRegistry:
 *
 * The plugins of this process. Belongs to one thread, the main one; what it hands out is
 * immutable and may be read by all.
 */
#define OST_TYPE_REGISTRY (ost_registry_get_type ())
G_DECLARE_FINAL_TYPE (OstRegistry, ost_registry, OST, REGISTRY, GObject)

/**
 * ost_registry_new:
 *
 * Returns: (transfer full): a registry without folders
 */
OstRegistry *ost_registry_new (void);

/**
 * ost_registry_add_folder:
 * @self: a registry
 * @folder: where ost_registry_load() shall look
 *
 * Where two folders have a plugin of one kind and name, the folder that was added first wins. A
 * folder that is not there becomes a problem.
 */
void ost_registry_add_folder (OstRegistry *self, const char *folder);

/**
 * ost_registry_add_default_folders:
 * @self: a registry
 *
 * Adds the folders of `OSTIARY_PLUGIN_PATH`, unless this process has rights that its caller lacks,
 * and then the folder that this program was installed with.
 */
void ost_registry_add_default_folders (OstRegistry *self);

/**
 * ost_registry_load:
 * @self: a registry
 *
 * Loads what the folders hold that were added since the last time. What is refused becomes a
 * problem; it never stops the rest.
 */
void ost_registry_load (OstRegistry *self);

/**
 * ost_registry_load_file:
 * @self: a registry
 * @file: a plugin's file
 * @error: return location for an error
 *
 * Loads one plugin, without noting a problem.
 *
 * Returns: (transfer none): the plugin, or %NULL with %OST_ERROR_DENIED for owner and mode,
 *   %OST_ERROR_EXISTS for a clash of names or types, %OST_ERROR_NOT_SUPPORTED for another ABI or
 *   version, %OST_ERROR_NOT_FOUND, or %OST_ERROR_INVALID
 */
const OstPlugin *ost_registry_load_file (OstRegistry *self, const char *file, GError **error);

/**
 * ost_registry_add_static:
 * @self: a registry
 * @info: a descriptor that is part of this program
 * @error: return location for an error
 *
 * Adds a plugin without a file, as tests and tools have them. Its descriptor and type are judged
 * as any other's.
 *
 * Returns: (transfer none): the plugin, or %NULL as ost_registry_load_file()
 */
const OstPlugin *ost_registry_add_static (OstRegistry *self, const OstPluginInfo *info,
                                          GError **error);

/**
 * ost_registry_get_plugins:
 * @self: a registry
 *
 * Returns: (transfer none) (element-type OstPlugin): all plugins, by kind and name
 */
GPtrArray *ost_registry_get_plugins (OstRegistry *self);

/**
 * ost_registry_get_problems:
 * @self: a registry
 *
 * Returns: (transfer none) (element-type OstRegistryProblem): what was refused, in the order in
 *   which it was met
 */
GPtrArray *ost_registry_get_problems (OstRegistry *self);

/**
 * ost_registry_find:
 * @self: a registry
 * @kind: a kind
 * @name: a plugin's name
 * @error: return location for an error
 *
 * Returns: (transfer none): the plugin, or %NULL with %OST_ERROR_NOT_FOUND, whose message lists
 *   those that are there, or tells why one of that name was refused
 */
const OstPlugin *ost_registry_find (OstRegistry *self, OstPluginKind kind, const char *name,
                                    GError **error);

/**
 * ost_registry_create:
 * @self: a registry
 * @kind: a kind
 * @name: a plugin's name
 * @error: return location for an error
 *
 * Returns: (transfer full): a new instance, which implements the interface of its kind, or %NULL
 *   as ost_registry_find()
 */
GObject *ost_registry_create (OstRegistry *self, OstPluginKind kind, const char *name,
                              GError **error);

G_END_DECLS
