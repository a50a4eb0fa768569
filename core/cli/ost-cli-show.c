/* ost-cli-show.c: times, counts and reports, as people read them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-show.h"

#include <glib/gi18n-lib.h>

#include "ost-text.h"

char *
ost_cli_format_time (gint64 microseconds)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (microseconds / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%Y-%m-%d %H:%M:%S") : NULL;
}

char *
ost_cli_format_seconds (gint64 seconds)
{
  gint64 minutes = seconds / 60, hours = minutes / 60, days = hours / 24;

  if (minutes == 0)
    return g_strdup_printf (_ ("%d s"), (int)seconds);
  if (hours == 0)
    return g_strdup_printf (_ ("%d min %d s"), (int)minutes, (int)(seconds % 60));
  if (days == 0)
    return g_strdup_printf (_ ("%d h %d min"), (int)hours, (int)(minutes % 60));
  return g_strdup_printf (_ ("%d d %d h"), (int)MIN (days, G_MAXINT), (int)(hours % 24));
}

char *
ost_cli_format_bytes (guint64 bytes)
{
  return g_format_size (bytes);
}

static void
show_steps (OstCli *cli, const OstReport *report)
{
  OstTerminal *talk = ost_cli_get_talk (cli);
  guint width = 0;

  for (guint i = 0; i < report->steps->len; i++)
    width = MAX (width, (guint)g_utf8_strlen (((OstStep *)report->steps->pdata[i])->id, -1));
  for (guint i = 0; i < report->steps->len; i++)
    {
      const OstStep *step = report->steps->pdata[i];
      g_autofree char *gap = g_strnfill (width - (guint)g_utf8_strlen (step->id, -1), ' ');

      ost_terminal_print (talk, step->is_ok ? OST_STYLE_GOOD : OST_STYLE_BAD,
                          step->is_ok ? _ ("  ok      ") : _ ("  FAILED  "));
      ost_terminal_print_line (talk, "%s%s  %s", step->id, gap,
                               step->detail != NULL ? step->detail : "");
      if (!step->is_ok && step->remedy != NULL)
        ost_terminal_print_line (talk, _ ("          to do: %s"), step->remedy);
    }
}

static void
show_counts (OstCli *cli, const OstReport *report)
{
  g_autofree char *received = ost_cli_format_bytes (report->bytes_received);
  gboolean is_full = report->kind == OST_TASK_FULL_SYNC;
  /* Counts of what a terminal shows are never that large. */
  unsigned long devices = report->devices;

  ost_cli_say (cli,
               is_full ? _ ("%s: full synchronisation: %lu devices; %lu new, %lu changed, "
                            "%lu vanished (%.1f s, %lu requests, %s received)")
                       : _ ("%s: quick synchronisation: %lu devices; %lu new, %lu changed, "
                            "%lu vanished (%.1f s, %lu requests, %s received)"),
               report->connection, devices, (unsigned long)report->added,
               (unsigned long)report->changed, (unsigned long)report->removed, report->seconds,
               (unsigned long)report->requests, received);
  if (report->held > 0)
    ost_cli_say (cli, _ ("%lu removals are held until a second full synchronisation confirms them"),
                 (unsigned long)report->held);
  if (!report->is_complete)
    ost_cli_say (cli, "%s", _ ("not everything that was asked for could be read"));
}

void
ost_cli_show_report (OstCli *cli, const OstReport *report)
{
  if (report->kind == OST_TASK_CHECK)
    {
      ost_cli_say (cli,
                   ost_report_is_ok (report) ? _ ("%s: the connection works")
                                             : _ ("%s: the connection does not work"),
                   report->connection);
      show_steps (cli, report);
    }
  else
    show_counts (cli, report);
  for (guint i = 0; i < report->warnings->len; i++)
    ost_cli_say (cli, _ ("warning: %s"), (const char *)report->warnings->pdata[i]);
}
