/* fuzz-clixml.c: whatever bytes come, the CLIXML reader stays whole and does not depend on pieces */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-escape.h"
#include "clixml-reader.h"
#include "clixml-writer.h"

#include <string.h>

/* Separates the messages of one input; no UTF-8 text has it. */
#define SEPARATOR 0xFE

#define MAX_VALUES 1000

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void append_value (GString *out, const OstClixmlValue *value);

static void
append_text (GString *out, const char *text, gsize length)
{
  if (text == NULL)
    return;
  g_assert (strlen (text) == length);
  g_assert (g_utf8_validate (text, (gssize)length, NULL));
  g_string_append_len (out, text, (gssize)length);
}

static void
append_numbers (GString *out, const OstClixmlValue *value)
{
  gboolean boolean = FALSE;
  gint64 number = 0;
  guint64 natural = 0;
  double real = 0;
  char guid[OST_CLIXML_GUID_SIZE] = "";

  g_string_append_printf (out, "%d", ost_clixml_value_get_boolean (value, &boolean) && boolean);
  g_string_append_printf (out, "%d", ost_clixml_value_get_int64 (value, &number) && number != 0);
  g_string_append_printf (out, "%d", ost_clixml_value_get_uint64 (value, &natural) && natural != 0);
  g_string_append_printf (out, "%d", ost_clixml_value_get_double (value, &real) && real > 0);
  g_string_append_printf (out, "%d", ost_clixml_value_get_guid (value, guid) && guid[0] != '\0');
  g_string_append_printf (out, "%d", ost_clixml_value_get_date_time (value, &number) && number > 0);
  g_string_append_printf (out, "%d", ost_clixml_value_get_time_span (value, &number) && number > 0);
}

static void
append_members (GString *out, const OstClixmlValue *value)
{
  OstClixmlMemberIter iter;
  const OstClixmlValue *member;

  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      const char *name = ost_clixml_value_get_name (member);

      if (name != NULL)
        {
          const OstClixmlValue *found = ost_clixml_value_get_member (value, name);

          g_assert (found != NULL);
          g_assert (g_ascii_strcasecmp (ost_clixml_value_get_name (found), name) == 0);
          g_assert (g_utf8_validate (name, -1, NULL));
        }
      append_value (out, member);
    }
}

static void
append_container (GString *out, const OstClixmlValue *value)
{
  g_string_append_printf (out, "%d", ost_clixml_value_get_container (value));
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (value); item != NULL;
       item = ost_clixml_value_get_next_item (item))
    append_value (out, item);
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value); entry != NULL;
       entry = ost_clixml_entry_get_next (entry))
    {
      append_value (out, ost_clixml_entry_get_key (entry));
      append_value (out, ost_clixml_entry_get_value (entry));
    }
}

static void
append_value (GString *out, const OstClixmlValue *value)
{
  gsize length = 0;
  const char *text = ost_clixml_value_get_text (value, &length);
  const char *name = ost_clixml_value_get_name (value);
  const char *type_name;

  g_string_append_printf (out, "(%d %s ", ost_clixml_value_get_kind (value),
                          name == NULL ? "" : name);
  append_text (out, text, length);
  append_numbers (out, value);
  if (ost_clixml_value_get_kind (value) == OST_CLIXML_OBJECT
      && !ost_clixml_value_is_reference (value))
    {
      for (guint i = 0; (type_name = ost_clixml_value_get_type_name (value, i)) != NULL; i++)
        {
          append_text (out, type_name, strlen (type_name));
          g_assert (i > 0 || g_ascii_strncasecmp (type_name, "Deserialized.", 13) == 0
                    || ost_clixml_value_is_a (value, type_name));
        }
      append_members (out, value);
      append_container (out, value);
    }
  g_string_append_c (out, ')');
}

/* One walk for many names finds what a walk for each does. */
static void
check_selection (const OstClixmlValue *value)
{
  static const char *const names[] = { "a", "n", "DeviceId", "E", "", "up", NULL };
  const OstClixmlValue *found[G_N_ELEMENTS (names) - 1];
  g_autoptr (OstClixmlSelection) selection = ost_clixml_selection_new (names);

  ost_clixml_selection_read (selection, value, found);
  for (gsize i = 0; i < G_N_ELEMENTS (found); i++)
    g_assert (found[i] == ost_clixml_value_get_member (value, names[i]));
}

static gboolean
append_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  check_selection (value);
  append_value (user_data, value);
  return TRUE;
}

/* Reads a message in pieces; gives whether it was one. */
static gboolean
read_message (OstClixmlReader *reader, const char *bytes, gsize length, gsize piece)
{
  g_autoptr (GError) error = NULL;
  gboolean is_read = TRUE;

  for (gsize at = 0; is_read && at < length; at += MIN (piece, length - at))
    is_read = ost_clixml_reader_feed (reader, bytes + at, MIN (piece, length - at), &error);
  is_read = is_read && ost_clixml_reader_end_message (reader, &error);
  g_assert (is_read == (error == NULL));
  if (error != NULL)
    {
      g_assert (g_utf8_validate (error->message, -1, NULL));
      ost_clixml_reader_reset (reader);
    }
  return is_read;
}

static OstClixmlReader *
make_reader (gboolean is_document, GString *out)
{
  const OstClixmlLimits limits = { .max_object_bytes = 200000, .max_values = MAX_VALUES };

  return is_document ? ost_clixml_reader_new_document (&limits, append_value_cb, out)
                     : ost_clixml_reader_new (&limits, append_value_cb, out);
}

/* Reads all messages whole, and again in pieces by another reader: both must see the same. */
static void
check_reader (gboolean is_document, gsize piece, const char *bytes, gsize length)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) cut = g_string_new (NULL);
  g_autoptr (OstClixmlReader) whole_reader = make_reader (is_document, whole);
  g_autoptr (OstClixmlReader) cut_reader = make_reader (is_document, cut);
  const char *end = bytes + length;

  while (bytes <= end)
    {
      const char *next = memchr (bytes, SEPARATOR, (gsize)(end - bytes));
      gsize n = (gsize)((next == NULL ? end : next) - bytes);
      gboolean is_whole;
      gboolean is_cut;

      g_string_truncate (whole, 0);
      g_string_truncate (cut, 0);
      is_whole = read_message (whole_reader, bytes, n, MAX (n, 1));
      is_cut = read_message (cut_reader, bytes, n, piece);
      g_assert (is_whole == is_cut);
      g_assert (!is_whole || g_string_equal (whole, cut));
      bytes += n + 1;
    }
}

static gboolean
compare_text_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  g_assert (g_strcmp0 (ost_clixml_value_get_text (value, NULL), user_data) == 0);
  g_assert (g_strcmp0 (ost_clixml_value_get_name (value), user_data) == 0);
  return TRUE;
}

/* Any text comes back from the reader as the writer got it. */
static void
check_writer (const char *bytes, gsize length)
{
  g_autofree char *raw = g_strndup (bytes, length);
  g_autofree char *text = g_utf8_make_valid (raw, -1);
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, compare_text_cb, text);
  g_autoptr (GBytes) message = NULL;
  g_autoptr (GError) error = NULL;
  const char *data;

  if (strlen (text) > 4000)
    return;
  ost_clixml_writer_add_string (writer, text, text);
  message = ost_clixml_writer_finish (writer);
  data = g_bytes_get_data (message, &length);
  g_assert (ost_clixml_reader_feed (reader, data, length, &error));
  g_assert (ost_clixml_reader_end_message (reader, &error));
}

/* The first byte says what is done with the rest. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *bytes = (const char *)data + 1;

  if (size < 1)
    return 0;
  switch (data[0] % 4)
    {
    case 0:
      check_writer (bytes, size - 1);
      break;
    case 1:
      check_reader (TRUE, (gsize)data[0] / 4 * 16 + 1, bytes, size - 1);
      break;
    default:
      check_reader (FALSE, (gsize)data[0] / 4 * 16 + 1, bytes, size - 1);
      break;
    }
  return 0;
}
