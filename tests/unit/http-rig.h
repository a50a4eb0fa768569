/* http-rig.h: a transport plugin on an I/O thread, driven through calls */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"

typedef struct {
  char *id;
  gboolean is_ok;
  char *detail;
  char *remedy;
} Step;

typedef struct {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  OstTransport *transport;
  OstSettings *settings;
  GCancellable *cancellable;
  OstCounters *counters;
  OstCall *call;
  const char *user;
  OstSecret *secret;
  const char *const *methods;
  GPtrArray *steps;
} Rig;

/* Loads the plugin that OST_TEST_TRANSPORT names; then key and value of settings, and NULL. */
Rig *rig_new (const char *key, ...);
/* Likewise, for settings that must be refused. */
GError *rig_fail (const char *key, const char *value);
void rig_free (Rig *self);
/* From the next request on; NULL for nobody. */
void rig_sign_in (Rig *self, const char *user, const char *secret);
/* Ends the call and begins another. */
void rig_renew_call (Rig *self);
/* Waits until the I/O thread has nothing left to do. */
void rig_wait_until_done (Rig *self);
void rig_shut_down (Rig *self);
gboolean rig_probe (Rig *self, const char *uri, GError **error);

OstRequest *rig_request (const char *method, const char *uri, const char *body);
OstExchange *rig_begin (Rig *self, OstRequest *request);
/* Sends and reads all: the body, or NULL with an error. */
char *rig_fetch (Rig *self, OstRequest *request, guint *status, GError **error);
/* A POST of "hello" that may not be repeated, or a GET that may. */
char *rig_post (Rig *self, const char *uri, GError **error);
char *rig_get (Rig *self, const char *uri, GError **error);

/* What most tests have: a transport without settings, and what the last request gave. */
typedef struct {
  Rig *rig;
  GError *error;
  char *body;
} Fixture;

void fixture_set_up (Fixture *fixture, gconstpointer data);
void fixture_tear_down (Fixture *fixture, gconstpointer data);
/* In place of the rig that there is. */
void fixture_set_rig (Fixture *fixture, Rig *rig);

/* A POST that has to succeed; what it brings is in the fixture. */
void fixture_post (Fixture *fixture, const char *uri);

void assert_mentions (const GError *error, const char *text);
/* Every message says which connection, which method, which host and port, and what to do. */
void assert_told (Fixture *fixture, guint16 port, OstErrorCode code, const char *method);

#define ADD(path, function, data)                                                                  \
  g_test_add (path, Fixture, data, fixture_set_up, function, fixture_tear_down)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Rig, rig_free)
