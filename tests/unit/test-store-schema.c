/* test-store-schema.c: the steps of the schema, and what the tables themselves refuse */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "plugins/store-sqlite/file.h"
#include "plugins/store-sqlite/migration.h"
#include "scratch.h"
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>

static const Migration steps[] = {
  { "CREATE TABLE one (a TEXT) STRICT; INSERT INTO one VALUES ('kept')", "1.0" },
  { "ALTER TABLE one ADD COLUMN b INTEGER NOT NULL DEFAULT 7", "1.0" },
  { "CREATE TABLE three (c TEXT) STRICT", "1.4" },
};

typedef struct {
  char *folder;
  char *path;
} Place;

static void
set_up (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  place->folder = scratch_new ();
  place->path = g_build_filename (place->folder, "some.db", NULL);
  g_assert_true (file_prepare (place->path, TRUE, &error));
}

static void
tear_down (Place *place, gconstpointer data)
{
  scratch_remove (place->folder);
  g_free (place->folder);
  g_free (place->path);
}

static gboolean
migrate (Place *place, const Migration *list, guint n, const char *program, GError **error)
{
  g_autoptr (Database) database = database_open (place->path, DATABASE_WRITER, error);

  return database != NULL && migration_run (database, list, n, program, 1000, error);
}

static gint64
number (const char *path, const char *sql)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Database) database = database_open (path, DATABASE_READER, &error);
  gint64 value = -1;

  g_assert_no_error (error);
  database_get_number (database, sql, &value, &error);
  g_assert_no_error (error);
  return value;
}

static void
test_steps (Place *place, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy = g_strconcat (place->path, ".before-schema-2", NULL);
  g_autofree char *copy_of_later = g_strconcat (place->path, ".before-schema-3", NULL);
  struct stat status;

  g_assert_true (migrate (place, steps, 1, "1.0", &error));
  g_assert_cmpint (number (place->path, "SELECT value FROM meta WHERE name = 'schema'"), ==, 1);
  /* Nothing was there that would have been worth a copy. */
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_true (migrate (place, steps, 3, "1.4", &error));
  g_assert_no_error (error);
  g_assert_cmpint (number (place->path, "SELECT value FROM meta WHERE name = 'schema'"), ==, 3);
  g_assert_cmpint (number (place->path, "SELECT b FROM one WHERE a = 'kept'"), ==, 7);
  g_assert_cmpint (number (place->path, "SELECT count (*) FROM migration"), ==, 3);
  /* The copy is the whole of schema 1, for its owner alone. */
  g_assert_cmpint (number (copy, "SELECT count (*) FROM one WHERE a = 'kept'"), ==, 1);
  g_assert_cmpint (number (copy, "SELECT value FROM meta WHERE name = 'schema'"), ==, 1);
  g_assert_cmpint (stat (copy, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 07777, ==, 0600);
  g_assert_false (g_file_test (copy_of_later, G_FILE_TEST_EXISTS));
  /* And again there is nothing to do. */
  g_assert_true (migrate (place, steps, 3, "1.4", &error));
  g_assert_cmpint (number (place->path, "SELECT count (*) FROM migration"), ==, 3);
}

static void
test_failing_step (Place *place, gconstpointer data)
{
  const Migration broken[]
    = { steps[0],
        { "CREATE TABLE half (a TEXT) STRICT; DELETE FROM one; CREATE TABLE one (a)", "1.0" } };
  g_autoptr (GError) error = NULL;

  g_assert_true (migrate (place, steps, 1, "1.0", &error));
  g_assert_false (migrate (place, broken, 2, "1.0", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  g_assert_cmpint (number (place->path, "SELECT value FROM meta WHERE name = 'schema'"), ==, 1);
  g_assert_cmpint (number (place->path, "SELECT count (*) FROM one"), ==, 1);
  g_assert_cmpint (number (place->path, "SELECT count (*) FROM sqlite_schema WHERE name = 'half'"),
                   ==, 0);
}

static void
test_versions (Place *place, gconstpointer data)
{
  static const struct {
    const char *program;
    gboolean is_accepted;
  } rows[] = {
    { "1.4", TRUE },  { "1.4.0", TRUE }, { "1.10", TRUE }, { "2", TRUE },       { "1.4-rc1", TRUE },
    { "1.3", FALSE }, { "1", FALSE },    { "0.9", FALSE }, { "1.3.99", FALSE }, { "", FALSE },
  };
  g_autoptr (GError) error = NULL;

  g_assert_true (migrate (place, steps, 3, "1.4", &error));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_assert_cmpint (migrate (place, steps, 3, rows[i].program, &error), ==, rows[i].is_accepted);
      if (!rows[i].is_accepted)
        g_assert_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED);
      g_clear_error (&error);
    }
}

/* What each failure of SQLite means to a caller; the file is always named, and there is a remedy. */
static void
test_failures (void)
{
  static const struct {
    int code;
    OstErrorCode meaning;
  } rows[] = {
    { SQLITE_FULL, OST_ERROR_UNAVAILABLE },
    { SQLITE_BUSY, OST_ERROR_UNAVAILABLE },
    { SQLITE_BUSY_SNAPSHOT, OST_ERROR_UNAVAILABLE },
    { SQLITE_LOCKED, OST_ERROR_UNAVAILABLE },
    { SQLITE_IOERR_WRITE, OST_ERROR_UNAVAILABLE },
    { SQLITE_NOMEM, OST_ERROR_UNAVAILABLE },
    { SQLITE_CANTOPEN, OST_ERROR_UNAVAILABLE },
    { SQLITE_READONLY, OST_ERROR_DENIED },
    { SQLITE_PERM, OST_ERROR_DENIED },
    { SQLITE_CORRUPT, OST_ERROR_INVALID },
    { SQLITE_CORRUPT_INDEX, OST_ERROR_INVALID },
    { SQLITE_NOTADB, OST_ERROR_INVALID },
    { SQLITE_CONSTRAINT_CHECK, OST_ERROR_INVALID },
  };
  g_autoptr (GError) cancelled = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (database_fail ("/the/file.db", rows[i].code, "text", &error));
      g_assert_error (error, OST_ERROR, (int)rows[i].meaning);
      g_assert_nonnull (strstr (error->message, "/the/file.db"));
      g_assert_nonnull (ost_error_get_remedy (error));
    }
  g_assert_false (database_fail ("/the/file.db", SQLITE_INTERRUPT, "text", &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A database as the first release leaves it, line by line: it must open with every later one. */
static void
test_dump (StoreFixture *self, gconstpointer data)
{
  g_autofree char *dump = NULL;
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "data", "store-schema-1.sql", NULL);
  g_autofree char *path = g_build_filename (self->folder, "ostiary.db", NULL);
  g_auto (OstChainVerdict) verdict = { 0 };
  g_autoptr (GError) error = NULL;
  g_autofree char *os = NULL;
  gint64 missing;

  g_clear_object (&self->store);
  g_unlink (path);
  g_assert_true (g_file_get_contents (file, &dump, NULL, NULL));
  g_assert_true (file_prepare (path, TRUE, NULL));
  store_fixture_sql (self, dump);
  store_fixture_reopen (self);
  g_assert_cmpuint (store_fixture_count (self, FALSE), ==, 6);
  g_assert_cmpuint (store_fixture_count (self, TRUE), ==, 5);
  os = store_fixture_text (self, 2, OST_COLUMN_OS);
  g_assert_cmpstr (os, ==, "iOS 18.0");
  g_assert_true (store_fixture_number (self, 0, OST_COLUMN_MISSING_SINCE, &missing));
  g_assert_true (ost_store_verify_events (self->store, &verdict, NULL, &error));
  g_assert_cmpint (verdict.broken, ==, 0);
  g_assert_cmpint (verdict.verified, ==, 14);
}

static void
refuses (StoreFixture *self, const char *sql)
{
  g_autofree char *path = g_build_filename (self->folder, "ostiary.db", NULL);
  sqlite3 *database = NULL;

  g_assert_cmpint (sqlite3_open (path, &database), ==, SQLITE_OK);
  sqlite3_exec (database, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
  if (sqlite3_exec (database, sql, NULL, NULL, NULL) != SQLITE_CONSTRAINT)
    g_error ("was not refused: %s", sql);
  sqlite3_close (database);
}

#define ACTION                                                                                     \
  "INSERT INTO action (run, connection, fence, verb, kind, device_id, device_guid,"                \
  " mailbox_exchange_guid, state, attempts, planned_us, claimed_us) VALUES "

/* The journal's invariants hold whatever a program does. */
static void
test_journal (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) devices = store_fixture_devices (0, 1);

  store_fixture_sync (self, devices, NULL);
  store_fixture_sql (self,
                     ACTION "(1, 1, 1, 'allow', 'device', 'ID', 'g', 'x', 'claimed', 1, 1, 2)");
  /* A second hand on the same partnership, before the first is settled. */
  refuses (self, ACTION "(1, 1, 1, 'block', 'device', 'ID', 'g', 'x', 'claimed', 1, 1, 2)");
  store_fixture_sql (self,
                     ACTION "(1, 1, 1, 'block', 'device', 'ID', 'g', 'y', 'claimed', 1, 1, 2)");
  store_fixture_sql (self, "UPDATE action SET state = 'settled'");
  store_fixture_sql (self, ACTION "(1, 1, 1, 'block', 'device', 'ID', 'g', 'x', 'sent', 2, 1, 2)");
  /* Sent without having been claimed; sent too often; of no run; of no partnership. */
  refuses (self, ACTION "(1, 1, 1, 'allow', 'device', 'J', 'g', 'x', 'sent', 1, 1, NULL)");
  refuses (self, ACTION "(1, 1, 1, 'allow', 'device', 'J', 'g', 'x', 'sent', 3, 1, 2)");
  refuses (self, ACTION "(1, 1, 1, 'wipe', 'device', 'J', 'g', 'x', 'sent', 2, 1, 2)");
  refuses (self, ACTION "(1, 1, 1, 'remove', 'device', 'J', 'g', 'x', 'sent', 2, 1, 2)");
  refuses (self, ACTION "(99, 1, 1, 'allow', 'device', 'J', 'g', 'x', 'planned', 0, 1, NULL)");
  refuses (self, ACTION "(1, 1, 1, 'allow', 'device', 'J', NULL, 'x', 'planned', 0, 1, NULL)");
  refuses (self, ACTION "(1, 1, 1, 'allow', 'device', 'J', 'g', NULL, 'planned', 0, 1, NULL)");
  refuses (self, ACTION "(1, 1, 1, 'format', 'device', 'J', 'g', 'x', 'planned', 0, 1, NULL)");
  refuses (self, "INSERT INTO lease (id, fence) VALUES (2, 0)");
  refuses (self, "INSERT INTO device (connection, guid, born, hash, read_us, is_unread)"
                 " VALUES (77, 'g', 1, 1, 1, 1)");
  refuses (self, "INSERT INTO event (time_us, kind, commitments, hash)"
                 " VALUES (1, 'x', x'', x'00')");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/store/schema/steps", Place, NULL, set_up, test_steps, tear_down);
  g_test_add ("/store/schema/failing-step", Place, NULL, set_up, test_failing_step, tear_down);
  g_test_add ("/store/schema/versions", Place, NULL, set_up, test_versions, tear_down);
  g_test_add_func ("/store/schema/failures", test_failures);
  g_test_add ("/store/schema/dump", StoreFixture, NULL, store_fixture_set_up, test_dump,
              store_fixture_tear_down);
  g_test_add ("/store/schema/journal", StoreFixture, NULL, store_fixture_set_up, test_journal,
              store_fixture_tear_down);
  return g_test_run ();
}
