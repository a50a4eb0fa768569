/* onprem-check.c: what the account may do, and whether it is enough */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "onprem-check.h"

#include "exchange-query.h"

static gboolean
emit_grant (OstCall *call, const OstExchangeCmdlet *cmdlet, const OstExchangeParameter *parameter,
            gboolean is_needed, gboolean is_granted, GError **error)
{
  g_autoptr (OstObject) grant = ost_object_new (OST_KIND_GRANT);

  ost_object_set_text (grant, OST_GRANT_CMDLET, cmdlet->name, -1);
  if (parameter != NULL)
    ost_object_set_text (grant, OST_GRANT_PARAMETER, parameter->name, -1);
  ost_object_set_boolean (grant, OST_GRANT_NEEDED, is_needed);
  ost_object_set_boolean (grant, OST_GRANT_GRANTED, is_granted);
  ost_object_set_text (
    grant, OST_GRANT_ROLE,
    parameter != NULL && parameter->role != NULL ? parameter->role : cmdlet->role, -1);
  return ost_call_emit (call, grant, error);
}

static gboolean
check_cmdlet (OstCall *call, const OstExchangeGrants *grants, const OstExchangeCmdlet *cmdlet,
              const OstExchangeFamilies *families, guint tiers, guint64 *n_emitted, GError **error)
{
  g_auto (OstExchangeJudgement) judgement = { 0 };
  g_autofree char *id = g_strconcat ("cmdlet:", cmdlet->name, NULL);
  g_autofree char *remedy = NULL;
  g_autofree char *detail = NULL;

  ost_exchange_grants_judge (grants, cmdlet, families, tiers, &judgement);
  detail = ost_exchange_judgement_describe (&judgement, cmdlet, &remedy);
  ost_call_step (call, id, ost_exchange_judgement_is_ok (&judgement), detail, remedy);
  if (!emit_grant (call, cmdlet, NULL, judgement.is_needed, judgement.is_granted, error))
    return FALSE;
  (*n_emitted)++;
  for (const OstExchangeParameter *row = cmdlet->parameters; row->name != NULL; row++)
    {
      if (!emit_grant (call, cmdlet, row, judgement.is_needed && (row->tier & tiers) != 0,
                       ost_exchange_grants_has (grants, cmdlet, row), error))
        return FALSE;
      (*n_emitted)++;
    }
  return TRUE;
}

/* Asks for one device changed since 1990: whether there is one does not matter. */
static gboolean
check_filter (OstOnpremSession *session, OstCall *call, GError **error)
{
  static const OstExchangeSink sink = { 0 };
  const char *id = "filter:WhenChangedUTC";
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);
  g_autoptr (OstExchangeQuery) query = NULL;
  g_autoptr (GError) local = NULL;

  ost_operation_set_integer (operation, OST_SELECT_CHANGED_SINCE, 0);
  ost_operation_set_integer (operation, OST_SELECT_LIMIT, 1);
  query = ost_exchange_query_new (operation, &session->families, error);
  if (query == NULL)
    return FALSE;
  session->has_no_change_filter = FALSE;
  if (ost_exchange_link_do (session->link, query->command, query->view, &sink, NULL, call, &local))
    ost_call_step (call, id, TRUE, "changed devices can be asked for", NULL);
  else if (g_error_matches (local, OST_ERROR, OST_ERROR_INVALID))
    ost_call_step (call, id, TRUE,
                   "this server cannot filter devices by when they changed: between full "
                   "synchronisations only new, quarantined and undecided devices are seen",
                   NULL);
  else if (g_error_matches (local, OST_ERROR, OST_ERROR_DENIED))
    ost_call_step (call, id, TRUE, "not tried: devices cannot be listed", NULL);
  else
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

typedef struct {
  gboolean is_entire;
  char *domain_controller;
} Scope;

static void
take_setting (const char *name, const char *value, gpointer user_data)
{
  Scope *scope = user_data;

  if (g_ascii_strcasecmp (name, "ViewEntireForest") == 0)
    scope->is_entire = g_ascii_strcasecmp (value, "true") == 0;
  if (g_ascii_strcasecmp (name, "DefaultGlobalCatalog") == 0 && scope->domain_controller == NULL)
    scope->domain_controller = g_strdup (value);
}

/* Set-ADServerSettings may be granted and yet change nothing that lasts. */
static gboolean
check_scope (OstOnpremSession *session, OstCall *call, GError **error)
{
  static const OstExchangeSink sink = { .pair = take_setting };
  g_autoptr (OstExchangeCommand) command = ost_exchange_command_new (
    ost_exchange_cmdlet_for (OST_EXCHANGE_GET_VIEW, OST_EXCHANGE_FAMILY_NONE));
  g_autofree char *domain_controller = NULL;
  Scope scope = { 0 };

  if (!ost_exchange_link_do (session->link, command, OST_EXCHANGE_VIEW_SETTINGS, &sink, &scope,
                             call, error))
    return FALSE;
  domain_controller = scope.domain_controller;
  if (domain_controller != NULL)
    ost_call_note (call, "domain-controller", domain_controller);
  if (!scope.is_entire
      && ost_settings_get_boolean (ost_call_get_settings (call), "view-entire-forest"))
    ost_call_step (call, "view-entire-forest", FALSE,
                   "Set-ADServerSettings was run, but the session still sees a part of the forest",
                   "look at Get-ADServerSettings in a session of this account");
  return TRUE;
}

gboolean
ost_onprem_check (OstOnpremSession *session, OstCall *call, guint64 *n_emitted, GError **error)
{
  guint tiers = ost_onprem_session_get_tiers (ost_call_get_settings (call));
  const OstExchangeCmdlet *view
    = ost_exchange_cmdlet_for (OST_EXCHANGE_GET_VIEW, OST_EXCHANGE_FAMILY_NONE);
  g_autoptr (OstExchangeGrants) grants = NULL;
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  if (session->is_remembered && !ost_onprem_session_identify (session, call, error))
    return FALSE;
  grants = ost_exchange_grants_read (session->link, OST_EXCHANGE_ALL_TIERS, call, error);
  if (grants == NULL)
    return FALSE;
  ost_onprem_session_set_families (session, call, grants);
  for (guint i = 0; i < n_cmdlets; i++)
    if (!check_cmdlet (call, grants, &cmdlets[i], &session->families, tiers, n_emitted, error))
      return FALSE;
  return check_filter (session, call, error)
         && (!ost_exchange_grants_has (grants, view, NULL) || check_scope (session, call, error));
}
