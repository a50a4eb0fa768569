/* ost-context.h: runs a function on the thread that a main context belongs to */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-private.h"

G_BEGIN_DECLS

/**
 * ost_context_post:
 * @context: a main context
 * @name: a static text that tells the source in a debugger
 * @func: what to run
 * @data: for @func
 * @destroy: (nullable): frees @data, also where @func never ran
 *
 * Runs @func once, when the context iterates next, in the order of the calls. Unlike
 * g_main_context_invoke() it never runs it on the calling thread: between two iterations nobody
 * owns a context, so that a worker would get hold of it and run what belongs to another thread.
 */
OST_INTERNAL void ost_context_post (GMainContext *context, const char *name, GSourceOnceFunc func,
                                    gpointer data, GDestroyNotify destroy);

G_END_DECLS
