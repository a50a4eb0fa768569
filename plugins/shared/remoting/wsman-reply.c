/* wsman-reply.c: reads a SOAP reply as it arrives */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-reply.h"

#include "wsman-base64.h"
#include "wsman-envelope.h"

#include <libxml/parser.h>
#include <string.h>

/* A slice stays in the first-level cache while the parser and the decoder go over it. */
#define SLICE_BYTES (16 * 1024)

#define MAX_DEPTH 32
#define MAX_TEXT_BYTES (16 * 1024)

/* An end tag, an attribute: whatever the parser has to hold until it is complete. */
#define MAX_PENDING_BYTES (64 * 1024)

typedef enum {
  ELEMENT_OTHER,
  ELEMENT_ENVELOPE,
  ELEMENT_HEADER,
  ELEMENT_BODY,
  ELEMENT_RELATES_TO,
  ELEMENT_FAULT,
  ELEMENT_VALUE,
  ELEMENT_SUBCODE,
  ELEMENT_REASON_TEXT,
  ELEMENT_WSMAN_FAULT,
  ELEMENT_FAULT_MESSAGE,
  ELEMENT_PROVIDER_FAULT,
  ELEMENT_RECEIVE_RESPONSE,
  ELEMENT_STREAM,
  ELEMENT_COMMAND_STATE,
  ELEMENT_COMMAND_ID,
  ELEMENT_SHELL_ID,
  ELEMENT_SELECTOR,
  ELEMENT_PRODUCT_VERSION,
} Element;

static const struct {
  const char *name;
  const char *namespace;
  Element element;
} elements[] = {
  { "Stream", OST_WSMAN_NS_SHELL, ELEMENT_STREAM },
  { "Envelope", OST_WSMAN_NS_SOAP, ELEMENT_ENVELOPE },
  { "Header", OST_WSMAN_NS_SOAP, ELEMENT_HEADER },
  { "Body", OST_WSMAN_NS_SOAP, ELEMENT_BODY },
  { "RelatesTo", OST_WSMAN_NS_ADDRESSING, ELEMENT_RELATES_TO },
  { "Fault", OST_WSMAN_NS_SOAP, ELEMENT_FAULT },
  { "Value", OST_WSMAN_NS_SOAP, ELEMENT_VALUE },
  { "Subcode", OST_WSMAN_NS_SOAP, ELEMENT_SUBCODE },
  { "Text", OST_WSMAN_NS_SOAP, ELEMENT_REASON_TEXT },
  { "WSManFault", OST_WSMAN_NS_FAULT, ELEMENT_WSMAN_FAULT },
  { "Message", OST_WSMAN_NS_FAULT, ELEMENT_FAULT_MESSAGE },
  { "ProviderFault", OST_WSMAN_NS_FAULT, ELEMENT_PROVIDER_FAULT },
  { "ReceiveResponse", OST_WSMAN_NS_SHELL, ELEMENT_RECEIVE_RESPONSE },
  { "CommandState", OST_WSMAN_NS_SHELL, ELEMENT_COMMAND_STATE },
  { "CommandId", OST_WSMAN_NS_SHELL, ELEMENT_COMMAND_ID },
  { "ShellId", OST_WSMAN_NS_SHELL, ELEMENT_SHELL_ID },
  { "Selector", OST_WSMAN_NS_WSMAN, ELEMENT_SELECTOR },
  { "ProductVersion", OST_WSMAN_NS_IDENTITY, ELEMENT_PRODUCT_VERSION },
};

struct _OstWsmanReply {
  char *message_id;
  OstWsmanStreamFunc stream;
  gpointer user_data;
  xmlParserCtxtPtr parser;
  GError *error;

  Element path[MAX_DEPTH];
  guint depth;
  guint message_depth; /* of the outermost f:Message, 0 outside */
  gboolean has_body;

  /* Of the stream that is open. */
  gboolean is_in_stream;
  OstBase64 base64;
  char *stream_name;
  char *stream_command;
  guint8 decoded[OST_BASE64_ROOM (SLICE_BYTES)];
  guint64 n_stream_bytes;

  /* Where characters go, if anywhere. */
  GString *text;
  GString *relates_to;
  GString *shell_id;
  GString *command_id;
  GString *product;
  GString *role;
  GString *subcode;
  GString *reason;
  GString *message;
  char *provider;
  char *body;
  gboolean is_done;
  gboolean has_fault;
  OstWsmanFault fault;
};

static void fail (OstWsmanReply *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (OstWsmanReply *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (self->error != NULL)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (&self->error, OST_ERROR, OST_ERROR_PROTOCOL, "the reply is no good SOAP: %s", text);
  xmlStopParser (self->parser);
}

static Element
find_element (const xmlChar *name, const xmlChar *namespace)
{
  for (gsize i = 0; namespace != NULL && i < G_N_ELEMENTS (elements); i++)
    if (strcmp ((const char *)name, elements[i].name) == 0
        && strcmp ((const char *)namespace, elements[i].namespace) == 0)
      return elements[i].element;
  return ELEMENT_OTHER;
}

/* libxml2 gives five pointers for each attribute: name, prefix, namespace, value, value's end. */
static char *
dup_attribute (const xmlChar **attributes, int n_attributes, const char *name)
{
  for (int i = 0; i < n_attributes; i++)
    if (strcmp ((const char *)attributes[5 * i], name) == 0)
      return g_strndup ((const char *)attributes[5 * i + 3],
                        (gsize)(attributes[5 * i + 4] - attributes[5 * i + 3]));
  return NULL;
}

static gboolean
is_inside (OstWsmanReply *self, Element element)
{
  for (guint i = 0; i < self->depth; i++)
    if (self->path[i] == element)
      return TRUE;
  return FALSE;
}

static void
begin_wsman_fault (OstWsmanReply *self, const xmlChar **attributes, int n_attributes)
{
  g_autofree char *code = dup_attribute (attributes, n_attributes, "Code");
  guint64 number = 0;

  /* The outermost one names the code that counts; those inside tell where it comes from. */
  if (self->fault.code != 0 || code == NULL || !is_inside (self, ELEMENT_FAULT))
    return;
  if (g_ascii_string_to_unsigned (code, 10, 0, G_MAXUINT32, &number, NULL))
    self->fault.code = (guint32)number;
}

static void
begin_stream (OstWsmanReply *self, const xmlChar **attributes, int n_attributes)
{
  if (self->depth != 4 || self->path[1] != ELEMENT_BODY
      || self->path[2] != ELEMENT_RECEIVE_RESPONSE)
    return;
  self->is_in_stream = TRUE;
  self->base64 = (OstBase64){ 0 };
  g_free (self->stream_name);
  g_free (self->stream_command);
  self->stream_name = dup_attribute (attributes, n_attributes, "Name");
  self->stream_command = dup_attribute (attributes, n_attributes, "CommandId");
  if (self->stream_name == NULL)
    fail (self, "a stream has no name");
}

static void
begin_command_state (OstWsmanReply *self, const xmlChar **attributes, int n_attributes)
{
  g_autofree char *state = dup_attribute (attributes, n_attributes, "State");

  if (state != NULL && strcmp (state, OST_WSMAN_NS_SHELL "/CommandState/Done") == 0
      && is_inside (self, ELEMENT_RECEIVE_RESPONSE))
    self->is_done = TRUE;
}

/* The first thing in the body: now all headers are known. */
static void
begin_body_element (OstWsmanReply *self, Element element, const char *name)
{
  self->has_fault = self->has_fault || element == ELEMENT_FAULT;
  if (self->body != NULL)
    return;
  self->body = g_strdup (name);
  if (self->message_id == NULL || self->has_fault)
    return;
  g_strstrip (self->relates_to->str);
  if (*self->relates_to->str == '\0')
    fail (self, "it does not say which request it answers");
  else if (g_ascii_strncasecmp (self->relates_to->str, "uuid:", 5) != 0
           || g_ascii_strcasecmp (self->relates_to->str + 5, self->message_id) != 0)
    {
      g_autofree char *other
        = ost_wsman_excerpt (self->relates_to->str, strlen (self->relates_to->str));

      fail (self, "expected the answer to request uuid:%s, came that to ‘%s’", self->message_id,
            other);
    }
}

/* Where the text of an element goes; NULL for nowhere. */
static GString *
choose_text (OstWsmanReply *self, Element element, const xmlChar **attributes, int n_attributes)
{
  gboolean is_in_fault = self->has_fault;
  g_autofree char *name = NULL;

  switch (element)
    {
    case ELEMENT_RELATES_TO:
      return self->depth == 3 && self->path[1] == ELEMENT_HEADER ? self->relates_to : NULL;
    case ELEMENT_VALUE:
      return !is_in_fault ? NULL : is_inside (self, ELEMENT_SUBCODE) ? self->subcode : self->role;
    case ELEMENT_REASON_TEXT:
      return is_in_fault && self->reason->len == 0 ? self->reason : NULL;
    case ELEMENT_COMMAND_ID:
      return self->depth == 4 ? self->command_id : NULL;
    case ELEMENT_SHELL_ID:
      return self->depth == 4 && self->shell_id->len == 0 ? self->shell_id : NULL;
    case ELEMENT_SELECTOR:
      name = dup_attribute (attributes, n_attributes, "Name");
      return self->shell_id->len == 0 && g_strcmp0 (name, "ShellId") == 0 ? self->shell_id : NULL;
    case ELEMENT_PRODUCT_VERSION:
      return self->product->len == 0 ? self->product : NULL;
    default:
      return NULL;
    }
}

static gboolean
check_place (OstWsmanReply *self, Element element, const char *name)
{
  if (self->depth == MAX_DEPTH)
    fail (self, "its elements lie more than %d deep", MAX_DEPTH);
  else if (self->depth == 0 && element != ELEMENT_ENVELOPE)
    fail (self, "expected a SOAP 1.2 envelope, came the element ‘%s’", name);
  else if (self->depth == 1 && element == ELEMENT_BODY && self->has_body)
    fail (self, "it has more than one body");
  else if (self->is_in_stream)
    fail (self, "expected base64 in a stream, came the element ‘%s’", name);
  return self->error == NULL;
}

static void
start_element_cb (void *user_data, const xmlChar *local_name, const xmlChar *prefix,
                  const xmlChar *namespace, int n_namespaces, const xmlChar **namespaces,
                  int n_attributes, int n_defaulted, const xmlChar **attributes)
{
  OstWsmanReply *self = user_data;
  const char *name = (const char *)local_name;
  Element element = find_element (local_name, namespace);

  if (self->error != NULL || !check_place (self, element, name))
    return;
  self->path[self->depth++] = element;
  if (self->depth == 2 && element == ELEMENT_BODY)
    self->has_body = TRUE;
  if (self->depth == 3 && self->path[1] == ELEMENT_BODY)
    begin_body_element (self, element, name);
  if (self->error != NULL)
    return;
  if (self->message_depth == 0)
    self->text = choose_text (self, element, attributes, n_attributes);
  if (element == ELEMENT_STREAM)
    begin_stream (self, attributes, n_attributes);
  else if (element == ELEMENT_COMMAND_STATE)
    begin_command_state (self, attributes, n_attributes);
  else if (element == ELEMENT_WSMAN_FAULT)
    begin_wsman_fault (self, attributes, n_attributes);
  else if (element == ELEMENT_PROVIDER_FAULT && self->provider == NULL)
    self->provider = dup_attribute (attributes, n_attributes, "provider");
  else if (element == ELEMENT_FAULT_MESSAGE && self->message_depth == 0 && self->has_fault)
    {
      self->message_depth = self->depth;
      self->text = self->message;
    }
}

static void
end_element_cb (void *user_data, const xmlChar *name, const xmlChar *prefix,
                const xmlChar *namespace)
{
  OstWsmanReply *self = user_data;

  if (self->error != NULL)
    return;
  if (self->is_in_stream)
    {
      self->is_in_stream = FALSE;
      if (!ost_base64_finish (&self->base64, &self->error))
        xmlStopParser (self->parser);
    }
  if (self->message_depth == 0 || self->depth == self->message_depth)
    {
      self->text = NULL;
      self->message_depth = 0;
    }
  self->depth--;
}

static void
take_base64 (OstWsmanReply *self, const char *text, gsize length)
{
  while (length > 0)
    {
      gsize used = MIN (length, SLICE_BYTES);
      gsize n_bytes;

      if (!ost_base64_decode (&self->base64, text, used, self->decoded, &n_bytes, &self->error)
          || (n_bytes > 0 && self->stream != NULL
              && !self->stream (self->stream_name, self->stream_command, self->decoded, n_bytes,
                                self->user_data, &self->error)))
        {
          xmlStopParser (self->parser);
          return;
        }
      self->n_stream_bytes += n_bytes;
      text += used;
      length -= used;
    }
}

static void
characters_cb (void *user_data, const xmlChar *text, int length)
{
  OstWsmanReply *self = user_data;

  if (self->error != NULL)
    return;
  if (self->is_in_stream)
    take_base64 (self, (const char *)text, (gsize)length);
  else if (self->text != NULL && self->text->len < MAX_TEXT_BYTES)
    g_string_append_len (self->text, (const char *)text,
                         (gssize)MIN ((gsize)length, MAX_TEXT_BYTES - self->text->len));
}

static void
document_type_cb (void *user_data, const xmlChar *name, const xmlChar *external_id,
                  const xmlChar *system_id)
{
  fail (user_data, "it has a document type");
}

static void
instruction_cb (void *user_data, const xmlChar *target, const xmlChar *data)
{
  fail (user_data, "it has a processing instruction");
}

static void
ignore_error_cb (void *user_data, xmlErrorPtr error)
{
  /* The parser keeps it; without this function libxml2 writes it to standard error. */
}

static void
get_handler (xmlSAXHandler *handler)
{
  memset (handler, 0, sizeof *handler);
  handler->initialized = XML_SAX2_MAGIC;
  handler->startElementNs = start_element_cb;
  handler->endElementNs = end_element_cb;
  handler->characters = characters_cb;
  handler->ignorableWhitespace = characters_cb;
  handler->cdataBlock = characters_cb;
  handler->internalSubset = document_type_cb;
  handler->externalSubset = document_type_cb;
  handler->processingInstruction = instruction_cb;
  handler->serror = ignore_error_cb;
}

OstWsmanReply *
ost_wsman_reply_new (const char *message_id, OstWsmanStreamFunc stream, gpointer user_data)
{
  OstWsmanReply *self = g_new0 (OstWsmanReply, 1);
  GString **texts[] = { &self->relates_to, &self->shell_id, &self->command_id, &self->product,
                        &self->role,       &self->subcode,  &self->reason,     &self->message };
  xmlSAXHandler handler;

  self->message_id = g_strdup (message_id);
  self->stream = stream;
  self->user_data = user_data;
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_string_new (NULL);
  get_handler (&handler);
  self->parser = xmlCreatePushParserCtxt (&handler, self, NULL, 0, NULL);
  if (self->parser == NULL)
    g_error ("out of memory for an XML parser");
  xmlCtxtUseOptions (self->parser, XML_PARSE_NONET);
  return self;
}

static void
free_texts (OstWsmanReply *self)
{
  GString *texts[] = { self->relates_to, self->shell_id, self->command_id, self->product,
                       self->role,       self->subcode,  self->reason,     self->message };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_string_free (texts[i], TRUE);
}

void
ost_wsman_reply_free (OstWsmanReply *self)
{
  if (self == NULL)
    return;
  xmlFreeParserCtxt (self->parser);
  free_texts (self);
  g_clear_error (&self->error);
  g_free (self->message_id);
  g_free (self->stream_name);
  g_free (self->stream_command);
  g_free (self->provider);
  g_free (self->body);
  g_free (self);
}

static gboolean
check (OstWsmanReply *self, GError **error)
{
  const xmlError *problem = xmlCtxtGetLastError (self->parser);

  if (self->error == NULL && !self->parser->wellFormed)
    {
      g_autofree char *text = problem != NULL && problem->message != NULL
                                ? ost_wsman_excerpt (problem->message, strlen (problem->message))
                                : g_strdup ("the parser gave up");

      fail (self, "it is no XML (line %d: %s)", self->parser->input ? self->parser->input->line : 0,
            text);
    }
  if (self->error == NULL && self->parser->input != NULL
      && self->parser->input->end - self->parser->input->cur > MAX_PENDING_BYTES)
    fail (self, "a tag of it is longer than %d bytes", MAX_PENDING_BYTES);
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->error));
  return FALSE;
}

gboolean
ost_wsman_reply_feed (OstWsmanReply *self, const char *bytes, gsize length, GError **error)
{
  while (length > 0 && self->error == NULL)
    {
      gsize used = MIN (length, SLICE_BYTES);

      xmlParseChunk (self->parser, bytes, (int)used, 0);
      bytes += used;
      length -= used;
      if (!check (self, error))
        return FALSE;
    }
  return check (self, error);
}

static void
fill_fault (OstWsmanReply *self)
{
  OstWsmanFault *fault = &self->fault;
  const char *colon = strrchr (self->role->str, ':');

  /* SOAP 1.2, table 4: Sender, or VersionMismatch, MustUnderstand and DataEncodingUnknown, which
   * are about what was sent too. */
  fault->is_ours = strcmp (colon != NULL ? colon + 1 : self->role->str, "Receiver") != 0;
  fault->subcode = self->subcode->len > 0 ? g_strstrip (self->subcode->str) : NULL;
  fault->provider = self->provider;
  g_strstrip (self->message->str);
  g_strstrip (self->reason->str);
  fault->text = *self->message->str != '\0' ? self->message->str : self->reason->str;
}

gboolean
ost_wsman_reply_finish (OstWsmanReply *self, GError **error)
{
  if (self->error == NULL)
    xmlParseChunk (self->parser, "", 0, 1);
  if (!check (self, error))
    return FALSE;
  if (!self->has_body)
    {
      fail (self, "it has no body");
      return check (self, error);
    }
  if (self->has_fault)
    fill_fault (self);
  g_strstrip (self->shell_id->str);
  g_strstrip (self->command_id->str);
  g_strstrip (self->product->str);
  return TRUE;
}

const OstWsmanFault *
ost_wsman_reply_get_fault (OstWsmanReply *self)
{
  return self->has_fault ? &self->fault : NULL;
}

const char *
ost_wsman_reply_get_body (OstWsmanReply *self)
{
  return self->body;
}

static const char *
text_or_null (const GString *text)
{
  return *text->str != '\0' ? text->str : NULL;
}

const char *
ost_wsman_reply_get_shell_id (OstWsmanReply *self)
{
  return text_or_null (self->shell_id);
}

const char *
ost_wsman_reply_get_command_id (OstWsmanReply *self)
{
  return text_or_null (self->command_id);
}

const char *
ost_wsman_reply_get_product (OstWsmanReply *self)
{
  return text_or_null (self->product);
}

gboolean
ost_wsman_reply_is_done (OstWsmanReply *self)
{
  return self->is_done;
}

guint64
ost_wsman_reply_count_stream_bytes (OstWsmanReply *self)
{
  return self->n_stream_bytes;
}
