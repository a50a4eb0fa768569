/* ost-temporary.h: a folder that is there for as long as a command runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstTemporary:
 *
 * A folder that only we can read, and that goes with all that is in it.
 */
typedef struct _OstTemporary OstTemporary;

/**
 * ost_temporary_new:
 * @error: return location for an error
 *
 * Returns: (transfer full): a new folder, or %NULL
 */
OstTemporary *ost_temporary_new (GError **error);

/**
 * ost_temporary_get_path:
 * @self: a folder
 *
 * Returns: (transfer none): its path
 */
const char *ost_temporary_get_path (const OstTemporary *self);

/**
 * ost_temporary_free:
 * @self: a folder
 *
 * Takes it away.
 */
void ost_temporary_free (OstTemporary *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstTemporary, ost_temporary_free)

G_END_DECLS
