/* ost-process.h: which process holds something in the store, and whether it still runs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-private.h"

G_BEGIN_DECLS

/**
 * ost_process_describe_self:
 *
 * Machine, boot, process namespace, process ID and the time at which the process began: a text
 * that no other process ever has.
 *
 * Returns: (transfer full): the text, on one line
 *
 * Since: 1.0
 */
OST_INTERNAL char *ost_process_describe_self (void);

/**
 * ost_process_is_gone:
 * @process: what ost_process_describe_self() gave in that process
 *
 * Returns: %TRUE only where it is certain that the process runs no more: it was on this machine,
 *   and the machine has booted since, or no such process is there. Of another machine, and of
 *   another process namespace within the same boot, nothing can be said
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_process_is_gone (const char *process);

G_END_DECLS
