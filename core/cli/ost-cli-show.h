/* ost-cli-show.h: times, counts and reports, as people read them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-cli.h"

G_BEGIN_DECLS

/**
 * ost_cli_format_time:
 * @microseconds: since 1970 UTC
 *
 * Returns: (transfer full) (nullable): that time where the reader is
 */
char *ost_cli_format_time (gint64 microseconds);

/**
 * ost_cli_format_seconds:
 * @seconds: how long
 *
 * Returns: (transfer full): such as `3 min 20 s`
 */
char *ost_cli_format_seconds (gint64 seconds);

/**
 * ost_cli_format_bytes:
 * @bytes: how many
 *
 * Returns: (transfer full): such as `3.2 MB`
 */
char *ost_cli_format_bytes (guint64 bytes);

/**
 * ost_cli_show_report:
 * @cli: the run
 * @report: how a task went
 *
 * Says it in a few lines.
 */
void ost_cli_show_report (OstCli *cli, const OstReport *report);

G_END_DECLS
