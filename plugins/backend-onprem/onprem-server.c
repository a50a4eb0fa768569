/* onprem-server.c: the address of an Exchange server, from how an administrator writes it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "onprem-server.h"

#include <string.h>

#define HOST_CHARACTERS                                                                            \
  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:" /* : is of IPv6 */

static gboolean
is_sound (GUri *uri, gboolean is_name)
{
  const char *host = g_uri_get_host (uri);

  if (host == NULL || *host == '\0' || host[strspn (host, HOST_CHARACTERS)] != '\0'
      || g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL
      || g_uri_get_port (uri) == 0)
    return FALSE;
  if (is_name)
    return g_uri_get_query (uri) == NULL && g_str_equal (g_uri_get_path (uri), "/PowerShell/");
  return g_str_equal (g_uri_get_scheme (uri), "https")
         || g_str_equal (g_uri_get_scheme (uri), "http");
}

char *
ost_onprem_server_get_uri (const char *server, GError **error)
{
  gboolean is_name;
  g_autofree char *text = NULL;
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (server != NULL, NULL);

  is_name = strstr (server, "://") == NULL;
  text = is_name ? g_strconcat ("https://", server, "/PowerShell/", NULL) : g_strdup (server);
  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL);
  if (uri == NULL || !is_sound (uri, is_name) || strpbrk (text, " \t\r\n") != NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "server: ‘%s’ is neither a name such as mail1.contoso.com nor an address such "
                   "as https://mail1.contoso.com/PowerShell/",
                   server);
      return NULL;
    }
  if (!is_name && strlen (g_uri_get_path (uri)) <= 1)
    {
      g_autoptr (GUri) whole
        = g_uri_build (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri),
                       g_uri_get_port (uri), "/PowerShell/", g_uri_get_query (uri), NULL);

      return g_uri_to_string (whole);
    }
  return g_steal_pointer (&text);
}

char *
ost_onprem_server_get_host (const char *uri)
{
  g_autoptr (GUri) parsed = NULL;

  g_return_val_if_fail (uri != NULL, NULL);

  parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);
  return g_strdup (parsed != NULL ? g_uri_get_host (parsed) : uri);
}

gboolean
ost_onprem_version_parse (const char *text, guint *major, guint *minor)
{
  guint64 number;
  char *end;

  g_return_val_if_fail (major != NULL && minor != NULL, FALSE);

  while (text != NULL && *text != '\0' && !g_ascii_isdigit (*text))
    text++;
  if (text == NULL || *text == '\0')
    return FALSE;
  number = g_ascii_strtoull (text, &end, 10);
  if (*end != '.' || !g_ascii_isdigit (end[1]) || number > G_MAXUINT16)
    return FALSE;
  *major = (guint)number;
  *minor = (guint)MIN (g_ascii_strtoull (end + 1, NULL, 10), G_MAXUINT16);
  return TRUE;
}
