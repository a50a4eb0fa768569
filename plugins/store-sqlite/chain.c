/* chain.c: what the hash of an event covers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "chain.h"

#include <string.h>

/* A change of what is covered, or in which order, needs another label. */
#define EVENT_LABEL "ostiary event 1"
#define COMMITMENT_LABEL "ostiary commitment 1"
/* The length of a text that is not there: no text is so long. */
#define NOT_THERE G_MAXUINT64

static const char *const value_names[CHAIN_N_VALUES] = {
  [CHAIN_VALUE_DEVICE_ID] = "device_id",
  [CHAIN_VALUE_MAILBOX] = "mailbox",
  [CHAIN_VALUE_WHO] = "who",
  [CHAIN_VALUE_DETAIL] = "detail",
};

const char *
chain_value_to_string (ChainValue value)
{
  return value_names[value];
}

gboolean
chain_find_value (const char *name, ChainValue *value)
{
  for (guint i = 0; i < CHAIN_N_VALUES; i++)
    if (g_strcmp0 (name, value_names[i]) == 0)
      {
        *value = i;
        return TRUE;
      }
  return FALSE;
}

static void
add_number (GChecksum *checksum, guint64 number)
{
  guint64 bytes = GUINT64_TO_LE (number);

  g_checksum_update (checksum, (const guint8 *)&bytes, sizeof bytes);
}

static void
add_bytes (GChecksum *checksum, const void *bytes, gsize length)
{
  add_number (checksum, length);
  g_checksum_update (checksum, bytes, (gssize)length);
}

static void
add_text (GChecksum *checksum, const char *text)
{
  if (text == NULL)
    add_number (checksum, NOT_THERE);
  else
    add_bytes (checksum, text, strlen (text));
}

static void
finish (GChecksum *checksum, guint8 *hash)
{
  gsize length = CHAIN_HASH_BYTES;

  g_checksum_get_digest (checksum, hash, &length);
}

void
chain_commit (const guint8 salt[CHAIN_SALT_BYTES], ChainValue value, const char *text,
              guint8 commitment[CHAIN_HASH_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  add_text (checksum, COMMITMENT_LABEL);
  add_number (checksum, value);
  add_bytes (checksum, salt, CHAIN_SALT_BYTES);
  add_text (checksum, text);
  finish (checksum, commitment);
}

void
chain_hash (const guint8 previous[CHAIN_HASH_BYTES], const OstEvent *event,
            const guint8 *commitments, gsize n_bytes, guint8 hash[CHAIN_HASH_BYTES])
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  add_text (checksum, EVENT_LABEL);
  add_bytes (checksum, previous, CHAIN_HASH_BYTES);
  add_number (checksum, (guint64)event->seq);
  add_number (checksum, (guint64)event->time_us);
  add_text (checksum, event->kind);
  add_text (checksum, event->connection);
  add_text (checksum, event->detail);
  add_bytes (checksum, commitments, n_bytes);
  finish (checksum, hash);
}

char *
chain_hash_to_string (const guint8 *hash, gsize length)
{
  GString *text = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", hash[i]);
  return g_string_free (text, FALSE);
}
