/* ost-registry.c: finds, judges, loads and lists plugins */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-registry.h"

#include "ost-plugin-check.h"
#include "ost-plugin-file.h"

#include <glib/gi18n-lib.h>
#include <gmodule.h>
#include <string.h>
#include <sys/auxv.h>

#define SYMBOL "ost_plugin_info"

struct _OstRegistry {
  GObject parent_instance;

  GPtrArray *folders;
  guint n_loaded_folders;
  GPtrArray *plugins;
  GPtrArray *problems;
};

G_DEFINE_FINAL_TYPE (OstRegistry, ost_registry, G_TYPE_OBJECT)

static void
free_plugin (gpointer data)
{
  OstPlugin *plugin = data;

  g_free ((char *)plugin->file);
  g_free (plugin);
}

static void
free_problem (gpointer data)
{
  OstRegistryProblem *problem = data;

  g_free (problem->path);
  g_error_free (problem->error);
  g_free (problem);
}

static void
ost_registry_finalize (GObject *object)
{
  OstRegistry *self = OST_REGISTRY (object);

  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->plugins);
  g_ptr_array_unref (self->problems);
  G_OBJECT_CLASS (ost_registry_parent_class)->finalize (object);
}

static void
ost_registry_class_init (OstRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_registry_finalize;
}

static void
ost_registry_init (OstRegistry *self)
{
  self->folders = g_ptr_array_new_with_free_func (g_free);
  self->plugins = g_ptr_array_new_with_free_func (free_plugin);
  self->problems = g_ptr_array_new_with_free_func (free_problem);
}

OstRegistry *
ost_registry_new (void)
{
  return g_object_new (OST_TYPE_REGISTRY, NULL);
}

void
ost_registry_add_folder (OstRegistry *self, const char *folder)
{
  g_autofree char *canonical = g_canonicalize_filename (folder, NULL);

  g_return_if_fail (OST_IS_REGISTRY (self));

  if (!g_ptr_array_find_with_equal_func (self->folders, canonical, g_str_equal, NULL))
    g_ptr_array_add (self->folders, g_steal_pointer (&canonical));
}

void
ost_registry_add_default_folders (OstRegistry *self)
{
  const char *path = g_getenv ("OSTIARY_PLUGIN_PATH");
  g_auto (GStrv) folders = NULL;

  /* With more rights than its caller has, a process must not run what the caller points at. */
  if (path != NULL && getauxval (AT_SECURE) == 0)
    folders = g_strsplit (path, ":", -1);
  for (gsize i = 0; folders != NULL && folders[i] != NULL; i++)
    if (*folders[i] != '\0')
      ost_registry_add_folder (self, folders[i]);
  /* A program that was built but not installed has no folder of its own, which is no problem. */
  if (g_file_test (OST_PLUGIN_FOLDER, G_FILE_TEST_IS_DIR))
    ost_registry_add_folder (self, OST_PLUGIN_FOLDER);
}

static const OstPlugin *
find_plugin (OstRegistry *self, OstPluginKind kind, const char *name)
{
  for (guint i = 0; i < self->plugins->len; i++)
    {
      const OstPlugin *plugin = self->plugins->pdata[i];

      if (plugin->info->kind == (guint32)kind && g_str_equal (plugin->info->name, name))
        return plugin;
    }
  return NULL;
}

static int
compare_plugins (gconstpointer a, gconstpointer b)
{
  const OstPlugin *one = *(const OstPlugin *const *)a;
  const OstPlugin *other = *(const OstPlugin *const *)b;

  if (one->info->kind != other->info->kind)
    return one->info->kind < other->info->kind ? -1 : 1;
  return strcmp (one->info->name, other->info->name);
}

/* Everything the file refers to is looked up now, so that a missing symbol shows here and not in
 * the middle of a synchronisation. The module stays for good: its types cannot be taken back. */
static const OstPluginInfo *
open_module (const char *file, GError **error)
{
  GModule *module = g_module_open (file, G_MODULE_BIND_LOCAL);
  gpointer symbol = NULL;

  if (module == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("it cannot be loaded: %s; expected a shared object for this system whose "
                      "libraries are all here; install what is missing, or build it again"),
                   g_module_error ());
      return NULL;
    }
  g_module_make_resident (module);
  if (!g_module_symbol (module, SYMBOL, &symbol) || symbol == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("it has no symbol ‘%s’; expected the descriptor of a plugin; define it with "
                      "OST_PLUGIN_EXPORT, or take the file away"),
                   SYMBOL);
      return NULL;
    }
  return symbol;
}

/* A second registry meets a plugin whose type the first one has registered: that is no clash. */
static GType
get_known_type (const OstPluginInfo *info, GQuark quark)
{
  GType type = g_type_from_name (info->type_name);

  return type != G_TYPE_INVALID && g_type_get_qdata (type, quark) == info ? type : G_TYPE_INVALID;
}

static GType
register_type (OstRegistry *self, const OstPluginInfo *info, GError **error)
{
  GQuark quark = g_quark_from_static_string (SYMBOL);
  GType type = get_known_type (info, quark);

  if (type != G_TYPE_INVALID)
    return type;
  if (g_type_from_name (info->type_name) != G_TYPE_INVALID)
    {
      const char *owner = NULL;

      for (guint i = 0; i < self->plugins->len && owner == NULL; i++)
        {
          const OstPlugin *plugin = self->plugins->pdata[i];

          if (g_str_equal (plugin->info->type_name, info->type_name))
            owner = plugin->file;
        }
      g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
                   _ ("its type ‘%s’ exists already, from ‘%s’; expected a name that nothing else "
                      "in this process has; rename the type, or take one file away"),
                   info->type_name, owner != NULL ? owner : g_get_prgname ());
      return G_TYPE_INVALID;
    }
  type = info->get_type ();
  if (!ost_plugin_check_type (info, type, error))
    return G_TYPE_INVALID;
  g_type_set_qdata (type, quark, (gpointer)info);
  return type;
}

static const OstPlugin *
take_plugin (OstRegistry *self, const OstPluginInfo *info, const char *file, GError **error)
{
  GType type = register_type (self, info, error);
  OstPlugin *plugin;

  if (type == G_TYPE_INVALID)
    return NULL;
  plugin = g_new0 (OstPlugin, 1);
  plugin->info = info;
  plugin->file = g_strdup (file);
  plugin->type = type;
  g_ptr_array_add (self->plugins, plugin);
  g_ptr_array_sort (self->plugins, compare_plugins);
  return plugin;
}

static gboolean
check_clash (OstRegistry *self, OstPluginKind kind, const char *name, GError **error)
{
  const OstPlugin *other = find_plugin (self, kind, name);

  if (other == NULL)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
               _ ("a %s called ‘%s’ was loaded already, from ‘%s’; expected one of each name; "
                  "take one file away"),
               ost_plugin_kind_to_string (kind), name, other->file);
  return FALSE;
}

static const OstPlugin *
judge_file (OstRegistry *self, const char *file, GError **error)
{
  OstPluginKind kind;
  g_autofree char *name = NULL;
  const OstPluginInfo *info;

  if (!ost_plugin_file_parse_name (file, &kind, &name, error)
      || !ost_plugin_file_check (file, error) || !check_clash (self, kind, name, error))
    return NULL;
  info = open_module (file, error);
  if (info == NULL || !ost_plugin_check_info (info, kind, name, error))
    return NULL;
  return take_plugin (self, info, file, error);
}

const OstPlugin *
ost_registry_load_file (OstRegistry *self, const char *file, GError **error)
{
  const OstPlugin *plugin;

  g_return_val_if_fail (OST_IS_REGISTRY (self), NULL);

  plugin = judge_file (self, file, error);
  if (plugin == NULL)
    g_prefix_error (error, _ ("plugin file ‘%s’ is refused: "), file);
  return plugin;
}

const OstPlugin *
ost_registry_add_static (OstRegistry *self, const OstPluginInfo *info, GError **error)
{
  const OstPlugin *plugin = NULL;

  g_return_val_if_fail (OST_IS_REGISTRY (self), NULL);

  if (ost_plugin_check_info (info, (OstPluginKind)info->kind, info->name, error)
      && check_clash (self, (OstPluginKind)info->kind, info->name, error))
    plugin = take_plugin (self, info, g_get_prgname (), error);
  if (plugin == NULL)
    g_prefix_error (error, _ ("plugin ‘%s’ of this program is refused: "), info->name);
  return plugin;
}

static void
add_problem (OstRegistry *self, const char *path, GError *error)
{
  OstRegistryProblem *problem = g_new0 (OstRegistryProblem, 1);

  problem->path = g_strdup (path);
  problem->error = error;
  g_ptr_array_add (self->problems, problem);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_candidates (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) directory = NULL;
  g_autoptr (GError) cause = NULL;
  const char *basename;

  if (!ost_plugin_folder_check (folder, error))
    return NULL;
  directory = g_dir_open (folder, 0, &cause);
  if (directory == NULL)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_DENIED, cause->message);
      return NULL;
    }
  while ((basename = g_dir_read_name (directory)) != NULL)
    if (ost_plugin_file_is_candidate (basename))
      g_ptr_array_add (files, g_build_filename (folder, basename, NULL));
  /* The file system's order would make it a matter of chance who wins a clash. */
  g_ptr_array_sort (files, compare_names);
  return g_steal_pointer (&files);
}

static void
load_folder (OstRegistry *self, const char *folder)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) files = list_candidates (folder, &error);

  if (files == NULL)
    {
      g_prefix_error (&error, _ ("plugin folder ‘%s’ is refused: "), folder);
      add_problem (self, folder, error);
      return;
    }
  for (guint i = 0; i < files->len; i++)
    {
      GError *refusal = NULL;

      if (ost_registry_load_file (self, files->pdata[i], &refusal) == NULL)
        add_problem (self, files->pdata[i], refusal);
    }
}

void
ost_registry_load (OstRegistry *self)
{
  g_return_if_fail (OST_IS_REGISTRY (self));

  while (self->n_loaded_folders < self->folders->len)
    load_folder (self, self->folders->pdata[self->n_loaded_folders++]);
}

GPtrArray *
ost_registry_get_plugins (OstRegistry *self)
{
  g_return_val_if_fail (OST_IS_REGISTRY (self), NULL);

  return self->plugins;
}

GPtrArray *
ost_registry_get_problems (OstRegistry *self)
{
  g_return_val_if_fail (OST_IS_REGISTRY (self), NULL);

  return self->problems;
}

static const GError *
find_refusal (OstRegistry *self, OstPluginKind kind, const char *name)
{
  for (guint i = 0; i < self->problems->len; i++)
    {
      const OstRegistryProblem *problem = self->problems->pdata[i];
      OstPluginKind refused_kind;
      g_autofree char *refused_name = NULL;

      if (ost_plugin_file_parse_name (problem->path, &refused_kind, &refused_name, NULL)
          && refused_kind == kind && g_str_equal (refused_name, name))
        return problem->error;
    }
  return NULL;
}

static char *
list_names (OstRegistry *self, OstPluginKind kind)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < self->plugins->len; i++)
    {
      const OstPlugin *plugin = self->plugins->pdata[i];

      if (plugin->info->kind == (guint32)kind)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", plugin->info->name);
    }
  return names->len > 0 ? g_string_free (g_steal_pointer (&names), FALSE) : g_strdup (_ ("none"));
}

const OstPlugin *
ost_registry_find (OstRegistry *self, OstPluginKind kind, const char *name, GError **error)
{
  const OstPlugin *plugin;
  const GError *refusal;
  g_autofree char *names = NULL;

  g_return_val_if_fail (OST_IS_REGISTRY (self), NULL);

  plugin = find_plugin (self, kind, name);
  if (plugin != NULL)
    return plugin;
  refusal = find_refusal (self, kind, name);
  if (refusal != NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, _ ("the %s ‘%s’ is not usable: %s"),
                   ost_plugin_kind_to_string (kind), name, refusal->message);
      return NULL;
    }
  names = list_names (self, kind);
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
               _ ("no %s called ‘%s’ is installed; those installed: %s; install the package that "
                  "brings libostiary-%s-%s.so, or correct the name"),
               ost_plugin_kind_to_string (kind), name, names, ost_plugin_kind_to_string (kind),
               name);
  return NULL;
}

GObject *
ost_registry_create (OstRegistry *self, OstPluginKind kind, const char *name, GError **error)
{
  const OstPlugin *plugin = ost_registry_find (self, kind, name, error);

  return plugin != NULL ? g_object_new (plugin->type, NULL) : NULL;
}
