/* world-access.c: what decides over a device's access, in Exchange's order */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include <string.h>

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

static const char *const ACCESS_STATES[]
  = { "Unknown", "Allowed", "Blocked", "Quarantined", "DeviceDiscovery", NULL };
static const char *const ACCESS_REASONS[] = { "Unknown",           "Global",
                                              "Individual",        "DeviceRule",
                                              "Upgrade",           "Policy",
                                              "UserAgentsChanges", "RecentCommands",
                                              "Watsons",           "OutOfBudgets",
                                              "SyncCommands",      "EnableNotificationEmail",
                                              "CommandFrequency",  NULL };
static const char *const LEVELS[] = { "Allow", "Block", "Quarantine", NULL };
static const char *const CHARACTERISTICS[]
  = { "DeviceType", "DeviceModel", "DeviceOS", "UserAgent", "XMSWLHeader", NULL };
static const char *const CLIENT_TYPES[]
  = { "EAS", "MOWA", "Outlook", "REST", "UniversalOutlook", NULL };

#define CONFIGURATION_SPACE "Microsoft.Exchange.Data.Directory.SystemConfiguration."

const SimEnum sim_enum_access_state = { CONFIGURATION_SPACE "DeviceAccessState", ACCESS_STATES };
const SimEnum sim_enum_access_reason
  = { CONFIGURATION_SPACE "DeviceAccessStateReason", ACCESS_REASONS };
const SimEnum sim_enum_access_level = { CONFIGURATION_SPACE "DeviceAccessLevel", LEVELS };
const SimEnum sim_enum_characteristic
  = { CONFIGURATION_SPACE "DeviceAccessCharacteristic", CHARACTERISTICS };
const SimEnum sim_enum_client_type = { CONFIGURATION_SPACE "MobileClientType", CLIENT_TYPES };

GPtrArray *
sim_strings_copy (const GPtrArray *strings)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; strings != NULL && i < strings->len; i++)
    g_ptr_array_add (copy, g_strdup (g_ptr_array_index (strings, i)));
  return copy;
}

gboolean
sim_strings_contain (const GPtrArray *strings, const char *text)
{
  for (guint i = 0; i < strings->len; i++)
    if (g_ascii_strcasecmp (g_ptr_array_index (strings, i), text) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
strings_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (strcmp (g_ptr_array_index (a, i), g_ptr_array_index (b, i)) != 0)
      return FALSE;
  return TRUE;
}

void
sim_settings_free (SimSettings *settings)
{
  if (settings == NULL)
    return;
  g_ptr_array_unref (settings->allowed);
  g_ptr_array_unref (settings->blocked);
  g_free (settings->policy);
  g_free (settings);
}

/* ---- what mailboxes begin with --------------------------------------------------------------- */

/* One mailbox in 25 begins with a device allowed, one in 40 with one blocked; which device that is,
   or -1. */
static int
get_initial_allowed (const SimWorld *world, guint mailbox, guint64 drawn)
{
  return world->shape.devices_per_mailbox > 0 && drawn % 25 == 3 ? 0 : -1;
}

static int
get_initial_blocked (const SimWorld *world, guint mailbox, guint64 drawn)
{
  guint n_devices = world->shape.devices_per_mailbox;
  return n_devices > 0 && (drawn >> 16) % 40 == 7 ? (int)(n_devices - 1) : -1;
}

static gboolean
is_initially_enabled (guint64 drawn)
{
  return (drawn >> 32) % 120 != 11;
}

static void
add_device_id (const SimWorld *world, guint mailbox, int number, GPtrArray *strings)
{
  if (number < 0)
    return;
  g_autoptr (GString) id = g_string_new (NULL);
  sim_world_append_device_id (world, SIM_DEVICE_KEY (mailbox, (guint)number), id);
  g_ptr_array_add (strings, g_strdup (id->str));
}

SimSettings *
sim_world_copy_settings (SimWorld *world, guint mailbox)
{
  const SimMailboxChange *change = sim_world_look_up_mailbox (world, mailbox);
  SimSettings *settings = g_new0 (SimSettings, 1);
  if (change != NULL && change->settings != NULL)
    {
      settings->allowed = sim_strings_copy (change->settings->allowed);
      settings->blocked = sim_strings_copy (change->settings->blocked);
      settings->is_enabled = change->settings->is_enabled;
      settings->policy = g_strdup (change->settings->policy);
      return settings;
    }
  guint64 drawn = sim_world_draw (world, mailbox, SIM_DRAW_SETTINGS);
  settings->allowed = g_ptr_array_new_with_free_func (g_free);
  settings->blocked = g_ptr_array_new_with_free_func (g_free);
  add_device_id (world, mailbox, get_initial_allowed (world, mailbox, drawn), settings->allowed);
  add_device_id (world, mailbox, get_initial_blocked (world, mailbox, drawn), settings->blocked);
  settings->is_enabled = is_initially_enabled (drawn);
  settings->policy = (drawn >> 40) % 12 == 5 ? g_strdup ("Executives") : NULL;
  return settings;
}

/* ---- access ---------------------------------------------------------------------------------- */

/* What the mailbox decides, SIM_ACCESS_UNKNOWN if it leaves it to the rules. */
static SimAccess
get_individual_access (const SimDevice *device, SimReason *reason)
{
  const SimWorld *world = device->world;
  guint mailbox = (guint)(device->key >> 16);
  const SimMailboxChange *change = sim_world_look_up_mailbox (world, mailbox);
  gboolean is_enabled, is_blocked, is_allowed;
  if (change != NULL && change->settings != NULL)
    {
      is_enabled = change->settings->is_enabled;
      is_blocked = sim_strings_contain (change->settings->blocked, device->id->str);
      is_allowed = sim_strings_contain (change->settings->allowed, device->id->str);
    }
  else
    {
      guint64 drawn = sim_world_draw (world, mailbox, SIM_DRAW_SETTINGS);
      int number = (int)(device->key & 0xFFFF);
      is_enabled = is_initially_enabled (drawn);
      is_blocked = number == get_initial_blocked (world, mailbox, drawn);
      is_allowed = number == get_initial_allowed (world, mailbox, drawn);
    }
  *reason = is_enabled ? SIM_REASON_INDIVIDUAL : SIM_REASON_POLICY;
  if (!is_enabled || is_blocked)
    return SIM_ACCESS_BLOCKED;
  return is_allowed ? SIM_ACCESS_ALLOWED : SIM_ACCESS_UNKNOWN;
}

/* Some phones are held up by Exchange itself. */
static SimAccess
get_automatic_access (const SimDevice *device, SimReason *reason)
{
  if (device->change != NULL && device->change->arrived_us != 0)
    return SIM_ACCESS_UNKNOWN;
  switch (sim_world_draw (device->world, device->key, SIM_DRAW_ACCESS) % 2000)
    {
    case 1:
    case 2:
      *reason = SIM_REASON_USER_AGENTS_CHANGES;
      return SIM_ACCESS_BLOCKED;
    case 3:
      *reason = SIM_REASON_COMMAND_FREQUENCY;
      return SIM_ACCESS_BLOCKED;
    case 4:
    case 5:
      *reason = SIM_REASON_GLOBAL;
      return SIM_ACCESS_DISCOVERY;
    default:
      return SIM_ACCESS_UNKNOWN;
    }
}

static gboolean
rule_matches (const SimRule *rule, const SimDevice *device)
{
  const SimModel *model = device->model;
  if (rule->characteristic == SIM_BY_TYPE)
    return g_ascii_strcasecmp (rule->query, model->type) == 0;
  if (rule->characteristic == SIM_BY_MODEL)
    return g_ascii_strcasecmp (rule->query, model->name) == 0;
  if (rule->characteristic == SIM_BY_HEADER)
    return FALSE;
  g_autoptr (GString) text = g_string_new (NULL);
  sim_device_append_advanced (
    device, rule->characteristic == SIM_BY_OS ? model->os : model->user_agent, text);
  return g_ascii_strcasecmp (rule->query, text->str) == 0;
}

static SimAccess
access_of_level (SimLevel level)
{
  static const SimAccess STATES[]
    = { SIM_ACCESS_ALLOWED, SIM_ACCESS_BLOCKED, SIM_ACCESS_QUARANTINED };
  return STATES[level];
}

static const SimRule *
find_ruling (const SimDevice *device)
{
  static const guint RANKS[] = { 1, 3, 2 }; /* Block before Quarantine before Allow */
  const SimRule *found = NULL;
  for (guint i = 0; i < device->world->rules->len; i++)
    {
      const SimRule *rule = g_ptr_array_index (device->world->rules, i);
      if (rule_matches (rule, device)
          && (found == NULL || RANKS[rule->level] > RANKS[found->level]))
        found = rule;
    }
  return found;
}

SimAccess
sim_device_get_access (const SimDevice *device, SimReason *reason, const SimRule **rule)
{
  *rule = NULL;
  SimAccess access = get_individual_access (device, reason);
  if (access == SIM_ACCESS_UNKNOWN)
    access = get_automatic_access (device, reason);
  if (access != SIM_ACCESS_UNKNOWN)
    return access;
  *rule = find_ruling (device);
  *reason = *rule != NULL ? SIM_REASON_DEVICE_RULE : SIM_REASON_GLOBAL;
  return access_of_level (*rule != NULL ? (*rule)->level
                                        : device->world->organization.default_level);
}

/* ---- changing settings ----------------------------------------------------------------------- */

static gboolean
settings_equal (const SimSettings *a, const SimSettings *b)
{
  return a->is_enabled == b->is_enabled && g_strcmp0 (a->policy, b->policy) == 0
         && strings_equal (a->allowed, b->allowed) && strings_equal (a->blocked, b->blocked);
}

static void
note_decisions (SimWorld *world, guint mailbox, GArray *access, gint64 now_us)
{
  g_autoptr (SimDevice) device = sim_device_new (world);
  guint n_devices = sim_world_count_devices (world, mailbox);
  for (guint i = 0; i < n_devices; i++)
    {
      const SimRule *rule;
      SimReason reason;
      guint64 key = SIM_DEVICE_KEY (mailbox, i);
      int now = sim_device_load (device, key)
                  ? (int)sim_device_get_access (device, &reason, &rule) * 100 + (int)reason
                  : -1;
      if (now_us == 0)
        g_array_append_val (access, now);
      else if (now >= 0 && now != g_array_index (access, int, i))
        sim_world_touch_device (world, key)->decided_us = now_us;
    }
}

gboolean
sim_world_change_settings (SimWorld *world, guint mailbox, const SimSettings *settings)
{
  g_autoptr (SimSettings) before = sim_world_copy_settings (world, mailbox);
  if (settings_equal (before, settings))
    return FALSE;
  g_autoptr (GArray) access = g_array_new (FALSE, FALSE, sizeof (int));
  note_decisions (world, mailbox, access, 0);
  SimMailboxChange *change = sim_world_touch_mailbox (world, mailbox);
  g_clear_pointer (&change->settings, sim_settings_free);
  change->settings = g_new0 (SimSettings, 1);
  change->settings->allowed = sim_strings_copy (settings->allowed);
  change->settings->blocked = sim_strings_copy (settings->blocked);
  change->settings->is_enabled = settings->is_enabled;
  change->settings->policy = g_strdup (settings->policy);
  change->changed_us = sim_world_now ();
  note_decisions (world, mailbox, access, change->changed_us);
  return TRUE;
}

gint64
sim_world_get_mailbox_created (const SimWorld *world, guint mailbox)
{
  guint64 drawn = sim_world_draw (world, mailbox, SIM_DRAW_MAILBOX_TIMES);
  return world->shape.today_us - (gint64)(730 + drawn % 2000) * DAY_US
         - (gint64)(drawn >> 32) % 86400 * G_USEC_PER_SEC;
}

gint64
sim_world_get_mailbox_changed (const SimWorld *world, guint mailbox)
{
  const SimMailboxChange *change = sim_world_look_up_mailbox (world, mailbox);
  if (change != NULL && change->changed_us != 0)
    return change->changed_us;
  guint64 drawn = sim_world_draw (world, mailbox, SIM_DRAW_MAILBOX_TIMES);
  return world->shape.today_us - (gint64)(1 + (drawn >> 16) % 700) * DAY_US;
}
