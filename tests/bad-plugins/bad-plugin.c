/* bad-plugin.c: a backend that is right, or wrong in the one way that WRONG_IN names */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#define NOTHING 0
#define SYMBOL 1
#define MAGIC 2
#define MAJOR 3
#define MINOR 4
#define SIZE 5
#define KIND 6
#define NAME 7
#define TITLE 8
#define VERSION 9
#define NO_GET_TYPE 10
#define TYPE_NAME 11
#define TYPE_NONE 12
#define TYPE_OTHER 13
#define TYPE_ABSTRACT 14
#define INTERFACE 15
#define OTHER_INTERFACE 16
#define SLOT 17
#define REFERENCE 18
#define KEY_FORM 19
#define KEY_PREFIX 20
#define KEY_TWICE 21
#define KEY_DEFAULT 22
#define KEY_CHOICES 23
#define KEY_SECRET 24
#define KEY_TYPE 25
#define KEY_RANGE 26
#define KEY_SUMMARY 27
#define TABLE_END 28
#define IDENTITY_TYPE 29
#define IDENTITY_TWICE 30
#define STORE_VERSION 31
#define NO_TYPE_NAME 32

typedef GObject Bad;
typedef GObjectClass BadClass;

int bad_missing_function (void);

static gboolean
execute (OstBackend *backend, OstOperation *operation, OstCall *call, GError **error)
{
#if WRONG_IN == REFERENCE
  return bad_missing_function () != 0;
#else
  return TRUE;
#endif
}

static void
implement_backend (gpointer iface, gpointer data)
{
  if (WRONG_IN != SLOT)
    ((OstBackendInterface *)iface)->execute = execute;
}

static void
implement_transport (gpointer iface, gpointer data)
{
}

static GType
get_type (void)
{
  static const GInterfaceInfo backend = { .interface_init = implement_backend };
  static const GInterfaceInfo transport = { .interface_init = implement_transport };
  gboolean is_abstract = WRONG_IN == TYPE_ABSTRACT;
  GType type;

  if (WRONG_IN == TYPE_NONE)
    return G_TYPE_INVALID;
  type = g_type_register_static_simple (
    G_TYPE_OBJECT, WRONG_IN == TYPE_OTHER ? "OstBackendAnother" : BAD_TYPE, sizeof (BadClass), NULL,
    sizeof (Bad), NULL, is_abstract ? G_TYPE_FLAG_ABSTRACT : G_TYPE_FLAG_NONE);
  if (WRONG_IN == OTHER_INTERFACE)
    g_type_add_interface_static (type, OST_TYPE_TRANSPORT, &transport);
  else if (WRONG_IN != INTERFACE)
    g_type_add_interface_static (type, OST_TYPE_BACKEND, &backend);
  return type;
}

#define TEXT(key_, default_)                                                                       \
  {                                                                                                \
    .key = (key_), .default_value = (default_), .summary = "A text."                               \
  }
#define TEN_TEXTS(tens)                                                                            \
  TEXT ("key-" #tens "0", NULL), TEXT ("key-" #tens "1", NULL), TEXT ("key-" #tens "2", NULL),     \
    TEXT ("key-" #tens "3", NULL), TEXT ("key-" #tens "4", NULL), TEXT ("key-" #tens "5", NULL),   \
    TEXT ("key-" #tens "6", NULL), TEXT ("key-" #tens "7", NULL), TEXT ("key-" #tens "8", NULL),   \
    TEXT ("key-" #tens "9", NULL)
#define HUNDRED_TEXTS(hundreds)                                                                    \
  TEN_TEXTS (hundreds##0), TEN_TEXTS (hundreds##1), TEN_TEXTS (hundreds##2),                       \
    TEN_TEXTS (hundreds##3), TEN_TEXTS (hundreds##4), TEN_TEXTS (hundreds##5),                     \
    TEN_TEXTS (hundreds##6), TEN_TEXTS (hundreds##7), TEN_TEXTS (hundreds##8),                     \
    TEN_TEXTS (hundreds##9)

static const OstSetting settings[] = {
  TEXT ("first", "one"),
#if WRONG_IN == KEY_FORM
  TEXT ("Second", NULL),
#elif WRONG_IN == KEY_PREFIX
  TEXT ("notify-user", NULL),
#elif WRONG_IN == KEY_TWICE
  TEXT ("first", NULL),
#elif WRONG_IN == KEY_DEFAULT
  { .key = "pause", .type = OST_SETTING_DURATION, .default_value = "5", .summary = "A time." },
#elif WRONG_IN == KEY_CHOICES
  { .key = "colour", .type = OST_SETTING_CHOICE, .summary = "A choice among nothing." },
#elif WRONG_IN == KEY_SECRET
  TEXT ("door-secret", NULL),
#elif WRONG_IN == KEY_TYPE
  { .key = "second", .type = (OstSettingType)99, .summary = "A type of the future." },
#elif WRONG_IN == KEY_RANGE
  { .key = "second", .type = OST_SETTING_INTEGER, .minimum = 9, .maximum = 3, .summary = "None." },
#elif WRONG_IN == KEY_SUMMARY
  { .key = "second" },
#elif WRONG_IN == TABLE_END
  /* The row without key comes much later than in any real table. */
  HUNDRED_TEXTS (1),
  HUNDRED_TEXTS (2),
  HUNDRED_TEXTS (3),
#endif
  { .key = NULL },
};

static const OstIdentity identities[] = {
  { .name = "connection", .user_key = "user", .secret_key = "password-secret" },
#if WRONG_IN == IDENTITY_TYPE
  { .name = "second", .secret_key = "first" },
#elif WRONG_IN == IDENTITY_TWICE
  { .name = "connection" },
#endif
  { .name = NULL },
};

#if WRONG_IN == SYMBOL
#define ost_plugin_info something_else
#endif

OST_PLUGIN_EXPORT const OstPluginInfo ost_plugin_info = {
  .magic = WRONG_IN == MAGIC ? 0xfeedface : OST_PLUGIN_MAGIC,
  .abi_major = WRONG_IN == MAJOR ? OST_PLUGIN_ABI_MAJOR + 1 : OST_PLUGIN_ABI_MAJOR,
  .abi_minor = WRONG_IN == MINOR ? OST_PLUGIN_ABI_MINOR + 1 : OST_PLUGIN_ABI_MINOR,
  .size = WRONG_IN == SIZE ? sizeof (OstPluginInfo) - 8 : sizeof (OstPluginInfo),
  .kind = WRONG_IN == KIND            ? OST_PLUGIN_TRANSPORT
          : WRONG_IN == STORE_VERSION ? OST_PLUGIN_STORE
                                      : OST_PLUGIN_BACKEND,
  .name = WRONG_IN == NAME ? "somebody-else" : BAD_NAME,
  .title = WRONG_IN == TITLE ? NULL : "A backend for tests",
  .version = WRONG_IN == VERSION ? "" : "0.0.0",
  .type_name = WRONG_IN == TYPE_NAME      ? "GtkWindow"
               : WRONG_IN == NO_TYPE_NAME ? NULL
                                          : BAD_TYPE,
  .settings = settings,
  .identities = identities,
  .get_type = WRONG_IN == NO_GET_TYPE ? NULL : get_type,
};
