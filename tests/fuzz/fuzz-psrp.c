/* fuzz-psrp.c: whatever fragments come, the parser stays whole and does not depend on pieces */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-fragment.h"
#include "psrp-record.h"
#include "runspace-stream.h"

#include <ostiary/ostiary.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
begin_cb (const OstPsrpHeader *header, gpointer user_data, GError **error)
{
  guint8 bytes[OST_PSRP_HEADER_SIZE];

  ost_psrp_header_write (header, bytes);
  g_string_append_len (user_data, (const char *)bytes, sizeof bytes);
  return TRUE;
}

static gboolean
payload_cb (const char *bytes, gsize length, gpointer user_data, GError **error)
{
  g_assert (length > 0);
  g_string_append_len (user_data, bytes, (gssize)length);
  return TRUE;
}

static gboolean
end_cb (gpointer user_data, GError **error)
{
  g_string_append (user_data, "END");
  return TRUE;
}

static const OstPsrpMessageHandler handler = { begin_cb, payload_cb, end_cb };

static gboolean
parse (const guint8 *bytes, gsize length, gsize piece, GString *out)
{
  g_autoptr (OstPsrpParser) parser = ost_psrp_parser_new (&handler, out);
  g_autoptr (GError) error = NULL;
  gboolean is_good = TRUE;

  for (gsize at = 0; is_good && at < length; at += MIN (piece, length - at))
    is_good = ost_psrp_parser_feed (parser, bytes + at, MIN (piece, length - at), &error);
  is_good = is_good && ost_psrp_parser_finish (parser, &error);
  g_assert (is_good == (error == NULL));
  return is_good;
}

static void
check_parser (const guint8 *bytes, gsize length, gsize piece)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) cut = g_string_new (NULL);
  gboolean is_whole = parse (bytes, length, MAX (length, 1), whole);
  gboolean is_cut = parse (bytes, length, piece, cut);

  g_assert (is_whole == is_cut);
  /* Of a broken stream too, what came before the break is the same. */
  g_assert (g_string_equal (whole, cut));
}

/* Any message comes back whole from fragments of any size. */
static void
check_fragments (const guint8 *bytes, gsize length, gsize max_payload)
{
  OstPsrpHeader header = { .destination = OST_PSRP_TO_CLIENT, .type = OST_PSRP_PIPELINE_OUTPUT };
  g_autoptr (GByteArray) fragments = g_byte_array_new ();
  g_autoptr (GString) out = g_string_new (NULL);
  OstPsrpFragments iterator;

  ost_psrp_fragments_init (&iterator, 1, &header, bytes, length, max_payload);
  while (ost_psrp_fragments_next (&iterator, fragments))
    ;
  g_assert (parse (fragments->data, fragments->len, 977, out));
  g_assert (out->len == OST_PSRP_HEADER_SIZE + length + 3);
  g_assert (memcmp (out->str + OST_PSRP_HEADER_SIZE, bytes, length) == 0);
}

static gboolean
wants_cb (const OstPsrpHeader *header, gpointer user_data)
{
  return header->type != OST_PSRP_DEBUG_RECORD;
}

static gboolean
value_cb (const OstPsrpHeader *header, const OstClixmlValue *value, gpointer user_data,
          GError **error)
{
  OstRecord record;
  OstRecord failure;
  gboolean has_failure = FALSE;
  gint64 state = 0;

  if (ost_psrp_record_read (&record, header->type, value) && record.message != NULL)
    g_string_append (user_data, record.message);
  if (ost_psrp_state_read (value, &state, &failure, &has_failure) && has_failure)
    g_string_append_printf (user_data, "%s%s", failure.message, failure.exception_type);
  return TRUE;
}

/* A message of each type that has a meaning, around the same CLIXML. */
static void
check_messages (const guint8 *bytes, gsize length)
{
  static const OstRunspaceStreamHandler values = { wants_cb, value_cb };
  static const guint32 types[]
    = { OST_PSRP_ERROR_RECORD,    OST_PSRP_WARNING_RECORD,     OST_PSRP_DEBUG_RECORD,
        OST_PSRP_PROGRESS_RECORD, OST_PSRP_INFORMATION_RECORD, OST_PSRP_PIPELINE_STATE };
  g_autoptr (OstRunspaceStream) stream = ost_runspace_stream_new ();
  g_autoptr (GString) out = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    {
      OstPsrpHeader header = { .destination = OST_PSRP_TO_CLIENT, .type = types[i] };
      g_autoptr (GByteArray) fragments = g_byte_array_new ();
      g_autoptr (GError) error = NULL;
      OstPsrpFragments iterator;

      ost_runspace_stream_begin (stream, &values, out);
      ost_psrp_fragments_init (&iterator, 1, &header, bytes, length, 1000);
      while (ost_psrp_fragments_next (&iterator, fragments))
        ;
      if (!ost_runspace_stream_feed (stream, fragments->data, fragments->len, &error))
        g_assert (error->domain == OST_ERROR);
    }
}

/* The first byte says what is done with the rest. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 1)
    return 0;
  switch (data[0] % 4)
    {
    case 0:
      check_fragments (data + 1, size - 1, (gsize)data[0] / 4 * 16 + 1);
      break;
    case 1:
      check_messages (data + 1, size - 1);
      break;
    default:
      check_parser (data + 1, size - 1, (gsize)data[0] / 4 + 1);
      break;
    }
  return 0;
}
