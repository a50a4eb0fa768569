/* ost-cli-ask.c: asks a person for what a connection needs */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-ask.h"

#include <glib/gi18n-lib.h>

#include "ost-prompt.h"

#define DEFAULT_NAME "exchange"
#define DEFAULT_TRANSPORT "direct"

typedef struct {
  OstCli *cli;
  OstSetup *setup;
  GHashTable *secrets;
} Asking;

char *
ost_cli_ask_name (OstCli *cli, GError **error)
{
  return ost_prompt_text (cli->err, _ ("Name of the connection"), DEFAULT_NAME, error);
}

/* What the manual says of a key is what the question says. */
static void
explain (OstCli *cli, const char *summary)
{
  ost_terminal_print_line (cli->err, "%s", "");
  ost_terminal_print (cli->err, OST_STYLE_FAINT, summary);
  ost_terminal_print_line (cli->err, "%s", "");
}

static gboolean
ask_value (Asking *self, const OstSetting *setting, gboolean is_required, GError **error)
{
  const char *before = ost_setup_get (self->setup, setting->key);
  g_autofree char *value = NULL;

  explain (self->cli, setting->summary);
  do
    {
      g_free (value);
      value = ost_prompt_text (self->cli->err, setting->key, before, error);
      if (value == NULL)
        return FALSE;
  } while (is_required && *value == '\0');
  ost_setup_set (self->setup, setting->key, *value != '\0' ? value : NULL);
  return TRUE;
}

static gboolean
ask_secret (Asking *self, const OstSetting *setting, GError **error)
{
  gboolean has_old = ost_setup_get (self->setup, setting->key) != NULL
                     || g_hash_table_contains (self->secrets, setting->key);
  g_autoptr (OstSecret) secret = NULL;

  explain (self->cli, has_old ? _ ("Not shown while it is typed; an empty line keeps the old one.")
                              : _ ("Not shown while it is typed."));
  if (!ost_prompt_secret (self->cli->err, setting->key, &secret, error))
    return FALSE;
  if (secret != NULL)
    g_hash_table_insert (self->secrets, g_strdup (setting->key), g_steal_pointer (&secret));
  return TRUE;
}

static gboolean
is_of_identity (const OstPluginInfo *info, const OstSetting *setting)
{
  for (const OstIdentity *identity = info->identities; identity != NULL && identity->name != NULL;
       identity++)
    if (g_strcmp0 (identity->user_key, setting->key) == 0
        || g_strcmp0 (identity->secret_key, setting->key) == 0)
      return TRUE;
  return FALSE;
}

/* By what a server is recognised, where the system's authorities do not know it. */
static gboolean
is_trust (const OstSetting *setting)
{
  return g_str_has_prefix (setting->key, "tls-");
}

static gboolean
ask_table (Asking *self, const OstPluginInfo *info, GError **error)
{
  for (const OstSetting *setting = info->settings; setting != NULL && setting->key != NULL;
       setting++)
    {
      gboolean is_required = (setting->flags & OST_SETTING_REQUIRED) != 0;

      if (!is_required && !is_trust (setting) && !is_of_identity (info, setting))
        continue;
      if (setting->type == OST_SETTING_SECRET ? !ask_secret (self, setting, error)
                                              : !ask_value (self, setting, is_required, error))
        return FALSE;
    }
  return TRUE;
}

static char *
list_names (OstRegistry *registry, OstPluginKind kind, const char **first)
{
  GPtrArray *plugins = ost_registry_get_plugins (registry);
  g_autoptr (GString) names = g_string_new (NULL);

  *first = NULL;
  for (guint i = 0; i < plugins->len; i++)
    {
      const OstPlugin *plugin = plugins->pdata[i];

      if (plugin->info->kind != kind)
        continue;
      g_string_append_printf (names, "%s%s: %s", names->len > 0 ? "\n" : "", plugin->info->name,
                              plugin->info->title);
      if (*first == NULL)
        *first = plugin->info->name;
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static const OstPlugin *
ask_backend (Asking *self, GError **error)
{
  OstRegistry *registry = ost_cli_load_registry (self->cli);
  const char *first;
  g_autofree char *names = list_names (registry, OST_PLUGIN_BACKEND, &first);
  const char *before = ost_setup_get (self->setup, "environment");
  g_autofree char *name = NULL;

  explain (self->cli, names);
  name = ost_prompt_text (self->cli->err, "environment", before != NULL ? before : first, error);
  if (name == NULL)
    return NULL;
  ost_setup_set (self->setup, "environment", name);
  return ost_registry_find (registry, OST_PLUGIN_BACKEND, name, error);
}

gboolean
ost_cli_ask_settings (OstCli *cli, OstSetup *setup, GHashTable *secrets, GError **error)
{
  Asking self = { .cli = cli, .setup = setup, .secrets = secrets };
  const char *transport_name = ost_setup_get (setup, "transport");
  const OstPlugin *backend = ask_backend (&self, error);
  const OstPlugin *transport;

  if (backend == NULL)
    return FALSE;
  transport
    = ost_registry_find (ost_cli_load_registry (cli), OST_PLUGIN_TRANSPORT,
                         transport_name != NULL ? transport_name : DEFAULT_TRANSPORT, error);
  return transport != NULL && ask_table (&self, backend->info, error)
         && ask_table (&self, transport->info, error);
}
