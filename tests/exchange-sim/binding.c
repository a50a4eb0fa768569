/* binding.c: binds arguments to parameters, and refuses them, as PowerShell does */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"

#include <string.h>

#define AUTOMATION "System.Management.Automation."
#define BINDING_EXCEPTION AUTOMATION "ParameterBindingException"
#define PREFERENCE AUTOMATION "ActionPreference"
#define SWITCH AUTOMATION "SwitchParameter"

static const char *const PREFERENCES[]
  = { "SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend", NULL };
static const SimEnum ACTION_PREFERENCE = { PREFERENCE, PREFERENCES };

static const SimParameter COMMON[] = {
  { "Verbose", SIM_PARAMETER_SWITCH, 0, SWITCH, NULL },
  { "Debug", SIM_PARAMETER_SWITCH, 0, SWITCH, NULL },
  { "ErrorAction", SIM_PARAMETER_ENUM, 0, PREFERENCE, &ACTION_PREFERENCE },
  { "WarningAction", SIM_PARAMETER_ENUM, 0, PREFERENCE, &ACTION_PREFERENCE },
  { "InformationAction", SIM_PARAMETER_ENUM, 0, PREFERENCE, &ACTION_PREFERENCE },
  { "ErrorVariable", SIM_PARAMETER_TEXT, 0, "System.String", NULL },
  { "WarningVariable", SIM_PARAMETER_TEXT, 0, "System.String", NULL },
  { "InformationVariable", SIM_PARAMETER_TEXT, 0, "System.String", NULL },
  { "OutVariable", SIM_PARAMETER_TEXT, 0, "System.String", NULL },
  { "OutBuffer", SIM_PARAMETER_TEXT, 0, "System.Int32", NULL },
  { "PipelineVariable", SIM_PARAMETER_TEXT, 0, "System.String", NULL },
  { 0 },
};
static const SimParameter CONFIRM[] = {
  { "WhatIf", SIM_PARAMETER_SWITCH, 0, SWITCH, NULL },
  { "Confirm", SIM_PARAMETER_SWITCH, 0, SWITCH, NULL },
  { 0 },
};

const SimParameter *
sim_get_common_parameters (void)
{
  return COMMON;
}

const SimParameter *
sim_get_confirm_parameters (void)
{
  return CONFIRM;
}

void
sim_binding_free (SimBinding *binding)
{
  if (binding == NULL)
    return;
  g_hash_table_unref (binding->arguments);
  g_free (binding);
}

/* ---- sessions -------------------------------------------------------------------------------- */

SimSession *
sim_session_new (SimWorld *world, const char *user, SimStyle style, GHashTable *denied)
{
  SimSession *session = g_new0 (SimSession, 1);
  session->world = world;
  session->user = g_strdup (user);
  session->style = style;
  session->denied = denied == NULL ? NULL : g_hash_table_ref (denied);
  session->settings.entry.name = "";
  session->settings.entry.canonical = "";
  session->settings.entry.distinguished = "";
  return session;
}

void
sim_session_free (SimSession *session)
{
  g_free (session->user);
  g_free (session->settings.view_root);
  g_clear_pointer (&session->denied, g_hash_table_unref);
  g_free (session);
}

gboolean
sim_session_denies (const SimSession *session, const char *cmdlet, const char *parameter)
{
  if (session->denied == NULL)
    return FALSE;
  g_autofree char *name
    = parameter == NULL ? g_strdup (cmdlet) : g_strconcat (cmdlet, ":", parameter, NULL);
  g_autofree char *small = g_ascii_strdown (name, -1);
  return g_hash_table_contains (session->denied, small);
}

/* ---- binding --------------------------------------------------------------------------------- */

static SimBinding *
fail (SimFailure *failure, const SimCmdlet *cmdlet, const char *id, char *message)
{
  g_autofree char *full_id = g_strdup_printf ("%s,%s", id, cmdlet->class_name);
  sim_failure_set (failure, BINDING_EXCEPTION, SIM_CATEGORY_INVALID_ARGUMENT, full_id, cmdlet->name,
                   NULL, message);
  return NULL;
}

/* The parameter of that name, or the only one that begins with it. */
static const SimParameter *
find_parameter (const SimSession *session, const SimCmdlet *cmdlet, const char *name,
                SimFailure *failure)
{
  const SimParameter *const tables[]
    = { cmdlet->parameters, COMMON, cmdlet->impact == SIM_IMPACT_NONE ? NULL : CONFIRM };
  const SimParameter *found = NULL;
  g_autoptr (GString) matches = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const SimParameter *parameter = tables[i]; parameter != NULL && parameter->name != NULL;
         parameter++)
      {
        if (sim_session_denies (session, cmdlet->name, parameter->name))
          continue;
        if (g_ascii_strcasecmp (parameter->name, name) == 0)
          return parameter;
        if (g_ascii_strncasecmp (parameter->name, name, strlen (name)) != 0)
          continue;
        g_string_append_printf (matches, " -%s", parameter->name);
        found = found == NULL ? parameter : COMMON; /* any that is not alone */
      }
  if (matches->len == 0)
    fail (failure, cmdlet, "NamedParameterNotFound",
          g_strdup_printf ("A parameter cannot be found that matches parameter name '%s'.", name));
  else if (strchr (matches->str + 1, ' ') != NULL)
    fail (failure, cmdlet, "AmbiguousParameter",
          g_strdup_printf ("Parameter cannot be processed because the parameter name '%s' is "
                           "ambiguous. Possible matches include:%s.",
                           name, matches->str));
  return failure->message == NULL ? found : NULL;
}

static const SimParameter *
find_first (const SimSession *session, const SimCmdlet *cmdlet)
{
  for (const SimParameter *parameter = cmdlet->parameters; parameter->name != NULL; parameter++)
    if ((parameter->flags & SIM_PARAMETER_FIRST) != 0
        && !sim_session_denies (session, cmdlet->name, parameter->name))
      return parameter;
  return NULL;
}

static char *
describe (const SimArgument *argument)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (argument->kind == SIM_ARGUMENT_BOOLEAN)
    return g_strdup (argument->boolean ? "True" : "False");
  if (argument->kind == SIM_ARGUMENT_TABLE)
    return g_strdup ("System.Collections.Hashtable");
  for (guint i = 0; argument->items != NULL && i < argument->items->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : " ",
                            (const char *)g_ptr_array_index (argument->items, i));
  return g_strdup (argument->text != NULL ? argument->text : text->str);
}

static gboolean
fail_conversion (SimFailure *failure, const SimCmdlet *cmdlet, const SimParameter *parameter,
                 const SimArgument *argument)
{
  g_autofree char *value = describe (argument);
  const char *given = argument->kind == SIM_ARGUMENT_TEXT ? "System.String" : value;
  fail (failure, cmdlet, "CannotConvertArgument",
        g_strdup_printf ("Cannot convert '%s' to the type '%s' required by parameter '%s'. "
                         "Specified method is not supported.",
                         given, parameter->type_name, parameter->name));
  return FALSE;
}

static gboolean
fail_value (SimFailure *failure, const SimCmdlet *cmdlet, const SimParameter *parameter,
            const char *value, const char *why)
{
  fail (failure, cmdlet, "CannotConvertArgumentNoMessage",
        g_strdup_printf ("Cannot bind parameter '%s'. Cannot convert value \"%s\" to type \"%s\". "
                         "Error: \"%s\"",
                         parameter->name, value, parameter->type_name, why));
  return FALSE;
}

static gboolean
check_size (SimFailure *failure, const SimCmdlet *cmdlet, const SimParameter *parameter,
            const char *text)
{
  g_autofree char *bare = g_strstrip (g_strdup (text));
  if (g_ascii_strcasecmp (bare, "Unlimited") == 0
      || g_ascii_string_to_unsigned (bare, 10, 0, G_MAXUINT32, NULL, NULL))
    return TRUE;
  g_autofree char *why
    = g_strdup_printf ("The input string '%s' was not in a correct format.", text);
  return fail_value (failure, cmdlet, parameter, text, why);
}

/* Finds the member and keeps its own spelling. */
static gboolean
check_enum (SimFailure *failure, const SimCmdlet *cmdlet, const SimParameter *parameter,
            SimArgument *argument)
{
  const char *const *members = parameter->enumeration->members;
  for (const char *const *member = members; *member != NULL; member++)
    if (g_ascii_strcasecmp (*member, argument->text) == 0)
      {
        g_free (argument->text);
        argument->text = g_strdup (*member);
        return TRUE;
      }
  g_autofree char *names = g_strjoinv (", ", (char **)members);
  g_autofree char *why = g_strdup_printf (
    "Unable to match the identifier name %s to a valid enumerator name. Specify one of the "
    "following enumerator names and try again:\n%s",
    argument->text, names);
  return fail_value (failure, cmdlet, parameter, argument->text, why);
}

static gboolean
convert (SimFailure *failure, const SimCmdlet *cmdlet, const SimParameter *parameter,
         SimArgument *argument)
{
  SimArgumentKind kind = argument->kind;
  if (kind == SIM_ARGUMENT_NULL)
    return TRUE;
  switch (parameter->kind)
    {
    case SIM_PARAMETER_SWITCH:
    case SIM_PARAMETER_BOOLEAN:
      if (kind == SIM_ARGUMENT_BOOLEAN)
        return TRUE;
      if (kind == SIM_ARGUMENT_TEXT) /* a number converts, a string never does */
        fail (failure, cmdlet, "CannotConvertArgument",
              g_strdup_printf ("Cannot convert 'System.String' to the type '%s' required by "
                               "parameter '%s'. ",
                               parameter->type_name, parameter->name));
      else
        fail_conversion (failure, cmdlet, parameter, argument);
      return FALSE;
    case SIM_PARAMETER_LIST:
      return kind != SIM_ARGUMENT_BOOLEAN || fail_conversion (failure, cmdlet, parameter, argument);
    default:
      if (kind == SIM_ARGUMENT_BOOLEAN)
        argument->text = g_strdup (argument->boolean ? "True" : "False");
      else if (kind == SIM_ARGUMENT_LIST && argument->items->len == 1)
        argument->text = g_strdup (g_ptr_array_index (argument->items, 0));
      else if (kind != SIM_ARGUMENT_TEXT)
        return fail_conversion (failure, cmdlet, parameter, argument);
      argument->kind = SIM_ARGUMENT_TEXT;
    }
  if (parameter->kind == SIM_PARAMETER_SIZE)
    return check_size (failure, cmdlet, parameter, argument->text);
  return parameter->kind != SIM_PARAMETER_ENUM || check_enum (failure, cmdlet, parameter, argument);
}

static gboolean
bind_one (const SimSession *session, const SimCmdlet *cmdlet, SimArgument *argument,
          GHashTable *arguments, SimFailure *failure)
{
  const SimParameter *parameter = argument->name == NULL
                                    ? find_first (session, cmdlet)
                                    : find_parameter (session, cmdlet, argument->name, failure);
  if (failure->message != NULL)
    return FALSE;
  if (parameter == NULL
      || (argument->name == NULL && g_hash_table_contains (arguments, parameter->name)))
    {
      g_autofree char *value = describe (argument);
      fail (failure, cmdlet, "PositionalParameterNotFound",
            g_strdup_printf ("A positional parameter cannot be found that accepts argument '%s'.",
                             value));
      return FALSE;
    }
  if (g_hash_table_contains (arguments, parameter->name))
    {
      fail (failure, cmdlet, "ParameterAlreadyBound",
            g_strdup_printf ("Cannot bind parameter because parameter '%s' is specified more than "
                             "once.",
                             parameter->name));
      return FALSE;
    }
  g_hash_table_insert (arguments, (gpointer)parameter->name, argument);
  return convert (failure, cmdlet, parameter, argument);
}

/* Which parameter set it is, and whether what the set demands was given. */
static gboolean
check_sets (const SimCmdlet *cmdlet, GHashTable *arguments, SimFailure *failure)
{
  guint given = 0;
  g_autoptr (GString) missing = g_string_new (NULL);
  for (const SimParameter *parameter = cmdlet->parameters; parameter->name != NULL; parameter++)
    if (g_hash_table_contains (arguments, parameter->name))
      given |= parameter->flags & (SIM_PARAMETER_IDENTITY | SIM_PARAMETER_MAILBOX);
  if (given == (SIM_PARAMETER_IDENTITY | SIM_PARAMETER_MAILBOX))
    {
      fail (failure, cmdlet, "AmbiguousParameterSet",
            g_strdup ("Parameter set cannot be resolved using the specified named parameters. One "
                      "or more parameters issued cannot be used together or an insufficient "
                      "number of parameters were provided."));
      return FALSE;
    }
  guint others = given == SIM_PARAMETER_MAILBOX ? SIM_PARAMETER_IDENTITY : SIM_PARAMETER_MAILBOX;
  for (const SimParameter *parameter = cmdlet->parameters; parameter->name != NULL; parameter++)
    if ((parameter->flags & SIM_PARAMETER_MANDATORY) != 0 && (parameter->flags & others) == 0
        && !g_hash_table_contains (arguments, parameter->name))
      g_string_append_printf (missing, " %s", parameter->name);
  if (missing->len > 0)
    fail (failure, cmdlet, "MissingMandatoryParameter",
          g_strdup_printf ("Cannot process command because of one or more missing mandatory "
                           "parameters:%s.",
                           missing->str));
  return missing->len == 0;
}

SimBinding *
sim_bind (const SimSession *session, const SimCmdlet *cmdlet, const SimCall *call,
          SimFailure *failure)
{
  g_autoptr (GHashTable) arguments = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < call->arguments->len; i++)
    if (!bind_one (session, cmdlet, g_ptr_array_index (call->arguments, i), arguments, failure))
      return NULL;
  if (!check_sets (cmdlet, arguments, failure))
    return NULL;
  SimBinding *binding = g_new0 (SimBinding, 1);
  binding->arguments = g_steal_pointer (&arguments);
  return binding;
}
