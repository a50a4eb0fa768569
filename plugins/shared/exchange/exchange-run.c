/* exchange-run.c: runs a query and says whether its answer is the whole truth */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <string.h>

#include "exchange-query.h"

/* What a cmdlet gives at most where the size of its result was not said. */
#define DEFAULT_RESULT_SIZE 1000

typedef struct {
  const OstExchangeQuery *query;
  OstCall *call;
  guint64 n_emitted;
  guint64 n_unknown;   /* rows without a GUID */
  guint64 n_corrupted; /* rows that Exchange does not hold to be sound */
  char *corrupted;     /* GUID of the first of them */
  guint n_corruptions; /* its warnings about them */
  guint n_failures;
  GError *failure; /* the first one */
  gboolean is_binding;
  gboolean is_truncated;
  gboolean is_over_limit;
} Answer;

static void
clear_answer (Answer *answer)
{
  g_clear_error (&answer->failure);
  g_clear_pointer (&answer->corrupted, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Answer, clear_answer)

static void
note_domain_controller (Answer *answer, const OstObject *object)
{
  const char *name;

  if (answer->n_emitted > 0 || answer->query->view != OST_EXCHANGE_VIEW_DEVICE)
    return;
  name = ost_object_get_text (object, OST_DEVICE_ORIGINATING_SERVER);
  if (name != NULL)
    ost_call_note (answer->call, "domain-controller", name);
}

static gboolean
take_object (OstObject *object, gboolean is_valid, gpointer user_data, GError **error)
{
  Answer *answer = user_data;
  const char *guid = ost_object_get_text (object, OST_EXCHANGE_GUID_FIELD);

  if (guid == NULL)
    {
      answer->n_unknown++;
      return TRUE;
    }
  if (answer->query->is_get && answer->n_emitted > 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "one object was asked for by its id, and Exchange gave several");
      return FALSE;
    }
  if (answer->query->limit > 0 && answer->n_emitted >= answer->query->limit)
    {
      answer->is_over_limit = TRUE;
      g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE, "the listing reached its limit");
      return FALSE;
    }
  if (!is_valid && answer->n_corrupted++ == 0)
    answer->corrupted = g_strdup (guid);
  note_domain_controller (answer, object);
  if (!ost_call_emit (answer->call, object, error))
    return FALSE;
  answer->n_emitted++;
  return TRUE;
}

static void
take_failure (const OstExchangeFailure *failure, gpointer user_data)
{
  Answer *answer = user_data;

  if (answer->n_failures++ > 0)
    return;
  answer->failure = ost_exchange_failure_to_error (failure, answer->query->command);
  answer->is_binding = ost_exchange_failure_is_binding (failure);
}

static void
take_warning (const char *text, gpointer user_data)
{
  Answer *answer = user_data;
  g_autofree char *line = NULL;

  switch (ost_exchange_warning_classify (text, answer->query->command))
    {
    case OST_EXCHANGE_WARNING_TRUNCATED:
      answer->is_truncated = TRUE;
      break;
    case OST_EXCHANGE_WARNING_CORRUPTED:
      answer->n_corruptions++;
      break;
    case OST_EXCHANGE_WARNING_DELAYED:
      ost_call_warn (answer->call, "Exchange slows this account down: its throttling policy is "
                                   "used up");
      break;
    case OST_EXCHANGE_WARNING_DEPRECATED:
    case OST_EXCHANGE_WARNING_NOT_MODIFIED:
      break;
    case OST_EXCHANGE_WARNING_OTHER:
      line = ost_exchange_tidy_text (text);
      ost_call_warn (answer->call, "Exchange warns: %s", line);
      break;
    }
}

static void
warn_at_end (const Answer *answer)
{
  const char *cmdlet = ost_exchange_command_get_cmdlet (answer->query->command)->name;

  if (answer->n_corrupted > 0)
    ost_call_warn (answer->call,
                   "%s: Exchange holds %" G_GUINT64_FORMAT " of its objects to be corrupted, the "
                   "first is %s; they were taken as they are",
                   cmdlet, answer->n_corrupted, answer->corrupted);
  else if (answer->n_corruptions > 0)
    ost_call_warn (answer->call, "%s: Exchange warns of %u corrupted objects", cmdlet,
                   answer->n_corruptions);
  if (answer->n_unknown > 0)
    ost_call_warn (answer->call, "%s gave %" G_GUINT64_FORMAT " objects without a Guid", cmdlet,
                   answer->n_unknown);
  if (answer->n_emitted == DEFAULT_RESULT_SIZE && answer->query->limit == 0)
    ost_call_warn (answer->call,
                   "%s gave exactly %d objects, which is where Exchange cuts listings off that are "
                   "not asked for in full; this one was",
                   cmdlet, DEFAULT_RESULT_SIZE);
}

/* A mailbox database or a directory server that is away says nothing of the session, for which the
 * same codes stand. */
static gboolean
is_about_one_place (const GError *error)
{
  return g_error_matches (error, OST_ERROR, OST_ERROR_UNAVAILABLE)
         || g_error_matches (error, OST_ERROR, OST_ERROR_TIMED_OUT);
}

static gboolean
fail_for_failures (const Answer *answer, GError **error)
{
  const char *cmdlet = ost_exchange_command_get_cmdlet (answer->query->command)->name;

  if (answer->n_emitted == 0 && answer->is_binding && answer->query->is_timed)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                   "this server does not let %s filter by that time: %s", cmdlet,
                   answer->failure->message);
      return FALSE;
    }
  if (answer->n_emitted == 0 && (answer->query->is_get || !is_about_one_place (answer->failure)))
    {
      g_propagate_error (error, g_error_copy (answer->failure));
      return FALSE;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
               "%s gave %" G_GUINT64_FORMAT " objects and %u error%s, the first: %s", cmdlet,
               answer->n_emitted, answer->n_failures, answer->n_failures > 1 ? "s" : "",
               answer->failure->message);
  return FALSE;
}

static gboolean
judge_answer (const Answer *answer, gboolean is_completed, GError **error)
{
  const OstExchangeQuery *query = answer->query;
  const char *cmdlet = ost_exchange_command_get_cmdlet (query->command)->name;

  if (answer->n_failures > 0)
    return fail_for_failures (answer, error);
  if (!is_completed)
    g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE, "%s was ended without a reason", cmdlet);
  else if (query->limit > 0 && answer->n_emitted >= query->limit)
    g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                 "%s gave the %" G_GUINT64_FORMAT " objects that it was limited to", cmdlet,
                 query->limit);
  else if (answer->is_truncated)
    g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                 "Exchange cut %s off after %" G_GUINT64_FORMAT " objects, although all were asked "
                 "for",
                 cmdlet, answer->n_emitted);
  else if (answer->n_unknown > 0 && query->view != OST_EXCHANGE_VIEW_STATISTICS)
    g_set_error (error, OST_ERROR, OST_ERROR_INCOMPLETE,
                 "%s gave %" G_GUINT64_FORMAT " objects without a Guid to know them by", cmdlet,
                 answer->n_unknown);
  else if (query->is_get && answer->n_emitted == 0)
    g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND, "%s found nothing with this id", cmdlet);
  else
    return TRUE;
  return FALSE;
}

gboolean
ost_exchange_query_run (const OstExchangeQuery *self, OstExchangeLink *link, OstCall *call,
                        guint64 *n_emitted, GError **error)
{
  static const OstExchangeSink sink
    = { .object = take_object, .failure = take_failure, .warning = take_warning };
  g_auto (Answer) answer = { .query = self, .call = call };
  g_autoptr (GError) link_error = NULL;
  gboolean is_completed;

  g_return_val_if_fail (self != NULL && link != NULL && n_emitted != NULL, FALSE);

  if (!ost_exchange_link_run (link, self->command, self->view, &sink, &answer, call, &is_completed,
                              &link_error)
      && !answer.is_over_limit)
    {
      *n_emitted = answer.n_emitted;
      g_propagate_error (error, g_steal_pointer (&link_error));
      return FALSE;
    }
  *n_emitted = answer.n_emitted;
  warn_at_end (&answer);
  return judge_answer (&answer, is_completed || answer.is_over_limit, error);
}
