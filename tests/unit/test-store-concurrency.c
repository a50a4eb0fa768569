/* test-store-concurrency.c: readers see one state, writers take turns, and nothing is lost */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#define N_DEVICES 1500
#define ROUNDS 8

typedef struct {
  StoreFixture *fixture;
  gint is_over;
  guint looks;
  guint odd;
  gint64 longest_us;
} Watcher;

typedef struct {
  guint rows;
  guint odd;
  guint wrong;
} World;

static GPtrArray *
make_world (gboolean is_odd)
{
  GPtrArray *devices = store_fixture_devices (0, N_DEVICES);

  for (guint i = 0; i < devices->len; i++)
    ost_object_set_text (g_ptr_array_index (devices, i), OST_DEVICE_OS, is_odd ? "odd" : "even",
                         -1);
  return devices;
}

static gboolean
look_cb (const OstDeviceRow *row, gpointer data)
{
  World *world = data;

  world->rows++;
  world->odd += g_strcmp0 (ost_device_row_get_text (row, OST_COLUMN_OS), "odd") == 0;
  world->wrong += row->values[OST_COLUMN_MISSING_SINCE].is_set;
  return TRUE;
}

static gpointer
watch_cb (gpointer data)
{
  Watcher *watcher = data;

  while (!g_atomic_int_get (&watcher->is_over))
    {
      OstDeviceQuery query = { 0 };
      World world = { 0 };
      g_autoptr (GError) error = NULL;

      ost_store_query_devices (watcher->fixture->store, &query, look_cb, &world, NULL, NULL,
                               &error);
      g_assert_no_error (error);
      g_assert_true (world.rows == 0 || world.rows == N_DEVICES);
      g_assert_true (world.odd == 0 || world.odd == world.rows);
      g_assert_cmpuint (world.wrong, ==, 0);
      watcher->looks++;
      watcher->odd += world.odd > 0;
    }
  return NULL;
}

/* Readers look while the inventory goes from one state to another one that differs in every row. */
static void
test_old_or_new (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) even = make_world (FALSE);
  g_autoptr (GPtrArray) odd = make_world (TRUE);
  Watcher watchers[3];
  GThread *threads[3];
  guint looks = 0;

  for (guint i = 0; i < G_N_ELEMENTS (watchers); i++)
    {
      watchers[i] = (Watcher){ .fixture = self };
      threads[i] = g_thread_new ("watcher", watch_cb, &watchers[i]);
    }
  for (guint round = 0; round < ROUNDS; round++)
    store_fixture_sync (self, round % 2 == 0 ? even : odd, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (watchers); i++)
    {
      g_atomic_int_set (&watchers[i].is_over, 1);
      g_thread_join (threads[i]);
      looks += watchers[i].looks;
    }
  g_assert_cmpuint (looks, >, 0);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==, N_DEVICES);
}

static gpointer
write_cb (gpointer data)
{
  Watcher *watcher = data;

  while (!g_atomic_int_get (&watcher->is_over))
    {
      OstEvent event = { .time_us = FIXTURE_EPOCH, .kind = (char *)"rival" };
      gint64 began = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;

      g_assert_true (ost_store_append_event (watcher->fixture->store, &event, NULL, &error));
      g_assert_no_error (error);
      watcher->longest_us = MAX (watcher->longest_us, g_get_monotonic_time () - began);
      watcher->looks++;
    }
  return NULL;
}

static void
test_writers (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) even = make_world (FALSE);
  g_autoptr (GPtrArray) odd = make_world (TRUE);
  g_auto (OstChainVerdict) verdict = { 0 };
  g_autoptr (GError) error = NULL;
  Watcher watchers[2];
  GThread *threads[2];
  guint events = 0;

  for (guint i = 0; i < G_N_ELEMENTS (watchers); i++)
    {
      watchers[i] = (Watcher){ .fixture = self };
      threads[i] = g_thread_new ("writer", write_cb, &watchers[i]);
    }
  store_fixture_sync (self, even, NULL);
  store_fixture_sync (self, odd, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (watchers); i++)
    {
      g_atomic_int_set (&watchers[i].is_over, 1);
      g_thread_join (threads[i]);
      /* Nobody was kept out; how long it took is the bench's to say. */
      g_assert_cmpuint (watchers[i].looks, >, 10);
      events += watchers[i].looks;
    }
  g_assert_cmpuint (store_fixture_count_events (self, "rival"), ==, events);
  g_assert_true (ost_store_verify_events (self->store, &verdict, NULL, &error));
  g_assert_cmpint (verdict.broken, ==, 0);
}

typedef struct {
  StoreFixture *fixture;
  gint64 run;
  gint is_over;
  guint number;
} Quick;

/* Reads the same few devices over and over, each time with another content. */
static gpointer
quick_cb (gpointer data)
{
  Quick *quick = data;

  while (!g_atomic_int_get (&quick->is_over))
    {
      g_autoptr (GPtrArray) devices = store_fixture_devices (0, 20);
      g_autofree char *os = g_strdup_printf ("quick %u", ++quick->number);
      g_autoptr (GError) error = NULL;

      g_ptr_array_add (devices, store_fixture_device (N_DEVICES + quick->number % 3, 1, 1));
      for (guint i = 0; i < devices->len; i++)
        ost_object_set_text (g_ptr_array_index (devices, i), OST_DEVICE_OS, os, -1);
      /* Long after whatever the listing read. */
      ost_store_upsert_objects (quick->fixture->store, quick->run, OST_KIND_DEVICE, devices,
                                OST_STORE_NONE, "quick", FIXTURE_EPOCH + 100 * HOUR, NULL, &error);
      g_assert_no_error (error);
    }
  return NULL;
}

/* While a reconciliation prepares its versions, a quick run changes the same rows: its word stands,
 * each device is there once, and nothing that it added vanishes. */
static void
test_quick_meanwhile (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) even = make_world (FALSE);
  g_autoptr (GPtrArray) odd = make_world (TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) run = NULL;
  Quick quick = { .fixture = self };
  g_autofree char *expected = NULL;
  GThread *thread;

  store_fixture_sync (self, even, NULL);
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                             &error);
  g_assert_no_error (error);
  quick.run = run->id;
  thread = g_thread_new ("quick", quick_cb, &quick);
  for (guint round = 0; round < ROUNDS; round++)
    store_fixture_sync (self, round % 2 == 0 ? odd : even, NULL);
  g_atomic_int_set (&quick.is_over, 1);
  g_thread_join (thread);

  expected = g_strdup_printf ("quick %u", quick.number);
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *os = store_fixture_text (self, i, OST_COLUMN_OS);

      g_assert_cmpstr (os, ==, expected);
    }
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, N_DEVICES + MIN (3, quick.number));
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==,
                   N_DEVICES + MIN (3, quick.number));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/concurrency/" path, StoreFixture, NULL, store_fixture_set_up, function,      \
              store_fixture_tear_down)
  ADD ("old-or-new", test_old_or_new);
  ADD ("writers", test_writers);
  ADD ("quick-meanwhile", test_quick_meanwhile);
#undef ADD
  return g_test_run ();
}
