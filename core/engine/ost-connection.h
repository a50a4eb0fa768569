/* ost-connection.h: one configured connection: settings, transport, credentials, state */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "core/config/ost-config.h"
#include "core/engine/ost-accounts.h"
#include "core/engine/ost-io.h"

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
 * @accounts: what it shares with other connections of its account
 * @io: where its transport runs
 * @clock: where it gets the time from
 * @allow_env: whether `env:` secrets may be used
 */
typedef struct {
  OstConfig *snapshot;
  const OstConnectionConfig *config;
  OstStore *store;
  OstAccounts *accounts;
  OstIo *io;
  const OstClock *clock;
  gboolean allow_env;
} OstConnectionParts;

/**
 * ost_connection_new:
 * @parts: what it is made of; all but @snapshot live longer than the connection
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
OstAccounts *ost_connection_get_accounts (OstConnection *self);

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
 * ost_connection_accept:
 * @self: a connection
 * @identity: the identity under which a server has answered
 *
 * Its credential is known to be right.
 */
void ost_connection_accept (OstConnection *self, const char *identity);

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
 * ost_connection_is_refused:
 * @self: a connection
 *
 * Returns: whether one of its credentials was rejected and is not tried again
 */
gboolean ost_connection_is_refused (OstConnection *self);

/**
 * ost_connection_enter:
 * @self: a connection
 * @cancellable: (nullable): ends the waiting
 * @has_turn: (out): whether to call ost_connection_leave() afterwards
 * @error: return location for an error
 *
 * Called before a backend's slot runs: waits while somebody else tries a credential of the account
 * of which nobody knows yet whether it is right.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean ost_connection_enter (OstConnection *self, GCancellable *cancellable, gboolean *has_turn,
                               GError **error);

/**
 * ost_connection_leave:
 * @self: a connection
 * @is_right: whether what was done cannot be done with a wrong credential
 */
void ost_connection_leave (OstConnection *self, gboolean is_right);

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
 * Changes or reads a status while its lock is held.
 */
typedef void (*OstStatusFunc) (OstConnectionStatus *status, gpointer user_data);

/**
 * ost_connection_update:
 * @self: a connection
 * @func: changes the status
 * @user_data: for @func
 *
 * Changes what `status` shows, and keeps it in the store: for workers, since it blocks.
 */
void ost_connection_update (OstConnection *self, OstStatusFunc func, gpointer user_data);

/**
 * ost_connection_look:
 * @self: a connection
 * @func: reads the status and leaves it as it is
 * @user_data: for @func
 */
void ost_connection_look (OstConnection *self, OstStatusFunc func, gpointer user_data);

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
 * Ends its transport, on the I/O thread; without effect the second time.
 */
void ost_connection_shut_down (OstConnection *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConnection, ost_connection_unref)

G_END_DECLS
