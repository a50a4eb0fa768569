/* types-config.c: what is told of rules, policies, the organization, classes and servers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types.h"

#include <string.h>

#define SPACE "Microsoft.Exchange.Data.Directory."
#define CONFIGURATION_SPACE SPACE "SystemConfiguration."
#define DIRECTORY_BASES                                                                            \
  SPACE "ADObject", SPACE "ADRawEntry", "Microsoft.Exchange.Data.ConfigurableObject",              \
    "System.Object", NULL
#define CONFIGURATION_BASES CONFIGURATION_SPACE "ADConfigurationObject", DIRECTORY_BASES
#define CONSTANT(name_, kind_, text_)                                                              \
  {                                                                                                \
    name_, sim_get_constant, kind_, NULL, text_, 0                                                 \
  }
#define TEXT_FIELD(name_, type_, field_)                                                           \
  {                                                                                                \
    name_, sim_get_text_field, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (type_, field_)               \
  }

/* ---- rules ----------------------------------------------------------------------------------- */

static void
get_characteristic (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &sim_enum_characteristic,
                      (int)((const SimRule *)object)->characteristic);
}

static void
get_level (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &sim_enum_access_level, (int)((const SimRule *)object)->level);
}

static const SimProperty ACCESS_RULE[] = {
  TEXT_FIELD ("QueryString", SimRule, query),
  { "Characteristic", get_characteristic, SIM_ENUM, &sim_enum_characteristic, NULL, 0 },
  { "AccessLevel", get_level, SIM_ENUM, &sim_enum_access_level, NULL, 0 },
  { 0 },
};
static const char *const ACCESS_RULE_NAMES[]
  = { CONFIGURATION_SPACE "ActiveSyncDeviceAccessRule", CONFIGURATION_BASES };

const SimType sim_type_access_rule = { ACCESS_RULE_NAMES, ACCESS_RULE, sim_directory_properties };

/* ---- the organization ------------------------------------------------------------------------ */

static void
get_default_level (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &sim_enum_access_level,
                      (int)((const SimOrganization *)object)->default_level);
}

static void
get_recipients (gconstpointer object, const SimProperty *property, SimValue *value)
{
  GPtrArray *recipients = ((const SimOrganization *)object)->recipients;
  g_ptr_array_add (recipients, NULL);
  g_ptr_array_set_size (recipients, (int)recipients->len - 1);
  sim_value_set_list (value, (const char *const *)recipients->pdata);
}

static void
get_unsupported (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_boolean (value, ((const SimOrganization *)object)->allows_unsupported);
}

static const SimProperty ORGANIZATION[] = {
  { "DefaultAccessLevel", get_default_level, SIM_ENUM, &sim_enum_access_level, NULL, 0 },
  TEXT_FIELD ("UserMailInsert", SimOrganization, user_mail_insert),
  { "AllowAccessForUnSupportedPlatform", get_unsupported, SIM_BOOLEAN, NULL, NULL, 0 },
  { "AdminMailRecipients", get_recipients, SIM_LIST, NULL, NULL, 0 },
  TEXT_FIELD ("OtaNotificationMailInsert", SimOrganization, ota_mail_insert),
  CONSTANT ("DeviceFiltering", SIM_TEXT, NULL),
  CONSTANT ("IsIntuneManaged", SIM_BOOLEAN, NULL),
  { 0 },
};
static const char *const ORGANIZATION_NAMES[]
  = { CONFIGURATION_SPACE "ActiveSyncOrganizationSettings", CONFIGURATION_SPACE "ADContainer",
      CONFIGURATION_BASES };

const SimType sim_type_organization
  = { ORGANIZATION_NAMES, ORGANIZATION, sim_directory_properties };

/* ---- policies -------------------------------------------------------------------------------- */

static void
set_setting (SimValue *value, SimKind kind, const char *text)
{
  if (text == NULL)
    sim_value_set_null (value);
  else if (kind == SIM_BOOLEAN)
    sim_value_set_boolean (value, g_ascii_strcasecmp (text, "True") == 0);
  else if (kind == SIM_I32)
    sim_value_set_number (value, SIM_I32, g_ascii_strtoll (text, NULL, 10));
  else if (kind == SIM_TEXT)
    sim_value_set_text (value, text);
}

/* A list's items are kept as the lines of a text. */
static void
set_lines (SimValue *value, const char *text)
{
  GString *copy = sim_value_compose (value);
  gsize length = strlen (text);
  guint n_lines = length == 0 ? 0 : 1;
  for (const char *at = text; *at != '\0'; at++)
    n_lines += *at == '\n';
  gsize room = (n_lines + 1) * sizeof (char *);
  g_string_set_size (copy, room + length + 1);
  char **pointers = (char **)(gpointer)copy->str;
  char *at = copy->str + room;
  memcpy (at, text, length + 1);
  for (guint i = 0; i < n_lines; i++)
    {
      pointers[i] = at;
      at += strcspn (at, "\n");
      *at++ = '\0';
    }
  pointers[n_lines] = NULL;
  sim_value_set_list (value, (const char *const *)pointers);
}

/* @property->offset is the number of the setting. */
static void
get_setting (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const char *text = ((const SimPolicy *)object)->texts[property->offset];
  if (property->kind == SIM_LIST)
    set_lines (value, text == NULL ? "" : text);
  else
    set_setting (value, property->kind, text);
}

static void
get_is_default (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_boolean (value, ((const SimPolicy *)object)->is_default);
}

#define SETTING(number_, kind_, name_)                                                             \
  {                                                                                                \
    name_, get_setting, kind_, NULL, NULL, number_                                                 \
  }
/* The order is that of sim_policy_settings. */
#define COMMON_SETTINGS                                                                            \
  SETTING (10, SIM_BOOLEAN, "AllowNonProvisionableDevices"),                                       \
    SETTING (11, SIM_BOOLEAN, "AllowExternalDeviceManagement"),                                    \
    SETTING (12, SIM_BOOLEAN, "AttachmentsEnabled"), SETTING (13, SIM_TEXT, "AllowBluetooth"),     \
    SETTING (14, SIM_BOOLEAN, "AllowBrowser"), SETTING (15, SIM_BOOLEAN, "AllowCamera"),           \
    SETTING (16, SIM_BOOLEAN, "AllowStorageCard"), SETTING (17, SIM_BOOLEAN, "AllowWiFi"),         \
    SETTING (18, SIM_BOOLEAN, "IrmEnabled"), SETTING (19, SIM_BOOLEAN, "RequireDeviceEncryption"), \
    SETTING (20, SIM_BOOLEAN, "RequireManualSyncWhenRoaming"),                                     \
    SETTING (21, SIM_BOOLEAN, "RequireStorageCardEncryption"),                                     \
    SETTING (22, SIM_TEXT, "MaxEmailBodyTruncationSize"),                                          \
    SETTING (23, SIM_TEXT, "MaxAttachmentSize"),                                                   \
    SETTING (24, SIM_TEXT, "DevicePolicyRefreshInterval"),                                         \
    SETTING (25, SIM_LIST, "ApprovedApplicationList"),                                             \
    SETTING (26, SIM_LIST, "UnapprovedInROMApplicationList"),                                      \
  {                                                                                                \
    "IsDefault", get_is_default, SIM_BOOLEAN, NULL, NULL, 0                                        \
  }

static const SimProperty MOBILE_POLICY[] = {
  SETTING (0, SIM_BOOLEAN, "PasswordEnabled"),
  SETTING (1, SIM_BOOLEAN, "AlphanumericPasswordRequired"),
  SETTING (2, SIM_BOOLEAN, "PasswordRecoveryEnabled"),
  SETTING (3, SIM_I32, "MinPasswordLength"),
  SETTING (4, SIM_I32, "MinPasswordComplexCharacters"),
  SETTING (5, SIM_I32, "PasswordHistory"),
  SETTING (6, SIM_TEXT, "PasswordExpiration"),
  SETTING (7, SIM_TEXT, "MaxInactivityTimeLock"),
  SETTING (8, SIM_TEXT, "MaxPasswordFailedAttempts"),
  SETTING (9, SIM_BOOLEAN, "AllowSimplePassword"),
  COMMON_SETTINGS,
  { 0 },
};
static const SimProperty ACTIVE_SYNC_POLICY[] = {
  SETTING (0, SIM_BOOLEAN, "DevicePasswordEnabled"),
  SETTING (1, SIM_BOOLEAN, "AlphanumericDevicePasswordRequired"),
  SETTING (2, SIM_BOOLEAN, "PasswordRecoveryEnabled"),
  SETTING (3, SIM_I32, "MinDevicePasswordLength"),
  SETTING (4, SIM_I32, "MinDevicePasswordComplexCharacters"),
  SETTING (5, SIM_I32, "DevicePasswordHistory"),
  SETTING (6, SIM_TEXT, "DevicePasswordExpiration"),
  SETTING (7, SIM_TEXT, "MaxInactivityTimeDeviceLock"),
  SETTING (8, SIM_TEXT, "MaxDevicePasswordFailedAttempts"),
  SETTING (9, SIM_BOOLEAN, "AllowSimpleDevicePassword"),
  { "IsDefaultPolicy", get_is_default, SIM_BOOLEAN, NULL, NULL, 0 },
  COMMON_SETTINGS,
  { 0 },
};

#define POLICY_BASES                                                                               \
  CONFIGURATION_SPACE "MobileMailboxPolicy", CONFIGURATION_SPACE "MailboxPolicy",                  \
    CONFIGURATION_BASES

static const char *const MOBILE_POLICY_NAMES[] = { POLICY_BASES };
static const char *const ACTIVE_SYNC_POLICY_NAMES[]
  = { CONFIGURATION_SPACE "ActiveSyncMailboxPolicy", POLICY_BASES };

const SimType sim_type_mobile_policy
  = { MOBILE_POLICY_NAMES, MOBILE_POLICY, sim_directory_properties };
const SimType sim_type_active_sync_policy
  = { ACTIVE_SYNC_POLICY_NAMES, ACTIVE_SYNC_POLICY, sim_directory_properties };

/* ---- classes --------------------------------------------------------------------------------- */

static void
get_class_text (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDeviceClassObject *class = object;
  sim_value_set_text (value, G_STRUCT_MEMBER (const char *, class->model, property->offset));
}

static void
get_last_update (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_time (value, SIM_TIME, ((const SimEntry *)object)->changed_us);
}

static const SimProperty DEVICE_CLASS[] = {
  { "DeviceType", get_class_text, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (SimModel, type) },
  { "DeviceModel", get_class_text, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (SimModel, name) },
  { "LastUpdateTime", get_last_update, SIM_TIME, NULL, NULL, 0 },
  { 0 },
};
static const char *const DEVICE_CLASS_NAMES[]
  = { CONFIGURATION_SPACE "ActiveSyncDeviceClass", CONFIGURATION_BASES };

const SimType sim_type_device_class
  = { DEVICE_CLASS_NAMES, DEVICE_CLASS, sim_directory_properties };

/* ---- servers --------------------------------------------------------------------------------- */

static const SimProperty EXCHANGE_SERVER[] = {
  TEXT_FIELD ("Fqdn", SimServerObject, fqdn),
  CONSTANT ("Edition", SIM_TEXT, "Enterprise"),
  CONSTANT ("AdminDisplayVersion", SIM_TEXT, "Version 15.2 (Build 1544.9)"),
  CONSTANT ("ServerRole", SIM_TEXT, "Mailbox"),
  CONSTANT ("Site", SIM_TEXT, "contoso.com/Configuration/Sites/Default-First-Site-Name"),
  CONSTANT ("Domain", SIM_TEXT, "contoso.com"),
  CONSTANT ("IsClientAccessServer", SIM_BOOLEAN, "True"),
  CONSTANT ("IsMailboxServer", SIM_BOOLEAN, "True"),
  CONSTANT ("IsFrontendTransportServer", SIM_BOOLEAN, "True"),
  CONSTANT ("IsEdgeServer", SIM_BOOLEAN, NULL),
  CONSTANT ("IsE15OrLater", SIM_BOOLEAN, "True"),
  { 0 },
};
static const char *const EXCHANGE_SERVER_NAMES[]
  = { SPACE "Management.ExchangeServer", SPACE "Management.ADPresentationObject", DIRECTORY_BASES };

const SimType sim_type_exchange_server
  = { EXCHANGE_SERVER_NAMES, EXCHANGE_SERVER, sim_directory_properties };

static void
get_view_root (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimServerSettings *settings = object;
  const char *root = settings->view_root != NULL ? settings->view_root : "contoso.com";
  sim_value_set_text (value, settings->views_entire_forest ? NULL : root);
}

static void
get_forest (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_boolean (value, ((const SimServerSettings *)object)->views_entire_forest);
}

static const SimProperty SERVER_SETTINGS[] = {
  CONSTANT ("DefaultGlobalCatalog", SIM_TEXT, "DC01.contoso.com"),
  { "RecipientViewRoot", get_view_root, SIM_TEXT, NULL, NULL, 0 },
  { "ViewEntireForest", get_forest, SIM_BOOLEAN, NULL, NULL, 0 },
  CONSTANT ("Identity", SIM_TEXT, ""),
  { 0 },
};
static const char *const SERVER_SETTINGS_NAMES[]
  = { SPACE "Management.RunspaceServerSettingsPresentationObject",
      "Microsoft.Exchange.Data.ConfigurableObject", "System.Object", NULL };

const SimType sim_type_server_settings
  = { SERVER_SETTINGS_NAMES, SERVER_SETTINGS, sim_object_properties };
