/* exchange-error.c: what an error or a warning of Exchange means for the caller */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-error.h"

#include <string.h>

/* A cmdlet may quote a whole object; nobody reads more than this. */
#define MAX_TEXT_CHARACTERS 600

typedef struct {
  const char *name; /* of an exception; `*` at its end stands for the rest */
  OstErrorCode code;
} Meaning;

/* The first match counts. */
static const Meaning meanings[] = {
  { "ManagementObjectNotFoundException", OST_ERROR_NOT_FOUND },
  { "RecipientNotFoundException", OST_ERROR_NOT_FOUND },
  { "ADNoSuchObjectException", OST_ERROR_NOT_FOUND },
  { "ObjectNotFoundException", OST_ERROR_NOT_FOUND },
  { "ManagementObjectAlreadyExistsException", OST_ERROR_EXISTS },
  { "ADObjectAlreadyExistsException", OST_ERROR_EXISTS },
  { "ADObjectEntryAlreadyExistsException", OST_ERROR_EXISTS },
  { "ManagementObjectAmbiguousException", OST_ERROR_INVALID },
  { "CommandNotFoundException", OST_ERROR_DENIED },
  { "CmdletAccessDeniedException", OST_ERROR_DENIED },
  { "UnauthorizedAccessException", OST_ERROR_DENIED },
  { "ADScopeException", OST_ERROR_DENIED },
  { "ScopeException", OST_ERROR_DENIED },
  { "ADInvalidCredentialException", OST_ERROR_DENIED },
  { "ADOperationException", OST_ERROR_DENIED },
  { "OverBudgetException", OST_ERROR_THROTTLED },
  { "ThrottlingRejectedOperation*", OST_ERROR_THROTTLED },
  { "ResourceUnhealthyException", OST_ERROR_THROTTLED },
  { "ADTransientException", OST_ERROR_UNAVAILABLE },
  { "ADServerNotSuitable*", OST_ERROR_UNAVAILABLE },
  { "SuitabilityDirectoryException", OST_ERROR_UNAVAILABLE },
  { "DataSourceTransientException", OST_ERROR_UNAVAILABLE },
  { "StorageTransientException", OST_ERROR_UNAVAILABLE },
  { "StoragePermanentException", OST_ERROR_UNAVAILABLE },
  { "ConnectionFailed*", OST_ERROR_UNAVAILABLE },
  { "WrongServer*", OST_ERROR_UNAVAILABLE },
  { "MailboxInTransit*", OST_ERROR_UNAVAILABLE },
  { "MailboxOffline*", OST_ERROR_UNAVAILABLE },
  { "MailboxUnavailable*", OST_ERROR_UNAVAILABLE },
  { "MapiException*", OST_ERROR_UNAVAILABLE },
  { "TimeoutException", OST_ERROR_TIMED_OUT },
  { "ParameterBinding*", OST_ERROR_INVALID },
  { "InvalidOperationException", OST_ERROR_INVALID },
  { "LocalizedException", OST_ERROR_INVALID },
};

/* PowerShell's ErrorCategory, for exceptions that the table above does not have (MS-PSRP 2.2.3.9). */
static const struct {
  int category;
  OstErrorCode code;
} categories[] = {
  { 13, OST_ERROR_NOT_FOUND },   /* ObjectNotFound */
  { 15, OST_ERROR_TIMED_OUT },   /* OperationTimeout */
  { 18, OST_ERROR_DENIED },      /* PermissionDenied */
  { 19, OST_ERROR_UNAVAILABLE }, /* ResourceBusy */
  { 20, OST_ERROR_EXISTS },      /* ResourceExists */
  { 21, OST_ERROR_UNAVAILABLE }, /* ResourceUnavailable */
  { 25, OST_ERROR_DENIED },      /* SecurityError */
  { 27, OST_ERROR_UNAVAILABLE }, /* ConnectionError */
  { 29, OST_ERROR_THROTTLED },   /* LimitsExceeded */
  { 30, OST_ERROR_THROTTLED },   /* QuotaExceeded */
};

static gboolean
find_code_of_name (const char *name, gsize length, OstErrorCode *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    {
      gsize wanted = strlen (meanings[i].name);
      gboolean is_open = meanings[i].name[wanted - 1] == '*';

      wanted -= is_open ? 1 : 0;
      if ((is_open ? length >= wanted : length == wanted)
          && g_ascii_strncasecmp (name, meanings[i].name, wanted) == 0)
        {
          *code = meanings[i].code;
          return TRUE;
        }
    }
  return FALSE;
}

/* `[…] [FailureCategory=Cmdlet-ManagementObjectNotFoundException] 1082ECE3,…` */
static const char *
find_failure_category (const char *id, gsize *length)
{
  const char *name = id != NULL ? strstr (id, "FailureCategory=") : NULL;

  name = name != NULL ? strchr (name, '-') : NULL;
  if (name == NULL)
    return NULL;
  name++;
  *length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
  return *length > 0 ? name : NULL;
}

static const char *
find_short_name (const char *exception_type)
{
  const char *dot = exception_type != NULL ? strrchr (exception_type, '.') : NULL;

  return dot != NULL ? dot + 1 : exception_type;
}

static gboolean
id_begins_with (const OstExchangeFailure *failure, const char *name)
{
  gsize length = strlen (name);

  return failure->id != NULL && g_ascii_strncasecmp (failure->id, name, length) == 0
         && (failure->id[length] == '\0' || failure->id[length] == ',');
}

static gboolean
find_code (const OstExchangeFailure *failure, OstErrorCode *code)
{
  gsize length = 0;
  const char *name = find_failure_category (failure->id, &length);

  if (name != NULL && find_code_of_name (name, length, code))
    return TRUE;
  if (failure->reason != NULL
      && find_code_of_name (failure->reason, strlen (failure->reason), code))
    return TRUE;
  name = find_short_name (failure->exception_type);
  if (name != NULL && find_code_of_name (name, strlen (name), code))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (categories); i++)
    if (categories[i].category == failure->category)
      {
        *code = categories[i].code;
        return TRUE;
      }
  return FALSE;
}

gboolean
ost_exchange_failure_is_unknown_command (const OstExchangeFailure *failure)
{
  g_return_val_if_fail (failure != NULL, FALSE);

  return id_begins_with (failure, "CommandNotFoundException")
         || id_begins_with (failure, "NamedParameterNotFound")
         || g_strcmp0 (failure->reason, "CommandNotFoundException") == 0;
}

gboolean
ost_exchange_failure_is_binding (const OstExchangeFailure *failure)
{
  const char *name;

  g_return_val_if_fail (failure != NULL, FALSE);

  name = failure->reason != NULL ? failure->reason : find_short_name (failure->exception_type);
  return !ost_exchange_failure_is_unknown_command (failure) && name != NULL
         && g_str_has_prefix (name, "ParameterBinding");
}

char *
ost_exchange_missing_remedy (const OstExchangeCmdlet *cmdlet, const OstExchangeParameter *parameter)
{
  const char *role;

  g_return_val_if_fail (cmdlet != NULL, NULL);

  role = parameter != NULL && parameter->role != NULL ? parameter->role : cmdlet->role;
  if (role == NULL)
    return g_strdup (
      "allow the account remote PowerShell: Set-User -RemotePowerShellEnabled $true");
  return g_strdup_printf ("give the account a management role with %s%s%s, likely ‘%s’; in the "
                          "Exchange Management Shell, Get-ManagementRole -Cmdlet %s%s%s names all "
                          "that have it",
                          cmdlet->name, parameter != NULL ? " -" : "",
                          parameter != NULL ? parameter->name : "", role, cmdlet->name,
                          parameter != NULL ? " -CmdletParameters " : "",
                          parameter != NULL ? parameter->name : "");
}

char *
ost_exchange_tidy_text (const char *text)
{
  g_autofree char *valid = NULL;

  g_return_val_if_fail (text != NULL, NULL);

  valid = g_utf8_make_valid (text, -1);

  g_strdelimit (valid, "\r\n\t", ' ');
  g_strstrip (valid);
  if (g_utf8_strlen (valid, -1) <= MAX_TEXT_CHARACTERS)
    return g_steal_pointer (&valid);
  *g_utf8_offset_to_pointer (valid, MAX_TEXT_CHARACTERS) = '\0';
  return g_strconcat (valid, "…", NULL);
}

GError *
ost_exchange_failure_to_error (const OstExchangeFailure *failure, const OstExchangeCommand *command)
{
  OstErrorCode code = OST_ERROR_INVALID;
  g_autofree char *message = NULL;
  const OstExchangeCmdlet *cmdlet;
  const char *name;
  GError *error;

  g_return_val_if_fail (failure != NULL, NULL);

  cmdlet = command != NULL ? ost_exchange_command_get_cmdlet (command) : NULL;
  find_code (failure, &code);
  if (ost_exchange_failure_is_unknown_command (failure))
    code = OST_ERROR_DENIED;
  message
    = ost_exchange_tidy_text (failure->message != NULL ? failure->message : "no text came with it");
  name = failure->reason != NULL && *failure->reason != '\0'
           ? failure->reason
           : find_short_name (failure->exception_type);
  error = g_error_new (OST_ERROR, (int)code, "%s: %s%s%s%s",
                       cmdlet != NULL ? cmdlet->name : "Exchange", message,
                       name != NULL ? " (" : "", name != NULL ? name : "", name != NULL ? ")" : "");
  if (cmdlet != NULL && ost_exchange_failure_is_unknown_command (failure))
    {
      g_autofree char *remedy = ost_exchange_missing_remedy (cmdlet, NULL);

      ost_error_set_remedy (error, remedy);
    }
  return error;
}

char *
ost_exchange_failure_get_server (const OstExchangeFailure *failure)
{
  const char *name;
  gsize length;

  g_return_val_if_fail (failure != NULL, NULL);

  name = failure->id != NULL ? strstr (failure->id, "Server=") : NULL;
  if (name == NULL || (name != failure->id && name[-1] != '[' && name[-1] != ','))
    return NULL;
  name += strlen ("Server=");
  length = strcspn (name, ",]");
  return length > 0 ? g_strndup (name, length) : NULL;
}

static gboolean
has_words (const char *text, const char *words)
{
  g_autofree char *lower_text = g_ascii_strdown (text, -1);
  g_autofree char *lower_words = g_ascii_strdown (words, -1);

  return strstr (lower_text, lower_words) != NULL;
}

OstExchangeWarning
ost_exchange_warning_classify (const char *text, const OstExchangeCommand *command)
{
  const OstExchangeCmdlet *cmdlet;

  g_return_val_if_fail (text != NULL, OST_EXCHANGE_WARNING_OTHER);

  cmdlet = command != NULL ? ost_exchange_command_get_cmdlet (command) : NULL;
  if (has_words (text, "ResultSize"))
    return OST_EXCHANGE_WARNING_TRUNCATED;
  if (cmdlet != NULL && cmdlet->family == OST_EXCHANGE_FAMILY_ACTIVESYNC
      && has_words (text, cmdlet->name))
    return OST_EXCHANGE_WARNING_DEPRECATED;
  if (has_words (text, "has been corrupted"))
    return OST_EXCHANGE_WARNING_CORRUPTED;
  if (has_words (text, "but no settings of"))
    return OST_EXCHANGE_WARNING_NOT_MODIFIED;
  if (has_words (text, "Micro delay applied"))
    return OST_EXCHANGE_WARNING_DELAYED;
  return OST_EXCHANGE_WARNING_OTHER;
}
