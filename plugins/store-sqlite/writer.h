/* writer.h: writers take turns, and their log is written back meanwhile */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/**
 * Writer:
 *
 * The one connection of this process that changes the main file. Whoever wants it gets it in the
 * order of asking: one that comes back at once cannot keep the others out.
 */
typedef struct _Writer Writer;

/**
 * writer_new:
 * @database: (transfer full): a writer's connection
 * @error: return location
 *
 * Returns: (transfer full): the writer, with a thread of its own that writes the log back into the
 *   file, so that no transaction has to wait for the disk
 */
Writer *writer_new (Database *database, GError **error);
void writer_free (Writer *self);

/**
 * writer_relieve:
 * @self: a writer that the caller does not hold
 *
 * For a job of many transactions: between two of them, waits until the log is short again.
 */
void writer_relieve (Writer *self);

/**
 * writer_shrink:
 * @self: a writer that the caller does not hold
 *
 * After a long job: gives back memory that the next small transactions do not need.
 */
void writer_shrink (Writer *self);

/**
 * TransactionFlags:
 * @TRANSACTION_NORMAL: survives the end of the process, and leaves a sound file behind a power
 *   failure
 * @TRANSACTION_DURABLE: is on the disk when it is committed
 */
typedef enum {
  TRANSACTION_NORMAL,
  TRANSACTION_DURABLE,
} TransactionFlags;

/**
 * Transaction:
 * @database: the connection to use
 *
 * A transaction that can write; g_auto rolls back what was not committed. The connection's next user
 * may be another thread, so every statement must be reset before the end: statements belong into
 * functions that are called in between.
 */
typedef struct {
  Database *database;
  /*< private >*/
  Writer *writer;
} Transaction;

/**
 * transaction_begin:
 * @self: a transaction, zero
 * @writer: (nullable): the writer; %NULL of a store that is open for reading only
 * @flags: how much it must survive
 * @error: return location
 *
 * Returns: whether it is open
 */
gboolean transaction_begin (Transaction *self, Writer *writer, TransactionFlags flags,
                            GError **error);
gboolean transaction_commit (Transaction *self, GError **error);
void transaction_clear (Transaction *self);

/**
 * transaction_is_wanted:
 * @self: an open transaction
 *
 * Returns: whether somebody waits for it to end
 */
gboolean transaction_is_wanted (Transaction *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Transaction, transaction_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writer, writer_free)

G_END_DECLS
