/* remoting-fake.h: a call whose requests are answered by the test, in the same thread */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "psrp-fragment.h"
#include "runspace.h"

G_BEGIN_DECLS

#define FAKE_URI "https://ex1.contoso.com/PowerShell/"

typedef struct _FakeServer FakeServer;

/* What was asked. */
typedef struct {
  const char *operation; /* the last part of the action */
  const char *message_id;
  const char *shell_id;   /* NULL for Create */
  const char *command_id; /* NULL for the pool */
  const char *cookie;
  const char *body;
  const char *base64; /* creationXml, Arguments or Stream */
} FakeRequest;

/* What is answered: all but @failure goes out first. Without a status there is no head either. */
typedef struct {
  guint status;
  GPtrArray *headers;
  GString *body;
  GError *failure;
  gboolean never; /* nothing, ever */
} FakeReply;

typedef void (*FakeAnswerFunc) (FakeServer *self, const FakeRequest *request, FakeReply *reply);

struct _FakeServer {
  OstCall *call;
  GCancellable *cancellable;
  OstSettings *settings;
  FakeAnswerFunc answer; /* NULL: fake_server_answer() */
  gpointer data;

  /* What happened. */
  GString *log;       /* the operations, a blank between */
  GHashTable *kept;   /* sessions that are written down */
  GPtrArray *details; /* what each was written down with, in order */
  GString *warnings;
  gboolean refuses_sessions;

  /* What fake_server_answer() needs. */
  char *shell_id;
  char *command_id;
  guint8 pool[OST_PSRP_GUID_SIZE];
  guint8 pipeline[OST_PSRP_GUID_SIZE];
  guint64 object_id;
  GByteArray *sent;     /* what came by Create, Command and Send, decoded */
  GQueue *pipeline_out; /* GBytes, one for each reply to Receive; the last one says Done */
  GByteArray *filling;
};

FakeServer *fake_server_new (void);
void fake_server_free (FakeServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeServer, fake_server_free)

/* Another call with the same server behind it, as an operation that follows has. */
void fake_server_renew_call (FakeServer *self);

OstRunspaceOptions fake_options (void);

/* A well-behaved server. */
void fake_server_answer (FakeServer *self, const FakeRequest *request, FakeReply *reply);

/* Adds a message of the pipeline to what the next reply brings, in fragments of @fragment_size. */
void fake_server_add (FakeServer *self, guint32 type, const char *xml);
void fake_server_add_raw (FakeServer *self, const guint8 *bytes, gsize length);
/* What was added so far is one reply. */
void fake_server_end_reply (FakeServer *self);

/* A message in one fragment, of the pool if @pipeline is NULL. */
void fake_append_message (GByteArray *bytes, guint64 object_id, guint32 type, const guint8 *pool,
                          const guint8 *pipeline, const char *xml, gsize fragment_size);

void fake_reply_envelope (FakeReply *reply, const FakeRequest *request, const char *body);
void fake_reply_stream (FakeReply *reply, const FakeRequest *request, const char *command_id,
                        const guint8 *bytes, gsize length, gboolean is_done);
void fake_reply_fault (FakeReply *reply, const FakeRequest *request, guint32 code,
                       const char *text);
void fake_reply_text (FakeReply *reply, guint status, const char *content_type, const char *text);

#define FAKE_STATE(number)                                                                         \
  "<Obj RefId=\"0\"><MS><I32 N=\"PipelineState\">" #number "</I32></MS></Obj>"

G_END_DECLS
