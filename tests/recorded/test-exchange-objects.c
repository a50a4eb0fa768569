/* test-exchange-objects.c: real Exchange objects become ours, field by field */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#include "plugins/shared/exchange/exchange-mapper.h"
#include "plugins/shared/remoting/clixml-reader.h"

typedef struct {
  OstExchangeMapper mapper;
  GPtrArray *objects;
} Reading;

static gboolean
take_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  gboolean is_valid = FALSE;
  OstObject *object = ost_exchange_mapper_read (&reading->mapper, value, &is_valid, error);

  if (object == NULL)
    return FALSE;
  g_assert_true (is_valid);
  g_ptr_array_add (reading->objects, object);
  return TRUE;
}

static GPtrArray *
read_dump (const char *folder, const char *name, OstExchangeView view)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *xml = NULL;
  g_autoptr (OstClixmlReader) reader = NULL;
  g_autoptr (GError) error = NULL;
  Reading reading
    = { .objects = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref) };
  gsize length;

  ost_exchange_mapper_init (&reading.mapper, view);
  reader = ost_clixml_reader_new_document (NULL, take_value_cb, &reading);
  g_file_get_contents (path, &xml, &length, &error);
  g_assert_no_error (error);
  ost_clixml_reader_feed (reader, xml, length, &error);
  g_assert_no_error (error);
  ost_clixml_reader_end_message (reader, &error);
  g_assert_no_error (error);
  return reading.objects;
}

static void
assert_text (const OstObject *object, guint field, const char *expected)
{
  g_assert_cmpstr (ost_object_get_text (object, field), ==, expected);
}

static void
test_server (gconstpointer folder)
{
  g_autoptr (GPtrArray) servers
    = read_dump (folder, "GetExchangeServer.xml", OST_EXCHANGE_VIEW_SERVER);
  const OstObject *server = g_ptr_array_index (servers, 0);
  gint64 value = 0;

  g_assert_cmpuint (servers->len, ==, 1);
  assert_text (server, OST_SERVER_GUID, "38142983-080a-4e34-90b6-401759c3f3e7");
  assert_text (server, OST_SERVER_NAME, "SOLO-E16A");
  assert_text (server, OST_SERVER_FQDN, "Solo-E16A.Solo.local");
  assert_text (server, OST_SERVER_VERSION, "Version 15.1 (Build 2375.7)");
  assert_text (server, OST_SERVER_EDITION, "StandardEvaluation");
  assert_text (server, OST_SERVER_ROLE, "Mailbox");
  assert_text (server, OST_SERVER_SITE, "Solo.local/Configuration/Sites/Default-First-Site-Name");
  g_assert_true (ost_object_get_number (server, OST_SERVER_IS_CLIENT_ACCESS, &value) && value);
}

static void
test_recipient (gconstpointer folder)
{
  g_autoptr (GPtrArray) recipients
    = read_dump (folder, "GetDynamicDistributionGroupPfMailboxes.xml", OST_EXCHANGE_VIEW_RECIPIENT);
  const OstObject *recipient = g_ptr_array_index (recipients, 0);
  g_auto (GStrv) addresses = ost_object_get_list (recipient, OST_MAILBOX_ADDRESSES);
  gint64 changed = 0;

  g_assert_cmpuint (recipients->len, ==, 1);
  assert_text (recipient, OST_MAILBOX_GUID, "9a84412a-cef3-49d3-88ac-38cb0c564721");
  assert_text (recipient, OST_MAILBOX_DISTINGUISHED_NAME,
               "CN=PublicFolderMailboxes.419323dd2b7d4d04a724dcc15e467521,CN=Users,DC=VNext,"
               "DC=local");
  assert_text (recipient, OST_MAILBOX_IDENTITY,
               "VNext.local/Users/PublicFolderMailboxes.419323dd2b7d4d04a724dcc15e467521");
  assert_text (recipient, OST_MAILBOX_ALIAS,
               "PublicFolderMailboxes.419323dd2b7d4d04a724dcc15e467521");
  assert_text (recipient, OST_MAILBOX_PRIMARY_SMTP_ADDRESS,
               "PublicFolderMailboxes.419323dd2b7d4d04a724dcc15e467521@vnext.local");
  assert_text (recipient, OST_MAILBOX_RECIPIENT_TYPE, "DynamicDistributionGroup");
  assert_text (recipient, OST_MAILBOX_ORGANISATIONAL_UNIT, "vnext.local/Users");
  g_assert_cmpuint (g_strv_length (addresses), ==, 1);
  g_assert_cmpstr (addresses[0], ==,
                   "SMTP:PublicFolderMailboxes.419323dd2b7d4d04a724dcc15e467521@vnext.local");
  g_assert_true (ost_object_get_number (recipient, OST_MAILBOX_CHANGED, &changed));
  g_assert_cmpint (changed, ==, G_GINT64_CONSTANT (1696428964) * G_USEC_PER_SEC);
}

/* Whatever object of Exchange comes, it has a GUID and a time of its last change. */
static void
test_any_object_has_its_guid (gconstpointer folder)
{
  static const char *const dumps[]
    = { "GetOrganizationConfig.xml", "GetMailboxServer.xml", "GetOwaVirtualDirectory.xml",
        "GetAcceptedDomain.xml", "GetAuthConfig.xml" };

  for (gsize i = 0; i < G_N_ELEMENTS (dumps); i++)
    {
      g_autoptr (GPtrArray) objects = read_dump (folder, dumps[i], OST_EXCHANGE_VIEW_ORGANISATION);

      g_assert_cmpuint (objects->len, >, 0);
      for (guint j = 0; j < objects->len; j++)
        {
          g_assert_true (ost_object_is_set (g_ptr_array_index (objects, j), OST_ORGANISATION_GUID));
          g_assert_true (
            ost_object_is_set (g_ptr_array_index (objects, j), OST_ORGANISATION_CHANGED));
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/exchange/recorded/server", argv[1], test_server);
  g_test_add_data_func ("/exchange/recorded/recipient", argv[1], test_recipient);
  g_test_add_data_func ("/exchange/recorded/guid", argv[1], test_any_object_has_its_guid);
  return g_test_run ();
}
