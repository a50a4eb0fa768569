/* reconcile.c: the order of work when a full listing becomes the inventory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "garbage.h"
#include "reconciliation.h"

static const char run_sql[]
  = "SELECT r.fence, c.name FROM run r JOIN connection c ON c.id = r.connection WHERE r.id = ?";

static void
reconciliation_clear (Reconciliation *self)
{
  if (self->staging != NULL && self->staging->database != NULL)
    database_watch (self->staging->database, NULL);
  g_clear_pointer (&self->staging, staging_unlock);
  g_clear_pointer (&self->name, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reconciliation, reconciliation_clear)

static gboolean
read_run (Reconciliation *self, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (!reader_begin (&reader, self->store->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, run_sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->run);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  self->fence = statement_get_number (statement, 0);
  self->name = statement_dup_text (statement, 1);
  return TRUE;
}

static gboolean
work (Reconciliation *self, OstReconcileResult *result, GError **error)
{
  if (!staging_get_compared (self->staging, &self->compared, error)
      || !application_undo (self, error))
    return FALSE;
  if (self->compared == 0 && !comparison_run (self, error))
    return FALSE;
  return comparison_read_result (self, result, error) && application_run (self, error)
         && publication_run (self, result, error);
}

static gboolean
reconcile (OstStore *store, gint64 run, const OstReconcileOptions *options,
           OstReconcileResult *result, GCancellable *cancellable, GError **error)
{
  g_auto (Reconciliation) self = {
    .store = OST_STORE_SQLITE (store),
    .run = run,
    .options = options,
    .cancellable = cancellable,
  };
  g_auto (OstReconcileResult) found = { 0 };

  *result = (OstReconcileResult){ 0 };
  self.staging = staging_lock_for_run (self.store, run, &self.connection, error);
  if (self.staging == NULL || !read_run (&self, error))
    return FALSE;
  database_watch (self.staging->database, cancellable);
  if (!work (&self, &found, error))
    return FALSE;
  *result = found;
  found.hold_reason = NULL;
  staging_reset (self.staging);
  /* What nobody sees any more may stay, for instance where the disk is full: it goes next time. */
  garbage_collect (self.store, self.connection, cancellable, NULL);
  writer_shrink (self.store->writer);
  return TRUE;
}

void
reconcile_fill_interface (OstStoreInterface *iface)
{
  iface->reconcile = reconcile;
}
