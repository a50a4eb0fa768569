/* test-psrp.c: fragments, message headers, GUIDs and the payloads that we send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-fragment.h"
#include "psrp-payload.h"

#include <ostiary/ostiary.h>
#include <string.h>

/* RUNSPACEPOOL_STATE as a Windows server sent it; the pool is B2DDE5BA-F22F-4493-9B8E-8B565073F563. */
static const guint8 recorded[] = {
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
  0x03, 0x00, 0x00, 0x00, 0x67, 0x01, 0x00, 0x00, 0x00, 0x05, 0x10, 0x02, 0x00, 0xba, 0xe5, 0xdd,
  0xb2, 0x2f, 0xf2, 0x93, 0x44, 0x9b, 0x8e, 0x8b, 0x56, 0x50, 0x73, 0xf5, 0x63, 0x00, 0x00, 0x00,
  0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xef, 0xbb, 0xbf,
  0x3c, 0x4f, 0x62, 0x6a, 0x20, 0x52, 0x65, 0x66, 0x49, 0x64, 0x3d, 0x22, 0x30, 0x22, 0x3e, 0x3c,
  0x4d, 0x53, 0x3e, 0x3c, 0x49, 0x33, 0x32, 0x20, 0x4e, 0x3d, 0x22, 0x52, 0x75, 0x6e, 0x73, 0x70,
  0x61, 0x63, 0x65, 0x53, 0x74, 0x61, 0x74, 0x65, 0x22, 0x3e, 0x32, 0x3c, 0x2f, 0x49, 0x33, 0x32,
  0x3e, 0x3c, 0x2f, 0x4d, 0x53, 0x3e, 0x3c, 0x2f, 0x4f, 0x62, 0x6a, 0x3e,
};

static gboolean
begin_cb (const OstPsrpHeader *header, gpointer user_data, GError **error)
{
  char pool[OST_PSRP_GUID_TEXT_SIZE];

  ost_psrp_guid_format (header->pool, pool);
  g_string_append_printf (user_data, "%u %s %s %d:", header->destination,
                          ost_psrp_type_to_string (header->type), pool,
                          ost_psrp_guid_is_zero (header->pipeline));
  return TRUE;
}

static gboolean
payload_cb (const char *bytes, gsize length, gpointer user_data, GError **error)
{
  g_string_append_len (user_data, bytes, (gssize)length);
  return TRUE;
}

static gboolean
end_cb (gpointer user_data, GError **error)
{
  g_string_append_c (user_data, ';');
  return TRUE;
}

static const OstPsrpMessageHandler handler = { begin_cb, payload_cb, end_cb };

static gboolean
feed_in_steps (const guint8 *bytes, gsize length, gsize step, GString *text, GError **error)
{
  g_autoptr (OstPsrpParser) parser = ost_psrp_parser_new (&handler, text);

  for (gsize at = 0; at < length; at += step)
    {
      gsize used = MIN (step, length - at);
      /* A copy of its own, so that reading past its end is seen. */
      g_autofree guint8 *piece = g_memdup2 (bytes + at, used);

      if (!ost_psrp_parser_feed (parser, piece, used, error))
        {
          /* Once it has failed it stays so. */
          g_assert_false (ost_psrp_parser_feed (parser, piece, used, NULL));
          return FALSE;
        }
    }
  return ost_psrp_parser_finish (parser, error);
}

static void
test_recorded (void)
{
  static const char expected[] = "1 RUNSPACEPOOL_STATE B2DDE5BA-F22F-4493-9B8E-8B565073F563 "
                                 "1:\xEF\xBB\xBF<Obj RefId=\"0\"><MS>"
                                 "<I32 N=\"RunspaceState\">2</I32></MS></Obj>;";

  for (gsize step = 1; step <= sizeof recorded; step++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      g_assert_true (feed_in_steps (recorded, sizeof recorded, step, text, &error));
      g_assert_no_error (error);
      g_assert_cmpstr (text->str, ==, expected);
    }
}

static void
test_guid (void)
{
  static const char text[] = "B2DDE5BA-F22F-4493-9B8E-8B565073F563";
  static const char *const bad[] = { "",
                                     "B2DDE5BA-F22F-4493-9B8E-8B565073F56",
                                     "B2DDE5BA-F22F-4493-9B8E-8B565073F5633",
                                     "B2DDE5BAF22F-4493-9B8E-8B565073F5634-",
                                     "B2DDE5BG-F22F-4493-9B8E-8B565073F563",
                                     "{2DDE5BA-F22F-4493-9B8E-8B565073F563" };
  guint8 guid[OST_PSRP_GUID_SIZE];
  char back[OST_PSRP_GUID_TEXT_SIZE];

  g_assert_true (ost_psrp_guid_parse ("b2dde5ba-f22f-4493-9b8e-8b565073f563", guid));
  g_assert_cmpmem (guid, sizeof guid, recorded + 29, sizeof guid);
  ost_psrp_guid_format (guid, back);
  g_assert_cmpstr (back, ==, text);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (ost_psrp_guid_parse (bad[i], guid));
  ost_psrp_guid_make (guid, back);
  g_assert_false (ost_psrp_guid_is_zero (guid));
}

/* What is cut into fragments of any size comes together again. */
static void
test_fragments (void)
{
  OstPsrpHeader header = { .destination = 2, .type = OST_PSRP_PIPELINE_OUTPUT };
  static const char payload[] = "0123456789abcdefghijklmnopqrstuvwxyz";

  for (gsize size = 1; size < 90; size++)
    for (gsize length = 0; length < sizeof payload; length += 7)
      {
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autoptr (GString) text = g_string_new (NULL);
        g_autofree char *expected = g_strdup_printf (
          "2 PIPELINE_OUTPUT 00000000-0000-0000-0000-000000000000 1:%.*s;", (int)length, payload);
        OstPsrpFragments fragments;
        guint n = 0;

        ost_psrp_fragments_init (&fragments, 7, &header, payload, length, size);
        while (ost_psrp_fragments_next (&fragments, bytes))
          n++;
        g_assert_cmpuint (n, ==, (length + OST_PSRP_HEADER_SIZE + size - 1) / size);
        g_assert_cmpuint (bytes->len, ==,
                          length + OST_PSRP_HEADER_SIZE + n * OST_PSRP_FRAGMENT_HEADER_SIZE);
        g_assert_true (feed_in_steps (bytes->data, bytes->len, 13, text, NULL));
        g_assert_cmpstr (text->str, ==, expected);
      }
}

typedef struct {
  guint64 object_id;
  guint64 fragment_id;
  guint8 flags;
  guint32 says; /* its length, as it says */
  guint32 has;  /* what really follows */
} Piece;

static void
append_piece (GByteArray *bytes, const Piece *piece)
{
  guint64 object_id = GUINT64_TO_BE (piece->object_id);
  guint64 fragment_id = GUINT64_TO_BE (piece->fragment_id);
  guint32 says = GUINT32_TO_BE (piece->says);
  g_autofree guint8 *zeros = g_malloc0 (piece->has + 1);

  g_byte_array_append (bytes, (guint8 *)&object_id, 8);
  g_byte_array_append (bytes, (guint8 *)&fragment_id, 8);
  g_byte_array_append (bytes, &piece->flags, 1);
  g_byte_array_append (bytes, (guint8 *)&says, 4);
  g_byte_array_append (bytes, zeros, piece->has);
}

static const struct {
  const char *words;
  OstErrorCode code;
  Piece pieces[3];
} broken[] = {
  { "came without the message's beginning", OST_ERROR_PROTOCOL, { { 1, 0, 0, 50, 50 } } },
  { "came without the message's beginning",
    OST_ERROR_PROTOCOL,
    { { 1, 0, 3, 50, 50 }, { 1, 1, 2, 50, 50 } } },
  { "in the middle of message 1",
    OST_ERROR_PROTOCOL,
    { { 1, 0, 1, 50, 50 }, { 2, 1, 2, 50, 50 } } },
  { "before message 1 has ended",
    OST_ERROR_PROTOCOL,
    { { 1, 0, 1, 50, 50 }, { 2, 0, 3, 50, 50 } } },
  { "before message 1 has ended",
    OST_ERROR_PROTOCOL,
    { { 1, 0, 1, 50, 50 }, { 1, 0, 1, 50, 50 } } },
  { "expected fragment 1", OST_ERROR_PROTOCOL, { { 1, 0, 1, 50, 50 }, { 1, 2, 2, 50, 50 } } },
  { "expected fragment 2",
    OST_ERROR_PROTOCOL,
    { { 1, 0, 1, 50, 50 }, { 1, 1, 0, 50, 50 }, { 1, 1, 2, 50, 50 } } },
  { "expected 0", OST_ERROR_PROTOCOL, { { 1, 1, 3, 50, 50 } } },
  { "1000000000 bytes long", OST_ERROR_PROTOCOL, { { 1, 0, 3, 1000000000, 5 } } },
  { "4294967295 bytes long", OST_ERROR_PROTOCOL, { { 1, 0, 3, G_MAXUINT32, 5 } } },
  { "39 bytes, fewer than its header", OST_ERROR_PROTOCOL, { { 1, 0, 3, 39, 39 } } },
  { "0 bytes, fewer than its header", OST_ERROR_PROTOCOL, { { 1, 0, 3, 0, 0 } } },
  { "middle of a message", OST_ERROR_INCOMPLETE, { { 1, 0, 1, 50, 50 } } },
  { "middle of a message", OST_ERROR_INCOMPLETE, { { 1, 0, 3, 50, 49 } } },
  { "middle of a message", OST_ERROR_INCOMPLETE, { { 1, 0, 3, 50, 0 } } },
};

static void
test_broken (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (broken); i++)
    for (gsize step = 1; step < 80; step += 6)
      {
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autoptr (GString) text = g_string_new (NULL);
        g_autoptr (GError) error = NULL;

        for (gsize j = 0; j < 3 && broken[i].pieces[j].object_id != 0; j++)
          append_piece (bytes, &broken[i].pieces[j]);
        g_assert_false (feed_in_steps (bytes->data, bytes->len, step, text, &error));
        g_assert_error (error, OST_ERROR, (int)broken[i].code);
        g_assert_nonnull (strstr (error->message, broken[i].words));
      }
}

static void
test_empty_fragments (void)
{
  static const Piece pieces[] = { { 1, 0, 1, 0, 0 }, { 1, 1, 0, 40, 40 }, { 1, 2, 2, 0, 0 } };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (pieces); i++)
    append_piece (bytes, &pieces[i]);
  g_assert_true (feed_in_steps (bytes->data, bytes->len, 5, text, NULL));
  g_assert_true (g_str_has_suffix (text->str, "1:;"));
}

static gboolean
refuse_cb (gpointer user_data, GError **error)
{
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, "no more");
  return FALSE;
}

static void
test_handler_refuses (void)
{
  static const OstPsrpMessageHandler refusing = { begin_cb, NULL, refuse_cb };
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (OstPsrpParser) parser = ost_psrp_parser_new (&refusing, text);
  g_autoptr (GError) error = NULL;

  g_assert_false (ost_psrp_parser_feed (parser, recorded, sizeof recorded, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
}

static char *
finish (OstClixmlWriter *writer)
{
  g_autoptr (GBytes) bytes = ost_clixml_writer_finish (writer);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Byte by byte what the engine is known to accept. */
static void
test_payloads (void)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autofree char *capability = NULL;
  g_autofree char *pool = NULL;
  g_autofree char *refusal = NULL;

  ost_psrp_write_session_capability (writer, "2.3");
  capability = finish (writer);
  g_assert_cmpstr (capability, ==,
                   "<Obj RefId=\"0\"><MS><Version N=\"protocolversion\">2.3</Version>"
                   "<Version N=\"PSVersion\">2.0</Version>"
                   "<Version N=\"SerializationVersion\">1.1.0.1</Version></MS></Obj>");
  ost_psrp_write_init_pool (writer);
  pool = finish (writer);
  g_assert_cmpstr (
    pool, ==,
    "<Obj RefId=\"0\"><MS><I32 N=\"MinRunspaces\">1</I32><I32 N=\"MaxRunspaces\">1</I32>"
    "<Obj N=\"PSThreadOptions\" RefId=\"1\"><TN RefId=\"0\">"
    "<T>System.Management.Automation.Runspaces.PSThreadOptions</T><T>System.Enum</T>"
    "<T>System.ValueType</T><T>System.Object</T></TN><ToString>Default</ToString><I32>0</I32></Obj>"
    "<Obj N=\"ApartmentState\" RefId=\"2\"><TN RefId=\"1\">"
    "<T>System.Management.Automation.Runspaces.ApartmentState</T><T>System.Enum</T>"
    "<T>System.ValueType</T><T>System.Object</T></TN><ToString>UNKNOWN</ToString><I32>2</I32></Obj>"
    "<Obj N=\"HostInfo\" RefId=\"3\"><MS><B N=\"_isHostNull\">true</B>"
    "<B N=\"_isHostUINull\">true</B><B N=\"_isHostRawUINull\">true</B>"
    "<B N=\"_useRunspaceHost\">true</B></MS></Obj><Nil N=\"ApplicationArguments\" /></MS></Obj>");
  ost_psrp_write_host_refusal (writer, "12", 11, "ReadLine");
  refusal = finish (writer);
  g_assert_true (g_str_has_prefix (refusal, "<Obj RefId=\"0\"><MS><I64 N=\"ci\">12</I64>"
                                            "<Obj N=\"mi\" RefId=\"1\"><TN RefId=\"0\">"));
  g_assert_nonnull (strstr (refusal, "<ToString>ReadLine</ToString><I32>11</I32>"));
}

static void
test_pipeline (void)
{
  static const char *const items[] = { "a", "b & c", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (OstCommand) first = ost_command_new ("Get-Mailbox");
  g_autoptr (OstCommand) second = ost_command_new ("Select-Object");
  OstCommand *commands[] = { first, second };

  ost_command_add_text (first, "Identity", "user@contoso.com");
  ost_command_add_boolean (first, "Confirm", FALSE);
  ost_command_add_list (first, "Property", items);
  ost_command_add_null (first, "Notes");
  ost_command_add_table (first, "Ids", "Add", items, "Remove", none, NULL);
  for (guint minor = 1; minor <= 3; minor++)
    {
      g_autofree char *text = NULL;

      ost_psrp_write_create_pipeline (writer, commands, 2, minor);
      text = finish (writer);
      g_assert_nonnull (strstr (text, "<S N=\"N\">Identity</S><S N=\"V\">user@contoso.com</S>"));
      g_assert_nonnull (strstr (text, "<S N=\"N\">Confirm</S><B N=\"V\">false</B>"));
      g_assert_nonnull (strstr (text, "<LST><S>a</S><S>b &amp; c</S></LST>"));
      g_assert_nonnull (strstr (text, "<S N=\"N\">Notes</S><Nil N=\"V\" />"));
      g_assert_nonnull (strstr (text, "<En><S N=\"Key\">Remove</S>"));
      g_assert_nonnull (strstr (text, "<S N=\"Cmd\">Select-Object</S>"));
      g_assert_null (strstr (text, "<B N=\"IsScript\">true</B>"));
      g_assert_cmpint (strstr (text, "MergeDebug") != NULL, ==, minor >= 2);
      g_assert_cmpint (strstr (text, "MergeInformation") != NULL, ==, minor >= 3);
    }
}

static void
test_bad_parameters (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (OstCommand) command = ost_command_new ("Remove-MobileDevice");

      ost_command_add_text (command, "Identity", "");
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*CRITICAL*Identity*");
}

static void
test_host_methods (void)
{
  guint n_void = 0;

  for (gint64 method = -1; method <= 60; method++)
    n_void += ost_psrp_host_method_is_void (method);
  g_assert_cmpuint (n_void, ==, 29);
  g_assert_false (ost_psrp_host_method_is_void (11));
  g_assert_false (ost_psrp_host_method_is_void (23));
  g_assert_true (ost_psrp_host_method_is_void (16));
  g_assert_false (ost_psrp_host_method_is_void ((gint64)16 + 256));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/psrp/recorded", test_recorded);
  g_test_add_func ("/psrp/guid", test_guid);
  g_test_add_func ("/psrp/fragments", test_fragments);
  g_test_add_func ("/psrp/broken", test_broken);
  g_test_add_func ("/psrp/empty-fragments", test_empty_fragments);
  g_test_add_func ("/psrp/handler-refuses", test_handler_refuses);
  g_test_add_func ("/psrp/payloads", test_payloads);
  g_test_add_func ("/psrp/pipeline", test_pipeline);
  g_test_add_func ("/psrp/bad-parameters", test_bad_parameters);
  g_test_add_func ("/psrp/host-methods", test_host_methods);
  return g_test_run ();
}
