/* ost-full-sync.c: lists everything in slices and reconciles */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-sync.h"

#include "ost-device-slice.h"

/* Below so many devices one listing is cheaper than slices. */
#define SLICING_FROM 5000
/* So many slices of about the same size serve a large organisation; more would only cost. */
#define SLICES_WANTED 24
#define MAX_PREFIX_LENGTH 12
/* What an interrupted run had listed is good for so long. */
#define KEEP_SLICES_US (G_GINT64_CONSTANT (6) * 60 * 60 * G_USEC_PER_SEC)
#define BATCH_OBJECTS 500
#define MAX_TRIES 3
/* A second try comes after this, a third after twice as long. */
#define FIRST_PAUSE_MS 1000u
/* A server that wants to be left alone for longer gets its way: the run ends. */
#define LONGEST_PAUSE_MS (2 * 60 * 1000)

/* What the slices are made from, as text, for a run that goes on with them. */
#define NOTE_PREFIXES "slice-prefixes"

#define SLICE_MAILBOXES "mailboxes"
#define SLICE_RECIPIENTS "recipients"

typedef struct {
  OstJob *job;
  OstStore *store;
  OstRun *run;
  gint64 began_us;
  gint64 listed_since_us; /* when the oldest listing of it began, in an earlier run perhaps */
  gint64 listing_limit;   /* 0 for none */

  GMutex mutex; /* guards all below */
  GQueue todo;  /* OstSlice, borrowed from the plan */
  GPtrArray *plan;
  GPtrArray *dropped; /* names of slices that this server cannot list */
  gboolean is_over_limit;
  GError *error;
} FullSync;

static gint64
get_time (FullSync *self)
{
  return ost_clock_get_time (ost_connection_get_clock (self->job->connection));
}

static const char *
get_name (FullSync *self)
{
  return ost_connection_get_name (self->job->connection);
}

/* Listing one slice */

typedef struct {
  FullSync *sync;
  const OstSlice *slice;
  GPtrArray *batch;
  gint64 rows;
  gint64 began_us;
} Listing;

static gboolean
stage_batch (Listing *self, GError **error)
{
  FullSync *sync = self->sync;

  if (self->batch->len == 0)
    return TRUE;
  if (!ost_store_stage_objects (sync->store, sync->run->id, self->slice, self->batch,
                                ost_connection_get_store_flags (sync->job->connection),
                                get_time (sync), error))
    return FALSE;
  if (self->slice->kind == OST_KIND_DEVICE)
    ost_progress_meter_add (sync->job->progress, self->batch->len);
  g_ptr_array_set_size (self->batch, 0);
  return TRUE;
}

static gboolean
take_object (OstObject *object, gpointer user_data, GError **error)
{
  Listing *self = user_data;

  g_ptr_array_add (self->batch, ost_object_ref (object));
  self->rows++;
  return self->batch->len < BATCH_OBJECTS || stage_batch (self, error);
}

static OstOperation *
make_operation (FullSync *self, const OstSlice *slice)
{
  g_autoptr (OstDeviceSlice) part = NULL;
  g_autoptr (OstOperation) operation = NULL;

  if (slice->kind == OST_KIND_MAILBOX)
    {
      operation = ost_operation_new (OST_VERB_LIST, OST_KIND_MAILBOX, NULL);
      if (g_str_equal (slice->name, SLICE_RECIPIENTS))
        ost_operation_set_text (operation, OST_SELECT_VIEW, "recipient");
      return g_steal_pointer (&operation);
    }
  part = ost_device_slice_from_text (slice->name);
  operation = ost_device_slice_to_operation (part);
  if (self->listing_limit > 0)
    ost_operation_set_integer (operation, OST_SELECT_LIMIT, self->listing_limit);
  return g_steal_pointer (&operation);
}

static gboolean
list_slice (FullSync *self, OstConversation *conversation, const OstSlice *slice, gint64 *rows,
            GError **error)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  g_autoptr (OstOperation) operation = make_operation (self, slice);
  Listing listing = { .sync = self, .slice = slice, .batch = batch };
  OstSlice done = *slice;

  if (!ost_store_begin_slice (self->store, self->run->id, slice, get_time (self), error)
      || !ost_conversation_execute (conversation, operation, take_object, &listing, error))
    {
      *rows = listing.rows;
      return FALSE;
    }
  *rows = done.rows = listing.rows;
  /* Who answered is known for certain only now. */
  done.server = (char *)ost_conversation_get_server (conversation);
  done.domain_controller = (char *)ost_conversation_get_domain_controller (conversation);
  return stage_batch (&listing, error)
         && ost_store_finish_slice (self->store, self->run->id, &done, get_time (self), error);
}

/* What becomes of a slice that failed */

typedef enum { VERDICT_GIVE_UP, VERDICT_AGAIN, VERDICT_DROP, VERDICT_SLICE_FINER } Verdict;

static gboolean
may_help_to_repeat (const GError *error)
{
  return error->domain == OST_ERROR
         && (error->code == OST_ERROR_UNAVAILABLE || error->code == OST_ERROR_TIMED_OUT
             || error->code == OST_ERROR_INCOMPLETE || error->code == OST_ERROR_PROTOCOL
             || error->code == OST_ERROR_THROTTLED);
}

static guint
get_pause_ms (guint tries, const GError *error)
{
  return MAX (ost_error_get_retry_after (error), FIRST_PAUSE_MS << (tries - 1));
}

static Verdict
judge_failure (FullSync *self, const OstSlice *slice, gint64 rows, guint tries, const GError *error)
{
  gboolean is_incomplete = g_error_matches (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  gboolean is_refused = g_error_matches (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED)
                        || g_error_matches (error, OST_ERROR, OST_ERROR_DENIED);

  if (slice->kind == OST_KIND_DEVICE && self->listing_limit > 0 && is_incomplete
      && rows >= self->listing_limit)
    return VERDICT_SLICE_FINER;
  if (slice->kind == OST_KIND_MAILBOX && is_refused)
    return VERDICT_DROP;
  if (tries < MAX_TRIES && may_help_to_repeat (error)
      && get_pause_ms (tries, error) <= LONGEST_PAUSE_MS
      && !g_cancellable_is_cancelled (self->job->cancellable))
    return VERDICT_AGAIN;
  return VERDICT_GIVE_UP;
}

static void
give_up (FullSync *self, GError *error)
{
  g_mutex_lock (&self->mutex);
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
  g_queue_clear (&self->todo);
  g_mutex_unlock (&self->mutex);
  /* The other workers' listings are worth nothing now. */
  g_cancellable_cancel (self->job->cancellable);
}

static void
drop_slice (FullSync *self, const OstSlice *slice, const GError *error)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->dropped, (gpointer)slice->name);
  g_mutex_unlock (&self->mutex);
  if (!g_error_matches (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED))
    ost_job_warn (self->job, "%s are not known: %s", slice->name, error->message);
}

/* A conversation that failed may have lost its shell, so the next try gets a new one. */
static gboolean
renew_conversation (FullSync *self, OstConversation **conversation, guint pause_ms, GError **error)
{
  if (!ost_conversation_wait (*conversation, pause_ms, error))
    return FALSE;
  g_clear_pointer (conversation, ost_conversation_close);
  *conversation = ost_conversation_open (self->job, error);
  return *conversation != NULL;
}

/* Returns FALSE where this worker has nothing more to do. */
static gboolean
work_on_slice (FullSync *self, OstConversation **conversation, const OstSlice *slice)
{
  guint pause_ms = 0;

  for (guint tries = 1;; tries++)
    {
      g_autoptr (GError) error = NULL;
      gint64 rows = 0;

      if (tries > 1 && !renew_conversation (self, conversation, pause_ms, &error))
        {
          give_up (self, g_steal_pointer (&error));
          return FALSE;
        }
      if (list_slice (self, *conversation, slice, &rows, &error))
        return TRUE;
      switch (judge_failure (self, slice, rows, tries, error))
        {
        case VERDICT_AGAIN:
          pause_ms = get_pause_ms (tries, error);
          continue;
        case VERDICT_DROP:
          drop_slice (self, slice, error);
          return TRUE;
        case VERDICT_SLICE_FINER:
          g_mutex_lock (&self->mutex);
          self->is_over_limit = TRUE;
          g_mutex_unlock (&self->mutex);
          return FALSE;
        case VERDICT_GIVE_UP:
        default:
          g_prefix_error (&error, "connection ‘%s’: slice ‘%s’ of %s: ", get_name (self),
                          slice->name, ost_kind_to_string (slice->kind));
          give_up (self, g_steal_pointer (&error));
          return FALSE;
        }
    }
}

static void
work_off_queue (FullSync *self, OstConversation **conversation)
{
  while (TRUE)
    {
      const OstSlice *slice;

      g_mutex_lock (&self->mutex);
      slice = g_queue_pop_head (&self->todo);
      g_mutex_unlock (&self->mutex);
      if (slice == NULL || !work_on_slice (self, conversation, slice))
        return;
    }
}

static gpointer
run_worker (gpointer data)
{
  FullSync *self = data;
  g_autoptr (GError) error = NULL;
  OstConversation *conversation = ost_conversation_open (self->job, &error);

  /* One worker is enough: that another one finds no shell free is no failure. */
  if (conversation == NULL)
    {
      g_debug ("connection ‘%s’: one worker less: %s", get_name (self), error->message);
      return NULL;
    }
  work_off_queue (self, &conversation);
  g_clear_pointer (&conversation, ost_conversation_close);
  return NULL;
}

static void
run_workers (FullSync *self, OstConversation **conversation)
{
  g_autoptr (GPtrArray) threads = g_ptr_array_new ();
  guint shells = ost_connection_get_config (self->job->connection)->shells;
  guint n_slices = g_queue_get_length (&self->todo);

  for (guint i = 1; i < MIN (shells, n_slices); i++)
    {
      GThread *thread = g_thread_try_new ("ostiary-worker", run_worker, self, NULL);

      if (thread != NULL)
        g_ptr_array_add (threads, thread);
    }
  work_off_queue (self, conversation);
  for (guint i = 0; i < threads->len; i++)
    g_thread_join (threads->pdata[i]);
}

/* The plan */

static gboolean
has_device_slice (GPtrArray *slices)
{
  for (guint i = 0; i < slices->len; i++)
    if (((const OstSlice *)slices->pdata[i])->kind == OST_KIND_DEVICE)
      return TRUE;
  return FALSE;
}

/* The prefixes of the run that was interrupted, where anything of it can be gone on with; the
 * store has only those of its slices that were done. %NULL without error where there are none. */
static gboolean
recall_prefixes (FullSync *self, GStrv *prefixes, GError **error)
{
  g_autoptr (GPtrArray) slices = ost_store_list_slices (self->store, self->run->id, error);
  g_autofree char *text = NULL;

  if (slices == NULL)
    return FALSE;
  if (!has_device_slice (slices))
    return TRUE;
  if (!ost_store_get_note (self->store, get_name (self), NOTE_PREFIXES, &text, error))
    return FALSE;
  if (text != NULL && *text != '\0')
    *prefixes = g_strsplit (text, ",", -1);
  return TRUE;
}

static GStrv
cut_by_counts (FullSync *self, gint64 present, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GPtrArray) counts = ost_store_count_prefixes (
    self->store, get_name (self), present / SLICES_WANTED, MAX_PREFIX_LENGTH, error);

  if (counts == NULL)
    return NULL;
  for (guint i = 0; i < counts->len; i++)
    {
      const OstPrefixCount *count = counts->pdata[i];

      /* Small ones are left to the remainder, which lists what no prefix covers anyway. */
      if (count->rows >= present / SLICES_WANTED / 8)
        g_strv_builder_add (builder, count->prefix);
    }
  return g_strv_builder_end (builder);
}

/* None where everything is listed at once. */
static GStrv
choose_prefixes (FullSync *self, gboolean is_first_plan, GError **error)
{
  const OstPluginInfo *backend = ost_connection_get_config (self->job->connection)->backend->info;
  g_auto (GStrv) recalled = NULL;
  gint64 present = 0;

  self->listing_limit = 0;
  if ((backend->capabilities & OST_CAPABILITY_SLICES) == 0)
    return g_new0 (char *, 1);
  if (is_first_plan && !recall_prefixes (self, &recalled, error))
    return NULL;
  if (recalled != NULL)
    return g_steal_pointer (&recalled);
  if (!ost_store_count_devices (self->store, get_name (self), &present, NULL, error))
    return NULL;
  if (present >= SLICING_FROM)
    return cut_by_counts (self, present, error);
  if (!is_first_plan)
    return ost_device_slices_first_prefixes ();
  self->listing_limit = SLICING_FROM;
  return g_new0 (char *, 1);
}

/* Whatever is remembered, the plan is made from prefixes: so its slices are everything. */
static gboolean
make_plan (FullSync *self, gboolean is_first_plan, GError **error)
{
  g_auto (GStrv) prefixes = choose_prefixes (self, is_first_plan, error);
  g_autoptr (GPtrArray) plan = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_slice_free);
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *text = NULL;

  if (prefixes == NULL)
    return FALSE;
  parts = ost_device_slices_plan ((const char *const *)prefixes);
  for (guint i = 0; i < parts->len; i++)
    {
      g_autofree char *name = ost_device_slice_to_text (parts->pdata[i]);

      g_ptr_array_add (plan, ost_slice_new (OST_KIND_DEVICE, name));
    }
  g_ptr_array_add (plan, ost_slice_new (OST_KIND_MAILBOX, SLICE_MAILBOXES));
  g_ptr_array_add (plan, ost_slice_new (OST_KIND_MAILBOX, SLICE_RECIPIENTS));
  text = g_strjoinv (",", prefixes);
  return ost_store_set_note (self->store, get_name (self), NOTE_PREFIXES, text, error)
         && ost_store_plan_slices (self->store, self->run->id, plan, error);
}

/* Makes the plan and fills the queue with what of it is still to be listed. */
static gboolean
prepare_queue (FullSync *self, gboolean is_first_plan, GError **error)
{
  g_autoptr (GPtrArray) slices = NULL;

  if (!make_plan (self, is_first_plan, error))
    return FALSE;
  slices = ost_store_list_slices (self->store, self->run->id, error);
  if (slices == NULL)
    return FALSE;
  g_queue_clear (&self->todo);
  g_ptr_array_set_size (self->dropped, 0);
  g_clear_pointer (&self->plan, g_ptr_array_unref);
  self->plan = g_steal_pointer (&slices);
  for (guint i = 0; i < self->plan->len; i++)
    {
      OstSlice *slice = self->plan->pdata[i];

      if (slice->done_us == 0)
        g_queue_push_tail (&self->todo, slice);
      else
        self->listed_since_us = MIN (self->listed_since_us, slice->began_us);
    }
  return TRUE;
}

static gboolean
drop_from_plan (FullSync *self, GError **error)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  if (self->dropped->len == 0)
    return TRUE;
  for (guint i = 0; i < self->plan->len; i++)
    {
      const OstSlice *slice = self->plan->pdata[i];

      if (!g_ptr_array_find (self->dropped, slice->name, NULL))
        g_ptr_array_add (rest, (gpointer)slice);
    }
  return ost_store_plan_slices (self->store, self->run->id, rest, error);
}

/* What is small and comes whole */

static gboolean
read_organisation (FullSync *self, OstConversation *conversation, GError **error)
{
  static const OstKind kinds[]
    = { OST_KIND_ORGANISATION_SETTINGS, OST_KIND_ACCESS_RULE, OST_KIND_MAILBOX_POLICY,
        OST_KIND_DEVICE_CLASS, OST_KIND_SERVER };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GPtrArray) objects
        = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
      g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, kinds[i], NULL);
      g_autoptr (GError) failure = NULL;

      if (ost_conversation_execute (conversation, operation, ost_sync_collect, objects, &failure))
        {
          if (!ost_store_replace_objects (self->store, get_name (self), kinds[i], objects,
                                          "ostiary", get_time (self), error))
            return FALSE;
          continue;
        }
      if (!g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_SUPPORTED)
          && !g_error_matches (failure, OST_ERROR, OST_ERROR_DENIED))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (failure->code == OST_ERROR_DENIED)
        ost_job_warn (self->job, "%s not read: %s", ost_kind_to_string (kinds[i]),
                      failure->message);
    }
  return TRUE;
}

/* The whole */

static guint64
count_expected (FullSync *self, gint64 present)
{
  for (guint i = 0; i < self->plan->len; i++)
    {
      const OstSlice *slice = self->plan->pdata[i];

      if (slice->kind == OST_KIND_DEVICE && slice->done_us != 0)
        present -= slice->rows;
    }
  return (guint64)MAX (present, 0);
}

static gboolean
list_by_plan (FullSync *self, OstConversation **conversation, gboolean is_first_plan,
              GError **error)
{
  gint64 present = 0;

  if (!prepare_queue (self, is_first_plan, error)
      || !ost_store_count_devices (self->store, get_name (self), &present, NULL, error))
    return FALSE;
  ost_progress_meter_begin (self->job->progress, "listing", count_expected (self, present));
  run_workers (self, conversation);
  if (self->error == NULL)
    return !g_cancellable_set_error_if_cancelled (self->job->cancellable, error);
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

static gboolean
list_everything (FullSync *self, OstConversation **conversation, GError **error)
{
  return list_by_plan (self, conversation, TRUE, error)
         && (!self->is_over_limit || list_by_plan (self, conversation, FALSE, error));
}

static gboolean
reconcile (FullSync *self, GError **error)
{
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  g_auto (OstReconcileResult) result = { 0 };
  OstReport *report = self->job->report;

  options.now_us = get_time (self);
  options.flags = ost_connection_get_store_flags (self->job->connection);
  options.who = "ostiary";
  ost_progress_meter_begin (self->job->progress, "reconciling", 0);
  if (!drop_from_plan (self, error)
      || !ost_store_reconcile (self->store, self->run->id, &options, &result,
                               self->job->cancellable, error))
    return FALSE;
  report->devices = (guint64)result.devices.present;
  report->added = (guint64)result.devices.added;
  report->changed = (guint64)result.devices.changed;
  report->removed = (guint64)result.devices.removed;
  report->held = (guint64)result.devices.held;
  report->is_complete = TRUE;
  if (result.hold_reason != NULL)
    ost_job_warn (self->job, "%s", result.hold_reason);
  return TRUE;
}

static gboolean
remember_cursor (FullSync *self, GError **error)
{
  g_autofree char *cursor = g_strdup_printf ("%" G_GINT64_FORMAT, self->listed_since_us);

  return ost_store_set_note (self->store, get_name (self), OST_NOTE_QUICK_CURSOR, cursor, error);
}

static gboolean
run_full (FullSync *self, OstConversation **conversation, GError **error)
{
  ost_progress_meter_begin (self->job->progress, "connecting", 0);
  *conversation = ost_conversation_open (self->job, error);
  return *conversation != NULL && read_organisation (self, *conversation, error)
         && list_everything (self, conversation, error) && reconcile (self, error)
         && remember_cursor (self, error);
}

static void
clear_sync (FullSync *self)
{
  g_queue_clear (&self->todo);
  g_clear_pointer (&self->plan, g_ptr_array_unref);
  g_clear_pointer (&self->dropped, g_ptr_array_unref);
  g_clear_pointer (&self->run, ost_run_free);
  g_clear_error (&self->error);
  g_mutex_clear (&self->mutex);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FullSync, clear_sync)

gboolean
ost_sync_full (OstJob *job, GError **error)
{
  g_auto (FullSync) self = { .job = job };
  g_autoptr (OstConversation) conversation = NULL;
  g_autoptr (GError) failure = NULL;

  self.store = ost_connection_get_store (job->connection);
  self.began_us = self.listed_since_us = get_time (&self);
  g_mutex_init (&self.mutex);
  self.dropped = g_ptr_array_new ();
  self.run = ost_store_begin_run (self.store, get_name (&self), OST_RUN_FULL, job->fence,
                                  self.began_us - KEEP_SLICES_US, self.began_us, error);
  if (self.run == NULL)
    return FALSE;
  if (!run_full (&self, &conversation, &failure))
    {
      ost_sync_end_run (job, self.run, failure, NULL);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return ost_sync_end_run (job, self.run, NULL, error)
         && ost_statistics_read (job, conversation, error);
}
