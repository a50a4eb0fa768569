/* http-memory.c: libcurl's memory is wiped when it is freed */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-engine.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* curl builds each request, with the header that we sign in with, in plain memory. */
static void
free_wiped (void *memory)
{
  if (memory == NULL)
    return;
  explicit_bzero (memory, malloc_usable_size (memory));
  free (memory);
}

static void *
realloc_wiped (void *memory, size_t size)
{
  size_t old_size = memory != NULL ? malloc_usable_size (memory) : 0;
  void *moved = malloc (size);

  if (moved == NULL)
    return NULL;
  if (memory != NULL)
    memcpy (moved, memory, MIN (old_size, size));
  free_wiped (memory);
  return moved;
}

void
ost_http_load (void)
{
  /* Whoever initialises libcurl first decides; its memory is libc's in any case. */
  curl_global_init_mem (CURL_GLOBAL_DEFAULT, malloc, free_wiped, realloc_wiped, strdup, calloc);
}
