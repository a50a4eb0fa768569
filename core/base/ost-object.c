/* ost-object.c: one thing of one kind, in two blocks of memory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

#include <string.h>

/* A listing of a million devices makes a million of these, so all texts of one stand in one
 * buffer, and a field holds where in it. */
typedef struct {
  gboolean is_set;
  union {
    gint64 number;
    struct {
      guint offset;
      guint length;
    } text;
  };
} Slot;

struct _OstObject {
  gatomicrefcount references;
  OstKind kind;
  guint n_fields;
  char *texts;
  gsize used;
  gsize size;
  Slot slots[];
};

G_DEFINE_BOXED_TYPE (OstObject, ost_object, ost_object_ref, ost_object_unref)

#define INITIAL_TEXT_BYTES 1024

OstObject *
ost_object_new (OstKind kind)
{
  OstObject *self;
  guint n_fields;

  ost_kind_get_fields (kind, &n_fields);
  self = g_malloc0 (sizeof (OstObject) + n_fields * sizeof (Slot));
  g_atomic_ref_count_init (&self->references);
  self->kind = kind;
  self->n_fields = n_fields;
  return self;
}

OstObject *
ost_object_ref (OstObject *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_object_unref (OstObject *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->texts);
  g_free (self);
}

OstKind
ost_object_get_kind (const OstObject *self)
{
  return self->kind;
}

static gboolean
field_has_type (const OstObject *self, guint field, OstFieldType type)
{
  return field < self->n_fields && ost_kind_get_fields (self->kind, NULL)[field].type == type;
}

static char *
reserve_text (OstObject *self, gsize length)
{
  gsize wanted = self->used + length;

  if (wanted > self->size)
    {
      self->size = MAX (MAX (self->size * 2, INITIAL_TEXT_BYTES), wanted);
      self->texts = g_realloc (self->texts, self->size);
    }
  return self->texts + self->used;
}

static void
keep_text (OstObject *self, guint field, const char *text, gsize length)
{
  Slot *slot = &self->slots[field];
  char *target = reserve_text (self, length + 1);

  memcpy (target, text, length);
  target[length] = '\0';
  slot->is_set = TRUE;
  slot->text.offset = (guint)self->used;
  slot->text.length = (guint)length;
  self->used += length + 1;
}

void
ost_object_set_text (OstObject *self, guint field, const char *text, gssize length)
{
  gsize size;

  g_return_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_TEXT));

  self->slots[field].is_set = FALSE;
  if (text == NULL)
    return;
  size = length < 0 ? strlen (text) : (gsize)length;
  if (size == 0)
    return;
  g_return_if_fail (size < G_MAXUINT32 / 2);
  if (G_LIKELY (g_utf8_validate_len (text, size, NULL)))
    {
      keep_text (self, field, text, size);
      return;
    }
  g_autofree char *valid = g_utf8_make_valid (text, (gssize)size);
  keep_text (self, field, valid, strlen (valid));
}

static void
set_number (OstObject *self, guint field, gint64 value)
{
  self->slots[field].is_set = TRUE;
  self->slots[field].number = value;
}

void
ost_object_set_time (OstObject *self, guint field, gint64 microseconds)
{
  g_return_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_TIME));

  set_number (self, field, microseconds);
}

void
ost_object_set_boolean (OstObject *self, guint field, gboolean value)
{
  g_return_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_BOOLEAN));

  set_number (self, field, value ? 1 : 0);
}

void
ost_object_set_integer (OstObject *self, guint field, gint64 value)
{
  g_return_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_INTEGER));

  set_number (self, field, value);
}

void
ost_object_set_list (OstObject *self, guint field, const char *const *items)
{
  Slot *slot;
  gsize start;

  g_return_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_LIST));
  g_return_if_fail (items != NULL);

  slot = &self->slots[field];
  start = self->used;
  for (gsize i = 0; items[i] != NULL; i++)
    {
      g_autofree char *valid = g_utf8_make_valid (items[i], -1);
      gsize size = strlen (valid) + 1;

      memcpy (reserve_text (self, size), valid, size);
      self->used += size;
    }
  g_return_if_fail (self->used < G_MAXUINT32);
  slot->is_set = TRUE;
  slot->text.offset = (guint)start;
  slot->text.length = (guint)(self->used - start);
}

gboolean
ost_object_is_set (const OstObject *self, guint field)
{
  g_return_val_if_fail (self != NULL && field < self->n_fields, FALSE);

  return self->slots[field].is_set;
}

const char *
ost_object_get_text (const OstObject *self, guint field)
{
  g_return_val_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_TEXT), NULL);

  return self->slots[field].is_set ? self->texts + self->slots[field].text.offset : NULL;
}

gboolean
ost_object_get_number (const OstObject *self, guint field, gint64 *value)
{
  g_return_val_if_fail (self != NULL && field < self->n_fields, FALSE);
  g_return_val_if_fail (!field_has_type (self, field, OST_FIELD_TEXT)
                          && !field_has_type (self, field, OST_FIELD_LIST),
                        FALSE);

  *value = self->slots[field].number;
  return self->slots[field].is_set;
}

const char *
ost_object_get_packed_list (const OstObject *self, guint field, gsize *length)
{
  g_return_val_if_fail (self != NULL && field_has_type (self, field, OST_FIELD_LIST), NULL);

  if (!self->slots[field].is_set)
    return NULL;
  *length = self->slots[field].text.length;
  return *length == 0 ? "" : self->texts + self->slots[field].text.offset;
}

GStrv
ost_object_get_list (const OstObject *self, guint field)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize length = 0;
  const char *packed = ost_object_get_packed_list (self, field, &length);

  if (packed == NULL)
    return NULL;
  for (const char *item = packed; item < packed + length; item += strlen (item) + 1)
    g_strv_builder_add (builder, item);
  return g_strv_builder_end (builder);
}
