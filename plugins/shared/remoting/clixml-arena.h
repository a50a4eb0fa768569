/* clixml-arena.h: memory for the values of one message, given back all at once */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

typedef struct _OstClixmlBlock OstClixmlBlock;

/**
 * OstClixmlArena:
 * @block: the block in use; it leads to the older ones
 * @next: first free byte in it
 * @end: its end
 * @used_before: bytes in the older blocks
 *
 * All zeros is an empty arena. At most one text is open at a time, at the end of the arena; nothing
 * may be allocated while one is.
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlBlock *block;
  char *next;
  char *end;
  gsize used_before;
} OstClixmlArena;

/**
 * ost_clixml_arena_reset:
 * @arena: an arena
 *
 * Gives back all that was allocated; keeps a block of ordinary size for what comes next.
 *
 * Since: 1.0
 */
void ost_clixml_arena_reset (OstClixmlArena *arena);

/**
 * ost_clixml_arena_clear:
 * @arena: an arena
 *
 * Frees its memory.
 *
 * Since: 1.0
 */
void ost_clixml_arena_clear (OstClixmlArena *arena);

/**
 * ost_clixml_arena_get_used:
 * @arena: an arena
 *
 * Returns: bytes that are in use
 *
 * Since: 1.0
 */
gsize ost_clixml_arena_get_used (const OstClixmlArena *arena);

/* Called by the functions below where the block in use is too small. */
void ost_clixml_arena_add_block (OstClixmlArena *arena, gsize size);
char *ost_clixml_arena_move_text (OstClixmlArena *arena, char *start, gsize room);

/**
 * ost_clixml_arena_alloc:
 * @arena: an arena without an open text
 * @size: bytes
 *
 * Returns: memory aligned for any pointer, not cleared
 *
 * Since: 1.0
 */
static inline gpointer
ost_clixml_arena_alloc (OstClixmlArena *arena, gsize size)
{
  gpointer memory;

  size = (size + 7) & ~(gsize)7;
  if ((gsize)(arena->end - arena->next) < size)
    ost_clixml_arena_add_block (arena, size);
  memory = arena->next;
  arena->next += size;
  return memory;
}

/**
 * ost_clixml_arena_begin_text:
 * @arena: an arena without an open text
 *
 * Returns: where the text starts until the next call that adds to it
 *
 * Since: 1.0
 */
static inline char *
ost_clixml_arena_begin_text (OstClixmlArena *arena)
{
  return arena->next;
}

/**
 * ost_clixml_arena_add_text:
 * @arena: an arena
 * @start: where the open text starts
 * @bytes: more of it
 * @length: how many
 *
 * Returns: where the text starts now
 *
 * Since: 1.0
 */
static inline char *
ost_clixml_arena_add_text (OstClixmlArena *arena, char *start, const char *bytes, gsize length)
{
  /* More than @length: room for the NUL and the alignment of what follows. */
  if ((gsize)(arena->end - arena->next) < length + 8)
    start = ost_clixml_arena_move_text (arena, start, length + 8);
  memcpy (arena->next, bytes, length);
  arena->next += length;
  return start;
}

/**
 * ost_clixml_arena_end_text:
 * @arena: an arena
 * @start: where the open text starts
 * @length: bytes of it that are to stay
 *
 * Puts a NUL after the text.
 *
 * Returns: where it starts
 *
 * Since: 1.0
 */
static inline char *
ost_clixml_arena_end_text (OstClixmlArena *arena, char *start, gsize length)
{
  if (arena->end - arena->next < 8)
    start = ost_clixml_arena_move_text (arena, start, 8);
  start[length] = '\0';
  arena->next = start + ((length + 8) & ~(gsize)7);
  return start;
}

G_END_DECLS
