/* exchange-fields.c: which property of Exchange's objects is which field of ours */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-fields.h"

#include <string.h>

#define TEXT OST_EXCHANGE_SHAPE_TEXT
#define GUID OST_EXCHANGE_SHAPE_GUID
#define TIME OST_EXCHANGE_SHAPE_TIME
#define BOOLEAN OST_EXCHANGE_SHAPE_BOOLEAN
#define INTEGER OST_EXCHANGE_SHAPE_INTEGER
#define LIST OST_EXCHANGE_SHAPE_LIST
#define JOINED OST_EXCHANGE_SHAPE_JOINED
#define VALID OST_EXCHANGE_SHAPE_VALID
#define ID OST_EXCHANGE_SHAPE_ID

/* Only the UTC properties: WhenChanged and WhenCreated are in the server's time zone. */
/* clang-format off */
static const OstExchangeProperty device_properties[] = {
  { "Guid", OST_DEVICE_GUID, GUID },
  { "DeviceId", OST_DEVICE_ID, TEXT },
  { "Identity", OST_DEVICE_IDENTITY, TEXT },
  { "Id", OST_DEVICE_GUID, ID },
  { "DistinguishedName", OST_DEVICE_DISTINGUISHED_NAME, TEXT },
  { "FriendlyName", OST_DEVICE_FRIENDLY_NAME, TEXT },
  { "DeviceFriendlyName", OST_DEVICE_FRIENDLY_NAME, TEXT, TRUE },
  { "DeviceModel", OST_DEVICE_MODEL, TEXT },
  { "DeviceType", OST_DEVICE_TYPE, TEXT },
  { "DeviceOS", OST_DEVICE_OS, TEXT },
  { "DeviceOSLanguage", OST_DEVICE_OS_LANGUAGE, TEXT },
  { "DeviceTelephoneNumber", OST_DEVICE_PHONE_NUMBER, TEXT },
  { "DevicePhoneNumber", OST_DEVICE_PHONE_NUMBER, TEXT, TRUE },
  { "DeviceImei", OST_DEVICE_IMEI, TEXT },
  { "DeviceMobileOperator", OST_DEVICE_MOBILE_OPERATOR, TEXT },
  { "DeviceUserAgent", OST_DEVICE_USER_AGENT, TEXT },
  { "ClientType", OST_DEVICE_CLIENT_TYPE, TEXT },
  { "ClientVersion", OST_DEVICE_CLIENT_VERSION, TEXT },
  { "DeviceActiveSyncVersion", OST_DEVICE_CLIENT_VERSION, TEXT, TRUE },
  { "DeviceAccessState", OST_DEVICE_ACCESS_STATE, TEXT },
  { "DeviceAccessStateReason", OST_DEVICE_ACCESS_REASON, TEXT },
  { "DeviceAccessControlRule", OST_DEVICE_ACCESS_RULE, TEXT },
  { "FirstSyncTime", OST_DEVICE_FIRST_SYNC, TIME },
  { "WhenCreatedUTC", OST_DEVICE_CREATED, TIME },
  { "WhenChangedUTC", OST_DEVICE_CHANGED, TIME },
  { "OriginatingServer", OST_DEVICE_ORIGINATING_SERVER, TEXT },
  { "IsValid", 0, VALID },
};

/* The mailbox's copies of state, reason and rule may differ from the directory's, which are the
 * ones that count, and are left out. */
static const OstExchangeProperty statistics_properties[] = {
  { "Guid", OST_DEVICE_GUID, GUID },
  { "DeviceId", OST_DEVICE_ID, TEXT },
  { "Identity", OST_DEVICE_IDENTITY, TEXT },
  { "DeviceFriendlyName", OST_DEVICE_FRIENDLY_NAME, TEXT },
  { "FriendlyName", OST_DEVICE_FRIENDLY_NAME, TEXT, TRUE },
  { "DeviceModel", OST_DEVICE_MODEL, TEXT },
  { "DeviceType", OST_DEVICE_TYPE, TEXT },
  { "DeviceOS", OST_DEVICE_OS, TEXT },
  { "DeviceOSLanguage", OST_DEVICE_OS_LANGUAGE, TEXT },
  { "DevicePhoneNumber", OST_DEVICE_PHONE_NUMBER, TEXT },
  { "DeviceTelephoneNumber", OST_DEVICE_PHONE_NUMBER, TEXT, TRUE },
  { "DeviceImei", OST_DEVICE_IMEI, TEXT },
  { "DeviceMobileOperator", OST_DEVICE_MOBILE_OPERATOR, TEXT },
  { "DeviceUserAgent", OST_DEVICE_USER_AGENT, TEXT },
  { "ClientType", OST_DEVICE_CLIENT_TYPE, TEXT },
  { "ClientVersion", OST_DEVICE_CLIENT_VERSION, TEXT },
  { "DeviceActiveSyncVersion", OST_DEVICE_CLIENT_VERSION, TEXT, TRUE },
  { "FirstSyncTime", OST_DEVICE_FIRST_SYNC, TIME },
  { "LastSyncAttemptTime", OST_DEVICE_LAST_SYNC_ATTEMPT, TIME },
  { "LastSuccessSync", OST_DEVICE_LAST_SUCCESS_SYNC, TIME },
  { "LastPolicyUpdateTime", OST_DEVICE_LAST_POLICY_UPDATE, TIME },
  { "DevicePolicyApplied", OST_DEVICE_POLICY_APPLIED, TEXT },
  { "DevicePolicyApplicationStatus", OST_DEVICE_POLICY_STATUS, TEXT },
  { "NumberOfFoldersSynced", OST_DEVICE_FOLDERS_SYNCED, INTEGER },
  { "Status", OST_DEVICE_WIPE_STATUS, TEXT },
  { "DeviceWipeRequestTime", OST_DEVICE_WIPE_REQUESTED, TIME },
  { "DeviceWipeSentTime", OST_DEVICE_WIPE_SENT, TIME },
  { "DeviceWipeAckTime", OST_DEVICE_WIPE_ACKNOWLEDGED, TIME },
  { "AccountOnlyDeviceWipeRequestTime", OST_DEVICE_ACCOUNT_WIPE_REQUESTED, TIME },
  { "AccountOnlyDeviceWipeSentTime", OST_DEVICE_ACCOUNT_WIPE_SENT, TIME },
  { "AccountOnlyDeviceWipeAckTime", OST_DEVICE_ACCOUNT_WIPE_ACKNOWLEDGED, TIME },
  { "LastDeviceWipeRequestor", OST_DEVICE_WIPE_REQUESTER, JOINED },
  { "LastAccountOnlyDeviceWipeRequestor", OST_DEVICE_WIPE_REQUESTER, JOINED, TRUE },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty cas_mailbox_properties[] = {
  { "Guid", OST_MAILBOX_GUID, GUID },
  { "Id", OST_MAILBOX_GUID, ID },
  { "DistinguishedName", OST_MAILBOX_DISTINGUISHED_NAME, TEXT },
  { "Identity", OST_MAILBOX_IDENTITY, TEXT },
  { "Name", OST_MAILBOX_NAME, TEXT },
  { "DisplayName", OST_MAILBOX_DISPLAY_NAME, TEXT },
  { "PrimarySmtpAddress", OST_MAILBOX_PRIMARY_SMTP_ADDRESS, TEXT },
  { "EmailAddresses", OST_MAILBOX_ADDRESSES, LIST },
  { "SamAccountName", OST_MAILBOX_SAM_ACCOUNT_NAME, TEXT },
  { "LinkedMasterAccount", OST_MAILBOX_LINKED_ACCOUNT, TEXT },
  { "ActiveSyncEnabled", OST_MAILBOX_ACTIVESYNC_ENABLED, BOOLEAN },
  { "HasActiveSyncDevicePartnership", OST_MAILBOX_HAS_PARTNERSHIP, BOOLEAN },
  { "ActiveSyncMailboxPolicy", OST_MAILBOX_POLICY, TEXT },
  { "ActiveSyncMailboxPolicyIsDefaulted", OST_MAILBOX_POLICY_IS_DEFAULTED, BOOLEAN },
  { "ActiveSyncAllowedDeviceIDs", OST_MAILBOX_ALLOWED_DEVICE_IDS, LIST },
  { "ActiveSyncBlockedDeviceIDs", OST_MAILBOX_BLOCKED_DEVICE_IDS, LIST },
  { "WhenChangedUTC", OST_MAILBOX_CHANGED, TIME },
  { "ServerName", OST_MAILBOX_SERVER, TEXT },
  { "ExchangeGuid", OST_MAILBOX_EXCHANGE_GUID, GUID },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty recipient_properties[] = {
  { "Guid", OST_MAILBOX_GUID, GUID },
  { "Id", OST_MAILBOX_GUID, ID },
  { "DistinguishedName", OST_MAILBOX_DISTINGUISHED_NAME, TEXT },
  { "Identity", OST_MAILBOX_IDENTITY, TEXT },
  { "Name", OST_MAILBOX_NAME, TEXT },
  { "DisplayName", OST_MAILBOX_DISPLAY_NAME, TEXT },
  { "PrimarySmtpAddress", OST_MAILBOX_PRIMARY_SMTP_ADDRESS, TEXT },
  { "EmailAddresses", OST_MAILBOX_ADDRESSES, LIST },
  { "SamAccountName", OST_MAILBOX_SAM_ACCOUNT_NAME, TEXT },
  { "HasActiveSyncDevicePartnership", OST_MAILBOX_HAS_PARTNERSHIP, BOOLEAN },
  { "WhenChangedUTC", OST_MAILBOX_CHANGED, TIME },
  { "ServerName", OST_MAILBOX_SERVER, TEXT },
  { "ExchangeGuid", OST_MAILBOX_EXCHANGE_GUID, GUID },
  { "Alias", OST_MAILBOX_ALIAS, TEXT },
  { "RecipientTypeDetails", OST_MAILBOX_RECIPIENT_TYPE, TEXT },
  { "RecipientType", OST_MAILBOX_RECIPIENT_TYPE, TEXT, TRUE },
  { "OrganizationalUnit", OST_MAILBOX_ORGANISATIONAL_UNIT, TEXT },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty access_rule_properties[] = {
  { "Guid", OST_ACCESS_RULE_GUID, GUID },
  { "Id", OST_ACCESS_RULE_GUID, ID },
  { "Name", OST_ACCESS_RULE_NAME, TEXT },
  { "QueryString", OST_ACCESS_RULE_QUERY_STRING, TEXT },
  { "Characteristic", OST_ACCESS_RULE_CHARACTERISTIC, TEXT },
  { "AccessLevel", OST_ACCESS_RULE_LEVEL, TEXT },
  { "WhenChangedUTC", OST_ACCESS_RULE_CHANGED, TIME },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty mailbox_policy_properties[] = {
  { "Guid", OST_MAILBOX_POLICY_GUID, GUID },
  { "Id", OST_MAILBOX_POLICY_GUID, ID },
  { "Name", OST_MAILBOX_POLICY_NAME, TEXT },
  { "Identity", OST_MAILBOX_POLICY_IDENTITY, TEXT },
  { "IsDefault", OST_MAILBOX_POLICY_IS_DEFAULT, BOOLEAN },
  { "IsDefaultPolicy", OST_MAILBOX_POLICY_IS_DEFAULT, BOOLEAN, TRUE },
  { "AllowNonProvisionableDevices", OST_MAILBOX_POLICY_ALLOW_NON_PROVISIONABLE, BOOLEAN },
  { "PasswordEnabled", OST_MAILBOX_POLICY_PASSWORD_ENABLED, BOOLEAN },
  { "DevicePasswordEnabled", OST_MAILBOX_POLICY_PASSWORD_ENABLED, BOOLEAN, TRUE },
  { "AllowExternalDeviceManagement", OST_MAILBOX_POLICY_ALLOW_EXTERNAL_MANAGEMENT, BOOLEAN },
  { "WhenChangedUTC", OST_MAILBOX_POLICY_CHANGED, TIME },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty organisation_properties[] = {
  { "Guid", OST_ORGANISATION_GUID, GUID },
  { "Id", OST_ORGANISATION_GUID, ID },
  { "Name", OST_ORGANISATION_NAME, TEXT },
  { "DefaultAccessLevel", OST_ORGANISATION_DEFAULT_LEVEL, TEXT },
  { "UserMailInsert", OST_ORGANISATION_USER_MAIL_INSERT, TEXT },
  { "OtaNotificationMailInsert", OST_ORGANISATION_OTA_INSERT, TEXT },
  { "AdminMailRecipients", OST_ORGANISATION_ADMIN_RECIPIENTS, LIST },
  { "WhenChangedUTC", OST_ORGANISATION_CHANGED, TIME },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty device_class_properties[] = {
  { "Guid", OST_DEVICE_CLASS_GUID, GUID },
  { "Id", OST_DEVICE_CLASS_GUID, ID },
  { "DeviceType", OST_DEVICE_CLASS_TYPE, TEXT },
  { "DeviceModel", OST_DEVICE_CLASS_MODEL, TEXT },
  { "LastUpdateTime", OST_DEVICE_CLASS_LAST_UPDATE, TIME },
  { "IsValid", 0, VALID },
};

static const OstExchangeProperty server_properties[] = {
  { "Guid", OST_SERVER_GUID, GUID },
  { "Id", OST_SERVER_GUID, ID },
  { "Name", OST_SERVER_NAME, TEXT },
  { "Fqdn", OST_SERVER_FQDN, TEXT },
  { "AdminDisplayVersion", OST_SERVER_VERSION, TEXT },
  { "Edition", OST_SERVER_EDITION, TEXT },
  { "ServerRole", OST_SERVER_ROLE, TEXT },
  { "Site", OST_SERVER_SITE, TEXT },
  { "IsClientAccessServer", OST_SERVER_IS_CLIENT_ACCESS, BOOLEAN },
  { "IsValid", 0, VALID },
};

#define VIEW(kind, rows) { kind, rows, G_N_ELEMENTS (rows) }
static const struct {
  OstKind kind;
  const OstExchangeProperty *properties;
  guint n_properties;
} views[OST_EXCHANGE_N_OBJECT_VIEWS] = {
  [OST_EXCHANGE_VIEW_DEVICE] = VIEW (OST_KIND_DEVICE, device_properties),
  [OST_EXCHANGE_VIEW_STATISTICS] = VIEW (OST_KIND_DEVICE, statistics_properties),
  [OST_EXCHANGE_VIEW_CAS_MAILBOX] = VIEW (OST_KIND_MAILBOX, cas_mailbox_properties),
  [OST_EXCHANGE_VIEW_RECIPIENT] = VIEW (OST_KIND_MAILBOX, recipient_properties),
  [OST_EXCHANGE_VIEW_ACCESS_RULE] = VIEW (OST_KIND_ACCESS_RULE, access_rule_properties),
  [OST_EXCHANGE_VIEW_MAILBOX_POLICY] = VIEW (OST_KIND_MAILBOX_POLICY, mailbox_policy_properties),
  [OST_EXCHANGE_VIEW_ORGANISATION] = VIEW (OST_KIND_ORGANISATION_SETTINGS, organisation_properties),
  [OST_EXCHANGE_VIEW_DEVICE_CLASS] = VIEW (OST_KIND_DEVICE_CLASS, device_class_properties),
  [OST_EXCHANGE_VIEW_SERVER] = VIEW (OST_KIND_SERVER, server_properties),
};
/* clang-format on */

G_STATIC_ASSERT (G_N_ELEMENTS (device_properties) < OST_EXCHANGE_MAX_PROPERTIES);
G_STATIC_ASSERT (G_N_ELEMENTS (statistics_properties) < OST_EXCHANGE_MAX_PROPERTIES);

const OstExchangeProperty *
ost_exchange_view_get_properties (OstExchangeView view, guint *n_properties)
{
  g_return_val_if_fail ((guint)view < OST_EXCHANGE_N_OBJECT_VIEWS && n_properties != NULL, NULL);

  *n_properties = views[view].n_properties;
  return views[view].properties;
}

OstKind
ost_exchange_view_get_kind (OstExchangeView view)
{
  g_return_val_if_fail ((guint)view < OST_EXCHANGE_N_OBJECT_VIEWS, OST_KIND_DEVICE);

  return views[view].kind;
}

/* Four characters tell the names of a view apart well enough. */
static guint
hash_name (const char *name, gsize length)
{
  guint hash = (guint)length;

  if (length == 0)
    return 0;
  hash = hash * 31 + (guchar)g_ascii_tolower (name[0]);
  hash = hash * 31 + (guchar)g_ascii_tolower (name[length / 3]);
  hash = hash * 31 + (guchar)g_ascii_tolower (name[length / 2]);
  hash = hash * 31 + (guchar)g_ascii_tolower (name[length - 1]);
  return hash ^ hash >> 9;
}

/* Servers write names as they are documented, nearly always. */
static gboolean
is_name (const char *documented, const char *name)
{
  return strcmp (documented, name) == 0 || g_ascii_strcasecmp (documented, name) == 0;
}

void
ost_exchange_index_init (OstExchangeIndex *self, OstExchangeView view)
{
  guint n_properties = 0;

  g_return_if_fail (self != NULL);

  self->properties = ost_exchange_view_get_properties (view, &n_properties);
  memset (self->slots, 0, sizeof (self->slots));
  for (guint i = 0; i < n_properties; i++)
    {
      const char *name = self->properties[i].name;
      guint slot = hash_name (name, strlen (name)) % sizeof (self->slots);

      while (self->slots[slot] != 0)
        slot = (slot + 1) % sizeof (self->slots);
      self->slots[slot] = (guint8)(i + 1);
    }
}

int
ost_exchange_index_find (const OstExchangeIndex *self, const char *name)
{
  guint slot = hash_name (name, strlen (name)) % sizeof (self->slots);

  for (; self->slots[slot] != 0; slot = (slot + 1) % sizeof (self->slots))
    if (is_name (self->properties[self->slots[slot] - 1].name, name))
      return self->slots[slot] - 1;
  return -1;
}

/* Where the next relative name begins; a comma that belongs to a name has a backslash before it. */
static const char *
skip_relative_name (const char *name)
{
  for (; *name != '\0'; name++)
    {
      if (*name == '\\' && name[1] != '\0')
        name++;
      else if (*name == ',')
        return name + 1;
    }
  return NULL;
}

const char *
ost_exchange_owner_of (const char *distinguished_name)
{
  const char *container;

  g_return_val_if_fail (distinguished_name != NULL, NULL);

  container = skip_relative_name (distinguished_name);
  if (container == NULL
      || g_ascii_strncasecmp (container, "CN=ExchangeActiveSyncDevices,",
                              strlen ("CN=ExchangeActiveSyncDevices,"))
           != 0)
    return NULL;
  container = skip_relative_name (container);
  return *container != '\0' ? container : NULL;
}
