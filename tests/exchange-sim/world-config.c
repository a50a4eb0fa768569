/* world-config.c: access rules, mailbox policies and the organization's settings */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include <string.h>

#define CONTAINER                                                                                  \
  "CN=Mobile Mailbox Settings,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,"      \
  "DC=contoso,DC=com"

static const char *const CLASS_RULE[] = { "top", "msExchActiveSyncDeviceAccessRule", NULL };
static const char *const CLASS_POLICY[] = { "top", "msExchMobileMailboxPolicy", NULL };
static const char *const CLASS_SETTINGS[] = { "top", "msExchMobileMailboxSettings", NULL };

const SimPolicySetting sim_policy_settings[SIM_POLICY_SETTINGS] = {
  { "PasswordEnabled", "DevicePasswordEnabled", SIM_BOOLEAN, "False" },
  { "AlphanumericPasswordRequired", "AlphanumericDevicePasswordRequired", SIM_BOOLEAN, "False" },
  { "PasswordRecoveryEnabled", "PasswordRecoveryEnabled", SIM_BOOLEAN, "False" },
  { "MinPasswordLength", "MinDevicePasswordLength", SIM_I32, NULL },
  { "MinPasswordComplexCharacters", "MinDevicePasswordComplexCharacters", SIM_I32, "1" },
  { "PasswordHistory", "DevicePasswordHistory", SIM_I32, "0" },
  { "PasswordExpiration", "DevicePasswordExpiration", SIM_TEXT, "Unlimited" },
  { "MaxInactivityTimeLock", "MaxInactivityTimeDeviceLock", SIM_TEXT, "Unlimited" },
  { "MaxPasswordFailedAttempts", "MaxDevicePasswordFailedAttempts", SIM_TEXT, "Unlimited" },
  { "AllowSimplePassword", "AllowSimpleDevicePassword", SIM_BOOLEAN, "True" },
  { "AllowNonProvisionableDevices", "AllowNonProvisionableDevices", SIM_BOOLEAN, "True" },
  { "AllowExternalDeviceManagement", "AllowExternalDeviceManagement", SIM_BOOLEAN, "False" },
  { "AttachmentsEnabled", "AttachmentsEnabled", SIM_BOOLEAN, "True" },
  { "AllowBluetooth", "AllowBluetooth", SIM_TEXT, "Allow" },
  { "AllowBrowser", "AllowBrowser", SIM_BOOLEAN, "True" },
  { "AllowCamera", "AllowCamera", SIM_BOOLEAN, "True" },
  { "AllowStorageCard", "AllowStorageCard", SIM_BOOLEAN, "True" },
  { "AllowWiFi", "AllowWiFi", SIM_BOOLEAN, "True" },
  { "IrmEnabled", "IrmEnabled", SIM_BOOLEAN, "True" },
  { "RequireDeviceEncryption", "RequireDeviceEncryption", SIM_BOOLEAN, "False" },
  { "RequireManualSyncWhenRoaming", "RequireManualSyncWhenRoaming", SIM_BOOLEAN, "False" },
  { "RequireStorageCardEncryption", "RequireStorageCardEncryption", SIM_BOOLEAN, "False" },
  { "MaxEmailBodyTruncationSize", "MaxEmailBodyTruncationSize", SIM_TEXT, "Unlimited" },
  { "MaxAttachmentSize", "MaxAttachmentSize", SIM_TEXT, "Unlimited" },
  { "DevicePolicyRefreshInterval", "DevicePolicyRefreshInterval", SIM_TEXT, "Unlimited" },
  { "ApprovedApplicationList", "ApprovedApplicationList", SIM_LIST, "" },
  { "UnapprovedInROMApplicationList", "UnapprovedInROMApplicationList", SIM_LIST, "" },
};

/* The GUID of a configuration object follows from its name. */
static void
init_entry (SimEntry *entry, const char *name, const char *const *object_class, gint64 created_us)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof digest;
  g_autoptr (GString) distinguished = g_string_new ("CN=");
  sim_append_escaped_rdn (distinguished, name);
  g_string_append (distinguished, "," CONTAINER);
  g_checksum_update (checksum, (const guchar *)distinguished->str, distinguished->len);
  g_checksum_get_digest (checksum, digest, &length);
  *entry = (SimEntry){ .name = g_strdup (name),
                       .canonical = g_strdup (name),
                       .distinguished = g_strdup (distinguished->str),
                       .created_us = created_us,
                       .changed_us = created_us,
                       .object_class = object_class };
  memcpy (entry->guid.bytes, digest, sizeof entry->guid.bytes);
}

static void
clear_entry (SimEntry *entry)
{
  g_free ((char *)entry->name);
  g_free ((char *)entry->canonical);
  g_free ((char *)entry->distinguished);
}

static gboolean
entry_is (const SimEntry *entry, const char *identity)
{
  char guid[SIM_GUID_SIZE];
  sim_guid_format (&entry->guid, guid);
  return g_ascii_strcasecmp (entry->name, identity) == 0
         || g_ascii_strcasecmp (entry->distinguished, identity) == 0
         || g_ascii_strcasecmp (guid, identity) == 0;
}

static void
free_rule (gpointer data)
{
  SimRule *rule = data;
  clear_entry (&rule->entry);
  g_free (rule->query);
  g_free (rule);
}

static void
free_policy (gpointer data)
{
  SimPolicy *policy = data;
  clear_entry (&policy->entry);
  g_free (policy->key);
  for (guint i = 0; i < SIM_POLICY_SETTINGS; i++)
    g_free (policy->texts[i]);
  g_free (policy);
}

static SimPolicy *
new_policy (const char *name, gint64 created_us)
{
  SimPolicy *policy = g_new0 (SimPolicy, 1);
  init_entry (&policy->entry, name, CLASS_POLICY, created_us);
  policy->key = g_strdup (name);
  for (guint i = 0; i < SIM_POLICY_SETTINGS; i++)
    policy->texts[i] = g_strdup (sim_policy_settings[i].initial);
  return policy;
}

static void
set_initial (SimPolicy *policy, const char *name, const char *text)
{
  for (guint i = 0; i < SIM_POLICY_SETTINGS; i++)
    if (strcmp (sim_policy_settings[i].name, name) == 0)
      {
        g_free (policy->texts[i]);
        policy->texts[i] = g_strdup (text);
      }
}

void
sim_world_add_configuration (SimWorld *world)
{
  gint64 created_us = world->shape.today_us - G_GINT64_CONSTANT (86400) * 900 * G_USEC_PER_SEC;
  SimOrganization *organization = &world->organization;
  init_entry (&organization->entry, "Mobile Mailbox Settings", CLASS_SETTINGS, created_us);
  organization->default_level = SIM_LEVEL_ALLOW;
  organization->user_mail_insert = g_strdup ("Ihr Gerät wird geprüft.");
  organization->ota_mail_insert = g_strdup ("");
  organization->recipients = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (organization->recipients, g_strdup ("admin@contoso.com"));
  g_ptr_array_add (organization->recipients, g_strdup ("postmaster@contoso.com"));
  world->rules = g_ptr_array_new_with_free_func (free_rule);
  sim_world_add_rule (world, "SAMSUNGSMG960F", SIM_BY_TYPE, SIM_LEVEL_QUARANTINE, created_us);
  sim_world_add_rule (world, "WindowsMail", SIM_BY_TYPE, SIM_LEVEL_BLOCK, created_us);
  sim_world_add_rule (world, "Outlook for iOS and Android", SIM_BY_MODEL, SIM_LEVEL_ALLOW,
                      created_us);
  world->policies = g_ptr_array_new_with_free_func (free_policy);
  SimPolicy *initial = new_policy ("Default", created_us);
  SimPolicy *strict = new_policy ("Executives", created_us);
  initial->is_default = TRUE;
  set_initial (strict, "PasswordEnabled", "True");
  set_initial (strict, "MinPasswordLength", "6");
  set_initial (strict, "MaxPasswordFailedAttempts", "8");
  set_initial (strict, "DevicePolicyRefreshInterval", "1.00:00:00");
  g_ptr_array_add (world->policies, initial);
  g_ptr_array_add (world->policies, strict);
}

void
sim_world_clear_configuration (SimWorld *world)
{
  g_ptr_array_unref (world->rules);
  g_ptr_array_unref (world->policies);
  clear_entry (&world->organization.entry);
  g_free (world->organization.user_mail_insert);
  g_free (world->organization.ota_mail_insert);
  g_ptr_array_unref (world->organization.recipients);
}

SimOrganization *
sim_world_get_organization (SimWorld *world)
{
  return &world->organization;
}

void
sim_world_touch_organization (SimWorld *world)
{
  world->organization.entry.changed_us = sim_world_now ();
}

/* ---- rules ----------------------------------------------------------------------------------- */

guint
sim_world_count_rules (const SimWorld *world)
{
  return world->rules->len;
}

SimRule *
sim_world_get_rule (const SimWorld *world, guint index)
{
  return g_ptr_array_index (world->rules, index);
}

SimRule *
sim_world_find_rule (const SimWorld *world, const char *identity)
{
  for (guint i = 0; i < world->rules->len; i++)
    if (entry_is (&sim_world_get_rule (world, i)->entry, identity))
      return sim_world_get_rule (world, i);
  return NULL;
}

SimRule *
sim_world_add_rule (SimWorld *world, const char *query, SimCharacteristic characteristic,
                    SimLevel level, gint64 created_us)
{
  g_autofree char *name
    = g_strdup_printf ("%s (%s)", query, sim_enum_characteristic.members[characteristic]);
  if (sim_world_find_rule (world, name) != NULL)
    return NULL;
  SimRule *rule = g_new0 (SimRule, 1);
  init_entry (&rule->entry, name, CLASS_RULE, created_us);
  rule->query = g_strdup (query);
  rule->characteristic = characteristic;
  rule->level = level;
  g_ptr_array_add (world->rules, rule);
  return rule;
}

void
sim_world_set_rule_level (SimWorld *world, SimRule *rule, SimLevel level)
{
  rule->level = level;
  rule->entry.changed_us = sim_world_now ();
}

void
sim_world_remove_rule (SimWorld *world, SimRule *rule)
{
  g_ptr_array_remove (world->rules, rule);
}

/* ---- policies -------------------------------------------------------------------------------- */

guint
sim_world_count_policies (const SimWorld *world)
{
  return world->policies->len;
}

SimPolicy *
sim_world_get_policy (const SimWorld *world, guint index)
{
  return g_ptr_array_index (world->policies, index);
}

SimPolicy *
sim_world_find_policy (const SimWorld *world, const char *identity)
{
  for (guint i = 0; i < world->policies->len; i++)
    if (entry_is (&sim_world_get_policy (world, i)->entry, identity))
      return sim_world_get_policy (world, i);
  return NULL;
}

SimPolicy *
sim_world_add_policy (SimWorld *world, const char *name)
{
  if (sim_world_find_policy (world, name) != NULL)
    return NULL;
  SimPolicy *policy = new_policy (name, sim_world_now ());
  g_ptr_array_add (world->policies, policy);
  return policy;
}

gboolean
sim_world_rename_policy (SimWorld *world, SimPolicy *policy, const char *name)
{
  const SimPolicy *other = sim_world_find_policy (world, name);
  if (other != NULL)
    return other == policy;
  SimGuid guid = policy->entry.guid;
  gint64 created_us = policy->entry.created_us;
  clear_entry (&policy->entry);
  init_entry (&policy->entry, name, CLASS_POLICY, created_us);
  policy->entry.guid = guid;
  policy->entry.changed_us = sim_world_now ();
  return TRUE;
}

void
sim_policy_set (SimWorld *world, SimPolicy *policy, guint setting, const char *text)
{
  g_free (policy->texts[setting]);
  policy->texts[setting] = g_strdup (text);
  policy->entry.changed_us = sim_world_now ();
}

void
sim_policy_make_default (SimWorld *world, SimPolicy *policy)
{
  for (guint i = 0; i < world->policies->len; i++)
    sim_world_get_policy (world, i)->is_default = FALSE;
  policy->is_default = TRUE;
  policy->entry.changed_us = sim_world_now ();
}

const SimPolicy *
sim_world_get_policy_of (SimWorld *world, guint mailbox, gboolean *is_defaulted)
{
  g_autoptr (SimSettings) settings = sim_world_copy_settings (world, mailbox);
  const SimPolicy *fallback = NULL;
  *is_defaulted = FALSE;
  for (guint i = 0; i < world->policies->len; i++)
    {
      const SimPolicy *policy = sim_world_get_policy (world, i);
      if (g_strcmp0 (settings->policy, policy->key) == 0)
        return policy;
      if (fallback == NULL || policy->is_default)
        fallback = policy;
    }
  *is_defaulted = TRUE;
  return fallback;
}

/* Whether anyone has it is asked of those alone whose mailbox changed, and of the first thousand:
   the world's first policies are spread thinly over all. */
gboolean
sim_world_is_policy_in_use (SimWorld *world, const SimPolicy *policy)
{
  gboolean is_defaulted;
  GHashTableIter iter;
  gpointer value;
  if (policy->is_default)
    return TRUE;
  g_hash_table_iter_init (&iter, world->mailbox_changes);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const SimMailboxChange *change = value;
      if (change->settings != NULL && g_strcmp0 (change->settings->policy, policy->key) == 0)
        return TRUE;
    }
  for (guint i = 0; i < MIN (world->shape.n_mailboxes, 1000); i++)
    if (sim_world_get_policy_of (world, i, &is_defaulted) == policy && !is_defaulted)
      return TRUE;
  return FALSE;
}

void
sim_world_remove_policy (SimWorld *world, SimPolicy *policy)
{
  g_ptr_array_remove (world->policies, policy);
}
