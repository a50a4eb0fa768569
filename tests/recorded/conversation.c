/* conversation.c: a recorded session, as recordings.py hands it to our programs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "conversation.h"

#include <stdio.h>
#include <string.h>

static void
clear_session (gpointer data)
{
  g_array_unref (((Session *)data)->exchanges);
}

static const char *
read_exchange (const char *at, GArray *exchanges)
{
  Recorded recorded = { 0 };
  const char *line_end = strchr (at, '\n');

  if (line_end == NULL
      || sscanf (at, "EXCHANGE %31s %u %63s %zu %zu %zu\n", recorded.operation, &recorded.status,
                 recorded.message_id, &recorded.request_length, &recorded.response_length,
                 &recorded.sent_length)
           != 6)
    g_error ("expected an exchange, came %.60s", at);
  recorded.request = line_end + 1;
  recorded.response = recorded.request + recorded.request_length;
  recorded.sent = (const guint8 *)recorded.response + recorded.response_length;
  g_array_append_val (exchanges, recorded);
  return (const char *)recorded.sent + recorded.sent_length;
}

GArray *
conversation_read (const char *bytes, gsize length)
{
  GArray *sessions = g_array_new (FALSE, TRUE, sizeof (Session));
  const char *at = bytes;

  g_array_set_clear_func (sessions, clear_session);
  while (at < bytes + length)
    if (g_str_has_prefix (at, "SESSION "))
      {
        Session session = { .exchanges = g_array_new (FALSE, TRUE, sizeof (Recorded)) };

        if (sscanf (at, "SESSION %31s\n", session.kind) != 1)
          g_error ("expected a session's kind");
        g_array_append_val (sessions, session);
        at = strchr (at, '\n') + 1;
      }
    else
      at = read_exchange (at, g_array_index (sessions, Session, sessions->len - 1).exchanges);
  return sessions;
}
