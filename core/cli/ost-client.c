/* ost-client.c: talks to the service over its Unix socket */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-client.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#define READ_BYTES 65536
#define LISTING_END "]}"
/* A report with the warnings of a very bad day stays far below. */
#define MAX_LINE_BYTES (4 * 1024 * 1024)

struct _OstClient {
  char *socket;
  SoupSession *session;
};

/* One request under way. */
typedef struct {
  const char *socket;
  SoupMessage *message;
  GInputStream *stream;
  GCancellable *cancellable;
  GString *buffer;
  const char *listing_head; /* its lines are the rows of one document, which begins so */
  gboolean has_ended;       /* that document is whole */
  gboolean is_enough;       /* its reader wants no more of it */
  gboolean (*take_line) (JsonNode *line, gpointer user_data, GError **error);
  gpointer user_data;
  GError *error;
  gboolean is_over;
} Request;

static void
set_connect_error (const char *path, const GError *failure, GError **error)
{
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                   _ ("the service's socket ‘%s’ may not be used"), path);
      if (error != NULL)
        ost_error_set_remedy (
          *error,
          _ ("run this as root, or as a member of the group that operators= of [api] names"));
      return;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
               _ ("the service's socket ‘%s’ cannot be used: %s"), path, failure->message);
}

gboolean
ost_client_connect (const char *socket, OstClient **client, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketClient) probe = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  *client = NULL;
  address = g_unix_socket_address_new (socket);
  connection = g_socket_client_connect (probe, G_SOCKET_CONNECTABLE (address), NULL, &failure);
  if (connection == NULL)
    {
      if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
          || g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return TRUE;
      set_connect_error (socket, failure, error);
      return FALSE;
    }
  *client = g_new0 (OstClient, 1);
  (*client)->socket = g_strdup (socket);
  /* Without a proxy, whatever the environment says of one. */
  (*client)->session
    = soup_session_new_with_options ("remote-connectable", address, "proxy-resolver", NULL, NULL);
  return TRUE;
}

void
ost_client_free (OstClient *self)
{
  g_object_unref (self->session);
  g_free (self->socket);
  g_free (self);
}

static void
end (Request *request, GError *error)
{
  if (request->error == NULL)
    request->error = error;
  else
    g_clear_error (&error);
  request->is_over = TRUE;
}

/* A service that went away amid its answer leaves behind an error of the network. */
static void
end_broken (Request *request, GError *failure)
{
  GError *error;

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      end (request, failure);
      return;
    }
  error = g_error_new (OST_ERROR, OST_ERROR_UNAVAILABLE, _ ("the service at ‘%s’ broke off: %s"),
                       request->socket, failure->message);
  g_error_free (failure);
  end (request, error);
}

static gboolean
take_document (Request *request, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) document = ost_json_parse (text, length, &failure);

  if (document != NULL)
    return request->take_line (document, request->user_data, error);
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL, _ ("the service's answer is no JSON: %s"),
               failure->message);
  return FALSE;
}

/* Of `{"devices":[ROW,`, `ROW,` and `ROW]}` the row; all of them may stand on one line. */
static gboolean
take_row (Request *request, const char *text, gsize length, GError **error)
{
  gsize head_length = strlen (request->listing_head);

  if (length >= head_length && strncmp (text, request->listing_head, head_length) == 0)
    {
      text += head_length;
      length -= head_length;
    }
  if (length >= strlen (LISTING_END)
      && strncmp (text + length - strlen (LISTING_END), LISTING_END, strlen (LISTING_END)) == 0)
    {
      request->has_ended = TRUE;
      length -= strlen (LISTING_END);
    }
  else if (length > 0 && text[length - 1] == ',')
    length--;
  return length == 0 || take_document (request, text, length, error);
}

static gboolean
take_text (Request *request, const char *text, gsize length, GError **error)
{
  return request->listing_head != NULL ? take_row (request, text, length, error)
                                       : take_document (request, text, length, error);
}

static gboolean
take_lines (Request *request, GError **error)
{
  char *begin = request->buffer->str;
  char *newline;

  while ((newline = strchr (begin, '\n')) != NULL)
    {
      if (newline > begin && !take_text (request, begin, (gsize)(newline - begin), error))
        return FALSE;
      begin = newline + 1;
    }
  g_string_erase (request->buffer, 0, begin - request->buffer->str);
  return TRUE;
}

static gboolean
is_success (const Request *request)
{
  return SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (request->message));
}

/* What problem documents say (RFC 9457), as the error that it was in the service. */
static GError *
parse_problem (const Request *request)
{
  g_autoptr (JsonNode) root = ost_json_parse (request->buffer->str, request->buffer->len, NULL);
  JsonObject *object;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return g_error_new (OST_ERROR, OST_ERROR_PROTOCOL, _ ("the service answered %u %s"),
                        soup_message_get_status (request->message),
                        soup_message_get_reason_phrase (request->message));
  object = json_node_get_object (root);
  json_object_set_string_member (
    object, "message",
    json_object_get_string_member_with_default (
      object, "detail", json_object_get_string_member_with_default (object, "title", "?")));
  return ost_error_parse (root);
}

static void
finish_reading (Request *request)
{
  GError *error = NULL;

  if (!is_success (request))
    error = parse_problem (request);
  else if (request->buffer->len > 0)
    take_text (request, request->buffer->str, request->buffer->len, &error);
  end (request, error);
}

static void read_on (Request *request);

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes
    = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize length;
  const char *data;

  if (bytes == NULL)
    {
      end_broken (request, error);
      return;
    }
  data = g_bytes_get_data (bytes, &length);
  if (length == 0)
    {
      finish_reading (request);
      return;
    }
  g_string_append_len (request->buffer, data, (gssize)length);
  if (is_success (request) && !take_lines (request, &error))
    end (request, error);
  else if (request->is_enough)
    end (request, NULL);
  else if (request->buffer->len > MAX_LINE_BYTES)
    end (request, g_error_new_literal (OST_ERROR, OST_ERROR_PROTOCOL,
                                       _ ("the service's answer does not end")));
  else
    read_on (request);
}

static void
read_on (Request *request)
{
  g_input_stream_read_bytes_async (request->stream, READ_BYTES, G_PRIORITY_DEFAULT,
                                   request->cancellable, read_cb, request);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  GError *error = NULL;

  request->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (request->stream == NULL)
    end_broken (request, error);
  else
    read_on (request);
}

static gboolean
send_request (OstClient *self, Request *request, const char *method, const char *path,
              const char *body, GError **error)
{
  g_autofree char *uri = g_strconcat ("http://localhost", path, NULL);
  g_autoptr (GString) buffer = g_string_new (NULL);
  g_autoptr (SoupMessage) message = soup_message_new (method, uri);
  g_autoptr (GBytes) bytes = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;

  if (bytes != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", bytes);
  request->socket = self->socket;
  request->message = message;
  request->buffer = buffer;
  soup_session_send_async (self->session, message, G_PRIORITY_DEFAULT, request->cancellable,
                           sent_cb, request);
  while (!request->is_over)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&request->stream);
  if (request->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&request->error));
  return FALSE;
}

/* Tasks */

typedef struct {
  OstProgressFunc progress;
  gpointer progress_data;
  OstReport *report;
} Run;

static void
take_progress (Run *run, JsonObject *object)
{
  OstProgress progress = {
    .phase = json_object_get_string_member_with_default (object, "phase", ""),
    .done = (guint64)json_object_get_int_member_with_default (object, "done", 0),
    .expected = (guint64)json_object_get_int_member_with_default (object, "expected", 0),
    .per_second = json_object_get_double_member_with_default (object, "per_second", 0),
    .seconds_left = json_object_get_int_member_with_default (object, "seconds_left", -1),
  };

  if (run->progress != NULL)
    run->progress (&progress, run->progress_data);
}

static gboolean
take_run_line (JsonNode *line, gpointer user_data, GError **error)
{
  Run *run = user_data;
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (line) ? json_node_get_object (line) : NULL;
  JsonNode *node = NULL;

  if (object != NULL && json_object_has_member (object, "error"))
    {
      g_propagate_error (error, ost_error_parse (json_object_get_member (object, "error")));
      return FALSE;
    }
  if (object != NULL && (node = json_object_get_member (object, "progress")) != NULL)
    {
      if (JSON_NODE_HOLDS_OBJECT (node))
        take_progress (run, json_node_get_object (node));
      return TRUE;
    }
  if (object != NULL && (node = json_object_get_member (object, "report")) != NULL)
    {
      g_clear_pointer (&run->report, ost_report_free);
      run->report = ost_report_parse (node);
    }
  return TRUE;
}

OstReport *
ost_client_run (OstClient *self, const OstTask *task, OstProgressFunc progress,
                gpointer progress_data, GCancellable *cancellable, GError **error)
{
  g_autofree char *name = g_uri_escape_string (task->connection, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/api/v1/connections/%s/%s", name,
                                           task->kind == OST_TASK_CHECK ? "check" : "sync");
  const char *body = NULL;
  Run run = { .progress = progress, .progress_data = progress_data };
  Request request = { .cancellable = cancellable, .take_line = take_run_line, .user_data = &run };

  if (task->kind != OST_TASK_CHECK)
    body = task->kind == OST_TASK_FULL_SYNC ? "{\"kind\":\"full\"}" : "{\"kind\":\"quick\"}";
  if (!send_request (self, &request, "POST", path, body, error))
    {
      g_clear_pointer (&run.report, ost_report_free);
      return NULL;
    }
  if (run.report == NULL)
    g_set_error_literal (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                         _ ("the service ended its answer without saying how it went"));
  return run.report;
}

static gboolean
take_answer (JsonNode *line, gpointer user_data, GError **error)
{
  JsonNode **answer = user_data;

  g_clear_pointer (answer, json_node_unref);
  *answer = json_node_copy (line);
  return TRUE;
}

gboolean
ost_client_call (OstClient *self, const char *method, const char *path, JsonNode **answer,
                 GCancellable *cancellable, GError **error)
{
  g_autoptr (JsonNode) taken = NULL;
  Request request = { .cancellable = cancellable, .take_line = take_answer, .user_data = &taken };

  if (!send_request (self, &request, method, path, NULL, error))
    return FALSE;
  if (answer != NULL)
    *answer = g_steal_pointer (&taken);
  return TRUE;
}

/* Listings */

typedef struct {
  Request *request;
  OstClientRowFunc func;
  gpointer user_data;
} RowReader;

static gboolean
take_listed_row (JsonNode *line, gpointer user_data, GError **error)
{
  RowReader *reader = user_data;

  if (!JSON_NODE_HOLDS_OBJECT (line))
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_PROTOCOL,
                           _ ("the service lists something that is no row"));
      return FALSE;
    }
  if (!reader->request->is_enough)
    reader->request->is_enough = !reader->func (json_node_get_object (line), reader->user_data);
  return TRUE;
}

gboolean
ost_client_list (OstClient *self, const char *path, const char *name, OstClientRowFunc func,
                 gpointer user_data, GError **error)
{
  g_autofree char *head = g_strdup_printf ("{\"%s\":[", name);
  RowReader reader = { .func = func, .user_data = user_data };
  Request request = { .listing_head = head, .take_line = take_listed_row, .user_data = &reader };

  reader.request = &request;
  if (!send_request (self, &request, "GET", path, NULL, error))
    return FALSE;
  if (request.has_ended || request.is_enough)
    return TRUE;
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                       _ ("the service's listing broke off"));
  return FALSE;
}
