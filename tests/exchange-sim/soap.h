/* soap.h: WS-Management envelopes, as a server reads and writes them */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SimAction:
 *
 * What is asked for.
 */
typedef enum {
  SIM_ACTION_UNKNOWN,
  SIM_ACTION_IDENTIFY,
  SIM_ACTION_CREATE,
  SIM_ACTION_COMMAND,
  SIM_ACTION_SEND,
  SIM_ACTION_RECEIVE,
  SIM_ACTION_SIGNAL,
  SIM_ACTION_DELETE,
  SIM_N_ACTIONS,
} SimAction;

/**
 * SimStream:
 * @name: `stdin` or `pr`
 * @command_id: (nullable): whose it is
 * @bytes: decoded
 *
 * A part of what a client sends.
 */
typedef struct {
  char *name;
  char *command_id;
  GBytes *bytes;
} SimStream;

/**
 * SimRequest:
 * @action: what is asked for
 * @action_uri: the same, as it was written
 * @message_id: to be related to
 * @resource_uri: which kind of shell
 * @shell_id: (nullable): which shell
 * @new_shell_id: (nullable): of Create: the identifier that the client proposes
 * @shell_name: (nullable): of Create
 * @command_id: (nullable): of Command, Receive and Signal
 * @signal: (nullable): of Signal: its code
 * @timeout_us: how long the operation may take
 * @idle_timeout_us: of Create: 0 for the server's own
 * @max_envelope: bytes that the answer may have
 * @streams: (element-type SimStream): of Create, Command and Send
 *
 * A request.
 */
typedef struct {
  SimAction action;
  char *action_uri;
  char *message_id;
  char *resource_uri;
  char *shell_id;
  char *new_shell_id;
  char *shell_name;
  char *command_id;
  char *signal;
  gint64 timeout_us;
  gint64 idle_timeout_us;
  guint64 max_envelope;
  GPtrArray *streams;
} SimRequest;

/**
 * SimFault:
 * @status: HTTP status
 * @code: of the WSManFault
 * @role: `Sender` or `Receiver`
 * @subcode: with its prefix
 * @detail: (nullable): of wsman:FaultDetail
 * @reason: what went wrong
 * @message: (nullable): the same at more length
 *
 * What is answered instead.
 */
typedef struct {
  guint status;
  guint64 code;
  const char *role;
  const char *subcode;
  const char *detail;
  char *reason;
  char *message;
} SimFault;

void sim_request_free (SimRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimRequest, sim_request_free)
void sim_fault_free (SimFault *fault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimFault, sim_fault_free)

const char *sim_action_get_name (SimAction action);
SimAction sim_action_from_name (const char *name);

/* Reads a request; NULL with a fault. No DOCTYPE is taken, and nothing is fetched. */
SimRequest *sim_request_parse (const char *body, gsize length, SimFault **fault);

/* The whole answer around a body. */
void sim_soap_begin (GString *xml, const char *action_uri, const char *relates_to);
void sim_soap_end (GString *xml);
void sim_soap_append_identify (GString *xml);
void sim_soap_append_text (GString *xml, const char *text);
/* An rsp:Stream; @command_id: (nullable): whose output it is */
void sim_soap_append_stream (GString *xml, const char *command_id, const guint8 *bytes,
                             gsize length);
void sim_soap_append_fault (GString *xml, const SimFault *fault, const char *relates_to);

SimFault *sim_fault_new (guint status, guint64 code, const char *role, const char *subcode,
                         const char *detail, const char *reason, char *message);
SimFault *sim_fault_new_shell_not_found (const char *id);
SimFault *sim_fault_new_command_not_found (void);
SimFault *sim_fault_new_timed_out (void);
SimFault *sim_fault_new_aborted (void);
SimFault *sim_fault_new_bad_xml (const char *why);
SimFault *sim_fault_new_denied (void);
SimFault *sim_fault_new_internal (const char *why);
SimFault *sim_fault_new_too_many_shells (guint limit, const char *user);

G_END_DECLS
