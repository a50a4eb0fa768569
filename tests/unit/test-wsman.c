/* test-wsman.c: envelopes, base64 that arrives in pieces, replies and faults */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-base64.h"
#include "wsman-envelope.h"
#include "wsman-reply.h"

#include <libxml/parser.h>
#include <string.h>

#define ID "4A8013C9-7387-4239-842A-B290AC4DA47B"
#define HEAD                                                                                       \
  "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" OST_WSMAN_NS_SOAP                                    \
  "\" xmlns:a=\"" OST_WSMAN_NS_ADDRESSING "\" xmlns:w=\"" OST_WSMAN_NS_WSMAN                       \
  "\" xmlns:rsp=\"" OST_WSMAN_NS_SHELL "\" xmlns:f=\"" OST_WSMAN_NS_FAULT "\">"
#define RELATES "<s:Header><a:RelatesTo>uuid:" ID "</a:RelatesTo></s:Header>"
#define BODY(inner) HEAD RELATES "<s:Body>" inner "</s:Body></s:Envelope>"
#define STREAMS(inner) BODY ("<rsp:ReceiveResponse>" inner "</rsp:ReceiveResponse>")
#define STREAM(text) "<rsp:Stream Name=\"stdout\" CommandId=\"C\">" text "</rsp:Stream>"

static gboolean
decode_in_steps (const char *text, gsize step, GByteArray *bytes, GError **error)
{
  OstBase64 base64 = { 0 };
  gsize length = strlen (text);

  for (gsize at = 0; at < length; at += step)
    {
      gsize used = MIN (step, length - at);
      g_autofree char *piece = g_memdup2 (text + at, used);
      g_autofree guint8 *out = g_malloc (OST_BASE64_ROOM (used));
      gsize n_bytes;

      if (!ost_base64_decode (&base64, piece, used, out, &n_bytes, error))
        return FALSE;
      g_assert_cmpuint (n_bytes, <=, OST_BASE64_ROOM (used));
      g_byte_array_append (bytes, out, (guint)n_bytes);
    }
  return ost_base64_finish (&base64, error);
}

static void
test_base64 (void)
{
  for (guint length = 0; length < 70; length++)
    {
      g_autofree guint8 *bytes = g_malloc (length + 1);
      g_autoptr (GString) text = g_string_new (NULL);

      for (guint i = 0; i < length; i++)
        bytes[i] = (guint8)g_test_rand_int ();
      ost_base64_append (text, bytes, length);
      for (gsize step = 1; step < 20; step++)
        {
          g_autoptr (GByteArray) back = g_byte_array_new ();

          g_assert_true (decode_in_steps (text->str, step, back, NULL));
          g_assert_cmpmem (back->data, back->len, bytes, length);
        }
    }
}

static void
test_base64_oddities (void)
{
  static const struct {
    const char *text;
    const char *bytes; /* NULL: refused */
  } cases[] = {
    { "", "" },
    { " \r\n\t ", "" },
    { "Y W\r\nJj", "abc" },
    { "YWI =", "ab" },
    { "YQ=\n=", "a" },
    { "YWJjZGVm ", "abcdef" },
    { "YWJjYQ", NULL },
    { "YWJjY", NULL },
    { "YWJjYQ=", NULL },
    { "=", NULL },
    { "Y===", NULL },
    { "YQ==YQ==", NULL },
    { "YQ=a", NULL },
    { "YWJj=", NULL },
    { "YWJj-_==", NULL },
    { "YWJj\x80YWJj", NULL },
    { "YW\xC3\xA4j", NULL },
    { "YWJjYWJj*", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 12; step++)
      {
        g_autoptr (GByteArray) bytes = g_byte_array_new ();
        g_autoptr (GError) error = NULL;
        gboolean is_good = decode_in_steps (cases[i].text, step, bytes, &error);

        g_assert_cmpint (is_good, ==, cases[i].bytes != NULL);
        if (is_good)
          g_assert_cmpmem (bytes->data, bytes->len, cases[i].bytes, strlen (cases[i].bytes));
        else
          g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
      }
}

static void
test_envelopes (void)
{
  OstWsmanAddress address = {
    .to = "https://ex1.contoso.com:443/PowerShell/?a=1&b=2",
    .resource_uri = "http://schemas.microsoft.com/powershell/Microsoft.Exchange",
    .locale = "en-US",
    .session_id = "S",
    .shell_id = ID,
    .max_envelope_bytes = 512000,
    .operation_timeout_seconds = 60,
  };
  static const OstWsmanRequest requests[] = {
    { OST_WSMAN_CREATE, NULL, NULL, (const guint8 *)"abc", 3, 0 },
    { OST_WSMAN_COMMAND, "C", NULL, (const guint8 *)"abc", 3, 0 },
    { OST_WSMAN_SEND, "C", "stdin", (const guint8 *)"abc", 3, 0 },
    { OST_WSMAN_SEND, NULL, "pr", (const guint8 *)"abc", 3, 0 },
    { OST_WSMAN_RECEIVE, NULL, NULL, NULL, 0, 0 },
    { OST_WSMAN_RECEIVE, "C", NULL, NULL, 0, 2 },
    { OST_WSMAN_SIGNAL, "C", OST_WSMAN_SIGNAL_STOP, NULL, 0, 0 },
    { OST_WSMAN_DELETE, NULL, NULL, NULL, 0, 0 },
    { OST_WSMAN_IDENTIFY, NULL, NULL, NULL, 0, 0 },
  };
  static const char *const parts[] = {
    ">YWJj</creationXml></rsp:Shell>",
    "<rsp:CommandLine CommandId=\"C\"><rsp:Command/><rsp:Arguments>YWJj</rsp:Arguments>",
    "<rsp:Stream Name=\"stdin\" CommandId=\"C\">YWJj</rsp:Stream>",
    "<rsp:Stream Name=\"pr\">YWJj</rsp:Stream>",
    "<rsp:Receive><rsp:DesiredStream>stdout</rsp:DesiredStream></rsp:Receive>",
    "PT2S",
    "<rsp:Signal CommandId=\"C\"><rsp:Code>powershell/signal/crtl_c</rsp:Code></rsp:Signal>",
    "<s:Body></s:Body>",
    "<wsmid:Identify/>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autoptr (GBytes) bytes = ost_wsman_envelope_new (&address, &requests[i], "M");
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      xmlDocPtr document
        = xmlReadMemory (text, (int)strlen (text), NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR);

      g_assert_nonnull (document);
      xmlFreeDoc (document);
      g_assert_nonnull (strstr (text, parts[i]));
      g_assert_cmpint (strstr (text, "<wsman:SelectorSet>") != NULL, ==,
                       requests[i].operation != OST_WSMAN_CREATE
                         && requests[i].operation != OST_WSMAN_IDENTIFY);
      g_assert_null (strchr (text, '\n'));
    }
}

static gboolean
stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
           gpointer user_data, GError **error)
{
  g_string_append_printf (user_data, "%s/%s:", name, command_id);
  g_string_append_len (user_data, (const char *)bytes, (gssize)length);
  return TRUE;
}

static OstWsmanReply *
read_in_steps (const char *xml, gsize length, gsize step, GString *streams, GError **error)
{
  g_autoptr (OstWsmanReply) reply = ost_wsman_reply_new (ID, stream_cb, streams);

  for (gsize at = 0; at < length; at += step)
    {
      gsize used = MIN (step, length - at);
      g_autofree char *piece = g_memdup2 (xml + at, used);

      if (!ost_wsman_reply_feed (reply, piece, used, error))
        {
          g_assert_false (ost_wsman_reply_feed (reply, piece, used, NULL));
          return NULL;
        }
    }
  if (!ost_wsman_reply_finish (reply, error))
    return NULL;
  return g_steal_pointer (&reply);
}

/* Whatever the cuts, the bytes of a stream are the same. */
static void
test_streams (void)
{
  static const char xml[] = STREAMS (
    "<rsp:Stream Name=\"stdout\">YWJj</rsp:Stream>" STREAM ("ZGVm\r\n Z2hp") STREAM ("")
      STREAM ("<![CDATA[amts]]>") "<rsp:CommandState CommandId=\"C\" State=\"" OST_WSMAN_NS_SHELL
                                  "/CommandState/Done\"/>");

  for (gsize step = 1; step < sizeof xml; step++)
    {
      g_autoptr (GString) streams = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (OstWsmanReply) reply = read_in_steps (xml, sizeof xml - 1, step, streams, &error);

      g_assert_no_error (error);
      g_string_replace (streams, "stdout/C:", "", 0);
      g_string_replace (streams, "stdout/(null):", "", 0);
      g_assert_cmpstr (streams->str, ==, "abcdefghijkl");
      g_assert_true (ost_wsman_reply_is_done (reply));
      g_assert_cmpstr (ost_wsman_reply_get_body (reply), ==, "ReceiveResponse");
      g_assert_cmpuint (ost_wsman_reply_count_stream_bytes (reply), ==, 12);
      g_assert_null (ost_wsman_reply_get_fault (reply));
    }
}

static void
test_utf16 (void)
{
  static const char xml[] = STREAMS (STREAM ("YWJj"));
  g_autoptr (GString) streams = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autofree char *utf16 = g_convert (xml, -1, "UTF-16", "UTF-8", NULL, &length, &error);
  g_autoptr (OstWsmanReply) reply = NULL;

  g_assert_no_error (error);
  reply = read_in_steps (utf16, length, 1000, streams, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (streams->str, ==, "stdout/C:abc");
}

static void
test_fault (void)
{
  static const char xml[] = HEAD
    "<s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>"
    "w:InvalidSelectors</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"\">because"
    "</s:Text><s:Text>autre</s:Text></s:Reason><s:Detail><w:FaultDetail>http://x</w:FaultDetail>"
    "<f:WSManFault Code=\"2150858843\" Machine=\"m\"><f:Message><f:ProviderFault "
    "provider=\"Shell provider\" path=\"p\"><f:WSManFault Code=\"5\"><f:Message>The service "
    "cannot&#10;</f:Message></f:WSManFault> go on.</f:ProviderFault></f:Message>"
    "</f:WSManFault></s:Detail></s:Fault></s:Body></s:Envelope>";

  for (gsize step = 1; step < sizeof xml; step += 3)
    {
      g_autoptr (GString) streams = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (OstWsmanReply) reply = read_in_steps (xml, sizeof xml - 1, step, streams, &error);
      const OstWsmanFault *fault;
      g_autoptr (GError) made = NULL;

      g_assert_no_error (error);
      fault = ost_wsman_reply_get_fault (reply);
      g_assert_cmpuint (fault->code, ==, 2150858843);
      g_assert_true (fault->is_ours);
      g_assert_cmpstr (fault->subcode, ==, "w:InvalidSelectors");
      g_assert_cmpstr (fault->provider, ==, "Shell provider");
      g_assert_cmpstr (fault->text, ==, "The service cannot\n go on.");
      g_assert_cmpint (ost_wsman_fault_get_reaction (fault), ==, OST_WSMAN_GONE);
      made = ost_wsman_fault_to_error (fault);
      g_assert_error (made, OST_ERROR, OST_ERROR_UNAVAILABLE);
      g_assert_cmpstr (made->message, ==,
                       "the server answered with fault 2150858843 of Shell provider: “The service "
                       "cannot go on.”");
    }
}

static void
test_fault_without_code (void)
{
  static const struct {
    const char *role;
    OstErrorCode code;
  } cases[] = { { "s:Sender", OST_ERROR_INVALID },
                { "s:Receiver", OST_ERROR_UNAVAILABLE },
                { "s:MustUnderstand", OST_ERROR_INVALID },
                { "", OST_ERROR_INVALID } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *xml = g_strdup_printf (
        HEAD "<s:Body><s:Fault><s:Code><s:Value>%s</s:Value></s:Code><s:Reason><s:Text>why</s:Text>"
             "</s:Reason></s:Fault></s:Body></s:Envelope>",
        cases[i].role);
      g_autoptr (GString) streams = g_string_new (NULL);
      g_autoptr (OstWsmanReply) reply = read_in_steps (xml, strlen (xml), 100, streams, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_nonnull (reply);
      error = ost_wsman_fault_to_error (ost_wsman_reply_get_fault (reply));
      g_assert_error (error, OST_ERROR, (int)cases[i].code);
      g_assert_nonnull (strstr (error->message, "“why”"));
    }
}

#define TEN(text) text text text text text text text text text text
#define DEEP TEN (TEN ("<d>"))

static const struct {
  const char *xml;
  const char *words;
} hostile[] = {
  { "<!DOCTYPE s SYSTEM \"http://evil.example/x.dtd\">" BODY (""), "document type" },
  { "<!DOCTYPE s [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>" BODY ("<x>&b;</x>"),
    "document type" },
  { "<!DOCTYPE s [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" BODY ("<x>&a;</x>"),
    "document type" },
  { HEAD "<s:Header>&unknown;</s:Header></s:Envelope>", "no XML" },
  { "<?xml version=\"1.0\"?><?php exit ?>" BODY (""), "processing instruction" },
  { BODY ("<?x y?>"), "processing instruction" },
  { BODY (DEEP), "deep" },
  { "<html><body>hello</body></html>", "expected a SOAP 1.2 envelope, came the element ‘html’" },
  { "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body/></Envelope>",
    "SOAP 1.2" },
  { "", "no XML" },
  { "hello", "no XML" },
  { "\xFF\xFE", "no XML" },
  { HEAD RELATES "</s:Envelope>", "no body" },
  { HEAD RELATES "<s:Body/><s:Body/></s:Envelope>", "more than one body" },
  { HEAD RELATES "<s:Body>", "no XML" },
  { BODY ("") "<s:more/>", "no XML" },
  { HEAD "<s:Body><rsp:SendResponse/></s:Body></s:Envelope>", "which request" },
  { HEAD "<s:Body><rsp:SendResponse/></s:Body>" RELATES "</s:Envelope>", "which request" },
  { HEAD "<s:Header><a:RelatesTo>" ID
         "</a:RelatesTo></s:Header><s:Body><rsp:SendResponse/></s:Body></s:Envelope>",
    "expected the answer to" },
  { STREAMS (STREAM ("YWJjYQ")), "base64" },
  { STREAMS (STREAM ("YWJj YW*j")), "base64" },
  { STREAMS (STREAM ("YWJj<x/>YWJj")), "expected base64 in a stream, came the element ‘x’" },
  { STREAMS ("<rsp:Stream>YWJj</rsp:Stream>"), "no name" },
  { STREAMS (STREAM ("YWJj") "<rsp:Stream Name=\"stdout\">YW"), "no XML" },
};

static void
test_hostile (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    for (gsize step = 1; step <= 4096; step *= 8)
      {
        g_autoptr (GString) streams = g_string_new (NULL);
        g_autoptr (GError) error = NULL;
        g_autoptr (OstWsmanReply) reply
          = read_in_steps (hostile[i].xml, strlen (hostile[i].xml), step, streams, &error);

        g_assert_null (reply);
        g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
        if (strstr (error->message, hostile[i].words) == NULL)
          g_error ("%s: %s", hostile[i].xml, error->message);
      }
}

/* Streams in other places than a reply to Receive has them are nobody's output. */
static void
test_misplaced (void)
{
  static const char *const cases[] = {
    HEAD "<s:Header><rsp:ReceiveResponse>" STREAM (
      "YWJj") "</rsp:ReceiveResponse><a:RelatesTo>uuid:" ID
              "</a:RelatesTo></s:Header><s:Body><x/></s:Body></s:Envelope>",
    BODY (STREAM ("YWJj")),
    BODY ("<x><rsp:ReceiveResponse>" STREAM ("YWJj") "</rsp:ReceiveResponse></x>"),
    BODY ("<ReceiveResponse xmlns=\"other\">" STREAM ("YWJj") "</ReceiveResponse>"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) streams = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (OstWsmanReply) reply
        = read_in_steps (cases[i], strlen (cases[i]), 50, streams, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (ost_wsman_reply_count_stream_bytes (reply), ==, 0);
      g_assert_cmpstr (streams->str, ==, "");
    }
}

/* Texts and tags without an end do not fill memory. */
static void
test_bounded (void)
{
  g_autofree char *blanks = g_strnfill (100000, 'x');
  g_autofree char *text = g_strdup_printf (
    HEAD
    "<s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>%s</s:Text>"
    "</s:Reason></s:Fault></s:Body></s:Envelope>",
    blanks);
  g_autofree char *tag = g_strdup_printf (HEAD "<s:Body><x y=\"%s", blanks);
  g_autoptr (GString) streams = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (OstWsmanReply) reply = read_in_steps (text, strlen (text), 5000, streams, &error);
  g_autoptr (OstWsmanReply) none = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (ost_wsman_reply_get_fault (reply)->text), ==, 16 * 1024);
  none = read_in_steps (tag, strlen (tag), 5000, streams, &error);
  g_assert_null (none);
  g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
}

static gboolean
refuse_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
           gpointer user_data, GError **error)
{
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, "no more");
  return FALSE;
}

static void
test_stream_refused (void)
{
  static const char xml[] = STREAMS (STREAM ("YWJj"));
  g_autoptr (OstWsmanReply) reply = ost_wsman_reply_new (ID, refuse_cb, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (ost_wsman_reply_feed (reply, xml, sizeof xml - 1, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (ost_wsman_reply_finish (reply, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
}

static void
test_texts (void)
{
  static const struct {
    const char *text;
    OstErrorCode code;
    guint wait_ms;
  } cases[] = {
    { NULL, OST_ERROR_PROTOCOL, 0 },
    { "", OST_ERROR_PROTOCOL, 0 },
    { "[", OST_ERROR_PROTOCOL, 0 },
    { "[FailureCategory=", OST_ERROR_PROTOCOL, 0 },
    { "[FailureCategory=]", OST_ERROR_PROTOCOL, 0 },
    { "[a] [b][FailureCategory=AuthZ-Odd] x", OST_ERROR_DENIED, 0 },
    { "text [FailureCategory=AuthZ-Odd] x", OST_ERROR_PROTOCOL, 0 },
    { "[FailureCategory=WSMan-InvalidShellID] x", OST_ERROR_UNAVAILABLE, 0 },
    { "[FailureCategory=WSMan-InvalidShellIDs] x", OST_ERROR_PROTOCOL, 0 },
    { "[FailureCategory=AuthZ-A] exceeded your budget; wait for 99999999999 seconds",
      OST_ERROR_THROTTLED, 900000 },
    { "[FailureCategory=AuthZ-A] exceeded your budget; wait for 3 seconds", OST_ERROR_THROTTLED,
      3000 },
    { "[FailureCategory=AuthZ-A] exceeded your budget; wait for a bit", OST_ERROR_THROTTLED,
      30000 },
    { "\xFF\xFE\x01\n control", OST_ERROR_PROTOCOL, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = ost_wsman_text_to_error (cases[i].text, OST_ERROR_PROTOCOL);

      g_assert_error (error, OST_ERROR, (int)cases[i].code);
      g_assert_cmpuint (ost_error_get_retry_after (error), ==, cases[i].wait_ms);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_excerpt (void)
{
  g_autofree char *blanks = g_strnfill (100000, 'x');
  g_autofree char *short_text = ost_wsman_excerpt (" a\r\n\t b\x01\x7F c ", 12);
  g_autofree char *long_text = ost_wsman_excerpt (blanks, strlen (blanks));
  g_autofree char *none = ost_wsman_excerpt (NULL, 0);

  g_assert_cmpstr (short_text, ==, "a b c");
  g_assert_cmpuint (g_utf8_strlen (long_text, -1), ==, 201);
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wsman/base64", test_base64);
  g_test_add_func ("/wsman/base64-oddities", test_base64_oddities);
  g_test_add_func ("/wsman/envelopes", test_envelopes);
  g_test_add_func ("/wsman/streams", test_streams);
  g_test_add_func ("/wsman/utf16", test_utf16);
  g_test_add_func ("/wsman/fault", test_fault);
  g_test_add_func ("/wsman/fault-without-code", test_fault_without_code);
  g_test_add_func ("/wsman/hostile", test_hostile);
  g_test_add_func ("/wsman/misplaced", test_misplaced);
  g_test_add_func ("/wsman/bounded", test_bounded);
  g_test_add_func ("/wsman/stream-refused", test_stream_refused);
  g_test_add_func ("/wsman/texts", test_texts);
  g_test_add_func ("/wsman/excerpt", test_excerpt);
  return g_test_run ();
}
