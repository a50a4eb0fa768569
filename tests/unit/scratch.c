/* scratch.c: a folder for one test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scratch.h"

#include <glib/gstdio.h>

char *
scratch_new (void)
{
  char *folder = g_dir_make_tmp ("ostiary-test-XXXXXX", NULL);

  g_assert_nonnull (folder);
  return folder;
}

void
scratch_write (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

void
scratch_remove (const char *folder)
{
  g_autoptr (GDir) directory = g_dir_open (folder, 0, NULL);
  const char *basename;

  while (directory != NULL && (basename = g_dir_read_name (directory)) != NULL)
    {
      g_autofree char *child = g_build_filename (folder, basename, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        scratch_remove (child);
      else
        g_unlink (child);
    }
  g_rmdir (folder);
}
