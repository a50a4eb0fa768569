/* clixml-writer.c: writes the CLIXML of one message at a time */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-writer.h"

#include "clixml-escape.h"

/* Between type names where they are the key of a table; no type name holds one. */
#define TYPE_SEPARATOR "\n"

struct _OstClixmlWriter {
  OstClixmlWriterFlags flags;
  GString *out;
  GHashTable *types;
  GPtrArray *open;
  guint next_object;
  gboolean is_tag_open;
};

OstClixmlWriter *
ost_clixml_writer_new (void)
{
  return ost_clixml_writer_new_with_flags (OST_CLIXML_WRITER_DEFAULT);
}

OstClixmlWriter *
ost_clixml_writer_new_with_flags (OstClixmlWriterFlags flags)
{
  OstClixmlWriter *writer = g_new0 (OstClixmlWriter, 1);

  writer->flags = flags;
  writer->out = g_string_new (NULL);
  writer->types = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  writer->open = g_ptr_array_new ();
  return writer;
}

/* A start tag stays open until it is known whether anything comes inside. */
static void
close_tag (OstClixmlWriter *writer)
{
  if (writer->is_tag_open)
    g_string_append_c (writer->out, '>');
  writer->is_tag_open = FALSE;
}

static void
append_name (OstClixmlWriter *writer, const char *name)
{
  if (name == NULL)
    return;
  g_string_append (writer->out, " N=\"");
  ost_clixml_append_escaped (writer->out, name, TRUE);
  g_string_append_c (writer->out, '"');
}

static void
append_ref_id (OstClixmlWriter *writer, guint ref_id)
{
  g_string_append_printf (writer->out, " RefId=\"%u\"", ref_id);
}

static void
begin (OstClixmlWriter *writer, const char *tag)
{
  close_tag (writer);
  g_string_append_c (writer->out, '<');
  g_string_append (writer->out, tag);
  g_ptr_array_add (writer->open, (gpointer)tag);
  writer->is_tag_open = TRUE;
}

static void
end (OstClixmlWriter *writer, const char *tag)
{
  g_return_if_fail (writer->open->len > 0);
  g_return_if_fail (g_str_equal (g_ptr_array_index (writer->open, writer->open->len - 1), tag));

  g_ptr_array_set_size (writer->open, (int)writer->open->len - 1);
  if (writer->is_tag_open)
    g_string_append (writer->out, " />");
  else
    g_string_append_printf (writer->out, "</%s>", tag);
  writer->is_tag_open = FALSE;
}

static void
add_text (OstClixmlWriter *writer, const char *tag, const char *name, const char *text)
{
  begin (writer, tag);
  append_name (writer, name);
  if (text[0] != '\0' || (writer->flags & OST_CLIXML_WRITER_CLOSE_EMPTY) == 0)
    close_tag (writer);
  ost_clixml_append_escaped (writer->out, text, FALSE);
  end (writer, tag);
}

static void
add_types (OstClixmlWriter *writer, const char *const *type_names)
{
  g_autofree char *key = g_strjoinv (TYPE_SEPARATOR, (char **)type_names);
  gpointer known = NULL;
  gboolean is_known = g_hash_table_lookup_extended (writer->types, key, NULL, &known);
  const char *tag = is_known ? "TNRef" : "TN";
  guint ref_id = is_known ? GPOINTER_TO_UINT (known) : g_hash_table_size (writer->types);

  begin (writer, tag);
  append_ref_id (writer, ref_id);
  if (!is_known)
    {
      g_hash_table_insert (writer->types, g_steal_pointer (&key), GUINT_TO_POINTER (ref_id));
      for (; *type_names != NULL; type_names++)
        add_text (writer, "T", NULL, *type_names);
    }
  end (writer, tag);
}

void
ost_clixml_writer_begin_object (OstClixmlWriter *writer, const char *name,
                                const char *const *type_names)
{
  gboolean is_ref_id_first = (writer->flags & OST_CLIXML_WRITER_REF_ID_FIRST) != 0;
  guint ref_id = writer->next_object++;

  begin (writer, "Obj");
  if (is_ref_id_first)
    append_ref_id (writer, ref_id);
  append_name (writer, name);
  if (!is_ref_id_first)
    append_ref_id (writer, ref_id);
  if (type_names != NULL)
    add_types (writer, type_names);
}

void
ost_clixml_writer_end_object (OstClixmlWriter *writer)
{
  end (writer, "Obj");
}

void
ost_clixml_writer_add_to_string (OstClixmlWriter *writer, const char *text)
{
  add_text (writer, "ToString", NULL, text);
}

void
ost_clixml_writer_begin_members (OstClixmlWriter *writer)
{
  begin (writer, "MS");
}

void
ost_clixml_writer_end_members (OstClixmlWriter *writer)
{
  end (writer, "MS");
}

void
ost_clixml_writer_begin_properties (OstClixmlWriter *writer)
{
  begin (writer, "Props");
}

void
ost_clixml_writer_end_properties (OstClixmlWriter *writer)
{
  end (writer, "Props");
}

void
ost_clixml_writer_begin_list (OstClixmlWriter *writer)
{
  begin (writer, "LST");
}

void
ost_clixml_writer_end_list (OstClixmlWriter *writer)
{
  end (writer, "LST");
}

void
ost_clixml_writer_begin_dictionary (OstClixmlWriter *writer)
{
  begin (writer, "DCT");
}

void
ost_clixml_writer_end_dictionary (OstClixmlWriter *writer)
{
  end (writer, "DCT");
}

void
ost_clixml_writer_begin_entry (OstClixmlWriter *writer)
{
  begin (writer, "En");
}

void
ost_clixml_writer_end_entry (OstClixmlWriter *writer)
{
  end (writer, "En");
}

void
ost_clixml_writer_add_string (OstClixmlWriter *writer, const char *name, const char *text)
{
  if (text == NULL)
    ost_clixml_writer_add_nil (writer, name);
  else
    add_text (writer, "S", name, text);
}

void
ost_clixml_writer_add_boolean (OstClixmlWriter *writer, const char *name, gboolean boolean)
{
  add_text (writer, "B", name, boolean ? "true" : "false");
}

void
ost_clixml_writer_add_int32 (OstClixmlWriter *writer, const char *name, gint32 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT32_FORMAT, number);

  add_text (writer, "I32", name, text);
}

void
ost_clixml_writer_add_int64 (OstClixmlWriter *writer, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  add_text (writer, "I64", name, text);
}

void
ost_clixml_writer_add_nil (OstClixmlWriter *writer, const char *name)
{
  begin (writer, "Nil");
  append_name (writer, name);
  end (writer, "Nil");
}

void
ost_clixml_writer_add_version (OstClixmlWriter *writer, const char *name, const char *version)
{
  add_text (writer, "Version", name, version);
}

void
ost_clixml_writer_add_element (OstClixmlWriter *writer, const char *tag, const char *name,
                               const char *text)
{
  add_text (writer, tag, name, text);
}

void
ost_clixml_writer_add_enum (OstClixmlWriter *writer, const char *name,
                            const char *const *type_names, const char *text, gint32 number)
{
  ost_clixml_writer_begin_object (writer, name, type_names);
  ost_clixml_writer_add_to_string (writer, text);
  ost_clixml_writer_add_int32 (writer, NULL, number);
  ost_clixml_writer_end_object (writer);
}

GBytes *
ost_clixml_writer_finish (OstClixmlWriter *writer)
{
  GBytes *bytes;

  g_return_val_if_fail (writer->open->len == 0, NULL);
  bytes = g_string_free_to_bytes (g_steal_pointer (&writer->out));
  writer->out = g_string_new (NULL);
  writer->next_object = 0;
  g_hash_table_remove_all (writer->types);
  return bytes;
}

void
ost_clixml_writer_free (OstClixmlWriter *writer)
{
  if (writer == NULL)
    return;
  g_string_free (writer->out, TRUE);
  g_hash_table_unref (writer->types);
  g_ptr_array_unref (writer->open);
  g_free (writer);
}
