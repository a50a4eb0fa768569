/* ost-table.h: a table of any length on a terminal, in flat memory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-terminal.h"

G_BEGIN_DECLS

/**
 * OstTable:
 *
 * The first rows are held back to find out how wide the columns are; those after them are written
 * as they come. On a terminal the columns share its width and long cells are cut with an ellipsis,
 * elsewhere nothing is ever cut.
 */
typedef struct _OstTable OstTable;

/**
 * ost_table_new:
 * @terminal: where to write; it outlives the table
 * @titles: (array zero-terminated=1): the heads of the columns
 *
 * Returns: (transfer full): an empty table
 */
OstTable *ost_table_new (OstTerminal *terminal, const char *const *titles);

/**
 * ost_table_add:
 * @self: a table
 * @cells: (array) (element-type utf8): as many as there are columns; %NULL is unknown
 */
void ost_table_add (OstTable *self, const char *const *cells);

/**
 * ost_table_finish:
 * @self: a table
 *
 * Writes what was held back. A table without rows shows nothing.
 *
 * Returns: how many rows it has
 */
guint64 ost_table_finish (OstTable *self);
void ost_table_free (OstTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstTable, ost_table_free)

G_END_DECLS
