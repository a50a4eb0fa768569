/* runspace-pipeline.c: runs a pipeline in a session and hands on what it writes */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-payload.h"
#include "runspace-private.h"

#include <string.h>

/* The state of a command comes after its streams, at the end of a reply. */
#define TAIL_BYTES 2048
#define DONE_MARK "CommandState/Done"

/* Where there is little time left, the server is not to use all of it. */
#define CLEANUP_TIMEOUT_SECONDS 1

/* What a server may answer without anything in it before it is left alone. */
#define MAX_EMPTY_REPLIES 4

typedef struct {
  char *call_id;
  gint32 method;
  char *method_name;
  gboolean is_pool_level;
} Question;

typedef struct {
  OstRunspace *runspace;
  const OstPipelineSink *sink;
  gpointer user_data;
  OstPipelineResult *result;
  guint8 id[OST_PSRP_GUID_SIZE];
  char command_id[OST_PSRP_GUID_TEXT_SIZE];
  GArray *questions;
  gboolean is_begun;   /* the server has it whole */
  gboolean is_ended;   /* its last state was told */
  gboolean is_done;    /* nothing more will come of it */
  gboolean is_gone;    /* the shell or the command is not known to the server */
  gboolean is_refused; /* by the sink, which wants no more */
} Pipeline;

void
ost_pipeline_result_clear (OstPipelineResult *self)
{
  g_free (self->failure_message);
  g_free (self->failure_id);
  g_free (self->failure_reason);
  g_free (self->failure_exception_type);
  memset (self, 0, sizeof *self);
}

static void
clear_question (gpointer data)
{
  Question *question = data;

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
  Pipeline *self = user_data;
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
take_output (Pipeline *self, const OstClixmlValue *value, GError **error)
{
  self->result->n_outputs++;
  if (self->sink->output (value, self->user_data, error))
    return TRUE;
  self->is_refused = TRUE;
  return FALSE;
}

static gboolean
take_record (Pipeline *self, guint32 type, const OstClixmlValue *value, GError **error)
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
take_state (Pipeline *self, const OstClixmlValue *value, GError **error)
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
take_question (Pipeline *self, gboolean is_pool_level, const OstClixmlValue *value)
{
  const OstClixmlValue *method = ost_clixml_value_get_member (value, "mi");
  const OstClixmlValue *call_id = ost_clixml_value_get_member (value, "ci");
  Question question = { .is_pool_level = is_pool_level };
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
  Pipeline *self = user_data;
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

static gboolean
take_stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
                gpointer user_data, GError **error)
{
  Pipeline *self = user_data;
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

/* The server's word on the end of the pipeline before matters to nobody but it has to be read. */
static void
collect_terminate (OstRunspace *self)
{
  OstWsmanPending *pending = g_steal_pointer (&self->terminate);
  OstWsmanReaction reaction;
  g_autoptr (OstWsmanReply) reply = NULL;

  if (pending != NULL)
    reply = ost_wsman_finish (pending, self->buffer, &reaction, NULL);
}

static gboolean
take_command_id (Pipeline *self, OstWsmanReply *reply, GError **error)
{
  const char *id = ost_wsman_reply_get_command_id (reply);
  guint8 guid[OST_PSRP_GUID_SIZE];

  if (id == NULL || g_ascii_strcasecmp (id, self->command_id) == 0)
    return TRUE;
  if (!ost_psrp_guid_parse (id, guid))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "expected the GUID of a command in the reply, came something else");
      return FALSE;
    }
  g_strlcpy (self->command_id, id, sizeof self->command_id);
  return TRUE;
}

/* The first fragment goes with Command, each of the others with a Send of its own. */
static gboolean
send_piece (Pipeline *self, gboolean is_first, GError **error)
{
  OstRunspace *runspace = self->runspace;
  OstWsmanRequest request = {
    .operation = is_first ? OST_WSMAN_COMMAND : OST_WSMAN_SEND,
    .command_id = self->command_id,
    .name = OST_WSMAN_STREAM_INPUT,
    .fragments = runspace->fragment->data,
    .length = runspace->fragment->len,
  };
  OstWsmanPending *pending
    = ost_wsman_begin (runspace->wsman, &request, runspace->call, FALSE, error);
  OstWsmanReaction reaction = OST_WSMAN_REPORT;
  g_autoptr (OstWsmanReply) reply = NULL;

  if (pending == NULL)
    return FALSE;
  reply = ost_wsman_finish (pending, runspace->buffer, &reaction, error);
  self->is_gone = reaction == OST_WSMAN_GONE;
  return reply != NULL && (!is_first || take_command_id (self, reply, error));
}

/* A server that says no has not begun; any other failure of the last piece leaves that open. */
static gboolean
may_have_begun (const GError *error)
{
  if (error->domain != OST_ERROR)
    return TRUE;
  switch (error->code)
    {
    case OST_ERROR_UNAVAILABLE:
    case OST_ERROR_THROTTLED:
    case OST_ERROR_DENIED:
    case OST_ERROR_SIGN_IN:
    case OST_ERROR_INVALID:
    case OST_ERROR_NOT_SUPPORTED:
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
send_pieces (Pipeline *self, OstPsrpFragments *fragments, GError **error)
{
  OstRunspace *runspace = self->runspace;
  gboolean is_first = TRUE;

  g_byte_array_set_size (runspace->fragment, 0);
  ost_psrp_fragments_next (fragments, runspace->fragment);
  while (TRUE)
    {
      gboolean is_last = fragments->offset == OST_PSRP_HEADER_SIZE + fragments->length;
      GError *failure = NULL;

      if (!send_piece (self, is_first, &failure))
        {
          self->result->may_have_run = is_last && may_have_begun (failure);
          runspace->is_broken = !is_first || self->result->may_have_run || self->is_gone;
          if (g_error_matches (failure, OST_ERROR, OST_ERROR_INCOMPLETE))
            failure->code = OST_ERROR_TIMED_OUT;
          g_propagate_error (error, failure);
          return FALSE;
        }
      collect_terminate (runspace);
      is_first = FALSE;
      g_byte_array_set_size (runspace->fragment, 0);
      if (!ost_psrp_fragments_next (fragments, runspace->fragment))
        break;
    }
  self->result->may_have_run = TRUE;
  self->is_begun = TRUE;
  return TRUE;
}

static gboolean
start_pipeline (Pipeline *self, OstCommand *const *commands, guint n_commands, GError **error)
{
  OstRunspace *runspace = self->runspace;
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (GBytes) payload = NULL;
  OstPsrpHeader header = { .destination = OST_PSRP_TO_SERVER, .type = OST_PSRP_CREATE_PIPELINE };
  OstPsrpFragments fragments;

  ost_psrp_write_create_pipeline (writer, commands, n_commands, runspace->protocol_minor);
  payload = ost_clixml_writer_finish (writer);
  memcpy (header.pool, runspace->pool, sizeof header.pool);
  memcpy (header.pipeline, self->id, sizeof header.pipeline);
  ost_psrp_fragments_init (&fragments, ++runspace->last_object_id, &header,
                           g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                           OST_PSRP_FRAGMENT_PAYLOAD);
  return send_pieces (self, &fragments, error);
}

static OstWsmanPending *
begin_receive (Pipeline *self, gboolean is_cleanup, GError **error)
{
  OstWsmanRequest request = {
    .operation = OST_WSMAN_RECEIVE,
    .command_id = self->command_id,
    .operation_timeout_seconds = is_cleanup ? CLEANUP_TIMEOUT_SECONDS : 0,
  };

  return ost_wsman_begin (self->runspace->wsman, &request, self->runspace->call, is_cleanup, error);
}

/* Whether the reply leaves no doubt that another Receive is due. Where the mark is somewhere else
 * than servers put it, one Receive too many is sent and its refusal thrown away. */
static gboolean
is_more_expected (OstWsmanPending *pending, GByteArray *buffer)
{
  gsize length = MIN (buffer->len, TAIL_BYTES);

  return ost_wsman_is_success (pending)
         && memmem (buffer->data + buffer->len - length, length, DONE_MARK, strlen (DONE_MARK))
              == NULL;
}

/* Takes what the reply in the buffer holds; one that says that nothing came yet is no failure. */
static gboolean
take_reply (Pipeline *self, OstWsmanPending *pending, guint *n_empty, GError **error)
{
  OstWsmanReaction reaction;
  GError *failure = NULL;
  g_autoptr (OstWsmanReply) reply
    = ost_wsman_parse (pending, self->runspace->buffer, take_stream_cb, self, &reaction, &failure);

  if (reply != NULL)
    {
      self->is_done = ost_wsman_reply_is_done (reply);
      *n_empty = ost_wsman_reply_count_stream_bytes (reply) > 0 ? 0 : *n_empty + 1;
      return TRUE;
    }
  self->is_gone = reaction == OST_WSMAN_GONE;
  if (reaction != OST_WSMAN_ASK_AGAIN)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  g_clear_error (&failure);
  ++*n_empty;
  return TRUE;
}

static gboolean
answer_question (Pipeline *self, Question *question, GError **error)
{
  OstRunspace *runspace = self->runspace;
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (OstWsmanReply) reply = NULL;
  OstPsrpHeader header = {
    .destination = OST_PSRP_TO_SERVER,
    .type = question->is_pool_level ? OST_PSRP_RUNSPACEPOOL_HOST_RESPONSE
                                    : OST_PSRP_PIPELINE_HOST_RESPONSE,
  };
  OstWsmanRequest request = {
    .operation = OST_WSMAN_SEND,
    .command_id = question->is_pool_level ? NULL : self->command_id,
    .name = OST_WSMAN_STREAM_ANSWERS,
  };
  OstPsrpFragments fragments;
  OstWsmanReaction reaction;

  ost_psrp_write_host_refusal (writer, question->call_id, question->method, question->method_name);
  payload = ost_clixml_writer_finish (writer);
  memcpy (header.pool, runspace->pool, sizeof header.pool);
  if (!question->is_pool_level)
    memcpy (header.pipeline, self->id, sizeof header.pipeline);
  ost_psrp_fragments_init (&fragments, ++runspace->last_object_id, &header,
                           g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                           OST_PSRP_FRAGMENT_PAYLOAD);
  g_byte_array_set_size (runspace->fragment, 0);
  while (ost_psrp_fragments_next (&fragments, runspace->fragment))
    ;
  request.fragments = runspace->fragment->data;
  request.length = runspace->fragment->len;
  reply = ost_wsman_call (runspace->wsman, &request, runspace->call, FALSE, runspace->buffer,
                          &reaction, error);
  return reply != NULL;
}

static gboolean
answer_questions (Pipeline *self, GError **error)
{
  for (guint i = 0; i < self->questions->len && !self->is_ended; i++)
    if (!answer_question (self, &g_array_index (self->questions, Question, i), error))
      return FALSE;
  g_array_set_size (self->questions, 0);
  return TRUE;
}

/* One reply: it is read to its end, then the next one is asked for, then it is parsed, so that
 * network and server work while we do. The order also bounds what is held to one envelope. */
static gboolean
receive_once (Pipeline *self, OstWsmanPending **pending, guint *n_empty, GError **error)
{
  OstRunspace *runspace = self->runspace;
  g_autoptr (OstWsmanPending) next = NULL;
  g_autoptr (GError) next_failure = NULL;

  if (!ost_wsman_read (*pending, runspace->buffer, error))
    return FALSE;
  if (is_more_expected (*pending, runspace->buffer))
    next = begin_receive (self, FALSE, &next_failure);
  if (!take_reply (self, *pending, n_empty, error) || !answer_questions (self, error))
    return FALSE;
  if (self->is_ended)
    return TRUE;
  if (self->is_done)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                   "the server has ended the command without telling how it went");
      return FALSE;
    }
  if (next_failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&next_failure));
      return FALSE;
    }
  if (!ost_runspace_wait_for_more (runspace, *n_empty, error))
    return FALSE;
  if (next == NULL)
    next = begin_receive (self, FALSE, error);
  ost_wsman_pending_free (*pending);
  *pending = g_steal_pointer (&next);
  return *pending != NULL;
}

static gboolean
receive_all (Pipeline *self, GError **error)
{
  g_autoptr (OstWsmanPending) pending = begin_receive (self, FALSE, error);
  guint n_empty = 0;

  if (pending == NULL)
    return FALSE;
  while (!self->is_ended)
    if (!receive_once (self, &pending, &n_empty, error))
      return FALSE;
  return TRUE;
}

/* TRUE where the server has done it, or had nothing left to do it to. */
static gboolean
signal_now (Pipeline *self, const char *code)
{
  OstRunspace *runspace = self->runspace;
  OstWsmanRequest request
    = { .operation = OST_WSMAN_SIGNAL, .command_id = self->command_id, .name = code };
  OstWsmanReaction reaction;
  g_autoptr (OstWsmanReply) reply = ost_wsman_call (runspace->wsman, &request, runspace->call, TRUE,
                                                    runspace->buffer, &reaction, NULL);

  return reply != NULL || reaction == OST_WSMAN_GONE;
}

/* Asks until the server says that the command has ended, as far as time allows. What it still writes
 * is not looked at: parts of it are lost with the Receive that was given up. */
static gboolean
await_end (Pipeline *self)
{
  OstRunspace *runspace = self->runspace;
  guint n_empty = 0;

  while (n_empty < MAX_EMPTY_REPLIES)
    {
      g_autoptr (OstWsmanPending) pending = begin_receive (self, TRUE, NULL);
      g_autoptr (OstWsmanReply) reply = NULL;
      OstWsmanReaction reaction = OST_WSMAN_REPORT;

      if (pending == NULL || !ost_wsman_read (pending, runspace->buffer, NULL))
        return FALSE;
      reply = ost_wsman_parse (pending, runspace->buffer, NULL, NULL, &reaction, NULL);
      if (reaction == OST_WSMAN_GONE || (reply != NULL && ost_wsman_reply_is_done (reply)))
        return TRUE;
      if (reply == NULL && reaction != OST_WSMAN_ASK_AGAIN)
        return FALSE;
      n_empty = reply != NULL && ost_wsman_reply_count_stream_bytes (reply) > 0 ? 0 : n_empty + 1;
    }
  return FALSE;
}

/* Where it is not certain that the pipeline has ended, the shell has to go. */
static void
stop_pipeline (Pipeline *self)
{
  gboolean is_stopped = signal_now (self, OST_WSMAN_SIGNAL_STOP) && await_end (self);

  self->runspace->is_broken = !is_stopped || !signal_now (self, OST_WSMAN_SIGNAL_TERMINATE);
}

/* Nothing waits for the answer: the next pipeline collects it once its own command is accepted. */
static void
terminate_pipeline (Pipeline *self)
{
  OstRunspace *runspace = self->runspace;
  OstWsmanRequest request = {
    .operation = OST_WSMAN_SIGNAL,
    .command_id = self->command_id,
    .name = OST_WSMAN_SIGNAL_TERMINATE,
  };

  if (!self->is_gone)
    runspace->terminate = ost_wsman_begin (runspace->wsman, &request, runspace->call, FALSE, NULL);
}

/* What became of a pipeline that the server has begun and whose end was not told. */
static void
settle (Pipeline *self, GError *error)
{
  OstRunspace *runspace = self->runspace;
  gboolean is_stopping = ost_call_is_stopping (runspace->call);

  if (!self->is_gone && (self->is_refused || is_stopping))
    {
      self->result->state = OST_PIPELINE_STOPPED;
      stop_pipeline (self);
      return;
    }
  runspace->is_broken = TRUE;
  /* Whoever reads these codes may believe that nothing was done. */
  if (g_error_matches (error, OST_ERROR, OST_ERROR_UNAVAILABLE)
      || g_error_matches (error, OST_ERROR, OST_ERROR_THROTTLED)
      || g_error_matches (error, OST_ERROR, OST_ERROR_TIMED_OUT))
    error->code = OST_ERROR_INCOMPLETE;
}

static char *
describe (OstCommand *const *commands, guint n_commands)
{
  GString *text = g_string_new ("run ");

  for (guint i = 0; i < n_commands; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " | " : "", ost_command_get_name (commands[i]));
  return g_string_free (text, FALSE);
}

static gboolean
run (Pipeline *self, OstCommand *const *commands, guint n_commands, GError **error)
{
  static const OstRunspaceStreamHandler handler = { .wants = wants_cb, .value = take_value_cb };
  GError *failure = NULL;

  ost_psrp_guid_make (self->id, self->command_id);
  ost_runspace_stream_begin (self->runspace->pipeline_stream, &handler, self);
  if (start_pipeline (self, commands, n_commands, &failure) && receive_all (self, &failure))
    {
      terminate_pipeline (self);
      return TRUE;
    }
  if (self->is_begun)
    settle (self, failure);
  if (failure->domain == OST_ERROR && !self->is_refused)
    {
      g_autofree char *doing = describe (commands, n_commands);

      ost_wsman_explain (self->runspace->wsman, self->runspace->call, doing, failure);
    }
  g_propagate_error (error, failure);
  return FALSE;
}

gboolean
ost_runspace_run (OstRunspace *self, OstCommand *const *commands, guint n_commands,
                  const OstPipelineSink *sink, gpointer user_data, OstCall *call,
                  OstPipelineResult *result, GError **error)
{
  g_autoptr (GArray) questions = g_array_new (FALSE, FALSE, sizeof (Question));
  Pipeline pipeline = {
    .runspace = self,
    .sink = sink,
    .user_data = user_data,
    .result = result,
    .questions = questions,
  };
  gboolean is_good;

  g_return_val_if_fail (self != NULL && n_commands > 0 && sink != NULL && OST_IS_CALL (call),
                        FALSE);
  g_return_val_if_fail (!self->is_broken, FALSE);

  memset (result, 0, sizeof *result);
  g_array_set_clear_func (questions, clear_question);
  self->call = call;
  self->sink = sink;
  self->user_data = user_data;
  is_good = run (&pipeline, commands, n_commands, error);
  self->call = NULL;
  self->sink = NULL;
  self->user_data = NULL;
  return is_good;
}
