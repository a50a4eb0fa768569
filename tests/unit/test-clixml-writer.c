/* test-clixml-writer.c: the CLIXML that clients send, byte by byte, and read back */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-writer.h"

#include "clixml-dump.h"

#include <string.h>

#define ENUM_BASES "<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T>"

static const char *const thread_options[]
  = { "System.Management.Automation.Runspaces.PSThreadOptions", "System.Enum", "System.ValueType",
      "System.Object", NULL };
static const char *const apartment_state[]
  = { "System.Management.Automation.Runspaces.ApartmentState", "System.Enum", "System.ValueType",
      "System.Object", NULL };
static const char *const stream_options[]
  = { "System.Management.Automation.Runspaces.RemoteStreamOptions", "System.Enum",
      "System.ValueType", "System.Object", NULL };
static const char *const result_types[]
  = { "System.Management.Automation.Runspaces.PipelineResultTypes", "System.Enum",
      "System.ValueType", "System.Object", NULL };
static const char *const command_list[]
  = { "System.Collections.Generic.List`1[[System.Management.Automation.PSObject, "
      "System.Management.Automation, Version=1.0.0.0, Culture=neutral, "
      "PublicKeyToken=31bf3856ad364e35]]",
      "System.Object", NULL };

static char *
finish (OstClixmlWriter *writer)
{
  g_autoptr (GBytes) bytes = ost_clixml_writer_finish (writer);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return g_strndup (data, length);
}

static void
assert_writes (OstClixmlWriter *writer, const char *expected)
{
  g_autofree char *written = finish (writer);

  g_assert_cmpstr (written, ==, expected);
}

static void
test_session_capability (void)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_version (writer, "protocolversion", "2.3");
  ost_clixml_writer_add_version (writer, "PSVersion", "2.0");
  ost_clixml_writer_add_version (writer, "SerializationVersion", "1.1.0.1");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
  assert_writes (writer, "<Obj RefId=\"0\"><MS><Version "
                         "N=\"protocolversion\">2.3</Version><Version N=\"PSVersion\">2.0</Version>"
                         "<Version N=\"SerializationVersion\">1.1.0.1</Version></MS></Obj>");
}

static void
add_host_info (OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, "HostInfo", NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "_isHostNull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_isHostUINull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_isHostRawUINull", TRUE);
  ost_clixml_writer_add_boolean (writer, "_useRunspaceHost", TRUE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_init_runspace_pool (OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_int32 (writer, "MinRunspaces", 1);
  ost_clixml_writer_add_int32 (writer, "MaxRunspaces", 1);
  ost_clixml_writer_add_enum (writer, "PSThreadOptions", thread_options, "Default", 0);
  ost_clixml_writer_add_enum (writer, "ApartmentState", apartment_state, "UNKNOWN", 2);
  add_host_info (writer);
  ost_clixml_writer_add_nil (writer, "ApplicationArguments");
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
test_init_runspace_pool (void)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  static const char expected[]
    = "<Obj RefId=\"0\"><MS><I32 N=\"MinRunspaces\">1</I32><I32 N=\"MaxRunspaces\">1</I32>"
      "<Obj N=\"PSThreadOptions\" RefId=\"1\"><TN "
      "RefId=\"0\"><T>System.Management.Automation.Runspaces.PSThreadOptions</T>" ENUM_BASES
      "</TN><ToString>Default</ToString><I32>0</I32></Obj>"
      "<Obj N=\"ApartmentState\" RefId=\"2\"><TN "
      "RefId=\"1\"><T>System.Management.Automation.Runspaces.ApartmentState</T>" ENUM_BASES
      "</TN><ToString>UNKNOWN</ToString><I32>2</I32></Obj>"
      "<Obj N=\"HostInfo\" RefId=\"3\"><MS><B N=\"_isHostNull\">true</B><B "
      "N=\"_isHostUINull\">true</B>"
      "<B N=\"_isHostRawUINull\">true</B><B N=\"_useRunspaceHost\">true</B></MS></Obj>"
      "<Nil N=\"ApplicationArguments\" /></MS></Obj>";

  write_init_runspace_pool (writer);
  assert_writes (writer, expected);
  /* ids count from 0 again */
  write_init_runspace_pool (writer);
  assert_writes (writer, expected);
}

static void
add_merge (OstClixmlWriter *writer, const char *name)
{
  ost_clixml_writer_add_enum (writer, name, result_types, "None", 0);
}

static void
write_command (OstClixmlWriter *writer)
{
  static const char *const merges[]
    = { "MergeError", "MergeWarning", "MergeVerbose", "MergeDebug", "MergeInformation" };

  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_string (writer, "Cmd", "$env:USERPROFILE.ToUpperInvariant()");
  ost_clixml_writer_add_boolean (writer, "IsScript", TRUE);
  ost_clixml_writer_add_string (writer, "UseLocalScope", NULL);
  add_merge (writer, "MergeMyResult");
  add_merge (writer, "MergeToResult");
  add_merge (writer, "MergePreviousResults");
  ost_clixml_writer_begin_object (writer, "Args", command_list);
  ost_clixml_writer_begin_list (writer);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (merges); i++)
    add_merge (writer, merges[i]);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_create_pipeline (OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "NoInput", TRUE);
  ost_clixml_writer_add_enum (writer, "ApartmentState", apartment_state, "UNKNOWN", 2);
  ost_clixml_writer_add_enum (writer, "RemoteStreamOptions", stream_options, "AddInvocationInfo",
                              15);
  ost_clixml_writer_add_boolean (writer, "AddToHistory", FALSE);
  add_host_info (writer);
  ost_clixml_writer_begin_object (writer, "PowerShell", NULL);
  ost_clixml_writer_begin_members (writer);
  ost_clixml_writer_add_boolean (writer, "IsNested", FALSE);
  ost_clixml_writer_add_nil (writer, "ExtraCmds");
  ost_clixml_writer_begin_object (writer, "Cmds", command_list);
  ost_clixml_writer_begin_list (writer);
  write_command (writer);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
  ost_clixml_writer_add_nil (writer, "History");
  ost_clixml_writer_add_boolean (writer, "RedirectShellErrorOutputPipe", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
  ost_clixml_writer_add_boolean (writer, "IsNested", FALSE);
  ost_clixml_writer_end_members (writer);
  ost_clixml_writer_end_object (writer);
}

/* As pypsrp 0.9 sent it to Windows Server 2019 (recording test_psrp_no_profile). */
static void
test_create_pipeline (void)
{
  g_autoptr (OstClixmlWriter) writer
    = ost_clixml_writer_new_with_flags (OST_CLIXML_WRITER_REF_ID_FIRST);

#define MERGE(id, name)                                                                            \
  "<Obj RefId=\"" id "\" N=\"" name                                                                \
  "\"><TNRef RefId=\"3\" /><ToString>None</ToString><I32>0</I32></Obj>"
  write_create_pipeline (writer);
  assert_writes (
    writer,
    "<Obj RefId=\"0\"><MS><B N=\"NoInput\">true</B><Obj RefId=\"1\" N=\"ApartmentState\"><TN "
    "RefId=\"0\">"
    "<T>System.Management.Automation.Runspaces.ApartmentState</T>" ENUM_BASES
    "</TN><ToString>UNKNOWN</ToString><I32>2</I32></Obj>"
    "<Obj RefId=\"2\" N=\"RemoteStreamOptions\"><TN "
    "RefId=\"1\"><T>System.Management.Automation.Runspaces.RemoteStreamOptions</T>" ENUM_BASES
    "</TN><ToString>AddInvocationInfo</ToString><I32>15</I32></Obj><B N=\"AddToHistory\">false</B>"
    "<Obj RefId=\"3\" N=\"HostInfo\"><MS><B N=\"_isHostNull\">true</B><B "
    "N=\"_isHostUINull\">true</B>"
    "<B N=\"_isHostRawUINull\">true</B><B N=\"_useRunspaceHost\">true</B></MS></Obj>"
    "<Obj RefId=\"4\" N=\"PowerShell\"><MS><B N=\"IsNested\">false</B><Nil N=\"ExtraCmds\" />"
    "<Obj RefId=\"5\" N=\"Cmds\"><TN "
    "RefId=\"2\"><T>System.Collections.Generic.List`1[[System.Management.Automation.PSObject, "
    "System.Management.Automation, Version=1.0.0.0, Culture=neutral, "
    "PublicKeyToken=31bf3856ad364e35]]</T>"
    "<T>System.Object</T></TN><LST><Obj RefId=\"6\"><MS><S "
    "N=\"Cmd\">$env:USERPROFILE.ToUpperInvariant()</S>"
    "<B N=\"IsScript\">true</B><Nil N=\"UseLocalScope\" /><Obj RefId=\"7\" N=\"MergeMyResult\"><TN "
    "RefId=\"3\">"
    "<T>System.Management.Automation.Runspaces.PipelineResultTypes</T>" ENUM_BASES
    "</TN><ToString>None</ToString><I32>0</I32></Obj>" MERGE ("8", "MergeToResult") MERGE (
      "9",
      "MergePreviousResults") "<Obj RefId=\"10\" N=\"Args\"><TNRef RefId=\"2\" /><LST "
                              "/></Obj>" MERGE ("11", "MergeError") MERGE ("12", "MergeWarning")
                                MERGE ("13", "MergeVerbose") MERGE ("14", "MergeDebug") MERGE (
                                  "15",
                                  "MergeInformation") "</MS></Obj></LST></Obj><Nil N=\"History\" />"
                                                      "<B "
                                                      "N=\"RedirectShellErrorOutputPipe\">false</"
                                                      "B></MS></Obj><B "
                                                      "N=\"IsNested\">false</B></MS></Obj>");
#undef MERGE
}

static void
test_every_element (void)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();

  ost_clixml_writer_add_string (writer, NULL, "hi");
  assert_writes (writer, "<S>hi</S>");
  ost_clixml_writer_add_string (writer, NULL, "");
  assert_writes (writer, "<S></S>");
  ost_clixml_writer_add_nil (writer, NULL);
  assert_writes (writer, "<Nil />");
  ost_clixml_writer_add_int64 (writer, "ci", G_MININT64);
  assert_writes (writer, "<I64 N=\"ci\">-9223372036854775808</I64>");
  ost_clixml_writer_add_int32 (writer, "n", G_MININT32);
  assert_writes (writer, "<I32 N=\"n\">-2147483648</I32>");
  ost_clixml_writer_add_element (writer, "G", "id", "00000000-0000-0000-0000-000000000000");
  assert_writes (writer, "<G N=\"id\">00000000-0000-0000-0000-000000000000</G>");
  ost_clixml_writer_begin_object (writer, NULL, NULL);
  ost_clixml_writer_end_object (writer);
  assert_writes (writer, "<Obj RefId=\"0\" />");
  ost_clixml_writer_begin_object (writer, "V", NULL);
  ost_clixml_writer_begin_dictionary (writer);
  ost_clixml_writer_begin_entry (writer);
  ost_clixml_writer_add_string (writer, "Key", "Add");
  ost_clixml_writer_add_string (writer, "Value", "x");
  ost_clixml_writer_end_entry (writer);
  ost_clixml_writer_end_dictionary (writer);
  ost_clixml_writer_begin_properties (writer);
  ost_clixml_writer_add_boolean (writer, "a", TRUE);
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
  assert_writes (
    writer, "<Obj N=\"V\" RefId=\"0\"><DCT><En><S N=\"Key\">Add</S><S N=\"Value\">x</S></En></DCT>"
            "<Props><B N=\"a\">true</B></Props></Obj>");
}

static void
test_close_empty (void)
{
  g_autoptr (OstClixmlWriter) writer
    = ost_clixml_writer_new_with_flags (OST_CLIXML_WRITER_CLOSE_EMPTY);

  ost_clixml_writer_add_string (writer, "a", "");
  assert_writes (writer, "<S N=\"a\" />");
}

/* The first is what the real engine writes for that string. */
static void
test_escapes (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } samples[] = {
    { "x_x0041_y😀\ttab", "x_x005F_x0041_y_xD83D__xDE00__x0009_tab" },
    { "a\r\nb", "a_x000D__x000A_b" },
    { "_X0041_", "_x005F_X0041_" },
    { "_y _ __x", "_y _ __x005F_x" },
    { "\x7F\xC2\x80\xC2\x9F\xC2\xA0", "_x007F__x0080__x009F_\xC2\xA0" },
    { "\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD", "_xFFFE__xFFFF_\xEF\xBF\xBD" },
    { "<&>\"'", "&lt;&amp;&gt;\"'" },
    { "a\xFFz", "a\xEF\xBF\xBDz" },
    { "a\xED\xA0\x80", "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "\xE2\x82", "\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "\xF4\x8F\xBF\xBF", "_xDBFF__xDFFF_" },
  };
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *expected = g_strdup_printf ("<S>%s</S>", samples[i].expected);

      ost_clixml_writer_add_string (writer, NULL, samples[i].text);
      assert_writes (writer, expected);
    }
  ost_clixml_writer_add_string (writer, "a\"<_x\n", "");
  assert_writes (writer, "<S N=\"a&quot;&lt;_x005F_x_x000A_\"></S>");
}

static char *
make_random_text (void)
{
  static const char *const pieces[] = {
    "_",     "x",  "X",  "_x", "0", "41", "D83D", "_x0041_",      "&",    "<",        "]]>",
    "\r",    "\n", "\t", " ",  "é", "€",  "😀",    "\xEF\xBF\xBF", "\x01", "\xC2\x85", "&#xFFFF;",
    "&amp;", "\"", "'"
  };
  GString *text = g_string_new (NULL);
  int count = g_test_rand_int_range (0, 60);

  for (int i = 0; i < count; i++)
    {
      int kind = g_test_rand_int_range (0, 3);
      gunichar character = (gunichar)g_test_rand_int_range (1, kind == 0 ? 0x110000 : 0x250);

      if (kind == 2)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      else if (character < 0xD800 || character > 0xDFFF)
        g_string_append_unichar (text, character);
    }
  return g_string_free (text, FALSE);
}

typedef struct {
  const char *name;
  const char *text;
} Expected;

static gboolean
compare_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Expected *expected = user_data;
  gsize length;
  const char *text = ost_clixml_value_get_text (value, &length);

  g_assert_cmpstr (ost_clixml_value_get_name (value), ==, expected->name);
  g_assert_cmpmem (text, length, expected->text, strlen (expected->text));
  expected->text = NULL;
  return TRUE;
}

/* What the writer writes, the reader reads, whatever the string. */
static void
test_round_trip (void)
{
  Expected expected = { NULL, NULL };
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, compare_cb, &expected);
  guint rounds = g_test_slow () ? 1000000 : 20000;

  for (guint i = 0; i < rounds; i++)
    {
      g_autofree char *name = make_random_text ();
      g_autofree char *text = make_random_text ();
      g_autofree char *written = NULL;
      g_autoptr (GError) error = NULL;

      ost_clixml_writer_add_string (writer, name, text);
      written = finish (writer);
      g_assert_true (g_utf8_validate (written, -1, NULL));
      expected.name = name;
      expected.text = text;
      ost_clixml_reader_feed (reader, written, strlen (written), &error);
      g_assert_no_error (error);
      ost_clixml_reader_end_message (reader, &error);
      g_assert_no_error (error);
      g_assert_null (expected.text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clixml/writer/session-capability", test_session_capability);
  g_test_add_func ("/clixml/writer/init-runspace-pool", test_init_runspace_pool);
  g_test_add_func ("/clixml/writer/create-pipeline", test_create_pipeline);
  g_test_add_func ("/clixml/writer/every-element", test_every_element);
  g_test_add_func ("/clixml/writer/close-empty", test_close_empty);
  g_test_add_func ("/clixml/writer/escapes", test_escapes);
  g_test_add_func ("/clixml/writer/round-trip", test_round_trip);
  return g_test_run ();
}
