/* http-uri.c: addresses, as curl understands them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-uri.h"

char *
ost_http_uri_get (CURLU *uri, CURLUPart part)
{
  char *curl_text = NULL;
  char *text;

  curl_url_get (uri, part, &curl_text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
  text = g_strdup (curl_text != NULL ? curl_text : "");
  curl_free (curl_text);
  return text;
}

gboolean
ost_http_uri_is_tls (CURLU *uri)
{
  g_autofree char *scheme = ost_http_uri_get (uri, CURLUPART_SCHEME);

  return g_str_equal (scheme, "https");
}

CURLU *
ost_http_uri_parse (const char *uri, GError **error)
{
  g_autoptr (CURLU) parsed = curl_url ();
  CURLUcode code = curl_url_set (parsed, CURLUPART_URL, uri, CURLU_NON_SUPPORT_SCHEME);
  g_autofree char *scheme = ost_http_uri_get (parsed, CURLUPART_SCHEME);
  g_autofree char *user = ost_http_uri_get (parsed, CURLUPART_USER);
  g_autofree char *password = ost_http_uri_get (parsed, CURLUPART_PASSWORD);

  if (code != CURLUE_OK)
    {
      /* It may hold a password, so the message does not repeat it. */
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "the address cannot be read: %s",
                   curl_url_strerror (code));
      return NULL;
    }
  if (*user != '\0' || *password != '\0')
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID,
                           "an address must not hold user or password");
      return NULL;
    }
  if (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http"))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "‘%s’ is no address of http:// or https://",
                   uri);
      return NULL;
    }
  return g_steal_pointer (&parsed);
}

char *
ost_http_uri_label (const char *connection, const char *method, CURLU *uri)
{
  g_autofree char *scheme = ost_http_uri_get (uri, CURLUPART_SCHEME);
  g_autofree char *host = ost_http_uri_get (uri, CURLUPART_HOST);
  g_autofree char *port = ost_http_uri_get (uri, CURLUPART_PORT);
  g_autofree char *path = ost_http_uri_get (uri, CURLUPART_PATH);

  return g_strdup_printf ("connection ‘%s’: %s %s://%s:%s%s", connection, method, scheme, host,
                          port, path);
}
