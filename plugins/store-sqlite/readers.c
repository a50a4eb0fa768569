/* readers.c: connections that see one committed state each, kept for the next reader */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "readers.h"

/* A burst of readers leaves only some behind. */
#define MAX_IDLE 4

struct _Readers {
  char *path;
  GMutex mutex;
  GPtrArray *idle;
};

Readers *
readers_new (const char *path)
{
  Readers *self = g_new0 (Readers, 1);

  self->path = g_strdup (path);
  g_mutex_init (&self->mutex);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)database_close);
  return self;
}

void
readers_free (Readers *self)
{
  g_ptr_array_unref (self->idle);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self);
}

static Database *
take_idle (Readers *self)
{
  Database *database = NULL;

  g_mutex_lock (&self->mutex);
  if (self->idle->len > 0)
    database = g_ptr_array_steal_index_fast (self->idle, self->idle->len - 1);
  g_mutex_unlock (&self->mutex);
  return database;
}

gboolean
reader_begin (Reader *self, Readers *readers, GCancellable *cancellable, GError **error)
{
  g_autoptr (Database) database = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  database = take_idle (readers);
  if (database == NULL)
    database = database_open (readers->path, DATABASE_READER, error);
  if (database == NULL || !database_run (database, "BEGIN", error))
    return FALSE;
  database_watch (database, cancellable);
  self->readers = readers;
  self->database = g_steal_pointer (&database);
  return TRUE;
}

void
reader_clear (Reader *self)
{
  Readers *readers = g_steal_pointer (&self->readers);
  g_autoptr (Database) database = g_steal_pointer (&self->database);

  if (database == NULL)
    return;
  database_watch (database, NULL);
  if (!database_run (database, "COMMIT", NULL))
    return;
  database_shrink (database);
  g_mutex_lock (&readers->mutex);
  if (readers->idle->len < MAX_IDLE)
    g_ptr_array_add (readers->idle, g_steal_pointer (&database));
  g_mutex_unlock (&readers->mutex);
}
