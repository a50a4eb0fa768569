/* ost-interfaces.c: the four interfaces that plugins implement */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

G_DEFINE_INTERFACE (OstBackend, ost_backend, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (OstTransport, ost_transport, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (OstAuthority, ost_authority, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (OstNotifier, ost_notifier, G_TYPE_OBJECT)

static void
ost_backend_default_init (OstBackendInterface *iface)
{
}

static void
ost_transport_default_init (OstTransportInterface *iface)
{
}

static void
ost_authority_default_init (OstAuthorityInterface *iface)
{
}

static void
ost_notifier_default_init (OstNotifierInterface *iface)
{
}
