/* test-store-basics.c: opening, the lease, and what is remembered of connections and sessions */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "scratch.h"
#include "store-fixture.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
open_expecting (const char *folder, gboolean read_only, const char *version, OstErrorCode code,
                const char *word)
{
  g_autoptr (OstStore) store = store_fixture_make ();
  OstStoreOptions options = {
    .state_dir = folder, .read_only = read_only, .program_version = version, .now_us = FIXTURE_EPOCH
  };
  g_autoptr (GError) error = NULL;

  g_assert_false (ost_store_open (store, &options, &error));
  g_assert_error (error, OST_ERROR, (int)code);
  g_assert_nonnull (strstr (error->message, folder));
  if (strstr (error->message, word) == NULL)
    g_error ("‘%s’ does not say ‘%s’", error->message, word);
  g_assert_nonnull (ost_error_get_remedy (error));
}

static char *
database_path (StoreFixture *self)
{
  return g_build_filename (self->folder, "ostiary.db", NULL);
}

static void
test_files (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = database_path (self);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_cmpint (stat (log, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_clear_object (&self->store);
  /* Whoever leaves last takes the log along. */
  g_assert_cmpint (stat (log, &status), !=, 0);

  g_assert_cmpint (chmod (path, 0644), ==, 0);
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_DENIED, "0644");
  g_assert_cmpint (chmod (path, 0620), ==, 0);
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_DENIED, "0620");
  g_assert_cmpint (chmod (path, 0640), ==, 0);
  store_fixture_reopen (self);
}

static void
test_link (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = database_path (self);
  g_autofree char *elsewhere = g_build_filename (self->folder, "elsewhere", NULL);

  g_clear_object (&self->store);
  g_assert_cmpint (g_rename (path, elsewhere), ==, 0);
  g_assert_cmpint (symlink (elsewhere, path), ==, 0);
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_INVALID, "plain file");
}

static void
test_not_there (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = database_path (self);
  g_autofree char *nowhere = g_build_filename (self->folder, "no", "folder", NULL);

  g_clear_object (&self->store);
  g_unlink (path);
  open_expecting (self->folder, TRUE, OST_VERSION, OST_ERROR_NOT_FOUND, "cannot find");
  open_expecting (nowhere, TRUE, OST_VERSION, OST_ERROR_NOT_FOUND, "cannot find");
  g_assert_false (g_file_test (nowhere, G_FILE_TEST_EXISTS));
}

static void
test_damaged (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = database_path (self);
  g_autofree char *contents = NULL;
  gsize length;

  g_clear_object (&self->store);
  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  memset (contents + 4096, 0x5a, 4096);
  g_assert_true (g_file_set_contents_full (path, contents, (gssize)length, G_FILE_SET_CONTENTS_NONE,
                                           0600, NULL));
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_INVALID, "damaged");
  g_assert_true (g_file_set_contents_full (path, "This is no database at all.", -1,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_INVALID, "damaged");
}

static void
test_foreign (StoreFixture *self, gconstpointer data)
{
  g_autofree char *path = database_path (self);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize before_length;
  gsize after_length;

  g_clear_object (&self->store);
  g_unlink (path);
  g_assert_true (g_file_set_contents_full (path, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  store_fixture_sql (self, "CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('x')");
  g_assert_true (g_file_get_contents (path, &before, &before_length, NULL));
  open_expecting (self->folder, FALSE, OST_VERSION, OST_ERROR_INVALID, "another program");
  /* Not one byte of it has changed. */
  g_assert_true (g_file_get_contents (path, &after, &after_length, NULL));
  g_assert_cmpmem (before, before_length, after, after_length);
}

static void
test_program_too_old (StoreFixture *self, gconstpointer data)
{
  store_fixture_sql (self, "UPDATE meta SET value = '7.10' WHERE name = 'oldest-program'");
  g_clear_object (&self->store);
  open_expecting (self->folder, FALSE, "7.9.3", OST_ERROR_NOT_SUPPORTED, "7.10");
  open_expecting (self->folder, TRUE, "0.1", OST_ERROR_NOT_SUPPORTED, "7.10");
}

static void
test_newer_schema (StoreFixture *self, gconstpointer data)
{
  /* Within a minor release steps only add, so a newer schema that allows us is used. */
  store_fixture_sql (self, "UPDATE meta SET value = '99' WHERE name = 'schema'");
  store_fixture_reopen (self);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT value FROM meta WHERE name = 'schema'"),
                   ==, 99);
}

static void
test_read_only (StoreFixture *self, gconstpointer data)
{
  g_autoptr (OstStore) reader = store_fixture_make ();
  OstStoreOptions options = { .state_dir = self->folder,
                              .read_only = TRUE,
                              .program_version = OST_VERSION,
                              .now_us = self->now };
  g_autoptr (GError) error = NULL;
  g_autoptr (OstConnectionStatus) status = NULL;
  g_auto (GStrv) connections = NULL;

  g_assert_true (ost_store_set_note (self->store, "contoso", "a", "b", &error));
  ost_store_open (reader, &options, &error);
  g_assert_no_error (error);
  connections = ost_store_list_connections (reader, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (connections[0], ==, "contoso");
  status = ost_store_load_status (reader, "contoso", &error);
  g_assert_no_error (error);
  g_assert_false (ost_store_set_note (reader, "contoso", "a", "c", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_DENIED);
}

static gboolean
acquire (OstStore *store, const char *process, gint64 now, gint64 *fence, GError **error)
{
  return ost_store_acquire_lease (store, process, "the other one", HOUR, now, fence, error);
}

static void
test_lease (StoreFixture *self, gconstpointer data)
{
  g_autoptr (OstStore) other = store_fixture_open_other (self);
  g_autoptr (GError) error = NULL;
  gint64 fence = 0;

  /* Another machine's process: nothing can be known of it but the time. */
  g_assert_false (acquire (other, "elsewhere:boot:1:1:1", self->now, &fence, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, "the test"));
  g_clear_error (&error);
  g_assert_true (
    ost_store_renew_lease (self->store, self->fence, HOUR, self->now + MINUTE, &error));
  g_assert_false (acquire (other, "elsewhere:boot:1:1:1", self->now + HOUR, &fence, &error));
  g_clear_error (&error);
  g_assert_true (
    acquire (other, "elsewhere:boot:1:1:1", self->now + HOUR + MINUTE, &fence, &error));
  g_assert_cmpint (fence, >, self->fence);

  /* Who lost it learns it at the next renewal and at the next run. */
  g_assert_false (ost_store_renew_lease (self->store, self->fence, HOUR, self->now, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (
    ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_clear_error (&error);
  /* Releasing what is lost leaves the new one alone. */
  g_assert_true (ost_store_release_lease (self->store, self->fence, &error));
  g_assert_false (acquire (self->store, "third:boot:1:1:1", self->now, &fence, &error));
  g_clear_error (&error);
  g_assert_true (ost_store_release_lease (other, fence, &error));
  g_assert_true (acquire (self->store, "third:boot:1:1:1", self->now, &fence, &error));
}

/* A process of its own that takes the lease and keeps it until it is killed. */
static pid_t
start_holder (StoreFixture *self)
{
  int ready[2];
  char byte;
  pid_t child;

  g_clear_object (&self->store);
  g_assert_cmpint (pipe (ready), ==, 0);
  child = fork ();
  if (child == 0)
    {
      g_autofree char *process = ost_process_describe_self ();
      gint64 fence;

      self->store = store_fixture_open_other (self);
      if (!acquire (self->store, process, self->now, &fence, NULL) || write (ready[1], "x", 1) != 1)
        _exit (1);
      pause ();
      _exit (0);
    }
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  store_fixture_reopen (self);
  return child;
}

static void
test_lease_of_the_dead (StoreFixture *self, gconstpointer data)
{
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;
  gint64 fence = 0;
  pid_t child;

  g_assert_true (ost_store_release_lease (self->store, self->fence, &error));
  child = start_holder (self);
  g_assert_false (acquire (self->store, process, self->now, &fence, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  /* Dead is dead, also before anybody has waited for it. */
  siginfo_t info;
  g_assert_cmpint (waitid (P_PID, (id_t)child, &info, WEXITED | WNOWAIT), ==, 0);
  g_assert_true (acquire (self->store, process, self->now, &fence, &error));
  g_assert_no_error (error);
  g_assert_cmpint (waitpid (child, NULL, 0), ==, child);
}

static void
test_process (void)
{
  g_autofree char *self = ost_process_describe_self ();
  g_auto (GStrv) parts = g_strsplit (self, ":", -1);
  g_autofree char *reused = NULL;
  g_autofree char *booted = NULL;
  g_autofree char *elsewhere = NULL;

  g_assert_cmpuint (g_strv_length (parts), ==, 5);
  g_assert_false (ost_process_is_gone (self));
  /* The number is in use again, by another process. */
  reused = g_strdup_printf ("%s:%s:%s:%s:1", parts[0], parts[1], parts[2], parts[3]);
  g_assert_true (ost_process_is_gone (reused));
  booted = g_strdup_printf ("%s:another-boot:%s:%s:%s", parts[0], parts[2], parts[3], parts[4]);
  g_assert_cmpint (ost_process_is_gone (booted), ==, strcmp (parts[0], "-") != 0);
  elsewhere = g_strdup_printf ("another:boot:%s:%s:%s", parts[2], parts[3], parts[4]);
  g_assert_false (ost_process_is_gone (elsewhere));
  g_assert_false (ost_process_is_gone (""));
  g_assert_false (ost_process_is_gone ("a:b:c:not a number:e"));
  g_assert_false (ost_process_is_gone ("a:b:c:-1:e"));
}

static void
test_status (StoreFixture *self, gconstpointer data)
{
  OstConnectionStatus status = {
    .state = (char *)"connected",
    .server = (char *)"mail1",
    .last_error = (char *)"a ‘quoted’ error",
    .last_error_code = OST_ERROR_TIMED_OUT,
    .run = (char *)"full",
    .run_count = 12,
    .run_expected = 100,
    .last_success_us = FIXTURE_EPOCH,
  };
  g_autoptr (OstConnectionStatus) none = NULL;
  g_autoptr (OstConnectionStatus) loaded = NULL;
  g_autoptr (GError) error = NULL;

  none = ost_store_load_status (self->store, "contoso", &error);
  g_assert_no_error (error);
  g_assert_null (none->state);
  g_assert_cmpint (none->last_error_code, ==, -1);
  g_assert_true (ost_store_save_status (self->store, "contoso", &status, &error));
  store_fixture_reopen (self);
  loaded = ost_store_load_status (self->store, "contoso", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (loaded->state, ==, "connected");
  g_assert_cmpstr (loaded->last_error, ==, "a ‘quoted’ error");
  g_assert_cmpint (loaded->last_error_code, ==, OST_ERROR_TIMED_OUT);
  g_assert_cmpint (loaded->run_count, ==, 12);
  g_assert_cmpint (loaded->run_expected, ==, 100);
  g_assert_cmpint (loaded->last_success_us, ==, FIXTURE_EPOCH);
  g_assert_cmpint (loaded->last_full_us, ==, 0);
  g_assert_null (loaded->version);
}

static void
test_notes (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  g_assert_true (ost_store_get_note (self->store, "contoso", "cursor", &first, &error));
  g_assert_null (first);
  g_assert_true (
    ost_store_set_note (self->store, "contoso", "cursor", "'; DROP TABLE note --", &error));
  g_assert_true (ost_store_get_note (self->store, "contoso", "cursor", &second, &error));
  g_assert_cmpstr (second, ==, "'; DROP TABLE note --");
  g_assert_true (ost_store_set_note (self->store, "contoso", "cursor", NULL, &error));
  g_assert_true (ost_store_get_note (self->store, "contoso", "cursor", &third, &error));
  g_assert_null (third);
  g_assert_no_error (error);
}

static gboolean
keep (OstStore *store, const char *id, const char *process, gint64 now, GError **error)
{
  OstSession session = {
    .account = (char *)"CONTOSO\\svc",
    .id = (char *)id,
    .connection = (char *)"contoso",
    .detail = (char *)"mail1 cookie",
    .process = (char *)process,
    .kept_us = now,
  };

  return ost_store_keep_session (store, &session, 2, error);
}

static gboolean
is_dead (const char *process)
{
  return strcmp (process, "dead") == 0;
}

static void
reopen_with_death (StoreFixture *self)
{
  OstStoreOptions options = { .state_dir = self->folder,
                              .program_version = OST_VERSION,
                              .now_us = self->now,
                              .is_process_gone = is_dead };
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->store);
  self->store = store_fixture_make ();
  ost_store_open (self->store, &options, &error);
  g_assert_no_error (error);
}

static GPtrArray *
take (StoreFixture *self, const char *process)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *sessions = ost_store_take_left_over_sessions (
    self->store, "CONTOSO\\svc", process, self->now + 15 * MINUTE, self->now, &error);

  g_assert_no_error (error);
  return sessions;
}

static void
test_sessions (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) first = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GPtrArray) late = NULL;
  OstSession *session;

  reopen_with_death (self);
  g_assert_true (keep (self->store, "one", "dead", self->now, &error));
  g_assert_true (keep (self->store, "two", "alive", self->now, &error));
  /* The same one again is not another one. */
  g_assert_true (keep (self->store, "two", "alive", self->now, &error));
  g_assert_false (keep (self->store, "three", "alive", self->now, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_THROTTLED);
  g_clear_error (&error);

  first = take (self, "dead");
  g_assert_cmpuint (first->len, ==, 1);
  session = g_ptr_array_index (first, 0);
  g_assert_cmpstr (session->id, ==, "one");
  g_assert_cmpstr (session->detail, ==, "mail1 cookie");
  /* It counts as long as the server may have it, and a second crash does not prolong that. */
  g_assert_false (keep (self->store, "three", "alive", self->now, &error));
  g_clear_error (&error);
  self->now += 5 * MINUTE;
  again = take (self, "taker");
  g_assert_cmpuint (again->len, ==, 1);
  session = g_ptr_array_index (again, 0);
  g_assert_cmpint (session->expires_us, ==, self->now + 10 * MINUTE);
  /* Now somebody has it. */
  late = take (self, "another taker");
  g_assert_cmpuint (late->len, ==, 0);
  self->now += 10 * MINUTE;
  g_assert_true (keep (self->store, "three", "alive", self->now, &error));
  g_assert_no_error (error);
  g_assert_true (ost_store_forget_session (self->store, "CONTOSO\\svc", "three", &error));
  g_assert_true (ost_store_forget_session (self->store, "CONTOSO\\svc", "unknown", &error));
}

static void
test_refusal (StoreFixture *self, gconstpointer data)
{
  OstRefusal refusal
    = { (char *)"2049 77 1767225600000000000 12", (char *)"401 Unauthorized", FIXTURE_EPOCH };
  g_autoptr (OstRefusal) none = NULL;
  g_autoptr (OstRefusal) some = NULL;
  g_autoptr (OstRefusal) after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (ost_store_get_refusal (self->store, "contoso", "connection", &none, &error));
  g_assert_null (none);
  g_assert_true (ost_store_set_refusal (self->store, "contoso", "connection", &refusal, &error));
  g_assert_true (ost_store_get_refusal (self->store, "contoso", "connection", &some, &error));
  g_assert_cmpstr (some->fingerprint, ==, "2049 77 1767225600000000000 12");
  g_assert_cmpint (some->refused_us, ==, FIXTURE_EPOCH);
  g_assert_true (ost_store_clear_refusal (self->store, "contoso", "connection", &error));
  g_assert_true (ost_store_get_refusal (self->store, "contoso", "connection", &after, &error));
  g_assert_null (after);
  g_assert_no_error (error);
}

static void
test_runs (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstRun) first = NULL;
  g_autoptr (OstRun) second = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  OstRunReport report = { .complete = FALSE,
                          .devices = 7,
                          .held = 2,
                          .bytes_received = 1000,
                          .error_code = OST_ERROR_UNAVAILABLE,
                          .error = (char *)"nobody answered",
                          .ended_us = FIXTURE_EPOCH + MINUTE };
  OstRun *run;

  first = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                               &error);
  g_assert_no_error (error);
  /* One that never ended, as after a crash. */
  second = ost_store_begin_run (self->store, "contoso", OST_RUN_QUICK, self->fence, 0, self->now,
                                &error);
  g_assert_no_error (error);
  g_assert_cmpint (second->id, >, first->id);
  g_assert_true (ost_store_finish_run (self->store, second->id, &report, "test", &error));
  g_assert_false (ost_store_finish_run (self->store, second->id, &report, "test", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_clear_error (&error);
  runs = ost_store_list_runs (self->store, NULL, 10, &error);
  g_assert_cmpuint (runs->len, ==, 2);
  run = g_ptr_array_index (runs, 0);
  g_assert_cmpint (run->id, ==, second->id);
  g_assert_cmpint (run->report.error_code, ==, OST_ERROR_UNAVAILABLE);
  g_assert_cmpstr (run->report.error, ==, "nobody answered");
  g_assert_cmpint (run->report.held, ==, 2);
  g_assert_cmpint (run->fence, ==, self->fence);
  run = g_ptr_array_index (runs, 1);
  g_assert_true (run->is_over);
  g_assert_cmpstr (run->report.error, ==, "interrupted");
  g_assert_cmpuint (store_fixture_count_events (self, "run-finished"), ==, 1);
}

static void
test_remove_connection (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1200);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) connections = NULL;
  guint events;

  store_fixture_sync (self, devices, NULL);
  events = store_fixture_count_events (self, "run-finished");
  g_assert_true (ost_store_remove_connection (self->store, "contoso", "test", self->now, &error));
  g_assert_true (ost_store_remove_connection (self->store, "unknown", "test", self->now, &error));
  connections = ost_store_list_connections (self->store, &error);
  g_assert_null (connections[0]);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 0);
  g_assert_cmpint (store_fixture_sql_number (self, "SELECT count (*) FROM device"), ==, 0);
  g_assert_cmpuint (store_fixture_count_events (self, "connection-removed"), ==, 1);
  g_assert_cmpuint (store_fixture_count_events (self, "run-finished"), ==, events);
  /* The name is free again, and what comes under it is new. */
  store_fixture_sync (self, devices, NULL);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 1200);
}

/* In a process of its own, as the limit on the size of files is the process's. */
static void
fill_up (StoreFixture *self)
{
  struct rlimit limit;
  g_autoptr (GPtrArray) devices = NULL;
  g_autoptr (GError) error = NULL;
  OstReconcileOptions options = OST_RECONCILE_OPTIONS_INIT;
  g_auto (OstReconcileResult) result = { 0 };
  gint64 run;

  self->store = store_fixture_open_other (self);
  devices = store_fixture_devices (0, 3000);
  run = store_fixture_begin (self, FALSE);
  store_fixture_stage (self, run, OST_KIND_DEVICE, devices);
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &limit);
  limit.rlim_cur = 1024 * 1024;
  setrlimit (RLIMIT_FSIZE, &limit);
  options.now_us = self->now;
  g_assert_false (ost_store_reconcile (self->store, run, &options, &result, NULL, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, self->folder));
  g_assert_nonnull (ost_error_get_remedy (error));
  g_clear_error (&error);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 0);
  /* With room again, it goes on where it stopped. */
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_FSIZE, &limit);
  store_fixture_end (self, run, &result);
  g_assert_cmpint (result.devices.added, ==, 3000);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 3000);
  g_clear_object (&self->store);
}

static void
test_full (StoreFixture *self, gconstpointer data)
{
  int status = 0;
  pid_t child;

  g_clear_object (&self->store);
  child = fork ();
  if (child == 0)
    {
      fill_up (self);
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/process", test_process);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/" path, StoreFixture, NULL, store_fixture_set_up, function,                  \
              store_fixture_tear_down)
  ADD ("files", test_files);
  ADD ("link", test_link);
  ADD ("not-there", test_not_there);
  ADD ("damaged", test_damaged);
  ADD ("foreign", test_foreign);
  ADD ("program-too-old", test_program_too_old);
  ADD ("newer-schema", test_newer_schema);
  ADD ("read-only", test_read_only);
  ADD ("lease", test_lease);
  ADD ("lease-of-the-dead", test_lease_of_the_dead);
  ADD ("status", test_status);
  ADD ("notes", test_notes);
  ADD ("sessions", test_sessions);
  ADD ("refusal", test_refusal);
  ADD ("runs", test_runs);
  ADD ("remove-connection", test_remove_connection);
  ADD ("full", test_full);
#undef ADD
  return g_test_run ();
}
