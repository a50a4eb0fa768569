/* ost-device-row.h: one device as the inventory shows it, joined with its mailbox */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-private.h"

G_BEGIN_DECLS

/**
 * OstDeviceColumn:
 *
 * What the inventory says of a device. Those up to %OST_COLUMN_STATISTICS_READ are the contract of
 * `ostiary devices --json`, in its order; ost_device_get_columns() has their names and types.
 *
 * Since: 1.0
 */
typedef enum {
  OST_COLUMN_CONNECTION,
  OST_COLUMN_DEVICE_ID,
  OST_COLUMN_GUID,
  OST_COLUMN_IDENTITY,
  OST_COLUMN_MAILBOX,
  OST_COLUMN_USER_DISPLAY_NAME,
  OST_COLUMN_PRIMARY_SMTP_ADDRESS,
  OST_COLUMN_FRIENDLY_NAME,
  OST_COLUMN_MODEL,
  OST_COLUMN_TYPE,
  OST_COLUMN_OS,
  OST_COLUMN_OS_LANGUAGE,
  OST_COLUMN_PHONE_NUMBER,
  OST_COLUMN_IMEI,
  OST_COLUMN_USER_AGENT,
  OST_COLUMN_CLIENT_TYPE,
  OST_COLUMN_CLIENT_VERSION,
  OST_COLUMN_ACCESS_STATE,
  OST_COLUMN_ACCESS_REASON,
  OST_COLUMN_ACCESS_RULE,
  OST_COLUMN_POLICY_APPLIED,
  OST_COLUMN_POLICY_STATUS,
  OST_COLUMN_FIRST_SYNC,
  OST_COLUMN_LAST_SYNC_ATTEMPT,
  OST_COLUMN_LAST_SUCCESS_SYNC,
  OST_COLUMN_WIPE_STATUS,
  OST_COLUMN_WIPE_REQUESTED,
  OST_COLUMN_WIPE_ACKNOWLEDGED,
  OST_COLUMN_WANTED_STATE,
  OST_COLUMN_WANTED_REASON,
  OST_COLUMN_ENFORCEABLE,
  OST_COLUMN_PERSONAL_ALLOW,
  OST_COLUMN_PERSONAL_BLOCK,
  OST_COLUMN_LIST_ENTRY_OWNER,
  OST_COLUMN_OVERRIDE,
  OST_COLUMN_MISSING_SINCE,
  OST_COLUMN_REPORTED_STATE_SINCE,
  OST_COLUMN_STATISTICS_READ,
  OST_COLUMN_DISTINGUISHED_NAME,
  OST_COLUMN_OWNER_DN,
  OST_COLUMN_MOBILE_OPERATOR,
  OST_COLUMN_CREATED,
  OST_COLUMN_CHANGED,
  OST_COLUMN_ORIGINATING_SERVER,
  OST_COLUMN_READ,
  OST_COLUMN_LAST_POLICY_UPDATE,
  OST_COLUMN_FOLDERS_SYNCED,
  OST_COLUMN_WIPE_SENT,
  OST_COLUMN_ACCOUNT_WIPE_REQUESTED,
  OST_COLUMN_ACCOUNT_WIPE_SENT,
  OST_COLUMN_ACCOUNT_WIPE_ACKNOWLEDGED,
  OST_COLUMN_WIPE_REQUESTER,
  OST_COLUMN_MAILBOX_GUID,
  OST_COLUMN_MAILBOX_EXCHANGE_GUID,
  OST_COLUMN_MAILBOX_ALIAS,
  OST_COLUMN_MAILBOX_POLICY,
  OST_COLUMN_ACTIVESYNC_ENABLED,
  OST_DEVICE_N_COLUMNS, /*< skip >*/
} OstDeviceColumn;

/**
 * OST_DEVICE_N_CONTRACT_COLUMNS:
 *
 * How many columns `ostiary devices` shows.
 *
 * Since: 1.0
 */
#define OST_DEVICE_N_CONTRACT_COLUMNS (OST_COLUMN_STATISTICS_READ + 1)

/**
 * ost_device_get_columns:
 *
 * Returns: (transfer none) (array fixed-size=OST_DEVICE_N_COLUMNS): name, type and meaning of each
 *   column, in the order of #OstDeviceColumn; none is a list
 *
 * Since: 1.0
 */
OST_INTERNAL const OstField *ost_device_get_columns (void);

/**
 * OstValue:
 * @is_set: whether it is known
 * @text: of a %OST_FIELD_TEXT, where it is known
 * @number: of the others, where it is known
 *
 * Since: 1.0
 */
typedef struct {
  gboolean is_set;
  const char *text;
  gint64 number;
} OstValue;

/**
 * OstDeviceRow:
 * @values: by #OstDeviceColumn
 *
 * One row, valid while the callback runs.
 *
 * Since: 1.0
 */
typedef struct {
  OstValue values[OST_DEVICE_N_COLUMNS];
} OstDeviceRow;

/**
 * OstDeviceRowFunc:
 * @row: a device
 * @data: the caller's
 *
 * Returns: %FALSE to hear of no more
 *
 * Since: 1.0
 */
typedef gboolean (*OstDeviceRowFunc) (const OstDeviceRow *row, gpointer data);

/**
 * ost_device_row_get_text:
 * @self: a row
 * @column: a column of type %OST_FIELD_TEXT
 *
 * Returns: (transfer none) (nullable): the text, %NULL where it is unknown
 *
 * Since: 1.0
 */
static inline const char *
ost_device_row_get_text (const OstDeviceRow *self, OstDeviceColumn column)
{
  return self->values[column].is_set ? self->values[column].text : NULL;
}

/**
 * ost_device_row_get_number:
 * @self: a row
 * @column: a column that is no text
 * @value: (out): its value; of a time, microseconds since 1970 UTC
 *
 * Returns: %FALSE where it is unknown
 *
 * Since: 1.0
 */
static inline gboolean
ost_device_row_get_number (const OstDeviceRow *self, OstDeviceColumn column, gint64 *value)
{
  *value = self->values[column].number;
  return self->values[column].is_set;
}

/**
 * ost_device_is_enforceable:
 * @client_type: (nullable): the device's client type
 * @type: (nullable): its type
 * @is_enforceable: (out): whether a personal list entry controls it
 *
 * Returns: %FALSE where that cannot be known, because the client type is unknown
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_device_is_enforceable (const char *client_type, const char *type,
                                                 gboolean *is_enforceable);

/**
 * OstDeviceQuery:
 * @connection: (nullable): only this connection's
 * @device: (nullable): only the one with this GUID or Identity, or those with this device ID, in
 *   whatever case
 * @user: (nullable): only those whose mailbox has this text in its identity, name, display name,
 *   an address, alias or logon name, in whatever case
 * @state: (nullable): only those that Exchange reports in this state, in whatever case
 * @without_missing: leave out those that are missing
 * @after: (nullable): the cursor that an earlier query gave
 * @limit: at most so many, 0 for all
 *
 * What to show. Rows come by connection, then GUID.
 *
 * Since: 1.0
 */
typedef struct {
  const char *connection;
  const char *device;
  const char *user;
  const char *state;
  gboolean without_missing;
  const char *after;
  guint limit;
} OstDeviceQuery;

G_END_DECLS
