/* ost-sync.c: what full and quick synchronisation have in common */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-sync.h"

gboolean
ost_sync_collect (OstObject *object, gpointer user_data, GError **error)
{
  g_ptr_array_add (user_data, ost_object_ref (object));
  return TRUE;
}

gboolean
ost_sync_end_run (OstJob *job, const OstRun *run, const GError *failure, GError **error)
{
  const OstReport *report = job->report;
  guint64 sent, received, requests;
  OstRunReport words = {
    .devices = (gint64)report->devices,
    .added = (gint64)report->added,
    .changed = (gint64)report->changed,
    .removed = (gint64)report->removed,
    .held = (gint64)report->held,
    .complete = report->is_complete && failure == NULL,
    .error_code = failure != NULL && failure->domain == OST_ERROR ? failure->code : -1,
    .error = failure != NULL ? failure->message : NULL,
    .ended_us = ost_clock_get_time (ost_connection_get_clock (job->connection)),
  };

  ost_counters_get (job->counters, &sent, &received, &requests);
  words.bytes_sent = (gint64)sent;
  words.bytes_received = (gint64)received;
  words.requests = (gint64)requests;
  return ost_store_finish_run (ost_connection_get_store (job->connection), run->id, &words,
                               "ostiary", error);
}
