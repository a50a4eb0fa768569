/* bench-clixml.c: decoding a file of CLIXML, compared with the XML parser alone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"

#include <fcntl.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What a network connection hands on at once, at most. */
#define PIECE_BYTES (64 * 1024)
#define DEFAULT_ROUNDS 7
#define MAX_ROUNDS 99

typedef struct {
  guint64 bytes;
  guint64 objects;
  guint64 found;
  OstClixmlSelection *selection;
  double seconds;
} Run;

typedef gboolean (*FeedFunc) (const char *bytes, gsize length, gpointer user_data);

static double
get_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Hands the whole file on in pieces; reading it is part of both measurements. */
static guint64
feed_file (const char *path, FeedFunc feed, gpointer user_data)
{
  static char piece[PIECE_BYTES];
  int file = open (path, O_RDONLY | O_CLOEXEC);
  guint64 bytes = 0;
  ssize_t n;

  if (file < 0)
    {
      perror (path);
      exit (2);
    }
  while ((n = read (file, piece, sizeof piece)) > 0)
    {
      if (!feed (piece, (gsize)n, user_data))
        exit (1);
      bytes += (guint64)n;
    }
  close (file);
  return bytes;
}

/* What a connector asks of a device; the last two are not there. */
static const char *const asked[] = {
  "FriendlyName",
  "DeviceId",
  "DeviceImei",
  "DeviceMobileOperator",
  "DeviceOS",
  "DeviceOSLanguage",
  "DeviceTelephoneNumber",
  "DeviceType",
  "DeviceUserAgent",
  "DeviceModel",
  "FirstSyncTime",
  "UserDisplayName",
  "DeviceAccessState",
  "DeviceAccessStateReason",
  "DeviceAccessControlRule",
  "ClientVersion",
  "ClientType",
  "IsManaged",
  "IsCompliant",
  "IsDisabled",
  "Name",
  "Identity",
  "DistinguishedName",
  "Guid",
  "IsValid",
  "WhenChangedUTC",
  "WhenCreatedUTC",
  "OriginatingServer",
  "LastSuccessSync",
  "DeviceWipeSentTime",
  NULL,
};
#define ASKED (G_N_ELEMENTS (asked) - 1)

static gboolean
count_object_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Run *run = user_data;

  run->objects++;
  return TRUE;
}

static gboolean
ask_object_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Run *run = user_data;

  run->objects++;
  for (gsize i = 0; i < ASKED; i++)
    run->found += ost_clixml_value_get_member_text (value, asked[i]) != NULL;
  return TRUE;
}

static gboolean
select_object_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Run *run = user_data;
  const OstClixmlValue *found[ASKED];

  run->objects++;
  ost_clixml_selection_read (run->selection, value, found);
  for (gsize i = 0; i < ASKED; i++)
    run->found += ost_clixml_value_get_text (found[i], NULL) != NULL;
  return TRUE;
}

static void
read_start (const char *path, char *bytes)
{
  int file = open (path, O_RDONLY | O_CLOEXEC);

  if (file < 0 || read (file, bytes, PIECE_BYTES) < 0)
    perror (path);
  if (file >= 0)
    close (file);
}

static gboolean
feed_reader (const char *bytes, gsize length, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (ost_clixml_reader_feed (user_data, bytes, length, &error))
    return TRUE;
  fprintf (stderr, "%s\n", error->message);
  return FALSE;
}

static void
end_message (OstClixmlReader *reader)
{
  g_autoptr (GError) error = NULL;

  if (!ost_clixml_reader_end_message (reader, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      exit (1);
    }
}

static Run
run_reader (const char *path, OstClixmlObjectFunc func)
{
  g_autoptr (OstClixmlSelection) selection = ost_clixml_selection_new (asked);
  Run run = { .selection = selection };
  double start = get_cpu_seconds ();
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new_document (NULL, func, &run);

  run.bytes = feed_file (path, feed_reader, reader);
  end_message (reader);
  run.seconds = get_cpu_seconds () - start;
  return run;
}

/* The first object of the file as a message of its own, over and over. */
static Run
run_messages (const char *path, guint64 total)
{
  static const char first[] = "<Obj RefId=\"0\">";
  static const char last[] = "</Props></Obj>";
  Run run = { 0 };
  g_autofree char *bytes = NULL;
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, count_object_cb, &run);
  const char *start;
  const char *end;
  double start_seconds;
  gsize length;

  bytes = g_malloc0 (PIECE_BYTES + 1);
  read_start (path, bytes);
  start = strstr (bytes, first);
  end = start == NULL ? NULL : strstr (start, last);
  if (end == NULL)
    return run;
  length = (gsize)(end - start) + strlen (last);
  start_seconds = get_cpu_seconds ();
  for (; run.bytes < total; run.bytes += length)
    {
      if (!feed_reader (start, length, reader))
        exit (1);
      end_message (reader);
    }
  run.seconds = get_cpu_seconds () - start_seconds;
  return run;
}

static void
ignore_start (void *user_data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
              int namespace_count, const xmlChar **namespaces, int attribute_count,
              int defaulted_count, const xmlChar **attributes)
{
}

static void
ignore_end (void *user_data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
}

static void
ignore_characters (void *user_data, const xmlChar *characters, int length)
{
}

static gboolean
feed_parser (const char *bytes, gsize length, gpointer user_data)
{
  return xmlParseChunk (user_data, bytes, (int)length, 0) == 0;
}

static Run
run_parser (const char *path)
{
  Run run = { 0 };
  double start = get_cpu_seconds ();
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC,
                            .startElementNs = ignore_start,
                            .endElementNs = ignore_end,
                            .characters = ignore_characters,
                            .ignorableWhitespace = ignore_characters };
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt (&handler, NULL, NULL, 0, NULL);

  xmlCtxtUseOptions (parser, XML_PARSE_NONET);
  run.bytes = feed_file (path, feed_parser, parser);
  xmlParseChunk (parser, NULL, 0, 1);
  xmlFreeParserCtxt (parser);
  run.seconds = get_cpu_seconds () - start;
  return run;
}

static int
compare_doubles (const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return left < right ? -1 : left > right;
}

static double
get_median (double *numbers, guint count)
{
  qsort (numbers, count, sizeof *numbers, compare_doubles);
  return numbers[count / 2];
}

static long
get_memory_kib (const char *what)
{
  g_autofree char *status = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL))
    return -1;
  line = strstr (status, what);
  return line == NULL ? -1 : strtol (line + strlen (what), NULL, 10);
}

static void
print_rest (const char *path, const Run *last)
{
  Run asking = run_reader (path, ask_object_cb);
  Run selecting = run_reader (path, select_object_cb);
  Run messages = run_messages (path, last->bytes);

  printf ("objects %" G_GUINT64_FORMAT ", bytes %" G_GUINT64_FORMAT "\n", last->objects,
          last->bytes);
  printf ("with %d members of each looked up one by one: %.0f MB/s; selected: %.0f MB/s\n",
          (int)ASKED, (double)asking.bytes / 1e6 / asking.seconds,
          (double)selecting.bytes / 1e6 / selecting.seconds);
  if (asking.found != selecting.found)
    printf ("they differ: %" G_GUINT64_FORMAT " and %" G_GUINT64_FORMAT " found\n", asking.found,
            selecting.found);
  printf ("each object a message of its own: %.0f MB/s\n",
          (double)messages.bytes / 1e6 / messages.seconds);
}

int
main (int argc, char **argv)
{
  guint rounds = argc > 2 ? (guint)g_ascii_strtoull (argv[2], NULL, 10) : DEFAULT_ROUNDS;
  long start_kib = get_memory_kib ("VmHWM:");
  double ours[MAX_ROUNDS];
  double raw[MAX_ROUNDS];
  double ratios[MAX_ROUNDS];
  Run last = { 0 };

  if (argc < 2 || rounds == 0 || rounds > MAX_ROUNDS)
    {
      fprintf (stderr, "usage: bench-clixml FILE [ROUNDS]\n"
                       "FILE: what `exchange-peer --encode 55000 FILE` writes\n");
      return 2;
    }
  for (guint i = 0; i < rounds; i++)
    {
      raw[i] = run_parser (argv[1]).seconds;
      last = run_reader (argv[1], count_object_cb);
      ours[i] = last.seconds;
      ratios[i] = ours[i] / raw[i];
      printf ("round %u: libxml2 alone %.3f s, reader %.3f s, ratio %.2f\n", i + 1, raw[i], ours[i],
              ratios[i]);
    }
  print_rest (argv[1], &last);
  printf ("libxml2 alone: median %.0f MB/s\n", (double)last.bytes / 1e6 / get_median (raw, rounds));
  printf ("reader: median %.0f MB/s\n", (double)last.bytes / 1e6 / get_median (ours, rounds));
  printf ("ratio: median %.2f, ", get_median (ratios, rounds));
  printf ("min %.2f, max %.2f\n", ratios[0], ratios[rounds - 1]);
  printf ("peak memory: %ld KiB, %ld KiB of it before the first byte\n", get_memory_kib ("VmHWM:"),
          start_kib);
  return 0;
}
