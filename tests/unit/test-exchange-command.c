/* test-exchange-command.c: the table of cmdlets, what may be built from it, and filters */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#include <string.h>

#include "plugins/shared/exchange/exchange-command.h"
#include "plugins/shared/exchange/exchange-filter.h"

static OstExchangeCommand *
new_command (const char *name)
{
  const OstExchangeCmdlet *cmdlet = ost_exchange_cmdlet_find (name);

  g_assert_nonnull (cmdlet);
  return ost_exchange_command_new (cmdlet);
}

static void
test_table (void)
{
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  for (guint i = 0; i < n_cmdlets; i++)
    {
      const OstExchangeCmdlet *cmdlet = &cmdlets[i];

      g_assert_true (ost_exchange_cmdlet_find (cmdlet->name) == cmdlet);
      g_assert_true (ost_exchange_cmdlet_for (cmdlet->task, cmdlet->family) == cmdlet);
      for (const OstExchangeParameter *row = cmdlet->parameters; row->name != NULL; row++)
        g_assert_true (ost_exchange_cmdlet_find_parameter (cmdlet, row->name) == row);
      /* What pauses for an answer of a person must be told not to. */
      if (!g_str_has_prefix (cmdlet->name, "Get-")
          && !g_str_equal (cmdlet->name, "Set-ADServerSettings"))
        g_assert_nonnull (ost_exchange_cmdlet_find_parameter (cmdlet, "Confirm"));
    }
}

/* What the administrators were told to grant, and its newer names. */
static void
test_seed_list (void)
{
  static const char *const names[] = { "Get-ActiveSyncOrganizationSettings",
                                       "Set-ActiveSyncOrganizationSettings",
                                       "Get-CasMailbox",
                                       "Set-CasMailbox",
                                       "Get-ActiveSyncMailboxPolicy",
                                       "Set-ActiveSyncMailboxPolicy",
                                       "New-ActiveSyncMailboxPolicy",
                                       "Remove-ActiveSyncMailboxPolicy",
                                       "Get-ActiveSyncDeviceAccessRule",
                                       "Set-ActiveSyncDeviceAccessRule",
                                       "New-ActiveSyncDeviceAccessRule",
                                       "Remove-ActiveSyncDeviceAccessRule",
                                       "Get-ActiveSyncDeviceStatistics",
                                       "Get-ActiveSyncDevice",
                                       "Get-ExchangeServer",
                                       "Get-ActiveSyncDeviceClass",
                                       "Get-Recipient",
                                       "Clear-ActiveSyncDevice",
                                       "Remove-ActiveSyncDevice",
                                       "Set-ADServerSettings",
                                       "Get-Command",
                                       "Get-MobileDevice",
                                       "Get-MobileDeviceStatistics",
                                       "Clear-MobileDevice",
                                       "Remove-MobileDevice",
                                       "Get-MobileDeviceMailboxPolicy",
                                       "Set-MobileDeviceMailboxPolicy",
                                       "New-MobileDeviceMailboxPolicy",
                                       "Remove-MobileDeviceMailboxPolicy" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (ost_exchange_cmdlet_find (names[i]));
  g_assert_null (ost_exchange_cmdlet_find ("Remove-Mailbox"));
}

static void
assert_refused (const OstExchangeCommand *command)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ost_exchange_command_check (command, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
}

static void
test_never_an_empty_identity (void)
{
  static const char *const empty[] = { NULL, "" };

  for (gsize i = 0; i < G_N_ELEMENTS (empty); i++)
    {
      g_autoptr (OstExchangeCommand) command = new_command ("Get-CASMailbox");

      ost_exchange_command_add_text (command, "Identity", empty[i]);
      ost_exchange_command_add_text (command, "ResultSize", "Unlimited");
      assert_refused (command);
    }
}

static void
test_refusals (void)
{
  g_autoptr (OstExchangeCommand) unknown = new_command ("Get-CASMailbox");
  g_autoptr (OstExchangeCommand) form = new_command ("Set-CASMailbox");
  g_autoptr (OstExchangeCommand) whole_list = new_command ("Set-CASMailbox");
  g_autoptr (OstExchangeCommand) nothing = new_command ("Set-CASMailbox");
  g_autoptr (OstExchangeCommand) empty = new_command ("Set-CASMailbox");
  g_autoptr (OstExchangeCommand) twice = new_command ("Get-CASMailbox");

  ost_exchange_command_add_text (unknown, "SortBy", "Name");
  assert_refused (unknown);
  ost_exchange_command_add_text (form, "Confirm", "False");
  assert_refused (form);
  /* A plain list would replace other people's entries. */
  ost_exchange_command_add_list (whole_list, "ActiveSyncAllowedDeviceIDs",
                                 (const char *const[]){ "A", NULL });
  assert_refused (whole_list);
  ost_exchange_command_add_changes (nothing, "ActiveSyncAllowedDeviceIDs", NULL,
                                    (const char *const[]){ NULL });
  assert_refused (nothing);
  ost_exchange_command_add_changes (empty, "ActiveSyncAllowedDeviceIDs",
                                    (const char *const[]){ "A", "", NULL }, NULL);
  assert_refused (empty);
  ost_exchange_command_add_text (twice, "identity", "a");
  ost_exchange_command_add_text (twice, "Identity", "b");
  assert_refused (twice);
}

static void
test_arguments (void)
{
  g_autoptr (OstExchangeCommand) command = new_command ("set-casmailbox");
  g_autoptr (GError) error = NULL;
  const OstExchangeArgument *arguments;
  guint n_arguments;

  ost_exchange_command_add_text (command, "identity", "7c9e6679-7425-40de-944b-e07fc1f90ae7");
  ost_exchange_command_add_changes (command, "ActiveSyncAllowedDeviceIDs",
                                    (const char *const[]){ "A", NULL }, NULL);
  ost_exchange_command_add_boolean (command, "Confirm", FALSE);
  ost_exchange_command_check (command, &error);
  g_assert_no_error (error);
  arguments = ost_exchange_command_get_arguments (command, &n_arguments);
  g_assert_cmpuint (n_arguments, ==, 3);
  g_assert_cmpstr (arguments[0].parameter->name, ==, "Identity");
  g_assert_cmpstr (arguments[1].items[0], ==, "A");
  g_assert_null (arguments[1].removed);
  g_assert_false (arguments[2].boolean);
}

static void
assert_filter (OstExchangeFilter *filter, const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  ost_exchange_filter_finish (filter, &text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
}

static void
test_filter (void)
{
  g_autoptr (OstExchangeFilter) nothing = ost_exchange_filter_new ();
  g_autoptr (OstExchangeFilter) quoted = ost_exchange_filter_new ();
  g_autoptr (OstExchangeFilter) time = ost_exchange_filter_new ();

  assert_filter (nothing, NULL);
  ost_exchange_filter_add_equal (quoted, "DeviceType", "O'Neil's' -or 1 -eq 1 -or 'é");
  ost_exchange_filter_add_prefix (quoted, "DeviceId", "A'", TRUE);
  ost_exchange_filter_add_prefix (quoted, "DeviceId", "AB", FALSE);
  ost_exchange_filter_add_boolean (quoted, "HasActiveSyncDevicePartnership", TRUE);
  assert_filter (quoted, "DeviceType -eq 'O''Neil''s'' -or 1 -eq 1 -or ''é' -and DeviceId -like "
                         "'A''*' -and DeviceId -notlike 'AB*' -and "
                         "HasActiveSyncDevicePartnership -eq $true");
  /* 2024-03-04T05:06:07.9Z: the literal is in the American order, in UTC, and a second early */
  ost_exchange_filter_add_since (time, "WhenChangedUTC", G_GINT64_CONSTANT (1709528767900000));
  assert_filter (time, "WhenChangedUTC -gt '03/04/2024 05:06:06' -and WhenChangedUTC -gt "
                       "'12/31/1990 00:00:00'");
}

static void
test_filter_refusals (void)
{
  static const char *const values[]
    = { "", "a\nb", "a\x01", "\xc2\x85", "\xff", "a’b", "a*", "a?", "[a", "a`" };
  g_autofree char *longest = g_strnfill (256, 'a');
  g_autoptr (OstExchangeFilter) long_value = ost_exchange_filter_new ();
  g_autoptr (OstExchangeFilter) long_filter = ost_exchange_filter_new ();
  g_autoptr (OstExchangeFilter) past = ost_exchange_filter_new ();
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr (OstExchangeFilter) filter = ost_exchange_filter_new ();

      ost_exchange_filter_add_prefix (filter, "DeviceId", values[i], TRUE);
      g_assert_false (ost_exchange_filter_finish (filter, &text, &error));
      g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
      g_clear_error (&error);
    }
  ost_exchange_filter_add_equal (long_value, "DeviceId", longest);
  g_assert_false (ost_exchange_filter_finish (long_value, &text, NULL));
  longest[255] = '\0';
  for (guint i = 0; i < 40; i++)
    ost_exchange_filter_add_equal (long_filter, "DeviceId", longest);
  g_assert_false (ost_exchange_filter_finish (long_filter, &text, NULL));
  ost_exchange_filter_add_since (past, "WhenChangedUTC", -1);
  g_assert_false (ost_exchange_filter_finish (past, &text, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/command/table", test_table);
  g_test_add_func ("/exchange/command/seed-list", test_seed_list);
  g_test_add_func ("/exchange/command/empty-identity", test_never_an_empty_identity);
  g_test_add_func ("/exchange/command/refusals", test_refusals);
  g_test_add_func ("/exchange/command/arguments", test_arguments);
  g_test_add_func ("/exchange/filter/texts", test_filter);
  g_test_add_func ("/exchange/filter/refusals", test_filter_refusals);
  return g_test_run ();
}
