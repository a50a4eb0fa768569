/* test-clixml-value.c: numbers, times and GUIDs out of CLIXML values */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"

#include <math.h>
#include <string.h>

typedef void (*CheckFunc) (const OstClixmlValue *value, gconstpointer data);

typedef struct {
  CheckFunc check;
  gconstpointer data;
  guint calls;
} Check;

static gboolean
check_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Check *check = user_data;

  check->check (value, check->data);
  check->calls++;
  return TRUE;
}

static void
with_value (const char *xml, CheckFunc func, gconstpointer data)
{
  Check check = { func, data, 0 };
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, check_cb, &check);
  g_autoptr (GError) error = NULL;

  ost_clixml_reader_feed (reader, xml, strlen (xml), &error);
  g_assert_no_error (error);
  ost_clixml_reader_end_message (reader, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (check.calls, ==, 1);
}

static void
check_boolean (const OstClixmlValue *value, gconstpointer data)
{
  int expected = GPOINTER_TO_INT (data);
  gboolean boolean = 7;

  g_assert_cmpint (ost_clixml_value_get_boolean (value, &boolean), ==, expected >= 0);
  g_assert_cmpint (boolean, ==, expected >= 0 ? expected : 7);
}

static void
test_booleans (void)
{
  with_value ("<B>true</B>", check_boolean, GINT_TO_POINTER (1));
  with_value ("<B>false</B>", check_boolean, GINT_TO_POINTER (0));
  with_value ("<S>True</S>", check_boolean, GINT_TO_POINTER (1));
  with_value ("<Obj><ToString>False</ToString></Obj>", check_boolean, GINT_TO_POINTER (0));
  with_value ("<Obj><ToString>x</ToString><B>true</B></Obj>", check_boolean, GINT_TO_POINTER (1));
  with_value ("<B></B>", check_boolean, GINT_TO_POINTER (-1));
  with_value ("<B>1</B>", check_boolean, GINT_TO_POINTER (-1));
  with_value ("<B> true</B>", check_boolean, GINT_TO_POINTER (-1));
  with_value ("<Nil/>", check_boolean, GINT_TO_POINTER (-1));
  with_value ("<Obj/>", check_boolean, GINT_TO_POINTER (-1));
}

static void
check_int64 (const OstClixmlValue *value, gconstpointer data)
{
  const char *expected = data;
  gint64 number = 77;
  g_autofree char *text = NULL;

  g_assert_cmpint (ost_clixml_value_get_int64 (value, &number), ==, expected != NULL);
  text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  g_assert_cmpstr (text, ==, expected != NULL ? expected : "77");
}

static void
check_uint64 (const OstClixmlValue *value, gconstpointer data)
{
  const char *expected = data;
  guint64 number = 77;
  g_autofree char *text = NULL;

  g_assert_cmpint (ost_clixml_value_get_uint64 (value, &number), ==, expected != NULL);
  text = g_strdup_printf ("%" G_GUINT64_FORMAT, number);
  g_assert_cmpstr (text, ==, expected != NULL ? expected : "77");
}

static void
test_integers (void)
{
  with_value ("<I32>-5</I32>", check_int64, "-5");
  with_value ("<I64>-9223372036854775808</I64>", check_int64, "-9223372036854775808");
  with_value ("<U64>9223372036854775807</U64>", check_int64, "9223372036854775807");
  with_value ("<U64>9223372036854775808</U64>", check_int64, NULL);
  with_value ("<Obj><ToString>Friday</ToString><I32>5</I32></Obj>", check_int64, "5");
  with_value ("<Obj><ToString>12</ToString></Obj>", check_int64, "12");
  with_value ("<Obj><ToString>Friday</ToString></Obj>", check_int64, NULL);
  with_value ("<Obj><Obj><I32>6</I32></Obj></Obj>", check_int64, "6");
  with_value ("<S>7</S>", check_int64, "7");
  with_value ("<I32>5 </I32>", check_int64, NULL);
  with_value ("<I32>0x5</I32>", check_int64, NULL);
  with_value ("<I32>5.0</I32>", check_int64, NULL);
  with_value ("<I32></I32>", check_int64, NULL);
  with_value ("<S>Unlimited</S>", check_int64, NULL);
  with_value ("<Nil/>", check_int64, NULL);
  with_value ("<U64>18446744073709551615</U64>", check_uint64, "18446744073709551615");
  with_value ("<U64>18446744073709551616</U64>", check_uint64, NULL);
  with_value ("<I32>-1</I32>", check_uint64, NULL);
}

static void
check_double (const OstClixmlValue *value, gconstpointer data)
{
  const double *expected = data;
  double number = 77;

  g_assert_cmpint (ost_clixml_value_get_double (value, &number), ==, expected != NULL);
  if (expected == NULL)
    g_assert_cmpfloat (number, ==, 77);
  else if (isnan (*expected))
    g_assert_true (isnan (number));
  else
    g_assert_cmpfloat (number, ==, *expected);
}

static void
test_doubles (void)
{
  const double half = 1.5;
  const double large = -1.7976931348623157e308;
  const double not_a_number = NAN;
  const double infinite = INFINITY;
  const double negative_infinite = -INFINITY;
  const double decimal = 79228162514264337593543950335.0;

  with_value ("<Db>1.5</Db>", check_double, &half);
  with_value ("<Db>-1.7976931348623157E+308</Db>", check_double, &large);
  with_value ("<Db>NaN</Db>", check_double, &not_a_number);
  with_value ("<Sg>INF</Sg>", check_double, &infinite);
  with_value ("<Sg>-INF</Sg>", check_double, &negative_infinite);
  with_value ("<D>79228162514264337593543950335</D>", check_double, &decimal);
  with_value ("<Db>1,5</Db>", check_double, NULL);
  with_value ("<Db>0x10</Db>", check_double, NULL);
  with_value ("<Db>nan</Db>", check_double, NULL);
  with_value ("<Db>infinity</Db>", check_double, NULL);
  with_value ("<Db>1e999</Db>", check_double, NULL);
  with_value ("<Db> 1</Db>", check_double, NULL);
  with_value ("<Db>e</Db>", check_double, NULL);
  with_value ("<Db></Db>", check_double, NULL);
  with_value ("<Nil/>", check_double, NULL);
}

static void
check_guid (const OstClixmlValue *value, gconstpointer data)
{
  const char *expected = data;
  char guid[OST_CLIXML_GUID_SIZE] = "as it was";

  g_assert_cmpint (ost_clixml_value_get_guid (value, guid), ==, expected != NULL);
  g_assert_cmpstr (guid, ==, expected != NULL ? expected : "as it was");
}

static void
test_guids (void)
{
  with_value ("<G>37a08df3-f625-9d71-50a9-80d9409f34d3</G>", check_guid,
              "37a08df3-f625-9d71-50a9-80d9409f34d3");
  with_value ("<S>37A08DF3-F625-9D71-50A9-80D9409F34D3</S>", check_guid,
              "37a08df3-f625-9d71-50a9-80d9409f34d3");
  with_value ("<S>{37A08DF3-F625-9D71-50A9-80D9409F34D3}</S>", check_guid, NULL);
  with_value ("<G>37a08df3f6259d7150a980d9409f34d3</G>", check_guid, NULL);
  with_value ("<G>37a08df3-f625-9d71-50a9-80d9409f34dg</G>", check_guid, NULL);
  with_value ("<G></G>", check_guid, NULL);
  with_value ("<Nil/>", check_guid, NULL);
}

static void
check_date_time (const OstClixmlValue *value, gconstpointer data)
{
  const char *expected = data;
  gint64 time_us = 0;
  g_autoptr (GDateTime) time = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpint (ost_clixml_value_get_date_time (value, &time_us), ==, expected != NULL);
  time = g_date_time_new_from_unix_utc (0);
  if (expected != NULL)
    {
      g_autoptr (GDateTime) moved = g_date_time_add (time, time_us);

      text = g_date_time_format (moved, "%Y-%m-%dT%H:%M:%S.%f");
    }
  g_assert_cmpstr (text, ==, expected);
}

static void
test_date_times (void)
{
  static const struct {
    const char *text;
    const char *expected;
  } samples[] = {
    { "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000000" },
    { "2018-06-13T23:46:28.00516+00:00", "2018-06-13T23:46:28.005160" },
    { "2021-09-28T10:32:01-07:00", "2021-09-28T17:32:01.000000" },
    { "2024-03-01T00:30:00+05:45", "2024-02-29T18:45:00.000000" },
    { "2024-01-02T03:04:05.1234567Z", "2024-01-02T03:04:05.123456" },
    { "2024-01-02T03:04:05", "2024-01-02T03:04:05.000000" },
    { "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000" },
    { "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000" },
    { "1601-01-01T00:00:00Z", "1601-01-01T00:00:00.000000" },
    { "2000-02-29T12:00:00Z", "2000-02-29T12:00:00.000000" },
    { "9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59.999999" },
    { "0001-01-02T00:00:00Z", "1-01-02T00:00:00.000000" },
    { "0001-01-01T00:00:00", NULL },
    { "0001-01-01T00:00:00Z", NULL },
    { "1900-02-29T12:00:00Z", NULL },
    { "2024-02-30T12:00:00Z", NULL },
    { "2024-13-01T12:00:00Z", NULL },
    { "2024-00-01T12:00:00Z", NULL },
    { "2024-01-00T12:00:00Z", NULL },
    { "0000-01-01T12:00:00Z", NULL },
    { "2024-01-01T24:00:00Z", NULL },
    { "2024-01-01T12:60:00Z", NULL },
    { "2024-01-01T12:00:60Z", NULL },
    { "2024-01-01T12:00:00.Z", NULL },
    { "2024-01-01T12:00:00+15:00", NULL },
    { "2024-01-01T12:00:00+0100", NULL },
    { "2024-01-01T12:00:00Zx", NULL },
    { "2024-01-01 12:00:00Z", NULL },
    { "2024-01-01", NULL },
    { "24-01-01T12:00:00Z", NULL },
    { "01/02/2024 03:04:05", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *xml = g_strdup_printf ("<DT>%s</DT>", samples[i].text);
      g_autofree char *string = g_strdup_printf ("<S>%s</S>", samples[i].text);

      with_value (xml, check_date_time, samples[i].expected);
      with_value (string, check_date_time, samples[i].expected);
    }
  with_value ("<Nil/>", check_date_time, NULL);
}

static void
check_time_span (const OstClixmlValue *value, gconstpointer data)
{
  const gint64 *expected = data;
  gint64 span_us = 77;

  g_assert_cmpint (ost_clixml_value_get_time_span (value, &span_us), ==, expected != NULL);
  g_assert_cmpint (span_us, ==, expected != NULL ? *expected : 77);
}

static void
test_time_spans (void)
{
  static const struct {
    const char *xml;
    gint64 expected;
  } samples[] = {
    { "<TS>PT1M30S</TS>", 90 * G_USEC_PER_SEC },
    { "<TS>P1DT2H</TS>", G_GINT64_CONSTANT (26 * 3600) * G_USEC_PER_SEC },
    { "<TS>-PT0.5S</TS>", -G_USEC_PER_SEC / 2 },
    { "<TS>PT0S</TS>", 0 },
    { "<TS>P10675199DT2H48M5.4775807S</TS>", G_GINT64_CONSTANT (922337203685477580) },
    { "<TS>PT0.0000001S</TS>", 0 },
    { "<TS>P2D</TS>", G_GINT64_CONSTANT (2 * 86400) * G_USEC_PER_SEC },
  };
  static const char *const refused[] = {
    "<TS></TS>",
    "<TS>P</TS>",
    "<TS>PT</TS>",
    "<TS>P1DT</TS>",
    "<TS>P1Y</TS>",
    "<TS>P1M</TS>",
    "<TS>PT1.5M</TS>",
    "<TS>PT1S1M</TS>",
    "<TS>1D</TS>",
    "<TS>PT1.S</TS>",
    "<TS>PT1</TS>",
    "<TS>PT-1S</TS>",
    "<TS>00:15:00</TS>",
    "<Nil/>",
    "<TS>PT1Sx</TS>",
    "<TS>PT9999999999999999999999999S</TS>",
    "<TS>P999999999999D</TS>",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    with_value (samples[i].xml, check_time_span, &samples[i].expected);
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    with_value (refused[i], check_time_span, NULL);
}

static void
check_dictionary (const OstClixmlValue *value, gconstpointer data)
{
  const OstClixmlValue *table = ost_clixml_value_get_member (value, "ApplicationPrivateData");
  const OstClixmlValue *versions = ost_clixml_value_get_entry (table, "psversiontable");

  g_assert_cmpint (ost_clixml_value_get_container (versions), ==, OST_CLIXML_DICTIONARY);
  g_assert_cmpstr (
    ost_clixml_value_get_text (ost_clixml_value_get_entry (versions, "PSVersion"), NULL), ==,
    "5.1.26236.5000");
  g_assert_true (ost_clixml_value_is_a (versions, "System.Collections.Hashtable"));
  g_assert_null (ost_clixml_value_get_entry (versions, "Nothing"));
  g_assert_null (ost_clixml_value_get_entry (value, "PSVersion"));
  g_assert_null (ost_clixml_value_get_first_item (versions));
  g_assert_null (ost_clixml_value_get_first_entry (value));
}

static void
test_dictionary (void)
{
  with_value (
    "<Obj RefId=\"0\"><MS><Obj N=\"ApplicationPrivateData\" RefId=\"1\"><TN RefId=\"0\">"
    "<T>System.Management.Automation.PSPrimitiveDictionary</T><T>System.Collections.Hashtable</T>"
    "<T>System.Object</T></TN><DCT><En><S N=\"Key\">PSVersionTable</S><Obj N=\"Value\" RefId=\"2\">"
    "<TNRef RefId=\"0\" /><DCT><En><I32 N=\"Key\">1</I32><Nil N=\"Value\" /></En><En><S "
    "N=\"Key\">PSVersion</S>"
    "<Version N=\"Value\">5.1.26236.5000</Version></En></DCT></Obj></En></DCT></Obj></MS></Obj>",
    check_dictionary, NULL);
}

static void
check_nothing (const OstClixmlValue *value, gconstpointer data)
{
  OstClixmlMemberIter iter;
  gsize length = 7;

  g_assert_null (ost_clixml_value_get_text (NULL, &length));
  g_assert_cmpuint (length, ==, 0);
  g_assert_null (ost_clixml_value_get_name (NULL));
  g_assert_null (ost_clixml_value_get_to_string (NULL));
  g_assert_null (ost_clixml_value_get_to_string (value));
  g_assert_null (ost_clixml_value_get_primitive (NULL));
  g_assert_true (ost_clixml_value_get_primitive (value) == value);
  g_assert_null (ost_clixml_value_get_first_item (NULL));
  g_assert_null (ost_clixml_value_get_next_item (NULL));
  g_assert_null (ost_clixml_value_get_first_entry (NULL));
  g_assert_null (ost_clixml_value_get_entry (NULL, "x"));
  g_assert_null (ost_clixml_value_get_type_name (NULL, 0));
  g_assert_false (ost_clixml_value_is_a (value, "System.String"));
  g_assert_false (ost_clixml_value_is_reference (NULL));
  g_assert_cmpint (ost_clixml_value_get_container (value), ==, OST_CLIXML_NO_CONTAINER);
  g_assert_false (ost_clixml_value_get_int64 (NULL, NULL));
  ost_clixml_member_iter_init (&iter, NULL);
  g_assert_null (ost_clixml_member_iter_next (&iter));
  ost_clixml_member_iter_init (&iter, value);
  g_assert_null (ost_clixml_member_iter_next (&iter));
  g_assert_null (ost_clixml_member_iter_next (&iter));
}

static void
test_nothing (void)
{
  with_value ("<S>x</S>", check_nothing, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clixml/value/booleans", test_booleans);
  g_test_add_func ("/clixml/value/integers", test_integers);
  g_test_add_func ("/clixml/value/doubles", test_doubles);
  g_test_add_func ("/clixml/value/guids", test_guids);
  g_test_add_func ("/clixml/value/date-times", test_date_times);
  g_test_add_func ("/clixml/value/time-spans", test_time_spans);
  g_test_add_func ("/clixml/value/dictionary", test_dictionary);
  g_test_add_func ("/clixml/value/nothing", test_nothing);
  return g_test_run ();
}
