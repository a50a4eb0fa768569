/* raw-reply.c: answers that an HTTP library would not send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw-reply.h"

#include <string.h>
#include <sys/socket.h>

#define ENDLESS_CHUNK 4096

typedef struct {
  GIOStream *stream;
  GBytes *bytes;
  gsize sent;
  guint interval_ms;
  SimRawEnd end;
  char blanks[ENDLESS_CHUNK];
} RawReply;

/* The socket lies below TLS, and below a stream of libsoup's whose type is private. */
static GSocketConnection *
get_base (GIOStream *stream)
{
  static const char *const NAMES[] = { "base-iostream", "base-io-stream" };
  g_autoptr (GIOStream) base = g_object_ref (stream);
  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    if (g_object_class_find_property (G_OBJECT_GET_CLASS (base), NAMES[i]) != NULL)
      {
        g_autoptr (GIOStream) below = NULL;
        g_object_get (base, NAMES[i], &below, NULL);
        g_set_object (&base, below);
      }
  return G_SOCKET_CONNECTION (g_steal_pointer (&base));
}

/* The socket is closed below TLS, so that the client is told nothing politely. */
static void
finish (RawReply *reply)
{
  g_autoptr (GSocketConnection) base = get_base (reply->stream);
  GSocket *socket = g_socket_connection_get_socket (base);
  if (reply->end == SIM_RAW_RESET)
    {
      struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
      setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
  g_socket_close (socket, NULL);
  g_object_unref (reply->stream);
  g_clear_pointer (&reply->bytes, g_bytes_unref);
  g_free (reply);
}

static void
on_gone (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GBytes) bytes
    = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  RawReply *reply = data;
  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    finish (reply);
  else
    g_input_stream_read_bytes_async (G_INPUT_STREAM (source), ENDLESS_CHUNK, G_PRIORITY_DEFAULT,
                                     NULL, on_gone, reply);
}

static void write_more (RawReply *reply);

static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  RawReply *reply = data;
  gssize written = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, NULL);
  if (written < 0)
    {
      finish (reply);
      return;
    }
  reply->sent += (gsize)written;
  write_more (reply);
}

static void
write_piece (RawReply *reply, const char *bytes, gsize length)
{
  g_output_stream_write_async (g_io_stream_get_output_stream (reply->stream), bytes, length,
                               G_PRIORITY_DEFAULT, NULL, on_written, reply);
}

static gboolean
write_one (gpointer data)
{
  RawReply *reply = data;
  const char *bytes = g_bytes_get_data (reply->bytes, NULL);
  write_piece (reply, bytes + reply->sent, 1);
  return G_SOURCE_REMOVE;
}

static void
write_more (RawReply *reply)
{
  gsize length = 0;
  const char *bytes = reply->bytes == NULL ? NULL : g_bytes_get_data (reply->bytes, &length);
  if (reply->sent < length && reply->interval_ms > 0)
    {
      g_autoptr (GSource) timer = g_timeout_source_new (reply->interval_ms);
      g_source_set_callback (timer, write_one, reply, NULL);
      g_source_attach (timer, g_main_context_get_thread_default ());
    }
  else if (reply->sent < length)
    write_piece (reply, bytes + reply->sent, length - reply->sent);
  else if (reply->end == SIM_RAW_ENDLESS)
    write_piece (reply, reply->blanks, sizeof reply->blanks);
  else if (reply->end == SIM_RAW_HANG)
    g_input_stream_read_bytes_async (g_io_stream_get_input_stream (reply->stream), ENDLESS_CHUNK,
                                     G_PRIORITY_DEFAULT, NULL, on_gone, reply);
  else
    finish (reply);
}

void
sim_raw_reply (GIOStream *stream, GBytes *bytes, guint interval_ms, SimRawEnd end)
{
  RawReply *reply = g_new0 (RawReply, 1);
  reply->stream = stream;
  reply->bytes = bytes;
  reply->interval_ms = interval_ms;
  reply->end = end;
  memset (reply->blanks, ' ', sizeof reply->blanks);
  write_more (reply);
}
