/* clixml-value.c: what a CLIXML value holds */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-value.h"

#include "clixml-private.h"

/* What a relaying engine puts before the type names of objects that it passes on. */
#define RELAYED_PREFIX "Deserialized."

static const OstClixmlValue *
resolve (const OstClixmlValue *value)
{
  if (value != NULL && value->kind == OST_CLIXML_REFERENCE)
    return &((const OstClixmlReference *)value)->target->value;
  return value;
}

static const OstClixmlObject *
as_object (const OstClixmlValue *value)
{
  value = resolve (value);
  return value != NULL && value->kind == OST_CLIXML_OBJECT ? (const OstClixmlObject *)value : NULL;
}

/* The object that @object wraps; a chain of them may lead back to its start. */
static const OstClixmlObject *
get_inner (const OstClixmlObject *object, guint *hops)
{
  return object == NULL || ++*hops > OST_CLIXML_MAX_HOPS ? NULL : as_object (object->inner);
}

OstClixmlType
ost_clixml_value_get_kind (const OstClixmlValue *value)
{
  g_return_val_if_fail (value != NULL, OST_CLIXML_NIL);
  return resolve (value)->kind;
}

gboolean
ost_clixml_value_is_reference (const OstClixmlValue *value)
{
  return value != NULL && value->kind == OST_CLIXML_REFERENCE;
}

const char *
ost_clixml_value_get_name (const OstClixmlValue *value)
{
  return value == NULL || value->name == NULL ? NULL : value->name->text;
}

static const OstClixmlValue *
find_text (const OstClixmlValue *value)
{
  guint hops = 0;

  value = resolve (value);
  if (value == NULL || value->kind != OST_CLIXML_OBJECT)
    return value;
  for (const OstClixmlObject *object = (const OstClixmlObject *)value; object != NULL;
       object = get_inner (object, &hops))
    {
      if (object->value.text != NULL)
        return &object->value;
      if (object->primitive != NULL)
        return object->primitive;
    }
  return NULL;
}

const char *
ost_clixml_value_get_text (const OstClixmlValue *value, gsize *length)
{
  const OstClixmlValue *found = find_text (value);

  if (length != NULL)
    *length = found == NULL ? 0 : found->length;
  return found == NULL ? NULL : found->text;
}

const char *
ost_clixml_value_get_to_string (const OstClixmlValue *value)
{
  const OstClixmlObject *object = as_object (value);

  return object == NULL ? NULL : object->value.text;
}

const OstClixmlValue *
ost_clixml_value_get_primitive (const OstClixmlValue *value)
{
  guint hops = 0;

  value = resolve (value);
  if (value == NULL || value->kind != OST_CLIXML_OBJECT)
    return value;
  for (const OstClixmlObject *object = (const OstClixmlObject *)value; object != NULL;
       object = get_inner (object, &hops))
    {
      if (object->primitive != NULL)
        return object->primitive;
    }
  return NULL;
}

static gboolean
has_name (const OstClixmlValue *member, const char *name, gsize length, guint32 hash)
{
  return member->name_hash == hash && member->name != NULL && member->name->length == length
         && g_ascii_strncasecmp (member->name->text, name, length) == 0;
}

static const OstClixmlValue *
find_member (const OstClixmlValue *first, const char *name, gsize length, guint32 hash)
{
  for (const OstClixmlValue *member = first; member != NULL; member = member->next)
    {
      if (has_name (member, name, length, hash))
        return member;
    }
  return NULL;
}

const OstClixmlValue *
ost_clixml_value_get_member (const OstClixmlValue *value, const char *name)
{
  guint hops = 0;
  gsize length;
  guint32 hash;

  g_return_val_if_fail (name != NULL, NULL);
  length = strlen (name);
  hash = ost_clixml_name_hash (name, length);
  for (const OstClixmlObject *object = as_object (value); object != NULL;
       object = get_inner (object, &hops))
    {
      const OstClixmlValue *member = find_member (object->extended, name, length, hash);

      if (member == NULL)
        member = find_member (object->adapted, name, length, hash);
      if (member != NULL)
        return member;
    }
  return NULL;
}

const char *
ost_clixml_value_get_member_text (const OstClixmlValue *value, const char *name)
{
  return ost_clixml_value_get_text (ost_clixml_value_get_member (value, name), NULL);
}

void
ost_clixml_member_iter_init (OstClixmlMemberIter *iter, const OstClixmlValue *value)
{
  const OstClixmlObject *object = as_object (value);

  iter->object = object == NULL ? NULL : &object->value;
  iter->next = object == NULL ? NULL : object->extended;
  iter->is_adapted = FALSE;
  iter->hops = 0;
}

const OstClixmlValue *
ost_clixml_member_iter_next (OstClixmlMemberIter *iter)
{
  const OstClixmlValue *member;

  while (iter->next == NULL && iter->object != NULL)
    {
      const OstClixmlObject *object = (const OstClixmlObject *)iter->object;

      if (iter->is_adapted)
        object = get_inner (object, &iter->hops);
      iter->is_adapted = !iter->is_adapted;
      iter->object = object == NULL ? NULL : &object->value;
      if (object != NULL)
        iter->next = iter->is_adapted ? object->adapted : object->extended;
    }
  member = iter->next;
  if (member != NULL)
    iter->next = member->next;
  return member;
}

typedef struct {
  const char *name;
  gsize length;
  guint32 hash;
  guint index;
} WantedName;

struct _OstClixmlSelection {
  guint count;
  guint mask;
  WantedName *slots;
  char **names;
};

OstClixmlSelection *
ost_clixml_selection_new (const char *const *names)
{
  OstClixmlSelection *selection = g_new0 (OstClixmlSelection, 1);

  selection->names = g_strdupv ((char **)names);
  selection->count = g_strv_length (selection->names);
  selection->mask = 7;
  /* Three slots of four stay empty, so that most members that nobody asked for are met by none. */
  while (selection->mask < selection->count * 4)
    selection->mask = selection->mask * 2 + 1;
  selection->slots = g_new0 (WantedName, (gsize)selection->mask + 1);
  for (guint i = 0; i < selection->count; i++)
    {
      gsize length = strlen (selection->names[i]);
      guint32 hash = ost_clixml_name_hash (selection->names[i], length);
      guint slot = hash & selection->mask;

      while (selection->slots[slot].name != NULL)
        slot = (slot + 1) & selection->mask;
      selection->slots[slot] = (WantedName){ selection->names[i], length, hash, i };
    }
  return selection;
}

void
ost_clixml_selection_free (OstClixmlSelection *selection)
{
  if (selection == NULL)
    return;
  g_free (selection->slots);
  g_strfreev (selection->names);
  g_free (selection);
}

static void
select_members (const OstClixmlSelection *selection, const OstClixmlValue *first,
                const OstClixmlValue **found)
{
  for (const OstClixmlValue *member = first; member != NULL; member = member->next)
    {
      const WantedName *wanted;

      for (guint i = member->name_hash & selection->mask;
           (wanted = &selection->slots[i])->name != NULL; i = (i + 1) & selection->mask)
        {
          if (found[wanted->index] == NULL
              && has_name (member, wanted->name, wanted->length, wanted->hash))
            found[wanted->index] = member;
        }
    }
}

void
ost_clixml_selection_read (const OstClixmlSelection *selection, const OstClixmlValue *value,
                           const OstClixmlValue **found)
{
  guint hops = 0;

  memset (found, 0, selection->count * sizeof *found);
  for (const OstClixmlObject *object = as_object (value); object != NULL;
       object = get_inner (object, &hops))
    {
      select_members (selection, object->extended, found);
      select_members (selection, object->adapted, found);
    }
}

/* The object itself or one that it wraps, whichever has a container. */
static const OstClixmlObject *
find_container (const OstClixmlValue *value)
{
  const OstClixmlObject *object = as_object (value);
  guint hops = 0;

  while (object != NULL && object->container == OST_CLIXML_NO_CONTAINER)
    object = get_inner (object, &hops);
  return object;
}

OstClixmlContainer
ost_clixml_value_get_container (const OstClixmlValue *value)
{
  const OstClixmlObject *object = find_container (value);

  return object == NULL ? OST_CLIXML_NO_CONTAINER : object->container;
}

const OstClixmlValue *
ost_clixml_value_get_first_item (const OstClixmlValue *value)
{
  const OstClixmlObject *object = find_container (value);

  return object == NULL ? NULL : object->items;
}

const OstClixmlValue *
ost_clixml_value_get_next_item (const OstClixmlValue *item)
{
  return item == NULL ? NULL : item->next;
}

const OstClixmlEntry *
ost_clixml_value_get_first_entry (const OstClixmlValue *value)
{
  const OstClixmlObject *object = find_container (value);

  return object == NULL ? NULL : object->entries;
}

const OstClixmlEntry *
ost_clixml_entry_get_next (const OstClixmlEntry *entry)
{
  return entry == NULL ? NULL : entry->next;
}

const OstClixmlValue *
ost_clixml_entry_get_key (const OstClixmlEntry *entry)
{
  g_return_val_if_fail (entry != NULL, NULL);
  return entry->key;
}

const OstClixmlValue *
ost_clixml_entry_get_value (const OstClixmlEntry *entry)
{
  g_return_val_if_fail (entry != NULL, NULL);
  return entry->value;
}

const OstClixmlValue *
ost_clixml_value_get_entry (const OstClixmlValue *value, const char *key)
{
  g_return_val_if_fail (key != NULL, NULL);
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value); entry != NULL;
       entry = entry->next)
    {
      const char *text = ost_clixml_value_get_text (entry->key, NULL);

      if (text != NULL && g_ascii_strcasecmp (text, key) == 0)
        return entry->value;
    }
  return NULL;
}

/* An object without types of its own has those of the object that it wraps. */
static const OstClixmlTypeName *
get_first_type (const OstClixmlValue *value)
{
  const OstClixmlObject *object = as_object (value);
  guint hops = 0;

  while (object != NULL && object->types == NULL)
    object = get_inner (object, &hops);
  return object == NULL ? NULL : object->types->first;
}

const char *
ost_clixml_value_get_type_name (const OstClixmlValue *value, guint index)
{
  const OstClixmlTypeName *type_name = get_first_type (value);

  while (type_name != NULL && index-- > 0)
    type_name = type_name->next;
  return type_name == NULL ? NULL : type_name->text;
}

gboolean
ost_clixml_value_is_a (const OstClixmlValue *value, const char *type_name)
{
  const gsize prefix_length = strlen (RELAYED_PREFIX);

  g_return_val_if_fail (type_name != NULL, FALSE);
  for (const OstClixmlTypeName *type = get_first_type (value); type != NULL; type = type->next)
    {
      const char *name = type->text;

      if (g_ascii_strncasecmp (name, RELAYED_PREFIX, prefix_length) == 0)
        name += prefix_length;
      if (g_ascii_strcasecmp (name, type_name) == 0)
        return TRUE;
    }
  return FALSE;
}
