/* ost-object.h: what is answered: a device, a mailbox, a rule, a policy ... */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

G_BEGIN_DECLS

/**
 * OstKind:
 * @OST_KIND_DEVICE: a partnership of one phone with one mailbox
 * @OST_KIND_MAILBOX: a mailbox with its ActiveSync settings and personal lists
 * @OST_KIND_ACCESS_RULE: a device access rule
 * @OST_KIND_MAILBOX_POLICY: a mobile device mailbox policy
 * @OST_KIND_ORGANISATION_SETTINGS: the organisation's ActiveSync settings
 * @OST_KIND_DEVICE_CLASS: a pair of device type and model that Exchange has seen
 * @OST_KIND_SERVER: an Exchange server
 * @OST_KIND_GROUP: a group and its members
 * @OST_KIND_GRANT: a cmdlet or parameter that the connector needs, and whether it is granted
 * @OST_KIND_MANAGED_DEVICE: what an MDM authority says of a device
 *
 * Since: 1.0
 */
typedef enum {
  OST_KIND_DEVICE,
  OST_KIND_MAILBOX,
  OST_KIND_ACCESS_RULE,
  OST_KIND_MAILBOX_POLICY,
  OST_KIND_ORGANISATION_SETTINGS,
  OST_KIND_DEVICE_CLASS,
  OST_KIND_SERVER,
  OST_KIND_GROUP,
  OST_KIND_GRANT,
  OST_KIND_MANAGED_DEVICE,
  OST_N_KINDS, /*< skip >*/
} OstKind;

/**
 * OstFieldType:
 * @OST_FIELD_TEXT: UTF-8 text
 * @OST_FIELD_TIME: microseconds since 1970-01-01 UTC
 * @OST_FIELD_BOOLEAN: yes or no
 * @OST_FIELD_INTEGER: a whole number
 * @OST_FIELD_LIST: texts
 *
 * Since: 1.0
 */
typedef enum {
  OST_FIELD_TEXT,
  OST_FIELD_TIME,
  OST_FIELD_BOOLEAN,
  OST_FIELD_INTEGER,
  OST_FIELD_LIST,
} OstFieldType;

/**
 * OstField:
 * @name: the field's name in JSON, in the store and in the manual
 * @type: what it holds
 * @summary: one sentence
 *
 * Since: 1.0
 */
typedef struct {
  const char *name;
  OstFieldType type;
  const char *summary;
} OstField;

/**
 * OstDeviceField:
 *
 * The fields of %OST_KIND_DEVICE. Those up to %OST_DEVICE_ORIGINATING_SERVER come from a listing,
 * the rest from the statistics of one mailbox. See ost_kind_get_fields() for what each is.
 *
 * Since: 1.0
 */
typedef enum {
  OST_DEVICE_GUID,
  OST_DEVICE_ID,
  OST_DEVICE_IDENTITY,
  OST_DEVICE_DISTINGUISHED_NAME,
  OST_DEVICE_OWNER,
  OST_DEVICE_FRIENDLY_NAME,
  OST_DEVICE_MODEL,
  OST_DEVICE_TYPE,
  OST_DEVICE_OS,
  OST_DEVICE_OS_LANGUAGE,
  OST_DEVICE_PHONE_NUMBER,
  OST_DEVICE_IMEI,
  OST_DEVICE_MOBILE_OPERATOR,
  OST_DEVICE_USER_AGENT,
  OST_DEVICE_CLIENT_TYPE,
  OST_DEVICE_CLIENT_VERSION,
  OST_DEVICE_ACCESS_STATE,
  OST_DEVICE_ACCESS_REASON,
  OST_DEVICE_ACCESS_RULE,
  OST_DEVICE_FIRST_SYNC,
  OST_DEVICE_CREATED,
  OST_DEVICE_CHANGED,
  OST_DEVICE_ORIGINATING_SERVER,
  OST_DEVICE_LAST_SYNC_ATTEMPT,
  OST_DEVICE_LAST_SUCCESS_SYNC,
  OST_DEVICE_LAST_POLICY_UPDATE,
  OST_DEVICE_POLICY_APPLIED,
  OST_DEVICE_POLICY_STATUS,
  OST_DEVICE_FOLDERS_SYNCED,
  OST_DEVICE_WIPE_STATUS,
  OST_DEVICE_WIPE_REQUESTED,
  OST_DEVICE_WIPE_SENT,
  OST_DEVICE_WIPE_ACKNOWLEDGED,
  OST_DEVICE_ACCOUNT_WIPE_REQUESTED,
  OST_DEVICE_ACCOUNT_WIPE_SENT,
  OST_DEVICE_ACCOUNT_WIPE_ACKNOWLEDGED,
  OST_DEVICE_WIPE_REQUESTER,
  OST_DEVICE_N_FIELDS, /*< skip >*/
} OstDeviceField;

/**
 * OST_DEVICE_N_LISTED:
 *
 * How many of a device's fields come from a listing: those before the first of the statistics.
 *
 * Since: 1.0
 */
#define OST_DEVICE_N_LISTED OST_DEVICE_LAST_SYNC_ATTEMPT

/**
 * OstMailboxField:
 *
 * The fields of %OST_KIND_MAILBOX. Those up to %OST_MAILBOX_SERVER come from Get-CASMailbox, the
 * rest from Get-Recipient; a backend may emit one mailbox as two objects with the same GUID.
 *
 * Since: 1.0
 */
typedef enum {
  OST_MAILBOX_GUID,
  OST_MAILBOX_DISTINGUISHED_NAME,
  OST_MAILBOX_IDENTITY,
  OST_MAILBOX_NAME,
  OST_MAILBOX_DISPLAY_NAME,
  OST_MAILBOX_PRIMARY_SMTP_ADDRESS,
  OST_MAILBOX_ADDRESSES,
  OST_MAILBOX_SAM_ACCOUNT_NAME,
  OST_MAILBOX_LINKED_ACCOUNT,
  OST_MAILBOX_ACTIVESYNC_ENABLED,
  OST_MAILBOX_HAS_PARTNERSHIP,
  OST_MAILBOX_POLICY,
  OST_MAILBOX_POLICY_IS_DEFAULTED,
  OST_MAILBOX_ALLOWED_DEVICE_IDS,
  OST_MAILBOX_BLOCKED_DEVICE_IDS,
  OST_MAILBOX_CHANGED,
  OST_MAILBOX_SERVER,
  OST_MAILBOX_EXCHANGE_GUID,
  OST_MAILBOX_ALIAS,
  OST_MAILBOX_RECIPIENT_TYPE,
  OST_MAILBOX_ORGANISATIONAL_UNIT,
  OST_MAILBOX_N_FIELDS, /*< skip >*/
} OstMailboxField;

/** OstAccessRuleField: The fields of %OST_KIND_ACCESS_RULE. Since: 1.0 */
typedef enum {
  OST_ACCESS_RULE_GUID,
  OST_ACCESS_RULE_NAME,
  OST_ACCESS_RULE_QUERY_STRING,
  OST_ACCESS_RULE_CHARACTERISTIC,
  OST_ACCESS_RULE_LEVEL,
  OST_ACCESS_RULE_CHANGED,
  OST_ACCESS_RULE_N_FIELDS, /*< skip >*/
} OstAccessRuleField;

/** OstMailboxPolicyField: The fields of %OST_KIND_MAILBOX_POLICY. Since: 1.0 */
typedef enum {
  OST_MAILBOX_POLICY_GUID,
  OST_MAILBOX_POLICY_NAME,
  OST_MAILBOX_POLICY_IDENTITY,
  OST_MAILBOX_POLICY_IS_DEFAULT,
  OST_MAILBOX_POLICY_ALLOW_NON_PROVISIONABLE,
  OST_MAILBOX_POLICY_PASSWORD_ENABLED,
  OST_MAILBOX_POLICY_ALLOW_EXTERNAL_MANAGEMENT,
  OST_MAILBOX_POLICY_CHANGED,
  OST_MAILBOX_POLICY_N_FIELDS, /*< skip >*/
} OstMailboxPolicyField;

/** OstOrganisationField: The fields of %OST_KIND_ORGANISATION_SETTINGS. Since: 1.0 */
typedef enum {
  OST_ORGANISATION_GUID,
  OST_ORGANISATION_NAME,
  OST_ORGANISATION_DEFAULT_LEVEL,
  OST_ORGANISATION_USER_MAIL_INSERT,
  OST_ORGANISATION_OTA_INSERT,
  OST_ORGANISATION_ADMIN_RECIPIENTS,
  OST_ORGANISATION_CHANGED,
  OST_ORGANISATION_N_FIELDS, /*< skip >*/
} OstOrganisationField;

/** OstDeviceClassField: The fields of %OST_KIND_DEVICE_CLASS. Since: 1.0 */
typedef enum {
  OST_DEVICE_CLASS_GUID,
  OST_DEVICE_CLASS_TYPE,
  OST_DEVICE_CLASS_MODEL,
  OST_DEVICE_CLASS_LAST_UPDATE,
  OST_DEVICE_CLASS_N_FIELDS, /*< skip >*/
} OstDeviceClassField;

/** OstServerField: The fields of %OST_KIND_SERVER. Since: 1.0 */
typedef enum {
  OST_SERVER_GUID,
  OST_SERVER_NAME,
  OST_SERVER_FQDN,
  OST_SERVER_VERSION,
  OST_SERVER_EDITION,
  OST_SERVER_ROLE,
  OST_SERVER_SITE,
  OST_SERVER_IS_CLIENT_ACCESS,
  OST_SERVER_N_FIELDS, /*< skip >*/
} OstServerField;

/** OstGroupField: The fields of %OST_KIND_GROUP. Since: 1.0 */
typedef enum {
  OST_GROUP_GUID,
  OST_GROUP_NAME,
  OST_GROUP_MEMBERS,
  OST_GROUP_N_FIELDS, /*< skip >*/
} OstGroupField;

/** OstGrantField: The fields of %OST_KIND_GRANT. Since: 1.0 */
typedef enum {
  OST_GRANT_CMDLET,
  OST_GRANT_PARAMETER,
  OST_GRANT_NEEDED,
  OST_GRANT_GRANTED,
  OST_GRANT_ROLE,
  OST_GRANT_N_FIELDS, /*< skip >*/
} OstGrantField;

/** OstManagedDeviceField: The fields of %OST_KIND_MANAGED_DEVICE. Since: 1.0 */
typedef enum {
  OST_MANAGED_DEVICE_ID,
  OST_MANAGED_DEVICE_OWNER,
  OST_MANAGED_DEVICE_MANAGED,
  OST_MANAGED_DEVICE_COMPLIANT,
  OST_MANAGED_DEVICE_LAST_CHECK_IN,
  OST_MANAGED_DEVICE_N_FIELDS, /*< skip >*/
} OstManagedDeviceField;

/**
 * ost_kind_get_fields:
 * @kind: a kind
 * @n_fields: (out) (optional): how many fields it has
 *
 * Returns: (transfer none) (array length=n_fields): the kind's fields, in the order of its enum
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const OstField *ost_kind_get_fields (OstKind kind, guint *n_fields);

/**
 * ost_kind_to_string:
 * @kind: a kind
 *
 * Returns: (transfer none): its name, such as `mailbox-policy`
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_kind_to_string (OstKind kind);

/**
 * OstObject:
 *
 * One thing of one kind. A field that was never set is unknown: it becomes null in JSON and in
 * the store, and is never guessed. Not thread-safe; whoever emits one does not touch it again.
 *
 * Since: 1.0
 */
#define OST_TYPE_OBJECT (ost_object_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_object_get_type (void);

/**
 * ost_object_new:
 * @kind: its kind
 *
 * Returns: (transfer full): an object of which nothing is known yet
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstObject *ost_object_new (OstKind kind);
OST_AVAILABLE_IN_1_0
OstObject *ost_object_ref (OstObject *self);
OST_AVAILABLE_IN_1_0
void ost_object_unref (OstObject *self);
/**
 * ost_object_get_kind:
 * @self: an object
 *
 * Returns: its kind
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstKind ost_object_get_kind (const OstObject *self);

/**
 * ost_object_set_text:
 * @self: an object
 * @field: a field of type %OST_FIELD_TEXT
 * @text: (nullable): UTF-8; %NULL and the empty text mean unknown
 * @length: bytes, or -1 where zero-terminated
 *
 * Bytes that are not UTF-8 become U+FFFD, and so does U+0000.
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_object_set_text (OstObject *self, guint field, const char *text, gssize length);
/**
 * ost_object_set_time:
 * @self: an object
 * @field: a field of type %OST_FIELD_TIME
 * @microseconds: since 1970-01-01 UTC
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_object_set_time (OstObject *self, guint field, gint64 microseconds);
/**
 * ost_object_set_boolean:
 * @self: an object
 * @field: a field of type %OST_FIELD_BOOLEAN
 * @value: its value
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_object_set_boolean (OstObject *self, guint field, gboolean value);
/**
 * ost_object_set_integer:
 * @self: an object
 * @field: a field of type %OST_FIELD_INTEGER
 * @value: its value
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_object_set_integer (OstObject *self, guint field, gint64 value);

/**
 * ost_object_set_list:
 * @self: an object
 * @field: a field of type %OST_FIELD_LIST
 * @items: (array zero-terminated=1): its items; an empty list is known to be empty
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_object_set_list (OstObject *self, guint field, const char *const *items);

/**
 * ost_object_is_set:
 * @self: an object
 * @field: any of its fields
 *
 * Returns: whether the field is known
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_object_is_set (const OstObject *self, guint field);

/**
 * ost_object_get_text:
 * @self: an object
 * @field: a field of type %OST_FIELD_TEXT
 *
 * Returns: (transfer none) (nullable): the text, valid until a field is set; %NULL where unknown
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_object_get_text (const OstObject *self, guint field);

/**
 * ost_object_get_number:
 * @self: an object
 * @field: a field of type %OST_FIELD_TIME, %OST_FIELD_BOOLEAN or %OST_FIELD_INTEGER
 * @value: (out): its value
 *
 * Returns: %FALSE where it is unknown
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_object_get_number (const OstObject *self, guint field, gint64 *value);

/**
 * ost_object_get_list:
 * @self: an object
 * @field: a field of type %OST_FIELD_LIST
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): its items; %NULL where unknown
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
GStrv ost_object_get_list (const OstObject *self, guint field);

/**
 * ost_object_get_packed_list:
 * @self: an object
 * @field: a field of type %OST_FIELD_LIST
 * @length: (out): how many bytes
 *
 * Returns: (transfer none) (nullable): the items one after the other, each with its zero byte, as
 *   a store writes them without a copy; %NULL where unknown
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_object_get_packed_list (const OstObject *self, guint field, gsize *length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstObject, ost_object_unref)

G_END_DECLS
