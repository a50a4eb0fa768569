/* clixml-names.h: the names of properties, each kept once */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-arena.h"

G_BEGIN_DECLS

typedef struct _OstClixmlName OstClixmlName;

/**
 * OstClixmlName:
 * @follower: the name that came after this one last time: objects of one type repeat their order
 * @chain: the next name in the same bucket
 * @text: the decoded name
 * @length: its bytes
 * @hash: of the decoded name without regard to ASCII case
 * @raw_length: bytes of the name as it came
 * @raw: the name as it came
 *
 * Since: 1.0
 */
struct _OstClixmlName {
  OstClixmlName *follower;
  OstClixmlName *chain;
  const char *text;
  guint32 length;
  guint32 hash;
  guint32 raw_length;
  char raw[];
};

#define OST_CLIXML_NAME_BUCKETS 512

/**
 * OstClixmlNames:
 * @arena: holds the names
 * @guess: where the name that came after the last one is noted
 * @first: the name that an object began with last time
 * @count: how many there are
 * @buckets: the names by hash of their raw form
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlArena arena;
  OstClixmlName **guess;
  OstClixmlName *first;
  guint count;
  OstClixmlName *buckets[OST_CLIXML_NAME_BUCKETS];
} OstClixmlNames;

/**
 * ost_clixml_name_hash:
 * @text: a name
 * @length: its bytes
 *
 * Returns: a hash without regard to ASCII case
 *
 * Since: 1.0
 */
guint32 ost_clixml_name_hash (const char *text, gsize length);

/* Called by ost_clixml_names_find() where the guess is wrong. */
const OstClixmlName *ost_clixml_names_find_slowly (OstClixmlNames *names, const char *raw,
                                                   guint32 raw_length);

/**
 * ost_clixml_names_find:
 * @names: names
 * @raw: a name as it came
 * @raw_length: its bytes
 *
 * Returns: the name, which lives until ost_clixml_names_clear()
 *
 * Since: 1.0
 */
static inline const OstClixmlName *
ost_clixml_names_find (OstClixmlNames *names, const char *raw, guint32 raw_length)
{
  OstClixmlName *guess = *names->guess;

  if (guess != NULL && guess->raw_length == raw_length && memcmp (guess->raw, raw, raw_length) == 0)
    {
      names->guess = &guess->follower;
      return guess;
    }
  return ost_clixml_names_find_slowly (names, raw, raw_length);
}

/**
 * ost_clixml_names_init:
 * @names: names
 *
 * Since: 1.0
 */
void ost_clixml_names_init (OstClixmlNames *names);

/**
 * ost_clixml_names_are_many:
 * @names: names
 *
 * Returns: whether there are more than a server has any use for
 *
 * Since: 1.0
 */
gboolean ost_clixml_names_are_many (const OstClixmlNames *names);

/**
 * ost_clixml_names_next_object:
 * @names: names
 *
 * Says that no value is left that has one of these names; forgets them where there are many.
 *
 * Since: 1.0
 */
void ost_clixml_names_next_object (OstClixmlNames *names);

/**
 * ost_clixml_names_clear:
 * @names: names
 *
 * Since: 1.0
 */
void ost_clixml_names_clear (OstClixmlNames *names);

G_END_DECLS
