/* psrp-decode.c: prints what our library finds in a recording, and what our writer would send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "clixml-reader.h"
#include "conversation.h"
#include "psrp-fragment.h"
#include "psrp-payload.h"
#include "wsman-reply.h"

#include <ostiary/ostiary.h>
#include <stdlib.h>
#include <string.h>

/* One direction of one target: the pool, or a command. */
typedef struct {
  char *name;
  OstPsrpParser *parser;
  OstClixmlReader *reader;
  OstPsrpHeader header;
  GChecksum *checksum;
  gsize length;
  guint64 objects, references, members, items, entries;
} Stream;

typedef struct {
  GHashTable *streams;
  gboolean is_powershell;
  GChecksum *plain;
  gsize piece;
} Decoder;

static void
walk (Stream *stream, const OstClixmlValue *value)
{
  OstClixmlMemberIter iter;
  const OstClixmlValue *child;

  if (value == NULL)
    return;
  if (ost_clixml_value_is_reference (value))
    {
      stream->references++;
      return;
    }
  stream->objects += ost_clixml_value_get_kind (value) == OST_CLIXML_OBJECT;
  ost_clixml_member_iter_init (&iter, value);
  while ((child = ost_clixml_member_iter_next (&iter)) != NULL)
    {
      stream->members++;
      walk (stream, child);
    }
  for (child = ost_clixml_value_get_first_item (value); child != NULL;
       child = ost_clixml_value_get_next_item (child))
    {
      stream->items++;
      walk (stream, child);
    }
  for (const OstClixmlEntry *entry = ost_clixml_value_get_first_entry (value); entry != NULL;
       entry = ost_clixml_entry_get_next (entry))
    {
      stream->entries++;
      walk (stream, ost_clixml_entry_get_key (entry));
      walk (stream, ost_clixml_entry_get_value (entry));
    }
}

static gboolean
value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  walk (user_data, value);
  return TRUE;
}

static gboolean
begin_cb (const OstPsrpHeader *header, gpointer user_data, GError **error)
{
  Stream *stream = user_data;

  stream->header = *header;
  stream->length = 0;
  stream->objects = stream->references = stream->members = stream->items = stream->entries = 0;
  g_checksum_reset (stream->checksum);
  return TRUE;
}

static gboolean
payload_cb (const char *bytes, gsize length, gpointer user_data, GError **error)
{
  Stream *stream = user_data;

  stream->length += length;
  g_checksum_update (stream->checksum, (const guchar *)bytes, (gssize)length);
  return ost_clixml_reader_feed (stream->reader, bytes, length, error);
}

static gboolean
end_cb (gpointer user_data, GError **error)
{
  Stream *stream = user_data;
  char pool[OST_PSRP_GUID_TEXT_SIZE];
  char pipeline[OST_PSRP_GUID_TEXT_SIZE];

  if (!ost_clixml_reader_end_message (stream->reader, error))
    return FALSE;
  ost_psrp_guid_format (stream->header.pool, pool);
  ost_psrp_guid_format (stream->header.pipeline, pipeline);
  g_print ("message %s %u %s %s %s %zu %s %lu %lu %lu %lu %lu\n", stream->name,
           stream->header.destination, ost_psrp_type_to_string (stream->header.type), pool,
           pipeline, stream->length, g_checksum_get_string (stream->checksum),
           (gulong)stream->objects, (gulong)stream->references, (gulong)stream->members,
           (gulong)stream->items, (gulong)stream->entries);
  return TRUE;
}

static void
free_stream (gpointer data)
{
  Stream *stream = data;
  g_autoptr (GError) error = NULL;

  if (!ost_psrp_parser_finish (stream->parser, &error))
    g_print ("left %s %s\n", stream->name, error->message);
  ost_psrp_parser_free (stream->parser);
  ost_clixml_reader_free (stream->reader);
  g_checksum_free (stream->checksum);
  g_free (stream->name);
  g_free (stream);
}

static Stream *
get_stream (Decoder *self, const char *name)
{
  static const OstPsrpMessageHandler handler = { begin_cb, payload_cb, end_cb };
  Stream *stream = g_hash_table_lookup (self->streams, name);

  if (stream != NULL)
    return stream;
  stream = g_new0 (Stream, 1);
  stream->name = g_strdup (name);
  stream->parser = ost_psrp_parser_new (&handler, stream);
  stream->reader = ost_clixml_reader_new (NULL, value_cb, stream);
  stream->checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_hash_table_insert (self->streams, stream->name, stream);
  return stream;
}

static gboolean
stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
           gpointer user_data, GError **error)
{
  Decoder *self = user_data;

  g_checksum_update (self->plain, bytes, (gssize)length);
  if (!self->is_powershell)
    return TRUE;
  return ost_psrp_parser_feed (get_stream (self, command_id != NULL ? command_id : "-")->parser,
                               bytes, length, error);
}

static void
or_die (gboolean is_good, GError *error)
{
  if (is_good)
    return;
  g_print ("error %s\n", error->message);
  exit (1);
}

static const char *
or_none (const char *text)
{
  return text != NULL ? text : "-";
}

static void
decode_exchange (Decoder *self, const Recorded *recorded)
{
  g_autoptr (OstWsmanReply) reply = ost_wsman_reply_new (recorded->message_id, stream_cb, self);
  const OstWsmanFault *fault;
  GError *error = NULL;

  if (recorded->sent_length > 0)
    or_die (ost_psrp_parser_feed (get_stream (self, "sent")->parser, recorded->sent,
                                  recorded->sent_length, &error),
            error);
  g_checksum_reset (self->plain);
  for (gsize at = 0; at < recorded->response_length; at += self->piece)
    or_die (ost_wsman_reply_feed (reply, recorded->response + at,
                                  MIN (self->piece, recorded->response_length - at), &error),
            error);
  or_die (ost_wsman_reply_finish (reply, &error), error);
  fault = ost_wsman_reply_get_fault (reply);
  g_print ("reply %s %s %u %d %s %s %lu %s\n", recorded->operation,
           or_none (ost_wsman_reply_get_body (reply)), fault != NULL ? fault->code : 0,
           ost_wsman_reply_is_done (reply), or_none (ost_wsman_reply_get_shell_id (reply)),
           or_none (ost_wsman_reply_get_command_id (reply)),
           (gulong)ost_wsman_reply_count_stream_bytes (reply), g_checksum_get_string (self->plain));
}

static int
decode (const char *path, gsize piece)
{
  g_autofree char *bytes = NULL;
  g_autoptr (GArray) sessions = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &bytes, &length, NULL))
    return 1;
  sessions = conversation_read (bytes, length);
  for (guint i = 0; i < sessions->len; i++)
    {
      Session *session = &g_array_index (sessions, Session, i);
      Decoder decoder = {
        .streams = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_stream),
        .is_powershell = strcmp (session->kind, "powershell") == 0,
        .plain = g_checksum_new (G_CHECKSUM_SHA256),
        .piece = piece,
      };

      for (guint j = 0; j < session->exchanges->len; j++)
        decode_exchange (&decoder, &g_array_index (session->exchanges, Recorded, j));
      g_hash_table_unref (decoder.streams);
      g_checksum_free (decoder.plain);
    }
  return 0;
}

static void
print_payload (OstClixmlWriter *writer)
{
  g_autoptr (GBytes) payload = ost_clixml_writer_finish (writer);

  g_print ("%.*s", (int)g_bytes_get_size (payload), (const char *)g_bytes_get_data (payload, NULL));
}

/* The commands of a pipeline: command NAME, text PARAMETER VALUE, boolean PARAMETER true, ... */
static GPtrArray *
read_commands (char **words)
{
  GPtrArray *commands = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_command_free);

  while (*words != NULL)
    {
      OstCommand *last = commands->len > 0 ? commands->pdata[commands->len - 1] : NULL;

      if (strcmp (words[0], "command") == 0)
        g_ptr_array_add (commands, ost_command_new (words[1]));
      else if (strcmp (words[0], "text") == 0)
        ost_command_add_text (last, words[1], words[2]);
      else if (strcmp (words[0], "boolean") == 0)
        ost_command_add_boolean (last, words[1], strcmp (words[2], "true") == 0);
      else
        g_error ("no such word: %s", words[0]);
      words += strcmp (words[0], "command") == 0 ? 2 : 3;
    }
  return commands;
}

int
main (int argc, char **argv)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();
  const char *verb = argc > 1 ? argv[1] : "";

  if (strcmp (verb, "decode") == 0 && argc == 4)
    return decode (argv[2], (gsize)g_ascii_strtoull (argv[3], NULL, 10));
  if (strcmp (verb, "capability") == 0)
    ost_psrp_write_session_capability (writer, OST_PSRP_PROTOCOL_VERSION);
  else if (strcmp (verb, "pool") == 0)
    ost_psrp_write_init_pool (writer);
  else if (strcmp (verb, "pipeline") == 0 && argc > 3)
    {
      g_autoptr (GPtrArray) commands = read_commands (argv + 3);

      ost_psrp_write_create_pipeline (writer, (OstCommand *const *)commands->pdata, commands->len,
                                      (guint)g_ascii_strtoull (argv[2], NULL, 10));
    }
  else
    return 2;
  print_payload (writer);
  return 0;
}
