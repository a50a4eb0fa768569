/* ost-cli-setup.c: `ostiary setup`: configures, checks and stores a connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-setup.h"

#include <glib/gi18n-lib.h>

#include "ost-cli-ask.h"
#include "ost-cli-show.h"
#include "ost-cli-trial.h"
#include "ost-cli-verbs.h"
#include "ost-client.h"
#include "ost-prompt.h"

typedef struct {
  OstCli *cli;
  OstSetup *setup;
  GHashTable *secrets; /* key -> OstSecret */
  gboolean is_interactive;
  gboolean exists;
  OstTrial trial;
  char *file;
  gboolean is_reloaded;
} Work;

static void
work_clear (Work *self)
{
  g_clear_pointer (&self->setup, ost_setup_free);
  g_clear_pointer (&self->secrets, g_hash_table_unref);
  ost_trial_clear (&self->trial);
  g_free (self->file);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Work, work_clear)

/* What there is */

/* The configuration as it is, as far as it can be used: it may be empty, or wrong where the new
 * connection will put it right. */
static void
load_present (OstCli *cli)
{
  cli->config = ost_config_load (ost_cli_get_config_file (cli), ost_cli_load_registry (cli),
                                 OST_CONFIG_MAY_BE_MISSING, NULL);
}

static const OstConnectionConfig *
find_present (OstCli *cli, const char *name)
{
  return cli->config != NULL ? ost_config_find_connection (cli->config, name, NULL) : NULL;
}

/* Keys that nobody is asked for stay as they are. */
static OstSetup *
begin_setup (OstCli *cli, const char *name, GError **error)
{
  const OstConnectionConfig *present = find_present (cli, name);
  OstSetup *setup = present != NULL ? ost_setup_new_from_answers (present->file, NULL) : NULL;

  return setup != NULL ? setup : ost_setup_new (name, error);
}

static gboolean
take_answers (Work *self, const char *file, GError **error)
{
  const char *name = ost_arguments_get_operand (self->cli->arguments, 0);
  g_autofree char *path = g_canonicalize_filename (file, NULL);
  g_autoptr (GError) failure = NULL;

  self->setup = ost_setup_new_from_answers (path, &failure);
  if (self->setup == NULL)
    {
      ost_cli_take_config_error (failure, error);
      return FALSE;
    }
  if (name == NULL || g_str_equal (name, ost_setup_get_name (self->setup)))
    return TRUE;
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
               _ ("‘%s’ is about the connection ‘%s’, not ‘%s’"), file,
               ost_setup_get_name (self->setup), name);
  return FALSE;
}

static gboolean
ask (Work *self, GError **error)
{
  g_autofree char *name = g_strdup (ost_arguments_get_operand (self->cli->arguments, 0));
  g_autoptr (GError) failure = NULL;

  if (!ost_prompt_is_possible ())
    {
      g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                           _ ("standard input is no terminal, so nobody can be asked; write the "
                              "answers into a file and give it with --answers"));
      return FALSE;
    }
  self->is_interactive = TRUE;
  if (name == NULL && (name = ost_cli_ask_name (self->cli, error)) == NULL)
    return FALSE;
  self->setup = begin_setup (self->cli, name, &failure);
  if (self->setup != NULL)
    return ost_cli_ask_settings (self->cli, self->setup, self->secrets, error);
  ost_cli_take_config_error (failure, error);
  return FALSE;
}

static gboolean
confirm_replacement (Work *self, GError **error)
{
  const char *name = ost_setup_get_name (self->setup);
  g_autofree char *question
    = g_strdup_printf (_ ("There is a connection ‘%s’. Shall it be replaced?"), name);

  self->exists = find_present (self->cli, name) != NULL;
  if (!self->exists || ost_arguments_has (self->cli->arguments, "yes"))
    return TRUE;
  if (self->is_interactive && ost_prompt_yes (self->cli->err, question))
    return TRUE;
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_REFUSED,
               _ ("there is a connection ‘%s’ already; --yes replaces it"), name);
  return FALSE;
}

/* Trying */

/* Inventory, overrides and audit trail belong to an organisation, not to a name. */
static gboolean
check_organisation (Work *self, GError **error)
{
  const char *name = ost_setup_get_name (self->setup);
  g_autoptr (OstConnectionStatus) status = NULL;

  if (!self->exists || self->trial.organisation == NULL)
    return TRUE;
  if (!ost_cli_open_store_for_reading (self->cli, error))
    return FALSE;
  if (self->cli->store == NULL)
    return TRUE;
  status = ost_store_load_status (self->cli->store, name, error);
  if (status == NULL)
    return FALSE;
  if (status->organisation == NULL
      || g_ascii_strcasecmp (status->organisation, self->trial.organisation) == 0)
    return TRUE;
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_REFUSED,
               _ ("the inventory of ‘%s’ is of the organisation ‘%s’, and this server belongs to "
                  "‘%s’; take another name, or disconnect it first"),
               name, status->organisation, self->trial.organisation);
  return FALSE;
}

static gboolean
try_once (Work *self, GError **error)
{
  ost_trial_clear (&self->trial);
  if (!ost_trial_run (self->cli, self->setup, self->secrets, &self->trial, error))
    return FALSE;
  ost_cli_show_report (self->cli, self->trial.report);
  return TRUE;
}

/* Returns FALSE without an error where the connection does not work. */
static gboolean
try_connection (Work *self, GError **error)
{
  if (ost_arguments_has (self->cli->arguments, "no-check"))
    return TRUE;
  while (try_once (self, error))
    {
      if (ost_report_is_ok (self->trial.report))
        return check_organisation (self, error);
      if (!self->is_interactive
          || !ost_prompt_yes (self->cli->err, _ ("Change something and try again?"))
          || !ost_cli_ask_settings (self->cli, self->setup, self->secrets, error))
        return FALSE;
    }
  return FALSE;
}

/* Storing */

static gboolean
store (Work *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  GHashTableIter iter;
  gpointer key, secret;

  g_hash_table_iter_init (&iter, self->secrets);
  while (g_hash_table_iter_next (&iter, &key, &secret))
    ost_setup_set_secret (self->setup, key, secret);
  self->file = ost_setup_apply (self->setup, ost_cli_get_config_file (self->cli),
                                self->cli->registry, OST_SETUP_CONFIGURATION, TRUE, &failure);
  if (self->file != NULL)
    return TRUE;
  if (g_error_matches (failure, OST_ERROR, OST_ERROR_INVALID))
    ost_cli_take_config_error (failure, error);
  else
    g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* A service that runs takes the connection up at once. */
static void
reload_service (Work *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstClient) client = NULL;
  const char *socket;

  if (!ost_cli_load_config (self->cli, &error))
    {
      ost_cli_tell (self->cli, "%s", error->message);
      return;
    }
  socket = ost_settings_get_text (ost_config_get_api (self->cli->config), "socket");
  if (ost_client_connect (socket, &client, &error) && client == NULL)
    {
      ost_cli_tell (self->cli, "%s",
                    _ ("no service runs; it will take the connection up when it starts"));
      return;
    }
  self->is_reloaded
    = client != NULL
      && ost_client_call (client, "POST", "/api/v1/reload", NULL, self->cli->cancellable, &error);
  if (!self->is_reloaded)
    ost_cli_tell (self->cli, _ ("the service did not take it up: %s"), error->message);
}

static JsonNode *
render (const Work *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "connection");
  json_builder_add_string_value (builder, ost_setup_get_name (self->setup));
  json_builder_set_member_name (builder, "stored");
  json_builder_add_boolean_value (builder, self->file != NULL);
  json_builder_set_member_name (builder, "file");
  if (self->file != NULL)
    json_builder_add_string_value (builder, self->file);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "replaced");
  json_builder_add_boolean_value (builder, self->file != NULL && self->exists);
  json_builder_set_member_name (builder, "reloaded");
  json_builder_add_boolean_value (builder, self->is_reloaded);
  json_builder_set_member_name (builder, "check");
  if (self->trial.report != NULL)
    json_builder_add_value (builder, ost_render_report (self->trial.report));
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static OstExit
finish (Work *self)
{
  const char *name = ost_setup_get_name (self->setup);

  if (self->file == NULL)
    ost_cli_say (self->cli, _ ("%s: not stored; --no-check would store it nevertheless"), name);
  else
    {
      reload_service (self);
      ost_cli_say (self->cli, _ ("%s: stored in %s"), name, self->file);
    }
  ost_cli_print_document (self->cli, render (self));
  return self->file != NULL ? OST_EXIT_DONE : OST_EXIT_FAILED;
}

OstExit
ost_cli_run_setup (OstCli *cli, GError **error)
{
  const char *answers = ost_arguments_get_value (cli->arguments, "answers");
  g_auto (Work) work = { .cli = cli };
  g_autoptr (GError) failure = NULL;

  work.secrets
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)ost_secret_unref);
  load_present (cli);
  if (answers != NULL ? !take_answers (&work, answers, error) : !ask (&work, error))
    return OST_EXIT_FAILED;
  if (!confirm_replacement (&work, error))
    return OST_EXIT_REFUSED;
  if (!try_connection (&work, &failure) && failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return OST_EXIT_FAILED;
    }
  if (work.trial.report == NULL || ost_report_is_ok (work.trial.report))
    if (!store (&work, error))
      return OST_EXIT_FAILED;
  return finish (&work);
}
