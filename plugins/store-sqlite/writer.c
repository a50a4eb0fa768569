/* writer.c: writers take turns, and their log is written back meanwhile */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "writer.h"

#include <ostiary/ostiary.h>

struct _Writer {
  Database *database;
  gboolean is_durable;

  GMutex turn_mutex; /* guards the two numbers */
  GCond turn_changed;
  guint64 next_turn;
  guint64 turn;

  GMutex log_mutex; /* guards the five below */
  GCond log_changed;
  int log_pages;      /* in the log, since it last began from its start */
  int pages_looked;   /* of those, how many the thread has tried to write back */
  int pages_relieved; /* and how many a job has, while it wrote nothing */
  gboolean is_closing;
  GThread *thread;

  GMutex checkpoint_mutex; /* guards its connection */
  Database *checkpointer;
};

/* A log of 4 MiB is worth writing back; a job of many transactions stops at 32 MiB until it is. */
#define PAGES_TO_WRITE_BACK 1000
#define PAGES_TO_STOP_AT 8000

/* With the log's mutex held. While an old reader keeps the log from beginning anew, only what has
 * come since the last time is worth another look. */
static gboolean
is_worth_a_look (Writer *self)
{
  return self->log_pages - self->pages_looked >= PAGES_TO_WRITE_BACK;
}

static int
note_commit_cb (void *data, sqlite3 *handle, const char *name, int pages)
{
  Writer *self = data;

  g_mutex_lock (&self->log_mutex);
  if (pages < self->log_pages)
    self->pages_looked = self->pages_relieved = 0;
  self->log_pages = pages;
  if (is_worth_a_look (self))
    g_cond_signal (&self->log_changed);
  g_mutex_unlock (&self->log_mutex);
  return SQLITE_OK;
}

/* Passive: waits for nobody and nobody waits for it. What is left over is for the next time. */
static void
write_back (Writer *self)
{
  g_mutex_lock (&self->checkpoint_mutex);
  sqlite3_wal_checkpoint_v2 (database_get_handle (self->checkpointer), NULL,
                             SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
  g_mutex_unlock (&self->checkpoint_mutex);
}

static gpointer
write_back_cb (gpointer data)
{
  Writer *self = data;

  g_mutex_lock (&self->log_mutex);
  while (!self->is_closing)
    {
      if (!is_worth_a_look (self))
        {
          g_cond_wait (&self->log_changed, &self->log_mutex);
          continue;
        }
      self->pages_looked = self->log_pages;
      g_mutex_unlock (&self->log_mutex);
      write_back (self);
      g_mutex_lock (&self->log_mutex);
    }
  g_mutex_unlock (&self->log_mutex);
  return NULL;
}

Writer *
writer_new (Database *database, GError **error)
{
  g_autoptr (Writer) self = g_new0 (Writer, 1);

  self->database = database;
  g_mutex_init (&self->turn_mutex);
  g_cond_init (&self->turn_changed);
  g_mutex_init (&self->log_mutex);
  g_cond_init (&self->log_changed);
  g_mutex_init (&self->checkpoint_mutex);
  self->checkpointer = database_open (database_get_path (database), DATABASE_WRITER, error);
  if (self->checkpointer == NULL)
    return NULL;
  sqlite3_wal_hook (database_get_handle (database), note_commit_cb, self);
  self->thread = g_thread_new ("ost-store", write_back_cb, self);
  return g_steal_pointer (&self);
}

void
writer_free (Writer *self)
{
  if (self->thread != NULL)
    {
      g_mutex_lock (&self->log_mutex);
      self->is_closing = TRUE;
      g_cond_signal (&self->log_changed);
      g_mutex_unlock (&self->log_mutex);
      g_thread_join (self->thread);
    }
  g_clear_pointer (&self->checkpointer, database_close);
  g_clear_pointer (&self->database, database_close);
  g_mutex_clear (&self->turn_mutex);
  g_cond_clear (&self->turn_changed);
  g_mutex_clear (&self->log_mutex);
  g_cond_clear (&self->log_changed);
  g_mutex_clear (&self->checkpoint_mutex);
  g_free (self);
}

/* The thread alone never gets to the end of a log that goes on growing, and only at its end can the
 * log begin anew. */
void
writer_relieve (Writer *self)
{
  gboolean is_long;

  g_mutex_lock (&self->log_mutex);
  is_long = self->log_pages - self->pages_relieved >= PAGES_TO_STOP_AT;
  if (is_long)
    self->pages_looked = self->pages_relieved = self->log_pages;
  g_mutex_unlock (&self->log_mutex);
  if (is_long)
    write_back (self);
}

static void
take_turn (Writer *self)
{
  guint64 turn;

  g_mutex_lock (&self->turn_mutex);
  turn = self->next_turn++;
  while (self->turn != turn)
    g_cond_wait (&self->turn_changed, &self->turn_mutex);
  g_mutex_unlock (&self->turn_mutex);
}

static void
give_turn (Writer *self)
{
  g_mutex_lock (&self->turn_mutex);
  self->turn++;
  g_cond_broadcast (&self->turn_changed);
  g_mutex_unlock (&self->turn_mutex);
}

void
writer_shrink (Writer *self)
{
  take_turn (self);
  database_shrink (self->database);
  give_turn (self);
}

static gboolean
begin (Writer *self, TransactionFlags flags, GError **error)
{
  gboolean is_durable = flags == TRANSACTION_DURABLE;

  if (is_durable != self->is_durable
      && !database_run (self->database,
                        is_durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                        error))
    return FALSE;
  self->is_durable = is_durable;
  return database_run (self->database, "BEGIN IMMEDIATE", error);
}

gboolean
transaction_begin (Transaction *self, Writer *writer, TransactionFlags flags, GError **error)
{
  if (writer == NULL)
    {
      g_set_error_literal (error, OST_ERROR, OST_ERROR_DENIED,
                           "cannot change the store: it was opened for reading only");
      return FALSE;
    }
  take_turn (writer);
  if (!begin (writer, flags, error))
    {
      give_turn (writer);
      return FALSE;
    }
  self->writer = writer;
  self->database = writer->database;
  return TRUE;
}

gboolean
transaction_commit (Transaction *self, GError **error)
{
  if (!database_run (self->database, "COMMIT", error))
    return FALSE;
  give_turn (self->writer);
  self->writer = NULL;
  self->database = NULL;
  return TRUE;
}

void
transaction_clear (Transaction *self)
{
  if (self->writer == NULL)
    return;
  /* It may have rolled back by itself, as after SQLITE_FULL. */
  if (!sqlite3_get_autocommit (database_get_handle (self->database)))
    database_run (self->database, "ROLLBACK", NULL);
  give_turn (self->writer);
  self->writer = NULL;
  self->database = NULL;
}

gboolean
transaction_is_wanted (Transaction *self)
{
  gboolean is_wanted;

  g_mutex_lock (&self->writer->turn_mutex);
  is_wanted = self->writer->next_turn - self->writer->turn > 1;
  g_mutex_unlock (&self->writer->turn_mutex);
  return is_wanted;
}
