/* wsman-private.h: shells in their table, and the requests that wait for them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wsman.h"

G_BEGIN_DECLS

#define SIM_SMALLEST_ENVELOPE 8192

/**
 * SimShellEntry:
 * @wsman: whose it is
 * @shell: a shell
 * @idle: ends it
 *
 * A shell in the table.
 */
typedef struct {
  SimWsman *wsman;
  SimShell *shell;
  GSource *idle;
} SimShellEntry;

/**
 * SimWait:
 * @wsman: whose it is
 * @request: a Receive
 * @entry: the shell it waits for
 * @command: (nullable): the command it waits for, %NULL for the pool
 * @reply: to be called
 * @user_data: for @reply
 * @deadline: when the operation times out
 * @again: (nullable): goes on when others had their turn
 */
typedef struct {
  SimWsman *wsman;
  SimRequest *request;
  SimShellEntry *entry;
  SimCommand *command;
  SimReply reply;
  gpointer user_data;
  GSource *deadline;
  GSource *again;
} SimWait;

struct _SimWsman {
  SimWorld *world;
  SimWsmanOptions options;
  GHashTable *entries; /* by identifier */
  GPtrArray *waits;
};

/* NULL if there is none. */
SimShellEntry *sim_wsman_find_entry (SimWsman *wsman, const char *id);
/* @shell: (transfer full) */
void sim_wsman_add_shell (SimWsman *wsman, SimShell *shell);
void sim_wsman_close_entry (SimWsman *wsman, SimShellEntry *entry);
/* The shell was used. */
void sim_wsman_postpone_idle (SimShellEntry *entry);
/* Answers a Receive as soon as there is something to say. @request: (transfer full) */
void sim_wsman_wait (SimWsman *wsman, SimRequest *request, SimShellEntry *entry,
                     SimCommand *command, SimReply reply, gpointer user_data);
/* Something happened to a shell: whoever waits for it looks again. */
void sim_wsman_wake (SimWsman *wsman, const SimShellEntry *entry);
/* Who waits for the shell, or for the command alone, will wait in vain. */
void sim_wsman_abort_waits (SimWsman *wsman, const SimShellEntry *entry, const SimCommand *command);

G_END_DECLS
