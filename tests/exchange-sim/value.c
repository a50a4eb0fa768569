/* value.c: writes the objects of the simulated Exchange as CLIXML and as JSON */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "value.h"

#include <string.h>

/* The server stands an hour east of Greenwich, so that local and universal times differ. */
#define ZONE_US ((gint64)3600 * G_USEC_PER_SEC)
#define ZONE_TEXT "+01:00"
#define MAX_TYPE_NAMES 5

static const char *const LIST_TYPES[]
  = { "Microsoft.Exchange.Data.MultiValuedProperty`1[[System.String, mscorlib, Version=4.0.0.0, "
      "Culture=neutral, PublicKeyToken=b77a5c561934e089]]",
      "Microsoft.Exchange.Data.MultiValuedPropertyBase", "System.Object", NULL };
static const char *const ID_TYPES[] = { "Microsoft.Exchange.Data.Directory.ADObjectId",
                                        "Microsoft.Exchange.Data.ObjectId", "System.Object", NULL };

void
sim_value_init (SimValue *value)
{
  *value = (SimValue){ .kind = SIM_NULL, .scratch = g_string_new (NULL) };
}

void
sim_value_clear (SimValue *value)
{
  if (value->scratch != NULL)
    g_string_free (g_steal_pointer (&value->scratch), TRUE);
}

void
sim_value_set_null (SimValue *value)
{
  value->kind = SIM_NULL;
  value->text = NULL;
}

void
sim_value_set_text (SimValue *value, const char *text)
{
  value->kind = text == NULL ? SIM_NULL : SIM_TEXT;
  value->text = text;
}

GString *
sim_value_compose (SimValue *value)
{
  value->kind = SIM_TEXT;
  value->text = NULL;
  return g_string_truncate (value->scratch, 0);
}

void
sim_value_set_enum (SimValue *value, const SimEnum *enumeration, int member)
{
  value->kind = SIM_ENUM;
  value->enumeration = enumeration;
  value->number = member;
  value->text = enumeration->members[member];
}

void
sim_value_set_id (SimValue *value, const SimEntry *entry)
{
  value->kind = entry == NULL ? SIM_NULL : SIM_ID;
  value->entry = entry;
  value->text = entry == NULL ? NULL : entry->canonical;
}

void
sim_value_set_boolean (SimValue *value, gboolean boolean)
{
  value->kind = SIM_BOOLEAN;
  value->number = boolean;
  value->text = boolean ? "True" : "False";
}

void
sim_value_set_time (SimValue *value, SimKind kind, gint64 time_us)
{
  value->kind = time_us == 0 ? SIM_NULL : kind;
  value->text = NULL;
  value->number = time_us;
}

void
sim_value_set_number (SimValue *value, SimKind kind, gint64 number)
{
  value->kind = kind;
  value->number = number;
  value->text = NULL;
  g_string_printf (value->scratch, "%" G_GINT64_FORMAT, number);
}

void
sim_value_set_guid (SimValue *value, const SimGuid *guid)
{
  value->kind = SIM_GUID;
  value->guid = *guid;
  value->text = NULL;
  g_string_set_size (value->scratch, SIM_GUID_SIZE - 1);
  sim_guid_format (guid, value->scratch->str);
}

void
sim_value_set_list (SimValue *value, const char *const *items)
{
  value->kind = SIM_LIST;
  value->text = NULL;
  value->items = items;
}

const char *
sim_value_get_text (const SimValue *value)
{
  if (value->kind == SIM_NULL)
    return NULL;
  return value->text != NULL ? value->text : value->scratch->str;
}

void
sim_guid_format (const SimGuid *guid, char text[SIM_GUID_SIZE])
{
  static const char DIGITS[] = "0123456789abcdef";
  char *at = text;
  for (guint i = 0; i < G_N_ELEMENTS (guid->bytes); i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        *at++ = '-';
      *at++ = DIGITS[guid->bytes[i] >> 4];
      *at++ = DIGITS[guid->bytes[i] & 15];
    }
  *at = '\0';
}

gboolean
sim_guid_parse (const char *text, SimGuid *guid)
{
  g_autofree char *bare = g_strdup (text);
  gsize length = strlen (bare);
  if (length == SIM_GUID_SIZE + 1 && bare[0] == '{' && bare[length - 1] == '}')
    {
      bare[length - 1] = '\0';
      memmove (bare, bare + 1, length - 1);
    }
  if (!g_uuid_string_is_valid (bare))
    return FALSE;
  const char *at = bare;
  for (guint i = 0; i < G_N_ELEMENTS (guid->bytes); i++)
    {
      if (*at == '-')
        at++;
      guid->bytes[i] = g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]);
      at += 2;
    }
  return TRUE;
}

/* Days since 1970-01-01 to a date of the Gregorian calendar (Howard Hinnant's civil_from_days):
   GDateTime would cost more than all the rest of an object. */
static void
date_from_days (gint64 days, int *year, int *month, int *day)
{
  gint64 shifted = days + 719468;
  gint64 era = shifted / 146097;
  guint day_of_era = (guint)(shifted - era * 146097);
  guint year_of_era
    = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint shifted_month = (5 * day_of_year + 2) / 153;
  *day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  *month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

static void
append_digits (GString *out, guint number, guint digits)
{
  char text[8];
  for (guint i = digits; i > 0; i--, number /= 10)
    text[i - 1] = (char)('0' + number % 10);
  g_string_append_len (out, text, digits);
}

void
sim_time_append (GString *out, SimKind kind, gint64 time_us)
{
  if (kind == SIM_LOCAL_TIME)
    time_us += ZONE_US;
  gint64 seconds = time_us / G_USEC_PER_SEC;
  guint fraction = (guint)(time_us % G_USEC_PER_SEC);
  guint second_of_day = (guint)(seconds % 86400);
  int year, month, day;
  date_from_days (seconds / 86400, &year, &month, &day);
  append_digits (out, (guint)year, 4);
  g_string_append_c (out, '-');
  append_digits (out, (guint)month, 2);
  g_string_append_c (out, '-');
  append_digits (out, (guint)day, 2);
  g_string_append_c (out, 'T');
  append_digits (out, second_of_day / 3600, 2);
  g_string_append_c (out, ':');
  append_digits (out, second_of_day / 60 % 60, 2);
  g_string_append_c (out, ':');
  append_digits (out, second_of_day % 60, 2);
  if (fraction != 0)
    {
      guint digits = 6;
      for (; fraction % 10 == 0; digits--)
        fraction /= 10;
      g_string_append_c (out, '.');
      append_digits (out, fraction, digits);
    }
  if (kind == SIM_TIME)
    g_string_append_c (out, 'Z');
  else if (kind == SIM_LOCAL_TIME)
    g_string_append (out, ZONE_TEXT);
}

void
sim_get_constant (gconstpointer object, const SimProperty *property, SimValue *value)
{
  if (property->kind == SIM_BOOLEAN)
    sim_value_set_boolean (value, property->constant != NULL);
  else
    sim_value_set_text (value, property->constant);
}

const SimEntry *
sim_entry_complete (gconstpointer object)
{
  SimEntry *entry = (SimEntry *)object;
  if (entry->complete != NULL)
    entry->complete (entry);
  return entry;
}

const SimProperty *
sim_type_find (const SimType *type, const char *name)
{
  const SimProperty *const tables[] = { type->properties, type->tail };
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const SimProperty *property = tables[i]; property != NULL && property->name != NULL;
         property++)
      if (g_ascii_strcasecmp (property->name, name) == 0)
        return property;
  return NULL;
}

/* ---- CLIXML ---------------------------------------------------------------------------------- */

static void
write_list (const char *name, const char *const *items, OstClixmlWriter *writer)
{
  ost_clixml_writer_begin_object (writer, name, LIST_TYPES);
  ost_clixml_writer_begin_list (writer);
  for (; items != NULL && *items != NULL; items++)
    ost_clixml_writer_add_string (writer, NULL, *items);
  ost_clixml_writer_end_list (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_rich_enum (const char *name, const SimValue *value, OstClixmlWriter *writer)
{
  const char *const types[MAX_TYPE_NAMES]
    = { value->enumeration->type_name, "System.Enum", "System.ValueType", "System.Object", NULL };
  ost_clixml_writer_add_enum (writer, name, types, sim_value_get_text (value),
                              (gint32)value->number);
}

static void
write_rich_id (const char *name, const SimEntry *entry, OstClixmlWriter *writer)
{
  char guid[SIM_GUID_SIZE];
  sim_guid_format (&entry->guid, guid);
  ost_clixml_writer_begin_object (writer, name, ID_TYPES);
  ost_clixml_writer_add_to_string (writer, entry->canonical);
  ost_clixml_writer_begin_properties (writer);
  ost_clixml_writer_add_string (writer, "DistinguishedName", entry->distinguished);
  ost_clixml_writer_add_boolean (writer, "IsRelativeDn", FALSE);
  ost_clixml_writer_add_element (writer, "G", "ObjectGuid", guid);
  ost_clixml_writer_add_string (writer, "Name", entry->name);
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
}

static void
write_value (const char *name, SimValue *value, SimStyle style, OstClixmlWriter *writer)
{
  switch (value->kind)
    {
    case SIM_NULL:
      ost_clixml_writer_add_nil (writer, name);
      break;
    case SIM_ENUM:
      if (style == SIM_STYLE_RICH)
        write_rich_enum (name, value, writer);
      else
        ost_clixml_writer_add_string (writer, name, sim_value_get_text (value));
      break;
    case SIM_ID:
      if (style == SIM_STYLE_RICH)
        write_rich_id (name, value->entry, writer);
      else
        ost_clixml_writer_add_string (writer, name, value->text);
      break;
    case SIM_TEXT:
      ost_clixml_writer_add_string (writer, name, sim_value_get_text (value));
      break;
    case SIM_BOOLEAN:
      ost_clixml_writer_add_boolean (writer, name, value->number != 0);
      break;
    case SIM_TIME:
    case SIM_LOCAL_TIME:
    case SIM_PLAIN_TIME:
      sim_time_append (g_string_truncate (value->scratch, 0), value->kind, value->number);
      ost_clixml_writer_add_element (writer, "DT", name, value->scratch->str);
      break;
    case SIM_GUID:
      ost_clixml_writer_add_element (writer, "G", name, value->scratch->str);
      break;
    case SIM_I32:
      ost_clixml_writer_add_int32 (writer, name, (gint32)value->number);
      break;
    case SIM_U32:
      ost_clixml_writer_add_element (writer, "U32", name, value->scratch->str);
      break;
    case SIM_LIST:
      write_list (name, value->items, writer);
      break;
    }
}

void
sim_type_write_clixml (const SimType *type, gconstpointer object, SimStyle style, SimValue *scratch,
                       OstClixmlWriter *writer)
{
  const SimProperty *const tables[] = { type->properties, type->tail };
  ost_clixml_writer_begin_object (writer, NULL, type->type_names);
  ost_clixml_writer_add_to_string (writer, sim_entry_complete (object)->canonical);
  ost_clixml_writer_begin_properties (writer);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const SimProperty *property = tables[i]; property != NULL && property->name != NULL;
         property++)
      {
        sim_property_get (property, object, scratch);
        write_value (property->name, scratch, style, writer);
      }
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

void
sim_json_append_string (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++)
    {
      guchar byte = (guchar)*text;
      if (byte == '"' || byte == '\\')
        g_string_append_c (out, '\\');
      if (byte < 0x20)
        g_string_append_printf (out, "\\u%04x", byte);
      else
        g_string_append_c (out, (char)byte);
    }
  g_string_append_c (out, '"');
}

static void
append_json_value (GString *out, SimValue *value)
{
  switch (value->kind)
    {
    case SIM_NULL:
      g_string_append (out, "null");
      break;
    case SIM_TEXT:
    case SIM_ENUM:
    case SIM_ID:
    case SIM_GUID:
      sim_json_append_string (out, sim_value_get_text (value));
      break;
    case SIM_BOOLEAN:
      g_string_append (out, value->number != 0 ? "true" : "false");
      break;
    case SIM_TIME:
    case SIM_LOCAL_TIME:
    case SIM_PLAIN_TIME:
      g_string_append_c (out, '"');
      sim_time_append (out, SIM_TIME, value->number);
      g_string_append_c (out, '"');
      break;
    case SIM_I32:
    case SIM_U32:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, value->number);
      break;
    case SIM_LIST:
      g_string_append_c (out, '[');
      for (const char *const *item = value->items; item != NULL && *item != NULL; item++)
        {
          if (item != value->items)
            g_string_append_c (out, ',');
          sim_json_append_string (out, *item);
        }
      g_string_append_c (out, ']');
      break;
    }
}

void
sim_type_append_json (const SimType *type, gconstpointer object, SimValue *scratch, GString *out)
{
  const SimProperty *const tables[] = { type->properties, type->tail };
  g_string_append_c (out, '{');
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const SimProperty *property = tables[i]; property != NULL && property->name != NULL;
         property++)
      {
        if (out->str[out->len - 1] != '{')
          g_string_append_c (out, ',');
        sim_json_append_string (out, property->name);
        g_string_append_c (out, ':');
        sim_property_get (property, object, scratch);
        append_json_value (out, scratch);
      }
  g_string_append_c (out, '}');
}
