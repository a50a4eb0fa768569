/* ost-cli-trial.c: checks a connection that is not part of the configuration yet */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-trial.h"

#include "core/config/ost-file.h"
#include "ost-cli-runner.h"
#include "ost-temporary.h"

void
ost_trial_clear (OstTrial *self)
{
  g_clear_pointer (&self->report, ost_report_free);
  g_clear_pointer (&self->organisation, g_free);
}

/* The connection refers to files that are there for as long as the trial. */
static gboolean
lend_secrets (OstSetup *setup, GHashTable *secrets, const char *folder, GError **error)
{
  GHashTableIter iter;
  gpointer key, secret;

  g_hash_table_iter_init (&iter, secrets);
  while (g_hash_table_iter_next (&iter, &key, &secret))
    {
      g_autofree char *file = g_build_filename (folder, key, NULL);
      g_autofree char *reference = g_strconcat ("file:", file, NULL);
      gsize length;
      const char *bytes = ost_secret_peek (secret, &length);

      if (!ost_file_write (file, bytes, length, 0600, error))
        return FALSE;
      ost_setup_set (setup, key, reference);
    }
  return TRUE;
}

static OstConfig *
preview (OstCli *cli, OstSetup *setup, GError **error)
{
  g_autoptr (GError) failure = NULL;
  OstConfig *config
    = ost_setup_preview (setup, ost_cli_get_config_file (cli), ost_cli_load_registry (cli),
                         OST_SETUP_CONFIGURATION, TRUE, &failure);

  if (config == NULL)
    ost_cli_take_config_error (failure, error);
  return config;
}

static OstStore *
open_store (OstConfig *config, const char *folder, GError **error)
{
  OstStoreOptions options = {
    .state_dir = folder,
    .program_version = OST_VERSION,
    .now_us = ost_clock_get_time (ost_clock_get_system ()),
  };
  g_autoptr (OstStore) store = OST_STORE (g_object_new (ost_config_get_store (config)->type, NULL));

  return ost_store_open (store, &options, error) ? g_steal_pointer (&store) : NULL;
}

static gboolean
run_check (OstCli *cli, OstConfig *config, OstStore *store, const char *name, OstTrial *trial,
           GError **error)
{
  OstTask task = { .kind = OST_TASK_CHECK, .connection = name, .is_explicit = TRUE };
  g_autoptr (OstCliRunner) runner = ost_cli_runner_new_on (cli, config, store, error);
  g_autoptr (OstConnectionStatus) status = NULL;

  if (runner == NULL)
    return FALSE;
  trial->report = ost_cli_runner_run (runner, &task, error);
  if (trial->report == NULL)
    return FALSE;
  status = ost_store_load_status (store, name, error);
  if (status == NULL)
    return FALSE;
  trial->organisation = g_strdup (status->organisation);
  return TRUE;
}

gboolean
ost_trial_run (OstCli *cli, OstSetup *setup, GHashTable *secrets, OstTrial *trial, GError **error)
{
  g_autoptr (OstTemporary) folder = ost_temporary_new (error);
  g_autoptr (OstConfig) config = NULL;
  g_autoptr (OstStore) store = NULL;
  gboolean is_run;

  if (folder == NULL || !lend_secrets (setup, secrets, ost_temporary_get_path (folder), error))
    return FALSE;
  config = preview (cli, setup, error);
  if (config == NULL)
    return FALSE;
  store = open_store (config, ost_temporary_get_path (folder), error);
  if (store == NULL)
    return FALSE;
  is_run = run_check (cli, config, store, ost_setup_get_name (setup), trial, error);
  ost_store_close (store);
  return is_run;
}
