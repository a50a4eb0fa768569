/* ost-error.h: the error domain: a code says what the caller can do */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

G_BEGIN_DECLS

/**
 * OST_ERROR:
 *
 * The domain of every error that Ostiary and its plugins give, beside %G_IO_ERROR_CANCELLED.
 *
 * Since: 1.0
 */
#define OST_ERROR (ost_error_quark ())

/**
 * OstErrorCode:
 * @OST_ERROR_INVALID: the request or configuration is wrong; repeating it is useless
 * @OST_ERROR_NOT_SUPPORTED: this plugin or this server cannot do it
 * @OST_ERROR_NOT_FOUND: what was named does not exist, or is out of the account's sight
 * @OST_ERROR_EXISTS: what should be made is there already
 * @OST_ERROR_DENIED: the account lacks the right; an administrator has to grant it
 * @OST_ERROR_SIGN_IN: the credential was rejected; it must not be tried again unchanged
 * @OST_ERROR_THROTTLED: the server asks for patience; see ost_error_get_retry_after()
 * @OST_ERROR_UNAVAILABLE: nobody answered, and nothing was done; trying later or elsewhere may help
 * @OST_ERROR_TIMED_OUT: no answer came; whether it was done is unknown
 * @OST_ERROR_PROTOCOL: what came is not what the protocol allows
 * @OST_ERROR_INCOMPLETE: part of an answer is missing; nothing may be concluded from the rest
 *
 * What a caller can do about a failure. Nothing ever matches on an error's text.
 *
 * Since: 1.0
 */
typedef enum {
  OST_ERROR_INVALID,
  OST_ERROR_NOT_SUPPORTED,
  OST_ERROR_NOT_FOUND,
  OST_ERROR_EXISTS,
  OST_ERROR_DENIED,
  OST_ERROR_SIGN_IN,
  OST_ERROR_THROTTLED,
  OST_ERROR_UNAVAILABLE,
  OST_ERROR_TIMED_OUT,
  OST_ERROR_PROTOCOL,
  OST_ERROR_INCOMPLETE,
} OstErrorCode;

/**
 * ost_error_quark:
 *
 * Returns: the quark of %OST_ERROR
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
GQuark ost_error_quark (void);

/**
 * ost_error_code_to_string:
 * @code: an #OstErrorCode
 *
 * Returns: (transfer none): the code's name in lower case with hyphens, `unknown` for any other
 *   number
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_error_code_to_string (int code);

/**
 * ost_error_set_retry_after:
 * @error: an error of domain %OST_ERROR
 * @milliseconds: how long the server wants to be left alone
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_error_set_retry_after (GError *error, guint milliseconds);

/**
 * ost_error_get_retry_after:
 * @error: any error
 *
 * Returns: milliseconds to wait, 0 where nothing was said
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
guint ost_error_get_retry_after (const GError *error);

/**
 * ost_error_set_remedy:
 * @error: an error of domain %OST_ERROR
 * @remedy: a sentence for the administrator: what to do
 *
 * Keeps the remedy apart from the message, so that `ostiary check` can show it in its own column.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_error_set_remedy (GError *error, const char *remedy);

/**
 * ost_error_get_remedy:
 * @error: any error
 *
 * Returns: (transfer none) (nullable): what to do about it, as far as it is known
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_error_get_remedy (const GError *error);

G_END_DECLS
