/* exchange-fields.h: which property of Exchange's objects is which field of ours */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-object.h>

G_BEGIN_DECLS

/**
 * OstExchangeView:
 * @OST_EXCHANGE_VIEW_DEVICE: Get-MobileDevice, Get-ActiveSyncDevice
 * @OST_EXCHANGE_VIEW_STATISTICS: Get-MobileDeviceStatistics, Get-ActiveSyncDeviceStatistics
 * @OST_EXCHANGE_VIEW_CAS_MAILBOX: Get-CASMailbox
 * @OST_EXCHANGE_VIEW_RECIPIENT: Get-Recipient
 * @OST_EXCHANGE_VIEW_ACCESS_RULE: Get-ActiveSyncDeviceAccessRule
 * @OST_EXCHANGE_VIEW_MAILBOX_POLICY: Get-MobileDeviceMailboxPolicy, Get-ActiveSyncMailboxPolicy
 * @OST_EXCHANGE_VIEW_ORGANISATION: Get-ActiveSyncOrganizationSettings
 * @OST_EXCHANGE_VIEW_DEVICE_CLASS: Get-ActiveSyncDeviceClass
 * @OST_EXCHANGE_VIEW_SERVER: Get-ExchangeServer
 * @OST_EXCHANGE_VIEW_SETTINGS: Get-ADServerSettings, which becomes pairs of names and texts
 * @OST_EXCHANGE_VIEW_GRANTS: Get-Command, which becomes pairs of cmdlets and parameters
 * @OST_EXCHANGE_VIEW_NOTHING: cmdlets whose output nobody wants
 *
 * A kind of object that Exchange gives.
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_VIEW_DEVICE,
  OST_EXCHANGE_VIEW_STATISTICS,
  OST_EXCHANGE_VIEW_CAS_MAILBOX,
  OST_EXCHANGE_VIEW_RECIPIENT,
  OST_EXCHANGE_VIEW_ACCESS_RULE,
  OST_EXCHANGE_VIEW_MAILBOX_POLICY,
  OST_EXCHANGE_VIEW_ORGANISATION,
  OST_EXCHANGE_VIEW_DEVICE_CLASS,
  OST_EXCHANGE_VIEW_SERVER,
  OST_EXCHANGE_N_OBJECT_VIEWS, /*< skip >*/
  OST_EXCHANGE_VIEW_SETTINGS = OST_EXCHANGE_N_OBJECT_VIEWS,
  OST_EXCHANGE_VIEW_GRANTS,
  OST_EXCHANGE_VIEW_NOTHING,
} OstExchangeView;

/**
 * OstExchangeShape:
 * @OST_EXCHANGE_SHAPE_TEXT: a text, or the string form of whatever came
 * @OST_EXCHANGE_SHAPE_GUID: a GUID
 * @OST_EXCHANGE_SHAPE_TIME: a time in UTC
 * @OST_EXCHANGE_SHAPE_BOOLEAN: yes or no
 * @OST_EXCHANGE_SHAPE_INTEGER: a whole number
 * @OST_EXCHANGE_SHAPE_LIST: a list of texts, or one
 * @OST_EXCHANGE_SHAPE_JOINED: the same, as one text
 * @OST_EXCHANGE_SHAPE_VALID: not a field: whether Exchange holds the object to be sound
 * @OST_EXCHANGE_SHAPE_ID: not a field: an id in which there may be a GUID
 *
 * How a property comes.
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_SHAPE_TEXT,
  OST_EXCHANGE_SHAPE_GUID,
  OST_EXCHANGE_SHAPE_TIME,
  OST_EXCHANGE_SHAPE_BOOLEAN,
  OST_EXCHANGE_SHAPE_INTEGER,
  OST_EXCHANGE_SHAPE_LIST,
  OST_EXCHANGE_SHAPE_JOINED,
  OST_EXCHANGE_SHAPE_VALID,
  OST_EXCHANGE_SHAPE_ID,
} OstExchangeShape;

/**
 * OstExchangeProperty:
 * @name: Exchange's name of it
 * @field: our field
 * @shape: how it comes
 * @is_alias: whether another name of the same table says the same and goes before it
 *
 * Since: 1.0
 */
typedef struct {
  const char *name;
  guint field;
  OstExchangeShape shape;
  gboolean is_alias;
} OstExchangeProperty;

/**
 * OST_EXCHANGE_GUID_FIELD:
 *
 * The GUID is the first field of every kind that Exchange gives.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_GUID_FIELD 0

/**
 * OST_EXCHANGE_MAX_PROPERTIES:
 *
 * More rows than any view has.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_MAX_PROPERTIES 64

/**
 * ost_exchange_view_get_properties:
 * @view: a view that becomes objects
 * @n_properties: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_properties): the properties that are read
 *
 * Since: 1.0
 */
const OstExchangeProperty *ost_exchange_view_get_properties (OstExchangeView view,
                                                             guint *n_properties);

/**
 * ost_exchange_view_get_kind:
 * @view: a view that becomes objects
 *
 * Returns: the kind of object that it becomes
 *
 * Since: 1.0
 */
OstKind ost_exchange_view_get_kind (OstExchangeView view);

/**
 * OstExchangeIndex:
 *
 * Finds a property by its name, in the time of one comparison: a listing of a million devices asks
 * fifty million times. Lives wherever its owner puts it; the fields are private.
 *
 * Since: 1.0
 */
typedef struct {
  /*< private >*/
  const OstExchangeProperty *properties;
  guint8 slots[4 * OST_EXCHANGE_MAX_PROPERTIES];
} OstExchangeIndex;

void ost_exchange_index_init (OstExchangeIndex *self, OstExchangeView view);

/**
 * ost_exchange_index_find:
 * @self: an index
 * @name: a name, compared without regard to ASCII case
 *
 * Returns: the property's position in the view's table, -1 where there is none
 *
 * Since: 1.0
 */
int ost_exchange_index_find (const OstExchangeIndex *self, const char *name);

/**
 * ost_exchange_owner_of:
 * @distinguished_name: of a device's directory object
 *
 * A device lies in the container ExchangeActiveSyncDevices below its owner (RFC 4514 for the form).
 *
 * Returns: (nullable): where in @distinguished_name the owner's begins; %NULL for any other object
 *
 * Since: 1.0
 */
const char *ost_exchange_owner_of (const char *distinguished_name);

G_END_DECLS
