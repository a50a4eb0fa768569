/* ost-archive.c: what is kept of a connection when it is taken away */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-archive.h"

#include "core/config/ost-file.h"
#include "ost-render.h"

typedef struct {
  OstStore *store;
  const char *connection;
  OstFileWriter *writer;
  GString *text;
  guint64 n_rows;
  GError *error;
} Archive;

static gboolean
append_device (const OstDeviceRow *row, gpointer data)
{
  Archive *self = data;

  g_string_append (self->text, self->n_rows++ > 0 ? ",\n" : "\n");
  ost_render_device (row, self->text);
  return ost_file_writer_flush (self->writer, &self->error);
}

static gboolean
append_event (const OstEvent *event, gpointer data)
{
  Archive *self = data;

  if (g_strcmp0 (event->connection, self->connection) != 0)
    return TRUE;
  g_string_append (self->text, self->n_rows++ > 0 ? ",\n" : "\n");
  ost_render_event (event, self->text);
  return ost_file_writer_flush (self->writer, &self->error);
}

/* A listing ends early without an error of the store where writing failed. */
static gboolean
finish_list (Archive *self, gboolean is_listed, GError **error)
{
  if (self->error != NULL)
    {
      g_clear_error (error);
      g_propagate_error (error, g_steal_pointer (&self->error));
      return FALSE;
    }
  g_string_append (self->text, "]");
  self->n_rows = 0;
  return is_listed;
}

static gboolean
append_devices (Archive *self, GError **error)
{
  OstDeviceQuery query = { .connection = self->connection };
  gboolean is_listed;

  g_string_append (self->text, ",\n\"devices\":[");
  is_listed
    = self->store == NULL
      || ost_store_query_devices (self->store, &query, append_device, self, NULL, NULL, error);
  return finish_list (self, is_listed, error);
}

static gboolean
append_events (Archive *self, GError **error)
{
  gboolean is_listed;

  g_string_append (self->text, ",\n\"events\":[");
  is_listed
    = self->store == NULL || ost_store_list_events (self->store, 0, 0, append_event, self, error);
  return finish_list (self, is_listed, error);
}

static gboolean
append_audit (Archive *self, GError **error)
{
  g_auto (OstChainVerdict) verdict = { 0 };

  if (self->store != NULL && !ost_store_verify_events (self->store, &verdict, NULL, error))
    return FALSE;
  g_string_append_printf (self->text, ",\n\"audit\":{\"verified\":%" G_GINT64_FORMAT,
                          verdict.verified);
  g_string_append_printf (self->text, ",\"broken\":%" G_GINT64_FORMAT ",\"head\":", verdict.broken);
  ost_render_text (verdict.head, self->text);
  g_string_append_c (self->text, '}');
  return TRUE;
}

static gboolean
append_status (Archive *self, OstConfig *config, gint64 now_us, GError **error)
{
  g_autofree char *text = NULL;
  JsonNode *node;

  g_string_append (self->text, ",\n\"status\":");
  if (ost_config_find_connection (config, self->connection, NULL) == NULL)
    {
      g_string_append (self->text, "null");
      return TRUE;
    }
  node = ost_render_status (config, self->store, self->connection, now_us, error);
  if (node == NULL)
    return FALSE;
  text = ost_render_node (node);
  g_string_append (self->text, text);
  return TRUE;
}

static void
append_head (Archive *self, OstConfig *config, gint64 now_us)
{
  g_autofree char *time = ost_render_time (now_us);
  g_autofree char *dump = ost_config_dump_connection (config, self->connection);

  g_string_append (self->text, "{\"archive\":1,\"program\":\"" OST_VERSION "\",\"connection\":");
  ost_render_text (self->connection, self->text);
  g_string_append (self->text, ",\"time\":");
  ost_render_text (time, self->text);
  g_string_append (self->text, ",\n\"configuration\":");
  ost_render_text (dump, self->text);
}

static char *
choose_file (OstConfig *config, const char *connection, gint64 now_us, GError **error)
{
  g_autofree char *folder
    = g_build_filename (ost_config_get_state_folder (config), "archive", NULL);
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now_us / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (time, "%Y%m%dT%H%M%SZ");
  g_autofree char *basename = g_strdup_printf ("%s-%s.json", connection, stamp);

  return ost_folder_make (folder, 0700, error) ? g_build_filename (folder, basename, NULL) : NULL;
}

char *
ost_archive_write (OstConfig *config, OstStore *store, const char *connection, gint64 now_us,
                   GError **error)
{
  g_autofree char *file = choose_file (config, connection, now_us, error);
  g_autoptr (OstFileWriter) writer = file != NULL ? ost_file_writer_new (file, 0600, error) : NULL;
  Archive self = { .store = store, .connection = connection, .writer = writer };

  if (writer == NULL)
    return NULL;
  self.text = ost_file_writer_get_text (writer);
  append_head (&self, config, now_us);
  if (!append_status (&self, config, now_us, error) || !append_audit (&self, error)
      || !append_events (&self, error) || !append_devices (&self, error))
    return NULL;
  g_string_append (self.text, "}\n");
  return ost_file_writer_commit (writer, error) ? g_steal_pointer (&file) : NULL;
}
