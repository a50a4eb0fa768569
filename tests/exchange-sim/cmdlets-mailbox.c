/* cmdlets-mailbox.c: cmdlets for mailboxes and recipients */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmdlet.h"
#include "parameters.h"

#include <string.h>

#define CANDIDATES_PER_STEP 20000

static gboolean
starts_with (const char *text, const char *start)
{
  g_autofree char *folded_text = g_utf8_casefold (text, -1);
  g_autofree char *folded_start = g_utf8_casefold (start, -1);
  return g_str_has_prefix (folded_text, folded_start);
}

static gboolean
is_resolved (const SimRun *run, const SimMailbox *mailbox)
{
  const char *anr = sim_run_get_text (run, "Anr");
  return anr == NULL || starts_with (mailbox->display_name->str, anr)
         || starts_with (mailbox->alias->str, anr);
}

/* All our mailboxes are of users. */
static gboolean
wants_users (const SimRun *run)
{
  static const char *const NAMES[] = { "RecipientType", "RecipientTypeDetails" };
  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    {
      const SimArgument *argument = sim_run_get (run, NAMES[i]);
      if (argument == NULL || argument->kind == SIM_ARGUMENT_NULL)
        continue;
      if (argument->kind == SIM_ARGUMENT_LIST
          && !sim_strings_contain (argument->items, "UserMailbox"))
        return FALSE;
      if (argument->kind == SIM_ARGUMENT_TEXT)
        {
          g_auto (GStrv) types = g_strsplit (argument->text, ",", -1);
          gboolean found = FALSE;
          for (char **type = types; *type != NULL; type++)
            found = found || g_ascii_strcasecmp (g_strstrip (*type), "UserMailbox") == 0;
          if (!found)
            return FALSE;
        }
    }
  return TRUE;
}

static gboolean
list_mailboxes (SimRun *run)
{
  guint n_mailboxes = sim_world_get_shape (run->session->world)->n_mailboxes;
  for (guint n_looked_at = 0; n_looked_at < CANDIDATES_PER_STEP; n_looked_at++)
    {
      if (run->mailbox >= n_mailboxes)
        return FALSE;
      guint index = run->mailbox++;
      guint64 before = run->n_written;
      if (!sim_run_is_in_unit (run, index))
        continue;
      sim_mailbox_load (run->owner, index);
      if (is_resolved (run, run->owner)
          && !sim_run_write_listed (run, run->cmdlet->type, run->owner))
        return FALSE;
      if (run->n_written != before)
        return TRUE;
    }
  return TRUE;
}

static void
begin_get_mailbox (SimRun *run)
{
  guint index;
  if (!sim_run_find_unit (run))
    return;
  run->owner = sim_mailbox_new (run->session->world);
  if (sim_run_get_text (run, "Identity") == NULL)
    {
      if (wants_users (run))
        run->step = list_mailboxes;
    }
  else if (sim_run_find_mailbox (run, "Identity", &index) && sim_run_is_in_unit (run, index)
           && wants_users (run))
    {
      sim_mailbox_load (run->owner, index);
      sim_run_write_listed (run, run->cmdlet->type, run->owner);
    }
}

/* Reads the new policy into the settings; FALSE, with an error, if there is no such policy. */
static gboolean
change_policy (SimRun *run, SimSettings *settings)
{
  const SimArgument *argument = sim_run_get (run, "ActiveSyncMailboxPolicy");
  if (argument == NULL)
    return TRUE;
  const char *identity = sim_run_get_text (run, "ActiveSyncMailboxPolicy");
  const SimPolicy *policy
    = identity == NULL ? NULL : sim_world_find_policy (run->session->world, identity);
  if (identity != NULL && policy == NULL)
    {
      sim_run_not_found (run, identity);
      return FALSE;
    }
  g_free (settings->policy);
  settings->policy = policy == NULL ? NULL : g_strdup (policy->key);
  return TRUE;
}

static void
replace_list (GPtrArray **list, GPtrArray *with)
{
  g_ptr_array_unref (*list);
  *list = with;
}

static void
begin_set_mailbox (SimRun *run)
{
  guint index;
  SimWorld *world = run->session->world;
  if (sim_run_get_text (run, "Identity") == NULL)
    {
      sim_run_not_found (run, "");
      return;
    }
  if (!sim_run_find_mailbox (run, "Identity", &index))
    return;
  g_autoptr (SimSettings) settings = sim_world_copy_settings (world, index);
  run->owner = sim_mailbox_new (world);
  sim_mailbox_load (run->owner, index);
  if (!change_policy (run, settings) || !sim_run_should_process (run, run->owner->canonical->str))
    return;
  replace_list (&settings->allowed,
                sim_run_apply_list (run, "ActiveSyncAllowedDeviceIDs", settings->allowed));
  replace_list (&settings->blocked,
                sim_run_apply_list (run, "ActiveSyncBlockedDeviceIDs", settings->blocked));
  if (sim_run_get (run, "ActiveSyncEnabled") != NULL)
    settings->is_enabled = sim_run_get_switch (run, "ActiveSyncEnabled");
  if (run->state != SIM_RUN_GOING)
    return;
  if (!sim_world_change_settings (world, index, settings))
    sim_run_warn (run,
                  "The command completed successfully but no settings of '%s' have been modified.",
                  run->owner->canonical->str);
  sim_run_record (run, run->owner->alias->str);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static const SimParameter GET_CAS_MAILBOX[]
  = { IDENTITY ("MailboxIdParameter", 0),
      LISTING,
      TEXT ("Anr"),
      TEXT ("DomainController"),
      SWITCH ("ReadFromDomainController"),
      SWITCH ("IgnoreDefaultScope"),
      SWITCH ("Monitoring"),
      SWITCH ("ProtocolSettings"),
      SWITCH ("ActiveSyncDebugLogging"),
      SWITCH ("RecalculateHasActiveSyncDevicePartnership"),
      { 0 } };

static const SimParameter SET_CAS_MAILBOX[]
  = { IDENTITY ("MailboxIdParameter", SIM_PARAMETER_MANDATORY),
      LIST ("ActiveSyncAllowedDeviceIDs"),
      LIST ("ActiveSyncBlockedDeviceIDs"),
      BOOLEAN ("ActiveSyncEnabled"),
      { "ActiveSyncMailboxPolicy", SIM_PARAMETER_TEXT, SIM_PARAMETER_OPTIONAL,
        TASKS "MailboxPolicyIdParameter", NULL },
      BOOLEAN ("ActiveSyncDebugLogging"),
      SWITCH ("ResetAutoBlockedDevices"),
      SWITCH ("IgnoreDefaultScope"),
      TEXT ("DomainController"),
      { 0 } };

static const SimParameter GET_RECIPIENT[] = { IDENTITY ("RecipientIdParameter", 0),
                                              LISTING,
                                              TEXT ("Anr"),
                                              LIST ("RecipientType"),
                                              LIST ("RecipientTypeDetails"),
                                              TEXT ("Database"),
                                              TEXT ("DomainController"),
                                              SWITCH ("ReadFromDomainController"),
                                              SWITCH ("IgnoreDefaultScope"),
                                              { 0 } };

const SimCmdlet sim_mailbox_cmdlets[] = {
  { "Get-CASMailbox", "Microsoft.Exchange.Management.RecipientTasks.GetCASMailbox", GET_CAS_MAILBOX,
    SIM_IMPACT_NONE, &sim_type_cas_mailbox, NULL, NULL, NULL, begin_get_mailbox },
  { "Set-CASMailbox", "Microsoft.Exchange.Management.RecipientTasks.SetCASMailbox", SET_CAS_MAILBOX,
    SIM_IMPACT_MEDIUM, NULL, NULL, NULL, NULL, begin_set_mailbox },
  { "Get-Recipient", "Microsoft.Exchange.Management.RecipientTasks.GetRecipient", GET_RECIPIENT,
    SIM_IMPACT_NONE, &sim_type_recipient, NULL, NULL, NULL, begin_get_mailbox },
  { 0 },
};
