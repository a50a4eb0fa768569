/* readers.h: connections that see one committed state each, kept for the next reader */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/**
 * Readers:
 *
 * Connections for reading the main file: as many as there are readers at once.
 */
typedef struct _Readers Readers;

Readers *readers_new (const char *path);
void readers_free (Readers *self);

/**
 * Reader:
 * @database: the connection to use
 *
 * One reader's view: the same state until the end. g_auto gives it back.
 */
typedef struct {
  Database *database;
  /*< private >*/
  Readers *readers;
} Reader;

/**
 * reader_begin:
 * @self: a reader, zero
 * @readers: where it comes from
 * @cancellable: (nullable): ends its statements
 * @error: return location
 *
 * Returns: whether it can be used
 */
gboolean reader_begin (Reader *self, Readers *readers, GCancellable *cancellable, GError **error);
void reader_clear (Reader *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

G_END_DECLS
