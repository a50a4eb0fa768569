/* http-error.h: says what curl's failures mean to a caller */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "http-trust.h"

G_BEGIN_DECLS

/**
 * OstHttpStage:
 * @OST_HTTP_STAGE_CONNECT: nothing of the request was sent
 * @OST_HTTP_STAGE_SENT: the server may have got it, in whole or in part
 * @OST_HTTP_STAGE_HEAD: the final head of the reply is there
 *
 * How far a request got, which decides what its failure means.
 */
typedef enum {
  OST_HTTP_STAGE_CONNECT,
  OST_HTTP_STAGE_SENT,
  OST_HTTP_STAGE_HEAD,
} OstHttpStage;

/**
 * OstHttpFailure:
 * @label: connection, method and address, for the beginning of the message
 * @stage: how far it got
 * @code: curl's code
 * @detail: (nullable): curl's text
 * @peer: what the server showed of itself
 * @connect_timeout_ms: how long connecting was to take at most
 */
typedef struct {
  const char *label;
  OstHttpStage stage;
  CURLcode code;
  const char *detail;
  const OstHttpPeer *peer;
  guint connect_timeout_ms;
} OstHttpFailure;

/**
 * ost_http_failure_to_error:
 * @self: a request that curl gave up
 *
 * Returns: (transfer full): %OST_ERROR_UNAVAILABLE before it was sent (%OST_ERROR_INVALID for an
 *   address that curl cannot read), %OST_ERROR_TIMED_OUT before the head, %OST_ERROR_INCOMPLETE
 *   after it, %OST_ERROR_PROTOCOL for what is not HTTP; with a remedy
 */
GError *ost_http_failure_to_error (const OstHttpFailure *self);

/**
 * ost_http_error_new:
 * @label: connection, method and address
 * @code: an #OstErrorCode
 * @remedy: (nullable): what to do
 * @format: what happened
 *
 * Returns: (transfer full): an error that begins with @label
 */
GError *ost_http_error_new (const char *label, OstErrorCode code, const char *remedy,
                            const char *format, ...) G_GNUC_PRINTF (4, 5);

/**
 * ost_http_make_printable:
 * @text: what a server sent
 * @max_bytes: how much of it is shown
 *
 * Returns: (transfer full): valid UTF-8 on one line, for a message
 */
char *ost_http_make_printable (const char *text, gsize max_bytes);

G_END_DECLS
