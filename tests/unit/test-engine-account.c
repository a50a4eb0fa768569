/* test-engine-account.c: a wrong password is one attempt, a shell is never lost */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine-rig.h"

#include "core/store/ost-process.h"

#include <string.h>
#include <utime.h>

#define RIG_B                                                                                      \
  "[connection b]\n"                                                                               \
  "environment=fake\n"                                                                             \
  "server=two.example\n"                                                                           \
  "user=corp\\SVC\n"                                                                               \
  "password-secret=file:@FOLDER@/secret\n"                                                         \
  "statistics=none\n"

typedef void (*TestFunc) (Rig *rig);

static void
run_test (gconstpointer data)
{
  Rig *rig = rig_new (60);

  rig->world.uses_http = TRUE;
  (*(const TestFunc *)data) (rig);
  rig_free (rig);
}

static guint
count_logons (Rig *rig)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&rig->world.mutex);

  return rig->world.n_logons;
}

static void
change_password (Rig *rig, const char *password)
{
  g_mutex_lock (&rig->world.mutex);
  g_free (rig->world.password);
  rig->world.password = g_strdup (password);
  g_mutex_unlock (&rig->world.mutex);
}

static void
expect_refusal (Rig *rig, const char *connection, gboolean is_explicit)
{
  g_autoptr (GError) error = NULL;
  RigRun *run = rig_run_begin (rig, OST_TASK_QUICK_SYNC, connection, is_explicit);

  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_SIGN_IN);
  rig_wait_for_state (rig, connection, "sign-in-refused");
}

static void
expect_success (Rig *rig, const char *connection, gboolean is_explicit)
{
  g_autoptr (GError) error = NULL;
  RigRun *run = rig_run_begin (rig, OST_TASK_QUICK_SYNC, connection, is_explicit);
  g_autoptr (OstReport) report G_GNUC_UNUSED = rig_run_end (rig, run, &error);

  g_assert_no_error (error);
  rig_wait_for_state (rig, connection, "connected");
}

/* Whoever asks that is no person: the schedule, a later process. */
static void
test_one_attempt (Rig *rig)
{
  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  expect_refusal (rig, "a", FALSE);
  rig_advance (rig, 24 * RIG_HOUR);
  expect_refusal (rig, "a", FALSE);
  rig_restart (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  /* A person may ask once more, each time. */
  expect_refusal (rig, "a", TRUE);
  g_assert_cmpuint (count_logons (rig), ==, 2);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 2);
  change_password (rig, "right");
  expect_refusal (rig, "a", FALSE);
  expect_success (rig, "a", TRUE);
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 2);
}

/* The password changes in the middle: all shells see it, the account does not suffer. */
static void
test_changes_meanwhile (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  RigRun *run;

  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  rig_hold (rig, "access-rule");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", FALSE);
  rig_wait_for_hold (rig, 1);
  change_password (rig, "other");
  rig_release (rig);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_SIGN_IN);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  rig_assert_inventory (rig, "a", 60, 0);
}

/* Four workers at once. */
static void
test_workers (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  RigRun *run;

  rig->world.reply_delay_ms = 20;
  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "server");
  run = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", FALSE);
  rig_wait_for_hold (rig, 1);
  change_password (rig, "other");
  rig_release (rig);
  g_assert_null (rig_run_end (rig, run, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_SIGN_IN);
  /* What was on its way under a password that had been right cannot be called back: one for each
   * worker at most. */
  g_assert_cmpuint (count_logons (rig), <=, 4);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), <=, 4);
}

/* Four connections of one account at once, when the service starts. */
static void
test_connections (Rig *rig)
{
  static const char *const names[] = { "a", "b" };

  rig_configure (rig, RIG_A RIG_B);
  change_password (rig, "other");
  rig->world.reply_delay_ms = 50;
  rig_start (rig, OST_ENGINE_SERVICE);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    rig_wait_for_state (rig, names[i], "sign-in-refused");
  g_assert_cmpuint (count_logons (rig), ==, 1);
  rig_restart (rig, OST_ENGINE_SERVICE);
  expect_refusal (rig, "a", FALSE);
  expect_refusal (rig, "b", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
}

/* The schedule of a connection whose credential is right does not wait for another one's. */
static void
test_parallel (Rig *rig)
{
  rig_configure (rig, RIG_A RIG_B);
  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  rig_hold (rig, "device:*");
  RigRun *held = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", FALSE);
  rig_wait_for_hold (rig, 1);
  rig_hold (rig, "device:none");
  g_autoptr (OstReport) first = rig_run_end (rig, held, NULL);
  g_assert_nonnull (first);

  rig_hold (rig, "access-rule");
  held = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", FALSE);
  RigRun *other = rig_run_begin (rig, OST_TASK_FULL_SYNC, "b", FALSE);
  rig_wait_for_hold (rig, 2);
  rig_release (rig);
  g_autoptr (OstReport) second = rig_run_end (rig, held, NULL);
  g_autoptr (OstReport) third = rig_run_end (rig, other, NULL);
  g_assert_nonnull (second);
  g_assert_nonnull (third);
}

/* Waiting for one's turn ends when one is told to. */
static void
test_turn_cancelled (Rig *rig)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) report = NULL;
  RigRun *first, *second;

  rig_configure (rig, RIG_A RIG_B);
  rig->world.uses_http = FALSE;
  rig_start (rig, OST_ENGINE_ONCE);
  rig_hold (rig, "open");
  first = rig_run_begin (rig, OST_TASK_FULL_SYNC, "a", FALSE);
  rig_wait_for_hold (rig, 1);
  second = rig_run_begin (rig, OST_TASK_FULL_SYNC, "b", FALSE);
  rig_wait_for_state (rig, "b", "synchronising");
  g_cancellable_cancel (second->cancellable);
  g_assert_null (rig_run_end (rig, second, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (rig->world.n_opens, ==, 1);
  rig_release (rig);
  report = rig_run_end (rig, first, NULL);
  g_assert_nonnull (report);
}

/* A ticket that is not given is a refusal, too. */
static void
test_prepare (Rig *rig)
{
  rig->world.refuses_tickets = TRUE;
  rig_start (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
}

/* A person's new try that did not get through has proved nothing. */
static void
test_new_try_fails (Rig *rig)
{
  g_autoptr (GError) error = NULL;

  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  rig->world.is_down = TRUE;
  g_assert_null (rig_run (rig, OST_TASK_QUICK_SYNC, "a", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  rig->world.is_down = FALSE;
  expect_refusal (rig, "a", FALSE);
  rig_restart (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
}

static void
test_touched (Rig *rig)
{
  g_autofree char *path = g_build_filename (rig->folder, "secret", NULL);
  struct utimbuf times = { 1000000000, 1000000000 };

  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpint (utime (path, &times), ==, 0);
  expect_refusal (rig, "a", FALSE);
  rig_write_secret (rig, "right");
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  rig_restart (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  rig_write_secret (rig, "other");
  expect_success (rig, "a", FALSE);
}

static void
test_wrong_again (Rig *rig)
{
  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_ONCE);
  expect_refusal (rig, "a", FALSE);
  rig_write_secret (rig, "wrong again");
  expect_refusal (rig, "a", FALSE);
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 2);
}

/* The file is watched: nobody has to ask. */
static void
test_watched (Rig *rig)
{
  g_autofree char *path = g_build_filename (rig->folder, "secret", NULL);

  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_SERVICE);
  rig_wait_for_state (rig, "a", "sign-in-refused");
  g_assert_cmpuint (count_logons (rig), ==, 1);
  /* In place, then as a new file in its place. */
  g_assert_true (
    g_file_set_contents_full (path, "other\n", -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  rig_wait_for_state (rig, "a", "connected");

  change_password (rig, "third");
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 2);
  rig_write_secret (rig, "third");
  rig_wait_for_state (rig, "a", "connected");
  g_assert_cmpuint (count_logons (rig), ==, 2);
}

/* The new password arrives while the old one is being tried. */
static void
test_watched_meanwhile (Rig *rig)
{
  change_password (rig, "other");
  rig->world.reply_delay_ms = 1500;
  rig_start (rig, OST_ENGINE_SERVICE);
  rig_wait_for_state (rig, "a", "synchronising");
  g_usleep (200 * 1000);
  rig_write_secret (rig, "other");
  rig_wait_for_state (rig, "a", "sign-in-refused");
  g_mutex_lock (&rig->world.mutex);
  rig->world.reply_delay_ms = 0;
  g_mutex_unlock (&rig->world.mutex);
  rig_wait_for_state (rig, "a", "connected");
  g_assert_cmpuint (count_logons (rig), ==, 1);
}

static const OstStep *
find_failed_step (const OstReport *report)
{
  for (guint i = 0; i < report->steps->len; i++)
    if (!((const OstStep *)report->steps->pdata[i])->is_ok)
      return report->steps->pdata[i];
  return NULL;
}

static void
test_check (Rig *rig)
{
  g_autofree char *path = g_build_filename (rig->folder, "secret", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstReport) refused = NULL;
  g_autoptr (OstReport) again = NULL;
  g_autoptr (OstReport) good = NULL;
  g_autoptr (OstReport) without = NULL;

  change_password (rig, "other");
  rig_start (rig, OST_ENGINE_ONCE);
  refused = rig_run (rig, OST_TASK_CHECK, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_failed_step (refused)->id, ==, "authentication");
  expect_refusal (rig, "a", FALSE);
  g_assert_cmpuint (count_logons (rig), ==, 1);
  again = rig_run (rig, OST_TASK_CHECK, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_logons (rig), ==, 2);
  change_password (rig, "right");
  good = rig_run (rig, OST_TASK_CHECK, "a", &error);
  g_assert_no_error (error);
  g_assert_null (find_failed_step (good));
  rig_wait_for_state (rig, "a", "connected");
  expect_success (rig, "a", FALSE);

  /* That the secret cannot be read is a step that fails, not a check that cannot be made. */
  g_assert_cmpint (unlink (path), ==, 0);
  without = rig_run (rig, OST_TASK_CHECK, "a", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_failed_step (without)->id, ==, "secret");
}

/* Shells */

static void
test_sessions (Rig *rig)
{
  rig->world.keeps_sessions = TRUE;
  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (rig->world.n_sessions, ==, 0);
  g_assert_cmpuint (rig->world.n_ended, ==, 0);
}

/* The server cannot be told that a shell is not needed any more; the next one tells it. */
static void
test_left_over (Rig *rig)
{
  rig->world.keeps_sessions = rig->world.loses_sessions = TRUE;
  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (rig->world.n_sessions, >=, 1);
  rig->world.loses_sessions = FALSE;
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (rig->world.n_sessions, ==, 0);
  g_assert_cmpuint (rig->world.n_ended, >=, 1);
}

/* As long as a server has a shell it counts; when it must have dropped it, it does not. */
static void
test_left_over_expires (Rig *rig)
{
  g_autoptr (GError) error = NULL;

  rig->world.keeps_sessions = rig->world.loses_sessions = TRUE;
  rig_configure (rig, RIG_A "shells=2\n");
  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (rig->world.n_sessions, ==, 2);
  g_assert_null (rig_run_quietly (rig, OST_TASK_QUICK_SYNC, "a", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_THROTTLED);
  rig_advance (rig, 21 * RIG_MINUTE);
  expect_success (rig, "a", FALSE);
}

/* Those of an earlier process. */
static void
test_left_over_by_others (Rig *rig)
{
  OstSession session = {
    .account = (char *)"corp\\svc",
    .id = (char *)"old",
    .connection = (char *)"a",
    .detail = (char *)"where",
    .kept_us = rig_now (rig),
  };
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;
  char *last = strrchr (process, ':');

  /* The same process ID, begun at another time: a process that is gone. */
  g_assert_nonnull (last);
  *last = '\0';
  session.process = g_strconcat (process, ":1", NULL);
  rig->world.keeps_sessions = TRUE;
  rig->world.n_sessions = 1;
  ost_store_keep_session (rig->store, &session, 8, &error);
  g_assert_no_error (error);
  g_free (session.process);
  rig_start (rig, OST_ENGINE_ONCE);
  expect_success (rig, "a", FALSE);
  g_assert_cmpuint (rig->world.n_ended, ==, 1);
  g_assert_cmpuint (rig->world.n_sessions, ==, 0);
}

static const struct {
  const char *path;
  TestFunc func;
} tests[] = {
  { "/engine/sign-in/one-attempt", test_one_attempt },
  { "/engine/sign-in/changes-meanwhile", test_changes_meanwhile },
  { "/engine/sign-in/workers", test_workers },
  { "/engine/sign-in/connections", test_connections },
  { "/engine/sign-in/parallel", test_parallel },
  { "/engine/sign-in/turn-cancelled", test_turn_cancelled },
  { "/engine/sign-in/prepare", test_prepare },
  { "/engine/sign-in/new-try-fails", test_new_try_fails },
  { "/engine/sign-in/touched", test_touched },
  { "/engine/sign-in/wrong-again", test_wrong_again },
  { "/engine/sign-in/watched", test_watched },
  { "/engine/sign-in/watched-meanwhile", test_watched_meanwhile },
  { "/engine/sign-in/check", test_check },
  { "/engine/sessions/ended", test_sessions },
  { "/engine/sessions/left-over", test_left_over },
  { "/engine/sessions/left-over-expires", test_left_over_expires },
  { "/engine/sessions/left-over-by-others", test_left_over_by_others },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add_data_func (tests[i].path, &tests[i].func, run_test);
  return g_test_run ();
}
