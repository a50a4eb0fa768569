/* psrp-record.c: reads records and states out of the messages that a server sends */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-record.h"

#include <string.h>

/* An engine that relays an object puts this before its type names. */
static const char relayed[] = "Deserialized.";

static const char *
type_of (const OstClixmlValue *value)
{
  const char *name = ost_clixml_value_get_type_name (value, 0);

  if (name != NULL && g_str_has_prefix (name, relayed))
    return name + strlen (relayed);
  return name;
}

static int
int_of (const OstClixmlValue *value, const char *member, int otherwise)
{
  gint64 number;

  if (!ost_clixml_value_get_int64 (ost_clixml_value_get_member (value, member), &number)
      || number < G_MININT || number > G_MAXINT)
    return otherwise;
  return (int)number;
}

static const char *
first_with_text (const char *one, const char *two, const char *three)
{
  if (one != NULL && *one != '\0')
    return one;
  return two != NULL && *two != '\0' ? two : three;
}

static void
read_error (OstRecord *self, const OstClixmlValue *value)
{
  const OstClixmlValue *exception = ost_clixml_value_get_member (value, "Exception");

  self->stream = OST_STREAM_ERROR;
  self->message = first_with_text (ost_clixml_value_get_member_text (value, "ErrorDetails_Message"),
                                   ost_clixml_value_get_member_text (exception, "Message"),
                                   ost_clixml_value_get_text (value, NULL));
  self->fully_qualified_id = ost_clixml_value_get_member_text (value, "FullyQualifiedErrorId");
  self->category = int_of (value, "ErrorCategory_Category", 0);
  self->reason = ost_clixml_value_get_member_text (value, "ErrorCategory_Reason");
  self->activity = ost_clixml_value_get_member_text (value, "ErrorCategory_Activity");
  self->exception_type = type_of (exception);
  self->target
    = first_with_text (ost_clixml_value_get_member_text (value, "TargetObject"),
                       ost_clixml_value_get_member_text (value, "ErrorCategory_TargetName"), NULL);
}

static void
read_text (OstRecord *self, OstStream stream, const OstClixmlValue *value)
{
  self->stream = stream;
  self->message
    = first_with_text (ost_clixml_value_get_member_text (value, "InformationalRecord_Message"),
                       ost_clixml_value_get_text (value, NULL), NULL);
}

static void
read_progress (OstRecord *self, const OstClixmlValue *value)
{
  self->stream = OST_STREAM_PROGRESS;
  self->activity = ost_clixml_value_get_member_text (value, "Activity");
  self->message = ost_clixml_value_get_member_text (value, "StatusDescription");
  self->percent = CLAMP (int_of (value, "PercentComplete", -1), -1, 100);
}

gboolean
ost_psrp_record_read (OstRecord *self, guint32 type, const OstClixmlValue *value)
{
  memset (self, 0, sizeof *self);
  self->percent = -1;
  switch (type)
    {
    case OST_PSRP_ERROR_RECORD:
      read_error (self, value);
      return TRUE;
    case OST_PSRP_WARNING_RECORD:
      read_text (self, OST_STREAM_WARNING, value);
      return TRUE;
    case OST_PSRP_VERBOSE_RECORD:
      read_text (self, OST_STREAM_VERBOSE, value);
      return TRUE;
    case OST_PSRP_DEBUG_RECORD:
      read_text (self, OST_STREAM_DEBUG, value);
      return TRUE;
    case OST_PSRP_INFORMATION_RECORD:
      self->stream = OST_STREAM_INFORMATION;
      self->message = first_with_text (ost_clixml_value_get_member_text (value, "MessageData"),
                                       ost_clixml_value_get_text (value, NULL), NULL);
      return TRUE;
    case OST_PSRP_PROGRESS_RECORD:
      read_progress (self, value);
      return TRUE;
    default:
      return FALSE;
    }
}

gboolean
ost_psrp_state_read (const OstClixmlValue *value, gint64 *state, OstRecord *failure,
                     gboolean *has_failure)
{
  const OstClixmlValue *record = ost_clixml_value_get_member (value, "ExceptionAsErrorRecord");
  const OstClixmlValue *member = ost_clixml_value_get_member (value, "PipelineState");

  if (member == NULL)
    member = ost_clixml_value_get_member (value, "RunspaceState");
  if (!ost_clixml_value_get_int64 (member, state))
    return FALSE;
  memset (failure, 0, sizeof *failure);
  failure->percent = -1;
  *has_failure = record != NULL && ost_clixml_value_get_kind (record) == OST_CLIXML_OBJECT;
  if (*has_failure)
    read_error (failure, record);
  return TRUE;
}
