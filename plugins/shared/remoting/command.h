/* command.h: a cmdlet and its parameters, as typed values and never as script text */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-writer.h"

G_BEGIN_DECLS

/**
 * OstCommand:
 *
 * One cmdlet of a pipeline. Built, then run any number of times; not changed while it runs.
 *
 * Since: 1.0
 */
typedef struct _OstCommand OstCommand;

/**
 * ost_command_new:
 * @name: a cmdlet's name
 *
 * Returns: (transfer full): a command without parameters
 *
 * Since: 1.0
 */
OstCommand *ost_command_new (const char *name);
void ost_command_free (OstCommand *self);

/**
 * ost_command_get_name:
 * @self: a command
 *
 * Returns: (transfer none): the cmdlet's name
 *
 * Since: 1.0
 */
const char *ost_command_get_name (const OstCommand *self);

/**
 * ost_command_add_text:
 * @self: a command
 * @parameter: a parameter's name, without a hyphen
 * @value: its value; the server's parameter binder turns it into a number, a GUID, a time
 *
 * An empty `Identity` is a programming error: some cmdlets take it for everything.
 *
 * Since: 1.0
 */
void ost_command_add_text (OstCommand *self, const char *parameter, const char *value);

/**
 * ost_command_add_boolean:
 * @self: a command
 * @parameter: a parameter's name, without a hyphen
 * @value: its value; for a switch, whether it is given
 *
 * Since: 1.0
 */
void ost_command_add_boolean (OstCommand *self, const char *parameter, gboolean value);

/**
 * ost_command_add_null:
 * @self: a command
 * @parameter: a parameter's name, without a hyphen
 *
 * Gives `$null`, which empties a property.
 *
 * Since: 1.0
 */
void ost_command_add_null (OstCommand *self, const char *parameter);

/**
 * ost_command_add_list:
 * @self: a command
 * @parameter: a parameter's name, without a hyphen
 * @items: (array zero-terminated=1): its values, possibly none
 *
 * Since: 1.0
 */
void ost_command_add_list (OstCommand *self, const char *parameter, const char *const *items);

/**
 * ost_command_add_table:
 * @self: a command
 * @parameter: a parameter's name, without a hyphen
 * @key: the first key, such as `Add` or `Remove`
 * @items: (array zero-terminated=1): the values of @key
 * @...: more pairs of key and items, then %NULL
 *
 * Gives a hash table, by which a multi-valued property is changed in part.
 *
 * Since: 1.0
 */
void ost_command_add_table (OstCommand *self, const char *parameter, const char *key,
                            const char *const *items, ...) G_GNUC_NULL_TERMINATED;

/**
 * ost_command_write:
 * @self: a command
 * @writer: a writer in the list `Cmds` of CREATE_PIPELINE
 * @protocol_minor: the minor number of the protocol version that the server agreed to
 *
 * Writes the command as MS-PSRP 2.2.3.12 wants it. Fields that came with protocol 2.2 and 2.3 are
 * left out for an older server.
 *
 * Since: 1.0
 */
void ost_command_write (const OstCommand *self, OstClixmlWriter *writer, guint protocol_minor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstCommand, ost_command_free)

G_END_DECLS
