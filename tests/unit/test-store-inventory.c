/* test-store-inventory.c: single rows, statistics, questions about devices, and the small objects */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#include <string.h>

static gint64
begin_quick (StoreFixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) run = NULL;

  self->now += G_USEC_PER_SEC;
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                             &error);
  g_assert_no_error (error);
  return run->id;
}

static OstUpsertCounts
upsert (StoreFixture *self, gint64 run, OstKind kind, GPtrArray *objects, OstStoreFlags flags)
{
  OstUpsertCounts counts = { 0 };
  g_autoptr (GError) error = NULL;

  self->now += G_USEC_PER_SEC;
  ost_store_upsert_objects (self->store, run, kind, objects, flags, "test", self->now, &counts,
                            &error);
  g_assert_no_error (error);
  return counts;
}

static void
sync_with_mailboxes (StoreFixture *self, guint n_owners)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, n_owners * 3);
  g_autoptr (GPtrArray) mailboxes = store_fixture_objects ();
  gint64 run = store_fixture_begin (self, TRUE);

  for (guint owner = 0; owner < n_owners; owner++)
    g_ptr_array_add (mailboxes, store_fixture_mailbox (owner, 1));
  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  store_fixture_stage (self, run, OST_KIND_MAILBOX, mailboxes);
  store_fixture_end (self, run, NULL);
}

static void
test_upsert (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) known = store_fixture_devices (0, 10);
  g_autoptr (GPtrArray) read = store_fixture_devices (8, 12);
  OstUpsertCounts counts;
  gint64 run;
  gint64 since;
  g_autofree char *state = NULL;

  store_fixture_sync (self, known, NULL);
  run = begin_quick (self);
  ost_object_set_text (g_ptr_array_index (read, 0), OST_DEVICE_ACCESS_STATE, "Blocked", -1);
  counts = upsert (self, run, OST_KIND_DEVICE, read, OST_STORE_NONE);
  /* 9 was read and is as it was. */
  g_assert_cmpint (counts.added, ==, 2);
  g_assert_cmpint (counts.changed, ==, 1);
  state = store_fixture_text (self, 8, OST_COLUMN_ACCESS_STATE);
  g_assert_cmpstr (state, ==, "Blocked");
  g_assert_true (store_fixture_number (self, 8, OST_COLUMN_REPORTED_STATE_SINCE, &since));
  g_assert_cmpint (since, ==, self->now);
  counts = upsert (self, run, OST_KIND_DEVICE, read, OST_STORE_NONE);
  g_assert_cmpint (counts.added + counts.changed, ==, 0);
  g_assert_cmpuint (store_fixture_count_events (self, "device-changed"), ==, 1);
  g_assert_cmpuint (store_fixture_count_events (self, "device-added"), ==, 12);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 12);
}

static void
test_upsert_many (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1300);
  OstUpsertCounts counts
    = upsert (self, begin_quick (self), OST_KIND_DEVICE, devices, OST_STORE_NONE);

  g_assert_cmpint (counts.added, ==, 1300);
  g_assert_cmpuint (store_fixture_count_events (self, "device-added"), ==, 1000);
  g_assert_cmpuint (store_fixture_count_events (self, "inventory-changed"), ==, 1);
}

static void
test_upsert_missing (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) all = store_fixture_devices (0, 100);
  g_autoptr (GPtrArray) fewer = store_fixture_devices (1, 100);
  g_autoptr (GPtrArray) one = store_fixture_devices (0, 1);
  OstUpsertCounts counts;
  gint64 since;

  store_fixture_sync (self, all, NULL);
  store_fixture_sync (self, fewer, NULL);
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &since));
  counts = upsert (self, begin_quick (self), OST_KIND_DEVICE, one, OST_STORE_NONE);
  g_assert_cmpint (counts.changed, ==, 1);
  g_assert_false (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &since));
}

static void
test_run_is_over (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1);
  OstRunReport report = { .complete = TRUE, .error_code = -1 };
  gint64 run = begin_quick (self);
  g_autoptr (GError) error = NULL;

  g_assert_true (ost_store_finish_run (self->store, run, &report, "test", &error));
  g_assert_false (ost_store_upsert_objects (self->store, run, OST_KIND_DEVICE, devices,
                                            OST_STORE_NONE, "test", self->now, NULL, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (ost_store_upsert_objects (self->store, begin_quick (self), OST_KIND_SERVER,
                                            devices, OST_STORE_NONE, "test", self->now, NULL,
                                            &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED);
}

static void
test_personal (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1);
  gint64 run = begin_quick (self);
  OstUpsertCounts counts;
  g_autofree char *kept = NULL;
  g_autofree char *gone = NULL;

  upsert (self, run, OST_KIND_DEVICE, devices, OST_STORE_PERSONAL_DATA);
  kept = store_fixture_text (self, 0, OST_COLUMN_IMEI);
  g_assert_cmpstr (kept, ==, "490154203237518");
  /* Switched off again, what was kept goes. */
  counts = upsert (self, run, OST_KIND_DEVICE, devices, OST_STORE_NONE);
  g_assert_cmpint (counts.changed, ==, 1);
  gone = store_fixture_text (self, 0, OST_COLUMN_IMEI);
  g_assert_cmpstr (gone, ==, NULL);
}

static GPtrArray *
read_statistics (guint owner)
{
  GPtrArray *devices = store_fixture_objects ();

  /* The third phone of each owner has no statistics. */
  for (guint number = owner * 3; number < owner * 3 + 2; number++)
    {
      OstObject *object = ost_object_new (OST_KIND_DEVICE);
      g_autofree char *guid = store_fixture_guid (number);
      g_autofree char *upper = g_ascii_strup (guid, -1);

      ost_object_set_text (object, OST_DEVICE_GUID, upper, -1);
      ost_object_set_text (object, OST_DEVICE_WIPE_STATUS, "DeviceOk", -1);
      ost_object_set_text (object, OST_DEVICE_OS, "not from here", -1);
      ost_object_set_time (object, OST_DEVICE_LAST_SUCCESS_SYNC, FIXTURE_EPOCH);
      g_ptr_array_add (devices, object);
    }
  return devices;
}

static char *
next (StoreFixture *self, OstStatisticsMode mode, OstStatisticsRound *round, guint limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) mailboxes
    = ost_store_next_statistics (self->store, "contoso", mode, round, limit, &error);
  GString *owners = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < mailboxes->len; i++)
    for (guint owner = 0; owner < 100; owner++)
      {
        g_autofree char *guid = store_fixture_guid (1000000000 + owner);

        if (g_str_equal (guid, g_ptr_array_index (mailboxes, i)))
          g_string_append_printf (owners, "%s%u", owners->len > 0 ? " " : "", owner);
      }
  return g_string_free (owners, FALSE);
}

static void
read_mailbox (StoreFixture *self, guint owner, gboolean is_readable)
{
  g_autofree char *guid = store_fixture_guid (1000000000 + owner);
  g_autoptr (GPtrArray) devices = read_statistics (owner);
  g_autoptr (GError) error = NULL;

  self->now += G_USEC_PER_SEC;
  if (is_readable)
    ost_store_update_statistics (self->store, "contoso", guid, devices, self->now, &error);
  else
    ost_store_skip_statistics (self->store, "contoso", guid, self->now, &error);
  g_assert_no_error (error);
}

static void
assert_next (StoreFixture *self, OstStatisticsMode mode, OstStatisticsRound *round, guint limit,
             const char *expected)
{
  g_autofree char *owners = next (self, mode, round, limit);

  g_assert_cmpstr (owners, ==, expected);
}

static void
assert_summary (StoreFixture *self, gint64 read, gint64 unread, gint64 oldest)
{
  OstStatisticsSummary summary = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_true (ost_store_summarise_statistics (self->store, "contoso", &summary, &error));
  g_assert_cmpint (summary.read, ==, read);
  g_assert_cmpint (summary.unread, ==, unread);
  g_assert_cmpint (summary.oldest_us, ==, oldest);
}

static void
test_statistics (StoreFixture *self, gconstpointer data)
{
  g_autofree char *status = NULL;
  g_autofree char *os = NULL;
  gint64 number;
  gint64 read_us;

  sync_with_mailboxes (self, 1);
  assert_summary (self, 0, 3, 0);
  read_mailbox (self, 0, TRUE);
  read_us = self->now;
  status = store_fixture_text (self, 0, OST_COLUMN_WIPE_STATUS);
  g_assert_cmpstr (status, ==, "DeviceOk");
  os = store_fixture_text (self, 0, OST_COLUMN_OS);
  g_assert_cmpstr (os, ==, "iOS 17.4 21E219");
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_LAST_SUCCESS_SYNC, &number));
  g_assert_cmpint (number, ==, FIXTURE_EPOCH);
  /* The reading was a success for the phone without statistics as well. */
  g_assert_true (store_fixture_number (self, 2, OST_COLUMN_STATISTICS_READ, &number));
  g_assert_cmpint (number, ==, read_us);
  g_assert_false (store_fixture_number (self, 2, OST_COLUMN_LAST_SUCCESS_SYNC, &number));
  assert_summary (self, 3, 0, read_us);
  /* A failure changes nothing of what is known, nor its age. */
  read_mailbox (self, 0, FALSE);
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_STATISTICS_READ, &number));
  g_assert_cmpint (number, ==, read_us);
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_LAST_SUCCESS_SYNC, &number));
}

static void
test_statistics_order (StoreFixture *self, gconstpointer data)
{
  OstStatisticsRound round = { 0 };
  g_autoptr (GPtrArray) changed = store_fixture_devices (9, 10);
  gint64 first_us = G_MAXINT64;

  sync_with_mailboxes (self, 5);
  round.began_us = self->now + G_USEC_PER_SEC;
  self->now += G_USEC_PER_SEC;
  /* All are new, and each comes once; the order is that of their rows. */
  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *owner = next (self, OST_STATISTICS_CHANGED, &round, 1);

      g_assert_cmpuint (strlen (owner), ==, 1);
      read_mailbox (self, (guint)g_ascii_digit_value (owner[0]), owner[0] != '2');
      if (owner[0] != '2')
        first_us = MIN (first_us, self->now);
    }
  assert_next (self, OST_STATISTICS_CHANGED, &round, 10, "");
  assert_summary (self, 12, 3, first_us);

  /* In the next round first what changed, then by age. */
  read_mailbox (self, 4, TRUE);
  read_mailbox (self, 3, TRUE);
  read_mailbox (self, 2, TRUE);
  read_mailbox (self, 1, TRUE);
  read_mailbox (self, 0, TRUE);
  ost_object_set_text (g_ptr_array_index (changed, 0), OST_DEVICE_OS, "newer", -1);
  upsert (self, begin_quick (self), OST_KIND_DEVICE, changed, OST_STORE_NONE);
  round = (OstStatisticsRound){ .began_us = self->now + 1 };
  self->now += 1;
  assert_next (self, OST_STATISTICS_CHANGED, &round, 1, "3");
  read_mailbox (self, 3, TRUE);
  assert_next (self, OST_STATISTICS_CHANGED, &round, 2, "4 2");
  read_mailbox (self, 4, TRUE);
  read_mailbox (self, 2, TRUE);
  assert_next (self, OST_STATISTICS_CHANGED, &round, 10, "1 0");

  /* Where all are wanted, age alone counts. */
  upsert (self, begin_quick (self), OST_KIND_DEVICE, changed, OST_STORE_PERSONAL_DATA);
  round = (OstStatisticsRound){ .began_us = self->now + 1 };
  assert_next (self, OST_STATISTICS_ALL, &round, 2, "1 0");
}

static void
test_statistics_survive (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 3);
  g_autofree char *status = NULL;
  gint64 read_us;

  sync_with_mailboxes (self, 1);
  read_mailbox (self, 0, TRUE);
  read_us = self->now;
  ost_object_set_text (g_ptr_array_index (devices, 0), OST_DEVICE_OS, "newer", -1);
  store_fixture_sync (self, devices, NULL);
  status = store_fixture_text (self, 0, OST_COLUMN_WIPE_STATUS);
  g_assert_cmpstr (status, ==, "DeviceOk");
  assert_summary (self, 3, 0, read_us);
}

static gboolean
count_cb (const OstDeviceRow *row, gpointer data)
{
  (*(guint *)data)++;
  return TRUE;
}

static guint
count (StoreFixture *self, const OstDeviceQuery *query)
{
  guint n = 0;
  g_autoptr (GError) error = NULL;

  ost_store_query_devices (self->store, query, count_cb, &n, NULL, NULL, &error);
  g_assert_no_error (error);
  return n;
}

static guint
count_user (StoreFixture *self, const char *user)
{
  OstDeviceQuery query = { .user = user };

  return count (self, &query);
}

static guint
count_device (StoreFixture *self, const char *device)
{
  OstDeviceQuery query = { .device = device };

  return count (self, &query);
}

static void
test_filters (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_objects ();
  OstDeviceQuery query = { 0 };
  g_autofree char *guid = store_fixture_guid (4);
  g_autofree char *upper = g_ascii_strup (guid, -1);

  sync_with_mailboxes (self, 20);
  g_assert_cmpuint (count_user (self, "user7@contoso.com"), ==, 3);
  g_assert_cmpuint (count_user (self, "USER7@"), ==, 3);
  g_assert_cmpuint (count_user (self, "User Number 1"), ==, 33);
  g_assert_cmpuint (count_user (self, "OTHER@contoso"), ==, 60);
  g_assert_cmpuint (count_user (self, "nobody"), ==, 0);
  g_assert_cmpuint (count_user (self, "%"), ==, 0);
  query.state = "blocked";
  g_assert_cmpuint (count (self, &query), ==, 20);
  query.connection = "contoso";
  g_assert_cmpuint (count (self, &query), ==, 20);
  query.connection = "fabrikam";
  g_assert_cmpuint (count (self, &query), ==, 0);

  g_assert_cmpuint (count_device (self, upper), ==, 1);
  g_assert_cmpuint (count_device (self, "appl00000004"), ==, 1);
  g_assert_cmpuint (
    count_device (self, "contoso.com/unit 1/user 1/ExchangeActiveSyncDevices/iPhone§APPL00000004"),
    ==, 1);
  /* The ID is right and the owner is another. */
  g_assert_cmpuint (
    count_device (self, "contoso.com/Unit 1/User 2/ExchangeActiveSyncDevices/iPhone§APPL00000004"),
    ==, 0);
  g_assert_cmpuint (count_device (self, ""), ==, 0);
  /* A device ID that two mailboxes have. */
  g_ptr_array_add (devices, store_fixture_device (4, 9, 1));
  ost_object_set_text (g_ptr_array_index (devices, 0), OST_DEVICE_GUID, "another", -1);
  upsert (self, begin_quick (self), OST_KIND_DEVICE, devices, OST_STORE_NONE);
  g_assert_cmpuint (count_device (self, "APPL00000004"), ==, 2);
}

typedef struct {
  guint rows;
  char *last;
} Page;

static gboolean
page_cb (const OstDeviceRow *row, gpointer data)
{
  Page *page = data;
  const char *guid = ost_device_row_get_text (row, OST_COLUMN_GUID);

  g_assert_cmpstr (guid, >, page->last);
  g_free (page->last);
  page->last = g_strdup (guid);
  page->rows++;
  return TRUE;
}

static void
test_pages (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 25);
  OstDeviceQuery query = { .limit = 10 };
  Page page = { .last = g_strdup ("") };
  g_autofree char *cursor = NULL;
  g_autoptr (GError) error = NULL;
  guint pages = 0;

  store_fixture_sync (self, devices, NULL);
  do
    {
      g_autofree char *after = g_steal_pointer (&cursor);

      query.after = after;
      g_assert_true (
        ost_store_query_devices (self->store, &query, page_cb, &page, &cursor, NULL, &error));
      pages++;
  } while (cursor != NULL);
  g_assert_cmpuint (pages, ==, 3);
  g_assert_cmpuint (page.rows, ==, 25);
  g_free (page.last);

  query.after = "nonsense";
  g_assert_false (
    ost_store_query_devices (self->store, &query, page_cb, &page, NULL, NULL, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
}

/* A mailbox that was taken away and made anew under the same name. */
static void
test_two_mailboxes (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) mailboxes = store_fixture_objects ();
  OstObject *again = store_fixture_mailbox (0, 1);
  g_autofree char *name = NULL;
  gint64 run;

  sync_with_mailboxes (self, 30);
  ost_object_set_text (again, OST_MAILBOX_GUID, "made-anew", -1);
  ost_object_set_text (again, OST_MAILBOX_DISPLAY_NAME, "Made Anew", -1);
  g_ptr_array_add (mailboxes, again);
  for (guint owner = 1; owner < 30; owner++)
    g_ptr_array_add (mailboxes, store_fixture_mailbox (owner, 1));
  run = store_fixture_begin (self, TRUE);
  {
    g_autoptr (GPtrArray) devices = store_fixture_devices (0, 90);

    store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  }
  store_fixture_stage (self, run, OST_KIND_MAILBOX, mailboxes);
  store_fixture_end (self, run, NULL);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 90);
  name = store_fixture_text (self, 0, OST_COLUMN_USER_DISPLAY_NAME);
  g_assert_cmpstr (name, ==, "Made Anew");
}

static void
test_enforceable (void)
{
  static const struct {
    const char *client_type;
    const char *type;
    gboolean is_known;
    gboolean is_enforceable;
  } rows[] = {
    { "EAS", "iPhone", TRUE, TRUE },
    { "eas", NULL, TRUE, TRUE },
    { "EAS", "WindowsMail", TRUE, FALSE },
    { "EAS", "outlook", TRUE, FALSE },
    { "EAS", "UniversalOutlook", TRUE, FALSE },
    { "EAS", "TestActiveSyncConnectivity", TRUE, FALSE },
    { "REST", "Outlook", TRUE, FALSE },
    { "MOWA", "iPhone", TRUE, FALSE },
    { NULL, "OutlookService", TRUE, FALSE },
    { NULL, "iPhone", FALSE, FALSE },
    { NULL, NULL, FALSE, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      gboolean is_enforceable = TRUE;

      g_assert_cmpint (
        ost_device_is_enforceable (rows[i].client_type, rows[i].type, &is_enforceable), ==,
        rows[i].is_known);
      g_assert_cmpint (is_enforceable, ==, rows[i].is_enforceable);
    }
}

static void
add_device (GPtrArray *devices, guint number, const char *id)
{
  OstObject *object = store_fixture_device (number, 1, 1);

  ost_object_set_text (object, OST_DEVICE_ID, id, -1);
  g_ptr_array_add (devices, object);
}

static void
test_prefixes (StoreFixture *self, gconstpointer data)
{
  static const char *const ids[] = {
    "Appl1", "APPL2", "appl3", "Appl", "Appl-", "Applé", "B1", "b2", "-x", "é", "9", "SEC1",
  };
  g_autoptr (GPtrArray) devices = store_fixture_objects ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GPtrArray) prefixes = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    add_device (devices, i, ids[i]);
  store_fixture_sync (self, devices, NULL);
  prefixes = ost_store_count_prefixes (self->store, "contoso", 3, 8, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < prefixes->len; i++)
    {
      const OstPrefixCount *count_of = g_ptr_array_index (prefixes, i);

      g_string_append_printf (text, "%s:%" G_GINT64_FORMAT " ", count_of->prefix, count_of->rows);
    }
  /* Of the six that begin with APPL, three are too short or go on strangely: for the remainder. */
  g_assert_cmpstr (text->str, ==, "9:1 APPL1:1 APPL2:1 APPL3:1 B:2 S:1 ");
}

static void
test_prefixes_whole (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 300);
  g_autoptr (GPtrArray) few = NULL;
  g_autoptr (GPtrArray) many = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GError) error = NULL;
  gint64 sum = 0;

  store_fixture_sync (self, devices, NULL);
  few = ost_store_count_prefixes (self->store, "contoso", 1000, 16, &error);
  g_assert_cmpuint (few->len, ==, 1);
  many = ost_store_count_prefixes (self->store, "contoso", 20, 16, &error);
  for (guint i = 0; i < many->len; i++)
    {
      const OstPrefixCount *count_of = g_ptr_array_index (many, i);

      g_assert_cmpint (count_of->rows, <=, 20);
      sum += count_of->rows;
    }
  g_assert_cmpint (sum, ==, 300);
  none = ost_store_count_prefixes (self->store, "unknown", 20, 16, &error);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_no_error (error);
}

static GPtrArray *
make_rules (const char *level)
{
  GPtrArray *rules = store_fixture_objects ();
  OstObject *rule = ost_object_new (OST_KIND_ACCESS_RULE);

  ost_object_set_text (rule, OST_ACCESS_RULE_GUID, "g1", -1);
  ost_object_set_text (rule, OST_ACCESS_RULE_NAME, "iPhone (DeviceType) \"x\" \\ é", -1);
  ost_object_set_text (rule, OST_ACCESS_RULE_LEVEL, level, -1);
  ost_object_set_time (rule, OST_ACCESS_RULE_CHANGED, FIXTURE_EPOCH);
  g_ptr_array_add (rules, rule);
  return rules;
}

static gboolean
collect_cb (OstObject *object, gpointer data)
{
  g_ptr_array_add (data, ost_object_ref (object));
  return TRUE;
}

static void
replace (StoreFixture *self, OstKind kind, GPtrArray *objects)
{
  g_autoptr (GError) error = NULL;

  ost_store_replace_objects (self->store, "contoso", kind, objects, "test", self->now, &error);
  g_assert_no_error (error);
}

static void
test_objects (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) block = make_rules ("Block");
  g_autoptr (GPtrArray) allow = make_rules ("Allow");
  g_autoptr (GPtrArray) found = store_fixture_objects ();
  g_autoptr (GPtrArray) empty = store_fixture_objects ();
  g_autoptr (GError) error = NULL;
  OstObject *rule;
  gint64 changed;

  replace (self, OST_KIND_ACCESS_RULE, block);
  replace (self, OST_KIND_ACCESS_RULE, block);
  replace (self, OST_KIND_ACCESS_RULE, allow);
  g_assert_true (ost_store_list_objects (self->store, "contoso", OST_KIND_ACCESS_RULE, collect_cb,
                                         found, NULL, &error));
  g_assert_cmpuint (found->len, ==, 1);
  rule = g_ptr_array_index (found, 0);
  g_assert_cmpstr (ost_object_get_text (rule, OST_ACCESS_RULE_NAME), ==,
                   "iPhone (DeviceType) \"x\" \\ é");
  g_assert_cmpstr (ost_object_get_text (rule, OST_ACCESS_RULE_LEVEL), ==, "Allow");
  g_assert_true (ost_object_get_number (rule, OST_ACCESS_RULE_CHANGED, &changed));
  g_assert_cmpint (changed, ==, FIXTURE_EPOCH);
  g_assert_false (ost_object_is_set (rule, OST_ACCESS_RULE_QUERY_STRING));
  replace (self, OST_KIND_ACCESS_RULE, empty);
  g_assert_cmpuint (store_fixture_count_events (self, "access-rule-added"), ==, 1);
  g_assert_cmpuint (store_fixture_count_events (self, "access-rule-changed"), ==, 1);
  g_assert_cmpuint (store_fixture_count_events (self, "access-rule-removed"), ==, 1);
  g_assert_false (ost_store_replace_objects (self->store, "contoso", OST_KIND_DEVICE, empty, "test",
                                             self->now, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED);
}

static void
test_objects_with_lists (StoreFixture *self, gconstpointer data)
{
  static const char *const recipients[] = { "admin@contoso.com", "", "b", NULL };
  g_autoptr (GPtrArray) settings = store_fixture_objects ();
  g_autoptr (GPtrArray) found = store_fixture_objects ();
  OstObject *object = ost_object_new (OST_KIND_ORGANISATION_SETTINGS);
  g_auto (GStrv) list = NULL;
  g_autoptr (GError) error = NULL;

  ost_object_set_text (object, OST_ORGANISATION_GUID, "g1", -1);
  ost_object_set_list (object, OST_ORGANISATION_ADMIN_RECIPIENTS, recipients);
  g_ptr_array_add (settings, object);
  replace (self, OST_KIND_ORGANISATION_SETTINGS, settings);
  g_assert_true (ost_store_list_objects (self->store, "contoso", OST_KIND_ORGANISATION_SETTINGS,
                                         collect_cb, found, NULL, &error));
  list = ost_object_get_list (g_ptr_array_index (found, 0), OST_ORGANISATION_ADMIN_RECIPIENTS);
  g_assert_true (g_strv_equal ((const char *const *)list, recipients));
}

static void
test_list_rows (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) found = store_fixture_objects ();
  g_autoptr (OstObject) expected = store_fixture_mailbox (0, 1);
  g_autoptr (GError) error = NULL;
  guint same = 0;

  sync_with_mailboxes (self, 4);
  g_assert_true (ost_store_list_objects (self->store, "contoso", OST_KIND_MAILBOX, collect_cb,
                                         found, NULL, &error));
  g_assert_cmpuint (found->len, ==, 4);
  for (guint i = 0; i < found->len; i++)
    same += g_str_equal (ost_object_get_text (g_ptr_array_index (found, i), OST_MAILBOX_GUID),
                         ost_object_get_text (expected, OST_MAILBOX_GUID));
  g_assert_cmpuint (same, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/inventory/enforceable", test_enforceable);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/inventory/" path, StoreFixture, NULL, store_fixture_set_up, function,        \
              store_fixture_tear_down)
  ADD ("upsert", test_upsert);
  ADD ("upsert-many", test_upsert_many);
  ADD ("upsert-missing", test_upsert_missing);
  ADD ("run-is-over", test_run_is_over);
  ADD ("personal", test_personal);
  ADD ("statistics", test_statistics);
  ADD ("statistics-order", test_statistics_order);
  ADD ("statistics-survive", test_statistics_survive);
  ADD ("filters", test_filters);
  ADD ("pages", test_pages);
  ADD ("two-mailboxes", test_two_mailboxes);
  ADD ("prefixes", test_prefixes);
  ADD ("prefixes-whole", test_prefixes_whole);
  ADD ("objects", test_objects);
  ADD ("objects-with-lists", test_objects_with_lists);
  ADD ("list-rows", test_list_rows);
#undef ADD
  return g_test_run ();
}
