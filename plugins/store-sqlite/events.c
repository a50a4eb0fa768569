/* events.c: appends to the audit trail, reads it, and proves that nobody changed it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "events.h"

#include "chain.h"

#include <string.h>

static const char last_sql[] = "SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1";
static const char insert_sql[]
  = "INSERT INTO event (seq, time_us, kind, connection, detail, commitments, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)";
static const char insert_value_sql[]
  = "INSERT INTO event_value (seq, name, salt, value) VALUES (?, ?, ?, ?)";
static const char list_sql[]
  = "SELECT seq, time_us, kind, connection, detail, hash,"
    " (SELECT value FROM event_value v WHERE v.seq = e.seq AND name = 'device_id'),"
    " (SELECT value FROM event_value v WHERE v.seq = e.seq AND name = 'mailbox'),"
    " (SELECT value FROM event_value v WHERE v.seq = e.seq AND name = 'who'),"
    " (SELECT value FROM event_value v WHERE v.seq = e.seq AND name = 'detail')"
    " FROM event e WHERE seq >= ? ORDER BY seq LIMIT ?";
static const char chain_sql[] = "SELECT seq, time_us, kind, connection, detail, commitments, hash"
                                " FROM event ORDER BY seq";
static const char values_sql[] = "SELECT name, salt, value FROM event_value WHERE seq = ?";

static gboolean
read_last (Database *database, gint64 *seq, guint8 hash[CHAIN_HASH_BYTES], GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, last_sql, error);
  gboolean has_row = FALSE;
  gsize length = 0;
  const void *bytes = NULL;

  *seq = 0;
  memset (hash, 0, CHAIN_HASH_BYTES);
  if (statement == NULL || !statement_step (statement, &has_row, error))
    return FALSE;
  if (!has_row)
    return TRUE;
  *seq = statement_get_number (statement, 0);
  bytes = statement_get_bytes (statement, 1, &length);
  memcpy (hash, bytes, MIN (length, CHAIN_HASH_BYTES));
  return TRUE;
}

struct _EventDraft {
  OstEvent event;
  char *values[CHAIN_N_VALUES];
  guint8 salts[CHAIN_N_VALUES][CHAIN_SALT_BYTES];
  GByteArray *commitments;
};

EventDraft *
event_draft_new (OstStoreSqlite *self, const OstEvent *event)
{
  EventDraft *draft = g_new0 (EventDraft, 1);

  draft->event.time_us = event->time_us;
  draft->event.kind = g_strdup (event->kind);
  draft->event.connection = g_strdup (event->connection);
  draft->event.detail = g_strdup (event->detail);
  draft->values[CHAIN_VALUE_DEVICE_ID] = g_strdup (event->device_id);
  draft->values[CHAIN_VALUE_MAILBOX] = g_strdup (event->mailbox);
  draft->values[CHAIN_VALUE_WHO] = g_strdup (event->who);
  draft->values[CHAIN_VALUE_DETAIL] = g_strdup (event->personal_detail);
  draft->commitments = g_byte_array_new ();
  self->fill_random (draft->salts[0], sizeof draft->salts, self->random_data);
  for (guint i = 0; i < CHAIN_N_VALUES; i++)
    if (draft->values[i] != NULL)
      {
        guint8 entry[1 + CHAIN_HASH_BYTES] = { (guint8)i };

        chain_commit (draft->salts[i], i, draft->values[i], entry + 1);
        g_byte_array_append (draft->commitments, entry, sizeof entry);
      }
  return draft;
}

void
event_draft_free (EventDraft *self)
{
  g_free (self->event.kind);
  g_free (self->event.connection);
  g_free (self->event.detail);
  for (guint i = 0; i < CHAIN_N_VALUES; i++)
    g_free (self->values[i]);
  g_byte_array_unref (self->commitments);
  g_free (self);
}

static gboolean
insert_value (Database *database, gint64 seq, ChainValue value, const guint8 *salt,
              const char *text, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, insert_value_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, seq);
  statement_bind_text (statement, 1, chain_value_to_string (value));
  statement_bind_bytes (statement, 2, salt, CHAIN_SALT_BYTES);
  statement_bind_text (statement, 3, text);
  return statement_execute (statement, error);
}

static gboolean
insert_event (Database *database, const OstEvent *event, GByteArray *commitments,
              const guint8 *hash, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, insert_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, event->seq);
  statement_bind_number (statement, 1, event->time_us);
  statement_bind_text (statement, 2, event->kind);
  statement_bind_text (statement, 3, event->connection);
  statement_bind_text (statement, 4, event->detail);
  statement_bind_bytes (statement, 5, commitments->len > 0 ? commitments->data : (const void *)"",
                        commitments->len);
  statement_bind_bytes (statement, 6, hash, CHAIN_HASH_BYTES);
  return statement_execute (statement, error);
}

gboolean
events_append_draft (Database *database, const EventDraft *draft, gint64 *seq, GError **error)
{
  guint8 hash[CHAIN_HASH_BYTES];
  OstEvent event = draft->event;

  if (!read_last (database, &event.seq, hash, error))
    return FALSE;
  event.seq++;
  chain_hash (hash, &event, draft->commitments->data, draft->commitments->len, hash);
  if (!insert_event (database, &event, draft->commitments, hash, error))
    return FALSE;
  for (guint i = 0; i < CHAIN_N_VALUES; i++)
    if (draft->values[i] != NULL
        && !insert_value (database, event.seq, i, draft->salts[i], draft->values[i], error))
      return FALSE;
  if (seq != NULL)
    *seq = event.seq;
  return TRUE;
}

gboolean
events_append (OstStoreSqlite *self, Database *database, const OstEvent *event, gint64 *seq,
               GError **error)
{
  g_autoptr (EventDraft) draft = event_draft_new (self, event);

  return events_append_draft (database, draft, seq, error);
}

static gboolean
append_event (OstStore *store, const OstEvent *event, gint64 *seq, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);
  g_auto (Transaction) transaction = { 0 };

  return transaction_begin (&transaction, self->writer, TRANSACTION_NORMAL, error)
         && events_append (self, transaction.database, event, seq, error)
         && transaction_commit (&transaction, error);
}

static gboolean
show_event (Statement *row, OstEventFunc func, gpointer data)
{
  gsize length;
  const guint8 *bytes = statement_get_bytes (row, 5, &length);
  g_autofree char *hash = chain_hash_to_string (bytes, length);
  OstEvent event = {
    .seq = statement_get_number (row, 0),
    .time_us = statement_get_number (row, 1),
    .kind = (char *)statement_get_text (row, 2),
    .connection = (char *)statement_get_text (row, 3),
    .detail = (char *)statement_get_text (row, 4),
    .hash = hash,
    .device_id = (char *)statement_get_text (row, 6),
    .mailbox = (char *)statement_get_text (row, 7),
    .who = (char *)statement_get_text (row, 8),
    .personal_detail = (char *)statement_get_text (row, 9),
  };

  return func (&event, data);
}

static gboolean
list_events (OstStore *store, gint64 from_seq, guint limit, OstEventFunc func, gpointer data,
             GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = TRUE;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, list_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, from_seq);
  statement_bind_number (statement, 1, limit == 0 ? -1 : (gint64)limit);
  while (has_row)
    if (!statement_step (statement, &has_row, error))
      return FALSE;
    else if (has_row && !show_event (statement, func, data))
      return TRUE;
  return TRUE;
}

/* Where verification stands: what comes next must follow on this. */
typedef struct {
  gint64 seq;
  guint8 hash[CHAIN_HASH_BYTES];
  OstChainVerdict *verdict;
} Walk;

static void
condemn (Walk *walk, gint64 seq, const char *reason)
{
  if (walk->verdict->broken != 0)
    return;
  walk->verdict->broken = seq;
  walk->verdict->reason = g_strdup (reason);
}

/* Of the commitments, whether the one of this value is there and is that of this salt and text. */
static gboolean
is_committed (const guint8 *commitments, gsize length, ChainValue value, const guint8 *salt,
              const char *text)
{
  guint8 expected[CHAIN_HASH_BYTES];

  for (gsize i = 0; i + 1 + CHAIN_HASH_BYTES <= length; i += 1 + CHAIN_HASH_BYTES)
    if (commitments[i] == value)
      {
        if (salt == NULL)
          return TRUE;
        chain_commit (salt, value, text, expected);
        return memcmp (commitments + i + 1, expected, CHAIN_HASH_BYTES) == 0;
      }
  return FALSE;
}

static void
verify_value (Walk *walk, gint64 seq, const guint8 *commitments, gsize length, Statement *row)
{
  gsize salt_length = 0;
  const guint8 *salt = statement_get_bytes (row, 1, &salt_length);
  ChainValue value;

  if (!chain_find_value (statement_get_text (row, 0), &value)
      || (salt != NULL && salt_length != CHAIN_SALT_BYTES)
      || !is_committed (commitments, length, value, salt, statement_get_text (row, 2)))
    condemn (walk, seq, "a personal value is not the one that was written");
  walk->verdict->pseudonymised += salt == NULL;
}

static gboolean
verify_values (Walk *walk, Database *database, Statement *event, GError **error)
{
  g_autoptr (Statement) values = database_prepare (database, values_sql, error);
  gint64 seq = statement_get_number (event, 0);
  gsize length;
  const guint8 *commitments = statement_get_bytes (event, 5, &length);
  gsize n_values = 0;
  gboolean has_row = TRUE;

  if (values == NULL)
    return FALSE;
  statement_bind_number (values, 0, seq);
  while (has_row)
    {
      if (!statement_step (values, &has_row, error))
        return FALSE;
      if (has_row)
        {
          verify_value (walk, seq, commitments, length, values);
          n_values++;
        }
    }
  if (n_values * (1 + CHAIN_HASH_BYTES) != length)
    condemn (walk, seq, "a personal value is not there");
  return TRUE;
}

static gboolean
verify_event (Walk *walk, Database *database, Statement *row, GError **error)
{
  gsize commitments_length;
  gsize hash_length;
  const guint8 *commitments = statement_get_bytes (row, 5, &commitments_length);
  const guint8 *written = statement_get_bytes (row, 6, &hash_length);
  OstEvent event = {
    .seq = statement_get_number (row, 0),
    .time_us = statement_get_number (row, 1),
    .kind = (char *)statement_get_text (row, 2),
    .connection = (char *)statement_get_text (row, 3),
    .detail = (char *)statement_get_text (row, 4),
  };

  if (event.seq != walk->seq + 1)
    condemn (walk, walk->seq + 1, "the event is not there");
  chain_hash (walk->hash, &event, commitments, commitments_length, walk->hash);
  if (hash_length != CHAIN_HASH_BYTES || memcmp (walk->hash, written, CHAIN_HASH_BYTES) != 0)
    condemn (walk, event.seq, "the event, or one before it, is not the one that was written");
  walk->seq = event.seq;
  if (!verify_values (walk, database, row, error))
    return FALSE;
  walk->verdict->verified += walk->verdict->broken == 0;
  return TRUE;
}

/* Numbers are never used again, so the highest that was ever given tells whether the end is cut. */
static gboolean
verify_end (Walk *walk, Database *database, GError **error)
{
  gint64 highest = 0;
  gint64 orphan = 0;

  if (!database_get_number (database, "SELECT seq FROM sqlite_sequence WHERE name = 'event'",
                            &highest, error)
      || !database_get_number (database,
                               "SELECT seq FROM event_value v WHERE NOT EXISTS"
                               " (SELECT 1 FROM event e WHERE e.seq = v.seq) LIMIT 1",
                               &orphan, error))
    return FALSE;
  if (highest != walk->seq)
    condemn (walk, walk->seq + 1, "the event is not there");
  if (orphan != 0)
    condemn (walk, orphan, "a personal value belongs to no event");
  if (walk->seq > 0)
    walk->verdict->head = chain_hash_to_string (walk->hash, CHAIN_HASH_BYTES);
  return TRUE;
}

static gboolean
verify_events (OstStore *store, OstChainVerdict *verdict, GCancellable *cancellable, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  Walk walk = { .verdict = verdict };
  gboolean has_row = TRUE;

  memset (verdict, 0, sizeof *verdict);
  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, cancellable, error))
    return FALSE;
  statement = database_prepare (reader.database, chain_sql, error);
  if (statement == NULL)
    return FALSE;
  while (has_row)
    if (!statement_step (statement, &has_row, error)
        || (has_row && !verify_event (&walk, reader.database, statement, error)))
      return FALSE;
  return verify_end (&walk, reader.database, error);
}

void
events_fill_interface (OstStoreInterface *iface)
{
  iface->append_event = append_event;
  iface->list_events = list_events;
  iface->verify_events = verify_events;
}
