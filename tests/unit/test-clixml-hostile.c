/* test-clixml-hostile.c: what the CLIXML reader does with what no honest server sends */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-dump.h"

#include <ostiary/ost-error.h>

#define OBJS "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">"

typedef struct {
  OstClixmlReader *reader;
  OstClixmlReader *documents;
  GString *out;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  const OstClixmlLimits limits = { .max_object_bytes = 100000, .max_depth = 8, .max_values = 100 };

  fixture->out = g_string_new (NULL);
  fixture->reader = ost_clixml_reader_new (&limits, clixml_dump_value_cb, fixture->out);
  fixture->documents = ost_clixml_reader_new_document (&limits, clixml_dump_value_cb, fixture->out);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  ost_clixml_reader_free (fixture->reader);
  ost_clixml_reader_free (fixture->documents);
  g_string_free (fixture->out, TRUE);
}

/* Refuses @xml whatever its pieces, says why, and reads the next message as if nothing had been. */
static void
assert_refuses (Fixture *fixture, OstClixmlReader *reader, const char *xml, gsize length,
                const char *why)
{
  static const gsize pieces[] = { 0, 1, 7, 300 };
  const char *good = reader == fixture->documents ? OBJS "<S>good</S></Objs>" : "<S>good</S>";

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      g_autofree char *dump
        = clixml_dump_message (reader, xml, length, pieces[i], fixture->out, &error);
      g_autofree char *next = NULL;

      if (error == NULL)
        {
          g_test_fail_printf ("‘%.60s’ was accepted: %s", xml, dump);
          return;
        }
      g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_assert_true (g_str_has_prefix (error->message, "cannot read CLIXML at byte "));
      if (strstr (error->message, why) == NULL)
        g_test_fail_printf ("‘%.60s’: expected ‘%s’ in ‘%s’", xml, why, error->message);
      g_assert_false (ost_clixml_reader_feed (reader, "<S/>", 4, &again));
      g_assert_cmpstr (again->message, ==, error->message);
      g_clear_error (&again);
      g_assert_false (ost_clixml_reader_end_message (reader, &again));
      g_clear_error (&error);
      ost_clixml_reader_reset (reader);
      next = clixml_dump_message (reader, good, strlen (good), 0, fixture->out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (next, ==, "string ‘good’\n");
    }
}

static void
test_malformed (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *xml;
    const char *why;
  } samples[] = {
    { "<html><body>503</body></html>", "expected a value, came <html>" },
    { "<!DOCTYPE html><html></html>", "<!DOCTYPE" },
    { "<!DOCTYPE a [<!ENTITY b \"c\">]><S>&b;</S>", "<!DOCTYPE" },
    { "<?xml version=\"1.0\"?><S>a</S>", "XML declaration" },
    { "<?evil do?><S>a</S>", "processing instruction ‘evil’" },
    { "<S><?evil do?></S>", "processing instruction ‘evil’" },
    { "<S>&evil;</S>", "evil" },
    { "<S N=\"&evil;\">a</S>", "evil" },
    { "<S>&evil", "expected" },
    { "<S><![CDATA[a]]></S>", "CDATA" },
    { "<S>a ]]> b</S>", "expected well-formed XML" },
    { "<S>a & b</S>", "expected" },
    { "<S>a < b</S>", "expected well-formed XML" },
    { "<S>&#x110000;</S>", "expected well-formed XML" },
    { "<S>&#xFFFFG;</S>", "expected well-formed XML" },
    { "<S>&#;</S>", "expected well-formed XML" },
    { "<S>&#x00000000000000000000000000000000000FFFF;</S>", "expected well-formed XML" },
    { "<S>\xC3\x28</S>", "expected well-formed XML" },
    { "<S>\xC0\x80</S>", "expected well-formed XML" },
    { "<S>\xED\xA0\x80</S>", "expected well-formed XML" },
    { "<S>\x01</S>", "expected well-formed XML" },
    { "<S>\xEF\xBF\xBF</S>", "expected well-formed XML" },
    { "<S N=\"a\" N=\"b\">a</S>", "expected well-formed XML" },
    { "<S N=a>a</S>", "expected well-formed XML" },
    { "<S>a</B>", "expected well-formed XML" },
    { "<S>a", "expected the end of 1 open elements" },
    { "<Obj><MS><S>a</S>", "expected the end of 2 open elements" },
    { "<S>a</S", "expected" },
    { "<S", "expected a complete element, came the end of the message" },
    { "<S>a</S>text", "expected a complete element, came text" },
    { "<S>a</S>\xEF\xBB\xBF", "expected" },
    { "\xEF\xBB\xBF\xEF\xBB\xBF<S>a</S>", "expected" },
    { "\xEF\xBB", "expected" },
    { "text", "expected a complete element, came text" },
    { "</S>", "mismatch" },
    { "<S>a</S></S>", "mismatch" },
    { "<S>a</S></messages>", "came the end of what was never begun" },
    { "</messages><messages>", "came the end of what was never begun" },
    { "\xFF\xFE<\0S\0>\0", "expected" },
    { "<S>a<S>b</S></S>", "expected text or nothing, came <S>" },
    { "<Nil>a</Nil>", "expected an element, came text" },
    { "<Nil><S/></Nil>", "expected text or nothing, came <S>" },
    { "<Obj>text</Obj>", "expected an element, came text" },
    { "<Obj><MS>text</MS></Obj>", "expected an element, came text" },
    { "<LST><S>a</S></LST>", "expected a value, came <LST>" },
    { "<TN><T>x</T></TN>", "expected a value, came <TN>" },
    { OBJS OBJS "</Objs></Objs>", "expected a value, came <Objs>" },
    { "<Obj><LST /><DCT /></Obj>", "expected one container" },
    { "<Obj><ToString>a</ToString><ToString>b</ToString></Obj>", "expected one ToString" },
    { "<Obj><S>a</S><S>b</S></Obj>", "expected one value without a name" },
    { "<Obj><Obj /><Obj /></Obj>", "expected one value without a name" },
    { "<Obj><DCT><En><S N=\"Key\">a</S></En></DCT></Obj>", "expected a key and a value" },
    { "<Obj><DCT><En /></DCT></Obj>", "expected a key and a value" },
    { "<Obj><DCT><En><S N=\"Key\">a</S><S N=\"Key\">b</S></En></DCT></Obj>", "expected one key" },
    { "<Obj><DCT><En><S/><S/><S/></En></DCT></Obj>", "expected one key" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_refuses (fixture, fixture->reader, samples[i].xml, strlen (samples[i].xml),
                    samples[i].why);
}

static void
test_references (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *xml;
    const char *why;
  } samples[] = {
    { "<Ref RefId=\"0\"/>", "expected a reference to an object that came before, came one to 0" },
    { "<Obj RefId=\"0\"><MS><Ref N=\"x\" RefId=\"1\"/></MS></Obj>", "came one to 1" },
    { "<Obj RefId=\"0\"><MS><Ref N=\"x\" RefId=\"1\"/><Obj RefId=\"1\"/></MS></Obj>",
      "came one to 1" },
    { "<Obj><TNRef RefId=\"0\"/></Obj>", "expected a reference to types that came before" },
    { "<Obj RefId=\"0\"><TNRef RefId=\"0\"/></Obj>", "expected a reference to types" },
    { "<Ref/>", "with a RefId" },
    { "<Obj><TNRef/></Obj>", "with a RefId" },
    { "<Obj RefId=\"0\"><LST><Obj RefId=\"0\"/></LST></Obj>", "came 0 again" },
    { "<Obj><TN RefId=\"3\"/><LST><Obj><TN RefId=\"3\"/></Obj></LST></Obj>", "came 3 again" },
    { "<Obj RefId=\"\"/>", "digits" },
    { "<Obj RefId=\"-1\"/>", "‘-1’" },
    { "<Obj RefId=\"0x1\"/>", "‘0x1’" },
    { "<Obj RefId=\"99999999999999999999\"/>", "digits" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_refuses (fixture, fixture->reader, samples[i].xml, strlen (samples[i].xml),
                    samples[i].why);
}

static void
test_documents (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *xml;
    const char *why;
  } samples[] = {
    { "", "expected <Objs>, came nothing" },
    { " ", "expected <Objs>, came nothing" },
    { "<html/>", "expected <Objs>, came <html>" },
    { "<S>a</S>", "expected <Objs>, came <S>" },
    { "<!DOCTYPE Objs><Objs/>", "document type declaration" },
    { "<!DOCTYPE Objs [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
      "\"&a;&a;&a;\">]><Objs><S>&b;</S></Objs>",
      "document type declaration" },
    { "<!DOCTYPE Objs SYSTEM \"file:///etc/passwd\"><Objs/>", "document type declaration" },
    { OBJS "<S>a</S>", "expected the end of 1 open elements, came the end of the document" },
    { OBJS "</Objs><Objs/>", "expected well-formed XML, came ‘<Objs/" },
    { OBJS "</Objs>text", "Extra content" },
    { OBJS "<html/></Objs>", "expected a value, came <html>" },
    { OBJS "text</Objs>", "expected an element, came text" },
    { OBJS "<Ref RefId=\"1\"/></Objs>", "came one to 1" },
  };
  static const char cut_unit[] = "\xFF\xFE<\0O\0b\0j\0s\0/\0>\0 ";
  static const char bare_utf16[] = "<\0O\0b\0j\0s\0/\0>\0";

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_refuses (fixture, fixture->documents, samples[i].xml, strlen (samples[i].xml),
                    samples[i].why);
  assert_refuses (fixture, fixture->documents, cut_unit, sizeof cut_unit - 1, "expected");
  assert_refuses (fixture, fixture->documents, bare_utf16, sizeof bare_utf16 - 1, "expected");
}

static char *
repeat (const char *before, const char *unit, guint times, const char *after)
{
  GString *xml = g_string_new (before);

  for (guint i = 0; i < times; i++)
    g_string_append (xml, unit);
  g_string_append (xml, after);
  return g_string_free (xml, FALSE);
}

static void
assert_refuses_repeated (Fixture *fixture, const char *before, const char *unit, guint times,
                         const char *after, const char *why)
{
  g_autofree char *xml = repeat (before, unit, times, after);

  assert_refuses (fixture, fixture->reader, xml, strlen (xml), why);
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  /* depth: objects, and elements that are none */
  assert_refuses_repeated (fixture, "", "<Obj><MS>", 9, "", "expected objects at most 8 deep");
  assert_refuses_repeated (fixture, "", "<Obj>", 9, "", "expected objects at most 8 deep");
  assert_refuses_repeated (fixture, "<Obj>", "<X>", 100, "", "expected elements at most");
  assert_refuses_repeated (fixture, "", "<Obj><DCT><En>", 10000, "",
                           "expected objects at most 8 deep");
  /* number of values, of any sort */
  assert_refuses_repeated (fixture, "<Obj><LST>", "<Nil/>", 100, "</LST></Obj>",
                           "at most 100 values");
  assert_refuses_repeated (fixture, "<Obj><DCT>", "<En><Nil/><Nil/></En>", 40, "</DCT></Obj>",
                           "at most 100 values");
  assert_refuses_repeated (fixture, "<Obj><TN>", "<T/>", 100, "</TN></Obj>", "at most 100 values");
  assert_refuses_repeated (fixture, "", "<S/>", 101, "", "at most 100 values");
  /* bytes: of a text, of what is skipped, of comments, of white space, of a tag */
  assert_refuses_repeated (fixture, "<S>", "0123456789", 20000, "</S>", "at most 100000 bytes");
  assert_refuses_repeated (fixture, "<S>", "&#xFFFF;", 30000, "</S>", "at most 100000 bytes");
  assert_refuses_repeated (fixture, "<Obj>", "<X>0123456789</X>", 20000, "</Obj>",
                           "at most 100000 bytes");
  assert_refuses_repeated (fixture, "", "<!-- 0123456789 -->", 20000, "<S/>",
                           "at most 100000 bytes");
  assert_refuses_repeated (fixture, "", "          ", 20000, "<S/>", "at most 100000 bytes");
  assert_refuses_repeated (fixture, "<S N=\"", "0123456789", 8000, "\"/>", "tags of at most");
  assert_refuses_repeated (fixture, "<S", " a", 40000, "/>", "tags of at most");
  assert_refuses_repeated (fixture, "<!--", "0123456789", 8000, "-->", "tags of at most");
  assert_refuses_repeated (fixture, "<S>&", "a", 80000, ";</S>", "expected");
  assert_refuses_repeated (fixture, "<", "a", 80000, "/>", "expected");
}

/* Names that no value has use up the parser's dictionary, which never forgets. */
static void
test_many_names (Fixture *fixture, gconstpointer data)
{
  const OstClixmlLimits limits = { .max_object_bytes = 10000000 };
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new (&limits, clixml_dump_value_cb, fixture->out);
  g_autoptr (GString) xml = g_string_new ("<Obj>");

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (xml, "<x%u/>", i);
  g_string_append (xml, "</Obj>");
  assert_refuses (fixture, reader, xml->str, xml->len, "other names");
}

/* Names and ids that were chosen to fall into one slot of a table. */
static void
test_collisions (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new (NULL, clixml_dump_value_cb, fixture->out);
  g_autoptr (GString) xml = g_string_new ("<Obj><MS>");
  g_autoptr (GString) ids = g_string_new ("<Obj><MS>");
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append_printf (xml, "<S N=\"name%u\"/>", i);
  g_string_append (xml, "</MS></Obj>");
  dump = clixml_dump_message (reader, xml->str, xml->len, 0, fixture->out, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (dump, "; name99999: string ‘’}\n"));

  /* Multiples of 2^50 differ in no bit that the table looks at. */
  for (guint64 i = 0; i < 200; i++)
    g_string_append_printf (ids, "<Obj RefId=\"%" G_GUINT64_FORMAT "\"/>", i << 50);
  g_string_append (ids, "</MS></Obj>");
  assert_refuses (fixture, reader, ids->str, ids->len, "made to collide");
}

/* What would be slow if each part of an object were looked for from its start. */
static void
test_many_parts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new (NULL, clixml_dump_value_cb, fixture->out);
  g_autoptr (GString) xml = g_string_new ("<Obj><MS>");
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = NULL;
  gint64 start_us = g_get_monotonic_time ();

  for (guint i = 0; i < 100000; i++)
    g_string_append (xml, "<Nil N=\"a\"/>");
  g_string_append (xml, "</MS>");
  for (guint i = 0; i < 100000; i++)
    g_string_append (xml, "<MS/><Props/>");
  for (guint i = 0; i < 100000; i++)
    g_string_append (xml, "<S N=\"b\"/>");
  g_string_append (xml, "<ToString>end</ToString></Obj>");
  dump = clixml_dump_message (reader, xml->str, xml->len, 65536, fixture->out, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (dump, "object ‘end’ {a: nil null; a: nil null; "));
  g_assert_true (g_str_has_suffix (dump, "; b: string ‘’; b: string ‘’}\n"));
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
}

/* A text as large as the limit passes, and memory is given back after it. */
static void
test_largest_text (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new (NULL, clixml_dump_value_cb, fixture->out);
  g_autofree char *text = g_strnfill (16 * 1024 * 1024, 'x');
  g_autofree char *xml = g_strconcat ("<Obj><MS><S N=\"large\">", text, "</S></MS></Obj>", NULL);
  g_autofree char *larger = g_strconcat ("<S>", text, text, "</S>", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *dump
    = clixml_dump_message (reader, xml, strlen (xml), 65536, fixture->out, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (dump), >, strlen (text));
  g_assert_false (ost_clixml_reader_feed (reader, larger, strlen (larger), &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
}

static gboolean
refuse_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INCOMPLETE, "enough");
  return FALSE;
}

/* Types are kept until the end of a document, since any later value may refer to them. */
static void
test_types_of_a_document (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) xml = g_string_new (OBJS);

  for (guint i = 0; i < 2000; i++)
    g_string_append_printf (xml, "<Obj><TN RefId=\"%u\"><T>%0100u</T></TN></Obj>", i, i);
  g_string_append (xml, "</Objs>");
  assert_refuses (fixture, fixture->documents, xml->str, xml->len,
                  "expected at most 100000 bytes of type names");
}

/* Twice the same message with many ids: what the first left behind is gone. */
static void
test_many_ids (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new (NULL, clixml_dump_value_cb, fixture->out);
  g_autoptr (GString) xml = g_string_new ("<Obj><LST>");

  for (guint i = 0; i < 40000; i++)
    g_string_append_printf (xml, "<Obj RefId=\"%u\"/><Ref RefId=\"%u\"/>", i, i / 2);
  g_string_append (xml, "</LST></Obj>");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *dump
        = clixml_dump_message (reader, xml->str, xml->len, 65536, fixture->out, &error);

      g_assert_no_error (error);
      g_assert_nonnull (dump);
    }
}

static void
test_callback_refuses (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, refuse_cb, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (ost_clixml_reader_feed (reader, "<S>a</S><S>b</S>", 16, &error));
  g_assert_false (ost_clixml_reader_end_message (reader, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpstr (error->message, ==, "enough");
  g_assert_false (ost_clixml_reader_feed (reader, "<S>a</S>", 8, NULL));
  ost_clixml_reader_reset (reader);
  g_assert_true (ost_clixml_reader_feed (reader, "", 0, NULL));
  g_assert_true (ost_clixml_reader_end_message (reader, NULL));
}

/* An error says where in its own message, however many came before and whatever was rewritten. */
static void
test_offsets (Fixture *fixture, gconstpointer data)
{
  g_autofree char *padding = g_strnfill (50000, ' ');
  g_autofree char *xml = g_strconcat (padding, "<S>a</S><html>", NULL);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *dump
        = clixml_dump_message (fixture->reader, "<S>before</S>\r\n", 15, 0, fixture->out, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (dump);
      g_clear_pointer (&dump, g_free);
      dump = clixml_dump_message (fixture->reader, xml, strlen (xml), 1000, fixture->out, &error);
      g_assert_null (dump);
      g_assert_true (g_str_has_prefix (error->message, "cannot read CLIXML at byte 50013: "));
      ost_clixml_reader_reset (fixture->reader);
    }
}

#define ADD(path, func) g_test_add ("/clixml/hostile/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("malformed", test_malformed);
  ADD ("references", test_references);
  ADD ("documents", test_documents);
  ADD ("limits", test_limits);
  ADD ("many-names", test_many_names);
  ADD ("collisions", test_collisions);
  ADD ("many-parts", test_many_parts);
  ADD ("largest-text", test_largest_text);
  ADD ("types-of-a-document", test_types_of_a_document);
  ADD ("many-ids", test_many_ids);
  ADD ("callback-refuses", test_callback_refuses);
  ADD ("offsets", test_offsets);
  return g_test_run ();
}
