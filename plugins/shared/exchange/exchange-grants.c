/* exchange-grants.c: what the session may run, and what of what we need is missing */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-grants.h"

struct _OstExchangeGrants {
  GHashTable *rows; /* set of texts: a cmdlet, a space, and one of its parameters or nothing */
};

OstExchangeGrants *
ost_exchange_grants_new (void)
{
  OstExchangeGrants *self = g_new0 (OstExchangeGrants, 1);

  self->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
ost_exchange_grants_free (OstExchangeGrants *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->rows);
  g_free (self);
}

static char *
make_key (const OstExchangeCmdlet *cmdlet, const OstExchangeParameter *parameter)
{
  return g_strconcat (cmdlet->name, " ", parameter != NULL ? parameter->name : NULL, NULL);
}

void
ost_exchange_grants_add (OstExchangeGrants *self, const char *cmdlet, const char *parameter)
{
  const OstExchangeCmdlet *row;
  const OstExchangeParameter *parameter_row = NULL;

  g_return_if_fail (self != NULL && cmdlet != NULL);

  row = ost_exchange_cmdlet_find (cmdlet);
  if (row != NULL && g_strcmp0 (parameter, OST_EXCHANGE_ANY_PARAMETER) == 0)
    {
      for (parameter_row = row->parameters; parameter_row->name != NULL; parameter_row++)
        g_hash_table_add (self->rows, make_key (row, parameter_row));
      return;
    }
  if (row != NULL && parameter != NULL)
    parameter_row = ost_exchange_cmdlet_find_parameter (row, parameter);
  if (row != NULL && (parameter == NULL || parameter_row != NULL))
    g_hash_table_add (self->rows, make_key (row, parameter_row));
}

gboolean
ost_exchange_grants_has (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet,
                         const OstExchangeParameter *parameter)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (self != NULL && cmdlet != NULL, FALSE);

  key = make_key (cmdlet, parameter);
  return g_hash_table_contains (self->rows, key);
}

typedef struct {
  OstExchangeGrants *grants;
  const OstExchangeCommand *command;
  GError *error;
} Reading;

static void
take_pair (const char *name, const char *value, gpointer user_data)
{
  Reading *reading = user_data;

  ost_exchange_grants_add (reading->grants, name, value);
}

/* A cmdlet that is asked for by name and not there is an error of its own: that is the answer. */
static void
take_failure (const OstExchangeFailure *failure, gpointer user_data)
{
  Reading *reading = user_data;

  if (reading->error == NULL && !ost_exchange_failure_is_unknown_command (failure))
    reading->error = ost_exchange_failure_to_error (failure, reading->command);
}

static OstExchangeCommand *
ask_for (guint tiers)
{
  OstExchangeCommand *command = ost_exchange_command_new (
    ost_exchange_cmdlet_for (OST_EXCHANGE_GET_COMMAND, OST_EXCHANGE_FAMILY_NONE));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  for (guint i = 0; i < n_cmdlets; i++)
    if (tiers == OST_EXCHANGE_ALL_TIERS || (cmdlets[i].tier & tiers) != 0)
      g_strv_builder_add (names, cmdlets[i].name);
  list = g_strv_builder_end (names);
  ost_exchange_command_add_list (command, "Name", (const char *const *)list);
  return command;
}

OstExchangeGrants *
ost_exchange_grants_read (OstExchangeLink *link, guint tiers, OstCall *call, GError **error)
{
  static const OstExchangeSink sink = { .pair = take_pair, .failure = take_failure };
  g_autoptr (OstExchangeCommand) command = ask_for (tiers);
  g_autoptr (OstExchangeGrants) grants = ost_exchange_grants_new ();
  Reading reading = { grants, command, NULL };
  gboolean is_completed;

  if (!ost_exchange_link_run (link, command, OST_EXCHANGE_VIEW_GRANTS, &sink, &reading, call,
                              &is_completed, error))
    {
      g_clear_error (&reading.error);
      return NULL;
    }
  if (!is_completed && reading.error == NULL)
    reading.error = g_error_new (OST_ERROR, OST_ERROR_DENIED,
                                 "the account is not allowed to run Get-Command, by which the "
                                 "session tells what it may run");
  if (reading.error != NULL)
    {
      g_propagate_error (error, reading.error);
      return NULL;
    }
  return g_steal_pointer (&grants);
}

static gboolean
lacks_parameter (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet,
                 const OstExchangeParameter *parameter, guint tiers)
{
  return (parameter->tier & tiers) != 0 && !ost_exchange_grants_has (self, cmdlet, parameter);
}

static gboolean
is_complete (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet, guint tiers)
{
  if (!ost_exchange_grants_has (self, cmdlet, NULL))
    return FALSE;
  for (const OstExchangeParameter *row = cmdlet->parameters; row->name != NULL; row++)
    if (lacks_parameter (self, cmdlet, row, tiers))
      return FALSE;
  return TRUE;
}

static gboolean
is_complete_family (const OstExchangeGrants *self, OstExchangeFamily family, OstExchangeTask first,
                    OstExchangeTask last, guint tiers)
{
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  for (guint i = 0; i < n_cmdlets; i++)
    if (cmdlets[i].family == family && cmdlets[i].task >= first && cmdlets[i].task <= last
        && (cmdlets[i].tier & tiers) != 0 && !is_complete (self, &cmdlets[i], tiers))
      return FALSE;
  return TRUE;
}

static OstExchangeFamily
choose_family (const OstExchangeGrants *self, OstExchangeTask first, OstExchangeTask last,
               guint tiers)
{
  static const OstExchangeFamily families[]
    = { OST_EXCHANGE_FAMILY_MOBILE, OST_EXCHANGE_FAMILY_ACTIVESYNC };

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (is_complete_family (self, families[i], first, last, tiers))
      return families[i];
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    if (ost_exchange_grants_has (self, ost_exchange_cmdlet_for (first, families[i]), NULL))
      return families[i];
  return OST_EXCHANGE_FAMILY_MOBILE;
}

OstExchangeFamilies
ost_exchange_grants_choose (const OstExchangeGrants *self, guint tiers)
{
  OstExchangeFamilies families = { 0 };

  g_return_val_if_fail (self != NULL, families);

  families.device
    = choose_family (self, OST_EXCHANGE_GET_DEVICE, OST_EXCHANGE_REMOVE_DEVICE, tiers);
  families.policy
    = choose_family (self, OST_EXCHANGE_GET_POLICY, OST_EXCHANGE_REMOVE_POLICY, tiers);
  return families;
}

OstExchangeFamily
ost_exchange_family_of (const OstExchangeFamilies *families, OstExchangeTask task)
{
  g_return_val_if_fail (families != NULL, OST_EXCHANGE_FAMILY_NONE);

  if (task <= OST_EXCHANGE_REMOVE_DEVICE)
    return families->device;
  return task <= OST_EXCHANGE_REMOVE_POLICY ? families->policy : OST_EXCHANGE_FAMILY_NONE;
}

void
ost_exchange_grants_judge (const OstExchangeGrants *self, const OstExchangeCmdlet *cmdlet,
                           const OstExchangeFamilies *families, guint tiers,
                           OstExchangeJudgement *judgement)
{
  g_return_if_fail (self != NULL && cmdlet != NULL && families != NULL && judgement != NULL);

  judgement->is_other_name = cmdlet->family != OST_EXCHANGE_FAMILY_NONE
                             && cmdlet->family != ost_exchange_family_of (families, cmdlet->task);
  judgement->is_needed = (cmdlet->tier & tiers) != 0 && !judgement->is_other_name;
  judgement->is_granted = ost_exchange_grants_has (self, cmdlet, NULL);
  judgement->missing = g_ptr_array_new ();
  for (const OstExchangeParameter *row = cmdlet->parameters; row->name != NULL; row++)
    if (judgement->is_needed && lacks_parameter (self, cmdlet, row, tiers))
      g_ptr_array_add (judgement->missing, (gpointer)row);
}

void
ost_exchange_judgement_clear (OstExchangeJudgement *self)
{
  g_return_if_fail (self != NULL);

  g_clear_pointer (&self->missing, g_ptr_array_unref);
}

gboolean
ost_exchange_judgement_is_ok (const OstExchangeJudgement *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return !self->is_needed || (self->is_granted && self->missing->len == 0);
}

static char *
join_missing (const OstExchangeJudgement *self)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < self->missing->len; i++)
    {
      const OstExchangeParameter *parameter = g_ptr_array_index (self->missing, i);

      g_string_append_printf (names, "%s-%s", i > 0 ? ", " : "", parameter->name);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

char *
ost_exchange_judgement_describe (const OstExchangeJudgement *self, const OstExchangeCmdlet *cmdlet,
                                 char **remedy)
{
  g_autofree char *names = NULL;

  g_return_val_if_fail (self != NULL && cmdlet != NULL && remedy != NULL, NULL);

  *remedy = NULL;
  if (self->is_other_name)
    return g_strdup (self->is_granted ? "granted; the other name is used"
                                      : "not granted; the other name is used");
  if (!self->is_needed)
    return g_strdup (self->is_granted ? "granted, not needed" : "not granted, not needed");
  if (!self->is_granted)
    {
      *remedy = ost_exchange_missing_remedy (cmdlet, NULL);
      return g_strdup ("not granted");
    }
  if (self->missing->len == 0)
    return g_strdup ("granted");
  names = join_missing (self);
  *remedy = ost_exchange_missing_remedy (cmdlet, g_ptr_array_index (self->missing, 0));
  return g_strdup_printf ("granted without %s", names);
}
