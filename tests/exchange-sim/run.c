/* run.c: runs a cmdlet, as far as somebody takes what it gives */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"

#include "plugins/shared/remoting/psrp-message.h"

#include <string.h>

#define AUTOMATION "System.Management.Automation."
#define MORE_RESULTS                                                                               \
  "There are more results available than are currently displayed. To view them, increase the "     \
  "value for the ResultSize parameter."
#define ONLY_THE_FIRST                                                                             \
  "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify "   \
  "the number of items returned. To return all items, specify \"-ResultSize Unlimited\". Be "      \
  "aware that, depending on the actual number of items, returning all items can take a long "      \
  "time and consume a large amount of memory. Also, we don't recommend storing the results in a "  \
  "variable. Instead, pipe the results to another task or script to perform batch changes."

void
sim_message_free (SimMessage *message)
{
  if (message == NULL)
    return;
  g_bytes_unref (message->payload);
  g_free (message);
}

/* ---- what it gives --------------------------------------------------------------------------- */

void
sim_run_add_message (SimRun *run, guint32 type)
{
  SimMessage *message = g_new0 (SimMessage, 1);
  message->type = type;
  message->payload = ost_clixml_writer_finish (run->writer);
  g_queue_push_tail (&run->messages, message);
}

void
sim_run_write_object (SimRun *run, const SimType *type, gconstpointer object)
{
  sim_type_write_clixml (type, object, run->session->style, &run->scratch, run->writer);
  sim_run_add_message (run, OST_PSRP_PIPELINE_OUTPUT);
}

gboolean
sim_run_write_listed (SimRun *run, const SimType *type, gconstpointer object)
{
  if (run->filter != NULL && !sim_filter_matches (run->filter, object, &run->scratch))
    return TRUE;
  if (run->has_limit && run->n_written >= run->limit)
    {
      sim_run_warn (run, "%s", run->names_limit ? MORE_RESULTS : ONLY_THE_FIRST);
      return FALSE;
    }
  run->n_written++;
  sim_run_write_object (run, type, object);
  return TRUE;
}

void
sim_run_warn (SimRun *run, const char *format, ...)
{
  if (run->hides_warnings)
    return;
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  sim_write_warning (run->writer, text);
  sim_run_add_message (run, OST_PSRP_WARNING_RECORD);
}

void
sim_run_fail (SimRun *run, SimFailure *failure)
{
  sim_failure_clear (&run->failure);
  run->failure = *failure;
  *failure = (SimFailure){ 0 };
  run->state = SIM_RUN_FAILED;
  run->step = NULL;
}

static void
report (SimRun *run, SimFailure *failure)
{
  if (run->stops_on_error)
    {
      sim_run_fail (run, failure);
      return;
    }
  if (!run->hides_errors)
    {
      sim_write_error (run->writer, NULL, failure);
      sim_run_add_message (run, OST_PSRP_ERROR_RECORD);
    }
  sim_failure_clear (failure);
}

void
sim_run_error (SimRun *run, const char *exception, SimCategory category, const char *target,
               const char *format, ...)
{
  SimFailure failure = { 0 };
  va_list arguments;
  va_start (arguments, format);
  char *message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  sim_failure_set_exchange (&failure, exception, category, run->cmdlet->name,
                            run->cmdlet->class_name, target, message);
  report (run, &failure);
}

void
sim_run_not_found (SimRun *run, const char *identity)
{
  sim_run_error (run, "ManagementObjectNotFoundException", SIM_CATEGORY_NOT_SPECIFIED, identity,
                 "The operation couldn't be performed because object '%s' couldn't be found on "
                 "'DC01.contoso.com'.",
                 identity);
}

gboolean
sim_run_should_process (SimRun *run, const char *question)
{
  const SimArgument *confirm = sim_run_get (run, "Confirm");
  gboolean asks = confirm == NULL ? run->cmdlet->impact == SIM_IMPACT_HIGH : confirm->boolean;
  if (sim_run_get_switch (run, "WhatIf"))
    return FALSE;
  if (!asks)
    return TRUE;
  SimFailure failure = { 0 };
  g_autofree char *id = g_strconcat ("HostFunctionNotImplemented,", run->cmdlet->class_name, NULL);
  sim_failure_set (
    &failure, AUTOMATION "Host.HostException", SIM_CATEGORY_NOT_IMPLEMENTED, id, run->cmdlet->name,
    NULL,
    g_strdup_printf ("A command that prompts the user failed because the host program or the "
                     "command type does not support user interaction. The host was attempting "
                     "to request confirmation with the following message: Are you sure you want "
                     "to perform this action?\n%s",
                     question));
  sim_run_fail (run, &failure);
  return FALSE;
}

/* ---- what it was called with ----------------------------------------------------------------- */

const SimArgument *
sim_run_get (const SimRun *run, const char *parameter)
{
  return g_hash_table_lookup (run->binding->arguments, parameter);
}

const char *
sim_run_get_text (const SimRun *run, const char *parameter)
{
  const SimArgument *argument = sim_run_get (run, parameter);
  return argument == NULL || argument->kind != SIM_ARGUMENT_TEXT ? NULL : argument->text;
}

gboolean
sim_run_get_switch (const SimRun *run, const char *parameter)
{
  const SimArgument *argument = sim_run_get (run, parameter);
  return argument != NULL && argument->kind == SIM_ARGUMENT_BOOLEAN && argument->boolean;
}

static void
remove_text (GPtrArray *strings, const char *text)
{
  for (guint i = strings->len; i > 0; i--)
    if (g_ascii_strcasecmp (g_ptr_array_index (strings, i - 1), text) == 0)
      g_ptr_array_remove_index (strings, i - 1);
}

static void
apply_entry (SimRun *run, GPtrArray *result, const char *key, const GPtrArray *items)
{
  gboolean adds = g_ascii_strcasecmp (key, "Add") == 0 || strcmp (key, "+") == 0;
  gboolean removes = g_ascii_strcasecmp (key, "Remove") == 0 || strcmp (key, "-") == 0;
  if (!adds && !removes)
    {
      SimFailure failure = { 0 };
      g_autofree char *id
        = g_strconcat ("System.ArgumentException,", run->cmdlet->class_name, NULL);
      sim_failure_set (&failure, "System.ArgumentException", SIM_CATEGORY_NOT_SPECIFIED, id,
                       run->cmdlet->name, NULL,
                       g_strdup_printf ("The hash table contains invalid key \"%s\". Valid keys "
                                        "are \"Add\" and \"Remove\".",
                                        key));
      sim_run_fail (run, &failure);
      return;
    }
  for (guint i = 0; i < items->len; i++)
    {
      const char *item = g_ptr_array_index (items, i);
      if (removes)
        remove_text (result, item);
      else if (!sim_strings_contain (result, item))
        g_ptr_array_add (result, g_strdup (item));
    }
}

GPtrArray *
sim_run_apply_list (SimRun *run, const char *parameter, const GPtrArray *current)
{
  const SimArgument *argument = sim_run_get (run, parameter);
  if (argument == NULL)
    return sim_strings_copy (current);
  if (argument->kind == SIM_ARGUMENT_TABLE)
    {
      GPtrArray *result = sim_strings_copy (current);
      for (guint i = 0; i < argument->keys->len; i++)
        apply_entry (run, result, g_ptr_array_index (argument->keys, i),
                     g_ptr_array_index (argument->values, i));
      return result;
    }
  if (argument->kind == SIM_ARGUMENT_LIST)
    return sim_strings_copy (argument->items);
  GPtrArray *result = g_ptr_array_new_with_free_func (g_free);
  if (argument->kind == SIM_ARGUMENT_TEXT)
    g_ptr_array_add (result, g_strdup (argument->text));
  return result;
}

static void
append_items (GString *text, const GPtrArray *items)
{
  for (guint i = 0; i < items->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : ",",
                            (const char *)g_ptr_array_index (items, i));
}

static void
append_argument_json (GString *json, const SimArgument *argument)
{
  g_autoptr (GString) text = g_string_new (NULL);
  if (argument->kind == SIM_ARGUMENT_BOOLEAN)
    g_string_append (text, argument->boolean ? "True" : "False");
  else if (argument->kind == SIM_ARGUMENT_TEXT)
    g_string_append (text, argument->text);
  else if (argument->kind == SIM_ARGUMENT_LIST)
    append_items (text, argument->items);
  else if (argument->kind == SIM_ARGUMENT_TABLE)
    {
      g_string_append (text, "@{");
      for (guint i = 0; i < argument->keys->len; i++)
        {
          g_string_append_printf (text, "%s%s=", i == 0 ? "" : ";",
                                  (const char *)g_ptr_array_index (argument->keys, i));
          append_items (text, g_ptr_array_index (argument->values, i));
        }
      g_string_append_c (text, '}');
    }
  sim_json_append_string (json, text->str);
}

void
sim_run_record (SimRun *run, const char *target)
{
  g_autoptr (GString) json = g_string_new ("{");
  GHashTableIter iter;
  gpointer name, argument;
  g_hash_table_iter_init (&iter, run->binding->arguments);
  while (g_hash_table_iter_next (&iter, &name, &argument))
    {
      if (strcmp (name, "Identity") == 0)
        continue;
      if (json->len > 1)
        g_string_append_c (json, ',');
      sim_json_append_string (json, name);
      g_string_append_c (json, ':');
      append_argument_json (json, argument);
    }
  g_string_append_c (json, '}');
  sim_world_record (run->session->world, run->cmdlet->name, target, json->str);
}

/* ---- beginning ------------------------------------------------------------------------------- */

static void
fail_command (SimRun *run, const SimCall *call)
{
  SimFailure failure = { 0 };
  if (call->is_script)
    sim_failure_set (&failure, AUTOMATION "ParseException", SIM_CATEGORY_PARSER_ERROR,
                     "ScriptsNotAllowed", NULL, call->name,
                     g_strdup ("The syntax is not supported by this runspace. This can occur if "
                               "the runspace is in no-language mode."));
  else
    sim_failure_set (
      &failure, AUTOMATION "CommandNotFoundException", SIM_CATEGORY_OBJECT_NOT_FOUND,
      "CommandNotFoundException", NULL, call->name,
      g_strdup_printf ("The term '%s' is not recognized as the name of a cmdlet, function, "
                       "script file, or operable program. Check the spelling of the name, or if "
                       "a path was included, verify that the path is correct and try again.",
                       call->name));
  sim_run_fail (run, &failure);
}

static const SimCmdlet *
find_allowed (SimRun *run, const SimCall *call)
{
  const SimCmdlet *cmdlet = call->is_script ? NULL : sim_find_cmdlet (call->name);
  if (cmdlet != NULL && !sim_session_denies (run->session, cmdlet->name, NULL))
    return cmdlet;
  fail_command (run, call);
  return NULL;
}

static void
bind_filter (SimRun *run)
{
  const char *text = sim_run_get_text (run, "Filter");
  g_autofree char *problem = NULL;
  if (text == NULL)
    return;
  const char *const *filterable = run->cmdlet->filterable;
  if (filterable != NULL && sim_world_get_shape (run->session->world)->filter_when_changed)
    filterable = run->cmdlet->filterable_too;
  run->filter = sim_filter_parse (text, run->cmdlet->type, filterable, &problem);
  if (run->filter != NULL)
    return;
  SimFailure failure = { 0 };
  g_autofree char *id = g_strconcat ("ParameterBindingFailed,", run->cmdlet->class_name, NULL);
  sim_failure_set (&failure, AUTOMATION "ParameterBindingException", SIM_CATEGORY_INVALID_ARGUMENT,
                   id, run->cmdlet->name, NULL,
                   g_strdup_printf ("Cannot bind parameter 'Filter' to the target. Exception "
                                    "setting \"Filter\": \"%s\"",
                                    problem));
  sim_run_fail (run, &failure);
}

static void
bind_limit (SimRun *run)
{
  const char *text = sim_run_get_text (run, "ResultSize");
  run->has_limit = TRUE;
  run->limit = 1000;
  run->names_limit = text != NULL;
  if (text == NULL)
    return;
  g_autofree char *bare = g_strstrip (g_strdup (text));
  run->has_limit = g_ascii_strcasecmp (bare, "Unlimited") != 0;
  run->limit = g_ascii_strtoull (bare, NULL, 10);
}

static gboolean
preference_is (SimRun *run, const char *parameter, const char *preference)
{
  const char *text = sim_run_get_text (run, parameter);
  return text != NULL && strcmp (text, preference) == 0;
}

static void
begin (SimRun *run)
{
  run->stops_on_error = preference_is (run, "ErrorAction", "Stop");
  run->hides_errors = preference_is (run, "ErrorAction", "SilentlyContinue")
                      || preference_is (run, "ErrorAction", "Ignore");
  run->hides_warnings = preference_is (run, "WarningAction", "SilentlyContinue")
                        || preference_is (run, "WarningAction", "Ignore");
  run->unit = -1;
  bind_limit (run);
  bind_filter (run);
  if (run->state == SIM_RUN_GOING)
    run->cmdlet->begin (run);
}

/* Two commands in one pipeline are Get-Command and Select-Object, or nothing that we know. */
static void
bind_second (SimRun *run, const SimInvocation *invocation)
{
  const SimCall *call = g_ptr_array_index (invocation->calls, 1);
  const SimCmdlet *select = find_allowed (run, call);
  if (select == NULL)
    return;
  SimFailure failure = { 0 };
  g_autoptr (SimBinding) binding = sim_bind (run->session, select, call, &failure);
  if (binding != NULL
      && sim_check_selection (g_hash_table_lookup (binding->arguments, "Property"), &failure)
      && (invocation->calls->len > 2 || strcmp (select->name, "Select-Object") != 0
          || strcmp (run->cmdlet->name, "Get-Command") != 0))
    sim_failure_set (&failure, AUTOMATION "PSNotSupportedException", SIM_CATEGORY_NOT_IMPLEMENTED,
                     "NotSupported", select->name, NULL,
                     g_strdup ("The simulated Exchange pipes nothing but Get-Command, and that "
                               "into Select-Object alone."));
  if (failure.message != NULL)
    sim_run_fail (run, &failure);
  else
    run->selected = g_hash_table_lookup (binding->arguments, "Property");
}

SimRun *
sim_run_new (SimSession *session, SimInvocation *invocation)
{
  SimRun *run = g_new0 (SimRun, 1);
  const SimCall *call = g_ptr_array_index (invocation->calls, 0);
  SimFailure failure = { 0 };
  run->session = session;
  run->invocation = invocation;
  run->writer = ost_clixml_writer_new ();
  sim_value_init (&run->scratch);
  g_queue_init (&run->messages);
  run->cmdlet = find_allowed (run, call);
  if (run->cmdlet == NULL)
    return run;
  run->binding = sim_bind (session, run->cmdlet, call, &failure);
  if (run->binding == NULL)
    {
      sim_run_fail (run, &failure);
      return run;
    }
  if (invocation->calls->len > 1)
    bind_second (run, invocation);
  if (run->state == SIM_RUN_GOING)
    begin (run);
  return run;
}

void
sim_run_free (SimRun *run)
{
  if (run == NULL)
    return;
  g_queue_clear_full (&run->messages, (GDestroyNotify)sim_message_free);
  sim_failure_clear (&run->failure);
  ost_clixml_writer_free (run->writer);
  sim_value_clear (&run->scratch);
  sim_filter_free (run->filter);
  sim_device_free (run->device);
  sim_mailbox_free (run->owner);
  sim_binding_free (run->binding);
  sim_invocation_free (run->invocation);
  g_free (run);
}

/* ---- going on -------------------------------------------------------------------------------- */

static void
end (SimRun *run)
{
  if (run->state == SIM_RUN_GOING)
    run->state = SIM_RUN_COMPLETED;
  sim_write_pipeline_state (run->writer, (int)run->state, &run->failure);
  sim_run_add_message (run, OST_PSRP_PIPELINE_STATE);
  run->is_state_given = TRUE;
}

SimMessage *
sim_run_take (SimRun *run)
{
  if (g_queue_is_empty (&run->messages) && !run->is_state_given)
    {
      if (run->step != NULL && !run->step (run))
        run->step = NULL;
      if (run->step == NULL)
        end (run);
    }
  return g_queue_pop_head (&run->messages);
}

gboolean
sim_run_is_over (const SimRun *run)
{
  return run->is_state_given && run->messages.length == 0;
}

void
sim_run_stop (SimRun *run)
{
  if (run->is_state_given)
    return;
  SimFailure failure = { 0 };
  sim_failure_set (&failure, AUTOMATION "PipelineStoppedException", SIM_CATEGORY_OPERATION_STOPPED,
                   "PipelineStopped", NULL, NULL, g_strdup ("The pipeline has been stopped."));
  g_queue_clear_full (&run->messages, (GDestroyNotify)sim_message_free);
  sim_run_fail (run, &failure);
  run->state = SIM_RUN_STOPPED;
}
