/* ost-store-interface.h: what a store implements; its users include ost-store.h */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-device-row.h"
#include "core/store/ost-process.h"
#include "core/store/ost-store-types.h"

G_BEGIN_DECLS

/**
 * OstStore:
 *
 * Inventory, runs, lease, sessions, audit trail. Internal: a store plugin is bound to exactly one
 * version of the core. All functions block, may be called from any thread and from several at
 * once, and never read a clock. A function that changes anything is one transaction, unless it
 * says otherwise; no writer keeps another one waiting for more than a quarter of a second.
 *
 * Errors: %OST_ERROR_UNAVAILABLE (disk full, locked by another process, input or output error:
 * nothing was done), %OST_ERROR_INVALID (not a database of ours, damaged, a wrong argument),
 * %OST_ERROR_DENIED (permissions; a file of another user), %OST_ERROR_NOT_SUPPORTED (written by a
 * newer program), and %G_IO_ERROR_CANCELLED. Each names the file and has a remedy.
 *
 * Since: 1.0
 */
#define OST_TYPE_STORE (ost_store_get_type ())
OST_INTERNAL
G_DECLARE_INTERFACE (OstStore, ost_store, OST, STORE, GObject)

/**
 * OstObjectFunc:
 * @object: an object
 * @data: the caller's
 *
 * Returns: %FALSE to hear of no more
 *
 * Since: 1.0
 */
typedef gboolean (*OstObjectFunc) (OstObject *object, gpointer data);

/**
 * OstEventFunc:
 * @event: an event
 * @data: the caller's
 *
 * Returns: %FALSE to hear of no more
 *
 * Since: 1.0
 */
typedef gboolean (*OstEventFunc) (const OstEvent *event, gpointer data);

/**
 * OstStoreInterface:
 * @parent_iface: the parent
 *
 * Each slot is the function of the same name. A store fills in all of them.
 *
 * Since: 1.0
 */
struct _OstStoreInterface {
  GTypeInterface parent_iface;

  gboolean (*open) (OstStore *self, const OstStoreOptions *options, GError **error);
  void (*close) (OstStore *self);

  gboolean (*acquire_lease) (OstStore *self, const char *process, const char *holder, gint64 ttl_us,
                             gint64 now_us, gint64 *fence, GError **error);
  gboolean (*renew_lease) (OstStore *self, gint64 fence, gint64 ttl_us, gint64 now_us,
                           GError **error);
  gboolean (*release_lease) (OstStore *self, gint64 fence, GError **error);

  GStrv (*list_connections) (OstStore *self, GError **error);
  gboolean (*remove_connection) (OstStore *self, const char *connection, const char *who,
                                 gint64 now_us, GError **error);
  gboolean (*save_status) (OstStore *self, const char *connection,
                           const OstConnectionStatus *status, GError **error);
  OstConnectionStatus *(*load_status) (OstStore *self, const char *connection, GError **error);
  gboolean (*set_note) (OstStore *self, const char *connection, const char *name, const char *text,
                        GError **error);
  gboolean (*get_note) (OstStore *self, const char *connection, const char *name, char **text,
                        GError **error);

  OstRun *(*begin_run) (OstStore *self, const char *connection, OstRunKind kind, gint64 fence,
                        gint64 keep_since_us, gint64 now_us, GError **error);
  gboolean (*finish_run) (OstStore *self, gint64 run, const OstRunReport *report, const char *who,
                          GError **error);
  GPtrArray *(*list_runs) (OstStore *self, const char *connection, guint limit, GError **error);

  gboolean (*plan_slices) (OstStore *self, gint64 run, GPtrArray *slices, GError **error);
  GPtrArray *(*list_slices) (OstStore *self, gint64 run, GError **error);
  gboolean (*begin_slice) (OstStore *self, gint64 run, const OstSlice *slice, gint64 now_us,
                           GError **error);
  gboolean (*stage_objects) (OstStore *self, gint64 run, const OstSlice *slice, GPtrArray *objects,
                             OstStoreFlags flags, gint64 now_us, GError **error);
  gboolean (*finish_slice) (OstStore *self, gint64 run, const OstSlice *slice, gint64 now_us,
                            GError **error);
  gboolean (*reconcile) (OstStore *self, gint64 run, const OstReconcileOptions *options,
                         OstReconcileResult *result, GCancellable *cancellable, GError **error);

  gboolean (*upsert_objects) (OstStore *self, gint64 run, OstKind kind, GPtrArray *objects,
                              OstStoreFlags flags, const char *who, gint64 now_us,
                              OstUpsertCounts *counts, GError **error);
  gboolean (*replace_objects) (OstStore *self, const char *connection, OstKind kind,
                               GPtrArray *objects, const char *who, gint64 now_us, GError **error);
  gboolean (*list_objects) (OstStore *self, const char *connection, OstKind kind,
                            OstObjectFunc func, gpointer data, GCancellable *cancellable,
                            GError **error);

  GPtrArray *(*next_statistics) (OstStore *self, const char *connection, OstStatisticsMode mode,
                                 OstStatisticsRound *round, guint limit, GError **error);
  gboolean (*update_statistics) (OstStore *self, const char *connection, const char *mailbox,
                                 GPtrArray *objects, gint64 now_us, GError **error);
  gboolean (*skip_statistics) (OstStore *self, const char *connection, const char *mailbox,
                               gint64 now_us, GError **error);
  gboolean (*summarise_statistics) (OstStore *self, const char *connection,
                                    OstStatisticsSummary *summary, GError **error);

  gboolean (*count_devices) (OstStore *self, const char *connection, gint64 *present,
                             gint64 *missing, GError **error);
  GPtrArray *(*count_prefixes) (OstStore *self, const char *connection, gint64 max_rows,
                                guint max_length, GError **error);
  gboolean (*query_devices) (OstStore *self, const OstDeviceQuery *query, OstDeviceRowFunc func,
                             gpointer data, char **next, GCancellable *cancellable, GError **error);

  gboolean (*keep_session) (OstStore *self, const OstSession *session, guint cap, GError **error);
  gboolean (*forget_session) (OstStore *self, const char *account, const char *id, GError **error);
  GPtrArray *(*take_left_over_sessions) (OstStore *self, const char *account, const char *process,
                                         gint64 expires_us, gint64 now_us, GError **error);

  gboolean (*set_refusal) (OstStore *self, const char *account, const char *reference,
                           const OstRefusal *refusal, GError **error);
  gboolean (*get_refusal) (OstStore *self, const char *account, const char *reference,
                           OstRefusal **refusal, GError **error);
  gboolean (*clear_refusal) (OstStore *self, const char *account, const char *reference,
                             GError **error);

  gboolean (*append_event) (OstStore *self, const OstEvent *event, gint64 *seq, GError **error);
  gboolean (*list_events) (OstStore *self, gint64 from_seq, guint limit, OstEventFunc func,
                           gpointer data, GError **error);
  gboolean (*verify_events) (OstStore *self, OstChainVerdict *verdict, GCancellable *cancellable,
                             GError **error);
};

G_END_DECLS
