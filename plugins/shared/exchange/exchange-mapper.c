/* exchange-mapper.c: makes our objects of Exchange's objects in CLIXML */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-mapper.h"

#include <ostiary/ost-error.h>

#include "exchange-cmdlet.h"

G_STATIC_ASSERT (OST_DEVICE_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_MAILBOX_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_ACCESS_RULE_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_MAILBOX_POLICY_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_ORGANISATION_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_DEVICE_CLASS_GUID == OST_EXCHANGE_GUID_FIELD
                 && OST_SERVER_GUID == OST_EXCHANGE_GUID_FIELD);

void
ost_exchange_mapper_init (OstExchangeMapper *self, OstExchangeView view)
{
  g_return_if_fail (self != NULL);

  ost_exchange_index_init (&self->index, view);
  self->kind = ost_exchange_view_get_kind (view);
}

static void
set_text (OstObject *object, guint field, const OstClixmlValue *value)
{
  gsize length = 0;
  const char *text = ost_clixml_value_get_text (value, &length);

  if (text == NULL || length == 0)
    return;
  ost_object_set_text (object, field, text, (gssize)length);
  if (ost_object_get_kind (object) == OST_KIND_DEVICE && field == OST_DEVICE_DISTINGUISHED_NAME)
    {
      const char *owner = ost_exchange_owner_of (text);

      if (owner != NULL)
        ost_object_set_text (object, OST_DEVICE_OWNER, owner, -1);
    }
}

static void
set_guid (OstObject *object, guint field, const OstClixmlValue *value)
{
  char guid[OST_CLIXML_GUID_SIZE];

  /* All zeros stand for no GUID. */
  if (ost_clixml_value_get_guid (value, guid)
      && !g_str_equal (guid, "00000000-0000-0000-0000-000000000000"))
    ost_object_set_text (object, field, guid, OST_CLIXML_GUID_SIZE - 1);
}

/* A list of texts, or the one text that an account with less rights or another server makes of it;
 * NULL where nothing is known. */
static GStrv
read_list (const OstClixmlValue *value)
{
  g_autoptr (GStrvBuilder) items = g_strv_builder_new ();
  OstClixmlContainer container = ost_clixml_value_get_container (value);
  const char *text;

  if (container == OST_CLIXML_NO_CONTAINER || container == OST_CLIXML_DICTIONARY)
    {
      text = ost_clixml_value_get_text (value, NULL);
      if (text == NULL || *text == '\0')
        return NULL;
      g_strv_builder_add (items, text);
      return g_strv_builder_end (items);
    }
  for (const OstClixmlValue *item = ost_clixml_value_get_first_item (value); item != NULL;
       item = ost_clixml_value_get_next_item (item))
    {
      text = ost_clixml_value_get_text (item, NULL);
      if (text != NULL && *text != '\0')
        g_strv_builder_add (items, text);
    }
  return g_strv_builder_end (items);
}

static void
set_list (OstObject *object, guint field, const OstClixmlValue *value, gboolean is_joined)
{
  g_auto (GStrv) items = read_list (value);

  if (items == NULL)
    return;
  if (is_joined)
    {
      g_autofree char *text = g_strjoinv ("; ", items);

      ost_object_set_text (object, field, text, -1);
    }
  else
    ost_object_set_list (object, field, (const char *const *)items);
}

static void
set_field (OstObject *object, const OstExchangeProperty *property, const OstClixmlValue *value,
           gboolean *is_valid)
{
  gboolean boolean;
  gint64 number;

  switch (property->shape)
    {
    case OST_EXCHANGE_SHAPE_TEXT:
      set_text (object, property->field, value);
      break;
    case OST_EXCHANGE_SHAPE_GUID:
      set_guid (object, property->field, value);
      break;
    case OST_EXCHANGE_SHAPE_ID:
      set_guid (object, property->field, ost_clixml_value_get_member (value, "ObjectGuid"));
      break;
    case OST_EXCHANGE_SHAPE_TIME:
      if (ost_clixml_value_get_date_time (value, &number))
        ost_object_set_time (object, property->field, number);
      break;
    case OST_EXCHANGE_SHAPE_BOOLEAN:
      if (ost_clixml_value_get_boolean (value, &boolean))
        ost_object_set_boolean (object, property->field, boolean);
      break;
    case OST_EXCHANGE_SHAPE_INTEGER:
      if (ost_clixml_value_get_int64 (value, &number))
        ost_object_set_integer (object, property->field, number);
      break;
    case OST_EXCHANGE_SHAPE_LIST:
    case OST_EXCHANGE_SHAPE_JOINED:
      set_list (object, property->field, value, property->shape == OST_EXCHANGE_SHAPE_JOINED);
      break;
    case OST_EXCHANGE_SHAPE_VALID:
      if (ost_clixml_value_get_boolean (value, &boolean))
        *is_valid = boolean;
      break;
    }
}

OstObject *
ost_exchange_mapper_read (const OstExchangeMapper *self, const OstClixmlValue *value,
                          gboolean *is_valid, GError **error)
{
  g_autoptr (OstObject) object = NULL;
  const OstClixmlValue *member;
  OstClixmlMemberIter iter;
  gboolean has_members = FALSE;
  guint64 seen = 0;

  g_return_val_if_fail (self != NULL && is_valid != NULL, NULL);

  *is_valid = TRUE;
  object = ost_object_new (self->kind);
  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      const char *name = ost_clixml_value_get_name (member);
      const OstExchangeProperty *property;
      int row;

      has_members = TRUE;
      row = name != NULL ? ost_exchange_index_find (&self->index, name) : -1;
      /* Members come in the order of precedence: another one of the same name is hidden. */
      if (row < 0 || (seen & G_GUINT64_CONSTANT (1) << row) != 0)
        continue;
      seen |= G_GUINT64_CONSTANT (1) << row;
      property = &self->index.properties[row];
      if ((property->is_alias || property->shape == OST_EXCHANGE_SHAPE_ID)
          && ost_object_is_set (object, property->field))
        continue;
      set_field (object, property, member, is_valid);
    }
  if (!has_members)
    {
      /* What came is described without its text, which may be personal data. */
      const char *type = ost_clixml_value_get_type_name (value, 0);

      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "expected an object of kind ‘%s’, got one of type ‘%s’ without properties",
                   ost_kind_to_string (self->kind), type != NULL ? type : "unknown");
      return NULL;
    }
  return g_steal_pointer (&object);
}

gboolean
ost_exchange_read_grants (const OstClixmlValue *value, OstExchangePairFunc func, gpointer user_data,
                          GError **error)
{
  const char *name = ost_clixml_value_get_member_text (value, "Name");
  const OstClixmlValue *parameters = ost_clixml_value_get_member (value, "Parameters");

  g_return_val_if_fail (func != NULL, FALSE);

  if (name == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "expected a command with its name, got something without");
      return FALSE;
    }
  func (name, NULL, user_data);
  if (ost_clixml_value_get_container (parameters) != OST_CLIXML_DICTIONARY)
    func (name, OST_EXCHANGE_ANY_PARAMETER, user_data);
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (parameters); entry != NULL;
       entry = ost_clixml_entry_get_next (entry))
    {
      const char *parameter = ost_clixml_value_get_text (ost_clixml_entry_get_key (entry), NULL);

      if (parameter != NULL)
        func (name, parameter, user_data);
    }
  return TRUE;
}

void
ost_exchange_read_settings (const OstClixmlValue *value, OstExchangePairFunc func,
                            gpointer user_data)
{
  const OstClixmlValue *member;
  OstClixmlMemberIter iter;

  g_return_if_fail (func != NULL);

  ost_clixml_member_iter_init (&iter, value);
  while ((member = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      const char *name = ost_clixml_value_get_name (member);
      const char *text = ost_clixml_value_get_text (member, NULL);

      if (name != NULL && text != NULL && *text != '\0')
        func (name, text, user_data);
    }
}
