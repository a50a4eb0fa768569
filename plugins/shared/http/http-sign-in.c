/* http-sign-in.c: chooses a sign-in method, and reads what a server offers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-sign-in.h"

#include "http-head.h"

#include <string.h>

#define MAX_OFFERS 8
#define MAX_SCHEME_BYTES 32

/* In the order in which `auto` tries them. */
static const OstSignIn *const methods[] = { &ost_sign_in_basic };

static const OstSignIn *
find_method (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i]->name, name))
      return methods[i];
  return NULL;
}

static char *
list_methods (void)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    g_string_append_printf (text, i == 0 ? "%s" : ", %s", methods[i]->name);
  return g_string_free (text, FALSE);
}

static const OstSignIn *
choose_automatically (const OstCredentials *credentials, gboolean is_tls, GError **error)
{
  g_autoptr (GError) first = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (methods[i]->check (credentials, is_tls, first == NULL ? &first : NULL))
      return methods[i];
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

const OstSignIn *
ost_sign_in_choose (const OstCredentials *credentials, gboolean is_tls, GError **error)
{
  g_autoptr (GError) first = NULL;
  g_autofree char *known = NULL;
  g_autofree char *allowed = NULL;
  g_autofree char *remedy = NULL;

  if (credentials->user == NULL && credentials->secret == NULL)
    return &ost_sign_in_none;
  for (gsize i = 0; credentials->methods[i] != NULL; i++)
    {
      const OstSignIn *method = find_method (credentials->methods[i]);
      GError **problem = first == NULL ? &first : NULL;

      if (g_str_equal (credentials->methods[i], "auto"))
        method = choose_automatically (credentials, is_tls, problem);
      else if (method != NULL && !method->check (credentials, is_tls, problem))
        method = NULL;
      if (method != NULL)
        return method;
    }
  if (first != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&first));
      return NULL;
    }
  known = list_methods ();
  allowed = g_strjoinv (", ", (char **)credentials->methods);
  remedy = g_strdup_printf ("allow one of them with auth=: %s", known);
  g_set_error (&first, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
               "auth= allows the sign-in methods ‘%s’ alone; this transport has: %s", allowed,
               known);
  ost_error_set_remedy (first, remedy);
  g_propagate_error (error, g_steal_pointer (&first));
  return NULL;
}

static const char *
skip_quoted (const char *c)
{
  for (c++; *c != '\0' && *c != '"'; c++)
    if (*c == '\\' && c[1] != '\0')
      c++;
  return *c == '"' ? c + 1 : c;
}

/* One challenge or parameter of a list, up to its comma. */
static const char *
read_offer (const char *c, char **scheme)
{
  gsize length;

  c += strspn (c, " \t,");
  length = strspn (c, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
  /* A name with an equals sign right behind it is a parameter of the challenge before. */
  *scheme
    = length > 0 && length <= MAX_SCHEME_BYTES && c[length] != '=' ? g_strndup (c, length) : NULL;
  while (*c != '\0' && *c != ',')
    c = *c == '"' ? skip_quoted (c) : c + 1;
  return c;
}

GStrv
ost_sign_in_list_offers (const char *const *headers)
{
  g_autoptr (GPtrArray) offers = g_ptr_array_new ();
  const char *value;
  gsize from = 0;

  while ((value = ost_http_header_get (headers, "WWW-Authenticate", &from)) != NULL)
    while (*value != '\0' && offers->len < MAX_OFFERS)
      {
        char *scheme;

        value = read_offer (value, &scheme);
        if (scheme != NULL)
          g_ptr_array_add (offers, scheme);
      }
  g_ptr_array_add (offers, NULL);
  return (GStrv)g_ptr_array_free (g_steal_pointer (&offers), FALSE);
}

static gboolean
is_offered (const OstSignIn *self, GStrv offers)
{
  for (gsize i = 0; self->scheme != NULL && offers[i] != NULL; i++)
    if (g_ascii_strcasecmp (offers[i], self->scheme) == 0)
      return TRUE;
  return FALSE;
}

gboolean
ost_sign_in_refuse_401 (const OstSignIn *self, const OstCredentials *credentials, guint status,
                        const char *const *headers, GError **error)
{
  g_auto (GStrv) offers = NULL;
  g_autofree char *offered = NULL;
  g_autofree char *remedy = NULL;
  GError *refusal = NULL;

  if (status != 401)
    return TRUE;
  offers = ost_sign_in_list_offers (headers);
  offered = *offers != NULL ? g_strjoinv (", ", offers) : g_strdup ("nothing");
  if (self->scheme == NULL)
    {
      g_set_error (&refusal, OST_ERROR, OST_ERROR_SIGN_IN,
                   "the server wants a sign-in (401) and none is configured; it offers: %s",
                   offered);
      remedy = g_strdup ("configure the user and the secret of this identity");
    }
  else if (is_offered (self, offers))
    {
      g_set_error (&refusal, OST_ERROR, OST_ERROR_SIGN_IN,
                   "the server refused the sign-in of ‘%s’ by %s (401); it offers: %s",
                   credentials->user, self->name, offered);
      remedy = g_strdup_printf ("check user and secret of ‘%s’, and that the account is neither "
                                "locked, disabled nor expired; the secret is not tried again "
                                "before it changes",
                                credentials->user);
    }
  else
    {
      g_set_error (&refusal, OST_ERROR, OST_ERROR_SIGN_IN,
                   "the server does not take %s (401), by which ‘%s’ was to sign in; it offers: %s",
                   self->name, credentials->user, offered);
      remedy = g_strdup_printf ("enable %s authentication on the server's virtual directory, or "
                                "allow with auth= a method that it offers",
                                self->scheme);
    }
  ost_error_set_remedy (refusal, remedy);
  g_propagate_error (error, refusal);
  return FALSE;
}

static gboolean
check_none (const OstCredentials *credentials, gboolean is_tls, GError **error)
{
  return TRUE;
}

const OstSignIn ost_sign_in_none = {
  .name = "none",
  .check = check_none,
  .inspect = ost_sign_in_refuse_401,
};
