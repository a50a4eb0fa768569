/* test-bad-plugins.c: every wrong plugin is refused by name and reason, and nothing else suffers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/registry/ost-registry.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  const char *name;
  int code;
  const char *reason;
} BadPlugin;

static const BadPlugin bad_plugins[] = {
  { "backend-no-symbol", OST_ERROR_INVALID, "no symbol ‘ost_plugin_info’" },
  { "backend-magic", OST_ERROR_INVALID, "begins with 0xfeedface; expected 0x3159534f" },
  { "backend-abi-major", OST_ERROR_NOT_SUPPORTED, "ABI 2.0; expected 1.x" },
  { "backend-abi-minor", OST_ERROR_NOT_SUPPORTED, "ABI 1.1; expected at most 1.0" },
  { "backend-size", OST_ERROR_INVALID, "descriptor has 72 bytes; expected 80" },
  { "backend-kind", OST_ERROR_INVALID, "says kind ‘transport’, its file name ‘backend’" },
  { "backend-name", OST_ERROR_INVALID, "says name ‘somebody-else’, its file name ‘name’" },
  { "backend-title", OST_ERROR_INVALID, "has no title" },
  { "backend-version", OST_ERROR_INVALID, "has no version" },
  { "backend-no-get-type", OST_ERROR_INVALID, "has no get_type" },
  { "backend-no-type-name", OST_ERROR_INVALID, "has no type_name" },
  { "backend-type-name", OST_ERROR_INVALID, "called ‘GtkWindow’; expected ‘OstBackendtypename’" },
  { "backend-type-none", OST_ERROR_INVALID, "registered nothing" },
  { "backend-type-other", OST_ERROR_INVALID, "gives the type ‘OstBackendAnother’" },
  { "backend-type-abstract", OST_ERROR_INVALID, "cannot be instantiated" },
  { "backend-type-clash", OST_ERROR_EXISTS, "type ‘OstBackendtypeclash’ exists already" },
  { "backend-interface", OST_ERROR_INVALID, "does not implement the interface of a backend" },
  { "backend-other-interface", OST_ERROR_INVALID, "does not implement the interface of a backend" },
  { "backend-slot", OST_ERROR_INVALID, "leaves the slot ‘execute’ empty" },
  { "backend-reference", OST_ERROR_INVALID, "undefined symbol: bad_missing_function" },
  { "backend-key-form", OST_ERROR_INVALID, "key ‘Second’ is malformed" },
  { "backend-key-prefix", OST_ERROR_INVALID, "key ‘notify-user’ begins with ‘notify-’" },
  { "backend-key-twice", OST_ERROR_INVALID, "key ‘first’ stands twice" },
  { "backend-key-default", OST_ERROR_INVALID, "default of its key ‘pause’ is wrong: ‘5’" },
  { "backend-key-choices", OST_ERROR_INVALID, "key ‘colour’ and its choices" },
  { "backend-key-secret", OST_ERROR_INVALID, "key ‘door-secret’ has type 0" },
  { "backend-key-type", OST_ERROR_INVALID, "key ‘second’ has type 99" },
  { "backend-key-range", OST_ERROR_INVALID, "minimum 9 above the maximum 3" },
  { "backend-key-summary", OST_ERROR_INVALID, "key ‘second’ has no summary" },
  { "backend-table-end", OST_ERROR_INVALID, "more than 256 rows" },
  { "backend-identity-type", OST_ERROR_INVALID, "identity ‘second’ uses the key ‘first’" },
  { "backend-identity-twice", OST_ERROR_INVALID, "identity ‘connection’ stands twice" },
  { "store-store-version", OST_ERROR_NOT_SUPPORTED, "store of version 0.0.0; expected exactly" },
};

typedef struct {
  char *folder;
  OstRegistry *registry;
} Fixture;

static char *
build_path (const char *folder, const char *name)
{
  return g_strdup_printf ("%s/libostiary-%s.so", folder, name);
}

static char *
copy_plugin (Fixture *fixture, const char *name)
{
  g_autofree char *source = build_path (g_getenv ("BAD_PLUGINS"), name);
  char *target = build_path (fixture->folder, name);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (source, &contents, &length, NULL));
  g_assert_true (g_file_set_contents_full (target, contents, (gssize)length,
                                           G_FILE_SET_CONTENTS_CONSISTENT, 0644, NULL));
  g_assert_cmpint (g_chmod (target, 0644), ==, 0);
  return target;
}

/* Not in /tmp, which may be mounted so that nothing in it can be executed. */
static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_build_filename (g_getenv ("BAD_PLUGINS"), "copies-XXXXXX", NULL);
  g_assert_nonnull (g_mkdtemp_full (fixture->folder, 0755));
  fixture->registry = ost_registry_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) folder = g_dir_open (fixture->folder, 0, NULL);
  const char *basename;

  while ((basename = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (fixture->folder, basename, NULL);

      if (g_remove (path) != 0)
        g_test_message ("%s stays", path);
    }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_object_unref (fixture->registry);
}

static void
assert_refused (Fixture *fixture, const char *file, int code, const char *reason)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (ost_registry_load_file (fixture->registry, file, &error));
  g_assert_error (error, OST_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_nonnull (strstr (error->message, reason));
}

static void
assert_good_still_works (Fixture *fixture)
{
  g_autofree char *file = copy_plugin (fixture, "backend-good");
  g_autoptr (GObject) instance = NULL;

  g_assert_no_errno (g_access (file, R_OK));
  if (g_type_from_name ("OstBackendgood") == G_TYPE_INVALID)
    g_assert_nonnull (ost_registry_load_file (fixture->registry, file, NULL));
  instance = g_object_new (g_type_from_name ("OstBackendgood"), NULL);
  g_assert_true (OST_IS_BACKEND (instance));
}

static void
test_each_is_refused (Fixture *fixture, gconstpointer data)
{
  const BadPlugin *bad = data;
  g_autofree char *file = copy_plugin (fixture, bad->name);

  assert_refused (fixture, file, bad->code, bad->reason);
  g_assert_cmpuint (ost_registry_get_plugins (fixture->registry)->len, ==, 0);
  assert_good_still_works (fixture);
}

/* What a folder of rubbish does to a start: the good one is there, everything else is explained. */
static void
test_all_in_one_folder (Fixture *fixture, gconstpointer data)
{
  GPtrArray *problems = ost_registry_get_problems (fixture->registry);
  g_autofree char *good = NULL;

  /* The types that the other tests registered must not be in the way. */
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  good = copy_plugin (fixture, "backend-good");
  for (gsize i = 0; i < G_N_ELEMENTS (bad_plugins); i++)
    g_free (copy_plugin (fixture, bad_plugins[i].name));
  ost_registry_add_folder (fixture->registry, fixture->folder);
  ost_registry_load (fixture->registry);
  g_assert_cmpuint (problems->len, ==, G_N_ELEMENTS (bad_plugins));
  for (guint i = 0; i < problems->len; i++)
    {
      const OstRegistryProblem *problem = problems->pdata[i];

      g_assert_nonnull (strstr (problem->error->message, problem->path));
    }
  ost_registry_load (fixture->registry);
  g_assert_cmpuint (problems->len, ==, G_N_ELEMENTS (bad_plugins));
}

static void
test_twins (Fixture *fixture, gconstpointer data)
{
  g_autofree char *first = copy_plugin (fixture, "backend-twin");
  g_autofree char *second = copy_plugin (fixture, "backend-t-win");

  g_assert_nonnull (ost_registry_load_file (fixture->registry, first, NULL));
  assert_refused (fixture, second, OST_ERROR_EXISTS, first);
}

static void
test_not_elf (Fixture *fixture, gconstpointer data)
{
  g_autofree char *text = build_path (fixture->folder, "backend-text");
  g_autofree char *empty = build_path (fixture->folder, "backend-empty");
  g_autofree char *cut = copy_plugin (fixture, "backend-good");

  g_assert_true (g_file_set_contents (text, "#!/bin/sh\necho hello\n", -1, NULL));
  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_cmpint (g_chmod (text, 0755), ==, 0);
  g_assert_cmpint (g_chmod (empty, 0755), ==, 0);
  g_assert_cmpint (truncate (cut, 200), ==, 0);
  assert_refused (fixture, text, OST_ERROR_INVALID, "cannot be loaded");
  assert_refused (fixture, empty, OST_ERROR_INVALID, "cannot be loaded");
  assert_refused (fixture, cut, OST_ERROR_INVALID, "cannot be loaded");
}

static void
test_modes (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = copy_plugin (fixture, "backend-good");
  const mode_t modes[] = { 0646, 0664, 0777 };

  for (gsize i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_assert_cmpint (g_chmod (file, modes[i]), ==, 0);
      assert_refused (fixture, file, OST_ERROR_DENIED, "can be written by others");
    }
  g_assert_cmpint (g_chmod (file, 0644), ==, 0);
  g_assert_cmpint (g_chmod (fixture->folder, 0777), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "can be written by others");
  g_assert_cmpint (g_chmod (fixture->folder, 01777), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "can be written by others");
  g_assert_cmpint (g_chmod (fixture->folder, 0755), ==, 0);
}

static void
test_owner (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = copy_plugin (fixture, "backend-good");

  if (geteuid () != 0)
    {
      g_test_skip ("only root can give a file away");
      return;
    }
  g_assert_cmpint (chown (file, 65534, 65534), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "belongs to user 65534; expected root");
  g_assert_cmpint (chown (file, 0, 0), ==, 0);
  g_assert_cmpint (chown (fixture->folder, 65534, 65534), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "belongs to user 65534; expected root");
  g_assert_cmpint (chown (fixture->folder, 0, 0), ==, 0);
}

static void
test_no_regular_file (Fixture *fixture, gconstpointer data)
{
  g_autofree char *folder = build_path (fixture->folder, "backend-folder");
  g_autofree char *fifo = build_path (fixture->folder, "backend-fifo");
  g_autofree char *dangling = build_path (fixture->folder, "backend-dangling");
  g_autofree char *absent = build_path (fixture->folder, "backend-absent");

  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  assert_refused (fixture, folder, OST_ERROR_DENIED, "is no regular file");
  assert_refused (fixture, fifo, OST_ERROR_DENIED, "is no regular file");
  assert_refused (fixture, dangling, OST_ERROR_NOT_FOUND, "cannot look at");
  assert_refused (fixture, absent, OST_ERROR_NOT_FOUND, "cannot look at");
}

/* Packages link NAME.so to a versioned file; what counts is where the link leads. */
static void
test_links (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = copy_plugin (fixture, "backend-good");
  g_autofree char *open_folder = g_build_filename (fixture->folder, "open", NULL);
  g_autofree char *target = g_build_filename (open_folder, "plugin.so.1", NULL);

  g_assert_cmpint (g_mkdir (open_folder, 0755), ==, 0);
  g_assert_cmpint (g_rename (file, target), ==, 0);
  g_assert_cmpint (symlink ("open/plugin.so.1", file), ==, 0);
  g_assert_cmpint (g_chmod (open_folder, 0777), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "can be written by others");
  g_assert_cmpint (g_chmod (open_folder, 0755), ==, 0);
  g_assert_cmpint (g_chmod (target, 0646), ==, 0);
  assert_refused (fixture, file, OST_ERROR_DENIED, "can be written by others");
  g_assert_cmpint (g_unlink (target), ==, 0);
  g_assert_cmpint (g_rmdir (open_folder), ==, 0);
}

static void
test_file_names (Fixture *fixture, gconstpointer data)
{
  const char *const names[] = {
    "libostiary-backend-.so",
    "libostiary-gadget-good.so",
    "libostiary-backend.so",
    "libostiary-backend-Big.so",
    "libostiary-backend-a--b.so",
    "libostiary-backend-a-.so",
    "libostiary-.so",
    "libother-backend-good.so",
    "libostiary-backend-1st.so",
    "libostiary-backend-a_b.so",
    "libostiary-backend-good.so.1",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (fixture->folder, names[i], NULL);

      assert_refused (fixture, file, OST_ERROR_INVALID, "expected libostiary-KIND-NAME.so");
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_type_register_static_simple (G_TYPE_OBJECT, "OstBackendtypeclash", sizeof (GObjectClass), NULL,
                                 sizeof (GObject), NULL, G_TYPE_FLAG_NONE);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_plugins); i++)
    {
      g_autofree char *path = g_strconcat ("/bad-plugins/each/", bad_plugins[i].name, NULL);

      g_test_add (path, Fixture, &bad_plugins[i], set_up, test_each_is_refused, tear_down);
    }
  g_test_add ("/bad-plugins/all", Fixture, NULL, set_up, test_all_in_one_folder, tear_down);
  g_test_add ("/bad-plugins/twins", Fixture, NULL, set_up, test_twins, tear_down);
  g_test_add ("/bad-plugins/not-elf", Fixture, NULL, set_up, test_not_elf, tear_down);
  g_test_add ("/bad-plugins/modes", Fixture, NULL, set_up, test_modes, tear_down);
  g_test_add ("/bad-plugins/owner", Fixture, NULL, set_up, test_owner, tear_down);
  g_test_add ("/bad-plugins/no-file", Fixture, NULL, set_up, test_no_regular_file, tear_down);
  g_test_add ("/bad-plugins/links", Fixture, NULL, set_up, test_links, tear_down);
  g_test_add ("/bad-plugins/file-names", Fixture, NULL, set_up, test_file_names, tear_down);
  return g_test_run ();
}
