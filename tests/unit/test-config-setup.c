/* test-config-setup.c: writing connections, and taking them out */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-file.h"
#include "core/config/ost-secret-reference.h"
#include "core/config/ost-setup.h"
#include "fake-plugins.h"
#include "scratch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder;
  char *file;
  char *state;
  OstRegistry *registry;
} Fixture;

static char *
path_of (Fixture *fixture, const char *name)
{
  return g_build_filename (fixture->folder, name, NULL);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  fixture->folder = scratch_new ();
  fixture->file = path_of (fixture, "ostiary.conf");
  fixture->state = path_of (fixture, "state");
  fixture->registry = fake_registry_new ();
  g_assert_cmpint (g_mkdir (fixture->state, 0750), ==, 0);
  text = g_strconcat ("[service]\nstate-dir=", fixture->state, "\n", NULL);
  scratch_write (fixture->folder, "ostiary.conf", text);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  scratch_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->state);
  g_object_unref (fixture->registry);
}

static void
assert_contents (Fixture *fixture, const char *name, const char *expected)
{
  g_autofree char *path = path_of (fixture, name);
  g_autofree char *text = NULL;

  if (expected == NULL)
    {
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      return;
    }
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_mode (Fixture *fixture, const char *name, mode_t mode)
{
  g_autofree char *path = path_of (fixture, name);
  struct stat status;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, mode);
}

static guint
count_files (Fixture *fixture, const char *name)
{
  g_autofree char *path = path_of (fixture, name);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (folder != NULL && g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static OstSetup *
make_setup (const char *name, const char *server)
{
  OstSetup *setup = ost_setup_new (name, NULL);

  g_assert_nonnull (setup);
  ost_setup_set (setup, "environment", "fake");
  ost_setup_set (setup, "server", server);
  return setup;
}

static void
apply (Fixture *fixture, OstSetup *setup, OstSetupPlace place, gboolean may_replace)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *file
    = ost_setup_apply (setup, fixture->file, fixture->registry, place, may_replace, &error);

  g_assert_no_error (error);
  g_assert_nonnull (file);
}

static void
assert_refused (Fixture *fixture, OstSetup *setup, gboolean may_replace, int code,
                const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ost_setup_apply (setup, fixture->file, fixture->registry, OST_SETUP_CONFIGURATION,
                                  may_replace, &error));
  g_assert_error (error, OST_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_write (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1;mail2");
  g_autoptr (OstConfig) config = NULL;

  ost_setup_set (setup, "user", "ACME\\svc");
  ost_setup_set (setup, "shells", "2");
  ost_setup_set (setup, "shells", NULL);
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  assert_contents (fixture, "ostiary.conf.d/acme.conf",
                   "[connection acme]\nenvironment=fake\nserver=mail1;mail2\nuser=ACME\\svc\n");
  assert_mode (fixture, "ostiary.conf.d/acme.conf", 0640);
  assert_mode (fixture, "ostiary.conf.d", 0750);
  g_assert_cmpuint (count_files (fixture, "ostiary.conf.d"), ==, 1);
  config = ost_config_load (fixture->file, fixture->registry, OST_CONFIG_NONE, NULL);
  g_assert_nonnull (ost_config_find_connection (config, "acme", NULL));
}

static void
test_write_into_state (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");

  apply (fixture, setup, OST_SETUP_STATE, FALSE);
  assert_contents (fixture, "state/connections.d/acme.conf",
                   "[connection acme]\nenvironment=fake\nserver=mail1\n");
  assert_refused (fixture, setup, TRUE, OST_ERROR_EXISTS, "state/connections.d/acme.conf:1");
}

static void
test_replace (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) first = make_setup ("acme", "first");
  g_autoptr (OstSetup) second = make_setup ("acme", "second");
  g_autoptr (OstSetup) third = make_setup ("acme", "third");

  apply (fixture, first, OST_SETUP_CONFIGURATION, FALSE);
  assert_refused (fixture, second, FALSE, OST_ERROR_EXISTS, "confirm that it shall be replaced");
  apply (fixture, second, OST_SETUP_CONFIGURATION, TRUE);
  apply (fixture, third, OST_SETUP_CONFIGURATION, TRUE);
  assert_contents (fixture, "ostiary.conf.d/acme.conf",
                   "[connection acme]\nenvironment=fake\nserver=third\n");
  assert_contents (fixture, "ostiary.conf.d/acme.conf.previous",
                   "[connection acme]\nenvironment=fake\nserver=second\n");
  assert_mode (fixture, "ostiary.conf.d/acme.conf.previous", 0640);
}

/* A connection that was spoilt by hand can be written anew. */
static void
test_replace_wrong (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");

  scratch_write (fixture->folder, "ostiary.conf.d/acme.conf",
                 "[connection acme]\nnonsense\nshells=99\n");
  apply (fixture, setup, OST_SETUP_CONFIGURATION, TRUE);
  scratch_write (fixture->folder, "ostiary.conf.d/acme.conf", "\xff\xfe nothing that can be read");
  apply (fixture, setup, OST_SETUP_CONFIGURATION, TRUE);
}

static void
test_wrong_is_not_written (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) good = make_setup ("acme", "mail1");
  g_autoptr (OstSetup) bad = make_setup ("acme", "mail2");
  g_autoptr (OstSecret) secret = ost_secret_new ("hunter2", 7, NULL);

  apply (fixture, good, OST_SETUP_CONFIGURATION, FALSE);
  ost_setup_set (bad, "shells", "many");
  ost_setup_set_secret (bad, "password-secret", secret);
  assert_refused (fixture, bad, TRUE, OST_ERROR_INVALID, "shells: ‘many’ is no whole number");
  assert_contents (fixture, "ostiary.conf.d/acme.conf",
                   "[connection acme]\nenvironment=fake\nserver=mail1\n");
  assert_contents (fixture, "ostiary.conf.d/acme.conf.previous", NULL);
  assert_contents (fixture, "state/secrets/acme-password-secret", NULL);
}

static void
test_no_line_is_smuggled_in (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) by_value = make_setup ("acme", "mail1\n[service]\nplugin-path=/tmp/evil");
  g_autoptr (OstSetup) by_key = make_setup ("acme", "mail1");
  g_autoptr (GError) error = NULL;

  ost_setup_set (by_key, "x\n[service]\nplugin-path", "/tmp/evil");
  assert_refused (fixture, by_value, FALSE, OST_ERROR_INVALID, "server has a control character");
  assert_refused (fixture, by_key, FALSE, OST_ERROR_INVALID, "a key is malformed");
  g_assert_null (ost_setup_new ("../../etc/passwd", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  assert_contents (fixture, "ostiary.conf.d", NULL);
}

static void
test_files_of_people (Fixture *fixture, gconstpointer data)
{
  static const char text[] = "[policy p]\n[connection acme]\nenvironment=plain\n";
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");
  g_autoptr (OstSetup) other = make_setup ("other", "mail1");
  g_autoptr (GError) error = NULL;

  scratch_write (fixture->folder, "ostiary.conf.d/acme.conf", text);
  assert_refused (fixture, setup, TRUE, OST_ERROR_INVALID, "edit it there");
  g_assert_false (ost_setup_remove (fixture->file, "acme", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  assert_contents (fixture, "ostiary.conf.d/acme.conf", text);
  scratch_write (fixture->folder, "ostiary.conf.d/zoo.conf",
                 "[connection other]\nenvironment=plain\n");
  assert_refused (fixture, other, TRUE, OST_ERROR_EXISTS, "ostiary.conf.d/zoo.conf:1");
}

static void
test_secret (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");
  g_autoptr (OstSetup) without = make_setup ("acme", "mail1");
  g_autoptr (OstSecret) secret = ost_secret_new ("hunter2", 7, NULL);
  g_autoptr (OstSecret) found = NULL;
  g_autoptr (OstConfig) config = NULL;
  const OstConnectionConfig *connection;

  ost_setup_set_secret (setup, "password-secret", secret);
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  assert_contents (fixture, "state/secrets/acme-password-secret", "hunter2");
  assert_mode (fixture, "state/secrets/acme-password-secret", 0600);
  assert_mode (fixture, "state/secrets", 0700);
  config = ost_config_load (fixture->file, fixture->registry, OST_CONFIG_FOR_SERVICE, NULL);
  connection = ost_config_find_connection (config, "acme", NULL);
  found
    = ost_secret_reference_resolve (ost_settings_get_text (connection->settings, "password-secret"),
                                    OST_SECRET_REFERENCE_NONE, NULL);
  g_assert_true (ost_secret_equal (secret, found));
  apply (fixture, without, OST_SETUP_CONFIGURATION, TRUE);
  assert_contents (fixture, "state/secrets/acme-password-secret", NULL);
}

/* Two pairs of name and key can have one file name. */
static void
test_secret_of_another (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("a", "mail1");
  g_autoptr (OstSetup) other = make_setup ("a-proxy", "mail1");
  g_autoptr (OstSecret) secret = ost_secret_new ("hunter2", 7, NULL);

  ost_setup_set (setup, "environment", "plain");
  ost_setup_set (setup, "server", NULL);
  ost_setup_set (setup, "transport", "proxied");
  ost_setup_set (setup, "proxy", "p:1");
  ost_setup_set_secret (setup, "proxy-password-secret", secret);
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  ost_setup_set_secret (other, "password-secret", secret);
  assert_refused (fixture, other, FALSE, OST_ERROR_EXISTS, "is the secret of [connection a]");
}

static void
test_remove (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");
  g_autoptr (OstSecret) secret = ost_secret_new ("hunter2", 7, NULL);
  g_autofree char *own = path_of (fixture, "own");
  g_autofree char *reference = g_strconcat ("file:", own, NULL);
  g_autofree char *previous = NULL;
  g_autoptr (GError) error = NULL;

  scratch_write (fixture->folder, "own", "secret of a person");
  ost_setup_set_secret (setup, "password-secret", secret);
  ost_setup_set (setup, "password-secret-next", reference);
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  g_assert_true (ost_setup_remove (fixture->file, "acme", &error));
  g_assert_no_error (error);
  assert_contents (fixture, "ostiary.conf.d/acme.conf", NULL);
  assert_contents (fixture, "state/secrets/acme-password-secret", NULL);
  assert_contents (fixture, "own", "secret of a person");
  previous = path_of (fixture, "ostiary.conf.d/acme.conf.previous");
  g_assert_true (g_file_test (previous, G_FILE_TEST_EXISTS));
  g_assert_false (ost_setup_remove (fixture->file, "acme", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
}

static void
test_answers (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = path_of (fixture, "answers");
  g_autoptr (OstSetup) setup = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) error_of_two = NULL;
  g_autoptr (OstSetup) literal = NULL;

  scratch_write (fixture->folder, "answers",
                 "# answers\n[connection acme]\nenvironment=fake\nserver=mail1\nauth=basic\n");
  setup = ost_setup_new_from_answers (file, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ost_setup_get_name (setup), ==, "acme");
  g_assert_cmpstr (ost_setup_get (setup, "auth"), ==, "basic");
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  scratch_write (fixture->folder, "answers",
                 "[connection acme]\nenvironment=fake\nenvironment=fake\nx\n");
  g_assert_null (ost_setup_new_from_answers (file, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "answers:3:"));
  g_assert_nonnull (strstr (error->message, "answers:4:"));
  scratch_write (fixture->folder, "answers", "[connection a]\n[connection b]\n");
  g_assert_null (ost_setup_new_from_answers (file, &error_of_two));
  g_assert_error (error_of_two, OST_ERROR, OST_ERROR_INVALID);
  scratch_write (fixture->folder, "answers",
                 "[connection acme]\nenvironment=fake\nserver=mail1\npassword-secret=hunter2\n");
  literal = ost_setup_new_from_answers (file, NULL);
  assert_refused (fixture, literal, TRUE, OST_ERROR_INVALID, "is no reference to a secret");
}

/* A fresh system has the folder of the main file, and not even that file. */
static void
test_without_main_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");

  g_assert_cmpint (g_unlink (fixture->file), ==, 0);
  apply (fixture, setup, OST_SETUP_CONFIGURATION, FALSE);
  assert_contents (fixture, "ostiary.conf.d/acme.conf",
                   "[connection acme]\nenvironment=fake\nserver=mail1\n");
}

static void
test_owner (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");
  g_autoptr (OstSecret) secret = ost_secret_new ("hunter2", 7, NULL);
  g_autofree char *file = path_of (fixture, "state/secrets/acme-password-secret");
  g_autofree char *reference = g_strconcat ("file:", file, NULL);
  g_autoptr (OstSecret) found = NULL;
  struct stat status;

  if (geteuid () != 0)
    {
      g_test_skip ("only root writes for others");
      return;
    }
  g_assert_cmpint (chown (fixture->state, 65534, 65534), ==, 0);
  ost_setup_set_secret (setup, "password-secret", secret);
  apply (fixture, setup, OST_SETUP_STATE, FALSE);
  g_assert_cmpint (stat (file, &status), ==, 0);
  g_assert_cmpuint (status.st_uid, ==, 65534);
  found = ost_secret_reference_resolve (reference, OST_SECRET_REFERENCE_NONE, NULL);
  g_assert_nonnull (found);
}

/* The old file stays as it was where the new one cannot be written whole. */
static void
test_write_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = path_of (fixture, "nowhere/file");
  g_autofree char *folder = path_of (fixture, "nowhere/folder/child");
  g_autofree char *occupied = path_of (fixture, "state");
  g_autoptr (GError) error = NULL;

  g_assert_false (ost_file_write (file, "x", 1, 0600, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_false (ost_folder_make (folder, 0700, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  /* A folder stands where the file should: the rename fails, and nothing is left behind. */
  g_assert_false (ost_file_write (occupied, "x", 1, 0600, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE);
  g_assert_cmpuint (count_files (fixture, "."), ==, 2);
}

/* What a connection would be can be tried before a byte of it is written. */
static void
test_preview (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstSetup) setup = make_setup ("acme", "mail1");
  g_autoptr (OstSetup) wrong = make_setup ("acme", "mail1");
  g_autoptr (GError) error = NULL;
  g_autoptr (OstConfig) config = NULL;
  const OstConnectionConfig *connection;

  config = ost_setup_preview (setup, fixture->file, fixture->registry, OST_SETUP_CONFIGURATION,
                              FALSE, &error);
  g_assert_no_error (error);
  connection = ost_config_find_connection (config, "acme", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (ost_settings_get_text (connection->settings, "server"), ==, "mail1");
  assert_contents (fixture, "ostiary.conf.d/acme.conf", NULL);
  ost_setup_set (wrong, "quick-sync-interval", "5");
  g_assert_null (ost_setup_preview (wrong, fixture->file, fixture->registry,
                                    OST_SETUP_CONFIGURATION, FALSE, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
}

static void
add (const char *path, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/config-setup/write", test_write);
  add ("/config-setup/write-into-state", test_write_into_state);
  add ("/config-setup/replace", test_replace);
  add ("/config-setup/replace-wrong", test_replace_wrong);
  add ("/config-setup/wrong-is-not-written", test_wrong_is_not_written);
  add ("/config-setup/no-line-is-smuggled-in", test_no_line_is_smuggled_in);
  add ("/config-setup/files-of-people", test_files_of_people);
  add ("/config-setup/secret", test_secret);
  add ("/config-setup/secret-of-another", test_secret_of_another);
  add ("/config-setup/remove", test_remove);
  add ("/config-setup/answers", test_answers);
  add ("/config-setup/without-main-file", test_without_main_file);
  add ("/config-setup/preview", test_preview);
  add ("/config-setup/owner", test_owner);
  add ("/config-setup/write-fails", test_write_fails);
  return g_test_run ();
}
