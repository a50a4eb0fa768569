/* wsman-envelope.c: builds the SOAP envelopes of WS-Management requests */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-envelope.h"

#include "psrp-payload.h"
#include "wsman-base64.h"

#define ANONYMOUS OST_WSMAN_NS_ADDRESSING "/role/anonymous"

typedef struct {
  const char *name;
  const char *action;
  const char *options;
} Operation;

/* By OstWsmanOperation. */
static const Operation operations[] = {
  { "Create", OST_WSMAN_NS_TRANSFER "/Create",
    "<wsman:Option Name=\"protocolversion\" MustComply=\"true\">" OST_PSRP_PROTOCOL_VERSION
    "</wsman:Option>" },
  { "Command", OST_WSMAN_NS_SHELL "/Command",
    "<wsman:Option Name=\"WINRS_SKIP_CMD_SHELL\">False</wsman:Option>" },
  { "Send", OST_WSMAN_NS_SHELL "/Send", NULL },
  { "Receive", OST_WSMAN_NS_SHELL "/Receive",
    "<wsman:Option Name=\"WSMAN_CMDSHELL_OPTION_KEEPALIVE\">True</wsman:Option>" },
  { "Signal", OST_WSMAN_NS_SHELL "/Signal", NULL },
  { "Delete", OST_WSMAN_NS_TRANSFER "/Delete", NULL },
  { "Identify", NULL, NULL },
};

static const char identify[]
  = "<s:Envelope xmlns:s=\"" OST_WSMAN_NS_SOAP "\" xmlns:wsmid=\"" OST_WSMAN_NS_IDENTITY "\">"
    "<s:Header/><s:Body><wsmid:Identify/></s:Body></s:Envelope>";

const char *
ost_wsman_operation_to_string (OstWsmanOperation operation)
{
  return operations[operation].name;
}

static void
append_escaped (GString *xml, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (xml, escaped);
}

/* The header block in the order that is known to work; the servers are picky. */
static void
append_header (GString *xml, const OstWsmanAddress *address, const OstWsmanRequest *request,
               const char *message_id)
{
  const Operation *operation = &operations[request->operation];

  g_string_append_printf (xml, "<s:Header><wsa:Action s:mustUnderstand=\"true\">%s</wsa:Action>",
                          operation->action);
  g_string_append (xml, "<wsmv:DataLocale s:mustUnderstand=\"false\" xml:lang=\"");
  append_escaped (xml, address->locale);
  g_string_append (xml, "\"/><wsman:Locale s:mustUnderstand=\"false\" xml:lang=\"");
  append_escaped (xml, address->locale);
  g_string_append_printf (
    xml,
    "\"/><wsman:MaxEnvelopeSize s:mustUnderstand=\"true\">%u</wsman:MaxEnvelopeSize>"
    "<wsa:MessageID>uuid:%s</wsa:MessageID><wsman:OperationTimeout>PT%uS</wsman:OperationTimeout>"
    "<wsa:ReplyTo><wsa:Address s:mustUnderstand=\"true\">" ANONYMOUS "</wsa:Address></wsa:ReplyTo>"
    "<wsman:ResourceURI s:mustUnderstand=\"true\">",
    address->max_envelope_bytes, message_id,
    request->operation_timeout_seconds > 0 ? request->operation_timeout_seconds
                                           : address->operation_timeout_seconds);
  append_escaped (xml, address->resource_uri);
  g_string_append_printf (xml,
                          "</wsman:ResourceURI><wsmv:SessionId s:mustUnderstand=\"false\">uuid:%s"
                          "</wsmv:SessionId><wsa:To>",
                          address->session_id);
  append_escaped (xml, address->to);
  g_string_append (xml, "</wsa:To>");
  if (operation->options != NULL)
    g_string_append_printf (xml, "<wsman:OptionSet s:mustUnderstand=\"true\">%s</wsman:OptionSet>",
                            operation->options);
  if (request->operation != OST_WSMAN_CREATE)
    g_string_append_printf (xml,
                            "<wsman:SelectorSet><wsman:Selector Name=\"ShellId\">%s"
                            "</wsman:Selector></wsman:SelectorSet>",
                            address->shell_id);
  g_string_append (xml, "</s:Header>");
}

static void
append_command_id (GString *xml, const char *command_id)
{
  if (command_id != NULL)
    g_string_append_printf (xml, " CommandId=\"%s\"", command_id);
}

static void
append_create (GString *xml, const OstWsmanAddress *address, const OstWsmanRequest *request)
{
  g_string_append_printf (xml,
                          "<rsp:Shell ShellId=\"%s\"><rsp:InputStreams>" OST_WSMAN_STREAM_INPUT
                          " " OST_WSMAN_STREAM_ANSWERS
                          "</rsp:InputStreams><rsp:OutputStreams>" OST_WSMAN_STREAM_OUTPUT
                          "</rsp:OutputStreams><creationXml xmlns=\"" OST_WSMAN_NS_POWERSHELL "\">",
                          address->shell_id);
  ost_base64_append (xml, request->fragments, request->length);
  g_string_append (xml, "</creationXml></rsp:Shell>");
}

static void
append_command (GString *xml, const OstWsmanRequest *request)
{
  g_string_append (xml, "<rsp:CommandLine");
  append_command_id (xml, request->command_id);
  g_string_append (xml, "><rsp:Command/><rsp:Arguments>");
  ost_base64_append (xml, request->fragments, request->length);
  g_string_append (xml, "</rsp:Arguments></rsp:CommandLine>");
}

static void
append_send (GString *xml, const OstWsmanRequest *request)
{
  g_string_append_printf (xml, "<rsp:Send><rsp:Stream Name=\"%s\"", request->name);
  append_command_id (xml, request->command_id);
  g_string_append_c (xml, '>');
  ost_base64_append (xml, request->fragments, request->length);
  g_string_append (xml, "</rsp:Stream></rsp:Send>");
}

static void
append_body (GString *xml, const OstWsmanAddress *address, const OstWsmanRequest *request)
{
  switch (request->operation)
    {
    case OST_WSMAN_CREATE:
      append_create (xml, address, request);
      break;
    case OST_WSMAN_COMMAND:
      append_command (xml, request);
      break;
    case OST_WSMAN_SEND:
      append_send (xml, request);
      break;
    case OST_WSMAN_RECEIVE:
      g_string_append (xml, "<rsp:Receive><rsp:DesiredStream");
      append_command_id (xml, request->command_id);
      g_string_append (xml, ">" OST_WSMAN_STREAM_OUTPUT "</rsp:DesiredStream></rsp:Receive>");
      break;
    case OST_WSMAN_SIGNAL:
      g_string_append (xml, "<rsp:Signal");
      append_command_id (xml, request->command_id);
      g_string_append_printf (xml, "><rsp:Code>%s</rsp:Code></rsp:Signal>", request->name);
      break;
    case OST_WSMAN_DELETE:
    case OST_WSMAN_IDENTIFY:
      break;
    }
}

GBytes *
ost_wsman_envelope_new (const OstWsmanAddress *address, const OstWsmanRequest *request,
                        const char *message_id)
{
  GString *xml;

  if (request->operation == OST_WSMAN_IDENTIFY)
    return g_bytes_new_static (identify, sizeof identify - 1);
  xml = g_string_sized_new (2048 + request->length / 3 * 4);
  g_string_append (xml,
                   "<s:Envelope xmlns:rsp=\"" OST_WSMAN_NS_SHELL "\" xmlns:s=\"" OST_WSMAN_NS_SOAP
                   "\" xmlns:wsa=\"" OST_WSMAN_NS_ADDRESSING "\" xmlns:wsman=\"" OST_WSMAN_NS_WSMAN
                   "\" xmlns:wsmv=\"" OST_WSMAN_NS_WSMV "\">");
  append_header (xml, address, request, message_id);
  g_string_append (xml, "<s:Body>");
  append_body (xml, address, request);
  g_string_append (xml, "</s:Body></s:Envelope>");
  return g_string_free_to_bytes (xml);
}
