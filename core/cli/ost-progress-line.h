/* ost-progress-line.h: how far a run is, on one line of standard error */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-task.h"
#include "ost-terminal.h"

G_BEGIN_DECLS

/**
 * OstProgressLine:
 *
 * On a terminal one line that is written over; elsewhere a line of its own for each phase, and
 * every few seconds.
 */
typedef struct _OstProgressLine OstProgressLine;

/**
 * ost_progress_line_new:
 * @terminal: where to show it; it outlives the line
 *
 * Returns: (transfer full): a line that shows nothing yet
 */
OstProgressLine *ost_progress_line_new (OstTerminal *terminal);

/**
 * ost_progress_line_update:
 * @self: a line
 * @progress: how far the run is
 * @now_us: the time now, on a clock that never jumps
 */
void ost_progress_line_update (OstProgressLine *self, const OstProgress *progress, gint64 now_us);

/**
 * ost_progress_line_describe:
 * @progress: how far the run is
 *
 * Returns: (transfer full): phase, count, rate and estimated time in words
 */
char *ost_progress_line_describe (const OstProgress *progress);

/**
 * ost_progress_line_free:
 * @self: a line
 *
 * Takes the line off the terminal.
 */
void ost_progress_line_free (OstProgressLine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstProgressLine, ost_progress_line_free)

G_END_DECLS
