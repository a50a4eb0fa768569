/* ost-credentials.h: the secrets of one connection, and which of them were rejected */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "core/registry/ost-registry.h"
#include "core/store/ost-store.h"

G_BEGIN_DECLS

/**
 * OstCredentialBox:
 *
 * The identities of one connection with their secrets. A secret that a server rejected is one
 * attempt for everybody: the box and the store remember its source's fingerprint, and nothing is
 * sent with it until that changes or a person asks.
 */
typedef struct _OstCredentialBox OstCredentialBox;

OstCredentialBox *ost_credential_box_new (OstSettings *settings, const OstIdentity *identities,
                                          OstStore *store, const char *connection,
                                          gboolean allow_env);
void ost_credential_box_free (OstCredentialBox *self);

gboolean ost_credential_box_load (OstCredentialBox *self, gboolean is_explicit, GError **error);
gboolean ost_credential_box_sign (OstCredentialBox *self, OstTransfer *transfer, GError **error);
void ost_credential_box_refuse (OstCredentialBox *self, const char *identity, const char *reason,
                                gint64 now_us);
GStrv ost_credential_box_get_files (OstCredentialBox *self);

G_END_DECLS
