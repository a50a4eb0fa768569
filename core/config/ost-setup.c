/* ost-setup.c: writes a connection into the configuration, and takes it out */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-setup.h"

#include "core/registry/ost-plugin-settings.h"
#include "ost-config-keys.h"
#include "ost-config-tree.h"
#include "ost-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define REFERENCE "file:"

typedef struct {
  char *key;
  OstSecret *secret;
} TypedSecret;

struct _OstSetup {
  OstConfigGroup *group;
  GPtrArray *secrets; /* TypedSecret */
};

/* What the configuration has now, as far as it can be read: it may be the connection that is to be
 * replaced which makes it wrong. */
typedef struct {
  char *file;
  char *state_folder;
  OstConfigTree *tree;
} Current;

static void
current_clear (Current *self)
{
  g_free (self->file);
  g_free (self->state_folder);
  g_clear_pointer (&self->tree, ost_config_tree_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Current, current_clear)

static void
read_current (Current *self, const char *config_file)
{
  const OstConfigChange no_change = { NULL };
  g_autoptr (OstConfigProblems) ignored = ost_config_problems_new ();
  const OstConfigEntry *entry;

  self->file = g_canonicalize_filename (config_file, NULL);
  self->tree = ost_config_tree_read (self->file, &no_change, ignored);
  entry = ost_config_group_find (self->tree->service, "state-dir");
  self->state_folder = g_strdup (entry != NULL ? entry->value : OST_CONFIG_DEFAULT_STATE_FOLDER);
  ost_config_tree_read_state (self->tree, self->state_folder, &no_change, ignored);
}

static void
free_secret (gpointer data)
{
  TypedSecret *typed = data;

  g_free (typed->key);
  ost_secret_unref (typed->secret);
  g_free (typed);
}

static OstSetup *
new_setup (OstConfigGroup *group)
{
  OstSetup *self = g_new0 (OstSetup, 1);

  self->group = group;
  self->secrets = g_ptr_array_new_with_free_func (free_secret);
  return self;
}

OstSetup *
ost_setup_new (const char *name, GError **error)
{
  if (ost_config_name_is_valid (name))
    return new_setup (ost_config_group_new ("connection", name, "", 0));
  g_set_error (
    error, OST_ERROR, OST_ERROR_INVALID,
    _ ("‘%s’ cannot be the name of a connection; allowed are at most 64 letters, digits, "
       "dots, hyphens and underscores, beginning with a letter or digit"),
    name);
  return NULL;
}

OstSetup *
ost_setup_new_from_answers (const char *file, GError **error)
{
  g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
  g_autoptr (GPtrArray) groups = ost_config_file_read (file, problems);

  if (ost_config_problems_count (problems) == 0
      && (groups->len != 1
          || !g_str_equal (((const OstConfigGroup *)groups->pdata[0])->kind, "connection")))
    ost_config_problems_add (problems, file, 0,
                             _ ("expected one group [connection NAME] and nothing else; write the "
                                "answers into that"));
  if (ost_config_problems_count (problems) == 0)
    return new_setup (g_ptr_array_steal_index (groups, 0));
  g_propagate_error (error, ost_config_problems_to_error (problems));
  return NULL;
}

void
ost_setup_free (OstSetup *self)
{
  ost_config_group_free (self->group);
  g_ptr_array_unref (self->secrets);
  g_free (self);
}

const char *
ost_setup_get_name (OstSetup *self)
{
  return self->group->name;
}

const char *
ost_setup_get (OstSetup *self, const char *key)
{
  const OstConfigEntry *entry = ost_config_group_find (self->group, key);

  return entry != NULL ? entry->value : NULL;
}

static void
forget_secret (OstSetup *self, const char *key)
{
  for (guint i = self->secrets->len; i > 0; i--)
    if (g_str_equal (((const TypedSecret *)self->secrets->pdata[i - 1])->key, key))
      g_ptr_array_remove_index (self->secrets, i - 1);
}

void
ost_setup_set (OstSetup *self, const char *key, const char *value)
{
  OstConfigEntry *entry = ost_config_group_find (self->group, key);

  forget_secret (self, key);
  if (value != NULL)
    ost_config_group_set (self->group, key, value, "", 0);
  else if (entry != NULL)
    g_ptr_array_remove (self->group->entries, entry);
}

void
ost_setup_set_secret (OstSetup *self, const char *key, OstSecret *secret)
{
  TypedSecret *typed = g_new0 (TypedSecret, 1);

  forget_secret (self, key);
  typed->key = g_strdup (key);
  typed->secret = ost_secret_ref (secret);
  g_ptr_array_add (self->secrets, typed);
}

static char *
get_secret_file (const Current *current, const char *name, const char *key)
{
  g_autofree char *basename = g_strconcat (name, "-", key, NULL);

  return g_build_filename (current->state_folder, "secrets", basename, NULL);
}

static const OstConfigGroup *
find_connection (const Current *current, const char *name)
{
  for (guint i = 0; i < current->tree->named->len; i++)
    {
      const OstConfigGroup *group = current->tree->named->pdata[i];

      if (g_str_equal (group->kind, "connection") && g_str_equal (group->name, name))
        return group;
    }
  return NULL;
}

/* A file that a person wrote may hold more than the one connection. */
static gboolean
check_alone (const Current *current, const char *file, const char *name, GError **error)
{
  g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
  g_autoptr (GPtrArray) groups = NULL;
  const OstConfigGroup *group;

  if (ost_file_is_absent (file))
    return TRUE;
  groups = ost_config_file_read (file, problems);
  group = groups->len == 1 ? groups->pdata[0] : NULL;
  if (g_str_equal (file, current->file) || groups->len > 1
      || (group != NULL
          && (!g_str_equal (group->kind, "connection") || !g_str_equal (group->name, name))))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("‘%s’ holds more than [connection %s], so it is not written by a program; "
                      "edit it there"),
                   file, name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_place (OstSetup *self, const Current *current, const char *file, gboolean may_replace,
             GError **error)
{
  const char *name = self->group->name;
  const OstConfigGroup *other = find_connection (current, name);

  if (other != NULL && !g_str_equal (other->file, file))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
                   _ ("[connection %s] is defined in %s:%u, and would be written to ‘%s’; edit it "
                      "there, or take it out first"),
                   name, other->file, other->line, file);
      return FALSE;
    }
  if (!check_alone (current, file, name, error))
    return FALSE;
  if (may_replace || ost_file_is_absent (file))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
               _ ("there is a connection ‘%s’ already, in ‘%s’; confirm that it shall be replaced"),
               name, file);
  return FALSE;
}

/* `a` with the key `b-secret` and `a-b` with the key `secret` have one name for their files. */
static gboolean
check_secret_file (const Current *current, const char *name, const char *file, GError **error)
{
  g_autofree char *reference = g_strconcat (REFERENCE, file, NULL);

  for (guint i = 0; i < current->tree->named->len; i++)
    {
      const OstConfigGroup *group = current->tree->named->pdata[i];

      for (guint j = 0; !g_str_equal (group->name, name) && j < group->entries->len; j++)
        {
          const OstConfigEntry *entry = group->entries->pdata[j];

          if (!g_str_equal (entry->value, reference))
            continue;
          g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
                       _ ("‘%s’ is the secret of [%s] (%s:%u); choose another name for the "
                          "connection"),
                       file, group->label, entry->file, entry->line);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
refer_to_secrets (OstSetup *self, const Current *current, GError **error)
{
  for (guint i = 0; i < self->secrets->len; i++)
    {
      const TypedSecret *typed = self->secrets->pdata[i];
      g_autofree char *file = get_secret_file (current, self->group->name, typed->key);
      g_autofree char *reference = g_strconcat (REFERENCE, file, NULL);

      if (!check_secret_file (current, self->group->name, file, error))
        return FALSE;
      ost_config_group_set (self->group, typed->key, reference, "", 0);
    }
  return TRUE;
}

/* Keys and values come from people and from the API: none may begin a line of its own. */
static gboolean
check_line (const OstConfigEntry *entry, GError **error)
{
  gboolean is_clean = g_utf8_validate (entry->value, -1, NULL);

  if (!ost_setting_key_is_valid (entry->key))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("a key is malformed; allowed are lower case letters, digits and hyphens"));
      return FALSE;
    }
  for (const char *p = entry->value; is_clean && *p != '\0'; p = g_utf8_next_char (p))
    is_clean = !g_unichar_iscntrl (g_utf8_get_char (p));
  if (!is_clean)
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 _ ("the value of %s has a control character, or is no UTF-8 text; take that out"),
                 entry->key);
  return is_clean;
}

static char *
compose (const OstConfigGroup *group, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "[%s]\n", group->label);
  for (guint i = 0; i < group->entries->len; i++)
    {
      const OstConfigEntry *entry = group->entries->pdata[i];

      if (!check_line (entry, error))
        return NULL;
      g_string_append_printf (text, "%s=%s\n", entry->key, entry->value);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
write_secrets (OstSetup *self, const Current *current, GError **error)
{
  g_autofree char *folder = g_build_filename (current->state_folder, "secrets", NULL);

  /* A service that never ran has left no state folder yet. */
  if (self->secrets->len > 0
      && (!ost_folder_make (current->state_folder, 0700, error)
          || !ost_folder_make (folder, 0700, error)))
    return FALSE;
  for (guint i = 0; i < self->secrets->len; i++)
    {
      const TypedSecret *typed = self->secrets->pdata[i];
      g_autofree char *file = get_secret_file (current, self->group->name, typed->key);
      gsize length;
      const char *bytes = ost_secret_peek (typed->secret, &length);

      if (!ost_file_write (file, bytes, length, 0600, error))
        return FALSE;
    }
  return TRUE;
}

/* Takes away what was typed in for a connection and is no longer referred to. */
static gboolean
remove_secrets (const Current *current, const OstConfigGroup *old, const OstConfigGroup *kept,
                GError **error)
{
  for (guint i = 0; old != NULL && i < old->entries->len; i++)
    {
      const OstConfigEntry *entry = old->entries->pdata[i];
      const OstConfigEntry *now = kept != NULL ? ost_config_group_find (kept, entry->key) : NULL;
      g_autofree char *file = get_secret_file (current, old->name, entry->key);
      g_autofree char *reference = g_strconcat (REFERENCE, file, NULL);

      if (g_str_equal (entry->value, reference)
          && (now == NULL || !g_str_equal (now->value, reference))
          && !ost_file_remove (file, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
keep_previous (const char *file, GError **error)
{
  g_autofree char *previous = g_strconcat (file, ".previous", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize length;

  if (ost_file_is_absent (file))
    return TRUE;
  if (g_file_get_contents (file, &text, &length, &cause))
    return ost_file_write (previous, text, length, 0640, error);
  g_set_error_literal (error, OST_ERROR, OST_ERROR_DENIED, cause->message);
  return FALSE;
}

static char *
get_folder (const Current *current, OstSetupPlace place)
{
  return place == OST_SETUP_STATE ? ost_config_get_connection_folder (current->state_folder)
                                  : ost_config_get_drop_in_folder (current->file);
}

static gboolean
write_connection (const char *file, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (file);

  return ost_folder_make (folder, 0750, error) && keep_previous (file, error)
         && ost_file_write (file, text, strlen (text), 0640, error);
}

/* Where a connection goes, what it will be there, and the configuration with it. */
typedef struct {
  char *file;
  char *text;
  OstConfig *config;
} Plan;

static void
plan_clear (Plan *self)
{
  g_free (self->file);
  g_free (self->text);
  g_clear_object (&self->config);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Plan, plan_clear)

static gboolean
make_plan (OstSetup *self, const Current *current, OstRegistry *registry, OstSetupPlace place,
           gboolean may_replace, Plan *plan, GError **error)
{
  g_autofree char *folder = get_folder (current, place);
  g_autofree char *basename = g_strconcat (self->group->name, ".conf", NULL);

  plan->file = g_build_filename (folder, basename, NULL);
  if (!check_place (self, current, plan->file, may_replace, error)
      || !refer_to_secrets (self, current, error))
    return FALSE;
  plan->text = compose (self->group, error);
  if (plan->text == NULL)
    return FALSE;
  plan->config = ost_config_load_with (current->file, registry, OST_CONFIG_MAY_BE_MISSING,
                                       plan->file, plan->text, error);
  if (plan->config == NULL)
    g_prefix_error (error, _ ("as it would be written, the configuration is wrong:\n"));
  return plan->config != NULL;
}

OstConfig *
ost_setup_preview (OstSetup *self, const char *config_file, OstRegistry *registry,
                   OstSetupPlace place, gboolean may_replace, GError **error)
{
  g_auto (Current) current = { NULL };
  g_auto (Plan) plan = { NULL };

  read_current (&current, config_file);
  if (!make_plan (self, &current, registry, place, may_replace, &plan, error))
    return NULL;
  return g_steal_pointer (&plan.config);
}

char *
ost_setup_apply (OstSetup *self, const char *config_file, OstRegistry *registry,
                 OstSetupPlace place, gboolean may_replace, GError **error)
{
  g_auto (Current) current = { NULL };
  g_auto (Plan) plan = { NULL };

  read_current (&current, config_file);
  if (!make_plan (self, &current, registry, place, may_replace, &plan, error)
      || !write_secrets (self, &current, error) || !write_connection (plan.file, plan.text, error)
      || !remove_secrets (&current, find_connection (&current, self->group->name), self->group,
                          error))
    return NULL;
  return g_steal_pointer (&plan.file);
}

gboolean
ost_setup_remove (const char *config_file, const char *name, GError **error)
{
  g_auto (Current) current = { NULL };
  const OstConfigGroup *group;

  read_current (&current, config_file);
  group = find_connection (&current, name);
  if (group == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
                   _ ("there is no connection ‘%s’ in ‘%s’ and what belongs to it; ‘ostiary config "
                      "--dump’ lists those that are there"),
                   name, current.file);
      return FALSE;
    }
  return check_alone (&current, group->file, name, error) && keep_previous (group->file, error)
         && ost_file_remove (group->file, error) && remove_secrets (&current, group, NULL, error);
}
