/* ost-pipe.h: what the two ends of an exchange share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ost-call-private.h"

G_BEGIN_DECLS

/* The most that one push may bring, and the most that waits for the reader. */
#define OST_PIPE_MAX_PUSH (256 * 1024)
#define OST_PIPE_CAPACITY (512 * 1024)

/* A request's reply on its way from the I/O thread to a worker. Members below the mutex are
 * guarded by it; those above never change. */
typedef struct {
  gatomicrefcount references;
  const OstClock *clock;
  OstRequest *request;
  char *connection;
  OstCounters *counters;
  GCancellable *cancellable;
  OstCredentials credentials;

  GMutex mutex;
  GCond cond;
  gboolean has_head;
  guint status;
  GStrv headers;
  char *ring;
  gsize capacity;
  gsize start;
  gsize used;
  guint64 received;
  gboolean is_paused;
  gboolean is_abandoned;
  gboolean is_finished;
  GError *failure;
  GMainContext *context;
  GSourceFunc resume;
  gpointer resume_data;
  GDestroyNotify resume_destroy;
} OstPipe;

OstPipe *ost_pipe_new (const OstClock *clock, const char *connection, OstRequest *request,
                       OstCounters *counters);
OstPipe *ost_pipe_ref (OstPipe *self);
void ost_pipe_unref (OstPipe *self);
void ost_pipe_resume_locked (OstPipe *self);
void ost_pipe_abandon (OstPipe *self);

OstTransfer *ost_transfer_new (OstPipe *pipe);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstPipe, ost_pipe_unref)

G_END_DECLS
