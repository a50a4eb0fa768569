/* exchange-cmdlet.c: every cmdlet and parameter that is ever sent to Exchange, in one table */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-cmdlet.h"

#define TEXT OST_EXCHANGE_FORM_TEXT
#define BOOLEAN OST_EXCHANGE_FORM_BOOLEAN
#define LIST OST_EXCHANGE_FORM_LIST
#define CHANGES OST_EXCHANGE_FORM_CHANGES

#define OPTIONAL OST_EXCHANGE_TIER_OPTIONAL
#define READ OST_EXCHANGE_TIER_READ
#define STATISTICS OST_EXCHANGE_TIER_STATISTICS
#define ACCESS OST_EXCHANGE_TIER_ACCESS
#define POLICY OST_EXCHANGE_TIER_POLICY
#define ORGANISATION OST_EXCHANGE_TIER_ORGANISATION
#define WIPE OST_EXCHANGE_TIER_WIPE

#define NO_FAMILY OST_EXCHANGE_FAMILY_NONE
#define MOBILE OST_EXCHANGE_FAMILY_MOBILE
#define ACTIVESYNC OST_EXCHANGE_FAMILY_ACTIVESYNC

#define MAIL_RECIPIENTS "Mail Recipients"
#define CLIENT_ACCESS "Organization Client Access"
#define RECIPIENT_POLICIES "Recipient Policies"
#define VIEW_ONLY_CONFIGURATION "View-Only Configuration"

/* clang-format off */
static const OstExchangeParameter device_parameters[] = {
  { "Identity", TEXT, READ }, { "Mailbox", TEXT, READ }, { "Filter", TEXT, READ },
  { "ResultSize", TEXT, READ }, { "OrganizationalUnit", TEXT, OPTIONAL },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter statistics_parameters[] = {
  { "Identity", TEXT, STATISTICS }, { "Mailbox", TEXT, STATISTICS },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter clear_parameters[] = {
  { "Identity", TEXT, WIPE }, { "Cancel", BOOLEAN, WIPE }, { "Confirm", BOOLEAN, WIPE },
  { "NotificationEmailAddresses", LIST, OPTIONAL }, { "DomainController", TEXT, OPTIONAL },
  { NULL } };

/* Wiping an account alone has only the newer name, on Exchange 2016 and newer. */
static const OstExchangeParameter clear_mobile_parameters[] = {
  { "Identity", TEXT, WIPE }, { "AccountOnly", BOOLEAN, OPTIONAL }, { "Cancel", BOOLEAN, WIPE },
  { "Confirm", BOOLEAN, WIPE }, { "NotificationEmailAddresses", LIST, OPTIONAL },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter remove_parameters[] = {
  { "Identity", TEXT, WIPE }, { "Confirm", BOOLEAN, WIPE },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter get_policy_parameters[] = {
  { "Identity", TEXT, READ }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter new_policy_parameters[] = {
  { "Name", TEXT, POLICY }, { "IsDefault", BOOLEAN, POLICY },
  { "AllowNonProvisionableDevices", BOOLEAN, POLICY },
  { "AllowExternalDeviceManagement", BOOLEAN, POLICY }, { "PasswordEnabled", BOOLEAN, POLICY },
  { "Confirm", BOOLEAN, POLICY }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter new_activesync_policy_parameters[] = {
  { "Name", TEXT, POLICY }, { "IsDefault", BOOLEAN, POLICY },
  { "AllowNonProvisionableDevices", BOOLEAN, POLICY },
  { "AllowExternalDeviceManagement", BOOLEAN, POLICY },
  { "DevicePasswordEnabled", BOOLEAN, POLICY }, { "Confirm", BOOLEAN, POLICY },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_policy_parameters[] = {
  { "Identity", TEXT, POLICY }, { "Name", TEXT, POLICY }, { "IsDefault", BOOLEAN, POLICY },
  { "AllowNonProvisionableDevices", BOOLEAN, POLICY },
  { "AllowExternalDeviceManagement", BOOLEAN, POLICY }, { "PasswordEnabled", BOOLEAN, POLICY },
  { "Confirm", BOOLEAN, POLICY }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_activesync_policy_parameters[] = {
  { "Identity", TEXT, POLICY }, { "Name", TEXT, POLICY }, { "IsDefault", BOOLEAN, POLICY },
  { "AllowNonProvisionableDevices", BOOLEAN, POLICY },
  { "AllowExternalDeviceManagement", BOOLEAN, POLICY },
  { "DevicePasswordEnabled", BOOLEAN, POLICY }, { "Confirm", BOOLEAN, POLICY },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter remove_policy_parameters[] = {
  { "Identity", TEXT, POLICY }, { "Confirm", BOOLEAN, POLICY },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter get_cas_mailbox_parameters[] = {
  { "Identity", TEXT, READ }, { "Filter", TEXT, READ }, { "ResultSize", TEXT, READ },
  { "OrganizationalUnit", TEXT, OPTIONAL }, { "DomainController", TEXT, ACCESS },
  { "ReadFromDomainController", BOOLEAN, OPTIONAL },
  { "RecalculateHasActiveSyncDevicePartnership", BOOLEAN, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_cas_mailbox_parameters[] = {
  { "Identity", TEXT, ACCESS },
  { "ActiveSyncAllowedDeviceIDs", CHANGES, ACCESS, CLIENT_ACCESS },
  { "ActiveSyncBlockedDeviceIDs", CHANGES, ACCESS, CLIENT_ACCESS },
  { "ActiveSyncEnabled", BOOLEAN, ACCESS }, { "ActiveSyncMailboxPolicy", TEXT, POLICY },
  { "DomainController", TEXT, ACCESS }, { "Confirm", BOOLEAN, ACCESS }, { NULL } };

static const OstExchangeParameter recipient_parameters[] = {
  { "Identity", TEXT, READ }, { "Filter", TEXT, READ }, { "ResultSize", TEXT, READ },
  { "RecipientTypeDetails", LIST, OPTIONAL }, { "OrganizationalUnit", TEXT, OPTIONAL },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter get_organisation_parameters[] = {
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_organisation_parameters[] = {
  { "DefaultAccessLevel", TEXT, ORGANISATION }, { "UserMailInsert", TEXT, ORGANISATION },
  { "OtaNotificationMailInsert", TEXT, ORGANISATION },
  { "AdminMailRecipients", CHANGES, ORGANISATION }, { "Confirm", BOOLEAN, ORGANISATION },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter get_rule_parameters[] = {
  { "Identity", TEXT, READ }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter new_rule_parameters[] = {
  { "QueryString", TEXT, ORGANISATION }, { "Characteristic", TEXT, ORGANISATION },
  { "AccessLevel", TEXT, ORGANISATION }, { "Confirm", BOOLEAN, ORGANISATION },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_rule_parameters[] = {
  { "Identity", TEXT, ORGANISATION }, { "AccessLevel", TEXT, ORGANISATION },
  { "Confirm", BOOLEAN, ORGANISATION }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter remove_rule_parameters[] = {
  { "Identity", TEXT, ORGANISATION }, { "Confirm", BOOLEAN, ORGANISATION },
  { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter device_class_parameters[] = {
  { "Identity", TEXT, READ }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter server_parameters[] = {
  { "Identity", TEXT, READ }, { "DomainController", TEXT, OPTIONAL }, { NULL } };

static const OstExchangeParameter set_view_parameters[] = {
  { "ViewEntireForest", BOOLEAN, READ }, { NULL } };

static const OstExchangeParameter no_parameters[] = { { NULL } };

static const OstExchangeParameter command_parameters[] = { { "Name", LIST, READ }, { NULL } };

static const OstExchangeCmdlet cmdlets[] = {
  { "Get-MobileDevice", OST_EXCHANGE_GET_DEVICE, MOBILE, READ, MAIL_RECIPIENTS, device_parameters },
  { "Get-ActiveSyncDevice", OST_EXCHANGE_GET_DEVICE, ACTIVESYNC, READ, MAIL_RECIPIENTS, device_parameters },
  { "Get-MobileDeviceStatistics", OST_EXCHANGE_GET_STATISTICS, MOBILE, STATISTICS, MAIL_RECIPIENTS, statistics_parameters },
  { "Get-ActiveSyncDeviceStatistics", OST_EXCHANGE_GET_STATISTICS, ACTIVESYNC, STATISTICS, MAIL_RECIPIENTS, statistics_parameters },
  { "Clear-MobileDevice", OST_EXCHANGE_CLEAR_DEVICE, MOBILE, WIPE, MAIL_RECIPIENTS, clear_mobile_parameters },
  { "Clear-ActiveSyncDevice", OST_EXCHANGE_CLEAR_DEVICE, ACTIVESYNC, WIPE, MAIL_RECIPIENTS, clear_parameters },
  { "Remove-MobileDevice", OST_EXCHANGE_REMOVE_DEVICE, MOBILE, WIPE, MAIL_RECIPIENTS, remove_parameters },
  { "Remove-ActiveSyncDevice", OST_EXCHANGE_REMOVE_DEVICE, ACTIVESYNC, WIPE, MAIL_RECIPIENTS, remove_parameters },
  { "Get-MobileDeviceMailboxPolicy", OST_EXCHANGE_GET_POLICY, MOBILE, READ, RECIPIENT_POLICIES, get_policy_parameters },
  { "Get-ActiveSyncMailboxPolicy", OST_EXCHANGE_GET_POLICY, ACTIVESYNC, READ, RECIPIENT_POLICIES, get_policy_parameters },
  { "New-MobileDeviceMailboxPolicy", OST_EXCHANGE_NEW_POLICY, MOBILE, POLICY, RECIPIENT_POLICIES, new_policy_parameters },
  { "New-ActiveSyncMailboxPolicy", OST_EXCHANGE_NEW_POLICY, ACTIVESYNC, POLICY, RECIPIENT_POLICIES, new_activesync_policy_parameters },
  { "Set-MobileDeviceMailboxPolicy", OST_EXCHANGE_SET_POLICY, MOBILE, POLICY, RECIPIENT_POLICIES, set_policy_parameters },
  { "Set-ActiveSyncMailboxPolicy", OST_EXCHANGE_SET_POLICY, ACTIVESYNC, POLICY, RECIPIENT_POLICIES, set_activesync_policy_parameters },
  { "Remove-MobileDeviceMailboxPolicy", OST_EXCHANGE_REMOVE_POLICY, MOBILE, POLICY, RECIPIENT_POLICIES, remove_policy_parameters },
  { "Remove-ActiveSyncMailboxPolicy", OST_EXCHANGE_REMOVE_POLICY, ACTIVESYNC, POLICY, RECIPIENT_POLICIES, remove_policy_parameters },
  { "Get-CASMailbox", OST_EXCHANGE_GET_CAS_MAILBOX, NO_FAMILY, READ, MAIL_RECIPIENTS, get_cas_mailbox_parameters },
  { "Set-CASMailbox", OST_EXCHANGE_SET_CAS_MAILBOX, NO_FAMILY, ACCESS, MAIL_RECIPIENTS, set_cas_mailbox_parameters },
  { "Get-Recipient", OST_EXCHANGE_GET_RECIPIENT, NO_FAMILY, READ, MAIL_RECIPIENTS, recipient_parameters },
  { "Get-ActiveSyncOrganizationSettings", OST_EXCHANGE_GET_ORGANISATION, NO_FAMILY, READ, CLIENT_ACCESS, get_organisation_parameters },
  { "Set-ActiveSyncOrganizationSettings", OST_EXCHANGE_SET_ORGANISATION, NO_FAMILY, ORGANISATION, CLIENT_ACCESS, set_organisation_parameters },
  { "Get-ActiveSyncDeviceAccessRule", OST_EXCHANGE_GET_RULE, NO_FAMILY, READ, CLIENT_ACCESS, get_rule_parameters },
  { "New-ActiveSyncDeviceAccessRule", OST_EXCHANGE_NEW_RULE, NO_FAMILY, ORGANISATION, CLIENT_ACCESS, new_rule_parameters },
  { "Set-ActiveSyncDeviceAccessRule", OST_EXCHANGE_SET_RULE, NO_FAMILY, ORGANISATION, CLIENT_ACCESS, set_rule_parameters },
  { "Remove-ActiveSyncDeviceAccessRule", OST_EXCHANGE_REMOVE_RULE, NO_FAMILY, ORGANISATION, CLIENT_ACCESS, remove_rule_parameters },
  { "Get-ActiveSyncDeviceClass", OST_EXCHANGE_GET_DEVICE_CLASS, NO_FAMILY, READ, CLIENT_ACCESS, device_class_parameters },
  { "Get-ExchangeServer", OST_EXCHANGE_GET_SERVER, NO_FAMILY, READ, VIEW_ONLY_CONFIGURATION, server_parameters },
  { "Set-ADServerSettings", OST_EXCHANGE_SET_VIEW, NO_FAMILY, READ, MAIL_RECIPIENTS, set_view_parameters },
  { "Get-ADServerSettings", OST_EXCHANGE_GET_VIEW, NO_FAMILY, OPTIONAL, MAIL_RECIPIENTS, no_parameters },
  { "Get-Command", OST_EXCHANGE_GET_COMMAND, NO_FAMILY, READ, NULL, command_parameters },
};
/* clang-format on */

const OstExchangeCmdlet *
ost_exchange_cmdlets (guint *n_cmdlets)
{
  *n_cmdlets = G_N_ELEMENTS (cmdlets);
  return cmdlets;
}

const OstExchangeCmdlet *
ost_exchange_cmdlet_find (const char *name)
{
  g_return_val_if_fail (name != NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cmdlets); i++)
    if (g_ascii_strcasecmp (cmdlets[i].name, name) == 0)
      return &cmdlets[i];
  return NULL;
}

const OstExchangeCmdlet *
ost_exchange_cmdlet_for (OstExchangeTask task, OstExchangeFamily family)
{
  g_return_val_if_fail ((guint)task < OST_EXCHANGE_N_TASKS, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cmdlets); i++)
    if (cmdlets[i].task == task
        && (cmdlets[i].family == NO_FAMILY || family == NO_FAMILY || cmdlets[i].family == family))
      return &cmdlets[i];
  g_return_val_if_reached (NULL);
}

const OstExchangeParameter *
ost_exchange_cmdlet_find_parameter (const OstExchangeCmdlet *cmdlet, const char *name)
{
  g_return_val_if_fail (cmdlet != NULL && name != NULL, NULL);

  for (const OstExchangeParameter *row = cmdlet->parameters; row->name != NULL; row++)
    if (g_ascii_strcasecmp (row->name, name) == 0)
      return row;
  return NULL;
}
