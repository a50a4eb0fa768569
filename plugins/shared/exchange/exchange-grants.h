/* exchange-grants.h: what the session may run, and what of what we need is missing */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-link.h"

G_BEGIN_DECLS

/**
 * OstExchangeFamilies:
 * @device: whose names are used for devices and their statistics
 * @policy: whose names are used for mailbox policies
 *
 * Organisations grant one family of cmdlets or the other; one complete one is enough.
 *
 * Since: 1.0
 */
typedef struct {
  OstExchangeFamily device;
  OstExchangeFamily policy;
} OstExchangeFamilies;

/**
 * OstExchangeGrants:
 *
 * The cmdlets of the table, and their parameters, that a session has. Exchange shows a session what
 * its account's roles grant, as they were when the session began, and nothing else.
 *
 * Since: 1.0
 */
typedef struct _OstExchangeGrants OstExchangeGrants;

OstExchangeGrants *ost_exchange_grants_new (void);
void ost_exchange_grants_free (OstExchangeGrants *self);

/**
 * ost_exchange_grants_add:
 * @self: grants
 * @cmdlet: a cmdlet's name
 * @parameter: (nullable): a parameter's name; %NULL for the cmdlet itself;
 *   %OST_EXCHANGE_ANY_PARAMETER for all of the table
 *
 * What the table does not have is passed over.
 *
 * Since: 1.0
 */
void ost_exchange_grants_add (OstExchangeGrants *self, const char *cmdlet, const char *parameter);
gboolean ost_exchange_grants_has (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet,
                                  const OstExchangeParameter *parameter);

/**
 * ost_exchange_grants_read:
 * @link: a link
 * @tiers: a set of #OstExchangeTier: what is to be done; %OST_EXCHANGE_ALL_TIERS for the whole table
 * @call: the call
 * @error: return location for an error
 *
 * Asks Get-Command for every cmdlet that @tiers may need, in one pipeline. Each costs some seven
 * kilobytes on the wire.
 *
 * Returns: (transfer full): what the session has, or %NULL with an error of the link or of the
 *   cmdlet
 *
 * Since: 1.0
 */
OstExchangeGrants *ost_exchange_grants_read (OstExchangeLink *link, guint tiers, OstCall *call,
                                             GError **error);

/**
 * ost_exchange_grants_choose:
 * @self: grants
 * @tiers: a set of #OstExchangeTier: what is to be done
 *
 * Takes the newer names where they are complete for @tiers, else the older ones where those are;
 * else whichever can list at all.
 *
 * Returns: which names to use
 *
 * Since: 1.0
 */
OstExchangeFamilies ost_exchange_grants_choose (const OstExchangeGrants *self, guint tiers);

/**
 * ost_exchange_family_of:
 * @families: the names that were chosen
 * @task: what is to be done
 *
 * Returns: whose names are used for it
 *
 * Since: 1.0
 */
OstExchangeFamily ost_exchange_family_of (const OstExchangeFamilies *families,
                                          OstExchangeTask task);

/**
 * OstExchangeJudgement:
 * @is_needed: whether what is to be done needs the cmdlet
 * @is_granted: whether the session has it
 * @is_other_name: whether the other family's name is used instead
 * @missing: (array zero-terminated=1): needed parameters that the session does not have
 *
 * What is to be said of one cmdlet.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean is_needed;
  gboolean is_granted;
  gboolean is_other_name;
  GPtrArray *missing; /* of const OstExchangeParameter, not owned */
} OstExchangeJudgement;

/**
 * ost_exchange_grants_judge:
 * @self: grants
 * @cmdlet: a cmdlet
 * @families: the names that were chosen
 * @tiers: a set of #OstExchangeTier: what is to be done
 * @judgement: (out caller-allocates): to be cleared
 *
 * Since: 1.0
 */
void ost_exchange_grants_judge (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet,
                                const OstExchangeFamilies *families, guint tiers,
                                OstExchangeJudgement *judgement);
void ost_exchange_judgement_clear (OstExchangeJudgement *self);
gboolean ost_exchange_judgement_is_ok (const OstExchangeJudgement *self);

/**
 * ost_exchange_judgement_describe:
 * @self: a judgement
 * @cmdlet: the cmdlet that it is about
 * @remedy: (out) (transfer full) (nullable): what to do where something is missing
 *
 * Returns: (transfer full): a phrase for people
 *
 * Since: 1.0
 */
char *ost_exchange_judgement_describe (const OstExchangeJudgement *self,
                                       const OstExchangeCmdlet *cmdlet, char **remedy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstExchangeGrants, ost_exchange_grants_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OstExchangeJudgement, ost_exchange_judgement_clear)

G_END_DECLS
