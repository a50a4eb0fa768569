/* store.c: opens and closes the store, and says what plugin this is */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"

#include "file.h"
#include "migration.h"
#include "staging.h"
#include "store-resources.h"

#include <errno.h>
#include <sys/random.h>

#define DATABASE_NAME "ostiary.db"
#define RESOURCE_FOLDER "/org/ostiary/store-sqlite/migrations/"

static const struct {
  const char *resource;
  const char *oldest_program;
} steps[] = {
  { RESOURCE_FOLDER "001-first.sql", "0.1" },
};

static void fill_interface (OstStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (OstStoreSqlite, ost_store_sqlite, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OST_TYPE_STORE, fill_interface))

gboolean
store_fail (GError **error, OstErrorCode code, const char *remedy, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;
  GError *failure;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  failure = g_error_new_literal (OST_ERROR, (int)code, text);
  ost_error_set_remedy (failure, remedy);
  g_propagate_error (error, failure);
  return FALSE;
}

static void
fill_random (guint8 *bytes, gsize length, gpointer random_data)
{
  while (length > 0)
    {
      gssize n = getrandom (bytes, length, 0);

      if (n < 0 && errno != EINTR)
        g_error ("the kernel gives no random bytes: %s", g_strerror (errno));
      if (n > 0)
        {
          bytes += n;
          length -= (gsize)n;
        }
    }
}

static gboolean
migrate (Database *database, const OstStoreOptions *options, GError **error)
{
  Migration migrations[G_N_ELEMENTS (steps)];
  GBytes *sql[G_N_ELEMENTS (steps)];
  gboolean is_migrated;

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      sql[i] = g_resource_lookup_data (store_get_resource (), steps[i].resource,
                                       G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
      migrations[i].sql = g_bytes_get_data (sql[i], NULL);
      migrations[i].oldest_program = steps[i].oldest_program;
    }
  is_migrated = migration_run (database, migrations, G_N_ELEMENTS (steps), options->program_version,
                               options->now_us, error);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    g_bytes_unref (sql[i]);
  return is_migrated;
}

/* Reads every page once; indexes are not compared with their tables, which would take minutes. */
static gboolean
check_integrity (Database *database, GError **error)
{
  g_autoptr (Statement) statement = database_prepare (database, "PRAGMA quick_check (1)", error);
  gboolean has_row = FALSE;

  if (statement == NULL || !statement_step (statement, &has_row, error))
    return FALSE;
  if (has_row && g_strcmp0 (statement_get_text (statement, 0), "ok") == 0)
    return TRUE;
  return database_fail (database_get_path (database), SQLITE_CORRUPT,
                        has_row ? statement_get_text (statement, 0) : "no answer", error);
}

static gboolean
check_owner (const char *path, GError **error)
{
  g_autoptr (Database) database = database_open (path, DATABASE_READER, error);

  return database != NULL && migration_check_owner (database, error);
}

static gboolean
open_for_writing (OstStoreSqlite *self, const OstStoreOptions *options, GError **error)
{
  g_autoptr (Database) database = NULL;

  if (!check_owner (self->path, error))
    return FALSE;
  database = database_open (self->path, DATABASE_WRITER, error);
  if (database == NULL || !check_integrity (database, error) || !migrate (database, options, error))
    return FALSE;
  self->writer = writer_new (g_steal_pointer (&database), error);
  return self->writer != NULL;
}

static gboolean
open_for_reading (OstStoreSqlite *self, const OstStoreOptions *options, GError **error)
{
  g_autoptr (Database) database = database_open (self->path, DATABASE_READER, error);

  return database != NULL
         && migration_check (database, G_N_ELEMENTS (steps), options->program_version, error);
}

static gboolean
open_store (OstStore *store, const OstStoreOptions *options, GError **error)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);

  g_return_val_if_fail (self->path == NULL, FALSE);

  if (options->is_process_gone != NULL)
    self->is_process_gone = options->is_process_gone;
  if (options->fill_random != NULL)
    self->fill_random = options->fill_random;
  self->random_data = options->random_data;
  self->folder = file_find_folder (options->state_dir, !options->read_only, error);
  if (self->folder == NULL)
    return FALSE;
  self->path = g_build_filename (self->folder, DATABASE_NAME, NULL);
  self->readers = readers_new (self->path);
  if (!file_prepare (self->path, !options->read_only, error))
    return FALSE;
  return options->read_only ? open_for_reading (self, options, error)
                            : open_for_writing (self, options, error);
}

static void
close_store (OstStore *store)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (store);

  g_hash_table_remove_all (self->stagings);
  g_clear_pointer (&self->readers, readers_free);
  /* Last, so that it writes the log back into the file and removes it. */
  g_clear_pointer (&self->writer, writer_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->folder, g_free);
}

gboolean
store_find_connection (Database *database, const char *name, gint64 *id, GError **error)
{
  g_autoptr (Statement) statement
    = database_prepare (database, "SELECT id FROM connection WHERE name = ?", error);
  gboolean has_row = FALSE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  *id = has_row ? statement_get_number (statement, 0) : 0;
  return TRUE;
}

gboolean
store_make_connection (Database *database, const char *name, gint64 *id, GError **error)
{
  g_autoptr (Statement) statement = NULL;

  if (!store_find_connection (database, name, id, error))
    return FALSE;
  if (*id != 0)
    return TRUE;
  statement = database_prepare (database, "INSERT INTO connection (name) VALUES (?)", error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, name);
  if (!statement_execute (statement, error))
    return FALSE;
  *id = sqlite3_last_insert_rowid (database_get_handle (database));
  return TRUE;
}

static void
ost_store_sqlite_finalize (GObject *object)
{
  OstStoreSqlite *self = OST_STORE_SQLITE (object);

  close_store (OST_STORE (self));
  g_hash_table_unref (self->stagings);
  g_mutex_clear (&self->stagings_mutex);
  G_OBJECT_CLASS (ost_store_sqlite_parent_class)->finalize (object);
}

static void
ost_store_sqlite_class_init (OstStoreSqliteClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_store_sqlite_finalize;
  /* Nobody asks how much memory SQLite uses, and counting it takes a lock at each allocation. */
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
}

static void
ost_store_sqlite_init (OstStoreSqlite *self)
{
  self->is_process_gone = ost_process_is_gone;
  self->fill_random = fill_random;
  g_mutex_init (&self->stagings_mutex);
  self->stagings
    = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)staging_free);
}

static void
fill_interface (OstStoreInterface *iface)
{
  iface->open = open_store;
  iface->close = close_store;
  lease_fill_interface (iface);
  connections_fill_interface (iface);
  runs_fill_interface (iface);
  slices_fill_interface (iface);
  reconcile_fill_interface (iface);
  inventory_fill_interface (iface);
  objects_fill_interface (iface);
  statistics_fill_interface (iface);
  devices_fill_interface (iface);
  prefixes_fill_interface (iface);
  sessions_fill_interface (iface);
  events_fill_interface (iface);
}

OST_PLUGIN_EXPORT const OstPluginInfo ost_plugin_info = {
  OST_PLUGIN_HEAD,
  .kind = OST_PLUGIN_STORE,
  .name = "sqlite",
  .title = "SQLite, embedded: nothing to install",
  .version = OST_VERSION,
  .type_name = "OstStoreSqlite",
  .get_type = ost_store_sqlite_get_type,
};
