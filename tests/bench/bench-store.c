/* bench-store.c: what reconciling a full listing costs, and how long it keeps another writer waiting */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "../unit/scratch.h"
#include "../unit/store-fixture.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 500
/* One device in so many is changed. */
#define CHANGED_OF 100
#define ROUNDS_OF_READING 3

typedef struct {
  double wall;
  double cpu;
} Times;

typedef struct {
  StoreFixture *fixture;
  gint stop;
  gint64 longest_us;
  gint64 calls;
} Rival;

static double
get_seconds (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static Times
start (void)
{
  return (Times){ get_seconds (CLOCK_MONOTONIC), get_seconds (CLOCK_PROCESS_CPUTIME_ID) };
}

static Times
stop (Times began)
{
  return (Times){ get_seconds (CLOCK_MONOTONIC) - began.wall,
                  get_seconds (CLOCK_PROCESS_CPUTIME_ID) - began.cpu };
}

static gint64
read_peak_kib (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmHWM:");
  return line != NULL ? g_ascii_strtoll (line + 6, NULL, 10) : 0;
}

/* Another writer, who wants to write all the time. */
static gpointer
rival_cb (gpointer data)
{
  Rival *rival = data;
  OstConnectionStatus status = { .state = (char *)"connected", .last_error_code = -1 };

  while (!g_atomic_int_get (&rival->stop))
    {
      gint64 began = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      ost_store_save_status (rival->fixture->store, "other", &status, &error);
      g_assert_no_error (error);
      rival->longest_us = MAX (rival->longest_us, g_get_monotonic_time () - began);
      rival->calls++;
      g_usleep (1000);
    }
  return NULL;
}

static void
stage_all (StoreFixture *fixture, gint64 run, guint n_devices, gboolean is_changed)
{
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, "all");
  g_autoptr (GPtrArray) batch = store_fixture_objects ();
  g_autoptr (GError) error = NULL;

  ost_store_begin_slice (fixture->store, run, slice, fixture->now, &error);
  g_assert_no_error (error);
  for (guint number = 0; number < n_devices; number++)
    {
      OstObject *device = store_fixture_device (number, number / 2, number % 100);

      if (is_changed && number % CHANGED_OF == 0)
        ost_object_set_text (device, OST_DEVICE_OS, "iOS 18.1 22B83", -1);
      g_ptr_array_add (batch, device);
      if (batch->len < BATCH && number + 1 < n_devices)
        continue;
      ost_store_stage_objects (fixture->store, run, slice, batch, OST_STORE_NONE, fixture->now,
                               &error);
      g_assert_no_error (error);
      g_ptr_array_set_size (batch, 0);
    }
  slice->rows = n_devices;
  ost_store_finish_slice (fixture->store, run, slice, fixture->now, &error);
  g_assert_no_error (error);
}

/* What making the objects costs is not the store's. */
static double
measure_making (guint n_devices)
{
  Times began = start ();

  for (guint number = 0; number < n_devices; number++)
    ost_object_unref (store_fixture_device (number, number / 2, number % 100));
  return stop (began).cpu;
}

static Times
reconcile (StoreFixture *fixture, gint64 run, Rival *rival, OstReconcileResult *result)
{
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  GThread *thread = rival != NULL ? g_thread_new ("rival", rival_cb, rival) : NULL;
  g_autoptr (GError) error = NULL;
  Times began;
  Times times;

  fixture->now += HOUR;
  options.now_us = fixture->now;
  began = start ();
  ost_store_reconcile (fixture->store, run, &options, result, NULL, &error);
  times = stop (began);
  g_assert_no_error (error);
  if (thread != NULL)
    {
      g_atomic_int_set (&rival->stop, 1);
      g_thread_join (thread);
    }
  return times;
}

/* Reads every column of every row, as the file holds them. */
static Times
read_table (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  sqlite3 *database = NULL;
  sqlite3_stmt *statement = NULL;
  Times began = start ();
  gint64 bytes = 0;

  g_assert_cmpint (
    sqlite3_open_v2 (path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL), ==,
    SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (database, "SELECT * FROM device", -1, &statement, NULL), ==,
                   SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    for (int column = 0; column < sqlite3_column_count (statement); column++)
      if (sqlite3_column_type (statement, column) == SQLITE_INTEGER)
        bytes += sqlite3_column_int64 (statement, column) & 1;
      else if (sqlite3_column_blob (statement, column) != NULL)
        bytes += sqlite3_column_bytes (statement, column);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  g_assert_cmpint (bytes, >, 0);
  return stop (began);
}

static void
resume (StoreFixture *fixture, gint64 *run)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_slice_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) begun = NULL;
  Times opening;

  opening = start ();
  store_fixture_reopen (fixture);
  g_print ("opening with the check of the file: %.2f s\n", stop (opening).wall);
  begun = ost_store_begin_run (fixture->store, "contoso", OST_RUN_FULL, fixture->fence, 0,
                               fixture->now, &error);
  g_assert_no_error (error);
  g_ptr_array_add (slices, ost_slice_new (OST_KIND_DEVICE, "all"));
  ost_store_plan_slices (fixture->store, begun->id, slices, &error);
  g_assert_no_error (error);
  *run = begun->id;
}

static gboolean
count_cb (const OstDeviceRow *row, gpointer data)
{
  (*(guint *)data)++;
  return TRUE;
}

static void
measure_first (StoreFixture *fixture, guint n_devices)
{
  double making = measure_making (n_devices);
  gint64 run = store_fixture_begin (fixture, FALSE);
  g_auto (OstReconcileResult) result = { 0 };
  Times staging = start ();
  Times reconciling;

  stage_all (fixture, run, n_devices, FALSE);
  staging = stop (staging);
  g_print ("staged: %.1f MiB\n", (double)read_peak_kib () / 1024);
  reconciling = reconcile (fixture, run, NULL, &result);
  g_assert_cmpint (result.devices.added, ==, n_devices);
  g_print ("first sync: staging %.2f s (%.2f us of CPU a device), reconciling %.2f s (%.2f us)\n",
           staging.wall, (staging.cpu - making) / n_devices * 1e6, reconciling.wall,
           reconciling.cpu / n_devices * 1e6);
}

static void
measure_second (StoreFixture *fixture, guint n_devices)
{
  gint64 run;
  Rival rival = { .fixture = fixture };
  g_auto (OstReconcileResult) result = { 0 };
  double best = G_MAXDOUBLE;
  double worst = 0;
  Times reconciling;

  fixture->now += HOUR;
  run = store_fixture_begin (fixture, FALSE);
  stage_all (fixture, run, n_devices, TRUE);
  g_clear_object (&fixture->store);
  for (guint round = 0; round < ROUNDS_OF_READING; round++)
    {
      double seconds = read_table (fixture->folder, "ostiary.db").wall
                       + read_table (fixture->folder, "staging-1.db").wall;

      best = MIN (best, seconds);
      worst = MAX (worst, seconds);
    }
  resume (fixture, &run);
  reconciling = reconcile (fixture, run, &rival, &result);
  g_assert_cmpint (result.devices.changed, ==, (n_devices + CHANGED_OF - 1) / CHANGED_OF);
  g_assert_cmpint (result.devices.added + result.devices.removed, ==, 0);
  g_print ("reading both tables once: %.2f s (noise %.0f %%)\n", best, (worst / best - 1) * 100);
  g_print ("reconciling, 1 %% changed: %.2f s, %.2f times that; at most 3\n", reconciling.wall,
           reconciling.wall / best);
  g_print ("another writer waited %.0f ms at most in %" G_GINT64_FORMAT " calls; at most 250\n",
           (double)rival.longest_us / 1000, rival.calls);
}

static void
measure_query (StoreFixture *fixture)
{
  OstDeviceQuery query = { 0 };
  g_autoptr (GError) error = NULL;
  guint count = 0;
  Times began = start ();
  Times times;

  ost_store_query_devices (fixture->store, &query, count_cb, &count, NULL, NULL, &error);
  g_assert_no_error (error);
  times = stop (began);
  g_print ("listing %u devices: %.2f s\n", count, times.wall);
}

int
main (int argc, char **argv)
{
  guint n_devices = argc > 1 ? (guint)atoi (argv[1]) : 1000000;
  StoreFixture fixture = { 0 };

  store_fixture_set_up (&fixture, NULL);
  g_print ("%u devices in %s, peak memory before: %.1f MiB\n", n_devices, fixture.folder,
           (double)read_peak_kib () / 1024);
  measure_first (&fixture, n_devices);
  g_print ("peak memory: %.1f MiB\n", (double)read_peak_kib () / 1024);
  measure_second (&fixture, n_devices);
  measure_query (&fixture);
  g_print ("peak memory: %.1f MiB\n", (double)read_peak_kib () / 1024);
  store_fixture_tear_down (&fixture, NULL);
  return 0;
}
