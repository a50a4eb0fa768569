/* test-store-staging.c: what a run left behind is gone on with, whatever ended it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static gint64
begin (StoreFixture *self, gint64 keep_since)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) run = NULL;

  self->now += G_USEC_PER_SEC;
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_FULL, self->fence, keep_since,
                             self->now, &error);
  g_assert_no_error (error);
  return run->id;
}

static void
plan (StoreFixture *self, gint64 run, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, " ", -1);
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_slice_free);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; list[i] != NULL; i++)
    g_ptr_array_add (slices, ost_slice_new (OST_KIND_DEVICE, list[i]));
  g_assert_true (ost_store_plan_slices (self->store, run, slices, &error));
  g_assert_no_error (error);
}

static void
stage (StoreFixture *self, gint64 run, const char *name, guint first, guint end, gboolean is_done)
{
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, name);
  g_autoptr (GPtrArray) devices = store_fixture_devices (first, end);
  g_autoptr (GError) error = NULL;

  self->now += G_USEC_PER_SEC;
  slice->server = g_strdup ("mail1");
  g_assert_true (ost_store_begin_slice (self->store, run, slice, self->now, &error));
  g_assert_true (
    ost_store_stage_objects (self->store, run, slice, devices, OST_STORE_NONE, self->now, &error));
  slice->rows = devices->len;
  if (is_done)
    g_assert_true (ost_store_finish_slice (self->store, run, slice, self->now, &error));
  g_assert_no_error (error);
}

/* `name:rows:done` of each slice. */
static char *
describe (StoreFixture *self, gint64 run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) slices = ost_store_list_slices (self->store, run, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < slices->len; i++)
    {
      const OstSlice *slice = g_ptr_array_index (slices, i);

      g_string_append_printf (text, "%s%s:%" G_GINT64_FORMAT ":%d", i > 0 ? " " : "", slice->name,
                              slice->rows, slice->done_us != 0);
    }
  return g_string_free (text, FALSE);
}

static void
assert_slices (StoreFixture *self, gint64 run, const char *expected)
{
  g_autofree char *found = describe (self, run);

  g_assert_cmpstr (found, ==, expected);
}

static void
test_resume (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  OstRunReport report = { .error_code = OST_ERROR_UNAVAILABLE };
  g_auto (OstReconcileResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  assert_slices (self, run, "");
  plan (self, run, "a b c");
  stage (self, run, "a", 0, 10, TRUE);
  stage (self, run, "b", 10, 25, FALSE);
  assert_slices (self, run, "a:10:1 b:15:0 c:0:0");
  g_assert_true (ost_store_finish_run (self->store, run, &report, "test", &error));

  /* Only what was done is taken on; the plan is the same. */
  store_fixture_reopen (self);
  run = begin (self, self->now - HOUR);
  assert_slices (self, run, "a:10:1");
  plan (self, run, "a b c");
  assert_slices (self, run, "a:10:1 b:0:0 c:0:0");
  stage (self, run, "b", 10, 20, TRUE);
  stage (self, run, "c", 20, 30, TRUE);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.devices.listed, ==, 30);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 30);

  /* A listing that became the inventory is not gone on with. */
  run = begin (self, 0);
  assert_slices (self, run, "");
}

/* Killed after everybody saw the new inventory and before the listing was removed. */
static void
test_used_up (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "staging-1.db", NULL);
  g_autofree char *kept = g_build_filename (self->folder, "kept", NULL);
  gint64 run = begin (self, G_MAXINT64);

  plan (self, run, "a");
  stage (self, run, "a", 0, 10, TRUE);
  g_assert_cmpint (link (path, kept), ==, 0);
  store_fixture_end (self, run, NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rename (kept, path), ==, 0);
  store_fixture_reopen (self);
  run = begin (self, 0);
  assert_slices (self, run, "");
}

/* The comparison is done and nothing of it applied yet, as after a crash, or with the disk full. */
static void
stop_before_applying (StoreFixture *self, gint64 run)
{
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  g_auto (OstReconcileResult) result = { 0 };
  g_autoptr (GError) error = NULL;
  gint64 generation = store_fixture_sql_number (self, "SELECT generation FROM connection");
  g_autofree char *back
    = g_strdup_printf ("UPDATE connection SET generation = %" G_GINT64_FORMAT, generation);

  options.now_us = self->now;
  store_fixture_sql (self, "UPDATE connection SET generation = 9223372036854775807");
  g_assert_false (ost_store_reconcile (self->store, run, &options, &result, NULL, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  store_fixture_sql (self, back);
}

static void
quick (StoreFixture *self, guint first, guint end, const char *os)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (first, end);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) run = NULL;

  self->now += G_USEC_PER_SEC;
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                             &error);
  g_assert_no_error (error);
  for (guint i = 0; i < devices->len; i++)
    ost_object_set_text (g_ptr_array_index (devices, i), OST_DEVICE_OS, os, -1);
  ost_store_upsert_objects (self->store, run->id, OST_KIND_DEVICE, devices, OST_STORE_NONE, "test",
                            self->now, NULL, &error);
  g_assert_no_error (error);
}

static void
assert_os (StoreFixture *self, guint number, const char *expected)
{
  g_autofree char *os = store_fixture_text (self, number, OST_COLUMN_OS);

  g_assert_cmpstr (os, ==, expected);
}

static GPtrArray *
make_devices (guint first, guint end, const char *os)
{
  GPtrArray *devices = store_fixture_devices (first, end);

  for (guint i = 0; i < devices->len; i++)
    ost_object_set_text (g_ptr_array_index (devices, i), OST_DEVICE_OS, os, -1);
  return devices;
}

/* Between comparison and application, a quick run is faster. */
static void
test_overtaken (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) known = make_devices (0, 100, "old");
  g_autoptr (GPtrArray) listed = make_devices (2, 101, "listed");
  g_auto (OstReconcileResult) result = { 0 };
  gint64 missing;
  gint64 run;

  store_fixture_sync (self, known, NULL);
  run = store_fixture_begin (self, FALSE);
  store_fixture_stage (self, run, OST_KIND_DEVICE, listed);
  stop_before_applying (self, run);
  /* One that seemed to have vanished, one that had changed, one that was new. */
  quick (self, 0, 1, "quick");
  quick (self, 5, 6, "quick");
  quick (self, 100, 101, "quick");
  store_fixture_end (self, run, &result);
  assert_os (self, 0, "quick");
  assert_os (self, 5, "quick");
  assert_os (self, 6, "listed");
  assert_os (self, 100, "quick");
  g_assert_false (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &missing));
  g_assert_true (store_fixture_number (self, 1, OST_COLUMN_MISSING_SINCE, &missing));
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 101);
}

/* While versions are prepared, a quick run changes what is seen and what will be. */
static void
test_prepared (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = make_devices (0, 20, "old");
  g_autofree char *guid = store_fixture_guid (30);
  g_autofree char *sql = NULL;

  store_fixture_sync (self, devices, NULL);
  /* Row 1 gets a successor, row 2 shall go, and number 30 is new. */
  sql = g_strdup_printf (
    "UPDATE connection SET building = generation + 1, building_run = 1;"
    "UPDATE device SET died = (SELECT building FROM connection) WHERE row IN (1, 2);"
    "INSERT INTO device (connection, guid, born, hash, read_us, is_unread, os)"
    " SELECT connection, guid, died, 1, read_us, 1, 'prepared' FROM device WHERE row = 1;"
    "INSERT INTO device (connection, guid, born, hash, read_us, is_unread, os)"
    " VALUES (1, '%s', (SELECT building FROM connection), 1, 1, 1, 'prepared')",
    guid);
  store_fixture_sql (self, sql);
  quick (self, 0, 20, "quick");
  quick (self, 30, 31, "quick");
  assert_os (self, 30, "quick");
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 21);
  g_assert_cmpint (
    store_fixture_sql_number (self, "SELECT count (*) FROM device WHERE os = 'prepared'"), ==, 0);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT died IS NULL FROM device WHERE row = 2"),
                   ==, 1);
  /* Seen as prepared: the same devices, each once. */
  store_fixture_sql (self, "UPDATE connection SET generation = building, building = NULL");
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 21);
  for (guint number = 0; number < 20; number++)
    assert_os (self, number, "quick");
  assert_os (self, 30, "quick");
}

static void
test_too_old (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  gint64 then;

  plan (self, run, "a b");
  stage (self, run, "a", 0, 10, TRUE);
  self->now += HOUR;
  then = self->now;
  stage (self, run, "b", 10, 20, TRUE);
  store_fixture_reopen (self);
  run = begin (self, then);
  assert_slices (self, run, "b:10:1");
  store_fixture_reopen (self);
  run = begin (self, self->now + HOUR);
  assert_slices (self, run, "");
}

static void
test_other_plan (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  g_auto (OstReconcileResult) result = { 0 };

  plan (self, run, "a b");
  stage (self, run, "a", 0, 10, TRUE);
  stage (self, run, "b", 10, 20, TRUE);
  plan (self, run, "b c");
  assert_slices (self, run, "b:10:1 c:0:0");
  stage (self, run, "c", 30, 35, TRUE);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.devices.listed, ==, 15);
  g_assert_false (store_fixture_has (self, 5));
}

static void
test_again (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  g_auto (OstReconcileResult) result = { 0 };

  /* A slice that begins anew drops what it had brought. */
  plan (self, run, "a b");
  stage (self, run, "a", 0, 10, TRUE);
  stage (self, run, "b", 10, 30, TRUE);
  stage (self, run, "b", 10, 15, TRUE);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.devices.listed, ==, 15);
}

static void
expect_refused (StoreFixture *self, gint64 run, const char *name, OstObject *object,
                OstErrorCode code)
{
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, name);
  g_autoptr (GPtrArray) objects = store_fixture_objects ();
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (objects, store_fixture_device (1, 1, 1));
  g_ptr_array_add (objects, object);
  g_assert_false (
    ost_store_stage_objects (self->store, run, slice, objects, OST_STORE_NONE, self->now, &error));
  g_assert_error (error, OST_ERROR, (int)code);
}

static void
test_refused (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  OstObject *nameless = store_fixture_device (2, 1, 1);
  OstObject *endless = store_fixture_device (3, 1, 1);
  g_autofree char *guid = g_strnfill (300, 'x');
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, "a");
  g_autoptr (GError) error = NULL;

  plan (self, run, "a");
  /* Not begun, not planned, not a full run. */
  expect_refused (self, run, "a", store_fixture_device (2, 1, 1), OST_ERROR_INVALID);
  expect_refused (self, run, "z", store_fixture_device (2, 1, 1), OST_ERROR_INVALID);
  expect_refused (self, run + 1, "a", store_fixture_device (2, 1, 1), OST_ERROR_INVALID);
  g_assert_true (ost_store_begin_slice (self->store, run, slice, self->now, &error));
  ost_object_set_text (nameless, OST_DEVICE_GUID, NULL, 0);
  expect_refused (self, run, "a", nameless, OST_ERROR_INVALID);
  ost_object_set_text (endless, OST_DEVICE_GUID, guid, -1);
  expect_refused (self, run, "a", endless, OST_ERROR_INVALID);
  expect_refused (self, run, "a", store_fixture_mailbox (1, 1), OST_ERROR_INVALID);
  /* Of a batch that was refused nothing is left. */
  assert_slices (self, run, "a:0:0");
}

static void
test_awkward (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, "a");
  g_autoptr (GPtrArray) objects = store_fixture_objects ();
  g_autoptr (GError) error = NULL;
  OstObject *object = store_fixture_device (1, 1, 1);
  g_autofree char *large = g_strnfill (60000, 'y');
  g_autofree char *name = NULL;
  g_autofree char *os = NULL;

  ost_object_set_text (object, OST_DEVICE_FRIENDLY_NAME, "a\0b\xff'\";--\xef\xbf\xbf", 12);
  ost_object_set_text (object, OST_DEVICE_OS, large, -1);
  g_ptr_array_add (objects, object);
  plan (self, run, "a");
  g_assert_true (ost_store_begin_slice (self->store, run, slice, self->now, &error));
  g_assert_true (
    ost_store_stage_objects (self->store, run, slice, objects, OST_STORE_NONE, self->now, &error));
  slice->rows = 1;
  g_assert_true (ost_store_finish_slice (self->store, run, slice, self->now, &error));
  g_assert_no_error (error);
  store_fixture_end (self, run, NULL);
  name = store_fixture_text (self, 1, OST_COLUMN_FRIENDLY_NAME);
  g_assert_cmpstr (name, ==, ost_object_get_text (object, OST_DEVICE_FRIENDLY_NAME));
  os = store_fixture_text (self, 1, OST_COLUMN_OS);
  g_assert_cmpuint (strlen (os), ==, 60000);
}

/* A damaged staging file, or one of another boot, is no reason to fail: the listing begins anew. */
static void
test_worthless (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "staging-1.db", NULL);
  struct stat status;
  gint64 run = begin (self, G_MAXINT64);

  plan (self, run, "a");
  stage (self, run, "a", 0, 10, TRUE);
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_clear_object (&self->store);
  g_assert_true (g_file_set_contents_full (path, "not a database, but long enough to be looked at",
                                           -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  store_fixture_reopen (self);
  run = begin (self, 0);
  assert_slices (self, run, "");
  plan (self, run, "a");
  stage (self, run, "a", 0, 10, TRUE);
  store_fixture_end (self, run, NULL);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 10);
  g_assert_cmpint (stat (path, &status), !=, 0);
}

static void
test_cancelled (StoreFixture *self, gconstpointer data)
{
  gint64 run = begin (self, G_MAXINT64);
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_auto (OstReconcileResult) result = { 0 };
  g_autoptr (GError) error = NULL;

  plan (self, run, "a");
  stage (self, run, "a", 0, 2000, TRUE);
  g_cancellable_cancel (cancellable);
  options.now_us = self->now;
  g_assert_false (ost_store_reconcile (self->store, run, &options, &result, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 0);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.devices.added, ==, 2000);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 2000);
}

/* Something was prepared, and then its listing is gone: it is taken back. */
static void
test_prepared_in_vain (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 20);
  g_auto (OstReconcileResult) result = { 0 };

  store_fixture_sync (self, devices, NULL);
  store_fixture_sql (
    self, "UPDATE connection SET building = generation + 1, building_run = 4711, applied = 5;"
          "UPDATE device SET died = (SELECT building FROM connection) WHERE row IN (1, 2, 3);"
          "INSERT INTO device (connection, guid, born, hash, read_us, is_unread, os)"
          " SELECT connection, guid, died, 1, read_us + 100, 1, 'from nowhere' FROM device"
          " WHERE row IN (1, 2);"
          "INSERT INTO device (connection, guid, born, hash, read_us, is_unread, os)"
          " VALUES (1, 'new', (SELECT building FROM connection), 1, 1, 1, 'from nowhere')");
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 20);
  store_fixture_sync (self, devices, &result);
  g_assert_cmpint (result.devices.added + result.devices.changed + result.devices.removed, ==, 0);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 20);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==, 20);
  g_assert_cmpint (
    store_fixture_sql_number (self, "SELECT count (*) FROM device WHERE os = 'from nowhere'"), ==,
    0);
}

/* Two inventories that differ in everything; a child goes from one to the other until it is
 * killed. */
#define DEVICES_OF_A_CRASH 400
#define CRASHES 12

static GPtrArray *
make_world (gboolean is_even)
{
  GPtrArray *devices = store_fixture_devices (0, DEVICES_OF_A_CRASH);

  for (guint i = 0; i < devices->len; i++)
    ost_object_set_text (g_ptr_array_index (devices, i), OST_DEVICE_OS, is_even ? "even" : "odd",
                         -1);
  return devices;
}

G_NORETURN static void
live (StoreFixture *self, int output)
{
  GPtrArray *worlds[2] = { make_world (TRUE), make_world (FALSE) };
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;

  self->store = store_fixture_open_other (self);
  g_assert_true (ost_store_acquire_lease (self->store, process, "the child", HOUR, self->now,
                                          &self->fence, &error));
  for (guint i = 0;; i++)
    {
      gint64 run = begin (self, 0);

      plan (self, run, "all");
      store_fixture_stage (self, run, OST_KIND_DEVICE, worlds[i % 2]);
      store_fixture_end (self, run, NULL);
      if (write (output, "x", 1) != 1)
        _exit (0);
    }
}

typedef struct {
  guint rows;
  guint even;
} World;

static gboolean
look_cb (const OstDeviceRow *row, gpointer data)
{
  World *world = data;

  world->rows++;
  world->even += g_strcmp0 (ost_device_row_get_text (row, OST_COLUMN_OS), "even") == 0;
  return TRUE;
}

static void
assert_one_world (OstStore *store, guint n_devices)
{
  OstDeviceQuery query = { 0 };
  World world = { 0 };
  g_autoptr (GError) error = NULL;

  ost_store_query_devices (store, &query, look_cb, &world, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (world.rows == 0 || world.rows == n_devices);
  g_assert_true (world.even == 0 || world.even == world.rows);
}

static void
crash_once (StoreFixture *self, GRand *random)
{
  int output[2];
  char byte;
  pid_t child;
  int first = g_rand_int_range (random, 0, 2);

  g_assert_cmpint (pipe (output), ==, 0);
  child = fork ();
  if (child == 0)
    {
      close (output[0]);
      live (self, output[1]);
    }
  close (output[1]);
  /* Somewhere in its first or one of its next rounds. */
  while (first-- > 0)
    g_assert_cmpint (read (output[0], &byte, 1), ==, 1);
  g_usleep ((gulong)g_rand_int_range (random, 1000, 250000));
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
  close (output[0]);
}

static void
test_killed (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GRand) random = g_rand_new_with_seed ((guint32)g_test_rand_int ());
  g_autofree char *process = ost_process_describe_self ();

  for (int i = 0; i < CRASHES; i++)
    {
      g_auto (OstChainVerdict) verdict = { 0 };
      g_autoptr (GPtrArray) world = make_world (i % 2 == 0);
      g_autoptr (GError) error = NULL;

      g_clear_object (&self->store);
      self->now += HOUR;
      crash_once (self, random);
      /* The child's clock went on with every step. */
      self->now += 12 * HOUR;
      store_fixture_reopen (self);
      assert_one_world (self->store, DEVICES_OF_A_CRASH);
      g_assert_true (ost_store_verify_events (self->store, &verdict, NULL, &error));
      g_assert_cmpint (verdict.broken, ==, 0);
      g_assert_true (ost_store_acquire_lease (self->store, process, "the parent", HOUR, self->now,
                                              &self->fence, &error));
      g_assert_no_error (error);
      /* And whatever the child was at, the next run ends as it should. */
      store_fixture_sync (self, world, NULL);
      assert_one_world (self->store, DEVICES_OF_A_CRASH);
      g_assert_cmpuint (store_fixture_count (self, TRUE), ==, DEVICES_OF_A_CRASH);
      g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==,
                       DEVICES_OF_A_CRASH);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/staging/" path, StoreFixture, NULL, store_fixture_set_up, function,          \
              store_fixture_tear_down)
  ADD ("resume", test_resume);
  ADD ("used-up", test_used_up);
  ADD ("overtaken", test_overtaken);
  ADD ("prepared", test_prepared);
  ADD ("too-old", test_too_old);
  ADD ("other-plan", test_other_plan);
  ADD ("again", test_again);
  ADD ("refused", test_refused);
  ADD ("awkward", test_awkward);
  ADD ("worthless", test_worthless);
  ADD ("cancelled", test_cancelled);
  ADD ("prepared-in-vain", test_prepared_in_vain);
  ADD ("killed", test_killed);
#undef ADD
  return g_test_run ();
}
