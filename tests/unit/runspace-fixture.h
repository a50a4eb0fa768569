/* runspace-fixture.h: a session with the fake server, and what came of its pipelines */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "remoting-fake.h"

G_BEGIN_DECLS

/* What a sink saw, as text. */
typedef struct {
  FakeServer *server;
  GString *text;
  guint64 stop_at; /* refuses the output of this number */
  gboolean cancels;
  gsize log_at_first; /* how long the log was when the first output came */
  guint64 n;
} Seen;

extern const OstPipelineSink fixture_sink;

/* A session that has to open; and its end, after which none is written down. */
OstRunspace *fixture_open (FakeServer *server);
void fixture_close (OstRunspace *runspace, FakeServer *server);

/* Runs Get-MobileDevice. */
gboolean fixture_run (OstRunspace *runspace, FakeServer *server, Seen *seen,
                      OstPipelineResult *result, GError **error);

/* Four replies to come: three of two outputs each, then the state Stopped. */
void fixture_prepare_outputs (FakeServer *server);

G_END_DECLS
