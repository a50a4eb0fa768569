/* runspace-stream.c: from the fragments of a stream to the values of its messages */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace-stream.h"

#include "clixml-reader.h"
#include "psrp-fragment.h"

struct _OstRunspaceStream {
  OstPsrpParser *parser;
  OstClixmlReader *reader;
  const OstRunspaceStreamHandler *handler;
  gpointer user_data;

  OstPsrpHeader header;
  gboolean is_wanted;
  gboolean is_refused; /* by the handler, whose error is nobody else's business */
};

static gboolean
take_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  OstRunspaceStream *self = user_data;

  if (self->handler->value (&self->header, value, self->user_data, error))
    return TRUE;
  self->is_refused = TRUE;
  return FALSE;
}

static gboolean
explain (OstRunspaceStream *self, GError **error)
{
  const char *name = ost_psrp_type_to_string (self->header.type);

  if (!self->is_refused)
    g_prefix_error (error, "in a message %s: ", name != NULL ? name : "of unknown type");
  return FALSE;
}

static gboolean
begin_message (const OstPsrpHeader *header, gpointer user_data, GError **error)
{
  OstRunspaceStream *self = user_data;

  self->header = *header;
  self->is_wanted
    = header->destination == OST_PSRP_TO_CLIENT && self->handler->wants (header, self->user_data);
  return TRUE;
}

static gboolean
take_payload (const char *bytes, gsize length, gpointer user_data, GError **error)
{
  OstRunspaceStream *self = user_data;

  return !self->is_wanted || ost_clixml_reader_feed (self->reader, bytes, length, error)
         || explain (self, error);
}

static gboolean
end_message (gpointer user_data, GError **error)
{
  OstRunspaceStream *self = user_data;

  return !self->is_wanted || ost_clixml_reader_end_message (self->reader, error)
         || explain (self, error);
}

OstRunspaceStream *
ost_runspace_stream_new (void)
{
  OstRunspaceStream *self = g_new0 (OstRunspaceStream, 1);

  self->reader = ost_clixml_reader_new (NULL, take_value_cb, self);
  return self;
}

void
ost_runspace_stream_free (OstRunspaceStream *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->parser, ost_psrp_parser_free);
  ost_clixml_reader_free (self->reader);
  g_free (self);
}

void
ost_runspace_stream_begin (OstRunspaceStream *self, const OstRunspaceStreamHandler *handler,
                           gpointer user_data)
{
  static const OstPsrpMessageHandler messages
    = { .begin = begin_message, .payload = take_payload, .end = end_message };

  g_clear_pointer (&self->parser, ost_psrp_parser_free);
  ost_clixml_reader_reset (self->reader);
  self->parser = ost_psrp_parser_new (&messages, self);
  self->handler = handler;
  self->user_data = user_data;
  self->is_refused = FALSE;
}

gboolean
ost_runspace_stream_feed (OstRunspaceStream *self, const guint8 *bytes, gsize length,
                          GError **error)
{
  return ost_psrp_parser_feed (self->parser, bytes, length, error);
}
