/* records.h: what goes wrong, as the records that PowerShell makes of it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plugins/shared/remoting/clixml-writer.h"

G_BEGIN_DECLS

/** SimCategory: members of PowerShell's ErrorCategory. */
typedef enum {
  SIM_CATEGORY_NOT_SPECIFIED = 0,
  SIM_CATEGORY_INVALID_ARGUMENT = 5,
  SIM_CATEGORY_INVALID_DATA = 6,
  SIM_CATEGORY_INVALID_OPERATION = 7,
  SIM_CATEGORY_NOT_IMPLEMENTED = 11,
  SIM_CATEGORY_OBJECT_NOT_FOUND = 13,
  SIM_CATEGORY_OPERATION_STOPPED = 14,
  SIM_CATEGORY_PARSER_ERROR = 17,
  SIM_CATEGORY_RESOURCE_EXISTS = 20,
} SimCategory;

/**
 * SimFailure:
 * @message: what is told; %NULL for no failure
 * @exception: (array zero-terminated=1): .NET types of the exception, the most derived first
 * @id: FullyQualifiedErrorId
 * @category: its kind
 * @activity: (nullable): the cmdlet
 * @target: (nullable): what it was done to
 *
 * An error.
 */
typedef struct {
  char *message;
  char **exception;
  char *id;
  SimCategory category;
  char *activity;
  char *target;
} SimFailure;

void sim_failure_clear (SimFailure *failure);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SimFailure, sim_failure_clear)

/* @exception: full name of a type of the runtime, one of those that records.c knows the bases of */
void sim_failure_set (SimFailure *failure, const char *exception, SimCategory category,
                      const char *id, const char *activity, const char *target, char *message);
/* One that a cmdlet of Exchange reports; @exception is the short name. */
void sim_failure_set_exchange (SimFailure *failure, const char *exception, SimCategory category,
                               const char *activity, const char *class_name, const char *target,
                               char *message);

/* Writes an ErrorRecord as a message of its own, or as a member. */
void sim_write_error (OstClixmlWriter *writer, const char *name, const SimFailure *failure);
void sim_write_warning (OstClixmlWriter *writer, const char *message);
/* @failure: (nullable): why */
void sim_write_pipeline_state (OstClixmlWriter *writer, int state, const SimFailure *failure);
void sim_write_pool_state (OstClixmlWriter *writer, int state);
void sim_write_capability (OstClixmlWriter *writer, const char *protocol_version);
void sim_write_private_data (OstClixmlWriter *writer);

G_END_DECLS
