/* test-base.c: objects, settings, secrets, and the two ends of an exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/base/ost-call-private.h"
#include "core/base/ost-settings-private.h"

#include <string.h>

/* A transport that answers as the test wishes, on a real I/O thread. */

#define FAKE_TYPE_TRANSPORT (fake_transport_get_type ())
G_DECLARE_FINAL_TYPE (FakeTransport, fake_transport, FAKE, TRANSPORT, GObject)

typedef enum { ANSWER_BODY, ANSWER_NEVER, ANSWER_UNAVAILABLE, ANSWER_BROKEN } Answer;

struct _FakeTransport {
  GObject parent_instance;

  Answer answer;
  guint failures_first;
  gsize body_bytes;
  guint n_sent; /* atomic */
  guint n_paused;
  guint n_stopped;
};

typedef struct {
  OstTransfer *transfer;
  gsize left;
  guint8 next;
} Sending;

static void
free_sending (gpointer data)
{
  Sending *self = data;

  ost_transfer_unref (self->transfer);
  g_free (self);
}

static gboolean
push_rest_cb (gpointer user_data)
{
  GTask *task = user_data;
  FakeTransport *self = g_task_get_source_object (task);
  Sending *sending = g_task_get_task_data (task);

  while (sending->left > 0)
    {
      char chunk[4096];
      gsize length = MIN (sending->left, sizeof chunk);
      OstFlow flow;

      for (gsize i = 0; i < length; i++)
        chunk[i] = (char)(guint8)(sending->next + i);
      flow = ost_transfer_push (sending->transfer, chunk, length);
      if (flow == OST_FLOW_PAUSE)
        {
          self->n_paused++;
          return G_SOURCE_REMOVE;
        }
      if (flow == OST_FLOW_STOP)
        {
          self->n_stopped++;
          break;
        }
      sending->next = (guint8)(sending->next + length);
      sending->left -= length;
    }
  if (self->answer == ANSWER_BROKEN)
    g_task_return_new_error (task, OST_ERROR, OST_ERROR_INCOMPLETE, "broke off");
  else
    g_task_return_boolean (task, TRUE);
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  GTask *task = user_data;

  if (!g_task_had_error (task) && !g_task_get_completed (task))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
}

static void
fake_send_async (OstTransport *transport, OstTransfer *transfer, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  static const char *const headers[] = { "Content-Type: text/plain", "X-Odd:  value", NULL };
  FakeTransport *self = FAKE_TRANSPORT (transport);
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  Sending *sending = g_new0 (Sending, 1);
  guint n = g_atomic_int_add (&self->n_sent, 1);

  sending->transfer = ost_transfer_ref (transfer);
  sending->left = self->body_bytes;
  g_task_set_task_data (task, sending, free_sending);
  if (self->answer == ANSWER_NEVER)
    {
      g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (task),
                             g_object_unref);
      return;
    }
  if (self->answer == ANSWER_UNAVAILABLE || n < self->failures_first)
    {
      g_task_return_new_error (task, OST_ERROR, OST_ERROR_UNAVAILABLE, "nobody there");
      return;
    }
  ost_transfer_set_resume_func (transfer, push_rest_cb, g_object_ref (task), g_object_unref);
  ost_transfer_push_head (transfer, 200, headers);
  ost_transfer_count (transfer, 10, 20);
  push_rest_cb (task);
}

static gboolean
fake_send_finish (OstTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_transport_interface_init (OstTransportInterface *iface)
{
  iface->send_async = fake_send_async;
  iface->send_finish = fake_send_finish;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeTransport, fake_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OST_TYPE_TRANSPORT,
                                                      fake_transport_interface_init))

static void
fake_transport_class_init (FakeTransportClass *klass)
{
}

static void
fake_transport_init (FakeTransport *self)
{
}

typedef struct {
  FakeTransport *transport;
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  OstSettings *settings;
  OstCounters *counters;
  GCancellable *cancellable;
  OstCall *call;
  guint n_emitted;
} Fixture;

static gpointer
run_io (gpointer data)
{
  Fixture *fixture = data;

  g_main_context_push_thread_default (fixture->context);
  g_main_loop_run (fixture->loop);
  g_main_context_pop_thread_default (fixture->context);
  return NULL;
}

static gboolean
host_send (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  Fixture *fixture = host;

  ost_transfer_set_credentials (transfer, "user", NULL, NULL);
  ost_transport_dispatch (OST_TRANSPORT (fixture->transport), fixture->context, transfer);
  return TRUE;
}

static gboolean
host_emit (gpointer host, OstCall *call, OstObject *object, GError **error)
{
  ((Fixture *)host)->n_emitted++;
  return TRUE;
}

static const OstCallHost fake_host = { .send = host_send, .emit = host_emit };

static void
set_up_with_timeout (Fixture *fixture, guint timeout_ms)
{
  fixture->transport = g_object_new (FAKE_TYPE_TRANSPORT, NULL);
  fixture->context = g_main_context_new ();
  fixture->loop = g_main_loop_new (fixture->context, FALSE);
  fixture->settings = ost_settings_new ("contoso");
  fixture->counters = ost_counters_new ();
  fixture->cancellable = g_cancellable_new ();
  fixture->call
    = ost_call_new (&fake_host, fixture, fixture->settings, "contoso", ost_clock_get_system (),
                    fixture->cancellable, timeout_ms, fixture->counters);
  fixture->thread = g_thread_new ("io", run_io, fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  set_up_with_timeout (fixture, 0);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_clear_object (&fixture->call);
  /* Behind all that is queued, so that resumed transfers see that their reader has gone. */
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, quit_cb, fixture->loop, NULL);
  g_source_attach (source, fixture->context);
  g_thread_join (fixture->thread);
  g_main_loop_unref (fixture->loop);
  g_main_context_unref (fixture->context);
  g_object_unref (fixture->settings);
  g_object_unref (fixture->cancellable);
  ost_counters_unref (fixture->counters);
  g_object_unref (fixture->transport);
}

static void
test_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("POST", "https://ex1/PowerShell/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;
  guint8 expected = 0;
  gsize total = 0;
  guint64 sent, received, requests;

  fixture->transport->body_bytes = 3 * 1024 * 1024 + 17;
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_no_error (error);
  g_assert_true (ost_exchange_wait_head (exchange, &error));
  g_assert_cmpuint (ost_exchange_get_status (exchange), ==, 200);
  g_assert_cmpstr (ost_exchange_get_header (exchange, "x-odd"), ==, "value");
  g_assert_null (ost_exchange_get_header (exchange, "x-od"));
  while (TRUE)
    {
      guint8 buffer[10007];
      gssize length = ost_exchange_read (exchange, buffer, sizeof buffer, &error);

      g_assert_no_error (error);
      if (length == 0)
        break;
      for (gssize i = 0; i < length; i++)
        g_assert_cmpuint (buffer[i], ==, expected++);
      total += (gsize)length;
    }
  g_assert_cmpuint (total, ==, fixture->transport->body_bytes);
  ost_counters_get (fixture->counters, &sent, &received, &requests);
  g_assert_cmpuint (sent, ==, 10);
  g_assert_cmpuint (received, ==, 20);
  g_assert_cmpuint (requests, ==, 1);
}

static void
test_paused_then_dropped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("GET", "https://ex1/");
  g_autoptr (GError) error = NULL;
  OstExchange *exchange;
  char byte;

  fixture->transport->body_bytes = 64 * 1024 * 1024;
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_cmpint (ost_exchange_read (exchange, &byte, 1, &error), ==, 1);
  ost_exchange_unref (exchange);
  tear_down (fixture, NULL);
  set_up (fixture, NULL);
}

static void
test_broken_body (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("GET", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[100];

  fixture->transport->answer = ANSWER_BROKEN;
  fixture->transport->body_bytes = 100;
  ost_request_set_replayable (request, TRUE);
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_cmpint (ost_exchange_read (exchange, buffer, sizeof buffer, &error), ==, 100);
  g_assert_cmpint (ost_exchange_read (exchange, buffer, sizeof buffer, &error), ==, -1);
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpuint (fixture->transport->n_sent, ==, 1);
}

static void
test_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("GET", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;
  char buffer[4096];
  gssize length;

  fixture->transport->body_bytes = 50000;
  ost_request_set_max_reply_bytes (request, 20000);
  exchange = ost_call_begin (fixture->call, request, &error);
  do
    length = ost_exchange_read (exchange, buffer, sizeof buffer, &error);
  while (length > 0);
  g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
}

static void
test_replay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("GET", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;

  fixture->transport->failures_first = 2;
  ost_request_set_replayable (request, TRUE);
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_true (ost_exchange_wait_head (exchange, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->transport->n_sent, ==, 3);
}

static void
test_no_replay (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("POST", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;

  fixture->transport->failures_first = 1;
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_false (ost_exchange_wait_head (exchange, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_assert_cmpuint (fixture->transport->n_sent, ==, 1);
}

static gpointer
cancel_later (gpointer data)
{
  Fixture *fixture = data;

  while (g_atomic_int_get (&fixture->transport->n_sent) == 0)
    g_thread_yield ();
  g_cancellable_cancel (fixture->cancellable);
  return NULL;
}

static void
test_cancel (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("POST", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (OstObject) object = ost_object_new (OST_KIND_DEVICE);
  GThread *thread;

  fixture->transport->answer = ANSWER_NEVER;
  exchange = ost_call_begin (fixture->call, request, &error);
  thread = g_thread_new ("cancel", cancel_later, fixture);
  g_assert_false (ost_exchange_wait_head (exchange, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_thread_join (thread);
  g_assert_true (ost_call_is_stopping (fixture->call));
  g_assert_false (ost_call_emit (fixture->call, object, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (ost_call_begin (fixture->call, request, &error));
  g_clear_error (&error);

  /* Clean-up goes on, for two seconds in all. */
  fixture->transport->answer = ANSWER_BODY;
  fixture->transport->body_bytes = 1;
  g_clear_pointer (&exchange, ost_exchange_unref);
  exchange = ost_call_begin_cleanup (fixture->call, request, &error);
  g_assert_no_error (error);
  g_assert_true (ost_exchange_wait_head (exchange, &error));
  fixture->transport->answer = ANSWER_NEVER;
  g_clear_pointer (&exchange, ost_exchange_unref);
  exchange = ost_call_begin_cleanup (fixture->call, request, &error);
  g_assert_false (ost_exchange_wait_head (exchange, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_null (ost_call_begin_cleanup (fixture->call, request, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
}

static void
test_deadline (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstRequest) request = ost_request_new ("POST", "https://ex1/");
  g_autoptr (OstExchange) exchange = NULL;
  g_autoptr (GError) error = NULL;

  tear_down (fixture, NULL);
  set_up_with_timeout (fixture, 50);
  fixture->transport->answer = ANSWER_NEVER;
  exchange = ost_call_begin (fixture->call, request, &error);
  g_assert_false (ost_exchange_wait_head (exchange, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (ost_call_wait (fixture->call, 100000, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
}

static void
test_object (void)
{
  g_autoptr (OstObject) device = ost_object_new (OST_KIND_DEVICE);
  g_autoptr (OstObject) mailbox = ost_object_new (OST_KIND_MAILBOX);
  static const char *const ids[] = { "A", "", "ÄÖ", NULL };
  static const char *const none[] = { NULL };
  g_auto (GStrv) items = NULL;
  g_autofree char *longer = g_strnfill (100000, 'x');
  gint64 number;

  g_assert_false (ost_object_is_set (device, OST_DEVICE_ID));
  ost_object_set_text (device, OST_DEVICE_ID, "", -1);
  g_assert_false (ost_object_is_set (device, OST_DEVICE_ID));
  ost_object_set_text (device, OST_DEVICE_ID, "Appl1", -1);
  ost_object_set_text (device, OST_DEVICE_MODEL, longer, -1);
  ost_object_set_text (device, OST_DEVICE_FRIENDLY_NAME, "bad\xff\0byte", 9);
  g_assert_cmpstr (ost_object_get_text (device, OST_DEVICE_ID), ==, "Appl1");
  g_assert_cmpuint (strlen (ost_object_get_text (device, OST_DEVICE_MODEL)), ==, 100000);
  g_assert_cmpstr (ost_object_get_text (device, OST_DEVICE_FRIENDLY_NAME), ==,
                   "bad\xef\xbf\xbd\xef\xbf\xbd"
                   "byte");
  g_assert_false (ost_object_get_number (device, OST_DEVICE_FIRST_SYNC, &number));
  ost_object_set_time (device, OST_DEVICE_FIRST_SYNC, 42);
  g_assert_true (ost_object_get_number (device, OST_DEVICE_FIRST_SYNC, &number));
  g_assert_cmpint (number, ==, 42);

  g_assert_null (ost_object_get_list (mailbox, OST_MAILBOX_ALLOWED_DEVICE_IDS));
  ost_object_set_list (mailbox, OST_MAILBOX_ALLOWED_DEVICE_IDS, ids);
  ost_object_set_list (mailbox, OST_MAILBOX_BLOCKED_DEVICE_IDS, none);
  items = ost_object_get_list (mailbox, OST_MAILBOX_ALLOWED_DEVICE_IDS);
  g_assert_cmpuint (g_strv_length (items), ==, 3);
  g_assert_cmpstr (items[2], ==, "ÄÖ");
  g_strfreev (items);
  items = ost_object_get_list (mailbox, OST_MAILBOX_BLOCKED_DEVICE_IDS);
  g_assert_nonnull (items);
  g_assert_null (items[0]);
}

static void
test_fields (void)
{
  for (guint kind = 0; kind < OST_N_KINDS; kind++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
      guint n;
      const OstField *fields = ost_kind_get_fields (kind, &n);

      g_assert_nonnull (ost_kind_to_string (kind));
      g_assert_cmpuint (n, >, 0);
      for (guint i = 0; i < n; i++)
        {
          g_assert_nonnull (fields[i].name);
          g_assert_nonnull (fields[i].summary);
          g_assert_true (g_hash_table_add (seen, (gpointer)fields[i].name));
        }
    }
}

static void
assert_setting (const OstSetting *setting, const char *text, const char *complaint)
{
  g_autoptr (OstSettings) settings = ost_settings_new ("contoso");
  g_autoptr (GError) error = NULL;

  if (complaint == NULL)
    {
      g_assert_true (ost_settings_set (settings, setting, text, &error));
      g_assert_no_error (error);
      return;
    }
  g_assert_false (ost_settings_set (settings, setting, text, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, complaint));
}

static void
test_settings (void)
{
  static const char *const choices[] = { "all", "none", NULL };
  const OstSetting duration = { "d", OST_SETTING_DURATION, 0, "2min", 1, 86400, NULL, "" };
  const OstSetting integer = { "i", OST_SETTING_INTEGER, 0, NULL, 1, 8, NULL, "" };
  const OstSetting choice = { "c", OST_SETTING_CHOICE, 0, NULL, 0, 0, choices, "" };
  const OstSetting secret = { "s-secret", OST_SETTING_SECRET, 0, NULL, 0, 0, NULL, "" };
  const OstSetting list = { "l", OST_SETTING_LIST, 0, NULL, 0, 0, NULL, "" };
  g_autoptr (OstSettings) settings = ost_settings_new ("contoso");
  g_autoptr (GError) error = NULL;

  assert_setting (&duration, "5", "write 5s, 5min, 5h or 5d");
  assert_setting (&duration, "5m", "has the unit ‘m’");
  assert_setting (&duration, "-5s", "is no duration");
  assert_setting (&duration, "99999999999999999999s", "is no duration");
  assert_setting (&duration, "2d", "out of range");
  assert_setting (&duration, "0s", "out of range");
  assert_setting (&duration, "24h", NULL);
  assert_setting (&integer, "9", "allowed is 1 to 8");
  assert_setting (&integer, "x", "no whole number");
  assert_setting (&choice, "some", "none of: all, none");
  assert_setting (&secret, "file:/etc/x", NULL);
  assert_setting (&secret, "file:", "no reference");
  assert_setting (&choice, "", "has no value");

  g_assert_false (ost_settings_set (settings, &secret, "hunter2", &error));
  g_assert_null (strstr (error->message, "hunter2"));
  g_assert_true (ost_settings_set (settings, &duration, NULL, NULL));
  g_assert_cmpint (ost_settings_get_integer (settings, "d"), ==, 120);
  g_assert_true (ost_settings_set (settings, &list, " a ;;b; ", NULL));
  g_assert_cmpuint (g_strv_length ((char **)ost_settings_get_list (settings, "l")), ==, 2);
  g_assert_cmpstr (ost_settings_get_list (settings, "l")[0], ==, "a");
  g_assert_null (ost_settings_get_list (settings, "unknown")[0]);
  g_assert_null (ost_settings_get_text (settings, "unknown"));
}

static void
test_error (void)
{
  g_autoptr (GError) error
    = g_error_new (OST_ERROR, OST_ERROR_THROTTLED, "the server asks for patience");
  g_autoptr (GError) copy = NULL;

  g_assert_cmpuint (ost_error_get_retry_after (error), ==, 0);
  g_assert_null (ost_error_get_remedy (NULL));
  ost_error_set_retry_after (error, 1500);
  ost_error_set_remedy (error, "wait");
  copy = g_error_copy (error);
  g_clear_error (&error);
  g_assert_cmpuint (ost_error_get_retry_after (copy), ==, 1500);
  g_assert_cmpstr (ost_error_get_remedy (copy), ==, "wait");
  g_assert_cmpstr (ost_error_code_to_string (OST_ERROR_SIGN_IN), ==, "sign-in");
  g_assert_cmpstr (ost_error_code_to_string (-1), ==, "unknown");
}

static void
test_secret (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstSecret) secret = ost_secret_new ("geheim\0x", 8, &error);
  g_autoptr (OstSecret) same = ost_secret_new ("geheim\0x", 8, &error);
  g_autoptr (OstSecret) other = ost_secret_new ("geheim\0y", 8, &error);
  g_autoptr (OstSecret) empty = ost_secret_new (NULL, 0, &error);
  g_autofree char *rollup = NULL;
  gsize length;

  g_assert_no_error (error);
  g_assert_cmpmem (ost_secret_peek (secret, &length), length, "geheim\0x", 8);
  g_assert_true (ost_secret_equal (secret, same));
  g_assert_false (ost_secret_equal (secret, other));
  g_assert_false (ost_secret_equal (secret, NULL));
  g_assert_cmpstr (ost_secret_peek (empty, NULL), ==, "");
#ifndef __SANITIZE_ADDRESS__ /* which turns mlock into nothing */
  g_assert_true (g_file_get_contents ("/proc/self/status", &rollup, NULL, NULL));
  g_assert_nonnull (strstr (rollup, "VmLck:"));
  g_assert_null (strstr (rollup, "VmLck:\t       0 kB"));
#endif
}

static void
test_operation (void)
{
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  static const char *const except[] = { "A", "B", NULL };
  g_autofree char *text = ost_operation_describe (operation);
  gint64 number;

  ost_operation_set_integer (operation, OST_SELECT_LIMIT, 5000);
  ost_operation_set_list (operation, OST_SELECT_EXCEPT, except);
  g_assert_true (ost_operation_get_integer (operation, OST_SELECT_LIMIT, &number));
  g_assert_cmpint (number, ==, 5000);
  g_assert_cmpstr (ost_operation_get_list (operation, OST_SELECT_EXCEPT)[1], ==, "B");
  g_assert_cmpstr (text, ==, "list device");
  if (g_test_undefined ())
    {
      g_test_expect_message ("ostiary", G_LOG_LEVEL_CRITICAL, "*id != *");
      g_assert_null (ost_operation_new (OST_VERB_GET, OST_KIND_DEVICE, ""));
      g_test_assert_expected_messages ();
    }
}

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/base/exchange/body", test_body);
  ADD ("/base/exchange/paused-then-dropped", test_paused_then_dropped);
  ADD ("/base/exchange/broken-body", test_broken_body);
  ADD ("/base/exchange/limit", test_limit);
  ADD ("/base/exchange/replay", test_replay);
  ADD ("/base/exchange/no-replay", test_no_replay);
  ADD ("/base/exchange/cancel", test_cancel);
  ADD ("/base/exchange/deadline", test_deadline);
  g_test_add_func ("/base/object", test_object);
  g_test_add_func ("/base/fields", test_fields);
  g_test_add_func ("/base/settings", test_settings);
  g_test_add_func ("/base/error", test_error);
  g_test_add_func ("/base/secret", test_secret);
  g_test_add_func ("/base/operation", test_operation);
  return g_test_run ();
}
