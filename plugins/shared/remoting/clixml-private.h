/* clixml-private.h: how the values of a message lie in memory, and what builds them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-arena.h"
#include "clixml-names.h"
#include "clixml-reader.h"
#include "clixml-refs.h"
#include "clixml-tags.h"

#include <libxml/parser.h>

G_BEGIN_DECLS

/* Elements that a value may take up: En, Obj and DCT. */
#define OST_CLIXML_ELEMENTS_PER_VALUE 3

/* Longest piece of a name from the wire that a message repeats. */
#define OST_CLIXML_QUOTED_BYTES 40

/* What may refer to itself is followed this often at most. */
#define OST_CLIXML_MAX_HOPS 64

struct _OstClixmlValue {
  const OstClixmlName *name;
  OstClixmlValue *next;
  const char *text;
  gsize length;
  guint32 name_hash;
  OstClixmlType kind;
};

struct _OstClixmlEntry {
  OstClixmlEntry *next;
  OstClixmlValue *key;
  OstClixmlValue *value;
};

typedef struct _OstClixmlTypeName OstClixmlTypeName;
struct _OstClixmlTypeName {
  OstClixmlTypeName *next;
  const char *text;
};

typedef struct {
  OstClixmlTypeName *first;
} OstClixmlTypes;

/* The text of the value is its ToString. */
typedef struct {
  OstClixmlValue value;
  const OstClixmlTypes *types;
  OstClixmlValue *primitive;
  OstClixmlValue *inner;
  OstClixmlValue *extended;
  OstClixmlValue *adapted;
  OstClixmlValue **extended_tail;
  OstClixmlValue **adapted_tail;
  OstClixmlValue *items;
  OstClixmlEntry *entries;
  OstClixmlContainer container;
} OstClixmlObject;

typedef struct {
  OstClixmlValue value;
  OstClixmlObject *target;
} OstClixmlReference;

typedef enum {
  OST_CLIXML_IN_TOP,
  OST_CLIXML_IN_OBJECT,
  OST_CLIXML_IN_EXTENDED,
  OST_CLIXML_IN_ADAPTED,
  OST_CLIXML_IN_ITEMS,
  OST_CLIXML_IN_DICTIONARY,
  OST_CLIXML_IN_ENTRY,
  OST_CLIXML_IN_TYPES,
  OST_CLIXML_IN_TEXT,
  OST_CLIXML_IN_TO_STRING,
  OST_CLIXML_IN_TYPE_NAME,
  OST_CLIXML_IN_EMPTY,
  OST_CLIXML_IN_SKIPPED,
} OstClixmlPlace;

/**
 * OstClixmlFrame:
 * @place: what kind of element is open
 * @object: the object that it belongs to
 * @tail: where the next child is linked: an OstClixmlValue **, OstClixmlEntry ** or
 *   OstClixmlTypeName **, by @place
 * @text: the value or type name whose text is being read, by @place
 * @depth: how many objects are open
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlPlace place;
  OstClixmlObject *object;
  gpointer tail;
  gpointer text;
  guint depth;
} OstClixmlFrame;

/**
 * OstClixmlBuilder:
 *
 * Makes values from the parser's events.
 *
 * Since: 1.0
 */
typedef struct {
  OstClixmlLimits limits;
  OstClixmlObjectFunc func;
  gpointer user_data;
  gboolean is_document;

  xmlParserCtxtPtr parser;
  OstClixmlTags tags;

  OstClixmlFrame *frames;
  OstClixmlFrame *frame;
  OstClixmlFrame *last_frame;
  OstClixmlArena *text_arena;
  char *text_start;
  OstClixmlValue *top;
  guint values;
  gboolean has_marks;
  gboolean has_forgotten;
  gboolean has_root;

  OstClixmlArena values_arena;
  OstClixmlArena types_arena;
  OstClixmlNames names;
  OstClixmlRefs objects;
  OstClixmlRefs types;

  guint64 value_end;
  guint64 parsed_before;
  char *problem;
  guint64 problem_offset;
  GError *error;
} OstClixmlBuilder;

/**
 * ost_clixml_builder_init:
 * @builder: a builder, all zeros but for @limits, @func, @user_data and @is_document
 *
 * Since: 1.0
 */
void ost_clixml_builder_init (OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_clear:
 * @builder: a builder
 *
 * Since: 1.0
 */
void ost_clixml_builder_clear (OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_attach:
 * @builder: a builder
 * @parser: a parser that has read nothing yet
 *
 * Since: 1.0
 */
void ost_clixml_builder_attach (OstClixmlBuilder *builder, xmlParserCtxtPtr parser);

/**
 * ost_clixml_builder_get_handler:
 * @handler: (out): what the parser must call, with the builder as its user data
 *
 * Since: 1.0
 */
void ost_clixml_builder_get_handler (xmlSAXHandler *handler);

/**
 * ost_clixml_builder_check:
 * @builder: a builder
 *
 * Fails if the parser found that this is no XML.
 *
 * Since: 1.0
 */
void ost_clixml_builder_check (OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_forget:
 * @builder: a builder
 *
 * Forgets all values, types and reference ids; what comes next is another message.
 *
 * Since: 1.0
 */
void ost_clixml_builder_forget (OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_get_depth:
 * @builder: a builder
 *
 * Returns: how many elements of the message are open
 *
 * Since: 1.0
 */
guint ost_clixml_builder_get_depth (const OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_get_offset:
 * @builder: a builder
 *
 * Returns: how far the parser is in the message, in bytes
 *
 * Since: 1.0
 */
guint64 ost_clixml_builder_get_offset (const OstClixmlBuilder *builder);

/**
 * ost_clixml_builder_fail:
 * @builder: a builder
 * @format: what was expected and what came
 *
 * Stops the parser; the first failure is the one that counts.
 *
 * Since: 1.0
 */
void ost_clixml_builder_fail (OstClixmlBuilder *builder, const char *format, ...)
  G_GNUC_PRINTF (2, 3);

/* The parser's events; @user_data is the builder. */
void ost_clixml_builder_start_element (void *user_data, const xmlChar *name, const xmlChar *prefix,
                                       const xmlChar *uri, int namespace_count,
                                       const xmlChar **namespaces, int attribute_count,
                                       int defaulted_count, const xmlChar **given);
void ost_clixml_builder_end_element (void *user_data, const xmlChar *name, const xmlChar *prefix,
                                     const xmlChar *uri);
void ost_clixml_builder_add_characters (void *user_data, const xmlChar *characters, int length);

G_END_DECLS
