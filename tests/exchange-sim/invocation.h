/* invocation.h: what a client asks for with CREATE_PIPELINE */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plugins/shared/remoting/clixml-value.h"

G_BEGIN_DECLS

/**
 * SimArgumentKind:
 * @SIM_ARGUMENT_NULL: null
 * @SIM_ARGUMENT_TEXT: a string, or a number
 * @SIM_ARGUMENT_BOOLEAN: a Boolean
 * @SIM_ARGUMENT_LIST: an array
 * @SIM_ARGUMENT_TABLE: a hash table
 */
typedef enum {
  SIM_ARGUMENT_NULL,
  SIM_ARGUMENT_TEXT,
  SIM_ARGUMENT_BOOLEAN,
  SIM_ARGUMENT_LIST,
  SIM_ARGUMENT_TABLE,
} SimArgumentKind;

/**
 * SimArgument:
 * @name: (nullable): the parameter's name as it was given, %NULL for a position
 * @kind: what the value is
 * @text: of a string
 * @boolean: of a Boolean
 * @items: (element-type utf8): of an array
 * @keys: (element-type utf8): of a table
 * @values: (element-type GPtrArray): of a table, a list for each key
 */
typedef struct {
  char *name;
  SimArgumentKind kind;
  char *text;
  gboolean boolean;
  GPtrArray *items;
  GPtrArray *keys;
  GPtrArray *values;
} SimArgument;

/**
 * SimCall:
 * @name: a cmdlet's name, or a script's text
 * @is_script: which of them
 * @arguments: (element-type SimArgument): in order
 */
typedef struct {
  char *name;
  gboolean is_script;
  GPtrArray *arguments;
} SimCall;

/**
 * SimInvocation:
 * @calls: (element-type SimCall): one after the other, by pipe
 * @has_input: the client will send input
 */
typedef struct {
  GPtrArray *calls;
  gboolean has_input;
} SimInvocation;

/* NULL if the value is no CREATE_PIPELINE. */
SimInvocation *sim_invocation_new (const OstClixmlValue *value);
void sim_invocation_free (SimInvocation *invocation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimInvocation, sim_invocation_free)

G_END_DECLS
