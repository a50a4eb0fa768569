/* test-cli-text.c: names from outside on a terminal and in CSV */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/cli/ost-text.h"

#include <string.h>

static void
assert_escaped (const char *text, const char *keep, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ost_text_escape (text, keep, out);
  g_assert_cmpstr (out->str, ==, expected);
  g_assert_true (g_utf8_validate (out->str, -1, NULL));
}

static void
test_escape (void)
{
  assert_escaped ("Anna's iPhone", NULL, "Anna's iPhone");
  assert_escaped ("Jürgen 📱 山田", NULL, "Jürgen 📱 山田");
  assert_escaped ("\033[2J\033]0;owned\007", NULL, "\\u001b[2J\\u001b]0;owned\\u0007");
  assert_escaped ("a\nb\tc\rd", NULL, "a\\u000ab\\u0009c\\u000dd");
  assert_escaped ("a\nb\tc", "\n", "a\nb\\u0009c");
  /* The control characters of the upper half open sequences, too. */
  assert_escaped ("\xc2\x9b"
                  "31m",
                  NULL, "\\u009b31m");
  assert_escaped ("\x7f", NULL, "\\u007f");
  /* Text that runs backwards can look like another. */
  assert_escaped ("a\xe2\x80\xae"
                  "b",
                  NULL, "a\\u202eb");
  assert_escaped ("\xe2\x81\xa6x\xe2\x81\xa9", NULL, "\\u2066x\\u2069");
  assert_escaped ("\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf", NULL, "\\u2028\\u2029\\ufeff");
  assert_escaped ("\xf3\xa0\x81\x81", NULL, "\\udb40\\udc41");
}

static void
test_escape_no_text (void)
{
  assert_escaped ("\xff\xfe", NULL, "\\xff\\xfe");
  assert_escaped ("a\xc3", NULL, "a\\xc3");
  assert_escaped ("\xed\xa0\x80", NULL, "\\xed\\xa0\\x80");
  assert_escaped ("\xf4\x90\x80\x80!", NULL, "\\xf4\\x90\\x80\\x80!");
  assert_escaped ("\xc0\x80", NULL, "\\xc0\\x80");
}

static void
test_escape_joined (void)
{
  assert_escaped ("👩‍👩‍👧", NULL, "👩‍👩‍👧");
  assert_escaped ("می‌خواهم", NULL, "می‌خواهم");
  /* Marks piled on one letter draw over the lines around it. */
  assert_escaped ("a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81", NULL,
                  "a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u0301");
}

static void
test_measure (void)
{
  g_assert_cmpuint (ost_text_measure (""), ==, 0);
  g_assert_cmpuint (ost_text_measure ("abc"), ==, 3);
  g_assert_cmpuint (ost_text_measure ("山田"), ==, 4);
  g_assert_cmpuint (ost_text_measure ("e\xcc\x81"), ==, 1);
  g_assert_cmpuint (ost_text_measure ("📱"), ==, 2);
}

static void
assert_fitted (const char *text, guint width, const char *expected, guint expected_width)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_assert_cmpuint (ost_text_fit (text, width, out), ==, expected_width);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_fit (void)
{
  assert_fitted ("phone", 5, "phone", 5);
  assert_fitted ("phone", 8, "phone", 5);
  assert_fitted ("phone", 4, "pho…", 4);
  assert_fitted ("phone", 1, "…", 1);
  assert_fitted ("phone", 0, "", 0);
  assert_fitted ("山田太郎", 8, "山田太郎", 8);
  assert_fitted ("山田太郎", 7, "山田太…", 7);
  /* Half of a wide character is none. */
  assert_fitted ("山田太郎", 6, "山田…", 5);
}

static void
assert_csv (const char *text, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  ost_text_append_csv (text, out);
  g_assert_cmpstr (out->str, ==, expected);
}

static void
test_csv (void)
{
  assert_csv (NULL, "");
  assert_csv ("", "");
  assert_csv ("iPhone", "iPhone");
  assert_csv ("a,b", "\"a,b\"");
  assert_csv ("5\" screen", "\"5\"\" screen\"");
  assert_csv ("two\r\nlines", "\"two\r\nlines\"");
  assert_csv ("a;b", "\"a;b\"");
  assert_csv ("a=1", "a=1");
}

static void
test_csv_formula (void)
{
  assert_csv ("=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
  assert_csv ("+49 123", "\"'+49 123\"");
  assert_csv ("-2+3", "\"'-2+3\"");
  assert_csv ("@SUM(A1)", "\"'@SUM(A1)\"");
  assert_csv ("\t=1", "\"'\t=1\"");
  assert_csv ("\r=1", "\"'\r=1\"");
  assert_csv ("\n=1", "\"'\n=1\"");
  assert_csv ("＝1", "\"'＝1\"");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/text/escape", test_escape);
  g_test_add_func ("/cli/text/escape-no-text", test_escape_no_text);
  g_test_add_func ("/cli/text/escape-joined", test_escape_joined);
  g_test_add_func ("/cli/text/measure", test_measure);
  g_test_add_func ("/cli/text/fit", test_fit);
  g_test_add_func ("/cli/text/csv", test_csv);
  g_test_add_func ("/cli/text/csv-formula", test_csv_formula);
  return g_test_run ();
}
