/* ost-operation.c: what is asked of a backend */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

struct _OstOperation {
  gatomicrefcount references;
  OstVerb verb;
  OstKind kind;
  char *id;
  GHashTable *texts; /* name -> text */
  GHashTable *lists; /* name -> GStrv */
};

G_DEFINE_BOXED_TYPE (OstOperation, ost_operation, ost_operation_ref, ost_operation_unref)

OstOperation *
ost_operation_new (OstVerb verb, OstKind kind, const char *id)
{
  OstOperation *self;

  /* Exchange takes an empty identity for every object there is. */
  g_return_val_if_fail (id == NULL || *id != '\0', NULL);

  self = g_new0 (OstOperation, 1);
  g_atomic_ref_count_init (&self->references);
  self->verb = verb;
  self->kind = kind;
  self->id = g_strdup (id);
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->lists = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_strfreev);
  return self;
}

OstOperation *
ost_operation_ref (OstOperation *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_operation_unref (OstOperation *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->id);
  g_hash_table_unref (self->texts);
  g_hash_table_unref (self->lists);
  g_free (self);
}

void
ost_operation_set_text (OstOperation *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL && name != NULL && value != NULL);

  g_hash_table_insert (self->texts, g_strdup (name), g_strdup (value));
}

void
ost_operation_set_integer (OstOperation *self, const char *name, gint64 value)
{
  g_return_if_fail (self != NULL && name != NULL);

  g_hash_table_insert (self->texts, g_strdup (name), g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

void
ost_operation_set_list (OstOperation *self, const char *name, const char *const *items)
{
  g_return_if_fail (self != NULL && name != NULL && items != NULL);

  g_hash_table_insert (self->lists, g_strdup (name), g_strdupv ((char **)items));
}

OstVerb
ost_operation_get_verb (const OstOperation *self)
{
  return self->verb;
}

OstKind
ost_operation_get_kind (const OstOperation *self)
{
  return self->kind;
}

const char *
ost_operation_get_id (const OstOperation *self)
{
  return self->id;
}

const char *
ost_operation_get_text (const OstOperation *self, const char *name)
{
  return g_hash_table_lookup (self->texts, name);
}

gboolean
ost_operation_get_integer (const OstOperation *self, const char *name, gint64 *value)
{
  const char *text = ost_operation_get_text (self, name);

  return text != NULL && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, value, NULL);
}

const char *const *
ost_operation_get_list (const OstOperation *self, const char *name)
{
  return g_hash_table_lookup (self->lists, name);
}

const char *
ost_verb_to_string (OstVerb verb)
{
  static const char *const names[] = {
    [OST_VERB_LIST] = "list",     [OST_VERB_GET] = "get",
    [OST_VERB_CREATE] = "create", [OST_VERB_UPDATE] = "update",
    [OST_VERB_REMOVE] = "remove", [OST_VERB_ALLOW] = "allow",
    [OST_VERB_BLOCK] = "block",   [OST_VERB_RELEASE] = "release",
    [OST_VERB_WIPE] = "wipe",     [OST_VERB_CANCEL_WIPE] = "cancel-wipe",
  };

  g_return_val_if_fail ((gsize)verb < G_N_ELEMENTS (names), NULL);

  return names[verb];
}

char *
ost_operation_describe (const OstOperation *self)
{
  const char *verb = ost_verb_to_string (self->verb);
  const char *kind = ost_kind_to_string (self->kind);

  if (self->id != NULL)
    return g_strdup_printf ("%s %s %s", verb, kind, self->id);
  return g_strdup_printf ("%s %s", verb, kind);
}
