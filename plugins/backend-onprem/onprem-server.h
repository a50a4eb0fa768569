/* onprem-server.h: the address of an Exchange server, from how an administrator writes it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * ost_onprem_server_get_uri:
 * @server: a name, a full name, either with a port, or a URL
 * @error: return location for an error
 *
 * A name means `https://NAME/PowerShell/`; http is used only where a URL says so.
 *
 * Returns: (transfer full): the endpoint, or %NULL with %OST_ERROR_INVALID
 *
 * Since: 1.0
 */
char *ost_onprem_server_get_uri (const char *server, GError **error);

/**
 * ost_onprem_server_get_host:
 * @uri: what ost_onprem_server_get_uri() gave
 *
 * Returns: (transfer full): its host, for people
 *
 * Since: 1.0
 */
char *ost_onprem_server_get_host (const char *uri);

/**
 * ost_onprem_version_parse:
 * @text: (nullable): AdminDisplayVersion, such as `Version 15.2 (Build 986.5)`
 * @major: (out): its first number
 * @minor: (out): its second number
 *
 * Returns: %FALSE if there are none
 *
 * Since: 1.0
 */
gboolean ost_onprem_version_parse (const char *text, guint *major, guint *minor);

G_END_DECLS
