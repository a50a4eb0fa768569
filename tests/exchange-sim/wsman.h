/* wsman.h: the operations of WS-Management on shells */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shell.h"
#include "soap.h"

G_BEGIN_DECLS

/**
 * SimWsman:
 *
 * The shells there are, and the requests that wait for them. Runs in the main context of the thread
 * that made it.
 */
typedef struct _SimWsman SimWsman;

/**
 * SimWsmanOptions:
 * @max_shells: a user's shells at one time
 * @idle_seconds: how long a shell lives without requests
 * @style: how objects are serialized
 * @denied: (nullable): what the role lacks
 */
typedef struct {
  guint max_shells;
  guint idle_seconds;
  SimStyle style;
  GHashTable *denied;
} SimWsmanOptions;

/**
 * SimCaller:
 * @user: who is signed in
 * @url: where the request went
 * @address: where it came from
 */
typedef struct {
  const char *user;
  const char *url;
  const char *address;
} SimCaller;

/**
 * SimReply:
 * @status: HTTP status
 * @xml: the envelope
 * @user_data: what was given to sim_wsman_handle()
 */
typedef void (*SimReply) (guint status, GString *xml, gpointer user_data);

SimWsman *sim_wsman_new (SimWorld *world, const SimWsmanOptions *options);
void sim_wsman_free (SimWsman *wsman);
/* Closes all shells, then lets new ones work on another world. */
void sim_wsman_set_world (SimWsman *wsman, SimWorld *world);

/**
 * sim_wsman_handle:
 * @wsman: the shells
 * @request: (transfer full): a request
 * @caller: who asks
 * @reply: called once, now or later
 * @user_data: given to @reply
 *
 * Carries out a request.
 */
void sim_wsman_handle (SimWsman *wsman, SimRequest *request, const SimCaller *caller,
                       SimReply reply, gpointer user_data);
/* Nobody waits for the answer any more; @reply is not called. */
void sim_wsman_forget (SimWsman *wsman, gpointer user_data);
/* A shell is gone, as when its host process died. */
void sim_wsman_kill (SimWsman *wsman, const char *shell_id);
void sim_wsman_kill_all (SimWsman *wsman);
void sim_wsman_append_shells_json (SimWsman *wsman, GString *out);
/* The fault as an envelope. */
void sim_wsman_reply_fault (const SimFault *fault, const char *relates_to, SimReply reply,
                            gpointer user_data);

G_END_DECLS
