/* test-api.c: the API on its Unix socket, with clients that read slowly, leave, or mean harm */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/api/ost-api.h"
#include "core/store/ost-store-interface.h"
#include "engine-rig.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY 5200

/* A store in front of the real one, that counts and breaks. */

typedef struct {
  GObject parent_instance;
  OstStore *real;
  int n_pages;       /* atomic */
  int first_failing; /* the page from which on it fails, 0 for none */
} OstStoreFront;

typedef struct {
  GObjectClass parent_class;
} OstStoreFrontClass;

static void ost_store_front_iface_init (OstStoreInterface *iface);

GType ost_store_front_get_type (void);
G_DEFINE_TYPE_WITH_CODE (OstStoreFront, ost_store_front, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (OST_TYPE_STORE, ost_store_front_iface_init))

static void
ost_store_front_class_init (OstStoreFrontClass *klass)
{
}

static void
ost_store_front_init (OstStoreFront *self)
{
}

static OstConnectionStatus *
front_load_status (OstStore *store, const char *connection, GError **error)
{
  return ost_store_load_status (((OstStoreFront *)store)->real, connection, error);
}

static gboolean
front_count_devices (OstStore *store, const char *connection, gint64 *present, gint64 *missing,
                     GError **error)
{
  return ost_store_count_devices (((OstStoreFront *)store)->real, connection, present, missing,
                                  error);
}

static gboolean
front_query_devices (OstStore *store, const OstDeviceQuery *query, OstDeviceRowFunc func,
                     gpointer data, char **next, GCancellable *cancellable, GError **error)
{
  OstStoreFront *self = (OstStoreFront *)store;
  int page = g_atomic_int_add (&self->n_pages, 1) + 1;

  if (self->first_failing == 0 || page < self->first_failing)
    return ost_store_query_devices (self->real, query, func, data, next, cancellable, error);
  g_set_error_literal (error, OST_ERROR, OST_ERROR_UNAVAILABLE, "the disk is full");
  return FALSE;
}

static gboolean
front_list_events (OstStore *store, gint64 from_seq, guint limit, OstEventFunc func, gpointer data,
                   GError **error)
{
  return ost_store_list_events (((OstStoreFront *)store)->real, from_seq, limit, func, data, error);
}

static void
ost_store_front_iface_init (OstStoreInterface *iface)
{
  iface->load_status = front_load_status;
  iface->count_devices = front_count_devices;
  iface->query_devices = front_query_devices;
  iface->list_events = front_list_events;
}

/* A fixture */

typedef struct {
  Rig *rig;
  OstStoreFront *front;
  OstApi *api;
  char *path;
  guint n_reloads;
  guint patience_ms;
} Fixture;

typedef void (*TestFunc) (Fixture *self);

static gboolean
reload_cb (gpointer user_data, GError **error)
{
  Fixture *self = user_data;

  if (self->n_reloads++ == 0)
    return TRUE;
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID, "line 7: no");
  return FALSE;
}

static void
fixture_open (Fixture *self)
{
  OstApiParts parts = {
    .config = self->rig->config,
    .registry = rig_get_registry (),
    .store = OST_STORE (self->front),
    .engine = self->rig->engine,
    .clock = rig_clock (),
    .patience_ms = self->patience_ms,
    .reload = reload_cb,
    .user_data = self,
  };
  g_autoptr (GError) error = NULL;

  self->api = ost_api_new (&parts);
  ost_api_listen (self->api, &error);
  g_assert_no_error (error);
}

static void
fixture_close (Fixture *self)
{
  if (self->api != NULL)
    ost_api_close (self->api);
  g_clear_object (&self->api);
}

static void
run_with (guint n_devices, TestFunc func)
{
  Fixture self = { .rig = rig_new (n_devices) };

  self.front = g_object_new (ost_store_front_get_type (), NULL);
  self.front->real = self.rig->store;
  self.path = g_build_filename (self.rig->folder, "api.sock", NULL);
  rig_start (self.rig, OST_ENGINE_ONCE);
  fixture_open (&self);
  func (&self);
  fixture_close (&self);
  rig_stop (self.rig);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (self.front);
  rig_free (self.rig);
  g_free (self.path);
}

static void
run_test (gconstpointer data)
{
  run_with (100, *(const TestFunc *)data);
}

static void
run_big_test (gconstpointer data)
{
  run_with (MANY, *(const TestFunc *)data);
}

static void
fill (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report G_GNUC_UNUSED = rig_run (self->rig, OST_TASK_FULL_SYNC, "a", &error);

  g_assert_no_error (error);
}

/* A client */

typedef struct {
  GSocket *socket;
  GString *reply;
  gboolean is_over;
  guint status;
  char *body;
} Client;

static Client *
client_new (Fixture *self, const char *request)
{
  Client *client = g_new0 (Client, 1);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);
  g_autoptr (GError) error = NULL;

  client->reply = g_string_new (NULL);
  client->socket
    = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error);
  g_assert_no_error (error);
  g_socket_connect (client->socket, address, NULL, &error);
  g_assert_no_error (error);
  g_socket_send (client->socket, request, strlen (request), NULL, &error);
  g_assert_no_error (error);
  g_socket_set_blocking (client->socket, FALSE);
  return client;
}

static void
client_free (Client *client)
{
  g_object_unref (client->socket);
  g_string_free (client->reply, TRUE);
  g_free (client->body);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static gboolean
has_ended (gpointer data)
{
  Client *client = data;
  char buffer[65536];
  gssize n = g_socket_receive (client->socket, buffer, sizeof buffer, NULL, NULL);

  if (n > 0)
    g_string_append_len (client->reply, buffer, n);
  client->is_over = n == 0;
  return client->is_over;
}

static char *
unchunk (const char *text)
{
  GString *out = g_string_new (NULL);

  while (TRUE)
    {
      char *end;
      guint64 length = g_ascii_strtoull (text, &end, 16);

      if (length == 0)
        return g_string_free (out, FALSE);
      g_assert_true (g_str_has_prefix (end, "\r\n"));
      g_assert_cmpuint (strlen (end + 2), >=, length + 2);
      g_string_append_len (out, end + 2, (gssize)length);
      text = end + 2 + length + 2;
    }
}

static void
client_finish (Client *client)
{
  const char *body;

  rig_wait (has_ended, client);
  g_assert_true (g_str_has_prefix (client->reply->str, "HTTP/1.1 "));
  client->status = (guint)g_ascii_strtoull (client->reply->str + 9, NULL, 10);
  body = strstr (client->reply->str, "\r\n\r\n");
  g_assert_nonnull (body);
  client->body
    = strstr (client->reply->str, "chunked") != NULL ? unchunk (body + 4) : g_strdup (body + 4);
}

static Client *
ask (Fixture *self, const char *method, const char *path, const char *body)
{
  g_autofree char *request
    = g_strdup_printf ("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       method, path, body != NULL ? strlen (body) : 0, body != NULL ? body : "");
  Client *client = client_new (self, request);

  client_finish (client);
  return client;
}

static JsonNode *
parse (const Client *client)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (client->body, &error);

  g_assert_no_error (error);
  return node;
}

static void
expect_problem (Fixture *self, const char *method, const char *path, const char *body, guint status)
{
  g_autoptr (Client) client = ask (self, method, path, body);
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;

  g_assert_cmpuint (client->status, ==, status);
  g_assert_nonnull (strstr (client->reply->str, "application/problem+json"));
  node = parse (client);
  object = json_node_get_object (node);
  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, status);
  g_assert_cmpstr (json_object_get_string_member (object, "title"), !=, NULL);
  g_assert_cmpstr (json_object_get_string_member (object, "detail"), !=, NULL);
}

/* Documents */

static void
test_status (Fixture *self)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *one;

  fill (self);
  client = ask (self, "GET", "/api/v1/status", NULL);
  g_assert_cmpuint (client->status, ==, 200);
  node = parse (client);
  one = json_array_get_object_element (
    json_object_get_array_member (json_node_get_object (node), "connections"), 0);
  g_assert_cmpstr (json_object_get_string_member (one, "name"), ==, "a");
  g_assert_cmpstr (json_object_get_string_member (one, "state"), ==, "connected");
  g_assert_cmpint (json_object_get_int_member (one, "devices"), ==, 100);
  expect_problem (self, "GET", "/api/v1/status?connection=none", NULL, 404);
}

/* What a process that was killed has left there is not shown as if it went on. */
static void
test_status_after_crash (Fixture *self)
{
  g_autoptr (OstConnectionStatus) status = ost_connection_status_new ();
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;
  g_autoptr (Client) client = NULL;

  /* The same process ID, begun at another time. */
  *strrchr (process, ':') = '\0';
  status->process = g_strconcat (process, ":1", NULL);
  status->state = g_strdup ("synchronising");
  status->run = g_strdup ("full");
  ost_store_save_status (self->rig->store, "a", status, &error);
  g_assert_no_error (error);
  client = ask (self, "GET", "/api/v1/status", NULL);
  g_assert_nonnull (strstr (client->body, "\"state\":\"interrupted\""));
  g_assert_nonnull (strstr (client->body, "\"run\":null"));
}

static void
test_health (Fixture *self)
{
  g_autoptr (Client) client = ask (self, "GET", "/healthz", NULL);

  g_assert_cmpuint (client->status, ==, 200);
  g_assert_cmpstr (client->body, ==, "ok\n");
}

static void
test_plugins (Fixture *self)
{
  g_autoptr (Client) client = ask (self, "GET", "/api/v1/plugins", NULL);
  g_autoptr (JsonNode) node = parse (client);

  g_assert_cmpuint (
    json_array_get_length (json_object_get_array_member (json_node_get_object (node), "plugins")),
    ==, 3);
}

static void
test_problems (Fixture *self)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (GString) nested = g_string_new (NULL);

  expect_problem (self, "GET", "/", NULL, 404);
  expect_problem (self, "GET", "/api/v1/devices/", NULL, 404);
  expect_problem (self, "GET", "/api/v1/devicesx", NULL, 404);
  expect_problem (self, "POST", "/api/v1/connections//sync", NULL, 404);
  expect_problem (self, "POST", "/api/v1/connections/a%2Fb/sync", NULL, 404);
  expect_problem (self, "POST", "/api/v1/connections/none/sync", NULL, 404);
  expect_problem (self, "POST", "/api/v1/connections/none/check", NULL, 404);
  expect_problem (self, "GET", "/api/v1/connections/a/sync", NULL, 405);
  expect_problem (self, "DELETE", "/api/v1/devices", NULL, 405);
  client = ask (self, "PUT", "/api/v1/connections/a/sync", NULL);
  g_assert_cmpuint (client->status, ==, 405);
  g_assert_nonnull (strstr (client->reply->str, "Allow: POST\r\n"));
  expect_problem (self, "POST", "/api/v1/connections/a/sync", "{", 400);
  expect_problem (self, "POST", "/api/v1/connections/a/sync", "[]", 400);
  expect_problem (self, "POST", "/api/v1/connections/a/sync", "{\"kind\":7}", 400);
  expect_problem (self, "POST", "/api/v1/connections/a/sync", "{\"kind\":\"slow\"}", 400);
  for (guint i = 0; i < 60000; i++)
    g_string_append_c (nested, '[');
  expect_problem (self, "POST", "/api/v1/connections/a/sync", nested->str, 400);
  expect_problem (self, "GET", "/api/v1/devices?limit=x", NULL, 400);
  expect_problem (self, "GET", "/api/v1/devices?limit=0", NULL, 400);
  expect_problem (self, "GET", "/api/v1/events?from=-1", NULL, 400);
}

static void
test_reload (Fixture *self)
{
  g_autoptr (Client) client = ask (self, "POST", "/api/v1/reload", NULL);

  g_assert_cmpuint (client->status, ==, 204);
  expect_problem (self, "POST", "/api/v1/reload", NULL, 400);
}

/* Bodies */

static void
test_large_body (Fixture *self)
{
  g_autofree char *request = g_strdup_printf (
    "POST /api/v1/connections/a/sync HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    "Content-Length: %d\r\n\r\n",
    70000);
  g_autofree char *body = g_strnfill (70000, ' ');
  g_autofree char *all = g_strconcat (request, body, NULL);
  g_autoptr (Client) client = client_new (self, all);

  client_finish (client);
  g_assert_cmpuint (client->status, ==, 413);
}

static gboolean
has_sent (gpointer data)
{
  gpointer *pair = data;
  Client *client = pair[0];
  GString *rest = pair[1];
  gssize n = g_socket_send (client->socket, rest->str, MIN (rest->len, 65536), NULL, NULL);

  if (n > 0)
    g_string_erase (rest, 0, n);
  return rest->len == 0;
}

/* Nobody is told beforehand how long it gets. */
static void
test_large_chunks (Fixture *self)
{
  g_autoptr (Client) client
    = client_new (self, "POST /api/v1/connections/a/sync HTTP/1.1\r\nHost: localhost\r\n"
                        "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
  g_autoptr (GString) rest = g_string_new (NULL);
  g_autofree char *chunk = g_strnfill (32768, ' ');
  gpointer pair[] = { client, rest };

  for (guint i = 0; i < 64; i++)
    g_string_append_printf (rest, "8000\r\n%s\r\n", chunk);
  g_string_append (rest, "0\r\n\r\n");
  rig_wait (has_sent, pair);
  client_finish (client);
  g_assert_cmpuint (client->status, ==, 413);
}

/* Listings */

static guint
count_devices (const Client *client)
{
  g_autoptr (JsonNode) node = parse (client);

  return json_array_get_length (
    json_object_get_array_member (json_node_get_object (node), "devices"));
}

static void
test_devices (Fixture *self)
{
  g_autoptr (Client) none = ask (self, "GET", "/api/v1/devices", NULL);
  g_autoptr (Client) all = NULL;
  g_autoptr (Client) some = NULL;
  g_autoptr (Client) other = NULL;

  g_assert_cmpstr (none->body, ==, "{\"devices\":[]}\n");
  fill (self);
  all = ask (self, "GET", "/api/v1/devices", NULL);
  g_assert_cmpuint (all->status, ==, 200);
  g_assert_cmpuint (count_devices (all), ==, 100);
  some = ask (self, "GET", "/api/v1/devices?connection=a&limit=7", NULL);
  g_assert_cmpuint (count_devices (some), ==, 7);
  other = ask (self, "GET", "/api/v1/devices?connection=other", NULL);
  g_assert_cmpuint (count_devices (other), ==, 0);
}

static void
test_many_devices (Fixture *self)
{
  g_autoptr (Client) all = NULL;
  g_autoptr (Client) exact = NULL;

  fill (self);
  all = ask (self, "GET", "/api/v1/devices", NULL);
  g_assert_cmpuint (count_devices (all), ==, MANY);
  exact = ask (self, "GET", "/api/v1/devices?limit=1000", NULL);
  g_assert_cmpuint (count_devices (exact), ==, 1000);
}

static void
iterate_for (guint milliseconds)
{
  for (guint i = 0; i < milliseconds; i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_usleep (1000);
    }
}

/* Who does not read gets no more than what fits into the socket and a page. */
static void
test_slow_reader (Fixture *self)
{
  g_autoptr (Client) client = NULL;

  fill (self);
  g_atomic_int_set (&self->front->n_pages, 0);
  client = client_new (self, "GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n"
                             "Connection: close\r\n\r\n");
  iterate_for (300);
  g_assert_cmpint (g_atomic_int_get (&self->front->n_pages), >=, 1);
  g_assert_cmpint (g_atomic_int_get (&self->front->n_pages), <=, 3);
  client_finish (client);
  g_assert_cmpuint (count_devices (client), ==, MANY);
  g_assert_cmpint (g_atomic_int_get (&self->front->n_pages), >=, MANY / 500);
}

/* Who leaves in the middle ends it. */
static void
test_reader_leaves (Fixture *self)
{
  fill (self);
  g_atomic_int_set (&self->front->n_pages, 0);
  for (guint i = 0; i < 10; i++)
    {
      Client *client = client_new (self, "GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n");

      iterate_for (i * 7);
      client_free (client);
    }
  iterate_for (200);
  g_assert_cmpint (g_atomic_int_get (&self->front->n_pages), <=, 30);
}

static void
test_listing_fails (Fixture *self)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  fill (self);
  self->front->n_pages = 0;
  self->front->first_failing = 1;
  expect_problem (self, "GET", "/api/v1/devices", NULL, 503);
  /* Half a listing does not look like a whole one. */
  self->front->n_pages = 0;
  self->front->first_failing = 3;
  client = ask (self, "GET", "/api/v1/devices", NULL);
  node = json_from_string (client->body, &error);
  g_assert_null (node);
  g_assert_nonnull (error);
}

static void
test_events (Fixture *self)
{
  g_autoptr (Client) all = NULL;
  g_autoptr (Client) rest = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) rest_node = NULL;
  guint n, n_rest;

  fill (self);
  all = ask (self, "GET", "/api/v1/events", NULL);
  node = parse (all);
  n = json_array_get_length (json_object_get_array_member (json_node_get_object (node), "events"));
  g_assert_cmpuint (n, >, 100);
  rest = ask (self, "GET", "/api/v1/events?from=51&limit=20", NULL);
  rest_node = parse (rest);
  n_rest = json_array_get_length (
    json_object_get_array_member (json_node_get_object (rest_node), "events"));
  g_assert_cmpuint (n_rest, ==, 20);
}

/* Tasks */

static void
test_sync (Fixture *self)
{
  g_autoptr (Client) client
    = ask (self, "POST", "/api/v1/connections/a/sync", "{\"kind\":\"full\"}");
  g_auto (GStrv) lines = NULL;
  guint n;

  g_assert_cmpuint (client->status, ==, 200);
  g_assert_nonnull (strstr (client->reply->str, "application/x-ndjson"));
  lines = g_strsplit (client->body, "\n", -1);
  n = g_strv_length (lines);
  g_assert_cmpuint (n, >=, 3);
  g_assert_cmpstr (lines[n - 1], ==, "");
  for (guint i = 0; i < n - 2; i++)
    g_assert_true (g_str_has_prefix (lines[i], "{\"progress\":{\"phase\":\""));
  g_assert_true (g_str_has_prefix (lines[n - 2], "{\"report\":{"));
  g_assert_nonnull (strstr (lines[n - 2], "\"devices\":100"));
  rig_assert_inventory (self->rig, "a", 100, 0);
}

static void
test_sync_fails (Fixture *self)
{
  g_autoptr (Client) client = NULL;

  rig_fail (self->rig, "open", 1, OST_ERROR_UNAVAILABLE, 0);
  client = ask (self, "POST", "/api/v1/connections/a/sync", "{\"kind\":\"full\"}");
  g_assert_cmpuint (client->status, ==, 200);
  g_assert_nonnull (strstr (client->body, "{\"error\":{\"code\":"));
  g_assert_null (strstr (client->body, "\"report\""));
}

static void
test_check (Fixture *self)
{
  g_autoptr (Client) client = ask (self, "POST", "/api/v1/connections/a/check", NULL);

  g_assert_cmpuint (client->status, ==, 200);
  g_assert_nonnull (strstr (client->body, "\"steps\":["));
}

static const char full_request[] = "POST /api/v1/connections/a/sync HTTP/1.1\r\nHost: localhost\r\n"
                                   "Content-Length: 15\r\n\r\n{\"kind\":\"full\"}";

/* Nobody waits for it any more, and nothing is written that would tell. */
static void
test_client_leaves (Fixture *self)
{
  Client *client;

  rig_hold (self->rig, "device*");
  client = client_new (self, full_request);
  rig_wait_for_hold (self->rig, 1);
  iterate_for (20);
  client_free (client);
  rig_wait_for_state (self->rig, "a", "interrupted");
}

static void
test_waiting_client_leaves (Fixture *self)
{
  g_autoptr (Client) client = NULL;
  Client *waiting;

  rig_hold (self->rig, "device*");
  client = client_new (self, full_request);
  rig_wait_for_hold (self->rig, 1);
  waiting = client_new (self, full_request);
  iterate_for (20);
  client_free (waiting);
  iterate_for (20);
  rig_release (self->rig);
  rig_wait_for_state (self->rig, "a", "connected");
  iterate_for (50);
  g_assert_cmpuint (rig_count_asked (self->rig, "device:*"), ==, 1);
}

/* One that has sent all it wants to send has not left. */
static void
test_half_closed (Fixture *self)
{
  g_autoptr (Client) client = NULL;

  rig_hold (self->rig, "device*");
  client = client_new (self, "POST /api/v1/connections/a/sync HTTP/1.1\r\nHost: localhost\r\n"
                             "Connection: close\r\nContent-Length: 15\r\n\r\n{\"kind\":\"full\"}");
  g_assert_true (g_socket_shutdown (client->socket, FALSE, TRUE, NULL));
  rig_wait_for_hold (self->rig, 1);
  iterate_for (50);
  rig_release (self->rig);
  client_finish (client);
  g_assert_nonnull (strstr (client->body, "{\"report\":{"));
}

/* The service stops while answers are under way. */
static void
test_close (Fixture *self)
{
  g_autoptr (Client) listing = NULL;
  g_autoptr (Client) task = NULL;
  g_autoptr (Client) status = NULL;

  fill (self);
  rig_hold (self->rig, "device*");
  task = client_new (self, full_request);
  rig_wait_for_hold (self->rig, 1);
  listing = client_new (self, "GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n");
  status = client_new (self, "GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n");
  iterate_for (3);
  ost_api_close (self->api);
  g_assert_false (g_file_test (self->path, G_FILE_TEST_EXISTS));
  rig_wait_for_state (self->rig, "a", "interrupted");
  fixture_close (self);
}

/* Peers */

static void
test_half_a_request (Fixture *self)
{
  g_autoptr (Client) silent = NULL;
  g_autoptr (Client) half = NULL;
  g_autoptr (Client) dripping = NULL;
  g_autoptr (Client) task = NULL;

  fixture_close (self);
  self->patience_ms = 200;
  fixture_open (self);
  silent = client_new (self, "");
  half = client_new (self, "GET /healthz HT");
  dripping = client_new (self, "POST /api/v1/reload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"
                               "\r\n123");
  /* What takes long to answer has asked in time. */
  rig_hold (self->rig, "device*");
  task = client_new (self, "POST /api/v1/connections/a/sync HTTP/1.1\r\nHost: localhost\r\n"
                           "Connection: close\r\nContent-Length: 15\r\n\r\n{\"kind\":\"full\"}");
  rig_wait (has_ended, silent);
  rig_wait (has_ended, half);
  rig_wait (has_ended, dripping);
  g_assert_cmpuint (self->n_reloads, ==, 0);
  iterate_for (100);
  rig_release (self->rig);
  client_finish (task);
  g_assert_nonnull (strstr (task->body, "{\"report\":{"));
}

static void
test_many_peers (Fixture *self)
{
  g_autoptr (GPtrArray) peers = g_ptr_array_new_with_free_func ((GDestroyNotify)client_free);
  g_autoptr (Client) last = NULL;
  g_autoptr (Client) later = NULL;

  for (guint i = 0; i < 256; i++)
    {
      g_ptr_array_add (peers, client_new (self, "GET /healthz HT"));
      iterate_for (1);
    }
  last = client_new (self, "");
  rig_wait (has_ended, last);
  g_assert_cmpuint (last->reply->len, ==, 0);
  g_ptr_array_set_size (peers, 0);
  iterate_for (20);
  later = ask (self, "GET", "/healthz", NULL);
  g_assert_cmpuint (later->status, ==, 200);
}

/* The socket */

static void
test_socket (Fixture *self)
{
  OstApiParts parts = {
    .config = self->rig->config,
    .registry = rig_get_registry (),
    .store = OST_STORE (self->front),
    .engine = self->rig->engine,
    .clock = rig_clock (),
  };
  g_autoptr (OstApi) second = ost_api_new (&parts);
  g_autoptr (OstApi) third = ost_api_new (&parts);
  g_autoptr (OstApi) fourth = ost_api_new (&parts);
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL;
  struct stat status;

  g_assert_cmpint (stat (self->path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0660);
  g_assert_false (ost_api_listen (second, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_clear_error (&error);
  /* It was not taken from the first by trying. */
  ost_api_close (second);
  g_assert_true (g_file_test (self->path, G_FILE_TEST_EXISTS));
  fixture_close (self);

  /* What is no socket is somebody's file. */
  g_assert_true (g_file_set_contents (self->path, "mine", -1, NULL));
  g_assert_false (ost_api_listen (third, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (self->path, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "mine");
  g_assert_cmpint (g_unlink (self->path), ==, 0);

  /* One that a crash left is taken over. */
  {
    g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);
    g_autoptr (GSocket) socket
      = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

    g_assert_true (g_socket_bind (socket, address, TRUE, NULL));
    g_assert_true (g_socket_listen (socket, NULL));
  }
  g_assert_true (ost_api_listen (fourth, &error));
  g_assert_no_error (error);
}

/* Rights */

/* As somebody else: root may become anybody. Exits with the class of the status. */
static guint
ask_as (Fixture *self, gid_t group, const char *method, const char *path)
{
  pid_t child;
  int status = 0;

  g_assert_cmpint (chmod (self->path, 0666), ==, 0);
  g_assert_cmpint (chmod (self->rig->folder, 0711), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      char buffer[256] = "";
      g_autofree char *request = g_strdup_printf (
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", method, path);
      g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->path);
      g_autoptr (GSocket) socket = NULL;

      if (setgroups (1, &group) != 0 || setgid (65534) != 0 || setuid (65534) != 0)
        _exit (1);
      socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                             NULL);
      if (!g_socket_connect (socket, address, NULL, NULL)
          || g_socket_send (socket, request, strlen (request), NULL, NULL) < 0
          || g_socket_receive (socket, buffer, sizeof buffer - 1, NULL, NULL) < 12)
        _exit (2);
      _exit ((int)g_ascii_strtoull (buffer + 9, NULL, 10) / 100 * 10 + (buffer[11] == '3' ? 3 : 0));
    }
  while (waitpid (child, &status, WNOHANG) == 0)
    iterate_for (1);
  g_assert_true (WIFEXITED (status));
  return (guint)WEXITSTATUS (status);
}

#define OK 20
#define FORBIDDEN 43

static void
reopen (Fixture *self, const char *api)
{
  fixture_close (self);
  self->rig->api = api;
  rig_configure (self->rig, RIG_A);
  fixture_open (self);
}

static void
test_rights (Fixture *self)
{
  const gid_t daemon = 1, games = 60, nobody = 65534;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can be somebody else");
      return;
    }
  g_assert_cmpuint (ask_as (self, nobody, "GET", "/api/v1/status"), ==, FORBIDDEN);
  g_assert_cmpuint (ask_as (self, nobody, "GET", "/healthz"), ==, OK);
  reopen (self, "operators=daemon\nviewers=games\n");
  g_assert_cmpuint (ask_as (self, nobody, "GET", "/api/v1/status"), ==, FORBIDDEN);
  g_assert_cmpuint (ask_as (self, nobody, "POST", "/api/v1/reload"), ==, FORBIDDEN);
  g_assert_cmpuint (ask_as (self, games, "GET", "/api/v1/status"), ==, OK);
  g_assert_cmpuint (ask_as (self, games, "GET", "/api/v1/devices"), ==, OK);
  g_assert_cmpuint (ask_as (self, games, "POST", "/api/v1/reload"), ==, FORBIDDEN);
  g_assert_cmpuint (ask_as (self, games, "POST", "/api/v1/connections/a/check"), ==, FORBIDDEN);
  g_assert_cmpuint (ask_as (self, games, "DELETE", "/api/v1/connections/a?exchange=keep"), ==,
                    FORBIDDEN);
  g_assert_cmpuint (self->n_reloads, ==, 0);
  g_assert_cmpuint (ask_as (self, daemon, "GET", "/api/v1/status"), ==, OK);
  g_assert_cmpuint (ask_as (self, daemon, "POST", "/api/v1/reload"), ==, OK);
  g_assert_cmpuint (self->n_reloads, ==, 1);
  /* A group that does not exist opens no door. */
  reopen (self, "operators=no-such-group\n");
  g_assert_cmpuint (ask_as (self, daemon, "GET", "/api/v1/status"), ==, FORBIDDEN);
}

static const struct {
  const char *path;
  TestFunc func;
} tests[] = {
  { "/api/status", test_status },
  { "/api/status-after-crash", test_status_after_crash },
  { "/api/health", test_health },
  { "/api/plugins", test_plugins },
  { "/api/problems", test_problems },
  { "/api/reload", test_reload },
  { "/api/body/large", test_large_body },
  { "/api/body/chunks", test_large_chunks },
  { "/api/devices/few", test_devices },
  { "/api/events", test_events },
  { "/api/sync/report", test_sync },
  { "/api/sync/fails", test_sync_fails },
  { "/api/check", test_check },
  { "/api/sync/client-leaves", test_client_leaves },
  { "/api/sync/waiting-client-leaves", test_waiting_client_leaves },
  { "/api/sync/half-closed", test_half_closed },
  { "/api/peers/half-a-request", test_half_a_request },
  { "/api/peers/many", test_many_peers },
  { "/api/socket", test_socket },
  { "/api/rights", test_rights },
}, big_tests[] = {
  { "/api/devices/many", test_many_devices },
  { "/api/devices/slow-reader", test_slow_reader },
  { "/api/devices/reader-leaves", test_reader_leaves },
  { "/api/devices/fails", test_listing_fails },
  { "/api/close", test_close },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i].func, run_test);
  for (gsize i = 0; i < G_N_ELEMENTS (big_tests); i++)
    g_test_add_data_func (big_tests[i].path, &big_tests[i].func, run_big_test);
  return g_test_run ();
}
