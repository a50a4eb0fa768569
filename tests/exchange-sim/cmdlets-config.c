/* cmdlets-config.c: cmdlets for rules, the organization, classes, servers and the session */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"
#include "parameters.h"

#include <string.h>

/* What Exchange lets an insert be. */
#define MAX_INSERT 256

static int
find_member (const SimEnum *enumeration, const char *name)
{
  for (int i = 0; enumeration->members[i] != NULL; i++)
    if (strcmp (enumeration->members[i], name) == 0)
      return i;
  return 0;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static SimRule *
find_rule (SimRun *run)
{
  const char *identity = sim_run_get_text (run, "Identity");
  SimRule *rule = identity == NULL ? NULL : sim_world_find_rule (run->session->world, identity);
  if (rule == NULL)
    sim_run_not_found (run, identity == NULL ? "" : identity);
  return rule;
}

static void
begin_get_rule (SimRun *run)
{
  SimWorld *world = run->session->world;
  if (sim_run_get_text (run, "Identity") != NULL)
    {
      const SimRule *rule = find_rule (run);
      if (rule != NULL)
        sim_run_write_object (run, run->cmdlet->type, rule);
      return;
    }
  for (guint i = 0; i < sim_world_count_rules (world); i++)
    sim_run_write_object (run, run->cmdlet->type, sim_world_get_rule (world, i));
}

static void
begin_new_rule (SimRun *run)
{
  SimWorld *world = run->session->world;
  const char *query = sim_run_get_text (run, "QueryString");
  const char *characteristic = sim_run_get_text (run, "Characteristic");
  const char *level = sim_run_get_text (run, "AccessLevel");
  if (query == NULL || characteristic == NULL || level == NULL
      || !sim_run_should_process (run, query))
    return;
  g_autofree char *name = g_strdup_printf ("%s (%s)", query, characteristic);
  SimRule *rule = sim_world_add_rule (
    world, query, (SimCharacteristic)find_member (&sim_enum_characteristic, characteristic),
    (SimLevel)find_member (&sim_enum_access_level, level), sim_world_now ());
  if (rule == NULL)
    {
      sim_run_error (run, "ManagementObjectAlreadyExistsException", SIM_CATEGORY_RESOURCE_EXISTS,
                     name, "The object \"%s\" already exists.", name);
      return;
    }
  sim_run_write_object (run, run->cmdlet->type, rule);
  sim_run_record (run, name);
}

static void
begin_set_rule (SimRun *run)
{
  SimRule *rule = find_rule (run);
  const char *level = sim_run_get_text (run, "AccessLevel");
  if (rule == NULL || !sim_run_should_process (run, rule->entry.name))
    return;
  SimLevel wanted
    = level == NULL ? rule->level : (SimLevel)find_member (&sim_enum_access_level, level);
  if (wanted == rule->level)
    sim_run_warn (run,
                  "The command completed successfully but no settings of '%s' have been modified.",
                  rule->entry.name);
  else
    sim_world_set_rule_level (run->session->world, rule, wanted);
  sim_run_record (run, rule->entry.name);
}

static void
begin_remove_rule (SimRun *run)
{
  SimRule *rule = find_rule (run);
  if (rule == NULL || !sim_run_should_process (run, rule->entry.name))
    return;
  sim_run_record (run, rule->entry.name);
  sim_world_remove_rule (run->session->world, rule);
}

/* ---- the organization ------------------------------------------------------------------------ */

static void
begin_get_organization (SimRun *run)
{
  sim_run_write_object (run, run->cmdlet->type, sim_world_get_organization (run->session->world));
}

static gboolean
set_insert (SimRun *run, const char *parameter, char **insert)
{
  if (sim_run_get (run, parameter) == NULL)
    return TRUE;
  const char *text = sim_run_get_text (run, parameter);
  if (text != NULL && g_utf8_strlen (text, -1) > MAX_INSERT)
    {
      sim_run_error (run, "DataValidationException", SIM_CATEGORY_INVALID_DATA, NULL,
                     "The length of the property is too long. The maximum length is %d and the "
                     "length of the value provided is %ld. Property Name: %s",
                     MAX_INSERT, g_utf8_strlen (text, -1), parameter);
      return FALSE;
    }
  g_free (*insert);
  *insert = g_strdup (text == NULL ? "" : text);
  return TRUE;
}

static void
begin_set_organization (SimRun *run)
{
  SimOrganization *organization = sim_world_get_organization (run->session->world);
  const char *level = sim_run_get_text (run, "DefaultAccessLevel");
  if (!sim_run_should_process (run, organization->entry.name))
    return;
  GPtrArray *recipients = sim_run_apply_list (run, "AdminMailRecipients", organization->recipients);
  g_ptr_array_unref (organization->recipients);
  organization->recipients = recipients;
  if (run->state != SIM_RUN_GOING
      || !set_insert (run, "UserMailInsert", &organization->user_mail_insert)
      || !set_insert (run, "OtaNotificationMailInsert", &organization->ota_mail_insert))
    return;
  if (level != NULL)
    organization->default_level = (SimLevel)find_member (&sim_enum_access_level, level);
  if (sim_run_get (run, "AllowAccessForUnSupportedPlatform") != NULL)
    organization->allows_unsupported
      = sim_run_get_switch (run, "AllowAccessForUnSupportedPlatform");
  sim_world_touch_organization (run->session->world);
  sim_run_record (run, organization->entry.name);
}

/* ---- classes, servers, the session ----------------------------------------------------------- */

static void
write_class (SimRun *run, const SimModel *model)
{
  SimDeviceClassObject class = { .model = model };
  static const char *const CLASS_NAMES[] = { "top", "msExchActiveSyncDeviceClass", NULL };
  g_autofree char *name = g_strdup_printf ("%s\302\247%s", model->type, model->name);
  g_autofree char *distinguished
    = g_strdup_printf ("CN=%s,CN=ExchangeDeviceClasses,CN=Mobile Mailbox Settings,CN=Contoso,"
                       "CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com",
                       name);
  const SimOrganization *organization = sim_world_get_organization (run->session->world);
  class.entry = (SimEntry){ .name = name,
                            .canonical = name,
                            .distinguished = distinguished,
                            .created_us = organization->entry.created_us,
                            .changed_us = sim_world_get_shape (run->session->world)->today_us,
                            .object_class = CLASS_NAMES };
  guint hash = g_str_hash (name);
  memcpy (class.entry.guid.bytes, &hash, sizeof hash);
  class.entry.guid.bytes[15] = 1;
  sim_run_write_listed (run, run->cmdlet->type, &class);
}

/* Every weight of a draw is met by a hundred draws. */
static void
begin_get_class (SimRun *run)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  run->has_limit = FALSE;
  for (guint i = 0; i < 100; i++)
    {
      const SimModel *model = sim_model_draw (i);
      if (g_hash_table_add (seen, g_strconcat (model->type, "\n", model->name, NULL)))
        write_class (run, model);
    }
}

static void
begin_get_server (SimRun *run)
{
  static const struct {
    const char *name;
    const char *fqdn;
    guint8 number;
  } SERVERS[] = { { "EX01", "ex01.contoso.com", 1 }, { "EX02", "ex02.contoso.com", 2 } };
  static const char *const CLASS_NAMES[] = { "top", "server", "msExchExchangeServer", NULL };
  const char *identity = sim_run_get_text (run, "Identity");
  gboolean found = FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (SERVERS); i++)
    {
      if (identity != NULL && g_ascii_strcasecmp (identity, SERVERS[i].name) != 0
          && g_ascii_strcasecmp (identity, SERVERS[i].fqdn) != 0)
        continue;
      g_autofree char *distinguished
        = g_strdup_printf ("CN=%s,CN=Servers,CN=Exchange Administrative Group "
                           "(FYDIBOHF23SPDLT),CN=Administrative Groups,CN=Contoso,CN=Microsoft "
                           "Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com",
                           SERVERS[i].name);
      SimServerObject server = { .fqdn = SERVERS[i].fqdn };
      server.entry = (SimEntry){ .name = SERVERS[i].name,
                                 .canonical = SERVERS[i].name,
                                 .distinguished = distinguished,
                                 .guid.bytes = { [0] = 0xE5, [15] = SERVERS[i].number },
                                 .object_class = CLASS_NAMES };
      sim_run_write_object (run, run->cmdlet->type, &server);
      found = TRUE;
    }
  if (!found)
    sim_run_not_found (run, identity);
}

static void
begin_set_server_settings (SimRun *run)
{
  SimServerSettings *settings = &run->session->settings;
  const char *root = sim_run_get_text (run, "RecipientViewRoot");
  int unit;
  if (root != NULL && !sim_world_find_unit (run->session->world, root, &unit))
    {
      sim_run_not_found (run, root);
      return;
    }
  if (sim_run_get (run, "ViewEntireForest") != NULL)
    settings->views_entire_forest = sim_run_get_switch (run, "ViewEntireForest");
  if (root != NULL || settings->views_entire_forest)
    {
      g_free (settings->view_root);
      settings->view_root = g_strdup (root);
    }
  if (root != NULL)
    settings->views_entire_forest = FALSE;
  sim_run_record (run, "");
}

static void
begin_get_server_settings (SimRun *run)
{
  sim_run_write_object (run, run->cmdlet->type, &run->session->settings);
}

/* ---- tables ---------------------------------------------------------------------------------- */

#define RULE_IDENTITY(flags_) IDENTITY ("ActiveSyncDeviceAccessRuleIdParameter", flags_)
#define LEVEL(name_, flags_) ENUM (name_, flags_, &sim_enum_access_level, "DeviceAccessLevel")

static const SimParameter GET_RULE[] = { RULE_IDENTITY (0), TEXT ("DomainController"), { 0 } };
static const SimParameter NEW_RULE[]
  = { REQUIRED_TEXT ("QueryString"),
      ENUM ("Characteristic", SIM_PARAMETER_MANDATORY, &sim_enum_characteristic,
            "DeviceAccessCharacteristic"),
      LEVEL ("AccessLevel", SIM_PARAMETER_MANDATORY),
      TEXT ("DomainController"),
      { 0 } };
static const SimParameter SET_RULE[] = { RULE_IDENTITY (SIM_PARAMETER_MANDATORY),
                                         LEVEL ("AccessLevel", 0),
                                         TEXT ("DomainController"),
                                         { 0 } };
static const SimParameter REMOVE_RULE[]
  = { RULE_IDENTITY (SIM_PARAMETER_MANDATORY), TEXT ("DomainController"), { 0 } };
static const SimParameter GET_ORGANIZATION[]
  = { IDENTITY ("OrganizationIdParameter", 0), TEXT ("DomainController"), { 0 } };
static const SimParameter SET_ORGANIZATION[]
  = { IDENTITY ("ActiveSyncOrganizationSettingsIdParameter", 0),
      LEVEL ("DefaultAccessLevel", 0),
      TEXT ("UserMailInsert"),
      TEXT ("OtaNotificationMailInsert"),
      LIST ("AdminMailRecipients"),
      BOOLEAN ("AllowAccessForUnSupportedPlatform"),
      TEXT ("DomainController"),
      { 0 } };
static const SimParameter GET_CLASS[] = { IDENTITY ("ActiveSyncDeviceClassIdParameter", 0),
                                          TEXT ("Filter"),
                                          TEXT ("SortBy"),
                                          TEXT ("DomainController"),
                                          { 0 } };
static const SimParameter GET_SERVER[] = { IDENTITY ("ServerIdParameter", 0),
                                           TEXT ("Domain"),
                                           SWITCH ("Status"),
                                           TEXT ("DomainController"),
                                           { 0 } };
static const SimParameter SET_SERVER_SETTINGS[] = { BOOLEAN ("ViewEntireForest"),
                                                    TEXT ("RecipientViewRoot"),
                                                    TEXT ("PreferredServer"),
                                                    TEXT ("PreferredGlobalCatalog"),
                                                    TEXT ("ConfigurationDomainController"),
                                                    LIST ("SetPreferredDomainControllers"),
                                                    { 0 } };
static const SimParameter GET_SERVER_SETTINGS[] = { { 0 } };

static const char *const CLASS_FILTERABLE[]
  = { "DeviceModel", "DeviceType", "LastUpdateTime", NULL };

const SimCmdlet sim_config_cmdlets[] = {
  { "Get-ActiveSyncDeviceAccessRule", CLASS ("GetActiveSyncDeviceAccessRule"), GET_RULE,
    SIM_IMPACT_NONE, &sim_type_access_rule, NULL, NULL, NULL, begin_get_rule },
  { "New-ActiveSyncDeviceAccessRule", CLASS ("NewActiveSyncDeviceAccessRule"), NEW_RULE,
    SIM_IMPACT_MEDIUM, &sim_type_access_rule, NULL, NULL, NULL, begin_new_rule },
  { "Set-ActiveSyncDeviceAccessRule", CLASS ("SetActiveSyncDeviceAccessRule"), SET_RULE,
    SIM_IMPACT_MEDIUM, NULL, NULL, NULL, NULL, begin_set_rule },
  { "Remove-ActiveSyncDeviceAccessRule", CLASS ("RemoveActiveSyncDeviceAccessRule"), REMOVE_RULE,
    SIM_IMPACT_HIGH, NULL, NULL, NULL, NULL, begin_remove_rule },
  { "Get-ActiveSyncOrganizationSettings", CLASS ("GetActiveSyncOrganizationSettings"),
    GET_ORGANIZATION, SIM_IMPACT_NONE, &sim_type_organization, NULL, NULL, NULL,
    begin_get_organization },
  { "Set-ActiveSyncOrganizationSettings", CLASS ("SetActiveSyncOrganizationSettings"),
    SET_ORGANIZATION, SIM_IMPACT_MEDIUM, NULL, NULL, NULL, NULL, begin_set_organization },
  { "Get-ActiveSyncDeviceClass", CLASS ("GetActiveSyncDeviceClass"), GET_CLASS, SIM_IMPACT_NONE,
    &sim_type_device_class, CLASS_FILTERABLE, CLASS_FILTERABLE, NULL, begin_get_class },
  { "Get-ExchangeServer",
    "Microsoft.Exchange.Management.SystemConfigurationTasks.GetExchangeServer", GET_SERVER,
    SIM_IMPACT_NONE, &sim_type_exchange_server, NULL, NULL, NULL, begin_get_server },
  { "Set-ADServerSettings", CLASS ("SetADServerSettings"), SET_SERVER_SETTINGS, SIM_IMPACT_NONE,
    NULL, NULL, NULL, NULL, begin_set_server_settings },
  { "Get-ADServerSettings", CLASS ("GetADServerSettings"), GET_SERVER_SETTINGS, SIM_IMPACT_NONE,
    &sim_type_server_settings, NULL, NULL, NULL, begin_get_server_settings },
  { 0 },
};
