/* ost-config-problems.h: everything that is wrong with a configuration, told at once */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstConfigProblems:
 *
 * Collects what the readers and checks of one configuration find, so that an administrator sees
 * all of it and not only the first.
 */
typedef struct _OstConfigProblems OstConfigProblems;

OstConfigProblems *ost_config_problems_new (void);
void ost_config_problems_free (OstConfigProblems *self);

/**
 * ost_config_problems_add:
 * @self: problems
 * @file: where it stands
 * @line: in which line, 0 where it concerns the whole file
 * @format: what was found, what is allowed and what to do
 *
 * Notes an error. Those beyond a hundred are counted, not kept.
 */
void ost_config_problems_add (OstConfigProblems *self, const char *file, guint line,
                              const char *format, ...) G_GNUC_PRINTF (4, 5);

/**
 * ost_config_problems_warn:
 * @self: problems
 * @file: where it stands
 * @line: in which line, 0 where it concerns the whole file
 * @format: what was found and what to do
 *
 * Notes something that an administrator should see but that stops nothing.
 */
void ost_config_problems_warn (OstConfigProblems *self, const char *file, guint line,
                               const char *format, ...) G_GNUC_PRINTF (4, 5);

/**
 * ost_config_problems_count:
 * @self: problems
 *
 * Returns: how many errors were noted, without the warnings
 */
guint ost_config_problems_count (OstConfigProblems *self);

/**
 * ost_config_problems_to_error:
 * @self: problems, of which there are some
 *
 * Returns: (transfer full): one %OST_ERROR_INVALID whose message has a line for each error, by
 *   file in the order of reading, and by line
 */
GError *ost_config_problems_to_error (OstConfigProblems *self);

/**
 * ost_config_problems_get_warnings:
 * @self: problems
 *
 * Returns: (transfer full): a text for each warning, in the same order
 */
GStrv ost_config_problems_get_warnings (OstConfigProblems *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConfigProblems, ost_config_problems_free)

G_END_DECLS
