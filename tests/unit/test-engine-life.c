/* test-engine-life.c: the lease, reloading, stopping, the schedule, statistics */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine-rig.h"

#include <string.h>

#define RIG_B                                                                                      \
  "[connection b]\n"                                                                               \
  "environment=fake\n"                                                                             \
  "server=two.example\n"                                                                           \
  "user=CORP\\other\n"                                                                             \
  "password-secret=file:@FOLDER@/secret\n"                                                         \
  "statistics=none\n"

#define RIG_STATISTICS(mode)                                                                       \
  "[connection a]\n"                                                                               \
  "environment=fake\n"                                                                             \
  "server=one.example\n"                                                                           \
  "user=CORP\\svc\n"                                                                               \
  "password-secret=file:@FOLDER@/secret\n"                                                         \
  "statistics=" mode "\n"

typedef void (*TestFunc) (Rig *rig);

static void
run_test (gconstpointer data)
{
  Rig *rig = rig_new (100);

  (*(const TestFunc *)data) (rig);
  rig_free (rig);
}

static OstReport *
sync_ (Rig *rig, OstTaskKind kind, const char *connection)
{
  g_autoptr (GError) error = NULL;
  OstReport *report = rig_run (rig, kind, connection, &error);

  g_assert_no_error (error);
  return report;
}

static void
sync_fully (Rig *rig, const char *connection)
{
  g_autoptr (OstReport) report = sync_ (rig, OST_TASK_FULL_SYNC, connection);

  g_assert_true (report->is_complete);
}

static gboolean
is_set (gpointer data)
{
  return *(gboolean *)data;
}

/* The lease */

static void
test_lease_refused (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  gint64 fence;

  ost_store_acquire_lease (rig->store, "another", "ostiaryd, process 7", RIG_MINUTE, rig_now (rig),
                           &fence, &error);
  g_assert_no_error (error);
  g_assert_false (rig_try_start (rig, OST_ENGINE_ONCE, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "ostiaryd, process 7"));
  g_assert_cmpuint (rig->world.n_opens, ==, 0);
}

static void
lease_lost_cb (OstEngine *engine, gpointer user_data)
{
  *(gboolean *)user_data = TRUE;
}

/* Another process has taken over: what runs ends, and nothing of it is written. */
static void
test_lease_lost (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (GError) refusal = NULL;
  gboolean is_lost = FALSE;
  gint64 fence;
  RigRun *run;

  rig_start (rig, OST_ENGINE_SERVICE);
  g_signal_connect (rig->engine, "lease-lost", G_CALLBACK (lease_lost_cb), &is_lost);
  rig_wait_for_state (rig, "a", "connected");
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  ost_store_acquire_lease (rig->store, "another", "another", RIG_MINUTE,
                           rig_now (rig) + 61 * RIG_SECOND, &fence, &error);
  g_assert_no_error (error);
  rig_advance (rig, 25 * RIG_SECOND);
  rig_wait (is_set, &is_lost);
  g_assert_null (rig_run_end (rig, run, &failure));
  g_assert_error (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&failure);
  g_assert_null (rig_run (rig, OST_TASK_FULL_SYNC, "a", &failure));
  g_assert_error (failure, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_assert_false (ost_engine_reload (rig->engine, rig->config, &refusal));
  g_assert_error (refusal, OST_ERROR, OST_ERROR_UNAVAILABLE);
  /* Its run is for the other process to end. */
  rig->leaves_runs = TRUE;
}

/* Reloading */

static void
reload (Rig *rig, const char *connections)
{
  g_autoptr (GError) error = NULL;

  rig_configure (rig, connections);
  ost_engine_reload (rig->engine, rig->config, &error);
  g_assert_no_error (error);
}

static void
test_reload_adds (Rig *rig)
{
  g_autoptr (GError) error = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  g_assert_null (rig_run (rig, OST_TASK_FULL_SYNC, "b", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  reload (rig, RIG_A RIG_B);
  sync_fully (rig, "b");
  sync_fully (rig, "a");
}

static void
test_reload_removes (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  RigRun *run;

  rig_configure (rig, RIG_A RIG_B);
  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "b", TRUE);
  rig_wait_for_hold (rig, 1);
  reload (rig, RIG_A);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (rig_run (rig, OST_TASK_FULL_SYNC, "b", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  rig_release (rig);
  sync_fully (rig, "a");
}

/* What runs comes to its end, and what is asked for then waits for it. */
static void
test_reload_changes (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) second = NULL;
  RigRun *run, *next;
  guint n_opens;

  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  reload (rig, RIG_A "shells=1\n");
  next = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  n_opens = rig->world.n_opens;
  for (guint i = 0; i < 50; i++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (2000);
    }
  g_assert_cmpuint (rig->world.n_opens, <=, n_opens + 3);
  g_assert_null (next->result);
  rig_release (rig);
  first = rig_run_end (rig, run, NULL);
  g_assert_nonnull (first);
  rig_forget_asked (rig);
  second = rig_run_end (rig, next, NULL);
  g_assert_nonnull (second);
}

/* Twice before the first has come to its end. */
static void
test_reload_twice (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) first = NULL;
  RigRun *run, *next;

  rig_start (rig, OST_ENGINE_SERVICE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  reload (rig, RIG_A "shells=1\n");
  next = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  reload (rig, RIG_A "shells=2\n");
  reload (rig, RIG_A "shells=3\n");
  g_assert_null (rig_run_end (rig, next, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  rig_release (rig);
  first = rig_run_end (rig, run, NULL);
  g_assert_nonnull (first);
  sync_fully (rig, "a");
}

static void
test_reload_then_stop (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) none = NULL;
  RigRun *run, *next;

  rig_start (rig, OST_ENGINE_SERVICE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  reload (rig, RIG_A "shells=1\n");
  next = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_stop (rig);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (rig_run_end (rig, next, &none));
  g_assert_error (none, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_reload_same (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  RigRun *run;

  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  reload (rig, RIG_A);
  rig_release (rig);
  report = rig_run_end (rig, run, NULL);
  g_assert_nonnull (report);
}

/* Stopping */

static void
test_stop (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) waiting_error = NULL;
  g_autofree char *state = NULL;
  RigRun *run, *waiting;
  gint64 began, fence;

  rig->world.uses_http = TRUE;
  rig_start (rig, OST_ENGINE_SERVICE);
  rig_hold (rig, "device*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  waiting = rig_run_begin (rig, OST_TASK_QUICK_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  began = g_get_monotonic_time ();
  rig_stop (rig);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpuint (rig->world.n_opens, ==, rig->world.n_closes);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (rig_run_end (rig, waiting, &waiting_error));
  g_assert_error (waiting_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  state = rig_get_state (rig, "a");
  g_assert_cmpstr (state, ==, "interrupted");
  /* The store is free for whoever comes. */
  g_assert_true (ost_store_acquire_lease (rig->store, "another", "another", RIG_MINUTE,
                                          rig_now (rig), &fence, NULL));
}

static void
test_stop_idle (Rig *rig)
{
  rig_start (rig, OST_ENGINE_SERVICE);
}

/* Before anything could begin. */
static void
test_stop_at_once (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  RigRun *run;

  rig_start (rig, OST_ENGINE_SERVICE);
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_stop (rig);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The schedule */

static void
test_schedule (Rig *rig)
{
  g_autoptr (OstConnectionStatus) status = NULL;

  rig_start (rig, OST_ENGINE_SERVICE);
  rig_wait_for_state (rig, "a", "connected");
  rig_assert_inventory (rig, "a", 100, 0);
  status = rig_get_status (rig, "a");
  g_assert_cmpint (status->next_quick_us, >, rig_now (rig));
  g_assert_cmpint (status->next_quick_us, <=, rig_now (rig) + 2 * RIG_MINUTE);
  g_assert_cmpint (status->next_full_us, >, rig_now (rig) + 23 * RIG_HOUR);
  g_assert_nonnull (status->process);
}

/* How long a full run took says nothing of how often quick ones may run. */
static void
test_schedule_after_long_full (Rig *rig)
{
  g_autoptr (OstConnectionStatus) status = NULL;

  rig_start (rig, OST_ENGINE_SERVICE);
  rig_hold (rig, "device*");
  rig_wait_for_hold (rig, 1);
  rig_advance (rig, 5 * RIG_HOUR);
  rig_release (rig);
  rig_wait_for_state (rig, "a", "connected");
  status = rig_get_status (rig, "a");
  g_assert_cmpint (status->next_quick_us, <=, rig_now (rig) + 2 * RIG_MINUTE);
}

/* What a crash left in the status is not shown as if it went on. */
static void
test_crashed (Rig *rig)
{
  g_autoptr (OstConnectionStatus) status = ost_connection_status_new ();
  g_autoptr (OstConnectionStatus) after = NULL;
  g_autoptr (GError) error = NULL;

  status->state = g_strdup ("synchronising");
  status->run = g_strdup ("full");
  status->run_count = 7;
  ost_store_save_status (rig->store, "a", status, &error);
  g_assert_no_error (error);
  rig_fail (rig, "open", G_MAXUINT, OST_ERROR_UNAVAILABLE, 0);
  rig_start (rig, OST_ENGINE_SERVICE);
  rig_wait_for_state (rig, "a", "unreachable");
  after = rig_get_status (rig, "a");
  g_assert_cmpstr (after->run, ==, NULL);
}

/* Statistics */

static guint
count_read (Rig *rig)
{
  return rig_count_asked (rig, "statistics:*");
}

static void
test_statistics_none (Rig *rig)
{
  rig_start (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 0);
}

static void
test_statistics_changed (Rig *rig)
{
  g_autoptr (OstConnectionStatus) status = NULL;
  g_autoptr (OstReport) quick = NULL;

  rig_configure (rig, RIG_STATISTICS ("changed"));
  rig_start (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 50);
  status = rig_get_status (rig, "a");
  g_assert_cmpint (status->statistics_unread, ==, 0);
  g_assert_cmpint (status->statistics_oldest_us, >, 0);

  /* Of what is fresh, only what has changed. */
  rig_forget_asked (rig);
  rig_get_device (rig, 10)->changed_us = rig_now (rig);
  rig_get_device (rig, 10)->state = "Blocked";
  quick = sync_ (rig, OST_TASK_QUICK_SYNC, "a");
  g_assert_cmpuint (quick->changed, ==, 1);
  g_assert_cmpuint (count_read (rig), ==, 1);
}

static void
test_statistics_all (Rig *rig)
{
  rig_configure (rig, RIG_STATISTICS ("all"));
  rig_start (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 100);
}

/* Ten minutes an hour, whatever happens. */
static void
test_statistics_budget (Rig *rig)
{
  g_autoptr (OstReport) quick = NULL;
  g_autoptr (OstConnectionStatus) status = NULL;

  rig_configure (rig, RIG_STATISTICS ("changed"));
  rig->world.reading_us = RIG_MINUTE;
  rig_start (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 10);
  status = rig_get_status (rig, "a");
  g_assert_cmpint (status->statistics_unread, ==, 80);
  /* Nothing is left, in a later process either. */
  rig_restart (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 10);
  rig_advance (rig, RIG_HOUR);
  quick = sync_ (rig, OST_TASK_QUICK_SYNC, "a");
  g_assert_cmpuint (count_read (rig), ==, 20);
}

/* A quick run by schedule takes its part of the budget alone: 2 minutes of 60, of 600 seconds. */
static void
test_statistics_share (Rig *rig)
{
  g_autoptr (OstReport) quick = NULL;
  g_autoptr (GError) error = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  sync_fully (rig, "a");
  reload (rig, RIG_STATISTICS ("changed"));
  rig->world.reading_us = 5 * RIG_SECOND;
  quick = rig_run_quietly (rig, OST_TASK_QUICK_SYNC, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_read (rig), ==, 4);
}

/* Whoever asks for something does not wait for statistics. */
static void
test_statistics_give_way (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) second = NULL;
  RigRun *run, *next;

  rig_configure (rig, RIG_STATISTICS ("all"));
  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "statistics:*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  next = rig_run_begin (rig, OST_TASK_QUICK_SYNC, "a", TRUE);
  rig_release (rig);
  first = rig_run_end (rig, run, NULL);
  g_assert_nonnull (first);
  g_assert_cmpuint (count_read (rig), <, 50);
  second = rig_run_end (rig, next, NULL);
  g_assert_nonnull (second);
}

/* The synchronisation was done: that its statistics were cut short does not make it undone, and
 * the time that they took is not given back. */
static void
test_statistics_cancelled (Rig *rig)
{
  g_autoptr (OstConnectionStatus) status = NULL;
  g_autoptr (GPtrArray) runs G_GNUC_UNUSED = NULL;
  g_autoptr (GError) error = NULL;
  RigRun *run;

  rig_configure (rig, RIG_STATISTICS ("all"));
  rig->world.reading_us = RIG_MINUTE;
  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "statistics:*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  rig_advance (rig, 10 * RIG_MINUTE);
  g_cancellable_cancel (run->cancellable);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  rig_wait_for_state (rig, "a", "connected");
  status = rig_get_status (rig, "a");
  g_assert_cmpint (status->last_full_us, >, 0);
  rig_release (rig);
  rig_forget_asked (rig);
  sync_fully (rig, "a");
  g_assert_cmpuint (count_read (rig), ==, 0);
}

static void
test_statistics_skipped (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;

  rig_configure (rig, RIG_STATISTICS ("all"));
  rig_fail (rig, "statistics:*", 8, OST_ERROR_NOT_FOUND, 0);
  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_ (rig, OST_TASK_FULL_SYNC, "a");
  g_assert_cmpuint (count_read (rig), ==, 50);
  /* Five by name, and how many in all. */
  g_assert_cmpuint (report->warnings->len, ==, 6);
}

static const struct {
  const char *path;
  TestFunc func;
} tests[] = {
  { "/engine/lease/refused", test_lease_refused },
  { "/engine/lease/lost", test_lease_lost },
  { "/engine/reload/adds", test_reload_adds },
  { "/engine/reload/removes", test_reload_removes },
  { "/engine/reload/changes", test_reload_changes },
  { "/engine/reload/twice", test_reload_twice },
  { "/engine/reload/then-stop", test_reload_then_stop },
  { "/engine/reload/same", test_reload_same },
  { "/engine/stop/running", test_stop },
  { "/engine/stop/idle", test_stop_idle },
  { "/engine/stop/at-once", test_stop_at_once },
  { "/engine/schedule/first", test_schedule },
  { "/engine/schedule/after-long-full", test_schedule_after_long_full },
  { "/engine/schedule/crashed", test_crashed },
  { "/engine/statistics/none", test_statistics_none },
  { "/engine/statistics/changed", test_statistics_changed },
  { "/engine/statistics/all", test_statistics_all },
  { "/engine/statistics/budget", test_statistics_budget },
  { "/engine/statistics/share", test_statistics_share },
  { "/engine/statistics/give-way", test_statistics_give_way },
  { "/engine/statistics/cancelled", test_statistics_cancelled },
  { "/engine/statistics/skipped", test_statistics_skipped },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i].func, run_test);
  return g_test_run ();
}
