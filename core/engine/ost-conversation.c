/* ost-conversation.c: one backend instance on one worker thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-conversation.h"

#define CLOSE_BUDGET_MS 2000

/* As many warnings of one task are kept; Exchange can write dozens for a single mailbox. */
#define MAX_WARNINGS 100

/* When a server drops a shell by itself whose client is gone: its idle time, and a margin. */
#define LEFT_OVER_EXPIRY_US (G_GINT64_CONSTANT (20) * 60 * G_USEC_PER_SEC)

struct _OstConversation {
  OstJob *job;
  OstBackend *backend;
  OstEmitFunc emit;
  gpointer emit_data;
  GPtrArray *left_over; /* OstSession; (nullable): not asked for yet */
};

static gboolean
send_transfer (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  OstTransport *transport = ost_connection_get_transport (connection);
  OstTransportInterface *iface;

  if (transport == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "connection ‘%s’ has no transport; write transport=direct",
                   ost_connection_get_name (connection));
      return FALSE;
    }
  if (!ost_connection_sign (connection, transfer, error))
    return FALSE;
  iface = OST_TRANSPORT_GET_IFACE (transport);
  if (iface->prepare != NULL && !iface->prepare (transport, transfer, call, error))
    return FALSE;
  ost_transport_dispatch (transport, ost_connection_get_io_context (connection), transfer);
  return TRUE;
}

static void
note_refusal (gpointer host, OstCall *call, const char *identity, const GError *error)
{
  OstConversation *self = host;

  ost_connection_refuse (self->job->connection, identity, error->message);
}

static gboolean
emit_object (gpointer host, OstCall *call, OstObject *object, GError **error)
{
  OstConversation *self = host;

  return self->emit == NULL || self->emit (object, self->emit_data, error);
}

static void
keep_warning (gpointer host, OstCall *call, const char *text)
{
  OstConversation *self = host;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->job->mutex);
  GPtrArray *warnings = self->job->report->warnings;

  if (warnings->len >= MAX_WARNINGS
      || g_ptr_array_find_with_equal_func (warnings, text, g_str_equal, NULL))
    return;
  g_ptr_array_add (warnings, g_strdup (text));
}

static void
keep_note (gpointer host, OstCall *call, const char *name, const char *value)
{
  OstConversation *self = host;

  ost_connection_note (self->job->connection, name, value);
}

static void
keep_step (gpointer host, OstCall *call, const char *id, gboolean is_ok, const char *detail,
           const char *remedy)
{
  OstConversation *self = host;
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->job->mutex);

  if (self->job->task.kind == OST_TASK_CHECK)
    ost_report_add_step (self->job->report, id, is_ok, detail, remedy);
}

static gboolean
probe_uri (gpointer host, OstCall *call, const char *uri, GError **error)
{
  OstConversation *self = host;
  OstTransport *transport = ost_connection_get_transport (self->job->connection);
  OstTransportInterface *iface;

  if (self->job->task.kind != OST_TASK_CHECK || transport == NULL)
    return TRUE;
  iface = OST_TRANSPORT_GET_IFACE (transport);
  return iface->probe == NULL || iface->probe (transport, uri, call, error);
}

static gboolean
keep_session (gpointer host, OstCall *call, const char *id, const char *detail, GError **error)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  g_autofree char *process = ost_process_describe_self ();
  gint64 now = ost_clock_get_time (ost_connection_get_clock (connection));
  OstSession session = {
    .account = (char *)ost_connection_get_account (connection),
    .id = (char *)id,
    .connection = (char *)ost_connection_get_name (connection),
    .detail = (char *)detail,
    .process = process,
    .kept_us = now,
    .expires_us = now + LEFT_OVER_EXPIRY_US,
  };
  gint64 cap = ost_settings_get_integer (ost_connection_get_settings (connection), "shells");

  return ost_store_keep_session (ost_connection_get_store (connection), &session,
                                 (guint)MAX (cap, 1), error);
}

static void
forget_session (gpointer host, OstCall *call, const char *id)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  g_autoptr (GError) error = NULL;

  if (!ost_store_forget_session (ost_connection_get_store (connection),
                                 ost_connection_get_account (connection), id, &error))
    g_warning ("connection ‘%s’: shell %s has ended, but could not be struck out: %s",
               ost_connection_get_name (connection), id, error->message);
}

static gboolean
take_left_over_session (gpointer host, OstCall *call, char **id, char **detail)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  g_autoptr (OstSession) session = NULL;

  if (self->left_over == NULL)
    {
      g_autofree char *process = ost_process_describe_self ();
      gint64 now = ost_clock_get_time (ost_connection_get_clock (connection));

      self->left_over = ost_store_take_left_over_sessions (
        ost_connection_get_store (connection), ost_connection_get_account (connection), process,
        now + LEFT_OVER_EXPIRY_US, now, NULL);
    }
  if (self->left_over == NULL || self->left_over->len == 0)
    return FALSE;
  session = g_ptr_array_steal_index (self->left_over, self->left_over->len - 1);
  *id = g_strdup (session->id);
  *detail = g_strdup (session->detail);
  return TRUE;
}

static const OstCallHost conversation_host = {
  .send = send_transfer,
  .refused = note_refusal,
  .emit = emit_object,
  .warn = keep_warning,
  .note = keep_note,
  .step = keep_step,
  .probe = probe_uri,
  .keep_session = keep_session,
  .forget_session = forget_session,
  .take_left_over_session = take_left_over_session,
};

static OstCall *
make_call (OstConversation *self, GCancellable *cancellable, guint timeout_ms)
{
  OstConnection *connection = self->job->connection;

  return ost_call_new (&conversation_host, self, ost_connection_get_settings (connection),
                       ost_connection_get_name (connection), ost_connection_get_clock (connection),
                       cancellable, timeout_ms, self->job->counters);
}

static OstConversation *
make_conversation (OstJob *job)
{
  OstConversation *self = g_new0 (OstConversation, 1);

  self->job = job;
  self->backend
    = OST_BACKEND (g_object_new (ost_connection_get_config (job->connection)->backend->type, NULL));
  return self;
}

OstConversation *
ost_conversation_open (OstJob *job, GError **error)
{
  g_autoptr (OstConversation) self = make_conversation (job);
  OstBackendInterface *iface = OST_BACKEND_GET_IFACE (self->backend);
  g_autoptr (OstCall) call = make_call (self, job->cancellable, 0);

  if (iface->open != NULL && !iface->open (self->backend, call, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
ost_conversation_execute (OstConversation *self, OstOperation *operation, OstEmitFunc emit,
                          gpointer user_data, GError **error)
{
  g_autoptr (OstCall) call = make_call (self, self->job->cancellable, 0);
  gboolean is_done;

  self->emit = emit;
  self->emit_data = user_data;
  is_done = OST_BACKEND_GET_IFACE (self->backend)->execute (self->backend, operation, call, error);
  self->emit = NULL;
  return is_done;
}

void
ost_conversation_close (OstConversation *self)
{
  OstBackendInterface *iface = OST_BACKEND_GET_IFACE (self->backend);

  if (iface->close != NULL)
    {
      g_autoptr (OstCall) call = make_call (self, NULL, CLOSE_BUDGET_MS);

      iface->close (self->backend, call);
    }
  g_object_unref (self->backend);
  g_clear_pointer (&self->left_over, g_ptr_array_unref);
  g_free (self);
}
