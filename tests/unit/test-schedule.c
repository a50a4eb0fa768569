/* test-schedule.c: when a connection synchronises, and how a listing is cut into slices */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/engine/ost-device-slice.h"
#include "core/engine/ost-schedule.h"

#include <string.h>

#define SECOND G_GINT64_CONSTANT (1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOW (G_GINT64_CONSTANT (1800000000) * SECOND)

static OstScheduleFacts
make_facts (void)
{
  return (OstScheduleFacts){
    .now = NOW,
    .last_full = NOW - HOUR,
    .last_end = NOW,
    .quick_interval = 2 * MINUTE,
    .full_interval = 24 * HOUR,
  };
}

static void
test_intervals (void)
{
  OstScheduleFacts facts = make_facts ();
  OstTaskKind kind;

  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW + 2 * MINUTE);
  g_assert_cmpint (kind, ==, OST_TASK_QUICK_SYNC);
  facts.last_full = 0;
  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW);
  g_assert_cmpint (kind, ==, OST_TASK_FULL_SYNC);
  facts.last_full = NOW - 25 * HOUR;
  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW);
  g_assert_cmpint (kind, ==, OST_TASK_FULL_SYNC);
  /* Due before the next quick one: the full one takes its place. */
  facts.last_full = NOW - 24 * HOUR + MINUTE;
  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW + MINUTE);
  g_assert_cmpint (kind, ==, OST_TASK_FULL_SYNC);
}

static void
test_fifth_of_the_time (void)
{
  OstScheduleFacts facts = make_facts ();
  OstTaskKind kind;

  facts.last_duration = 10 * MINUTE;
  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW + 40 * MINUTE);
}

static void
test_back_off (void)
{
  OstScheduleFacts facts = make_facts ();
  OstTaskKind kind;
  gint64 before = 0;

  for (guint n = 1; n < 40; n++)
    {
      gint64 least, most;

      facts.n_failures = n;
      facts.jitter = 0;
      least = ost_schedule_next (&facts, &kind) - NOW;
      facts.jitter = 1;
      most = ost_schedule_next (&facts, &kind) - NOW;
      g_assert_cmpint (least, >=, 15 * SECOND);
      g_assert_cmpint (most, <=, 30 * MINUTE);
      g_assert_cmpint (most, ==, 2 * least);
      g_assert_cmpint (least, >=, before);
      before = least;
    }
  facts.retry_after = 3 * HOUR;
  g_assert_cmpint (ost_schedule_next (&facts, &kind), ==, NOW + 3 * HOUR);
}

static void
test_clock_jumps (void)
{
  OstScheduleFacts facts = make_facts ();
  OstTaskKind kind;

  for (guint i = 0; i < 10000; i++)
    {
      gint64 next;

      facts.last_full = NOW + g_test_rand_int_range (-1000000, 1000000) * SECOND;
      facts.last_end = NOW + g_test_rand_int_range (-1000000, 1000000) * SECOND;
      facts.last_duration = g_test_rand_int_range (0, 100000) * SECOND;
      facts.n_failures = (guint) g_test_rand_int_range (0, 3);
      facts.jitter = g_test_rand_double ();
      next = ost_schedule_next (&facts, &kind);
      g_assert_cmpint (next, >=, NOW);
      g_assert_cmpint (next, <=, NOW + 24 * HOUR + 4 * 24 * HOUR);
    }
}

/* What a directory makes of a slice, under some collation. */
static gboolean
meets (const OstDeviceSlice *slice, const char *id, gboolean is_case_sensitive)
{
  int (*compare) (const char *, const char *, gsize)
    = is_case_sensitive ? strncmp : g_ascii_strncasecmp;

  if (slice->prefix != NULL && compare (id, slice->prefix, strlen (slice->prefix)) != 0)
    return FALSE;
  for (gsize i = 0; slice->except[i] != NULL; i++)
    if (compare (id, slice->except[i], strlen (slice->except[i])) == 0)
      return FALSE;
  return TRUE;
}

static void
test_slices_are_everything (void)
{
  static const char *const some[] = { "APPL", "B", "SEC1", "6", NULL };
  g_auto (GStrv) first = ost_device_slices_first_prefixes ();
  const char *const *plans[] = { some, (const char *const *) first };

  for (guint round = 0; round < 20000; round++)
    {
      char id[8] = "";
      g_autoptr (GPtrArray) slices
        = ost_device_slices_plan (plans[(guint) g_test_rand_int () % G_N_ELEMENTS (plans)]);
      gboolean is_case_sensitive = g_test_rand_bit ();
      guint length = (guint) g_test_rand_int_range (0, 7);
      guint met = 0;

      for (guint i = 0; i < length; i++)
        id[i] = (char) g_test_rand_int_range (1, 255);
      for (guint i = 0; i < slices->len; i++)
        met += meets (slices->pdata[i], id, is_case_sensitive);
      g_assert_cmpuint (met, ==, 1);
    }
}

static void
test_slice_text (void)
{
  static const char *const prefixes[] = { "A", "B2", NULL };
  static const char *const none[] = { NULL };
  g_autoptr (GPtrArray) slices = ost_device_slices_plan (prefixes);
  g_autoptr (GPtrArray) whole = ost_device_slices_plan (none);
  g_autofree char *everything = ost_device_slice_to_text (whole->pdata[0]);

  g_assert_cmpuint (slices->len, ==, 3);
  g_assert_cmpuint (whole->len, ==, 1);
  g_assert_cmpstr (everything, ==, "-");
  for (guint i = 0; i < slices->len; i++)
    {
      const OstDeviceSlice *slice = slices->pdata[i];
      g_autofree char *text = ost_device_slice_to_text (slice);
      g_autoptr (OstDeviceSlice) again = ost_device_slice_from_text (text);
      g_autoptr (OstOperation) operation = ost_device_slice_to_operation (again);

      g_assert_cmpstr (slice->prefix, ==, again->prefix);
      g_assert_cmpuint (g_strv_length (slice->except), ==, g_strv_length (again->except));
      g_assert_cmpstr (ost_operation_get_text (operation, OST_SELECT_PREFIX), ==, slice->prefix);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/intervals", test_intervals);
  g_test_add_func ("/schedule/fifth-of-the-time", test_fifth_of_the_time);
  g_test_add_func ("/schedule/back-off", test_back_off);
  g_test_add_func ("/schedule/clock-jumps", test_clock_jumps);
  g_test_add_func ("/slices/everything", test_slices_are_everything);
  g_test_add_func ("/slices/text", test_slice_text);
  return g_test_run ();
}
