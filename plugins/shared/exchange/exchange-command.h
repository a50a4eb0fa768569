/* exchange-command.h: one cmdlet with its parameters, checked against the table as it is built */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

#include "exchange-cmdlet.h"

G_BEGIN_DECLS

/**
 * OstExchangeCommand:
 *
 * A cmdlet to run. What is wrong with it while it is built is kept, and said by
 * ost_exchange_command_check(), which whoever sends it asks first. Not thread-safe.
 *
 * Since: 1.0
 */
typedef struct _OstExchangeCommand OstExchangeCommand;

/**
 * OstExchangeArgument:
 * @parameter: which parameter
 * @text: of %OST_EXCHANGE_FORM_TEXT
 * @boolean: of %OST_EXCHANGE_FORM_BOOLEAN
 * @items: of %OST_EXCHANGE_FORM_LIST; of %OST_EXCHANGE_FORM_CHANGES what is added
 * @removed: of %OST_EXCHANGE_FORM_CHANGES what is taken out
 *
 * A parameter and its value.
 *
 * Since: 1.0
 */
typedef struct {
  const OstExchangeParameter *parameter;
  char *text;
  gboolean boolean;
  GStrv items;
  GStrv removed;
} OstExchangeArgument;

/**
 * ost_exchange_command_new:
 * @cmdlet: a row of the table
 *
 * Returns: (transfer full): a command without parameters
 *
 * Since: 1.0
 */
OstExchangeCommand *ost_exchange_command_new (const OstExchangeCmdlet *cmdlet);
void ost_exchange_command_free (OstExchangeCommand *self);

/**
 * ost_exchange_command_add_text:
 * @self: a command
 * @parameter: the name of one of its parameters
 * @value: (nullable): its value; nothing is worse than an empty identity, which Exchange takes for
 *   every object there is, so that %NULL and an empty text are refused for every parameter
 *
 * Since: 1.0
 */
void ost_exchange_command_add_text (OstExchangeCommand *self, const char *parameter,
                                    const char *value);
void ost_exchange_command_add_boolean (OstExchangeCommand *self, const char *parameter,
                                       gboolean value);

/**
 * ost_exchange_command_add_list:
 * @self: a command
 * @parameter: the name of one of its parameters
 * @items: (array zero-terminated=1): at least one, none of them empty
 *
 * Since: 1.0
 */
void ost_exchange_command_add_list (OstExchangeCommand *self, const char *parameter,
                                    const char *const *items);

/**
 * ost_exchange_command_add_changes:
 * @self: a command
 * @parameter: the name of one of its parameters
 * @added: (nullable) (array zero-terminated=1): what to add
 * @removed: (nullable) (array zero-terminated=1): what to take out
 *
 * Since: 1.0
 */
void ost_exchange_command_add_changes (OstExchangeCommand *self, const char *parameter,
                                       const char *const *added, const char *const *removed);

/**
 * ost_exchange_command_check:
 * @self: a command
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where it must not be sent: a parameter that the table
 *   does not have or has otherwise, twice the same, or without a value
 *
 * Since: 1.0
 */
gboolean ost_exchange_command_check (const OstExchangeCommand *self, GError **error);

const OstExchangeCmdlet *ost_exchange_command_get_cmdlet (const OstExchangeCommand *self);

/**
 * ost_exchange_command_get_arguments:
 * @self: a command
 * @n_arguments: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_arguments): what was added, in that order
 *
 * Since: 1.0
 */
const OstExchangeArgument *ost_exchange_command_get_arguments (const OstExchangeCommand *self,
                                                               guint *n_arguments);

/**
 * ost_exchange_command_get_argument:
 * @self: a command
 * @parameter: a parameter's name
 *
 * Returns: (transfer none) (nullable): what was added for it
 *
 * Since: 1.0
 */
const OstExchangeArgument *ost_exchange_command_get_argument (const OstExchangeCommand *self,
                                                              const char *parameter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstExchangeCommand, ost_exchange_command_free)

G_END_DECLS
