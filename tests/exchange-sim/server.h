/* server.h: the HTTP side of the simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fault-plan.h"
#include "ledger.h"
#include "wsman.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/**
 * SimServer:
 * @shape: of the world
 * @world: the world
 * @wsman: its shells
 * @faults: what shall go wrong
 * @ledger: what came in
 * @soup: the HTTP server
 * @generation: counts worlds: a reset makes another
 * @user: who may sign in
 * @password: with which password
 *
 * All that a running simulator is.
 */
typedef struct {
  SimShape shape;
  SimWorld *world;
  SimWsman *wsman;
  SimFaultPlan *faults;
  SimLedger *ledger;
  SoupServer *soup;
  guint generation;
  char *user;
  char *password;
} SimServer;

SimServer *sim_server_new (const SimShape *shape, const SimWsmanOptions *options, const char *user,
                           const char *password);
void sim_server_free (SimServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimServer, sim_server_free)
/* Forgets all changes, shells, faults and counts. */
void sim_server_reset (SimServer *server);

/* Limits hold for every route. */
void sim_server_add_route (SimServer *server, const char *path, SoupServerCallback handler);
/* control.c: the routes that tests steer it by */
void sim_server_add_control (SimServer *server);

G_END_DECLS
