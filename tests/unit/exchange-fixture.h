/* exchange-fixture.h: an Exchange made of CLIXML snippets, and a call that keeps what it gets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-call-private.h"
#include "plugins/shared/exchange/exchange-link.h"

/* Wraps properties the way the wire does. */
#define ROW(properties) "<Obj RefId=\"0\"><Props>" properties "</Props></Obj>"
#define GUID_1 "0f8fad5b-d9cb-469f-a165-70867728950e"
#define GUID_2 "7c9e6679-7425-40de-944b-e07fc1f90ae7"

/* Reads one object of a view; fails the test where it cannot be read. */
OstObject *fixture_map (OstExchangeView view, const char *xml, gboolean *is_valid);
OstObject *fixture_try_map (OstExchangeView view, const char *xml, gboolean *is_valid,
                            GError **error);

/* One answer of the fake link, to the next command. */
typedef struct {
  const char *command;        /* how it must be asked, as fixture_describe() says it */
  const char *const *outputs; /* CLIXML */
  OstExchangeFailure failures[3];
  guint n_failures;
  const char *warning;
  gboolean is_failed; /* the cmdlet did not come to its end */
  GError *link_error; /* the session is lost after the outputs */
} FixtureAnswer;

typedef struct {
  OstExchangeLink link;
  const FixtureAnswer *answers;
  guint n_answers;
  guint n_asked;
} FixtureLink;

void fixture_link_init (FixtureLink *link, const FixtureAnswer *answers, guint n_answers);
/* Fails the test where an answer was not asked for. */
void fixture_link_finish (FixtureLink *link);
char *fixture_describe (const OstExchangeCommand *command);

typedef struct {
  OstSettings *settings;
  OstCall *call;
  GCancellable *cancellable;
  GPtrArray *objects;
  GPtrArray *warnings;
  GPtrArray *notes; /* name=value */
  GPtrArray *steps; /* + or -, id: detail */
  guint stop_after; /* objects that are wanted, 0 for all */
} Fixture;

void fixture_init (Fixture *fixture);
void fixture_clear (Fixture *fixture);
/* Whether one of the texts has these words in it. */
gboolean fixture_has (GPtrArray *texts, const char *words);
