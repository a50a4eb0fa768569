/* ost-backend.h: interface: carries out operations on one kind of Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-call.h>
#include <ostiary/ost-operation.h>

G_BEGIN_DECLS

/**
 * OstBackend:
 *
 * One conversation with Exchange: made, opened, executed and closed on one worker thread, never
 * two slots at once. N workers hold N instances. All slots block.
 *
 * Since: 1.0
 */
#define OST_TYPE_BACKEND (ost_backend_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (OstBackend, ost_backend, OST, BACKEND, GObject)

/**
 * OstBackendInterface:
 * @parent_iface: the parent
 * @execute: carries out an operation, emitting what it finds. Returning %TRUE from a listing
 *   claims that it is complete and clean: everything that the fields select was emitted. Gives
 *   %OST_ERROR_NOT_SUPPORTED for a verb and kind that it does not know, %OST_ERROR_INCOMPLETE for
 *   a listing of which anything is missing. Must be filled in.
 * @open: (optional): begins the conversation
 * @close: (optional): ends it, with two seconds for what must be said; called exactly once after
 *   every @open, failed ones included
 *
 * New slots are added at the end only.
 *
 * Since: 1.0
 */
struct _OstBackendInterface {
  GTypeInterface parent_iface;

  gboolean (*execute) (OstBackend *self, OstOperation *operation, OstCall *call, GError **error);
  gboolean (*open) (OstBackend *self, OstCall *call, GError **error);
  void (*close) (OstBackend *self, OstCall *call);
};

G_END_DECLS
