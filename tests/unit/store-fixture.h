/* store-fixture.h: an SQLite store in a folder of its own, with a clock that the test sets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-store.h"

G_BEGIN_DECLS

/* 2026-01-01, in microseconds since 1970. */
#define FIXTURE_EPOCH (G_GINT64_CONSTANT (1767225600) * G_USEC_PER_SEC)
#define HOUR (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)
#define MINUTE (G_GINT64_CONSTANT (60) * G_USEC_PER_SEC)

/**
 * StoreFixture:
 * @folder: the state folder, removed at the end
 * @store: the open store
 * @now: the time that the helpers below pass on; they let it go on by a second each
 * @fence: the lease's number
 */
typedef struct {
  char *folder;
  OstStore *store;
  gint64 now;
  gint64 fence;
} StoreFixture;

/* Makes an instance of the plugin's type; nothing is open yet. */
OstStore *store_fixture_make (void);
void store_fixture_set_up (StoreFixture *self, gconstpointer data);
void store_fixture_tear_down (StoreFixture *self, gconstpointer data);
/* Opens another instance on the same folder. */
OstStore *store_fixture_open_other (StoreFixture *self);
/* Closes and opens the store. */
void store_fixture_reopen (StoreFixture *self);

/* A device of a mailbox; both are made from a number, the owner's unit from another. */
OstObject *store_fixture_device (guint number, guint owner, guint unit);
OstObject *store_fixture_mailbox (guint owner, guint unit);
char *store_fixture_guid (guint number);

/* A full run under way, whose device and mailbox slices are one each. */
gint64 store_fixture_begin (StoreFixture *self, gboolean with_mailboxes);
void store_fixture_stage (StoreFixture *self, gint64 run, OstKind kind, GPtrArray *objects);
/* Reconciles and ends the run. */
void store_fixture_end (StoreFixture *self, gint64 run, OstReconcileResult *result);
/* A whole full run with these devices, and without mailboxes. */
void store_fixture_sync (StoreFixture *self, GPtrArray *devices, OstReconcileResult *result);

/* A new array of objects. */
GPtrArray *store_fixture_objects (void);
/* The devices numbered from first to end - 1, three to an owner, all in one unit. */
GPtrArray *store_fixture_devices (guint first, guint end);

/* One text of one device, or NULL; the device must be there. */
char *store_fixture_text (StoreFixture *self, guint number, OstDeviceColumn column);
gboolean store_fixture_number (StoreFixture *self, guint number, OstDeviceColumn column,
                               gint64 *value);
gboolean store_fixture_has (StoreFixture *self, guint number);
guint store_fixture_count (StoreFixture *self, gboolean without_missing);
/* How many events of a kind there are. */
guint store_fixture_count_events (StoreFixture *self, const char *kind);
/* Runs SQL on the file behind the store's back. */
void store_fixture_sql (StoreFixture *self, const char *sql);
gint64 store_fixture_sql_number (StoreFixture *self, const char *sql);

G_END_DECLS
