/* exchange-error.h: what an error or a warning of Exchange means for the caller */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-error.h>

#include "exchange-command.h"

G_BEGIN_DECLS

/**
 * OstExchangeFailure:
 * @message: (nullable): for people, in the language of the session
 * @id: (nullable): its fully qualified id, with Exchange's FailureCategory in it
 * @category: number of its ErrorCategory; 0 where it is not known
 * @reason: (nullable): the exception's short name
 * @exception_type: (nullable): the exception's full name
 *
 * An error of a cmdlet, however it came.
 *
 * Since: 1.0
 */
typedef struct {
  const char *message;
  const char *id;
  int category;
  const char *reason;
  const char *exception_type;
} OstExchangeFailure;

/**
 * ost_exchange_tidy_text:
 * @text: what Exchange said
 *
 * Returns: (transfer full): one valid line of it, of a length that people read
 *
 * Since: 1.0
 */
char *ost_exchange_tidy_text (const char *text);

/**
 * ost_exchange_failure_to_error:
 * @failure: what Exchange said
 * @command: (nullable): what was run
 *
 * Judges by FailureCategory, else by the exception's name, else by the category; never by the text,
 * which comes in the session's language. The role that is likely to be missing is the remedy.
 *
 * Returns: (transfer full): an error of domain %OST_ERROR
 *
 * Since: 1.0
 */
GError *ost_exchange_failure_to_error (const OstExchangeFailure *failure,
                                       const OstExchangeCommand *command);

/**
 * ost_exchange_failure_is_binding:
 * @failure: what Exchange said
 *
 * Returns: whether a parameter's value was refused before the cmdlet ran, as a filter is on a
 *   property that cannot be filtered on
 *
 * Since: 1.0
 */
gboolean ost_exchange_failure_is_binding (const OstExchangeFailure *failure);

/**
 * ost_exchange_failure_is_unknown_command:
 * @failure: what Exchange said
 *
 * Returns: whether the session does not have the cmdlet, or the parameter, at all
 *
 * Since: 1.0
 */
gboolean ost_exchange_failure_is_unknown_command (const OstExchangeFailure *failure);

/**
 * ost_exchange_failure_get_server:
 * @failure: what Exchange said
 *
 * Returns: (transfer full) (nullable): the server that ran the cmdlet, which need not be the one
 *   that was addressed
 *
 * Since: 1.0
 */
char *ost_exchange_failure_get_server (const OstExchangeFailure *failure);

/**
 * ost_exchange_missing_remedy:
 * @cmdlet: a cmdlet
 * @parameter: (nullable): a parameter that is missing; %NULL for the cmdlet itself
 *
 * Returns: (transfer full): a sentence: which role is likely to grant it, and how to find out
 *
 * Since: 1.0
 */
char *ost_exchange_missing_remedy (const OstExchangeCmdlet *cmdlet,
                                   const OstExchangeParameter *parameter);

/**
 * OstExchangeWarning:
 * @OST_EXCHANGE_WARNING_OTHER: to be shown as it is
 * @OST_EXCHANGE_WARNING_TRUNCATED: the listing was cut off
 * @OST_EXCHANGE_WARNING_CORRUPTED: an object does not pass Exchange's own checks; it came all the
 *   same
 * @OST_EXCHANGE_WARNING_NOT_MODIFIED: what was to be set was set already
 * @OST_EXCHANGE_WARNING_DELAYED: the account is being slowed down
 * @OST_EXCHANGE_WARNING_DEPRECATED: the cmdlet's name is an old one
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_WARNING_OTHER,
  OST_EXCHANGE_WARNING_TRUNCATED,
  OST_EXCHANGE_WARNING_CORRUPTED,
  OST_EXCHANGE_WARNING_NOT_MODIFIED,
  OST_EXCHANGE_WARNING_DELAYED,
  OST_EXCHANGE_WARNING_DEPRECATED,
} OstExchangeWarning;

/**
 * ost_exchange_warning_classify:
 * @text: a warning's text
 * @command: (nullable): what was run
 *
 * Warnings have nothing but a text, for which the session asks in English. Where a language does
 * come through, a cut-off listing and a deprecated name are known by the parameter and the cmdlet
 * that they name, and nothing that matters hangs on the others.
 *
 * Returns: what it is
 *
 * Since: 1.0
 */
OstExchangeWarning ost_exchange_warning_classify (const char *text,
                                                  const OstExchangeCommand *command);

G_END_DECLS
