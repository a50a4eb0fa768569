/* ost-lane.c: the queue and the schedule of one connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-lane.h"

#include "ost-schedule.h"
#include "ost-sync.h"

#include "core/base/ost-context.h"

/* How the last runs went: what the next one depends on. */
typedef struct {
  guint n_failures;
  gint64 retry_after_us;
  gint64 quick_duration_us;
} Pace;

struct _OstLane {
  GObject parent_instance;

  OstConnection *connection;
  gint64 fence;
  gboolean has_schedule;
  GMainContext *context;
  GThreadPool *pool;  /* one thread, none before the start: tasks run one after the other */
  GPtrArray *entries; /* Entry: what runs and what waits */
  int n_waiting;      /* atomic: how many tasks wait for the one that runs */
  gboolean is_started;
  GTask *stopping;

  GSource *timer;
  OstTaskKind next_kind;
  GPtrArray *monitors;
  gboolean is_refused;
  gboolean has_new_secret; /* a secret's file has changed while a task ran */

  Pace pace; /* the worker's, once the lane has been started */
};

G_DEFINE_FINAL_TYPE (OstLane, ost_lane, G_TYPE_OBJECT)

enum { SIGNAL_CHANGED, N_SIGNALS };

static guint signals[N_SIGNALS];

typedef struct {
  OstLane *lane;
  OstTask task;
  OstProgressFunc progress;
  gpointer progress_data;
  GTask *result;
  GCancellable *cancellable;
  gulong chained_id;

  /* What the worker found out. */
  gboolean has_begun;
  gint64 duration_us;
  GError *failure;
  gboolean is_refused;
  gint64 next_us;
  OstTaskKind next_kind;
} Entry;

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  if (entry->chained_id != 0)
    g_cancellable_disconnect (g_task_get_cancellable (entry->result), entry->chained_id);
  g_clear_object (&entry->result);
  g_clear_object (&entry->cancellable);
  g_clear_error (&entry->failure);
  g_free (entry);
}

static gboolean
is_cancelled (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* When it is time again. On the worker, and before the start on the lane's own thread. */

typedef struct {
  OstScheduleFacts facts;
  gint64 next_us;
  OstTaskKind kind;
} Planning;

static void
begin_planning (OstLane *self, Planning *planning)
{
  const OstConnectionConfig *config = ost_connection_get_config (self->connection);

  planning->facts = (OstScheduleFacts){
    .now = ost_clock_get_time (ost_connection_get_clock (self->connection)),
    .last_duration = self->pace.quick_duration_us,
    .quick_interval = (gint64)config->quick_sync_seconds * G_USEC_PER_SEC,
    .full_interval = (gint64)config->full_sync_seconds * G_USEC_PER_SEC,
    .n_failures = self->pace.n_failures,
    .jitter = g_random_double (),
    .retry_after = self->pace.retry_after_us,
  };
}

static void
look_and_plan (OstConnectionStatus *status, gpointer user_data)
{
  Planning *planning = user_data;

  planning->facts.last_full = status->last_full_us;
  planning->facts.last_end = MAX (status->last_full_us, status->last_quick_us);
  planning->next_us = ost_schedule_next (&planning->facts, &planning->kind);
}

static void
plan (OstConnectionStatus *status, Planning *planning)
{
  look_and_plan (status, planning);
  status->next_quick_us = planning->next_us;
  status->next_full_us = status->last_full_us == 0
                           ? planning->next_us
                           : status->last_full_us + planning->facts.full_interval;
}

/* On the worker */

static const char *
describe_failure (const GError *error)
{
  if (error->domain != OST_ERROR)
    return "failed";
  switch (error->code)
    {
    case OST_ERROR_SIGN_IN:
      return "sign-in-refused";
    case OST_ERROR_UNAVAILABLE:
    case OST_ERROR_TIMED_OUT:
      return "unreachable";
    case OST_ERROR_THROTTLED:
      return "throttled";
    case OST_ERROR_DENIED:
      return "denied";
    default:
      return "failed";
    }
}

typedef struct {
  OstTaskKind kind;
  const GError *error;
  gint64 now_us;
  gboolean counts; /* whether the state depends on it */
  gboolean is_refused;
  Planning *planning; /* (nullable): where nothing is planned */
} Ending;

static void
set_text (char **member, const char *text)
{
  g_free (*member);
  *member = g_strdup (text);
}

static void
apply_failure (OstConnectionStatus *status, const Ending *ending)
{
  if (is_cancelled (ending->error))
    {
      set_text (&status->state, "interrupted");
      return;
    }
  set_text (&status->state, describe_failure (ending->error));
  set_text (&status->last_error, ending->error->message);
  set_text (&status->last_error_remedy, ost_error_get_remedy (ending->error));
  status->last_error_code = ending->error->domain == OST_ERROR ? ending->error->code : -1;
  status->last_error_us = ending->now_us;
}

static void
apply_success (OstConnectionStatus *status, const Ending *ending)
{
  set_text (&status->state, ending->is_refused ? "sign-in-refused" : "connected");
  set_text (&status->last_error, NULL);
  set_text (&status->last_error_remedy, NULL);
  status->last_error_code = -1;
  if (ending->kind == OST_TASK_CHECK)
    return;
  status->last_success_us = ending->now_us;
  if (ending->kind == OST_TASK_FULL_SYNC)
    status->last_full_us = ending->now_us;
  else
    status->last_quick_us = ending->now_us;
}

static void
apply_ending (OstConnectionStatus *status, gpointer user_data)
{
  const Ending *ending = user_data;

  if (ending->counts && ending->error != NULL)
    apply_failure (status, ending);
  else if (ending->counts)
    apply_success (status, ending);
  if (ending->planning != NULL)
    plan (status, ending->planning);
  else
    status->next_quick_us = status->next_full_us = 0;
}

static void
apply_state (OstConnectionStatus *status, gpointer user_data)
{
  set_text (&status->state, user_data);
}

static gboolean
run_task (OstJob *job, GError **error)
{
  if (job->task.kind == OST_TASK_CHECK)
    return ost_check_run (job, error);
  if (!ost_connection_load_credentials (job->connection, job->task.is_explicit, error))
    return FALSE;
  return job->task.kind == OST_TASK_QUICK_SYNC ? ost_sync_quick (job, error)
                                               : ost_sync_full (job, error);
}

static const char *
get_run_name (OstTaskKind kind)
{
  static const char *const names[] = { NULL, "quick", "full" };

  return names[kind];
}

static OstReport *
run_job (Entry *entry, GError **error)
{
  OstLane *lane = entry->lane;
  const OstClock *clock = ost_connection_get_clock (lane->connection);
  g_autoptr (OstCounters) counters = ost_counters_new ();
  g_autoptr (OstProgressMeter) progress
    = ost_progress_meter_new (lane->connection, get_run_name (entry->task.kind), lane->context,
                              entry->progress, entry->progress_data);
  g_autoptr (OstReport) report
    = ost_report_new (entry->task.kind, ost_connection_get_name (lane->connection));
  OstJob job = {
    .connection = lane->connection,
    .task = entry->task,
    .fence = lane->fence,
    .cancellable = entry->cancellable,
    .counters = counters,
    .progress = progress,
    .report = report,
    .n_waiting = &lane->n_waiting,
  };
  gint64 began = ost_clock_get_monotonic (clock);
  gboolean is_done;

  if (entry->task.kind != OST_TASK_CHECK)
    ost_connection_update (lane->connection, apply_state, (gpointer) "synchronising");
  g_mutex_init (&job.mutex);
  is_done = run_task (&job, error);
  g_mutex_clear (&job.mutex);
  entry->duration_us = ost_clock_get_monotonic (clock) - began;
  report->seconds = (double)entry->duration_us / G_USEC_PER_SEC;
  entry->duration_us -= job.statistics_us;
  ost_counters_get (counters, &report->bytes_sent, &report->bytes_received, &report->requests);
  return is_done ? g_steal_pointer (&report) : NULL;
}

static void
keep_pace (OstLane *self, const Entry *entry, const OstReport *report)
{
  if (is_cancelled (entry->failure))
    return;
  if (report != NULL && !(report->kind == OST_TASK_CHECK && !ost_report_is_ok (report)))
    {
      self->pace.n_failures = 0;
      self->pace.retry_after_us = 0;
      if (report->kind == OST_TASK_QUICK_SYNC)
        self->pace.quick_duration_us = entry->duration_us;
    }
  else if (entry->task.kind != OST_TASK_CHECK)
    {
      self->pace.n_failures++;
      self->pace.retry_after_us = (gint64)ost_error_get_retry_after (entry->failure) * 1000;
    }
}

/* Says how it went and when it goes on, in one writing. */
static void
settle (OstLane *self, Entry *entry, const OstReport *report)
{
  Planning planning = { 0 };
  Ending ending = {
    .kind = report != NULL ? report->kind : entry->task.kind,
    .error = entry->failure,
    .now_us = ost_clock_get_time (ost_connection_get_clock (self->connection)),
    .counts = entry->task.kind != OST_TASK_CHECK || (report != NULL && ost_report_is_ok (report)),
  };

  entry->is_refused = ending.is_refused = ost_connection_is_refused (self->connection);
  keep_pace (self, entry, report);
  begin_planning (self, &planning);
  /* A rejected credential waits for its source to change, or for a person: never for a timer. */
  if (self->has_schedule && !entry->is_refused)
    ending.planning = &planning;
  if (entry->has_begun)
    ost_connection_update (self->connection, apply_ending, &ending);
  else if (ending.planning != NULL)
    ost_connection_look (self->connection, look_and_plan, &planning);
  entry->next_us = planning.next_us;
  entry->next_kind = planning.kind;
}

static void entry_done_cb (gpointer user_data);

static void
run_entry (gpointer data, gpointer user_data)
{
  Entry *entry = data;
  OstLane *self = user_data;
  g_autoptr (OstReport) report = NULL;

  g_atomic_int_add (&self->n_waiting, -1);
  entry->has_begun = !g_cancellable_set_error_if_cancelled (entry->cancellable, &entry->failure);
  if (entry->has_begun)
    report = run_job (entry, &entry->failure);
  settle (self, entry, report);
  if (report != NULL)
    g_task_return_pointer (entry->result, g_steal_pointer (&report),
                           (GDestroyNotify)ost_report_free);
  else
    g_task_return_error (entry->result, g_error_copy (entry->failure));
  ost_context_post (self->context, "ostiary-lane", entry_done_cb, entry, NULL);
}

/* On the lane's own thread */

static void push_scheduled (OstLane *self, OstTaskKind kind);
static void set_timer (OstLane *self, gint64 next_us, OstTaskKind kind);

static void
entry_done_cb (gpointer user_data)
{
  Entry *entry = user_data;
  g_autoptr (OstLane) self = g_object_ref (entry->lane);
  gint64 next_us = entry->next_us;
  OstTaskKind next_kind = entry->next_kind;

  self->is_refused = entry->is_refused;
  g_ptr_array_remove (self->entries, entry);
  if (self->entries->len == 0 && self->stopping != NULL)
    {
      g_autoptr (GTask) stopping = g_steal_pointer (&self->stopping);

      g_task_return_boolean (stopping, TRUE);
    }
  else if (self->entries->len == 0 && self->has_schedule)
    {
      if (!self->is_refused)
        set_timer (self, next_us, next_kind);
      else if (self->has_new_secret)
        push_scheduled (self, OST_TASK_QUICK_SYNC);
    }
  self->has_new_secret = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
clear_timer (OstLane *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static void
cancel_chained_cb (GCancellable *cancellable, gpointer user_data)
{
  g_cancellable_cancel (user_data);
}

void
ost_lane_push (OstLane *self, const OstTask *task, OstProgressFunc progress, gpointer progress_data,
               GTask *result)
{
  Entry *entry = g_new0 (Entry, 1);
  GCancellable *chained = g_task_get_cancellable (result);

  entry->lane = self;
  entry->task = *task;
  entry->task.connection = ost_connection_get_name (self->connection);
  entry->progress = progress;
  entry->progress_data = progress_data;
  entry->result = g_object_ref (result);
  entry->cancellable = g_cancellable_new ();
  if (chained != NULL)
    entry->chained_id = g_cancellable_connect (chained, G_CALLBACK (cancel_chained_cb),
                                               g_object_ref (entry->cancellable), g_object_unref);
  if (self->stopping != NULL)
    g_cancellable_cancel (entry->cancellable);
  clear_timer (self);
  g_ptr_array_add (self->entries, entry);
  g_atomic_int_inc (&self->n_waiting);
  g_thread_pool_push (self->pool, entry, NULL);
}

/* The schedule */

static void
scheduled_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report = g_task_propagate_pointer (G_TASK (result), &error);
  const char *remedy = ost_error_get_remedy (error);

  if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("%s%s%s", error->message, remedy != NULL ? "; " : "", remedy != NULL ? remedy : "");
  for (guint i = 0; report != NULL && i < report->warnings->len; i++)
    g_message ("connection ‘%s’: %s", report->connection, (const char *)report->warnings->pdata[i]);
}

static void
push_scheduled (OstLane *self, OstTaskKind kind)
{
  g_autoptr (GTask) result = g_task_new (self, NULL, scheduled_done_cb, NULL);
  OstTask task = { .kind = kind };

  g_task_set_source_tag (result, push_scheduled);
  ost_lane_push (self, &task, NULL, NULL, result);
}

static gboolean
timer_cb (gpointer user_data)
{
  OstLane *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  push_scheduled (self, self->next_kind);
  return G_SOURCE_REMOVE;
}

static void
set_timer (OstLane *self, gint64 next_us, OstTaskKind kind)
{
  gint64 now = ost_clock_get_time (ost_connection_get_clock (self->connection));

  clear_timer (self);
  self->next_kind = kind;
  self->timer = g_timeout_source_new ((guint)CLAMP ((next_us - now) / 1000, 0, G_MAXINT));
  g_source_set_static_name (self->timer, "ostiary-schedule");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, self->context);
}

static void
secret_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                   gpointer user_data)
{
  OstLane *self = user_data;

  if (event != G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT || self->stopping != NULL)
    return;
  /* What runs has perhaps read the file before: whether it was rejected is not known yet. */
  if (self->entries->len > 0)
    self->has_new_secret = TRUE;
  else if (self->is_refused)
    push_scheduled (self, OST_TASK_QUICK_SYNC);
}

static void
watch_secrets (OstLane *self)
{
  g_auto (GStrv) files = ost_connection_get_secret_files (self->connection);

  for (gsize i = 0; files[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_file_new_for_path (files[i]);
      GFileMonitor *monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);

      if (monitor == NULL)
        continue;
      g_signal_connect (monitor, "changed", G_CALLBACK (secret_changed_cb), self);
      g_ptr_array_add (self->monitors, monitor);
    }
}

/* Life */

static void
ost_lane_dispose (GObject *object)
{
  OstLane *self = OST_LANE (object);

  clear_timer (self);
  g_clear_pointer (&self->monitors, g_ptr_array_unref);
  G_OBJECT_CLASS (ost_lane_parent_class)->dispose (object);
}

static void
ost_lane_finalize (GObject *object)
{
  OstLane *self = OST_LANE (object);

  if (self->pool != NULL)
    g_thread_pool_free (self->pool, TRUE, TRUE);
  g_ptr_array_unref (self->entries);
  g_clear_pointer (&self->connection, ost_connection_unref);
  g_main_context_unref (self->context);
  G_OBJECT_CLASS (ost_lane_parent_class)->finalize (object);
}

static void
ost_lane_class_init (OstLaneClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = ost_lane_dispose;
  G_OBJECT_CLASS (klass)->finalize = ost_lane_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", OST_TYPE_LANE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
ost_lane_init (OstLane *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
}

OstLane *
ost_lane_new (OstConnection *connection, gint64 fence, gboolean has_schedule)
{
  OstLane *self = g_object_new (OST_TYPE_LANE, NULL);

  self->connection = ost_connection_ref (connection);
  self->fence = fence;
  self->has_schedule = has_schedule;
  self->pool = g_thread_pool_new (run_entry, self, 0, FALSE, NULL);
  return self;
}

void
ost_lane_start (OstLane *self)
{
  Planning planning = { 0 };

  g_return_if_fail (!self->is_started);

  self->is_started = TRUE;
  if (self->has_schedule)
    {
      watch_secrets (self);
      begin_planning (self, &planning);
      ost_connection_look (self->connection, look_and_plan, &planning);
      if (self->entries->len == 0)
        set_timer (self, planning.next_us, planning.kind);
    }
  g_thread_pool_set_max_threads (self->pool, 1, NULL);
}

OstConnection *
ost_lane_get_connection (OstLane *self)
{
  return self->connection;
}

void
ost_lane_cancel (OstLane *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    g_cancellable_cancel (((Entry *)self->entries->pdata[i])->cancellable);
}

void
ost_lane_stop_async (OstLane *self, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (self->stopping == NULL);

  g_task_set_source_tag (task, ost_lane_stop_async);
  clear_timer (self);
  g_ptr_array_set_size (self->monitors, 0);
  /* Nobody waits for statistics now. */
  g_atomic_int_inc (&self->n_waiting);
  /* What was held back until now ends, too, and begins nothing. */
  if (!self->is_started)
    ost_lane_cancel (self);
  g_thread_pool_set_max_threads (self->pool, 1, NULL);
  if (self->entries->len == 0)
    g_task_return_boolean (task, TRUE);
  else
    self->stopping = g_steal_pointer (&task);
}

void
ost_lane_stop_finish (OstLane *self, GAsyncResult *result)
{
  g_task_propagate_boolean (G_TASK (result), NULL);
}
