/* ost-config-tree.h: the groups of all configuration files together, before they are checked */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-config-file.h"

G_BEGIN_DECLS

/**
 * OstConfigTree:
 * @service: the group `[service]`; empty where no file has it, as the next two
 * @api: the group `[api]`
 * @brakes: the group `[brakes]`
 * @named: (element-type OstConfigGroup): connections and policies
 *
 * What all files say together.
 */
typedef struct {
  OstConfigGroup *service;
  OstConfigGroup *api;
  OstConfigGroup *brakes;
  GPtrArray *named;
} OstConfigTree;

/**
 * OstConfigChange:
 * @file: (nullable): a file of which another content is assumed
 * @text: (nullable): that content, %NULL as if the file were not there
 *
 * A change that is tried before it is made.
 */
typedef struct {
  const char *file;
  const char *text;
} OstConfigChange;

/**
 * ost_config_get_drop_in_folder:
 * @file: the main file
 *
 * Returns: (transfer full): the folder `ostiary.conf.d` beside it
 */
char *ost_config_get_drop_in_folder (const char *file);

/**
 * ost_config_get_connection_folder:
 * @state_folder: the value of `state-dir=`
 *
 * Returns: (transfer full): the folder for connections that were made through the API
 */
char *ost_config_get_connection_folder (const char *state_folder);

/**
 * ost_config_tree_read:
 * @file: the main file
 * @change: a change to assume
 * @problems: takes what is wrong
 *
 * Reads the main file and then the drop-ins. Of the groups that exist once, a later file's keys
 * take the place of an earlier file's; a connection or policy must not be defined twice.
 *
 * Returns: (transfer full): the groups
 */
OstConfigTree *ost_config_tree_read (const char *file, const OstConfigChange *change,
                                     OstConfigProblems *problems);

/**
 * ost_config_tree_read_state:
 * @self: a tree
 * @state_folder: the value of `state-dir=`
 * @change: a change to assume
 * @problems: takes what is wrong
 *
 * Adds the connections that were made through the API: one in each file, called as the file.
 */
void ost_config_tree_read_state (OstConfigTree *self, const char *state_folder,
                                 const OstConfigChange *change, OstConfigProblems *problems);
void ost_config_tree_free (OstConfigTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConfigTree, ost_config_tree_free)

G_END_DECLS
