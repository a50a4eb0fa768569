/* backend.c: Exchange 2013 and newer on premises, over remote PowerShell */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#include "exchange-query.h"
#include "onprem-check.h"

#define OST_TYPE_BACKEND_ONPREM (ost_backend_onprem_get_type ())
G_DECLARE_FINAL_TYPE (OstBackendOnprem, ost_backend_onprem, OST, BACKEND_ONPREM, GObject)

struct _OstBackendOnprem {
  GObject parent_instance;

  OstOnpremSession *session;
};

static void ost_backend_onprem_implement (OstBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OstBackendOnprem, ost_backend_onprem, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OST_TYPE_BACKEND,
                                                      ost_backend_onprem_implement))

static void
close_session (OstBackendOnprem *self, OstCall *call)
{
  if (self->session != NULL)
    ost_onprem_session_close (g_steal_pointer (&self->session), call);
}

static gboolean
open_session (OstBackendOnprem *self, OstCall *call, GError **error)
{
  close_session (self, call);
  self->session = ost_onprem_session_open (call, error);
  return self->session != NULL;
}

static gboolean
ost_backend_onprem_open (OstBackend *backend, OstCall *call, GError **error)
{
  return open_session (OST_BACKEND_ONPREM (backend), call, error);
}

static void
ost_backend_onprem_close (OstBackend *backend, OstCall *call)
{
  close_session (OST_BACKEND_ONPREM (backend), call);
}

static gboolean
asks_for_changes (OstOperation *operation)
{
  return ost_operation_get_kind (operation) == OST_KIND_DEVICE
         && ost_operation_get_text (operation, OST_SELECT_CHANGED_SINCE) != NULL;
}

static gboolean
ask (OstOnpremSession *session, OstOperation *operation, OstCall *call, guint64 *n_emitted,
     GError **error)
{
  g_autoptr (OstExchangeQuery) query
    = ost_exchange_query_new (operation, &session->families, error);

  return query != NULL && ost_exchange_query_run (query, session->link, call, n_emitted, error);
}

/* Tries the older names where it could not be found out which ones the account was granted. */
static gboolean
ask_by_either_name (OstOnpremSession *session, OstOperation *operation, OstCall *call,
                    guint64 *n_emitted, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (ask (session, operation, call, n_emitted, &local))
    return TRUE;
  if (!session->has_guessed_families || !ost_exchange_query_needs_family (operation)
      || *n_emitted > 0 || !g_error_matches (local, OST_ERROR, OST_ERROR_DENIED)
      || ost_exchange_link_is_broken (session->link))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  session->families.device = session->families.policy = OST_EXCHANGE_FAMILY_ACTIVESYNC;
  session->has_guessed_families = FALSE;
  return ask (session, operation, call, n_emitted, error);
}

static gboolean
run_query (OstOnpremSession *session, OstOperation *operation, OstCall *call, guint64 *n_emitted,
           GError **error)
{
  OstKind kind = ost_operation_get_kind (operation);
  g_autoptr (GError) local = NULL;

  if (session->refusal != NULL && (kind == OST_KIND_DEVICE || kind == OST_KIND_MAILBOX))
    {
      g_propagate_error (error, g_error_copy (session->refusal));
      return FALSE;
    }
  if (asks_for_changes (operation) && session->has_no_change_filter)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                           "this server does not filter devices by when they changed");
      return FALSE;
    }
  if (ost_exchange_query_needs_family (operation)
      && !ost_onprem_session_know_families (session, call, error))
    return FALSE;
  if (ask_by_either_name (session, operation, call, n_emitted, &local))
    return TRUE;
  if (asks_for_changes (operation) && g_error_matches (local, OST_ERROR, OST_ERROR_NOT_SUPPORTED))
    {
      session->has_no_change_filter = TRUE;
      ost_onprem_session_remember (session, call);
    }
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
run_operation (OstOnpremSession *session, OstOperation *operation, OstCall *call,
               guint64 *n_emitted, GError **error)
{
  if (ost_operation_get_verb (operation) == OST_VERB_LIST
      && ost_operation_get_kind (operation) == OST_KIND_GRANT)
    return ost_onprem_check (session, call, n_emitted, error);
  return run_query (session, operation, call, n_emitted, error);
}

static gboolean
is_read (OstOperation *operation)
{
  return ost_operation_get_verb (operation) == OST_VERB_LIST
         || ost_operation_get_verb (operation) == OST_VERB_GET;
}

/* A shell that ended while nobody used it is known only when it is used; then nothing was done. */
static gboolean
may_repeat (OstBackendOnprem *self, OstOperation *operation, OstCall *call, guint64 n_emitted,
            const GError *error)
{
  return n_emitted == 0 && is_read (operation) && ost_exchange_link_is_broken (self->session->link)
         && !ost_call_is_stopping (call)
         && (g_error_matches (error, OST_ERROR, OST_ERROR_UNAVAILABLE)
             || g_error_matches (error, OST_ERROR, OST_ERROR_INCOMPLETE));
}

static gboolean
ost_backend_onprem_execute (OstBackend *backend, OstOperation *operation, OstCall *call,
                            GError **error)
{
  OstBackendOnprem *self = OST_BACKEND_ONPREM (backend);
  g_autofree char *description = ost_operation_describe (operation);
  g_autoptr (GError) local = NULL;
  guint64 n_emitted = 0;

  if ((self->session == NULL || ost_exchange_link_is_broken (self->session->link))
      && !open_session (self, call, error))
    return FALSE;
  if (run_operation (self->session, operation, call, &n_emitted, &local))
    return TRUE;
  if (may_repeat (self, operation, call, n_emitted, local))
    {
      g_clear_error (&local);
      if (!open_session (self, call, error))
        return FALSE;
      if (run_operation (self->session, operation, call, &n_emitted, &local))
        return TRUE;
    }
  /* What is not granted today may be tomorrow. */
  if (g_error_matches (local, OST_ERROR, OST_ERROR_DENIED))
    ost_onprem_session_forget (call);
  if (!ost_onprem_names_place (local, call))
    g_prefix_error (&local, "connection ‘%s’: cannot %s on ‘%s’: ", ost_call_get_connection (call),
                    description, self->session->host);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static void
ost_backend_onprem_finalize (GObject *object)
{
  /* close was called, and without a call nothing could be said to the server. */
  g_warn_if_fail (OST_BACKEND_ONPREM (object)->session == NULL);
  G_OBJECT_CLASS (ost_backend_onprem_parent_class)->finalize (object);
}

static void
ost_backend_onprem_class_init (OstBackendOnpremClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_backend_onprem_finalize;
}

static void
ost_backend_onprem_init (OstBackendOnprem *self)
{
}

static void
ost_backend_onprem_implement (OstBackendInterface *iface)
{
  iface->execute = ost_backend_onprem_execute;
  iface->open = ost_backend_onprem_open;
  iface->close = ost_backend_onprem_close;
}

static const OstSetting settings[] = {
  { "server", OST_SETTING_LIST, OST_SETTING_REQUIRED, NULL, 0, 0, NULL,
    "Exchange servers: names, full names or URLs of PowerShell; tried in this order." },
  { "user", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
    "The account that signs in, such as CONTOSO\\svc-ostiary." },
  { "password-secret", OST_SETTING_SECRET, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
    "A reference to its password." },
  { "auth", OST_SETTING_LIST, OST_SETTING_OPTIONAL, "auto", 0, 0, NULL,
    "The ways to sign in that are allowed." },
  { "view-entire-forest", OST_SETTING_BOOLEAN, OST_SETTING_OPTIONAL, "yes", 0, 0, NULL,
    "Whether sessions see all domains of the forest, and not only that of the servers." },
  { "operation-timeout", OST_SETTING_DURATION, OST_SETTING_OPTIONAL, "60s", 20, 180, NULL,
    "How long Exchange may keep one request waiting before it answers that it goes on." },
  { NULL },
};

static const OstIdentity identities[] = {
  { "connection", "user", "password-secret", "auth" },
  { NULL },
};

OST_PLUGIN_EXPORT const OstPluginInfo ost_plugin_info = {
  OST_PLUGIN_HEAD,
  .kind = OST_PLUGIN_BACKEND,
  .name = "onprem",
  .title = "Exchange 2013 and newer on premises, over remote PowerShell",
  .version = OST_VERSION,
  .type_name = "OstBackendOnprem",
  .capabilities = OST_CAPABILITY_SLICES | OST_CAPABILITY_STATISTICS,
  .settings = settings,
  .identities = identities,
  .get_type = ost_backend_onprem_get_type,
};
