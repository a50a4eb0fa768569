/* ost-connection.h: one configured connection: settings, transport, credentials, state */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "core/config/ost-config.h"
#include "core/engine/ost-io.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * OstConnection:
 *
 * One connection of the configuration. Shared by all threads; what changes is behind its lock.
 */
typedef struct _OstConnection OstConnection;

/**
 * OstConnectionParts:
 * @snapshot: the configuration that @config is part of
 * @config: what the configuration says of it
 * @store: where it remembers
 * @io: where its transport runs
 * @clock: where it gets the time from
 * @allow_env: whether `env:` secrets may be used
 */
typedef struct {
  OstConfig *snapshot;
  const OstConnectionConfig *config;
  OstStore *store;
  OstIo *io;
  const OstClock *clock;
  gboolean allow_env;
} OstConnectionParts;

/**
 * ost_connection_new:
 * @parts: what it is made of; @store, @io and @clock live longer than the connection
 * @error: return location for an error
 *
 * Returns: (transfer full): the connection, or %NULL with what its transport says of its settings
 *   or the store of its state
 */
OstConnection *ost_connection_new (const OstConnectionParts *parts, GError **error);
OstConnection *ost_connection_ref (OstConnection *self);
void ost_connection_unref (OstConnection *self);

const char *ost_connection_get_name (OstConnection *self);
OstSettings *ost_connection_get_settings (OstConnection *self);
const OstConnectionConfig *ost_connection_get_config (OstConnection *self);
OstStore *ost_connection_get_store (OstConnection *self);
const OstClock *ost_connection_get_clock (OstConnection *self);
OstTransport *ost_connection_get_transport (OstConnection *self);
GMainContext *ost_connection_get_io_context (OstConnection *self);
OstStoreFlags ost_connection_get_store_flags (OstConnection *self);

/**
 * ost_connection_get_account:
 * @self: a connection
 *
 * Returns: (transfer none): what shells are counted by: the account, whatever the connection
 */
const char *ost_connection_get_account (OstConnection *self);

/**
 * ost_connection_load_credentials:
 * @self: a connection
 * @is_explicit: whether a person asked, so that a rejected credential is tried once more
 * @error: return location for an error
 *
 * Reads the secrets of all identities anew from where the configuration says. One that was
 * rejected is not used again before its source has changed.
 *
 * Returns: %FALSE with %OST_ERROR_SIGN_IN for one that was rejected, or with what kept a secret
 *   from being read
 */
gboolean ost_connection_load_credentials (OstConnection *self, gboolean is_explicit,
                                          GError **error);

/**
 * ost_connection_sign:
 * @self: a connection
 * @transfer: what is about to be sent
 * @error: return location for an error
 *
 * Gives a transfer the credentials of its identity.
 *
 * Returns: %FALSE with %OST_ERROR_SIGN_IN where they were rejected, %OST_ERROR_INVALID for an
 *   identity that the backend did not declare
 */
gboolean ost_connection_sign (OstConnection *self, OstTransfer *transfer, GError **error);

/**
 * ost_connection_refuse:
 * @self: a connection
 * @identity: the identity that a server rejected
 * @reason: what it said
 *
 * From now on nothing is sent under that identity, by no worker and no later process, until its
 * secret's source changes or a person asks.
 */
void ost_connection_refuse (OstConnection *self, const char *identity, const char *reason);

/**
 * ost_connection_get_secret_files:
 * @self: a connection
 *
 * Returns: (transfer full) (array zero-terminated=1): the files whose change is worth a new try
 */
GStrv ost_connection_get_secret_files (OstConnection *self);

/**
 * OstStatusFunc:
 * @status: the connection's status
 * @user_data: the caller's
 *
 * Changes a status while its lock is held.
 */
typedef void (*OstStatusFunc) (OstConnectionStatus *status, gpointer user_data);

/**
 * ost_connection_update:
 * @self: a connection
 * @func: changes the status
 * @user_data: for @func
 *
 * Changes what `status` shows, and keeps it in the store.
 */
void ost_connection_update (OstConnection *self, OstStatusFunc func, gpointer user_data);

/**
 * ost_connection_note:
 * @self: a connection
 * @name: `server`, `version`, `account` or `domain-controller`
 * @value: its value
 *
 * Keeps what a backend said of the other side.
 */
void ost_connection_note (OstConnection *self, const char *name, const char *value);

/**
 * ost_connection_shut_down:
 * @self: a connection whose workers have ended
 *
 * Ends its transport.
 */
void ost_connection_shut_down (OstConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConnection, ost_connection_unref)

G_END_DECLS
