/* test-clixml-reader.c: what the CLIXML reader makes of every form that servers send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-dump.h"

#include <ostiary/ost-error.h>

#define OBJS "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">"

static char *
read_message (const char *xml)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, clixml_dump_value_cb, out);
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = NULL;

  dump = clixml_dump_message (reader, xml, strlen (xml), 0, out, &error);
  g_assert_no_error (error);
  return g_steal_pointer (&dump);
}

static void
assert_reads (const char *xml, const char *expected)
{
  g_autofree char *dump = read_message (xml);
  g_autofree char *line = g_strdup_printf ("%s\n", expected);

  g_assert_cmpstr (dump, ==, line);
}

/* wire-level samples of every primitive, as the real engine writes them */
static void
test_primitives (void)
{
  static const struct {
    const char *xml;
    const char *expected;
  } samples[] = {
    { "<S N=\"DeviceId\">ABC123</S>", "DeviceId: string ‘ABC123’" },
    { "<C N=\"Ch\">122</C>", "Ch: char ‘122’" },
    { "<B>true</B>", "boolean ‘true’" },
    { "<DT>2018-06-13T23:46:28.00516+00:00</DT>", "date-time ‘2018-06-13T23:46:28.00516+00:00’" },
    { "<TS>-PT0.5S</TS>", "time-span ‘-PT0.5S’" },
    { "<By>255</By>", "byte ‘255’" },
    { "<SB>-1</SB>", "signed-byte ‘-1’" },
    { "<U16>1</U16>", "u16 ‘1’" },
    { "<I16>1</I16>", "i16 ‘1’" },
    { "<U32>1</U32>", "u32 ‘1’" },
    { "<I32>5</I32>", "i32 ‘5’" },
    { "<U64>1</U64>", "u64 ‘1’" },
    { "<I64>9</I64>", "i64 ‘9’" },
    { "<Sg>0.1</Sg>", "single ‘0.1’" },
    { "<Db>NaN</Db>", "double ‘NaN’" },
    { "<D N=\"Dec\">2.5</D>", "Dec: decimal ‘2.5’" },
    { "<BA N=\"Bytes\">AQID</BA>", "Bytes: bytes ‘AQID’" },
    { "<G>00000000-0000-0000-0000-000000000000</G>",
      "guid ‘00000000-0000-0000-0000-000000000000’" },
    { "<URI>http://a/b</URI>", "uri ‘http://a/b’" },
    { "<Version N=\"Ver\">1.2.3</Version>", "Ver: version ‘1.2.3’" },
    { "<XD>&lt;a /&gt;</XD>", "xml ‘<a />’" },
    { "<SBK>Get-Date</SBK>", "script-block ‘Get-Date’" },
    { "<SS>AAAA</SS>", "secure-string ‘AAAA’" },
    { "<Nil N=\"x\" />", "x: nil null" },
    { "<Nil/>", "nil null" },
    { "<S></S>", "string ‘’" },
    { "<S />", "string ‘’" },
    { "<S> \n </S>", "string ‘ \n ’" },
    { "\xEF\xBB\xBF<S>hi</S>", "string ‘hi’" },
    { "<S xml:space=\"preserve\" xmlns=\"urn:x\">hi</S>", "string ‘hi’" },
    { "<p:S xmlns:p=\"urn:x\">hi</p:S>", "string ‘hi’" },
    { "<S>a<!-- left out -->b</S>", "string ‘ab’" },
    { "<S>&lt;&amp;&gt;&quot;&apos;&#65;&#x1F600;</S>", "string ‘<&>\"'A😀’" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_reads (samples[i].xml, samples[i].expected);
}

/* `_xHHHH_`: one pass, both cases of x and of the digits, four digits or eight, surrogates; as
 * XmlConvert.DecodeName of .NET 10 has it, but for half a pair and NUL. */
static void
test_escapes (void)
{
  static const struct {
    const char *xml;
    const char *expected;
  } samples[] = {
    { "<S>x_x005F_x0041_y_xD83D__xDE00__x0009_tab</S>", "string ‘x_x0041_y😀\ttab’" },
    { "<S>a_x000D__x000A_b</S>", "string ‘a\r\nb’" },
    { "<S>_X0041_</S>", "string ‘A’" },
    { "<S>_x00e9_</S>", "string ‘é’" },
    { "<S>_x0001F600_</S>", "string ‘😀’" },
    { "<S>_x00110000_</S>", "string ‘_x00110000_’" },
    { "<S>_x0041</S>", "string ‘_x0041’" },
    { "<S>_x004_</S>", "string ‘_x004_’" },
    { "<S>_x00G1_</S>", "string ‘_x00G1_’" },
    { "<S>__x0041__</S>", "string ‘_A_’" },
    { "<S>_x0041_x0042_</S>", "string ‘Ax0042_’" },
    { "<S>_x005F_x005F_x0041_</S>", "string ‘_x005FA’" },
    { "<S>_xD83D_</S>", "string ‘\xEF\xBF\xBD’" },
    { "<S>_xDE00_</S>", "string ‘\xEF\xBF\xBD’" },
    { "<S>_xD83D_x_xDE00_</S>", "string ‘\xEF\xBF\xBDx\xEF\xBF\xBD’" },
    { "<S>_xD83D__xD83D__xDE00_</S>", "string ‘\xEF\xBF\xBD😀’" },
    { "<S>_xD900__xDC00_</S>", "string ‘\xF1\x90\x80\x80’" },
    { "<S>a_x0000_b</S>", "string ‘a\xEF\xBF\xBD"
                          "b’" },
    { "<S>_xFFFF_</S>", "string ‘\xEF\xBF\xBF’" },
    { "<S N=\"a_x0020_b\">x</S>", "a b: string ‘x’" },
    { "<S N=\"_x005F_x0041_\">x</S>", "_x0041_: string ‘x’" },
    { "<S N=\"&amp;&lt;&quot;&amp;#38;_x0026_#38;&#x26;\">x</S>", "&<\"&#38;&#38;&: string ‘x’" },
    { "<Obj><TN><T>A_x0020_B</T></TN><ToString>a_x0009_</ToString></Obj>", "object ‘a\t’ <A B>" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_reads (samples[i].xml, samples[i].expected);
}

/* Character references that XML 1.0 forbids; the real engine writes U+FFFF as one. */
static void
test_forbidden_references (void)
{
  static const struct {
    const char *xml;
    const char *expected;
  } samples[] = {
    { "<S>a&#xFFFF;b</S>", "string ‘a\xEF\xBF\xBF"
                           "b’" },
    { "<S>&#xFFFE;&#65535;</S>", "string ‘\xEF\xBF\xBE\xEF\xBF\xBF’" },
    { "<S>_x0041&#xFFFF;</S>", "string ‘_x0041\xEF\xBF\xBF’" },
    { "<S>&#x1;_&#xD;&#13;</S>", "string ‘\x01_\r\r’" },
    { "<S>&#0;</S>", "string ‘\xEF\xBF\xBD’" },
    { "<S>&#xD83D;&#xDE00;</S>", "string ‘😀’" },
    { "<S>&#xD83D;</S>", "string ‘\xEF\xBF\xBD’" },
    { "<S>&#x0000000FFFF;</S>", "string ‘\xEF\xBF\xBF’" },
    { "<S>&#xffff;</S>", "string ‘\xEF\xBF\xBF’" },
    { "<S N=\"a&#xFFFF;\">x</S>", "a\xEF\xBF\xBF: string ‘x’" },
    { "<S>&amp;#xFFFF;</S>", "string ‘&#xFFFF;’" },
    { "<S>&#9;&#xA;</S>", "string ‘\t\n’" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    assert_reads (samples[i].xml, samples[i].expected);
}

static void
test_objects (void)
{
  assert_reads (
    "<Obj N=\"St\" RefId=\"3\"><TN RefId=\"3\"><T>System.DayOfWeek</T><T>System.Enum</T></TN>"
    "<ToString>Friday</ToString><I32>5</I32></Obj>",
    "St: object ‘Friday’ <System.DayOfWeek,System.Enum> = i32 ‘5’");
  assert_reads (
    "<Obj RefId=\"0\"><MS><Obj N=\"A\" RefId=\"1\"><TN "
    "RefId=\"0\"><T>X</T></TN><LST><S>a</S><I32>1</I32></LST></Obj>"
    "<Obj N=\"B\" RefId=\"2\"><TNRef RefId=\"0\" /><LST /></Obj></MS></Obj>",
    "object null {A: object null <X> list[string ‘a’, i32 ‘1’, ]; B: object null <X> list[]}");
  assert_reads (
    "<Obj><DCT><En><S N=\"Key\">a</S><I32 N=\"Value\">1</I32></En>"
    "<En><Nil N=\"Value\"/><I64 N=\"Key\">2</I64></En></DCT></Obj>",
    "object null dictionary[Key: string ‘a’ => Value: i32 ‘1’, Key: i64 ‘2’ => Value: nil null, ]");
  assert_reads ("<Obj><IE><S>a</S></IE></Obj>", "object null enumerable[string ‘a’, ]");
  assert_reads ("<Obj><STK><S>a</S></STK></Obj>", "object null stack[string ‘a’, ]");
  assert_reads ("<Obj><QUE><S>a</S></QUE></Obj>", "object null queue[string ‘a’, ]");
  assert_reads ("<Obj N=\"Used\" RefId=\"4\"><S></S></Obj>", "Used: object ‘’ = string ‘’");
  /* any order, and Props in two parts */
  assert_reads ("<Obj><Props><S N=\"b\">1</S></Props><I32>7</I32><MS><S "
                "N=\"a\">2</S></MS><ToString>t</ToString>"
                "<Props><S N=\"c\">3</S></Props><TN><T>X</T></TN></Obj>",
                "object ‘t’ <X> = i32 ‘7’ {a: string ‘2’; b: string ‘1’; c: string ‘3’}");
  assert_reads ("<Obj><TN><X>x</X><T>A</T></TN><DCT><X>x</X><En><S>k</S><S>v</S></En></DCT></Obj>",
                "object null <A> dictionary[string ‘k’ => string ‘v’, ]");
  /* what a newer engine may add is skipped where it says nothing, kept where it is a value */
  assert_reads ("<Obj><New a=\"b\">x<Y/></New><MS><New N=\"p\">x<Y>z</Y>w</New><TN "
                "N=\"q\"><T>x</T></TN></MS><LST><LST/></LST></Obj>",
                "object null list[unknown ‘’, ] {p: unknown ‘xw’; q: unknown ‘’}");
}

/* The shape that a JEA endpoint really sends: an object that wraps another without a name. */
static void
test_inner_object (void)
{
  assert_reads (
    "<Obj RefId=\"0\"><TN RefId=\"0\"><T>Outer</T></TN><ToString>text</ToString>"
    "<Obj RefId=\"1\"><TN RefId=\"1\"><T>Inner</T></TN><ToString>inner</ToString>"
    "<Props><S N=\"A\">adapted</S><S N=\"B\">b</S></Props><MS><S N=\"M\">m</S></MS></Obj>"
    "<MS><S N=\"A\">extended</S></MS></Obj>",
    "object ‘text’ <Outer> {A: string ‘extended’; M: string ‘m’; A: string ‘adapted’; B: string "
    "‘b’}");
  assert_reads ("<Obj><Obj><ToString>x</ToString><TN><T>I</T></TN><LST><S>a</S></LST></Obj></Obj>",
                "object ‘x’ <I> list[string ‘a’, ]");
}

static gboolean
check_members_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "a"), ==, "extended");
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "A"), ==, "extended");
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "deviceid"), ==, "1");
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "DEVICEID"), ==, "1");
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "I"), ==, "inner");
  g_assert_cmpstr (ost_clixml_value_get_member_text (value, "É"), ==, "not folded");
  g_assert_null (ost_clixml_value_get_member (value, "é"));
  g_assert_null (ost_clixml_value_get_member (value, "DeviceI"));
  g_assert_null (ost_clixml_value_get_member (value, ""));
  g_assert_null (ost_clixml_value_get_member (NULL, "x"));
  g_assert_cmpint (ost_clixml_value_get_kind (ost_clixml_value_get_member (value, "n")), ==,
                   OST_CLIXML_NIL);
  g_assert_null (ost_clixml_value_get_member_text (value, "n"));
  g_assert_true (ost_clixml_value_is_a (value, "Microsoft.Exchange.X"));
  g_assert_true (ost_clixml_value_is_a (value, "system.object"));
  g_assert_true (ost_clixml_value_is_a (value, "Deserialized.Twice"));
  g_assert_false (ost_clixml_value_is_a (value, "Twice"));
  g_assert_cmpstr (ost_clixml_value_get_type_name (value, 0), ==,
                   "Deserialized.Microsoft.Exchange.X");
  g_assert_null (ost_clixml_value_get_type_name (value, 3));
  *(guint *)user_data += 1;
  return TRUE;
}

static const char *const selected[] = { "deviceid", "A", "i", "missing", "É", "n", "a", NULL };

static gboolean
check_selection_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  const OstClixmlValue *found[G_N_ELEMENTS (selected) - 1];

  ost_clixml_selection_read (user_data, value, found);
  for (gsize i = 0; i < G_N_ELEMENTS (found); i++)
    g_assert_true (found[i] == ost_clixml_value_get_member (value, selected[i]));
  g_assert_cmpstr (ost_clixml_value_get_text (found[1], NULL), ==, "extended");
  g_assert_true (found[1] == found[6]);
  g_assert_null (found[3]);
  ost_clixml_selection_read (user_data, NULL, found);
  g_assert_null (found[0]);
  return TRUE;
}

static void
test_members (void)
{
  static const char xml[]
    = "<Obj><TN><T>Deserialized.Microsoft.Exchange.X</T><T>Deserialized.Deserialized.Twice</T>"
      "<T>System.Object</T></TN><Props><S N=\"A\">adapted</S><S N=\"DeviceId\">1</S><Nil N=\"N\"/>"
      "<S N=\"É\">not folded</S></Props><MS><S N=\"a\">extended</S></MS>"
      "<Obj><MS><S N=\"i\">inner</S><S N=\"a\">hidden</S></MS></Obj></Obj>";
  guint calls = 0;
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, check_members_cb, &calls);
  g_autoptr (OstClixmlSelection) selection = ost_clixml_selection_new (selected);
  g_autoptr (OstClixmlReader) asking = ost_clixml_reader_new (NULL, check_selection_cb, selection);
  g_autoptr (GError) error = NULL;

  g_assert_true (ost_clixml_reader_feed (reader, xml, strlen (xml), &error));
  g_assert_true (ost_clixml_reader_end_message (reader, &error));
  g_assert_cmpuint (calls, ==, 1);
  g_assert_true (ost_clixml_reader_feed (asking, xml, strlen (xml), &error));
  g_assert_true (ost_clixml_reader_end_message (asking, &error));
}

/* Objects that refer to themselves and to what encloses them must neither hang nor recurse. */
static void
test_references (void)
{
  assert_reads (
    "<Obj RefId=\"0\"><ToString>t</ToString><MS><Obj N=\"c\" RefId=\"1\"><MS><Ref N=\"up\" "
    "RefId=\"0\" /></MS></Obj>"
    "<Ref N=\"self\" RefId=\"0\" /><Ref N=\"sister\" RefId=\"1\"/></MS></Obj>",
    "object ‘t’ {c: object null {up: -> object ‘t’}; self: -> object ‘t’; sister: -> object null}");
  assert_reads ("<Obj RefId=\"0\"><Ref RefId=\"0\"/></Obj>", "object null");
  assert_reads ("<Obj RefId=\"0\"><Obj RefId=\"1\"><Ref RefId=\"0\"/></Obj></Obj>", "object null");
  assert_reads ("<Obj RefId=\"0\"><LST><Ref RefId=\"0\"/><S>a</S></LST></Obj>",
                "object null list[-> object null, string ‘a’, ]");
  assert_reads ("<Obj><MS><Obj RefId=\"18446744073\"><TN RefId=\"99\"><T>X</T></TN></Obj><Ref "
                "N=\"r\" RefId=\"18446744073\"/>"
                "<Obj N=\"t\"><TNRef RefId=\"99\"/></Obj></MS></Obj>",
                "object null {object null <X>; r: -> object null; t: object null <X>}");
}

static void
test_several_messages (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, clixml_dump_value_cb, out);
  g_autoptr (GError) error = NULL;
  static const struct {
    const char *xml;
    const char *expected;
  } messages[] = {
    { "<Obj RefId=\"0\"><TN RefId=\"0\"><T>A</T></TN></Obj>", "object null <A>\n" },
    { "<Obj RefId=\"0\"><TN RefId=\"0\"><T>B</T></TN></Obj>", "object null <B>\n" },
    { "", "" },
    { " \r\n", "" },
    { "\xEF\xBB\xBF", "" },
    { "<S>a</S><S>b</S>", "string ‘a’\nstring ‘b’\n" },
    { "\xEF\xBB\xBF <S>c</S>\r\n ", "string ‘c’\n" },
    { OBJS "<S>d</S></Objs>", "string ‘d’\n" },
    { "<S>e</S>", "string ‘e’\n" },
  };

  for (guint round = 0; round < 3; round++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
        {
          g_autofree char *dump = clixml_dump_message (
            reader, messages[i].xml, strlen (messages[i].xml), round, out, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (dump, ==, messages[i].expected);
        }
    }
}

/* The parser behind the reader is replaced now and then, which nobody must notice. */
static void
test_many_messages (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, clixml_dump_value_cb, out);
  g_autofree char *padding = g_strnfill (1000000, ' ');

  for (guint i = 0; i < 70; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *xml = g_strdup_printf (
        "<Obj RefId=\"0\"><New%u/><ToString>%u</ToString>%s</Obj>\n", i, i, padding);
      g_autofree char *expected = g_strdup_printf ("object ‘%u’\n", i);
      g_autofree char *dump = clixml_dump_message (reader, xml, strlen (xml), 65536, out, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (dump, ==, expected);
    }
  for (guint i = 0; i < 20000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *xml = g_strdup_printf ("<Obj><New%u/></Obj>", i);
      g_autofree char *dump G_GNUC_UNUSED
        = clixml_dump_message (reader, xml, strlen (xml), 0, out, &error);

      g_assert_no_error (error);
    }
}

/* Holds every form whose bytes could be cut in two. */
static const char cut_sample[]
  = "\xEF\xBB\xBF" OBJS "\r\n  <Obj RefId=\"0\">\r\n<TN RefId=\"0\"><T>Müller</T></TN>"
    "<ToString>ÄÖ&#xFFFF;€</ToString><Props><S N=\"größe\">😀 _x005F_x0041_ _xD83D__xDE00_ "
    "&amp;&#10;&#x41;&#xD;x&#xFFFE;</S>"
    "<S N=\"a&#xFFFF;&amp;b\">]]&gt; &lt;</S><!-- a > comment --><DT "
    "N=\"t\">2024-01-02T03:04:05Z</DT>"
    "<Nil N=\"n\" /></Props></Obj>\r\n<Obj RefId=\"1\"><TNRef RefId=\"0\" "
    "/><LST><S>x</S>\r\n</LST></Obj></Objs>\r\n";

static void
test_every_cut (void)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, clixml_dump_value_cb, out);
  g_autoptr (OstClixmlReader) documents
    = ost_clixml_reader_new_document (NULL, clixml_dump_value_cb, out);
  g_autofree char *whole = read_message (cut_sample);

  g_assert_nonnull (strstr (whole, "größe: string ‘😀 _x0041_ 😀 &\nA\rx\xEF\xBF\xBE’"));
  for (gsize piece = 1; piece <= 600; piece++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *cut
        = clixml_dump_message (reader, cut_sample, sizeof cut_sample - 1, piece, out, &error);
      g_autofree char *cut_document = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (cut, ==, whole);
      cut_document
        = clixml_dump_message (documents, cut_sample, sizeof cut_sample - 1, piece, out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (cut_document, ==, whole);
    }
}

/* Large pieces reach the parser at once, so that cuts fall where the reader's own stage ends too. */
static void
test_every_cut_of_large_pieces (void)
{
  g_autoptr (GString) xml = g_string_new ("<Obj><LST>");
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, clixml_dump_value_cb, out);
  g_autofree char *whole = NULL;

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (xml, "<S N=\"n%u\">€&#xFFFF;_x00E4_ü&amp;😀%u</S>", i, i);
  for (guint i = 0; i < 9000; i++)
    g_string_append (xml, i == 0 ? "<S>" : i == 8999 ? "</S>" : "€");
  g_string_append (xml, "</LST></Obj>");
  whole = read_message (xml->str);
  for (gsize piece = 250; piece <= 9000; piece += 13)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *cut = clixml_dump_message (reader, xml->str, xml->len, piece, out, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (cut, ==, whole);
    }
}

static void
test_document_utf16 (void)
{
  static const char *const charsets[] = { "UTF-16LE", "UTF-16BE" };
  static const char *const marks[] = { "\xFF\xFE", "\xFE\xFF" };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new_document (NULL, clixml_dump_value_cb, out);
  g_autofree char *whole = read_message (cut_sample);

  for (gsize i = 0; i < G_N_ELEMENTS (charsets); i++)
    {
      gsize length = 0;
      g_autofree char *wide
        = g_convert (cut_sample + 3, -1, charsets[i], "UTF-8", NULL, &length, NULL);
      g_autofree char *bytes = g_malloc (length + 2);

      memcpy (bytes, marks[i], 2);
      memcpy (bytes + 2, wide, length);
      for (gsize piece = 0; piece < 300; piece++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *dump
            = clixml_dump_message (reader, bytes, length + 2, piece, out, &error);

          g_assert_no_error (error);
          g_assert_cmpstr (dump, ==, whole);
        }
    }
}

/* Half a surrogate pair, which .NET's strings may hold, written raw. */
static void
test_document_utf16_halves (void)
{
  static const char body[] = "<\0O\0b\0j\0s\0>\0<\0S\0>\0"
                             "\x3D\xD8" /* high, alone */
                             "a\0"
                             "\x00\xDE"                 /* low, alone */
                             "\x3D\xD8\x3D\xD8\x00\xDE" /* high, then a pair */
                             "<\0/\0S\0>\0<\0/\0O\0b\0j\0s\0>\0";
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new_document (NULL, clixml_dump_value_cb, out);

  for (gsize piece = 0; piece < sizeof body; piece++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GString) bytes = g_string_new_len ("\xFF\xFE", 2);
      g_autofree char *dump = NULL;

      g_string_append_len (bytes, body, sizeof body - 1);
      dump = clixml_dump_message (reader, bytes->str, bytes->len, piece, out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (dump, ==,
                       "string ‘\xEF\xBF\xBD"
                       "a\xEF\xBF\xBD\xEF\xBF\xBD😀’\n");
    }
}

/* Writers other than PowerShell declare an encoding; what counts is the one that the bytes are in. */
static void
test_document_declaration (void)
{
  static const char *const declarations[]
    = { "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>" };
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new_document (NULL, clixml_dump_value_cb, out);

  for (gsize i = 0; i < G_N_ELEMENTS (declarations); i++)
    {
      g_autofree char *xml
        = g_strconcat ("\xEF\xBB\xBF", declarations[i], OBJS, "<S>ä&#xFFFF;</S></Objs>", NULL);
      gsize wide_length = 0;
      g_autofree char *wide = g_convert (xml, -1, "UTF-16LE", "UTF-8", NULL, &wide_length, NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *narrow_dump
        = clixml_dump_message (reader, xml, strlen (xml), i, out, &error);
      g_autofree char *wide_dump = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (narrow_dump, ==, "string ‘ä\xEF\xBF\xBF’\n");
      wide_dump = clixml_dump_message (reader, wide, wide_length, i, out, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (wide_dump, ==, narrow_dump);
    }
}

static gboolean
count_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  *(guint *)user_data += 1;
  return TRUE;
}

/* Each value of a document is there as soon as its last byte is. */
static void
test_document_streams (void)
{
  g_autoptr (GString) xml = g_string_new (OBJS);
  g_autoptr (GError) error = NULL;
  guint count = 0;
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new_document (NULL, count_cb, &count);
  g_autofree char *padding = g_strnfill (300, 'x');

  g_assert_true (ost_clixml_reader_feed (reader, xml->str, xml->len, &error));
  for (guint i = 1; i <= 100; i++)
    {
      g_autofree char *object = g_strdup_printf ("<S>%s</S>", padding);

      g_assert_true (ost_clixml_reader_feed (reader, object, strlen (object), &error));
      g_assert_cmpuint (count, ==, i);
    }
  g_assert_true (ost_clixml_reader_feed (reader, "</Objs>", 7, &error));
  g_assert_true (ost_clixml_reader_end_message (reader, &error));
}

/* Refers to earlier values as Export-Clixml does, then to one that is long gone. */
static void
test_document_keeps_for_a_while (void)
{
  g_autoptr (GString) xml = g_string_new (OBJS);
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *dump = NULL;
  g_autofree char *padding = g_strnfill (1000, 'x');
  g_autoptr (OstClixmlReader) reader
    = ost_clixml_reader_new_document (NULL, clixml_dump_value_cb, out);

  g_string_append (
    xml,
    "<Obj RefId=\"0\"><TN RefId=\"0\"><T>X</T></TN><ToString>t</ToString></Obj><Ref RefId=\"0\"/>");
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (xml, "<S>%s</S>", padding);
  g_string_append (xml, "<Obj RefId=\"7\"><TNRef RefId=\"0\"/></Obj><Ref RefId=\"0\"/></Objs>");
  dump = clixml_dump_message (reader, xml->str, xml->len, 0, out, &error);
  g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
  g_assert_nonnull (strstr (error->message, "not kept"));
  g_assert_null (dump);
  g_assert_true (g_str_has_prefix (out->str, "object ‘t’ <X>\n-> object ‘t’\n"));
  g_assert_true (g_str_has_suffix (out->str, "object null <X>\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clixml/reader/primitives", test_primitives);
  g_test_add_func ("/clixml/reader/escapes", test_escapes);
  g_test_add_func ("/clixml/reader/forbidden-references", test_forbidden_references);
  g_test_add_func ("/clixml/reader/objects", test_objects);
  g_test_add_func ("/clixml/reader/inner-object", test_inner_object);
  g_test_add_func ("/clixml/reader/members", test_members);
  g_test_add_func ("/clixml/reader/references", test_references);
  g_test_add_func ("/clixml/reader/several-messages", test_several_messages);
  g_test_add_func ("/clixml/reader/many-messages", test_many_messages);
  g_test_add_func ("/clixml/reader/every-cut", test_every_cut);
  g_test_add_func ("/clixml/reader/every-cut-of-large-pieces", test_every_cut_of_large_pieces);
  g_test_add_func ("/clixml/reader/document-utf16", test_document_utf16);
  g_test_add_func ("/clixml/reader/document-utf16-halves", test_document_utf16_halves);
  g_test_add_func ("/clixml/reader/document-declaration", test_document_declaration);
  g_test_add_func ("/clixml/reader/document-streams", test_document_streams);
  g_test_add_func ("/clixml/reader/document-keeps-for-a-while", test_document_keeps_for_a_while);
  return g_test_run ();
}
