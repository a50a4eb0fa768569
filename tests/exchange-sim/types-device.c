/* types-device.c: what Get-MobileDevice and Get-MobileDeviceStatistics tell of a device */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types.h"
#include "world-private.h"

#define SPACE "Microsoft.Exchange.Data.Directory."
#define CONFIGURATION_SPACE SPACE "SystemConfiguration."

static const char *const WIPE_STATES[] = { "DeviceOk",
                                           "DeviceBlocked",
                                           "DeviceWipePending",
                                           "DeviceWipeSucceeded",
                                           "AccountOnlyDeviceWipePending",
                                           "AccountOnlyDeviceWipeSucceeded",
                                           NULL };
static const char *const POLICY_STATES[]
  = { "Unknown", "NotApplied", "AppliedInFull", "PartiallyApplied", "ExternallyManaged", NULL };
static const SimEnum WIPE_STATUS
  = { "Microsoft.Exchange.Data.Storage.DeviceRemoteWipeStatus", WIPE_STATES };
static const SimEnum POLICY_STATUS
  = { "Microsoft.Exchange.Data.Storage.DevicePolicyApplicationStatus", POLICY_STATES };

/* ---- what both views have -------------------------------------------------------------------- */

static void
get_model_text (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  sim_value_set_text (value, G_STRUCT_MEMBER (const char *, device->model, property->offset));
}

static void
get_advanced_text (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  sim_device_append_advanced (device,
                              G_STRUCT_MEMBER (const char *, device->model, property->offset),
                              sim_value_compose (value));
}

static void
get_device_id (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, ((const SimDevice *)object)->id->str);
}

/* Every third phone has a name that its owner gave it. */
static void
get_friendly_name (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  GString *text = sim_value_compose (value);
  if (device->drawn % 3 == 0)
    {
      sim_mailbox_load (device->mailbox, (guint)(device->key >> 16));
      g_string_append_printf (text, "%s’s %s", device->mailbox->display_name->str,
                              device->model->kind);
    }
  if (device->change != NULL && device->change->n_updates > 0)
    g_string_append_printf (text, "%s(%u)", text->len > 0 ? " " : "", device->change->n_updates);
}

static void
get_operator (gconstpointer object, const SimProperty *property, SimValue *value)
{
  static const char *const OPERATORS[]
    = { "Telekom.de", "vodafone UK", "Orange F", "T-Mobile", NULL, NULL, NULL, NULL };
  sim_value_set_text (value, OPERATORS[(((const SimDevice *)object)->drawn >> 8) % 8]);
}

static void
get_imei (gconstpointer object, const SimProperty *property, SimValue *value)
{
  guint64 drawn = ((const SimDevice *)object)->drawn;
  if ((drawn >> 12) % 3 == 0)
    g_string_append_printf (sim_value_compose (value), "35%013" G_GUINT64_FORMAT,
                            (drawn >> 14) % G_GUINT64_CONSTANT (9999999999999));
  else
    sim_value_set_null (value);
}

static void
get_language (gconstpointer object, const SimProperty *property, SimValue *value)
{
  static const char *const LANGUAGES[] = { "en", "en", "de-DE", "fr" };
  sim_value_set_text (value, LANGUAGES[(((const SimDevice *)object)->drawn >> 17) % 4]);
}

static void
get_phone_number (gconstpointer object, const SimProperty *property, SimValue *value)
{
  guint64 drawn = ((const SimDevice *)object)->drawn;
  if ((drawn >> 19) % 4 == 0)
    g_string_append_printf (sim_value_compose (value), "+49 *** %04u",
                            (guint)((drawn >> 21) % 10000));
  else
    sim_value_set_null (value);
}

static void
get_first_sync (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_time (value, property->kind, sim_device_get_first_sync (object));
}

static void
get_access_state (gconstpointer object, const SimProperty *property, SimValue *value)
{
  SimReason reason;
  const SimRule *rule;
  sim_value_set_enum (value, &sim_enum_access_state,
                      sim_device_get_access (object, &reason, &rule));
}

static void
get_access_reason (gconstpointer object, const SimProperty *property, SimValue *value)
{
  SimReason reason;
  const SimRule *rule;
  sim_device_get_access (object, &reason, &rule);
  sim_value_set_enum (value, &sim_enum_access_reason, reason);
}

static void
get_access_rule (gconstpointer object, const SimProperty *property, SimValue *value)
{
  SimReason reason;
  const SimRule *rule;
  sim_device_get_access (object, &reason, &rule);
  sim_value_set_id (value, rule == NULL ? NULL : &rule->entry);
}

static void
get_client_type (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &sim_enum_client_type,
                      (int)((const SimDevice *)object)->model->client);
}

#define MODEL_TEXT(name_, field_)                                                                  \
  {                                                                                                \
    name_, get_model_text, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (SimModel, field_)                \
  }
#define ADVANCED_TEXT(name_, field_)                                                               \
  {                                                                                                \
    name_, get_advanced_text, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (SimModel, field_)             \
  }
#define CONSTANT(name_, kind_, text_)                                                              \
  {                                                                                                \
    name_, sim_get_constant, kind_, NULL, text_, 0                                                 \
  }
#define ACCESS                                                                                     \
  { "DeviceAccessState", get_access_state, SIM_ENUM, &sim_enum_access_state, NULL, 0 },            \
    { "DeviceAccessStateReason", get_access_reason, SIM_ENUM, &sim_enum_access_reason, NULL, 0 },  \
  {                                                                                                \
    "DeviceAccessControlRule", get_access_rule, SIM_ID, NULL, NULL, 0                              \
  }

/* ---- Get-MobileDevice ------------------------------------------------------------------------ */

static void
get_owner (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  sim_mailbox_load (device->mailbox, (guint)(device->key >> 16));
  sim_value_set_text (value, device->mailbox->canonical->str);
}

#define DIRECTORY_VIEW                                                                             \
  { "FriendlyName", get_friendly_name, SIM_TEXT, NULL, NULL, 0 },                                  \
    { "DeviceMobileOperator", get_operator, SIM_TEXT, NULL, NULL, 0 },                             \
    { "DeviceId", get_device_id, SIM_TEXT, NULL, NULL, 0 },                                        \
    { "DeviceImei", get_imei, SIM_TEXT, NULL, NULL, 0 }, ADVANCED_TEXT ("DeviceOS", os),           \
    { "DeviceOSLanguage", get_language, SIM_TEXT, NULL, NULL, 0 },                                 \
    { "DeviceTelephoneNumber", get_phone_number, SIM_TEXT, NULL, NULL, 0 },                        \
    MODEL_TEXT ("DeviceType", type), ADVANCED_TEXT ("DeviceUserAgent", user_agent),                \
    MODEL_TEXT ("DeviceModel", name),                                                              \
    { "FirstSyncTime", get_first_sync, SIM_TIME, NULL, NULL, 0 },                                  \
    { "UserDisplayName", get_owner, SIM_TEXT, NULL, NULL, 0 }, ACCESS,                             \
    MODEL_TEXT ("ClientVersion", client_version),                                                  \
    { "ClientType", get_client_type, SIM_ENUM, &sim_enum_client_type, NULL, 0 },                   \
    CONSTANT ("IsManaged", SIM_BOOLEAN, NULL), CONSTANT ("IsCompliant", SIM_BOOLEAN, NULL),        \
    CONSTANT ("IsDisabled", SIM_BOOLEAN, NULL)

static const SimProperty MOBILE_DEVICE[] = { DIRECTORY_VIEW, { 0 } };
static const SimProperty ACTIVE_SYNC_DEVICE[]
  = { MODEL_TEXT ("DeviceActiveSyncVersion", client_version), DIRECTORY_VIEW, { 0 } };

#define DEVICE_BASES                                                                               \
  CONFIGURATION_SPACE "MobileDevice", CONFIGURATION_SPACE "ADConfigurationObject",                 \
    SPACE "ADObject", SPACE "ADRawEntry", "Microsoft.Exchange.Data.ConfigurableObject",            \
    "System.Object", NULL

static const char *const MOBILE_DEVICE_NAMES[] = { DEVICE_BASES };
static const char *const ACTIVE_SYNC_DEVICE_NAMES[]
  = { CONFIGURATION_SPACE "ActiveSyncDevice", DEVICE_BASES };

const SimType sim_type_mobile_device
  = { MOBILE_DEVICE_NAMES, MOBILE_DEVICE, sim_directory_properties };
const SimType sim_type_active_sync_device
  = { ACTIVE_SYNC_DEVICE_NAMES, ACTIVE_SYNC_DEVICE, sim_directory_properties };

/* ---- Get-MobileDeviceStatistics -------------------------------------------------------------- */

/* Some servers do not say that their times are universal. */
static void
set_sync_time (const SimDevice *device, SimValue *value, gint64 time_us)
{
  sim_value_set_time (value, device->key >> 16 & 1 ? SIM_PLAIN_TIME : SIM_TIME, time_us);
}

static void
get_last_sync (gconstpointer object, const SimProperty *property, SimValue *value)
{
  set_sync_time (object, value, sim_device_get_last_sync (object));
}

static void
get_last_attempt (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  gint64 last_us = sim_device_get_last_sync (device);
  gint64 later_us = (gint64)((device->drawn >> 30) % 900) * G_USEC_PER_SEC;
  set_sync_time (device, value, last_us == 0 ? 0 : last_us + later_us);
}

static void
get_policy_time (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  gint64 last_us = sim_device_get_last_sync (device);
  gint64 before_us = last_us - G_GINT64_CONSTANT (259200) * G_USEC_PER_SEC;
  set_sync_time (device, value, last_us == 0 ? 0 : MAX (before_us, device->entry.created_us));
}

/* Which of a wipe's times a property tells: of an account alone, after so many halves of the delay. */
#define WIPE_TIME(account_only_, halves_) ((account_only_) << 4 | (halves_))

/* When a wipe that was asked for came to pass, after some halves of the delay; 0 if it did not. */
static gint64
get_wipe_time (const SimDevice *device, guint halves)
{
  const SimDeviceChange *change = device->change;
  guint delay = device->world->shape.wipe_delay_seconds;
  if (change == NULL || change->wipe.requested_us == 0 || (halves > 0 && delay == 0))
    return 0;
  gint64 time_us = change->wipe.requested_us + (gint64)delay * halves * (G_USEC_PER_SEC / 2);
  return time_us <= g_get_real_time () ? time_us : 0;
}

static gboolean
is_account_only (const SimDevice *device)
{
  return device->change != NULL && device->change->wipe.account_only;
}

/* @property->offset says which. */
static void
get_wipe (gconstpointer object, const SimProperty *property, SimValue *value)
{
  gboolean fits = is_account_only (object) == (property->offset >> 4 != 0);
  sim_value_set_time (value, property->kind,
                      fits ? get_wipe_time (object, property->offset & 15) : 0);
}

static void
get_requestor (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDeviceChange *change = ((const SimDevice *)object)->change;
  gboolean fits = is_account_only (object) == (property->offset != 0);
  sim_value_set_text (value, change == NULL || !fits ? NULL : change->wipe.requestor);
}

static void
get_status (gconstpointer object, const SimProperty *property, SimValue *value)
{
  SimReason reason;
  const SimRule *rule;
  int status = sim_device_get_access (object, &reason, &rule) == SIM_ACCESS_BLOCKED ? 1 : 0;
  if (get_wipe_time (object, 0) != 0)
    status = (get_wipe_time (object, 2) != 0 ? 3 : 2) + (is_account_only (object) ? 2 : 0);
  sim_value_set_enum (value, &WIPE_STATUS, status);
}

static void
get_policy_applied (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  gboolean is_defaulted;
  const SimPolicy *policy
    = sim_world_get_policy_of (device->world, (guint)(device->key >> 16), &is_defaulted);
  sim_value_set_id (value, policy == NULL ? NULL : &policy->entry);
}

static void
get_policy_status (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  int status = sim_device_get_last_sync (device) == 0 ? 1 : (device->drawn >> 33) % 20 == 0 ? 3 : 2;
  sim_value_set_enum (value, &POLICY_STATUS, status);
}

static void
get_heartbeat (gconstpointer object, const SimProperty *property, SimValue *value)
{
  if (sim_device_get_last_sync (object) == 0)
    sim_value_set_null (value);
  else
    sim_value_set_number (value, SIM_U32, 480);
}

static void
get_folders (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimDevice *device = object;
  sim_value_set_number (value, SIM_I32,
                        sim_device_get_last_sync (device) == 0 ? 0 : (device->drawn >> 35) % 40);
}

#define MAILBOX_VIEW                                                                               \
  { "FirstSyncTime", get_first_sync, SIM_TIME, NULL, NULL, 0 },                                    \
    { "LastPolicyUpdateTime", get_policy_time, SIM_TIME, NULL, NULL, 0 },                          \
    { "LastSyncAttemptTime", get_last_attempt, SIM_TIME, NULL, NULL, 0 },                          \
    { "LastSuccessSync", get_last_sync, SIM_TIME, NULL, NULL, 0 },                                 \
    MODEL_TEXT ("DeviceType", type), { "DeviceID", get_device_id, SIM_TEXT, NULL, NULL, 0 },       \
    ADVANCED_TEXT ("DeviceUserAgent", user_agent),                                                 \
    { "DeviceWipeSentTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (0, 1) },                    \
    { "DeviceWipeRequestTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (0, 0) },                 \
    { "DeviceWipeAckTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (0, 2) },                     \
    { "AccountOnlyDeviceWipeSentTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (1, 1) },         \
    { "AccountOnlyDeviceWipeRequestTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (1, 0) },      \
    { "AccountOnlyDeviceWipeAckTime", get_wipe, SIM_TIME, NULL, NULL, WIPE_TIME (1, 2) },          \
    { "LastPingHeartbeat", get_heartbeat, SIM_U32, NULL, NULL, 0 },                                \
    CONSTANT ("RecoveryPassword", SIM_TEXT, "********"), MODEL_TEXT ("DeviceModel", name),         \
    { "DeviceImei", get_imei, SIM_TEXT, NULL, NULL, 0 },                                           \
    { "DeviceFriendlyName", get_friendly_name, SIM_TEXT, NULL, NULL, 0 },                          \
    ADVANCED_TEXT ("DeviceOS", os), { "DeviceOSLanguage", get_language, SIM_TEXT, NULL, NULL, 0 }, \
    { "DevicePhoneNumber", get_phone_number, SIM_TEXT, NULL, NULL, 0 },                            \
    CONSTANT ("MailboxLogReport", SIM_TEXT, NULL),                                                 \
    CONSTANT ("DeviceEnableOutboundSMS", SIM_BOOLEAN, NULL),                                       \
    { "DeviceMobileOperator", get_operator, SIM_TEXT, NULL, NULL, 0 },                             \
    { "Identity", sim_get_identity, SIM_ID, NULL, NULL, 0 },                                       \
    { "Guid", sim_get_guid, SIM_GUID, NULL, NULL, 0 },                                             \
    CONSTANT ("IsRemoteWipeSupported", SIM_BOOLEAN, "True"),                                       \
    { "Status", get_status, SIM_ENUM, &WIPE_STATUS, NULL, 0 },                                     \
    CONSTANT ("StatusNote", SIM_TEXT, ""), ACCESS,                                                 \
    { "DevicePolicyApplied", get_policy_applied, SIM_ID, NULL, NULL, 0 },                          \
    { "DevicePolicyApplicationStatus", get_policy_status, SIM_ENUM, &POLICY_STATUS, NULL, 0 },     \
    { "LastDeviceWipeRequestor", get_requestor, SIM_TEXT, NULL, NULL, 0 },                         \
    { "LastAccountOnlyDeviceWipeRequestor", get_requestor, SIM_TEXT, NULL, NULL, 1 },              \
    MODEL_TEXT ("ClientVersion", client_version),                                                  \
    { "NumberOfFoldersSynced", get_folders, SIM_I32, NULL, NULL, 0 },                              \
  {                                                                                                \
    "ClientType", get_client_type, SIM_ENUM, &sim_enum_client_type, NULL, 0                        \
  }

static const SimProperty STATISTICS[] = { MAILBOX_VIEW, { 0 } };
static const SimProperty ACTIVE_SYNC_STATISTICS[]
  = { MODEL_TEXT ("DeviceActiveSyncVersion", client_version), MAILBOX_VIEW, { 0 } };

#define STATISTICS_BASES                                                                           \
  "Microsoft.Exchange.Management.Tasks.MobileDeviceConfiguration",                                 \
    "Microsoft.Exchange.Data.ConfigurableObject", "System.Object", NULL

static const char *const STATISTICS_NAMES[] = { STATISTICS_BASES };
static const char *const ACTIVE_SYNC_STATISTICS_NAMES[]
  = { "Microsoft.Exchange.Management.Tasks.ActiveSyncDeviceConfiguration", STATISTICS_BASES };

const SimType sim_type_device_statistics = { STATISTICS_NAMES, STATISTICS, sim_object_properties };
const SimType sim_type_active_sync_statistics
  = { ACTIVE_SYNC_STATISTICS_NAMES, ACTIVE_SYNC_STATISTICS, sim_object_properties };
