/* types-mailbox.c: what Get-CASMailbox and Get-Recipient tell of a mailbox; what every object has */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "types.h"
#include "world-private.h"

#include <string.h>

#define SPACE "Microsoft.Exchange.Data.Directory."

static const char *const RECIPIENT_TYPES[] = { "Invalid", "UserMailbox", NULL };
static const SimEnum RECIPIENT_TYPE = { SPACE "Recipient.RecipientType", RECIPIENT_TYPES };
static const char *const OBJECT_STATES[] = { "New", "Unchanged", "Changed", "Deleted", NULL };
static const SimEnum OBJECT_STATE = { "Microsoft.Exchange.Data.ObjectState", OBJECT_STATES };

/* ---- every object ---------------------------------------------------------------------------- */

void
sim_get_text_field (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, G_STRUCT_MEMBER (const char *, object, property->offset));
}

void
sim_get_name (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, sim_entry_complete (object)->name);
}

void
sim_get_identity (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_id (value, sim_entry_complete (object));
}

void
sim_get_guid (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_guid (value, &sim_entry_complete (object)->guid);
}

static void
get_distinguished (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, sim_entry_complete (object)->distinguished);
}

static void
get_object_class (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_list (value, ((const SimEntry *)object)->object_class);
}

static void
get_created (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_time (value, property->kind, ((const SimEntry *)object)->created_us);
}

static void
get_changed (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_time (value, property->kind, ((const SimEntry *)object)->changed_us);
}

static void
get_object_state (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &OBJECT_STATE, 1);
}

#define CONSTANT(name_, kind_, text_)                                                              \
  {                                                                                                \
    name_, sim_get_constant, kind_, NULL, text_, 0                                                 \
  }
#define OBJECT_TAIL                                                                                \
  CONSTANT ("IsValid", SIM_BOOLEAN, "True"),                                                       \
    { "ObjectState", get_object_state, SIM_ENUM, NULL, NULL, 0 },                                  \
  {                                                                                                \
    0                                                                                              \
  }

const SimProperty sim_object_properties[] = { OBJECT_TAIL };

const SimProperty sim_directory_properties[] = {
  { "Name", sim_get_name, SIM_TEXT, NULL, NULL, 0 },
  CONSTANT ("AdminDisplayName", SIM_TEXT, ""),
  CONSTANT ("ExchangeVersion", SIM_TEXT, "0.10 (14.0.100.0)"),
  { "ObjectClass", get_object_class, SIM_LIST, NULL, NULL, 0 },
  { "WhenChanged", get_changed, SIM_LOCAL_TIME, NULL, NULL, 0 },
  { "WhenCreated", get_created, SIM_LOCAL_TIME, NULL, NULL, 0 },
  { "WhenChangedUTC", get_changed, SIM_TIME, NULL, NULL, 0 },
  { "WhenCreatedUTC", get_created, SIM_TIME, NULL, NULL, 0 },
  CONSTANT ("OrganizationId", SIM_TEXT, ""),
  CONSTANT ("OriginatingServer", SIM_TEXT, "DC01.contoso.com"),
  { "Id", sim_get_identity, SIM_ID, NULL, NULL, 0 },
  { "Identity", sim_get_identity, SIM_ID, NULL, NULL, 0 },
  { "DistinguishedName", get_distinguished, SIM_TEXT, NULL, NULL, 0 },
  { "Guid", sim_get_guid, SIM_GUID, NULL, NULL, 0 },
  OBJECT_TAIL,
};

/* ---- mailboxes ------------------------------------------------------------------------------- */

static const char *
get_string (gconstpointer object, const SimProperty *property)
{
  return G_STRUCT_MEMBER (GString *, object, property->offset)->str;
}

static void
get_mailbox_text (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, get_string (object, property));
}

/* Composes one after the other the items of a list, which SimValue wants as an array. */
static void
set_items (SimValue *value, const char *const *items)
{
  GString *text = sim_value_compose (value);
  guint n_items = g_strv_length ((char **)items);
  gsize room = (n_items + 1) * sizeof (char *);
  gsize length = 0;
  for (guint i = 0; i < n_items; i++)
    length += strlen (items[i]) + 1;
  g_string_set_size (text, room + length);
  char **pointers = (char **)(gpointer)text->str;
  char *at = text->str + room;
  for (guint i = 0; i < n_items; i++)
    {
      pointers[i] = at;
      at = g_stpcpy (at, items[i]) + 1;
    }
  pointers[n_items] = NULL;
  sim_value_set_list (value, (const char *const *)pointers);
}

static void
get_addresses (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  g_autofree char *primary = g_strconcat ("SMTP:", mailbox->address->str, NULL);
  g_autofree char *other = g_strconcat ("smtp:", mailbox->alias->str, "@mail.contoso.com", NULL);
  const char *items[] = { primary, other, NULL };
  set_items (value, items);
}

static void
get_legacy_name (gconstpointer object, const SimProperty *property, SimValue *value)
{
  g_string_append_printf (sim_value_compose (value),
                          "/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
                          "/cn=Recipients/cn=%s",
                          ((const SimMailbox *)object)->alias->str);
}

static void
get_device_list (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  g_autoptr (SimSettings) settings = sim_world_copy_settings (mailbox->world, mailbox->index);
  GPtrArray *ids = G_STRUCT_MEMBER (GPtrArray *, settings, property->offset);
  g_ptr_array_add (ids, NULL);
  set_items (value, (const char *const *)ids->pdata);
}

static void
get_enabled (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  g_autoptr (SimSettings) settings = sim_world_copy_settings (mailbox->world, mailbox->index);
  sim_value_set_boolean (value, settings->is_enabled);
}

static void
get_policy (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  gboolean is_defaulted;
  const SimPolicy *policy = sim_world_get_policy_of (mailbox->world, mailbox->index, &is_defaulted);
  sim_value_set_id (value, policy == NULL ? NULL : &policy->entry);
}

static void
get_policy_defaulted (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  gboolean is_defaulted;
  sim_world_get_policy_of (mailbox->world, mailbox->index, &is_defaulted);
  sim_value_set_boolean (value, is_defaulted);
}

static void
get_partnership (gconstpointer object, const SimProperty *property, SimValue *value)
{
  const SimMailbox *mailbox = object;
  sim_value_set_boolean (value, sim_world_has_devices (mailbox->world, mailbox->index));
}

static void
get_unit (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_text (value, ((const SimMailbox *)object)->unit->entry.canonical);
}

static void
get_recipient_type (gconstpointer object, const SimProperty *property, SimValue *value)
{
  sim_value_set_enum (value, &RECIPIENT_TYPE, 1);
}

#define MAILBOX_TEXT(name_, field_)                                                                \
  {                                                                                                \
    name_, get_mailbox_text, SIM_TEXT, NULL, NULL, G_STRUCT_OFFSET (SimMailbox, field_)            \
  }
#define DEVICE_LIST(name_, field_)                                                                 \
  {                                                                                                \
    name_, get_device_list, SIM_LIST, NULL, NULL, G_STRUCT_OFFSET (SimSettings, field_)            \
  }

static const SimProperty CAS_MAILBOX[] = {
  { "EmailAddresses", get_addresses, SIM_LIST, NULL, NULL, 0 },
  { "LegacyExchangeDN", get_legacy_name, SIM_TEXT, NULL, NULL, 0 },
  CONSTANT ("LinkedMasterAccount", SIM_TEXT, ""),
  MAILBOX_TEXT ("PrimarySmtpAddress", address),
  MAILBOX_TEXT ("SamAccountName", alias),
  CONSTANT ("ServerName", SIM_TEXT, "ex01"),
  MAILBOX_TEXT ("DisplayName", display_name),
  DEVICE_LIST ("ActiveSyncAllowedDeviceIDs", allowed),
  DEVICE_LIST ("ActiveSyncBlockedDeviceIDs", blocked),
  { "ActiveSyncMailboxPolicy", get_policy, SIM_ID, NULL, NULL, 0 },
  { "ActiveSyncMailboxPolicyIsDefaulted", get_policy_defaulted, SIM_BOOLEAN, NULL, NULL, 0 },
  CONSTANT ("ActiveSyncDebugLogging", SIM_BOOLEAN, NULL),
  { "ActiveSyncEnabled", get_enabled, SIM_BOOLEAN, NULL, NULL, 0 },
  { "HasActiveSyncDevicePartnership", get_partnership, SIM_BOOLEAN, NULL, NULL, 0 },
  CONSTANT ("OWAEnabled", SIM_BOOLEAN, "True"),
  CONSTANT ("OWAforDevicesEnabled", SIM_BOOLEAN, "True"),
  CONSTANT ("PopEnabled", SIM_BOOLEAN, NULL),
  CONSTANT ("ImapEnabled", SIM_BOOLEAN, NULL),
  CONSTANT ("MAPIEnabled", SIM_BOOLEAN, "True"),
  { 0 },
};

static const SimProperty RECIPIENT[] = {
  MAILBOX_TEXT ("Alias", alias),
  MAILBOX_TEXT ("DisplayName", display_name),
  MAILBOX_TEXT ("PrimarySmtpAddress", address),
  { "EmailAddresses", get_addresses, SIM_LIST, NULL, NULL, 0 },
  { "RecipientType", get_recipient_type, SIM_ENUM, NULL, NULL, 0 },
  { "RecipientTypeDetails", get_recipient_type, SIM_ENUM, NULL, NULL, 0 },
  MAILBOX_TEXT ("SamAccountName", alias),
  { "HasActiveSyncDevicePartnership", get_partnership, SIM_BOOLEAN, NULL, NULL, 0 },
  { "ActiveSyncMailboxPolicy", get_policy, SIM_ID, NULL, NULL, 0 },
  { "ActiveSyncMailboxPolicyIsDefaulted", get_policy_defaulted, SIM_BOOLEAN, NULL, NULL, 0 },
  CONSTANT ("WindowsLiveID", SIM_TEXT, ""),
  CONSTANT ("ExternalDirectoryObjectId", SIM_TEXT, ""),
  { "OrganizationalUnit", get_unit, SIM_TEXT, NULL, NULL, 0 },
  CONSTANT ("ServerName", SIM_TEXT, "ex01"),
  { 0 },
};

static const char *const CAS_MAILBOX_NAMES[] = { SPACE "Management.CASMailbox",
                                                 SPACE "Management.ADPresentationObject",
                                                 SPACE "ADObject",
                                                 SPACE "ADRawEntry",
                                                 "Microsoft.Exchange.Data.ConfigurableObject",
                                                 "System.Object",
                                                 NULL };
static const char *const RECIPIENT_NAMES[]
  = { SPACE "Management.ReducedRecipient",          SPACE "ADObject", SPACE "ADRawEntry",
      "Microsoft.Exchange.Data.ConfigurableObject", "System.Object",  NULL };

const SimType sim_type_cas_mailbox = { CAS_MAILBOX_NAMES, CAS_MAILBOX, sim_directory_properties };
const SimType sim_type_recipient = { RECIPIENT_NAMES, RECIPIENT, sim_directory_properties };
