/* ost-cli-status.c: `ostiary status`: how the connections are */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>
#include <string.h>

#include "ost-cli-show.h"
#include "ost-cli-source.h"
#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-text.h"

/* Titles are padded to the same width, whatever the language. */
#define TITLE_WIDTH 22

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

static gint64
get_number (JsonObject *object, const char *name)
{
  return json_object_get_int_member_with_default (object, name, 0);
}

static JsonObject *
get_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static void
print_line (OstTerminal *out, const char *title, const char *text)
{
  guint width = ost_text_measure (title);
  g_autofree char *gap = g_strnfill (width < TITLE_WIDTH ? TITLE_WIDTH - width : 0, ' ');

  if (text != NULL)
    ost_terminal_print_line (out, "  %s%s  %s", title, gap, text);
}

/* The time as it is where the reader sits, from the text that scripts get. */
static char *
localise (const char *time)
{
  g_autoptr (GDateTime) parsed = time != NULL ? g_date_time_new_from_iso8601 (time, NULL) : NULL;

  return parsed != NULL ? ost_cli_format_time (g_date_time_to_unix (parsed) * G_USEC_PER_SEC)
                        : NULL;
}

static void
print_time (OstTerminal *out, const char *title, JsonObject *connection, const char *name)
{
  g_autofree char *time = localise (get_text (connection, name));

  print_line (out, title, time);
}

static void
show_server (OstTerminal *out, JsonObject *connection)
{
  print_line (out, _ ("server"), get_text (connection, "server"));
  print_line (out, _ ("answered by"), get_text (connection, "answering_server"));
  print_line (out, _ ("version"), get_text (connection, "version"));
  print_line (out, _ ("domain controller"), get_text (connection, "domain_controller"));
  print_line (out, _ ("account"), get_text (connection, "account"));
}

static void
show_devices (OstTerminal *out, JsonObject *connection)
{
  gint64 missing = get_number (connection, "missing");
  g_autofree char *devices
    = missing > 0 ? g_strdup_printf (_ ("%ld, and %ld missing"),
                                     (long)get_number (connection, "devices"), (long)missing)
                  : g_strdup_printf ("%ld", (long)get_number (connection, "devices"));

  print_line (out, _ ("devices"), devices);
}

static void
show_run (OstTerminal *out, JsonObject *connection)
{
  JsonObject *run = get_object (connection, "run");
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 expected, left;

  if (run == NULL)
    return;
  expected = get_number (run, "expected");
  left = get_number (run, "seconds_left");
  g_string_append_printf (text, "%s: %s, %ld", get_text (run, "kind"),
                          get_text (run, "phase") != NULL ? get_text (run, "phase") : "-",
                          (long)get_number (run, "done"));
  if (expected > 0)
    g_string_append_printf (text, _ (" of %ld"), (long)expected);
  if (left > 0)
    {
      g_autofree char *time = ost_cli_format_seconds (left);

      g_string_append_printf (text, _ (", about %s left"), time);
    }
  print_line (out, _ ("under way"), text->str);
}

static void
show_statistics (OstTerminal *out, JsonObject *connection)
{
  JsonObject *statistics = get_object (connection, "statistics");
  g_autofree char *oldest = NULL, *unread = NULL;

  if (statistics == NULL)
    return;
  oldest = localise (get_text (statistics, "oldest"));
  print_line (out, _ ("oldest statistics"), oldest);
  if (get_number (statistics, "unread") > 0)
    {
      unread = g_strdup_printf (_ ("of %ld devices"), (long)get_number (statistics, "unread"));
      print_line (out, _ ("statistics unread"), unread);
    }
  if (get_number (statistics, "round_seconds") > 0)
    {
      g_autofree char *round = ost_cli_format_seconds (get_number (statistics, "round_seconds"));

      print_line (out, _ ("a round takes"), round);
    }
}

static gboolean
is_bad (const char *state)
{
  static const char *const bad[]
    = { "failed", "unreachable", "sign-in-refused", "denied", "throttled", NULL };

  return g_strv_contains (bad, state);
}

static void
show_connection (OstTerminal *out, JsonObject *connection)
{
  const char *state = get_text (connection, "state");

  ost_terminal_print (out, OST_STYLE_TITLE, get_text (connection, "name"));
  ost_terminal_print (out, OST_STYLE_PLAIN, ": ");
  ost_terminal_print (out, is_bad (state) ? OST_STYLE_BAD : OST_STYLE_GOOD, state);
  ost_terminal_print_line (out, "%s", "");
  show_server (out, connection);
  show_devices (out, connection);
  show_run (out, connection);
  print_time (out, _ ("last success"), connection, "last_successful_sync");
  print_time (out, _ ("last full run"), connection, "last_full_sync");
  print_time (out, _ ("next run"), connection, "next_sync");
  print_time (out, _ ("next full run"), connection, "next_full_sync");
  show_statistics (out, connection);
  print_line (out, _ ("last error"), get_text (connection, "last_error"));
  print_time (out, _ ("at"), connection, "last_error_time");
  print_line (out, _ ("to do"), get_text (connection, "last_error_remedy"));
}

static void
show_connections (OstCli *cli, JsonNode *node)
{
  JsonArray *connections
    = json_object_get_array_member (json_node_get_object (node), "connections");

  for (guint i = 0; i < json_array_get_length (connections); i++)
    show_connection (cli->out, json_array_get_object_element (connections, i));
  if (json_array_get_length (connections) == 0)
    ost_cli_tell (cli, "%s", _ ("no connection is configured; ‘ostiary setup’ makes one"));
}

OstExit
ost_cli_run_status (OstCli *cli, GError **error)
{
  const char *name = ost_arguments_get_operand (cli->arguments, 0);
  g_autoptr (OstCliSource) source = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ost_cli_load_config (cli, error) || !ost_cli_check_connection (cli, name, error))
    return OST_EXIT_FAILED;
  source = ost_cli_source_open (cli, error);
  if (source == NULL)
    return OST_EXIT_FAILED;
  node = ost_cli_source_render_status (source, name, error);
  if (node == NULL)
    return OST_EXIT_FAILED;
  if (cli->is_json)
    ost_cli_print_document (cli, g_steal_pointer (&node));
  else
    show_connections (cli, node);
  return OST_EXIT_DONE;
}
