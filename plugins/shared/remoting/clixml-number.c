/* clixml-number.c: numbers, GUIDs and times in the text of a CLIXML value */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-value.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

/* The text that a number is read from: that of the primitive, not the ToString of an enumeration. */
static const char *
get_number_text (const OstClixmlValue *value, gsize *length)
{
  const OstClixmlValue *primitive = ost_clixml_value_get_primitive (value);

  return ost_clixml_value_get_text (primitive != NULL ? primitive : value, length);
}

gboolean
ost_clixml_value_get_boolean (const OstClixmlValue *value, gboolean *boolean)
{
  const char *text = get_number_text (value, NULL);

  if (text == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (text, "true") == 0)
    *boolean = TRUE;
  else if (g_ascii_strcasecmp (text, "false") == 0)
    *boolean = FALSE;
  else
    return FALSE;
  return TRUE;
}

gboolean
ost_clixml_value_get_int64 (const OstClixmlValue *value, gint64 *number)
{
  const char *text = get_number_text (value, NULL);

  return text != NULL && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, number, NULL);
}

gboolean
ost_clixml_value_get_uint64 (const OstClixmlValue *value, guint64 *number)
{
  const char *text = get_number_text (value, NULL);

  return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, number, NULL);
}

gboolean
ost_clixml_value_get_double (const OstClixmlValue *value, double *number)
{
  const char *text = get_number_text (value, NULL);
  char *end = NULL;
  double result;

  if (text == NULL)
    return FALSE;
  if (strcmp (text, "NaN") == 0)
    *number = NAN;
  else if (strcmp (text, "INF") == 0)
    *number = INFINITY;
  else if (strcmp (text, "-INF") == 0)
    *number = -INFINITY;
  else
    {
      /* What strtod takes beyond XML: white space, hexadecimal, its own names of the above. */
      if (text[0] == '\0' || text[strspn (text, "0123456789+-.eE")] != '\0')
        return FALSE;
      errno = 0;
      result = g_ascii_strtod (text, &end);
      if (*end != '\0' || (errno == ERANGE && !isfinite (result)))
        return FALSE;
      *number = result;
    }
  return TRUE;
}

gboolean
ost_clixml_value_get_guid (const OstClixmlValue *value, char guid[OST_CLIXML_GUID_SIZE])
{
  gsize length;
  const char *text = get_number_text (value, &length);

  if (text == NULL || length != OST_CLIXML_GUID_SIZE - 1 || !g_uuid_string_is_valid (text))
    return FALSE;
  for (gsize i = 0; i <= length; i++)
    guid[i] = g_ascii_tolower (text[i]);
  return TRUE;
}

/* Reads exactly @digits digits and moves on. */
static gboolean
read_digits (const char **text, guint digits, int *number)
{
  int result = 0;

  for (guint i = 0; i < digits; i++)
    {
      if (!g_ascii_isdigit (**text))
        return FALSE;
      result = result * 10 + (*(*text)++ - '0');
    }
  *number = result;
  return TRUE;
}

static gboolean
read_byte (const char **text, char byte)
{
  if (**text != byte)
    return FALSE;
  (*text)++;
  return TRUE;
}

/* Reads the digits after a decimal point; those below a microsecond are dropped. */
static gboolean
read_fraction (const char **text, gint64 *fraction_us)
{
  gint64 unit = G_USEC_PER_SEC / 10;

  *fraction_us = 0;
  if (!read_byte (text, '.'))
    return TRUE;
  if (!g_ascii_isdigit (**text))
    return FALSE;
  for (; g_ascii_isdigit (**text); (*text)++)
    {
      *fraction_us += unit * (**text - '0');
      unit /= 10;
    }
  return TRUE;
}

static gboolean
read_zone (const char **text, gint64 *offset_us)
{
  int sign = **text == '-' ? -1 : 1;
  int hours;
  int minutes;

  *offset_us = 0;
  if (**text == '\0' || read_byte (text, 'Z'))
    return TRUE;
  if (!read_byte (text, '+') && !read_byte (text, '-'))
    return FALSE;
  if (!read_digits (text, 2, &hours) || !read_byte (text, ':') || !read_digits (text, 2, &minutes))
    return FALSE;
  if (hours > 14 || minutes > 59)
    return FALSE;
  *offset_us = (gint64)sign * (hours * 60 + minutes) * 60 * G_USEC_PER_SEC;
  return TRUE;
}

/* Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March. */
static gint64
count_days (int year, int month, int day)
{
  gint64 y = month > 2 ? year : year - 1;
  gint64 era = (y >= 0 ? y : y - 399) / 400;
  gint64 year_of_era = y - era * 400;
  gint64 day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year
         - 719468;
}

static gboolean
read_date (const char **text, int *year, int *month, int *day)
{
  return read_digits (text, 4, year) && read_byte (text, '-') && read_digits (text, 2, month)
         && read_byte (text, '-') && read_digits (text, 2, day) && *month >= 1 && *month <= 12
         && *day >= 1 && *year >= 1
         && *day <= g_date_get_days_in_month ((GDateMonth)*month, (GDateYear)*year);
}

static gboolean
read_time (const char **text, gint64 *time_us)
{
  int hour;
  int minute;
  int second;
  gint64 fraction_us;

  if (!read_digits (text, 2, &hour) || !read_byte (text, ':') || !read_digits (text, 2, &minute)
      || !read_byte (text, ':') || !read_digits (text, 2, &second)
      || !read_fraction (text, &fraction_us))
    return FALSE;
  if (hour > 23 || minute > 59 || second > 59)
    return FALSE;
  *time_us = (gint64)((hour * 60 + minute) * 60 + second) * G_USEC_PER_SEC + fraction_us;
  return TRUE;
}

gboolean
ost_clixml_value_get_date_time (const OstClixmlValue *value, gint64 *time_us)
{
  const char *text = get_number_text (value, NULL);
  gint64 in_day_us;
  gint64 offset_us;
  int year;
  int month;
  int day;

  if (text == NULL || !read_date (&text, &year, &month, &day) || !read_byte (&text, 'T')
      || !read_time (&text, &in_day_us) || !read_zone (&text, &offset_us) || *text != '\0')
    return FALSE;
  if (year == 1 && month == 1 && day == 1)
    return FALSE;
  *time_us = count_days (year, month, day) * DAY_US + in_day_us - offset_us;
  return TRUE;
}

/* One part of a duration, a number and its letter; gives FALSE if @letter is not what comes next. */
static gboolean
read_part (const char **text, char letter, gint64 unit_us, gint64 *span_us)
{
  const char *at = *text;
  gint64 fraction_us = 0;
  gint64 number = 0;

  if (!g_ascii_isdigit (*at))
    return FALSE;
  for (; g_ascii_isdigit (*at); at++)
    {
      if (number > G_MAXINT32 * G_GINT64_CONSTANT (1000))
        return FALSE;
      number = number * 10 + (*at - '0');
    }
  if (letter == 'S' && !read_fraction (&at, &fraction_us))
    return FALSE;
  if (!read_byte (&at, letter))
    return FALSE;
  if (__builtin_mul_overflow (number, unit_us, &number)
      || __builtin_add_overflow (*span_us, number, span_us)
      || __builtin_add_overflow (*span_us, fraction_us, span_us))
    return FALSE;
  *text = at;
  return TRUE;
}

gboolean
ost_clixml_value_get_time_span (const OstClixmlValue *value, gint64 *span_us)
{
  const char *text = get_number_text (value, NULL);
  gboolean is_negative;
  gint64 result = 0;
  guint parts = 0;

  if (text == NULL)
    return FALSE;
  is_negative = read_byte (&text, '-');
  if (!read_byte (&text, 'P'))
    return FALSE;
  parts += read_part (&text, 'D', DAY_US, &result) ? 1 : 0;
  if (read_byte (&text, 'T'))
    {
      parts += read_part (&text, 'H', DAY_US / 24, &result) ? 1 : 0;
      parts += read_part (&text, 'M', DAY_US / 1440, &result) ? 1 : 0;
      parts += read_part (&text, 'S', G_USEC_PER_SEC, &result) ? 1 : 0;
      if (!g_ascii_isalpha (text[-1]) || text[-1] == 'T')
        return FALSE;
    }
  if (parts == 0 || *text != '\0')
    return FALSE;
  *span_us = is_negative ? -result : result;
  return TRUE;
}
