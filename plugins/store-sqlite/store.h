/* store.h: what the parts of this store share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/store/ost-store.h"
#include "readers.h"
#include "writer.h"

G_BEGIN_DECLS

#define OST_TYPE_STORE_SQLITE (ost_store_sqlite_get_type ())
G_DECLARE_FINAL_TYPE (OstStoreSqlite, ost_store_sqlite, OST, STORE_SQLITE, GObject)

typedef struct _Staging Staging;

struct _OstStoreSqlite {
  GObject parent_instance;

  /* Set by open, constant afterwards. */
  char *folder;
  char *path;
  Writer *writer; /* NULL where it is read-only */
  Readers *readers;
  gboolean (*is_process_gone) (const char *process);
  void (*fill_random) (guint8 *bytes, gsize length, gpointer random_data);
  gpointer random_data;

  GMutex stagings_mutex;
  GHashTable *stagings; /* connection's number, Staging */
};

/**
 * store_find_connection:
 * @database: a connection to the main file
 * @name: a connection's name
 * @id: (out): its number, 0 where it is not known
 * @error: return location
 *
 * Returns: whether it could be looked up
 */
gboolean store_find_connection (Database *database, const char *name, gint64 *id, GError **error);

/**
 * store_make_connection:
 * @database: the writer's connection
 * @name: a connection's name
 * @id: (out): its number
 * @error: return location
 *
 * Returns: whether it is known now
 */
gboolean store_make_connection (Database *database, const char *name, gint64 *id, GError **error);

/**
 * store_fail:
 * @error: return location
 * @code: an #OstErrorCode
 * @remedy: (nullable): what to do
 * @format: the text
 *
 * Returns: %FALSE
 */
gboolean store_fail (GError **error, OstErrorCode code, const char *remedy, const char *format, ...)
  G_GNUC_PRINTF (4, 5);

/* Lets the rest of a file stand under one interface: each part fills in its slots. */
/* Whether @fence is still the number of the last lease. */
gboolean lease_check (OstStoreSqlite *self, Database *database, gint64 fence, GError **error);

void lease_fill_interface (OstStoreInterface *iface);
void connections_fill_interface (OstStoreInterface *iface);
void runs_fill_interface (OstStoreInterface *iface);
void slices_fill_interface (OstStoreInterface *iface);
void reconcile_fill_interface (OstStoreInterface *iface);
void inventory_fill_interface (OstStoreInterface *iface);
void objects_fill_interface (OstStoreInterface *iface);
void statistics_fill_interface (OstStoreInterface *iface);
void devices_fill_interface (OstStoreInterface *iface);
void prefixes_fill_interface (OstStoreInterface *iface);
void sessions_fill_interface (OstStoreInterface *iface);
void events_fill_interface (OstStoreInterface *iface);

G_END_DECLS
