/* test-engine-sync.c: what a synchronisation does, and what it leaves alone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine-rig.h"

#include <string.h>

/* More than one listing is asked for. */
#define MANY 5200

typedef void (*TestFunc) (Rig *rig);

static void
run_test (gconstpointer data)
{
  Rig *rig = rig_new (100);

  (*(const TestFunc *)data) (rig);
  rig_free (rig);
}

static void
run_big_test (gconstpointer data)
{
  Rig *rig = rig_new (MANY);

  (*(const TestFunc *)data) (rig);
  rig_free (rig);
}

static OstReport *
sync_fully (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  OstReport *report = rig_run (rig, OST_TASK_FULL_SYNC, "a", &error);

  g_assert_no_error (error);
  g_assert_true (report->is_complete);
  g_assert_cmpint (report->kind, ==, OST_TASK_FULL_SYNC);
  return report;
}

static OstReport *
sync_quickly (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  OstReport *report = rig_run_quietly (rig, OST_TASK_QUICK_SYNC, "a", &error);

  g_assert_no_error (error);
  g_assert_true (report->is_complete);
  return report;
}

static void
fail_fully (Rig *rig, int code)
{
  g_autoptr (GError) error = NULL;
  OstReport *report = rig_run (rig, OST_TASK_FULL_SYNC, "a", &error);

  g_assert_error (error, OST_ERROR, code);
  g_assert_null (report);
}

/* Full */

static void
test_small (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  g_autoptr (OstConnectionStatus) status = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  g_assert_cmpuint (report->devices, ==, 100);
  g_assert_cmpuint (report->added, ==, 100);
  g_assert_cmpuint (report->changed + report->removed + report->held, ==, 0);
  g_assert_cmpuint (rig_count_asked (rig, "device:*"), ==, 1);
  rig_assert_inventory (rig, "a", 100, 0);
  status = rig_get_status (rig, "a");
  g_assert_cmpstr (status->state, ==, "connected");
  g_assert_cmpstr (status->answering_server, ==, "EX01");
  g_assert_cmpstr (status->run, ==, NULL);
  g_assert_cmpint (status->last_full_us, >, 0);
  g_assert_cmpint (status->last_success_us, ==, status->last_full_us);
}

/* One listing is tried first; what it shows of the size is that it is too large for one. */
static void
test_slices (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  g_autoptr (OstReport) again = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  g_assert_cmpuint (report->devices, ==, MANY);
  g_assert_cmpuint (report->added, ==, MANY);
  g_assert_cmpuint (rig_count_asked (rig, "device:*"), ==, 1 + 36 + 1);
  g_assert_cmpuint (rig->world.max_running, >, 1);
  g_assert_cmpuint (rig->world.max_running, <=, 4);
  /* Two helpers for the first plan, three for the second. */
  g_assert_cmpuint (rig->world.n_opens, ==, 1 + 2 + 3);
  rig_assert_inventory (rig, "a", MANY, 0);

  /* The second one knows how to cut. */
  rig_forget_asked (rig);
  again = sync_fully (rig);
  g_assert_cmpuint (again->devices, ==, MANY);
  g_assert_cmpuint (again->added + again->changed + again->removed + again->held, ==, 0);
  g_assert_cmpuint (rig_count_asked (rig, "device:*"), >, 2);
}

static void
test_slice_fails_twice (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;

  rig_fail (rig, "device:A", 2, OST_ERROR_UNAVAILABLE, 7);
  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  g_assert_cmpuint (report->added, ==, MANY);
  g_assert_cmpuint (rig_count_asked (rig, "device:A"), ==, 3);
  g_assert_cmpuint (rig_count_asked (rig, "device:B"), ==, 1);
  rig_assert_inventory (rig, "a", MANY, 0);
}

/* A server that asks to be left alone is, and the pause is as long as it asks. */
static void
test_throttled (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  gint64 before = rig_now (rig);

  rig_fail (rig, "mailbox", 1, OST_ERROR_THROTTLED, 0);
  ((RigFault *)rig->world.faults->pdata[0])->retry_after_ms = 9000;
  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  g_assert_cmpint (rig_now (rig) - before, >=, 9 * RIG_SECOND);
  g_assert_cmpuint (rig_count_asked (rig, "mailbox"), ==, 2);

  /* For longer than anybody wants to sit there, the run ends. */
  rig_fail (rig, "mailbox", 1, OST_ERROR_THROTTLED, 0);
  ((RigFault *)rig->world.faults->pdata[1])->retry_after_ms = 600 * 1000;
  fail_fully (rig, OST_ERROR_THROTTLED);
  g_assert_cmpuint (rig_count_asked (rig, "mailbox"), ==, 3);
}

static void
assert_last_run (Rig *rig, int code, gboolean is_complete)
{
  g_autoptr (GPtrArray) runs = ost_store_list_runs (rig->store, "a", 1, NULL);
  const OstRun *run = runs->pdata[0];

  g_assert_true (run->is_over);
  g_assert_cmpint (run->report.error_code, ==, code);
  g_assert_true (run->report.complete == is_complete);
}

static void
test_slice_fails_always (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) last = NULL;
  g_autofree char *state = NULL;
  g_autofree char *later = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  for (guint i = 0; i < 200; i++)
    rig_get_device (rig, i)->is_gone = TRUE;
  rig_add_device (rig, "ZZ-new");
  rig_forget_asked (rig);
  rig_fail (rig, "device:*", G_MAXUINT, OST_ERROR_UNAVAILABLE, 3);
  fail_fully (rig, OST_ERROR_UNAVAILABLE);
  rig_assert_inventory (rig, "a", MANY, 0);
  assert_last_run (rig, OST_ERROR_UNAVAILABLE, FALSE);
  state = rig_get_state (rig, "a");
  g_assert_cmpstr (state, ==, "unreachable");

  ((RigFault *)rig->world.faults->pdata[0])->code = OST_ERROR_PROTOCOL;
  fail_fully (rig, OST_ERROR_PROTOCOL);
  later = rig_get_state (rig, "a");
  g_assert_cmpstr (later, ==, "failed");
  rig_assert_inventory (rig, "a", MANY, 0);

  /* When it works again, all of it is seen: fewer than a twentieth have gone. */
  ((RigFault *)rig->world.faults->pdata[0])->times = 0;
  last = sync_fully (rig);
  g_assert_cmpuint (last->removed, ==, 200);
  g_assert_cmpuint (last->added, ==, 1);
  rig_assert_inventory (rig, "a", MANY - 199, 200);
}

/* What an interrupted run had listed is not everything. */
static void
test_resumed (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  g_autoptr (OstReport) after = NULL;
  gint64 first_began = rig_now (rig);
  guint n_first;

  rig_fail (rig, "device:M", G_MAXUINT, OST_ERROR_INVALID, 2);
  rig_start (rig, OST_ENGINE_ONCE);
  fail_fully (rig, OST_ERROR_INVALID);
  rig_assert_inventory (rig, "a", 0, 0);
  n_first = rig_count_asked (rig, "device:*");
  g_assert_cmpuint (n_first, <, 38);

  rig_advance (rig, 3 * RIG_HOUR);
  rig_restart (rig, OST_ENGINE_ONCE);
  ((RigFault *)rig->world.faults->pdata[0])->times = 0;
  rig_forget_asked (rig);
  report = sync_fully (rig);
  g_assert_cmpuint (report->added, ==, MANY);
  g_assert_cmpuint (report->held, ==, 0);
  rig_assert_inventory (rig, "a", MANY, 0);
  /* And yet what was listed is not listed again: of the 37 slices, only what was not done. */
  g_assert_cmpuint (rig_count_asked (rig, "device:*"), <, 37);
  g_assert_cmpuint (rig_count_asked (rig, "device:M"), ==, 1);

  /* What has changed since its listing, hours ago, is asked for. */
  after = sync_quickly (rig);
  g_assert_cmpint (rig->world.asked_since_us, >, 0);
  g_assert_cmpint (rig->world.asked_since_us, <=, first_began + RIG_MINUTE);
}

/* What is too old is listed again. */
static void
test_not_resumed (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;

  rig_fail (rig, "device:M", G_MAXUINT, OST_ERROR_INVALID, 2);
  rig_start (rig, OST_ENGINE_ONCE);
  fail_fully (rig, OST_ERROR_INVALID);
  ((RigFault *)rig->world.faults->pdata[0])->times = 0;
  rig_forget_asked (rig);
  rig_advance (rig, 7 * RIG_HOUR);
  report = sync_fully (rig);
  g_assert_cmpuint (report->added, ==, MANY);
  g_assert_cmpuint (rig_count_asked (rig, "device:*"), ==, 1 + 36 + 1);
}

/* Of what the account may not read, nothing is concluded. */
static void
test_dropped (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  g_autoptr (OstReport) again = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  rig_fail (rig, "recipient", G_MAXUINT, OST_ERROR_DENIED, 0);
  rig_fail (rig, "mailbox", G_MAXUINT, OST_ERROR_DENIED, 1);
  again = sync_fully (rig);
  g_assert_cmpuint (again->warnings->len, ==, 2);
  g_assert_cmpuint (again->changed + again->removed + again->held, ==, 0);
}

static void
test_cancelled (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) report = NULL;
  g_autofree char *state G_GNUC_UNUSED = NULL;
  RigRun *run;
  gint64 began;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  for (guint i = 0; i < MANY; i++)
    rig_get_device (rig, i)->is_gone = TRUE;
  rig_hold (rig, "device:*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 4);
  began = g_get_monotonic_time ();
  g_cancellable_cancel (run->cancellable);
  report = rig_run_end (rig, run, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (report);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 2 * G_USEC_PER_SEC);
  rig_assert_inventory (rig, "a", MANY, 0);
  rig_wait_for_state (rig, "a", "interrupted");
  assert_last_run (rig, -1, FALSE);
}

/* A task that was given up before its turn came changes nothing, not even the state. */
static void
test_cancelled_waiting (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) none = NULL;
  g_autoptr (OstReport) report = NULL;
  g_autofree char *state = NULL;
  RigRun *run, *waiting;
  guint n_opens;

  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "device:*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  waiting = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  n_opens = rig->world.n_opens;
  g_cancellable_cancel (waiting->cancellable);
  rig_release (rig);
  report = rig_run_end (rig, run, &none);
  g_assert_no_error (none);
  g_assert_null (rig_run_end (rig, waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (rig->world.n_opens, >=, n_opens);
  state = rig_get_state (rig, "a");
  g_assert_cmpstr (state, ==, "connected");
}

static void
test_no_open (Rig *rig)
{
  rig_fail (rig, "open", G_MAXUINT, OST_ERROR_UNAVAILABLE, 0);
  rig_start (rig, OST_ENGINE_ONCE);
  fail_fully (rig, OST_ERROR_UNAVAILABLE);
  g_assert_cmpuint (rig->world.n_opens, ==, rig->world.n_closes);
  rig_wait_for_state (rig, "a", "unreachable");
}

/* One worker that finds no shell is one worker less. */
static void
test_fewer_workers (Rig *rig)
{
  g_autoptr (OstReport) report = NULL;
  g_autoptr (OstReport) again = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  report = sync_fully (rig);
  rig->world.keeps_sessions = TRUE;
  rig->world.loses_sessions = FALSE;
  rig_configure (rig, RIG_A "shells=2\n");
  ost_engine_reload (rig->engine, rig->config, NULL);
  again = sync_fully (rig);
  g_assert_cmpuint (again->devices, ==, MANY);
  g_assert_cmpuint (rig->world.n_sessions, ==, 0);
}

/* Removals */

static void
test_held (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) second = NULL;
  g_autoptr (OstReport) third = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  for (guint i = 0; i < 40; i++)
    rig_get_device (rig, i)->is_gone = TRUE;
  second = sync_fully (rig);
  g_assert_cmpuint (second->held, ==, 40);
  g_assert_cmpuint (second->removed, ==, 0);
  g_assert_false (ost_report_is_ok (second));
  g_assert_cmpuint (second->warnings->len, ==, 1);
  rig_assert_inventory (rig, "a", 100, 0);
  third = sync_fully (rig);
  g_assert_cmpuint (third->held, ==, 0);
  g_assert_cmpuint (third->removed, ==, 40);
  rig_assert_inventory (rig, "a", 60, 40);
}

static void
test_missing (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) second = NULL;
  g_autoptr (OstReport) third = NULL;
  g_autoptr (OstReport) fourth = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  rig_get_device (rig, 1)->is_gone = rig_get_device (rig, 2)->is_gone = TRUE;
  second = sync_fully (rig);
  g_assert_cmpuint (second->removed, ==, 2);
  rig_assert_inventory (rig, "a", 98, 2);
  rig_advance (rig, 47 * RIG_HOUR);
  rig_get_device (rig, 2)->is_gone = FALSE;
  third = sync_fully (rig);
  rig_assert_inventory (rig, "a", 99, 1);
  rig_advance (rig, 2 * RIG_HOUR);
  fourth = sync_fully (rig);
  rig_assert_inventory (rig, "a", 99, 0);
}

/* Quick */

static void
test_quick_first (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report = NULL;

  rig_start (rig, OST_ENGINE_ONCE);
  report = rig_run (rig, OST_TASK_QUICK_SYNC, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpint (report->kind, ==, OST_TASK_FULL_SYNC);
  rig_assert_inventory (rig, "a", 100, 0);
}

static void
test_quick (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) quick = NULL;
  RigDevice *device;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  rig_advance (rig, 2 * RIG_HOUR);
  device = rig_get_device (rig, 5);
  device->state = "Blocked";
  device->changed_us = rig_now (rig);
  rig_add_device (rig, "NEW1");
  rig_get_device (rig, 6)->is_gone = TRUE;
  rig_forget_asked (rig);
  quick = sync_quickly (rig);
  g_assert_cmpint (quick->kind, ==, OST_TASK_QUICK_SYNC);
  g_assert_cmpuint (quick->added, ==, 1);
  g_assert_cmpuint (quick->changed, ==, 1);
  g_assert_cmpuint (rig_count_asked (rig, "device*"), ==, 1);
  /* It never concludes that something has gone. */
  rig_assert_inventory (rig, "a", 101, 0);
}

static void
test_quick_without_changed (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) quick = NULL;

  rig->world.knows_changed = FALSE;
  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  rig_advance (rig, 2 * RIG_HOUR);
  rig_add_device (rig, "NEW1")->state = "Quarantined";
  rig_get_device (rig, 5)->state = "Quarantined";
  rig_forget_asked (rig);
  quick = sync_quickly (rig);
  g_assert_cmpuint (quick->added, ==, 1);
  g_assert_cmpuint (quick->changed, ==, 1);
  g_assert_cmpuint (rig_count_asked (rig, "device>first"), ==, 1);
  g_assert_cmpuint (rig_count_asked (rig, "device=Quarantined"), ==, 1);
  rig_assert_inventory (rig, "a", 101, 0);
}

static void
test_quick_without_anything (Rig *rig)
{
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) quick = NULL;

  rig->world.knows_changed = rig->world.knows_first_sync = FALSE;
  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  rig_add_device (rig, "NEW1");
  rig_get_device (rig, 5)->is_gone = TRUE;
  quick = sync_quickly (rig);
  g_assert_cmpuint (quick->added, ==, 1);
  rig_assert_inventory (rig, "a", 101, 0);
}

static void
test_quick_fails (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) first = NULL;
  g_autoptr (OstReport) quick = NULL;
  gint64 since;

  rig_start (rig, OST_ENGINE_ONCE);
  first = sync_fully (rig);
  rig_advance (rig, 2 * RIG_HOUR);
  rig_add_device (rig, "NEW1");
  rig_fail (rig, "device>changed", 1, OST_ERROR_TIMED_OUT, 0);
  g_assert_null (rig_run_quietly (rig, OST_TASK_QUICK_SYNC, "a", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_TIMED_OUT);
  rig_wait_for_state (rig, "a", "unreachable");
  assert_last_run (rig, OST_ERROR_TIMED_OUT, FALSE);
  since = rig_now (rig) - 3 * RIG_HOUR;
  /* The next one asks from where the last good one began. */
  rig_advance (rig, 5 * RIG_HOUR);
  quick = sync_quickly (rig);
  g_assert_cmpuint (quick->added, ==, 1);
  g_assert_cmpint (rig->world.asked_since_us, <=, since + RIG_MINUTE);
}

static gboolean
is_listing (gpointer data)
{
  return g_strcmp0 (((RigRun *)data)->last_phase, "listing") == 0;
}

/* Progress is told where it was asked for: the rig looks at each call. */
static void
test_progress (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report = NULL;
  RigRun *run;

  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "device:*");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", TRUE);
  rig_wait_for_hold (rig, 1);
  rig_wait_for_state (rig, "a", "synchronising");
  rig_wait (is_listing, run);
  rig_release (rig);
  report = rig_run_end (rig, run, &error);
  g_assert_no_error (error);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static const struct {
  const char *path;
  TestFunc func;
} tests[] = {
  { "/engine/full/small", test_small },
  { "/engine/full/throttled", test_throttled },
  { "/engine/full/dropped", test_dropped },
  { "/engine/full/cancelled-waiting", test_cancelled_waiting },
  { "/engine/full/no-open", test_no_open },
  { "/engine/full/held", test_held },
  { "/engine/full/missing", test_missing },
  { "/engine/quick/first", test_quick_first },
  { "/engine/quick/changed", test_quick },
  { "/engine/quick/without-changed", test_quick_without_changed },
  { "/engine/quick/without-anything", test_quick_without_anything },
  { "/engine/quick/fails", test_quick_fails },
  { "/engine/progress", test_progress },
}, big_tests[] = {
  { "/engine/slices/all", test_slices },
  { "/engine/slices/fails-twice", test_slice_fails_twice },
  { "/engine/slices/fails-always", test_slice_fails_always },
  { "/engine/slices/resumed", test_resumed },
  { "/engine/slices/not-resumed", test_not_resumed },
  { "/engine/slices/cancelled", test_cancelled },
  { "/engine/slices/fewer-workers", test_fewer_workers },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i].func, run_test);
  for (gsize i = 0; i < G_N_ELEMENTS (big_tests); i++)
    g_test_add_data_func (big_tests[i].path, &big_tests[i].func, run_big_test);
  return g_test_run ();
}
