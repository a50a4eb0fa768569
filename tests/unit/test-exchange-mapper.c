/* test-exchange-mapper.c: Exchange's objects in every form that servers are known to send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-fixture.h"

#include <string.h>

#include "plugins/shared/exchange/exchange-mapper.h"

#define DEVICE OST_EXCHANGE_VIEW_DEVICE
#define G1 "<G N=\"Guid\">" GUID_1 "</G>"

static void
assert_text (const OstObject *object, guint field, const char *expected)
{
  g_assert_cmpstr (ost_object_get_text (object, field), ==, expected);
}

/* 2024-03-01T08:00:00Z */
#define MARCH_FIRST (G_GINT64_CONSTANT (1709280000) * G_USEC_PER_SEC)

static void
assert_time (const OstObject *object, guint field, gint64 expected)
{
  gint64 value = 0;

  g_assert_true (ost_object_get_number (object, field, &value));
  g_assert_cmpint (value, ==, expected);
}

/* A device as the wire gives it without any option: enums and ids are texts. */
static void
test_iphone (void)
{
  g_autoptr (OstObject) device = fixture_map (
    DEVICE,
    ROW ("<S N=\"FriendlyName\">Alice's iPhone</S>"
         "<S N=\"DeviceId\">6T2PLMNB2D7M1CO60345SNMA88</S><Nil N=\"DeviceImei\" />"
         "<S N=\"DeviceMobileOperator\"></S><S N=\"DeviceOS\">iOS 17.4 21E219</S>"
         "<S N=\"DeviceOSLanguage\">en</S><S N=\"DeviceTelephoneNumber\">+49 *** 4711</S>"
         "<S N=\"DeviceType\">iPhone</S><S N=\"DeviceUserAgent\">Apple-iPhone12C1/2104.219</S>"
         "<S N=\"DeviceModel\">iPhone12C1</S><DT N=\"FirstSyncTime\">2024-03-01T08:00:00Z</DT>"
         "<S N=\"UserDisplayName\">contoso.com/Users/Alice</S>"
         "<S N=\"DeviceAccessState\">Allowed</S><S N=\"DeviceAccessStateReason\">Global</S>"
         "<Nil N=\"DeviceAccessControlRule\" /><S N=\"ClientVersion\">16.1</S>"
         "<S N=\"ClientType\">EAS</S><B N=\"IsManaged\">false</B>"
         "<S N=\"Name\">iPhone§6T2PLMNB2D7M1CO60345SNMA88</S>"
         "<S N=\"DistinguishedName\">CN=iPhone§6T2PLMNB2D7M1CO60345SNMA88,"
         "CN=ExchangeActiveSyncDevices,CN=Alice,CN=Users,DC=contoso,DC=com</S>"
         "<S N=\"Identity\">contoso.com/Users/Alice/ExchangeActiveSyncDevices/"
         "iPhone§6T2PLMNB2D7M1CO60345SNMA88</S>"
         "<G N=\"Guid\">0F8FAD5B-D9CB-469F-A165-70867728950E</G>"
         "<DT N=\"WhenChanged\">2024-04-02T10:00:00+02:00</DT>"
         "<DT N=\"WhenChangedUTC\">2024-03-01T08:00:01.25Z</DT>"
         "<DT N=\"WhenCreatedUTC\">2024-03-01T08:00:00Z</DT>"
         "<S N=\"OriginatingServer\">DC01.contoso.com</S><B N=\"IsValid\">true</B>"),
    NULL);

  assert_text (device, OST_DEVICE_GUID, GUID_1);
  assert_text (device, OST_DEVICE_ID, "6T2PLMNB2D7M1CO60345SNMA88");
  assert_text (device, OST_DEVICE_FRIENDLY_NAME, "Alice's iPhone");
  assert_text (device, OST_DEVICE_IMEI, NULL);
  assert_text (device, OST_DEVICE_MOBILE_OPERATOR, NULL);
  assert_text (device, OST_DEVICE_OS, "iOS 17.4 21E219");
  assert_text (device, OST_DEVICE_OS_LANGUAGE, "en");
  assert_text (device, OST_DEVICE_PHONE_NUMBER, "+49 *** 4711");
  assert_text (device, OST_DEVICE_TYPE, "iPhone");
  assert_text (device, OST_DEVICE_MODEL, "iPhone12C1");
  assert_text (device, OST_DEVICE_USER_AGENT, "Apple-iPhone12C1/2104.219");
  assert_text (device, OST_DEVICE_ACCESS_STATE, "Allowed");
  assert_text (device, OST_DEVICE_ACCESS_REASON, "Global");
  assert_text (device, OST_DEVICE_ACCESS_RULE, NULL);
  assert_text (device, OST_DEVICE_CLIENT_VERSION, "16.1");
  assert_text (device, OST_DEVICE_CLIENT_TYPE, "EAS");
  assert_text (device, OST_DEVICE_IDENTITY,
               "contoso.com/Users/Alice/ExchangeActiveSyncDevices/"
               "iPhone§6T2PLMNB2D7M1CO60345SNMA88");
  assert_text (device, OST_DEVICE_OWNER, "CN=Alice,CN=Users,DC=contoso,DC=com");
  assert_text (device, OST_DEVICE_ORIGINATING_SERVER, "DC01.contoso.com");
  assert_time (device, OST_DEVICE_FIRST_SYNC, MARCH_FIRST);
  assert_time (device, OST_DEVICE_CREATED, MARCH_FIRST);
  assert_time (device, OST_DEVICE_CHANGED, MARCH_FIRST + 1250000);
  g_assert_false (ost_object_is_set (device, OST_DEVICE_LAST_SUCCESS_SYNC));
}

#define ENUM(id, name, type, text, number)                                                         \
  "<Obj N=\"" name "\" RefId=\"5" id "\"><TN RefId=\"5" id "\"><T>" type "</T><T>System.Enum</T>"  \
  "<T>System.ValueType</T><T>System.Object</T></TN><ToString>" text "</ToString><I32>" number      \
  "</I32></Obj>"

/* The same through a richer serializer: enums and ids whole, blobs, references, relayed types. */
static void
test_rich_form (void)
{
  g_autofree char *blob = g_strnfill (20 * 1024, 'A');
  g_autofree char *xml = g_strconcat (
    "<Obj RefId=\"0\"><TN RefId=\"0\"><T>Deserialized.Microsoft.Exchange.Data.Directory."
    "SystemConfiguration.MobileDevice</T><T>System.Object</T></TN><ToString>x</ToString><Props>"
    "<S N=\"deviceid\">AB</S>" ENUM ("1", "DeviceAccessState", "Some.DeviceAccessState", "Blocked",
                                     "2")
      ENUM (
        "2", "DeviceAccessStateReason", "Some.Reason", "UserAgentsChanges",
        "6") "<Obj N=\"DeviceAccessControlRule\" RefId=\"4\"><ToString>SAMSUNGSMG960F (DeviceType)"
             "</ToString><Props><S N=\"Name\">SAMSUNGSMG960F (DeviceType)</S></Props></Obj>"
             "<Obj N=\"Identity\" RefId=\"19\"><TN "
             "RefId=\"3\"><T>Microsoft.Exchange.Data.Directory."
             "ADObjectId</T><T>System.Object</T></TN><ToString>contoso.com/Users/A/"
             "ExchangeActiveSyncDevices/Android§AB</ToString><Props><S "
             "N=\"DistinguishedName\">CN=x</S>"
             "<G N=\"ObjectGuid\">" GUID_2 "</G></Props><MS><BA N=\"SerializationData\">",
    blob,
    "</BA></MS></Obj><Ref N=\"Id\" RefId=\"19\" /><Nil N=\"Guid\" />"
    "<Obj N=\"FutureThing\" RefId=\"5\"><TNRef RefId=\"3\" /><ToString>?</ToString></Obj></Props>"
    "<MS><S N=\"PSComputerName\">ex1</S><G N=\"RunspaceId\">" GUID_1 "</G></MS></Obj>",
    NULL);
  g_autoptr (OstObject) device = fixture_map (DEVICE, xml, NULL);

  assert_text (device, OST_DEVICE_GUID, GUID_2);
  assert_text (device, OST_DEVICE_ID, "AB");
  assert_text (device, OST_DEVICE_ACCESS_STATE, "Blocked");
  assert_text (device, OST_DEVICE_ACCESS_REASON, "UserAgentsChanges");
  assert_text (device, OST_DEVICE_ACCESS_RULE, "SAMSUNGSMG960F (DeviceType)");
  assert_text (device, OST_DEVICE_IDENTITY,
               "contoso.com/Users/A/ExchangeActiveSyncDevices/Android§AB");
}

static void
test_unknown_enums_stay_as_they_are (void)
{
  g_autoptr (OstObject) device = fixture_map (
    DEVICE,
    ROW (G1 ENUM (
      "3", "DeviceAccessStateReason", "R", "FutureReason",
      "77") "<S N=\"DeviceAccessState\">DeviceDiscovery</S><S N=\"ClientType\">Hologram</S>"),
    NULL);

  assert_text (device, OST_DEVICE_ACCESS_REASON, "FutureReason");
  assert_text (device, OST_DEVICE_ACCESS_STATE, "DeviceDiscovery");
  assert_text (device, OST_DEVICE_CLIENT_TYPE, "Hologram");
}

static void
test_nothing_known (void)
{
  static const OstExchangeView views[] = { DEVICE, OST_EXCHANGE_VIEW_STATISTICS };
  guint n_fields;

  ost_kind_get_fields (OST_KIND_DEVICE, &n_fields);
  for (gsize v = 0; v < G_N_ELEMENTS (views); v++)
    {
      g_autoptr (GString) nulls = g_string_new ("<Obj RefId=\"0\"><Props>" G1);
      g_autoptr (OstObject) device = NULL;
      guint n_properties;
      const OstExchangeProperty *properties
        = ost_exchange_view_get_properties (views[v], &n_properties);

      for (guint i = 0; i < n_properties; i++)
        if (!g_str_equal (properties[i].name, "Guid"))
          g_string_append_printf (nulls, i % 2 == 0 ? "<Nil N=\"%s\" />" : "<S N=\"%s\"></S>",
                                  properties[i].name);
      g_string_append (nulls, "</Props></Obj>");
      device = fixture_map (views[v], nulls->str, NULL);
      for (guint field = 0; field < n_fields; field++)
        g_assert_true (ost_object_is_set (device, field) == (field == OST_DEVICE_GUID));
    }
}

static void
test_times (void)
{
  static const struct {
    const char *xml;
    gint64 expected; /* 0: unknown */
  } samples[] = {
    { "<DT N=\"FirstSyncTime\">2024-03-01T08:00:00Z</DT>", MARCH_FIRST },
    { "<DT N=\"FirstSyncTime\">2024-03-01T08:00:00</DT>", MARCH_FIRST },
    { "<DT N=\"FirstSyncTime\">2024-03-01T10:00:00+02:00</DT>", MARCH_FIRST },
    { "<DT N=\"FirstSyncTime\">2024-03-01T08:00:00.1234567Z</DT>", MARCH_FIRST + 123456 },
    { "<S N=\"FirstSyncTime\">2024-03-01T08:00:00Z</S>", MARCH_FIRST },
    { "<DT N=\"FirstSyncTime\">0001-01-01T00:00:00</DT>", 0 },
    { "<DT N=\"FirstSyncTime\">0001-01-01T00:00:00Z</DT>", 0 },
    { "<DT N=\"FirstSyncTime\">yesterday</DT>", 0 },
    { "<I32 N=\"FirstSyncTime\">5</I32>", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *xml = g_strdup_printf (ROW (G1 "%s"), samples[i].xml);
      g_autoptr (OstObject) device = fixture_map (DEVICE, xml, NULL);
      gint64 value = 0;

      g_test_message ("%s", samples[i].xml);
      g_assert_true (ost_object_get_number (device, OST_DEVICE_FIRST_SYNC, &value)
                     == (samples[i].expected != 0));
      g_assert_cmpint (value, ==, samples[i].expected);
    }
}

/* The older names and those of statistics, in either order and with either one empty. */
static void
test_aliases (void)
{
  static const char *const samples[] = {
    ROW (G1 "<S N=\"ClientVersion\">16.1</S><S N=\"DeviceActiveSyncVersion\">14.0</S>"),
    ROW (G1 "<S N=\"DeviceActiveSyncVersion\">14.0</S><S N=\"ClientVersion\">16.1</S>"),
    ROW (G1 "<S N=\"DeviceActiveSyncVersion\">16.1</S>"),
    ROW (G1 "<S N=\"DeviceActiveSyncVersion\">16.1</S><Nil N=\"ClientVersion\" />"),
    ROW (G1 "<S N=\"ClientVersion\"></S><S N=\"DeviceActiveSyncVersion\">16.1</S>"),
  };
  g_autoptr (OstObject) statistics = fixture_map (
    OST_EXCHANGE_VIEW_STATISTICS,
    ROW (G1 "<S N=\"DeviceID\">AB</S><S N=\"DeviceFriendlyName\">f</S>"
            "<S N=\"DevicePhoneNumber\">+1</S><S N=\"DeviceAccessState\">Unknown</S>"),
    NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (OstObject) device = fixture_map (DEVICE, samples[i], NULL);

      assert_text (device, OST_DEVICE_CLIENT_VERSION, "16.1");
    }
  assert_text (statistics, OST_DEVICE_ID, "AB");
  assert_text (statistics, OST_DEVICE_FRIENDLY_NAME, "f");
  assert_text (statistics, OST_DEVICE_PHONE_NUMBER, "+1");
  assert_text (statistics, OST_DEVICE_ACCESS_STATE, NULL);
}

static void
test_statistics (void)
{
  g_autoptr (OstObject) device = fixture_map (
    OST_EXCHANGE_VIEW_STATISTICS,
    ROW (G1 "<DT N=\"LastSyncAttemptTime\">2024-03-01T08:00:00</DT>"
            "<DT N=\"LastSuccessSync\">2024-03-01T08:00:00Z</DT><Nil N=\"LastPolicyUpdateTime\" />"
            "<DT N=\"DeviceWipeRequestTime\">2024-03-01T08:00:00Z</DT>"
            "<DT N=\"AccountOnlyDeviceWipeAckTime\">2024-03-01T08:00:00Z</DT>"
            "<U32 N=\"LastPingHeartbeat\">480</U32><S N=\"RecoveryPassword\">********</S>"
            "<S N=\"Status\">DeviceWipePending</S><I32 N=\"NumberOfFoldersSynced\">12</I32>"
            "<S N=\"DevicePolicyApplied\">Default</S>"
            "<S N=\"DevicePolicyApplicationStatus\">AppliedInFull</S>"
            "<Obj N=\"LastDeviceWipeRequestor\" RefId=\"1\"><LST><S>a@contoso.com</S>"
            "<S>b@contoso.com</S></LST></Obj>"),
    NULL);
  gint64 folders = 0;

  assert_time (device, OST_DEVICE_LAST_SYNC_ATTEMPT, MARCH_FIRST);
  assert_time (device, OST_DEVICE_LAST_SUCCESS_SYNC, MARCH_FIRST);
  assert_time (device, OST_DEVICE_WIPE_REQUESTED, MARCH_FIRST);
  assert_time (device, OST_DEVICE_ACCOUNT_WIPE_ACKNOWLEDGED, MARCH_FIRST);
  g_assert_false (ost_object_is_set (device, OST_DEVICE_LAST_POLICY_UPDATE));
  assert_text (device, OST_DEVICE_WIPE_STATUS, "DeviceWipePending");
  assert_text (device, OST_DEVICE_POLICY_APPLIED, "Default");
  assert_text (device, OST_DEVICE_POLICY_STATUS, "AppliedInFull");
  assert_text (device, OST_DEVICE_WIPE_REQUESTER, "a@contoso.com; b@contoso.com");
  g_assert_true (ost_object_get_number (device, OST_DEVICE_FOLDERS_SYNCED, &folders));
  g_assert_cmpint (folders, ==, 12);
}

static void
test_lists (void)
{
  g_autoptr (OstObject) mailbox = fixture_map (
    OST_EXCHANGE_VIEW_CAS_MAILBOX,
    ROW (G1
         "<Obj N=\"ActiveSyncAllowedDeviceIDs\" RefId=\"1\"><TN RefId=\"1\"><T>Microsoft.Exchange."
         "Data.MultiValuedProperty`1[[System.String]]</T><T>System.Object</T></TN><LST><S>A</S>"
         "<S>B'c</S></LST></Obj>"
         "<Obj N=\"ActiveSyncBlockedDeviceIDs\" RefId=\"2\"><TNRef RefId=\"1\" /><LST /></Obj>"
         "<Obj N=\"EmailAddresses\" RefId=\"3\"><TNRef RefId=\"1\" /><LST><Obj RefId=\"4\">"
         "<ToString>SMTP:a@contoso.com</ToString><Props><S N=\"Prefix\">SMTP</S></Props></Obj>"
         "<S>smtp:b@contoso.com</S></LST></Obj>"
         "<Obj N=\"PrimarySmtpAddress\" RefId=\"5\"><ToString>a@contoso.com</ToString><Props>"
         "<I32 N=\"Length\">13</I32></Props></Obj>"
         "<B N=\"ActiveSyncEnabled\">true</B><S N=\"HasActiveSyncDevicePartnership\">False</S>"
         "<S N=\"ActiveSyncMailboxPolicy\">Default</S>"
         "<B N=\"ActiveSyncMailboxPolicyIsDefaulted\">true</B>"),
    NULL);
  g_auto (GStrv) allowed = ost_object_get_list (mailbox, OST_MAILBOX_ALLOWED_DEVICE_IDS);
  g_auto (GStrv) blocked = ost_object_get_list (mailbox, OST_MAILBOX_BLOCKED_DEVICE_IDS);
  g_auto (GStrv) addresses = ost_object_get_list (mailbox, OST_MAILBOX_ADDRESSES);
  gint64 value = 7;

  g_assert_true (
    g_strv_equal ((const char *const *)allowed, (const char *const[]){ "A", "B'c", NULL }));
  g_assert_cmpuint (g_strv_length (blocked), ==, 0);
  g_assert_true (
    g_strv_equal ((const char *const *)addresses,
                  (const char *const[]){ "SMTP:a@contoso.com", "smtp:b@contoso.com", NULL }));
  assert_text (mailbox, OST_MAILBOX_PRIMARY_SMTP_ADDRESS, "a@contoso.com");
  g_assert_true (ost_object_get_number (mailbox, OST_MAILBOX_ACTIVESYNC_ENABLED, &value));
  g_assert_cmpint (value, ==, 1);
  g_assert_true (ost_object_get_number (mailbox, OST_MAILBOX_HAS_PARTNERSHIP, &value));
  g_assert_cmpint (value, ==, 0);
}

/* A list that is null is not known to be empty. */
static void
test_null_list (void)
{
  g_autoptr (OstObject) mailbox = fixture_map (
    OST_EXCHANGE_VIEW_CAS_MAILBOX,
    ROW (G1 "<Nil N=\"ActiveSyncAllowedDeviceIDs\" /><S N=\"ActiveSyncBlockedDeviceIDs\">X</S>"),
    NULL);
  g_auto (GStrv) blocked = ost_object_get_list (mailbox, OST_MAILBOX_BLOCKED_DEVICE_IDS);

  g_assert_false (ost_object_is_set (mailbox, OST_MAILBOX_ALLOWED_DEVICE_IDS));
  g_assert_cmpstr (blocked[0], ==, "X");
  g_assert_null (blocked[1]);
}

static void
test_owner (void)
{
  static const struct {
    const char *device;
    const char *owner;
  } samples[] = {
    { "CN=a§b,CN=ExchangeActiveSyncDevices,CN=Alice,CN=Users,DC=c", "CN=Alice,CN=Users,DC=c" },
    { "CN=a§b\\,c,CN=ExchangeActiveSyncDevices,CN=O'Neill\\, Zoë/Sales,OU=x\\\\,DC=c",
      "CN=O'Neill\\, Zoë/Sales,OU=x\\\\,DC=c" },
    { "CN=a\\2C,cn=exchangeactivesyncdevices,CN=😀,DC=c", "CN=😀,DC=c" },
    { "CN=ends with backslash\\\\,CN=ExchangeActiveSyncDevices,CN=B,DC=c", "CN=B,DC=c" },
    { "CN=a,CN=ExchangeActiveSyncDevices\\,,CN=B,DC=c", NULL },
    { "CN=a,CN=Something,CN=B,DC=c", NULL },
    { "CN=a,CN=ExchangeActiveSyncDevices", NULL },
    { "CN=a,CN=ExchangeActiveSyncDevices,", NULL },
    { "CN=a\\", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    g_assert_cmpstr (ost_exchange_owner_of (samples[i].device), ==, samples[i].owner);
}

/* Half a surrogate pair, a character that XML does not have, and markup. */
static void
test_awkward_texts (void)
{
  g_autofree char *agent = g_strnfill (60000, 'u');
  g_autofree char *xml
    = g_strdup_printf (ROW (G1 "<S N=\"FriendlyName\">lone _xD83D_ here</S>"
                               "<S N=\"DeviceModel\">U+FFFF &#xFFFF; here</S>"
                               "<S N=\"DeviceOS\">]]&gt; &amp; _x000D_ _x005F_x0041_</S>"
                               "<S N=\"DeviceType\">_xD83D__xDE00_</S>"
                               "<S N=\"DeviceUserAgent\">%s</S>"),
                       agent);
  g_autoptr (OstObject) device = fixture_map (DEVICE, xml, NULL);

  assert_text (device, OST_DEVICE_FRIENDLY_NAME, "lone \357\277\275 here");
  assert_text (device, OST_DEVICE_MODEL, "U+FFFF \357\277\277 here");
  assert_text (device, OST_DEVICE_OS, "]]> & \r _x0041_");
  assert_text (device, OST_DEVICE_TYPE, "😀");
  assert_text (device, OST_DEVICE_USER_AGENT, agent);
}

static void
test_corrupted_row_is_kept (void)
{
  gboolean is_valid = TRUE;
  g_autoptr (OstObject) device = fixture_map (
    DEVICE, ROW (G1 "<S N=\"DeviceId\">AB</S><B N=\"IsValid\">false</B>"), &is_valid);

  assert_text (device, OST_DEVICE_ID, "AB");
  g_assert_false (is_valid);
}

/* An extended property hides an adapted one of the same name, whatever its value. */
static void
test_first_member_counts (void)
{
  g_autoptr (OstObject) device
    = fixture_map (DEVICE,
                   "<Obj RefId=\"0\"><Props>" G1 "<S N=\"DeviceId\">adapted</S></Props><MS>"
                   "<S N=\"DEVICEID\">extended</S></MS></Obj>",
                   NULL);

  assert_text (device, OST_DEVICE_ID, "extended");
}

static void
test_no_guid (void)
{
  static const char *const samples[] = {
    ROW ("<S N=\"DeviceId\">AB</S>"),
    ROW ("<G N=\"Guid\">00000000-0000-0000-0000-000000000000</G>"),
    ROW ("<S N=\"Guid\">not a guid</S>"),
  };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (OstObject) device = fixture_map (DEVICE, samples[i], NULL);

      g_assert_false (ost_object_is_set (device, OST_DEVICE_GUID));
    }
}

static void
test_not_an_object (void)
{
  static const char *const samples[]
    = { "<S>secret text</S>", "<Nil />", "<Obj RefId=\"0\"><LST /></Obj>" };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (fixture_try_map (DEVICE, samples[i], NULL, &error));
      g_assert_error (error, OST_ERROR, OST_ERROR_PROTOCOL);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_configuration (void)
{
  g_autoptr (OstObject) rule
    = fixture_map (OST_EXCHANGE_VIEW_ACCESS_RULE,
                   ROW (G1 "<S N=\"QueryString\">NokiaE521/2.00()</S>"
                           "<S N=\"Characteristic\">UserAgent</S>" ENUM (
                             "4", "AccessLevel", "DeviceAccessLevel", "Quarantine",
                             "2") "<S N=\"Name\">NokiaE521/2.00() (UserAgent)</S>"),
                   NULL);
  g_autoptr (OstObject) policy
    = fixture_map (OST_EXCHANGE_VIEW_MAILBOX_POLICY,
                   ROW (G1 "<S N=\"Name\">Default</S><B N=\"IsDefaultPolicy\">true</B>"
                           "<B N=\"DevicePasswordEnabled\">false</B>"
                           "<B N=\"AllowNonProvisionableDevices\">true</B>"),
                   NULL);
  g_autoptr (OstObject) organisation
    = fixture_map (OST_EXCHANGE_VIEW_ORGANISATION,
                   ROW (G1 "<S N=\"DefaultAccessLevel\">Allow</S>"
                           "<S N=\"UserMailInsert\">Ihr Gerät</S><S "
                           "N=\"OtaNotificationMailInsert\"></S><Obj N=\"AdminMailRecipients\" "
                           "RefId=\"1\"><LST><S>a@contoso.com</S></LST></Obj>"),
                   NULL);
  g_autoptr (OstObject) device_class
    = fixture_map (OST_EXCHANGE_VIEW_DEVICE_CLASS,
                   ROW (G1 "<S N=\"DeviceType\">iPhone</S><S N=\"DeviceModel\">iPhone12C1</S>"
                           "<DT N=\"LastUpdateTime\">2024-03-01T08:00:00Z</DT>"),
                   NULL);
  gint64 value = 0;

  assert_text (rule, OST_ACCESS_RULE_QUERY_STRING, "NokiaE521/2.00()");
  assert_text (rule, OST_ACCESS_RULE_LEVEL, "Quarantine");
  g_assert_true (ost_object_get_number (policy, OST_MAILBOX_POLICY_IS_DEFAULT, &value) && value);
  g_assert_true (ost_object_get_number (policy, OST_MAILBOX_POLICY_PASSWORD_ENABLED, &value)
                 && !value);
  assert_text (organisation, OST_ORGANISATION_DEFAULT_LEVEL, "Allow");
  assert_text (organisation, OST_ORGANISATION_OTA_INSERT, NULL);
  assert_text (device_class, OST_DEVICE_CLASS_MODEL, "iPhone12C1");
  assert_time (device_class, OST_DEVICE_CLASS_LAST_UPDATE, MARCH_FIRST);
}

/* As a real 2019 server's object was exported: version, enum and id whole. */
static void
test_server (void)
{
  g_autoptr (OstObject) server = fixture_map (
    OST_EXCHANGE_VIEW_SERVER,
    ROW (
      G1
      "<S N=\"Name\">SOLO-E19A</S><S N=\"Fqdn\">Solo-E19A.Solo.local</S>"
      "<Obj N=\"AdminDisplayVersion\" RefId=\"1\"><ToString>Version 15.2 (Build 986.5)"
      "</ToString><Props><I32 N=\"Major\">15</I32></Props></Obj>" ENUM (
        "5", "Edition", "ServerEditionType", "StandardEvaluation", "2")
        ENUM ("6", "ServerRole", "ServerRole", "Mailbox, ClientAccess",
              "6") "<Obj N=\"Site\" RefId=\"2\"><ToString>Solo.local/Sites/Default-First-Site-Name"
                   "</ToString></Obj><B N=\"IsClientAccessServer\">true</B>"
                   "<S N=\"ExchangeVersion\">0.1 (8.0.535.0)</S>"),
    NULL);

  assert_text (server, OST_SERVER_NAME, "SOLO-E19A");
  assert_text (server, OST_SERVER_VERSION, "Version 15.2 (Build 986.5)");
  assert_text (server, OST_SERVER_EDITION, "StandardEvaluation");
  assert_text (server, OST_SERVER_ROLE, "Mailbox, ClientAccess");
  assert_text (server, OST_SERVER_SITE, "Solo.local/Sites/Default-First-Site-Name");
}

/* Every row of every view can be found by its name in any case, and nothing else can. */
static void
test_index (void)
{
  for (OstExchangeView view = 0; view < OST_EXCHANGE_N_OBJECT_VIEWS; view++)
    {
      OstExchangeIndex index;
      guint n_properties;
      const OstExchangeProperty *properties
        = ost_exchange_view_get_properties (view, &n_properties);
      guint n_fields;
      const OstField *fields = ost_kind_get_fields (ost_exchange_view_get_kind (view), &n_fields);

      ost_exchange_index_init (&index, view);
      for (guint i = 0; i < n_properties; i++)
        {
          g_autofree char *upper = g_ascii_strup (properties[i].name, -1);
          g_autofree char *longer = g_strconcat (properties[i].name, "x", NULL);

          g_assert_cmpint (ost_exchange_index_find (&index, properties[i].name), ==, (int)i);
          g_assert_cmpint (ost_exchange_index_find (&index, upper), ==, (int)i);
          g_assert_cmpint (ost_exchange_index_find (&index, longer), ==, -1);
          g_assert_cmpuint (properties[i].field, <, n_fields);
          g_assert_true (properties[i].shape != OST_EXCHANGE_SHAPE_TIME
                         || fields[properties[i].field].type == OST_FIELD_TIME);
        }
      g_assert_cmpint (ost_exchange_index_find (&index, ""), ==, -1);
      g_assert_cmpint (ost_exchange_index_find (&index, "WhenChanged"), ==, -1);
      g_assert_cmpint (ost_exchange_index_find (&index, "SerializationData"), ==, -1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/exchange/mapper/iphone", test_iphone);
  g_test_add_func ("/exchange/mapper/rich-form", test_rich_form);
  g_test_add_func ("/exchange/mapper/unknown-enums", test_unknown_enums_stay_as_they_are);
  g_test_add_func ("/exchange/mapper/nothing-known", test_nothing_known);
  g_test_add_func ("/exchange/mapper/times", test_times);
  g_test_add_func ("/exchange/mapper/aliases", test_aliases);
  g_test_add_func ("/exchange/mapper/statistics", test_statistics);
  g_test_add_func ("/exchange/mapper/lists", test_lists);
  g_test_add_func ("/exchange/mapper/null-list", test_null_list);
  g_test_add_func ("/exchange/mapper/owner", test_owner);
  g_test_add_func ("/exchange/mapper/awkward-texts", test_awkward_texts);
  g_test_add_func ("/exchange/mapper/corrupted", test_corrupted_row_is_kept);
  g_test_add_func ("/exchange/mapper/first-member", test_first_member_counts);
  g_test_add_func ("/exchange/mapper/no-guid", test_no_guid);
  g_test_add_func ("/exchange/mapper/not-an-object", test_not_an_object);
  g_test_add_func ("/exchange/mapper/configuration", test_configuration);
  g_test_add_func ("/exchange/mapper/server", test_server);
  g_test_add_func ("/exchange/mapper/index", test_index);
  return g_test_run ();
}
