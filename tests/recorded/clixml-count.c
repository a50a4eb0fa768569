/* clixml-count.c: counts and sums up all that is in a CLIXML file, for check-clixml.py */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  guint64 objects;
  guint64 references;
  guint64 properties;
  guint64 items;
  guint64 entries;
  guint64 texts;
  guint64 sum;
} Count;

static const char *const kind_tags[] = {
  "Nil", "S",  "C", "B",  "DT", "TS",  "By",      "SB", "U16", "I16", "U32", "I32", "U64", "I64",
  "Sg",  "Db", "D", "BA", "G",  "URI", "Version", "XD", "SBK", "SS",  "Obj", "Ref", "?",
};

/* Adds a fact about the value at @path. A sum does not depend on the order of the facts. */
static void
add_fact (Count *count, const char *path, const char *what, const char *text)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  guint64 number = 0;

  g_checksum_update (checksum, (const guchar *)path, (gssize)strlen (path) + 1);
  g_checksum_update (checksum, (const guchar *)what, (gssize)strlen (what) + 1);
  g_checksum_update (checksum, (const guchar *)(text == NULL ? "" : text), -1);
  g_checksum_get_digest (checksum, digest, &length);
  for (gsize i = 0; i < sizeof number; i++)
    number = number << 8 | digest[i];
  count->sum += number;
  count->texts++;
}

static void count_value (Count *count, const char *path, const OstClixmlValue *value);

static void
count_types (Count *count, const char *path, const OstClixmlValue *value)
{
  g_autoptr (GString) types = g_string_new (NULL);
  const char *name;

  for (guint i = 0; (name = ost_clixml_value_get_type_name (value, i)) != NULL; i++)
    g_string_append_printf (types, "%s,", name);
  if (types->len > 0)
    add_fact (count, path, "types", types->str);
}

static void
count_members (Count *count, const char *path, const OstClixmlValue *value)
{
  OstClixmlMemberIter iter;
  const OstClixmlValue *member;

  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      g_autofree char *inside = g_strconcat (path, "/", ost_clixml_value_get_name (member), NULL);

      count->properties++;
      count_value (count, inside, member);
    }
}

static void
count_container (Count *count, const char *path, const OstClixmlValue *value)
{
  guint i = 0;

  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (value); item != NULL;
       item = ost_clixml_value_get_next_item (item))
    {
      g_autofree char *inside = g_strdup_printf ("%s[%u]", path, i++);

      count->items++;
      count_value (count, inside, item);
    }
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value); entry != NULL;
       entry = ost_clixml_entry_get_next (entry))
    {
      g_autofree char *key = g_strdup_printf ("%s{%u}", path, i);
      g_autofree char *inside = g_strdup_printf ("%s(%u)", path, i++);

      count->entries++;
      count_value (count, key, ost_clixml_entry_get_key (entry));
      count_value (count, inside, ost_clixml_entry_get_value (entry));
    }
}

static void
count_value (Count *count, const char *path, const OstClixmlValue *value)
{
  OstClixmlType kind = ost_clixml_value_get_kind (value);
  const OstClixmlValue *primitive;

  if (ost_clixml_value_is_reference (value))
    {
      count->references++;
      add_fact (count, path, "Ref", ost_clixml_value_get_text (value, NULL));
      return;
    }
  add_fact (count, path, kind_tags[kind], ost_clixml_value_get_text (value, NULL));
  if (kind != OST_CLIXML_OBJECT)
    return;
  count->objects++;
  primitive = ost_clixml_value_get_primitive (value);
  if (primitive != NULL)
    add_fact (count, path, "wraps", ost_clixml_value_get_text (primitive, NULL));
  count_types (count, path, value);
  count_members (count, path, value);
  count_container (count, path, value);
}

static gboolean
count_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  count_value (user_data, "", value);
  return TRUE;
}

static void
print_count (const Count *count)
{
  printf ("objects %" G_GUINT64_FORMAT "\n", count->objects);
  printf ("references %" G_GUINT64_FORMAT "\n", count->references);
  printf ("properties %" G_GUINT64_FORMAT "\n", count->properties);
  printf ("items %" G_GUINT64_FORMAT "\n", count->items);
  printf ("entries %" G_GUINT64_FORMAT "\n", count->entries);
  printf ("texts %" G_GUINT64_FORMAT "\n", count->texts);
  printf ("sum %016" G_GINT64_MODIFIER "x\n", count->sum);
}

static gboolean
read_all (OstClixmlReader *reader, const char *bytes, gsize length, gsize piece, GError **error)
{
  for (gsize at = 0; at < length; at += MIN (piece, length - at))
    {
      if (!ost_clixml_reader_feed (reader, bytes + at, MIN (piece, length - at), error))
        return FALSE;
    }
  return ost_clixml_reader_end_message (reader, error);
}

/* clixml-count document|message PIECE FILE */
int
main (int argc, char **argv)
{
  Count count = { 0 };
  g_autoptr (OstClixmlReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  gsize length = 0;

  if (argc != 4)
    return 2;
  if (g_str_equal (argv[1], "document"))
    reader = ost_clixml_reader_new_document (NULL, count_cb, &count);
  else
    reader = ost_clixml_reader_new (NULL, count_cb, &count);
  if (!g_file_get_contents (argv[3], &bytes, &length, &error)
      || !read_all (reader, bytes, length, (gsize)g_ascii_strtoull (argv[2], NULL, 10), &error))
    {
      fprintf (stderr, "%s: %s\n", argv[3], error->message);
      return 1;
    }
  print_count (&count);
  return 0;
}
