/* exchange-mapper.h: makes our objects of Exchange's objects in CLIXML */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../remoting/clixml-value.h"
#include "exchange-fields.h"

G_BEGIN_DECLS

/**
 * OstExchangeMapper:
 *
 * Reads the objects of one view. Lives wherever its owner puts it; the fields are private.
 *
 * Since: 1.0
 */
typedef struct {
  /*< private >*/
  OstExchangeIndex index;
  OstKind kind;
} OstExchangeMapper;

void ost_exchange_mapper_init (OstExchangeMapper *self, OstExchangeView view);

/**
 * ost_exchange_mapper_read:
 * @self: a mapper
 * @value: what a cmdlet gave
 * @is_valid: (out): whether Exchange holds the object to be sound; one that is not counts too
 * @error: return location for an error
 *
 * Properties that are null, empty or not what they should be are unknown; those that nobody asked
 * for are passed over.
 *
 * Returns: (transfer full): the object, or %NULL with %OST_ERROR_PROTOCOL if @value has no members
 *
 * Since: 1.0
 */
OstObject *ost_exchange_mapper_read (const OstExchangeMapper *self, const OstClixmlValue *value,
                                     gboolean *is_valid, GError **error);

/**
 * OstExchangePairFunc:
 * @name: a cmdlet, or a property
 * @value: (nullable): one of the cmdlet's parameters, %NULL for the cmdlet itself, which comes
 *   first; or the property's value as text
 * @user_data: what was given to the reading function
 *
 * Since: 1.0
 */
typedef void (*OstExchangePairFunc) (const char *name, const char *value, gpointer user_data);

/**
 * ost_exchange_read_grants:
 * @value: what Get-Command gave
 * @func: called for the cmdlet and for each of its parameters
 * @user_data: given to @func
 * @error: return location for an error
 *
 * Where the parameters do not come as a dictionary, %OST_EXCHANGE_ANY_PARAMETER stands for them.
 *
 * Returns: %FALSE with %OST_ERROR_PROTOCOL if @value is no command with a name
 *
 * Since: 1.0
 */
gboolean ost_exchange_read_grants (const OstClixmlValue *value, OstExchangePairFunc func,
                                   gpointer user_data, GError **error);

/**
 * ost_exchange_read_settings:
 * @value: any object
 * @func: called for each property that has a text
 * @user_data: given to @func
 *
 * Since: 1.0
 */
void ost_exchange_read_settings (const OstClixmlValue *value, OstExchangePairFunc func,
                                 gpointer user_data);

G_END_DECLS
