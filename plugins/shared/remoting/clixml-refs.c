/* clixml-refs.c: what the reference ids of a message stand for */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-refs.h"

#include <string.h>

#define FIRST_SLOTS 64u

/* A table that one message made this large is not kept for the next one. */
#define KEPT_SLOTS 16384u

/* Ids count up from 0, so that a real message never searches this far; ids that were chosen to
 * collide are refused. */
#define LONGEST_SEARCH 64u

/* Gives the slot that holds @id or may hold it, NULL where the search is too long. */
static OstClixmlRefSlot *
find_slot (const OstClixmlRefs *refs, guint64 id)
{
  guint i = (guint)(id * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15) >> 32);

  for (guint searched = 0; searched < LONGEST_SEARCH; searched++, i++)
    {
      OstClixmlRefSlot *slot = &refs->slots[i & refs->mask];

      if (slot->epoch != refs->epoch || slot->id == id)
        return slot;
    }
  return NULL;
}

static void
grow (OstClixmlRefs *refs)
{
  OstClixmlRefs larger = { .mask = refs->slots == NULL ? FIRST_SLOTS - 1 : refs->mask * 2 + 1,
                           .count = refs->count,
                           .epoch = 1 };

  larger.slots = g_new0 (OstClixmlRefSlot, (gsize)larger.mask + 1);
  for (guint i = 0; refs->slots != NULL && i <= refs->mask; i++)
    {
      if (refs->slots[i].epoch == refs->epoch)
        {
          OstClixmlRefSlot *slot = find_slot (&larger, refs->slots[i].id);

          if (slot == NULL)
            continue;
          *slot = refs->slots[i];
          slot->epoch = larger.epoch;
        }
    }
  g_free (refs->slots);
  *refs = larger;
}

gboolean
ost_clixml_refs_add (OstClixmlRefs *refs, guint64 id, gpointer target)
{
  OstClixmlRefSlot *slot;

  if (refs->slots == NULL || refs->count > refs->mask / 2)
    grow (refs);
  slot = find_slot (refs, id);
  if (slot == NULL || slot->epoch == refs->epoch)
    return FALSE;
  slot->id = id;
  slot->target = target;
  slot->epoch = refs->epoch;
  refs->count++;
  return TRUE;
}

gpointer
ost_clixml_refs_find (const OstClixmlRefs *refs, guint64 id)
{
  OstClixmlRefSlot *slot;

  if (refs->slots == NULL)
    return NULL;
  slot = find_slot (refs, id);
  return slot != NULL && slot->epoch == refs->epoch ? slot->target : NULL;
}

void
ost_clixml_refs_reset (OstClixmlRefs *refs)
{
  refs->count = 0;
  if (refs->mask + 1 > KEPT_SLOTS || refs->epoch == G_MAXUINT32)
    ost_clixml_refs_clear (refs);
  else
    refs->epoch++;
}

void
ost_clixml_refs_clear (OstClixmlRefs *refs)
{
  g_clear_pointer (&refs->slots, g_free);
  memset (refs, 0, sizeof *refs);
}
