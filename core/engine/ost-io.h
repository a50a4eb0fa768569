/* ost-io.h: the I/O thread, on which all transports run */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"

G_BEGIN_DECLS

/**
 * OstIo:
 *
 * One thread with a #GMainContext of its own, started before all workers and stopped after them.
 */
typedef struct _OstIo OstIo;

OstIo *ost_io_new (void);
GMainContext *ost_io_get_context (OstIo *self);

/**
 * ost_io_run:
 * @self: the I/O thread
 * @func: what to run on it
 * @data: for @func
 *
 * Runs @func on the I/O thread and waits for it. Never called from the I/O thread.
 */
void ost_io_run (OstIo *self, GFunc func, gpointer data);

/**
 * ost_io_free:
 * @self: the I/O thread
 *
 * Lets what is queued run, then ends the thread.
 */
void ost_io_free (OstIo *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstIo, ost_io_free)

G_END_DECLS
