/* ost-authority.h: interface: what an MDM says of devices and users */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-call.h>
#include <ostiary/ost-operation.h>

G_BEGIN_DECLS

/**
 * OstAuthority:
 *
 * What a mobile-device management says of devices. All slots block, on a worker thread.
 *
 * Since: 1.0
 */
#define OST_TYPE_AUTHORITY (ost_authority_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (OstAuthority, ost_authority, OST, AUTHORITY, GObject)

/**
 * OstAuthorityInterface:
 * @parent_iface: the parent
 * @execute: answers (list, managed-device) and (get, managed-device), emitting what the MDM
 *   says. Returning %TRUE from a listing claims that it is complete. Must be filled in.
 *
 * New slots are added at the end only.
 *
 * Since: 1.0
 */
struct _OstAuthorityInterface {
  GTypeInterface parent_iface;

  gboolean (*execute) (OstAuthority *self, OstOperation *operation, OstCall *call, GError **error);
};

G_END_DECLS
