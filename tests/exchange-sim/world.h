/* world.h: the directory of a simulated organization, computed when asked for */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "models.h"
#include "value.h"

G_BEGIN_DECLS

/**
 * SimShape:
 * @n_mailboxes: mailboxes
 * @devices_per_mailbox: devices in each before anything changes
 * @seed: all the rest follows from it
 * @today_us: midnight of the day that the world begins, in microseconds since 1970
 * @wipe_delay_seconds: until a wipe is acknowledged, 0 for never
 * @filter_when_changed: whether device filters take WhenChanged and its like
 *
 * Two worlds of the same shape are the same.
 */
typedef struct {
  guint n_mailboxes;
  guint devices_per_mailbox;
  guint64 seed;
  gint64 today_us;
  guint wipe_delay_seconds;
  gboolean filter_when_changed;
} SimShape;

/**
 * SimWorld:
 *
 * Mailboxes and devices are a pure function of the shape and their number; only what changed since
 * is held. Not for use by several threads.
 */
typedef struct _SimWorld SimWorld;

/** SimAccess: members of Exchange's DeviceAccessState. */
typedef enum {
  SIM_ACCESS_UNKNOWN,
  SIM_ACCESS_ALLOWED,
  SIM_ACCESS_BLOCKED,
  SIM_ACCESS_QUARANTINED,
  SIM_ACCESS_DISCOVERY,
} SimAccess;

/** SimReason: members of Exchange's DeviceAccessStateReason. */
typedef enum {
  SIM_REASON_UNKNOWN,
  SIM_REASON_GLOBAL,
  SIM_REASON_INDIVIDUAL,
  SIM_REASON_DEVICE_RULE,
  SIM_REASON_UPGRADE,
  SIM_REASON_POLICY,
  SIM_REASON_USER_AGENTS_CHANGES,
  SIM_REASON_RECENT_COMMANDS,
  SIM_REASON_WATSONS,
  SIM_REASON_OUT_OF_BUDGETS,
  SIM_REASON_SYNC_COMMANDS,
  SIM_REASON_ENABLE_NOTIFICATION_EMAIL,
  SIM_REASON_COMMAND_FREQUENCY,
} SimReason;

/** SimLevel: members of Exchange's DeviceAccessLevel. */
typedef enum {
  SIM_LEVEL_ALLOW,
  SIM_LEVEL_BLOCK,
  SIM_LEVEL_QUARANTINE,
} SimLevel;

/** SimCharacteristic: members of Exchange's DeviceAccessCharacteristic. */
typedef enum {
  SIM_BY_TYPE,
  SIM_BY_MODEL,
  SIM_BY_OS,
  SIM_BY_USER_AGENT,
  SIM_BY_HEADER,
} SimCharacteristic;

extern const SimEnum sim_enum_access_state;
extern const SimEnum sim_enum_access_reason;
extern const SimEnum sim_enum_access_level;
extern const SimEnum sim_enum_characteristic;
extern const SimEnum sim_enum_client_type;

/**
 * SimUnit:
 * @entry: its names
 * @parent: the number of the unit that it lies in, or -1
 *
 * A container of mailboxes.
 */
typedef struct {
  SimEntry entry;
  int parent;
} SimUnit;

/**
 * SimMailbox:
 * @entry: its names
 * @index: its number
 * @alias: account name
 * @display_name: what is shown
 * @unit: where it lies
 *
 * A mailbox while it is looked at. Its texts live until another is loaded into it.
 */
typedef struct {
  SimEntry entry;
  SimWorld *world;
  guint index;
  GString *name;
  GString *alias;
  GString *display_name;
  GString *address;
  GString *canonical;
  GString *distinguished;
  const SimUnit *unit;
} SimMailbox;

/**
 * SimSettings:
 * @allowed: ActiveSyncAllowedDeviceIDs
 * @blocked: ActiveSyncBlockedDeviceIDs
 * @is_enabled: ActiveSyncEnabled
 * @policy: (nullable): the key of its own mailbox policy
 *
 * What Set-CASMailbox sets.
 */
typedef struct {
  GPtrArray *allowed;
  GPtrArray *blocked;
  gboolean is_enabled;
  char *policy;
} SimSettings;

/**
 * SimWipe:
 * @requested_us: when, 0 for none
 * @account_only: of the account's data alone
 * @requestor: who asked
 */
typedef struct {
  gint64 requested_us;
  gboolean account_only;
  char *requestor;
} SimWipe;

/**
 * SimDeviceChange:
 * @is_removed: the partnership is gone
 * @arrived_us: when it came into being, 0 if it always was
 * @arrived_model: (nullable): a model that was not drawn
 * @updated_us: when the phone last told something new about itself
 * @n_updates: how often it did
 * @decided_us: when its access last changed
 * @wipe: the wipe that was asked for
 *
 * What is not as it was computed.
 */
typedef struct {
  gboolean is_removed;
  gint64 arrived_us;
  const SimModel *arrived_model;
  gint64 updated_us;
  guint n_updates;
  gint64 decided_us;
  SimWipe wipe;
} SimDeviceChange;

/**
 * SimRule:
 * @entry: its names
 * @query: QueryString
 * @characteristic: Characteristic
 * @level: AccessLevel
 *
 * A device access rule.
 */
typedef struct {
  SimEntry entry;
  char *query;
  SimCharacteristic characteristic;
  SimLevel level;
} SimRule;

/**
 * SimDevice:
 * @entry: its names, once complete
 * @key: the mailbox's number and its own there
 * @mailbox: whose it is, once complete
 * @model: what it is
 * @change: (nullable): what is not as it was computed
 * @id: its device ID
 * @drawn: what its details follow from
 *
 * A device while it is looked at.
 */
typedef struct {
  SimEntry entry;
  SimWorld *world;
  guint64 key;
  guint64 drawn;
  SimMailbox *mailbox;
  const SimModel *model;
  const SimDeviceChange *change;
  GString *id;
  GString *name;
  GString *canonical;
  GString *distinguished;
} SimDevice;

/**
 * SimPolicySetting:
 * @name: under Get-MobileDeviceMailboxPolicy
 * @old_name: under Get-ActiveSyncMailboxPolicy
 * @kind: %SIM_BOOLEAN, %SIM_I32 (nullable), %SIM_TEXT or %SIM_LIST
 * @initial: its text in a new policy, NULL for null
 */
typedef struct {
  const char *name;
  const char *old_name;
  SimKind kind;
  const char *initial;
} SimPolicySetting;

#define SIM_POLICY_SETTINGS 27

extern const SimPolicySetting sim_policy_settings[SIM_POLICY_SETTINGS];

/**
 * SimPolicy:
 * @entry: its names
 * @key: its first name, by which mailboxes know it
 * @is_default: whether mailboxes without a policy of their own have it
 * @texts: the settings, as text; a list's items by new line
 */
typedef struct {
  SimEntry entry;
  char *key;
  gboolean is_default;
  char *texts[SIM_POLICY_SETTINGS];
} SimPolicy;

/**
 * SimOrganization:
 * @entry: its names
 * @default_level: DefaultAccessLevel
 * @user_mail_insert: UserMailInsert
 * @ota_mail_insert: OtaNotificationMailInsert
 * @recipients: AdminMailRecipients
 * @allows_unsupported: AllowAccessForUnSupportedPlatform
 */
typedef struct {
  SimEntry entry;
  SimLevel default_level;
  char *user_mail_insert;
  char *ota_mail_insert;
  GPtrArray *recipients;
  gboolean allows_unsupported;
} SimOrganization;

/* ---- world.c --------------------------------------------------------------------------------- */

SimWorld *sim_world_new (const SimShape *shape);
void sim_world_free (SimWorld *world);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimWorld, sim_world_free)
const SimShape *sim_world_get_shape (const SimWorld *world);
/* Now, in whole milliseconds, and never twice the same for two changes of one device. */
gint64 sim_world_now (void);
/* A number that follows from the seed, the key and what it is for. */
guint64 sim_world_draw (const SimWorld *world, guint64 key, guint purpose);
void sim_world_get_guid (const SimWorld *world, guint64 key, SimGuid *guid);
/* FALSE if the GUID is of nothing in this world. */
gboolean sim_world_get_key (const SimWorld *world, const SimGuid *guid, guint64 *key);
/* What a change did, in the order of changes: for GET /__state. */
void sim_world_record (SimWorld *world, const char *cmdlet, const char *target,
                       const char *parameters_json);
void sim_world_append_records_json (const SimWorld *world, GString *out);

/* ---- world-mailbox.c ------------------------------------------------------------------------- */

SimMailbox *sim_mailbox_new (SimWorld *world);
void sim_mailbox_free (SimMailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimMailbox, sim_mailbox_free)
void sim_mailbox_load (SimMailbox *mailbox, guint index);
/* Finds a mailbox by GUID, alias, address, name, display name, canonical or distinguished name. */
gboolean sim_world_find_mailbox (SimWorld *world, const char *identity, guint *index);
guint sim_world_count_units (const SimWorld *world);
const SimUnit *sim_world_get_unit (const SimWorld *world, guint index);
const SimUnit *sim_world_get_unit_of (const SimWorld *world, guint mailbox);
/* Finds a unit by canonical or distinguished name, GUID or name; the domain is -1. */
gboolean sim_world_find_unit (const SimWorld *world, const char *identity, int *unit);
gboolean sim_unit_is_within (const SimWorld *world, const SimUnit *unit, int ancestor);

/* ---- world-device.c -------------------------------------------------------------------------- */

#define SIM_DEVICE_KEY(mailbox, number) ((guint64)(mailbox) << 16 | (number))

SimDevice *sim_device_new (SimWorld *world);
void sim_device_free (SimDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimDevice, sim_device_free)
/* Loads what is cheap; FALSE if there is no such device, or none any more. */
gboolean sim_device_load (SimDevice *device, guint64 key);
/* Finds a device by GUID, canonical or distinguished name. */
gboolean sim_device_find (SimDevice *device, const char *identity);
guint sim_world_count_devices (const SimWorld *world, guint mailbox);
gboolean sim_world_has_devices (SimWorld *world, guint mailbox);
gint64 sim_device_get_first_sync (const SimDevice *device);
gint64 sim_device_get_last_sync (const SimDevice *device);
/* Appends a text of the model as it is after the phone's updates. */
void sim_device_append_advanced (const SimDevice *device, const char *text, GString *out);

/* ---- world-access.c -------------------------------------------------------------------------- */

/* Exchange's order: ActiveSync off, personal block, personal allow, rules that block, quarantine,
   allow, and the organization's default. */
SimAccess sim_device_get_access (const SimDevice *device, SimReason *reason, const SimRule **rule);
/* The settings as they are now; free with sim_settings_free(). */
SimSettings *sim_world_copy_settings (SimWorld *world, guint mailbox);
/* FALSE if nothing changed; else the mailbox, and each device whose access did, change now. */
gboolean sim_world_change_settings (SimWorld *world, guint mailbox, const SimSettings *settings);
void sim_settings_free (SimSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimSettings, sim_settings_free)
GPtrArray *sim_strings_copy (const GPtrArray *strings);
gboolean sim_strings_contain (const GPtrArray *strings, const char *text);

/* ---- world-change.c -------------------------------------------------------------------------- */

typedef struct {
  guint add;
  guint change;
  guint remove;
  guint quarantine;
  guint mailboxes;
} SimChurn;

/* Lets the world move on; appends what it touched as a JSON object. */
void sim_world_churn (SimWorld *world, const SimChurn *churn, GString *json);
/* One change of ordinary life, drawn. */
void sim_world_live (SimWorld *world);
void sim_world_wipe (SimWorld *world, const SimDevice *device, const char *requestor,
                     gboolean account_only, gboolean cancel);
void sim_world_remove (SimWorld *world, const SimDevice *device);
/* The world's changes as the members of a JSON object, without braces. */
void sim_world_append_state_json (SimWorld *world, GString *out);

/* ---- world-config.c -------------------------------------------------------------------------- */

SimOrganization *sim_world_get_organization (SimWorld *world);
void sim_world_touch_organization (SimWorld *world);
guint sim_world_count_rules (const SimWorld *world);
SimRule *sim_world_get_rule (const SimWorld *world, guint index);
SimRule *sim_world_find_rule (const SimWorld *world, const char *identity);
/* NULL if there is one for the same query and characteristic. */
SimRule *sim_world_add_rule (SimWorld *world, const char *query, SimCharacteristic characteristic,
                             SimLevel level, gint64 created_us);
void sim_world_set_rule_level (SimWorld *world, SimRule *rule, SimLevel level);
void sim_world_remove_rule (SimWorld *world, SimRule *rule);
guint sim_world_count_policies (const SimWorld *world);
SimPolicy *sim_world_get_policy (const SimWorld *world, guint index);
SimPolicy *sim_world_find_policy (const SimWorld *world, const char *identity);
SimPolicy *sim_world_add_policy (SimWorld *world, const char *name);
/* FALSE if another has that name; mailboxes keep the policy. */
gboolean sim_world_rename_policy (SimWorld *world, SimPolicy *policy, const char *name);
void sim_policy_set (SimWorld *world, SimPolicy *policy, guint setting, const char *text);
void sim_policy_make_default (SimWorld *world, SimPolicy *policy);
gboolean sim_world_is_policy_in_use (SimWorld *world, const SimPolicy *policy);
void sim_world_remove_policy (SimWorld *world, SimPolicy *policy);
/* The policy that a mailbox has. */
const SimPolicy *sim_world_get_policy_of (SimWorld *world, guint mailbox, gboolean *is_defaulted);
gint64 sim_world_get_mailbox_created (const SimWorld *world, guint mailbox);
gint64 sim_world_get_mailbox_changed (const SimWorld *world, guint mailbox);

G_END_DECLS
