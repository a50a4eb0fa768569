/* test-onprem-server.c: how administrators write a server's address, and versions */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "plugins/backend-onprem/onprem-server.h"

static void
test_addresses (void)
{
  static const struct {
    const char *server;
    const char *uri;
    const char *host;
  } samples[] = {
    { "mail1", "https://mail1/PowerShell/", "mail1" },
    { "mail1.contoso.com", "https://mail1.contoso.com/PowerShell/", "mail1.contoso.com" },
    { "mail1.contoso.com:8443", "https://mail1.contoso.com:8443/PowerShell/", "mail1.contoso.com" },
    { "192.0.2.7", "https://192.0.2.7/PowerShell/", "192.0.2.7" },
    { "[2001:db8::7]", "https://[2001:db8::7]/PowerShell/", "2001:db8::7" },
    { "http://mail1.contoso.com/PowerShell/", "http://mail1.contoso.com/PowerShell/",
      "mail1.contoso.com" },
    { "https://mail1.contoso.com", "https://mail1.contoso.com/PowerShell/", "mail1.contoso.com" },
    { "https://mail1.contoso.com/", "https://mail1.contoso.com/PowerShell/", "mail1.contoso.com" },
    { "https://mail1.contoso.com/wsman", "https://mail1.contoso.com/wsman", "mail1.contoso.com" },
    { "HTTPS://mail1/PowerShell/?a=b", "HTTPS://mail1/PowerShell/?a=b", "mail1" },
  };
  static const char *const wrong[]
    = { "",           "mail1/owa",          "mail1 contoso", "ftp://mail1/",     "https://",
        "user@mail1", "https://a:b@mail1/", "mail1?x",       "https://mail1/#x", "mail1:99999" };

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *uri = ost_onprem_server_get_uri (samples[i].server, &error);
      g_autofree char *host = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (uri, ==, samples[i].uri);
      host = ost_onprem_server_get_host (uri);
      g_assert_cmpstr (host, ==, samples[i].host);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", wrong[i]);
      g_assert_null (ost_onprem_server_get_uri (wrong[i], &error));
      g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
    }
}

static void
test_versions (void)
{
  guint major = 0;
  guint minor = 0;

  g_assert_true (ost_onprem_version_parse ("Version 15.2 (Build 986.5)", &major, &minor));
  g_assert_cmpuint (major, ==, 15);
  g_assert_cmpuint (minor, ==, 2);
  g_assert_true (ost_onprem_version_parse ("Version 14.3 (Build 123.4)", &major, &minor));
  g_assert_cmpuint (major, ==, 14);
  g_assert_true (ost_onprem_version_parse ("15.1.2507.6", &major, &minor));
  g_assert_cmpuint (minor, ==, 1);
  g_assert_false (ost_onprem_version_parse (NULL, &major, &minor));
  g_assert_false (ost_onprem_version_parse ("", &major, &minor));
  g_assert_false (ost_onprem_version_parse ("Version", &major, &minor));
  g_assert_false (ost_onprem_version_parse ("Version 15", &major, &minor));
  g_assert_false (ost_onprem_version_parse ("99999999999999999999.1", &major, &minor));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onprem/server/addresses", test_addresses);
  g_test_add_func ("/onprem/server/versions", test_versions);
  return g_test_run ();
}
