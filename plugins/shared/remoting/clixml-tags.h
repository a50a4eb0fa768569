/* clixml-tags.h: the elements of CLIXML */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-value.h"

#include <libxml/tree.h>

G_BEGIN_DECLS

/* Codes above the kinds of values: the elements that hold values, or say something about one. */
typedef enum {
  OST_CLIXML_TAG_UNKNOWN = OST_CLIXML_UNKNOWN,
  OST_CLIXML_TAG_OBJECTS,
  OST_CLIXML_TAG_TYPES,
  OST_CLIXML_TAG_TYPES_REFERENCE,
  OST_CLIXML_TAG_TYPE_NAME,
  OST_CLIXML_TAG_TO_STRING,
  OST_CLIXML_TAG_EXTENDED,
  OST_CLIXML_TAG_ADAPTED,
  OST_CLIXML_TAG_LIST,
  OST_CLIXML_TAG_ENUMERABLE,
  OST_CLIXML_TAG_STACK,
  OST_CLIXML_TAG_QUEUE,
  OST_CLIXML_TAG_DICTIONARY,
  OST_CLIXML_TAG_ENTRY,
} OstClixmlTagCode;

#define OST_CLIXML_TAG_SLOTS 128

/**
 * OstClixmlTags:
 * @slots: a hash table by the address of the name: the parser's dictionary has each name once
 * @name: the attribute `N`
 * @ref_id: the attribute `RefId`
 *
 * Since: 1.0
 */
typedef struct {
  struct {
    const xmlChar *name;
    int code;
  } slots[OST_CLIXML_TAG_SLOTS];
  const xmlChar *name;
  const xmlChar *ref_id;
} OstClixmlTags;

/**
 * ost_clixml_tags_init:
 * @tags: tags
 * @dictionary: the dictionary of a parser
 *
 * Since: 1.0
 */
void ost_clixml_tags_init (OstClixmlTags *tags, xmlDictPtr dictionary);

static inline guint
ost_clixml_tags_get_slot (const xmlChar *name)
{
  guintptr address = (guintptr)name;

  return (guint)((address ^ address >> 7 ^ address >> 14) % OST_CLIXML_TAG_SLOTS);
}

/**
 * ost_clixml_tags_find:
 * @tags: tags
 * @name: an element's name, from the parser
 *
 * Returns: an #OstClixmlType, or an #OstClixmlTagCode where the element is no value
 *
 * Since: 1.0
 */
static inline int
ost_clixml_tags_find (const OstClixmlTags *tags, const xmlChar *name)
{
  for (guint i = ost_clixml_tags_get_slot (name);; i = (i + 1) % OST_CLIXML_TAG_SLOTS)
    {
      if (tags->slots[i].name == name)
        return tags->slots[i].code;
      if (tags->slots[i].name == NULL)
        return OST_CLIXML_TAG_UNKNOWN;
    }
}

G_END_DECLS
