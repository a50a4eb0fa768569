/* cmdlets-command.c: Get-Command, Select-Object, and the table of all cmdlets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"
#include "parameters.h"

#include "plugins/shared/remoting/psrp-message.h"

#include <string.h>

#define AUTOMATION "System.Management.Automation."
#define ASSEMBLY                                                                                   \
  ", System.Management.Automation, Version=3.0.0.0, Culture=neutral, "                             \
  "PublicKeyToken=31bf3856ad364e35]]"
#define CORE ", mscorlib, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089]"

static const char *const CMDLET_TYPES[]
  = { AUTOMATION "CmdletInfo", AUTOMATION "CommandInfo", "System.Object", NULL };
static const char *const SELECTED_TYPES[]
  = { "Selected." AUTOMATION "CmdletInfo", AUTOMATION "PSCustomObject", "System.Object", NULL };
static const char *const COMMAND_TYPES[]
  = { AUTOMATION "CommandTypes", "System.Enum", "System.ValueType", "System.Object", NULL };
static const char *const PARAMETERS_TYPES[]
  = { "System.Collections.Generic.Dictionary`2[[System.String" CORE ",[" AUTOMATION
      "ParameterMetadata" ASSEMBLY,
      "System.Object", NULL };
static const char *const PARAMETER_TYPES[]
  = { AUTOMATION "ParameterMetadata", "System.Object", NULL };
static const char *const ALIASES_TYPES[]
  = { "System.Collections.ObjectModel.Collection`1[[System.String" CORE "]", "System.Object",
      NULL };
static const char *const OUTPUTS_TYPES[]
  = { "System.Collections.ObjectModel.ReadOnlyCollection`1[[" AUTOMATION "PSTypeName" ASSEMBLY,
      "System.Object", NULL };
static const char *const SELECTABLE[]
  = { "ModuleName", "Namespace",   "OutputType",          "Count",         "HelpUri",
      "Name",       "CommandType", "ResolvedCommandName", "CmdletBinding", "DefaultParameterSet",
      "Parameters", NULL };

/* ---- one cmdlet ------------------------------------------------------------------------------ */

/* At remoting's depth the description of a parameter is nothing but the name of its type. */
static void
write_parameter (OstClixmlWriter *writer, const SimParameter *parameter, gboolean is_whole)
{
  ost_clixml_writer_begin_entry (writer);
  ost_clixml_writer_add_string (writer, "Key", parameter->name);
  if (!is_whole)
    ost_clixml_writer_add_string (writer, "Value", AUTOMATION "ParameterMetadata");
  else
    {
      ost_clixml_writer_begin_object (writer, "Value", PARAMETER_TYPES);
      ost_clixml_writer_add_to_string (writer, AUTOMATION "ParameterMetadata");
      ost_clixml_writer_begin_properties (writer);
      ost_clixml_writer_add_string (writer, "Name", parameter->name);
      ost_clixml_writer_add_string (writer, "ParameterType", parameter->type_name);
      ost_clixml_writer_begin_object (writer, "Aliases", ALIASES_TYPES);
      ost_clixml_writer_begin_list (writer);
      ost_clixml_writer_end_list (writer);
      ost_clixml_writer_end_object (writer);
      ost_clixml_writer_add_boolean (writer, "IsDynamic", FALSE);
      ost_clixml_writer_add_boolean (writer, "SwitchParameter",
                                     parameter->kind == SIM_PARAMETER_SWITCH);
      ost_clixml_writer_end_properties (writer);
      ost_clixml_writer_end_object (writer);
    }
  ost_clixml_writer_end_entry (writer);
}

static void
write_parameters (SimRun *run, const SimCmdlet *cmdlet, gboolean is_whole)
{
  OstClixmlWriter *writer = run->writer;
  const SimParameter *const tables[]
    = { cmdlet->parameters, sim_get_common_parameters (),
        cmdlet->impact == SIM_IMPACT_NONE ? NULL : sim_get_confirm_parameters () };
  ost_clixml_writer_begin_object (writer, "Parameters", PARAMETERS_TYPES);
  ost_clixml_writer_begin_dictionary (writer);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const SimParameter *parameter = tables[i]; parameter != NULL && parameter->name != NULL;
         parameter++)
      if (!sim_session_denies (run->session, cmdlet->name, parameter->name))
        write_parameter (writer, parameter, is_whole);
  ost_clixml_writer_end_dictionary (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_output_type (OstClixmlWriter *writer, const SimCmdlet *cmdlet)
{
  ost_clixml_writer_begin_object (writer, "OutputType", OUTPUTS_TYPES);
  ost_clixml_writer_begin_list (writer);
  if (cmdlet->type != NULL)
    ost_clixml_writer_add_string (writer, NULL, cmdlet->type->type_names[0]);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_cmdlet (SimRun *run, const SimCmdlet *cmdlet)
{
  OstClixmlWriter *writer = run->writer;
  g_auto (GStrv) words = g_strsplit (cmdlet->name, "-", 2);
  ost_clixml_writer_begin_object (writer, NULL, CMDLET_TYPES);
  ost_clixml_writer_add_to_string (writer, cmdlet->name);
  ost_clixml_writer_begin_properties (writer);
  ost_clixml_writer_add_string (writer, "Verb", words[0]);
  ost_clixml_writer_add_string (writer, "Noun", words[1]);
  ost_clixml_writer_add_nil (writer, "HelpFile");
  ost_clixml_writer_add_nil (writer, "PSSnapIn");
  ost_clixml_writer_add_nil (writer, "Version");
  ost_clixml_writer_add_string (writer, "ImplementingType", cmdlet->class_name);
  ost_clixml_writer_add_string (writer, "Definition", cmdlet->name);
  ost_clixml_writer_add_string (writer, "DefaultParameterSet", cmdlet->default_set);
  write_output_type (writer, cmdlet);
  ost_clixml_writer_add_string (writer, "Options", "ReadOnly");
  ost_clixml_writer_add_string (writer, "Name", cmdlet->name);
  ost_clixml_writer_add_string (writer, "CommandType", "Cmdlet");
  ost_clixml_writer_add_string (writer, "Source", "");
  ost_clixml_writer_add_string (writer, "Visibility", "Public");
  ost_clixml_writer_add_string (writer, "ModuleName", "");
  ost_clixml_writer_add_nil (writer, "Module");
  ost_clixml_writer_add_string (writer, "RemotingCapability", "PowerShell");
  write_parameters (run, cmdlet, FALSE);
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "Namespace", "");
  ost_clixml_writer_add_string (writer, "HelpUri", "");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
  sim_run_add_message (run, OST_PSRP_PIPELINE_OUTPUT);
}

static void
write_selected_property (SimRun *run, const SimCmdlet *cmdlet, const char *name)
{
  OstClixmlWriter *writer = run->writer;
  if (g_ascii_strcasecmp (name, "Name") == 0)
    ost_clixml_writer_add_string (writer, "Name", cmdlet->name);
  else if (g_ascii_strcasecmp (name, "CommandType") == 0)
    ost_clixml_writer_add_enum (writer, "CommandType", COMMAND_TYPES, "Cmdlet", 8);
  else if (g_ascii_strcasecmp (name, "DefaultParameterSet") == 0)
    ost_clixml_writer_add_string (writer, "DefaultParameterSet", cmdlet->default_set);
  else if (g_ascii_strcasecmp (name, "Parameters") == 0)
    write_parameters (run, cmdlet, TRUE);
  else if (g_ascii_strcasecmp (name, "OutputType") == 0)
    write_output_type (writer, cmdlet);
  else if (g_ascii_strcasecmp (name, "ModuleName") == 0
           || g_ascii_strcasecmp (name, "Namespace") == 0
           || g_ascii_strcasecmp (name, "HelpUri") == 0)
    ost_clixml_writer_add_string (writer, name, "");
  else
    ost_clixml_writer_add_nil (writer, name);
}

static void
write_selected (SimRun *run, const SimCmdlet *cmdlet)
{
  const SimArgument *selected = run->selected;
  ost_clixml_writer_begin_object (run->writer, NULL, SELECTED_TYPES);
  ost_clixml_writer_begin_members (run->writer);
  if (selected->kind == SIM_ARGUMENT_TEXT)
    write_selected_property (run, cmdlet, selected->text);
  for (guint i = 0; selected->items != NULL && i < selected->items->len; i++)
    write_selected_property (run, cmdlet, g_ptr_array_index (selected->items, i));
  ost_clixml_writer_end_members (run->writer);
  ost_clixml_writer_end_object (run->writer);
  sim_run_add_message (run, OST_PSRP_PIPELINE_OUTPUT);
}

/* ---- Get-Command ----------------------------------------------------------------------------- */

static void
report_unknown (SimRun *run, const char *name)
{
  g_auto (SimFailure) failure = { 0 };
  if (run->hides_errors)
    return;
  sim_failure_set (
    &failure, AUTOMATION "CommandNotFoundException", SIM_CATEGORY_OBJECT_NOT_FOUND,
    "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand", "Get-Command", name,
    g_strdup_printf ("The term '%s' is not recognized as the name of a cmdlet, function, script "
                     "file, or operable program. Check the spelling of the name, or if a path "
                     "was included, verify that the path is correct and try again.",
                     name));
  sim_write_error (run->writer, NULL, &failure);
  sim_run_add_message (run, OST_PSRP_ERROR_RECORD);
}

static gboolean
name_matches (const char *pattern, const char *name)
{
  g_autofree char *small_pattern = g_ascii_strdown (pattern, -1);
  g_autofree char *small_name = g_ascii_strdown (name, -1);
  return g_pattern_match_simple (small_pattern, small_name);
}

static void
write_matching (SimRun *run, const char *pattern)
{
  gboolean found = FALSE;
  for (const SimCmdlet *const *table = sim_get_cmdlets (); *table != NULL; table++)
    for (const SimCmdlet *cmdlet = *table; cmdlet->name != NULL; cmdlet++)
      {
        if (!name_matches (pattern, cmdlet->name)
            || sim_session_denies (run->session, cmdlet->name, NULL))
          continue;
        found = TRUE;
        if (run->selected != NULL)
          write_selected (run, cmdlet);
        else
          write_cmdlet (run, cmdlet);
      }
  if (!found && strpbrk (pattern, "*?") == NULL)
    report_unknown (run, pattern);
}

static void
begin_get_command (SimRun *run)
{
  const SimArgument *name = sim_run_get (run, "Name");
  if (name == NULL || name->kind == SIM_ARGUMENT_NULL)
    write_matching (run, "*");
  else if (name->kind == SIM_ARGUMENT_TEXT)
    write_matching (run, name->text);
  for (guint i = 0; name != NULL && name->items != NULL && i < name->items->len; i++)
    write_matching (run, g_ptr_array_index (name->items, i));
}

/* ---- Select-Object --------------------------------------------------------------------------- */

static gboolean
check_selectable (const char *name, SimFailure *failure)
{
  for (const char *const *known = SELECTABLE; *known != NULL; known++)
    if (g_ascii_strcasecmp (*known, name) == 0)
      return TRUE;
  g_autofree char *names = g_strjoinv (",", (char **)SELECTABLE);
  sim_failure_set (
    failure, AUTOMATION "ParameterBindingValidationException", SIM_CATEGORY_INVALID_DATA,
    "ParameterArgumentValidationError,Select-Object", "Select-Object", NULL,
    g_strdup_printf ("Cannot validate argument on parameter 'Property'. The argument \"%s\" does "
                     "not belong to the set \"%s\" specified by the ValidateSet attribute. "
                     "Supply an argument that is in the set and then try the command again.",
                     name, names));
  return FALSE;
}

gboolean
sim_check_selection (const SimArgument *selected, SimFailure *failure)
{
  if (selected == NULL)
    return TRUE;
  if (selected->kind == SIM_ARGUMENT_TEXT)
    return check_selectable (selected->text, failure);
  for (guint i = 0; selected->items != NULL && i < selected->items->len; i++)
    if (!check_selectable (g_ptr_array_index (selected->items, i), failure))
      return FALSE;
  return TRUE;
}

/* Alone, without input, it gives nothing. */
static void
begin_select (SimRun *run)
{
  SimFailure failure = { 0 };
  if (!sim_check_selection (sim_run_get (run, "Property"), &failure))
    sim_run_fail (run, &failure);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define FIRST_LIST(name_)                                                                          \
  {                                                                                                \
    name_, SIM_PARAMETER_LIST, SIM_PARAMETER_FIRST, "System.String[]", NULL                        \
  }

static const SimParameter GET_COMMAND[] = { FIRST_LIST ("Name"),
                                            LIST ("Module"),
                                            LIST ("ArgumentList"),
                                            LIST ("CommandType"),
                                            SWITCH ("ListImported"),
                                            SWITCH ("ShowCommandInfo"),
                                            { 0 } };
static const SimParameter SELECT[] = { FIRST_LIST ("Property"), TEXT ("InputObject"), { 0 } };

const SimCmdlet sim_command_cmdlets[] = {
  { "Get-Command", "Get-Command", GET_COMMAND, SIM_IMPACT_NONE, NULL, NULL, NULL, NULL,
    begin_get_command },
  { "Select-Object", "Select-Object", SELECT, SIM_IMPACT_NONE, NULL, NULL, NULL, NULL,
    begin_select },
  { 0 },
};

const SimCmdlet *const *
sim_get_cmdlets (void)
{
  static const SimCmdlet *const TABLES[]
    = { sim_device_cmdlets, sim_mailbox_cmdlets, sim_config_cmdlets,
        sim_policy_cmdlets, sim_command_cmdlets, NULL };
  return TABLES;
}

const SimCmdlet *
sim_find_cmdlet (const char *name)
{
  for (const SimCmdlet *const *table = sim_get_cmdlets (); *table != NULL; table++)
    for (const SimCmdlet *cmdlet = *table; cmdlet->name != NULL; cmdlet++)
      if (g_ascii_strcasecmp (cmdlet->name, name) == 0)
        return cmdlet;
  return NULL;
}
