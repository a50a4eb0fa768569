/* soap.c: WS-Management envelopes, as a server reads and writes them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "soap.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#define SOAP_SPACE "http://www.w3.org/2003/05/soap-envelope"
#define ADDRESSING_SPACE "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define WSMAN_SPACE "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define SHELL_SPACE "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
#define POWERSHELL_SPACE "http://schemas.microsoft.com/powershell"
#define TRANSFER_ACTION "http://schemas.xmlsoap.org/ws/2004/09/transfer/"
#define SHELL_ACTION SHELL_SPACE "/"
#define DEFAULT_TIMEOUT_US (60 * G_USEC_PER_SEC)
/* A client that names no size gets what WinRM 2 gave. */
#define DEFAULT_ENVELOPE 153600
#define MAX_STREAMS 64

static const struct {
  const char *name;
  const char *uri;
} ACTIONS[SIM_N_ACTIONS] = {
  [SIM_ACTION_IDENTIFY] = { "Identify", NULL },
  [SIM_ACTION_CREATE] = { "Create", TRANSFER_ACTION "Create" },
  [SIM_ACTION_COMMAND] = { "Command", SHELL_ACTION "Command" },
  [SIM_ACTION_SEND] = { "Send", SHELL_ACTION "Send" },
  [SIM_ACTION_RECEIVE] = { "Receive", SHELL_ACTION "Receive" },
  [SIM_ACTION_SIGNAL] = { "Signal", SHELL_ACTION "Signal" },
  [SIM_ACTION_DELETE] = { "Delete", TRANSFER_ACTION "Delete" },
};

const char *
sim_action_get_name (SimAction action)
{
  return action == SIM_ACTION_UNKNOWN ? "Unknown" : ACTIONS[action].name;
}

SimAction
sim_action_from_name (const char *name)
{
  for (guint i = SIM_ACTION_IDENTIFY; i < SIM_N_ACTIONS; i++)
    if (g_ascii_strcasecmp (ACTIONS[i].name, name) == 0)
      return (SimAction)i;
  return SIM_ACTION_UNKNOWN;
}

static void
free_stream (gpointer data)
{
  SimStream *stream = data;
  g_free (stream->name);
  g_free (stream->command_id);
  g_bytes_unref (stream->bytes);
  g_free (stream);
}

void
sim_request_free (SimRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->action_uri);
  g_free (request->message_id);
  g_free (request->resource_uri);
  g_free (request->shell_id);
  g_free (request->new_shell_id);
  g_free (request->shell_name);
  g_free (request->command_id);
  g_free (request->signal);
  g_ptr_array_unref (request->streams);
  g_free (request);
}

/* ---- reading --------------------------------------------------------------------------------- */

static gboolean
is_element (const xmlNode *node, const char *space, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL
         && strcmp ((const char *)node->ns->href, space) == 0
         && strcmp ((const char *)node->name, name) == 0;
}

static xmlNode *
find_child (const xmlNode *parent, const char *space, const char *name)
{
  for (xmlNode *node = parent == NULL ? NULL : parent->children; node != NULL; node = node->next)
    if (is_element (node, space, name))
      return node;
  return NULL;
}

static char *
dup_text (const xmlNode *node)
{
  if (node == NULL)
    return NULL;
  xmlChar *content = xmlNodeGetContent (node);
  char *text = g_strstrip (g_strdup ((const char *)content));
  xmlFree (content);
  return text;
}

static char *
dup_attribute (xmlNode *node, const char *name)
{
  xmlChar *value = node == NULL ? NULL : xmlGetNoNsProp (node, (const xmlChar *)name);
  char *text = g_strdup ((const char *)value);
  if (value != NULL)
    xmlFree (value);
  return text;
}

/* An xs:duration without years and months: PnDTnHnMn.nS. */
static gboolean
parse_duration (const char *text, gint64 *duration_us)
{
  static const struct {
    char unit;
    gboolean is_time;
    double seconds;
  } UNITS[] = { { 'D', FALSE, 86400 }, { 'H', TRUE, 3600 }, { 'M', TRUE, 60 }, { 'S', TRUE, 1 } };
  double seconds = 0;
  gboolean is_time = FALSE;
  if (*text++ != 'P')
    return FALSE;
  while (*text != '\0')
    {
      if (*text == 'T' && !is_time)
        {
          is_time = TRUE;
          text++;
          continue;
        }
      char *end;
      double number = g_ascii_isdigit (*text) ? g_ascii_strtod (text, &end) : -1;
      gboolean found = FALSE;
      if (number < 0 || number > 1e9)
        return FALSE;
      for (guint i = 0; i < G_N_ELEMENTS (UNITS) && !found; i++)
        if (*end == UNITS[i].unit && is_time == UNITS[i].is_time)
          {
            seconds += number * UNITS[i].seconds;
            found = TRUE;
          }
      if (!found)
        return FALSE;
      text = end + 1;
    }
  *duration_us = (gint64)(MIN (seconds, 1e9) * G_USEC_PER_SEC);
  return TRUE;
}

static gboolean
add_stream (SimRequest *request, char *name, char *command_id, const xmlNode *node)
{
  g_autofree char *text = dup_text (node);
  gsize length = strlen (text);
  SimStream *stream = g_new0 (SimStream, 1);
  stream->name = name;
  stream->command_id = command_id;
  gboolean is_valid = length % 4 == 0
                      && strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                       "qrstuvwxyz0123456789+/=")
                           == length;
  guchar *bytes = is_valid && length > 0 ? g_base64_decode_inplace (text, &length) : NULL;
  stream->bytes = g_bytes_new (bytes, bytes == NULL ? 0 : length);
  g_ptr_array_add (request->streams, stream);
  return is_valid && request->streams->len <= MAX_STREAMS;
}

static const char *
read_create (SimRequest *request, xmlNode *body)
{
  xmlNode *shell = find_child (body, SHELL_SPACE, "Shell");
  xmlNode *creation = find_child (shell, POWERSHELL_SPACE, "creationXml");
  if (creation == NULL)
    return "The element creationXml is absent.";
  xmlNode *idle = find_child (shell, SHELL_SPACE, "IdleTimeout");
  if (idle == NULL)
    idle = find_child (shell, SHELL_SPACE, "IdleTimeOut");
  g_autofree char *idle_text = dup_text (idle);
  if (idle_text != NULL && !parse_duration (idle_text, &request->idle_timeout_us))
    return "The XML contains an invalid IdleTimeOut.";
  request->new_shell_id = dup_attribute (shell, "ShellId");
  request->shell_name = dup_attribute (shell, "Name");
  if (request->shell_name == NULL)
    request->shell_name = dup_text (find_child (shell, SHELL_SPACE, "Name"));
  return add_stream (request, g_strdup ("stdin"), NULL, creation)
           ? NULL
           : "The element creationXml holds data that is not base64.";
}

static const char *
read_command (SimRequest *request, xmlNode *body)
{
  xmlNode *line = find_child (body, SHELL_SPACE, "CommandLine");
  if (line == NULL)
    return "The element CommandLine is absent.";
  request->command_id = dup_attribute (line, "CommandId");
  for (xmlNode *node = line->children; node != NULL; node = node->next)
    if (is_element (node, SHELL_SPACE, "Arguments")
        && !add_stream (request, g_strdup ("stdin"), NULL, node))
      return "The element Arguments holds data that is not base64.";
  return NULL;
}

static const char *
read_send (SimRequest *request, xmlNode *body)
{
  xmlNode *send = find_child (body, SHELL_SPACE, "Send");
  if (send == NULL)
    return "The element Send is absent.";
  for (xmlNode *node = send->children; node != NULL; node = node->next)
    if (is_element (node, SHELL_SPACE, "Stream")
        && !add_stream (request, dup_attribute (node, "Name"), dup_attribute (node, "CommandId"),
                        node))
      return "The element Stream holds data that is not base64.";
  return NULL;
}

static const char *
read_body (SimRequest *request, xmlNode *body)
{
  xmlNode *element;
  switch (request->action)
    {
    case SIM_ACTION_CREATE:
      return read_create (request, body);
    case SIM_ACTION_COMMAND:
      return read_command (request, body);
    case SIM_ACTION_SEND:
      return read_send (request, body);
    case SIM_ACTION_RECEIVE:
      element
        = find_child (find_child (body, SHELL_SPACE, "Receive"), SHELL_SPACE, "DesiredStream");
      request->command_id = dup_attribute (element, "CommandId");
      return element == NULL ? "The element DesiredStream is absent." : NULL;
    case SIM_ACTION_SIGNAL:
      element = find_child (body, SHELL_SPACE, "Signal");
      request->command_id = dup_attribute (element, "CommandId");
      request->signal = dup_text (find_child (element, SHELL_SPACE, "Code"));
      return request->signal == NULL ? "The element Code is absent." : NULL;
    default:
      return NULL;
    }
}

static void
read_selectors (SimRequest *request, const xmlNode *header)
{
  xmlNode *set = find_child (header, WSMAN_SPACE, "SelectorSet");
  for (xmlNode *node = set == NULL ? NULL : set->children; node != NULL; node = node->next)
    {
      g_autofree char *name
        = is_element (node, WSMAN_SPACE, "Selector") ? dup_attribute (node, "Name") : NULL;
      if (g_strcmp0 (name, "ShellId") == 0 && request->shell_id == NULL)
        request->shell_id = dup_text (node);
    }
}

static const char *
read_header (SimRequest *request, xmlNode *header)
{
  g_autofree char *timeout = dup_text (find_child (header, WSMAN_SPACE, "OperationTimeout"));
  g_autofree char *envelope = dup_text (find_child (header, WSMAN_SPACE, "MaxEnvelopeSize"));
  request->action_uri = dup_text (find_child (header, ADDRESSING_SPACE, "Action"));
  request->message_id = dup_text (find_child (header, ADDRESSING_SPACE, "MessageID"));
  request->resource_uri = dup_text (find_child (header, WSMAN_SPACE, "ResourceURI"));
  read_selectors (request, header);
  if (request->action_uri == NULL || request->message_id == NULL)
    return "The Action or the MessageID header is absent.";
  if (request->resource_uri == NULL)
    return "The ResourceURI header is absent.";
  if (timeout != NULL && !parse_duration (timeout, &request->timeout_us))
    return "The XML contains an invalid timeout field in the SOAP header.";
  if (envelope != NULL)
    g_ascii_string_to_unsigned (envelope, 10, 0, G_MAXINT32, &request->max_envelope, NULL);
  for (guint i = SIM_ACTION_CREATE; i < SIM_N_ACTIONS; i++)
    if (strcmp (request->action_uri, ACTIONS[i].uri) == 0)
      request->action = (SimAction)i;
  return NULL;
}

static gboolean
is_identify (const xmlNode *body)
{
  for (const xmlNode *node = body->children; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && strcmp ((const char *)node->name, "Identify") == 0)
      return TRUE;
  return FALSE;
}

static const char *
read_envelope (SimRequest *request, xmlNode *root)
{
  if (root == NULL || !is_element (root, SOAP_SPACE, "Envelope"))
    return "The root element is not a SOAP 1.2 envelope.";
  xmlNode *header = find_child (root, SOAP_SPACE, "Header");
  xmlNode *body = find_child (root, SOAP_SPACE, "Body");
  if (body == NULL)
    return "The SOAP body is absent.";
  if (is_identify (body))
    {
      request->action = SIM_ACTION_IDENTIFY;
      return NULL;
    }
  if (header == NULL)
    return "The SOAP header is absent.";
  const char *problem = read_header (request, header);
  return problem != NULL ? problem : read_body (request, body);
}

SimRequest *
sim_request_parse (const char *body, gsize length, SimFault **fault)
{
  g_autoptr (SimRequest) request = g_new0 (SimRequest, 1);
  request->timeout_us = DEFAULT_TIMEOUT_US;
  request->max_envelope = DEFAULT_ENVELOPE;
  request->streams = g_ptr_array_new_with_free_func (free_stream);
  xmlDoc *document = length > G_MAXINT
                       ? NULL
                       : xmlReadMemory (body, (int)length, NULL, NULL,
                                        XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  const char *problem = "The request is not well-formed XML.";
  if (document != NULL && document->intSubset != NULL)
    problem = "A document type is not allowed.";
  else if (document != NULL)
    problem = read_envelope (request, xmlDocGetRootElement (document));
  if (document != NULL)
    xmlFreeDoc (document);
  if (problem == NULL)
    return g_steal_pointer (&request);
  *fault = sim_fault_new_bad_xml (problem);
  return NULL;
}

/* ---- writing --------------------------------------------------------------------------------- */

void
sim_soap_append_text (GString *xml, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);
  g_string_append (xml, escaped);
}

void
sim_soap_begin (GString *xml, const char *action_uri, const char *relates_to)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *capital_id = g_ascii_strup (id, -1);
  g_string_append (xml, "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" SOAP_SPACE
                        "\" xmlns:a=\"" ADDRESSING_SPACE
                        "\" xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/transfer\" "
                        "xmlns:w=\"" WSMAN_SPACE "\" xmlns:rsp=\"" SHELL_SPACE
                        "\" xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd\">"
                        "<s:Header><a:Action>");
  sim_soap_append_text (xml, action_uri);
  g_string_append_printf (xml,
                          "</a:Action><a:MessageID>uuid:%s</a:MessageID><a:To>" ADDRESSING_SPACE
                          "/role/anonymous</a:To>",
                          capital_id);
  if (relates_to != NULL)
    {
      g_string_append (xml, "<a:RelatesTo>");
      sim_soap_append_text (xml, relates_to);
      g_string_append (xml, "</a:RelatesTo>");
    }
  g_string_append (xml, "</s:Header><s:Body>");
}

void
sim_soap_end (GString *xml)
{
  g_string_append (xml, "</s:Body></s:Envelope>");
}

void
sim_soap_append_identify (GString *xml)
{
  g_string_append (
    xml, "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" SOAP_SPACE
         "\"><s:Header/><s:Body><wsmid:IdentifyResponse "
         "xmlns:wsmid=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\">"
         "<wsmid:ProtocolVersion>" WSMAN_SPACE "</wsmid:ProtocolVersion>"
         "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
         "<wsmid:ProductVersion>OS: 10.0.20348 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>"
         "</wsmid:IdentifyResponse></s:Body></s:Envelope>");
}

void
sim_soap_append_stream (GString *xml, const char *command_id, const guint8 *bytes, gsize length)
{
  int state = 0, save = 0;
  if (command_id == NULL)
    g_string_append (xml, "<rsp:Stream Name=\"stdout\">");
  else
    {
      g_string_append (xml, "<rsp:Stream Name=\"stdout\" CommandId=\"");
      g_string_append (xml, command_id);
      g_string_append (xml, "\">");
    }
  gsize start = xml->len;
  g_string_set_size (xml, start + (length / 3 + 1) * 4 + 4);
  gsize written = g_base64_encode_step (bytes, length, FALSE, xml->str + start, &state, &save);
  written += g_base64_encode_close (FALSE, xml->str + start + written, &state, &save);
  g_string_truncate (xml, start + written);
  g_string_append (xml, "</rsp:Stream>");
}
