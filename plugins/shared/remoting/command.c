/* command.c: a cmdlet and its parameters, as typed values and never as script text */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "command.h"

#include "psrp-payload.h"

typedef enum {
  VALUE_NULL,
  VALUE_TEXT,
  VALUE_BOOLEAN,
  VALUE_LIST,
  VALUE_TABLE,
} ValueKind;

typedef struct {
  char *key;
  GStrv items;
} Entry;

typedef struct {
  char *name;
  ValueKind kind;
  char *text;
  gboolean boolean;
  GStrv items;
  GArray *entries;
} Parameter;

struct _OstCommand {
  char *name;
  GArray *parameters;
};

static void
clear_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->key);
  g_strfreev (entry->items);
}

static void
clear_parameter (gpointer data)
{
  Parameter *parameter = data;

  g_free (parameter->name);
  g_free (parameter->text);
  g_strfreev (parameter->items);
  g_clear_pointer (&parameter->entries, g_array_unref);
}

OstCommand *
ost_command_new (const char *name)
{
  OstCommand *self;

  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  self = g_new0 (OstCommand, 1);
  self->name = g_strdup (name);
  self->parameters = g_array_new (FALSE, TRUE, sizeof (Parameter));
  g_array_set_clear_func (self->parameters, clear_parameter);
  return self;
}

void
ost_command_free (OstCommand *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->parameters);
  g_free (self->name);
  g_free (self);
}

const char *
ost_command_get_name (const OstCommand *self)
{
  return self->name;
}

static Parameter *
add_parameter (OstCommand *self, const char *name, ValueKind kind)
{
  Parameter *parameter;

  g_array_set_size (self->parameters, self->parameters->len + 1);
  parameter = &g_array_index (self->parameters, Parameter, self->parameters->len - 1);
  parameter->name = g_strdup (name);
  parameter->kind = kind;
  return parameter;
}

/* The server reads a hyphen, a colon or white space in a name as part of its syntax. */
static gboolean
is_parameter_name (const char *name)
{
  if (name == NULL || *name == '\0')
    return FALSE;
  for (const char *at = name; *at != '\0'; at++)
    if (!g_ascii_isalnum (*at) && *at != '_')
      return FALSE;
  return TRUE;
}

void
ost_command_add_text (OstCommand *self, const char *parameter, const char *value)
{
  g_return_if_fail (self != NULL && is_parameter_name (parameter) && value != NULL);
  g_return_if_fail (*value != '\0' || g_ascii_strcasecmp (parameter, "Identity") != 0);

  add_parameter (self, parameter, VALUE_TEXT)->text = g_strdup (value);
}

void
ost_command_add_boolean (OstCommand *self, const char *parameter, gboolean value)
{
  g_return_if_fail (self != NULL && is_parameter_name (parameter));

  add_parameter (self, parameter, VALUE_BOOLEAN)->boolean = value;
}

void
ost_command_add_null (OstCommand *self, const char *parameter)
{
  g_return_if_fail (self != NULL && is_parameter_name (parameter));
  g_return_if_fail (g_ascii_strcasecmp (parameter, "Identity") != 0);

  add_parameter (self, parameter, VALUE_NULL);
}

void
ost_command_add_list (OstCommand *self, const char *parameter, const char *const *items)
{
  g_return_if_fail (self != NULL && is_parameter_name (parameter) && items != NULL);

  add_parameter (self, parameter, VALUE_LIST)->items = g_strdupv ((char **)items);
}

void
ost_command_add_table (OstCommand *self, const char *parameter, const char *key,
                       const char *const *items, ...)
{
  Parameter *added;
  va_list arguments;

  g_return_if_fail (self != NULL && is_parameter_name (parameter) && key != NULL);

  added = add_parameter (self, parameter, VALUE_TABLE);
  added->entries = g_array_new (FALSE, TRUE, sizeof (Entry));
  g_array_set_clear_func (added->entries, clear_entry);
  va_start (arguments, items);
  while (key != NULL && items != NULL)
    {
      Entry entry = { g_strdup (key), g_strdupv ((char **)items) };

      g_array_append_val (added->entries, entry);
      key = va_arg (arguments, const char *);
      items = key != NULL ? va_arg (arguments, const char *const *) : NULL;
    }
  va_end (arguments);
}

static void
write_items (OstClixmlWriter *writer, const char *name, GStrv items)
{
  static const char *const array_types[]
    = { "System.Object[]", "System.Array", "System.Object", NULL };

  ost_clixml_writer_begin_object (writer, name, array_types);
  ost_clixml_writer_begin_list (writer);
  for (guint i = 0; items[i] != NULL; i++)
    ost_clixml_writer_add_string (writer, NULL, items[i]);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_table (OstClixmlWriter *writer, const char *name, GArray *entries)
{
  static const char *const table_types[]
    = { "System.Collections.Hashtable", "System.Object", NULL };

  ost_clixml_writer_begin_object (writer, name, table_types);
  ost_clixml_writer_begin_dictionary (writer);
  for (guint i = 0; i < entries->len; i++)
    {
      Entry *entry = &g_array_index (entries, Entry, i);

      ost_clixml_writer_begin_entry (writer);
      ost_clixml_writer_add_string (writer, "Key", entry->key);
      write_items (writer, "Value", entry->items);
      ost_clixml_writer_end_entry (writer);
    }
  ost_clixml_writer_end_dictionary (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_parameter (OstClixmlWriter *writer, Parameter *parameter)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "N", parameter->name);
  switch (parameter->kind)
    {
    case VALUE_NULL:
      ost_clixml_writer_add_nil (writer, "V");
      break;
    case VALUE_TEXT:
      ost_clixml_writer_add_string (writer, "V", parameter->text);
      break;
    case VALUE_BOOLEAN:
      ost_clixml_writer_add_boolean (writer, "V", parameter->boolean);
      break;
    case VALUE_LIST:
      write_items (writer, "V", parameter->items);
      break;
    case VALUE_TABLE:
      write_table (writer, "V", parameter->entries);
      break;
    }
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_merge (OstClixmlWriter *writer, const char *name)
{
  static const char *const result_types[]
    = { "System.Management.Automation.Runspaces.PipelineResultTypes", "System.Enum",
        "System.ValueType", "System.Object", NULL };

  /* Nothing is merged: errors come as records of their own. */
  ost_clixml_writer_add_enum (writer, name, result_types, "None", 0);
}

void
ost_command_write (const OstCommand *self, OstClixmlWriter *writer, guint protocol_minor)
{
  static const char *const since_2_2[]
    = { "MergeError", "MergeWarning", "MergeVerbose", "MergeDebug" };

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "Cmd", self->name);
  ost_clixml_writer_add_boolean (writer, "IsScript", FALSE);
  ost_clixml_writer_add_nil (writer, "UseLocalScope");
  write_merge (writer, "MergeMyResult");
  write_merge (writer, "MergeToResult");
  write_merge (writer, "MergePreviousResults");
  ost_clixml_writer_begin_object (writer, "Args", ost_psrp_list_types);
  ost_clixml_writer_begin_list (writer);
  for (guint i = 0; i < self->parameters->len; i++)
    write_parameter (writer, &g_array_index (self->parameters, Parameter, i));
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
  for (guint i = 0; protocol_minor >= 2 && i < G_N_ELEMENTS (since_2_2); i++)
    write_merge (writer, since_2_2[i]);
  if (protocol_minor >= 3)
    write_merge (writer, "MergeInformation");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}
