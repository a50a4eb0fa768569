/* ost-cli-events.c: `ostiary events`: the audit trail, shown or verified */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>

#include "ost-cli-show.h"
#include "ost-cli-source.h"
#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-table.h"

typedef struct {
  OstTerminal *out;
  OstTable *table;
  GString *text;
  gboolean has_rows;
} Listing;

static gboolean
append_json (const OstEvent *event, gpointer data)
{
  Listing *self = data;

  g_string_assign (self->text, self->has_rows ? ",\n" : "\n");
  self->has_rows = TRUE;
  ost_render_event (event, self->text);
  ost_terminal_write_data (self->out, self->text->str);
  return !ost_terminal_has_failed (self->out);
}

static gboolean
append_row (const OstEvent *event, gpointer data)
{
  Listing *self = data;
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, event->seq);
  g_autofree char *time = ost_cli_format_time (event->time_us);
  const char *cells[] = { number,           time,           event->kind, event->connection,
                          event->device_id, event->mailbox, event->who };

  ost_table_add (self->table, cells);
  return !ost_terminal_has_failed (self->out);
}

static gboolean
list_json (OstCli *cli, OstCliSource *source, Listing *self, gint64 from, guint limit,
           GError **error)
{
  gboolean is_done;

  cli->has_document = TRUE;
  ost_terminal_write (self->out, "{\"events\":[", -1);
  is_done = ost_cli_source_list_events (source, from, limit, append_json, self, error);
  ost_terminal_write (self->out, "]", 1);
  if (!is_done)
    {
      g_autofree char *text = ost_render_node (ost_render_error (*error));

      ost_terminal_write (self->out, ",\"error\":", -1);
      ost_terminal_write_data (self->out, text);
    }
  ost_terminal_write (self->out, "}\n", 2);
  return is_done;
}

static gboolean
list_table (OstCliSource *source, Listing *self, gint64 from, guint limit, GError **error)
{
  const char *const titles[] = { _ ("NUMBER"), _ ("TIME"),    _ ("EVENT"), _ ("CONNECTION"),
                                 _ ("DEVICE"), _ ("MAILBOX"), _ ("WHO"),   NULL };
  g_autoptr (OstTable) table = ost_table_new (self->out, titles);

  self->table = table;
  if (!ost_cli_source_list_events (source, from, limit, append_row, self, error))
    return FALSE;
  ost_table_finish (table);
  return TRUE;
}

static OstExit
list (OstCli *cli, GError **error)
{
  g_autoptr (OstCliSource) source = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  Listing listing = { .out = cli->out, .text = text };
  guint64 from = 0, limit = 0;
  gboolean is_done;

  if (!ost_arguments_get_number (cli->arguments, "from", G_MAXINT64, &from, error)
      || !ost_arguments_get_number (cli->arguments, "limit", G_MAXUINT32, &limit, error)
      || !ost_cli_load_config (cli, error))
    return OST_EXIT_FAILED;
  source = ost_cli_source_open (cli, error);
  if (source == NULL)
    return OST_EXIT_FAILED;
  is_done = cli->is_json ? list_json (cli, source, &listing, (gint64)from, (guint)limit, error)
                         : list_table (source, &listing, (gint64)from, (guint)limit, error);
  return is_done ? OST_EXIT_DONE : OST_EXIT_FAILED;
}

/* Verifying */

static void
add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  if (text != NULL)
    json_builder_add_string_value (builder, text);
  else
    json_builder_add_null_value (builder);
}

static JsonNode *
render_verdict (const OstChainVerdict *verdict)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "verified");
  json_builder_add_int_value (builder, verdict->verified);
  json_builder_set_member_name (builder, "broken");
  if (verdict->broken != 0)
    json_builder_add_int_value (builder, verdict->broken);
  else
    json_builder_add_null_value (builder);
  add_text (builder, "reason", verdict->reason);
  json_builder_set_member_name (builder, "pseudonymised");
  json_builder_add_int_value (builder, verdict->pseudonymised);
  add_text (builder, "head", verdict->head);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static void
say_verdict (OstCli *cli, const OstChainVerdict *verdict)
{
  if (verdict->broken == 0)
    ost_cli_say (cli,
                 g_dngettext (GETTEXT_PACKAGE, "the audit trail is whole: %ld event, head %s",
                              "the audit trail is whole: %ld events, head %s",
                              (gulong)verdict->verified),
                 (long)verdict->verified, verdict->head != NULL ? verdict->head : "-");
  else
    ost_cli_say (cli, _ ("the audit trail is broken at event %ld: %s; %ld events are whole"),
                 (long)verdict->broken, verdict->reason != NULL ? verdict->reason : "?",
                 (long)verdict->verified);
}

static OstExit
verify (OstCli *cli, GError **error)
{
  g_auto (OstChainVerdict) verdict = { 0 };

  if (!ost_cli_load_config (cli, error) || !ost_cli_open_store_for_reading (cli, error))
    return OST_EXIT_FAILED;
  if (cli->store != NULL && !ost_store_verify_events (cli->store, &verdict, NULL, error))
    return OST_EXIT_FAILED;
  if (cli->is_json)
    ost_cli_print_document (cli, render_verdict (&verdict));
  else
    say_verdict (cli, &verdict);
  return verdict.broken == 0 ? OST_EXIT_DONE : OST_EXIT_FAILED;
}

OstExit
ost_cli_run_events (OstCli *cli, GError **error)
{
  if (ost_arguments_has (cli->arguments, "follow"))
    {
      g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                           _ ("‘--follow’ is not there yet; take the number of the last event and "
                              "ask again with ‘--from’"));
      return OST_EXIT_USAGE;
    }
  return ost_arguments_has (cli->arguments, "verify") ? verify (cli, error) : list (cli, error);
}
