/* http-rig.c: a transport plugin on an I/O thread, driven through calls */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"

#include "core/base/ost-settings-private.h"

#include <gmodule.h>
#include <string.h>

static gpointer
run_io (gpointer data)
{
  Rig *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

typedef struct {
  GSourceFunc func;
  gpointer data;
  GMutex mutex;
  GCond cond;
  gboolean is_done;
} Visit;

static gboolean
visit_cb (gpointer data)
{
  Visit *visit = data;

  visit->func (visit->data);
  g_mutex_lock (&visit->mutex);
  visit->is_done = TRUE;
  g_cond_signal (&visit->cond);
  g_mutex_unlock (&visit->mutex);
  return G_SOURCE_REMOVE;
}

static void
run_on_io (Rig *self, GSourceFunc func, gpointer data)
{
  Visit visit = { .func = func, .data = data };
  g_autoptr (GSource) source = g_idle_source_new ();

  g_mutex_init (&visit.mutex);
  g_cond_init (&visit.cond);
  g_source_set_callback (source, visit_cb, &visit, NULL);
  g_source_attach (source, self->context);
  g_mutex_lock (&visit.mutex);
  while (!visit.is_done)
    g_cond_wait (&visit.cond, &visit.mutex);
  g_mutex_unlock (&visit.mutex);
  g_mutex_clear (&visit.mutex);
  g_cond_clear (&visit.cond);
}

static gboolean
host_send (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  Rig *self = host;

  ost_transfer_set_credentials (transfer, self->user, self->secret, self->methods);
  ost_transport_dispatch (self->transport, self->context, transfer);
  return TRUE;
}

static void
host_step (gpointer host, OstCall *call, const char *id, gboolean is_ok, const char *detail,
           const char *remedy)
{
  Rig *self = host;
  Step *step = g_new0 (Step, 1);

  step->id = g_strdup (id);
  step->is_ok = is_ok;
  step->detail = g_strdup (detail);
  step->remedy = g_strdup (remedy);
  g_ptr_array_add (self->steps, step);
  g_test_message ("step %s %s: %s (%s)", id, is_ok ? "ok" : "failed", detail,
                  remedy != NULL ? remedy : "");
}

static const OstCallHost rig_host = { .send = host_send, .step = host_step };

static void
free_step (gpointer data)
{
  Step *step = data;

  g_free (step->id);
  g_free (step->detail);
  g_free (step->remedy);
  g_free (step);
}

static const OstPluginInfo *
load_plugin (void)
{
  const char *path = g_getenv ("OST_TEST_TRANSPORT");
  GModule *module = g_module_open (path, G_MODULE_BIND_LOCAL);
  gpointer symbol = NULL;

  g_assert_nonnull (module);
  g_assert_true (g_module_symbol (module, "ost_plugin_info", &symbol));
  g_module_make_resident (module);
  g_module_close (module);
  return symbol;
}

static const char *
find_value (const char *key, const char *const *pairs)
{
  for (gsize i = 0; pairs[i] != NULL; i += 2)
    if (g_str_equal (pairs[i], key))
      return pairs[i + 1];
  return NULL;
}

typedef struct {
  Rig *rig;
  GError *error;
} Configuring;

static gboolean
configure_cb (gpointer data)
{
  Configuring *self = data;

  OST_TRANSPORT_GET_IFACE (self->rig->transport)
    ->configure (self->rig->transport, self->rig->settings, &self->error);
  return G_SOURCE_REMOVE;
}

static Rig *
make_rig (const char *const *pairs, GError **error)
{
  Rig *self = g_new0 (Rig, 1);
  const OstPluginInfo *info = load_plugin ();
  Configuring configuring = { .rig = self };

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->settings = ost_settings_new ("contoso");
  self->steps = g_ptr_array_new_with_free_func (free_step);
  self->transport = OST_TRANSPORT (g_object_new (info->get_type (), NULL));
  for (const OstSetting *row = info->settings; row->key != NULL; row++)
    g_assert_true (
      ost_settings_set (self->settings, row, find_value (row->key, pairs), &configuring.error));
  self->thread = g_thread_new ("io", run_io, self);
  rig_renew_call (self);
  run_on_io (self, configure_cb, &configuring);
  *error = configuring.error;
  return self;
}

Rig *
rig_new (const char *key, ...)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  Rig *self;
  va_list arguments;

  va_start (arguments, key);
  for (const char *text = key; text != NULL; text = va_arg (arguments, const char *))
    g_ptr_array_add (pairs, (gpointer)text);
  va_end (arguments);
  g_ptr_array_add (pairs, NULL);
  self = make_rig ((const char *const *)pairs->pdata, &error);
  g_assert_no_error (error);
  return self;
}

GError *
rig_fail (const char *key, const char *value)
{
  const char *const pairs[] = { key, value, NULL };
  GError *error = NULL;
  Rig *self = make_rig (pairs, &error);

  rig_free (self);
  return error;
}

void
rig_renew_call (Rig *self)
{
  g_clear_object (&self->call);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->counters, ost_counters_unref);
  self->cancellable = g_cancellable_new ();
  self->counters = ost_counters_new ();
  self->call = ost_call_new (&rig_host, self, self->settings, "contoso", ost_clock_get_system (),
                             self->cancellable, 0, self->counters);
}

static gboolean
shut_down_cb (gpointer data)
{
  OST_TRANSPORT_GET_IFACE (data)->shut_down (data);
  return G_SOURCE_REMOVE;
}

void
rig_shut_down (Rig *self)
{
  run_on_io (self, shut_down_cb, self->transport);
}

static gboolean
do_nothing_cb (gpointer data)
{
  return G_SOURCE_REMOVE;
}

void
rig_wait_until_done (Rig *self)
{
  run_on_io (self, do_nothing_cb, NULL);
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
rig_free (Rig *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_clear_object (&self->call);
  if (self->transport != NULL)
    rig_shut_down (self);
  g_source_set_priority (source, G_PRIORITY_LOW);
  g_source_set_callback (source, quit_cb, self->loop, NULL);
  g_source_attach (source, self->context);
  g_thread_join (self->thread);
  g_clear_object (&self->transport);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_object_unref (self->settings);
  g_object_unref (self->cancellable);
  ost_counters_unref (self->counters);
  g_clear_pointer (&self->secret, ost_secret_unref);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

void
rig_sign_in (Rig *self, const char *user, const char *secret)
{
  self->user = user;
  g_clear_pointer (&self->secret, ost_secret_unref);
  if (secret != NULL)
    self->secret = ost_secret_new (secret, strlen (secret), NULL);
}

gboolean
rig_probe (Rig *self, const char *uri, GError **error)
{
  return OST_TRANSPORT_GET_IFACE (self->transport)->probe (self->transport, uri, self->call, error);
}

OstRequest *
rig_request (const char *method, const char *uri, const char *body)
{
  OstRequest *request = ost_request_new (method, uri);

  ost_request_set_idle_timeout (request, 20000);
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      ost_request_set_body (request, bytes, "text/plain");
    }
  return request;
}

OstExchange *
rig_begin (Rig *self, OstRequest *request)
{
  g_autoptr (GError) error = NULL;
  OstExchange *exchange = ost_call_begin (self->call, request, &error);

  g_assert_no_error (error);
  return exchange;
}

char *
rig_fetch (Rig *self, OstRequest *request, guint *status, GError **error)
{
  g_autoptr (OstExchange) exchange = rig_begin (self, request);
  g_autoptr (GString) body = g_string_new (NULL);
  char bytes[16384];
  gssize length;

  if (!ost_exchange_wait_head (exchange, error))
    return NULL;
  if (status != NULL)
    *status = ost_exchange_get_status (exchange);
  while ((length = ost_exchange_read (exchange, bytes, sizeof bytes, error)) > 0)
    g_string_append_len (body, bytes, length);
  return length == 0 ? g_string_free (g_steal_pointer (&body), FALSE) : NULL;
}

char *
rig_post (Rig *self, const char *uri, GError **error)
{
  g_autoptr (OstRequest) request = rig_request ("POST", uri, "hello");

  return rig_fetch (self, request, NULL, error);
}

char *
rig_get (Rig *self, const char *uri, GError **error)
{
  g_autoptr (OstRequest) request = rig_request ("GET", uri, NULL);

  ost_request_set_replayable (request, TRUE);
  return rig_fetch (self, request, NULL, error);
}

void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  fixture->rig = rig_new (NULL);
}

void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  rig_free (fixture->rig);
  g_clear_error (&fixture->error);
  g_free (fixture->body);
}

void
fixture_set_rig (Fixture *fixture, Rig *rig)
{
  rig_free (fixture->rig);
  fixture->rig = rig;
}

void
fixture_post (Fixture *fixture, const char *uri)
{
  g_clear_pointer (&fixture->body, g_free);
  fixture->body = rig_post (fixture->rig, uri, &fixture->error);
  g_assert_no_error (fixture->error);
}

void
assert_mentions (const GError *error, const char *text)
{
  if (strstr (error->message, text) == NULL)
    g_error ("‘%s’ does not mention ‘%s’", error->message, text);
}

void
assert_told (Fixture *fixture, guint16 port, OstErrorCode code, const char *method)
{
  g_autofree char *address = g_strdup_printf ("://localhost:%u", port);

  g_test_message ("%s", fixture->error != NULL ? fixture->error->message : "no error");
  g_assert_error (fixture->error, OST_ERROR, (int)code);
  g_test_message ("remedy: %s", ost_error_get_remedy (fixture->error));
  assert_mentions (fixture->error, "connection ‘contoso’");
  assert_mentions (fixture->error, method);
  assert_mentions (fixture->error, address);
  g_assert_nonnull (ost_error_get_remedy (fixture->error));
}
