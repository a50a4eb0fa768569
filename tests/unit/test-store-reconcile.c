/* test-store-reconcile.c: what a full listing does to the inventory, and what it must not do */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#include <string.h>

/* How much store_fixture_sync() lets the clock go on before it reconciles. */
#define SYNC_US (4 * G_USEC_PER_SEC)

static OstObject *
get (GPtrArray *devices, guint index)
{
  return g_ptr_array_index (devices, index);
}

static void
test_first (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 100);
  g_auto (OstReconcileResult) result = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *phone = NULL;
  gint64 number;

  store_fixture_sync (self, devices, &result);
  g_assert_cmpint (result.devices.listed, ==, 100);
  g_assert_cmpint (result.devices.added, ==, 100);
  g_assert_cmpint (result.devices.present, ==, 100);
  g_assert_cmpint (result.devices.changed + result.devices.removed + result.devices.held, ==, 0);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 100);
  text = store_fixture_text (self, 7, OST_COLUMN_FRIENDLY_NAME);
  g_assert_cmpstr (text, ==, "Ännis iPhone");
  phone = store_fixture_text (self, 7, OST_COLUMN_PHONE_NUMBER);
  g_assert_cmpstr (phone, ==, NULL);
  g_assert_true (store_fixture_number (self, 7, OST_COLUMN_FIRST_SYNC, &number));
  g_assert_cmpint (number, ==, FIXTURE_EPOCH - 7 * MINUTE);
  g_assert_true (store_fixture_number (self, 7, OST_COLUMN_ENFORCEABLE, &number));
  g_assert_cmpint (number, ==, 1);
  g_assert_false (store_fixture_number (self, 7, OST_COLUMN_STATISTICS_READ, &number));
  g_assert_false (store_fixture_number (self, 7, OST_COLUMN_PERSONAL_ALLOW, &number));
  g_assert_cmpuint (store_fixture_count_events (self, "device-added"), ==, 100);
}

static void
test_changes (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 100);
  g_auto (OstReconcileResult) result = { 0 };
  g_autofree char *text = NULL;
  gint64 since_before;
  gint64 since;

  store_fixture_sync (self, devices, NULL);
  g_assert_true (store_fixture_number (self, 5, OST_COLUMN_REPORTED_STATE_SINCE, &since_before));
  ost_object_set_text (get (devices, 5), OST_DEVICE_OS, "iOS 18.0", -1);
  ost_object_set_text (get (devices, 6), OST_DEVICE_ACCESS_STATE, "Blocked", -1);
  /* What each domain controller says differently is no news. */
  ost_object_set_text (get (devices, 7), OST_DEVICE_ORIGINATING_SERVER, "dc2", -1);
  ost_object_set_time (get (devices, 7), OST_DEVICE_CHANGED, FIXTURE_EPOCH);
  g_ptr_array_add (devices, store_fixture_device (100, 33, 1));
  self->now += HOUR;
  store_fixture_sync (self, devices, &result);
  g_assert_cmpint (result.devices.listed, ==, 101);
  g_assert_cmpint (result.devices.added, ==, 1);
  g_assert_cmpint (result.devices.changed, ==, 2);
  g_assert_cmpint (result.devices.present, ==, 101);
  text = store_fixture_text (self, 5, OST_COLUMN_OS);
  g_assert_cmpstr (text, ==, "iOS 18.0");
  g_assert_true (store_fixture_number (self, 5, OST_COLUMN_REPORTED_STATE_SINCE, &since));
  g_assert_cmpint (since, ==, since_before);
  g_assert_true (store_fixture_number (self, 6, OST_COLUMN_REPORTED_STATE_SINCE, &since));
  g_assert_cmpint (since, >=, since_before + HOUR);
  g_assert_cmpuint (store_fixture_count_events (self, "device-changed"), ==, 2);
  /* Old versions are gone, not only unseen. */
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==, 101);
}

static void
test_duplicates (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 10);
  g_auto (OstReconcileResult) result = { 0 };
  g_autofree char *text = NULL;
  g_autofree char *guid = store_fixture_guid (3);
  g_autofree char *upper = g_ascii_strup (guid, -1);

  /* The same partnership in two slices, in another case, and the later row counts. */
  g_ptr_array_add (devices, store_fixture_device (3, 1, 1));
  ost_object_set_text (get (devices, 10), OST_DEVICE_GUID, upper, -1);
  ost_object_set_text (get (devices, 10), OST_DEVICE_OS, "later", -1);
  store_fixture_sync (self, devices, &result);
  g_assert_cmpint (result.devices.listed, ==, 10);
  g_assert_cmpint (result.devices.added, ==, 10);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 10);
  text = store_fixture_text (self, 3, OST_COLUMN_OS);
  g_assert_cmpstr (text, ==, "later");
}

static void
assert_count (StoreFixture *self, gint64 present, gint64 missing)
{
  gint64 n_present = -1;
  gint64 n_missing = -1;
  g_autoptr (GError) error = NULL;

  ost_store_count_devices (self->store, "contoso", &n_present, &n_missing, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n_present, ==, present);
  g_assert_cmpint (n_missing, ==, missing);
  g_assert_true (ost_store_count_devices (self->store, "unknown", &n_present, NULL, &error));
  g_assert_cmpint (n_present, ==, 0);
}

static void
test_missing (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) all = store_fixture_devices (0, 100);
  g_autoptr (GPtrArray) fewer = store_fixture_devices (2, 100);
  g_auto (OstReconcileResult) result = { 0 };
  gint64 since;
  gint64 later;

  store_fixture_sync (self, all, NULL);
  store_fixture_sync (self, fewer, &result);
  g_assert_cmpint (result.devices.removed, ==, 2);
  g_assert_cmpint (result.devices.present, ==, 98);
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &since));
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 100);
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, 98);
  assert_count (self, 98, 2);

  /* Another listing changes neither the number nor the time. */
  self->now += 24 * HOUR;
  store_fixture_sync (self, fewer, &result);
  g_assert_cmpint (result.devices.removed + result.devices.purged, ==, 0);
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &later));
  g_assert_cmpint (later, ==, since);

  /* One is back, the other is taken out by the first clean run after 48 hours. */
  g_ptr_array_add (fewer, store_fixture_device (0, 0, 1));
  self->now = since + OST_STORE_MISSING_US - SYNC_US - 1;
  store_fixture_sync (self, fewer, &result);
  g_assert_cmpint (result.devices.returned, ==, 1);
  g_assert_cmpint (result.devices.purged, ==, 0);
  g_assert_false (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &later));
  self->now = since + OST_STORE_MISSING_US - SYNC_US;
  store_fixture_sync (self, fewer, &result);
  g_assert_cmpint (result.devices.purged, ==, 1);
  g_assert_false (store_fixture_has (self, 1));
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 99);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==, 99);
  g_assert_cmpuint (store_fixture_count_events (self, "device-missing"), ==, 2);
  g_assert_cmpuint (store_fixture_count_events (self, "device-returned"), ==, 1);
  g_assert_cmpuint (store_fixture_count_events (self, "device-removed"), ==, 1);
}

static void
test_held (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) all = store_fixture_devices (0, 100);
  g_autoptr (GPtrArray) most = store_fixture_devices (5, 100);
  g_autoptr (GPtrArray) half = store_fixture_devices (50, 100);
  g_autoptr (GPtrArray) less = store_fixture_devices (44, 100);
  g_auto (OstReconcileResult) five = { 0 };
  g_auto (OstReconcileResult) first = { 0 };
  g_auto (OstReconcileResult) second = { 0 };
  g_auto (OstReconcileResult) third = { 0 };

  /* Exactly five per cent are not too many. */
  store_fixture_sync (self, all, NULL);
  store_fixture_sync (self, most, &five);
  g_assert_cmpint (five.devices.removed, ==, 5);
  g_assert_cmpint (five.devices.held, ==, 0);
  g_assert_null (five.hold_reason);

  store_fixture_sync (self, half, &first);
  g_assert_cmpint (first.devices.removed, ==, 0);
  g_assert_cmpint (first.devices.held, ==, 45);
  g_assert_nonnull (strstr (first.hold_reason, "45 of 95"));
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, 95);

  /* A second listing confirms what it lacks as well; six that are back are there as if nothing
   * had been. */
  store_fixture_sync (self, less, &second);
  g_assert_cmpint (second.devices.removed, ==, 39);
  g_assert_cmpint (second.devices.held, ==, 0);
  g_assert_cmpint (second.devices.returned, ==, 0);
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, 56);

  /* Holding begins anew: the first listing of before does not confirm the next. */
  store_fixture_sync (self, half, &third);
  g_assert_cmpint (third.devices.held, ==, 6);
  g_assert_cmpint (third.devices.removed, ==, 0);
}

static void
test_empty_unit (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) all = store_fixture_devices (0, 100);
  g_autoptr (GPtrArray) rest = store_fixture_devices (1, 100);
  g_auto (OstReconcileResult) first = { 0 };
  g_auto (OstReconcileResult) second = { 0 };

  g_ptr_array_add (all, store_fixture_device (200, 70, 2));
  g_ptr_array_add (all, store_fixture_device (201, 71, 2));
  store_fixture_sync (self, all, NULL);
  /* One of unit 1 vanished as well, which is no reason to hold it. */
  store_fixture_sync (self, rest, &first);
  g_assert_cmpint (first.devices.held, ==, 2);
  g_assert_cmpint (first.devices.removed, ==, 1);
  g_assert_nonnull (strstr (first.hold_reason, "organisational"));
  store_fixture_sync (self, rest, &second);
  g_assert_cmpint (second.devices.held, ==, 0);
  g_assert_cmpint (second.devices.removed, ==, 2);
}

static void
test_empty_listing (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) all = store_fixture_devices (0, 20);
  g_autoptr (GPtrArray) none = store_fixture_objects ();
  g_auto (OstReconcileResult) result = { 0 };

  store_fixture_sync (self, all, NULL);
  store_fixture_sync (self, none, &result);
  g_assert_cmpint (result.devices.held, ==, 20);
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, 20);
}

static void
test_unfinished (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 10);
  gint64 run = store_fixture_begin (self, TRUE);
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  g_auto (OstReconcileResult) result = { 0 };
  g_autoptr (OstSlice) slice = ost_slice_new (OST_KIND_DEVICE, "all");
  g_autoptr (GError) error = NULL;

  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  /* The mailboxes were not listed. */
  ost_store_reconcile (self->store, run, &options, &result, NULL, &error);
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 0);
  g_clear_error (&error);

  /* A slice whose rows do not add up is not done. */
  ost_store_begin_slice (self->store, run, slice, self->now, &error);
  g_assert_no_error (error);
  ost_store_stage_objects (self->store, run, slice, devices, OST_STORE_NONE, self->now, &error);
  g_assert_no_error (error);
  slice->rows = 11;
  g_assert_false (ost_store_finish_slice (self->store, run, slice, self->now, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
}

static void
test_younger (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) listed = store_fixture_devices (0, 100);
  g_autoptr (GPtrArray) quick = store_fixture_devices (3, 4);
  g_autoptr (GPtrArray) newcomer = store_fixture_devices (500, 501);
  g_autoptr (OstRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (OstReconcileResult) result = { 0 };
  g_autofree char *text = NULL;
  gint64 full;
  gint64 missing;

  store_fixture_sync (self, listed, NULL);
  full = store_fixture_begin (self, FALSE);
  ost_object_set_text (get (listed, 3), OST_DEVICE_OS, "as the listing saw it", -1);
  store_fixture_stage (self, full, OST_KIND_DEVICE, listed);
  /* While the listing goes on, a quick run reads what is younger. */
  self->now += G_USEC_PER_SEC;
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                             &error);
  g_assert_no_error (error);
  ost_object_set_text (get (quick, 0), OST_DEVICE_OS, "as it was later", -1);
  ost_store_upsert_objects (self->store, run->id, OST_KIND_DEVICE, quick, OST_STORE_NONE, "test",
                            self->now, NULL, &error);
  g_assert_no_error (error);
  ost_store_upsert_objects (self->store, run->id, OST_KIND_DEVICE, newcomer, OST_STORE_NONE, "test",
                            self->now, NULL, &error);
  g_assert_no_error (error);
  store_fixture_end (self, full, &result);
  text = store_fixture_text (self, 3, OST_COLUMN_OS);
  g_assert_cmpstr (text, ==, "as it was later");
  /* What the listing could not know did not vanish from it. */
  g_assert_cmpint (result.devices.removed + result.devices.held, ==, 0);
  g_assert_false (store_fixture_number (self, 500, OST_COLUMN_MISSING_SINCE, &missing));
}

static void
test_summary (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1001);
  g_auto (OstReconcileResult) result = { 0 };

  store_fixture_sync (self, devices, &result);
  g_assert_cmpint (result.devices.added, ==, 1001);
  g_assert_cmpuint (store_fixture_count_events (self, "device-added"), ==, 0);
  g_assert_cmpuint (store_fixture_count_events (self, "inventory-changed"), ==, 1);
}

static void
test_mailboxes (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 6);
  g_autoptr (GPtrArray) mailboxes = store_fixture_objects ();
  OstObject *recipient = ost_object_new (OST_KIND_MAILBOX);
  const char *const allowed[] = { "appl00000001", NULL };
  const char *const blocked[] = { "X", "APPL00000002", NULL };
  gint64 run;
  gint64 number;
  g_autofree char *guid = store_fixture_guid (1000000000);
  g_autofree char *name = NULL;
  g_autofree char *exchange_guid = NULL;
  g_autofree char *kept = NULL;
  g_autofree char *changed = NULL;
  g_auto (OstReconcileResult) result = { 0 };

  /* One mailbox in two views. */
  g_ptr_array_add (mailboxes, store_fixture_mailbox (0, 1));
  g_ptr_array_add (mailboxes, store_fixture_mailbox (1, 1));
  g_ptr_array_add (mailboxes, recipient);
  ost_object_set_list (get (mailboxes, 0), OST_MAILBOX_ALLOWED_DEVICE_IDS, allowed);
  ost_object_set_list (get (mailboxes, 0), OST_MAILBOX_BLOCKED_DEVICE_IDS, blocked);
  ost_object_set_text (recipient, OST_MAILBOX_GUID, guid, -1);
  ost_object_set_text (recipient, OST_MAILBOX_DISPLAY_NAME, "not from this view", -1);
  ost_object_set_text (recipient, OST_MAILBOX_EXCHANGE_GUID, "exchange-guid-0", -1);
  run = store_fixture_begin (self, TRUE);
  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  store_fixture_stage (self, run, OST_KIND_MAILBOX, mailboxes);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.mailboxes.listed, ==, 2);
  g_assert_cmpint (result.mailboxes.added, ==, 2);

  name = store_fixture_text (self, 1, OST_COLUMN_USER_DISPLAY_NAME);
  g_assert_cmpstr (name, ==, "User Number 0");
  exchange_guid = store_fixture_text (self, 1, OST_COLUMN_MAILBOX_EXCHANGE_GUID);
  g_assert_cmpstr (exchange_guid, ==, "exchange-guid-0");
  g_assert_true (store_fixture_number (self, 1, OST_COLUMN_PERSONAL_ALLOW, &number));
  g_assert_cmpint (number, ==, 1);
  g_assert_true (store_fixture_number (self, 1, OST_COLUMN_PERSONAL_BLOCK, &number));
  g_assert_cmpint (number, ==, 0);
  g_assert_true (store_fixture_number (self, 2, OST_COLUMN_PERSONAL_BLOCK, &number));
  g_assert_cmpint (number, ==, 1);

  /* A run that lists one view alone leaves the other as it was. */
  g_ptr_array_set_size (mailboxes, 2);
  ost_object_set_text (get (mailboxes, 0), OST_MAILBOX_DISPLAY_NAME, "Another Name", -1);
  run = store_fixture_begin (self, TRUE);
  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  store_fixture_stage (self, run, OST_KIND_MAILBOX, mailboxes);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.mailboxes.changed, ==, 1);
  kept = store_fixture_text (self, 1, OST_COLUMN_MAILBOX_EXCHANGE_GUID);
  g_assert_cmpstr (kept, ==, "exchange-guid-0");
  changed = store_fixture_text (self, 1, OST_COLUMN_USER_DISPLAY_NAME);
  g_assert_cmpstr (changed, ==, "Another Name");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/reconcile/" path, StoreFixture, NULL, store_fixture_set_up, function,        \
              store_fixture_tear_down)
  ADD ("first", test_first);
  ADD ("changes", test_changes);
  ADD ("duplicates", test_duplicates);
  ADD ("missing", test_missing);
  ADD ("held", test_held);
  ADD ("empty-unit", test_empty_unit);
  ADD ("empty-listing", test_empty_listing);
  ADD ("unfinished", test_unfinished);
  ADD ("younger", test_younger);
  ADD ("summary", test_summary);
  ADD ("mailboxes", test_mailboxes);
#undef ADD
  return g_test_run ();
}
