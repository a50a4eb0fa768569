/* exchange-link-remoting.h: a session with Exchange over remote PowerShell */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../remoting/runspace.h"
#include "exchange-link.h"

G_BEGIN_DECLS

/**
 * OST_EXCHANGE_RESOURCE_URI:
 *
 * The kind of shell that Exchange offers: its configuration is called Microsoft.Exchange.
 *
 * Since: 1.0
 */
#define OST_EXCHANGE_RESOURCE_URI "http://schemas.microsoft.com/powershell/Microsoft.Exchange"

/**
 * ost_exchange_link_open_remoting:
 * @options: where and how
 * @call: the call
 * @error: return location for an error
 *
 * Returns: (transfer full): a link with a shell of its own, or %NULL as ost_runspace_open()
 *
 * Since: 1.0
 */
OstExchangeLink *ost_exchange_link_open_remoting (const OstRunspaceOptions *options, OstCall *call,
                                                  GError **error);

G_END_DECLS
