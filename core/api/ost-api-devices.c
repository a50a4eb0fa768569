/* ost-api-devices.c: devices and events, written page by page */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include <string.h>

/* So many rows are read and rendered while the page before is on its way. */
#define ROWS_PER_PAGE 500

/* A listing under way. Between two pages it belongs to the main thread, while one is read to a
 * worker; never to both. */
typedef struct {
  gatomicrefcount references;
  OstApi *api;
  OstStore *store;
  SoupServerMessage *message;
  GMainContext *context;
  char *connection;
  char *device;
  char *user;
  char *state;
  char *after;
  gboolean is_events;
  gint64 next_seq;
  gint64 limit; /* rows still wanted, -1 for all */
  gboolean has_rows;
  gboolean is_over;
  gboolean is_gone;
  GString *page;
  GError *error;
} Listing;

static void
unref_listing (Listing *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_object_unref (self->store);
  g_object_unref (self->message);
  g_main_context_unref (self->context);
  g_free (self->connection);
  g_free (self->device);
  g_free (self->user);
  g_free (self->state);
  g_free (self->after);
  if (self->page != NULL)
    g_string_free (self->page, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

static Listing *
ref_listing (Listing *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

static void
separate (Listing *self)
{
  if (self->has_rows)
    g_string_append (self->page, ",\n");
  self->has_rows = TRUE;
  if (self->limit > 0)
    self->limit--;
}

static gboolean
append_device (const OstDeviceRow *row, gpointer data)
{
  Listing *self = data;

  separate (self);
  ost_render_device (row, self->page);
  return TRUE;
}

static void
read_devices (Listing *self)
{
  OstDeviceQuery query = {
    .connection = self->connection,
    .device = self->device,
    .user = self->user,
    .state = self->state,
    .after = self->after,
    .limit = self->limit < 0 ? ROWS_PER_PAGE : (guint)MIN (self->limit, ROWS_PER_PAGE),
  };
  char *next = NULL;

  if (!ost_store_query_devices (self->store, &query, append_device, self, &next, NULL,
                                &self->error))
    return;
  g_free (self->after);
  self->after = next;
  self->is_over = next == NULL || self->limit == 0;
}

typedef struct {
  Listing *listing;
  guint n;
} EventPage;

static gboolean
append_event (const OstEvent *event, gpointer data)
{
  EventPage *page = data;

  separate (page->listing);
  ost_render_event (event, page->listing->page);
  page->listing->next_seq = event->seq + 1;
  page->n++;
  return TRUE;
}

static void
read_events (Listing *self)
{
  EventPage page = { .listing = self };
  guint limit = self->limit < 0 ? ROWS_PER_PAGE : (guint)MIN (self->limit, ROWS_PER_PAGE);

  if (!ost_store_list_events (self->store, self->next_seq, limit, append_event, &page,
                              &self->error))
    return;
  self->is_over = page.n < limit || self->limit == 0;
}

static void ask_for_page (Listing *self);

static void
end_listing (Listing *self)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  if (self->error != NULL)
    {
      /* The head has gone out as a success; all that is left to say is that this is not whole. */
      g_warning ("a listing broke off: %s", self->error->message);
      soup_server_message_set_status (self->message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
    }
  else
    soup_message_body_append (body, SOUP_MEMORY_STATIC, "]}\n", 3);
  soup_message_body_complete (body);
}

static gboolean
page_read_cb (gpointer user_data)
{
  Listing *self = user_data;
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);
  gsize length = self->page->len;

  if (self->is_gone)
    return G_SOURCE_REMOVE;
  if (length > 0)
    soup_message_body_append (body, SOUP_MEMORY_TAKE, g_string_free (self->page, FALSE), length);
  else
    g_string_free (self->page, TRUE);
  self->page = NULL;
  if (self->is_over || self->error != NULL)
    end_listing (self);
  soup_server_message_unpause (self->message);
  return G_SOURCE_REMOVE;
}

static void
read_page (gpointer data)
{
  Listing *self = data;

  if (self->is_events)
    read_events (self);
  else
    read_devices (self);
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, page_read_cb, self,
                              (GDestroyNotify)unref_listing);
}

static void
ask_for_page (Listing *self)
{
  self->page = g_string_new (NULL);
  soup_server_message_pause (self->message);
  ost_api_push_work (self->api, read_page, ref_listing (self));
}

static void
wrote_chunk_cb (SoupServerMessage *message, gpointer user_data)
{
  Listing *self = user_data;

  if (!self->is_over && self->error == NULL && self->page == NULL)
    ask_for_page (self);
}

static void
finished_cb (SoupServerMessage *message, gpointer user_data)
{
  Listing *self = user_data;

  self->is_gone = TRUE;
  g_signal_handlers_disconnect_by_data (message, self);
  unref_listing (self);
}

static void
start_listing (Listing *self, const char *head)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  soup_server_message_set_status (self->message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "application/json", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_append (body, SOUP_MEMORY_COPY, head, strlen (head));
  g_signal_connect (self->message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), self);
  g_signal_connect (self->message, "finished", G_CALLBACK (finished_cb), self);
}

static const char *
get_field (const OstApiRequest *request, const char *name)
{
  return request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;
}

static Listing *
new_listing (const OstApiRequest *request)
{
  Listing *self = g_new0 (Listing, 1);
  const char *limit = get_field (request, "limit");

  g_atomic_ref_count_init (&self->references);
  self->api = request->api;
  self->store = g_object_ref (ost_api_get_parts (request->api)->store);
  self->message = g_object_ref (request->message);
  self->context = g_main_context_ref_thread_default ();
  if (limit == NULL || !g_ascii_string_to_signed (limit, 10, 1, G_MAXINT32, &self->limit, NULL))
    self->limit = -1;
  return self;
}

void
ost_api_list_devices (const OstApiRequest *request)
{
  Listing *self = new_listing (request);

  self->connection = g_strdup (get_field (request, "connection"));
  self->device = g_strdup (get_field (request, "device"));
  self->user = g_strdup (get_field (request, "user"));
  self->state = g_strdup (get_field (request, "state"));
  start_listing (self, "{\"devices\":[");
}

void
ost_api_list_events (const OstApiRequest *request)
{
  Listing *self = new_listing (request);
  const char *from = get_field (request, "from");

  self->is_events = TRUE;
  if (from != NULL)
    g_ascii_string_to_signed (from, 10, 0, G_MAXINT64, &self->next_seq, NULL);
  start_listing (self, "{\"events\":[");
}
