/* ost-secret.c: a secret in pages that are locked, not dumped and wiped */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Every secret has pages of its own: there are few of them, and a page that is shared could not
 * be locked, left out of dumps and wiped for one of them alone. */
struct _OstSecret {
  gatomicrefcount references;
  gsize mapped;
  gsize length;
  char bytes[];
};

G_DEFINE_BOXED_TYPE (OstSecret, ost_secret, ost_secret_ref, ost_secret_unref)

static gsize
round_up_to_pages (gsize size)
{
  gsize page = (gsize)sysconf (_SC_PAGESIZE);

  return (size + page - 1) / page * page;
}

OstSecret *
ost_secret_new (const void *bytes, gsize length, GError **error)
{
  OstSecret *self;
  gsize mapped = round_up_to_pages (sizeof (OstSecret) + length + 1);
  void *pages = mmap (NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (pages == MAP_FAILED)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                   "cannot map %" G_GSIZE_FORMAT " bytes for a secret: %s", mapped,
                   g_strerror (errno));
      return NULL;
    }
  if (mlock (pages, mapped) != 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                   "cannot lock %" G_GSIZE_FORMAT " bytes of memory for a secret: %s; raise "
                   "LimitMEMLOCK= of the service, or ulimit -l",
                   mapped, g_strerror (errno));
      munmap (pages, mapped);
      return NULL;
    }
  madvise (pages, mapped, MADV_DONTDUMP);
  madvise (pages, mapped, MADV_WIPEONFORK);

  self = pages;
  g_atomic_ref_count_init (&self->references);
  self->mapped = mapped;
  self->length = length;
  if (length > 0)
    memcpy (self->bytes, bytes, length);
  self->bytes[length] = '\0';
  return self;
}

OstSecret *
ost_secret_ref (OstSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_secret_unref (OstSecret *self)
{
  gsize mapped;

  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  mapped = self->mapped;
  explicit_bzero (self, mapped);
  munmap (self, mapped);
}

const char *
ost_secret_peek (OstSecret *self, gsize *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (length != NULL)
    *length = self->length;
  return self->bytes;
}

gboolean
ost_secret_equal (OstSecret *a, OstSecret *b)
{
  guchar difference = 0;

  if (a == b)
    return TRUE;
  if (a == NULL || b == NULL || a->length != b->length)
    return FALSE;
  for (gsize i = 0; i < a->length; i++)
    difference |= (guchar)(a->bytes[i] ^ b->bytes[i]);
  return difference == 0;
}
