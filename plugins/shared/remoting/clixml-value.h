/* clixml-value.h: one value of a CLIXML message, as the reader hands it on */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstClixmlType:
 * @OST_CLIXML_NIL: null (`Nil`)
 * @OST_CLIXML_STRING: `S`
 * @OST_CLIXML_CHAR: `C`, whose text is a UTF-16 code unit in decimal
 * @OST_CLIXML_BOOLEAN: `B`
 * @OST_CLIXML_DATE_TIME: `DT`
 * @OST_CLIXML_TIME_SPAN: `TS`
 * @OST_CLIXML_BYTE: `By`
 * @OST_CLIXML_SIGNED_BYTE: `SB`
 * @OST_CLIXML_U16: `U16`
 * @OST_CLIXML_I16: `I16`
 * @OST_CLIXML_U32: `U32`
 * @OST_CLIXML_I32: `I32`
 * @OST_CLIXML_U64: `U64`
 * @OST_CLIXML_I64: `I64`
 * @OST_CLIXML_SINGLE: `Sg`
 * @OST_CLIXML_DOUBLE: `Db`
 * @OST_CLIXML_DECIMAL: `D`
 * @OST_CLIXML_BYTES: `BA`; the text is the base64 as it came, never decoded
 * @OST_CLIXML_GUID: `G`
 * @OST_CLIXML_URI: `URI`
 * @OST_CLIXML_VERSION: `Version`
 * @OST_CLIXML_XML: `XD`
 * @OST_CLIXML_SCRIPT_BLOCK: `SBK`
 * @OST_CLIXML_SECURE_STRING: `SS`
 * @OST_CLIXML_OBJECT: `Obj`
 * @OST_CLIXML_REFERENCE: `Ref`; ost_clixml_value_get_kind() follows it and never gives this
 * @OST_CLIXML_UNKNOWN: an element that this reader does not know, where a value is allowed; its own
 *   text is kept and what is inside it is skipped
 *
 * The element that a value came in (MS-PSRP 2.2.5.1).
 *
 * Since: 1.0
 */
typedef enum {
  OST_CLIXML_NIL,
  OST_CLIXML_STRING,
  OST_CLIXML_CHAR,
  OST_CLIXML_BOOLEAN,
  OST_CLIXML_DATE_TIME,
  OST_CLIXML_TIME_SPAN,
  OST_CLIXML_BYTE,
  OST_CLIXML_SIGNED_BYTE,
  OST_CLIXML_U16,
  OST_CLIXML_I16,
  OST_CLIXML_U32,
  OST_CLIXML_I32,
  OST_CLIXML_U64,
  OST_CLIXML_I64,
  OST_CLIXML_SINGLE,
  OST_CLIXML_DOUBLE,
  OST_CLIXML_DECIMAL,
  OST_CLIXML_BYTES,
  OST_CLIXML_GUID,
  OST_CLIXML_URI,
  OST_CLIXML_VERSION,
  OST_CLIXML_XML,
  OST_CLIXML_SCRIPT_BLOCK,
  OST_CLIXML_SECURE_STRING,
  OST_CLIXML_OBJECT,
  OST_CLIXML_REFERENCE,
  OST_CLIXML_UNKNOWN,
} OstClixmlType;

/**
 * OstClixmlContainer:
 * @OST_CLIXML_NO_CONTAINER: the object holds no list and no dictionary
 * @OST_CLIXML_LIST: `LST`
 * @OST_CLIXML_ENUMERABLE: `IE`
 * @OST_CLIXML_STACK: `STK`
 * @OST_CLIXML_QUEUE: `QUE`
 * @OST_CLIXML_DICTIONARY: `DCT`
 *
 * What an object holds beside its members (MS-PSRP 2.2.5.2.6).
 *
 * Since: 1.0
 */
typedef enum {
  OST_CLIXML_NO_CONTAINER,
  OST_CLIXML_LIST,
  OST_CLIXML_ENUMERABLE,
  OST_CLIXML_STACK,
  OST_CLIXML_QUEUE,
  OST_CLIXML_DICTIONARY,
} OstClixmlContainer;

/**
 * OST_CLIXML_GUID_SIZE:
 *
 * Bytes that ost_clixml_value_get_guid() writes, with the terminating NUL.
 *
 * Since: 1.0
 */
#define OST_CLIXML_GUID_SIZE 37

/**
 * OstClixmlValue:
 *
 * A value, owned by the reader and valid only while the reader's callback runs. All texts are UTF-8
 * with a NUL after the last byte. A NUL or half a surrogate pair inside a text is U+FFFD, so that no
 * text is cut short by whoever treats it as a C string; U+FFFE and U+FFFF are kept.
 *
 * Every function follows a `Ref` to the object that it means; the name alone is that of the `Ref`.
 *
 * Since: 1.0
 */
typedef struct _OstClixmlValue OstClixmlValue;

/**
 * OstClixmlEntry:
 *
 * A key and its value in a dictionary; lives as long as the value that it was asked of.
 *
 * Since: 1.0
 */
typedef struct _OstClixmlEntry OstClixmlEntry;

/**
 * OstClixmlMemberIter:
 *
 * Walks over the members of an object; lives on the stack, its fields are private.
 *
 * Since: 1.0
 */
typedef struct {
  /*< private >*/
  const OstClixmlValue *object;
  const OstClixmlValue *next;
  gboolean is_adapted;
  guint hops;
} OstClixmlMemberIter;

/**
 * ost_clixml_value_get_kind:
 * @value: a value
 *
 * Returns: the element that the value came in, that of its target for a reference
 *
 * Since: 1.0
 */
OstClixmlType ost_clixml_value_get_kind (const OstClixmlValue *value);

/**
 * ost_clixml_value_is_reference:
 * @value: a value
 *
 * A walk over a whole tree must not go into references: they may point to an object that encloses
 * them.
 *
 * Returns: whether the value is a `Ref` to an object that came earlier
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_is_reference (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_name:
 * @value: a value
 *
 * Returns: (nullable): the decoded `N` attribute, %NULL where there is none
 *
 * Since: 1.0
 */
const char *ost_clixml_value_get_name (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_text:
 * @value: (nullable): a value
 * @length: (out) (optional): bytes of the text
 *
 * The string form of whatever came: the decoded text of a primitive; for an object its `ToString`,
 * else the text of the primitive that it wraps, else that of an object that it wraps.
 *
 * Returns: (nullable): the text, %NULL for `Nil`, for %NULL and for an object without any
 *
 * Since: 1.0
 */
const char *ost_clixml_value_get_text (const OstClixmlValue *value, gsize *length);

/**
 * ost_clixml_value_get_to_string:
 * @value: (nullable): a value
 *
 * Returns: (nullable): an object's `ToString` and nothing else
 *
 * Since: 1.0
 */
const char *ost_clixml_value_get_to_string (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_primitive:
 * @value: (nullable): a value
 *
 * Returns: (nullable): @value itself if it is a primitive or `Nil`, the primitive that an object
 *   wraps (the number of an enumeration), else %NULL
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_value_get_primitive (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_member:
 * @value: (nullable): a value
 * @name: a property name, compared without regard to ASCII case
 *
 * Extended members (`MS`) go before adapted ones (`Props`), the object's own before those of an
 * object that it wraps without a name.
 *
 * Returns: (nullable): the member; a member that is null is a value of kind %OST_CLIXML_NIL
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_value_get_member (const OstClixmlValue *value, const char *name);

/**
 * ost_clixml_value_get_member_text:
 * @value: (nullable): a value
 * @name: a property name, compared without regard to ASCII case
 *
 * Returns: (nullable): ost_clixml_value_get_text() of that member
 *
 * Since: 1.0
 */
const char *ost_clixml_value_get_member_text (const OstClixmlValue *value, const char *name);

/**
 * OstClixmlSelection:
 *
 * Names of members that are read together, prepared once for any number of objects.
 *
 * Since: 1.0
 */
typedef struct _OstClixmlSelection OstClixmlSelection;

/**
 * ost_clixml_selection_new:
 * @names: (array zero-terminated=1): property names
 *
 * Returns: (transfer full): a selection
 *
 * Since: 1.0
 */
OstClixmlSelection *ost_clixml_selection_new (const char *const *names);

/**
 * ost_clixml_selection_read:
 * @selection: a selection
 * @value: (nullable): a value
 * @found: (out caller-allocates): room for as many members as the selection has names
 *
 * Finds what ost_clixml_value_get_member() would find for each name, in one walk: for thirty names
 * that is many times faster. What is missing is %NULL.
 *
 * Since: 1.0
 */
void ost_clixml_selection_read (const OstClixmlSelection *selection, const OstClixmlValue *value,
                                const OstClixmlValue **found);

/**
 * ost_clixml_selection_free:
 * @selection: (transfer full) (nullable): a selection
 *
 * Since: 1.0
 */
void ost_clixml_selection_free (OstClixmlSelection *selection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstClixmlSelection, ost_clixml_selection_free)

/**
 * ost_clixml_member_iter_init:
 * @iter: an iterator
 * @value: (nullable): a value
 *
 * Since: 1.0
 */
void ost_clixml_member_iter_init (OstClixmlMemberIter *iter, const OstClixmlValue *value);

/**
 * ost_clixml_member_iter_next:
 * @iter: an iterator
 *
 * Returns: (nullable): the next member, in the order of ost_clixml_value_get_member(), %NULL at the
 *   end
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_member_iter_next (OstClixmlMemberIter *iter);

/**
 * ost_clixml_value_get_container:
 * @value: (nullable): a value
 *
 * Returns: what the object holds beside its members
 *
 * Since: 1.0
 */
OstClixmlContainer ost_clixml_value_get_container (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_first_item:
 * @value: (nullable): a value
 *
 * Returns: (nullable): the first item of a list, enumerable, stack or queue, %NULL if it is empty or
 *   there is none
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_value_get_first_item (const OstClixmlValue *value);

/**
 * ost_clixml_value_get_next_item:
 * @item: what ost_clixml_value_get_first_item() or this function gave
 *
 * Returns: (nullable): the item after it
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_value_get_next_item (const OstClixmlValue *item);

/**
 * ost_clixml_value_get_first_entry:
 * @value: (nullable): a value
 *
 * Returns: (nullable): the first entry of a dictionary
 *
 * Since: 1.0
 */
const OstClixmlEntry *ost_clixml_value_get_first_entry (const OstClixmlValue *value);

/**
 * ost_clixml_entry_get_next:
 * @entry: an entry
 *
 * Returns: (nullable): the entry after it
 *
 * Since: 1.0
 */
const OstClixmlEntry *ost_clixml_entry_get_next (const OstClixmlEntry *entry);

/**
 * ost_clixml_entry_get_key:
 * @entry: an entry
 *
 * Returns: its key
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_entry_get_key (const OstClixmlEntry *entry);

/**
 * ost_clixml_entry_get_value:
 * @entry: an entry
 *
 * Returns: its value
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_entry_get_value (const OstClixmlEntry *entry);

/**
 * ost_clixml_value_get_entry:
 * @value: (nullable): a value
 * @key: a key's text, compared without regard to ASCII case
 *
 * Returns: (nullable): the value of the first entry with that key
 *
 * Since: 1.0
 */
const OstClixmlValue *ost_clixml_value_get_entry (const OstClixmlValue *value, const char *key);

/**
 * ost_clixml_value_get_type_name:
 * @value: (nullable): a value
 * @index: 0 for the most derived type
 *
 * Returns: (nullable): a type name as it came, %NULL past the last one
 *
 * Since: 1.0
 */
const char *ost_clixml_value_get_type_name (const OstClixmlValue *value, guint index);

/**
 * ost_clixml_value_is_a:
 * @value: (nullable): a value
 * @type_name: a .NET type name, compared without regard to ASCII case
 *
 * A `Deserialized.` before a type name, which an engine puts there when it relays an object, does
 * not count.
 *
 * Returns: whether the value's type or one of its bases has this name
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_is_a (const OstClixmlValue *value, const char *type_name);

/**
 * ost_clixml_value_get_boolean:
 * @value: (nullable): a value
 * @boolean: (out): where to put it
 *
 * The numeric functions below take the text of ost_clixml_value_get_primitive() or, for an object
 * that wraps none, its `ToString`: values that lie too deep for the serializer arrive as strings.
 *
 * Returns: %FALSE if the value is no boolean; @boolean is then as it was
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_boolean (const OstClixmlValue *value, gboolean *boolean);

/**
 * ost_clixml_value_get_int64:
 * @value: (nullable): a value
 * @number: (out): where to put it
 *
 * Returns: %FALSE if the value is no integer or out of range; @number is then as it was
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_int64 (const OstClixmlValue *value, gint64 *number);

/**
 * ost_clixml_value_get_uint64:
 * @value: (nullable): a value
 * @number: (out): where to put it
 *
 * Returns: %FALSE if the value is no integer or out of range; @number is then as it was
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_uint64 (const OstClixmlValue *value, guint64 *number);

/**
 * ost_clixml_value_get_double:
 * @value: (nullable): a value
 * @number: (out): where to put it
 *
 * Returns: %FALSE if the value is no number; `NaN`, `INF` and `-INF` are
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_double (const OstClixmlValue *value, double *number);

/**
 * ost_clixml_value_get_guid:
 * @value: (nullable): a value
 * @guid: (out): where to put it, in lower case with hyphens
 *
 * Returns: %FALSE if the value is no GUID; @guid is then as it was
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_guid (const OstClixmlValue *value, char guid[OST_CLIXML_GUID_SIZE]);

/**
 * ost_clixml_value_get_date_time:
 * @value: (nullable): a value
 * @time_us: (out): microseconds since 1970-01-01 00:00 UTC
 *
 * A time without a zone is UTC. .NET's smallest time, 0001-01-01, stands for a time that is not set.
 *
 * Returns: %FALSE if the value is no time or is not set; @time_us is then as it was
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_date_time (const OstClixmlValue *value, gint64 *time_us);

/**
 * ost_clixml_value_get_time_span:
 * @value: (nullable): a value
 * @span_us: (out): microseconds
 *
 * Returns: %FALSE if the value is no duration of days and less (years and months have no length)
 *
 * Since: 1.0
 */
gboolean ost_clixml_value_get_time_span (const OstClixmlValue *value, gint64 *span_us);

G_END_DECLS
