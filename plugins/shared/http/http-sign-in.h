/* http-sign-in.h: the ways to say who we are */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstSignIn:
 * @name: as `auth=` names it
 * @scheme: (nullable): as WWW-Authenticate names it
 * @check: whether it can be used with these credentials at such an endpoint
 * @make_header: (nullable): makes the header line to send, `Authorization: ...`
 * @inspect: looks at the head of a reply
 *
 * A sign-in method: a constant object without state.
 */
typedef struct _OstSignIn OstSignIn;

struct _OstSignIn {
  const char *name;
  const char *scheme;
  gboolean (*check) (const OstCredentials *credentials, gboolean is_tls, GError **error);
  OstSecret *(*make_header) (const OstCredentials *credentials, GError **error);
  gboolean (*inspect) (const OstSignIn *self, const OstCredentials *credentials, guint status,
                       const char *const *headers, GError **error);
};

/**
 * ost_sign_in_choose:
 * @credentials: who signs in, and what the administrator allows
 * @is_tls: whether the endpoint speaks TLS
 * @error: return location for an error
 *
 * Returns: (transfer none): the first allowed method that can be used, or %NULL with
 *   %OST_ERROR_INVALID or %OST_ERROR_NOT_SUPPORTED before anything was sent
 */
const OstSignIn *ost_sign_in_choose (const OstCredentials *credentials, gboolean is_tls,
                                     GError **error);

extern const OstSignIn ost_sign_in_none;
extern const OstSignIn ost_sign_in_basic;

/**
 * ost_sign_in_refuse_401:
 *
 * The inspect slot of a method without a dialogue: a 401 is the end (%OST_ERROR_SIGN_IN); any
 * other status is for the reader to judge.
 */
gboolean ost_sign_in_refuse_401 (const OstSignIn *self, const OstCredentials *credentials,
                                 guint status, const char *const *headers, GError **error);

/**
 * ost_sign_in_list_offers:
 * @headers: (array zero-terminated=1): the head of a reply
 *
 * Returns: (transfer full) (array zero-terminated=1): the schemes that its WWW-Authenticate
 *   headers name (RFC 9110, 11.6.1), at most eight
 */
GStrv ost_sign_in_list_offers (const char *const *headers);

G_END_DECLS
