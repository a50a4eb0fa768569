/* test-render.c: what is shown as JSON: times, hostile texts, documents that come back the same */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/api/ost-render.h"

static void
test_times (void)
{
  static const gint64 days[] = { -719162, -1, 0, 1, 59, 11016, 11017, 20454, 47540, 2932896 };

  for (gsize i = 0; i < G_N_ELEMENTS (days); i++)
    for (gint64 rest = 0; rest < 86400; rest += 86399)
      {
        gint64 seconds = days[i] * 86400 + rest;
        g_autofree char *ours = ost_render_time (seconds * G_USEC_PER_SEC);
        g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (seconds);
        g_autofree char *theirs = g_date_time_format (moment, "%Y-%m-%dT%H:%M:%SZ");

        /* GLib does not pad a year. */
        g_assert_true (g_str_has_suffix (ours, theirs));
      }
  for (guint i = 0; i < 10000; i++)
    {
      gint64 seconds = (gint64) g_test_rand_int () * 20;
      g_autofree char *ours = ost_render_time (seconds * G_USEC_PER_SEC);
      g_autoptr (GDateTime) moment = g_date_time_new_from_iso8601 (ours, NULL);

      g_assert_cmpint (g_date_time_to_unix (moment), ==, seconds);
    }
  g_assert_null (ost_render_time (G_MAXINT64));
  g_assert_null (ost_render_time (G_MININT64));
}

static void
test_fraction (void)
{
  g_autofree char *after = ost_render_time (1500000);
  g_autofree char *before = ost_render_time (-1);

  g_assert_cmpstr (after, ==, "1970-01-01T00:00:01.500000Z");
  g_assert_cmpstr (before, ==, "1969-12-31T23:59:59.999999Z");
}

static void
test_every_character (void)
{
  for (gunichar c = 1; c < 0x3000; c++)
    {
      char text[8] = "";
      g_autoptr (GString) out = g_string_new ("[");
      g_autoptr (JsonNode) node = NULL;

      g_unichar_to_utf8 (c, text);
      ost_render_text (text, out);
      g_string_append_c (out, ']');
      for (gsize i = 0; i < out->len; i++)
        g_assert_cmpuint ((guchar) out->str[i], >=, 0x20);
      node = json_from_string (out->str, NULL);
      g_assert_nonnull (node);
      g_assert_cmpstr (json_array_get_string_element (json_node_get_array (node), 0), ==, text);
    }
}

static void
test_report_comes_back (void)
{
  g_autoptr (OstReport) report = ost_report_new (OST_TASK_FULL_SYNC, "contoso");
  g_autoptr (OstReport) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  report->devices = G_MAXINT32;
  report->held = 3;
  report->seconds = 1.25;
  report->is_complete = TRUE;
  g_ptr_array_add (report->warnings, g_strdup ("of \x1f\"\\\n‘Zoë’"));
  text = ost_render_node (ost_render_report (report));
  for (const char *byte = text; *byte != '\0'; byte++)
    g_assert_cmpuint ((guchar) *byte, >=, 0x20);
  node = json_from_string (text, NULL);
  again = ost_report_parse (node);
  g_assert_nonnull (again);
  g_assert_cmpint (again->kind, ==, report->kind);
  g_assert_cmpuint (again->devices, ==, report->devices);
  g_assert_cmpuint (again->held, ==, 3);
  g_assert_cmpfloat (again->seconds, ==, 1.25);
  g_assert_true (again->is_complete);
  g_assert_cmpstr (again->warnings->pdata[0], ==, report->warnings->pdata[0]);
  g_assert_false (ost_report_is_ok (again));
}

static void
test_error_comes_back (void)
{
  g_autoptr (GError) error = g_error_new (OST_ERROR, OST_ERROR_THROTTLED, "wait\x1f");
  g_autoptr (GError) again = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  ost_error_set_remedy (error, "be patient");
  ost_error_set_retry_after (error, 1500);
  text = ost_render_node (ost_render_error (error));
  node = json_from_string (text, NULL);
  again = ost_error_parse (node);
  g_assert_error (again, OST_ERROR, OST_ERROR_THROTTLED);
  g_assert_cmpstr (again->message, ==, error->message);
  g_assert_cmpstr (ost_error_get_remedy (again), ==, "be patient");
  g_assert_cmpuint (ost_error_get_retry_after (again), ==, 1500);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/render/times", test_times);
  g_test_add_func ("/render/fraction", test_fraction);
  g_test_add_func ("/render/every-character", test_every_character);
  g_test_add_func ("/render/report", test_report_comes_back);
  g_test_add_func ("/render/error", test_error_comes_back);
  return g_test_run ();
}
