/* ost-store-types.c: makes and frees the records of the store */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-store-types.h"

OstConnectionStatus *
ost_connection_status_new (void)
{
  OstConnectionStatus *self = g_new0 (OstConnectionStatus, 1);

  self->last_error_code = -1;
  return self;
}

void
ost_connection_status_free (OstConnectionStatus *self)
{
  g_free (self->state);
  g_free (self->server);
  g_free (self->answering_server);
  g_free (self->version);
  g_free (self->account);
  g_free (self->domain_controller);
  g_free (self->organisation);
  g_free (self->last_error);
  g_free (self->last_error_remedy);
  g_free (self->run);
  g_free (self->run_phase);
  g_free (self->process);
  g_free (self);
}

const char *
ost_run_kind_to_string (OstRunKind kind)
{
  static const char *const names[] = { "full", "quick", "statistics" };

  g_return_val_if_fail ((guint)kind < G_N_ELEMENTS (names), NULL);

  return names[kind];
}

void
ost_run_free (OstRun *self)
{
  g_free (self->connection);
  g_free (self->report.error);
  g_free (self);
}

OstSlice *
ost_slice_new (OstKind kind, const char *name)
{
  OstSlice *self = g_new0 (OstSlice, 1);

  self->kind = kind;
  self->name = g_strdup (name);
  return self;
}

void
ost_slice_free (OstSlice *self)
{
  g_free (self->name);
  g_free (self->server);
  g_free (self->domain_controller);
  g_free (self);
}

void
ost_reconcile_result_clear (OstReconcileResult *self)
{
  g_clear_pointer (&self->hold_reason, g_free);
}

void
ost_prefix_count_free (OstPrefixCount *self)
{
  g_free (self->prefix);
  g_free (self);
}

void
ost_session_free (OstSession *self)
{
  g_free (self->account);
  g_free (self->id);
  g_free (self->connection);
  g_free (self->detail);
  g_free (self->process);
  g_free (self);
}

void
ost_refusal_free (OstRefusal *self)
{
  g_free (self->fingerprint);
  g_free (self->error);
  g_free (self);
}

void
ost_chain_verdict_clear (OstChainVerdict *self)
{
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->head, g_free);
}
