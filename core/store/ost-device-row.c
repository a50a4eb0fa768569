/* ost-device-row.c: the columns of the inventory, and what follows from a row alone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-device-row.h"

/* clang-format off */
static const OstField columns[OST_DEVICE_N_COLUMNS] = {
  [OST_COLUMN_CONNECTION] = { "connection", OST_FIELD_TEXT, "the connection that brought it" },
  [OST_COLUMN_DEVICE_ID] = { "device_id", OST_FIELD_TEXT, "the ID that the phone gave" },
  [OST_COLUMN_GUID] = { "guid", OST_FIELD_TEXT, "GUID of the partnership" },
  [OST_COLUMN_IDENTITY] = { "identity", OST_FIELD_TEXT, "Exchange's Identity of the partnership" },
  [OST_COLUMN_MAILBOX] = { "mailbox", OST_FIELD_TEXT, "Exchange's Identity of the mailbox" },
  [OST_COLUMN_USER_DISPLAY_NAME] = { "user_display_name", OST_FIELD_TEXT, "display name of the mailbox's user" },
  [OST_COLUMN_PRIMARY_SMTP_ADDRESS] = { "primary_smtp_address", OST_FIELD_TEXT, "primary address of the mailbox" },
  [OST_COLUMN_FRIENDLY_NAME] = { "friendly_name", OST_FIELD_TEXT, "what the owner calls the phone" },
  [OST_COLUMN_MODEL] = { "model", OST_FIELD_TEXT, "model, as the phone said" },
  [OST_COLUMN_TYPE] = { "type", OST_FIELD_TEXT, "device type, as the phone said" },
  [OST_COLUMN_OS] = { "os", OST_FIELD_TEXT, "operating system with its version" },
  [OST_COLUMN_OS_LANGUAGE] = { "os_language", OST_FIELD_TEXT, "language of the operating system" },
  [OST_COLUMN_PHONE_NUMBER] = { "phone_number", OST_FIELD_TEXT, "telephone number; null unless personal-data=yes" },
  [OST_COLUMN_IMEI] = { "imei", OST_FIELD_TEXT, "IMEI; null unless personal-data=yes" },
  [OST_COLUMN_USER_AGENT] = { "user_agent", OST_FIELD_TEXT, "user agent of the mail client" },
  [OST_COLUMN_CLIENT_TYPE] = { "client_type", OST_FIELD_TEXT, "EAS, REST, MOWA, Outlook ..." },
  [OST_COLUMN_CLIENT_VERSION] = { "client_version", OST_FIELD_TEXT, "protocol version of an EAS client" },
  [OST_COLUMN_ACCESS_STATE] = { "access_state", OST_FIELD_TEXT, "what Exchange reports" },
  [OST_COLUMN_ACCESS_REASON] = { "access_reason", OST_FIELD_TEXT, "why, as Exchange reports" },
  [OST_COLUMN_ACCESS_RULE] = { "access_rule", OST_FIELD_TEXT, "the access rule that decided, where one did" },
  [OST_COLUMN_POLICY_APPLIED] = { "policy_applied", OST_FIELD_TEXT, "the mailbox policy that the phone applies" },
  [OST_COLUMN_POLICY_STATUS] = { "policy_status", OST_FIELD_TEXT, "how far it applies it" },
  [OST_COLUMN_FIRST_SYNC] = { "first_sync", OST_FIELD_TIME, "when the partnership began" },
  [OST_COLUMN_LAST_SYNC_ATTEMPT] = { "last_sync_attempt", OST_FIELD_TIME, "when the phone last tried" },
  [OST_COLUMN_LAST_SUCCESS_SYNC] = { "last_success_sync", OST_FIELD_TIME, "when it last succeeded" },
  [OST_COLUMN_WIPE_STATUS] = { "wipe_status", OST_FIELD_TEXT, "Exchange's own status of the device" },
  [OST_COLUMN_WIPE_REQUESTED] = { "wipe_requested", OST_FIELD_TIME, "when a wipe was asked for" },
  [OST_COLUMN_WIPE_ACKNOWLEDGED] = { "wipe_acknowledged", OST_FIELD_TIME, "when the phone acknowledged it" },
  [OST_COLUMN_WANTED_STATE] = { "wanted_state", OST_FIELD_TEXT, "what the policy wants" },
  [OST_COLUMN_WANTED_REASON] = { "wanted_reason", OST_FIELD_TEXT, "why it wants that" },
  [OST_COLUMN_ENFORCEABLE] = { "enforceable", OST_FIELD_BOOLEAN, "whether a personal list entry controls it" },
  [OST_COLUMN_PERSONAL_ALLOW] = { "personal_allow", OST_FIELD_BOOLEAN, "whether the mailbox's allow list has it" },
  [OST_COLUMN_PERSONAL_BLOCK] = { "personal_block", OST_FIELD_BOOLEAN, "whether the mailbox's block list has it" },
  [OST_COLUMN_LIST_ENTRY_OWNER] = { "list_entry_owner", OST_FIELD_TEXT, "whose the list entry is: ours or foreign" },
  [OST_COLUMN_OVERRIDE] = { "override", OST_FIELD_TEXT, "an administrator's override" },
  [OST_COLUMN_MISSING_SINCE] = { "missing_since", OST_FIELD_TIME, "since when full listings lack it" },
  [OST_COLUMN_REPORTED_STATE_SINCE] = { "reported_state_since", OST_FIELD_TIME, "since when we have seen this access_state" },
  [OST_COLUMN_STATISTICS_READ] = { "statistics_read", OST_FIELD_TIME, "when its statistics were read" },
  [OST_COLUMN_DISTINGUISHED_NAME] = { "distinguished_name", OST_FIELD_TEXT, "distinguished name of the partnership" },
  [OST_COLUMN_OWNER_DN] = { "owner_dn", OST_FIELD_TEXT, "distinguished name of the mailbox's user" },
  [OST_COLUMN_MOBILE_OPERATOR] = { "mobile_operator", OST_FIELD_TEXT, "carrier" },
  [OST_COLUMN_CREATED] = { "created", OST_FIELD_TIME, "when the directory object was made" },
  [OST_COLUMN_CHANGED] = { "changed", OST_FIELD_TIME, "when it last changed, as the domain controller of that time said" },
  [OST_COLUMN_ORIGINATING_SERVER] = { "originating_server", OST_FIELD_TEXT, "the domain controller that answered then" },
  [OST_COLUMN_READ] = { "read", OST_FIELD_TIME, "when the row was last written" },
  [OST_COLUMN_LAST_POLICY_UPDATE] = { "last_policy_update", OST_FIELD_TIME, "when it last took the mailbox policy" },
  [OST_COLUMN_FOLDERS_SYNCED] = { "folders_synced", OST_FIELD_INTEGER, "how many folders it synchronises" },
  [OST_COLUMN_WIPE_SENT] = { "wipe_sent", OST_FIELD_TIME, "when the phone fetched the wipe" },
  [OST_COLUMN_ACCOUNT_WIPE_REQUESTED] = { "account_wipe_requested", OST_FIELD_TIME, "when an account-only wipe was asked for" },
  [OST_COLUMN_ACCOUNT_WIPE_SENT] = { "account_wipe_sent", OST_FIELD_TIME, "when the phone fetched it" },
  [OST_COLUMN_ACCOUNT_WIPE_ACKNOWLEDGED] = { "account_wipe_acknowledged", OST_FIELD_TIME, "when the phone acknowledged it" },
  [OST_COLUMN_WIPE_REQUESTER] = { "wipe_requester", OST_FIELD_TEXT, "who asked for the last wipe" },
  [OST_COLUMN_MAILBOX_GUID] = { "mailbox_guid", OST_FIELD_TEXT, "GUID of the mailbox's user" },
  [OST_COLUMN_MAILBOX_EXCHANGE_GUID] = { "mailbox_exchange_guid", OST_FIELD_TEXT, "the mailbox's own GUID" },
  [OST_COLUMN_MAILBOX_ALIAS] = { "mailbox_alias", OST_FIELD_TEXT, "the mailbox's alias" },
  [OST_COLUMN_MAILBOX_POLICY] = { "mailbox_policy", OST_FIELD_TEXT, "the policy assigned to the mailbox" },
  [OST_COLUMN_ACTIVESYNC_ENABLED] = { "activesync_enabled", OST_FIELD_BOOLEAN, "whether ActiveSync is on for the mailbox" },
};
/* clang-format on */

const OstField *
ost_device_get_columns (void)
{
  return columns;
}

gboolean
ost_device_is_enforceable (const char *client_type, const char *type, gboolean *is_enforceable)
{
  /* These speak through a service or identify themselves by something else than the device ID. */
  static const char *const uncontrolled[] = {
    "Outlook", "OutlookService", "UniversalOutlook", "WindowsMail", "TestActiveSyncConnectivity",
    NULL
  };

  *is_enforceable = FALSE;
  if (type != NULL)
    for (gsize i = 0; uncontrolled[i] != NULL; i++)
      if (g_ascii_strcasecmp (type, uncontrolled[i]) == 0)
        return TRUE;
  if (client_type == NULL)
    return FALSE;
  *is_enforceable = g_ascii_strcasecmp (client_type, "EAS") == 0;
  return TRUE;
}
