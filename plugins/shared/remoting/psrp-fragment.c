/* psrp-fragment.c: cuts messages into fragments, and reads them as they come */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-fragment.h"

#include <ostiary/ostiary.h>

#include <string.h>

#define FLAG_START 0x01
#define FLAG_END 0x02

struct _OstPsrpParser {
  const OstPsrpMessageHandler *handler;
  gpointer user_data;
  GError *failure;

  /* Of the fragment: its header as far as it came, then what is to come of its payload. */
  guint8 fragment_header[OST_PSRP_FRAGMENT_HEADER_SIZE];
  gsize fragment_filled;
  gsize left;
  gboolean is_last;

  /* Of the message. */
  gboolean is_in_message;
  guint64 object_id;
  guint64 next_fragment_id;
  guint8 header[OST_PSRP_HEADER_SIZE];
  gsize header_filled;
};

static guint64
read_u64 (const guint8 *bytes)
{
  guint64 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT64_FROM_BE (number);
}

static guint32
read_u32 (const guint8 *bytes)
{
  guint32 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT32_FROM_BE (number);
}

void
ost_psrp_fragments_init (OstPsrpFragments *self, guint64 object_id, const OstPsrpHeader *header,
                         const void *payload, gsize length, gsize max_payload)
{
  g_return_if_fail (max_payload > 0 && max_payload <= OST_PSRP_MAX_FRAGMENT_PAYLOAD);

  self->object_id = object_id;
  self->fragment_id = 0;
  self->payload = payload;
  self->length = length;
  self->max_payload = max_payload;
  self->offset = 0;
  ost_psrp_header_write (header, self->header);
}

/* The part of the message, header and payload taken as one, that the next fragment brings. */
static void
append_part (OstPsrpFragments *self, gsize length, GByteArray *bytes)
{
  gsize of_header = 0;

  if (self->offset < OST_PSRP_HEADER_SIZE)
    {
      of_header = MIN (length, OST_PSRP_HEADER_SIZE - self->offset);
      g_byte_array_append (bytes, self->header + self->offset, (guint)of_header);
    }
  if (length > of_header)
    g_byte_array_append (bytes, self->payload + self->offset + of_header - OST_PSRP_HEADER_SIZE,
                         (guint)(length - of_header));
  self->offset += length;
}

gboolean
ost_psrp_fragments_next (OstPsrpFragments *self, GByteArray *bytes)
{
  gsize total = OST_PSRP_HEADER_SIZE + self->length;
  gsize length = MIN (total - self->offset, self->max_payload);
  guint8 head[OST_PSRP_FRAGMENT_HEADER_SIZE];
  guint64 object_id = GUINT64_TO_BE (self->object_id);
  guint64 fragment_id = GUINT64_TO_BE (self->fragment_id);
  guint32 blob_length = GUINT32_TO_BE ((guint32)length);

  if (self->offset == total)
    return FALSE;
  memcpy (head, &object_id, sizeof object_id);
  memcpy (head + 8, &fragment_id, sizeof fragment_id);
  head[16] = (guint8)((self->offset == 0 ? FLAG_START : 0)
                      | (self->offset + length == total ? FLAG_END : 0));
  memcpy (head + 17, &blob_length, sizeof blob_length);
  g_byte_array_append (bytes, head, sizeof head);
  append_part (self, length, bytes);
  self->fragment_id++;
  return TRUE;
}

OstPsrpParser *
ost_psrp_parser_new (const OstPsrpMessageHandler *handler, gpointer user_data)
{
  OstPsrpParser *self = g_new0 (OstPsrpParser, 1);

  self->handler = handler;
  self->user_data = user_data;
  return self;
}

void
ost_psrp_parser_free (OstPsrpParser *self)
{
  if (self == NULL)
    return;
  g_clear_error (&self->failure);
  g_free (self);
}

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
               "the PowerShell data of the reply are broken: %s", text);
  return FALSE;
}

/* A message's fragments come one after the other, with nothing of another message between them:
 * PowerShell's own client accepts nothing else (MS-PSRP 3.1.5.1.4). */
static gboolean
check_sequence (OstPsrpParser *self, guint64 object_id, guint64 fragment_id, gboolean is_first,
                GError **error)
{
  if (is_first && self->is_in_message)
    return refuse (
      error, "message %" G_GUINT64_FORMAT " begins before message %" G_GUINT64_FORMAT " has ended",
      object_id, self->object_id);
  if (is_first && fragment_id != 0)
    return refuse (
      error, "message %" G_GUINT64_FORMAT " begins with fragment %" G_GUINT64_FORMAT ", expected 0",
      object_id, fragment_id);
  if (is_first)
    return TRUE;
  if (!self->is_in_message)
    return refuse (error,
                   "fragment %" G_GUINT64_FORMAT " of message %" G_GUINT64_FORMAT
                   " came without the message's beginning",
                   fragment_id, object_id);
  if (object_id != self->object_id)
    return refuse (error,
                   "a fragment of message %" G_GUINT64_FORMAT
                   " came in the middle of message %" G_GUINT64_FORMAT,
                   object_id, self->object_id);
  if (fragment_id != self->next_fragment_id)
    return refuse (error,
                   "fragment %" G_GUINT64_FORMAT " of message %" G_GUINT64_FORMAT
                   " came, expected fragment %" G_GUINT64_FORMAT,
                   fragment_id, object_id, self->next_fragment_id);
  return TRUE;
}

static gboolean
begin_fragment (OstPsrpParser *self, GError **error)
{
  const guint8 *head = self->fragment_header;
  guint64 object_id = read_u64 (head);
  guint64 fragment_id = read_u64 (head + 8);
  gboolean is_first = (head[16] & FLAG_START) != 0;
  guint32 length = read_u32 (head + 17);

  if (length > OST_PSRP_MAX_FRAGMENT_PAYLOAD)
    return refuse (error, "a fragment says that it is %u bytes long, at most %u are possible",
                   length, OST_PSRP_MAX_FRAGMENT_PAYLOAD);
  if (!check_sequence (self, object_id, fragment_id, is_first, error))
    return FALSE;
  if (is_first)
    self->header_filled = 0;
  self->is_in_message = TRUE;
  self->object_id = object_id;
  self->next_fragment_id = fragment_id + 1;
  self->is_last = (head[16] & FLAG_END) != 0;
  self->left = length;
  return TRUE;
}

static gboolean
end_fragment (OstPsrpParser *self, GError **error)
{
  self->fragment_filled = 0;
  if (!self->is_last)
    return TRUE;
  self->is_in_message = FALSE;
  if (self->header_filled < OST_PSRP_HEADER_SIZE)
    return refuse (error,
                   "message %" G_GUINT64_FORMAT " has %" G_GSIZE_FORMAT " bytes, fewer "
                   "than its header's %d",
                   self->object_id, self->header_filled, OST_PSRP_HEADER_SIZE);
  return self->handler->end == NULL || self->handler->end (self->user_data, error);
}

static gsize
take_header (OstPsrpParser *self, const guint8 *bytes, gsize length)
{
  gsize used = MIN (length, OST_PSRP_HEADER_SIZE - self->header_filled);

  memcpy (self->header + self->header_filled, bytes, used);
  self->header_filled += used;
  return used;
}

static gboolean
take_payload (OstPsrpParser *self, const guint8 *bytes, gsize length, GError **error)
{
  self->left -= length;
  if (self->header_filled < OST_PSRP_HEADER_SIZE)
    {
      OstPsrpHeader header;
      gsize used = take_header (self, bytes, length);

      bytes += used;
      length -= used;
      if (self->header_filled < OST_PSRP_HEADER_SIZE)
        return TRUE;
      ost_psrp_header_read (&header, self->header);
      if (!self->handler->begin (&header, self->user_data, error))
        return FALSE;
    }
  return length == 0 || self->handler->payload == NULL
         || self->handler->payload ((const char *)bytes, length, self->user_data, error);
}

static gboolean
feed (OstPsrpParser *self, const guint8 *bytes, gsize length, GError **error)
{
  while (length > 0)
    {
      gsize used;

      if (self->fragment_filled < OST_PSRP_FRAGMENT_HEADER_SIZE)
        {
          used = MIN (length, OST_PSRP_FRAGMENT_HEADER_SIZE - self->fragment_filled);
          memcpy (self->fragment_header + self->fragment_filled, bytes, used);
          self->fragment_filled += used;
          if (self->fragment_filled == OST_PSRP_FRAGMENT_HEADER_SIZE
              && !begin_fragment (self, error))
            return FALSE;
        }
      else
        {
          used = MIN (length, self->left);
          if (!take_payload (self, bytes, used, error))
            return FALSE;
        }
      bytes += used;
      length -= used;
      if (self->fragment_filled == OST_PSRP_FRAGMENT_HEADER_SIZE && self->left == 0
          && !end_fragment (self, error))
        return FALSE;
    }
  return TRUE;
}

gboolean
ost_psrp_parser_feed (OstPsrpParser *self, const guint8 *bytes, gsize length, GError **error)
{
  if (self->failure == NULL && feed (self, bytes, length, &self->failure))
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failure));
  return FALSE;
}

gboolean
ost_psrp_parser_finish (OstPsrpParser *self, GError **error)
{
  if (self->fragment_filled == 0 && !self->is_in_message)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
               "the PowerShell data of the reply end in the middle of a message");
  return FALSE;
}
