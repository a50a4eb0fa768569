/* ost-statistics.c: reads the statistics of mailboxes, one by one, within a budget */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-sync.h"

/* A reading younger than this is not renewed before its device changes. */
#define FRESH_US (G_GINT64_CONSTANT (6) * 60 * 60 * G_USEC_PER_SEC)
#define MAILBOXES_AT_ONCE 100
#define MAX_SKIPPED_NAMED 5
#define NOTE_SPENT "statistics-spent"

typedef struct {
  gint64 allowed_us;
  gint64 period_us;
  gint64 window_began_us;
  gint64 spent_us;
} Budget;

typedef struct {
  OstJob *job;
  OstStore *store;
  const OstClock *clock;
  const OstConnectionConfig *config;
  OstConversation *conversation;
  Budget budget;
  gint64 share_us; /* what this run may take of it */
  gint64 spent_us; /* what it took */
  guint64 n_devices;
  guint n_skipped;
} Reading;

static const char *
get_name (Reading *self)
{
  return ost_connection_get_name (self->job->connection);
}

static gboolean
load_budget (Reading *self, GError **error)
{
  g_autofree char *text = NULL;
  gint64 now = ost_clock_get_time (self->clock);
  Budget *budget = &self->budget;

  budget->allowed_us = (gint64)self->config->statistics_budget_seconds * G_USEC_PER_SEC;
  budget->period_us = (gint64)self->config->statistics_period_seconds * G_USEC_PER_SEC;
  if (!ost_store_get_note (self->store, get_name (self), NOTE_SPENT, &text, error))
    return FALSE;
  if (text != NULL)
    {
      g_auto (GStrv) words = g_strsplit (text, " ", 2);

      budget->window_began_us = g_ascii_strtoll (words[0], NULL, 10);
      budget->spent_us = words[1] != NULL ? g_ascii_strtoll (words[1], NULL, 10) : 0;
    }
  /* A clock that jumped begins a new window rather than none. */
  if (now - budget->window_began_us >= budget->period_us || now < budget->window_began_us)
    {
      budget->window_began_us = now;
      budget->spent_us = 0;
    }
  return TRUE;
}

static gboolean
save_budget (Reading *self, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                           self->budget.window_began_us, self->budget.spent_us);

  return ost_store_set_note (self->store, get_name (self), NOTE_SPENT, text, error);
}

/* What went wrong with one mailbox says nothing of the others; what went wrong with the
 * conversation ends the round. */
static gboolean
concerns_mailbox_only (const GError *error)
{
  return error->domain == OST_ERROR
         && (error->code == OST_ERROR_NOT_FOUND || error->code == OST_ERROR_DENIED
             || error->code == OST_ERROR_INVALID || error->code == OST_ERROR_INCOMPLETE);
}

static void
note_skipped (Reading *self, const char *mailbox, const GError *error)
{
  self->n_skipped++;
  if (self->n_skipped > MAX_SKIPPED_NAMED)
    return;
  ost_job_warn (self->job, "statistics of mailbox %s not read: %s", mailbox, error->message);
}

/* Returns FALSE where the round is to end; *error is set where the task is. */
static gboolean
read_mailbox (Reading *self, const char *mailbox, GError **error)
{
  g_autoptr (GPtrArray) objects = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (GError) failure = NULL;
  gint64 began = ost_clock_get_monotonic (self->clock);
  gint64 spent;
  gboolean is_read;

  ost_operation_set_text (operation, OST_SELECT_VIEW, "statistics");
  ost_operation_set_text (operation, OST_SELECT_MAILBOX, mailbox);
  is_read
    = ost_conversation_execute (self->conversation, operation, ost_sync_collect, objects, &failure);
  spent = ost_clock_get_monotonic (self->clock) - began;
  self->budget.spent_us += spent;
  self->spent_us += spent;
  self->n_devices += objects->len;
  self->job->statistics_us += spent;
  ost_progress_meter_add (self->job->progress, 1);
  if (is_read)
    return ost_store_update_statistics (self->store, get_name (self), mailbox, objects,
                                        ost_clock_get_time (self->clock), error);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  note_skipped (self, mailbox, failure);
  if (!concerns_mailbox_only (failure))
    return FALSE;
  return ost_store_skip_statistics (self->store, get_name (self), mailbox,
                                    ost_clock_get_time (self->clock), error);
}

/* A run by schedule takes its part of the budget, so that it is not gone with one run that lasts
 * for minutes, in which nothing new is seen. Nobody who asks for something waits for statistics. */
static void
take_share (Reading *self)
{
  const Budget *budget = &self->budget;
  gint64 interval = (gint64)self->config->quick_sync_seconds * G_USEC_PER_SEC;

  self->share_us = budget->allowed_us;
  if (!self->job->task.is_explicit && self->job->report->kind == OST_TASK_QUICK_SYNC
      && interval < budget->period_us)
    self->share_us
      = (gint64)((double)budget->allowed_us * (double)interval / (double)budget->period_us);
}

static gboolean
has_budget (Reading *self)
{
  return self->budget.spent_us < self->budget.allowed_us
         && self->job->statistics_us < self->share_us
         && g_atomic_int_get (self->job->n_waiting) <= 0;
}

static gboolean
read_round (Reading *self, OstStatisticsMode mode, GError **error)
{
  gint64 now = ost_clock_get_time (self->clock);
  OstStatisticsRound round = { .began_us = now };

  if (mode == OST_STATISTICS_CHANGED)
    round.renew_before_us = now - FRESH_US;
  while (has_budget (self))
    {
      g_autoptr (GPtrArray) mailboxes = ost_store_next_statistics (
        self->store, get_name (self), mode, &round, MAILBOXES_AT_ONCE, error);
      GError *stop = NULL;

      if (mailboxes == NULL)
        return FALSE;
      if (mailboxes->len == 0)
        return TRUE;
      for (guint i = 0; i < mailboxes->len && has_budget (self); i++)
        if (!read_mailbox (self, mailboxes->pdata[i], &stop))
          {
            if (stop == NULL)
              return TRUE;
            g_propagate_error (error, stop);
            return FALSE;
          }
    }
  return TRUE;
}

typedef struct {
  OstStatisticsSummary summary;
  gint64 round_seconds; /* 0 where this run read too little to tell */
} Telling;

static void
apply_summary (OstConnectionStatus *status, gpointer user_data)
{
  const Telling *telling = user_data;

  status->statistics_oldest_us = telling->summary.oldest_us;
  status->statistics_unread = telling->summary.unread;
  if (telling->round_seconds > 0)
    status->statistics_round_seconds = telling->round_seconds;
}

/* How long it takes to read all devices once, at the speed of this run and within the budget. */
static gint64
estimate_round (const Reading *self, const OstStatisticsSummary *summary)
{
  double devices = (double)(summary->read + summary->unread);
  double seconds;

  if (self->n_devices == 0)
    return 0;
  seconds = devices * (double)self->spent_us / (double)self->n_devices / G_USEC_PER_SEC;
  if (seconds * G_USEC_PER_SEC > (double)self->budget.allowed_us)
    seconds *= (double)self->budget.period_us / (double)self->budget.allowed_us;
  return (gint64)CLAMP (seconds + 1, 1, G_MAXINT32);
}

static gboolean
tell_summary (Reading *self, GError **error)
{
  Telling telling = { 0 };

  if (!ost_store_summarise_statistics (self->store, get_name (self), &telling.summary, error))
    return FALSE;
  telling.round_seconds = estimate_round (self, &telling.summary);
  ost_connection_update (self->job->connection, apply_summary, &telling);
  if (self->n_skipped > MAX_SKIPPED_NAMED)
    ost_job_warn (self->job, "statistics of %u mailboxes in all were not read", self->n_skipped);
  return TRUE;
}

gboolean
ost_statistics_read (OstJob *job, OstConversation *conversation, GError **error)
{
  const OstConnectionConfig *config = ost_connection_get_config (job->connection);
  Reading self = { .job = job, .conversation = conversation, .config = config };
  gboolean is_all
    = config->statistics == OST_CONFIG_STATISTICS_ALL && job->report->kind == OST_TASK_FULL_SYNC;
  g_autoptr (GError) failure = NULL;
  gboolean is_read;

  if (config->statistics == OST_CONFIG_STATISTICS_NONE
      || (config->backend->info->capabilities & OST_CAPABILITY_STATISTICS) == 0)
    return TRUE;
  self.store = ost_connection_get_store (job->connection);
  self.clock = ost_connection_get_clock (job->connection);
  if (!load_budget (&self, error))
    return FALSE;
  take_share (&self);
  ost_progress_meter_begin (job->progress, "statistics", 0);
  is_read = read_round (&self, is_all ? OST_STATISTICS_ALL : OST_STATISTICS_CHANGED, &failure);
  if (!save_budget (&self, error) || !tell_summary (&self, error))
    return FALSE;
  if (is_read)
    return TRUE;
  if (!g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  /* The synchronisation itself is done. */
  ost_job_warn (job, "the reading of statistics was interrupted");
  return TRUE;
}
