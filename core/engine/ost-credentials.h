/* ost-credentials.h: the secrets of one connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "core/engine/ost-accounts.h"
#include "core/registry/ost-registry.h"

G_BEGIN_DECLS

/**
 * OstCredentialBox:
 *
 * The identities of one connection with their secrets. A secret that a server rejected is one
 * attempt for everybody: see #OstAccounts.
 */
typedef struct _OstCredentialBox OstCredentialBox;

OstCredentialBox *ost_credential_box_new (OstSettings *settings, const OstIdentity *identities,
                                          OstAccounts *accounts, const char *connection,
                                          gboolean allow_env);
void ost_credential_box_free (OstCredentialBox *self);

/**
 * ost_credential_box_get_account:
 * @self: a box
 *
 * Returns: (transfer none): the account of the first identity, in one case; the connection where
 *   there is none
 */
const char *ost_credential_box_get_account (OstCredentialBox *self);

gboolean ost_credential_box_load (OstCredentialBox *self, gboolean is_explicit, GError **error);
gboolean ost_credential_box_sign (OstCredentialBox *self, OstTransfer *transfer, GError **error);
void ost_credential_box_accept (OstCredentialBox *self, const char *identity);
void ost_credential_box_refuse (OstCredentialBox *self, const char *identity, const char *reason);
gboolean ost_credential_box_is_refused (OstCredentialBox *self);

/**
 * ost_credential_box_enter:
 * @self: a box
 * @cancellable: (nullable): ends the waiting
 * @has_turn: (out): whether to call ost_credential_box_leave()
 * @error: return location for an error
 *
 * As ost_accounts_enter(), for the first identity.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED
 */
gboolean ost_credential_box_enter (OstCredentialBox *self, GCancellable *cancellable,
                                   gboolean *has_turn, GError **error);
void ost_credential_box_leave (OstCredentialBox *self, gboolean is_right);

GStrv ost_credential_box_get_files (OstCredentialBox *self);

G_END_DECLS
