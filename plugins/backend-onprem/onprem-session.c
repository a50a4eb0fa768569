/* onprem-session.c: a session with one of a connection's servers, ready to be worked with */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "onprem-session.h"

#include <string.h>

#include "exchange-link-remoting.h"
#include "onprem-server.h"

/* Exchange 2013, the first with the cmdlets that we know. */
#define OLDEST_MAJOR_VERSION 15

/* A name that no server has, and that explains itself in the server's log of cmdlets. */
#define NO_SERVER "ostiary-asks-which-server-runs-this"

/* What one session found out and the next need not ask: all workers of a connection share one
 * OstSettings, and it is thrown away when the configuration changes. Never changed once it is
 * attached. */
typedef struct {
  gatomicrefcount references;
  char *uri;
  char *server;
  char *version;
  OstExchangeFamilies families;
  gboolean has_families;
  gboolean has_no_change_filter;
} Knowledge;

static GQuark
knowledge_quark (void)
{
  return g_quark_from_static_string ("ostiary-backend-onprem-knowledge");
}

static void
knowledge_unref (gpointer data)
{
  Knowledge *knowledge = data;

  if (!g_atomic_ref_count_dec (&knowledge->references))
    return;
  g_free (knowledge->uri);
  g_free (knowledge->server);
  g_free (knowledge->version);
  g_free (knowledge);
}

static gpointer
knowledge_ref (gpointer data, gpointer user_data)
{
  Knowledge *knowledge = data;

  if (knowledge != NULL)
    g_atomic_ref_count_inc (&knowledge->references);
  return knowledge;
}

void
ost_onprem_session_remember (OstOnpremSession *self, OstCall *call)
{
  Knowledge *knowledge = g_new0 (Knowledge, 1);

  g_atomic_ref_count_init (&knowledge->references);
  knowledge->uri = g_strdup (self->uri);
  knowledge->server = g_strdup (self->server);
  knowledge->version = g_strdup (self->version);
  knowledge->families = self->families;
  knowledge->has_families = self->has_families;
  knowledge->has_no_change_filter = self->has_no_change_filter;
  g_object_set_qdata_full (G_OBJECT (ost_call_get_settings (call)), knowledge_quark (), knowledge,
                           knowledge_unref);
}

void
ost_onprem_session_forget (OstCall *call)
{
  g_object_set_qdata (G_OBJECT (ost_call_get_settings (call)), knowledge_quark (), NULL);
}

static gboolean
recall (OstOnpremSession *self, OstCall *call)
{
  Knowledge *knowledge = g_object_dup_qdata (G_OBJECT (ost_call_get_settings (call)),
                                             knowledge_quark (), knowledge_ref, NULL);

  if (knowledge != NULL && g_str_equal (knowledge->uri, self->uri))
    {
      self->is_remembered = TRUE;
      self->server = g_strdup (knowledge->server);
      self->version = g_strdup (knowledge->version);
      self->families = knowledge->families;
      self->has_families = knowledge->has_families;
      self->has_no_change_filter = knowledge->has_no_change_filter;
    }
  g_clear_pointer (&knowledge, knowledge_unref);
  return self->is_remembered;
}

gboolean
ost_onprem_names_place (const GError *error, OstCall *call)
{
  g_autofree char *prefix = g_strdup_printf ("connection ‘%s’: ", ost_call_get_connection (call));

  return g_str_has_prefix (error->message, prefix);
}

static void
propagate_with_place (GError **error, GError *local, OstCall *call, const char *host)
{
  if (!ost_onprem_names_place (local, call))
    g_prefix_error (&local, "connection ‘%s’: cannot open a session on ‘%s’: ",
                    ost_call_get_connection (call), host);
  g_propagate_error (error, local);
}

static OstExchangeCommand *
new_command (OstExchangeTask task)
{
  return ost_exchange_command_new (ost_exchange_cmdlet_for (task, OST_EXCHANGE_FAMILY_NONE));
}

guint
ost_onprem_session_get_tiers (OstSettings *settings)
{
  guint tiers = OST_EXCHANGE_TIER_READ;

  if (g_strcmp0 (ost_settings_get_text (settings, "statistics"), "none") != 0)
    tiers |= OST_EXCHANGE_TIER_STATISTICS;
  if (g_strcmp0 (ost_settings_get_text (settings, "mode"), "enforce") == 0)
    tiers |= OST_EXCHANGE_TIER_ACCESS;
  if (ost_settings_get_text (settings, "allow-wipe") != NULL
      && !g_str_equal (ost_settings_get_text (settings, "allow-wipe"), "none"))
    tiers |= OST_EXCHANGE_TIER_WIPE;
  return tiers;
}

/* Without it a session sees the domain of the Exchange servers only, and every user of another
 * domain would seem to have vanished. */
static gboolean
view_entire_forest (OstOnpremSession *self, OstCall *call, GError **error)
{
  static const OstExchangeSink sink = { 0 };
  g_autoptr (OstExchangeCommand) command = NULL;
  g_autoptr (GError) local = NULL;

  if (!ost_settings_get_boolean (ost_call_get_settings (call), "view-entire-forest"))
    {
      ost_call_step (call, "view-entire-forest", TRUE, "not asked for: view-entire-forest=no",
                     NULL);
      return TRUE;
    }
  command = new_command (OST_EXCHANGE_SET_VIEW);
  ost_exchange_command_add_boolean (command, "ViewEntireForest", TRUE);
  if (ost_exchange_link_do (self->link, command, OST_EXCHANGE_VIEW_NOTHING, &sink, NULL, call,
                            &local))
    {
      ost_call_step (call, "view-entire-forest", TRUE, "the session sees all domains", NULL);
      return TRUE;
    }
  if (g_error_matches (local, OST_ERROR, OST_ERROR_DENIED))
    {
      const char *remedy
        = "give the account a management role with Set-ADServerSettings; or, where "
          "the forest has one domain only, set view-entire-forest=no";

      ost_call_step (call, "view-entire-forest", FALSE, local->message, remedy);
      ost_error_set_remedy (local, remedy);
      self->refusal = g_steal_pointer (&local);
      return TRUE;
    }
  ost_call_step (call, "view-entire-forest", FALSE, local->message, ost_error_get_remedy (local));
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
take_server_failure (const OstExchangeFailure *failure, gpointer user_data)
{
  char **server = user_data;

  if (*server == NULL)
    *server = ost_exchange_failure_get_server (failure);
}

static gboolean
take_server (OstObject *object, gboolean is_valid, gpointer user_data, GError **error)
{
  OstObject **server = user_data;

  if (*server == NULL)
    *server = ost_object_ref (object);
  return TRUE;
}

/* Whoever runs a cmdlet says its name only when one fails. */
static gboolean
ask_for_executor (OstOnpremSession *self, OstCall *call, char **name, GError **error)
{
  static const OstExchangeSink sink = { .failure = take_server_failure };
  g_autoptr (OstExchangeCommand) command = new_command (OST_EXCHANGE_GET_SERVER);
  gboolean is_completed;

  ost_exchange_command_add_text (command, "Identity", NO_SERVER);
  return ost_exchange_link_run (self->link, command, OST_EXCHANGE_VIEW_NOTHING, &sink, name, call,
                                &is_completed, error);
}

/* The server's object, or NULL without an error where the account may not see it. */
static gboolean
find_server (OstOnpremSession *self, OstCall *call, const char *name, OstObject **server,
             GError **error)
{
  static const OstExchangeSink sink = { .object = take_server };
  g_autoptr (OstExchangeCommand) command = new_command (OST_EXCHANGE_GET_SERVER);
  gboolean is_completed;

  ost_exchange_command_add_text (command, "Identity", name);
  return ost_exchange_link_run (self->link, command, OST_EXCHANGE_VIEW_SERVER, &sink, server, call,
                                &is_completed, error);
}

static void
note_server (OstOnpremSession *self, OstCall *call)
{
  g_autofree char *label = g_strndup (self->host, strcspn (self->host, "."));
  const char *user = ost_settings_get_text (ost_call_get_settings (call), "user");
  const char *server = self->server != NULL ? self->server : self->host;

  if (g_ascii_strcasecmp (server, self->host) == 0 || g_ascii_strcasecmp (server, label) == 0)
    ost_call_note (call, "server", server);
  else
    {
      g_autofree char *both = g_strdup_printf ("%s (addressed as %s)", server, self->host);

      ost_call_note (call, "server", both);
    }
  if (self->version != NULL)
    ost_call_note (call, "version", self->version);
  if (user != NULL)
    ost_call_note (call, "account", user);
}

static gboolean
check_version (OstOnpremSession *self, OstCall *call, GError **error)
{
  const char *remedy = "name a server with Exchange 2013 or newer in server=; the account's own "
                       "mailbox may draw its sessions to an older one";
  g_autofree char *detail = NULL;
  guint major;
  guint minor;

  if (!ost_onprem_version_parse (self->version, &major, &minor))
    {
      detail = g_strdup_printf ("%s runs the cmdlets; its version is not known",
                                self->server != NULL ? self->server
                                                     : "a server that does not give its name");
      ost_call_step (call, "version", TRUE, detail, NULL);
      ost_call_warn (call, "%s, so that it is not known whether it is Exchange 2013 or newer",
                     detail);
      return TRUE;
    }
  detail = g_strdup_printf ("%s runs the cmdlets and has Exchange %s", self->server, self->version);
  ost_call_step (call, "version", major >= OLDEST_MAJOR_VERSION, detail,
                 major >= OLDEST_MAJOR_VERSION ? NULL : remedy);
  if (major >= OLDEST_MAJOR_VERSION)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
               "%s, but at least version 15.0 (Exchange 2013) is needed", detail);
  if (error != NULL)
    ost_error_set_remedy (*error, remedy);
  return FALSE;
}

gboolean
ost_onprem_session_identify (OstOnpremSession *self, OstCall *call, GError **error)
{
  g_autofree char *label = g_strndup (self->host, strcspn (self->host, "."));
  g_autofree char *executor = NULL;
  g_autoptr (OstObject) server = NULL;
  const char *fqdn;

  if (!ask_for_executor (self, call, &executor, error)
      || !find_server (self, call, executor != NULL ? executor : label, &server, error))
    return FALSE;
  fqdn = server != NULL ? ost_object_get_text (server, OST_SERVER_FQDN) : NULL;
  g_free (self->server);
  self->server = g_strdup (fqdn != NULL ? fqdn : executor);
  g_free (self->version);
  self->version
    = g_strdup (server != NULL ? ost_object_get_text (server, OST_SERVER_VERSION) : NULL);
  self->is_remembered = FALSE;
  note_server (self, call);
  if (!check_version (self, call, error))
    return FALSE;
  ost_onprem_session_remember (self, call);
  return TRUE;
}

void
ost_onprem_session_set_families (OstOnpremSession *self, OstCall *call,
                                 const OstExchangeGrants *grants)
{
  guint tiers = ost_onprem_session_get_tiers (ost_call_get_settings (call));

  self->families = ost_exchange_grants_choose (grants, tiers);
  self->has_families = TRUE;
  ost_onprem_session_remember (self, call);
}

static void
warn_of_missing (OstOnpremSession *self, OstCall *call, const OstExchangeGrants *grants)
{
  guint tiers = ost_onprem_session_get_tiers (ost_call_get_settings (call));
  guint n_cmdlets;
  const OstExchangeCmdlet *cmdlets = ost_exchange_cmdlets (&n_cmdlets);

  for (guint i = 0; i < n_cmdlets; i++)
    {
      g_auto (OstExchangeJudgement) judgement = { 0 };
      g_autofree char *remedy = NULL;
      g_autofree char *detail = NULL;

      ost_exchange_grants_judge (grants, &cmdlets[i], &self->families, tiers, &judgement);
      if (ost_exchange_judgement_is_ok (&judgement))
        continue;
      detail = ost_exchange_judgement_describe (&judgement, &cmdlets[i], &remedy);
      ost_call_warn (call, "%s is %s: %s", cmdlets[i].name, detail, remedy);
    }
}

/* Whether it is the account or the server that does not tell, and not a session that is lost. */
static gboolean
is_untold (OstOnpremSession *self, const GError *error)
{
  return error->domain == OST_ERROR && !ost_exchange_link_is_broken (self->link)
         && (error->code == OST_ERROR_DENIED || error->code == OST_ERROR_INVALID
             || error->code == OST_ERROR_NOT_FOUND || error->code == OST_ERROR_PROTOCOL);
}

gboolean
ost_onprem_session_know_families (OstOnpremSession *self, OstCall *call, GError **error)
{
  g_autoptr (OstExchangeGrants) grants = NULL;
  g_autoptr (GError) local = NULL;

  if (self->has_families)
    return TRUE;
  grants = ost_exchange_grants_read (
    self->link, ost_onprem_session_get_tiers (ost_call_get_settings (call)), call, &local);
  if (grants != NULL)
    {
      ost_onprem_session_set_families (self, call, grants);
      warn_of_missing (self, call, grants);
      return TRUE;
    }
  if (!is_untold (self, local))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  ost_call_warn (call, "it is not known what the account may run: %s", local->message);
  self->families.device = self->families.policy = OST_EXCHANGE_FAMILY_MOBILE;
  self->has_families = self->has_guessed_families = TRUE;
  return TRUE;
}

static OstRunspaceOptions
get_options (OstCall *call, const char *uri)
{
  OstSettings *settings = ost_call_get_settings (call);
  OstRunspaceOptions options = {
    .uri = uri,
    .resource_uri = OST_EXCHANGE_RESOURCE_URI,
    .identity = "connection",
    .locale = "en-US",
    .operation_timeout_seconds = (guint)ost_settings_get_integer (settings, "operation-timeout"),
  };

  return options;
}

/* FALSE only where nothing more may be tried. */
static gboolean
end_left_overs (OstCall *call, const char *uri, GError **error)
{
  OstRunspaceOptions options = get_options (call, uri);
  g_autofree char *id = NULL;
  g_autofree char *detail = NULL;

  while (ost_call_take_left_over_session (call, &id, &detail))
    {
      g_autoptr (GError) local = NULL;

      if (ost_runspace_end_left_over (&options, id, detail, call, &local))
        ost_call_forget_session (call, id);
      else if (g_error_matches (local, OST_ERROR, OST_ERROR_SIGN_IN)
               || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      else
        ost_call_warn (call,
                       "a shell that an earlier process left behind could not be ended, and "
                       "counts against the account's limit until Exchange ends it (15 "
                       "minutes): %s",
                       local->message);
      g_clear_pointer (&id, g_free);
      g_clear_pointer (&detail, g_free);
    }
  return TRUE;
}

static void
tell_failed_open (OstCall *call, const GError *error)
{
  gboolean is_sign_in = g_error_matches (error, OST_ERROR, OST_ERROR_SIGN_IN);

  ost_call_step (call, is_sign_in ? "authentication" : "shell", FALSE, error->message,
                 ost_error_get_remedy (error));
}

static gboolean
open_link (OstOnpremSession *self, OstCall *call, GError **error)
{
  OstRunspaceOptions options = get_options (call, self->uri);
  g_autofree char *detail = g_strdup_printf ("signed in to %s", self->host);
  g_autoptr (GError) local = NULL;

  if (!ost_call_probe (call, self->uri, error))
    return FALSE;
  self->link = ost_exchange_link_open_remoting (&options, call, &local);
  if (self->link == NULL)
    {
      tell_failed_open (call, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  ost_call_step (call, "authentication", TRUE, detail, NULL);
  ost_call_step (call, "shell", TRUE, "a PowerShell session is open", NULL);
  return TRUE;
}

static OstOnpremSession *
open_on (OstCall *call, const char *uri, GError **error)
{
  OstOnpremSession *self = g_new0 (OstOnpremSession, 1);
  g_autoptr (GError) local = NULL;

  self->uri = g_strdup (uri);
  self->host = ost_onprem_server_get_host (uri);
  if (open_link (self, call, &local) && view_entire_forest (self, call, &local)
      && (recall (self, call) || ost_onprem_session_identify (self, call, &local)))
    {
      if (self->is_remembered)
        note_server (self, call);
      return self;
    }
  propagate_with_place (error, g_steal_pointer (&local), call, self->host);
  ost_onprem_session_close (self, call);
  return NULL;
}

static GPtrArray *
get_uris (OstCall *call, GError **error)
{
  const char *const *servers = ost_settings_get_list (ost_call_get_settings (call), "server");
  g_autoptr (GPtrArray) uris = g_ptr_array_new_with_free_func (g_free);

  for (; *servers != NULL; servers++)
    {
      char *uri = ost_onprem_server_get_uri (*servers, error);

      if (uri == NULL)
        return NULL;
      g_ptr_array_add (uris, uri);
    }
  if (uris->len > 0)
    return g_steal_pointer (&uris);
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID, "server: no server is named");
  return NULL;
}

OstOnpremSession *
ost_onprem_session_open (OstCall *call, GError **error)
{
  g_autoptr (GPtrArray) uris = get_uris (call, error);
  g_autoptr (GString) failures = g_string_new (NULL);

  if (uris == NULL)
    {
      g_prefix_error (error, "connection ‘%s’: ", ost_call_get_connection (call));
      return NULL;
    }
  if (!end_left_overs (call, g_ptr_array_index (uris, 0), error))
    return NULL;
  for (guint i = 0; i < uris->len; i++)
    {
      g_autoptr (GError) local = NULL;
      OstOnpremSession *session = open_on (call, g_ptr_array_index (uris, i), &local);

      if (session != NULL)
        return session;
      if (i + 1 == uris->len || ost_call_is_stopping (call)
          || !(g_error_matches (local, OST_ERROR, OST_ERROR_UNAVAILABLE)
               || g_error_matches (local, OST_ERROR, OST_ERROR_TIMED_OUT)))
        {
          g_propagate_prefixed_error (error, g_steal_pointer (&local), "%s", failures->str);
          return NULL;
        }
      g_string_append_printf (failures, "%s; then ", local->message);
    }
  return NULL;
}

void
ost_onprem_session_close (OstOnpremSession *self, OstCall *call)
{
  g_return_if_fail (self != NULL);

  if (self->link != NULL)
    ost_exchange_link_close (self->link, call);
  g_clear_error (&self->refusal);
  g_free (self->uri);
  g_free (self->host);
  g_free (self->server);
  g_free (self->version);
  g_free (self);
}
