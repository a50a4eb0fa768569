/* clixml-arena.c: memory for the values of one message, given back all at once */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-arena.h"

/* Holds an ordinary object whole, and stays in the processor's second-level cache. */
#define BLOCK_BYTES (32 * 1024)

struct _OstClixmlBlock {
  OstClixmlBlock *older;
  gsize size;
  char data[];
};

static void
use_block (OstClixmlArena *arena, OstClixmlBlock *block)
{
  arena->block = block;
  arena->next = block->data;
  arena->end = block->data + block->size;
}

void
ost_clixml_arena_add_block (OstClixmlArena *arena, gsize size)
{
  gsize block_size = MAX (size, BLOCK_BYTES);
  OstClixmlBlock *block = g_malloc (sizeof (OstClixmlBlock) + block_size);

  block->size = block_size;
  block->older = arena->block;
  if (arena->block != NULL)
    arena->used_before += (gsize)(arena->next - arena->block->data);
  use_block (arena, block);
}

/* A text that fills a block alone grows by doubling that block; any other moves to a new one. */
char *
ost_clixml_arena_move_text (OstClixmlArena *arena, char *start, gsize room)
{
  gsize length = (gsize)(arena->next - start);
  gsize size = MAX (2 * (length + room), BLOCK_BYTES);

  if (arena->block != NULL && start == arena->block->data && arena->block->older != NULL)
    {
      arena->block = g_realloc (arena->block, sizeof (OstClixmlBlock) + size);
      arena->block->size = size;
      use_block (arena, arena->block);
    }
  else
    {
      arena->next = start;
      ost_clixml_arena_add_block (arena, size);
      if (length > 0)
        memcpy (arena->next, start, length);
    }
  start = arena->next;
  arena->next += length;
  return start;
}

static void
free_blocks (OstClixmlArena *arena, OstClixmlBlock *kept)
{
  OstClixmlBlock *block = arena->block;

  while (block != kept && block != NULL)
    {
      OstClixmlBlock *older = block->older;

      g_free (block);
      block = older;
    }
}

void
ost_clixml_arena_reset (OstClixmlArena *arena)
{
  OstClixmlBlock *oldest = arena->block;

  if (oldest == NULL)
    return;
  while (oldest->older != NULL)
    oldest = oldest->older;
  free_blocks (arena, oldest->size == BLOCK_BYTES ? oldest : NULL);
  arena->used_before = 0;
  if (oldest->size == BLOCK_BYTES)
    use_block (arena, oldest);
  else
    memset (arena, 0, sizeof *arena);
}

void
ost_clixml_arena_clear (OstClixmlArena *arena)
{
  free_blocks (arena, NULL);
  memset (arena, 0, sizeof *arena);
}

gsize
ost_clixml_arena_get_used (const OstClixmlArena *arena)
{
  if (arena->block == NULL)
    return 0;
  return arena->used_before + (gsize)(arena->next - arena->block->data);
}
