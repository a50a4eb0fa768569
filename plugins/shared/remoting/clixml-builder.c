/* clixml-builder.c: what makes values of a message: its parser, its memory, its failures */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-private.h"

#include <ostiary/ost-error.h>

guint64
ost_clixml_builder_get_offset (const OstClixmlBuilder *builder)
{
  long parsed = builder->parser == NULL ? 0 : xmlByteConsumed (builder->parser);

  return parsed < 0 || (guint64)parsed < builder->parsed_before
           ? 0
           : (guint64)parsed - builder->parsed_before;
}

guint
ost_clixml_builder_get_depth (const OstClixmlBuilder *builder)
{
  return (guint)(builder->frame - builder->frames);
}

static void
set_error (OstClixmlBuilder *builder, guint64 offset, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  builder->error
    = g_error_new (OST_ERROR, OST_ERROR_PROTOCOL,
                   "cannot read CLIXML at byte %" G_GUINT64_FORMAT ": %s", offset, valid);
}

void
ost_clixml_builder_fail (OstClixmlBuilder *builder, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  if (builder->error != NULL)
    return;
  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  set_error (builder, ost_clixml_builder_get_offset (builder), text);
  xmlStopParser (builder->parser);
}

void
ost_clixml_builder_attach (OstClixmlBuilder *builder, xmlParserCtxtPtr parser)
{
  builder->parser = parser;
  builder->parsed_before = 0;
  builder->value_end = 0;
  g_clear_pointer (&builder->problem, g_free);
  ost_clixml_tags_init (&builder->tags, parser->dict);
}

static void
refuse_doctype (void *user_data, const xmlChar *name, const xmlChar *external_id,
                const xmlChar *system_id)
{
  ost_clixml_builder_fail (user_data, "expected a value, came a document type declaration");
}

static void
refuse_entity (void *user_data, const xmlChar *name)
{
  ost_clixml_builder_fail (user_data, "expected text, came the entity ‘%.*s’",
                           OST_CLIXML_QUOTED_BYTES, (const char *)name);
}

static void
refuse_instruction (void *user_data, const xmlChar *target, const xmlChar *data)
{
  ost_clixml_builder_fail (user_data, "expected a value, came the processing instruction ‘%.*s’",
                           OST_CLIXML_QUOTED_BYTES, (const char *)target);
}

static void
refuse_cdata (void *user_data, const xmlChar *data, int length)
{
  ost_clixml_builder_fail (user_data, "expected escaped text, came a CDATA section");
}

/* What the parser has in front of it: a tag's name, and nothing that may be somebody's data. */
static char *
quote_input (const xmlParserInput *input)
{
  gsize length = MIN ((gsize)(input->end - input->cur), OST_CLIXML_QUOTED_BYTES);
  gsize i = 1;

  if (length == 0)
    return g_strdup ("the end");
  if (input->cur[0] != '<')
    return g_strdup ("what is none");
  while (i < length
         && (g_ascii_isalnum ((char)input->cur[i])
             || (input->cur[i] != '\0' && strchr ("!?/-[", input->cur[i]) != NULL)))
    i++;
  return g_strdup_printf ("‘%.*s’", (int)i, (const char *)input->cur);
}

/* The parser tells of a problem while it still knows where it is; it stops by itself. */
static void
note_problem (void *user_data, const char *format, ...)
{
  OstClixmlBuilder *builder = user_data;
  const xmlError *problem = xmlCtxtGetLastError (builder->parser);
  g_autofree char *came = NULL;
  g_autofree char *reason = NULL;

  if (problem == NULL || problem->level != XML_ERR_FATAL || builder->problem != NULL)
    return;
  came = quote_input (builder->parser->input);
  reason = g_strdup (problem->message == NULL ? "no reason given" : problem->message);
  builder->problem = g_strdup_printf ("expected well-formed XML, came %s (%s)", came,
                                      g_strstrip (g_strdelimit (reason, "\r\n", ' ')));
  builder->problem_offset = ost_clixml_builder_get_offset (builder);
}

void
ost_clixml_builder_check (OstClixmlBuilder *builder)
{
  if (builder->error != NULL || builder->parser->wellFormed)
    return;
  if (builder->problem != NULL)
    set_error (builder, builder->problem_offset, builder->problem);
  else
    ost_clixml_builder_fail (builder, "expected well-formed XML");
}

void
ost_clixml_builder_get_handler (xmlSAXHandler *handler)
{
  memset (handler, 0, sizeof *handler);
  handler->initialized = XML_SAX2_MAGIC;
  handler->startElementNs = ost_clixml_builder_start_element;
  handler->endElementNs = ost_clixml_builder_end_element;
  handler->characters = ost_clixml_builder_add_characters;
  handler->ignorableWhitespace = ost_clixml_builder_add_characters;
  handler->internalSubset = refuse_doctype;
  handler->reference = refuse_entity;
  handler->processingInstruction = refuse_instruction;
  handler->cdataBlock = refuse_cdata;
  handler->error = note_problem;
}

void
ost_clixml_builder_init (OstClixmlBuilder *builder)
{
  gsize frames = (gsize)builder->limits.max_depth * OST_CLIXML_ELEMENTS_PER_VALUE + 2;

  builder->frames = g_new0 (OstClixmlFrame, frames);
  builder->last_frame = builder->frames + frames - 1;
  ost_clixml_names_init (&builder->names);
  ost_clixml_builder_forget (builder);
}

void
ost_clixml_builder_forget (OstClixmlBuilder *builder)
{
  ost_clixml_arena_reset (&builder->values_arena);
  ost_clixml_arena_reset (&builder->types_arena);
  ost_clixml_refs_reset (&builder->objects);
  ost_clixml_refs_reset (&builder->types);
  ost_clixml_names_next_object (&builder->names);
  builder->frame = builder->frames;
  builder->frame->place = OST_CLIXML_IN_TOP;
  builder->frame->tail = &builder->top;
  builder->top = NULL;
  builder->values = 0;
  builder->has_marks = FALSE;
  builder->has_forgotten = FALSE;
  builder->has_root = FALSE;
}

void
ost_clixml_builder_clear (OstClixmlBuilder *builder)
{
  ost_clixml_arena_clear (&builder->values_arena);
  ost_clixml_arena_clear (&builder->types_arena);
  ost_clixml_names_clear (&builder->names);
  ost_clixml_refs_clear (&builder->objects);
  ost_clixml_refs_clear (&builder->types);
  g_clear_pointer (&builder->frames, g_free);
  g_clear_pointer (&builder->problem, g_free);
  g_clear_error (&builder->error);
}
