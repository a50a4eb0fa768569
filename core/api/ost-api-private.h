/* ost-api-private.h: what the files of the API share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/api/ost-api.h"
#include "core/api/ost-render.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * OstApiRight:
 * @OST_API_OPEN: anybody, also on TCP
 * @OST_API_READ: who may read
 * @OST_API_ACT: who may act
 */
typedef enum {
  OST_API_OPEN,
  OST_API_READ,
  OST_API_ACT,
} OstApiRight;

/**
 * OstApiRequest:
 * @api: the API
 * @message: the message
 * @query: (nullable): the query's fields
 * @argument: (nullable): what stands in the path where the route has a `*`
 *
 * One request for as long as its handler runs.
 */
typedef struct {
  OstApi *api;
  SoupServerMessage *message;
  GHashTable *query;
  const char *argument;
} OstApiRequest;

typedef void (*OstApiHandler) (const OstApiRequest *request);

/**
 * OstApiRoute:
 * @method: the HTTP method
 * @path: the path; `*` stands for one segment
 * @right: what it takes
 * @handle: answers
 * @summary: one sentence
 */
typedef struct {
  const char *method;
  const char *path;
  OstApiRight right;
  OstApiHandler handle;
  const char *summary;
} OstApiRoute;

extern const OstApiRoute ost_api_routes[];

const OstApiParts *ost_api_get_parts (OstApi *self);
/**
 * ost_api_push_work:
 * @self: the API
 * @func: runs on a worker
 * @data: for @func
 */
void ost_api_push_work (OstApi *self, void (*func) (gpointer data), gpointer data);

/* ost-api-access.c */

#define OST_API_NO_GROUP (-1)

/**
 * OstApiGroups:
 * @operators: whose members may act, %OST_API_NO_GROUP for nobody
 * @viewers: whose members may read
 *
 * Looked up when the configuration is read: where groups are in a directory, that may take long.
 */
typedef struct {
  gint64 operators;
  gint64 viewers;
} OstApiGroups;

void ost_api_groups_look_up (OstApiGroups *self, OstSettings *api);

/**
 * ost_api_may:
 * @allowed: the groups of `[api]`
 * @message: the message
 * @right: what it takes
 *
 * Returns: whether the peer of the Unix socket has the right: root and the service's own user all,
 *   members of `operators=` may act and read, those of `viewers=` may read; nobody on TCP
 */
gboolean ost_api_may (const OstApiGroups *allowed, SoupServerMessage *message, OstApiRight right);

/**
 * ost_api_describe_peer:
 * @message: a message
 *
 * Returns: (transfer full): who asks, for the audit trail
 */
char *ost_api_describe_peer (SoupServerMessage *message);

/* ost-api-answer.c */

/**
 * ost_api_follow:
 * @message: a message that has just begun
 *
 * Remembers with the message when it is over: its peer may go, and the service may stop, while a
 * worker makes the answer.
 */
void ost_api_follow (SoupServerMessage *message);

/**
 * OstApiOver:
 * @message: a message
 * @data: the caller's
 *
 * Nobody waits for the answer any more.
 */
typedef void (*OstApiOver) (SoupServerMessage *message, gpointer data);

/**
 * ost_api_watch:
 * @message: a message
 * @func: called once when it is over: answered, its peer gone, or the service about to stop
 * @data: for @func
 */
void ost_api_watch (SoupServerMessage *message, OstApiOver func, gpointer data);

/**
 * ost_api_unwatch:
 * @message: a message
 * @data: of ost_api_watch(), and of any other handler: all of them are gone
 */
void ost_api_unwatch (SoupServerMessage *message, gpointer data);

/**
 * ost_api_pause:
 * @message: a message
 *
 * Nothing of its answer is sent before ost_api_resume(). Without effect on one that is over.
 */
void ost_api_pause (SoupServerMessage *message);
void ost_api_resume (SoupServerMessage *message);

void ost_api_answer_node (SoupServerMessage *message, guint status, JsonNode *node);
void ost_api_answer_error (SoupServerMessage *message, const GError *error);
void ost_api_answer_problem (SoupServerMessage *message, guint status, const char *title,
                             const char *detail);

/**
 * OstApiWork:
 * @data: the caller's
 * @error: return location for an error
 *
 * Runs on a worker.
 *
 * Returns: (transfer full): the answer's document, or %NULL
 */
typedef JsonNode *(*OstApiWork) (gpointer data, GError **error);

/**
 * ost_api_answer_later:
 * @api: the API
 * @message: the message; paused until the worker has answered
 * @work: makes the answer on a worker
 * @data: for @work
 * @destroy: frees @data
 */
void ost_api_answer_later (OstApi *api, SoupServerMessage *message, OstApiWork work, gpointer data,
                           GDestroyNotify destroy);

/* ost-api-devices.c, ost-api-tasks.c */

void ost_api_list_devices (const OstApiRequest *request);
void ost_api_list_events (const OstApiRequest *request);
void ost_api_run_sync (const OstApiRequest *request);
void ost_api_run_check (const OstApiRequest *request);

/* ost-api-peers.c */

/**
 * ost_api_admit:
 * @message: a message that has just begun
 * @n_peers: how many there are; counted up, and down again when it is over
 * @patience_ms: how long the request may take to arrive
 *
 * Neither libsoup nor the kernel limits what peers may keep open: who asks for nothing is sent
 * away after a while, and where there are too many, whoever comes.
 */
void ost_api_admit (SoupServerMessage *message, guint *n_peers, guint patience_ms);

/* ost-api-disconnect.c */
void ost_api_disconnect (const OstApiRequest *request);

G_END_DECLS
