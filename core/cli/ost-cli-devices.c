/* ost-cli-devices.c: `ostiary devices`: the inventory as a table, as JSON, as CSV */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-show.h"
#include "ost-cli-source.h"
#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-table.h"
#include "ost-text.h"

/* What is gathered before it is written: rows are small, and writes are not free. */
#define CHUNK_BYTES 65536

typedef struct {
  OstTerminal *out;
  OstTable *table;
  gboolean has_connection;
  GString *text;
  guint64 n_rows;
} Listing;

static gboolean
write_text (Listing *self, gsize at_least)
{
  if (self->text->len >= at_least)
    {
      ost_terminal_write_data (self->out, self->text->str);
      g_string_truncate (self->text, 0);
    }
  return !ost_terminal_has_failed (self->out);
}

/* As JSON */

static gboolean
append_json (const OstDeviceRow *row, gpointer data)
{
  Listing *self = data;

  g_string_append (self->text, self->n_rows++ > 0 ? ",\n" : "\n");
  ost_render_device (row, self->text);
  return write_text (self, CHUNK_BYTES);
}

static gboolean
list_json (OstCli *cli, OstCliSource *source, const OstDeviceQuery *query, Listing *self,
           GError **error)
{
  gboolean is_done;

  cli->has_document = TRUE;
  g_string_append (self->text, "{\"devices\":[");
  is_done = ost_cli_source_list_devices (source, query, append_json, self, error);
  g_string_append (self->text, "]");
  if (!is_done)
    {
      g_autofree char *text = ost_render_node (ost_render_error (*error));

      g_string_append_printf (self->text, ",\"error\":%s", text);
    }
  g_string_append (self->text, "}\n");
  write_text (self, 0);
  return is_done;
}

/* As CSV */

static void
append_csv_value (const OstField *column, const OstValue *value, GString *out)
{
  g_autofree char *time = NULL;

  if (!value->is_set)
    return;
  switch (column->type)
    {
    case OST_FIELD_TIME:
      time = ost_render_time (value->number);
      g_string_append (out, time != NULL ? time : "");
      break;
    case OST_FIELD_BOOLEAN:
      g_string_append (out, value->number != 0 ? "true" : "false");
      break;
    case OST_FIELD_INTEGER:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, value->number);
      break;
    default:
      ost_text_append_csv (value->text, out);
    }
}

static gboolean
append_csv (const OstDeviceRow *row, gpointer data)
{
  Listing *self = data;
  const OstField *columns = ost_device_get_columns ();

  for (guint i = 0; i < OST_DEVICE_N_CONTRACT_COLUMNS; i++)
    {
      if (i > 0)
        g_string_append_c (self->text, ',');
      append_csv_value (&columns[i], &row->values[i], self->text);
    }
  g_string_append (self->text, "\r\n");
  self->n_rows++;
  return write_text (self, CHUNK_BYTES);
}

static gboolean
list_csv (OstCli *cli, OstCliSource *source, const OstDeviceQuery *query, Listing *self,
          GError **error)
{
  const OstField *columns = ost_device_get_columns ();
  gboolean is_done;

  for (guint i = 0; i < OST_DEVICE_N_CONTRACT_COLUMNS; i++)
    g_string_append_printf (self->text, "%s%s", i > 0 ? "," : "", columns[i].name);
  g_string_append (self->text, "\r\n");
  is_done = ost_cli_source_list_devices (source, query, append_csv, self, error);
  write_text (self, 0);
  return is_done;
}

/* As a table */

static const char *
get_first_text (const OstDeviceRow *row, const OstDeviceColumn *columns, gsize n_columns)
{
  for (gsize i = 0; i < n_columns; i++)
    {
      const char *text = ost_device_row_get_text (row, columns[i]);

      if (text != NULL && *text != '\0')
        return text;
    }
  return NULL;
}

static char *
describe_state (const OstDeviceRow *row)
{
  const char *state = ost_device_row_get_text (row, OST_COLUMN_ACCESS_STATE);
  gint64 since;

  if (!ost_device_row_get_number (row, OST_COLUMN_MISSING_SINCE, &since))
    return g_strdup (state);
  return g_strdup_printf (_ ("%s, missing"), state != NULL ? state : "-");
}

static gboolean
append_row (const OstDeviceRow *row, gpointer data)
{
  static const OstDeviceColumn mailbox[]
    = { OST_COLUMN_PRIMARY_SMTP_ADDRESS, OST_COLUMN_MAILBOX, OST_COLUMN_USER_DISPLAY_NAME };
  static const OstDeviceColumn device[]
    = { OST_COLUMN_FRIENDLY_NAME, OST_COLUMN_MODEL, OST_COLUMN_TYPE };
  Listing *self = data;
  g_autofree char *state = describe_state (row);
  g_autofree char *last = NULL;
  gint64 last_us;
  const char *cells[] = {
    ost_device_row_get_text (row, OST_COLUMN_CONNECTION),
    get_first_text (row, mailbox, G_N_ELEMENTS (mailbox)),
    get_first_text (row, device, G_N_ELEMENTS (device)),
    ost_device_row_get_text (row, OST_COLUMN_OS),
    state,
    NULL,
    ost_device_row_get_text (row, OST_COLUMN_DEVICE_ID),
  };

  if (ost_device_row_get_number (row, OST_COLUMN_LAST_SUCCESS_SYNC, &last_us))
    cells[5] = last = ost_cli_format_time (last_us);
  ost_table_add (self->table, cells + (self->has_connection ? 0 : 1));
  return !ost_terminal_has_failed (self->out);
}

static gboolean
list_table (OstCli *cli, OstCliSource *source, const OstDeviceQuery *query, Listing *self,
            GError **error)
{
  const char *const titles[] = { _ ("CONNECTION"), _ ("MAILBOX"),   _ ("DEVICE"),    _ ("SYSTEM"),
                                 _ ("STATE"),      _ ("LAST SYNC"), _ ("DEVICE ID"), NULL };
  g_autoptr (OstTable) table = NULL;

  self->has_connection
    = query->connection == NULL && ost_config_get_connections (cli->config)->len > 1;
  self->table = table = ost_table_new (self->out, titles + (self->has_connection ? 0 : 1));
  if (!ost_cli_source_list_devices (source, query, append_row, self, error))
    return FALSE;
  self->n_rows = ost_table_finish (table);
  if (self->n_rows == 0 && !ost_cli_source_is_empty (source))
    ost_cli_tell (cli, "%s", _ ("there is no such device in the inventory"));
  return TRUE;
}

static gboolean
find_format (OstCli *cli, const char **format, GError **error)
{
  *format = ost_arguments_get_value (cli->arguments, "format");
  if (!cli->is_json || *format == NULL || g_str_equal (*format, "json"))
    {
      if (*format == NULL)
        *format = cli->is_json ? "json" : "table";
      return TRUE;
    }
  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE,
               _ ("‘--json’ and ‘--format %s’ exclude each other"), *format);
  return FALSE;
}

OstExit
ost_cli_run_devices (OstCli *cli, GError **error)
{
  OstDeviceQuery query = {
    .connection = ost_arguments_get_value (cli->arguments, "connection"),
    .user = ost_arguments_get_value (cli->arguments, "user"),
    .state = ost_arguments_get_value (cli->arguments, "state"),
    .device = ost_arguments_get_value (cli->arguments, "device"),
  };
  g_autoptr (OstCliSource) source = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  Listing listing = { .out = cli->out, .text = text };
  const char *format;
  guint64 limit = 0;
  gboolean is_done;

  if (!find_format (cli, &format, error)
      || !ost_arguments_get_number (cli->arguments, "limit", G_MAXUINT32, &limit, error))
    return OST_EXIT_USAGE;
  query.limit = (guint)limit;
  /* An error of the configuration is part of the document, too. */
  cli->is_json = g_str_equal (format, "json");
  if (!ost_cli_load_config (cli, error) || !ost_cli_check_connection (cli, query.connection, error))
    return OST_EXIT_FAILED;
  source = ost_cli_source_open (cli, error);
  if (source == NULL)
    return OST_EXIT_FAILED;
  if (cli->is_json)
    is_done = list_json (cli, source, &query, &listing, error);
  else if (g_str_equal (format, "csv"))
    is_done = list_csv (cli, source, &query, &listing, error);
  else
    is_done = list_table (cli, source, &query, &listing, error);
  return is_done ? OST_EXIT_DONE : OST_EXIT_FAILED;
}
