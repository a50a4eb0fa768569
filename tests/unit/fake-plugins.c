/* fake-plugins.c: plugins with tables and nothing behind them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "fake-plugins.h"

#include "core/store/ost-store-interface.h"

static void
do_nothing (void)
{
}

/* No test calls a slot: the registry looks whether they are filled, and that is all. */
static void
fill_slots (gpointer iface, gpointer n_slots)
{
  GCallback *slots = (GCallback *)((GTypeInterface *)iface + 1);

  for (gsize i = 0; i < GPOINTER_TO_SIZE (n_slots); i++)
    slots[i] = do_nothing;
}

static GType
register_fake (const char *name, GType iface, gsize interface_size)
{
  const GInterfaceInfo info
    = { .interface_init = fill_slots,
        .interface_data
        = GSIZE_TO_POINTER ((interface_size - sizeof (GTypeInterface)) / sizeof (GCallback)) };
  GType type = g_type_register_static_simple (G_TYPE_OBJECT, name, sizeof (GObjectClass), NULL,
                                              sizeof (GObject), NULL, G_TYPE_FLAG_NONE);

  g_type_add_interface_static (type, iface, &info);
  return type;
}

static GType
get_fake_type (void)
{
  return register_fake ("OstBackendFake", OST_TYPE_BACKEND, sizeof (OstBackendInterface));
}

static GType
get_plain_type (void)
{
  return register_fake ("OstBackendPlain", OST_TYPE_BACKEND, sizeof (OstBackendInterface));
}

static GType
get_direct_type (void)
{
  return register_fake ("OstTransportDirect", OST_TYPE_TRANSPORT, sizeof (OstTransportInterface));
}

static GType
get_proxied_type (void)
{
  return register_fake ("OstTransportProxied", OST_TYPE_TRANSPORT, sizeof (OstTransportInterface));
}

static GType
get_local_type (void)
{
  return register_fake ("OstAuthorityLocal", OST_TYPE_AUTHORITY, sizeof (OstAuthorityInterface));
}

static GType
get_post_type (void)
{
  return register_fake ("OstNotifierPost", OST_TYPE_NOTIFIER, sizeof (OstNotifierInterface));
}

static GType
get_sqlite_type (void)
{
  return register_fake ("OstStoreSqlite", OST_TYPE_STORE, sizeof (OstStoreInterface));
}

static const OstSetting fake_settings[] = {
  { .key = "server",
    .type = OST_SETTING_LIST,
    .flags = OST_SETTING_REQUIRED,
    .summary = "The servers, tried in order." },
  { .key = "greeting", .default_value = "hello", .summary = "What to say." },
  { .key = "auth", .type = OST_SETTING_LIST, .default_value = "auto", .summary = "Methods." },
  { NULL },
};

static const OstIdentity fake_identities[] = {
  { "connection", "user", "password-secret", "auth" },
  { NULL },
};

static const OstSetting direct_settings[] = {
  { .key = "tls-ca-file", .type = OST_SETTING_FILE, .summary = "Who is believed." },
  { .key = "tls-pin", .type = OST_SETTING_LIST, .summary = "Which certificates are." },
  { NULL },
};

static const OstSetting proxied_settings[] = {
  { .key = "proxy", .flags = OST_SETTING_REQUIRED, .summary = "The proxy." },
  { .key = "greeting", .summary = "The backend ‘fake’ has this key too." },
  { NULL },
};

static const OstIdentity proxied_identities[] = {
  { "proxy", "proxy-user", "proxy-password-secret", NULL },
  { NULL },
};

static const OstSetting local_settings[] = {
  { .key = "authority-file", .type = OST_SETTING_FILE, .summary = "The records." },
  { NULL },
};

static const OstSetting post_settings[] = {
  { .key = "notify-server", .summary = "The post office." },
  { NULL },
};

static const OstIdentity post_identities[] = {
  { "notify", "notify-user", "notify-password-secret", NULL },
  { NULL },
};

static const OstSetting sqlite_settings[] = {
  { .key = "store-pages",
    .type = OST_SETTING_INTEGER,
    .default_value = "100",
    .minimum = 1,
    .summary = "Pages in memory." },
  { NULL },
};

#define FAKE(kind_, name_, type_, settings_, identities_, get_type_)                               \
  {                                                                                                \
    OST_PLUGIN_HEAD, .kind = (kind_), .name = (name_), .title = "Fake", .version = OST_VERSION,    \
                     .type_name = (type_), .settings = (settings_), .identities = (identities_),   \
                     .get_type = (get_type_)                                                       \
  }

static const OstPluginInfo infos[] = {
  FAKE (OST_PLUGIN_BACKEND, "fake", "OstBackendFake", fake_settings, fake_identities,
        get_fake_type),
  FAKE (OST_PLUGIN_BACKEND, "plain", "OstBackendPlain", NULL, NULL, get_plain_type),
  FAKE (OST_PLUGIN_TRANSPORT, "direct", "OstTransportDirect", direct_settings, NULL,
        get_direct_type),
  FAKE (OST_PLUGIN_TRANSPORT, "proxied", "OstTransportProxied", proxied_settings,
        proxied_identities, get_proxied_type),
  FAKE (OST_PLUGIN_AUTHORITY, "local", "OstAuthorityLocal", local_settings, NULL, get_local_type),
  FAKE (OST_PLUGIN_NOTIFIER, "post", "OstNotifierPost", post_settings, post_identities,
        get_post_type),
  FAKE (OST_PLUGIN_STORE, "sqlite", "OstStoreSqlite", sqlite_settings, NULL, get_sqlite_type),
};

OstRegistry *
fake_registry_new (void)
{
  OstRegistry *registry = ost_registry_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (infos); i++)
    {
      g_autoptr (GError) error = NULL;
      const OstPlugin *plugin = ost_registry_add_static (registry, &infos[i], &error);

      g_assert_no_error (error);
      g_assert_nonnull (plugin);
    }
  return registry;
}
