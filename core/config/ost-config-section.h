/* ost-config-section.h: one group whose keys were checked against the tables that claim them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/registry/ost-registry.h"
#include "ost-config-file.h"

G_BEGIN_DECLS

/**
 * OstConfigFlags:
 * @OST_CONFIG_NONE: as any program reads it
 * @OST_CONFIG_FOR_SERVICE: as the service reads it: `env:NAME` is refused
 * @OST_CONFIG_MAY_BE_MISSING: a main file that is not there counts as an empty one
 */
typedef enum {
  OST_CONFIG_NONE = 0,
  OST_CONFIG_FOR_SERVICE = 1 << 0,
  OST_CONFIG_MAY_BE_MISSING = 1 << 1,
} OstConfigFlags;

/**
 * OstConfigSection:
 * @label: what stands in the head, such as `connection contoso`
 * @name: (nullable): the name in it
 * @file: where the head stands; the main file where the group is nowhere
 * @line: in which line, 0 where the group is nowhere
 * @settings: its checked values and the defaults of the rest
 * @values: the same, in the order of the tables, with where each comes from
 * @plugins: the plugins that it names, by kind
 *
 * One group whose keys were checked.
 */
typedef struct {
  char *label;
  char *name;
  char *file;
  guint line;
  OstSettings *settings;
  GPtrArray *values;
  const OstPlugin *plugins[OST_PLUGIN_NOTIFIER + 1];
} OstConfigSection;

/**
 * ost_config_section_check:
 * @group: a group as it was read
 * @registry: the plugins whose tables claim keys of it
 * @flags: flags
 * @problems: takes everything that is wrong with it
 *
 * Returns: (transfer full): what could be made of it; complete only where no problem was added
 */
OstConfigSection *ost_config_section_check (const OstConfigGroup *group, OstRegistry *registry,
                                            OstConfigFlags flags, OstConfigProblems *problems);
void ost_config_section_free (OstConfigSection *self);

/**
 * ost_config_section_get_origin:
 * @self: a section
 * @key: a key
 * @file: (out) (transfer none): where its value stands, or the head where it stands nowhere
 *
 * Returns: the line
 */
guint ost_config_section_get_origin (const OstConfigSection *self, const char *key,
                                     const char **file);

/**
 * ost_config_section_dump:
 * @self: a section
 * @text: takes its head and its values, each with where it comes from in the comment before it
 */
void ost_config_section_dump (const OstConfigSection *self, GString *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConfigSection, ost_config_section_free)

G_END_DECLS
