/* test-registry.c: finding, listing and making instances of plugins */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/registry/ost-registry.h"
#include "fake-plugins.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static const OstRegistryProblem *
get_problem (OstRegistry *registry, guint i)
{
  GPtrArray *problems = ost_registry_get_problems (registry);

  g_assert_cmpuint (i, <, problems->len);
  return problems->pdata[i];
}

static void
test_create (void)
{
  g_autoptr (OstRegistry) registry = fake_registry_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) one = ost_registry_create (registry, OST_PLUGIN_BACKEND, "fake", &error);
  g_autoptr (GObject) other = ost_registry_create (registry, OST_PLUGIN_BACKEND, "fake", &error);

  g_assert_no_error (error);
  g_assert_true (OST_IS_BACKEND (one));
  g_assert_true (one != other);
  g_assert_null (ost_registry_create (registry, OST_PLUGIN_TRANSPORT, "fake", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "no transport called ‘fake’ is installed; those "
                                            "installed: direct, proxied; install the package "
                                            "that brings libostiary-transport-fake.so"));
}

static void
test_order (void)
{
  static const char *const expected[]
    = { "fake", "plain", "direct", "proxied", "sqlite", "local", "post" };
  g_autoptr (OstRegistry) registry = fake_registry_new ();
  GPtrArray *plugins = ost_registry_get_plugins (registry);

  g_assert_cmpuint (plugins->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < plugins->len; i++)
    g_assert_cmpstr (((const OstPlugin *)plugins->pdata[i])->info->name, ==, expected[i]);
}

static void
test_two_registries (void)
{
  g_autoptr (OstRegistry) one = fake_registry_new ();
  g_autoptr (OstRegistry) other = fake_registry_new ();
  const OstPlugin *a = ost_registry_find (one, OST_PLUGIN_BACKEND, "fake", NULL);
  const OstPlugin *b = ost_registry_find (other, OST_PLUGIN_BACKEND, "fake", NULL);

  g_assert_true (a->type == b->type);
}

static void
test_added_twice (void)
{
  g_autoptr (OstRegistry) registry = fake_registry_new ();
  const OstPlugin *fake = ost_registry_find (registry, OST_PLUGIN_BACKEND, "fake", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (ost_registry_add_static (registry, fake->info, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_EXISTS);
}

static void
test_store_without_slots (void)
{
  g_autoptr (OstRegistry) registry = fake_registry_new ();
  const OstPlugin *backend = ost_registry_find (registry, OST_PLUGIN_BACKEND, "fake", NULL);
  OstPluginInfo info = *backend->info;
  g_autoptr (GError) error = NULL;

  info.kind = OST_PLUGIN_STORE;
  g_assert_null (ost_registry_add_static (registry, &info, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "expected ‘OstStorefake’"));
}

static void
test_folders (void)
{
  g_autoptr (OstRegistry) registry = ost_registry_new ();
  g_autofree char *folder = g_dir_make_tmp ("ostiary-registry-XXXXXX", NULL);
  g_autofree char *text = g_build_filename (folder, "libostiary-backend-text.so", NULL);
  g_autofree char *other = g_build_filename (folder, "README", NULL);
  g_autofree char *again = g_strconcat (folder, "/./", NULL);
  g_autofree char *file_as_folder = g_build_filename (folder, "README", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (text, "no ELF at all", -1, NULL));
  g_assert_true (g_file_set_contents (other, "read me", -1, NULL));
  g_assert_cmpint (g_chmod (text, 0644), ==, 0);
  ost_registry_add_folder (registry, folder);
  ost_registry_add_folder (registry, again);
  ost_registry_add_folder (registry, "/nonexistent/plugins");
  ost_registry_add_folder (registry, file_as_folder);
  ost_registry_load (registry);
  ost_registry_load (registry);
  g_assert_cmpuint (ost_registry_get_problems (registry)->len, ==, 3);
  g_assert_cmpstr (get_problem (registry, 0)->path, ==, text);
  g_assert_cmpstr (get_problem (registry, 1)->path, ==, "/nonexistent/plugins");
  g_assert_error (get_problem (registry, 1)->error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (get_problem (registry, 2)->error->message, "is no folder"));
  g_assert_null (ost_registry_find (registry, OST_PLUGIN_BACKEND, "text", &error));
  g_assert_nonnull (strstr (error->message, "the backend ‘text’ is not usable: plugin file ‘"));
  g_assert_cmpint (g_unlink (text), ==, 0);
  g_assert_cmpint (g_unlink (other), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_folder_modes (void)
{
  g_autoptr (OstRegistry) registry = ost_registry_new ();
  g_autofree char *folder = g_dir_make_tmp ("ostiary-registry-XXXXXX", NULL);

  g_assert_cmpint (g_chmod (folder, 0777), ==, 0);
  ost_registry_add_folder (registry, folder);
  ost_registry_load (registry);
  g_assert_error (get_problem (registry, 0)->error, OST_ERROR, OST_ERROR_DENIED);
  g_assert_nonnull (strstr (get_problem (registry, 0)->error->message, folder));
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_path_of_environment (void)
{
  g_autoptr (OstRegistry) registry = ost_registry_new ();

  g_setenv ("OSTIARY_PLUGIN_PATH", "/nonexistent/a::/nonexistent/b", TRUE);
  ost_registry_add_default_folders (registry);
  g_unsetenv ("OSTIARY_PLUGIN_PATH");
  ost_registry_load (registry);
  g_assert_cmpstr (get_problem (registry, 0)->path, ==, "/nonexistent/a");
  g_assert_cmpstr (get_problem (registry, 1)->path, ==, "/nonexistent/b");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registry/create", test_create);
  g_test_add_func ("/registry/order", test_order);
  g_test_add_func ("/registry/two-registries", test_two_registries);
  g_test_add_func ("/registry/added-twice", test_added_twice);
  g_test_add_func ("/registry/store-without-slots", test_store_without_slots);
  g_test_add_func ("/registry/folders", test_folders);
  g_test_add_func ("/registry/folder-modes", test_folder_modes);
  g_test_add_func ("/registry/path-of-environment", test_path_of_environment);
  return g_test_run ();
}
