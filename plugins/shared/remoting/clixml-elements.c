/* clixml-elements.c: makes values from the elements that the XML parser reports */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-private.h"

#include "clixml-escape.h"

/* Objects of a document that were handed on stay this long for others to refer to. */
#define KEPT_BYTES (256 * 1024)

typedef struct {
  const char *name;
  gsize name_length;
  gboolean has_ref_id;
  guint64 ref_id;
} Attributes;

static void
fail_for_ref_id (OstClixmlBuilder *builder, const OstClixmlRefs *refs, guint64 ref_id,
                 const char *what)
{
  ost_clixml_builder_fail (
    builder, "expected a reference id of its own for each %s, came %" G_GUINT64_FORMAT "%s", what,
    ref_id,
    ost_clixml_refs_find (refs, ref_id) != NULL ? " again" : " and others made to collide with it");
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

      if (given[0] == builder->tags.name)
        {
          attributes->name = start;
          attributes->name_length = (gsize)(end - start);
        }
      else if (given[0] == builder->tags.ref_id)
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
  value->name = NULL;
  value->name_hash = 0;
  if (attributes->name != NULL)
    {
      value->name = ost_clixml_names_find (&builder->names, attributes->name,
                                           (guint32)attributes->name_length);
      value->name_hash = value->name->hash;
    }
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
  object->extended_tail = &object->extended;
  object->adapted_tail = &object->adapted;
  /* Before its children, since those may refer to it. */
  if (attributes->has_ref_id
      && !ost_clixml_refs_add (&builder->objects, attributes->ref_id, object))
    fail_for_ref_id (builder, &builder->objects, attributes->ref_id, "object");
  else if (builder->frame->depth >= builder->limits.max_depth)
    ost_clixml_builder_fail (builder, "expected objects at most %u deep, came more",
                             builder->limits.max_depth);
  else if (push (builder, OST_CLIXML_IN_OBJECT, object) != NULL)
    builder->frame->depth++;
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
  OstClixmlValue *value = make_value (builder, MIN (tag, OST_CLIXML_TAG_UNKNOWN), attributes);

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
    fail_for_ref_id (builder, &builder->types, attributes->ref_id, "list of types");
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
  object->container = (OstClixmlContainer)(OST_CLIXML_LIST + tag - OST_CLIXML_TAG_LIST);
  if (tag == OST_CLIXML_TAG_DICTIONARY)
    push_list (builder, OST_CLIXML_IN_DICTIONARY, object, &object->entries);
  else
    push_list (builder, OST_CLIXML_IN_ITEMS, object, &object->items);
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
    {
      place = object->adapted_tail;
      object->adapted_tail = &value->next;
    }
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
    case OST_CLIXML_TAG_TYPES:
      start_types (builder, attributes, object);
      break;
    case OST_CLIXML_TAG_TYPES_REFERENCE:
      start_types_reference (builder, attributes, object);
      break;
    case OST_CLIXML_TAG_TO_STRING:
      start_to_string (builder, object);
      break;
    case OST_CLIXML_TAG_EXTENDED:
      push_list (builder, OST_CLIXML_IN_EXTENDED, object, object->extended_tail);
      break;
    case OST_CLIXML_TAG_ADAPTED:
      push_list (builder, OST_CLIXML_IN_ADAPTED, object, object->adapted_tail);
      break;
    case OST_CLIXML_TAG_LIST:
    case OST_CLIXML_TAG_ENUMERABLE:
    case OST_CLIXML_TAG_STACK:
    case OST_CLIXML_TAG_QUEUE:
    case OST_CLIXML_TAG_DICTIONARY:
      start_container (builder, tag, object);
      break;
    default:
      if (tag < OST_CLIXML_TAG_UNKNOWN)
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

  if (tag < OST_CLIXML_TAG_UNKNOWN && (!builder->is_document || depth > 0))
    start_value (builder, tag, attributes);
  else if (tag == OST_CLIXML_TAG_OBJECTS && depth == 0)
    {
      builder->has_root = TRUE;
      push_list (builder, OST_CLIXML_IN_TOP, NULL, &builder->top);
    }
  else
    ost_clixml_builder_fail (builder, "expected %s, came <%.*s>",
                             builder->is_document && depth == 0 ? "<Objs>" : "a value",
                             OST_CLIXML_QUOTED_BYTES, name);
}

void
ost_clixml_builder_start_element (void *user_data, const xmlChar *name, const xmlChar *prefix,
                                  const xmlChar *uri, int namespace_count,
                                  const xmlChar **namespaces, int attribute_count,
                                  int defaulted_count, const xmlChar **given)
{
  OstClixmlBuilder *builder = user_data;
  int tag = ost_clixml_tags_find (&builder->tags, name);
  Attributes attributes;

  if (!read_attributes (builder, attribute_count, given, &attributes))
    return;
  switch (builder->frame->place)
    {
    case OST_CLIXML_IN_EXTENDED:
    case OST_CLIXML_IN_ADAPTED:
    case OST_CLIXML_IN_ITEMS:
    case OST_CLIXML_IN_ENTRY:
      start_value (builder, tag, &attributes);
      break;
    case OST_CLIXML_IN_OBJECT:
      start_part (builder, tag, &attributes);
      break;
    case OST_CLIXML_IN_TYPES:
      if (tag == OST_CLIXML_TAG_TYPE_NAME)
        start_type_name (builder);
      else
        push (builder, OST_CLIXML_IN_SKIPPED, NULL);
      break;
    case OST_CLIXML_IN_DICTIONARY:
      if (tag == OST_CLIXML_TAG_ENTRY)
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
        ost_clixml_builder_fail (builder, "expected text or nothing, came <%.*s>",
                                 OST_CLIXML_QUOTED_BYTES, (const char *)name);
      break;
    }
}

void
ost_clixml_builder_add_characters (void *user_data, const xmlChar *characters, int length)
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
end_part (OstClixmlBuilder *builder, OstClixmlFrame *frame)
{
  OstClixmlValue *value;
  OstClixmlEntry *entry;
  gsize length;

  switch (frame->place)
    {
    case OST_CLIXML_IN_TEXT:
    case OST_CLIXML_IN_TO_STRING:
      value = frame->text;
      value->text = end_text (builder, &length);
      value->length = length;
      break;
    case OST_CLIXML_IN_TYPE_NAME:
      ((OstClixmlTypeName *)frame->text)->text = end_text (builder, &length);
      break;
    case OST_CLIXML_IN_EXTENDED:
      frame->object->extended_tail = frame->tail;
      break;
    case OST_CLIXML_IN_ADAPTED:
      frame->object->adapted_tail = frame->tail;
      break;
    case OST_CLIXML_IN_ENTRY:
      entry = frame->tail;
      if (entry->key == NULL || entry->value == NULL)
        ost_clixml_builder_fail (builder, "expected a key and a value in an entry, came less");
      break;
    default:
      break;
    }
}

void
ost_clixml_builder_end_element (void *user_data, const xmlChar *name, const xmlChar *prefix,
                                const xmlChar *uri)
{
  OstClixmlBuilder *builder = user_data;
  OstClixmlFrame *frame = builder->frame;

  if (frame == builder->frames)
    {
      ost_clixml_builder_fail (builder, "expected a value, came the end of what was never begun");
      return;
    }
  end_part (builder, frame);
  builder->frame = frame - 1;
  if (builder->frame->place == OST_CLIXML_IN_TOP && builder->top != NULL && builder->error == NULL)
    hand_on (builder);
}
