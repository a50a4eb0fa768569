/* engine-rig.h: the whole engine in one process, on a world that lives in the test */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/engine/ost-engine.h"

#define RIG_SECOND G_GINT64_CONSTANT (1000000)
#define RIG_MINUTE (60 * RIG_SECOND)
#define RIG_HOUR (60 * RIG_MINUTE)
#define RIG_EPOCH (G_GINT64_CONSTANT (1800000000) * RIG_SECOND)

/* A phone. Its mailbox is that of the number's person: two phones each. */
typedef struct {
  guint number;
  char *id;
  const char *state;
  gint64 first_sync_us;
  gint64 changed_us;
  gboolean is_gone;
} RigDevice;

/* What goes wrong: an error for operations whose name fits a pattern, so many times. Names are
 * `open`, `device:PREFIX` (`device:*` without one), `device>changed`, `device>first`,
 * `device=STATE`, `statistics:MAILBOX`, `mailbox`, `mailbox>changed`, `recipient`, and the other
 * kinds' own. */
typedef struct {
  char *pattern;
  guint times;
  guint rows; /* emitted before */
  int code;
  guint retry_after_ms;
} RigFault;

/* The other side, and what it has seen. Behind its mutex. */
typedef struct {
  GMutex mutex;
  GPtrArray *devices; /* RigDevice */
  GPtrArray *faults;  /* RigFault */
  GHashTable *asked;  /* name of an operation -> how often */
  gboolean knows_changed;
  gboolean knows_first_sync;
  gboolean uses_http;
  gboolean keeps_sessions;
  gboolean loses_sessions; /* closing does not reach the server */
  gboolean refuses_tickets;
  gboolean is_down;
  char *password;
  guint reply_delay_ms;
  gint64 reading_us; /* how long a mailbox's statistics take */
  char *held;        /* pattern of operations that wait; (nullable) */

  guint n_logons;   /* attempts to sign in that were refused */
  guint n_requests; /* those that were not */
  guint n_opens;
  guint n_closes;
  guint n_backends; /* instances there are */
  guint n_running;  /* slots that run now */
  guint max_running;
  guint n_holding;       /* operations that wait now */
  guint n_sessions;      /* shells that the server has */
  guint n_ended;         /* left-over ones that were ended */
  gint64 asked_since_us; /* the last time that a quick run asked for changes from */
} RigWorld;

typedef struct {
  char *folder;
  const char *api; /* more lines of [api]; (nullable) */
  OstConfig *config;
  OstStore *store;
  OstEngine *engine;
  guint n_runs;         /* that have begun and have not been waited for */
  gboolean leaves_runs; /* of which not all are over in the store */
  RigWorld world;
} Rig;

/* With n devices. */
Rig *rig_new (guint n_devices);
void rig_free (Rig *self);

OstRegistry *rig_get_registry (void);

/* Reads a configuration: connections, without [service] and [api]. */
void rig_configure (Rig *self, const char *connections);
gboolean rig_try_start (Rig *self, OstEngineFlags flags, GError **error);
void rig_start (Rig *self, OstEngineFlags flags);
void rig_stop (Rig *self);
/* As another process would do it: opens the store anew. */
void rig_restart (Rig *self, OstEngineFlags flags);
void rig_write_secret (Rig *self, const char *password);

/* Time that passes while nothing is done. */
void rig_advance (Rig *self, gint64 microseconds);
gint64 rig_now (Rig *self);
const OstClock *rig_clock (void);

typedef gboolean (*RigCondition) (gpointer data);

/* Iterates until @condition; fails after a while. */
void rig_wait (RigCondition condition, gpointer data);
void rig_wait_for_state (Rig *self, const char *connection, const char *state);

typedef struct {
  GAsyncResult *result;
  GCancellable *cancellable;
  guint n_told;
  const char *last_phase;
} RigRun;

/* Asks for a task; rig_run_end() waits for it. */
RigRun *rig_run_begin (Rig *self, OstTaskKind kind, const char *connection, gboolean is_explicit);
OstReport *rig_run_end (Rig *self, RigRun *run, GError **error);
OstReport *rig_run (Rig *self, OstTaskKind kind, const char *connection, GError **error);
/* By no person, as the schedule does. */
OstReport *rig_run_quietly (Rig *self, OstTaskKind kind, const char *connection, GError **error);

/* The world */
RigDevice *rig_get_device (Rig *self, guint number);
RigDevice *rig_add_device (Rig *self, const char *id);
void rig_fail (Rig *self, const char *pattern, guint times, int code, guint rows);
guint rig_count_asked (Rig *self, const char *pattern);
void rig_forget_asked (Rig *self);
void rig_hold (Rig *self, const char *pattern);
void rig_wait_for_hold (Rig *self, guint n);
void rig_release (Rig *self);

/* The store */
void rig_assert_inventory (Rig *self, const char *connection, gint64 present, gint64 missing);
void rig_assert_runs_over (Rig *self);
char *rig_get_state (Rig *self, const char *connection);
OstConnectionStatus *rig_get_status (Rig *self, const char *connection);

#define RIG_A                                                                                      \
  "[connection a]\n"                                                                               \
  "environment=fake\n"                                                                             \
  "server=one.example\n"                                                                           \
  "user=CORP\\svc\n"                                                                               \
  "password-secret=file:@FOLDER@/secret\n"                                                         \
  "statistics=none\n"
