/* ost-report.c: how a task went */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-task.h"

static void
free_step (gpointer data)
{
  OstStep *step = data;

  g_free (step->id);
  g_free (step->detail);
  g_free (step->remedy);
  g_free (step);
}

OstReport *
ost_report_new (OstTaskKind kind, const char *connection)
{
  OstReport *self = g_new0 (OstReport, 1);

  self->kind = kind;
  self->connection = g_strdup (connection);
  self->warnings = g_ptr_array_new_with_free_func (g_free);
  self->steps = g_ptr_array_new_with_free_func (free_step);
  return self;
}

void
ost_report_free (OstReport *self)
{
  g_free (self->connection);
  g_ptr_array_unref (self->warnings);
  g_ptr_array_unref (self->steps);
  g_free (self);
}

void
ost_report_add_step (OstReport *self, const char *id, gboolean is_ok, const char *detail,
                     const char *remedy)
{
  OstStep *step = g_new0 (OstStep, 1);

  step->id = g_strdup (id);
  step->is_ok = is_ok;
  step->detail = g_strdup (detail);
  step->remedy = g_strdup (remedy);
  g_ptr_array_add (self->steps, step);
}

gboolean
ost_report_is_ok (const OstReport *self)
{
  if (self->kind != OST_TASK_CHECK)
    return self->held == 0 && self->is_complete;
  for (guint i = 0; i < self->steps->len; i++)
    if (!((const OstStep *)self->steps->pdata[i])->is_ok)
      return FALSE;
  return self->steps->len > 0;
}
