/* cmdlets-policy.c: cmdlets for mailbox policies, under their older and their newer names */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"
#include "parameters.h"

#include <string.h>

static gboolean
is_legacy (const SimRun *run)
{
  return strstr (run->cmdlet->name, "-ActiveSync") != NULL;
}

static SimPolicy *
find_policy (SimRun *run)
{
  const char *identity = sim_run_get_text (run, "Identity");
  SimPolicy *policy
    = identity == NULL ? NULL : sim_world_find_policy (run->session->world, identity);
  if (policy == NULL)
    sim_run_not_found (run, identity == NULL ? "" : identity);
  return policy;
}

static void
begin_get_policy (SimRun *run)
{
  SimWorld *world = run->session->world;
  if (sim_run_get_text (run, "Identity") != NULL)
    {
      const SimPolicy *policy = find_policy (run);
      if (policy != NULL)
        sim_run_write_object (run, run->cmdlet->type, policy);
      return;
    }
  for (guint i = 0; i < sim_world_count_policies (world); i++)
    sim_run_write_object (run, run->cmdlet->type, sim_world_get_policy (world, i));
}

static char *
join_lines (const GPtrArray *items)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < items->len; i++)
    g_string_append_printf (text, "%s%s", i == 0 ? "" : "\n",
                            (const char *)g_ptr_array_index (items, i));
  return g_strdup (text->str);
}

static GPtrArray *
split_lines (const char *text)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) lines = g_strsplit (text == NULL ? "" : text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (**line != '\0')
      g_ptr_array_add (items, g_strdup (*line));
  return items;
}

/* Copies the settings that were given; lists by Add and Remove too. */
static void
copy_settings (SimRun *run, SimPolicy *policy)
{
  SimWorld *world = run->session->world;
  for (guint i = 0; i < SIM_POLICY_SETTINGS; i++)
    {
      const SimPolicySetting *setting = &sim_policy_settings[i];
      const char *name = is_legacy (run) ? setting->old_name : setting->name;
      const SimArgument *argument = sim_run_get (run, name);
      if (argument == NULL)
        continue;
      g_autofree char *text = NULL;
      if (setting->kind == SIM_LIST)
        {
          g_autoptr (GPtrArray) before = split_lines (policy->texts[i]);
          g_autoptr (GPtrArray) after = sim_run_apply_list (run, name, before);
          text = join_lines (after);
        }
      else if (argument->kind == SIM_ARGUMENT_BOOLEAN)
        text = g_strdup (argument->boolean ? "True" : "False");
      else
        text = g_strdup (argument->text);
      sim_policy_set (world, policy, i, text);
    }
  if (sim_run_get_switch (run, "IsDefault") || sim_run_get_switch (run, "IsDefaultPolicy"))
    sim_policy_make_default (world, policy);
}

static void
report_existing (SimRun *run, const char *name)
{
  sim_run_error (run, "ManagementObjectAlreadyExistsException", SIM_CATEGORY_RESOURCE_EXISTS, name,
                 "The object \"%s\" already exists.", name);
}

static void
begin_new_policy (SimRun *run)
{
  const char *name = sim_run_get_text (run, "Name");
  if (name == NULL || !sim_run_should_process (run, name))
    return;
  SimPolicy *policy = sim_world_add_policy (run->session->world, name);
  if (policy == NULL)
    {
      report_existing (run, name);
      return;
    }
  copy_settings (run, policy);
  sim_run_write_object (run, run->cmdlet->type, policy);
  sim_run_record (run, name);
}

static void
begin_set_policy (SimRun *run)
{
  SimPolicy *policy = find_policy (run);
  if (policy == NULL || !sim_run_should_process (run, policy->entry.name))
    return;
  const char *name = sim_run_get_text (run, "Name");
  if (name != NULL && !sim_world_rename_policy (run->session->world, policy, name))
    {
      report_existing (run, name);
      return;
    }
  copy_settings (run, policy);
  sim_run_record (run, policy->entry.name);
}

static void
begin_remove_policy (SimRun *run)
{
  SimPolicy *policy = find_policy (run);
  if (policy == NULL
      || (!sim_run_get_switch (run, "Force") && !sim_run_should_process (run, policy->entry.name)))
    return;
  if (sim_world_is_policy_in_use (run->session->world, policy))
    {
      sim_run_error (run, "InvalidOperationException", SIM_CATEGORY_INVALID_OPERATION,
                     policy->entry.name,
                     "You can't remove the mobile device mailbox policy '%s' because it's in use.",
                     policy->entry.name);
      return;
    }
  sim_run_record (run, policy->entry.name);
  sim_world_remove_policy (run->session->world, policy);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define POLICY_IDENTITY(flags_) IDENTITY ("MailboxPolicyIdParameter", flags_)
#define COMMON_SETTINGS                                                                            \
  BOOLEAN ("PasswordRecoveryEnabled"), BOOLEAN ("AllowNonProvisionableDevices"),                   \
    BOOLEAN ("AllowExternalDeviceManagement"), BOOLEAN ("AttachmentsEnabled"),                     \
    TEXT ("AllowBluetooth"), BOOLEAN ("AllowBrowser"), BOOLEAN ("AllowCamera"),                    \
    BOOLEAN ("AllowStorageCard"), BOOLEAN ("AllowWiFi"), BOOLEAN ("IrmEnabled"),                   \
    BOOLEAN ("RequireDeviceEncryption"), BOOLEAN ("RequireManualSyncWhenRoaming"),                 \
    BOOLEAN ("RequireStorageCardEncryption"), TEXT ("MaxEmailBodyTruncationSize"),                 \
    TEXT ("MaxAttachmentSize"), TEXT ("DevicePolicyRefreshInterval"),                              \
    LIST ("ApprovedApplicationList"), LIST ("UnapprovedInROMApplicationList"),                     \
    BOOLEAN ("IsDefault"), TEXT ("DomainController")
#define NEW_NAMES                                                                                  \
  BOOLEAN ("PasswordEnabled"), BOOLEAN ("AlphanumericPasswordRequired"),                           \
    TEXT ("MinPasswordLength"), TEXT ("MinPasswordComplexCharacters"), TEXT ("PasswordHistory"),   \
    TEXT ("PasswordExpiration"), TEXT ("MaxInactivityTimeLock"),                                   \
    TEXT ("MaxPasswordFailedAttempts"), BOOLEAN ("AllowSimplePassword"), COMMON_SETTINGS
#define OLD_NAMES                                                                                  \
  BOOLEAN ("DevicePasswordEnabled"), BOOLEAN ("AlphanumericDevicePasswordRequired"),               \
    TEXT ("MinDevicePasswordLength"), TEXT ("MinDevicePasswordComplexCharacters"),                 \
    TEXT ("DevicePasswordHistory"), TEXT ("DevicePasswordExpiration"),                             \
    TEXT ("MaxInactivityTimeDeviceLock"), TEXT ("MaxDevicePasswordFailedAttempts"),                \
    BOOLEAN ("AllowSimpleDevicePassword"), BOOLEAN ("IsDefaultPolicy"), COMMON_SETTINGS
#define POLICY_NAME                                                                                \
  {                                                                                                \
    "Name", SIM_PARAMETER_TEXT, SIM_PARAMETER_MANDATORY | SIM_PARAMETER_FIRST, "System.String",    \
      NULL                                                                                         \
  }

static const SimParameter GET_POLICY[] = { POLICY_IDENTITY (0), TEXT ("DomainController"), { 0 } };
static const SimParameter NEW_POLICY[] = { POLICY_NAME, NEW_NAMES, { 0 } };
#define NEW_NAME TEXT ("Name")

static const SimParameter SET_POLICY[]
  = { POLICY_IDENTITY (SIM_PARAMETER_MANDATORY), NEW_NAME, NEW_NAMES, { 0 } };
static const SimParameter NEW_LEGACY_POLICY[] = { POLICY_NAME, OLD_NAMES, { 0 } };
static const SimParameter SET_LEGACY_POLICY[]
  = { POLICY_IDENTITY (SIM_PARAMETER_MANDATORY), NEW_NAME, OLD_NAMES, { 0 } };
static const SimParameter REMOVE_POLICY[] = {
  POLICY_IDENTITY (SIM_PARAMETER_MANDATORY), SWITCH ("Force"), TEXT ("DomainController"), { 0 }
};

const SimCmdlet sim_policy_cmdlets[] = {
  { "Get-MobileDeviceMailboxPolicy", CLASS ("GetMobileDeviceMailboxPolicy"), GET_POLICY,
    SIM_IMPACT_NONE, &sim_type_mobile_policy, NULL, NULL, NULL, begin_get_policy },
  { "Get-ActiveSyncMailboxPolicy", CLASS ("GetActiveSyncMailboxPolicy"), GET_POLICY,
    SIM_IMPACT_NONE, &sim_type_active_sync_policy, NULL, NULL, NULL, begin_get_policy },
  { "New-MobileDeviceMailboxPolicy", CLASS ("NewMobileDeviceMailboxPolicy"), NEW_POLICY,
    SIM_IMPACT_MEDIUM, &sim_type_mobile_policy, NULL, NULL, NULL, begin_new_policy },
  { "New-ActiveSyncMailboxPolicy", CLASS ("NewActiveSyncMailboxPolicy"), NEW_LEGACY_POLICY,
    SIM_IMPACT_MEDIUM, &sim_type_active_sync_policy, NULL, NULL, NULL, begin_new_policy },
  { "Set-MobileDeviceMailboxPolicy", CLASS ("SetMobileDeviceMailboxPolicy"), SET_POLICY,
    SIM_IMPACT_MEDIUM, NULL, NULL, NULL, NULL, begin_set_policy },
  { "Set-ActiveSyncMailboxPolicy", CLASS ("SetActiveSyncMailboxPolicy"), SET_LEGACY_POLICY,
    SIM_IMPACT_MEDIUM, NULL, NULL, NULL, NULL, begin_set_policy },
  { "Remove-MobileDeviceMailboxPolicy", CLASS ("RemoveMobileDeviceMailboxPolicy"), REMOVE_POLICY,
    SIM_IMPACT_HIGH, NULL, NULL, NULL, NULL, begin_remove_policy },
  { "Remove-ActiveSyncMailboxPolicy", CLASS ("RemoveActiveSyncMailboxPolicy"), REMOVE_POLICY,
    SIM_IMPACT_HIGH, NULL, NULL, NULL, NULL, begin_remove_policy },
  { 0 },
};
