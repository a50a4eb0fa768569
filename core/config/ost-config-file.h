/* ost-config-file.h: one configuration file as groups and keys, each with its line */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-config-problems.h"

G_BEGIN_DECLS

/**
 * OstConfigEntry:
 * @key: the key as it is written
 * @value: the raw value: no character in it means anything but itself
 * @file: where it stands
 * @line: in which line
 *
 * One line `key=value`.
 */
typedef struct {
  char *key;
  char *value;
  char *file;
  guint line;
} OstConfigEntry;

/**
 * OstConfigGroup:
 * @kind: the first word of its head: `service`, `api`, `connection`, `policy`, `brakes`
 * @name: (nullable): the second one, in connections and policies
 * @label: both, as in the head
 * @file: where the head stands
 * @line: in which line
 * @entries: (element-type OstConfigEntry): its keys, each once
 *
 * One group `[kind name]` and what follows it.
 */
typedef struct {
  char *kind;
  char *name;
  char *label;
  char *file;
  guint line;
  GPtrArray *entries;
} OstConfigGroup;

OstConfigGroup *ost_config_group_new (const char *kind, const char *name, const char *file,
                                      guint line);
void ost_config_group_free (OstConfigGroup *self);

/**
 * ost_config_group_find:
 * @self: a group
 * @key: a key
 *
 * Returns: (transfer none) (nullable): its entry
 */
OstConfigEntry *ost_config_group_find (const OstConfigGroup *self, const char *key);

/**
 * ost_config_group_set:
 * @self: a group
 * @key: a key
 * @value: its value
 * @file: where it stands
 * @line: in which line
 *
 * Adds a key, or takes the place of the one that is there.
 */
void ost_config_group_set (OstConfigGroup *self, const char *key, const char *value,
                           const char *file, guint line);

/**
 * ost_config_key_for_message:
 * @key: what stands before the first `=` of a line
 *
 * Returns: (transfer none): the key, or words in its place where it does not look like one: it may
 *   be a secret that ended up in the file
 */
const char *ost_config_key_for_message (const char *key);

/**
 * ost_config_name_is_valid:
 * @name: a name of a connection or policy
 *
 * Returns: whether it can be part of a file name and of a command line: letters, digits, dots,
 *   hyphens and underscores, beginning with a letter or digit, at most 64 of them
 */
gboolean ost_config_name_is_valid (const char *name);

/**
 * ost_config_file_parse:
 * @file: the file's path, for messages
 * @text: (array length=length): its contents, of which nothing is believed
 * @length: how many bytes
 * @problems: takes what is wrong with it
 *
 * Returns: (transfer full) (element-type OstConfigGroup): the groups that could be read
 */
GPtrArray *ost_config_file_parse (const char *file, const char *text, gsize length,
                                  OstConfigProblems *problems);

/**
 * ost_config_file_read:
 * @file: the file's path
 * @problems: takes what is wrong with it
 *
 * Reads and parses a file of at most 1 MiB, and warns where others than root and the user of this
 * process can change it.
 *
 * Returns: (transfer full) (element-type OstConfigGroup): the groups that could be read
 */
GPtrArray *ost_config_file_read (const char *file, OstConfigProblems *problems);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConfigGroup, ost_config_group_free)

G_END_DECLS
