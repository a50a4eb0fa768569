/* exchange-link-remoting.c: a session with Exchange over remote PowerShell */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-link-remoting.h"

#include "exchange-mapper.h"

typedef struct {
  OstExchangeLink link;
  OstRunspace *runspace;
} Remoting;

typedef struct {
  OstExchangeView view;
  OstExchangeMapper mapper;
  const OstExchangeSink *sink;
  gpointer user_data;
} Run;

static gboolean
take_output (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Run *run = user_data;
  g_autoptr (OstObject) object = NULL;
  gboolean is_valid;

  switch (run->view)
    {
    case OST_EXCHANGE_VIEW_NOTHING:
      return TRUE;
    case OST_EXCHANGE_VIEW_SETTINGS:
      if (run->sink->pair != NULL)
        ost_exchange_read_settings (value, run->sink->pair, run->user_data);
      return TRUE;
    case OST_EXCHANGE_VIEW_GRANTS:
      return run->sink->pair == NULL
             || ost_exchange_read_grants (value, run->sink->pair, run->user_data, error);
    default:
      object = ost_exchange_mapper_read (&run->mapper, value, &is_valid, error);
      return object != NULL
             && (run->sink->object == NULL
                 || run->sink->object (object, is_valid, run->user_data, error));
    }
}

static gboolean
take_record (const OstRecord *record, gpointer user_data, GError **error)
{
  Run *run = user_data;

  if (record->stream == OST_STREAM_WARNING && run->sink->warning != NULL && record->message != NULL)
    run->sink->warning (record->message, run->user_data);
  if (record->stream == OST_STREAM_ERROR && run->sink->failure != NULL)
    {
      OstExchangeFailure failure = {
        .message = record->message,
        .id = record->fully_qualified_id,
        .category = record->category,
        .reason = record->reason,
        .exception_type = record->exception_type,
      };

      run->sink->failure (&failure, run->user_data);
    }
  return TRUE;
}

static void
add_argument (OstCommand *command, const OstExchangeArgument *argument)
{
  const char *name = argument->parameter->name;
  const char *const *added = (const char *const *)argument->items;
  const char *const *removed = (const char *const *)argument->removed;

  switch (argument->parameter->form)
    {
    case OST_EXCHANGE_FORM_TEXT:
      ost_command_add_text (command, name, argument->text);
      break;
    case OST_EXCHANGE_FORM_BOOLEAN:
      ost_command_add_boolean (command, name, argument->boolean);
      break;
    case OST_EXCHANGE_FORM_LIST:
      ost_command_add_list (command, name, added);
      break;
    case OST_EXCHANGE_FORM_CHANGES:
      if (added != NULL && removed != NULL)
        ost_command_add_table (command, name, "Add", added, "Remove", removed, NULL);
      else if (added != NULL)
        ost_command_add_table (command, name, "Add", added, NULL);
      else
        ost_command_add_table (command, name, "Remove", removed, NULL);
      break;
    }
}

static OstCommand *
translate_command (const OstExchangeCommand *command)
{
  OstCommand *translated = ost_command_new (ost_exchange_command_get_cmdlet (command)->name);
  guint n_arguments;
  const OstExchangeArgument *arguments = ost_exchange_command_get_arguments (command, &n_arguments);

  for (guint i = 0; i < n_arguments; i++)
    add_argument (translated, &arguments[i]);
  return translated;
}

static void
pass_on_end (const OstPipelineResult *result, Run *run, gboolean *is_completed)
{
  OstExchangeFailure failure = {
    .message = result->failure_message,
    .id = result->failure_id,
    .category = result->failure_category,
    .reason = result->failure_reason,
    .exception_type = result->failure_exception_type,
  };

  *is_completed = result->state == OST_PIPELINE_COMPLETED;
  if (*is_completed || run->sink->failure == NULL)
    return;
  if (failure.message == NULL)
    failure.message = result->state == OST_PIPELINE_STOPPED
                        ? "stopped by the server"
                        : "ended by the server without a reason";
  run->sink->failure (&failure, run->user_data);
}

static gboolean
remoting_run (OstExchangeLink *link, const OstExchangeCommand *command, OstExchangeView view,
              const OstExchangeSink *sink, gpointer user_data, OstCall *call,
              gboolean *is_completed, GError **error)
{
  static const OstPipelineSink pipeline_sink = { take_output, take_record };
  Remoting *self = (Remoting *)link;
  g_autoptr (OstCommand) translated = translate_command (command);
  OstPipelineResult result = { 0 };
  Run run = { .view = view, .sink = sink, .user_data = user_data };
  gboolean is_told;

  if (view < OST_EXCHANGE_N_OBJECT_VIEWS)
    ost_exchange_mapper_init (&run.mapper, view);
  is_told
    = ost_runspace_run (self->runspace, &translated, 1, &pipeline_sink, &run, call, &result, error);
  if (is_told)
    pass_on_end (&result, &run, is_completed);
  ost_pipeline_result_clear (&result);
  return is_told;
}

static gboolean
remoting_is_broken (OstExchangeLink *link)
{
  return ost_runspace_is_broken (((Remoting *)link)->runspace);
}

static void
remoting_close (OstExchangeLink *link, OstCall *call)
{
  ost_runspace_close (((Remoting *)link)->runspace, call);
  g_free (link);
}

OstExchangeLink *
ost_exchange_link_open_remoting (const OstRunspaceOptions *options, OstCall *call, GError **error)
{
  static const OstExchangeLinkClass klass = { remoting_run, remoting_is_broken, remoting_close };
  OstRunspace *runspace = ost_runspace_open (options, call, error);
  Remoting *self;

  if (runspace == NULL)
    return NULL;
  self = g_new0 (Remoting, 1);
  self->link.klass = &klass;
  self->runspace = runspace;
  return &self->link;
}
