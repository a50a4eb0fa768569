/* clixml-reader.c: reads CLIXML as its bytes arrive and hands on each value when it is complete */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"

#include "clixml-private.h"
#include "clixml-source.h"

#include <ostiary/ost-error.h>

#define DEFAULT_OBJECT_BYTES (16 * 1024 * 1024)
#define DEFAULT_DEPTH 64
#define DEFAULT_VALUES 262144

/* Markup around one text that fills a message. */
#define MARKUP_BYTES (64 * 1024)

/* Longest tag, comment or reference: what the parser has to hold before it can go on. */
#define MAX_PENDING_BYTES (64 * 1024)

/* A parser serves many messages, since a new one costs more than a small message; not forever,
 * since it never forgets a name and counts lines in an int. */
#define PARSER_BYTES (32 * 1024 * 1024)
#define PARSER_NAMES 1024
#define MAX_PARSER_NAMES 8192

/* The element that messages lie in; a message cannot close it without being caught. */
#define ROOT "<messages>"

struct _OstClixmlReader {
  OstClixmlBuilder builder;
  OstClixmlSource source;
};

static gsize
get_pending (const OstClixmlReader *reader)
{
  const xmlParserInput *input = reader->builder.parser->input;

  return input == NULL ? 0 : (gsize)(input->end - input->cur);
}

static void
close_parser (OstClixmlReader *reader)
{
  g_clear_pointer (&reader->builder.parser, xmlFreeParserCtxt);
}

static void
open_parser (OstClixmlReader *reader)
{
  OstClixmlBuilder *builder = &reader->builder;
  gsize root_length = builder->is_document ? 0 : strlen (ROOT);
  xmlSAXHandler handler;
  xmlParserCtxtPtr parser;

  ost_clixml_builder_get_handler (&handler);
  parser = xmlCreatePushParserCtxt (&handler, builder, ROOT, (int)root_length, NULL);
  if (parser == NULL)
    g_error ("out of memory for an XML parser");
  xmlCtxtUseOptions (parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
  ost_clixml_builder_attach (builder, parser);
  if (root_length > 0)
    {
      builder->frame->place = OST_CLIXML_IN_SKIPPED;
      xmlParseChunk (parser, "", 0, 0);
      ost_clixml_builder_forget (builder);
      builder->parsed_before = root_length;
    }
}

/* Checks what the parser itself does not bound. */
static void
check_limits (OstClixmlReader *reader)
{
  OstClixmlBuilder *builder = &reader->builder;
  guint64 parsed;

  if (get_pending (reader) > MAX_PENDING_BYTES)
    {
      ost_clixml_builder_fail (builder, "expected tags of at most %d bytes, came a longer one",
                               MAX_PENDING_BYTES);
      return;
    }
  if (xmlDictSize (builder->parser->dict) > MAX_PARSER_NAMES)
    {
      ost_clixml_builder_fail (builder, "expected the elements of CLIXML, came %d other names",
                               MAX_PARSER_NAMES);
      return;
    }
  parsed = ost_clixml_builder_get_offset (builder);
  if (parsed > builder->value_end + builder->limits.max_object_bytes + MARKUP_BYTES)
    ost_clixml_builder_fail (
      builder, "expected a value of at most %" G_GSIZE_FORMAT " bytes, came a larger one",
      builder->limits.max_object_bytes);
}

static gboolean
parse (const char *bytes, gsize length, gpointer user_data)
{
  OstClixmlReader *reader = user_data;
  OstClixmlBuilder *builder = &reader->builder;

  if (builder->parser == NULL)
    open_parser (reader);
  builder->has_marks = reader->source.has_marks;
  xmlParseChunk (builder->parser, bytes, (int)length, 0);
  ost_clixml_builder_check (builder);
  if (builder->error == NULL)
    check_limits (reader);
  return builder->error == NULL;
}

static OstClixmlReader *
make_reader (const OstClixmlLimits *limits, gboolean is_document, OstClixmlObjectFunc func,
             gpointer user_data)
{
  OstClixmlReader *reader;
  OstClixmlLimits *own;

  g_return_val_if_fail (func != NULL, NULL);
  reader = g_new0 (OstClixmlReader, 1);
  own = &reader->builder.limits;
  if (limits != NULL)
    *own = *limits;
  own->max_object_bytes = own->max_object_bytes == 0 ? DEFAULT_OBJECT_BYTES : own->max_object_bytes;
  own->max_depth = own->max_depth == 0 ? DEFAULT_DEPTH : MIN (own->max_depth, DEFAULT_DEPTH);
  own->max_values = own->max_values == 0 ? DEFAULT_VALUES : own->max_values;
  reader->builder.is_document = is_document;
  reader->builder.func = func;
  reader->builder.user_data = user_data;
  ost_clixml_builder_init (&reader->builder);
  ost_clixml_source_init (&reader->source, is_document, parse, reader);
  return reader;
}

OstClixmlReader *
ost_clixml_reader_new (const OstClixmlLimits *limits, OstClixmlObjectFunc func, gpointer user_data)
{
  return make_reader (limits, FALSE, func, user_data);
}

OstClixmlReader *
ost_clixml_reader_new_document (const OstClixmlLimits *limits, OstClixmlObjectFunc func,
                                gpointer user_data)
{
  return make_reader (limits, TRUE, func, user_data);
}

static gboolean
give_error (const OstClixmlReader *reader, GError **error)
{
  if (error != NULL)
    *error = g_error_copy (reader->builder.error);
  return FALSE;
}

gboolean
ost_clixml_reader_feed (OstClixmlReader *reader, const char *bytes, gsize length, GError **error)
{
  g_return_val_if_fail (reader != NULL, FALSE);
  g_return_val_if_fail (bytes != NULL || length == 0, FALSE);
  if (reader->builder.error == NULL
      && (length == 0 || ost_clixml_source_feed (&reader->source, bytes, length)))
    return TRUE;
  return give_error (reader, error);
}

static gboolean
is_blank (const OstClixmlReader *reader)
{
  const xmlParserInput *input = reader->builder.parser->input;

  for (const xmlChar *at = input->cur; at < input->end; at++)
    {
      if (!g_ascii_isspace ((char)*at))
        return FALSE;
    }
  return TRUE;
}

/* A message ends where nothing of it is open, and nothing waits for more bytes. */
static void
finish_message (OstClixmlReader *reader)
{
  OstClixmlBuilder *builder = &reader->builder;
  guint depth = ost_clixml_builder_get_depth (builder);

  if (depth > 0)
    ost_clixml_builder_fail (
      builder, "expected the end of %u open elements, came the end of the message", depth);
  else if (!is_blank (reader))
    ost_clixml_builder_fail (builder, "expected a complete element, came %s",
                             builder->parser->input->cur[0] == '<' ? "the end of the message"
                                                                   : "text");
}

static void
finish_document (OstClixmlReader *reader)
{
  OstClixmlBuilder *builder = &reader->builder;
  guint depth = ost_clixml_builder_get_depth (builder);

  if (depth > 0)
    ost_clixml_builder_fail (
      builder, "expected the end of %u open elements, came the end of the document", depth);
  else if (!builder->has_root && is_blank (reader))
    ost_clixml_builder_fail (builder, "expected <Objs>, came nothing");
  if (builder->error != NULL)
    return;
  xmlParseChunk (builder->parser, NULL, 0, 1);
  ost_clixml_builder_check (builder);
}

/* Makes the reader ready for the next message. */
static void
begin_message (OstClixmlReader *reader)
{
  OstClixmlBuilder *builder = &reader->builder;

  ost_clixml_source_begin (&reader->source);
  ost_clixml_builder_forget (builder);
  if (builder->parser == NULL)
    return;
  builder->parsed_before += ost_clixml_builder_get_offset (builder) + get_pending (reader);
  builder->value_end = 0;
  if (builder->is_document || builder->parsed_before > PARSER_BYTES
      || xmlDictSize (builder->parser->dict) > PARSER_NAMES)
    close_parser (reader);
}

gboolean
ost_clixml_reader_end_message (OstClixmlReader *reader, GError **error)
{
  OstClixmlBuilder *builder;

  g_return_val_if_fail (reader != NULL, FALSE);
  builder = &reader->builder;
  if (builder->error == NULL && ost_clixml_source_end (&reader->source))
    {
      if (builder->parser == NULL && builder->is_document)
        open_parser (reader);
      if (builder->is_document)
        finish_document (reader);
      else if (builder->parser != NULL)
        finish_message (reader);
    }
  if (builder->error != NULL)
    return give_error (reader, error);
  begin_message (reader);
  return TRUE;
}

void
ost_clixml_reader_reset (OstClixmlReader *reader)
{
  g_return_if_fail (reader != NULL);
  g_clear_error (&reader->builder.error);
  close_parser (reader);
  begin_message (reader);
}

void
ost_clixml_reader_free (OstClixmlReader *reader)
{
  if (reader == NULL)
    return;
  close_parser (reader);
  ost_clixml_builder_clear (&reader->builder);
  g_free (reader);
}
