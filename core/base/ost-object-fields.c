/* ost-object-fields.c: the fields of every kind: names, types, meaning */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

/* clang-format off */
static const OstField device_fields[OST_DEVICE_N_FIELDS] = {
  [OST_DEVICE_GUID] = { "guid", OST_FIELD_TEXT, "GUID of the partnership's directory object; the stable key" },
  [OST_DEVICE_ID] = { "device_id", OST_FIELD_TEXT, "the ID that the phone gave, as the personal lists use it" },
  [OST_DEVICE_IDENTITY] = { "identity", OST_FIELD_TEXT, "Exchange's Identity of the partnership" },
  [OST_DEVICE_DISTINGUISHED_NAME] = { "distinguished_name", OST_FIELD_TEXT, "distinguished name of the directory object" },
  [OST_DEVICE_OWNER] = { "owner_dn", OST_FIELD_TEXT, "distinguished name of the mailbox's user" },
  [OST_DEVICE_FRIENDLY_NAME] = { "friendly_name", OST_FIELD_TEXT, "what the owner calls the phone" },
  [OST_DEVICE_MODEL] = { "model", OST_FIELD_TEXT, "model, as the phone said" },
  [OST_DEVICE_TYPE] = { "type", OST_FIELD_TEXT, "device type, as the phone said" },
  [OST_DEVICE_OS] = { "os", OST_FIELD_TEXT, "operating system with its version" },
  [OST_DEVICE_OS_LANGUAGE] = { "os_language", OST_FIELD_TEXT, "language of the operating system" },
  [OST_DEVICE_PHONE_NUMBER] = { "phone_number", OST_FIELD_TEXT, "telephone number; null unless personal-data=yes" },
  [OST_DEVICE_IMEI] = { "imei", OST_FIELD_TEXT, "IMEI; null unless personal-data=yes" },
  [OST_DEVICE_MOBILE_OPERATOR] = { "mobile_operator", OST_FIELD_TEXT, "carrier" },
  [OST_DEVICE_USER_AGENT] = { "user_agent", OST_FIELD_TEXT, "user agent of the mail client" },
  [OST_DEVICE_CLIENT_TYPE] = { "client_type", OST_FIELD_TEXT, "EAS, REST, MOWA, Outlook ..." },
  [OST_DEVICE_CLIENT_VERSION] = { "client_version", OST_FIELD_TEXT, "protocol version of an EAS client" },
  [OST_DEVICE_ACCESS_STATE] = { "access_state", OST_FIELD_TEXT, "what Exchange reports: Allowed, Blocked, Quarantined, DeviceDiscovery, Unknown" },
  [OST_DEVICE_ACCESS_REASON] = { "access_reason", OST_FIELD_TEXT, "why: Global, Individual, DeviceRule, Policy, Upgrade ..." },
  [OST_DEVICE_ACCESS_RULE] = { "access_rule", OST_FIELD_TEXT, "the access rule that decided, where one did" },
  [OST_DEVICE_FIRST_SYNC] = { "first_sync", OST_FIELD_TIME, "when the partnership began" },
  [OST_DEVICE_CREATED] = { "created", OST_FIELD_TIME, "when the directory object was made" },
  [OST_DEVICE_CHANGED] = { "changed", OST_FIELD_TIME, "when the directory object last changed; not when the phone last synchronised" },
  [OST_DEVICE_ORIGINATING_SERVER] = { "originating_server", OST_FIELD_TEXT, "the domain controller that answered" },
  [OST_DEVICE_LAST_SYNC_ATTEMPT] = { "last_sync_attempt", OST_FIELD_TIME, "when the phone last tried" },
  [OST_DEVICE_LAST_SUCCESS_SYNC] = { "last_success_sync", OST_FIELD_TIME, "when it last succeeded" },
  [OST_DEVICE_LAST_POLICY_UPDATE] = { "last_policy_update", OST_FIELD_TIME, "when it last took the mailbox policy" },
  [OST_DEVICE_POLICY_APPLIED] = { "policy_applied", OST_FIELD_TEXT, "the mailbox policy that the phone applies" },
  [OST_DEVICE_POLICY_STATUS] = { "policy_status", OST_FIELD_TEXT, "NotApplied, AppliedInFull, PartiallyApplied, ExternallyManaged" },
  [OST_DEVICE_FOLDERS_SYNCED] = { "folders_synced", OST_FIELD_INTEGER, "how many folders it synchronises" },
  [OST_DEVICE_WIPE_STATUS] = { "wipe_status", OST_FIELD_TEXT, "Exchange's own status of the device, such as DeviceOk" },
  [OST_DEVICE_WIPE_REQUESTED] = { "wipe_requested", OST_FIELD_TIME, "when a wipe was asked for" },
  [OST_DEVICE_WIPE_SENT] = { "wipe_sent", OST_FIELD_TIME, "when the phone fetched it" },
  [OST_DEVICE_WIPE_ACKNOWLEDGED] = { "wipe_acknowledged", OST_FIELD_TIME, "when the phone acknowledged it" },
  [OST_DEVICE_ACCOUNT_WIPE_REQUESTED] = { "account_wipe_requested", OST_FIELD_TIME, "when an account-only wipe was asked for" },
  [OST_DEVICE_ACCOUNT_WIPE_SENT] = { "account_wipe_sent", OST_FIELD_TIME, "when the phone fetched it" },
  [OST_DEVICE_ACCOUNT_WIPE_ACKNOWLEDGED] = { "account_wipe_acknowledged", OST_FIELD_TIME, "when the phone acknowledged it" },
  [OST_DEVICE_WIPE_REQUESTER] = { "wipe_requester", OST_FIELD_TEXT, "who asked for the last wipe" },
};

static const OstField mailbox_fields[OST_MAILBOX_N_FIELDS] = {
  [OST_MAILBOX_GUID] = { "guid", OST_FIELD_TEXT, "GUID of the user's directory object" },
  [OST_MAILBOX_DISTINGUISHED_NAME] = { "distinguished_name", OST_FIELD_TEXT, "the user's distinguished name" },
  [OST_MAILBOX_IDENTITY] = { "identity", OST_FIELD_TEXT, "canonical name" },
  [OST_MAILBOX_NAME] = { "name", OST_FIELD_TEXT, "name of the directory object" },
  [OST_MAILBOX_DISPLAY_NAME] = { "display_name", OST_FIELD_TEXT, "the user's display name" },
  [OST_MAILBOX_PRIMARY_SMTP_ADDRESS] = { "primary_smtp_address", OST_FIELD_TEXT, "primary mail address" },
  [OST_MAILBOX_ADDRESSES] = { "addresses", OST_FIELD_LIST, "all proxy addresses with their prefixes" },
  [OST_MAILBOX_SAM_ACCOUNT_NAME] = { "sam_account_name", OST_FIELD_TEXT, "logon name before Windows 2000" },
  [OST_MAILBOX_LINKED_ACCOUNT] = { "linked_account", OST_FIELD_TEXT, "account of another forest that owns a linked mailbox" },
  [OST_MAILBOX_ACTIVESYNC_ENABLED] = { "activesync_enabled", OST_FIELD_BOOLEAN, "whether ActiveSync is on" },
  [OST_MAILBOX_HAS_PARTNERSHIP] = { "has_partnership", OST_FIELD_BOOLEAN, "Exchange's cached flag; can be wrong both ways" },
  [OST_MAILBOX_POLICY] = { "policy", OST_FIELD_TEXT, "mobile device mailbox policy" },
  [OST_MAILBOX_POLICY_IS_DEFAULTED] = { "policy_is_defaulted", OST_FIELD_BOOLEAN, "whether the policy is just the default one" },
  [OST_MAILBOX_ALLOWED_DEVICE_IDS] = { "allowed_device_ids", OST_FIELD_LIST, "the personal allow list" },
  [OST_MAILBOX_BLOCKED_DEVICE_IDS] = { "blocked_device_ids", OST_FIELD_LIST, "the personal block list" },
  [OST_MAILBOX_CHANGED] = { "changed", OST_FIELD_TIME, "when the user's directory object last changed" },
  [OST_MAILBOX_SERVER] = { "server", OST_FIELD_TEXT, "the mailbox's home server" },
  [OST_MAILBOX_EXCHANGE_GUID] = { "exchange_guid", OST_FIELD_TEXT, "the mailbox's own GUID, which survives moves" },
  [OST_MAILBOX_ALIAS] = { "alias", OST_FIELD_TEXT, "alias" },
  [OST_MAILBOX_RECIPIENT_TYPE] = { "recipient_type", OST_FIELD_TEXT, "UserMailbox, SharedMailbox, LinkedMailbox ..." },
  [OST_MAILBOX_ORGANISATIONAL_UNIT] = { "organisational_unit", OST_FIELD_TEXT, "canonical name of the OU" },
};

static const OstField access_rule_fields[OST_ACCESS_RULE_N_FIELDS] = {
  [OST_ACCESS_RULE_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_ACCESS_RULE_NAME] = { "name", OST_FIELD_TEXT, "name, made by Exchange" },
  [OST_ACCESS_RULE_QUERY_STRING] = { "query_string", OST_FIELD_TEXT, "what the characteristic must equal" },
  [OST_ACCESS_RULE_CHARACTERISTIC] = { "characteristic", OST_FIELD_TEXT, "DeviceType, DeviceModel, DeviceOS, UserAgent, XMSWLHeader" },
  [OST_ACCESS_RULE_LEVEL] = { "level", OST_FIELD_TEXT, "Allow, Block, Quarantine" },
  [OST_ACCESS_RULE_CHANGED] = { "changed", OST_FIELD_TIME, "when it last changed" },
};

static const OstField mailbox_policy_fields[OST_MAILBOX_POLICY_N_FIELDS] = {
  [OST_MAILBOX_POLICY_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_MAILBOX_POLICY_NAME] = { "name", OST_FIELD_TEXT, "name" },
  [OST_MAILBOX_POLICY_IDENTITY] = { "identity", OST_FIELD_TEXT, "Exchange's Identity" },
  [OST_MAILBOX_POLICY_IS_DEFAULT] = { "is_default", OST_FIELD_BOOLEAN, "whether new mailboxes get it" },
  [OST_MAILBOX_POLICY_ALLOW_NON_PROVISIONABLE] = { "allow_non_provisionable", OST_FIELD_BOOLEAN, "whether phones that cannot apply it are let in" },
  [OST_MAILBOX_POLICY_PASSWORD_ENABLED] = { "password_enabled", OST_FIELD_BOOLEAN, "whether a password is required" },
  [OST_MAILBOX_POLICY_ALLOW_EXTERNAL_MANAGEMENT] = { "allow_external_management", OST_FIELD_BOOLEAN, "whether an external MDM applies it instead" },
  [OST_MAILBOX_POLICY_CHANGED] = { "changed", OST_FIELD_TIME, "when it last changed" },
};

static const OstField organisation_fields[OST_ORGANISATION_N_FIELDS] = {
  [OST_ORGANISATION_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_ORGANISATION_NAME] = { "name", OST_FIELD_TEXT, "name" },
  [OST_ORGANISATION_DEFAULT_LEVEL] = { "default_level", OST_FIELD_TEXT, "Allow, Block, Quarantine: for every device that nothing else decides" },
  [OST_ORGANISATION_USER_MAIL_INSERT] = { "user_mail_insert", OST_FIELD_TEXT, "text in the mail to the owner of a quarantined device" },
  [OST_ORGANISATION_OTA_INSERT] = { "ota_insert", OST_FIELD_TEXT, "text in the mail on a required update" },
  [OST_ORGANISATION_ADMIN_RECIPIENTS] = { "admin_recipients", OST_FIELD_LIST, "who is told of quarantined devices" },
  [OST_ORGANISATION_CHANGED] = { "changed", OST_FIELD_TIME, "when they last changed" },
};

static const OstField device_class_fields[OST_DEVICE_CLASS_N_FIELDS] = {
  [OST_DEVICE_CLASS_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_DEVICE_CLASS_TYPE] = { "type", OST_FIELD_TEXT, "device type" },
  [OST_DEVICE_CLASS_MODEL] = { "model", OST_FIELD_TEXT, "device model" },
  [OST_DEVICE_CLASS_LAST_UPDATE] = { "last_update", OST_FIELD_TIME, "when Exchange last saw one" },
};

static const OstField server_fields[OST_SERVER_N_FIELDS] = {
  [OST_SERVER_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_SERVER_NAME] = { "name", OST_FIELD_TEXT, "name" },
  [OST_SERVER_FQDN] = { "fqdn", OST_FIELD_TEXT, "full name" },
  [OST_SERVER_VERSION] = { "version", OST_FIELD_TEXT, "AdminDisplayVersion, such as Version 15.2 (Build 986.5)" },
  [OST_SERVER_EDITION] = { "edition", OST_FIELD_TEXT, "edition" },
  [OST_SERVER_ROLE] = { "role", OST_FIELD_TEXT, "roles" },
  [OST_SERVER_SITE] = { "site", OST_FIELD_TEXT, "directory site" },
  [OST_SERVER_IS_CLIENT_ACCESS] = { "is_client_access", OST_FIELD_BOOLEAN, "whether clients may connect to it" },
};

static const OstField group_fields[OST_GROUP_N_FIELDS] = {
  [OST_GROUP_GUID] = { "guid", OST_FIELD_TEXT, "GUID" },
  [OST_GROUP_NAME] = { "name", OST_FIELD_TEXT, "name" },
  [OST_GROUP_MEMBERS] = { "members", OST_FIELD_LIST, "GUIDs of its members" },
};

static const OstField grant_fields[OST_GRANT_N_FIELDS] = {
  [OST_GRANT_CMDLET] = { "cmdlet", OST_FIELD_TEXT, "cmdlet" },
  [OST_GRANT_PARAMETER] = { "parameter", OST_FIELD_TEXT, "parameter; unknown for the cmdlet itself" },
  [OST_GRANT_NEEDED] = { "needed", OST_FIELD_BOOLEAN, "whether the configured mode needs it" },
  [OST_GRANT_GRANTED] = { "granted", OST_FIELD_BOOLEAN, "whether the session has it" },
  [OST_GRANT_ROLE] = { "role", OST_FIELD_TEXT, "management role that is likely to grant it" },
};

static const OstField managed_device_fields[OST_MANAGED_DEVICE_N_FIELDS] = {
  [OST_MANAGED_DEVICE_ID] = { "device_id", OST_FIELD_TEXT, "the device's Exchange ID as the MDM knows it" },
  [OST_MANAGED_DEVICE_OWNER] = { "owner", OST_FIELD_TEXT, "the owner's UPN or address" },
  [OST_MANAGED_DEVICE_MANAGED] = { "managed", OST_FIELD_BOOLEAN, "whether it is managed" },
  [OST_MANAGED_DEVICE_COMPLIANT] = { "compliant", OST_FIELD_BOOLEAN, "whether it is compliant" },
  [OST_MANAGED_DEVICE_LAST_CHECK_IN] = { "last_check_in", OST_FIELD_TIME, "when it last spoke to the MDM" },
};
/* clang-format on */

static const struct {
  const char *name;
  const OstField *fields;
  guint n_fields;
} kinds[OST_N_KINDS] = {
  [OST_KIND_DEVICE] = { "device", device_fields, OST_DEVICE_N_FIELDS },
  [OST_KIND_MAILBOX] = { "mailbox", mailbox_fields, OST_MAILBOX_N_FIELDS },
  [OST_KIND_ACCESS_RULE] = { "access-rule", access_rule_fields, OST_ACCESS_RULE_N_FIELDS },
  [OST_KIND_MAILBOX_POLICY]
  = { "mailbox-policy", mailbox_policy_fields, OST_MAILBOX_POLICY_N_FIELDS },
  [OST_KIND_ORGANISATION_SETTINGS]
  = { "organisation-settings", organisation_fields, OST_ORGANISATION_N_FIELDS },
  [OST_KIND_DEVICE_CLASS] = { "device-class", device_class_fields, OST_DEVICE_CLASS_N_FIELDS },
  [OST_KIND_SERVER] = { "server", server_fields, OST_SERVER_N_FIELDS },
  [OST_KIND_GROUP] = { "group", group_fields, OST_GROUP_N_FIELDS },
  [OST_KIND_GRANT] = { "grant", grant_fields, OST_GRANT_N_FIELDS },
  [OST_KIND_MANAGED_DEVICE]
  = { "managed-device", managed_device_fields, OST_MANAGED_DEVICE_N_FIELDS },
};

const OstField *
ost_kind_get_fields (OstKind kind, guint *n_fields)
{
  g_return_val_if_fail ((guint)kind < OST_N_KINDS, NULL);

  if (n_fields != NULL)
    *n_fields = kinds[kind].n_fields;
  return kinds[kind].fields;
}

const char *
ost_kind_to_string (OstKind kind)
{
  g_return_val_if_fail ((guint)kind < OST_N_KINDS, NULL);

  return kinds[kind].name;
}
