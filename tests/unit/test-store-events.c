/* test-store-events.c: the audit trail holds, and whoever changes it is found out */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store-fixture.h"

#include <string.h>

static gint64
append (StoreFixture *self, const char *kind, const char *who)
{
  OstEvent event = {
    .time_us = self->now,
    .kind = (char *)kind,
    .connection = (char *)"contoso",
    .detail = (char *)"{\"run\":1}",
    .device_id = (char *)"APPL1",
    .mailbox = (char *)"CN=Alice,DC=contoso,DC=com",
    .who = (char *)who,
    .personal_detail = (char *)"{\"phone\":\"+49\"}",
  };
  g_autoptr (GError) error = NULL;
  gint64 seq = 0;

  self->now += G_USEC_PER_SEC;
  g_assert_true (ost_store_append_event (self->store, &event, &seq, &error));
  g_assert_no_error (error);
  return seq;
}

static void
verify (StoreFixture *self, OstChainVerdict *verdict)
{
  g_autoptr (GError) error = NULL;

  ost_chain_verdict_clear (verdict);
  g_assert_true (ost_store_verify_events (self->store, verdict, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
show_cb (const OstEvent *event, gpointer data)
{
  g_string_append_printf (data, "%" G_GINT64_FORMAT " %s %s %s %s %s %s %s %zu\n", event->seq,
                          event->kind, event->connection, event->detail, event->device_id,
                          event->mailbox, event->who, event->personal_detail, strlen (event->hash));
  return TRUE;
}

static void
test_list (StoreFixture *self, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (append (self, "first", "alice"), ==, 1);
  g_assert_cmpint (append (self, "second", NULL), ==, 2);
  g_assert_cmpint (append (self, "third", "bob"), ==, 3);
  g_assert_true (ost_store_list_events (self->store, 2, 1, show_cb, text, &error));
  g_assert_cmpstr (text->str, ==,
                   "2 second contoso {\"run\":1} APPL1 CN=Alice,DC=contoso,DC=com (null) "
                   "{\"phone\":\"+49\"} 64\n");
}

static void
test_holds (StoreFixture *self, gconstpointer data)
{
  g_auto (OstChainVerdict) empty = { 0 };
  g_auto (OstChainVerdict) verdict = { 0 };
  g_auto (OstChainVerdict) reopened = { 0 };

  verify (self, &empty);
  g_assert_cmpint (empty.verified, ==, 0);
  g_assert_cmpint (empty.broken, ==, 0);
  g_assert_null (empty.head);
  for (int i = 0; i < 20; i++)
    append (self, "something", i % 2 == 0 ? "alice" : NULL);
  verify (self, &verdict);
  g_assert_cmpint (verdict.verified, ==, 20);
  g_assert_cmpint (verdict.broken, ==, 0);
  g_assert_nonnull (verdict.head);
  store_fixture_reopen (self);
  verify (self, &reopened);
  g_assert_cmpstr (reopened.head, ==, verdict.head);
}

/* Everything that can be done to the tables, and where it must be noticed. */
static const struct {
  const char *sql;
  gint64 broken;
} attacks[] = {
  { "UPDATE event SET kind = 'harmless' WHERE seq = 4", 4 },
  { "UPDATE event SET time_us = time_us + 1 WHERE seq = 4", 4 },
  { "UPDATE event SET detail = NULL WHERE seq = 4", 4 },
  { "UPDATE event SET connection = '' WHERE seq = 4", 4 },
  { "UPDATE event SET hash = randomblob (32) WHERE seq = 4", 4 },
  { "UPDATE event SET commitments = zeroblob (33) WHERE seq = 4", 4 },
  { "DELETE FROM event_value WHERE seq = 4; DELETE FROM event WHERE seq = 4", 4 },
  { "DELETE FROM event_value WHERE seq = 1; DELETE FROM event WHERE seq = 1", 1 },
  /* The end is cut off. */
  { "DELETE FROM event_value WHERE seq > 8; DELETE FROM event WHERE seq > 8", 9 },
  { "DELETE FROM event_value; DELETE FROM event", 1 },
  /* Two change places. */
  { "UPDATE event SET seq = 100 WHERE seq = 4; UPDATE event SET seq = 4 WHERE seq = 5;"
    " UPDATE event SET seq = 5 WHERE seq = 100",
    4 },
  { "UPDATE event_value SET value = 'mallory' WHERE seq = 4 AND name = 'who'", 4 },
  { "UPDATE event_value SET salt = randomblob (16) WHERE seq = 4 AND name = 'who'", 4 },
  { "UPDATE event_value SET salt = randomblob (3) WHERE seq = 4 AND name = 'who'", 4 },
  { "DELETE FROM event_value WHERE seq = 4 AND name = 'who'", 4 },
  /* A value under another name. */
  { "DELETE FROM event_value WHERE seq = 4 AND name = 'mailbox';"
    " UPDATE event_value SET name = 'mailbox' WHERE seq = 4 AND name = 'device_id'",
    4 },
  { "INSERT INTO event_value VALUES (77, 'who', NULL, 'nobody')", 77 },
};

static void
test_tampering (StoreFixture *self, gconstpointer data)
{
  for (int i = 0; i < 10; i++)
    append (self, "something", "alice");
  for (gsize i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_auto (OstChainVerdict) verdict = { 0 };
      g_auto (OstChainVerdict) restored = { 0 };
      g_autofree char *name
        = g_strdup_printf ("CREATE TABLE copy_event AS SELECT * FROM event;"
                           "CREATE TABLE copy_value AS SELECT * FROM event_value; %s",
                           attacks[i].sql);

      g_test_message ("%s", attacks[i].sql);
      store_fixture_sql (self, name);
      verify (self, &verdict);
      g_assert_cmpint (verdict.broken, ==, attacks[i].broken);
      g_assert_nonnull (verdict.reason);
      g_assert_cmpint (verdict.verified, <, 10 + (attacks[i].broken > 10));
      store_fixture_sql (self, "PRAGMA foreign_keys = OFF;"
                               "DELETE FROM event_value; DELETE FROM event;"
                               "INSERT INTO event SELECT * FROM copy_event;"
                               "INSERT INTO event_value SELECT * FROM copy_value;"
                               "UPDATE sqlite_sequence SET seq = 10 WHERE name = 'event';"
                               "DROP TABLE copy_event; DROP TABLE copy_value");
      verify (self, &restored);
      g_assert_cmpint (restored.broken, ==, 0);
      g_assert_cmpint (restored.verified, ==, 10);
    }
}

static void
test_pseudonym (StoreFixture *self, gconstpointer data)
{
  g_auto (OstChainVerdict) before = { 0 };
  g_auto (OstChainVerdict) after = { 0 };

  for (int i = 0; i < 10; i++)
    append (self, "something", i == 4 ? "alice" : "bob");
  verify (self, &before);
  store_fixture_sql (self, "UPDATE event_value SET value = 'person-1', salt = NULL"
                           " WHERE name = 'who' AND value = 'alice'");
  verify (self, &after);
  g_assert_cmpint (after.broken, ==, 0);
  g_assert_cmpint (after.verified, ==, 10);
  g_assert_cmpint (after.pseudonymised, ==, 1);
  g_assert_cmpstr (after.head, ==, before.head);
  /* Nothing of the value is left. */
  g_assert_cmpint (
    store_fixture_sql_number (self, "SELECT count (*) FROM event_value WHERE value LIKE '%alice%'"
                                    " AND name = 'who'"),
    ==, 0);
}

static void
count_random (guint8 *bytes, gsize length, gpointer data)
{
  memset (bytes, ++*(guint8 *)data, length);
}

/* A hash computed by another program: core/store's README says what it covers, and this says it
 * again, so that it cannot change unnoticed. */
static void
test_hash (StoreFixture *self, gconstpointer data)
{
  guint8 counter = 0;
  OstStoreOptions options = { .state_dir = self->folder,
                              .program_version = OST_VERSION,
                              .now_us = self->now,
                              .fill_random = count_random,
                              .random_data = &counter };
  OstEvent event = { .time_us = 5, .kind = (char *)"kind", .who = (char *)"who" };
  g_autoptr (GError) error = NULL;
  g_auto (OstChainVerdict) verdict = { 0 };

  g_clear_object (&self->store);
  self->store = store_fixture_make ();
  ost_store_open (self->store, &options, &error);
  g_assert_no_error (error);
  g_assert_true (ost_store_append_event (self->store, &event, NULL, &error));
  verify (self, &verdict);
  g_assert_cmpstr (verdict.head, ==,
                   "6d6fe731856d3cfd2624e1cc9a4db2cf6e9ff8e9661f7901d47a563cf8837000");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function)                                                                        \
  g_test_add ("/store/events/" path, StoreFixture, NULL, store_fixture_set_up, function,           \
              store_fixture_tear_down)
  ADD ("list", test_list);
  ADD ("holds", test_holds);
  ADD ("tampering", test_tampering);
  ADD ("pseudonym", test_pseudonym);
  ADD ("hash", test_hash);
#undef ADD
  return g_test_run ();
}
