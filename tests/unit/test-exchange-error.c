/* test-exchange-error.c: what Exchange's errors and warnings mean, in any language */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#include <string.h>

#include "plugins/shared/exchange/exchange-error.h"

#define BRACKETS "[Server=EX01,RequestId=9a9b,TimeStamp=19.05.2020 22:19:41] "

static void
test_codes (void)
{
  static const struct {
    OstExchangeFailure failure;
    OstErrorCode code;
  } samples[] = {
    { { "couldn't be found",
        BRACKETS "[FailureCategory=Cmdlet-ManagementObjectNotFoundException] 1082ECE3,Microsoft.X",
        0, NULL, NULL },
      OST_ERROR_NOT_FOUND },
    /* the same of a German server: no word of it is looked at */
    { { "Der Vorgang konnte nicht ausgeführt werden, da das Objekt nicht gefunden wurde.",
        "[] [FailureCategory=Cmdlet-ManagementObjectNotFoundException] D228C798", 0, NULL, NULL },
      OST_ERROR_NOT_FOUND },
    /* Exchange 2010 has no brackets; the reason tells */
    { { "x", "4B953CE,Microsoft.Exchange", 0, "ManagementObjectNotFoundException", NULL },
      OST_ERROR_NOT_FOUND },
    { { "x", NULL, 0, NULL,
        "Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException" },
      OST_ERROR_NOT_FOUND },
    { { "x", NULL, 0, "ADObjectAlreadyExistsException", NULL }, OST_ERROR_EXISTS },
    { { "x", BRACKETS "[FailureCategory=Cmdlet-ADOperationException] 1", 0, NULL, NULL },
      OST_ERROR_DENIED },
    { { "x", BRACKETS "[FailureCategory=Cmdlet-ADServerNotSuitableForWritesException] 1", 0, NULL,
        NULL },
      OST_ERROR_UNAVAILABLE },
    { { "x", BRACKETS "[FailureCategory=Cmdlet-MapiExceptionNetworkError] 1", 0, NULL, NULL },
      OST_ERROR_UNAVAILABLE },
    { { "x", BRACKETS "[FailureCategory=AuthZ-CmdletAccessDeniedException] 1", 0, NULL, NULL },
      OST_ERROR_DENIED },
    { { "x", BRACKETS "[FailureCategory=Cmdlet-OverBudgetException] 1", 0, NULL, NULL },
      OST_ERROR_THROTTLED },
    { { "The term 'Get-MobileDevice' is not recognized", "CommandNotFoundException", 13,
        "CommandNotFoundException", "System.Management.Automation.CommandNotFoundException" },
      OST_ERROR_DENIED },
    { { "A parameter cannot be found that matches parameter name 'X'.",
        "NamedParameterNotFound,Set-CASMailbox", 5, "ParameterBindingException", NULL },
      OST_ERROR_DENIED },
    { { "Cannot bind parameter 'Filter' to the target.", "ParameterBindingFailed,Get-MobileDevice",
        6, "ParameterBindingException", NULL },
      OST_ERROR_INVALID },
    /* an exception that nobody has heard of: PowerShell's own category is what is left */
    { { "x", BRACKETS "[FailureCategory=Cmdlet-FutureException] 1", 13, "FutureException", NULL },
      OST_ERROR_NOT_FOUND },
    { { "x", NULL, 18, NULL, NULL }, OST_ERROR_DENIED },
    { { "x", NULL, 0, NULL, NULL }, OST_ERROR_INVALID },
    { { NULL, "", 0, "", "" }, OST_ERROR_INVALID },
    /* a text with the words of another error in it changes nothing */
    { { "[FailureCategory=Cmdlet-ManagementObjectNotFoundException]", NULL, 19, NULL, NULL },
      OST_ERROR_UNAVAILABLE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GError) error = ost_exchange_failure_to_error (&samples[i].failure, NULL);

      g_test_message ("%s", samples[i].failure.id != NULL ? samples[i].failure.id : "no id");
      g_assert_error (error, OST_ERROR, (int)samples[i].code);
    }
}

static void
test_role_is_named (void)
{
  OstExchangeFailure failure = { .message = "not recognized", .id = "CommandNotFoundException" };
  g_autoptr (OstExchangeCommand) command
    = ost_exchange_command_new (ost_exchange_cmdlet_find ("Get-ActiveSyncDeviceAccessRule"));
  g_autoptr (GError) error = ost_exchange_failure_to_error (&failure, command);

  g_assert_true (g_str_has_prefix (error->message, "Get-ActiveSyncDeviceAccessRule: "));
  g_assert_nonnull (strstr (ost_error_get_remedy (error), "likely ‘Organization Client Access’"));
}

static void
test_message_is_one_bounded_line (void)
{
  g_autofree char *text = g_strnfill (100000, 'x');
  OstExchangeFailure failure = { .message = text };
  g_autoptr (GError) error = NULL;

  memcpy (text, "a\r\nb\xff", 5);
  error = ost_exchange_failure_to_error (&failure, NULL);
  g_assert_cmpuint (strlen (error->message), <, 2048);
  g_assert_null (strpbrk (error->message, "\r\n"));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_kinds (void)
{
  OstExchangeFailure binding
    = { .id = "ParameterBindingFailed,X", .reason = "ParameterBindingException" };
  OstExchangeFailure transformation
    = { .id = "ParameterArgumentTransformationError,X",
        .exception_type
        = "System.Management.Automation.ParameterBindingArgumentTransformationException" };
  OstExchangeFailure parameter
    = { .id = "NamedParameterNotFound,X", .reason = "ParameterBindingException" };
  OstExchangeFailure other = { .id = BRACKETS "1", .reason = "InvalidOperationException" };

  g_assert_true (ost_exchange_failure_is_binding (&binding));
  g_assert_true (ost_exchange_failure_is_binding (&transformation));
  g_assert_false (ost_exchange_failure_is_binding (&parameter));
  g_assert_true (ost_exchange_failure_is_unknown_command (&parameter));
  g_assert_false (ost_exchange_failure_is_binding (&other));
  g_assert_false (ost_exchange_failure_is_unknown_command (&other));
}

static void
test_server (void)
{
  static const struct {
    const char *id;
    const char *server;
  } samples[] = {
    { BRACKETS "[FailureCategory=Cmdlet-X] 1", "EX01" },
    { "[Server=EX-2.contoso.com]", "EX-2.contoso.com" },
    { "[RequestId=1,Server=EX03,TimeStamp=x]", "EX03" },
    { "[ClientAccessServer=CAS1,BackEndServer=BE1]", NULL },
    { "[Server=]", NULL },
    { "4B953CE,Microsoft", NULL },
    { NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      OstExchangeFailure failure = { .id = samples[i].id };
      g_autofree char *server = ost_exchange_failure_get_server (&failure);

      g_assert_cmpstr (server, ==, samples[i].server);
    }
}

static void
test_warnings (void)
{
  static const struct {
    const char *text;
    OstExchangeWarning warning;
  } samples[] = {
    { "There are more results available than are currently displayed. To view them, increase the "
      "value for the ResultSize parameter.",
      OST_EXCHANGE_WARNING_TRUNCATED },
    { "By default, only the first 1000 items are returned. Use the ResultSize parameter to specify",
      OST_EXCHANGE_WARNING_TRUNCATED },
    { "Es sind weitere Ergebnisse verfügbar. Erhöhen Sie den Wert des Parameters ResultSize.",
      OST_EXCHANGE_WARNING_TRUNCATED },
    { "The object contoso.com/Users/X has been corrupted, and it's in an inconsistent state.",
      OST_EXCHANGE_WARNING_CORRUPTED },
    { "The command completed successfully but no settings of 'X' have been modified.",
      OST_EXCHANGE_WARNING_NOT_MODIFIED },
    { "Micro delay applied. Actual delayed: 21956 msecs, Enforced: True",
      OST_EXCHANGE_WARNING_DELAYED },
    { "The Get-ActiveSyncDevice cmdlet will be removed in a future version of Exchange.",
      OST_EXCHANGE_WARNING_DEPRECATED },
    { "Database is mandatory on UserMailbox.", OST_EXCHANGE_WARNING_OTHER },
    { "", OST_EXCHANGE_WARNING_OTHER },
  };
  g_autoptr (OstExchangeCommand) command
    = ost_exchange_command_new (ost_exchange_cmdlet_find ("Get-ActiveSyncDevice"));

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    g_assert_cmpint (ost_exchange_warning_classify (samples[i].text, command), ==,
                     samples[i].warning);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/error/codes", test_codes);
  g_test_add_func ("/exchange/error/role", test_role_is_named);
  g_test_add_func ("/exchange/error/message", test_message_is_one_bounded_line);
  g_test_add_func ("/exchange/error/kinds", test_kinds);
  g_test_add_func ("/exchange/error/server", test_server);
  g_test_add_func ("/exchange/error/warnings", test_warnings);
  return g_test_run ();
}
