/* test-config-secret.c: references to secrets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-secret-reference.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder;
  char *file;
  char *reference;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("ostiary-secret-XXXXXX", NULL);
  fixture->file = g_build_filename (fixture->folder, "acme", NULL);
  fixture->reference = g_strconcat ("file:", fixture->file, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->file);
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->reference);
}

static void
write_secret (Fixture *fixture, const char *bytes, gssize length)
{
  g_assert_true (g_file_set_contents_full (fixture->file, bytes, length,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
}

static void
assert_secret (const char *reference, OstSecretReferenceFlags flags, const char *bytes,
               gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstSecret) secret = ost_secret_reference_resolve (reference, flags, &error);
  const char *found;
  gsize found_length;

  g_assert_no_error (error);
  found = ost_secret_peek (secret, &found_length);
  g_assert_cmpmem (found, found_length, bytes, length);
}

static void
assert_fails (const char *reference, int code, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ost_secret_reference_resolve (reference, OST_SECRET_REFERENCE_NONE, &error));
  g_assert_error (error, OST_ERROR, code);
  g_assert_nonnull (strstr (error->message, reason));
}

static void
test_line_breaks (Fixture *fixture, gconstpointer data)
{
  const struct {
    const char *file;
    const char *secret;
  } cases[] = {
    { "hunter2", "hunter2" },       { "hunter2\n", "hunter2" },     { "hunter2\r\n", "hunter2" },
    { "hunter2\n\n", "hunter2\n" }, { " hunter2 \n", " hunter2 " }, { "hunter2\r", "hunter2\r" },
    { "hünter²\n", "hünter²" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      write_secret (fixture, cases[i].file, -1);
      assert_secret (fixture->reference, OST_SECRET_REFERENCE_NONE, cases[i].secret,
                     strlen (cases[i].secret));
    }
  write_secret (fixture, "a\0b\n", 4);
  assert_secret (fixture->reference, OST_SECRET_REFERENCE_NONE, "a\0b", 3);
}

static void
test_sizes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *largest = g_strnfill (64 * 1024, 'x');
  g_autofree char *larger = g_strnfill (64 * 1024 + 1, 'x');

  write_secret (fixture, largest, -1);
  assert_secret (fixture->reference, OST_SECRET_REFERENCE_NONE, largest, 64 * 1024);
  write_secret (fixture, larger, -1);
  assert_fails (fixture->reference, OST_ERROR_INVALID, "has 65537 bytes; a secret has at most");
  write_secret (fixture, "", 0);
  assert_fails (fixture->reference, OST_ERROR_INVALID, "is empty");
  write_secret (fixture, "\n", 1);
  assert_fails (fixture->reference, OST_ERROR_INVALID, "is empty");
  write_secret (fixture, "\xef\xbb\xbfhunter2", -1);
  assert_fails (fixture->reference, OST_ERROR_INVALID, "byte order mark");
}

static void
test_modes (Fixture *fixture, gconstpointer data)
{
  const mode_t open_modes[] = { 0604, 0602, 0601, 0644, 0777 };

  write_secret (fixture, "hunter2", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (open_modes); i++)
    {
      g_assert_cmpint (g_chmod (fixture->file, open_modes[i]), ==, 0);
      assert_fails (fixture->reference, OST_ERROR_DENIED, "is open to everybody");
    }
  g_assert_cmpint (g_chmod (fixture->file, 0640), ==, 0);
  assert_secret (fixture->reference, OST_SECRET_REFERENCE_NONE, "hunter2", 7);
  if (geteuid () == 0)
    {
      g_assert_cmpint (chown (fixture->file, 65534, 0), ==, 0);
      assert_fails (fixture->reference, OST_ERROR_DENIED, "belongs to user 65534");
    }
}

static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = g_strconcat ("file:", fixture->folder, NULL);

  assert_fails (fixture->reference, OST_ERROR_NOT_FOUND, fixture->file);
  assert_fails (folder, OST_ERROR_INVALID, "is no regular file");
  g_assert_cmpint (mkfifo (fixture->file, 0600), ==, 0);
  assert_fails (fixture->reference, OST_ERROR_INVALID, "is no regular file");
}

static void
test_forms (Fixture *fixture, gconstpointer data)
{
  const char *const wrong[] = { "hunter2",
                                "",
                                "file:",
                                "file:hunter2",
                                "FILE:/x",
                                "credential:",
                                "credential:../hunter2",
                                "credential:.hunter2",
                                "env:HUNTER2",
                                "secret-service:" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ost_secret_reference_resolve (wrong[i], OST_SECRET_REFERENCE_NONE, &error));
      g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
      g_assert_null (strcasestr (error->message, "hunter2"));
    }
  assert_fails ("secret-service:user acme", OST_ERROR_NOT_SUPPORTED, "has no secret service");
}

static void
test_environment (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("OSTIARY_TEST_SECRET", "hunter2", TRUE);
  assert_secret ("env:OSTIARY_TEST_SECRET", OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT, "hunter2", 7);
  assert_fails ("env:OSTIARY_TEST_SECRET", OST_ERROR_INVALID, "for --once and tests");
  g_unsetenv ("OSTIARY_TEST_SECRET");
  g_assert_null (ost_secret_reference_resolve ("env:OSTIARY_TEST_SECRET",
                                               OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
}

static void
test_credential (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = NULL;

  write_secret (fixture, "hunter2\n", -1);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
  assert_fails ("credential:acme", OST_ERROR_NOT_FOUND, "$CREDENTIALS_DIRECTORY is not set");
  g_setenv ("CREDENTIALS_DIRECTORY", fixture->folder, TRUE);
  assert_secret ("credential:acme", OST_SECRET_REFERENCE_NONE, "hunter2", 7);
  assert_fails ("credential:other", OST_ERROR_NOT_FOUND, "other");
  file = ost_secret_reference_get_file ("credential:acme");
  g_assert_cmpstr (file, ==, fixture->file);
  g_unsetenv ("CREDENTIALS_DIRECTORY");
}

static void
test_fingerprint (Fixture *fixture, gconstpointer data)
{
  g_autofree char *absent = ost_secret_reference_get_fingerprint (fixture->reference);
  g_autofree char *first = NULL;
  g_autofree char *again = NULL;
  g_autofree char *replaced = NULL;
  g_autofree char *elsewhere = ost_secret_reference_get_fingerprint ("env:X");

  write_secret (fixture, "hunter2", -1);
  first = ost_secret_reference_get_fingerprint (fixture->reference);
  again = ost_secret_reference_get_fingerprint (fixture->reference);
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpstr (first, !=, absent);
  /* Same length, within the same clock tick perhaps: the new file is another inode. */
  write_secret (fixture, "hunter3", -1);
  replaced = ost_secret_reference_get_fingerprint (fixture->reference);
  g_assert_cmpstr (first, !=, replaced);
  g_assert_null (ost_secret_reference_get_file ("env:X"));
  g_assert_cmpstr (elsewhere, ==, "no file");
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
  add ("/config-secret/line-breaks", test_line_breaks);
  add ("/config-secret/sizes", test_sizes);
  add ("/config-secret/modes", test_modes);
  add ("/config-secret/no-file", test_no_file);
  add ("/config-secret/forms", test_forms);
  add ("/config-secret/environment", test_environment);
  add ("/config-secret/credential", test_credential);
  add ("/config-secret/fingerprint", test_fingerprint);
  return g_test_run ();
}
