/* runspace-pipeline.h: what becomes of the messages of one pipeline */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "runspace-private.h"

G_BEGIN_DECLS

/**
 * OstRunspaceQuestion:
 * @call_id: the number that the answer has to name
 * @method: the number of the host's method
 * @method_name: (nullable): its name
 * @is_pool_level: whether no pipeline asks
 *
 * A host call that waits for an answer (MS-PSRP 2.2.2.27).
 *
 * Since: 1.0
 */
typedef struct {
  char *call_id;
  gint32 method;
  char *method_name;
  gboolean is_pool_level;
} OstRunspaceQuestion;

/**
 * OstRunspacePipeline:
 *
 * One pipeline, from its command to its end.
 *
 * Since: 1.0
 */
typedef struct {
  OstRunspace *runspace;
  const OstPipelineSink *sink;
  gpointer user_data;
  OstPipelineResult *result;
  guint8 id[OST_PSRP_GUID_SIZE];
  char command_id[OST_PSRP_GUID_TEXT_SIZE];
  GArray *questions;
  gboolean is_begun;   /* the server has it whole */
  gboolean is_ended;   /* its last state was told */
  gboolean is_done;    /* nothing more will come of it */
  gboolean is_gone;    /* the shell or the command is not known to the server */
  gboolean is_refused; /* by the sink, which wants no more */
} OstRunspacePipeline;

/**
 * ost_runspace_pipeline_begin:
 * @self: a pipeline, all zeros but for @runspace, @sink, @user_data, @result and @questions
 *
 * Gives it ids, and lets the runspace's stream reader hand on its messages to it.
 *
 * Since: 1.0
 */
void ost_runspace_pipeline_begin (OstRunspacePipeline *self);

/**
 * ost_runspace_pipeline_take_stream:
 *
 * An #OstWsmanStreamFunc for replies to Receive; its user data are an #OstRunspacePipeline.
 *
 * Returns: %FALSE with the sink's error, or with %OST_ERROR_PROTOCOL
 *
 * Since: 1.0
 */
gboolean ost_runspace_pipeline_take_stream (const char *name, const char *command_id,
                                            const guint8 *bytes, gsize length, gpointer user_data,
                                            GError **error);

/* For the array of questions. */
void ost_runspace_question_clear (gpointer data);

G_END_DECLS
