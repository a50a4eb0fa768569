/* psrp-message.h: the header of a PowerShell remoting message, its types and its GUIDs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* MS-PSRP 2.2.1: four fields, integers little-endian. */
#define OST_PSRP_HEADER_SIZE 40

/* Bytes of a GUID, and of its text with the NUL. */
#define OST_PSRP_GUID_SIZE 16
#define OST_PSRP_GUID_TEXT_SIZE 37

/**
 * OstPsrpDestination:
 * @OST_PSRP_TO_CLIENT: a server sent it
 * @OST_PSRP_TO_SERVER: a client sent it
 *
 * Since: 1.0
 */
typedef enum {
  OST_PSRP_TO_CLIENT = 1,
  OST_PSRP_TO_SERVER = 2,
} OstPsrpDestination;

/**
 * OstPsrpType:
 *
 * What a message is (MS-PSRP 2.2.1).
 *
 * Since: 1.0
 */
typedef enum {
  OST_PSRP_SESSION_CAPABILITY = 0x00010002,
  OST_PSRP_INIT_RUNSPACEPOOL = 0x00010004,
  OST_PSRP_PUBLIC_KEY = 0x00010005,
  OST_PSRP_ENCRYPTED_SESSION_KEY = 0x00010006,
  OST_PSRP_PUBLIC_KEY_REQUEST = 0x00010007,
  OST_PSRP_CONNECT_RUNSPACEPOOL = 0x00010008,
  OST_PSRP_SET_MAX_RUNSPACES = 0x00021002,
  OST_PSRP_SET_MIN_RUNSPACES = 0x00021003,
  OST_PSRP_RUNSPACE_AVAILABILITY = 0x00021004,
  OST_PSRP_RUNSPACEPOOL_STATE = 0x00021005,
  OST_PSRP_CREATE_PIPELINE = 0x00021006,
  OST_PSRP_GET_AVAILABLE_RUNSPACES = 0x00021007,
  OST_PSRP_USER_EVENT = 0x00021008,
  OST_PSRP_APPLICATION_PRIVATE_DATA = 0x00021009,
  OST_PSRP_GET_COMMAND_METADATA = 0x0002100A,
  OST_PSRP_RUNSPACEPOOL_INIT_DATA = 0x0002100B,
  OST_PSRP_RESET_RUNSPACE_STATE = 0x0002100C,
  OST_PSRP_RUNSPACEPOOL_HOST_CALL = 0x00021100,
  OST_PSRP_RUNSPACEPOOL_HOST_RESPONSE = 0x00021101,
  OST_PSRP_PIPELINE_INPUT = 0x00041002,
  OST_PSRP_END_OF_PIPELINE_INPUT = 0x00041003,
  OST_PSRP_PIPELINE_OUTPUT = 0x00041004,
  OST_PSRP_ERROR_RECORD = 0x00041005,
  OST_PSRP_PIPELINE_STATE = 0x00041006,
  OST_PSRP_DEBUG_RECORD = 0x00041007,
  OST_PSRP_VERBOSE_RECORD = 0x00041008,
  OST_PSRP_WARNING_RECORD = 0x00041009,
  OST_PSRP_PROGRESS_RECORD = 0x00041010,
  OST_PSRP_INFORMATION_RECORD = 0x00041011,
  OST_PSRP_PIPELINE_HOST_CALL = 0x00041100,
  OST_PSRP_PIPELINE_HOST_RESPONSE = 0x00041101,
} OstPsrpType;

/**
 * OstPsrpHeader:
 * @destination: an #OstPsrpDestination, or whatever came
 * @type: an #OstPsrpType, or whatever came
 * @pool: the runspace pool; servers send zeros with SESSION_CAPABILITY
 * @pipeline: the pipeline; zeros for what concerns the pool
 *
 * The GUIDs are as .NET lays them out: the first three groups little-endian.
 *
 * Since: 1.0
 */
typedef struct {
  guint32 destination;
  guint32 type;
  guint8 pool[OST_PSRP_GUID_SIZE];
  guint8 pipeline[OST_PSRP_GUID_SIZE];
} OstPsrpHeader;

/**
 * ost_psrp_header_read:
 * @self: (out caller-allocates): a header
 * @bytes: its bytes
 *
 * Since: 1.0
 */
void ost_psrp_header_read (OstPsrpHeader *self, const guint8 bytes[OST_PSRP_HEADER_SIZE]);

/**
 * ost_psrp_header_write:
 * @self: a header
 * @bytes: (out caller-allocates): its bytes
 *
 * Since: 1.0
 */
void ost_psrp_header_write (const OstPsrpHeader *self, guint8 bytes[OST_PSRP_HEADER_SIZE]);

/**
 * ost_psrp_type_to_string:
 * @type: a message type
 *
 * Returns: (transfer none) (nullable): the name that MS-PSRP gives it, %NULL for an unknown one
 *
 * Since: 1.0
 */
const char *ost_psrp_type_to_string (guint32 type);

/**
 * ost_psrp_guid_parse:
 * @text: a GUID as 8-4-4-4-12 hexadecimal digits
 * @guid: (out caller-allocates): its bytes in .NET's layout
 *
 * Returns: %FALSE if @text is something else
 *
 * Since: 1.0
 */
gboolean ost_psrp_guid_parse (const char *text, guint8 guid[OST_PSRP_GUID_SIZE]);

/**
 * ost_psrp_guid_format:
 * @guid: a GUID in .NET's layout
 * @text: (out caller-allocates): its text, in upper case as WS-Management has it
 *
 * Since: 1.0
 */
void ost_psrp_guid_format (const guint8 guid[OST_PSRP_GUID_SIZE],
                           char text[OST_PSRP_GUID_TEXT_SIZE]);

/**
 * ost_psrp_guid_make:
 * @guid: (out caller-allocates): a new random GUID
 * @text: (out caller-allocates): its text
 *
 * Since: 1.0
 */
void ost_psrp_guid_make (guint8 guid[OST_PSRP_GUID_SIZE], char text[OST_PSRP_GUID_TEXT_SIZE]);

/**
 * ost_psrp_guid_is_zero:
 * @guid: a GUID
 *
 * Returns: whether it is all zeros
 *
 * Since: 1.0
 */
gboolean ost_psrp_guid_is_zero (const guint8 guid[OST_PSRP_GUID_SIZE]);

G_END_DECLS
