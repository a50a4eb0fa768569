/* fuzz-wsman.c: whatever a server answers, the reply reader stays whole */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-base64.h"
#include "wsman-reply.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
           gpointer user_data, GError **error)
{
  g_assert (name != NULL && length > 0);
  g_string_append_len (user_data, (const char *)bytes, (gssize)length);
  return TRUE;
}

static void
check_error (const GError *error)
{
  g_assert (error->domain == OST_ERROR);
  g_assert (g_utf8_validate (error->message, -1, NULL));
  g_assert (strlen (error->message) < 8000);
}

static void
append_reply (GString *out, OstWsmanReply *reply)
{
  const OstWsmanFault *fault = ost_wsman_reply_get_fault (reply);
  g_autoptr (GError) error = NULL;

  g_string_append_printf (out, "%s %s %s %s %d", ost_wsman_reply_get_body (reply),
                          ost_wsman_reply_get_shell_id (reply),
                          ost_wsman_reply_get_command_id (reply),
                          ost_wsman_reply_get_product (reply), ost_wsman_reply_is_done (reply));
  if (fault == NULL)
    return;
  error = ost_wsman_fault_to_error (fault);
  check_error (error);
  g_string_append_printf (out, "%u %d %s %d", fault->code, fault->is_ours, error->message,
                          ost_wsman_fault_get_reaction (fault));
}

static gboolean
read_reply (const char *bytes, gsize length, gsize piece, GString *out)
{
  g_autoptr (OstWsmanReply) reply = ost_wsman_reply_new (NULL, stream_cb, out);
  g_autoptr (GError) error = NULL;
  gboolean is_good = TRUE;

  for (gsize at = 0; is_good && at < length; at += MIN (piece, length - at))
    is_good = ost_wsman_reply_feed (reply, bytes + at, MIN (piece, length - at), &error);
  is_good = is_good && ost_wsman_reply_finish (reply, &error);
  g_assert (is_good == (error == NULL));
  if (is_good)
    append_reply (out, reply);
  else
    check_error (error);
  return is_good;
}

static void
check_reply (const char *bytes, gsize length, gsize piece)
{
  g_autoptr (GString) whole = g_string_new (NULL);
  g_autoptr (GString) cut = g_string_new (NULL);
  gboolean is_whole = read_reply (bytes, length, MAX (length, 1), whole);
  gboolean is_cut = read_reply (bytes, length, piece, cut);

  /* In other encodings than UTF-8 libxml2 may find out later or sooner that it is none. */
  if (!g_utf8_validate (bytes, (gssize)length, NULL) || strstr (bytes, "encoding") != NULL)
    return;
  g_assert (is_whole == is_cut);
  g_assert (!is_whole || g_string_equal (whole, cut));
}

static void
check_refusal (const char *bytes, gsize length)
{
  OstWsmanRefusal refusal = {
    .status = 100 + (length > 0 ? (guint)(guint8)bytes[0] * 2 : 0),
    .content_type = length % 2 == 0 ? "text/html" : NULL,
    .location = bytes,
    .retry_after = bytes,
    .body = bytes,
    .length = length,
  };
  OstWsmanReaction reaction;
  g_autoptr (GError) error = ost_wsman_refusal_to_error (&refusal, &reaction);
  g_autoptr (GError) other = ost_wsman_text_to_error (bytes, OST_ERROR_INVALID);
  g_autofree char *excerpt = ost_wsman_excerpt (bytes, length);

  check_error (error);
  check_error (other);
  g_assert (g_utf8_validate (excerpt, -1, NULL) && strlen (excerpt) < 1000);
}

/* What GLib takes without complaint has to come out the same here. */
static void
check_base64 (const char *bytes, gsize length, gsize piece)
{
  g_autoptr (GByteArray) decoded = g_byte_array_new ();
  g_autoptr (GString) encoded = g_string_new (NULL);
  OstBase64 base64 = { 0 };

  ost_base64_append (encoded, (const guint8 *)bytes, length);
  for (gsize at = 0; at < encoded->len; at += MIN (piece, encoded->len - at))
    {
      gsize used = MIN (piece, encoded->len - at);
      g_autofree guint8 *out = g_malloc (OST_BASE64_ROOM (used) + 1);
      gsize n_bytes = 0;

      g_assert (ost_base64_decode (&base64, encoded->str + at, used, out, &n_bytes, NULL));
      g_byte_array_append (decoded, out, (guint)n_bytes);
    }
  g_assert (ost_base64_finish (&base64, NULL));
  g_assert (decoded->len == length && (length == 0 || memcmp (decoded->data, bytes, length) == 0));
}

static void
check_bad_base64 (const char *bytes, gsize length)
{
  g_autofree guint8 *out = g_malloc (OST_BASE64_ROOM (length) + 1);
  OstBase64 base64 = { 0 };
  gsize n_bytes = 0;

  if (ost_base64_decode (&base64, bytes, length, out, &n_bytes, NULL))
    ost_base64_finish (&base64, NULL);
  g_assert (n_bytes <= OST_BASE64_ROOM (length));
}

/* The first byte says what is done with the rest. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *bytes = NULL;

  if (size < 1)
    return 0;
  bytes = g_strndup ((const char *)data + 1, size - 1);
  memcpy (bytes, data + 1, size - 1);
  switch (data[0] % 8)
    {
    case 0:
      check_refusal (bytes, size - 1);
      break;
    case 1:
      check_base64 (bytes, size - 1, (gsize)data[0] / 8 + 1);
      break;
    case 2:
      check_bad_base64 (bytes, size - 1);
      break;
    default:
      check_reply (bytes, size - 1, (gsize)data[0] / 8 * 16 + 1);
      break;
    }
  return 0;
}
