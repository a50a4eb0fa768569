/* ost-plugin.h: a plugin's descriptor: data that is judged before any code runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-setting.h>

G_BEGIN_DECLS

/**
 * OST_PLUGIN_MAGIC:
 *
 * The first four bytes of a descriptor.
 *
 * Since: 1.0
 */
#define OST_PLUGIN_MAGIC 0x3159534fu /* "OSY1" in memory on a little-endian machine */

/**
 * OST_PLUGIN_ABI_MAJOR:
 *
 * Another major number is another ABI: such a plugin is refused.
 *
 * Since: 1.0
 */
#define OST_PLUGIN_ABI_MAJOR 1
/**
 * OST_PLUGIN_ABI_MINOR:
 *
 * Grows with what is added; a plugin built against a higher one than the core's is refused.
 *
 * Since: 1.0
 */
#define OST_PLUGIN_ABI_MINOR 0

/**
 * OstPluginKind:
 * @OST_PLUGIN_BACKEND: implements #OstBackend
 * @OST_PLUGIN_TRANSPORT: implements #OstTransport
 * @OST_PLUGIN_STORE: internal; bound to exactly one version of the core
 * @OST_PLUGIN_AUTHORITY: implements #OstAuthority
 * @OST_PLUGIN_NOTIFIER: implements #OstNotifier
 *
 * Since: 1.0
 */
typedef enum {
  OST_PLUGIN_BACKEND = 1,
  OST_PLUGIN_TRANSPORT = 2,
  OST_PLUGIN_STORE = 3,
  OST_PLUGIN_AUTHORITY = 4,
  OST_PLUGIN_NOTIFIER = 5,
} OstPluginKind;

/**
 * OstCapabilities:
 * @OST_CAPABILITY_NONE: nothing beyond what every plugin of its kind does
 * @OST_CAPABILITY_SLICES: a backend that takes %OST_SELECT_PREFIX and %OST_SELECT_EXCEPT
 * @OST_CAPABILITY_STATISTICS: a backend that takes %OST_SELECT_VIEW
 *
 * Since: 1.0
 */
typedef enum {
  OST_CAPABILITY_NONE = 0,
  OST_CAPABILITY_SLICES = 1 << 0,
  OST_CAPABILITY_STATISTICS = 1 << 1,
} OstCapabilities;

/**
 * OstPluginInfo:
 * @magic: %OST_PLUGIN_MAGIC
 * @abi_major: %OST_PLUGIN_ABI_MAJOR
 * @abi_minor: %OST_PLUGIN_ABI_MINOR
 * @size: `sizeof (OstPluginInfo)`
 * @kind: what it is; the file must be called `libostiary-KIND-NAME.so`
 * @name: the name that the configuration uses: lower case letters, digits, hyphens
 * @title: one line for people
 * @version: the plugin's own version; a store's must be the core's
 * @type_name: the GType that @get_type registers: `Ost<Kind><Name>`
 * @capabilities: what it can do beyond the minimum
 * @settings: (nullable): its settings, ended by a row without key
 * @identities: (nullable): its identities, ended by a row without name
 * @get_type: registers and returns the GType; called once, after all of the above was judged
 *
 * What a plugin exports, as `ost_plugin_info` and as its only symbol.
 *
 * Since: 1.0
 */
typedef struct {
  guint32 magic;
  guint16 abi_major;
  guint16 abi_minor;
  guint32 size;
  guint32 kind;
  const char *name;
  const char *title;
  const char *version;
  const char *type_name;
  guint64 capabilities;
  const OstSetting *settings;
  const OstIdentity *identities;
  GType (*get_type) (void);
} OstPluginInfo;

/**
 * OST_PLUGIN_HEAD:
 *
 * The first four members of a descriptor.
 *
 * Since: 1.0
 */
#define OST_PLUGIN_HEAD                                                                            \
  .magic = OST_PLUGIN_MAGIC, .abi_major = OST_PLUGIN_ABI_MAJOR, .abi_minor = OST_PLUGIN_ABI_MINOR, \
  .size = sizeof (OstPluginInfo)

/**
 * OST_PLUGIN_EXPORT:
 *
 * Put before the definition of `const OstPluginInfo ost_plugin_info`.
 *
 * Since: 1.0
 */
#define OST_PLUGIN_EXPORT __attribute__ ((visibility ("default"), used))

G_END_DECLS
