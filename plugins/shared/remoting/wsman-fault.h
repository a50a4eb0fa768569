/* wsman-fault.h: what a refusal of the server means to whoever asked */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstWsmanReaction:
 * @OST_WSMAN_REPORT: nothing can be done about it here
 * @OST_WSMAN_ASK_AGAIN: nothing came yet: another Receive
 * @OST_WSMAN_GONE: the shell or command does not exist (any more)
 * @OST_WSMAN_SHRINK: the server wants a smaller MaxEnvelopeSize
 *
 * What the session does about a fault by itself.
 *
 * Since: 1.0
 */
typedef enum {
  OST_WSMAN_REPORT,
  OST_WSMAN_ASK_AGAIN,
  OST_WSMAN_GONE,
  OST_WSMAN_SHRINK,
} OstWsmanReaction;

/**
 * OstWsmanFault:
 * @code: the code of the outermost WSManFault, 0 where there is none
 * @is_ours: whether SOAP blames the sender
 * @subcode: (nullable): the SOAP subcode
 * @provider: (nullable): whose fault it is inside the server
 * @text: (nullable): the message, or the reason where there is none
 *
 * A SOAP fault as it came (MS-WSMV 2.2.4.43).
 *
 * Since: 1.0
 */
typedef struct {
  guint32 code;
  gboolean is_ours;
  const char *subcode;
  const char *provider;
  const char *text;
} OstWsmanFault;

/**
 * OstWsmanRefusal:
 * @status: the HTTP status
 * @content_type: (nullable): the content type
 * @location: (nullable): where a redirect points to
 * @retry_after: (nullable): the header of that name
 * @body: what came of the body
 * @length: bytes of @body
 *
 * A reply that is no SOAP.
 *
 * Since: 1.0
 */
typedef struct {
  guint status;
  const char *content_type;
  const char *location;
  const char *retry_after;
  const char *body;
  gsize length;
} OstWsmanRefusal;

/**
 * ost_wsman_fault_get_reaction:
 * @self: a fault
 *
 * Returns: what to do about it
 *
 * Since: 1.0
 */
OstWsmanReaction ost_wsman_fault_get_reaction (const OstWsmanFault *self);

/**
 * ost_wsman_fault_to_error:
 * @self: a fault
 *
 * A shell that is gone gives %OST_ERROR_UNAVAILABLE: what was asked for was not done.
 *
 * Returns: (transfer full): an error of %OST_ERROR with remedy and time to wait
 *
 * Since: 1.0
 */
GError *ost_wsman_fault_to_error (const OstWsmanFault *self);

/**
 * ost_wsman_refusal_to_error:
 * @self: a reply that is no SOAP
 * @reaction: (out): what to do about it
 *
 * Returns: (transfer full): an error of %OST_ERROR with remedy and time to wait
 *
 * Since: 1.0
 */
GError *ost_wsman_refusal_to_error (const OstWsmanRefusal *self, OstWsmanReaction *reaction);

/**
 * ost_wsman_text_to_error:
 * @text: (nullable): a text of the server, perhaps in Exchange's form, with
 *   `[FailureCategory=AuthZ-...]` at its beginning
 * @otherwise: the code for a text without a category that is known
 *
 * Returns: (transfer full): an error of %OST_ERROR with remedy and time to wait
 *
 * Since: 1.0
 */
GError *ost_wsman_text_to_error (const char *text, OstErrorCode otherwise);

/**
 * ost_wsman_excerpt:
 * @bytes: anything
 * @length: how many bytes
 *
 * Returns: (transfer full): its first 200 characters or so that can be printed, in one line
 *
 * Since: 1.0
 */
char *ost_wsman_excerpt (const char *bytes, gsize length);

G_END_DECLS
