/* ost-accounts.h: what all connections of one account share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-clock.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * OstAccounts:
 *
 * An account is one for the server, whatever connections, workers and identities use it. So what
 * may lock it out or use it up is kept here, for all of an engine: secrets that were rejected,
 * whose turn it is to try one of which nothing is known yet, and shells that nobody uses any more
 * but the server still has. All functions may be called from any thread.
 */
typedef struct _OstAccounts OstAccounts;

OstAccounts *ost_accounts_new (OstStore *store, const OstClock *clock);
void ost_accounts_free (OstAccounts *self);

/**
 * OstSource:
 * @account: the account
 * @reference: where its secret is, as the configuration says; empty for a sign-in without one
 * @fingerprint: what tells the state of the secret's source
 * @secret: (nullable): the secret
 *
 * A secret, and where it came from.
 */
typedef struct {
  const char *account;
  const char *reference;
  const char *fingerprint;
  OstSecret *secret;
} OstSource;

/**
 * ost_accounts_recall:
 * @self: the accounts
 * @source: a secret that was just read
 * @reason: (out) (transfer full) (nullable): what the server said when it rejected it, %NULL where
 *   nobody has
 * @error: return location for an error
 *
 * Looks whether a secret was rejected, by whomever and in whichever process. A rejection is over
 * when the source holds something else; one that was only touched is the same.
 *
 * Returns: %FALSE where the store could not be asked
 */
gboolean ost_accounts_recall (OstAccounts *self, const OstSource *source, char **reason,
                              GError **error);

/**
 * ost_accounts_is_rejected:
 * @self: the accounts
 * @source: a secret
 *
 * As ost_accounts_recall(), but from memory: cheap enough for every request.
 *
 * Returns: (transfer full) (nullable): what the server said, %NULL where it may be tried
 */
char *ost_accounts_is_rejected (OstAccounts *self, const OstSource *source);

/**
 * ost_accounts_reject:
 * @self: the accounts
 * @source: a secret that a server has rejected
 * @reason: what it said
 *
 * From now on nobody tries it again; kept in the store too.
 */
void ost_accounts_reject (OstAccounts *self, const OstSource *source, const char *reason);

/**
 * ost_accounts_accept:
 * @self: the accounts
 * @source: a secret that a server has accepted
 * @is_new_try: whether it was tried although it had been rejected
 *
 * It is known to be right, so that many may use it at once. Only a new try ends a rejection: any
 * other reply may be to a request of before.
 */
void ost_accounts_accept (OstAccounts *self, const OstSource *source, gboolean is_new_try);

/**
 * ost_accounts_enter:
 * @self: the accounts
 * @source: the secret that is about to be used
 * @cancellable: (nullable): ends the waiting
 * @has_turn: (out): whether it has to be followed by ost_accounts_leave()
 * @error: return location for an error
 *
 * Waits until a secret is known to be right, or until nobody else of the account tries one: a
 * wrong one is then found out with one attempt, however many workers come at the same time.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean ost_accounts_enter (OstAccounts *self, const OstSource *source, GCancellable *cancellable,
                             gboolean *has_turn, GError **error);
void ost_accounts_leave (OstAccounts *self, const char *account);

/**
 * ost_accounts_leave_session:
 * @self: the accounts
 * @session: (transfer full): a shell that could not be ended
 *
 * Keeps a shell for whoever opens the next conversation of the account. What the server will have
 * dropped by itself is struck out of the store.
 */
void ost_accounts_leave_session (OstAccounts *self, OstSession *session);

/**
 * ost_accounts_take_sessions:
 * @self: the accounts
 * @account: an account
 *
 * Returns: (transfer full) (element-type OstSession): shells of this process and of others that
 *   nobody uses any more; whoever takes them ends and forgets them, or leaves them again
 */
GPtrArray *ost_accounts_take_sessions (OstAccounts *self, const char *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstAccounts, ost_accounts_free)

G_END_DECLS
