/* psrp-message.c: the header of a PowerShell remoting message, its types and its GUIDs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "psrp-message.h"

#include <string.h>

/* Where each byte of the text form of a GUID lies in .NET's layout (RFC 4122's order is 0 to 15). */
static const guint8 byte_places[OST_PSRP_GUID_SIZE]
  = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

static guint32
read_u32 (const guint8 *bytes)
{
  guint32 number;

  memcpy (&number, bytes, sizeof number);
  return GUINT32_FROM_LE (number);
}

static void
write_u32 (guint8 *bytes, guint32 number)
{
  number = GUINT32_TO_LE (number);
  memcpy (bytes, &number, sizeof number);
}

void
ost_psrp_header_read (OstPsrpHeader *self, const guint8 bytes[OST_PSRP_HEADER_SIZE])
{
  self->destination = read_u32 (bytes);
  self->type = read_u32 (bytes + 4);
  memcpy (self->pool, bytes + 8, OST_PSRP_GUID_SIZE);
  memcpy (self->pipeline, bytes + 24, OST_PSRP_GUID_SIZE);
}

void
ost_psrp_header_write (const OstPsrpHeader *self, guint8 bytes[OST_PSRP_HEADER_SIZE])
{
  write_u32 (bytes, self->destination);
  write_u32 (bytes + 4, self->type);
  memcpy (bytes + 8, self->pool, OST_PSRP_GUID_SIZE);
  memcpy (bytes + 24, self->pipeline, OST_PSRP_GUID_SIZE);
}

const char *
ost_psrp_type_to_string (guint32 type)
{
  static const struct {
    guint32 type;
    const char *name;
  } names[] = {
    { OST_PSRP_SESSION_CAPABILITY, "SESSION_CAPABILITY" },
    { OST_PSRP_INIT_RUNSPACEPOOL, "INIT_RUNSPACEPOOL" },
    { OST_PSRP_PUBLIC_KEY, "PUBLIC_KEY" },
    { OST_PSRP_ENCRYPTED_SESSION_KEY, "ENCRYPTED_SESSION_KEY" },
    { OST_PSRP_PUBLIC_KEY_REQUEST, "PUBLIC_KEY_REQUEST" },
    { OST_PSRP_CONNECT_RUNSPACEPOOL, "CONNECT_RUNSPACEPOOL" },
    { OST_PSRP_SET_MAX_RUNSPACES, "SET_MAX_RUNSPACES" },
    { OST_PSRP_SET_MIN_RUNSPACES, "SET_MIN_RUNSPACES" },
    { OST_PSRP_RUNSPACE_AVAILABILITY, "RUNSPACE_AVAILABILITY" },
    { OST_PSRP_RUNSPACEPOOL_STATE, "RUNSPACEPOOL_STATE" },
    { OST_PSRP_CREATE_PIPELINE, "CREATE_PIPELINE" },
    { OST_PSRP_GET_AVAILABLE_RUNSPACES, "GET_AVAILABLE_RUNSPACES" },
    { OST_PSRP_USER_EVENT, "USER_EVENT" },
    { OST_PSRP_APPLICATION_PRIVATE_DATA, "APPLICATION_PRIVATE_DATA" },
    { OST_PSRP_GET_COMMAND_METADATA, "GET_COMMAND_METADATA" },
    { OST_PSRP_RUNSPACEPOOL_INIT_DATA, "RUNSPACEPOOL_INIT_DATA" },
    { OST_PSRP_RESET_RUNSPACE_STATE, "RESET_RUNSPACE_STATE" },
    { OST_PSRP_RUNSPACEPOOL_HOST_CALL, "RUNSPACEPOOL_HOST_CALL" },
    { OST_PSRP_RUNSPACEPOOL_HOST_RESPONSE, "RUNSPACEPOOL_HOST_RESPONSE" },
    { OST_PSRP_PIPELINE_INPUT, "PIPELINE_INPUT" },
    { OST_PSRP_END_OF_PIPELINE_INPUT, "END_OF_PIPELINE_INPUT" },
    { OST_PSRP_PIPELINE_OUTPUT, "PIPELINE_OUTPUT" },
    { OST_PSRP_ERROR_RECORD, "ERROR_RECORD" },
    { OST_PSRP_PIPELINE_STATE, "PIPELINE_STATE" },
    { OST_PSRP_DEBUG_RECORD, "DEBUG_RECORD" },
    { OST_PSRP_VERBOSE_RECORD, "VERBOSE_RECORD" },
    { OST_PSRP_WARNING_RECORD, "WARNING_RECORD" },
    { OST_PSRP_PROGRESS_RECORD, "PROGRESS_RECORD" },
    { OST_PSRP_INFORMATION_RECORD, "INFORMATION_RECORD" },
    { OST_PSRP_PIPELINE_HOST_CALL, "PIPELINE_HOST_CALL" },
    { OST_PSRP_PIPELINE_HOST_RESPONSE, "PIPELINE_HOST_RESPONSE" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].type == type)
      return names[i].name;
  return NULL;
}

gboolean
ost_psrp_guid_parse (const char *text, guint8 guid[OST_PSRP_GUID_SIZE])
{
  const char *at = text;

  if (strlen (text) != OST_PSRP_GUID_TEXT_SIZE - 1)
    return FALSE;
  for (guint i = 0; i < OST_PSRP_GUID_SIZE; i++)
    {
      if ((i == 4 || i == 6 || i == 8 || i == 10) && *at++ != '-')
        return FALSE;
      if (!g_ascii_isxdigit (at[0]) || !g_ascii_isxdigit (at[1]))
        return FALSE;
      guid[byte_places[i]]
        = (guint8)(g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));
      at += 2;
    }
  return TRUE;
}

void
ost_psrp_guid_format (const guint8 guid[OST_PSRP_GUID_SIZE], char text[OST_PSRP_GUID_TEXT_SIZE])
{
  static const char digits[] = "0123456789ABCDEF";
  char *at = text;

  for (guint i = 0; i < OST_PSRP_GUID_SIZE; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        *at++ = '-';
      *at++ = digits[guid[byte_places[i]] >> 4];
      *at++ = digits[guid[byte_places[i]] & 15];
    }
  *at = '\0';
}

void
ost_psrp_guid_make (guint8 guid[OST_PSRP_GUID_SIZE], char text[OST_PSRP_GUID_TEXT_SIZE])
{
  g_autofree char *random = g_uuid_string_random ();

  ost_psrp_guid_parse (random, guid);
  ost_psrp_guid_format (guid, text);
}

gboolean
ost_psrp_guid_is_zero (const guint8 guid[OST_PSRP_GUID_SIZE])
{
  static const guint8 zeros[OST_PSRP_GUID_SIZE] = { 0 };

  return memcmp (guid, zeros, sizeof zeros) == 0;
}
