/* onprem-session.h: a session with one of a connection's servers, ready to be worked with */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "exchange-grants.h"

G_BEGIN_DECLS

/**
 * OstOnpremSession:
 * @link: the way to it
 * @uri: the endpoint that was addressed
 * @host: its host, for people
 * @server: (nullable): who runs the cmdlets, as far as it is known
 * @version: (nullable): which Exchange that is
 * @is_remembered: whether the two were known from an earlier session of this process
 * @families: which names of cmdlets to use
 * @has_families: whether that is known yet
 * @has_guessed_families: whether it could not be found out, so that the newer names are tried first
 * @has_no_change_filter: whether the server is known not to filter devices by when they changed
 * @refusal: (nullable): why listings cannot be trusted, although the session is open
 *
 * Belongs to one thread.
 *
 * Since: 1.0
 */
typedef struct {
  OstExchangeLink *link;
  char *uri;
  char *host;
  char *server;
  char *version;
  gboolean is_remembered;
  OstExchangeFamilies families;
  gboolean has_families;
  gboolean has_guessed_families;
  gboolean has_no_change_filter;
  GError *refusal;
} OstOnpremSession;

/**
 * ost_onprem_session_open:
 * @call: the call
 * @error: return location for an error
 *
 * Ends the shells that a crash left behind, then tries the servers in their order: the next one
 * after %OST_ERROR_UNAVAILABLE and %OST_ERROR_TIMED_OUT only, and never after a rejected sign-in.
 *
 * Returns: (transfer full): a session, or %NULL with the error of the last server that was tried,
 *   or %OST_ERROR_NOT_SUPPORTED where the one that runs the cmdlets is older than Exchange 2013
 *
 * Since: 1.0
 */
OstOnpremSession *ost_onprem_session_open (OstCall *call, GError **error);

/**
 * ost_onprem_session_close:
 * @self: (transfer full): a session
 * @call: a call with time left to clean up
 *
 * Since: 1.0
 */
void ost_onprem_session_close (OstOnpremSession *self, OstCall *call);

/**
 * ost_onprem_session_get_tiers:
 * @settings: a connection's settings
 *
 * Returns: the set of #OstExchangeTier that the connection's mode needs
 *
 * Since: 1.0
 */
guint ost_onprem_session_get_tiers (OstSettings *settings);

/**
 * ost_onprem_session_identify:
 * @self: a session
 * @call: the call
 * @error: return location for an error
 *
 * Finds out who runs the cmdlets and which version that is, and notes both.
 *
 * Returns: %FALSE with %OST_ERROR_NOT_SUPPORTED for a version that is too old, or with an error of
 *   the link
 *
 * Since: 1.0
 */
gboolean ost_onprem_session_identify (OstOnpremSession *self, OstCall *call, GError **error);

/**
 * ost_onprem_session_know_families:
 * @self: a session
 * @call: the call
 * @error: return location for an error
 *
 * Makes sure that it is known which names of cmdlets to use, by a pre-flight where no earlier
 * session of this process had one. What is missing becomes warnings; so does a pre-flight that this
 * server or this account does not allow.
 *
 * Returns: %FALSE with an error of the link
 *
 * Since: 1.0
 */
gboolean ost_onprem_session_know_families (OstOnpremSession *self, OstCall *call, GError **error);

/**
 * ost_onprem_session_set_families:
 * @self: a session
 * @call: the call
 * @grants: what the session may run
 *
 * Since: 1.0
 */
void ost_onprem_session_set_families (OstOnpremSession *self, OstCall *call,
                                      const OstExchangeGrants *grants);

/**
 * ost_onprem_names_place:
 * @error: an error
 * @call: the call
 *
 * Returns: whether the text says already which connection and which server it is about, as the
 *   errors of the wire do
 *
 * Since: 1.0
 */
gboolean ost_onprem_names_place (const GError *error, OstCall *call);

/**
 * ost_onprem_session_remember:
 * @self: a session
 * @call: the call
 *
 * Keeps what the session found out for the connection's next sessions in this process.
 *
 * Since: 1.0
 */
void ost_onprem_session_remember (OstOnpremSession *self, OstCall *call);

/**
 * ost_onprem_session_forget:
 * @call: the call
 *
 * Forgets what this process knows of the connection's server, so that the next session finds out
 * anew.
 *
 * Since: 1.0
 */
void ost_onprem_session_forget (OstCall *call);

G_END_DECLS
