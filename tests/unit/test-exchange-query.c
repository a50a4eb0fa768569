/* test-exchange-query.c: which cmdlet is asked, and when an answer is the whole truth */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-fixture.h"

#include <string.h>

#include "plugins/shared/exchange/exchange-query.h"

static const OstExchangeFamilies mobile
  = { OST_EXCHANGE_FAMILY_MOBILE, OST_EXCHANGE_FAMILY_MOBILE };
static const OstExchangeFamilies activesync
  = { OST_EXCHANGE_FAMILY_ACTIVESYNC, OST_EXCHANGE_FAMILY_ACTIVESYNC };

#define SINCE G_GINT64_CONSTANT (1709528767900000) /* 2024-03-04T05:06:07.9Z */
#define SINCE_TEXT(property)                                                                       \
  property " -gt '03/04/2024 05:06:06' -and " property " -gt '12/31/1990 00:00:00'"

static void
assert_asks (OstOperation *operation, const OstExchangeFamilies *families, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstExchangeQuery) query = ost_exchange_query_new (operation, families, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  ost_exchange_command_check (query->command, &error);
  g_assert_no_error (error);
  text = fixture_describe (query->command);
  g_assert_cmpstr (text, ==, expected);
}

static void
assert_refused (OstOperation *operation, OstErrorCode code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstExchangeQuery) query = ost_exchange_query_new (operation, &mobile, &error);

  g_assert_null (query);
  g_assert_error (error, OST_ERROR, (int)code);
}

static void
test_devices (void)
{
  g_autoptr (OstOperation) all = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) slice = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) rest = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) changed = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) one = ost_operation_new (OST_VERB_GET, OST_KIND_DEVICE, GUID_1);
  g_autoptr (OstOperation) statistics = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);

  assert_asks (all, &mobile, "Get-MobileDevice -ResultSize Unlimited");
  assert_asks (all, &activesync, "Get-ActiveSyncDevice -ResultSize Unlimited");
  ost_operation_set_text (slice, OST_SELECT_PREFIX, "AB");
  ost_operation_set_text (slice, OST_SELECT_STATE, "Quarantined");
  ost_operation_set_integer (slice, OST_SELECT_LIMIT, 5);
  assert_asks (slice, &mobile,
               "Get-MobileDevice -ResultSize 5 -Filter DeviceId -like 'AB*' -and "
               "DeviceAccessState -eq 'Quarantined'");
  ost_operation_set_list (rest, OST_SELECT_EXCEPT, (const char *const[]){ "A", "B", NULL });
  ost_operation_set_text (rest, OST_SELECT_MAILBOX, GUID_2);
  assert_asks (rest, &mobile,
               "Get-MobileDevice -Mailbox " GUID_2 " -ResultSize Unlimited -Filter DeviceId "
               "-notlike 'A*' -and DeviceId -notlike 'B*'");
  ost_operation_set_integer (changed, OST_SELECT_CHANGED_SINCE, SINCE);
  ost_operation_set_integer (changed, OST_SELECT_FIRST_SYNC_SINCE, SINCE);
  assert_asks (changed, &mobile,
               "Get-MobileDevice -ResultSize Unlimited -Filter " SINCE_TEXT (
                 "WhenChangedUTC") " -and " SINCE_TEXT ("FirstSyncTime"));
  assert_asks (one, &mobile, "Get-MobileDevice -Identity " GUID_1);
  ost_operation_set_text (one, OST_SELECT_VIEW, "statistics");
  assert_asks (one, &activesync, "Get-ActiveSyncDeviceStatistics -Identity " GUID_1);
  ost_operation_set_text (statistics, OST_SELECT_VIEW, "statistics");
  assert_refused (statistics, OST_ERROR_INVALID);
  ost_operation_set_text (statistics, OST_SELECT_MAILBOX, GUID_2);
  assert_asks (statistics, &mobile, "Get-MobileDeviceStatistics -Mailbox " GUID_2);
}

static void
test_others (void)
{
  g_autoptr (OstOperation) mailboxes = ost_operation_new (OST_VERB_LIST, OST_KIND_MAILBOX, NULL);
  g_autoptr (OstOperation) owner
    = ost_operation_new (OST_VERB_GET, OST_KIND_MAILBOX, "CN=O\\, Neil,OU=x,DC=contoso,DC=com");
  g_autoptr (OstOperation) rules = ost_operation_new (OST_VERB_LIST, OST_KIND_ACCESS_RULE, NULL);
  g_autoptr (OstOperation) policies
    = ost_operation_new (OST_VERB_LIST, OST_KIND_MAILBOX_POLICY, NULL);
  g_autoptr (OstOperation) settings
    = ost_operation_new (OST_VERB_LIST, OST_KIND_ORGANISATION_SETTINGS, NULL);
  g_autoptr (OstOperation) servers = ost_operation_new (OST_VERB_LIST, OST_KIND_SERVER, NULL);
  g_autoptr (OstOperation) classes = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE_CLASS, NULL);

  ost_operation_set_integer (mailboxes, OST_SELECT_CHANGED_SINCE, SINCE);
  assert_asks (mailboxes, &mobile,
               "Get-CASMailbox -ResultSize Unlimited -Filter HasActiveSyncDevicePartnership -eq "
               "$true -and DisplayName -notlike 'CAS_{*' -and " SINCE_TEXT ("WhenChangedUTC"));
  ost_operation_set_text (mailboxes, OST_SELECT_VIEW, "recipient");
  assert_asks (mailboxes, &mobile,
               "Get-Recipient -ResultSize Unlimited -Filter HasActiveSyncDevicePartnership -eq "
               "$true -and " SINCE_TEXT ("WhenChangedUTC"));
  assert_asks (owner, &mobile, "Get-CASMailbox -Identity CN=O\\, Neil,OU=x,DC=contoso,DC=com");
  ost_operation_set_text (owner, OST_SELECT_VIEW, "recipient");
  assert_asks (owner, &mobile, "Get-Recipient -Identity CN=O\\, Neil,OU=x,DC=contoso,DC=com");
  assert_asks (rules, &mobile, "Get-ActiveSyncDeviceAccessRule");
  assert_asks (policies, &mobile, "Get-MobileDeviceMailboxPolicy");
  assert_asks (policies, &activesync, "Get-ActiveSyncMailboxPolicy");
  assert_asks (settings, &mobile, "Get-ActiveSyncOrganizationSettings");
  assert_asks (servers, &mobile, "Get-ExchangeServer");
  assert_asks (classes, &mobile, "Get-ActiveSyncDeviceClass");
  g_assert_true (ost_exchange_query_needs_family (policies));
  g_assert_false (ost_exchange_query_needs_family (rules));
}

static void
test_refusals (void)
{
  static const char *const ambiguous[] = { "ann",
                                           "*",
                                           "contoso.com/Users/Ann",
                                           "ann@contoso.com",
                                           "CN=Ann",
                                           "CN=Ann,OU=\xff,DC=c",
                                           "0f8fad5b-d9cb-469f-a165-70867728950" };
  g_autoptr (OstOperation) wipe = ost_operation_new (OST_VERB_WIPE, OST_KIND_DEVICE, GUID_1);
  g_autoptr (OstOperation) groups = ost_operation_new (OST_VERB_LIST, OST_KIND_GROUP, NULL);
  g_autoptr (OstOperation) settings
    = ost_operation_new (OST_VERB_GET, OST_KIND_ORGANISATION_SETTINGS, GUID_1);
  g_autoptr (OstOperation) nobody = ost_operation_new (OST_VERB_GET, OST_KIND_MAILBOX, NULL);
  g_autoptr (OstOperation) rules = ost_operation_new (OST_VERB_LIST, OST_KIND_ACCESS_RULE, NULL);
  g_autoptr (OstOperation) limit = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) state = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);

  assert_refused (wipe, OST_ERROR_NOT_SUPPORTED);
  assert_refused (groups, OST_ERROR_NOT_SUPPORTED);
  assert_refused (settings, OST_ERROR_NOT_SUPPORTED);
  assert_refused (nobody, OST_ERROR_INVALID);
  for (gsize i = 0; i < G_N_ELEMENTS (ambiguous); i++)
    {
      g_autoptr (OstOperation) get
        = ost_operation_new (OST_VERB_GET, OST_KIND_MAILBOX, ambiguous[i]);

      assert_refused (get, OST_ERROR_INVALID);
    }
  /* A selection that would be passed over would make a listing look complete. */
  ost_operation_set_text (rules, OST_SELECT_PREFIX, "A");
  assert_refused (rules, OST_ERROR_INVALID);
  ost_operation_set_integer (limit, OST_SELECT_LIMIT, 0);
  assert_refused (limit, OST_ERROR_INVALID);
  ost_operation_set_text (state, OST_SELECT_STATE, "");
  assert_refused (state, OST_ERROR_INVALID);
}

/* ---- answers ---------------------------------------------------------------------------------- */

#define ROW_1 ROW ("<G N=\"Guid\">" GUID_1 "</G><S N=\"OriginatingServer\">DC01</S>")
#define ROW_2 ROW ("<G N=\"Guid\">" GUID_2 "</G>")

static gboolean
run (Fixture *fixture, OstOperation *operation, const FixtureAnswer *answer, guint64 *n_emitted,
     GError **error)
{
  g_autoptr (OstExchangeQuery) query = ost_exchange_query_new (operation, &mobile, NULL);
  FixtureLink link;
  gboolean is_whole;

  g_assert_nonnull (query);
  fixture_link_init (&link, answer, 1);
  is_whole = ost_exchange_query_run (query, &link.link, fixture->call, n_emitted, error);
  fixture_link_finish (&link);
  return is_whole;
}

typedef struct {
  const char *name;
  FixtureAnswer answer;
  int code; /* -1: complete */
  guint n_objects;
  const char *words; /* of the error */
  const char *warning;
} Listing;

static const char *const two_rows[] = { ROW_1, ROW_2, NULL };
static const char *const no_guid[] = { ROW_1, ROW ("<S N=\"DeviceId\">A</S>"), NULL };
static const char *const corrupted[]
  = { ROW_1, ROW ("<G N=\"Guid\">" GUID_2 "</G><B N=\"IsValid\">false</B>"), NULL };
static const char *const no_row[] = { ROW_1, "<S>text</S>", NULL };

#define NOT_FOUND                                                                                  \
  {                                                                                                \
    .message = "first", .id = "[] [FailureCategory=Cmdlet-ManagementObjectNotFoundException] 1"    \
  }

static void
test_listings (void)
{
  static const Listing listings[] = {
    { "complete", { .outputs = two_rows }, -1, 2, NULL, NULL },
    { "empty", { 0 }, -1, 0, NULL, NULL },
    { "warned",
      { .outputs = two_rows, .warning = "Beware." },
      -1,
      2,
      NULL,
      "Exchange warns: Beware." },
    { "corrupted", { .outputs = corrupted }, -1, 2, NULL, "1 of its objects to be corrupted" },
    { "truncated",
      { .outputs = two_rows, .warning = "increase the value for the ResultSize parameter." },
      OST_ERROR_INCOMPLETE,
      2,
      "cut Get-MobileDevice off after 2 objects",
      NULL },
    { "errors among the rows",
      { .outputs = two_rows, .failures = { NOT_FOUND, { .message = "second" } }, .n_failures = 2 },
      OST_ERROR_INCOMPLETE,
      2,
      "2 objects and 2 errors, the first: Get-MobileDevice: first",
      NULL },
    { "an error and nothing else",
      { .failures = { NOT_FOUND }, .n_failures = 1 },
      OST_ERROR_NOT_FOUND,
      0,
      "first",
      NULL },
    { "a database that is away",
      { .failures = { { .message = "offline",
                        .id = "[] [FailureCategory=Cmdlet-MapiExceptionMdbOffline] 1" } },
        .n_failures = 1 },
      OST_ERROR_INCOMPLETE,
      0,
      "0 objects and 1 error, the first: Get-MobileDevice: offline",
      NULL },
    { "ended in the middle",
      { .outputs = two_rows,
        .failures = { { .message = "gone" } },
        .n_failures = 1,
        .is_failed = TRUE },
      OST_ERROR_INCOMPLETE,
      2,
      "gone",
      NULL },
    { "ended without a word",
      { .outputs = two_rows, .is_failed = TRUE },
      OST_ERROR_INCOMPLETE,
      2,
      "without a reason",
      NULL },
    { "without a Guid",
      { .outputs = no_guid },
      OST_ERROR_INCOMPLETE,
      1,
      "1 objects without a Guid",
      "1 objects without a Guid" },
    { "no object", { .outputs = no_row }, OST_ERROR_PROTOCOL, 1, "kind ‘device’", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (listings); i++)
    {
      g_autoptr (OstOperation) all = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
      FixtureAnswer answer = listings[i].answer;
      g_autoptr (GError) error = NULL;
      guint64 n_emitted = 0;
      Fixture fixture;

      g_test_message ("%s", listings[i].name);
      fixture_init (&fixture);
      answer.command = "Get-MobileDevice -ResultSize Unlimited";
      g_assert_true (run (&fixture, all, &answer, &n_emitted, &error) == (listings[i].code < 0));
      if (listings[i].code < 0)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, OST_ERROR, listings[i].code);
          g_assert_nonnull (strstr (error->message, listings[i].words));
        }
      g_assert_cmpuint (n_emitted, ==, listings[i].n_objects);
      g_assert_cmpuint (fixture.objects->len, ==, listings[i].n_objects);
      if (listings[i].warning != NULL)
        g_assert_true (fixture_has (fixture.warnings, listings[i].warning));
      else
        g_assert_cmpuint (fixture.warnings->len, ==, 0);
      if (n_emitted > 0)
        g_assert_true (fixture_has (fixture.notes, "domain-controller=DC01"));
      fixture_clear (&fixture);
    }
}

static void
test_limit (void)
{
  static const FixtureAnswer devices
    = { .command = "Get-MobileDevice -ResultSize 2", .outputs = two_rows };
  static const FixtureAnswer rules
    = { .command = "Get-ActiveSyncDeviceAccessRule", .outputs = two_rows };
  g_autoptr (OstOperation) two = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstOperation) one = ost_operation_new (OST_VERB_LIST, OST_KIND_ACCESS_RULE, NULL);
  g_autoptr (GError) error = NULL;
  guint64 n_emitted = 0;
  Fixture fixture;

  fixture_init (&fixture);
  ost_operation_set_integer (two, OST_SELECT_LIMIT, 2);
  g_assert_false (run (&fixture, two, &devices, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpuint (n_emitted, ==, 2);
  g_clear_error (&error);
  /* where the cmdlet takes no limit it is stopped */
  ost_operation_set_integer (one, OST_SELECT_LIMIT, 1);
  g_assert_false (run (&fixture, one, &rules, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpuint (n_emitted, ==, 1);
  fixture_clear (&fixture);
}

static void
test_get (void)
{
  static const char *const one_row[] = { ROW_1, NULL };
  static const FixtureAnswer found
    = { .command = "Get-MobileDevice -Identity " GUID_1, .outputs = one_row };
  static const FixtureAnswer nothing = { .command = "Get-MobileDevice -Identity " GUID_1 };
  static const FixtureAnswer several
    = { .command = "Get-MobileDevice -Identity " GUID_1, .outputs = two_rows };
  g_autoptr (OstOperation) get = ost_operation_new (OST_VERB_GET, OST_KIND_DEVICE, GUID_1);
  g_autoptr (GError) error = NULL;
  guint64 n_emitted = 0;
  Fixture fixture;

  fixture_init (&fixture);
  g_assert_true (run (&fixture, get, &found, &n_emitted, &error));
  g_assert_no_error (error);
  g_assert_false (run (&fixture, get, &nothing, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_clear_error (&error);
  /* Exchange took the identity for something else than one object. */
  g_assert_false (run (&fixture, get, &several, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
  fixture_clear (&fixture);
}

static void
test_filter_by_time_is_refused (void)
{
  static const FixtureAnswer answer
    = { .command = "Get-MobileDevice -ResultSize Unlimited -Filter " SINCE_TEXT ("WhenChangedUTC"),
        .failures = { { .message = "not a recognized filterable property",
                        .id = "ParameterBindingFailed,Get-MobileDevice",
                        .reason = "ParameterBindingException" } },
        .n_failures = 1,
        .is_failed = TRUE };
  g_autoptr (OstOperation) changed = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (GError) error = NULL;
  guint64 n_emitted = 0;
  Fixture fixture;

  fixture_init (&fixture);
  ost_operation_set_integer (changed, OST_SELECT_CHANGED_SINCE, SINCE);
  g_assert_false (run (&fixture, changed, &answer, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED);
  fixture_clear (&fixture);
}

/* What the reader of the objects says, and what the wire says, comes through as it is. */
static void
test_interruptions (void)
{
  g_autoptr (GError) lost = g_error_new (OST_ERROR, OST_ERROR_INCOMPLETE, "lost");
  FixtureAnswer answer
    = { .command = "Get-MobileDevice -ResultSize Unlimited", .outputs = two_rows };
  g_autoptr (OstOperation) all = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (GError) error = NULL;
  guint64 n_emitted = 0;
  Fixture fixture;

  fixture_init (&fixture);
  fixture.stop_after = 1;
  g_assert_false (run (&fixture, all, &answer, &n_emitted, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (n_emitted, ==, 1);
  g_clear_error (&error);
  fixture.stop_after = 0;
  answer.link_error = lost;
  g_assert_false (run (&fixture, all, &answer, &n_emitted, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_INCOMPLETE);
  g_assert_cmpuint (n_emitted, ==, 2);
  fixture_clear (&fixture);
}

/* ---- grants ----------------------------------------------------------------------------------- */

static void
grant_all (OstExchangeGrants *grants, OstExchangeFamily family)
{
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  for (guint i = 0; i < n_cmdlets; i++)
    {
      if (cmdlets[i].family != OST_EXCHANGE_FAMILY_NONE && cmdlets[i].family != family)
        continue;
      ost_exchange_grants_add (grants, cmdlets[i].name, NULL);
      for (const OstExchangeParameter *row = cmdlets[i].parameters; row->name != NULL; row++)
        ost_exchange_grants_add (grants, cmdlets[i].name, row->name);
    }
}

static void
test_families (void)
{
  const guint read = OST_EXCHANGE_TIER_READ | OST_EXCHANGE_TIER_STATISTICS;
  g_autoptr (OstExchangeGrants) none = ost_exchange_grants_new ();
  g_autoptr (OstExchangeGrants) older = ost_exchange_grants_new ();
  g_autoptr (OstExchangeGrants) both = ost_exchange_grants_new ();
  g_autoptr (OstExchangeGrants) mixed = ost_exchange_grants_new ();

  g_assert_cmpint (ost_exchange_grants_choose (none, read).device, ==, OST_EXCHANGE_FAMILY_MOBILE);
  grant_all (older, OST_EXCHANGE_FAMILY_ACTIVESYNC);
  g_assert_cmpint (ost_exchange_grants_choose (older, read).device, ==,
                   OST_EXCHANGE_FAMILY_ACTIVESYNC);
  g_assert_cmpint (ost_exchange_grants_choose (older, read).policy, ==,
                   OST_EXCHANGE_FAMILY_ACTIVESYNC);
  grant_all (both, OST_EXCHANGE_FAMILY_ACTIVESYNC);
  grant_all (both, OST_EXCHANGE_FAMILY_MOBILE);
  g_assert_cmpint (ost_exchange_grants_choose (both, read).device, ==, OST_EXCHANGE_FAMILY_MOBILE);
  /* the newer names can list, but the older ones are complete */
  grant_all (mixed, OST_EXCHANGE_FAMILY_ACTIVESYNC);
  ost_exchange_grants_add (mixed, "Get-MobileDevice", NULL);
  g_assert_cmpint (ost_exchange_grants_choose (mixed, read).device, ==,
                   OST_EXCHANGE_FAMILY_ACTIVESYNC);
}

static void
assert_judged (OstExchangeGrants *grants, guint tiers, const char *name, gboolean is_ok,
               const char *text, const char *remedy_words)
{
  OstExchangeFamilies families = ost_exchange_grants_choose (grants, tiers);
  const OstExchangeCmdlet *cmdlet = ost_exchange_cmdlet_find (name);
  g_auto (OstExchangeJudgement) judgement = { 0 };
  g_autofree char *remedy = NULL;
  g_autofree char *detail = NULL;

  ost_exchange_grants_judge (grants, cmdlet, &families, tiers, &judgement);
  detail = ost_exchange_judgement_describe (&judgement, cmdlet, &remedy);
  g_assert_cmpstr (detail, ==, text);
  g_assert_true (ost_exchange_judgement_is_ok (&judgement) == is_ok);
  g_assert_true ((remedy != NULL) == (remedy_words != NULL));
  if (remedy_words != NULL)
    g_assert_nonnull (strstr (remedy, remedy_words));
}

static void
test_judgements (void)
{
  const guint read = OST_EXCHANGE_TIER_READ | OST_EXCHANGE_TIER_STATISTICS;
  g_autoptr (OstExchangeGrants) grants = ost_exchange_grants_new ();

  ost_exchange_grants_add (grants, "get-mobiledevice", NULL);
  ost_exchange_grants_add (grants, "Get-MobileDevice", "IDENTITY");
  ost_exchange_grants_add (grants, "Get-MobileDevice", "Mailbox");
  ost_exchange_grants_add (grants, "Get-MobileDevice", "ResultSize");
  ost_exchange_grants_add (grants, "Get-MobileDevice", "SomethingElse");
  ost_exchange_grants_add (grants, "Remove-Mailbox", NULL);
  assert_judged (grants, read, "Get-MobileDevice", FALSE, "granted without -Filter",
                 "with Get-MobileDevice -Filter, likely ‘Mail Recipients’");
  assert_judged (grants, read, "Get-CASMailbox", FALSE, "not granted", "Get-CASMailbox");
  assert_judged (grants, read, "Set-CASMailbox", TRUE, "not granted, not needed", NULL);
  assert_judged (grants, read | OST_EXCHANGE_TIER_ACCESS, "Set-CASMailbox", FALSE, "not granted",
                 "Mail Recipients");
  assert_judged (grants, read, "Get-ActiveSyncDevice", TRUE, "not granted; the other name is used",
                 NULL);
  assert_judged (grants, OST_EXCHANGE_TIER_READ, "Get-MobileDeviceStatistics", TRUE,
                 "not granted, not needed", NULL);
  /* device IDs are the business of another role than the rest of the cmdlet */
  ost_exchange_grants_add (grants, "Set-CASMailbox", NULL);
  for (const OstExchangeParameter *row = ost_exchange_cmdlet_find ("Set-CASMailbox")->parameters;
       row->name != NULL; row++)
    if (!g_str_has_suffix (row->name, "IDs"))
      ost_exchange_grants_add (grants, "Set-CASMailbox", row->name);
  assert_judged (grants, OST_EXCHANGE_TIER_ACCESS, "Set-CASMailbox", FALSE,
                 "granted without -ActiveSyncAllowedDeviceIDs, -ActiveSyncBlockedDeviceIDs",
                 "likely ‘Organization Client Access’");
}

#define COMMAND_INFO(name, parameters)                                                             \
  "<Obj RefId=\"0\"><Props><S N=\"Name\">" name                                                    \
  "</S><Obj N=\"Parameters\" RefId=\"1\"><DCT>" parameters "</DCT></Obj></Props></Obj>"
#define PARAMETER(name)                                                                            \
  "<En><S N=\"Key\">" name                                                                         \
  "</S><S N=\"Value\">System.Management.Automation.ParameterMetadata</S></En>"

static void
test_pre_flight (void)
{
  static const char *const commands[]
    = { COMMAND_INFO ("Get-MobileDevice", PARAMETER ("Filter") PARAMETER ("Verbose")),
        COMMAND_INFO ("Get-Command", ""),
        ROW ("<S N=\"Name\">Get-Recipient</S><S N=\"Parameters\">System.Collections</S>"), NULL };
  static const FixtureAnswer answers[]
    = { { .command = "Get-Command -Name [30]",
          .outputs = commands,
          .failures = { { .id = "CommandNotFoundException,Microsoft.PowerShell.Commands."
                                "GetCommandCommand",
                          .reason = "CommandNotFoundException" } },
          .n_failures = 1 },
        { .command = "Get-Command -Name [30]",
          .failures = { { .id = "NamedParameterNotFound,Get-Command",
                          .reason = "ParameterBindingException" } },
          .n_failures = 1,
          .is_failed = TRUE } };
  g_autoptr (OstExchangeGrants) grants = NULL;
  g_autoptr (GError) error = NULL;
  const OstExchangeCmdlet *cmdlet = ost_exchange_cmdlet_find ("Get-MobileDevice");
  const OstExchangeCmdlet *recipient = ost_exchange_cmdlet_find ("Get-Recipient");
  FixtureLink link;
  Fixture fixture;

  fixture_init (&fixture);
  fixture_link_init (&link, answers, G_N_ELEMENTS (answers));
  grants = ost_exchange_grants_read (&link.link, OST_EXCHANGE_ALL_TIERS, fixture.call, &error);
  g_assert_no_error (error);
  g_assert_true (ost_exchange_grants_has (grants, cmdlet, NULL));
  g_assert_true (ost_exchange_grants_has (grants, cmdlet,
                                          ost_exchange_cmdlet_find_parameter (cmdlet, "Filter")));
  g_assert_false (ost_exchange_grants_has (grants, cmdlet,
                                           ost_exchange_cmdlet_find_parameter (cmdlet, "Mailbox")));
  /* a server that does not tell the parameters of a cmdlet is believed to grant them */
  g_assert_true (ost_exchange_grants_has (
    grants, recipient, ost_exchange_cmdlet_find_parameter (recipient, "Filter")));
  g_assert_null (
    ost_exchange_grants_read (&link.link, OST_EXCHANGE_ALL_TIERS, fixture.call, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_DENIED);
  fixture_link_finish (&link);
  fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/query/devices", test_devices);
  g_test_add_func ("/exchange/query/others", test_others);
  g_test_add_func ("/exchange/query/refusals", test_refusals);
  g_test_add_func ("/exchange/run/listings", test_listings);
  g_test_add_func ("/exchange/run/limit", test_limit);
  g_test_add_func ("/exchange/run/get", test_get);
  g_test_add_func ("/exchange/run/time-filter", test_filter_by_time_is_refused);
  g_test_add_func ("/exchange/run/interruptions", test_interruptions);
  g_test_add_func ("/exchange/grants/families", test_families);
  g_test_add_func ("/exchange/grants/judgements", test_judgements);
  g_test_add_func ("/exchange/grants/pre-flight", test_pre_flight);
  return g_test_run ();
}
