/* engine-world.c: a backend and a transport on a world that lives in the test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine-world.h"

#include <string.h>

/* Instances are made by their type alone. */
static RigWorld *the_world;

void
engine_world_set (RigWorld *world)
{
  the_world = world;
}

/* The transport: signs in with the credentials that it is given, and answers nothing. */

typedef struct {
  GObject parent_instance;
  GThread *thread;
  gboolean is_shut_down;
} OstTransportDirect;

typedef struct {
  GObjectClass parent_class;
} OstTransportDirectClass;

static void ost_transport_direct_iface_init (OstTransportInterface *iface);

GType ost_transport_direct_get_type (void);
G_DEFINE_TYPE_WITH_CODE (OstTransportDirect, ost_transport_direct, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (OST_TYPE_TRANSPORT,
                                                ost_transport_direct_iface_init))

static void
ost_transport_direct_finalize (GObject *object)
{
  OstTransportDirect *self = (OstTransportDirect *)object;

  /* Where it has lived, there it ends. */
  g_assert_true (self->is_shut_down);
  g_assert_true (g_thread_self () == self->thread);
  G_OBJECT_CLASS (ost_transport_direct_parent_class)->finalize (object);
}

static void
ost_transport_direct_class_init (OstTransportDirectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_transport_direct_finalize;
}

static void
ost_transport_direct_init (OstTransportDirect *self)
{
}

static gboolean
fake_configure (OstTransport *transport, OstSettings *settings, GError **error)
{
  ((OstTransportDirect *)transport)->thread = g_thread_self ();
  return TRUE;
}

static gboolean
fake_prepare (OstTransport *transport, OstTransfer *transfer, OstCall *call, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&the_world->mutex);

  if (!the_world->refuses_tickets)
    return TRUE;
  the_world->n_logons++;
  g_set_error_literal (error, OST_ERROR, OST_ERROR_SIGN_IN, "the KDC refused the password");
  return FALSE;
}

static gboolean
reply_cb (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  OstTransfer *transfer = g_task_get_task_data (task);
  const OstCredentials *credentials = ost_transfer_get_credentials (transfer);
  static const char *const headers[] = { "Content-Length: 0", NULL };
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&the_world->mutex);

  if (g_task_return_error_if_cancelled (task))
    return G_SOURCE_REMOVE;
  if (the_world->is_down)
    g_task_return_new_error (task, OST_ERROR, OST_ERROR_UNAVAILABLE, "nobody is there");
  else if (credentials->secret == NULL
           || !g_str_equal (ost_secret_peek (credentials->secret, NULL), the_world->password))
    {
      the_world->n_logons++;
      g_task_return_new_error (task, OST_ERROR, OST_ERROR_SIGN_IN, "401 Unauthorized");
    }
  else
    {
      the_world->n_requests++;
      ost_transfer_push_head (transfer, 200, headers);
      g_task_return_boolean (task, TRUE);
    }
  return G_SOURCE_REMOVE;
}

static void
fake_send_async (OstTransport *transport, OstTransfer *transfer, GCancellable *cancellable,
                 GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (transport, cancellable, callback, user_data);
  g_autoptr (GSource) source = g_timeout_source_new (the_world->reply_delay_ms);

  g_assert_true (g_thread_self () == ((OstTransportDirect *)transport)->thread);
  g_assert_false (((OstTransportDirect *)transport)->is_shut_down);
  g_task_set_task_data (task, ost_transfer_ref (transfer), (GDestroyNotify)ost_transfer_unref);
  g_source_set_callback (source, reply_cb, task, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

static gboolean
fake_send_finish (OstTransport *transport, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
fake_shut_down (OstTransport *transport)
{
  OstTransportDirect *self = (OstTransportDirect *)transport;

  g_assert_true (g_thread_self () == self->thread);
  g_assert_false (self->is_shut_down);
  self->is_shut_down = TRUE;
}

static void
ost_transport_direct_iface_init (OstTransportInterface *iface)
{
  iface->configure = fake_configure;
  iface->prepare = fake_prepare;
  iface->send_async = fake_send_async;
  iface->send_finish = fake_send_finish;
  iface->shut_down = fake_shut_down;
}

/* The backend */

typedef struct {
  GObject parent_instance;
  GThread *thread;
  gboolean is_running;
  guint n_opens;
  guint n_closes;
  char *session;
} OstBackendFake;

typedef struct {
  GObjectClass parent_class;
} OstBackendFakeClass;

static void ost_backend_fake_iface_init (OstBackendInterface *iface);

GType ost_backend_fake_get_type (void);
G_DEFINE_TYPE_WITH_CODE (OstBackendFake, ost_backend_fake, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (OST_TYPE_BACKEND, ost_backend_fake_iface_init))

/* A slot has begun: on the one thread, and alone. */
static void
enter (OstBackendFake *self)
{
  g_assert_true (g_thread_self () == self->thread);
  g_assert_false (self->is_running);
  self->is_running = TRUE;
  g_mutex_lock (&the_world->mutex);
  the_world->n_running++;
  the_world->max_running = MAX (the_world->max_running, the_world->n_running);
  g_mutex_unlock (&the_world->mutex);
}

static gboolean
leave (OstBackendFake *self, gboolean is_done)
{
  self->is_running = FALSE;
  g_mutex_lock (&the_world->mutex);
  the_world->n_running--;
  g_mutex_unlock (&the_world->mutex);
  return is_done;
}

static void
ost_backend_fake_finalize (GObject *object)
{
  OstBackendFake *self = (OstBackendFake *)object;

  g_assert_true (g_thread_self () == self->thread);
  g_assert_false (self->is_running);
  g_assert_cmpuint (self->n_opens, ==, self->n_closes);
  g_free (self->session);
  g_mutex_lock (&the_world->mutex);
  the_world->n_backends--;
  g_mutex_unlock (&the_world->mutex);
  G_OBJECT_CLASS (ost_backend_fake_parent_class)->finalize (object);
}

static void
ost_backend_fake_class_init (OstBackendFakeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_backend_fake_finalize;
}

static void
ost_backend_fake_init (OstBackendFake *self)
{
  self->thread = g_thread_self ();
  g_mutex_lock (&the_world->mutex);
  the_world->n_backends++;
  g_mutex_unlock (&the_world->mutex);
}

static gboolean
ask_server (OstCall *call, GError **error)
{
  g_autoptr (OstRequest) request = NULL;
  g_autoptr (OstExchange) exchange = NULL;

  if (!the_world->uses_http)
    return ost_call_check (call, error);
  request = ost_request_new ("POST", "https://one.example/");
  exchange = ost_call_begin (call, request, error);
  return exchange != NULL && ost_exchange_wait_head (exchange, error);
}

static RigFault *
find_fault_locked (const char *name)
{
  for (guint i = 0; i < the_world->faults->len; i++)
    {
      RigFault *fault = the_world->faults->pdata[i];

      if (fault->times > 0 && g_pattern_match_simple (fault->pattern, name))
        return fault;
    }
  return NULL;
}

static void
note_asked_locked (const char *name)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (the_world->asked, name));

  g_hash_table_insert (the_world->asked, g_strdup (name), GUINT_TO_POINTER (n + 1));
}

static gboolean
is_held (const char *name)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&the_world->mutex);

  return the_world->held != NULL && g_pattern_match_simple (the_world->held, name);
}

static void
count_holding (int change)
{
  g_mutex_lock (&the_world->mutex);
  the_world->n_holding = (guint)((int)the_world->n_holding + change);
  g_mutex_unlock (&the_world->mutex);
}

static gboolean
wait_while_held (OstCall *call, const char *name, GError **error)
{
  gboolean goes_on = TRUE;

  if (!is_held (name))
    return TRUE;
  count_holding (1);
  while (goes_on && is_held (name))
    goes_on = ost_call_wait (call, 5, error);
  count_holding (-1);
  return goes_on;
}

/* What happens to an operation before it does anything; @rows gets how many it may emit. */
static gboolean
begin_operation (OstCall *call, const char *name, guint *rows, GError **failure, GError **error)
{
  RigFault *fault;

  g_mutex_lock (&the_world->mutex);
  note_asked_locked (name);
  fault = find_fault_locked (name);
  *rows = G_MAXUINT;
  if (fault != NULL)
    {
      fault->times--;
      *rows = fault->rows;
      g_set_error (failure, OST_ERROR, fault->code, "‘%s’ fails on purpose", name);
      if (fault->retry_after_ms > 0)
        ost_error_set_retry_after (*failure, fault->retry_after_ms);
    }
  g_mutex_unlock (&the_world->mutex);
  if (ask_server (call, error) && wait_while_held (call, name, error))
    return TRUE;
  g_clear_error (failure);
  return FALSE;
}

static void
end_left_overs (OstCall *call)
{
  char *id, *detail;

  while (ost_call_take_left_over_session (call, &id, &detail))
    {
      g_mutex_lock (&the_world->mutex);
      if (!the_world->loses_sessions)
        {
          the_world->n_ended++;
          the_world->n_sessions--;
          ost_call_forget_session (call, id);
        }
      g_mutex_unlock (&the_world->mutex);
      g_free (id);
      g_free (detail);
    }
}

static gboolean
open_session (OstBackendFake *self, OstCall *call, GError **error)
{
  if (!the_world->keeps_sessions)
    return TRUE;
  end_left_overs (call);
  self->session = g_uuid_string_random ();
  if (!ost_call_keep_session (call, self->session, "where it is", error))
    {
      g_clear_pointer (&self->session, g_free);
      return FALSE;
    }
  g_mutex_lock (&the_world->mutex);
  the_world->n_sessions++;
  g_mutex_unlock (&the_world->mutex);
  return TRUE;
}

static gboolean
do_open (OstBackendFake *self, OstCall *call, GError **error)
{
  GError *failure = NULL;
  guint rows;

  self->n_opens++;
  g_mutex_lock (&the_world->mutex);
  the_world->n_opens++;
  g_mutex_unlock (&the_world->mutex);
  ost_call_note (call, "server", "EX01");
  ost_call_note (call, "domain-controller", "dc1");
  if (!begin_operation (call, "open", &rows, &failure, error))
    return FALSE;
  if (failure == NULL)
    return open_session (self, call, error);
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
fake_open (OstBackend *backend, OstCall *call, GError **error)
{
  OstBackendFake *self = (OstBackendFake *)backend;

  enter (self);
  return leave (self, do_open (self, call, error));
}

static void
fake_close (OstBackend *backend, OstCall *call)
{
  OstBackendFake *self = (OstBackendFake *)backend;

  enter (self);
  self->n_closes++;
  g_assert_cmpuint (self->n_closes, ==, 1);
  g_assert_cmpuint (self->n_opens, ==, 1);
  g_mutex_lock (&the_world->mutex);
  the_world->n_closes++;
  if (self->session != NULL && !the_world->loses_sessions)
    {
      the_world->n_sessions--;
      ost_call_forget_session (call, self->session);
    }
  g_mutex_unlock (&the_world->mutex);
  leave (self, TRUE);
}

static char *
make_guid (guint kind, guint number)
{
  return g_strdup_printf ("%08x-0000-4000-8000-%012x", kind, number);
}

static OstObject *
make_device (const RigDevice *device, gboolean has_statistics)
{
  OstObject *object = ost_object_new (OST_KIND_DEVICE);
  g_autofree char *guid = make_guid (1, device->number);
  g_autofree char *owner = g_strdup_printf ("CN=Person %u,DC=example", device->number / 2);

  ost_object_set_text (object, OST_DEVICE_GUID, guid, -1);
  ost_object_set_text (object, OST_DEVICE_ID, device->id, -1);
  ost_object_set_text (object, OST_DEVICE_OWNER, owner, -1);
  ost_object_set_text (object, OST_DEVICE_CLIENT_TYPE, "EAS", -1);
  ost_object_set_text (object, OST_DEVICE_ACCESS_STATE, device->state, -1);
  ost_object_set_time (object, OST_DEVICE_FIRST_SYNC, device->first_sync_us);
  ost_object_set_time (object, OST_DEVICE_CHANGED, device->changed_us);
  if (has_statistics)
    ost_object_set_time (object, OST_DEVICE_LAST_SUCCESS_SYNC, device->changed_us);
  return object;
}

static OstObject *
make_mailbox (guint number, gboolean is_recipient)
{
  OstObject *object = ost_object_new (OST_KIND_MAILBOX);
  g_autofree char *guid = make_guid (2, number);
  g_autofree char *name = g_strdup_printf ("CN=Person %u,DC=example", number);

  ost_object_set_text (object, OST_MAILBOX_GUID, guid, -1);
  ost_object_set_text (object, OST_MAILBOX_DISTINGUISHED_NAME, name, -1);
  if (is_recipient)
    ost_object_set_text (object, OST_MAILBOX_ORGANISATIONAL_UNIT, "example/people", -1);
  else
    ost_object_set_boolean (object, OST_MAILBOX_ACTIVESYNC_ENABLED, TRUE);
  return object;
}

static gboolean
has_prefix (const char *id, const char *prefix)
{
  return g_ascii_strncasecmp (id, prefix, strlen (prefix)) == 0;
}

static gboolean
is_selected (const RigDevice *device, const OstOperation *operation)
{
  const char *prefix = ost_operation_get_text (operation, OST_SELECT_PREFIX);
  const char *const *except = ost_operation_get_list (operation, OST_SELECT_EXCEPT);
  const char *state = ost_operation_get_text (operation, OST_SELECT_STATE);
  const char *mailbox = ost_operation_get_text (operation, OST_SELECT_MAILBOX);
  g_autofree char *owner = make_guid (2, device->number / 2);
  gint64 since;

  if (device->is_gone || (prefix != NULL && !has_prefix (device->id, prefix)))
    return FALSE;
  for (; except != NULL && *except != NULL; except++)
    if (has_prefix (device->id, *except))
      return FALSE;
  if ((state != NULL && !g_str_equal (state, device->state))
      || (mailbox != NULL && !g_str_equal (mailbox, owner)))
    return FALSE;
  if (ost_operation_get_integer (operation, OST_SELECT_CHANGED_SINCE, &since))
    return device->changed_us >= since;
  return !ost_operation_get_integer (operation, OST_SELECT_FIRST_SYNC_SINCE, &since)
         || device->first_sync_us >= since;
}

static GPtrArray *
select_devices (const OstOperation *operation, gboolean has_statistics)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&the_world->mutex);

  for (guint i = 0; i < the_world->devices->len; i++)
    if (is_selected (the_world->devices->pdata[i], operation))
      g_ptr_array_add (objects, make_device (the_world->devices->pdata[i], has_statistics));
  return objects;
}

static GPtrArray *
select_mailboxes (gboolean is_recipient)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&the_world->mutex);

  for (guint i = 0; i < (the_world->devices->len + 1) / 2; i++)
    g_ptr_array_add (objects, make_mailbox (i, is_recipient));
  return objects;
}

static gboolean
emit_all (OstCall *call, GPtrArray *objects, guint rows, gint64 limit, GError **error)
{
  guint end = MIN (objects->len, rows);

  if (limit > 0 && limit < (gint64)end)
    end = (guint)limit;
  for (guint i = 0; i < end; i++)
    if (!ost_call_emit (call, objects->pdata[i], error))
      return FALSE;
  if (limit == 0 || (gint64)objects->len < limit || end < (guint)limit)
    return TRUE;
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INCOMPLETE, "there may be more");
  return FALSE;
}

static char *
name_operation (const OstOperation *operation)
{
  OstKind kind = ost_operation_get_kind (operation);
  const char *view = ost_operation_get_text (operation, OST_SELECT_VIEW);
  const char *state = ost_operation_get_text (operation, OST_SELECT_STATE);
  const char *prefix = ost_operation_get_text (operation, OST_SELECT_PREFIX);
  gint64 since;

  if (kind == OST_KIND_MAILBOX && g_strcmp0 (view, "recipient") == 0)
    return g_strdup ("recipient");
  if (g_strcmp0 (view, "statistics") == 0)
    return g_strdup_printf ("statistics:%s", ost_operation_get_text (operation, "mailbox"));
  if (ost_operation_get_integer (operation, OST_SELECT_CHANGED_SINCE, &since))
    return g_strdup_printf ("%s>changed", ost_kind_to_string (kind));
  if (ost_operation_get_integer (operation, OST_SELECT_FIRST_SYNC_SINCE, &since))
    return g_strdup ("device>first");
  if (state != NULL)
    return g_strdup_printf ("device=%s", state);
  if (kind != OST_KIND_DEVICE)
    return g_strdup (ost_kind_to_string (kind));
  return g_strdup_printf ("device:%s", prefix != NULL ? prefix : "*");
}

static gboolean
is_unknown (const OstOperation *operation, OstKind kind)
{
  gint64 since;
  gboolean asks_changed = ost_operation_get_integer (operation, OST_SELECT_CHANGED_SINCE, &since);

  if (asks_changed && the_world->knows_changed)
    {
      g_mutex_lock (&the_world->mutex);
      if (kind == OST_KIND_DEVICE)
        the_world->asked_since_us = since;
      g_mutex_unlock (&the_world->mutex);
    }
  return (asks_changed && !the_world->knows_changed)
         || (ost_operation_get_integer (operation, OST_SELECT_FIRST_SYNC_SINCE, &since)
             && !the_world->knows_first_sync)
         || (kind != OST_KIND_DEVICE && kind != OST_KIND_MAILBOX);
}

static gboolean
do_list (const OstOperation *operation, OstCall *call, GError **error)
{
  g_autofree char *name = name_operation (operation);
  OstKind kind = ost_operation_get_kind (operation);
  g_autoptr (GPtrArray) objects = NULL;
  g_autoptr (GError) failure = NULL;
  gint64 limit = 0;
  guint rows;

  if (!begin_operation (call, name, &rows, &failure, error))
    return FALSE;
  ost_call_note (call, "server", "EX01");
  ost_call_note (call, "domain-controller", "dc1");
  if (failure == NULL && is_unknown (operation, kind))
    failure = g_error_new (OST_ERROR, OST_ERROR_NOT_SUPPORTED, "no such listing: %s", name);
  if (g_str_has_prefix (name, "statistics:") && the_world->reading_us > 0)
    engine_world_pass_time (the_world->reading_us);
  objects = kind == OST_KIND_MAILBOX
              ? select_mailboxes (g_str_equal (name, "recipient"))
              : select_devices (operation, g_str_has_prefix (name, "statistics:"));
  ost_operation_get_integer (operation, OST_SELECT_LIMIT, &limit);
  if (failure == NULL)
    return emit_all (call, objects, rows, limit, error);
  if (rows > 0 && !emit_all (call, objects, rows, 0, error))
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
fake_execute (OstBackend *backend, OstOperation *operation, OstCall *call, GError **error)
{
  OstBackendFake *self = (OstBackendFake *)backend;

  enter (self);
  return leave (self, do_list (operation, call, error));
}

static void
ost_backend_fake_iface_init (OstBackendInterface *iface)
{
  iface->open = fake_open;
  iface->execute = fake_execute;
  iface->close = fake_close;
}

static const OstSetting fake_settings[] = {
  { .key = "server",
    .type = OST_SETTING_LIST,
    .flags = OST_SETTING_REQUIRED,
    .summary = "The servers, tried in order." },
  { .key = "auth", .type = OST_SETTING_LIST, .default_value = "auto", .summary = "Methods." },
  { NULL },
};

static const OstIdentity fake_identities[] = {
  { "connection", "user", "password-secret", "auth" },
  { NULL },
};

const OstPluginInfo engine_world_backend = {
  OST_PLUGIN_HEAD,
  .kind = OST_PLUGIN_BACKEND,
  .name = "fake",
  .title = "A backend that lives in the test",
  .version = OST_VERSION,
  .type_name = "OstBackendFake",
  .capabilities = OST_CAPABILITY_SLICES | OST_CAPABILITY_STATISTICS,
  .settings = fake_settings,
  .identities = fake_identities,
  .get_type = ost_backend_fake_get_type,
};

const OstPluginInfo engine_world_transport = {
  OST_PLUGIN_HEAD,
  .kind = OST_PLUGIN_TRANSPORT,
  .name = "direct",
  .title = "A transport that lives in the test",
  .version = OST_VERSION,
  .type_name = "OstTransportDirect",
  .get_type = ost_transport_direct_get_type,
};
