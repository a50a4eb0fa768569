/* test-onprem-session.c: who runs the cmdlets, which version, which names, and a check's steps */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-fixture.h"

#include <string.h>

#include "core/base/ost-settings-private.h"
#include "plugins/backend-onprem/onprem-check.h"

#define ASKS_WHO "Get-ExchangeServer -Identity ostiary-asks-which-server-runs-this"
#define NOT_FOUND_ON(server)                                                                       \
  {                                                                                                \
    {                                                                                              \
      .message = "couldn't be found",                                                              \
      .id = "[Server=" server ",RequestId=1,TimeStamp=x] "                                         \
            "[FailureCategory=Cmdlet-ManagementObjectNotFoundException] 1"                         \
    }                                                                                              \
  }
#define SERVER(name, version)                                                                      \
  ROW ("<G N=\"Guid\">" GUID_1 "</G><S N=\"Name\">" name "</S><S N=\"Fqdn\">" name                 \
       ".contoso.com</S><Obj N=\"AdminDisplayVersion\" RefId=\"1\"><ToString>" version             \
       "</ToString></Obj>")

typedef struct {
  Fixture fixture;
  FixtureLink link;
  OstOnpremSession session;
} Stage;

static void
set_up (Stage *stage, const FixtureAnswer *answers, guint n_answers, const char *mode)
{
  static const OstSetting rows[] = {
    { "mode", OST_SETTING_TEXT },
    { "user", OST_SETTING_TEXT, 0, "CONTOSO\\svc" },
    { "view-entire-forest", OST_SETTING_BOOLEAN, 0, "yes" },
  };

  memset (stage, 0, sizeof *stage);
  fixture_init (&stage->fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_true (
      ost_settings_set (stage->fixture.settings, &rows[i], i == 0 ? mode : NULL, NULL));
  fixture_link_init (&stage->link, answers, n_answers);
  stage->session.link = &stage->link.link;
  stage->session.uri = g_strdup ("https://mail.contoso.com/PowerShell/");
  stage->session.host = g_strdup ("mail.contoso.com");
}

static void
tear_down (Stage *stage)
{
  fixture_link_finish (&stage->link);
  g_free (stage->session.uri);
  g_free (stage->session.host);
  g_free (stage->session.server);
  g_free (stage->session.version);
  fixture_clear (&stage->fixture);
}

static void
test_executor_is_another (void)
{
  static const char *const servers[] = { SERVER ("EX07", "Version 15.2 (Build 986.5)"), NULL };
  static const FixtureAnswer answers[]
    = { { .command = ASKS_WHO, .failures = NOT_FOUND_ON ("EX07"), .n_failures = 1 },
        { .command = "Get-ExchangeServer -Identity EX07", .outputs = servers } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_true (ost_onprem_session_identify (&stage.session, stage.fixture.call, &error));
  g_assert_no_error (error);
  g_assert_true (
    fixture_has (stage.fixture.notes, "server=EX07.contoso.com (addressed as mail.contoso.com)"));
  g_assert_true (fixture_has (stage.fixture.notes, "version=Version 15.2 (Build 986.5)"));
  g_assert_true (fixture_has (stage.fixture.notes, "account=CONTOSO\\svc"));
  g_assert_true (fixture_has (stage.fixture.steps, "+ version: EX07.contoso.com runs"));
  tear_down (&stage);
}

static void
test_too_old (void)
{
  static const char *const servers[] = { SERVER ("EX10", "Version 14.3 (Build 123.4)"), NULL };
  static const FixtureAnswer answers[]
    = { { .command = ASKS_WHO, .failures = NOT_FOUND_ON ("EX10"), .n_failures = 1 },
        { .command = "Get-ExchangeServer -Identity EX10", .outputs = servers } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_false (ost_onprem_session_identify (&stage.session, stage.fixture.call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED);
  g_assert_nonnull (strstr (error->message, "EX10.contoso.com"));
  g_assert_nonnull (strstr (error->message, "Version 14.3"));
  g_assert_nonnull (ost_error_get_remedy (error));
  g_assert_true (fixture_has (stage.fixture.steps, "- version: "));
  tear_down (&stage);
}

/* Exchange 2010 has no name in its errors, and an account may not see servers at all. */
static void
test_unknown (void)
{
  static const FixtureAnswer answers[]
    = { { .command = ASKS_WHO,
          .failures = { { .message = "x", .id = "4B953CE,Microsoft.Exchange" } },
          .n_failures = 1 },
        { .command = "Get-ExchangeServer -Identity mail",
          .failures = { { .message = "x", .id = "CommandNotFoundException" } },
          .n_failures = 1,
          .is_failed = TRUE } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_true (ost_onprem_session_identify (&stage.session, stage.fixture.call, &error));
  g_assert_no_error (error);
  g_assert_true (fixture_has (stage.fixture.warnings, "its version is not known"));
  g_assert_true (fixture_has (stage.fixture.notes, "server=mail.contoso.com"));
  tear_down (&stage);
}

#define COMMAND_INFO(name) ROW ("<S N=\"Name\">" name "</S><S N=\"Parameters\">not told</S>")

static void
test_families (void)
{
  static const char *const granted[]
    = { COMMAND_INFO ("Get-ActiveSyncDevice"), COMMAND_INFO ("Get-ActiveSyncDeviceStatistics"),
        COMMAND_INFO ("Get-MobileDeviceMailboxPolicy"), COMMAND_INFO ("Get-CASMailbox"), NULL };
  static const FixtureAnswer answers[]
    = { { .command = "Get-Command -Name [15]", .outputs = granted } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "enforce");
  g_assert_true (ost_onprem_session_know_families (&stage.session, stage.fixture.call, &error));
  g_assert_no_error (error);
  g_assert_cmpint (stage.session.families.device, ==, OST_EXCHANGE_FAMILY_ACTIVESYNC);
  g_assert_cmpint (stage.session.families.policy, ==, OST_EXCHANGE_FAMILY_MOBILE);
  g_assert_true (fixture_has (stage.fixture.warnings, "Set-CASMailbox is not granted: give"));
  g_assert_false (fixture_has (stage.fixture.warnings, "MobileDeviceStatistics"));
  g_assert_false (fixture_has (stage.fixture.warnings, "Clear-"));
  /* once is enough */
  g_assert_true (ost_onprem_session_know_families (&stage.session, stage.fixture.call, &error));
  tear_down (&stage);
}

static void
test_families_that_nobody_tells (void)
{
  static const FixtureAnswer answers[]
    = { { .command = "Get-Command -Name [14]",
          .failures = { { .message = "x", .id = "CommandNotFoundException" } },
          .n_failures = 1,
          .is_failed = TRUE } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_true (ost_onprem_session_know_families (&stage.session, stage.fixture.call, &error));
  g_assert_no_error (error);
  g_assert_true (stage.session.has_guessed_families);
  g_assert_true (fixture_has (stage.fixture.warnings, "not known what the account may run"));
  tear_down (&stage);
}

static void
test_a_session_that_is_lost (void)
{
  g_autoptr (GError) lost = g_error_new (OST_ERROR, OST_ERROR_INCOMPLETE, "lost");
  FixtureAnswer answers[] = { { .command = "Get-Command -Name [14]", .link_error = lost },
                              { .command = ASKS_WHO, .link_error = lost } };
  g_autoptr (GError) error = NULL;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_false (ost_onprem_session_know_families (&stage.session, stage.fixture.call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_clear_error (&error);
  g_assert_false (ost_onprem_session_identify (&stage.session, stage.fixture.call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  tear_down (&stage);
}

#define FILTER_PROBE                                                                               \
  "Get-MobileDevice -ResultSize 1 -Filter WhenChangedUTC -gt '12/31/1969 23:59:59' -and "          \
  "WhenChangedUTC -gt '12/31/1990 00:00:00'"

/* A view that Set-ADServerSettings did not widen is told from one that it did. */
static void
test_check (void)
{
  static const char *const granted[]
    = { COMMAND_INFO ("Get-MobileDevice"), COMMAND_INFO ("Get-ADServerSettings"), NULL };
  static const char *const narrow[]
    = { ROW ("<B N=\"ViewEntireForest\">false</B><S N=\"DefaultGlobalCatalog\">DC07</S>"), NULL };
  static const FixtureAnswer answers[]
    = { { .command = "Get-Command -Name [30]", .outputs = granted },
        { .command = FILTER_PROBE,
          .failures = { { .message = "x",
                          .id = "ParameterBindingFailed,Get-MobileDevice",
                          .reason = "ParameterBindingException" } },
          .n_failures = 1,
          .is_failed = TRUE },
        { .command = "Get-ADServerSettings", .outputs = narrow } };
  g_autoptr (GError) error = NULL;
  guint64 n_emitted = 0;
  Stage stage;

  set_up (&stage, answers, G_N_ELEMENTS (answers), "observe");
  g_assert_true (ost_onprem_check (&stage.session, stage.fixture.call, &n_emitted, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_emitted, ==, stage.fixture.objects->len);
  g_assert_true (fixture_has (stage.fixture.steps, "+ cmdlet:Get-MobileDevice: granted"));
  g_assert_true (fixture_has (stage.fixture.steps, "- cmdlet:Get-CASMailbox: not granted"));
  g_assert_true (fixture_has (stage.fixture.steps, "+ filter:WhenChangedUTC: this server cannot"));
  g_assert_true (fixture_has (stage.fixture.steps, "- view-entire-forest: "));
  g_assert_true (fixture_has (stage.fixture.notes, "domain-controller=DC07"));
  tear_down (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onprem/session/executor", test_executor_is_another);
  g_test_add_func ("/onprem/session/too-old", test_too_old);
  g_test_add_func ("/onprem/session/unknown", test_unknown);
  g_test_add_func ("/onprem/session/families", test_families);
  g_test_add_func ("/onprem/session/untold", test_families_that_nobody_tells);
  g_test_add_func ("/onprem/session/lost", test_a_session_that_is_lost);
  g_test_add_func ("/onprem/session/check", test_check);
  return g_test_run ();
}
