/* shell.h: a WS-Management shell: a runspace pool, its pipelines, and what they have to say */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cmdlet.h"

#include "plugins/shared/remoting/psrp-message.h"

G_BEGIN_DECLS

/**
 * SimShell:
 *
 * A runspace pool of one runspace. A pipeline computes what it gives when a Receive asks for it.
 */
typedef struct _SimShell SimShell;

/**
 * SimCommand:
 *
 * A pipeline of a shell.
 */
typedef struct _SimCommand SimCommand;

/* @session: (transfer full) */
SimShell *sim_shell_new (const char *id, const char *name, const char *resource,
                         SimSession *session, gint64 idle_timeout_us);
void sim_shell_free (SimShell *shell);

const char *sim_shell_get_id (const SimShell *shell);
const char *sim_shell_get_name (const SimShell *shell);
const char *sim_shell_get_owner (const SimShell *shell);
const char *sim_shell_get_resource (const SimShell *shell);
gint64 sim_shell_get_created (const SimShell *shell);
gint64 sim_shell_get_last_used (const SimShell *shell);
gint64 sim_shell_get_idle_timeout (const SimShell *shell);
guint sim_shell_count_commands (const SimShell *shell);
void sim_shell_touch (SimShell *shell);

/* Fragments for the pool, or for a command. */
gboolean sim_shell_feed (SimShell *shell, SimCommand *command, const guint8 *bytes, gsize length,
                         GError **error);
/* Starts a pipeline; NULL with an error if the identifier is in use or the fragments are none. */
SimCommand *sim_shell_start (SimShell *shell, const char *id, const guint8 *bytes, gsize length,
                             GError **error);
SimCommand *sim_shell_find (SimShell *shell, const char *id);
const char *sim_command_get_id (const SimCommand *command);
/* Its last fragment was handed over: nothing more can be received. */
gboolean sim_command_is_done (const SimCommand *command);
/* The pipeline ends in state Stopped. */
void sim_command_stop (SimCommand *command);
/* The command is gone. */
void sim_shell_end_command (SimShell *shell, SimCommand *command);

/**
 * SimCollected:
 * @SIM_COLLECTED_NOTHING: there is nothing to say yet
 * @SIM_COLLECTED_MORE: the pipeline is still looking; ask again when others had their turn
 * @SIM_COLLECTED_SOME: fragments were handed over
 * @SIM_COLLECTED_ALL: so were the last there will ever be
 */
typedef enum {
  SIM_COLLECTED_NOTHING,
  SIM_COLLECTED_MORE,
  SIM_COLLECTED_SOME,
  SIM_COLLECTED_ALL,
} SimCollected;

/**
 * sim_shell_collect:
 * @shell: a shell
 * @command: (nullable): a command, or %NULL for the pool
 * @room: bytes of XML that may be appended
 * @xml: where to append rsp:Stream elements
 *
 * Takes what there is to say, as much as there is room for.
 *
 * Returns: whether that was all
 */
SimCollected sim_shell_collect (SimShell *shell, SimCommand *command, gsize room, GString *xml);

/* What would be said next is of this pipeline: for messages that a fault makes up. */
void sim_shell_fill_header (SimShell *shell, const SimCommand *command, guint32 type,
                            OstPsrpHeader *header, guint64 *object_id);

G_END_DECLS
