/* ost-store.h: the one place where the connector remembers anything */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-store-interface.h"

G_BEGIN_DECLS

/**
 * ost_store_open:
 * @self: a new store
 * @options: where it is
 * @error: return location
 *
 * Opens the database, checks that it is whole and ours, and brings its schema up to this program's,
 * after copying the file. Called once, before anything else.
 *
 * Returns: %TRUE when it can be used
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_open (OstStore *self, const OstStoreOptions *options,
                                      GError **error);

/**
 * ost_store_close:
 * @self: a store; every other call on it has returned
 *
 * Finalising a store closes it too. A lease is not released by it.
 *
 * Since: 1.0
 */
OST_INTERNAL void ost_store_close (OstStore *self);

/**
 * ost_store_acquire_lease:
 * @self: a store
 * @process: who wants it: ost_process_describe_self()
 * @holder: the same for people, such as `ostiaryd, process 812`
 * @ttl_us: how long it lasts without being renewed
 * @now_us: the time now
 * @fence: (out): the fencing number: higher than every one before
 * @error: return location
 *
 * Takes the engine's lease: only its holder runs connections. That of a holder whose process is
 * gone, or that has run out, is taken over. Gives %OST_ERROR_EXISTS, naming the holder, where
 * another one holds it.
 *
 * Returns: whether it is ours
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_acquire_lease (OstStore *self, const char *process,
                                               const char *holder, gint64 ttl_us, gint64 now_us,
                                               gint64 *fence, GError **error);

/**
 * ost_store_renew_lease:
 * @self: a store
 * @fence: the lease's fencing number
 * @ttl_us: how long it lasts from now
 * @now_us: the time now
 * @error: return location
 *
 * Gives %OST_ERROR_EXISTS where somebody else has taken it over: stop everything at once.
 *
 * Returns: whether it is still ours
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_renew_lease (OstStore *self, gint64 fence, gint64 ttl_us,
                                             gint64 now_us, GError **error);

/**
 * ost_store_release_lease:
 * @self: a store
 * @fence: the lease's fencing number
 * @error: return location
 *
 * Returns: %TRUE also where somebody else holds it by now
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_release_lease (OstStore *self, gint64 fence, GError **error);

/**
 * ost_store_list_connections:
 * @self: a store
 * @error: return location
 *
 * Returns: (transfer full): the connections of which anything is known, by name
 *
 * Since: 1.0
 */
OST_INTERNAL GStrv ost_store_list_connections (OstStore *self, GError **error);

/**
 * ost_store_remove_connection:
 * @self: a store
 * @connection: a connection that is not running
 * @who: who asked for it
 * @now_us: the time now
 * @error: return location
 *
 * Forgets the connection's inventory, status and runs; the audit trail stays. It is gone for every
 * reader at once, its rows go in several transactions.
 *
 * Returns: %TRUE also where nothing was known of it
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_remove_connection (OstStore *self, const char *connection,
                                                   const char *who, gint64 now_us, GError **error);

/**
 * ost_store_save_status:
 * @self: a store
 * @connection: a connection
 * @status: its status; replaces the former one
 * @error: return location
 *
 * Cheap: a progress display may call it twice a second.
 *
 * Returns: %TRUE when it is kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_save_status (OstStore *self, const char *connection,
                                             const OstConnectionStatus *status, GError **error);

/**
 * ost_store_load_status:
 * @self: a store
 * @connection: a connection
 * @error: return location
 *
 * Returns: (transfer full): its status; one without any text where none was ever saved
 *
 * Since: 1.0
 */
OST_INTERNAL OstConnectionStatus *ost_store_load_status (OstStore *self, const char *connection,
                                                         GError **error);

/**
 * ost_store_set_note:
 * @self: a store
 * @connection: a connection
 * @name: a name of the engine's own, such as `quick-cursor`
 * @text: (nullable): what to remember; %NULL forgets it
 * @error: return location
 *
 * Returns: %TRUE when it is kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_set_note (OstStore *self, const char *connection, const char *name,
                                          const char *text, GError **error);

/**
 * ost_store_get_note:
 * @self: a store
 * @connection: a connection
 * @name: a note's name
 * @text: (out) (transfer full) (nullable): the text, %NULL where there is none
 * @error: return location
 *
 * Returns: %TRUE where it could be read, also where there is none
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_get_note (OstStore *self, const char *connection, const char *name,
                                          char **text, GError **error);

/**
 * ost_store_begin_run:
 * @self: a store
 * @connection: a connection; made where it is new
 * @kind: what kind of run
 * @fence: the lease's fencing number
 * @keep_since_us: a full run keeps slices that an earlier one had done since then; %G_MAXINT64
 *   keeps none
 * @now_us: the time now
 * @error: return location
 *
 * A run of the same connection and kind that never ended is ended as one that was interrupted.
 * What a full run that failed had done of its slices is taken on: see ost_store_list_slices().
 * Gives %OST_ERROR_EXISTS where the lease is not ours any more.
 *
 * Returns: (transfer full): the run
 *
 * Since: 1.0
 */
OST_INTERNAL OstRun *ost_store_begin_run (OstStore *self, const char *connection, OstRunKind kind,
                                          gint64 fence, gint64 keep_since_us, gint64 now_us,
                                          GError **error);

/**
 * ost_store_finish_run:
 * @self: a store
 * @run: a run that began
 * @report: how it went; not kept by reference
 * @who: who asked for it, for the audit trail
 * @error: return location
 *
 * Ends a run and appends a `run-finished` event. The slices of a full run that failed stay for the
 * next one.
 *
 * Returns: %TRUE when it is over
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_finish_run (OstStore *self, gint64 run, const OstRunReport *report,
                                            const char *who, GError **error);

/**
 * ost_store_list_runs:
 * @self: a store
 * @connection: (nullable): only this connection's
 * @limit: at most so many
 * @error: return location
 *
 * Returns: (transfer full) (element-type OstRun): the last runs, youngest first
 *
 * Since: 1.0
 */
OST_INTERNAL GPtrArray *ost_store_list_runs (OstStore *self, const char *connection, guint limit,
                                             GError **error);

/**
 * ost_store_plan_slices:
 * @self: a store
 * @run: a full run
 * @slices: (element-type OstSlice): kind and name of each; together they are everything
 * @error: return location
 *
 * Says what the run will list. Slices of an earlier run that are not among them are dropped with
 * what they brought; those that are keep it. A kind without slices is not reconciled.
 *
 * Returns: %TRUE when the plan is kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_plan_slices (OstStore *self, gint64 run, GPtrArray *slices,
                                             GError **error);

/**
 * ost_store_list_slices:
 * @self: a store
 * @run: a full run
 * @error: return location
 *
 * Returns: (transfer full) (element-type OstSlice): the plan and how far it is; of a run that has
 *   not planned yet, what it took on from an earlier one. Where that is anything, plan the same
 *   names again
 *
 * Since: 1.0
 */
OST_INTERNAL GPtrArray *ost_store_list_slices (OstStore *self, gint64 run, GError **error);

/**
 * ost_store_begin_slice:
 * @self: a store
 * @run: a full run
 * @slice: kind, name, server and domain controller
 * @now_us: the time now; it must not be later than the question to the server
 * @error: return location
 *
 * Begins a slice's listing, also once again: what it had brought before is dropped.
 *
 * Returns: %TRUE when objects may be staged
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_begin_slice (OstStore *self, gint64 run, const OstSlice *slice,
                                             gint64 now_us, GError **error);

/**
 * ost_store_stage_objects:
 * @self: a store
 * @run: a full run
 * @slice: kind and name of a slice that began
 * @objects: (element-type OstObject): some hundred objects of the slice's kind
 * @flags: what may be kept
 * @now_us: the time now
 * @error: return location
 *
 * Puts objects where nobody sees them before ost_store_reconcile(), in a file of their own, so
 * that other writers do not notice. Slices may be staged from several threads. Gives
 * %OST_ERROR_INVALID for an object without GUID.
 *
 * Returns: %TRUE when all are kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_stage_objects (OstStore *self, gint64 run, const OstSlice *slice,
                                               GPtrArray *objects, OstStoreFlags flags,
                                               gint64 now_us, GError **error);

/**
 * ost_store_finish_slice:
 * @self: a store
 * @run: a full run
 * @slice: kind, name, server, domain controller (as they turned out), and rows: how many objects
 *   the listing emitted
 * @now_us: the time now
 * @error: return location
 *
 * Says that the listing was complete and clean. Gives %OST_ERROR_INCOMPLETE where another number
 * of objects was staged.
 *
 * Returns: %TRUE when the slice is done
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_finish_slice (OstStore *self, gint64 run, const OstSlice *slice,
                                              gint64 now_us, GError **error);

/**
 * ost_store_reconcile:
 * @self: a store
 * @run: a full run of which every slice is done
 * @options: the rules
 * @result: (out caller-allocates): what became of everything; ost_reconcile_result_clear()
 * @cancellable: (nullable): stops it before anything is visible
 * @error: return location
 *
 * Compares what was staged with the inventory and makes the inventory equal to it. Readers see the
 * old one until all of it is there, then the new one; other writers get their turn all the time.
 * After an interruption it may be called again, by a later run too. What a quick run has read
 * since the slice's listing is younger and stays. Gives %OST_ERROR_INCOMPLETE where a slice is not
 * done, %OST_ERROR_EXISTS where the lease is not ours any more.
 *
 * Returns: %TRUE when the inventory is the new one
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_reconcile (OstStore *self, gint64 run,
                                           const OstReconcileOptions *options,
                                           OstReconcileResult *result, GCancellable *cancellable,
                                           GError **error);

/**
 * ost_store_upsert_objects:
 * @self: a store
 * @run: a run that began
 * @kind: %OST_KIND_DEVICE or %OST_KIND_MAILBOX
 * @objects: (element-type OstObject): some hundred objects of that kind
 * @flags: what may be kept
 * @who: who asked for the run, for the audit trail
 * @now_us: the time now; it must not be later than the question to the server
 * @counts: (out caller-allocates) (optional): what was new; added to what is in there
 * @error: return location
 *
 * Makes single rows as they are now, some hundred in a transaction. Of a mailbox, the part that
 * comes from another view stays.
 *
 * Returns: %TRUE when all are kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_upsert_objects (OstStore *self, gint64 run, OstKind kind,
                                                GPtrArray *objects, OstStoreFlags flags,
                                                const char *who, gint64 now_us,
                                                OstUpsertCounts *counts, GError **error);

/**
 * ost_store_replace_objects:
 * @self: a store
 * @connection: a connection
 * @kind: access rules, mailbox policies, organisation settings, device classes, servers, groups or
 *   grants
 * @objects: (element-type OstObject): all there are
 * @who: who asked for it, for the audit trail
 * @now_us: the time now
 * @error: return location
 *
 * Gives %OST_ERROR_NOT_SUPPORTED for another kind.
 *
 * Returns: %TRUE when they have taken the place of the former ones
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_replace_objects (OstStore *self, const char *connection,
                                                 OstKind kind, GPtrArray *objects, const char *who,
                                                 gint64 now_us, GError **error);

/**
 * ost_store_list_objects:
 * @self: a store
 * @connection: a connection
 * @kind: a kind; of devices and mailboxes those that are not missing
 * @func: (scope call): called for each, by GUID
 * @data: handed to @func
 * @cancellable: (nullable): ends it
 * @error: return location
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_list_objects (OstStore *self, const char *connection, OstKind kind,
                                              OstObjectFunc func, gpointer data,
                                              GCancellable *cancellable, GError **error);

/**
 * ost_store_next_statistics:
 * @self: a store
 * @connection: a connection
 * @mode: which come first
 * @round: (inout): where the round stands
 * @limit: how many mailboxes are wanted
 * @error: return location
 *
 * Each mailbox is to be updated or skipped before the next call, or it may come again.
 *
 * Returns: (transfer full) (element-type utf8): GUIDs of the mailboxes to read next, each once;
 *   empty when the round is over
 *
 * Since: 1.0
 */
OST_INTERNAL GPtrArray *ost_store_next_statistics (OstStore *self, const char *connection,
                                                   OstStatisticsMode mode,
                                                   OstStatisticsRound *round, guint limit,
                                                   GError **error);

/**
 * ost_store_update_statistics:
 * @self: a store
 * @connection: a connection
 * @mailbox: the mailbox's GUID
 * @objects: (element-type OstObject): its devices with their statistics; only those fields count
 * @now_us: the time now
 * @error: return location
 *
 * Keeps a successful reading of a mailbox. A device of the mailbox that was not in it is known to
 * have no statistics now.
 *
 * Returns: %TRUE when it is kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_update_statistics (OstStore *self, const char *connection,
                                                   const char *mailbox, GPtrArray *objects,
                                                   gint64 now_us, GError **error);

/**
 * ost_store_skip_statistics:
 * @self: a store
 * @connection: a connection
 * @mailbox: the GUID of a mailbox that could not be read
 * @now_us: the time now
 * @error: return location
 *
 * Puts the mailbox at the end of the queue; what was read before stays, with its age.
 *
 * Returns: %TRUE when it is kept
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_skip_statistics (OstStore *self, const char *connection,
                                                 const char *mailbox, gint64 now_us,
                                                 GError **error);

/**
 * ost_store_summarise_statistics:
 * @self: a store
 * @connection: a connection
 * @summary: (out caller-allocates): how old the readings are
 * @error: return location
 *
 * Returns: %TRUE when @summary is set
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_summarise_statistics (OstStore *self, const char *connection,
                                                      OstStatisticsSummary *summary,
                                                      GError **error);

/**
 * ost_store_count_devices:
 * @self: a store
 * @connection: a connection
 * @present: (out) (optional): devices that are there
 * @missing: (out) (optional): devices that vanished and stay for a while
 * @error: return location
 *
 * Returns: %TRUE when they are counted
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_count_devices (OstStore *self, const char *connection,
                                               gint64 *present, gint64 *missing, GError **error);

/**
 * ost_store_count_prefixes:
 * @self: a store
 * @connection: a connection
 * @max_rows: a prefix with more rows is split into longer ones
 * @max_length: but never longer than this
 * @error: return location
 *
 * For planning slices. IDs that begin with none of the prefixes (because they are shorter, or go
 * on with another character than an ASCII letter or digit) are for the slice that excepts all of
 * them.
 *
 * Returns: (transfer full) (element-type OstPrefixCount): prefixes with their rows, in order; none
 *   is the beginning of another
 *
 * Since: 1.0
 */
OST_INTERNAL GPtrArray *ost_store_count_prefixes (OstStore *self, const char *connection,
                                                  gint64 max_rows, guint max_length,
                                                  GError **error);

/**
 * ost_store_query_devices:
 * @self: a store
 * @query: what is wanted
 * @func: (scope call): called for each device
 * @data: handed to @func
 * @next: (out) (optional) (transfer full) (nullable): the cursor of the next page, %NULL at the
 *   end
 * @cancellable: (nullable): ends it
 * @error: return location
 *
 * Memory stays flat whatever the number of rows. One call sees one state of the inventory.
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_query_devices (OstStore *self, const OstDeviceQuery *query,
                                               OstDeviceRowFunc func, gpointer data, char **next,
                                               GCancellable *cancellable, GError **error);

/**
 * ost_store_keep_session:
 * @self: a store
 * @session: the shell
 * @cap: how many the account may have, on all connections and in all processes
 * @error: return location
 *
 * Keeps what it takes to delete a shell, before it is used. A session of the same account and ID
 * is replaced and does not count twice. Gives %OST_ERROR_THROTTLED where the cap is reached.
 *
 * Returns: %TRUE when it is kept, durably
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_keep_session (OstStore *self, const OstSession *session, guint cap,
                                              GError **error);

/**
 * ost_store_forget_session:
 * @self: a store
 * @account: the session's account
 * @id: its ID
 * @error: return location
 *
 * Returns: %TRUE also where it was not known
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_forget_session (OstStore *self, const char *account, const char *id,
                                                GError **error);

/**
 * ost_store_take_left_over_sessions:
 * @self: a store
 * @account: an account
 * @process: who takes them over
 * @expires_us: when the server drops them if nobody succeeds in deleting them
 * @now_us: the time now
 * @error: return location
 *
 * Takes over the sessions whose process is gone, so that nobody else does. They count until they
 * are forgotten or expire; expired ones are dropped.
 *
 * Returns: (transfer full) (element-type OstSession): the sessions, to be deleted on the server and
 *   then forgotten
 *
 * Since: 1.0
 */
OST_INTERNAL GPtrArray *ost_store_take_left_over_sessions (OstStore *self, const char *account,
                                                           const char *process, gint64 expires_us,
                                                           gint64 now_us, GError **error);

/**
 * ost_store_set_refusal:
 * @self: a store
 * @account: an account, whatever connection uses it
 * @reference: where the secret is that was refused
 * @refusal: what is known of it
 * @error: return location
 *
 * Returns: %TRUE when it is kept, durably
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_set_refusal (OstStore *self, const char *account,
                                             const char *reference, const OstRefusal *refusal,
                                             GError **error);

/**
 * ost_store_get_refusal:
 * @self: a store
 * @account: an account, whatever connection uses it
 * @reference: where a secret is
 * @refusal: (out) (transfer full) (nullable): the refusal, %NULL where there is none
 * @error: return location
 *
 * Returns: %TRUE where it could be read, also where there is none
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_get_refusal (OstStore *self, const char *account,
                                             const char *reference, OstRefusal **refusal,
                                             GError **error);

/**
 * ost_store_clear_refusal:
 * @self: a store
 * @account: an account, whatever connection uses it
 * @reference: where a secret is
 * @error: return location
 *
 * Returns: %TRUE also where there was none
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_clear_refusal (OstStore *self, const char *account,
                                               const char *reference, GError **error);

/**
 * ost_store_append_event:
 * @self: a store
 * @event: what happened; its number and hash are the store's
 * @seq: (out) (optional): its number
 * @error: return location
 *
 * Changes of the inventory append their events themselves.
 *
 * Returns: %TRUE when it is part of the chain
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_append_event (OstStore *self, const OstEvent *event, gint64 *seq,
                                              GError **error);

/**
 * ost_store_list_events:
 * @self: a store
 * @from_seq: the first that is wanted, 0 for all
 * @limit: at most so many, 0 for all
 * @func: (scope call): called for each, oldest first
 * @data: handed to @func
 * @error: return location
 *
 * Returns: %TRUE at the end, also where @func wanted no more
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_list_events (OstStore *self, gint64 from_seq, guint limit,
                                             OstEventFunc func, gpointer data, GError **error);

/**
 * ost_store_verify_events:
 * @self: a store
 * @verdict: (out caller-allocates): what came out; ost_chain_verdict_clear()
 * @cancellable: (nullable): ends it
 * @error: return location
 *
 * Computes the whole chain again.
 *
 * Returns: %TRUE where it could be read; whether it holds is in @verdict
 *
 * Since: 1.0
 */
OST_INTERNAL gboolean ost_store_verify_events (OstStore *self, OstChainVerdict *verdict,
                                               GCancellable *cancellable, GError **error);

G_END_DECLS
