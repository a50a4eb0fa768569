/* ost-api-answer.c: answers of the API: documents, problems, and those that workers make */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include "core/base/ost-context.h"

#include <string.h>

static const char is_over_key[] = "ostiary-is-over";

static void
over_cb (SoupServerMessage *message, gpointer user_data)
{
  g_object_set_data (G_OBJECT (message), is_over_key, message);
}

/* Of a connection that the server itself closes, a message hears by another signal. */
void
ost_api_watch (SoupServerMessage *message, OstApiOver func, gpointer data)
{
  g_signal_connect (message, "finished", G_CALLBACK (func), data);
  g_signal_connect (message, "disconnected", G_CALLBACK (func), data);
}

void
ost_api_unwatch (SoupServerMessage *message, gpointer data)
{
  g_signal_handlers_disconnect_by_data (message, data);
}

void
ost_api_follow (SoupServerMessage *message)
{
  ost_api_watch (message, over_cb, NULL);
}

static gboolean
is_over (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), is_over_key) != NULL;
}

void
ost_api_pause (SoupServerMessage *message)
{
  if (!is_over (message))
    soup_server_message_pause (message);
}

void
ost_api_resume (SoupServerMessage *message)
{
  if (!is_over (message))
    soup_server_message_unpause (message);
}

static guint
get_status_of (const GError *error)
{
  if (error->domain != OST_ERROR)
    return SOUP_STATUS_INTERNAL_SERVER_ERROR;
  switch (error->code)
    {
    case OST_ERROR_INVALID:
      return SOUP_STATUS_BAD_REQUEST;
    case OST_ERROR_NOT_FOUND:
      return SOUP_STATUS_NOT_FOUND;
    case OST_ERROR_EXISTS:
      return SOUP_STATUS_CONFLICT;
    case OST_ERROR_DENIED:
      return SOUP_STATUS_FORBIDDEN;
    case OST_ERROR_NOT_SUPPORTED:
      return SOUP_STATUS_NOT_IMPLEMENTED;
    case OST_ERROR_UNAVAILABLE:
    case OST_ERROR_THROTTLED:
      return SOUP_STATUS_SERVICE_UNAVAILABLE;
    case OST_ERROR_TIMED_OUT:
      return SOUP_STATUS_GATEWAY_TIMEOUT;
    default:
      return SOUP_STATUS_BAD_GATEWAY;
    }
}

static void
answer_text (SoupServerMessage *message, guint status, const char *type, char *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, text, strlen (text));
}

void
ost_api_answer_node (SoupServerMessage *message, guint status, JsonNode *node)
{
  answer_text (message, status, "application/json", ost_render_node (node));
}

static void
answer_problem (SoupServerMessage *message, guint status, const char *title, const char *detail,
                const char *code, const char *remedy)
{
  g_autoptr (GString) text = g_string_new ("{\"title\":");

  ost_render_text (title, text);
  g_string_append_printf (text, ",\"status\":%u,\"detail\":", status);
  ost_render_text (detail, text);
  g_string_append (text, ",\"code\":");
  ost_render_text (code, text);
  g_string_append (text, ",\"remedy\":");
  ost_render_text (remedy, text);
  g_string_append_c (text, '}');
  answer_text (message, status, "application/problem+json",
               g_string_free (g_steal_pointer (&text), FALSE));
}

void
ost_api_answer_problem (SoupServerMessage *message, guint status, const char *title,
                        const char *detail)
{
  answer_problem (message, status, title, detail, "invalid", NULL);
}

void
ost_api_answer_error (SoupServerMessage *message, const GError *error)
{
  const char *code = error->domain == OST_ERROR ? ost_error_code_to_string (error->code) : "failed";

  answer_problem (message, get_status_of (error), code, error->message, code,
                  ost_error_get_remedy (error));
}

typedef struct {
  SoupServerMessage *message;
  OstApiWork work;
  gpointer data;
  GDestroyNotify destroy;
  GMainContext *context;
  JsonNode *node;
  GError *error;
} Later;

static void
free_later (gpointer data)
{
  Later *self = data;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_clear_pointer (&self->node, json_node_unref);
  g_clear_error (&self->error);
  g_object_unref (self->message);
  g_main_context_unref (self->context);
  g_free (self);
}

static void
answer_cb (gpointer user_data)
{
  Later *self = user_data;

  if (self->node != NULL)
    ost_api_answer_node (self->message, SOUP_STATUS_OK, g_steal_pointer (&self->node));
  else
    ost_api_answer_error (self->message, self->error);
  ost_api_resume (self->message);
}

static void
do_work (gpointer data)
{
  Later *self = data;

  self->node = self->work (self->data, &self->error);
  ost_context_post (self->context, "ostiary-answer", answer_cb, self, free_later);
}

void
ost_api_answer_later (OstApi *api, SoupServerMessage *message, OstApiWork work, gpointer data,
                      GDestroyNotify destroy)
{
  Later *self = g_new0 (Later, 1);

  self->message = g_object_ref (message);
  self->work = work;
  self->data = data;
  self->destroy = destroy;
  self->context = g_main_context_ref_thread_default ();
  ost_api_pause (message);
  ost_api_push_work (api, do_work, self);
}
