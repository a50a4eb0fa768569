/* cmdlets-device.c: cmdlets for mobile devices */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"
#include "parameters.h"

/* How many devices are looked at before others get their turn. */
#define CANDIDATES_PER_STEP 20000

static const char *const FILTERABLE[] = {
#define DOCUMENTED                                                                                 \
  "ClientType", "DeviceAccessControlRule", "DeviceAccessState", "DeviceAccessStateReason",         \
    "DeviceActiveSyncVersion", "DeviceId", "DeviceImei", "DeviceMobileOperator", "DeviceModel",    \
    "DeviceOS", "DeviceOSLanguage", "DeviceTelephoneNumber", "DeviceType", "DeviceUserAgent",      \
    "FirstSyncTime", "FriendlyName", "ProvisioningFlags", "UserDisplayName"
  DOCUMENTED, NULL
};
static const char *const FILTERABLE_TOO[]
  = { DOCUMENTED, "WhenChanged", "WhenChangedUTC", "WhenCreated", "WhenCreatedUTC", NULL };

static gboolean
is_legacy (const SimRun *run)
{
  return run->cmdlet->type == &sim_type_active_sync_device
         || run->cmdlet->type == &sim_type_active_sync_statistics;
}

static void
warn_of_age (SimRun *run, const char *successor)
{
  if (is_legacy (run))
    sim_run_warn (run,
                  "The %s cmdlet will be removed in a future version of Exchange. Use the %s "
                  "cmdlet instead.",
                  run->cmdlet->name, successor);
}

static gboolean
is_wanted (const SimRun *run, const SimDevice *device)
{
  SimClient client = device->model->client;
  if (is_legacy (run) || sim_run_get_switch (run, "ActiveSync"))
    return client == SIM_CLIENT_EAS;
  if (sim_run_get_switch (run, "OWAforDevices"))
    return client == SIM_CLIENT_MOWA;
  if (sim_run_get_switch (run, "RestApi"))
    return client == SIM_CLIENT_REST;
  if (sim_run_get_switch (run, "UniversalOutlook"))
    return client == SIM_CLIENT_UNIVERSAL_OUTLOOK || client == SIM_CLIENT_OUTLOOK;
  return TRUE;
}

gboolean
sim_run_find_unit (SimRun *run)
{
  const char *unit = sim_run_get_text (run, "OrganizationalUnit");
  if (unit == NULL || sim_world_find_unit (run->session->world, unit, &run->unit))
    return TRUE;
  sim_run_error (run, "ManagementObjectNotFoundException", SIM_CATEGORY_NOT_SPECIFIED, unit,
                 "Organizational unit \"%s\" was not found. Please make sure you have typed it "
                 "correctly.",
                 unit);
  return FALSE;
}

gboolean
sim_run_is_in_unit (const SimRun *run, guint mailbox)
{
  SimWorld *world = run->session->world;
  return run->unit < 0
         || sim_unit_is_within (world, sim_world_get_unit_of (world, mailbox), run->unit);
}

gboolean
sim_run_find_mailbox (SimRun *run, const char *parameter, guint *index)
{
  const char *identity = sim_run_get_text (run, parameter);
  if (sim_world_find_mailbox (run->session->world, identity, index))
    return TRUE;
  sim_run_not_found (run, identity);
  return FALSE;
}

static gboolean
find_device (SimRun *run)
{
  const char *identity = sim_run_get_text (run, "Identity");
  run->device = sim_device_new (run->session->world);
  if (sim_device_find (run->device, identity == NULL ? "" : identity))
    return TRUE;
  sim_run_not_found (run, identity == NULL ? "" : identity);
  return FALSE;
}

/* ---- Get-MobileDevice ------------------------------------------------------------------------ */

static gboolean
list_devices (SimRun *run)
{
  SimWorld *world = run->session->world;
  for (guint n_looked_at = 0; n_looked_at < CANDIDATES_PER_STEP; n_looked_at++)
    {
      if (run->number == 0)
        while (run->mailbox < run->end && !sim_run_is_in_unit (run, run->mailbox))
          run->mailbox++;
      if (run->mailbox >= run->end)
        return FALSE;
      if (run->number >= sim_world_count_devices (world, run->mailbox))
        {
          run->mailbox++;
          run->number = 0;
          continue;
        }
      guint64 before = run->n_written;
      guint64 key = SIM_DEVICE_KEY (run->mailbox, run->number++);
      if (sim_device_load (run->device, key) && is_wanted (run, run->device)
          && !sim_run_write_listed (run, run->cmdlet->type, run->device))
        return FALSE;
      if (run->n_written != before)
        return TRUE;
    }
  return TRUE;
}

/* Lists the devices of mailboxes from one on to before another. */
static void
begin_listing (SimRun *run, guint from, guint end)
{
  run->device = sim_device_new (run->session->world);
  run->mailbox = from;
  run->end = end;
  run->step = list_devices;
}

static void
begin_get_device (SimRun *run)
{
  guint mailbox;
  warn_of_age (run, "Get-MobileDevice");
  if (!sim_run_find_unit (run))
    return;
  if (sim_run_get_text (run, "Identity") != NULL)
    {
      if (find_device (run) && sim_run_is_in_unit (run, (guint)(run->device->key >> 16)))
        sim_run_write_listed (run, run->cmdlet->type, run->device);
      return;
    }
  if (sim_run_get_text (run, "Mailbox") == NULL) /* null is everything, as it is for Identity */
    begin_listing (run, 0, sim_world_get_shape (run->session->world)->n_mailboxes);
  else if (sim_run_find_mailbox (run, "Mailbox", &mailbox))
    begin_listing (run, mailbox, mailbox + 1);
}

static void
begin_get_statistics (SimRun *run)
{
  guint mailbox;
  warn_of_age (run, "Get-MobileDeviceStatistics");
  run->has_limit = FALSE;
  if (sim_run_get (run, "Mailbox") == NULL)
    {
      if (find_device (run))
        sim_run_write_object (run, run->cmdlet->type, run->device);
    }
  else if (sim_run_get_text (run, "Mailbox") == NULL)
    sim_run_not_found (run, "");
  else if (sim_run_find_mailbox (run, "Mailbox", &mailbox))
    begin_listing (run, mailbox, mailbox + 1);
}

/* ---- changes --------------------------------------------------------------------------------- */

static void
begin_clear (SimRun *run)
{
  if (!find_device (run))
    return;
  g_autofree char *question = g_strdup_printf ("The mobile device \"%s\" will be remotely wiped.",
                                               sim_entry_complete (run->device)->canonical);
  if (!sim_run_should_process (run, question))
    return;
  sim_world_wipe (run->session->world, run->device, run->session->user,
                  sim_run_get_switch (run, "AccountOnly"), sim_run_get_switch (run, "Cancel"));
  sim_run_record (run, run->device->id->str);
}

static void
begin_remove (SimRun *run)
{
  if (!find_device (run))
    return;
  g_autofree char *question = g_strdup_printf ("Removing mobile device \"%s\".",
                                               sim_entry_complete (run->device)->canonical);
  if (!sim_run_should_process (run, question))
    return;
  sim_world_remove (run->session->world, run->device);
  sim_run_record (run, run->device->id->str);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define DEVICE_SETS                                                                                \
  IDENTITY ("MobileDeviceIdParameter", SIM_PARAMETER_IDENTITY),                                    \
  {                                                                                                \
    "Mailbox", SIM_PARAMETER_TEXT, SIM_PARAMETER_MANDATORY | SIM_PARAMETER_MAILBOX,                \
      TASKS "MailboxIdParameter", NULL                                                             \
  }

static const SimParameter GET_DEVICE[] = { DEVICE_SETS,
                                           SWITCH ("ActiveSync"),
                                           SWITCH ("OWAforDevices"),
                                           SWITCH ("RestApi"),
                                           SWITCH ("UniversalOutlook"),
                                           SWITCH ("Monitoring"),
                                           LISTING,
                                           TEXT ("DomainController"),
                                           { 0 } };
static const SimParameter GET_LEGACY_DEVICE[]
  = { DEVICE_SETS, SWITCH ("Monitoring"), LISTING, TEXT ("DomainController"), { 0 } };

#define STATISTICS                                                                                 \
  IDENTITY ("MobileDeviceIdParameter", SIM_PARAMETER_IDENTITY | SIM_PARAMETER_MANDATORY),          \
    { "Mailbox", SIM_PARAMETER_TEXT, SIM_PARAMETER_MANDATORY | SIM_PARAMETER_MAILBOX,              \
      TASKS "MailboxIdParameter", NULL },                                                          \
    SWITCH ("GetMailboxLog"), SWITCH ("ShowRecoveryPassword"),                                     \
    LIST ("NotificationEmailAddresses"), TEXT ("DomainController")

static const SimParameter GET_STATISTICS[]
  = { STATISTICS,         SWITCH ("ActiveSync"),       SWITCH ("OWAforDevices"),
      SWITCH ("RestApi"), SWITCH ("UniversalOutlook"), { 0 } };
static const SimParameter GET_LEGACY_STATISTICS[] = { STATISTICS, { 0 } };

static const SimParameter CLEAR[] = { IDENTITY ("MobileDeviceIdParameter", SIM_PARAMETER_MANDATORY),
                                      SWITCH ("AccountOnly"),
                                      SWITCH ("Cancel"),
                                      LIST ("NotificationEmailAddresses"),
                                      TEXT ("DomainController"),
                                      { 0 } };
static const SimParameter CLEAR_LEGACY[]
  = { IDENTITY ("MobileDeviceIdParameter", SIM_PARAMETER_MANDATORY),
      SWITCH ("Cancel"),
      LIST ("NotificationEmailAddresses"),
      TEXT ("DomainController"),
      { 0 } };
static const SimParameter REMOVE[] = {
  IDENTITY ("MobileDeviceIdParameter", SIM_PARAMETER_MANDATORY), TEXT ("DomainController"), { 0 }
};

const SimCmdlet sim_device_cmdlets[] = {
  { "Get-MobileDevice", CLASS ("GetMobileDevice"), GET_DEVICE, SIM_IMPACT_NONE,
    &sim_type_mobile_device, FILTERABLE, FILTERABLE_TOO, "Identity", begin_get_device },
  { "Get-ActiveSyncDevice", CLASS ("GetActiveSyncDevice"), GET_LEGACY_DEVICE, SIM_IMPACT_NONE,
    &sim_type_active_sync_device, FILTERABLE, FILTERABLE_TOO, "Identity", begin_get_device },
  { "Get-MobileDeviceStatistics", CLASS ("GetMobileDeviceStatistics"), GET_STATISTICS,
    SIM_IMPACT_NONE, &sim_type_device_statistics, NULL, NULL, "Identity", begin_get_statistics },
  { "Get-ActiveSyncDeviceStatistics", CLASS ("GetActiveSyncDeviceStatistics"),
    GET_LEGACY_STATISTICS, SIM_IMPACT_NONE, &sim_type_active_sync_statistics, NULL, NULL,
    "Identity", begin_get_statistics },
  { "Clear-MobileDevice", CLASS ("ClearMobileDevice"), CLEAR, SIM_IMPACT_HIGH, NULL, NULL, NULL,
    NULL, begin_clear },
  { "Clear-ActiveSyncDevice", CLASS ("ClearActiveSyncDevice"), CLEAR_LEGACY, SIM_IMPACT_HIGH, NULL,
    NULL, NULL, NULL, begin_clear },
  { "Remove-MobileDevice", CLASS ("RemoveMobileDevice"), REMOVE, SIM_IMPACT_HIGH, NULL, NULL, NULL,
    NULL, begin_remove },
  { "Remove-ActiveSyncDevice", CLASS ("RemoveActiveSyncDevice"), REMOVE, SIM_IMPACT_HIGH, NULL,
    NULL, NULL, NULL, begin_remove },
  { 0 },
};
