/* types.h: the types of Exchange's objects, property by property */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "world.h"

G_BEGIN_DECLS

/* Of SimDevice. */
extern const SimType sim_type_mobile_device;
extern const SimType sim_type_active_sync_device;
extern const SimType sim_type_device_statistics;
extern const SimType sim_type_active_sync_statistics;
/* Of SimMailbox. */
extern const SimType sim_type_cas_mailbox;
extern const SimType sim_type_recipient;
/* Of SimRule, SimOrganization, SimPolicy. */
extern const SimType sim_type_access_rule;
extern const SimType sim_type_organization;
extern const SimType sim_type_mobile_policy;
extern const SimType sim_type_active_sync_policy;
/* Of SimDeviceClassObject, SimServerObject, SimServerSettings. */
extern const SimType sim_type_device_class;
extern const SimType sim_type_exchange_server;
extern const SimType sim_type_server_settings;

/**
 * SimDeviceClassObject:
 * @entry: its names
 * @model: the phones of this class
 */
typedef struct {
  SimEntry entry;
  const SimModel *model;
} SimDeviceClassObject;

/**
 * SimServerObject:
 * @entry: its names
 * @fqdn: host name
 */
typedef struct {
  SimEntry entry;
  const char *fqdn;
} SimServerObject;

/**
 * SimServerSettings:
 * @entry: its names, which are empty
 * @views_entire_forest: ViewEntireForest
 * @view_root: (nullable): RecipientViewRoot
 *
 * What Set-ADServerSettings set in a session.
 */
typedef struct {
  SimEntry entry;
  gboolean views_entire_forest;
  char *view_root;
} SimServerSettings;

/* The properties of every object in the directory, and of every object. */
extern const SimProperty sim_directory_properties[];
extern const SimProperty sim_object_properties[];

/* Getters that several types share. */
void sim_get_text_field (gconstpointer object, const SimProperty *property, SimValue *value);
void sim_get_name (gconstpointer object, const SimProperty *property, SimValue *value);
void sim_get_identity (gconstpointer object, const SimProperty *property, SimValue *value);
void sim_get_guid (gconstpointer object, const SimProperty *property, SimValue *value);

G_END_DECLS
