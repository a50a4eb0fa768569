/* ost-conversation.c: one backend instance on one worker thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-conversation.h"

/* Cancelling and closing have this time together, closing at least the second. */
#define CLOSE_BUDGET_MS 2000
#define CLOSE_LEAST_MS 500

/* As many warnings of one task are kept; Exchange can write dozens for a single mailbox. */
#define MAX_WARNINGS 100

struct _OstConversation {
  OstJob *job;
  OstBackend *backend;
  OstEmitFunc emit;
  gpointer emit_data;
  GPtrArray *left_over;    /* OstSession; (nullable): not asked for yet */
  GPtrArray *sessions;     /* OstSession: not ended yet, its own ones and those it was to end */
  gint64 cleanup_deadline; /* of the last slot, 0 where it had nothing to clean up */
  char *server;
  char *domain_controller;
};

void
ost_job_warn (OstJob *self, const char *format, ...)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  GPtrArray *warnings = self->report->warnings;
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  if (warnings->len < MAX_WARNINGS
      && !g_ptr_array_find_with_equal_func (warnings, text, g_str_equal, NULL))
    g_ptr_array_add (warnings, g_steal_pointer (&text));
}

static gboolean
send_transfer (gpointer host, OstCall *call, OstTransfer *transfer, GError **error)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  OstTransport *transport = ost_connection_get_transport (connection);
  g_autoptr (GError) failure = NULL;
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
  if (iface->prepare != NULL && !iface->prepare (transport, transfer, call, &failure))
    {
      /* A ticket that was not given is a sign-in that was refused. */
      if (g_error_matches (failure, OST_ERROR, OST_ERROR_SIGN_IN))
        ost_connection_refuse (connection, ost_transfer_get_identity (transfer), failure->message);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  ost_transport_dispatch (transport, ost_connection_get_io_context (connection), transfer);
  return TRUE;
}

static void
note_acceptance (gpointer host, OstCall *call, const char *identity)
{
  OstConversation *self = host;

  ost_connection_accept (self->job->connection, identity);
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

  ost_job_warn (self->job, "%s", text);
}

static void
keep_note (gpointer host, OstCall *call, const char *name, const char *value)
{
  OstConversation *self = host;
  char **member = NULL;

  if (g_str_equal (name, "server"))
    member = &self->server;
  else if (g_str_equal (name, "domain-controller"))
    member = &self->domain_controller;
  if (member != NULL)
    {
      g_free (*member);
      *member = g_strdup (value);
    }
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

static OstSession *
make_session (OstConversation *self, const char *id, const char *detail)
{
  OstConnection *connection = self->job->connection;
  OstSession *session = g_new0 (OstSession, 1);

  session->account = g_strdup (ost_connection_get_account (connection));
  session->id = g_strdup (id);
  session->connection = g_strdup (ost_connection_get_name (connection));
  session->detail = g_strdup (detail);
  session->process = ost_process_describe_self ();
  session->kept_us = ost_clock_get_time (ost_connection_get_clock (connection));
  return session;
}

static void
drop_session (OstConversation *self, const char *id)
{
  for (guint i = self->sessions->len; i > 0; i--)
    if (g_str_equal (((const OstSession *)self->sessions->pdata[i - 1])->id, id))
      g_ptr_array_remove_index (self->sessions, i - 1);
}

static gboolean
keep_session (gpointer host, OstCall *call, const char *id, const char *detail, GError **error)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  g_autoptr (OstSession) session = make_session (self, id, detail);

  if (!ost_store_keep_session (ost_connection_get_store (connection), session,
                               ost_connection_get_config (connection)->shells, error))
    return FALSE;
  drop_session (self, id);
  g_ptr_array_add (self->sessions, g_steal_pointer (&session));
  return TRUE;
}

static void
forget_session (gpointer host, OstCall *call, const char *id)
{
  OstConversation *self = host;
  OstConnection *connection = self->job->connection;
  g_autoptr (GError) error = NULL;

  drop_session (self, id);
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
  OstSession *session;

  if (self->left_over == NULL)
    self->left_over = ost_accounts_take_sessions (ost_connection_get_accounts (connection),
                                                  ost_connection_get_account (connection));
  if (self->left_over->len == 0)
    return FALSE;
  session = g_ptr_array_steal_index (self->left_over, self->left_over->len - 1);
  *id = g_strdup (session->id);
  *detail = g_strdup (session->detail);
  /* Until it is forgotten it is one that this conversation did not manage to end. */
  g_ptr_array_add (self->sessions, session);
  return TRUE;
}

/* What the server may still have is for the next conversation to end. */
static void
leave_sessions (OstConversation *self)
{
  OstAccounts *accounts = ost_connection_get_accounts (self->job->connection);

  while (self->sessions->len > 0)
    ost_accounts_leave_session (accounts, g_ptr_array_steal_index (self->sessions, 0));
  while (self->left_over != NULL && self->left_over->len > 0)
    ost_accounts_leave_session (accounts, g_ptr_array_steal_index (self->left_over, 0));
}

static const OstCallHost conversation_host = {
  .send = send_transfer,
  .accepted = note_acceptance,
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
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_session_free);
  self->backend
    = OST_BACKEND (g_object_new (ost_connection_get_config (job->connection)->backend->type, NULL));
  return self;
}

static void
free_conversation (OstConversation *self)
{
  leave_sessions (self);
  g_object_unref (self->backend);
  g_clear_pointer (&self->left_over, g_ptr_array_unref);
  g_ptr_array_unref (self->sessions);
  g_free (self->server);
  g_free (self->domain_controller);
  g_free (self);
}

/* Remembers what is left of the time for cleaning up, since a slot that was cancelled has begun
 * with it. */
static void
end_call (OstConversation *self, OstCall *call)
{
  self->cleanup_deadline = ost_call_get_deadline (call, TRUE);
  g_object_unref (call);
}

OstConversation *
ost_conversation_open (OstJob *job, GError **error)
{
  g_autoptr (OstConversation) self = make_conversation (job);
  OstBackendInterface *iface = OST_BACKEND_GET_IFACE (self->backend);
  OstCall *call;
  gboolean has_turn, is_open;

  if (iface->open == NULL)
    return g_steal_pointer (&self);
  if (!ost_connection_enter (job->connection, job->cancellable, &has_turn, error))
    {
      /* What was never opened is not closed. */
      g_clear_pointer (&self, free_conversation);
      return NULL;
    }
  call = make_call (self, job->cancellable, 0);
  is_open = iface->open (self->backend, call, error);
  end_call (self, call);
  if (has_turn)
    ost_connection_leave (job->connection, FALSE);
  return is_open ? g_steal_pointer (&self) : NULL;
}

gboolean
ost_conversation_execute (OstConversation *self, OstOperation *operation, OstEmitFunc emit,
                          gpointer user_data, GError **error)
{
  OstConnection *connection = self->job->connection;
  OstCall *call;
  gboolean has_turn, is_done;

  if (!ost_connection_enter (connection, self->job->cancellable, &has_turn, error))
    return FALSE;
  call = make_call (self, self->job->cancellable, 0);
  self->emit = emit;
  self->emit_data = user_data;
  is_done = OST_BACKEND_GET_IFACE (self->backend)->execute (self->backend, operation, call, error);
  self->emit = NULL;
  end_call (self, call);
  if (has_turn)
    ost_connection_leave (connection, is_done);
  return is_done;
}

gboolean
ost_conversation_wait (OstConversation *self, guint milliseconds, GError **error)
{
  g_autoptr (OstCall) call = make_call (self, self->job->cancellable, 0);

  return ost_call_wait (call, milliseconds, error);
}

const char *
ost_conversation_get_server (OstConversation *self)
{
  return self->server;
}

const char *
ost_conversation_get_domain_controller (OstConversation *self)
{
  return self->domain_controller;
}

static guint
get_close_budget_ms (OstConversation *self)
{
  gint64 now = ost_clock_get_monotonic (ost_connection_get_clock (self->job->connection));

  if (self->cleanup_deadline == 0 || !g_cancellable_is_cancelled (self->job->cancellable))
    return CLOSE_BUDGET_MS;
  return (guint)CLAMP ((self->cleanup_deadline - now) / 1000, CLOSE_LEAST_MS, CLOSE_BUDGET_MS);
}

void
ost_conversation_close (OstConversation *self)
{
  OstBackendInterface *iface = OST_BACKEND_GET_IFACE (self->backend);

  if (iface->close != NULL)
    {
      g_autoptr (OstCall) call = make_call (self, NULL, get_close_budget_ms (self));

      iface->close (self->backend, call);
    }
  free_conversation (self);
}
