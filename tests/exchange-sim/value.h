/* value.h: the types of the simulated Exchange, told once for CLIXML, for JSON and for filters */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "plugins/shared/remoting/clixml-writer.h"

G_BEGIN_DECLS

/* 36 characters and a NUL. */
#define SIM_GUID_SIZE 37

typedef struct {
  guint8 bytes[16];
} SimGuid;

/**
 * SimEnum:
 * @type_name: the .NET type
 * @members: names, each at its number
 *
 * An enumeration of Exchange.
 */
typedef struct {
  const char *type_name;
  const char *const *members;
} SimEnum;

/**
 * SimEntry:
 * @name: the name in its container
 * @canonical: canonical name, which is what Identity shows
 * @distinguished: distinguished name
 * @guid: object GUID
 * @created_us: microseconds since 1970 in UTC, 0 for never
 * @changed_us: likewise
 * @object_class: what ObjectClass lists
 * @complete: (nullable): fills in the names before anyone reads them, and makes itself %NULL
 *
 * What every object in the directory has; the first member of each of them.
 */
typedef struct _SimEntry SimEntry;
struct _SimEntry {
  const char *name;
  const char *canonical;
  const char *distinguished;
  SimGuid guid;
  gint64 created_us;
  gint64 changed_us;
  const char *const *object_class;
  void (*complete) (SimEntry *entry);
};

/**
 * SimKind:
 * @SIM_NULL: null
 * @SIM_TEXT: a string
 * @SIM_ENUM: a member of an enumeration, or a name that the enumeration does not have
 * @SIM_ID: the identity of an entry
 * @SIM_BOOLEAN: a Boolean
 * @SIM_TIME: a time in UTC
 * @SIM_LOCAL_TIME: a time in the server's zone
 * @SIM_PLAIN_TIME: a time in UTC that does not say so
 * @SIM_GUID: a GUID
 * @SIM_I32: a number
 * @SIM_U32: a number
 * @SIM_LIST: a list of strings
 *
 * What a property's value is.
 */
typedef enum {
  SIM_NULL,
  SIM_TEXT,
  SIM_ENUM,
  SIM_ID,
  SIM_BOOLEAN,
  SIM_TIME,
  SIM_LOCAL_TIME,
  SIM_PLAIN_TIME,
  SIM_GUID,
  SIM_I32,
  SIM_U32,
  SIM_LIST,
} SimKind;

/**
 * SimValue:
 * @kind: what it is
 * @text: the text of a string, an enumeration's member or an identity
 * @number: a number, a Boolean, or microseconds since 1970
 * @guid: a GUID
 * @enumeration: of an enumeration's member
 * @entry: of an identity
 * @items: (array zero-terminated=1): of a list
 * @scratch: room to compose a text in
 *
 * A property's value while it is looked at.
 */
typedef struct {
  SimKind kind;
  const char *text;
  gint64 number;
  SimGuid guid;
  const SimEnum *enumeration;
  const SimEntry *entry;
  const char *const *items;
  GString *scratch;
} SimValue;

typedef struct _SimProperty SimProperty;

/* @object: begins with a SimEntry */
typedef void (*SimGetter) (gconstpointer object, const SimProperty *property, SimValue *value);

/**
 * SimProperty:
 * @name: its name; %NULL ends an array
 * @get: fills in the value
 * @kind: what it is when it is not null
 * @enumeration: (nullable): whose members a filter may ask for
 * @constant: (nullable): the value of every object
 * @offset: where a getter that serves several properties finds its field
 */
struct _SimProperty {
  const char *name;
  SimGetter get;
  SimKind kind;
  const SimEnum *enumeration;
  const char *constant;
  gsize offset;
};

/**
 * SimType:
 * @type_names: (array zero-terminated=1): the .NET type and its bases
 * @properties: its own, then come those of @tail
 * @tail: those of its bases
 *
 * The type of objects that begin with a SimEntry.
 */
typedef struct {
  const char *const *type_names;
  const SimProperty *properties;
  const SimProperty *tail;
} SimType;

/* Reads a value of an object into @value. */
static inline void
sim_property_get (const SimProperty *property, gconstpointer object, SimValue *value)
{
  property->get (object, property, value);
}

/* A getter: @constant, as a text or as a Boolean where @kind says so. */
void sim_get_constant (gconstpointer object, const SimProperty *property, SimValue *value);
/* Fills in the names of an object. */
const SimEntry *sim_entry_complete (gconstpointer object);

/** SimStyle: how values of enumerations and identities are serialized. */
typedef enum {
  SIM_STYLE_PLAIN, /* as strings, which is what the serializer makes of them at remoting's depth */
  SIM_STYLE_RICH,  /* whole, as Exchange's own type data has it in dumps of real servers */
} SimStyle;

void sim_value_init (SimValue *value);
void sim_value_clear (SimValue *value);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimValue, sim_value_clear)

void sim_value_set_null (SimValue *value);
/* @text: (nullable): NULL makes it null */
void sim_value_set_text (SimValue *value, const char *text);
/* Makes it a string that the caller composes in what is returned. */
GString *sim_value_compose (SimValue *value);
void sim_value_set_enum (SimValue *value, const SimEnum *enumeration, int member);
/* @entry: (nullable): NULL makes it null */
void sim_value_set_id (SimValue *value, const SimEntry *entry);
void sim_value_set_boolean (SimValue *value, gboolean boolean);
/* @time_us: 0 makes it null */
void sim_value_set_time (SimValue *value, SimKind kind, gint64 time_us);
void sim_value_set_number (SimValue *value, SimKind kind, gint64 number);
void sim_value_set_guid (SimValue *value, const SimGuid *guid);
void sim_value_set_list (SimValue *value, const char *const *items);
const char *sim_value_get_text (const SimValue *value);

void sim_guid_format (const SimGuid *guid, char text[SIM_GUID_SIZE]);
gboolean sim_guid_parse (const char *text, SimGuid *guid);

/* Appends a time as .NET writes it for the kind of value. */
void sim_time_append (GString *out, SimKind kind, gint64 time_us);

/* The property of a type by its name without regard to case, NULL where it has none. */
const SimProperty *sim_type_find (const SimType *type, const char *name);
void sim_type_write_clixml (const SimType *type, gconstpointer object, SimStyle style,
                            SimValue *scratch, OstClixmlWriter *writer);
/* Appends a JSON object with every property; times are RFC 3339 in UTC. */
void sim_type_append_json (const SimType *type, gconstpointer object, SimValue *scratch,
                           GString *out);
void sim_json_append_string (GString *out, const char *text);

G_END_DECLS
