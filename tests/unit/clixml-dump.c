/* clixml-dump.c: CLIXML in, one line for each value out, for tests that compare */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-dump.h"

static const char *const kind_names[] = {
  "nil",         "string",       "char",          "boolean", "date-time", "time-span", "byte",
  "signed-byte", "u16",          "i16",           "u32",     "i32",       "u64",       "i64",
  "single",      "double",       "decimal",       "bytes",   "guid",      "uri",       "version",
  "xml",         "script-block", "secure-string", "object",  "reference", "unknown",
};

static const char *const container_names[]
  = { "", "list", "enumerable", "stack", "queue", "dictionary" };

static void
append_text (GString *out, const char *text, gsize length)
{
  if (text == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  g_assert_cmpuint (strlen (text), ==, length);
  g_assert_true (g_utf8_validate (text, (gssize)length, NULL));
  g_string_append_printf (out, "‘%s’", text);
}

static void
append_members (GString *out, const OstClixmlValue *value)
{
  OstClixmlMemberIter iter;
  const OstClixmlValue *member;
  gboolean is_first = TRUE;

  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      g_string_append (out, is_first ? " {" : "; ");
      clixml_dump_append (out, member);
      is_first = FALSE;
    }
  if (!is_first)
    g_string_append_c (out, '}');
}

static void
append_container (GString *out, const OstClixmlValue *value)
{
  OstClixmlContainer container = ost_clixml_value_get_container (value);

  if (container == OST_CLIXML_NO_CONTAINER)
    return;
  g_string_append_printf (out, " %s[", container_names[container]);
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (value); item != NULL;
       item = ost_clixml_value_get_next_item (item))
    {
      clixml_dump_append (out, item);
      g_string_append (out, ", ");
    }
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value); entry != NULL;
       entry = ost_clixml_entry_get_next (entry))
    {
      clixml_dump_append (out, ost_clixml_entry_get_key (entry));
      g_string_append (out, " => ");
      clixml_dump_append (out, ost_clixml_entry_get_value (entry));
      g_string_append (out, ", ");
    }
  g_string_append_c (out, ']');
}

static void
append_object (GString *out, const OstClixmlValue *value)
{
  const OstClixmlValue *primitive = ost_clixml_value_get_primitive (value);
  const char *type_name;

  for (guint i = 0; (type_name = ost_clixml_value_get_type_name (value, i)) != NULL; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? " <" : ",", type_name);
  if (ost_clixml_value_get_type_name (value, 0) != NULL)
    g_string_append_c (out, '>');
  if (primitive != NULL)
    {
      g_string_append (out, " = ");
      clixml_dump_append (out, primitive);
    }
  append_container (out, value);
  append_members (out, value);
}

void
clixml_dump_append (GString *out, const OstClixmlValue *value)
{
  const char *name = ost_clixml_value_get_name (value);
  gsize length = 0;
  const char *text = ost_clixml_value_get_text (value, &length);

  if (name != NULL)
    g_string_append_printf (out, "%s: ", name);
  if (ost_clixml_value_is_reference (value))
    g_string_append (out, "-> ");
  g_string_append_printf (out, "%s ", kind_names[ost_clixml_value_get_kind (value)]);
  append_text (out, text, length);
  if (ost_clixml_value_get_kind (value) == OST_CLIXML_OBJECT
      && !ost_clixml_value_is_reference (value))
    append_object (out, value);
}

gboolean
clixml_dump_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  GString *out = user_data;

  clixml_dump_append (out, value);
  g_string_append_c (out, '\n');
  return TRUE;
}

char *
clixml_dump_message (OstClixmlReader *reader, const char *bytes, gsize length, gsize piece,
                     GString *out, GError **error)
{
  g_string_truncate (out, 0);
  for (gsize at = 0; at < length;)
    {
      gsize n = piece == 0 ? length : MIN (piece, length - at);

      if (!ost_clixml_reader_feed (reader, bytes + at, n, error))
        return NULL;
      at += n;
    }
  if (!ost_clixml_reader_end_message (reader, error))
    return NULL;
  return g_strdup (out->str);
}
