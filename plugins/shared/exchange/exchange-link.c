/* exchange-link.c: the one door through which cmdlets reach Exchange, whatever wire is behind it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-link.h"

gboolean
ost_exchange_link_run (OstExchangeLink *self, const OstExchangeCommand *command,
                       OstExchangeView view, const OstExchangeSink *sink, gpointer user_data,
                       OstCall *call, gboolean *is_completed, GError **error)
{
  g_return_val_if_fail (self != NULL && command != NULL && sink != NULL && is_completed != NULL,
                        FALSE);

  *is_completed = FALSE;
  return ost_exchange_command_check (command, error)
         && self->klass->run (self, command, view, sink, user_data, call, is_completed, error);
}

typedef struct {
  const OstExchangeSink *sink;
  gpointer user_data;
  const OstExchangeCommand *command;
  GError *failure;
} Doing;

static gboolean
pass_object (OstObject *object, gboolean is_valid, gpointer user_data, GError **error)
{
  Doing *doing = user_data;

  return doing->sink->object == NULL
         || doing->sink->object (object, is_valid, doing->user_data, error);
}

static void
pass_pair (const char *name, const char *value, gpointer user_data)
{
  Doing *doing = user_data;

  if (doing->sink->pair != NULL)
    doing->sink->pair (name, value, doing->user_data);
}

static void
pass_warning (const char *text, gpointer user_data)
{
  Doing *doing = user_data;

  if (doing->sink->warning != NULL)
    doing->sink->warning (text, doing->user_data);
}

static void
keep_failure (const OstExchangeFailure *failure, gpointer user_data)
{
  Doing *doing = user_data;

  if (doing->failure == NULL)
    doing->failure = ost_exchange_failure_to_error (failure, doing->command);
}

gboolean
ost_exchange_link_do (OstExchangeLink *self, const OstExchangeCommand *command,
                      OstExchangeView view, const OstExchangeSink *sink, gpointer user_data,
                      OstCall *call, GError **error)
{
  static const OstExchangeSink passing = { pass_object, pass_pair, keep_failure, pass_warning };
  Doing doing = { .sink = sink, .user_data = user_data, .command = command };
  gboolean is_completed;

  if (!ost_exchange_link_run (self, command, view, &passing, &doing, call, &is_completed, error))
    {
      g_clear_error (&doing.failure);
      return FALSE;
    }
  if (doing.failure == NULL && !is_completed)
    doing.failure = g_error_new (OST_ERROR, OST_ERROR_INCOMPLETE, "%s was ended without a reason",
                                 ost_exchange_command_get_cmdlet (command)->name);
  if (doing.failure == NULL)
    return TRUE;
  g_propagate_error (error, doing.failure);
  return FALSE;
}

gboolean
ost_exchange_link_is_broken (OstExchangeLink *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return self->klass->is_broken (self);
}

void
ost_exchange_link_close (OstExchangeLink *self, OstCall *call)
{
  g_return_if_fail (self != NULL);

  self->klass->close (self, call);
}
