/* exchange-filter.c: writes OPATH filters, with everything from outside quoted */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-filter.h"

#include <ostiary/ost-error.h>

#include <string.h>

#define MAX_VALUE_BYTES 255

/* Holds for every object of a directory, and is no date at all where the day comes first. */
#define CULTURE_GUARD "12/31/1990 00:00:00"

struct _OstExchangeFilter {
  GString *text;
  GError *error;
};

OstExchangeFilter *
ost_exchange_filter_new (void)
{
  OstExchangeFilter *self = g_new0 (OstExchangeFilter, 1);

  self->text = g_string_new (NULL);
  return self;
}

void
ost_exchange_filter_free (OstExchangeFilter *self)
{
  g_return_if_fail (self != NULL);

  g_string_free (self->text, TRUE);
  g_clear_error (&self->error);
  g_free (self);
}

static void
refuse (OstExchangeFilter *self, const char *property, const char *why)
{
  if (self->error == NULL)
    g_set_error (&self->error, OST_ERROR, OST_ERROR_INVALID,
                 "the value for a filter on %s is not sent: it %s", property, why);
}

/* PowerShell takes typographic quotes for the plain one. Whether Exchange's own parser of filters
 * does is not documented, so that there is no safe way to write one. */
static gboolean
is_typographic_quote (gunichar character)
{
  return character >= 0x2018 && character <= 0x201b;
}

static gboolean
check_value (OstExchangeFilter *self, const char *property, const char *value, const char *refused)
{
  if (*value == '\0')
    refuse (self, property, "is empty");
  else if (strlen (value) > MAX_VALUE_BYTES)
    refuse (self, property, "is longer than 255 bytes");
  else if (!g_utf8_validate (value, -1, NULL))
    refuse (self, property, "is not UTF-8");
  else if (strpbrk (value, refused) != NULL)
    refuse (self, property, "has a wildcard in it");
  else
    {
      const char *at = value;

      while (*at != '\0' && !g_unichar_iscntrl (g_utf8_get_char (at))
             && !is_typographic_quote (g_utf8_get_char (at)))
        at = g_utf8_next_char (at);
      if (*at == '\0')
        return TRUE;
      refuse (self, property, "has a control character or a typographic quote in it");
    }
  return FALSE;
}

static void
begin_condition (OstExchangeFilter *self, const char *property, const char *operator)
{
  if (self->text->len > 0)
    g_string_append (self->text, " -and ");
  g_string_append_printf (self->text, "%s %s ", property, operator);
}

static void
append_quoted (OstExchangeFilter *self, const char *value, const char *suffix)
{
  g_string_append_c (self->text, '\'');
  for (const char *at = value; *at != '\0'; at++)
    {
      g_string_append_c (self->text, *at);
      if (*at == '\'')
        g_string_append_c (self->text, *at);
    }
  g_string_append (self->text, suffix);
  g_string_append_c (self->text, '\'');
}

void
ost_exchange_filter_add_equal (OstExchangeFilter *self, const char *property, const char *value)
{
  g_return_if_fail (self != NULL && property != NULL && value != NULL);

  if (!check_value (self, property, value, ""))
    return;
  begin_condition (self, property, "-eq");
  append_quoted (self, value, "");
}

void
ost_exchange_filter_add_boolean (OstExchangeFilter *self, const char *property, gboolean value)
{
  g_return_if_fail (self != NULL && property != NULL);

  begin_condition (self, property, "-eq");
  g_string_append (self->text, value ? "$true" : "$false");
}

void
ost_exchange_filter_add_prefix (OstExchangeFilter *self, const char *property, const char *prefix,
                                gboolean is_wanted)
{
  g_return_if_fail (self != NULL && property != NULL && prefix != NULL);

  if (!check_value (self, property, prefix, "*?[]`"))
    return;
  begin_condition (self, property, is_wanted ? "-like" : "-notlike");
  append_quoted (self, prefix, "*");
}

void
ost_exchange_filter_add_since (OstExchangeFilter *self, const char *property, gint64 microseconds)
{
  gint64 seconds = microseconds / G_USEC_PER_SEC - 1;
  g_autoptr (GDateTime) time = NULL;

  g_return_if_fail (self != NULL && property != NULL);

  if (microseconds < 0 || (time = g_date_time_new_from_unix_utc (seconds)) == NULL)
    {
      refuse (self, property, "is no time between 1970 and 9999");
      return;
    }
  g_autofree char *literal = g_date_time_format (time, "%m/%d/%Y %H:%M:%S");

  begin_condition (self, property, "-gt");
  append_quoted (self, literal, "");
  begin_condition (self, property, "-gt");
  append_quoted (self, CULTURE_GUARD, "");
}

gboolean
ost_exchange_filter_finish (OstExchangeFilter *self, char **filter, GError **error)
{
  g_return_val_if_fail (self != NULL && filter != NULL, FALSE);

  if (self->text->len > OST_EXCHANGE_FILTER_MAX_BYTES && self->error == NULL)
    g_set_error (&self->error, OST_ERROR, OST_ERROR_INVALID,
                 "a filter of %" G_GSIZE_FORMAT " bytes is not sent: at most %d are allowed",
                 self->text->len, OST_EXCHANGE_FILTER_MAX_BYTES);
  if (self->error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  *filter = self->text->len > 0 ? g_strdup (self->text->str) : NULL;
  return TRUE;
}
