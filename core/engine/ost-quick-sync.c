/* ost-quick-sync.c: fetches what changed since the last synchronisation */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-sync.h"

/* A domain controller tells of a change when it has heard of it; directories converge within
 * half of this, and rows that come twice cost little. */
#define OVERLAP_US (G_GINT64_CONSTANT (60) * 60 * G_USEC_PER_SEC)
/* With more devices waiting than this, all of them are listed by the full run only. */
#define MAX_STANDING 1000
#define BATCH_OBJECTS 500

typedef struct {
  OstJob *job;
  OstStore *store;
  OstRun *run;
  gint64 began_us;
  gint64 since_us;
  OstKind kind;
  GPtrArray *batch;
  OstUpsertCounts counts;
} QuickSync;

static const char *
get_name (QuickSync *self)
{
  return ost_connection_get_name (self->job->connection);
}

static gboolean
keep_batch (QuickSync *self, GError **error)
{
  if (self->batch->len == 0)
    return TRUE;
  if (!ost_store_upsert_objects (self->store, self->run->id, self->kind, self->batch,
                                 ost_connection_get_store_flags (self->job->connection), "ostiary",
                                 self->began_us,
                                 self->kind == OST_KIND_DEVICE ? &self->counts : NULL, error))
    return FALSE;
  if (self->kind == OST_KIND_DEVICE)
    ost_progress_meter_add (self->job->progress, self->batch->len);
  g_ptr_array_set_size (self->batch, 0);
  return TRUE;
}

static gboolean
take_object (OstObject *object, gpointer user_data, GError **error)
{
  QuickSync *self = user_data;

  g_ptr_array_add (self->batch, ost_object_ref (object));
  return self->batch->len < BATCH_OBJECTS || keep_batch (self, error);
}

static gboolean
list_since (QuickSync *self, OstConversation *conversation, OstKind kind, const char *field,
            GError **error)
{
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, kind, NULL);

  ost_operation_set_integer (operation, field, self->since_us);
  self->kind = kind;
  return ost_conversation_execute (conversation, operation, take_object, self, error)
         && keep_batch (self, error);
}

static gboolean
list_state (QuickSync *self, OstConversation *conversation, const char *state, GError **error)
{
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);

  ost_operation_set_text (operation, OST_SELECT_STATE, state);
  self->kind = OST_KIND_DEVICE;
  return ost_conversation_execute (conversation, operation, take_object, self, error)
         && keep_batch (self, error);
}

typedef struct {
  guint n;
} Counting;

static gboolean
count_row (const OstDeviceRow *row, gpointer data)
{
  return ++((Counting *)data)->n <= MAX_STANDING;
}

static gboolean
has_many_standing (QuickSync *self, gboolean *has_many, GError **error)
{
  Counting counting = { 0 };
  OstDeviceQuery query = {
    .connection = get_name (self),
    .state = "Quarantined",
    .without_missing = TRUE,
    .limit = MAX_STANDING + 1,
  };

  if (!ost_store_query_devices (self->store, &query, count_row, &counting, NULL,
                                self->job->cancellable, error))
    return FALSE;
  *has_many = counting.n > MAX_STANDING;
  return TRUE;
}

/* New and changed devices. Not every server can filter by the time of change; those that cannot
 * show new partnerships, and those that wait for a decision, whose state is what matters. */
static gboolean
list_devices (QuickSync *self, OstConversation *conversation, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gboolean has_many = FALSE;

  if (list_since (self, conversation, OST_KIND_DEVICE, OST_SELECT_CHANGED_SINCE, &failure))
    return TRUE;
  if (!g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_SUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_clear_error (&failure);
  if (!list_since (self, conversation, OST_KIND_DEVICE, OST_SELECT_FIRST_SYNC_SINCE, &failure))
    {
      if (!g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_SUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      /* A backend that can select nothing lists all it has. */
      g_autoptr (OstOperation) all = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);

      self->kind = OST_KIND_DEVICE;
      return ost_conversation_execute (conversation, all, take_object, self, error)
             && keep_batch (self, error);
    }
  if (!has_many_standing (self, &has_many, error))
    return FALSE;
  return (has_many || list_state (self, conversation, "Quarantined", error))
         && list_state (self, conversation, "DeviceDiscovery", error);
}

static gboolean
list_mailboxes (QuickSync *self, OstConversation *conversation, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (list_since (self, conversation, OST_KIND_MAILBOX, OST_SELECT_CHANGED_SINCE, &failure))
    return TRUE;
  if (g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_SUPPORTED)
      || g_error_matches (failure, OST_ERROR, OST_ERROR_DENIED))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
remember (QuickSync *self, GError **error)
{
  g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, self->began_us);
  OstReport *report = self->job->report;
  gint64 present = 0;

  if (!ost_store_set_note (self->store, get_name (self), OST_NOTE_QUICK_CURSOR, cursor, error)
      || !ost_store_count_devices (self->store, get_name (self), &present, NULL, error))
    return FALSE;
  report->devices = (guint64)present;
  report->added = (guint64)self->counts.added;
  report->changed = (guint64)self->counts.changed;
  report->is_complete = TRUE;
  return TRUE;
}

static gboolean
run_quick (QuickSync *self, OstConversation **conversation, GError **error)
{
  ost_progress_meter_begin (self->job->progress, "connecting", 0);
  *conversation = ost_conversation_open (self->job, error);
  if (*conversation == NULL)
    return FALSE;
  ost_progress_meter_begin (self->job->progress, "listing", 0);
  return list_devices (self, *conversation, error) && list_mailboxes (self, *conversation, error)
         && remember (self, error);
}

static void
clear_sync (QuickSync *self)
{
  g_clear_pointer (&self->batch, g_ptr_array_unref);
  g_clear_pointer (&self->run, ost_run_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (QuickSync, clear_sync)

gboolean
ost_sync_quick (OstJob *job, GError **error)
{
  g_auto (QuickSync) self = { .job = job };
  g_autoptr (OstConversation) conversation = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *cursor = NULL;
  gint64 last = 0;

  self.store = ost_connection_get_store (job->connection);
  if (!ost_store_get_note (self.store, get_name (&self), OST_NOTE_QUICK_CURSOR, &cursor, error))
    return FALSE;
  if (cursor == NULL || !g_ascii_string_to_signed (cursor, 10, 0, G_MAXINT64, &last, NULL))
    {
      job->report->kind = OST_TASK_FULL_SYNC;
      return ost_sync_full (job, error);
    }
  self.began_us = ost_clock_get_time (ost_connection_get_clock (job->connection));
  /* A clock that was set back must not make us miss what changed meanwhile. */
  self.since_us = MIN (last, self.began_us) - OVERLAP_US;
  self.batch = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  self.run = ost_store_begin_run (self.store, get_name (&self), OST_RUN_QUICK, job->fence, 0,
                                  self.began_us, error);
  if (self.run == NULL)
    return FALSE;
  if (!run_quick (&self, &conversation, &failure))
    {
      ost_sync_end_run (job, self.run, failure, NULL);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return ost_sync_end_run (job, self.run, NULL, error)
         && ost_statistics_read (job, conversation, error);
}
