/* clixml-writer.h: writes the CLIXML of one message at a time */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstClixmlWriterFlags:
 * @OST_CLIXML_WRITER_DEFAULT: as PowerShell writes it: `N` before `RefId`, `<S></S>`
 * @OST_CLIXML_WRITER_REF_ID_FIRST: `RefId` before `N`
 * @OST_CLIXML_WRITER_CLOSE_EMPTY: `<S />` for an empty text
 *
 * Differences between clients that servers do not care about; comparisons byte by byte do.
 *
 * Since: 1.0
 */
typedef enum {
  OST_CLIXML_WRITER_DEFAULT = 0,
  OST_CLIXML_WRITER_REF_ID_FIRST = 1 << 0,
  OST_CLIXML_WRITER_CLOSE_EMPTY = 1 << 1,
} OstClixmlWriterFlags;

/**
 * OstClixmlWriter:
 *
 * Names and texts are UTF-8; a byte that is not becomes U+FFFD. `name` is %NULL for a value without
 * an `N` attribute: the message itself, an item of a list, what an object wraps.
 *
 * Since: 1.0
 */
typedef struct _OstClixmlWriter OstClixmlWriter;

/**
 * ost_clixml_writer_new:
 *
 * Returns: (transfer full): a writer
 *
 * Since: 1.0
 */
OstClixmlWriter *ost_clixml_writer_new (void);

/**
 * ost_clixml_writer_new_with_flags:
 * @flags: whose habits to follow
 *
 * Returns: (transfer full): a writer
 *
 * Since: 1.0
 */
OstClixmlWriter *ost_clixml_writer_new_with_flags (OstClixmlWriterFlags flags);

/**
 * ost_clixml_writer_begin_object:
 * @writer: a writer
 * @name: (nullable): its name
 * @type_names: (nullable) (array zero-terminated=1): .NET type names, the most derived first
 *
 * Begins an `Obj`. Type names that this message had already are referred to by `TNRef`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_object (OstClixmlWriter *writer, const char *name,
                                     const char *const *type_names);

/**
 * ost_clixml_writer_end_object:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_object (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_add_to_string:
 * @writer: a writer, in an object
 * @text: its string form
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_to_string (OstClixmlWriter *writer, const char *text);

/**
 * ost_clixml_writer_begin_members:
 * @writer: a writer, in an object
 *
 * Begins the extended members, `MS`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_members (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_end_members:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_members (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_begin_properties:
 * @writer: a writer, in an object
 *
 * Begins the adapted members, `Props`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_properties (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_end_properties:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_properties (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_begin_list:
 * @writer: a writer, in an object
 *
 * Begins `LST`; an empty one comes out as `<LST />`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_list (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_end_list:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_list (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_begin_dictionary:
 * @writer: a writer, in an object
 *
 * Begins `DCT`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_dictionary (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_end_dictionary:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_dictionary (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_begin_entry:
 * @writer: a writer, in a dictionary
 *
 * Begins `En`. Inside it go a value with the name `Key` and one with the name `Value`.
 *
 * Since: 1.0
 */
void ost_clixml_writer_begin_entry (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_end_entry:
 * @writer: a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_end_entry (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_add_string:
 * @writer: a writer
 * @name: (nullable): its name
 * @text: (nullable): the text; %NULL writes `Nil`
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_string (OstClixmlWriter *writer, const char *name, const char *text);

/**
 * ost_clixml_writer_add_boolean:
 * @writer: a writer
 * @name: (nullable): its name
 * @boolean: the value
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_boolean (OstClixmlWriter *writer, const char *name, gboolean boolean);

/**
 * ost_clixml_writer_add_int32:
 * @writer: a writer
 * @name: (nullable): its name
 * @number: the value
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_int32 (OstClixmlWriter *writer, const char *name, gint32 number);

/**
 * ost_clixml_writer_add_int64:
 * @writer: a writer
 * @name: (nullable): its name
 * @number: the value
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_int64 (OstClixmlWriter *writer, const char *name, gint64 number);

/**
 * ost_clixml_writer_add_nil:
 * @writer: a writer
 * @name: (nullable): its name
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_nil (OstClixmlWriter *writer, const char *name);

/**
 * ost_clixml_writer_add_version:
 * @writer: a writer
 * @name: (nullable): its name
 * @version: two to four numbers with dots between
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_version (OstClixmlWriter *writer, const char *name, const char *version);

/**
 * ost_clixml_writer_add_element:
 * @writer: a writer
 * @tag: an element of MS-PSRP 2.2.5.1: `G`, `DT`, `U32`, `BA`, …
 * @name: (nullable): its name
 * @text: its text, in the form that the element asks for
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_element (OstClixmlWriter *writer, const char *tag, const char *name,
                                    const char *text);

/**
 * ost_clixml_writer_add_enum:
 * @writer: a writer
 * @name: (nullable): its name
 * @type_names: (array zero-terminated=1): the enumeration's type and its bases
 * @text: the member's name
 * @number: the member's number
 *
 * Since: 1.0
 */
void ost_clixml_writer_add_enum (OstClixmlWriter *writer, const char *name,
                                 const char *const *type_names, const char *text, gint32 number);

/**
 * ost_clixml_writer_finish:
 * @writer: a writer with nothing left open
 *
 * Ends the message; the next value written starts another one, with reference ids of its own.
 *
 * Returns: (transfer full): the message's bytes, without a byte-order mark
 *
 * Since: 1.0
 */
GBytes *ost_clixml_writer_finish (OstClixmlWriter *writer);

/**
 * ost_clixml_writer_free:
 * @writer: (transfer full) (nullable): a writer
 *
 * Since: 1.0
 */
void ost_clixml_writer_free (OstClixmlWriter *writer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstClixmlWriter, ost_clixml_writer_free)

G_END_DECLS
