/* ost-api-devices.c: devices and events, written page by page */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include "core/base/ost-context.h"

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
  const char *head;
  gboolean has_begun;
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

/* Only when there is something to show: what goes wrong before is a problem, not a listing. */
static void
begin_listing (Listing *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  self->has_begun = TRUE;
  soup_server_message_set_status (self->message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "application/json", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (body, FALSE);
  g_string_prepend (self->page, self->head);
}

static void
end_listing (Listing *self)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);

  if (self->error != NULL)
    /* The head has gone out as a success; all that is left to say is that this is not whole. */
    g_warning ("a listing broke off: %s", self->error->message);
  else
    soup_message_body_append (body, SOUP_MEMORY_STATIC, "]}\n", 3);
  soup_message_body_complete (body);
}

static void
page_read_cb (gpointer user_data)
{
  Listing *self = user_data;
  SoupMessageBody *body = soup_server_message_get_response_body (self->message);
  gsize length;

  if (self->is_gone)
    return;
  if (!self->has_begun && self->error != NULL)
    {
      ost_api_answer_error (self->message, self->error);
      ost_api_resume (self->message);
      return;
    }
  if (!self->has_begun)
    begin_listing (self);
  length = self->page->len;
  if (length > 0)
    soup_message_body_append (body, SOUP_MEMORY_TAKE, g_string_free (self->page, FALSE), length);
  else
    g_string_free (self->page, TRUE);
  self->page = NULL;
  if (self->is_over || self->error != NULL)
    end_listing (self);
  else if (length == 0)
    {
      ask_for_page (self);
      return;
    }
  ost_api_resume (self->message);
}

static void
read_page (gpointer data)
{
  Listing *self = data;

  if (self->is_events)
    read_events (self);
  else
    read_devices (self);
  ost_context_post (self->context, "ostiary-page", page_read_cb, self,
                    (GDestroyNotify)unref_listing);
}

static void
ask_for_page (Listing *self)
{
  self->page = g_string_new (NULL);
  ost_api_pause (self->message);
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
over_cb (SoupServerMessage *message, gpointer user_data)
{
  Listing *self = user_data;

  self->is_gone = TRUE;
  ost_api_unwatch (message, self);
  unref_listing (self);
}

static void
start_listing (Listing *self, const char *head)
{
  self->head = head;
  g_signal_connect (self->message, "wrote-chunk", G_CALLBACK (wrote_chunk_cb), self);
  ost_api_watch (self->message, over_cb, self);
  ask_for_page (self);
}

static const char *
get_field (const OstApiRequest *request, const char *name)
{
  return request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;
}

/* Answers for itself where the field holds something else than a number. */
static gboolean
get_number (const OstApiRequest *request, const char *name, gint64 minimum, gint64 *number)
{
  const char *text = get_field (request, name);
  g_autofree char *detail = NULL;

  if (text == NULL || g_ascii_string_to_signed (text, 10, minimum, G_MAXINT64, number, NULL))
    return TRUE;
  detail = g_strdup_printf ("%s= takes a whole number from %" G_GINT64_FORMAT " on", name, minimum);
  ost_api_answer_problem (request->message, SOUP_STATUS_BAD_REQUEST, "invalid", detail);
  return FALSE;
}

static Listing *
new_listing (const OstApiRequest *request, gint64 limit)
{
  Listing *self = g_new0 (Listing, 1);

  g_atomic_ref_count_init (&self->references);
  self->api = request->api;
  self->store = g_object_ref (ost_api_get_parts (request->api)->store);
  self->message = g_object_ref (request->message);
  self->context = g_main_context_ref_thread_default ();
  self->limit = limit;
  return self;
}

void
ost_api_list_devices (const OstApiRequest *request)
{
  gint64 limit = -1;
  Listing *self;

  if (!get_number (request, "limit", 1, &limit))
    return;
  self = new_listing (request, limit);
  self->connection = g_strdup (get_field (request, "connection"));
  self->device = g_strdup (get_field (request, "device"));
  self->user = g_strdup (get_field (request, "user"));
  self->state = g_strdup (get_field (request, "state"));
  start_listing (self, "{\"devices\":[");
}

void
ost_api_list_events (const OstApiRequest *request)
{
  gint64 limit = -1;
  gint64 from = 0;
  Listing *self;

  if (!get_number (request, "limit", 1, &limit) || !get_number (request, "from", 0, &from))
    return;
  self = new_listing (request, limit);
  self->is_events = TRUE;
  self->next_seq = from;
  start_listing (self, "{\"events\":[");
}
