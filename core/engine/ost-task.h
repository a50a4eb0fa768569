/* ost-task.h: what the engine is asked for, and how it went */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-private.h"

G_BEGIN_DECLS

/**
 * OstTaskKind:
 * @OST_TASK_CHECK: goes through a connection step by step and changes nothing
 * @OST_TASK_QUICK_SYNC: fetches what changed since the last synchronisation
 * @OST_TASK_FULL_SYNC: lists everything and reconciles
 */
typedef enum {
  OST_TASK_CHECK,
  OST_TASK_QUICK_SYNC,
  OST_TASK_FULL_SYNC,
} OstTaskKind;

/**
 * OstTask:
 * @kind: what to do
 * @connection: on which connection
 * @is_explicit: whether a person asked for it: then a credential that was rejected is tried once
 *   more, and an unreachable server at once
 */
typedef struct {
  OstTaskKind kind;
  const char *connection;
  gboolean is_explicit;
} OstTask;

/**
 * OstProgress:
 * @phase: `connecting`, `listing`, `reconciling`, `statistics`
 * @done: devices so far
 * @expected: (0 where unknown): devices in all
 * @per_second: devices a second
 * @seconds_left: -1 where unknown
 */
typedef struct {
  const char *phase;
  guint64 done;
  guint64 expected;
  double per_second;
  gint64 seconds_left;
} OstProgress;

/**
 * OstProgressFunc:
 * @progress: how far it is
 * @user_data: the caller's
 *
 * Called in the caller's main context, at most five times a second.
 */
typedef void (*OstProgressFunc) (const OstProgress *progress, gpointer user_data);

/**
 * OstStep:
 * @id: the step's name
 * @is_ok: whether it passed
 * @detail: what was seen
 * @remedy: (nullable): what to do
 */
typedef struct {
  char *id;
  gboolean is_ok;
  char *detail;
  char *remedy;
} OstStep;

/**
 * OstReport:
 * @kind: what was done
 * @connection: on which connection
 * @devices: devices in the inventory now
 * @added: new ones
 * @changed: changed ones
 * @removed: rows that became missing
 * @held: removals that wait for a second listing
 * @is_complete: whether all that was asked for was read
 * @seconds: how long it took
 * @bytes_sent: bytes sent, without TLS's own
 * @bytes_received: bytes received, likewise
 * @requests: requests sent
 * @warnings: what an administrator should know of
 * @steps: (element-type OstStep): the steps of a check
 *
 * How a task went.
 */
typedef struct {
  OstTaskKind kind;
  char *connection;
  guint64 devices;
  guint64 added;
  guint64 changed;
  guint64 removed;
  guint64 held;
  gboolean is_complete;
  double seconds;
  guint64 bytes_sent;
  guint64 bytes_received;
  guint64 requests;
  GPtrArray *warnings;
  GPtrArray *steps;
} OstReport;

OstReport *ost_report_new (OstTaskKind kind, const char *connection);
void ost_report_free (OstReport *self);

/**
 * ost_report_add_step:
 * @self: a report
 * @id: the step's name
 * @is_ok: whether it passed
 * @detail: what was seen
 * @remedy: (nullable): what to do
 */
void ost_report_add_step (OstReport *self, const char *id, gboolean is_ok, const char *detail,
                          const char *remedy);

/**
 * ost_report_is_ok:
 * @self: a report
 *
 * Returns: whether every step of a check passed, or a synchronisation left nothing held
 */
gboolean ost_report_is_ok (const OstReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstReport, ost_report_free)

G_END_DECLS
