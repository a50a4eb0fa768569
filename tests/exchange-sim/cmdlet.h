/* cmdlet.h: cmdlets, what they are called with, and a run of one */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "binding.h"
#include "filter.h"
#include "invocation.h"
#include "records.h"
#include "types.h"

G_BEGIN_DECLS

/**
 * SimParameterKind:
 * @SIM_PARAMETER_TEXT: a string, or an identity made of one
 * @SIM_PARAMETER_SWITCH: given or not
 * @SIM_PARAMETER_BOOLEAN: true or false; no string converts to it
 * @SIM_PARAMETER_LIST: several strings, or a table of Add and Remove
 * @SIM_PARAMETER_SIZE: a number or Unlimited
 * @SIM_PARAMETER_ENUM: a member of an enumeration
 */
typedef enum {
  SIM_PARAMETER_TEXT,
  SIM_PARAMETER_SWITCH,
  SIM_PARAMETER_BOOLEAN,
  SIM_PARAMETER_LIST,
  SIM_PARAMETER_SIZE,
  SIM_PARAMETER_ENUM,
} SimParameterKind;

typedef enum {
  SIM_PARAMETER_OPTIONAL = 0,
  SIM_PARAMETER_MANDATORY = 1 << 0,
  SIM_PARAMETER_FIRST = 1 << 1,    /* takes an argument without a name */
  SIM_PARAMETER_IDENTITY = 1 << 2, /* of the parameter set Identity */
  SIM_PARAMETER_MAILBOX = 1 << 3,  /* of the parameter set Mailbox */
} SimParameterFlags;

/**
 * SimParameter:
 * @name: its name; %NULL ends an array
 * @kind: what it takes
 * @flags: what else is to know of it
 * @type_name: its .NET type
 * @enumeration: (nullable): of SIM_PARAMETER_ENUM
 */
typedef struct {
  const char *name;
  SimParameterKind kind;
  guint flags;
  const char *type_name;
  const SimEnum *enumeration;
} SimParameter;

typedef struct _SimRun SimRun;

/**
 * SimStep:
 * @run: a run
 *
 * Goes on with a run: for a while, or until there is output.
 *
 * Returns: whether there is more to do
 */
typedef gboolean (*SimStep) (SimRun *run);

/** SimImpact: whether ShouldProcess asks, and when. */
typedef enum {
  SIM_IMPACT_NONE, /* it has no -Confirm */
  SIM_IMPACT_MEDIUM,
  SIM_IMPACT_HIGH,
} SimImpact;

/**
 * SimCmdlet:
 * @name: Verb-Noun
 * @class_name: .NET class
 * @parameters: its own parameters
 * @impact: whether it asks
 * @type: (nullable): of what it gives
 * @filterable: (nullable): properties that its filter may ask for, %NULL for all
 * @filterable_too: (nullable): the same where times of changes are among them
 * @default_set: (nullable): the parameter set that counts when nothing tells
 * @begin: checks and, where there is little to do, does it; leaves a step in @run otherwise
 */
typedef struct {
  const char *name;
  const char *class_name;
  const SimParameter *parameters;
  SimImpact impact;
  const SimType *type;
  const char *const *filterable;
  const char *const *filterable_too;
  const char *default_set;
  void (*begin) (SimRun *run);
} SimCmdlet;

/**
 * SimSession:
 * @world: what the cmdlets work on
 * @user: who is signed in
 * @style: how objects are serialized
 * @settings: of Set-ADServerSettings
 * @denied: (nullable) (element-type utf8): `Cmdlet` and `Cmdlet:Parameter`, in small letters, that
 *   the role lacks
 *
 * What belongs to a runspace.
 */
typedef struct {
  SimWorld *world;
  char *user;
  SimStyle style;
  SimServerSettings settings;
  GHashTable *denied;
} SimSession;

/**
 * SimRunState:
 * @SIM_RUN_GOING: there may be more output
 * @SIM_RUN_COMPLETED: PIPELINE_STATE 4
 * @SIM_RUN_FAILED: PIPELINE_STATE 5
 * @SIM_RUN_STOPPED: PIPELINE_STATE 3
 */
typedef enum {
  SIM_RUN_GOING,
  SIM_RUN_STOPPED = 3,
  SIM_RUN_COMPLETED = 4,
  SIM_RUN_FAILED = 5,
} SimRunState;

/**
 * SimRun:
 * @session: whose it is
 * @invocation: what was asked for; owns the arguments
 * @cmdlet: what runs; %NULL where it could not be found
 * @binding: what it was called with
 * @selected: (nullable): properties that Select-Object lets through
 * @messages: (element-type SimMessage): output that nobody has taken yet
 * @step: (nullable): goes on
 * @failure: why the pipeline failed
 *
 * A pipeline while it runs. Objects are made when somebody takes them.
 */
struct _SimRun {
  SimSession *session;
  SimInvocation *invocation;
  const SimCmdlet *cmdlet;
  SimBinding *binding;
  const SimArgument *selected;
  GQueue messages;
  SimStep step;
  SimRunState state;
  SimFailure failure;
  gboolean is_state_given;
  gboolean stops_on_error;
  gboolean hides_errors;
  gboolean hides_warnings;
  OstClixmlWriter *writer;
  SimValue scratch;
  /* of a listing */
  SimFilter *filter;
  guint64 limit;
  guint64 n_written;
  guint mailbox;
  guint end;
  guint number;
  int unit;
  gboolean has_limit;
  gboolean names_limit;
  SimDevice *device;
  SimMailbox *owner;
};

/* ---- run.c ----------------------------------------------------------------------------------- */

/**
 * SimMessage:
 * @type: an OstPsrpType
 * @payload: CLIXML
 */
typedef struct {
  guint32 type;
  GBytes *payload;
} SimMessage;

void sim_message_free (SimMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimMessage, sim_message_free)

/* @invocation: taken over */
SimRun *sim_run_new (SimSession *session, SimInvocation *invocation);
void sim_run_free (SimRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimRun, sim_run_free)
/* The next message, NULL if there is none yet or none any more: the last is PIPELINE_STATE. */
SimMessage *sim_run_take (SimRun *run);
gboolean sim_run_is_over (const SimRun *run);
void sim_run_stop (SimRun *run);

/* For cmdlets: */
void sim_run_write_object (SimRun *run, const SimType *type, gconstpointer object);
/* Writes it unless the filter holds it back; FALSE, with a warning, if it is one too many. */
gboolean sim_run_write_listed (SimRun *run, const SimType *type, gconstpointer object);
void sim_run_warn (SimRun *run, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* @exception: short name; the error does not end the pipeline, unless the caller said so. */
void sim_run_error (SimRun *run, const char *exception, SimCategory category, const char *target,
                    const char *format, ...) G_GNUC_PRINTF (5, 6);
void sim_run_not_found (SimRun *run, const char *identity);
/* Ends the pipeline. */
void sim_run_fail (SimRun *run, SimFailure *failure);
/* Whether to go on with a change: FALSE with -WhatIf, or where a question would have to be asked,
   which nobody is there to answer. */
gboolean sim_run_should_process (SimRun *run, const char *question);
/* Notes a change in the world's journal. */
void sim_run_record (SimRun *run, const char *target);
/* Adds a finished message of the writer's. */
void sim_run_add_message (SimRun *run, guint32 type);
/* Arguments by parameter name. */
const SimArgument *sim_run_get (const SimRun *run, const char *parameter);
/* NULL if it was not given, or is null. */
const char *sim_run_get_text (const SimRun *run, const char *parameter);
gboolean sim_run_get_switch (const SimRun *run, const char *parameter);
/* The list after the argument is applied to @current. */
GPtrArray *sim_run_apply_list (SimRun *run, const char *parameter, const GPtrArray *current);

/* ---- binding.c ------------------------------------------------------------------------------- */

/* Binds a call's arguments as PowerShell does; NULL with the failure set. */
SimBinding *sim_bind (const SimSession *session, const SimCmdlet *cmdlet, const SimCall *call,
                      SimFailure *failure);
/* The common parameters, and those of ShouldProcess. */
const SimParameter *sim_get_common_parameters (void);
const SimParameter *sim_get_confirm_parameters (void);
gboolean sim_session_denies (const SimSession *session, const char *cmdlet, const char *parameter);
SimSession *sim_session_new (SimWorld *world, const char *user, SimStyle style, GHashTable *denied);
void sim_session_free (SimSession *session);

/* ---- cmdlets-*.c ------------------------------------------------------------------------------- */

/* All cmdlets there are; ends with one without a name. */
const SimCmdlet *const *sim_get_cmdlets (void);
const SimCmdlet *sim_find_cmdlet (const char *name);
/* Whether Select-Object may be asked for these properties. */
gboolean sim_check_selection (const SimArgument *selected, SimFailure *failure);

extern const SimCmdlet sim_device_cmdlets[];
extern const SimCmdlet sim_mailbox_cmdlets[];
extern const SimCmdlet sim_config_cmdlets[];
extern const SimCmdlet sim_policy_cmdlets[];
extern const SimCmdlet sim_command_cmdlets[];

G_END_DECLS
