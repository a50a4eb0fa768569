/* ost-api-tasks.c: tasks of the engine: progress while they run, then how it went */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include <string.h>

/* A task under way, told as lines of JSON. The message may go before the task has ended: then the
 * task is cancelled, because nobody waits for it any more. */
typedef struct {
  SoupServerMessage *message; /* NULL once it has finished */
  OstEngine *engine;
  GCancellable *cancellable;
  GSource *watch;     /* sees that the other end has gone */
  gboolean is_unread; /* the last line has not been taken yet */
  char *connection;
} Running;

static void
stop_watching (Running *self)
{
  if (self->watch != NULL)
    g_source_destroy (self->watch);
  g_clear_pointer (&self->watch, g_source_unref);
}

static void
free_running (Running *self)
{
  stop_watching (self);
  g_clear_object (&self->message);
  g_object_unref (self->engine);
  g_object_unref (self->cancellable);
  g_free (self->connection);
  g_free (self);
}

static void
append_line (Running *self, const char *name, JsonNode *node)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);
  g_autofree char *json = ost_render_node (node);
  char *line = g_strdup_printf ("{\"%s\":%s}\n", name, json);

  self->is_unread = TRUE;
  soup_message_body_append (body, SOUP_MEMORY_TAKE, line, strlen (line));
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer user_data)
{
  ((Running *)user_data)->is_unread = FALSE;
}

static void
progress_cb (const OstProgress *progress, gpointer user_data)
{
  Running *self = user_data;
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  /* Whoever reads slowly hears less often, instead of later and later. */
  if (self->message == NULL || self->is_unread)
    return;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "phase");
  json_builder_add_string_value (builder, progress->phase != NULL ? progress->phase : "");
  json_builder_set_member_name (builder, "done");
  json_builder_add_int_value (builder, (gint64)progress->done);
  json_builder_set_member_name (builder, "expected");
  json_builder_add_int_value (builder, (gint64)progress->expected);
  json_builder_set_member_name (builder, "per_second");
  json_builder_add_double_value (builder, progress->per_second);
  json_builder_set_member_name (builder, "seconds_left");
  json_builder_add_int_value (builder, progress->seconds_left);
  json_builder_end_object (builder);
  append_line (self, "progress", json_builder_get_root (builder));
  ost_api_resume (self->message);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Running *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report = ost_engine_run_finish (OST_ENGINE (source), result, &error);

  if (self->message != NULL)
    {
      if (report != NULL)
        append_line (self, "report", ost_render_report (report));
      else
        append_line (self, "error", ost_render_error (error));
      soup_message_body_complete (soup_server_message_get_response_body (self->message));
      ost_api_unwatch (self->message, self);
      ost_api_resume (self->message);
    }
  free_running (self);
}

static void
over_cb (SoupServerMessage *message, gpointer user_data)
{
  Running *self = user_data;

  ost_api_unwatch (message, self);
  stop_watching (self);
  g_clear_object (&self->message);
  g_cancellable_cancel (self->cancellable);
}

/* As long as there is nothing to write, nobody would notice. */
static gboolean
hung_up_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Running *self = user_data;

  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
watch_peer (Running *self)
{
  GSocket *socket = soup_server_message_get_socket (self->message);

  if (socket == NULL)
    return;
  self->watch = g_socket_create_source (socket, G_IO_HUP, NULL);
  g_source_set_static_name (self->watch, "ostiary-peer");
  g_source_set_callback (self->watch, G_SOURCE_FUNC (hung_up_cb), self, NULL);
  g_source_attach (self->watch, g_main_context_get_thread_default ());
}

static void
start_task (const OstApiRequest *request, OstTaskKind kind)
{
  Running *self = g_new0 (Running, 1);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  OstTask task = { .kind = kind, .is_explicit = TRUE };

  self->message = g_object_ref (request->message);
  self->engine = g_object_ref (ost_api_get_parts (request->api)->engine);
  self->cancellable = g_cancellable_new ();
  self->connection = g_strdup (request->argument);
  task.connection = self->connection;
  soup_server_message_set_status (self->message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "application/x-ndjson", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  g_signal_connect (self->message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), self);
  ost_api_watch (self->message, over_cb, self);
  watch_peer (self);
  ost_api_pause (self->message);
  ost_engine_run_async (self->engine, &task, progress_cb, self, self->cancellable, done_cb, self);
}

static gboolean
has_connection (const OstApiRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (ost_config_find_connection (ost_api_get_parts (request->api)->config, request->argument,
                                  &error)
      != NULL)
    return TRUE;
  ost_api_answer_error (request->message, error);
  return FALSE;
}

static gboolean
parse_kind (const OstApiRequest *request, OstTaskKind *kind, GError **error)
{
  SoupMessageBody *body = soup_server_message_get_request_body (request->message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autoptr (JsonNode) root = NULL;
  const char *name;

  *kind = OST_TASK_QUICK_SYNC;
  if (length == 0)
    return TRUE;
  root = ost_json_parse (text, length, error);
  if (root == NULL)
    return FALSE;
  name = JSON_NODE_HOLDS_OBJECT (root)
           ? json_object_get_string_member_with_default (json_node_get_object (root), "kind", NULL)
           : NULL;
  if (g_strcmp0 (name, "full") == 0)
    *kind = OST_TASK_FULL_SYNC;
  else if (g_strcmp0 (name, "quick") != 0)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID,
                           "the body must be {\"kind\":\"full\"} or {\"kind\":\"quick\"}");
      return FALSE;
    }
  return TRUE;
}

void
ost_api_run_sync (const OstApiRequest *request)
{
  g_autoptr (GError) error = NULL;
  OstTaskKind kind;

  if (!has_connection (request))
    return;
  if (parse_kind (request, &kind, &error))
    start_task (request, kind);
  else
    ost_api_answer_problem (request->message, SOUP_STATUS_BAD_REQUEST, "invalid", error->message);
}

void
ost_api_run_check (const OstApiRequest *request)
{
  if (has_connection (request))
    start_task (request, OST_TASK_CHECK);
}
