/* exchange-cmdlet.h: every cmdlet and parameter that is ever sent to Exchange, in one table */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * OstExchangeTier:
 * @OST_EXCHANGE_TIER_OPTIONAL: used where it is granted, needed by nothing
 * @OST_EXCHANGE_TIER_READ: observing
 * @OST_EXCHANGE_TIER_STATISTICS: reading when a phone last synchronised
 * @OST_EXCHANGE_TIER_ACCESS: changing personal lists and ActiveSync of single mailboxes
 * @OST_EXCHANGE_TIER_POLICY: changing mailbox policies and their assignment
 * @OST_EXCHANGE_TIER_ORGANISATION: changing access rules and organisation settings
 * @OST_EXCHANGE_TIER_WIPE: wiping and removing devices
 *
 * What a cmdlet or parameter is needed for. A set of tiers is these numbers or-ed together.
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_TIER_OPTIONAL = 0,
  OST_EXCHANGE_TIER_READ = 1 << 0,
  OST_EXCHANGE_TIER_STATISTICS = 1 << 1,
  OST_EXCHANGE_TIER_ACCESS = 1 << 2,
  OST_EXCHANGE_TIER_POLICY = 1 << 3,
  OST_EXCHANGE_TIER_ORGANISATION = 1 << 4,
  OST_EXCHANGE_TIER_WIPE = 1 << 5,
} OstExchangeTier;

/**
 * OST_EXCHANGE_ALL_TIERS:
 *
 * Everything in the table, what is optional too.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_ALL_TIERS G_MAXUINT

/**
 * OstExchangeFamily:
 * @OST_EXCHANGE_FAMILY_NONE: a cmdlet that has one name only
 * @OST_EXCHANGE_FAMILY_MOBILE: the names of Exchange 2013 and newer, such as Get-MobileDevice
 * @OST_EXCHANGE_FAMILY_ACTIVESYNC: the older names, which an account may have been granted instead
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_FAMILY_NONE,
  OST_EXCHANGE_FAMILY_MOBILE,
  OST_EXCHANGE_FAMILY_ACTIVESYNC,
} OstExchangeFamily;

/**
 * OstExchangeTask:
 *
 * What is to be done, whatever the cmdlet that does it is called.
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_GET_DEVICE,
  OST_EXCHANGE_GET_STATISTICS,
  OST_EXCHANGE_CLEAR_DEVICE,
  OST_EXCHANGE_REMOVE_DEVICE,
  OST_EXCHANGE_GET_POLICY,
  OST_EXCHANGE_NEW_POLICY,
  OST_EXCHANGE_SET_POLICY,
  OST_EXCHANGE_REMOVE_POLICY,
  OST_EXCHANGE_GET_CAS_MAILBOX,
  OST_EXCHANGE_SET_CAS_MAILBOX,
  OST_EXCHANGE_GET_RECIPIENT,
  OST_EXCHANGE_GET_ORGANISATION,
  OST_EXCHANGE_SET_ORGANISATION,
  OST_EXCHANGE_GET_RULE,
  OST_EXCHANGE_NEW_RULE,
  OST_EXCHANGE_SET_RULE,
  OST_EXCHANGE_REMOVE_RULE,
  OST_EXCHANGE_GET_DEVICE_CLASS,
  OST_EXCHANGE_GET_SERVER,
  OST_EXCHANGE_SET_VIEW,
  OST_EXCHANGE_GET_VIEW,
  OST_EXCHANGE_GET_COMMAND,
  OST_EXCHANGE_N_TASKS, /*< skip >*/
} OstExchangeTask;

/**
 * OstExchangeForm:
 * @OST_EXCHANGE_FORM_TEXT: a text, which the server converts to what the parameter wants
 * @OST_EXCHANGE_FORM_BOOLEAN: a Boolean or a switch
 * @OST_EXCHANGE_FORM_LIST: several texts
 * @OST_EXCHANGE_FORM_CHANGES: what to add to a list and what to take out; never the whole list,
 *   which would destroy other people's entries
 *
 * Since: 1.0
 */
typedef enum {
  OST_EXCHANGE_FORM_TEXT,
  OST_EXCHANGE_FORM_BOOLEAN,
  OST_EXCHANGE_FORM_LIST,
  OST_EXCHANGE_FORM_CHANGES,
} OstExchangeForm;

/**
 * OstExchangeParameter:
 * @name: its name; a table ends with a row whose name is %NULL
 * @form: what its values are
 * @tier: what it is needed for
 * @role: (nullable): the role that is likely to grant it, where that is not the cmdlet's
 *
 * Since: 1.0
 */
typedef struct {
  const char *name;
  OstExchangeForm form;
  OstExchangeTier tier;
  const char *role;
} OstExchangeParameter;

/**
 * OstExchangeCmdlet:
 * @name: its name
 * @task: what it does
 * @family: which of two names this is
 * @tier: what it is needed for
 * @role: (nullable): the management role that is likely to grant it, as organisations may have
 *   changed theirs; %NULL for what every session has
 * @parameters: those that we send
 *
 * Since: 1.0
 */
typedef struct {
  const char *name;
  OstExchangeTask task;
  OstExchangeFamily family;
  OstExchangeTier tier;
  const char *role;
  const OstExchangeParameter *parameters;
} OstExchangeCmdlet;

/**
 * OST_EXCHANGE_ANY_PARAMETER:
 *
 * Stands for the parameters of a cmdlet of which a server does not tell the parameters.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_ANY_PARAMETER "*"

/**
 * ost_exchange_cmdlets:
 * @n_cmdlets: (out): how many there are
 *
 * Returns: (transfer none) (array length=n_cmdlets): the table
 *
 * Since: 1.0
 */
const OstExchangeCmdlet *ost_exchange_cmdlets (guint *n_cmdlets);

/**
 * ost_exchange_cmdlet_find:
 * @name: a cmdlet's name, compared without regard to case
 *
 * Returns: (transfer none) (nullable): its row
 *
 * Since: 1.0
 */
const OstExchangeCmdlet *ost_exchange_cmdlet_find (const char *name);

/**
 * ost_exchange_cmdlet_for:
 * @task: what is to be done
 * @family: by which of two names; %OST_EXCHANGE_FAMILY_NONE takes the newer one
 *
 * Returns: (transfer none): the row
 *
 * Since: 1.0
 */
const OstExchangeCmdlet *ost_exchange_cmdlet_for (OstExchangeTask task, OstExchangeFamily family);

/**
 * ost_exchange_cmdlet_find_parameter:
 * @cmdlet: a cmdlet
 * @name: a parameter's name, compared without regard to case
 *
 * Returns: (transfer none) (nullable): its row
 *
 * Since: 1.0
 */
const OstExchangeParameter *ost_exchange_cmdlet_find_parameter (const OstExchangeCmdlet *cmdlet,
                                                                const char *name);

G_END_DECLS
