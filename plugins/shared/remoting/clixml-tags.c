/* clixml-tags.c: the elements of CLIXML */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-tags.h"

#include <string.h>

/* MS-PSRP 2.2.5.1 and 2.2.5.2. */
static const struct {
  char name[12];
  int code;
} known_tags[] = {
  { "Nil", OST_CLIXML_NIL },
  { "S", OST_CLIXML_STRING },
  { "C", OST_CLIXML_CHAR },
  { "B", OST_CLIXML_BOOLEAN },
  { "DT", OST_CLIXML_DATE_TIME },
  { "TS", OST_CLIXML_TIME_SPAN },
  { "By", OST_CLIXML_BYTE },
  { "SB", OST_CLIXML_SIGNED_BYTE },
  { "U16", OST_CLIXML_U16 },
  { "I16", OST_CLIXML_I16 },
  { "U32", OST_CLIXML_U32 },
  { "I32", OST_CLIXML_I32 },
  { "U64", OST_CLIXML_U64 },
  { "I64", OST_CLIXML_I64 },
  { "Sg", OST_CLIXML_SINGLE },
  { "Db", OST_CLIXML_DOUBLE },
  { "D", OST_CLIXML_DECIMAL },
  { "BA", OST_CLIXML_BYTES },
  { "G", OST_CLIXML_GUID },
  { "URI", OST_CLIXML_URI },
  { "Version", OST_CLIXML_VERSION },
  { "XD", OST_CLIXML_XML },
  { "SBK", OST_CLIXML_SCRIPT_BLOCK },
  { "SS", OST_CLIXML_SECURE_STRING },
  { "Obj", OST_CLIXML_OBJECT },
  { "Ref", OST_CLIXML_REFERENCE },
  { "Objs", OST_CLIXML_TAG_OBJECTS },
  { "TN", OST_CLIXML_TAG_TYPES },
  { "TNRef", OST_CLIXML_TAG_TYPES_REFERENCE },
  { "T", OST_CLIXML_TAG_TYPE_NAME },
  { "ToString", OST_CLIXML_TAG_TO_STRING },
  { "MS", OST_CLIXML_TAG_EXTENDED },
  { "Props", OST_CLIXML_TAG_ADAPTED },
  { "LST", OST_CLIXML_TAG_LIST },
  { "IE", OST_CLIXML_TAG_ENUMERABLE },
  { "STK", OST_CLIXML_TAG_STACK },
  { "QUE", OST_CLIXML_TAG_QUEUE },
  { "DCT", OST_CLIXML_TAG_DICTIONARY },
  { "En", OST_CLIXML_TAG_ENTRY },
};

void
ost_clixml_tags_init (OstClixmlTags *tags, xmlDictPtr dictionary)
{
  memset (tags, 0, sizeof *tags);
  tags->name = xmlDictLookup (dictionary, BAD_CAST "N", -1);
  tags->ref_id = xmlDictLookup (dictionary, BAD_CAST "RefId", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (known_tags); i++)
    {
      const xmlChar *name = xmlDictLookup (dictionary, BAD_CAST known_tags[i].name, -1);
      guint slot = ost_clixml_tags_get_slot (name);

      while (tags->slots[slot].name != NULL)
        slot = (slot + 1) % OST_CLIXML_TAG_SLOTS;
      tags->slots[slot].name = name;
      tags->slots[slot].code = known_tags[i].code;
    }
}
