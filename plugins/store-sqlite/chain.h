/* chain.h: what the hash of an event covers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-store.h"

G_BEGIN_DECLS

#define CHAIN_HASH_BYTES 32
#define CHAIN_SALT_BYTES 16

/**
 * ChainValue:
 *
 * The personal values of an event, each of which is covered by a commitment of its own. The numbers
 * are part of what is hashed.
 */
typedef enum {
  CHAIN_VALUE_DEVICE_ID,
  CHAIN_VALUE_MAILBOX,
  CHAIN_VALUE_WHO,
  CHAIN_VALUE_DETAIL,
  CHAIN_N_VALUES,
} ChainValue;

/* The value's name in the table event_value. */
const char *chain_value_to_string (ChainValue value);

/**
 * chain_find_value:
 * @name: a name in the table event_value
 * @value: (out): which it is
 *
 * Returns: whether there is such a value
 */
gboolean chain_find_value (const char *name, ChainValue *value);

/**
 * chain_commit:
 * @salt: random bytes
 * @value: which value it is
 * @text: the value
 * @commitment: (out): SHA-256 over a label, the value's number, the salt and the text
 *
 * Without the salt, a commitment tells nothing of a text, not even to someone who guesses it.
 */
void chain_commit (const guint8 salt[CHAIN_SALT_BYTES], ChainValue value, const char *text,
                   guint8 commitment[CHAIN_HASH_BYTES]);

/**
 * chain_hash:
 * @previous: the hash of the event before; zeroes before the first one
 * @event: the event, with its number
 * @commitments: (array length=n_bytes): of each personal value that is there, in order of number:
 *   one byte with the number, then the commitment
 * @n_bytes: how many bytes
 * @hash: (out): SHA-256 over a label, @previous, and each part with its length before it
 */
void chain_hash (const guint8 previous[CHAIN_HASH_BYTES], const OstEvent *event,
                 const guint8 *commitments, gsize n_bytes, guint8 hash[CHAIN_HASH_BYTES]);

/* Lower-case hexadecimal. */
char *chain_hash_to_string (const guint8 *hash, gsize length);

G_END_DECLS
