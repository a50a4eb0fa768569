/* clixml-names.c: the names of properties, each kept once */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-names.h"

#include "clixml-escape.h"

/* All of Exchange's objects together have fewer names than this. */
#define KEPT_NAMES 4096
#define KEPT_BYTES (256 * 1024)

/* Names made up to share a bucket cost no more than this many comparisons; those beyond are not
 * kept once, which costs memory of the message's own budget only. */
#define LONGEST_CHAIN 16

guint32
ost_clixml_name_hash (const char *text, gsize length)
{
  guint32 hash = 2166136261u;

  for (gsize i = 0; i < length; i++)
    {
      guint32 byte = (guchar)text[i];

      if (byte - 'A' < 26)
        byte |= 0x20;
      hash = (hash ^ byte) * 16777619u;
    }
  return hash;
}

/* A parser that is not told to replace entities gives an ampersand in an attribute back as a
 * reference, whatever it came as; nothing else in it begins with one. */
#define AMPERSAND "&#38;"

static gsize
copy_attribute (char *to, const char *raw, gsize length)
{
  gsize copied = 0;

  for (gsize i = 0; i < length; i++)
    {
      to[copied++] = raw[i];
      if (length - i >= strlen (AMPERSAND) && memcmp (raw + i, AMPERSAND, strlen (AMPERSAND)) == 0)
        i += strlen (AMPERSAND) - 1;
    }
  return copied;
}

static gboolean
is_plain (const char *raw, gsize length)
{
  return memchr (raw, '_', length) == NULL && memchr (raw, '&', length) == NULL
         && memchr (raw, OST_CLIXML_MARK, length) == NULL;
}

static OstClixmlName *
add_name (OstClixmlNames *names, const char *raw, guint32 raw_length)
{
  OstClixmlName *name;
  char *text;

  name = ost_clixml_arena_alloc (&names->arena, sizeof (OstClixmlName) + raw_length + 1);
  memset (name, 0, sizeof *name);
  memcpy (name->raw, raw, raw_length);
  name->raw[raw_length] = '\0';
  name->raw_length = raw_length;
  name->text = name->raw;
  name->length = raw_length;
  if (!is_plain (raw, raw_length))
    {
      text = ost_clixml_arena_alloc (&names->arena, (gsize)raw_length + 1);
      name->length = (guint32)ost_clixml_unescape (text, copy_attribute (text, raw, raw_length));
      text[name->length] = '\0';
      name->text = text;
    }
  name->hash = ost_clixml_name_hash (name->text, name->length);
  names->count++;
  return name;
}

const OstClixmlName *
ost_clixml_names_find_slowly (OstClixmlNames *names, const char *raw, guint32 raw_length)
{
  OstClixmlName **bucket;
  OstClixmlName *name;
  guint length = 0;

  bucket = &names->buckets[ost_clixml_name_hash (raw, raw_length) % OST_CLIXML_NAME_BUCKETS];
  for (name = *bucket; name != NULL; name = name->chain)
    {
      if (name->raw_length == raw_length && memcmp (name->raw, raw, raw_length) == 0)
        break;
      length++;
    }
  if (name == NULL)
    {
      name = add_name (names, raw, raw_length);
      if (length < LONGEST_CHAIN)
        {
          name->chain = *bucket;
          *bucket = name;
        }
    }
  *names->guess = name;
  names->guess = &name->follower;
  return name;
}

void
ost_clixml_names_init (OstClixmlNames *names)
{
  memset (names, 0, sizeof *names);
  names->guess = &names->first;
}

gboolean
ost_clixml_names_are_many (const OstClixmlNames *names)
{
  return names->count > KEPT_NAMES || ost_clixml_arena_get_used (&names->arena) > KEPT_BYTES;
}

void
ost_clixml_names_next_object (OstClixmlNames *names)
{
  if (ost_clixml_names_are_many (names))
    ost_clixml_names_clear (names);
  names->guess = &names->first;
}

void
ost_clixml_names_clear (OstClixmlNames *names)
{
  ost_clixml_arena_clear (&names->arena);
  ost_clixml_names_init (names);
}
