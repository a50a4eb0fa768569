/* ost-connection.c: one configured connection: settings, transport, credentials, state */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-connection.h"

#include "ost-credentials.h"

struct _OstConnection {
  gatomicrefcount references;
  char *name;
  OstConnectionParts parts;
  OstTransport *transport;
  OstCredentialBox *credentials;

  GMutex mutex;
  OstConnectionStatus *status; /* guarded by the mutex */
};

typedef struct {
  OstConnection *connection;
  gboolean is_ok;
  GError **error;
} Configuring;

static void
configure_transport_cb (gpointer data, gpointer unused)
{
  Configuring *self = data;
  OstTransport *transport = self->connection->transport;
  OstTransportInterface *iface = OST_TRANSPORT_GET_IFACE (transport);

  self->is_ok
    = iface->configure == NULL
      || iface->configure (transport, self->connection->parts.config->settings, self->error);
}

static gboolean
make_transport (OstConnection *self, GError **error)
{
  Configuring configuring = { .connection = self, .error = error };

  if (self->parts.config->transport == NULL)
    return TRUE;
  self->transport = OST_TRANSPORT (g_object_new (self->parts.config->transport->type, NULL));
  ost_io_run (self->parts.io, configure_transport_cb, &configuring);
  if (!configuring.is_ok)
    g_prefix_error (error, "connection ‘%s’: transport ‘%s’: ", self->name,
                    self->parts.config->transport->info->name);
  return configuring.is_ok;
}

/* What a process that died in the middle of a run has left there is not so any more. */
static void
clear_run (OstConnectionStatus *status)
{
  if (status->state == NULL || g_str_equal (status->state, "synchronising"))
    {
      const char *state = status->state == NULL ? "new" : "interrupted";

      g_free (status->state);
      status->state = g_strdup (state);
    }
  g_clear_pointer (&status->run, g_free);
  g_clear_pointer (&status->run_phase, g_free);
  g_free (status->process);
  status->process = ost_process_describe_self ();
}

OstConnection *
ost_connection_new (const OstConnectionParts *parts, GError **error)
{
  g_autoptr (OstConnection) self = g_new0 (OstConnection, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  self->parts = *parts;
  g_object_ref (self->parts.snapshot);
  self->name = g_strdup (parts->config->name);
  self->credentials
    = ost_credential_box_new (parts->config->settings, parts->config->backend->info->identities,
                              parts->accounts, self->name, parts->allow_env);
  self->status = ost_store_load_status (parts->store, self->name, error);
  if (self->status == NULL || !make_transport (self, error))
    return NULL;
  clear_run (self->status);
  return g_steal_pointer (&self);
}

OstConnection *
ost_connection_ref (OstConnection *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_connection_unref (OstConnection *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  ost_connection_shut_down (self);
  ost_credential_box_free (self->credentials);
  g_clear_pointer (&self->status, ost_connection_status_free);
  g_object_unref (self->parts.snapshot);
  g_mutex_clear (&self->mutex);
  g_free (self->name);
  g_free (self);
}

const char *
ost_connection_get_name (OstConnection *self)
{
  return self->name;
}

OstSettings *
ost_connection_get_settings (OstConnection *self)
{
  return self->parts.config->settings;
}

OstStore *
ost_connection_get_store (OstConnection *self)
{
  return self->parts.store;
}

const OstClock *
ost_connection_get_clock (OstConnection *self)
{
  return self->parts.clock;
}

const OstConnectionConfig *
ost_connection_get_config (OstConnection *self)
{
  return self->parts.config;
}

OstTransport *
ost_connection_get_transport (OstConnection *self)
{
  return self->transport;
}

GMainContext *
ost_connection_get_io_context (OstConnection *self)
{
  return ost_io_get_context (self->parts.io);
}

OstStoreFlags
ost_connection_get_store_flags (OstConnection *self)
{
  return self->parts.config->keeps_personal_data ? OST_STORE_PERSONAL_DATA : OST_STORE_NONE;
}

const char *
ost_connection_get_account (OstConnection *self)
{
  return ost_credential_box_get_account (self->credentials);
}

OstAccounts *
ost_connection_get_accounts (OstConnection *self)
{
  return self->parts.accounts;
}

gboolean
ost_connection_load_credentials (OstConnection *self, gboolean is_explicit, GError **error)
{
  return ost_credential_box_load (self->credentials, is_explicit, error);
}

gboolean
ost_connection_sign (OstConnection *self, OstTransfer *transfer, GError **error)
{
  return ost_credential_box_sign (self->credentials, transfer, error);
}

void
ost_connection_accept (OstConnection *self, const char *identity)
{
  ost_credential_box_accept (self->credentials, identity);
}

void
ost_connection_refuse (OstConnection *self, const char *identity, const char *reason)
{
  ost_credential_box_refuse (self->credentials, identity, reason);
}

gboolean
ost_connection_is_refused (OstConnection *self)
{
  return ost_credential_box_is_refused (self->credentials);
}

gboolean
ost_connection_enter (OstConnection *self, GCancellable *cancellable, gboolean *has_turn,
                      GError **error)
{
  return ost_credential_box_enter (self->credentials, cancellable, has_turn, error);
}

void
ost_connection_leave (OstConnection *self, gboolean is_right)
{
  ost_credential_box_leave (self->credentials, is_right);
}

GStrv
ost_connection_get_secret_files (OstConnection *self)
{
  return ost_credential_box_get_files (self->credentials);
}

void
ost_connection_update (OstConnection *self, OstStatusFunc func, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autoptr (GError) error = NULL;

  func (self->status, user_data);
  self->status->updated_us = ost_clock_get_time (self->parts.clock);
  if (!ost_store_save_status (self->parts.store, self->name, self->status, &error))
    g_warning ("connection ‘%s’: its status could not be written: %s", self->name, error->message);
}

void
ost_connection_look (OstConnection *self, OstStatusFunc func, gpointer user_data)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  func (self->status, user_data);
}

typedef struct {
  const char *name;
  const char *value;
} Note;

static void
apply_note (OstConnectionStatus *status, gpointer user_data)
{
  const Note *note = user_data;
  const struct {
    const char *name;
    char **member;
  } members[] = {
    { "server", &status->answering_server },
    { "address", &status->server },
    { "version", &status->version },
    { "account", &status->account },
    { "domain-controller", &status->domain_controller },
    { "organisation", &status->organisation },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (members); i++)
    {
      if (!g_str_equal (members[i].name, note->name))
        continue;
      g_free (*members[i].member);
      *members[i].member = g_strdup (note->value);
    }
}

void
ost_connection_note (OstConnection *self, const char *name, const char *value)
{
  Note note = { name, value };

  ost_connection_update (self, apply_note, &note);
}

static void
shut_down_cb (gpointer data, gpointer unused)
{
  g_autoptr (GObject) transport = data;
  OstTransportInterface *iface = OST_TRANSPORT_GET_IFACE (transport);

  if (iface->shut_down != NULL)
    iface->shut_down (OST_TRANSPORT (transport));
}

void
ost_connection_shut_down (OstConnection *self)
{
  OstTransport *transport = g_steal_pointer (&self->transport);

  if (transport != NULL)
    ost_io_run (self->parts.io, shut_down_cb, transport);
}
