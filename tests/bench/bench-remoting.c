/* bench-remoting.c: replies of a server decoded, compared with the XML parser alone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"
#include "clixml-writer.h"
#include "psrp-fragment.h"
#include "runspace-stream.h"
#include "wsman-base64.h"
#include "wsman-envelope.h"
#include "wsman-reply.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* bench-remoting [DEVICES]: the same devices, once as the CLIXML that they are, once in fragments,
 * base64 and envelopes as a server sends them. All of it is in memory before the clock runs. */

#define DEFAULT_DEVICES 40000
#define ROUNDS 5
#define ENVELOPE_BYTES 500000
#define MESSAGE_ID "4A8013C9-7387-4239-842A-B290AC4DA47B"

typedef struct {
  GPtrArray *payloads;  /* of GBytes */
  GPtrArray *envelopes; /* of GString */
  guint64 payload_bytes;
  guint64 envelope_bytes;
} Load;

static double
get_cpu_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* About what the engine writes of a device. */
static GBytes *
make_device (OstClixmlWriter *writer, guint number)
{
  static const char *const types[]
    = { "Microsoft.Exchange.Data.Directory.SystemConfiguration.MobileDevice",
        "Microsoft.Exchange.Data.Directory.ADConfigurationObject",
        "Microsoft.Exchange.Data.Directory.ADObject",
        "Microsoft.Exchange.Data.ConfigurableObject",
        "System.Object",
        NULL };
  static const char *const names[] = { "FriendlyName",
                                       "DeviceId",
                                       "DeviceImei",
                                       "DeviceOS",
                                       "DeviceOSLanguage",
                                       "DeviceTelephoneNumber",
                                       "DeviceType",
                                       "DeviceUserAgent",
                                       "DeviceModel",
                                       "UserDisplayName",
                                       "DeviceAccessState",
                                       "DeviceAccessStateReason",
                                       "ClientVersion",
                                       "ClientType",
                                       "Name",
                                       "Identity",
                                       "DistinguishedName",
                                       "ExchangeVersion",
                                       "OriginatingServer",
                                       "OrganizationId",
                                       "ObjectCategory",
                                       "Id" };
  g_autofree char *identity
    = g_strdup_printf ("contoso.com/Users/User %06u/ExchangeActiveSyncDevices/iPhone§%08X", number,
                       number * 2654435761u);

  ost_clixml_writer_begin_object (writer, NULL, types);
  ost_clixml_writer_add_to_string (writer, identity);
  ost_clixml_writer_begin_properties (writer);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    ost_clixml_writer_add_string (writer, names[i],
                                  i % 4 == 3   ? identity
                                  : i % 4 == 1 ? "Apple-iPhone12C1/1902.38"
                                               : "iPhone");
  ost_clixml_writer_add_element (writer, "G", "Guid", "6fdb2d5e-0001-4f4b-8f5c-7d3f5a1c2b3d");
  ost_clixml_writer_add_element (writer, "DT", "WhenChangedUTC", "2024-01-02T03:04:05Z");
  ost_clixml_writer_add_element (writer, "DT", "WhenCreatedUTC", "2024-01-02T03:04:05Z");
  ost_clixml_writer_add_element (writer, "DT", "FirstSyncTime", "2024-01-02T03:04:05Z");
  ost_clixml_writer_add_nil (writer, "DeviceMobileOperator");
  ost_clixml_writer_add_nil (writer, "DeviceAccessControlRule");
  ost_clixml_writer_add_boolean (writer, "IsManaged", FALSE);
  ost_clixml_writer_add_boolean (writer, "IsCompliant", FALSE);
  ost_clixml_writer_add_boolean (writer, "IsValid", TRUE);
  ost_clixml_writer_end_properties (writer);
  ost_clixml_writer_end_object (writer);
  return ost_clixml_writer_finish (writer);
}

static void
end_envelope (Load *load, GString *xml)
{
  g_string_append (xml, "</rsp:ReceiveResponse></s:Body></s:Envelope>");
  load->envelope_bytes += xml->len;
  g_ptr_array_add (load->envelopes, xml);
}

static GString *
begin_envelope (void)
{
  GString *xml = g_string_sized_new (ENVELOPE_BYTES + 65536);

  g_string_append (xml, "<s:Envelope xmlns:s=\"" OST_WSMAN_NS_SOAP
                        "\" xmlns:a=\"" OST_WSMAN_NS_ADDRESSING "\" xmlns:rsp=\"" OST_WSMAN_NS_SHELL
                        "\"><s:Header><a:RelatesTo>uuid:" MESSAGE_ID
                        "</a:RelatesTo></s:Header><s:Body><rsp:ReceiveResponse>");
  return xml;
}

/* Each fragment in a stream element of its own, as servers do it. */
static void
fill_load (Load *load, guint n_devices)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  g_autoptr (GByteArray) fragment = g_byte_array_new ();
  OstPsrpHeader header = { .destination = OST_PSRP_TO_CLIENT, .type = OST_PSRP_PIPELINE_OUTPUT };
  GString *xml = begin_envelope ();

  memset (header.pipeline, 1, sizeof header.pipeline);
  for (guint i = 0; i < n_devices; i++)
    {
      GBytes *payload = make_device (writer, i);
      OstPsrpFragments fragments;

      g_ptr_array_add (load->payloads, payload);
      load->payload_bytes += g_bytes_get_size (payload);
      ost_psrp_fragments_init (&fragments, i + 10, &header, g_bytes_get_data (payload, NULL),
                               g_bytes_get_size (payload), OST_PSRP_FRAGMENT_PAYLOAD);
      g_byte_array_set_size (fragment, 0);
      while (ost_psrp_fragments_next (&fragments, fragment))
        ;
      g_string_append (xml, "<rsp:Stream Name=\"stdout\" CommandId=\"" MESSAGE_ID "\">");
      ost_base64_append (xml, fragment->data, fragment->len);
      g_string_append (xml, "</rsp:Stream>");
      if (xml->len < ENVELOPE_BYTES)
        continue;
      end_envelope (load, xml);
      xml = begin_envelope ();
    }
  end_envelope (load, xml);
}

/* What everything is measured by: libxml2's push parser, which tells nobody anything. */
static void
run_raw (Load *load)
{
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC };
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt (&handler, NULL, "<a>", 3, NULL);

  for (guint i = 0; i < load->payloads->len; i++)
    {
      gsize length = 0;
      const char *bytes = g_bytes_get_data (load->payloads->pdata[i], &length);

      xmlParseChunk (parser, bytes, (int)length, 0);
    }
  xmlParseChunk (parser, "</a>", 4, 1);
  if (!parser->wellFormed)
    exit (1);
  xmlFreeParserCtxt (parser);
}

/* The same over pieces of 16 KiB, as a file would be read: no cost for each message. */
static void
run_raw_file (Load *load)
{
  static char piece[16 * 1024];
  xmlSAXHandler handler = { .initialized = XML_SAX2_MAGIC };
  xmlParserCtxtPtr parser = xmlCreatePushParserCtxt (&handler, NULL, "<a>", 3, NULL);
  gsize filled = 0;

  for (guint i = 0; i < load->payloads->len; i++)
    {
      gsize length = 0;
      const char *bytes = g_bytes_get_data (load->payloads->pdata[i], &length);

      while (length > 0)
        {
          gsize used = MIN (length, sizeof piece - filled);

          memcpy (piece + filled, bytes, used);
          filled += used;
          bytes += used;
          length -= used;
          if (filled < sizeof piece)
            continue;
          xmlParseChunk (parser, piece, (int)filled, 0);
          filled = 0;
        }
    }
  xmlParseChunk (parser, piece, (int)filled, 0);
  xmlParseChunk (parser, "</a>", 4, 1);
  if (!parser->wellFormed)
    exit (1);
  xmlFreeParserCtxt (parser);
}

static guint64 n_values;

static gboolean
value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  n_values++;
  return TRUE;
}

static void
run_clixml (Load *load)
{
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, value_cb, NULL);

  for (guint i = 0; i < load->payloads->len; i++)
    {
      gsize length = 0;
      const char *bytes = g_bytes_get_data (load->payloads->pdata[i], &length);

      if (!ost_clixml_reader_feed (reader, bytes, length, NULL)
          || !ost_clixml_reader_end_message (reader, NULL))
        exit (1);
    }
}

static gboolean
ignore_stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
                  gpointer user_data, GError **error)
{
  return TRUE;
}

static gboolean
stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
           gpointer user_data, GError **error)
{
  return ost_runspace_stream_feed (user_data, bytes, length, error);
}

static void
read_envelopes (Load *load, OstWsmanStreamFunc func, gpointer user_data)
{
  for (guint i = 0; i < load->envelopes->len; i++)
    {
      GString *xml = load->envelopes->pdata[i];
      g_autoptr (OstWsmanReply) reply = ost_wsman_reply_new (MESSAGE_ID, func, user_data);

      if (!ost_wsman_reply_feed (reply, xml->str, xml->len, NULL)
          || !ost_wsman_reply_finish (reply, NULL))
        exit (1);
    }
}

/* SOAP and base64 alone. */
static void
run_envelopes (Load *load)
{
  read_envelopes (load, ignore_stream_cb, NULL);
}

static gboolean
wants_cb (const OstPsrpHeader *header, gpointer user_data)
{
  return TRUE;
}

static gboolean
message_cb (const OstPsrpHeader *header, const OstClixmlValue *value, gpointer user_data,
            GError **error)
{
  n_values++;
  return TRUE;
}

/* All of it, to the values. */
static void
run_all (Load *load)
{
  static const OstRunspaceStreamHandler handler = { wants_cb, message_cb };
  g_autoptr (OstRunspaceStream) stream = ost_runspace_stream_new ();

  ost_runspace_stream_begin (stream, &handler, NULL);
  read_envelopes (load, stream_cb, stream);
}

static const struct {
  const char *name;
  void (*run) (Load *load);
} runs[] = {
  { "XML parser alone, decoded CLIXML", run_raw_file },
  { "the same, message by message", run_raw },
  { "CLIXML reader", run_clixml },
  { "SOAP and base64", run_envelopes },
  { "SOAP, base64, fragments, CLIXML", run_all },
};

static int
compare_doubles (const void *one, const void *other)
{
  double a = *(const double *)one;
  double b = *(const double *)other;

  return a < b ? -1 : a > b;
}

static double
measure (Load *load, void (*run) (Load *load), double *spread)
{
  double seconds[ROUNDS];

  for (guint i = 0; i < ROUNDS; i++)
    {
      double start = get_cpu_seconds ();

      run (load);
      seconds[i] = get_cpu_seconds () - start;
    }
  qsort (seconds, ROUNDS, sizeof seconds[0], compare_doubles);
  *spread = (seconds[ROUNDS - 1] - seconds[0]) / seconds[ROUNDS / 2];
  return seconds[ROUNDS / 2];
}

int
main (int argc, char **argv)
{
  guint n_devices = argc > 1 ? (guint)g_ascii_strtoull (argv[1], NULL, 10) : DEFAULT_DEVICES;
  Load load = { .payloads = g_ptr_array_new (), .envelopes = g_ptr_array_new () };
  double base = 0;

  fill_load (&load, n_devices);
  printf ("%u devices, %.1f MB of CLIXML in %.1f MB of envelopes; CPU time, median of %d\n",
          n_devices, (double)load.payload_bytes / 1e6, (double)load.envelope_bytes / 1e6, ROUNDS);
  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      double spread = 0;
      double seconds = measure (&load, runs[i].run, &spread);

      if (i == 0)
        base = seconds;
      printf ("%-36s %7.3f s %8.1f MB/s   ratio %5.2f   noise %2.0f %%\n", runs[i].name, seconds,
              (double)load.payload_bytes / 1e6 / seconds, seconds / base, spread * 100);
    }
  return n_values == 2ull * ROUNDS * n_devices ? 0 : 1;
}
