/* runspace-private.h: what opening a runspace and running pipelines in it share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "psrp-fragment.h"
#include "psrp-record.h"
#include "runspace-stream.h"
#include "wsman-session.h"

G_BEGIN_DECLS

struct _OstRunspace {
  OstWsman *wsman;
  guint8 pool[OST_PSRP_GUID_SIZE];
  guint64 last_object_id;
  guint protocol_minor; /* 0 until the server has told */
  char *server_version;
  gboolean is_broken;
  GByteArray *buffer;   /* the reply that is being read */
  GByteArray *fragment; /* what is being sent */
  OstRunspaceStream *pool_stream;
  OstRunspaceStream *pipeline_stream;
  gint64 pool_state;

  /* The end of the last pipeline, which was said to the server and not confirmed yet. */
  OstWsmanPending *terminate;

  /* On whose behalf it works at the moment. */
  OstCall *call;
  const OstPipelineSink *sink;
  gpointer user_data;
};

/**
 * ost_runspace_take_pool_value:
 * @self: a runspace
 * @header: a message that concerns no pipeline
 * @value: its value
 * @error: return location for an error
 *
 * Returns: %FALSE where the pool has failed
 *
 * Since: 1.0
 */
gboolean ost_runspace_take_pool_value (OstRunspace *self, const OstPsrpHeader *header,
                                       const OstClixmlValue *value, GError **error);

/**
 * ost_runspace_wants_pool_value:
 * @type: the type of a message that concerns no pipeline
 *
 * Returns: whether ost_runspace_take_pool_value() does anything with it
 *
 * Since: 1.0
 */
gboolean ost_runspace_wants_pool_value (guint32 type);

/**
 * ost_runspace_wait_for_more:
 * @self: a runspace
 * @n_empty: how often in a row the server has answered without anything in it
 * @error: return location for an error
 *
 * Keeps a server that answers at once with nothing from being asked again and again.
 *
 * Returns: %FALSE as ost_call_check()
 *
 * Since: 1.0
 */
gboolean ost_runspace_wait_for_more (OstRunspace *self, guint n_empty, GError **error);

G_END_DECLS
