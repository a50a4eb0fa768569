/* http-cancel.h: a cancellation by another thread, told on the I/O thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * OstHttpCancel:
 *
 * Watches a cancellable. GLib's own source for that leaks itself (seen with 2.74) where it is
 * destroyed while the thread that cancels has it in hand.
 */
typedef struct _OstHttpCancel OstHttpCancel;

/**
 * ost_http_cancel_new:
 * @cancellable: what to watch
 * @context: the I/O thread's context
 * @func: called there once it is cancelled
 * @user_data: for @func
 *
 * Returns: (transfer full): a watch; I/O thread
 */
OstHttpCancel *ost_http_cancel_new (GCancellable *cancellable, GMainContext *context,
                                    void (*func) (gpointer user_data), gpointer user_data);

/**
 * ost_http_cancel_free:
 * @self: (transfer full): a watch, whose function is not called from now on; I/O thread
 */
void ost_http_cancel_free (OstHttpCancel *self);

G_END_DECLS
