/* runspace-pipeline.c: what becomes of the messages of one pipeline */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace-pipeline.h"

#include "psrp-payload.h"

#include <string.h>

void
ost_pipeline_result_clear (OstPipelineResult *self)
{
  g_free (self->failure_message);
  g_free (self->failure_id);
  g_free (self->failure_reason);
  g_free (self->failure_exception_type);
  memset (self, 0, sizeof *self);
}

void
ost_runspace_question_clear (gpointer data)
{
  OstRunspaceQuestion *question = data;

  g_free (question->call_id);
  g_free (question->method_name);
}

static gboolean
is_record (guint32 type)
{
  return type == OST_PSRP_VERBOSE_RECORD || type == OST_PSRP_DEBUG_RECORD
         || type == OST_PSRP_INFORMATION_RECORD || type == OST_PSRP_PROGRESS_RECORD;
}

static gboolean
wants_cb (const OstPsrpHeader *header, gpointer user_data)
{
  OstRunspacePipeline *self = user_data;
  guint32 type = header->type;

  if (ost_psrp_guid_is_zero (header->pipeline))
    return ost_runspace_wants_pool_value (type) || type == OST_PSRP_RUNSPACEPOOL_HOST_CALL;
  /* A server's own scripts run in pipelines that nobody asked for. */
  if (memcmp (header->pipeline, self->id, sizeof self->id) != 0 || self->is_ended)
    return FALSE;
  return type == OST_PSRP_PIPELINE_OUTPUT || type == OST_PSRP_PIPELINE_STATE
         || type == OST_PSRP_ERROR_RECORD || type == OST_PSRP_WARNING_RECORD
         || type == OST_PSRP_PIPELINE_HOST_CALL || (is_record (type) && self->sink->record != NULL);
}

static gboolean
take_output (OstRunspacePipeline *self, const OstClixmlValue *value, GError **error)
{
  self->result->n_outputs++;
  if (self->sink->output (value, self->user_data, error))
    return TRUE;
  self->is_refused = TRUE;
  return FALSE;
}

static gboolean
take_record (OstRunspacePipeline *self, guint32 type, const OstClixmlValue *value, GError **error)
{
  OstRecord record;

  if (!ost_psrp_record_read (&record, type, value))
    return TRUE;
  self->result->n_errors += record.stream == OST_STREAM_ERROR;
  self->result->n_warnings += record.stream == OST_STREAM_WARNING;
  if (self->sink->record == NULL || self->sink->record (&record, self->user_data, error))
    return TRUE;
  self->is_refused = TRUE;
  return FALSE;
}

static gboolean
take_state (OstRunspacePipeline *self, const OstClixmlValue *value, GError **error)
{
  OstPipelineResult *result = self->result;
  OstRecord failure;
  gboolean has_failure = FALSE;
  gint64 state = 0;

  if (!ost_psrp_state_read (value, &state, &failure, &has_failure))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL, "expected a pipeline's state, came none");
      return FALSE;
    }
  if (state != OST_PSRP_PIPELINE_COMPLETED && state != OST_PSRP_PIPELINE_FAILED
      && state != OST_PSRP_PIPELINE_STOPPED)
    return TRUE;
  self->is_ended = TRUE;
  result->state = state == OST_PSRP_PIPELINE_COMPLETED ? OST_PIPELINE_COMPLETED
                  : state == OST_PSRP_PIPELINE_FAILED  ? OST_PIPELINE_FAILED
                                                       : OST_PIPELINE_STOPPED;
  if (!has_failure)
    return TRUE;
  result->failure_message = g_strdup (failure.message);
  result->failure_id = g_strdup (failure.fully_qualified_id);
  result->failure_reason = g_strdup (failure.reason);
  result->failure_exception_type = g_strdup (failure.exception_type);
  result->failure_category = failure.category;
  return TRUE;
}

/* MS-PSRP 2.2.2.27: a call whose id is -100, or whose method returns nothing, wants no answer. */
static void
take_question (OstRunspacePipeline *self, gboolean is_pool_level, const OstClixmlValue *value)
{
  const OstClixmlValue *method = ost_clixml_value_get_member (value, "mi");
  const OstClixmlValue *call_id = ost_clixml_value_get_member (value, "ci");
  OstRunspaceQuestion question = { .is_pool_level = is_pool_level };
  gint64 number = 0;
  gint64 id = 0;

  self->result->n_host_calls++;
  if (!ost_clixml_value_get_int64 (method, &number) || number < 0 || number > G_MAXINT32
      || !ost_clixml_value_get_int64 (call_id, &id) || id < 0
      || ost_psrp_host_method_is_void (number))
    return;
  question.call_id = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  question.method = (gint32)number;
  question.method_name = g_strdup (ost_clixml_value_get_to_string (method));
  g_array_append_val (self->questions, question);
}

static gboolean
take_value_cb (const OstPsrpHeader *header, const OstClixmlValue *value, gpointer user_data,
               GError **error)
{
  OstRunspacePipeline *self = user_data;
  gboolean is_pool_level = ost_psrp_guid_is_zero (header->pipeline);

  if (header->type == OST_PSRP_PIPELINE_HOST_CALL
      || header->type == OST_PSRP_RUNSPACEPOOL_HOST_CALL)
    {
      take_question (self, is_pool_level, value);
      return TRUE;
    }
  if (is_pool_level)
    {
      if (ost_runspace_take_pool_value (self->runspace, header, value, error))
        return TRUE;
      self->is_refused
        = header->type == OST_PSRP_WARNING_RECORD || header->type == OST_PSRP_ERROR_RECORD;
      return FALSE;
    }
  if (header->type == OST_PSRP_PIPELINE_OUTPUT)
    return take_output (self, value, error);
  if (header->type == OST_PSRP_PIPELINE_STATE)
    return take_state (self, value, error);
  return take_record (self, header->type, value, error);
}

gboolean
ost_runspace_pipeline_take_stream (const char *name, const char *command_id, const guint8 *bytes,
                                   gsize length, gpointer user_data, GError **error)
{
  OstRunspacePipeline *self = user_data;
  OstRunspace *runspace = self->runspace;

  if (strcmp (name, OST_WSMAN_STREAM_OUTPUT) == 0 && command_id == NULL)
    return ost_runspace_stream_feed (runspace->pool_stream, bytes, length, error);
  if (strcmp (name, OST_WSMAN_STREAM_OUTPUT) == 0
      && g_ascii_strcasecmp (command_id, self->command_id) == 0)
    return ost_runspace_stream_feed (runspace->pipeline_stream, bytes, length, error);
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
               "expected the output of command %s, came a stream of something else",
               self->command_id);
  return FALSE;
}

void
ost_runspace_pipeline_begin (OstRunspacePipeline *self)
{
  static const OstRunspaceStreamHandler handler = { .wants = wants_cb, .value = take_value_cb };

  ost_psrp_guid_make (self->id, self->command_id);
  ost_runspace_stream_begin (self->runspace->pipeline_stream, &handler, self);
}
