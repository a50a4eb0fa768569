/* ost-store.c: hands each call on to the store that was loaded */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-store.h"

G_DEFINE_INTERFACE (OstStore, ost_store, G_TYPE_OBJECT)

static void
ost_store_default_init (OstStoreInterface *iface)
{
}

gboolean
ost_store_open (OstStore *self, const OstStoreOptions *options, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->open (self, options, error);
}

void
ost_store_close (OstStore *self)
{
  g_return_if_fail (OST_IS_STORE (self));

  OST_STORE_GET_IFACE (self)->close (self);
}

gboolean
ost_store_acquire_lease (OstStore *self, const char *process, const char *holder, gint64 ttl_us,
                         gint64 now_us, gint64 *fence, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->acquire_lease (self, process, holder, ttl_us, now_us, fence,
                                                    error);
}

gboolean
ost_store_renew_lease (OstStore *self, gint64 fence, gint64 ttl_us, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->renew_lease (self, fence, ttl_us, now_us, error);
}

gboolean
ost_store_release_lease (OstStore *self, gint64 fence, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->release_lease (self, fence, error);
}

GStrv
ost_store_list_connections (OstStore *self, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->list_connections (self, error);
}

gboolean
ost_store_remove_connection (OstStore *self, const char *connection, const char *who, gint64 now_us,
                             GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->remove_connection (self, connection, who, now_us, error);
}

gboolean
ost_store_save_status (OstStore *self, const char *connection, const OstConnectionStatus *status,
                       GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->save_status (self, connection, status, error);
}

OstConnectionStatus *
ost_store_load_status (OstStore *self, const char *connection, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->load_status (self, connection, error);
}

gboolean
ost_store_set_note (OstStore *self, const char *connection, const char *name, const char *text,
                    GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->set_note (self, connection, name, text, error);
}

gboolean
ost_store_get_note (OstStore *self, const char *connection, const char *name, char **text,
                    GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->get_note (self, connection, name, text, error);
}

OstRun *
ost_store_begin_run (OstStore *self, const char *connection, OstRunKind kind, gint64 fence,
                     gint64 keep_since_us, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->begin_run (self, connection, kind, fence, keep_since_us,
                                                now_us, error);
}

gboolean
ost_store_finish_run (OstStore *self, gint64 run, const OstRunReport *report, const char *who,
                      GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->finish_run (self, run, report, who, error);
}

GPtrArray *
ost_store_list_runs (OstStore *self, const char *connection, guint limit, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->list_runs (self, connection, limit, error);
}

gboolean
ost_store_plan_slices (OstStore *self, gint64 run, GPtrArray *slices, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->plan_slices (self, run, slices, error);
}

GPtrArray *
ost_store_list_slices (OstStore *self, gint64 run, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->list_slices (self, run, error);
}

gboolean
ost_store_begin_slice (OstStore *self, gint64 run, const OstSlice *slice, gint64 now_us,
                       GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->begin_slice (self, run, slice, now_us, error);
}

gboolean
ost_store_stage_objects (OstStore *self, gint64 run, const OstSlice *slice, GPtrArray *objects,
                         OstStoreFlags flags, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->stage_objects (self, run, slice, objects, flags, now_us,
                                                    error);
}

gboolean
ost_store_finish_slice (OstStore *self, gint64 run, const OstSlice *slice, gint64 now_us,
                        GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->finish_slice (self, run, slice, now_us, error);
}

gboolean
ost_store_reconcile (OstStore *self, gint64 run, const OstReconcileOptions *options,
                     OstReconcileResult *result, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->reconcile (self, run, options, result, cancellable, error);
}

gboolean
ost_store_upsert_objects (OstStore *self, gint64 run, OstKind kind, GPtrArray *objects,
                          OstStoreFlags flags, const char *who, gint64 now_us,
                          OstUpsertCounts *counts, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->upsert_objects (self, run, kind, objects, flags, who, now_us,
                                                     counts, error);
}

gboolean
ost_store_replace_objects (OstStore *self, const char *connection, OstKind kind, GPtrArray *objects,
                           const char *who, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->replace_objects (self, connection, kind, objects, who, now_us,
                                                      error);
}

gboolean
ost_store_list_objects (OstStore *self, const char *connection, OstKind kind, OstObjectFunc func,
                        gpointer data, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->list_objects (self, connection, kind, func, data, cancellable,
                                                   error);
}

GPtrArray *
ost_store_next_statistics (OstStore *self, const char *connection, OstStatisticsMode mode,
                           OstStatisticsRound *round, guint limit, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->next_statistics (self, connection, mode, round, limit, error);
}

gboolean
ost_store_update_statistics (OstStore *self, const char *connection, const char *mailbox,
                             GPtrArray *objects, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->update_statistics (self, connection, mailbox, objects, now_us,
                                                        error);
}

gboolean
ost_store_skip_statistics (OstStore *self, const char *connection, const char *mailbox,
                           gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->skip_statistics (self, connection, mailbox, now_us, error);
}

gboolean
ost_store_summarise_statistics (OstStore *self, const char *connection,
                                OstStatisticsSummary *summary, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->summarise_statistics (self, connection, summary, error);
}

gboolean
ost_store_count_devices (OstStore *self, const char *connection, gint64 *present, gint64 *missing,
                         GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->count_devices (self, connection, present, missing, error);
}

GPtrArray *
ost_store_count_prefixes (OstStore *self, const char *connection, gint64 max_rows, guint max_length,
                          GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->count_prefixes (self, connection, max_rows, max_length, error);
}

gboolean
ost_store_query_devices (OstStore *self, const OstDeviceQuery *query, OstDeviceRowFunc func,
                         gpointer data, char **next, GCancellable *cancellable, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->query_devices (self, query, func, data, next, cancellable,
                                                    error);
}

gboolean
ost_store_keep_session (OstStore *self, const OstSession *session, guint cap, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->keep_session (self, session, cap, error);
}

gboolean
ost_store_forget_session (OstStore *self, const char *account, const char *id, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->forget_session (self, account, id, error);
}

GPtrArray *
ost_store_take_left_over_sessions (OstStore *self, const char *account, const char *process,
                                   gint64 expires_us, gint64 now_us, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), NULL);

  return OST_STORE_GET_IFACE (self)->take_left_over_sessions (self, account, process, expires_us,
                                                              now_us, error);
}

gboolean
ost_store_set_refusal (OstStore *self, const char *account, const char *reference,
                       const OstRefusal *refusal, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->set_refusal (self, account, reference, refusal, error);
}

gboolean
ost_store_get_refusal (OstStore *self, const char *account, const char *reference,
                       OstRefusal **refusal, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->get_refusal (self, account, reference, refusal, error);
}

gboolean
ost_store_clear_refusal (OstStore *self, const char *account, const char *reference, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->clear_refusal (self, account, reference, error);
}

gboolean
ost_store_append_event (OstStore *self, const OstEvent *event, gint64 *seq, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->append_event (self, event, seq, error);
}

gboolean
ost_store_list_events (OstStore *self, gint64 from_seq, guint limit, OstEventFunc func,
                       gpointer data, GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->list_events (self, from_seq, limit, func, data, error);
}

gboolean
ost_store_verify_events (OstStore *self, OstChainVerdict *verdict, GCancellable *cancellable,
                         GError **error)
{
  g_return_val_if_fail (OST_IS_STORE (self), FALSE);

  return OST_STORE_GET_IFACE (self)->verify_events (self, verdict, cancellable, error);
}
