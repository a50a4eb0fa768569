/* ost-temporary.c: a folder that is there for as long as a command runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-temporary.h"

#include <ftw.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>

#define MAX_OPEN_FOLDERS 16

struct _OstTemporary {
  char *path;
};

OstTemporary *
ost_temporary_new (GError **error)
{
  char *path = g_dir_make_tmp ("ostiary-XXXXXX", error);
  OstTemporary *self;

  if (path == NULL)
    {
      g_prefix_error (error, "%s", _ ("no temporary folder can be made: "));
      return NULL;
    }
  self = g_new0 (OstTemporary, 1);
  self->path = path;
  return self;
}

const char *
ost_temporary_get_path (const OstTemporary *self)
{
  return self->path;
}

static int
remove_entry (const char *path, const struct stat *status, int type, struct FTW *position)
{
  /* What cannot be removed shows in the folder that stays. */
  remove (path);
  return 0;
}

void
ost_temporary_free (OstTemporary *self)
{
  nftw (self->path, remove_entry, MAX_OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
  g_free (self->path);
  g_free (self);
}
