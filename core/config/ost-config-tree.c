/* ost-config-tree.c: the groups of all configuration files together */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-tree.h"

#include "ost-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SUFFIX ".conf"
#define MAX_FILES 1000

char *
ost_config_get_drop_in_folder (const char *file)
{
  g_autofree char *folder = g_path_get_dirname (file);

  return g_build_filename (folder, "ostiary.conf.d", NULL);
}

char *
ost_config_get_connection_folder (const char *state_folder)
{
  return g_build_filename (state_folder, "connections.d", NULL);
}

void
ost_config_tree_free (OstConfigTree *self)
{
  ost_config_group_free (self->service);
  ost_config_group_free (self->api);
  ost_config_group_free (self->brakes);
  g_ptr_array_unref (self->named);
  g_free (self);
}

static OstConfigGroup *
find_single (OstConfigTree *self, const char *kind)
{
  OstConfigGroup *const singles[] = { self->service, self->api, self->brakes };

  for (gsize i = 0; i < G_N_ELEMENTS (singles); i++)
    if (g_str_equal (singles[i]->kind, kind))
      return singles[i];
  return NULL;
}

static const OstConfigGroup *
find_named (OstConfigTree *self, const char *label)
{
  for (guint i = 0; i < self->named->len; i++)
    {
      const OstConfigGroup *group = self->named->pdata[i];

      if (g_str_equal (group->label, label))
        return group;
    }
  return NULL;
}

static void
merge (OstConfigGroup *into, const OstConfigGroup *group)
{
  if (into->line == 0)
    {
      g_free (into->file);
      into->file = g_strdup (group->file);
      into->line = group->line;
    }
  for (guint i = 0; i < group->entries->len; i++)
    {
      const OstConfigEntry *entry = group->entries->pdata[i];

      ost_config_group_set (into, entry->key, entry->value, entry->file, entry->line);
    }
}

static void
take_group (OstConfigTree *self, OstConfigGroup *group, OstConfigProblems *problems)
{
  g_autoptr (OstConfigGroup) owned = group;
  OstConfigGroup *single = find_single (self, group->kind);
  const OstConfigGroup *other = find_named (self, group->label);

  if (single != NULL)
    merge (single, group);
  else if (other != NULL)
    ost_config_problems_add (problems, group->file, group->line,
                             _ ("[%s] is defined in %s:%u too; take one of them away"),
                             group->label, other->file, other->line);
  else
    g_ptr_array_add (self->named, g_steal_pointer (&owned));
}

static GPtrArray *
read_groups (const char *file, const OstConfigChange *change, OstConfigProblems *problems)
{
  if (change->file != NULL && g_str_equal (change->file, file) && change->text != NULL)
    return ost_config_file_parse (file, change->text, strlen (change->text), problems);
  return ost_config_file_read (file, problems);
}

static void
read_file (OstConfigTree *self, const char *file, const OstConfigChange *change,
           OstConfigProblems *problems)
{
  g_autoptr (GPtrArray) groups = read_groups (file, change, problems);

  while (groups->len > 0)
    take_group (self, g_ptr_array_steal_index (groups, 0), problems);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static void
list_folder (const char *folder, GPtrArray *files, OstConfigProblems *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) directory = g_dir_open (folder, 0, &error);
  const char *basename;

  if (directory == NULL)
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        ost_config_problems_add (problems, folder, 0, "%s", error->message);
      return;
    }
  while ((basename = g_dir_read_name (directory)) != NULL)
    {
      if (*basename == '.' || !g_str_has_suffix (basename, SUFFIX))
        continue;
      if (files->len >= MAX_FILES)
        {
          ost_config_problems_add (problems, folder, 0,
                                   _ ("this folder has more than %d files; put several groups "
                                      "into one"),
                                   MAX_FILES);
          return;
        }
      g_ptr_array_add (files, g_build_filename (folder, basename, NULL));
    }
}

static GPtrArray *
list_files (const char *folder, const OstConfigChange *change, OstConfigProblems *problems)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *changed_folder = change->file != NULL ? g_path_get_dirname (change->file) : NULL;
  guint i;

  list_folder (folder, files, problems);
  if (g_strcmp0 (changed_folder, folder) == 0)
    {
      if (g_ptr_array_find_with_equal_func (files, change->file, g_str_equal, &i))
        g_ptr_array_remove_index (files, i);
      if (change->text != NULL)
        g_ptr_array_add (files, g_strdup (change->file));
    }
  g_ptr_array_sort (files, compare_names);
  return files;
}

static void
free_group (gpointer data)
{
  ost_config_group_free (data);
}

OstConfigTree *
ost_config_tree_read (const char *file, const OstConfigChange *change, OstConfigProblems *problems)
{
  OstConfigTree *self = g_new0 (OstConfigTree, 1);
  g_autofree char *folder = ost_config_get_drop_in_folder (file);
  g_autoptr (GPtrArray) files = NULL;

  self->service = ost_config_group_new ("service", NULL, file, 0);
  self->api = ost_config_group_new ("api", NULL, file, 0);
  self->brakes = ost_config_group_new ("brakes", NULL, file, 0);
  self->named = g_ptr_array_new_with_free_func (free_group);
  if (!ost_file_is_absent (file))
    read_file (self, file, change, problems);
  files = list_files (folder, change, problems);
  for (guint i = 0; i < files->len; i++)
    read_file (self, files->pdata[i], change, problems);
  return self;
}

/* What the API may write must not reach further than a connection. */
static gboolean
check_state_group (const OstConfigGroup *group, OstConfigProblems *problems)
{
  g_autofree char *basename = g_path_get_basename (group->file);
  g_autofree char *expected = group->name != NULL ? g_strconcat (group->name, SUFFIX, NULL) : NULL;

  if (!g_str_equal (group->kind, "connection"))
    ost_config_problems_add (problems, group->file, group->line,
                             _ ("[%s] cannot stand here: this folder is for connections made "
                                "through the API; put it into the main file"),
                             group->label);
  else if (!g_str_equal (basename, expected))
    ost_config_problems_add (problems, group->file, group->line,
                             _ ("[%s] cannot stand here: a file of this folder holds the "
                                "connection it is called after; expected it in %s"),
                             group->label, expected);
  else
    return TRUE;
  return FALSE;
}

void
ost_config_tree_read_state (OstConfigTree *self, const char *state_folder,
                            const OstConfigChange *change, OstConfigProblems *problems)
{
  g_autofree char *folder = ost_config_get_connection_folder (state_folder);
  g_autoptr (GPtrArray) files = list_files (folder, change, problems);

  for (guint i = 0; i < files->len; i++)
    {
      g_autoptr (GPtrArray) groups = read_groups (files->pdata[i], change, problems);

      while (groups->len > 0)
        {
          OstConfigGroup *group = g_ptr_array_steal_index (groups, 0);

          if (check_state_group (group, problems))
            take_group (self, group, problems);
          else
            ost_config_group_free (group);
        }
    }
}
