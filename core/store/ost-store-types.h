/* ost-store-types.h: the records that go into the store and come out of it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-private.h"

G_BEGIN_DECLS

/* Everything here is plain data. Times are microseconds since 1970 UTC, 0 where they are unknown.
 * Texts of a record that a function returns belong to the record; those of a record that a caller
 * hands in stay the caller's. */

/**
 * OstStoreFlags:
 * @OST_STORE_NONE: phone numbers and IMEIs are dropped
 * @OST_STORE_PERSONAL_DATA: they are kept
 *
 * Since: 1.0
 */
typedef enum {
  OST_STORE_NONE = 0,
  OST_STORE_PERSONAL_DATA = 1 << 0,
} OstStoreFlags;

/**
 * OstStoreOptions:
 * @state_dir: the state folder; made with mode 0700 where it does not exist
 * @read_only: no change is wanted: nothing is migrated, and a database that is not there is an
 *   error
 * @program_version: the version of this program, such as `1.2.0`
 * @now_us: the time now
 * @is_process_gone: (nullable): ost_process_is_gone() unless a test replaces it
 * @fill_random: (nullable): the kernel's random bytes unless a test replaces it
 * @random_data: handed to @fill_random
 *
 * Since: 1.0
 */
typedef struct {
  const char *state_dir;
  gboolean read_only;
  const char *program_version;
  gint64 now_us;
  gboolean (*is_process_gone) (const char *process);
  void (*fill_random) (guint8 *bytes, gsize length, gpointer random_data);
  gpointer random_data;
} OstStoreOptions;

/**
 * OstConnectionStatus:
 * @state: `new`, `connecting`, `connected`, `sign-in-refused` ...: the engine's word
 * @server: the server as it is addressed
 * @answering_server: the one that executes
 * @version: its version
 * @account: the account that signed in
 * @domain_controller: the one that answered last
 * @organisation: name or GUID of the Exchange organisation
 * @last_success_us: end of the last synchronisation that was complete
 * @last_full_us: end of the last complete full one
 * @last_quick_us: end of the last complete quick one
 * @last_error: (nullable): the last failure, as text; %NULL after a success
 * @last_error_code: its #OstErrorCode, -1 where it has none
 * @last_error_remedy: (nullable): what to do about it
 * @last_error_us: when it happened
 * @run: (nullable): kind of the run under way, %NULL where there is none
 * @run_phase: (nullable): what it is doing
 * @run_started_us: when it began
 * @run_count: how many objects it has had
 * @run_expected: how many it expects, 0 where it does not know
 * @run_rate: objects a minute of late
 * @statistics_oldest_us: the oldest reading of statistics
 * @statistics_unread: devices of which none was ever read
 * @statistics_round_seconds: how long it takes to read all devices once, at the present speed and
 *   within the budget; 0 where nothing was read yet
 * @next_quick_us: when the next quick run is due
 * @next_full_us: when the next full run is due
 * @process: (nullable): the process that wrote this
 * @updated_us: when this was written
 *
 * What `ostiary status` shows of one connection.
 *
 * Since: 1.0
 */
typedef struct {
  char *state;
  char *server;
  char *answering_server;
  char *version;
  char *account;
  char *domain_controller;
  char *organisation;
  gint64 last_success_us;
  gint64 last_full_us;
  gint64 last_quick_us;
  char *last_error;
  int last_error_code;
  char *last_error_remedy;
  gint64 last_error_us;
  char *run;
  char *run_phase;
  gint64 run_started_us;
  gint64 run_count;
  gint64 run_expected;
  gint64 run_rate;
  gint64 statistics_oldest_us;
  gint64 statistics_unread;
  gint64 statistics_round_seconds;
  gint64 next_quick_us;
  gint64 next_full_us;
  char *process;
  gint64 updated_us;
} OstConnectionStatus;

OST_INTERNAL OstConnectionStatus *ost_connection_status_new (void);
OST_INTERNAL void ost_connection_status_free (OstConnectionStatus *self);

/**
 * OstRunKind:
 * @OST_RUN_FULL: lists everything; the only kind that may conclude that something vanished
 * @OST_RUN_QUICK: lists what changed
 * @OST_RUN_STATISTICS: reads mailboxes one by one
 *
 * Since: 1.0
 */
typedef enum {
  OST_RUN_FULL,
  OST_RUN_QUICK,
  OST_RUN_STATISTICS,
} OstRunKind;

OST_INTERNAL const char *ost_run_kind_to_string (OstRunKind kind);

/**
 * OstRunReport:
 * @devices: devices of the connection after the run, missing ones not counted
 * @added: new devices
 * @changed: devices of which something listed changed
 * @removed: devices that became missing
 * @held: devices that vanished from this listing and wait for a second one
 * @complete: whether it did all that it set out to do
 * @bytes_received: bytes from the server
 * @bytes_sent: bytes to it
 * @requests: how many requests
 * @error_code: an #OstErrorCode, -1 where there was no error
 * @error: (nullable): why it ended early
 * @ended_us: when it ended
 *
 * How a run went: what `ostiary sync --json` says.
 *
 * Since: 1.0
 */
typedef struct {
  gint64 devices;
  gint64 added;
  gint64 changed;
  gint64 removed;
  gint64 held;
  gboolean complete;
  gint64 bytes_received;
  gint64 bytes_sent;
  gint64 requests;
  int error_code;
  char *error;
  gint64 ended_us;
} OstRunReport;

/**
 * OstRun:
 * @id: its number, never used again
 * @connection: the connection
 * @kind: what kind of run
 * @fence: the fencing number of the lease under which it runs
 * @began_us: when it began
 * @is_over: whether @report is its last word
 * @report: how it went
 *
 * Since: 1.0
 */
typedef struct {
  gint64 id;
  char *connection;
  OstRunKind kind;
  gint64 fence;
  gint64 began_us;
  gboolean is_over;
  OstRunReport report;
} OstRun;

OST_INTERNAL void ost_run_free (OstRun *self);

/**
 * OstSlice:
 * @kind: %OST_KIND_DEVICE or %OST_KIND_MAILBOX
 * @name: what it covers, in the engine's own words; unique within the kind
 * @server: (nullable): the server that answered
 * @domain_controller: (nullable): the domain controller that answered
 * @rows: how many objects it brought, those seen twice counted twice
 * @began_us: when its listing began, 0 where it did not yet
 * @done_us: when it was complete and clean, 0 where it is not
 *
 * A part of a full listing. All slices of a kind are together everything.
 *
 * Since: 1.0
 */
typedef struct {
  OstKind kind;
  char *name;
  char *server;
  char *domain_controller;
  gint64 rows;
  gint64 began_us;
  gint64 done_us;
} OstSlice;

OST_INTERNAL OstSlice *ost_slice_new (OstKind kind, const char *name);
OST_INTERNAL void ost_slice_free (OstSlice *self);

/**
 * OST_STORE_MISSING_US:
 *
 * How long a vanished row stays as `missing` before a later clean run takes it out: 48 hours.
 *
 * Since: 1.0
 */
#define OST_STORE_MISSING_US (G_GINT64_CONSTANT (48) * 60 * 60 * G_USEC_PER_SEC)

/**
 * OST_STORE_HOLD_PERCENT:
 *
 * A listing that lacks more than this part of what was known is held for a second one.
 *
 * Since: 1.0
 */
#define OST_STORE_HOLD_PERCENT 5

/**
 * OstReconcileOptions:
 * @now_us: the time now
 * @missing_us: how long vanished rows stay; %OST_STORE_MISSING_US
 * @hold_percent: %OST_STORE_HOLD_PERCENT; 100 holds nothing
 * @hold_units: whether an organisational unit that had rows and has none now is held as well
 * @flags: what may be kept
 * @who: who asked for the run, for the audit trail
 *
 * Since: 1.0
 */
typedef struct {
  gint64 now_us;
  gint64 missing_us;
  guint hold_percent;
  gboolean hold_units;
  OstStoreFlags flags;
  const char *who;
} OstReconcileOptions;

/**
 * OST_RECONCILE_OPTIONS_INIT:
 *
 * What is right for every organisation; @now_us and @flags are still to be set.
 *
 * Since: 1.0
 */
#define OST_RECONCILE_OPTIONS_INIT                                                                 \
  {                                                                                                \
    .missing_us = OST_STORE_MISSING_US, .hold_percent = OST_STORE_HOLD_PERCENT, .hold_units = TRUE \
  }

/**
 * OstReconcileCounts:
 * @listed: different objects in the listing, each GUID once
 * @present: how many are in the inventory afterwards, missing ones not counted
 * @added: new ones
 * @changed: those of which something changed
 * @returned: those that were missing and are back
 * @removed: those that became missing
 * @purged: those that had been missing long enough and are out of the inventory
 * @held: those that vanished and wait for a second full listing
 *
 * Since: 1.0
 */
typedef struct {
  gint64 listed;
  gint64 present;
  gint64 added;
  gint64 changed;
  gint64 returned;
  gint64 removed;
  gint64 purged;
  gint64 held;
} OstReconcileCounts;

/**
 * OstReconcileResult:
 * @devices: what became of the devices
 * @mailboxes: what became of the mailboxes, all 0 where none were listed
 * @hold_reason: (nullable): why rows are held, in a sentence
 *
 * Since: 1.0
 */
typedef struct {
  OstReconcileCounts devices;
  OstReconcileCounts mailboxes;
  char *hold_reason;
} OstReconcileResult;

OST_INTERNAL void ost_reconcile_result_clear (OstReconcileResult *self);

/**
 * OstUpsertCounts:
 * @added: how many were new
 * @changed: how many were known and differ now
 *
 * Since: 1.0
 */
typedef struct {
  gint64 added;
  gint64 changed;
} OstUpsertCounts;

/**
 * OstStatisticsMode:
 * @OST_STATISTICS_CHANGED: first the mailboxes with devices that are new or changed since their
 *   last reading, then those whose last reading is oldest
 * @OST_STATISTICS_ALL: those never read, then those whose last reading is oldest
 *
 * Since: 1.0
 */
typedef enum {
  OST_STATISTICS_CHANGED,
  OST_STATISTICS_ALL,
} OstStatisticsMode;

/**
 * OstStatisticsRound:
 * @began_us: when the round began: nothing read since then comes up again in it
 * @renew_before_us: readings that are younger are renewed only where their device has changed; 0
 *   for @began_us
 *
 * Where a round of readings stands. Set the first two, the rest is the store's, and zero at first.
 *
 * Since: 1.0
 */
typedef struct {
  gint64 began_us;
  gint64 renew_before_us;
  /*< private >*/
  gint64 stage;
  gint64 position;
} OstStatisticsRound;

/**
 * OstStatisticsSummary:
 * @oldest_us: the oldest reading of a device that is there, 0 where there is none
 * @read: devices that have a reading
 * @unread: devices that have none
 *
 * Since: 1.0
 */
typedef struct {
  gint64 oldest_us;
  gint64 read;
  gint64 unread;
} OstStatisticsSummary;

/**
 * OstPrefixCount:
 * @prefix: the beginning of device IDs, upper-case ASCII letters and digits
 * @rows: how many devices of the inventory begin with it, in whatever case
 *
 * Since: 1.0
 */
typedef struct {
  char *prefix;
  gint64 rows;
} OstPrefixCount;

OST_INTERNAL void ost_prefix_count_free (OstPrefixCount *self);

/**
 * OstSession:
 * @account: what the cap is counted by: the account and its organisation
 * @id: the server's ID of the shell
 * @connection: the connection that opened it
 * @detail: what it takes to delete it, in the engine's own words (endpoint, cookie)
 * @process: the process that uses it: ost_process_describe_self()
 * @kept_us: when it was kept
 * @expires_us: of one that was left over, when the server will have dropped it by itself; 0 of one
 *   in use, and ignored when it is kept
 *
 * A shell on a server.
 *
 * Since: 1.0
 */
typedef struct {
  char *account;
  char *id;
  char *connection;
  char *detail;
  char *process;
  gint64 kept_us;
  gint64 expires_us;
} OstSession;

OST_INTERNAL void ost_session_free (OstSession *self);

/**
 * OstRefusal:
 * @fingerprint: what tells the secret's source at that time: device, inode, time of change, size;
 *   never the secret, nor a hash of it
 * @error: what the server said
 * @refused_us: when
 *
 * A sign-in that a server refused.
 *
 * Since: 1.0
 */
typedef struct {
  char *fingerprint;
  char *error;
  gint64 refused_us;
} OstRefusal;

OST_INTERNAL void ost_refusal_free (OstRefusal *self);

/**
 * OstEvent:
 * @seq: its number in the chain; the store gives it
 * @time_us: when it happened
 * @kind: what happened: `device-added`, `run-finished` ...
 * @connection: (nullable): the connection
 * @detail: (nullable): JSON that tells nothing of a person
 * @device_id: (nullable): the device; personal
 * @mailbox: (nullable): the mailbox; personal
 * @who: (nullable): who did it; personal
 * @personal_detail: (nullable): JSON that tells of a person
 * @hash: the event's hash in lower-case hexadecimal; the store makes it
 *
 * One entry of the audit trail. Personal values stand beside the chain: the hash covers a salted
 * commitment of each, so that a value can be replaced by a pseudonym and the chain still holds.
 *
 * Since: 1.0
 */
typedef struct {
  gint64 seq;
  gint64 time_us;
  char *kind;
  char *connection;
  char *detail;
  char *device_id;
  char *mailbox;
  char *who;
  char *personal_detail;
  char *hash;
} OstEvent;

/**
 * OstChainVerdict:
 * @verified: how many events are as they were written
 * @broken: the first that is not, 0 where all are
 * @reason: (nullable): what is wrong with it
 * @pseudonymised: how many personal values have been replaced
 * @head: (nullable): the hash of the last event
 *
 * Since: 1.0
 */
typedef struct {
  gint64 verified;
  gint64 broken;
  char *reason;
  gint64 pseudonymised;
  char *head;
} OstChainVerdict;

OST_INTERNAL void ost_chain_verdict_clear (OstChainVerdict *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstConnectionStatus, ost_connection_status_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstRun, ost_run_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstSlice, ost_slice_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstSession, ost_session_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstRefusal, ost_refusal_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OstReconcileResult, ost_reconcile_result_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OstChainVerdict, ost_chain_verdict_clear)

G_END_DECLS
