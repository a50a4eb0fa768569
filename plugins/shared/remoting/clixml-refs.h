/* clixml-refs.h: what the reference ids of a message stand for */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 id;
  gpointer target;
  guint32 epoch;
} OstClixmlRefSlot;

/**
 * OstClixmlRefs:
 * @slots: a hash table with open addressing; a slot of another epoch is empty
 * @mask: its size less one
 * @count: slots in use
 * @epoch: counts the times that the table was emptied
 *
 * All zeros is an empty table.
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlRefSlot *slots;
  guint mask;
  guint count;
  guint32 epoch;
} OstClixmlRefs;

/**
 * ost_clixml_refs_add:
 * @refs: a table
 * @id: a reference id
 * @target: (not nullable): what it stands for
 *
 * Returns: %FALSE if the id is taken, or made to collide with many others
 *
 * Since: 1.0
 */
gboolean ost_clixml_refs_add (OstClixmlRefs *refs, guint64 id, gpointer target);

/**
 * ost_clixml_refs_find:
 * @refs: a table
 * @id: a reference id
 *
 * Returns: (nullable): what it stands for
 *
 * Since: 1.0
 */
gpointer ost_clixml_refs_find (const OstClixmlRefs *refs, guint64 id);

/**
 * ost_clixml_refs_reset:
 * @refs: a table
 *
 * Empties it, in a moment whatever its size.
 *
 * Since: 1.0
 */
void ost_clixml_refs_reset (OstClixmlRefs *refs);

/**
 * ost_clixml_refs_clear:
 * @refs: a table
 *
 * Frees its memory.
 *
 * Since: 1.0
 */
void ost_clixml_refs_clear (OstClixmlRefs *refs);

G_END_DECLS
