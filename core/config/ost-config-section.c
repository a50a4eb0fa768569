/* ost-config-section.c: checks one group against the tables that claim its keys */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-section.h"

#include "core/base/ost-settings-private.h"
#include "core/registry/ost-plugin-file.h"
#include "core/registry/ost-plugin-settings.h"
#include "ost-config-rows.h"
#include "ost-config-words.h"
#include "ost-secret-reference.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct {
  char *key;
  char *text;
  char *file; /* NULL where the text is the default */
  guint line;
} Value;

/* How a group names a plugin, and what the keys of such a plugin begin with. */
typedef struct {
  const char *group_kind;
  const char *key;
  OstPluginKind kind;
  const char *prefix;
  gboolean may_be_none;
} Slot;

static const Slot slots[] = {
  { "service", "store", OST_PLUGIN_STORE, "store-", FALSE },
  { "connection", "authority", OST_PLUGIN_AUTHORITY, "authority-", TRUE },
  { "connection", "notify", OST_PLUGIN_NOTIFIER, "notify-", TRUE },
  { "connection", "environment", OST_PLUGIN_BACKEND, "", FALSE },
  { "connection", "transport", OST_PLUGIN_TRANSPORT, "", FALSE },
};

typedef struct {
  const OstConfigGroup *group;
  OstRegistry *registry;
  OstConfigFlags flags;
  OstConfigProblems *problems;
  GPtrArray *rows;
  OstConfigSection *section;
  gboolean is_missing[G_N_ELEMENTS (slots)];
  GError *refusals[G_N_ELEMENTS (slots)];
  GString *unchecked[G_N_ELEMENTS (slots)];
} Check;

static void
free_value (gpointer data)
{
  Value *value = data;

  g_free (value->key);
  g_free (value->text);
  g_free (value->file);
  g_free (value);
}

void
ost_config_section_free (OstConfigSection *self)
{
  g_free (self->label);
  g_free (self->name);
  g_free (self->file);
  g_object_unref (self->settings);
  g_ptr_array_unref (self->values);
  g_free (self);
}

static OstConfigSection *
new_section (const OstConfigGroup *group)
{
  OstConfigSection *self = g_new0 (OstConfigSection, 1);

  self->label = g_strdup (group->label);
  self->name = g_strdup (group->name);
  self->file = g_strdup (group->file);
  self->line = group->line;
  self->settings = ost_settings_new (group->name != NULL ? group->name : group->kind);
  self->values = g_ptr_array_new_with_free_func (free_value);
  return self;
}

/* Where there is no line with the key, the head of its group has to stand for it. */
static void report (Check *check, const OstConfigEntry *entry, const char *key, const char *format,
                    ...) G_GNUC_PRINTF (4, 5);

static void
report (Check *check, const OstConfigEntry *entry, const char *key, const char *format, ...)
{
  const OstConfigGroup *group = check->group;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  ost_config_problems_add (check->problems, entry != NULL ? entry->file : group->file,
                           entry != NULL ? entry->line : group->line, "[%s] %s: %s", group->label,
                           key, text);
}

static void
add_plugin (Check *check, const Slot *slot, const OstPlugin *plugin)
{
  guint n_before = check->rows->len;

  check->section->plugins[slot->kind] = plugin;
  ost_config_rows_add_plugin (check->rows, plugin);
  for (guint i = n_before; i < check->rows->len; i++)
    {
      const OstConfigRow *row = check->rows->pdata[i];
      const OstConfigRow *first = ost_config_rows_find (check->rows, row->setting.key);

      if (first == row)
        continue;
      report (check, ost_config_group_find (check->group, slot->key), slot->key,
              _ ("the key ‘%s’ is claimed by ‘%s’, but it belongs to %s already; the two cannot be "
                 "used together"),
              row->setting.key, plugin->file,
              first->plugin != NULL ? first->plugin->file : _ ("the core"));
    }
}

static void
find_plugin (Check *check, gsize i)
{
  const Slot *slot = &slots[i];
  const OstConfigEntry *entry = ost_config_group_find (check->group, slot->key);
  const OstConfigRow *row = ost_config_rows_find (check->rows, slot->key);
  const char *name = entry != NULL ? entry->value : row->setting.default_value;
  const OstPlugin *plugin;

  if (slot->may_be_none && name != NULL && g_str_equal (name, "none"))
    return;
  /* What is wrong with the name itself is said where all values are checked. */
  check->is_missing[i] = TRUE;
  if (name == NULL || !ost_plugin_name_is_valid (name))
    return;
  plugin = ost_registry_find (check->registry, slot->kind, name, &check->refusals[i]);
  if (plugin == NULL)
    return;
  check->is_missing[i] = FALSE;
  add_plugin (check, slot, plugin);
}

static void
find_plugins (Check *check)
{
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    if (g_str_equal (slots[i].group_kind, check->group->kind))
      find_plugin (check, i);
}

/* Only a value that is right in every respect becomes a setting, so that later checks of several
 * keys together are not misled by a wrong one. */
static gboolean
check_value (Check *check, const OstConfigRow *row, const char *text, GError **error)
{
  OstSecretReferenceFlags flags = (check->flags & OST_CONFIG_FOR_SERVICE) != 0
                                    ? OST_SECRET_REFERENCE_NONE
                                    : OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT;

  if (text != NULL && *text != '\0')
    {
      if (row->setting.type == OST_SETTING_SECRET
          && !ost_secret_reference_check (text, flags, error))
        return FALSE;
      if (row->check != NULL && !row->check (text, error))
        return FALSE;
    }
  return ost_settings_set (check->section->settings, &row->setting, text, error);
}

static void
check_row (Check *check, const OstConfigRow *row)
{
  const OstConfigEntry *entry = ost_config_group_find (check->group, row->setting.key);
  const char *text = entry != NULL ? entry->value : NULL;
  g_autoptr (GError) error = NULL;
  Value *value;

  if (text == NULL && (row->setting.flags & OST_SETTING_REQUIRED) != 0
      && row->setting.default_value == NULL)
    {
      report (check, NULL, row->setting.key, _ ("is missing and has no default; add it. %s"),
              _ (row->setting.summary));
      return;
    }
  if (!check_value (check, row, text, &error))
    {
      report (check, entry, row->setting.key, "%s", error->message);
      return;
    }
  if (text == NULL && row->setting.default_value == NULL)
    return;
  value = g_new0 (Value, 1);
  value->key = g_strdup (row->setting.key);
  value->text = g_strdup (text != NULL ? text : row->setting.default_value);
  value->file = entry != NULL ? g_strdup (entry->file) : NULL;
  value->line = entry != NULL ? entry->line : 0;
  g_ptr_array_add (check->section->values, value);
}

/* The key of a plugin that is not there cannot be told from a misspelt one. */
static gboolean
note_unchecked (Check *check, const char *key)
{
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    {
      if (!check->is_missing[i] || !g_str_has_prefix (key, slots[i].prefix))
        continue;
      if (check->unchecked[i] == NULL)
        check->unchecked[i] = g_string_new (NULL);
      g_string_append_printf (check->unchecked[i], "%s%s", check->unchecked[i]->len > 0 ? ", " : "",
                              key);
      return TRUE;
    }
  return FALSE;
}

static const Slot *
find_slot (const char *group_kind, guint32 kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    if (slots[i].kind == kind && g_str_equal (slots[i].group_kind, group_kind))
      return &slots[i];
  return NULL;
}

/* Reports a key that would be right if the group named another plugin. */
static gboolean
report_other_plugin (Check *check, const OstConfigEntry *entry)
{
  GPtrArray *plugins = ost_registry_get_plugins (check->registry);

  for (guint i = 0; i < plugins->len; i++)
    {
      const OstPlugin *plugin = plugins->pdata[i];
      const Slot *slot = find_slot (check->group->kind, plugin->info->kind);
      const char *current;

      if (slot == NULL || !ost_config_plugin_claims (plugin, entry->key))
        continue;
      current = ost_settings_get_text (check->section->settings, slot->key);
      report (check, entry, entry->key,
              _ ("is a key of %s=%s, but this group has %s=%s; take it out, or change that"),
              slot->key, plugin->info->name, slot->key, current != NULL ? current : "");
      return TRUE;
    }
  return FALSE;
}

static GPtrArray *
list_keys (Check *check)
{
  GPtrArray *keys = g_ptr_array_new ();

  for (guint i = 0; i < check->rows->len; i++)
    g_ptr_array_add (keys, (gpointer)((const OstConfigRow *)check->rows->pdata[i])->setting.key);
  return keys;
}

static void
check_entry (Check *check, const OstConfigEntry *entry)
{
  g_autoptr (GPtrArray) keys = NULL;
  g_autofree char *allowed = NULL;
  const char *nearest;

  if (ost_config_rows_find (check->rows, entry->key) != NULL)
    return;
  keys = list_keys (check);
  nearest = ost_config_words_find_nearest (keys, entry->key);
  if (ost_setting_key_is_valid (entry->key)
      && ((nearest == NULL && note_unchecked (check, entry->key))
          || report_other_plugin (check, entry)))
    return;
  allowed = keys->len > 0 ? ost_config_words_join (keys) : g_strdup (_ ("none"));
  if (nearest != NULL)
    report (check, entry, ost_config_key_for_message (entry->key),
            _ ("is no key of this group; did you mean %s?"), nearest);
  else
    report (check, entry, ost_config_key_for_message (entry->key),
            _ ("is no key of this group; allowed: %s; correct it or take it out"), allowed);
}

static void
report_missing_plugins (Check *check)
{
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++)
    {
      g_autoptr (GError) refusal = g_steal_pointer (&check->refusals[i]);
      g_autoptr (GString) keys = g_steal_pointer (&check->unchecked[i]);
      const OstConfigEntry *entry = ost_config_group_find (check->group, slots[i].key);

      if (refusal != NULL && keys != NULL)
        report (check, entry, slots[i].key, _ ("%s; without it nobody knows these keys: %s"),
                refusal->message, keys->str);
      else if (refusal != NULL)
        report (check, entry, slots[i].key, "%s", refusal->message);
    }
}

OstConfigSection *
ost_config_section_check (const OstConfigGroup *group, OstRegistry *registry, OstConfigFlags flags,
                          OstConfigProblems *problems)
{
  g_autoptr (GPtrArray) rows = ost_config_rows_new (group->kind);
  Check check = { .group = group,
                  .registry = registry,
                  .flags = flags,
                  .problems = problems,
                  .rows = rows,
                  .section = new_section (group) };

  find_plugins (&check);
  for (guint i = 0; i < rows->len; i++)
    {
      const OstConfigRow *row = rows->pdata[i];

      if (ost_config_rows_find (rows, row->setting.key) == row)
        check_row (&check, row);
    }
  for (guint i = 0; i < group->entries->len; i++)
    check_entry (&check, group->entries->pdata[i]);
  report_missing_plugins (&check);
  return check.section;
}

static const Value *
find_value (const OstConfigSection *self, const char *key)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      const Value *value = self->values->pdata[i];

      if (g_str_equal (value->key, key))
        return value;
    }
  return NULL;
}

guint
ost_config_section_get_origin (const OstConfigSection *self, const char *key, const char **file)
{
  const Value *value = find_value (self, key);

  if (value != NULL && value->file != NULL)
    {
      *file = value->file;
      return value->line;
    }
  *file = self->file;
  return self->line;
}

void
ost_config_section_dump (const OstConfigSection *self, GString *text)
{
  g_string_append_printf (text, "[%s]\n", self->label);
  for (guint i = 0; i < self->values->len; i++)
    {
      const Value *value = self->values->pdata[i];

      if (value->file != NULL)
        g_string_append_printf (text, "# %s:%u\n", value->file, value->line);
      else
        g_string_append (text, "# default\n");
      g_string_append_printf (text, "%s=%s\n", value->key, value->text);
    }
}
