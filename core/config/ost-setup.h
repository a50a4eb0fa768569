/* ost-setup.h: writes a connection into the configuration, and takes it out */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-config.h"

G_BEGIN_DECLS

/**
 * OstSetupPlace:
 * @OST_SETUP_CONFIGURATION: `ostiary.conf.d/NAME.conf` beside the main file, for root
 * @OST_SETUP_STATE: `STATE-DIR/connections.d/NAME.conf`, for the API
 *
 * Where a connection is written.
 */
typedef enum {
  OST_SETUP_CONFIGURATION,
  OST_SETUP_STATE,
} OstSetupPlace;

/**
 * OstSetup:
 *
 * A connection that is to be written. Belongs to one thread; its functions read and write files.
 */
typedef struct _OstSetup OstSetup;

/**
 * ost_setup_new:
 * @name: the connection's name
 * @error: return location for an error
 *
 * Returns: (transfer full): a connection without keys, or %NULL with %OST_ERROR_INVALID for a name
 *   that cannot be one
 */
OstSetup *ost_setup_new (const char *name, GError **error);

/**
 * ost_setup_new_from_answers:
 * @file: a key file with one group `[connection NAME]`
 * @error: return location for an error
 *
 * Returns: (transfer full): the connection that stands there, or %NULL with %OST_ERROR_INVALID,
 *   whose message has a line for everything that is wrong with the file's form
 */
OstSetup *ost_setup_new_from_answers (const char *file, GError **error);
void ost_setup_free (OstSetup *self);

/**
 * ost_setup_get_name:
 * @self: a connection
 *
 * Returns: (transfer none): its name
 */
const char *ost_setup_get_name (OstSetup *self);

/**
 * ost_setup_get:
 * @self: a connection
 * @key: a key
 *
 * Returns: (transfer none) (nullable): its value so far
 */
const char *ost_setup_get (OstSetup *self, const char *key);

/**
 * ost_setup_set:
 * @self: a connection
 * @key: a key
 * @value: (nullable): its value, %NULL to take it out
 */
void ost_setup_set (OstSetup *self, const char *key, const char *value);

/**
 * ost_setup_set_secret:
 * @self: a connection
 * @key: a key that holds a reference to a secret
 * @secret: what was typed in; will be kept in `STATE-DIR/secrets/NAME-KEY`
 */
void ost_setup_set_secret (OstSetup *self, const char *key, OstSecret *secret);

/**
 * ost_setup_preview:
 * @self: a connection
 * @config_file: the main file of the configuration
 * @registry: the plugins
 * @place: where it would be written
 * @may_replace: whether a connection of this name may be overwritten
 * @error: return location for an error
 *
 * Checks the configuration as it would be and writes nothing. A secret that was typed in is not in
 * its file yet.
 *
 * Returns: (transfer full): the configuration with the connection, or %NULL as ost_setup_apply()
 */
OstConfig *ost_setup_preview (OstSetup *self, const char *config_file, OstRegistry *registry,
                              OstSetupPlace place, gboolean may_replace, GError **error);

/**
 * ost_setup_apply:
 * @self: a connection
 * @config_file: the main file of the configuration
 * @registry: the plugins
 * @place: where to write
 * @may_replace: whether a connection of this name may be overwritten; its text is kept beside the
 *   new one as `NAME.conf.previous`
 * @error: return location for an error
 *
 * Checks the configuration as it would be, and only then writes.
 *
 * Returns: (transfer full): the file that was written, or %NULL with %OST_ERROR_EXISTS where there
 *   is a connection of this name; %OST_ERROR_INVALID for what would not be right;
 *   %OST_ERROR_DENIED or %OST_ERROR_UNAVAILABLE where it cannot be written
 */
char *ost_setup_apply (OstSetup *self, const char *config_file, OstRegistry *registry,
                       OstSetupPlace place, gboolean may_replace, GError **error);

/**
 * ost_setup_remove:
 * @config_file: the main file of the configuration
 * @name: a connection's name
 * @error: return location for an error
 *
 * Takes a connection out, with the secrets that were typed in for it. Its text is kept as
 * `NAME.conf.previous`.
 *
 * Returns: %FALSE with %OST_ERROR_NOT_FOUND where there is none; %OST_ERROR_INVALID where it shares
 *   its file with other groups, so that a person has to edit it; %OST_ERROR_DENIED or
 *   %OST_ERROR_UNAVAILABLE
 */
gboolean ost_setup_remove (const char *config_file, const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstSetup, ost_setup_free)

G_END_DECLS
