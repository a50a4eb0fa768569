/* ost-check.c: goes through a connection step by step and changes nothing */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-sync.h"

/* Steps that failed are told apart from a check that could not be made. */
static void
add_failed_step (OstJob *job, const char *id, const GError *error)
{
  const char *remedy = ost_error_get_remedy (error);

  g_mutex_lock (&job->mutex);
  ost_report_add_step (job->report, id, FALSE, error->message, remedy);
  g_mutex_unlock (&job->mutex);
}

static gboolean
has_failed_step (OstJob *job)
{
  for (guint i = 0; i < job->report->steps->len; i++)
    if (!((const OstStep *)job->report->steps->pdata[i])->is_ok)
      return TRUE;
  return FALSE;
}

static gboolean
ignore_object (OstObject *object, gpointer user_data, GError **error)
{
  return TRUE;
}

static const char *
find_failed_id (const GError *error)
{
  if (g_error_matches (error, OST_ERROR, OST_ERROR_SIGN_IN))
    return "authentication";
  if (g_error_matches (error, OST_ERROR, OST_ERROR_DENIED))
    return "authorisation";
  if (g_error_matches (error, OST_ERROR, OST_ERROR_THROTTLED))
    return "throttling";
  return "shell";
}

gboolean
ost_check_run (OstJob *job, GError **error)
{
  g_autoptr (OstConversation) conversation = NULL;
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_GRANT, NULL);
  g_autoptr (GError) failure = NULL;

  if (!ost_connection_load_credentials (job->connection, job->task.is_explicit, &failure))
    {
      add_failed_step (job, "secret", failure);
      return TRUE;
    }
  conversation = ost_conversation_open (job, &failure);
  if (conversation != NULL
      && (ost_conversation_execute (conversation, operation, ignore_object, NULL, &failure)
          || g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_SUPPORTED)))
    {
      if (job->report->steps->len == 0)
        ost_report_add_step (job->report, "open", TRUE, "the backend answers", NULL);
      return TRUE;
    }
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  /* The backend may have said it already, in a step of its own. */
  if (!has_failed_step (job))
    add_failed_step (job, find_failed_id (failure), failure);
  return TRUE;
}
