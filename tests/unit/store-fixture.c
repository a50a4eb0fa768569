/* store-fixture.c: an SQLite store in a folder of its own, with a clock that the test sets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#include "scratch.h"

#include <gmodule.h>
#include <sqlite3.h>

OstStore *
store_fixture_make (void)
{
  const char *file = g_getenv ("OST_TEST_STORE");
  GModule *module = g_module_open (file, G_MODULE_BIND_LOCAL);
  const OstPluginInfo *info = NULL;

  if (module == NULL)
    g_error ("%s", g_module_error ());
  g_module_make_resident (module);
  g_assert_true (g_module_symbol (module, "ost_plugin_info", (gpointer *)&info));
  g_assert_cmpint (info->kind, ==, OST_PLUGIN_STORE);
  return g_object_new (info->get_type (), NULL);
}

static OstStore *
open_store (StoreFixture *self)
{
  OstStore *store = store_fixture_make ();
  OstStoreOptions options
    = { .state_dir = self->folder, .program_version = OST_VERSION, .now_us = self->now };
  g_autoptr (GError) error = NULL;

  ost_store_open (store, &options, &error);
  g_assert_no_error (error);
  return store;
}

static void
acquire (StoreFixture *self)
{
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;

  ost_store_acquire_lease (self->store, process, "the test", HOUR, self->now, &self->fence, &error);
  g_assert_no_error (error);
}

void
store_fixture_set_up (StoreFixture *self, gconstpointer data)
{
  self->folder = scratch_new ();
  self->now = FIXTURE_EPOCH;
  self->store = open_store (self);
  acquire (self);
}

void
store_fixture_tear_down (StoreFixture *self, gconstpointer data)
{
  g_clear_object (&self->store);
  scratch_remove (self->folder);
  g_free (self->folder);
}

OstStore *
store_fixture_open_other (StoreFixture *self)
{
  return open_store (self);
}

void
store_fixture_reopen (StoreFixture *self)
{
  g_clear_object (&self->store);
  self->store = open_store (self);
}

char *
store_fixture_guid (guint number)
{
  /* Spread, so that neighbours in one order are none in the other. */
  guint64 spread = number * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  return g_strdup_printf ("%08x-%04x-4000-8000-%012x", (guint)(spread >> 32),
                          (guint)(spread & 0xffff), number);
}

static char *
owner_name (guint owner, guint unit)
{
  return g_strdup_printf ("CN=User %u,OU=Unit %u,DC=contoso,DC=com", owner, unit);
}

OstObject *
store_fixture_device (guint number, guint owner, guint unit)
{
  static const char *const states[] = { "Allowed", "Blocked", "Quarantined" };
  OstObject *object = ost_object_new (OST_KIND_DEVICE);
  g_autofree char *guid = store_fixture_guid (number);
  g_autofree char *id = g_strdup_printf ("APPL%08X", number);
  g_autofree char *owner_dn = owner_name (owner, unit);
  g_autofree char *dn
    = g_strdup_printf ("CN=iPhone§%s,CN=ExchangeActiveSyncDevices,%s", id, owner_dn);
  g_autofree char *identity = g_strdup_printf (
    "contoso.com/Unit %u/User %u/ExchangeActiveSyncDevices/iPhone§%s", unit, owner, id);

  ost_object_set_text (object, OST_DEVICE_GUID, guid, -1);
  ost_object_set_text (object, OST_DEVICE_ID, id, -1);
  ost_object_set_text (object, OST_DEVICE_IDENTITY, identity, -1);
  ost_object_set_text (object, OST_DEVICE_DISTINGUISHED_NAME, dn, -1);
  ost_object_set_text (object, OST_DEVICE_OWNER, owner_dn, -1);
  ost_object_set_text (object, OST_DEVICE_FRIENDLY_NAME, "Ännis iPhone", -1);
  ost_object_set_text (object, OST_DEVICE_MODEL, "iPhone14C5", -1);
  ost_object_set_text (object, OST_DEVICE_TYPE, "iPhone", -1);
  ost_object_set_text (object, OST_DEVICE_OS, "iOS 17.4 21E219", -1);
  ost_object_set_text (object, OST_DEVICE_OS_LANGUAGE, "de", -1);
  ost_object_set_text (object, OST_DEVICE_PHONE_NUMBER, "+49 170 1234567", -1);
  ost_object_set_text (object, OST_DEVICE_IMEI, "490154203237518", -1);
  ost_object_set_text (object, OST_DEVICE_USER_AGENT, "Apple-iPhone14C5/2105.219", -1);
  ost_object_set_text (object, OST_DEVICE_CLIENT_TYPE, "EAS", -1);
  ost_object_set_text (object, OST_DEVICE_CLIENT_VERSION, "16.1", -1);
  ost_object_set_text (object, OST_DEVICE_ACCESS_STATE, states[number % 3], -1);
  ost_object_set_text (object, OST_DEVICE_ACCESS_REASON, "Global", -1);
  ost_object_set_time (object, OST_DEVICE_FIRST_SYNC, FIXTURE_EPOCH - number * MINUTE);
  ost_object_set_time (object, OST_DEVICE_CREATED, FIXTURE_EPOCH - number * MINUTE);
  ost_object_set_time (object, OST_DEVICE_CHANGED, FIXTURE_EPOCH - number * MINUTE);
  ost_object_set_text (object, OST_DEVICE_ORIGINATING_SERVER, "dc1.contoso.com", -1);
  return object;
}

OstObject *
store_fixture_mailbox (guint owner, guint unit)
{
  static const char *const none[] = { NULL };
  OstObject *object = ost_object_new (OST_KIND_MAILBOX);
  g_autofree char *guid = store_fixture_guid (1000000000 + owner);
  g_autofree char *dn = owner_name (owner, unit);
  g_autofree char *identity = g_strdup_printf ("contoso.com/Unit %u/User %u", unit, owner);
  g_autofree char *name = g_strdup_printf ("User Number %u", owner);
  g_autofree char *address = g_strdup_printf ("user%u@contoso.com", owner);
  g_autofree char *proxy = g_strdup_printf ("SMTP:user%u@contoso.com", owner);
  const char *addresses[] = { proxy, "smtp:other@contoso.com", NULL };

  ost_object_set_text (object, OST_MAILBOX_GUID, guid, -1);
  ost_object_set_text (object, OST_MAILBOX_DISTINGUISHED_NAME, dn, -1);
  ost_object_set_text (object, OST_MAILBOX_IDENTITY, identity, -1);
  ost_object_set_text (object, OST_MAILBOX_NAME, name, -1);
  ost_object_set_text (object, OST_MAILBOX_DISPLAY_NAME, name, -1);
  ost_object_set_text (object, OST_MAILBOX_PRIMARY_SMTP_ADDRESS, address, -1);
  ost_object_set_list (object, OST_MAILBOX_ADDRESSES, addresses);
  ost_object_set_boolean (object, OST_MAILBOX_ACTIVESYNC_ENABLED, TRUE);
  ost_object_set_boolean (object, OST_MAILBOX_HAS_PARTNERSHIP, TRUE);
  ost_object_set_text (object, OST_MAILBOX_POLICY, "Default", -1);
  ost_object_set_list (object, OST_MAILBOX_ALLOWED_DEVICE_IDS, none);
  ost_object_set_list (object, OST_MAILBOX_BLOCKED_DEVICE_IDS, none);
  ost_object_set_time (object, OST_MAILBOX_CHANGED, FIXTURE_EPOCH);
  return object;
}

static void
plan (StoreFixture *self, gint64 run, gboolean with_mailboxes)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_slice_free);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (slices, ost_slice_new (OST_KIND_DEVICE, "all"));
  if (with_mailboxes)
    g_ptr_array_add (slices, ost_slice_new (OST_KIND_MAILBOX, "all"));
  ost_store_plan_slices (self->store, run, slices, &error);
  g_assert_no_error (error);
}

gint64
store_fixture_begin (StoreFixture *self, gboolean with_mailboxes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) run = NULL;

  self->now += G_USEC_PER_SEC;
  run = ost_store_begin_run (self->store, "contoso", OST_RUN_FULL, self->fence, G_MAXINT64,
                             self->now, &error);
  g_assert_no_error (error);
  plan (self, run->id, with_mailboxes);
  return run->id;
}

void
store_fixture_stage (StoreFixture *self, gint64 run, OstKind kind, GPtrArray *objects)
{
  g_autoptr (OstSlice) slice = ost_slice_new (kind, "all");
  g_autoptr (GError) error = NULL;

  self->now += G_USEC_PER_SEC;
  ost_store_begin_slice (self->store, run, slice, self->now, &error);
  g_assert_no_error (error);
  self->now += G_USEC_PER_SEC;
  ost_store_stage_objects (self->store, run, slice, objects, OST_STORE_NONE, self->now, &error);
  g_assert_no_error (error);
  slice->rows = objects->len;
  ost_store_finish_slice (self->store, run, slice, self->now, &error);
  g_assert_no_error (error);
}

void
store_fixture_end (StoreFixture *self, gint64 run, OstReconcileResult *result)
{
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  OstRunReport report = { .complete = TRUE, .error_code = -1 };
  g_auto (OstReconcileResult) ours = { 0 };
  g_autoptr (GError) error = NULL;

  self->now += G_USEC_PER_SEC;
  options.now_us = self->now;
  options.who = "test";
  ost_store_reconcile (self->store, run, &options, result != NULL ? result : &ours, NULL, &error);
  g_assert_no_error (error);
  report.ended_us = self->now;
  ost_store_finish_run (self->store, run, &report, "test", &error);
  g_assert_no_error (error);
}

void
store_fixture_sync (StoreFixture *self, GPtrArray *devices, OstReconcileResult *result)
{
  gint64 run = store_fixture_begin (self, FALSE);

  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  store_fixture_end (self, run, result);
}

GPtrArray *
store_fixture_objects (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
}

GPtrArray *
store_fixture_devices (guint first, guint end)
{
  GPtrArray *devices = store_fixture_objects ();

  for (guint number = first; number < end; number++)
    g_ptr_array_add (devices, store_fixture_device (number, number / 3, 1));
  return devices;
}

typedef struct {
  OstDeviceColumn column;
  OstFieldType type;
  guint rows;
  gboolean is_set;
  char *text;
  gint64 number;
} Look;

static gboolean
look_cb (const OstDeviceRow *row, gpointer data)
{
  Look *look = data;

  look->rows++;
  look->is_set = row->values[look->column].is_set;
  g_free (look->text);
  look->text = g_strdup (row->values[look->column].text);
  look->number = row->values[look->column].number;
  return TRUE;
}

static void
look_at (StoreFixture *self, guint number, Look *look)
{
  g_autofree char *guid = store_fixture_guid (number);
  OstDeviceQuery query = { .device = guid };
  g_autoptr (GError) error = NULL;

  ost_store_query_devices (self->store, &query, look_cb, look, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (look->rows, <=, 1);
}

char *
store_fixture_text (StoreFixture *self, guint number, OstDeviceColumn column)
{
  Look look = { .column = column };

  look_at (self, number, &look);
  g_assert_cmpuint (look.rows, ==, 1);
  return look.text;
}

gboolean
store_fixture_number (StoreFixture *self, guint number, OstDeviceColumn column, gint64 *value)
{
  Look look = { .column = column };

  look_at (self, number, &look);
  g_assert_cmpuint (look.rows, ==, 1);
  g_free (look.text);
  *value = look.number;
  return look.is_set;
}

gboolean
store_fixture_has (StoreFixture *self, guint number)
{
  Look look = { .column = OST_COLUMN_GUID };

  look_at (self, number, &look);
  g_free (look.text);
  return look.rows == 1;
}

static gboolean
count_cb (const OstDeviceRow *row, gpointer data)
{
  (*(guint *)data)++;
  return TRUE;
}

guint
store_fixture_count (StoreFixture *self, gboolean without_missing)
{
  OstDeviceQuery query = { .without_missing = without_missing };
  g_autoptr (GError) error = NULL;
  guint count = 0;

  ost_store_query_devices (self->store, &query, count_cb, &count, NULL, NULL, &error);
  g_assert_no_error (error);
  return count;
}

typedef struct {
  const char *kind;
  guint count;
} EventCount;

static gboolean
count_event_cb (const OstEvent *event, gpointer data)
{
  EventCount *count = data;

  count->count += g_strcmp0 (event->kind, count->kind) == 0;
  return TRUE;
}

guint
store_fixture_count_events (StoreFixture *self, const char *kind)
{
  EventCount count = { .kind = kind };
  g_autoptr (GError) error = NULL;

  ost_store_list_events (self->store, 0, 0, count_event_cb, &count, &error);
  g_assert_no_error (error);
  return count.count;
}

static sqlite3 *
open_file (StoreFixture *self)
{
  g_autofree char *path = g_build_filename (self->folder, "ostiary.db", NULL);
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &database, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  sqlite3_busy_timeout (database, 5000);
  return database;
}

void
store_fixture_sql (StoreFixture *self, const char *sql)
{
  sqlite3 *database = open_file (self);
  char *message = NULL;

  sqlite3_exec (database, sql, NULL, NULL, &message);
  g_assert_cmpstr (message, ==, NULL);
  sqlite3_close (database);
}

gint64
store_fixture_sql_number (StoreFixture *self, const char *sql)
{
  sqlite3 *database = open_file (self);
  sqlite3_stmt *statement = NULL;
  gint64 number;

  g_assert_cmpint (sqlite3_prepare_v2 (database, sql, -1, &statement, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (statement), ==, SQLITE_ROW);
  number = sqlite3_column_int64 (statement, 0);
  sqlite3_finalize (statement);
  sqlite3_close (database);
  return number;
}
