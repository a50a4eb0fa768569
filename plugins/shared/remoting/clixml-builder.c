/* clixml-builder.c: makes values from the events of the XML parser */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-private.h"

#include "clixml-escape.h"

#include <ostiary/ost-error.h>

/* Objects of a document that were handed on stay this long for others to refer to. */
#define KEPT_BYTES (256 * 1024)

/* Longest piece of a name from the wire that a message repeats. */
#define QUOTED_BYTES 40

/* Codes above the kinds of values: the elements that hold values, or say something about one. */
enum {
  TAG_UNKNOWN = OST_CLIXML_UNKNOWN,
  TAG_OBJECTS,
  TAG_TYPES,
  TAG_TYPES_REFERENCE,
  TAG_TYPE_NAME,
  TAG_TO_STRING,
  TAG_EXTENDED,
  TAG_ADAPTED,
  TAG_LIST,
  TAG_ENUMERABLE,
  TAG_STACK,
  TAG_QUEUE,
  TAG_DICTIONARY,
  TAG_ENTRY,
};

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
  { "Objs", TAG_OBJECTS },
  { "TN", TAG_TYPES },
  { "TNRef", TAG_TYPES_REFERENCE },
  { "T", TAG_TYPE_NAME },
  { "ToString", TAG_TO_STRING },
  { "MS", TAG_EXTENDED },
  { "Props", TAG_ADAPTED },
  { "LST", TAG_LIST },
  { "IE", TAG_ENUMERABLE },
  { "STK", TAG_STACK },
  { "QUE", TAG_QUEUE },
  { "DCT", TAG_DICTIONARY },
  { "En", TAG_ENTRY },
};

typedef struct {
  const char *name;
  gsize name_length;
  gboolean has_ref_id;
  guint64 ref_id;
} Attributes;

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

void
ost_clixml_builder_fail (OstClixmlBuilder *builder, const char *format, ...)
{
  g_autofree char *raw = NULL;
  g_autofree char *text = NULL;
  va_list arguments;

  if (builder->error != NULL)
    return;
  va_start (arguments, format);
  raw = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  text = g_utf8_make_valid (raw, -1);
  builder->error = g_error_new (OST_ERROR, OST_ERROR_PROTOCOL,
                                "cannot read CLIXML at byte %" G_GUINT64_FORMAT ": %s",
                                ost_clixml_builder_get_offset (builder), text);
  xmlStopParser (builder->parser);
}

static guint
tag_slot (const xmlChar *name)
{
  guintptr address = (guintptr)name;

  return (guint)((address ^ address >> 7 ^ address >> 14) % OST_CLIXML_TAG_SLOTS);
}

static int
find_tag (const OstClixmlBuilder *builder, const xmlChar *name)
{
  for (guint i = tag_slot (name);; i = (i + 1) % OST_CLIXML_TAG_SLOTS)
    {
      if (builder->tags[i].name == name)
        return builder->tags[i].code;
      if (builder->tags[i].name == NULL)
        return TAG_UNKNOWN;
    }
}

void
ost_clixml_builder_attach (OstClixmlBuilder *builder, xmlParserCtxtPtr parser)
{
  builder->parser = parser;
  builder->parsed_before = 0;
  builder->value_end = 0;
  g_clear_pointer (&builder->problem, g_free);
  memset (builder->tags, 0, sizeof builder->tags);
  builder->attribute_name = xmlDictLookup (parser->dict, BAD_CAST "N", -1);
  builder->attribute_ref_id = xmlDictLookup (parser->dict, BAD_CAST "RefId", -1);
  for (gsize i = 0; i < G_N_ELEMENTS (known_tags); i++)
    {
      const xmlChar *name = xmlDictLookup (parser->dict, BAD_CAST known_tags[i].name, -1);
      guint slot = tag_slot (name);

      while (builder->tags[slot].name != NULL)
        slot = (slot + 1) % OST_CLIXML_TAG_SLOTS;
      builder->tags[slot].name = name;
      builder->tags[slot].code = known_tags[i].code;
    }
}

static OstClixmlFrame *
push (OstClixmlBuilder *builder, OstClixmlPlace place, OstClixmlObject *object)
{
  OstClixmlFrame *frame = builder->frame;

  if (frame == builder->last_frame)
    {
      ost_clixml_builder_fail (builder, "expected elements at most %u deep, came more",
                               (guint)(builder->last_frame - builder->frames));
      return NULL;
    }
  frame[1].place = place;
  frame[1].object = object;
  frame[1].depth = frame->depth;
  frame++;
  builder->frame = frame;
  return frame;
}

static void
push_list (OstClixmlBuilder *builder, OstClixmlPlace place, OstClixmlObject *object, gpointer first)
{
  OstClixmlFrame *frame = push (builder, place, object);

  if (frame != NULL)
    frame->tail = first;
}

static void
push_text (OstClixmlBuilder *builder, OstClixmlPlace place, OstClixmlArena *arena, gpointer text)
{
  OstClixmlFrame *frame = push (builder, place, NULL);

  if (frame == NULL)
    return;
  frame->text = text;
  builder->text_arena = arena;
  builder->text_start = ost_clixml_arena_begin_text (arena);
}

static gboolean
count_value (OstClixmlBuilder *builder)
{
  if (++builder->values <= builder->limits.max_values)
    return TRUE;
  ost_clixml_builder_fail (builder, "expected at most %u values in one message, came more",
                           builder->limits.max_values);
  return FALSE;
}

static gboolean
read_ref_id (OstClixmlBuilder *builder, const char *start, const char *end, guint64 *ref_id)
{
  guint64 number = 0;

  if (end == start || end - start > 18)
    {
      ost_clixml_builder_fail (builder, "expected a reference id of 1 to 18 digits, came %d bytes",
                               (int)MIN (end - start, G_MAXINT));
      return FALSE;
    }
  for (const char *at = start; at < end; at++)
    {
      if (!g_ascii_isdigit (*at))
        {
          ost_clixml_builder_fail (builder, "expected a number as reference id, came ‘%.*s’",
                                   (int)(end - start), start);
          return FALSE;
        }
      number = number * 10 + (guint64)(*at - '0');
    }
  *ref_id = number;
  return TRUE;
}

/* libxml2 gives five pointers for each attribute: name, prefix, namespace, value, end of value. */
static gboolean
read_attributes (OstClixmlBuilder *builder, int count, const xmlChar **given,
                 Attributes *attributes)
{
  attributes->name = NULL;
  attributes->has_ref_id = FALSE;
  for (int i = 0; i < count; i++, given += 5)
    {
      const char *start = (const char *)given[3];
      const char *end = (const char *)given[4];

      if (given[0] == builder->attribute_name)
        {
          attributes->name = start;
          attributes->name_length = (gsize)(end - start);
        }
      else if (given[0] == builder->attribute_ref_id)
        {
          if (!read_ref_id (builder, start, end, &attributes->ref_id))
            return FALSE;
          attributes->has_ref_id = TRUE;
        }
    }
  return TRUE;
}

static OstClixmlValue *
new_value (OstClixmlBuilder *builder, gsize size, OstClixmlType kind, const Attributes *attributes)
{
  OstClixmlValue *value;

  if (!count_value (builder))
    return NULL;
  value = ost_clixml_arena_alloc (&builder->values_arena, size);
  value->kind = kind;
  value->next = NULL;
  value->text = NULL;
  value->length = 0;
  value->name = attributes->name == NULL ? NULL
                                         : ost_clixml_names_find (&builder->names, attributes->name,
                                                                  (guint32)attributes->name_length);
  return value;
}

/* Puts a value where its parent wants it. */
static void
link_value (OstClixmlBuilder *builder, OstClixmlValue *value)
{
  OstClixmlFrame *parent = builder->frame;
  OstClixmlValue **tail = parent->tail;

  if (G_UNLIKELY (parent->place == OST_CLIXML_IN_ENTRY))
    {
      OstClixmlEntry *entry = parent->tail;
      gboolean is_key
        = value->name != NULL
            ? value->name->length == 3 && g_ascii_strcasecmp (value->name->text, "Key") == 0
            : entry->key == NULL;

      if ((is_key ? entry->key : entry->value) != NULL)
        ost_clixml_builder_fail (builder, "expected one key and one value in an entry, came more");
      else if (is_key)
        entry->key = value;
      else
        entry->value = value;
      return;
    }
  *tail = value;
  parent->tail = &value->next;
}

static void
start_reference (OstClixmlBuilder *builder, const Attributes *attributes, OstClixmlValue *value)
{
  OstClixmlReference *reference = (OstClixmlReference *)value;

  reference->target
    = !attributes->has_ref_id ? NULL : ost_clixml_refs_find (&builder->objects, attributes->ref_id);
  if (reference->target != NULL)
    push (builder, OST_CLIXML_IN_EMPTY, NULL);
  else if (!attributes->has_ref_id)
    ost_clixml_builder_fail (builder, "expected a reference with a RefId, came one without");
  else
    ost_clixml_builder_fail (
      builder,
      "expected a reference to an object that came before, came one to %" G_GUINT64_FORMAT "%s",
      attributes->ref_id,
      builder->has_forgotten ? " (objects that came long before are not kept)" : "");
}

static void
start_object (OstClixmlBuilder *builder, const Attributes *attributes, OstClixmlValue *value)
{
  OstClixmlObject *object = (OstClixmlObject *)value;

  memset (&object->types, 0, sizeof *object - G_STRUCT_OFFSET (OstClixmlObject, types));
  /* Before its children, since those may refer to it. */
  if (attributes->has_ref_id
      && !ost_clixml_refs_add (&builder->objects, attributes->ref_id, object))
    ost_clixml_builder_fail (
      builder,
      "expected a reference id of its own for each object, came %" G_GUINT64_FORMAT " again",
      attributes->ref_id);
  else if (builder->frame->depth >= builder->limits.max_depth)
    ost_clixml_builder_fail (builder, "expected objects at most %u deep, came more",
                             builder->limits.max_depth);
  else
    {
      push_list (builder, OST_CLIXML_IN_OBJECT, object, &object->adapted);
      builder->frame->depth++;
    }
}

/* Makes the value that @tag begins; the caller links it. */
static OstClixmlValue *
make_value (OstClixmlBuilder *builder, int tag, const Attributes *attributes)
{
  gsize size = tag == OST_CLIXML_OBJECT      ? sizeof (OstClixmlObject)
               : tag == OST_CLIXML_REFERENCE ? sizeof (OstClixmlReference)
                                             : sizeof (OstClixmlValue);

  return new_value (builder, size, (OstClixmlType)tag, attributes);
}

static void
open_value (OstClixmlBuilder *builder, OstClixmlValue *value, const Attributes *attributes)
{
  switch (value->kind)
    {
    case OST_CLIXML_OBJECT:
      start_object (builder, attributes, value);
      break;
    case OST_CLIXML_REFERENCE:
      start_reference (builder, attributes, value);
      break;
    case OST_CLIXML_NIL:
      push (builder, OST_CLIXML_IN_EMPTY, NULL);
      break;
    default:
      push_text (builder, OST_CLIXML_IN_TEXT, &builder->values_arena, value);
      break;
    }
}

static void
start_value (OstClixmlBuilder *builder, int tag, const Attributes *attributes)
{
  OstClixmlValue *value = make_value (builder, MIN (tag, TAG_UNKNOWN), attributes);

  if (value == NULL)
    return;
  link_value (builder, value);
  if (builder->error == NULL)
    open_value (builder, value, attributes);
}

static void
start_types (OstClixmlBuilder *builder, const Attributes *attributes, OstClixmlObject *object)
{
  OstClixmlTypes *types = ost_clixml_arena_alloc (&builder->types_arena, sizeof (OstClixmlTypes));

  types->first = NULL;
  object->types = types;
  if (attributes->has_ref_id && !ost_clixml_refs_add (&builder->types, attributes->ref_id, types))
    ost_clixml_builder_fail (
      builder,
      "expected a reference id of its own for each list of types, came %" G_GUINT64_FORMAT " again",
      attributes->ref_id);
  else
    push_list (builder, OST_CLIXML_IN_TYPES, object, &types->first);
}

static void
start_types_reference (OstClixmlBuilder *builder, const Attributes *attributes,
                       OstClixmlObject *object)
{
  object->types
    = !attributes->has_ref_id ? NULL : ost_clixml_refs_find (&builder->types, attributes->ref_id);
  if (object->types != NULL)
    push (builder, OST_CLIXML_IN_EMPTY, NULL);
  else if (!attributes->has_ref_id)
    ost_clixml_builder_fail (builder,
                             "expected a reference to types with a RefId, came one without");
  else
    ost_clixml_builder_fail (
      builder, "expected a reference to types that came before, came one to %" G_GUINT64_FORMAT "",
      attributes->ref_id);
}

static void
start_container (OstClixmlBuilder *builder, int tag, OstClixmlObject *object)
{
  if (object->container != OST_CLIXML_NO_CONTAINER)
    {
      ost_clixml_builder_fail (builder, "expected one container in an object, came another");
      return;
    }
  object->container = (OstClixmlContainer)(OST_CLIXML_LIST + tag - TAG_LIST);
  if (tag == TAG_DICTIONARY)
    push_list (builder, OST_CLIXML_IN_DICTIONARY, object, &object->entries);
  else
    push_list (builder, OST_CLIXML_IN_ITEMS, object, &object->items);
}

/* A second MS or Props goes on where the first one ended. */
static OstClixmlValue **
find_tail (OstClixmlValue **first)
{
  while (*first != NULL)
    first = &(*first)->next;
  return first;
}

/* A value straight inside an object is what it wraps; one with a name is taken as a member. */
static void
start_wrapped (OstClixmlBuilder *builder, int tag, const Attributes *attributes,
               OstClixmlObject *object)
{
  OstClixmlValue *value = make_value (builder, tag, attributes);
  OstClixmlValue **place;

  if (value == NULL)
    return;
  if (attributes->name != NULL)
    place = find_tail (&object->adapted);
  else if (tag == OST_CLIXML_OBJECT || tag == OST_CLIXML_REFERENCE)
    place = &object->inner;
  else
    place = &object->primitive;
  if (*place != NULL)
    ost_clixml_builder_fail (builder,
                             "expected one value without a name in an object, came another");
  else
    {
      *place = value;
      open_value (builder, value, attributes);
    }
}

static void
start_to_string (OstClixmlBuilder *builder, OstClixmlObject *object)
{
  if (object->value.text != NULL)
    ost_clixml_builder_fail (builder, "expected one ToString in an object, came another");
  else
    push_text (builder, OST_CLIXML_IN_TO_STRING, &builder->values_arena, object);
}

static void
start_part (OstClixmlBuilder *builder, int tag, const Attributes *attributes)
{
  OstClixmlObject *object = builder->frame->object;

  switch (tag)
    {
    case TAG_TYPES:
      start_types (builder, attributes, object);
      break;
    case TAG_TYPES_REFERENCE:
      start_types_reference (builder, attributes, object);
      break;
    case TAG_TO_STRING:
      start_to_string (builder, object);
      break;
    case TAG_EXTENDED:
      push_list (builder, OST_CLIXML_IN_MEMBERS, object, find_tail (&object->extended));
      break;
    case TAG_ADAPTED:
      push_list (builder, OST_CLIXML_IN_MEMBERS, object, find_tail (&object->adapted));
      break;
    case TAG_LIST:
    case TAG_ENUMERABLE:
    case TAG_STACK:
    case TAG_QUEUE:
    case TAG_DICTIONARY:
      start_container (builder, tag, object);
      break;
    default:
      if (tag < TAG_UNKNOWN)
        start_wrapped (builder, tag, attributes, object);
      else
        push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      break;
    }
}

static void
start_entry (OstClixmlBuilder *builder)
{
  OstClixmlFrame *frame = builder->frame;
  OstClixmlEntry **tail = frame->tail;
  OstClixmlEntry *entry;

  if (!count_value (builder))
    return;
  entry = ost_clixml_arena_alloc (&builder->values_arena, sizeof (OstClixmlEntry));
  memset (entry, 0, sizeof *entry);
  *tail = entry;
  frame->tail = &entry->next;
  push_list (builder, OST_CLIXML_IN_ENTRY, frame->object, entry);
}

static void
start_type_name (OstClixmlBuilder *builder)
{
  OstClixmlFrame *frame = builder->frame;
  OstClixmlTypeName **tail = frame->tail;
  OstClixmlTypeName *type_name;

  if (!count_value (builder))
    return;
  type_name = ost_clixml_arena_alloc (&builder->types_arena, sizeof (OstClixmlTypeName));
  type_name->next = NULL;
  *tail = type_name;
  frame->tail = &type_name->next;
  push_text (builder, OST_CLIXML_IN_TYPE_NAME, &builder->types_arena, type_name);
}

static void
start_top (OstClixmlBuilder *builder, int tag, const Attributes *attributes, const char *name)
{
  guint depth = ost_clixml_builder_get_depth (builder);

  if (tag < TAG_UNKNOWN && (!builder->is_document || depth > 0))
    start_value (builder, tag, attributes);
  else if (tag == TAG_OBJECTS && depth == 0)
    push_list (builder, OST_CLIXML_IN_TOP, NULL, &builder->top);
  else
    ost_clixml_builder_fail (builder, "expected %s, came <%.*s>",
                             builder->is_document && depth == 0 ? "<Objs>" : "a value",
                             QUOTED_BYTES, name);
}

static void
start_element (void *user_data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
               int namespace_count, const xmlChar **namespaces, int attribute_count,
               int defaulted_count, const xmlChar **given)
{
  OstClixmlBuilder *builder = user_data;
  int tag = find_tag (builder, name);
  Attributes attributes;

  if (!read_attributes (builder, attribute_count, given, &attributes))
    return;
  switch (builder->frame->place)
    {
    case OST_CLIXML_IN_MEMBERS:
    case OST_CLIXML_IN_ITEMS:
    case OST_CLIXML_IN_ENTRY:
      start_value (builder, tag, &attributes);
      break;
    case OST_CLIXML_IN_OBJECT:
      start_part (builder, tag, &attributes);
      break;
    case OST_CLIXML_IN_TYPES:
      if (tag == TAG_TYPE_NAME)
        start_type_name (builder);
      else
        push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      break;
    case OST_CLIXML_IN_DICTIONARY:
      if (tag == TAG_ENTRY)
        start_entry (builder);
      else
        push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      break;
    case OST_CLIXML_IN_TOP:
      start_top (builder, tag, &attributes, (const char *)name);
      break;
    case OST_CLIXML_IN_SKIPPED:
      push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      break;
    default:
      if (builder->frame->place == OST_CLIXML_IN_TEXT
          && ((OstClixmlValue *)builder->frame->text)->kind == OST_CLIXML_UNKNOWN)
        push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      else
        ost_clixml_builder_fail (builder, "expected text or nothing, came <%.*s>", QUOTED_BYTES,
                                 (const char *)name);
      break;
    }
}

static void
add_characters (void *user_data, const xmlChar *characters, int length)
{
  OstClixmlBuilder *builder = user_data;
  OstClixmlPlace place = builder->frame->place;

  if (place == OST_CLIXML_IN_TEXT || place == OST_CLIXML_IN_TO_STRING
      || place == OST_CLIXML_IN_TYPE_NAME)
    {
      builder->text_start = ost_clixml_arena_add_text (builder->text_arena, builder->text_start,
                                                       (const char *)characters, (gsize)length);
      return;
    }
  if (place == OST_CLIXML_IN_SKIPPED)
    return;
  for (int i = 0; i < length; i++)
    {
      if (!g_ascii_isspace ((char)characters[i]))
        {
          ost_clixml_builder_fail (builder, "expected an element, came text");
          return;
        }
    }
}

static const char *
end_text (OstClixmlBuilder *builder, gsize *length)
{
  OstClixmlArena *arena = builder->text_arena;
  char *start = builder->text_start;
  gsize bytes = (gsize)(arena->next - start);

  if (bytes > 0
      && (memchr (start, '_', bytes) != NULL
          || (builder->has_marks && memchr (start, OST_CLIXML_MARK, bytes) != NULL)))
    bytes = ost_clixml_unescape (start, bytes);
  *length = bytes;
  return ost_clixml_arena_end_text (arena, start, bytes);
}

static void
hand_on (OstClixmlBuilder *builder)
{
  OstClixmlValue *value = builder->top;

  builder->top = NULL;
  builder->frame->tail = &builder->top;
  builder->value_end = ost_clixml_builder_get_offset (builder);
  if (!builder->func (value, builder->user_data, &builder->error))
    {
      g_assert (builder->error != NULL);
      xmlStopParser (builder->parser);
      return;
    }
  if (!builder->is_document)
    return;
  builder->values = 0;
  if (ost_clixml_arena_get_used (&builder->types_arena) > builder->limits.max_object_bytes)
    ost_clixml_builder_fail (builder,
                             "expected at most %" G_GSIZE_FORMAT " bytes of type names, came more",
                             builder->limits.max_object_bytes);
  if (ost_clixml_arena_get_used (&builder->values_arena) > KEPT_BYTES
      || ost_clixml_names_are_many (&builder->names))
    {
      ost_clixml_arena_reset (&builder->values_arena);
      ost_clixml_refs_reset (&builder->objects);
      ost_clixml_names_next_object (&builder->names);
      builder->has_forgotten = TRUE;
    }
}

static void
end_element (void *user_data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
  OstClixmlBuilder *builder = user_data;
  OstClixmlFrame *frame = builder->frame;
  gsize length;

  if (frame == builder->frames)
    {
      ost_clixml_builder_fail (builder, "expected a value, came the end of what was never begun");
      return;
    }
  if (frame->place == OST_CLIXML_IN_TEXT || frame->place == OST_CLIXML_IN_TO_STRING)
    {
      OstClixmlValue *value = frame->text;

      value->text = end_text (builder, &length);
      value->length = length;
    }
  else if (frame->place == OST_CLIXML_IN_TYPE_NAME)
    ((OstClixmlTypeName *)frame->text)->text = end_text (builder, &length);
  else if (frame->place == OST_CLIXML_IN_ENTRY)
    {
      OstClixmlEntry *entry = frame->tail;

      if (entry->key == NULL || entry->value == NULL)
        {
          ost_clixml_builder_fail (builder, "expected a key and a value in an entry, came less");
          return;
        }
    }
  builder->frame = frame - 1;
  if (builder->frame->place == OST_CLIXML_IN_TOP && builder->top != NULL)
    hand_on (builder);
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
  ost_clixml_builder_fail (user_data, "expected text, came the entity ‘%.*s’", QUOTED_BYTES,
                           (const char *)name);
}

static void
refuse_instruction (void *user_data, const xmlChar *target, const xmlChar *data)
{
  ost_clixml_builder_fail (user_data, "expected a value, came the processing instruction ‘%.*s’",
                           QUOTED_BYTES, (const char *)target);
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
  gsize length = MIN ((gsize)(input->end - input->cur), QUOTED_BYTES);
  gsize i = 1;

  if (length == 0)
    return g_strdup ("the end");
  if (input->cur[0] != '<')
    return g_strdup ("something else");
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
}

void
ost_clixml_builder_check (OstClixmlBuilder *builder)
{
  if (builder->error == NULL && !builder->parser->wellFormed)
    ost_clixml_builder_fail (
      builder, "%s", builder->problem != NULL ? builder->problem : "expected well-formed XML");
}

void
ost_clixml_builder_get_handler (xmlSAXHandler *handler)
{
  memset (handler, 0, sizeof *handler);
  handler->initialized = XML_SAX2_MAGIC;
  handler->startElementNs = start_element;
  handler->endElementNs = end_element;
  handler->characters = add_characters;
  handler->ignorableWhitespace = add_characters;
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
