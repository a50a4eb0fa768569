/* fault-plan.h: what shall go wrong, and when */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "soap.h"

G_BEGIN_DECLS

/**
 * SimFaultKind:
 *
 * What goes wrong; fault-plan.c has the names.
 */
typedef enum {
  /* instead of doing anything */
  SIM_FAULT_DROP,
  SIM_FAULT_HANG,
  SIM_FAULT_STATUS,
  SIM_FAULT_GARBAGE,
  SIM_FAULT_REDIRECT,
  SIM_FAULT_TIMEOUT,
  SIM_FAULT_DENIED,
  /* before doing it */
  SIM_FAULT_KILL_SHELL,
  SIM_FAULT_KILL_SHELLS,
  SIM_FAULT_SLOW,
  /* once it is done */
  SIM_FAULT_DROP_AFTER,
  SIM_FAULT_HANG_AFTER,
  SIM_FAULT_TRUNCATE,
  SIM_FAULT_DRIP,
  SIM_FAULT_NO_LENGTH,
  SIM_FAULT_LONG_LENGTH,
  SIM_FAULT_ENDLESS,
  SIM_FAULT_DOCTYPE,
  SIM_FAULT_ENTITY_BOMB,
  SIM_FAULT_DEEP,
  /* in the first output of a Receive */
  SIM_FAULT_BAD_BASE64,
  SIM_FAULT_SHORT_BASE64,
  SIM_FAULT_FRAGMENT_ORDER,
  SIM_FAULT_FRAGMENT_OBJECT,
  SIM_FAULT_FRAGMENT_LENGTH,
  SIM_FAULT_UNKNOWN_REF,
  SIM_FAULT_DEEP_OBJECT,
  SIM_FAULT_PAYLOAD,
} SimFaultKind;

/**
 * SimArmedFault:
 * @kind: what goes wrong
 * @action: which requests, %SIM_ACTION_UNKNOWN for all
 * @count: how many more
 * @after: how many are let pass before
 * @ms: of those that take time
 * @status: HTTP status of those that have one
 * @body: (nullable): of those that have one
 * @type: (nullable): its content type
 */
typedef struct {
  SimFaultKind kind;
  SimAction action;
  guint count;
  guint after;
  guint ms;
  guint status;
  char *body;
  char *type;
} SimArmedFault;

typedef struct _SimFaultPlan SimFaultPlan;

SimFaultPlan *sim_fault_plan_new (void);
void sim_fault_plan_free (SimFaultPlan *plan);
/* Arms what JSON says; FALSE with what is wrong, and what is known. */
gboolean sim_fault_plan_arm (SimFaultPlan *plan, const char *json, gsize length, char **problem);
void sim_fault_plan_clear (SimFaultPlan *plan);
/* The fault for a request, counted down; NULL for none. */
SimArmedFault *sim_fault_plan_take (SimFaultPlan *plan, SimAction action);
/* For the next request of its kind after all. */
void sim_fault_plan_put_back (SimFaultPlan *plan, SimArmedFault *fault);
void sim_armed_fault_free (SimArmedFault *fault);
void sim_fault_plan_append_json (const SimFaultPlan *plan, GString *out);
/* Whether it changes the first output of a Receive, and so waits for one. */
gboolean sim_fault_wants_output (SimFaultKind kind);

G_END_DECLS
