/* runspace-run.c: runs a pipeline on the server, to its end or to where it is stopped */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-payload.h"
#include "runspace-pipeline.h"

#include <string.h>

/* The state of a command comes after its streams, at the end of a reply. */
#define TAIL_BYTES 2048
#define DONE_MARK "CommandState/Done"

/* Where there is little time left, the server is not to use all of it. */
#define CLEANUP_TIMEOUT_SECONDS 1

/* What a server may answer without anything in it before it is left alone. */
#define MAX_EMPTY_REPLIES 4

/* The server's word on the end of the pipeline before matters to nobody but it has to be read. */
static void
collect_terminate (OstRunspace *self)
{
  OstWsmanPending *pending = g_steal_pointer (&self->terminate);
  OstWsmanReaction reaction;

  if (pending != NULL)
    ost_wsman_reply_free (ost_wsman_finish (pending, self->buffer, &reaction, NULL));
}

static gboolean
take_command_id (OstRunspacePipeline *self, OstWsmanReply *reply, GError **error)
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
send_piece (OstRunspacePipeline *self, gboolean is_first, GError **error)
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
send_pieces (OstRunspacePipeline *self, OstPsrpFragments *fragments, GError **error)
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
start_pipeline (OstRunspacePipeline *self, OstCommand *const *commands, guint n_commands,
                GError **error)
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
begin_receive (OstRunspacePipeline *self, gboolean is_cleanup, GError **error)
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
take_reply (OstRunspacePipeline *self, OstWsmanPending *pending, guint *n_empty, GError **error)
{
  OstWsmanReaction reaction;
  GError *failure = NULL;
  g_autoptr (OstWsmanReply) reply = ost_wsman_parse (
    pending, self->runspace->buffer, ost_runspace_pipeline_take_stream, self, &reaction, &failure);

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
answer_question (OstRunspacePipeline *self, OstRunspaceQuestion *question, GError **error)
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
answer_questions (OstRunspacePipeline *self, GError **error)
{
  for (guint i = 0; i < self->questions->len && !self->is_ended; i++)
    if (!answer_question (self, &g_array_index (self->questions, OstRunspaceQuestion, i), error))
      return FALSE;
  g_array_set_size (self->questions, 0);
  return TRUE;
}

/* One reply: it is read to its end, then the next one is asked for, then it is parsed, so that
 * network and server work while we do. The order also bounds what is held to one envelope. */
static gboolean
receive_once (OstRunspacePipeline *self, OstWsmanPending **pending, guint *n_empty, GError **error)
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
receive_all (OstRunspacePipeline *self, GError **error)
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
signal_now (OstRunspacePipeline *self, const char *code)
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
await_end (OstRunspacePipeline *self)
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
stop_pipeline (OstRunspacePipeline *self)
{
  gboolean is_stopped = signal_now (self, OST_WSMAN_SIGNAL_STOP) && await_end (self);

  self->runspace->is_broken = !is_stopped || !signal_now (self, OST_WSMAN_SIGNAL_TERMINATE);
}

/* Nothing waits for the answer: the next pipeline collects it once its own command is accepted. */
static void
terminate_pipeline (OstRunspacePipeline *self)
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
settle (OstRunspacePipeline *self, GError *error)
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
run (OstRunspacePipeline *self, OstCommand *const *commands, guint n_commands, GError **error)
{
  GError *failure = NULL;

  ost_runspace_pipeline_begin (self);
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
  g_autoptr (GArray) questions = g_array_new (FALSE, FALSE, sizeof (OstRunspaceQuestion));
  OstRunspacePipeline pipeline = {
    .runspace = self,
    .sink = sink,
    .user_data = user_data,
    .result = result,
    .questions = questions,
  };
  gboolean is_good;

  g_return_val_if_fail (self != NULL && n_commands > 0 && sink != NULL && OST_IS_CALL (call),
                        FALSE);

  memset (result, 0, sizeof *result);
  if (self->is_broken)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                   "connection ‘%s’: the PowerShell session on ‘%s’ has ended",
                   ost_call_get_connection (call), ost_wsman_get_host (self->wsman));
      return FALSE;
    }
  g_array_set_clear_func (questions, ost_runspace_question_clear);
  self->call = call;
  self->sink = sink;
  self->user_data = user_data;
  is_good = run (&pipeline, commands, n_commands, error);
  self->call = NULL;
  self->sink = NULL;
  self->user_data = NULL;
  return is_good;
}
