/* invocation.c: what a client asks for with CREATE_PIPELINE */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invocation.h"

#include <string.h>

#define MAX_CALLS 16
#define MAX_ARGUMENTS 256
#define MAX_ITEMS 100000

static void
free_argument (gpointer data)
{
  SimArgument *argument = data;
  g_free (argument->name);
  g_free (argument->text);
  g_clear_pointer (&argument->items, g_ptr_array_unref);
  g_clear_pointer (&argument->keys, g_ptr_array_unref);
  g_clear_pointer (&argument->values, g_ptr_array_unref);
  g_free (argument);
}

static void
free_call (gpointer data)
{
  SimCall *call = data;
  g_free (call->name);
  g_ptr_array_unref (call->arguments);
  g_free (call);
}

void
sim_invocation_free (SimInvocation *invocation)
{
  if (invocation == NULL)
    return;
  g_ptr_array_unref (invocation->calls);
  g_free (invocation);
}

static const char *
get_text (const OstClixmlValue *value)
{
  const char *text = ost_clixml_value_get_text (value, NULL);
  return text == NULL ? "" : text;
}

static GPtrArray *
read_items (const OstClixmlValue *value)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  if (ost_clixml_value_get_container (value) == OST_CLIXML_NO_CONTAINER)
    {
      if (ost_clixml_value_get_kind (value) != OST_CLIXML_NIL)
        g_ptr_array_add (items, g_strdup (get_text (value)));
      return items;
    }
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (value);
       item != NULL && items->len < MAX_ITEMS; item = ost_clixml_value_get_next_item (item))
    g_ptr_array_add (items, g_strdup (get_text (item)));
  return items;
}

static void
read_table (const OstClixmlValue *value, SimArgument *argument)
{
  argument->keys = g_ptr_array_new_with_free_func (g_free);
  argument->values = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value);
       entry != NULL && argument->keys->len < MAX_ITEMS; entry = ost_clixml_entry_get_next (entry))
    {
      g_ptr_array_add (argument->keys, g_strdup (get_text (ost_clixml_entry_get_key (entry))));
      g_ptr_array_add (argument->values, read_items (ost_clixml_entry_get_value (entry)));
    }
}

static void
read_value (const OstClixmlValue *value, SimArgument *argument)
{
  OstClixmlType kind = value == NULL ? OST_CLIXML_NIL : ost_clixml_value_get_kind (value);
  OstClixmlContainer container = ost_clixml_value_get_container (value);
  const OstClixmlValue *primitive = ost_clixml_value_get_primitive (value);
  if (container == OST_CLIXML_DICTIONARY)
    {
      argument->kind = SIM_ARGUMENT_TABLE;
      read_table (value, argument);
    }
  else if (container != OST_CLIXML_NO_CONTAINER)
    {
      argument->kind = SIM_ARGUMENT_LIST;
      argument->items = read_items (value);
    }
  else if (kind == OST_CLIXML_NIL)
    argument->kind = SIM_ARGUMENT_NULL;
  else if (primitive != NULL && ost_clixml_value_get_kind (primitive) == OST_CLIXML_BOOLEAN)
    {
      argument->kind = SIM_ARGUMENT_BOOLEAN;
      ost_clixml_value_get_boolean (primitive, &argument->boolean);
    }
  else if (ost_clixml_value_is_a (value, "System.Management.Automation.SwitchParameter"))
    {
      argument->kind = SIM_ARGUMENT_BOOLEAN;
      ost_clixml_value_get_boolean (ost_clixml_value_get_member (value, "IsPresent"),
                                    &argument->boolean);
    }
  else
    {
      argument->kind = SIM_ARGUMENT_TEXT;
      argument->text = g_strdup (get_text (value));
    }
}

/* A name with a dash and no value is a switch; without a dash it is a name whatever follows. */
static SimArgument *
read_argument (const OstClixmlValue *value)
{
  SimArgument *argument = g_new0 (SimArgument, 1);
  const OstClixmlValue *name = ost_clixml_value_get_member (value, "N");
  read_value (ost_clixml_value_get_member (value, "V"), argument);
  if (name == NULL || ost_clixml_value_get_kind (name) == OST_CLIXML_NIL)
    return argument;
  const char *text = get_text (name);
  if (text[0] == '-')
    {
      text++;
      gsize length = strlen (text);
      gboolean has_colon = length > 0 && text[length - 1] == ':';
      argument->name = g_strndup (text, has_colon ? length - 1 : length);
      if (argument->kind == SIM_ARGUMENT_NULL && !has_colon)
        {
          argument->kind = SIM_ARGUMENT_BOOLEAN;
          argument->boolean = TRUE;
        }
    }
  else
    argument->name = g_strdup (text);
  return argument;
}

static SimCall *
read_call (const OstClixmlValue *value)
{
  SimCall *call = g_new0 (SimCall, 1);
  call->name = g_strdup (get_text (ost_clixml_value_get_member (value, "Cmd")));
  ost_clixml_value_get_boolean (ost_clixml_value_get_member (value, "IsScript"), &call->is_script);
  call->arguments = g_ptr_array_new_with_free_func (free_argument);
  const OstClixmlValue *arguments = ost_clixml_value_get_member (value, "Args");
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (arguments);
       item != NULL && call->arguments->len < MAX_ARGUMENTS;
       item = ost_clixml_value_get_next_item (item))
    g_ptr_array_add (call->arguments, read_argument (item));
  return call;
}

SimInvocation *
sim_invocation_new (const OstClixmlValue *value)
{
  g_autoptr (SimInvocation) invocation = g_new0 (SimInvocation, 1);
  gboolean no_input = TRUE;
  invocation->calls = g_ptr_array_new_with_free_func (free_call);
  ost_clixml_value_get_boolean (ost_clixml_value_get_member (value, "NoInput"), &no_input);
  invocation->has_input = !no_input;
  const OstClixmlValue *pipeline = ost_clixml_value_get_member (value, "PowerShell");
  const OstClixmlValue *calls = ost_clixml_value_get_member (pipeline, "Cmds");
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (calls);
       item != NULL && invocation->calls->len < MAX_CALLS;
       item = ost_clixml_value_get_next_item (item))
    g_ptr_array_add (invocation->calls, read_call (item));
  return invocation->calls->len == 0 ? NULL : g_steal_pointer (&invocation);
}
