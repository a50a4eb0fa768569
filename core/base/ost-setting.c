/* ost-setting.c: the checked values of one connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-settings-private.h"

#include <string.h>

typedef struct {
  char *text;
  gint64 number;
  GStrv items;
} Value;

struct _OstSettings {
  GObject parent_instance;

  char *connection;
  GHashTable *values; /* key -> Value */
};

G_DEFINE_FINAL_TYPE (OstSettings, ost_settings, G_TYPE_OBJECT)

static void
free_value (gpointer data)
{
  Value *value = data;

  g_free (value->text);
  g_strfreev (value->items);
  g_free (value);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Value, free_value)

static void
ost_settings_finalize (GObject *object)
{
  OstSettings *self = OST_SETTINGS (object);

  g_free (self->connection);
  g_hash_table_unref (self->values);
  G_OBJECT_CLASS (ost_settings_parent_class)->finalize (object);
}

static void
ost_settings_class_init (OstSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_settings_finalize;
}

static void
ost_settings_init (OstSettings *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
}

OstSettings *
ost_settings_new (const char *connection)
{
  OstSettings *self = g_object_new (OST_TYPE_SETTINGS, NULL);

  self->connection = g_strdup (connection);
  return self;
}

const char *
ost_settings_get_connection (OstSettings *self)
{
  return self->connection;
}

gboolean
ost_duration_parse (const char *text, gint64 *seconds, GError **error)
{
  static const struct {
    const char *unit;
    gint64 seconds;
  } units[] = { { "s", 1 }, { "min", 60 }, { "h", 3600 }, { "d", 86400 } };
  const char *digits_end = text + strspn (text, "0123456789");
  g_autofree char *digits = g_strndup (text, (gsize)(digits_end - text));
  guint64 number;

  if (!g_ascii_string_to_unsigned (digits, 10, 0, G_MAXINT32, &number, NULL))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "‘%s’ is no duration; write a whole number with a unit, such as 2min", text);
      return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      if (!g_str_equal (digits_end, units[i].unit))
        continue;
      *seconds = (gint64)number * units[i].seconds;
      return TRUE;
    }
  if (*digits_end == '\0')
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 "‘%s’ has no unit; write %ss, %smin, %sh or %sd", text, text, text, text, text);
  else
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 "‘%s’ has the unit ‘%s’; units are s, min, h and d", text, digits_end);
  return FALSE;
}

static gboolean
check_range (const OstSetting *setting, gint64 number, const char *text, GError **error)
{
  const char *unit = setting->type == OST_SETTING_DURATION ? "s" : "";

  if (number >= setting->minimum && (setting->maximum == 0 || number <= setting->maximum))
    return TRUE;
  if (setting->maximum == 0)
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 "‘%s’ is too small; the least is %" G_GINT64_FORMAT "%s", text, setting->minimum,
                 unit);
  else
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 "‘%s’ is out of range; allowed is %" G_GINT64_FORMAT "%s to %" G_GINT64_FORMAT
                 "%s",
                 text, setting->minimum, unit, setting->maximum, unit);
  return FALSE;
}

static gboolean
parse_boolean (const char *text, gint64 *number, GError **error)
{
  if (g_str_equal (text, "yes") || g_str_equal (text, "no"))
    {
      *number = g_str_equal (text, "yes");
      return TRUE;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "‘%s’ is neither yes nor no", text);
  return FALSE;
}

static gboolean
parse_integer (const OstSetting *setting, const char *text, gint64 *number, GError **error)
{
  if (!g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, number, NULL))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "‘%s’ is no whole number", text);
      return FALSE;
    }
  return check_range (setting, *number, text, error);
}

static gboolean
parse_duration (const OstSetting *setting, const char *text, gint64 *number, GError **error)
{
  return ost_duration_parse (text, number, error) && check_range (setting, *number, text, error);
}

static gboolean
parse_choice (const OstSetting *setting, const char *text, GError **error)
{
  g_autofree char *allowed = NULL;

  if (g_strv_contains (setting->choices, text))
    return TRUE;
  allowed = g_strjoinv (", ", (char **)setting->choices);
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "‘%s’ is none of: %s", text, allowed);
  return FALSE;
}

static gboolean
parse_file (const char *text, GError **error)
{
  if (g_path_is_absolute (text))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "‘%s’ is no absolute path", text);
  return FALSE;
}

static gboolean
parse_secret (const char *text, GError **error)
{
  static const char *const schemes[] = { "file:", "credential:", "env:", "secret-service:" };

  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_has_prefix (text, schemes[i]) && text[strlen (schemes[i])] != '\0')
      return TRUE;
  /* What stands here instead is probably the secret itself, so the message does not repeat it. */
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID,
                       "is no reference to a secret; write file:PATH, credential:NAME or "
                       "secret-service:ATTRIBUTES, and take the secret out of this file");
  return FALSE;
}

static GStrv
split_list (const char *text)
{
  g_auto (GStrv) raw = g_strsplit (text, ";", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (gsize i = 0; raw[i] != NULL; i++)
    if (*g_strstrip (raw[i]) != '\0')
      g_strv_builder_add (builder, raw[i]);
  return g_strv_builder_end (builder);
}

static gboolean
parse_value (const OstSetting *setting, const char *text, Value *value, GError **error)
{
  switch (setting->type)
    {
    case OST_SETTING_TEXT:
      return TRUE;
    case OST_SETTING_BOOLEAN:
      return parse_boolean (text, &value->number, error);
    case OST_SETTING_INTEGER:
      return parse_integer (setting, text, &value->number, error);
    case OST_SETTING_DURATION:
      return parse_duration (setting, text, &value->number, error);
    case OST_SETTING_LIST:
      value->items = split_list (text);
      return TRUE;
    case OST_SETTING_CHOICE:
      return parse_choice (setting, text, error);
    case OST_SETTING_FILE:
      return parse_file (text, error);
    case OST_SETTING_SECRET:
      return parse_secret (text, error);
    default:
      g_return_val_if_reached (FALSE);
    }
}

gboolean
ost_settings_set (OstSettings *self, const OstSetting *setting, const char *text, GError **error)
{
  g_autoptr (Value) value = g_new0 (Value, 1);
  const char *effective = text != NULL ? text : setting->default_value;

  g_return_val_if_fail (OST_IS_SETTINGS (self), FALSE);

  if (effective == NULL)
    {
      g_hash_table_remove (self->values, setting->key);
      return TRUE;
    }
  if (*effective == '\0' && setting->type != OST_SETTING_LIST)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID,
                           "has no value; give one, or take the line out");
      return FALSE;
    }
  if (!parse_value (setting, effective, value, error))
    return FALSE;
  value->text = g_strdup (effective);
  g_hash_table_insert (self->values, g_strdup (setting->key), g_steal_pointer (&value));
  return TRUE;
}

gboolean
ost_settings_equal (OstSettings *a, OstSettings *b)
{
  GHashTableIter iter;
  gpointer key, data;

  if (g_hash_table_size (a->values) != g_hash_table_size (b->values))
    return FALSE;
  g_hash_table_iter_init (&iter, a->values);
  while (g_hash_table_iter_next (&iter, &key, &data))
    {
      const Value *other = g_hash_table_lookup (b->values, key);

      if (other == NULL || !g_str_equal (((const Value *)data)->text, other->text))
        return FALSE;
    }
  return TRUE;
}

const char *
ost_settings_get_text (OstSettings *self, const char *key)
{
  const Value *value;

  g_return_val_if_fail (OST_IS_SETTINGS (self), NULL);

  value = g_hash_table_lookup (self->values, key);
  return value != NULL ? value->text : NULL;
}

gint64
ost_settings_get_integer (OstSettings *self, const char *key)
{
  const Value *value;

  g_return_val_if_fail (OST_IS_SETTINGS (self), 0);

  value = g_hash_table_lookup (self->values, key);
  return value != NULL ? value->number : 0;
}

gboolean
ost_settings_get_boolean (OstSettings *self, const char *key)
{
  return ost_settings_get_integer (self, key) != 0;
}

const char *const *
ost_settings_get_list (OstSettings *self, const char *key)
{
  static const char *const none[] = { NULL };
  const Value *value;

  g_return_val_if_fail (OST_IS_SETTINGS (self), none);

  value = g_hash_table_lookup (self->values, key);
  return value != NULL && value->items != NULL ? (const char *const *)value->items : none;
}
