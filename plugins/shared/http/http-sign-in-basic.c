/* http-sign-in-basic.c: Basic, over TLS alone (RFC 7617) */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-sign-in.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#define HEADER_START "Authorization: Basic "

/* Longer ones are a mistake, such as a file that holds something else. */
#define MAX_SECRET_BYTES 8192

static gsize
get_secret_length (const OstCredentials *credentials)
{
  gsize length;

  ost_secret_peek (credentials->secret, &length);
  return length;
}

static gboolean
check_basic (const OstCredentials *credentials, gboolean is_tls, GError **error)
{
  g_autoptr (GError) problem = NULL;
  if (!is_tls)
    {
      g_set_error_literal (&problem, OST_ERROR, OST_ERROR_INVALID,
                           "signing in by basic would send the secret in clear over plain http; "
                           "nothing was sent");
      ost_error_set_remedy (problem, "write the server's address with https://");
    }
  else if (credentials->user == NULL || credentials->secret == NULL)
    {
      g_set_error (&problem, OST_ERROR, OST_ERROR_INVALID,
                   "signing in by basic needs a user and a secret; there is no %s",
                   credentials->user == NULL ? "user" : "secret");
      ost_error_set_remedy (problem, "configure both for this identity");
    }
  else if (strchr (credentials->user, ':') != NULL)
    {
      g_set_error (&problem, OST_ERROR, OST_ERROR_INVALID,
                   "basic cannot carry the user ‘%s’: the colon would end its name (RFC 7617, 2)",
                   credentials->user);
      ost_error_set_remedy (problem, "write the user as DOMAIN\\name or name@domain");
    }
  else if (get_secret_length (credentials) > MAX_SECRET_BYTES)
    {
      g_set_error (&problem, OST_ERROR, OST_ERROR_INVALID,
                   "the secret of ‘%s’ has %" G_GSIZE_FORMAT " bytes; at most %d can be sent",
                   credentials->user, get_secret_length (credentials), MAX_SECRET_BYTES);
      ost_error_set_remedy (problem, "check that the secret's reference names the right file");
    }
  else
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static OstSecret *
encode_basic (const OstCredentials *credentials, char *plain, char *line, GError **error)
{
  gsize user_length = strlen (credentials->user);
  gsize start_length = strlen (HEADER_START);
  gsize secret_length;
  const char *secret = ost_secret_peek (credentials->secret, &secret_length);
  int encoded;

  memcpy (plain, credentials->user, user_length);
  plain[user_length] = ':';
  memcpy (plain + user_length + 1, secret, secret_length);
  memcpy (line, HEADER_START, start_length);
  encoded = EVP_EncodeBlock ((guint8 *)line + start_length, (const guint8 *)plain,
                             (int)(user_length + 1 + secret_length));
  return ost_secret_new (line, start_length + (gsize)encoded, error);
}

static OstSecret *
make_basic (const OstCredentials *credentials, GError **error)
{
  gsize plain_size = strlen (credentials->user) + 1 + get_secret_length (credentials);
  gsize line_size = strlen (HEADER_START) + (plain_size + 2) / 3 * 4 + 1;
  /* Both are wiped; they are locked too where the program has made OpenSSL's secure heap. */
  char *plain = OPENSSL_secure_malloc (plain_size);
  char *line = OPENSSL_secure_malloc (line_size);
  OstSecret *header = NULL;

  if (plain != NULL && line != NULL)
    header = encode_basic (credentials, plain, line, error);
  else
    g_set_error_literal (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                         "no locked memory is left to sign in with");
  OPENSSL_secure_clear_free (plain, plain_size);
  OPENSSL_secure_clear_free (line, line_size);
  return header;
}

const OstSignIn ost_sign_in_basic = {
  .name = "basic",
  .scheme = "Basic",
  .check = check_basic,
  .make_header = make_basic,
  .inspect = ost_sign_in_refuse_401,
};
