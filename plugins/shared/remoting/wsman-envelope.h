/* wsman-envelope.h: builds the SOAP envelopes of WS-Management requests */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The namespaces of MS-WSMV 2.2.1 and of what it stands on. */
#define OST_WSMAN_NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define OST_WSMAN_NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define OST_WSMAN_NS_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define OST_WSMAN_NS_WSMV "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define OST_WSMAN_NS_SHELL "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
#define OST_WSMAN_NS_TRANSFER "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define OST_WSMAN_NS_FAULT "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
#define OST_WSMAN_NS_POWERSHELL "http://schemas.microsoft.com/powershell"
#define OST_WSMAN_NS_IDENTITY "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"

/* MS-WSMV 2.2.5.6 and MS-PSRP 3.1.5.3.9, which spells it so. */
#define OST_WSMAN_SIGNAL_STOP "powershell/signal/crtl_c"
#define OST_WSMAN_SIGNAL_TERMINATE OST_WSMAN_NS_SHELL "/signal/terminate"

/* Streams of a shell: for messages, and for answers to a host call. */
#define OST_WSMAN_STREAM_INPUT "stdin"
#define OST_WSMAN_STREAM_ANSWERS "pr"
#define OST_WSMAN_STREAM_OUTPUT "stdout"

/* What servers since Windows Server 2012 allow, and what older ones do. */
#define OST_WSMAN_MAX_ENVELOPE_BYTES 512000
#define OST_WSMAN_SMALL_ENVELOPE_BYTES 153600

/**
 * OstWsmanOperation:
 *
 * What a request asks for.
 *
 * Since: 1.0
 */
typedef enum {
  OST_WSMAN_CREATE,
  OST_WSMAN_COMMAND,
  OST_WSMAN_SEND,
  OST_WSMAN_RECEIVE,
  OST_WSMAN_SIGNAL,
  OST_WSMAN_DELETE,
  OST_WSMAN_IDENTIFY,
} OstWsmanOperation;

/**
 * OstWsmanAddress:
 * @to: the endpoint's URI, with its port
 * @resource_uri: what kind of shell
 * @locale: language of the server's texts
 * @session_id: the client's GUID
 * @shell_id: the shell's GUID
 * @max_envelope_bytes: the longest reply that we want
 * @operation_timeout_seconds: how long the server may keep a request waiting
 *
 * What the headers of all requests of a shell have in common.
 *
 * Since: 1.0
 */
typedef struct {
  const char *to;
  const char *resource_uri;
  const char *locale;
  const char *session_id;
  const char *shell_id;
  guint max_envelope_bytes;
  guint operation_timeout_seconds;
} OstWsmanAddress;

/**
 * OstWsmanRequest:
 * @operation: what to do
 * @command_id: (nullable): the command's GUID; %NULL for what concerns the pool
 * @name: (nullable): for %OST_WSMAN_SEND the stream, for %OST_WSMAN_SIGNAL the signal's code
 * @fragments: (nullable): PowerShell fragments for %OST_WSMAN_CREATE, _COMMAND and _SEND
 * @length: bytes of @fragments
 * @operation_timeout_seconds: how long the server may keep it waiting, 0 for that of the address
 *
 * Since: 1.0
 */
typedef struct {
  OstWsmanOperation operation;
  const char *command_id;
  const char *name;
  const guint8 *fragments;
  gsize length;
  guint operation_timeout_seconds;
} OstWsmanRequest;

/**
 * ost_wsman_operation_to_string:
 * @operation: an operation
 *
 * Returns: (transfer none): its name, as in the last part of its action
 *
 * Since: 1.0
 */
const char *ost_wsman_operation_to_string (OstWsmanOperation operation);

/**
 * ost_wsman_envelope_new:
 * @address: where it goes
 * @request: what it asks for
 * @message_id: the request's own GUID
 *
 * Returns: (transfer full): a SOAP envelope in UTF-8 (MS-WSMV 2.2.4 and 3.1.4)
 *
 * Since: 1.0
 */
GBytes *ost_wsman_envelope_new (const OstWsmanAddress *address, const OstWsmanRequest *request,
                                const char *message_id);

G_END_DECLS
