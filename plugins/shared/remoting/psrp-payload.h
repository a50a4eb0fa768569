/* psrp-payload.h: the CLIXML of the messages that we send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "clixml-value.h"
#include "command.h"

G_BEGIN_DECLS

/* The version that we offer; a server answers with it or with an older one. */
#define OST_PSRP_PROTOCOL_VERSION "2.3"

/* The .NET types of the lists in CREATE_PIPELINE. */
extern const char *const ost_psrp_list_types[];

/**
 * ost_psrp_write_session_capability:
 * @writer: a writer
 * @protocol_version: such as %OST_PSRP_PROTOCOL_VERSION
 *
 * Writes SESSION_CAPABILITY (MS-PSRP 2.2.2.1), which is the same in both directions.
 *
 * Since: 1.0
 */
void ost_psrp_write_session_capability (OstClixmlWriter *writer, const char *protocol_version);

/**
 * ost_psrp_write_init_pool:
 * @writer: a writer
 *
 * Writes INIT_RUNSPACEPOOL (MS-PSRP 2.2.2.2) of a pool of one runspace without a host.
 *
 * Since: 1.0
 */
void ost_psrp_write_init_pool (OstClixmlWriter *writer);

/**
 * ost_psrp_write_create_pipeline:
 * @writer: a writer
 * @commands: (array length=n_commands): its commands, in order
 * @n_commands: how many
 * @protocol_minor: the minor number of the protocol version that the server agreed to
 *
 * Writes CREATE_PIPELINE (MS-PSRP 2.2.2.10) of a pipeline without input.
 *
 * Since: 1.0
 */
void ost_psrp_write_create_pipeline (OstClixmlWriter *writer, OstCommand *const *commands,
                                     guint n_commands, guint protocol_minor);

/**
 * ost_psrp_write_host_refusal:
 * @writer: a writer
 * @call_id: the text of the call's `ci`
 * @method: the number of its method
 * @method_name: (nullable): the method's name
 *
 * Writes PIPELINE_HOST_RESPONSE or RUNSPACEPOOL_HOST_RESPONSE (MS-PSRP 2.2.2.28) to say that there
 * is nobody to ask.
 *
 * Since: 1.0
 */
void ost_psrp_write_host_refusal (OstClixmlWriter *writer, const char *call_id, gint32 method,
                                  const char *method_name);

/**
 * ost_psrp_host_method_is_void:
 * @method: the number of a host's method (MS-PSRP 2.2.3.17)
 *
 * Returns: whether nobody waits for an answer
 *
 * Since: 1.0
 */
gboolean ost_psrp_host_method_is_void (gint64 method);

G_END_DECLS
