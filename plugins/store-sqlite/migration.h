/* migration.h: brings a database's schema up to date, step by step */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "database.h"

G_BEGIN_DECLS

/**
 * Migration:
 * @sql: the statements of one step
 * @oldest_program: the oldest version of the program that can work with the result
 */
typedef struct {
  const char *sql;
  const char *oldest_program;
} Migration;

/**
 * migration_run:
 * @database: a writer's connection
 * @migrations: (array length=n_migrations): all steps; the first makes schema 1 of an empty file
 * @n_migrations: how many
 * @program: the version of this program
 * @now_us: the time now
 * @error: return location
 *
 * Checks that the database is ours and that this program may use it, copies the file beside itself,
 * and applies the steps that are missing, each in a transaction of its own. A newer schema is left
 * alone where it allows this program: steps within a minor release only add.
 *
 * Returns: whether the schema can be used
 */
gboolean migration_run (Database *database, const Migration *migrations, guint n_migrations,
                        const char *program, gint64 now_us, GError **error);

/**
 * migration_check_owner:
 * @database: a connection
 * @error: return location
 *
 * To be asked before anything is written, as another program's database must stay as it is.
 *
 * Returns: whether the database is one of ours, or empty
 */
gboolean migration_check_owner (Database *database, GError **error);

/**
 * migration_check:
 * @database: a reader's connection
 * @n_migrations: the schema that this program needs at least
 * @program: the version of this program
 * @error: return location
 *
 * Returns: whether this program may read it
 */
gboolean migration_check (Database *database, guint n_migrations, const char *program,
                          GError **error);

G_END_DECLS
