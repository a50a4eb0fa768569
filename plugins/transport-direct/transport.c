/* transport.c: the transport `direct`: straight to the server, without a proxy */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

#include "http-engine.h"

#define OST_TYPE_TRANSPORT_DIRECT (ost_transport_direct_get_type ())
G_DECLARE_FINAL_TYPE (OstTransportDirect, ost_transport_direct, OST, TRANSPORT_DIRECT, GObject)

/* All but what configure() makes belongs to the I/O thread; that is set once, before anything is
 * sent or probed, and never changed. */
struct _OstTransportDirect {
  GObject parent_instance;

  OstHttpTrust *trust;
  guint connect_timeout_ms;
  OstHttpEngine *engine;
};

static gboolean
direct_configure (OstTransport *transport, OstSettings *settings, GError **error)
{
  OstTransportDirect *self = OST_TRANSPORT_DIRECT (transport);
  g_autoptr (OstHttpTrust) trust
    = ost_http_trust_new (ost_settings_get_text (settings, "tls-ca-file"),
                          ost_settings_get_list (settings, "tls-pin"), error);

  if (trust == NULL)
    return FALSE;
  self->trust = g_steal_pointer (&trust);
  self->connect_timeout_ms = (guint)ost_settings_get_integer (settings, "connect-timeout") * 1000;
  self->engine = ost_http_engine_new (self->trust, self->connect_timeout_ms);
  return TRUE;
}

static void
direct_send_async (OstTransport *transport, OstTransfer *transfer, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  OstTransportDirect *self = OST_TRANSPORT_DIRECT (transport);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, direct_send_async);
  g_return_if_fail (self->engine != NULL);

  ost_http_engine_send (self->engine, transfer, cancellable, task);
}

static gboolean
direct_send_finish (OstTransport *transport, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, transport), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
direct_shut_down (OstTransport *transport)
{
  OstTransportDirect *self = OST_TRANSPORT_DIRECT (transport);

  if (self->engine != NULL)
    ost_http_engine_shut_down (self->engine);
}

static gboolean
direct_probe (OstTransport *transport, const char *uri, OstCall *call, GError **error)
{
  OstTransportDirect *self = OST_TRANSPORT_DIRECT (transport);

  g_return_val_if_fail (self->trust != NULL, FALSE);

  return ost_http_probe (self->trust, self->connect_timeout_ms, uri, call, error);
}

static void
transport_interface_init (OstTransportInterface *iface)
{
  iface->configure = direct_configure;
  iface->send_async = direct_send_async;
  iface->send_finish = direct_send_finish;
  iface->shut_down = direct_shut_down;
  iface->probe = direct_probe;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OstTransportDirect, ost_transport_direct, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OST_TYPE_TRANSPORT, transport_interface_init))

static void
ost_transport_direct_finalize (GObject *object)
{
  OstTransportDirect *self = OST_TRANSPORT_DIRECT (object);

  g_clear_pointer (&self->engine, ost_http_engine_free);
  g_clear_pointer (&self->trust, ost_http_trust_unref);
  G_OBJECT_CLASS (ost_transport_direct_parent_class)->finalize (object);
}

static void
ost_transport_direct_class_init (OstTransportDirectClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_transport_direct_finalize;
}

static void
ost_transport_direct_init (OstTransportDirect *self)
{
}

static const OstSetting settings[] = {
  { .key = "tls-ca-file",
    .type = OST_SETTING_FILE,
    .summary = "A PEM file with the certificates of the authorities that are believed, in place of "
               "the system's." },
  { .key = "tls-pin",
    .type = OST_SETTING_LIST,
    .summary = "SHA-256 fingerprints of server certificates in hexadecimal digits, with or without "
               "colons. Where there are any, a server is believed exactly when its certificate is "
               "one of them, whatever its name, dates and signature: the way for self-signed "
               "servers." },
  { .key = "connect-timeout",
    .type = OST_SETTING_DURATION,
    .default_value = "15s",
    .minimum = 1,
    .maximum = 600,
    .summary = "How long name, TCP and TLS may take together." },
  { .key = NULL },
};

/* The registry calls this once on the main thread, before there are others; libcurl has to be
 * initialised then. */
static GType
load_transport (void)
{
  ost_http_load ();
  return OST_TYPE_TRANSPORT_DIRECT;
}

OST_PLUGIN_EXPORT const OstPluginInfo ost_plugin_info = {
  OST_PLUGIN_HEAD,
  .kind = OST_PLUGIN_TRANSPORT,
  .name = "direct",
  .title = "Straight to the server, over HTTP/1.1 and TLS",
  .version = OST_VERSION,
  .type_name = "OstTransportDirect",
  .settings = settings,
  .get_type = load_transport,
};
