/* exchange-link.h: the one door through which cmdlets reach Exchange, whatever wire is behind it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-call.h>

#include "exchange-error.h"
#include "exchange-fields.h"

G_BEGIN_DECLS

/**
 * OstExchangeLink:
 *
 * A session with Exchange that runs one cmdlet at a time, on one thread. Remote PowerShell is one
 * wire; REST can be another.
 *
 * Since: 1.0
 */
typedef struct _OstExchangeLink OstExchangeLink;

/**
 * OstExchangeSink:
 * @object: (nullable): takes an object, which it may pass on, and whether Exchange holds it to be
 *   sound; %FALSE with an error ends the cmdlet
 * @pair: (nullable): takes what comes in pairs: of %OST_EXCHANGE_VIEW_GRANTS a cmdlet and %NULL,
 *   then the cmdlet and each of its parameters; of %OST_EXCHANGE_VIEW_SETTINGS a property's name
 *   and its value as text
 * @failure: (nullable): takes an error
 * @warning: (nullable): takes a warning's text
 *
 * Who wants to know what a cmdlet gives. What a sink has no function for is dropped.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean (*object) (OstObject *object, gboolean is_valid, gpointer user_data, GError **error);
  void (*pair) (const char *name, const char *value, gpointer user_data);
  void (*failure) (const OstExchangeFailure *failure, gpointer user_data);
  void (*warning) (const char *text, gpointer user_data);
} OstExchangeSink;

/**
 * OstExchangeLinkClass:
 * @run: runs a cmdlet that was checked; see ost_exchange_link_run()
 * @is_broken: whether the session is gone
 * @close: ends it, within the clean-up budget of the call, and frees the link
 *
 * What a wire has to do.
 *
 * Since: 1.0
 */
typedef struct {
  gboolean (*run) (OstExchangeLink *self, const OstExchangeCommand *command, OstExchangeView view,
                   const OstExchangeSink *sink, gpointer user_data, OstCall *call,
                   gboolean *is_completed, GError **error);
  gboolean (*is_broken) (OstExchangeLink *self);
  void (*close) (OstExchangeLink *self, OstCall *call);
} OstExchangeLinkClass;

struct _OstExchangeLink {
  const OstExchangeLinkClass *klass;
};

/**
 * ost_exchange_link_run:
 * @self: a link
 * @command: what to run
 * @view: what it gives
 * @sink: who wants to know
 * @user_data: for @sink
 * @call: the call
 * @is_completed: (out): whether the cmdlet came to its end; where it did not, the last failure that
 *   @sink got says why
 * @error: return location for an error
 *
 * Returns: %FALSE with %OST_ERROR_INVALID if @command must not be sent, with the error of @sink, or
 *   with one of the wire: then nothing is known of how the cmdlet went on. Errors of the cmdlet
 *   itself go to @sink.
 *
 * Since: 1.0
 */
gboolean ost_exchange_link_run (OstExchangeLink *self, const OstExchangeCommand *command,
                                OstExchangeView view, const OstExchangeSink *sink,
                                gpointer user_data, OstCall *call, gboolean *is_completed,
                                GError **error);

/**
 * ost_exchange_link_do:
 * @self: a link
 * @command: what to run
 * @view: what it gives
 * @sink: who wants to know, but for failures
 * @user_data: for @sink
 * @call: the call
 * @error: return location for an error
 *
 * Runs a cmdlet that is done or is not.
 *
 * Returns: %FALSE as ost_exchange_link_run(), or with the cmdlet's first error
 *
 * Since: 1.0
 */
gboolean ost_exchange_link_do (OstExchangeLink *self, const OstExchangeCommand *command,
                               OstExchangeView view, const OstExchangeSink *sink,
                               gpointer user_data, OstCall *call, GError **error);
gboolean ost_exchange_link_is_broken (OstExchangeLink *self);

/**
 * ost_exchange_link_close:
 * @self: (transfer full): a link
 * @call: the call
 *
 * Since: 1.0
 */
void ost_exchange_link_close (OstExchangeLink *self, OstCall *call);

G_END_DECLS
