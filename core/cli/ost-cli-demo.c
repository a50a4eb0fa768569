/* ost-cli-demo.c: `ostiary demo`: the main job, shown on a simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <unistd.h>

#include "ost-cli-verbs.h"
#include "ost-cli.h"
#include "ost-demo-world.h"
#include "ost-prompt.h"

#define DEFAULT_MAILBOXES 2000
#define MAX_MAILBOXES 5000000
#define SHOWN_DEVICES "8"

typedef struct {
  OstCli *cli;
  OstDemoWorld *world;
  guint n_steps;
} Demo;

/* One sentence about what comes. */
static void explain (Demo *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
explain (Demo *self, const char *format, ...)
{
  OstTerminal *talk = ost_cli_get_talk (self->cli);
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strdup_printf ("\n%u. %s\n", ++self->n_steps, text);
  ost_terminal_print (talk, OST_STYLE_TITLE, line);
  ost_terminal_flush (talk, NULL);
}

/* Shows a command, and does what it would do. */
static gboolean
run (Demo *self, const char *const *words, GError **error)
{
  g_autofree char *line = g_strjoinv (" ", (char **)words);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  FILE *out = self->cli->is_json ? stderr : stdout;
  OstExit exit;

  ost_cli_say (self->cli, "$ ostiary %s", line);
  ost_terminal_flush (ost_cli_get_talk (self->cli), NULL);
  g_ptr_array_add (all, (gpointer) "--config");
  g_ptr_array_add (all, (gpointer)ost_demo_world_get_config (self->world));
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (all, (gpointer)words[i]);
  g_ptr_array_add (all, NULL);
  exit = ost_cli_main ((const char *const *)all->pdata, out, stderr);
  if (g_cancellable_set_error_if_cancelled (self->cli->cancellable, error))
    return FALSE;
  if (exit == OST_EXIT_DONE)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE, _ ("‘ostiary %s’ ended with status %d"),
               line, (int)exit);
  return FALSE;
}

#define RUN(self, error, ...) run (self, (const char *const[]){ __VA_ARGS__, NULL }, error)

static gboolean
start_exchange (Demo *self, GError **error)
{
  guint64 n_mailboxes = DEFAULT_MAILBOXES;

  if (!ost_arguments_get_number (self->cli->arguments, "mailboxes", MAX_MAILBOXES, &n_mailboxes,
                                 error))
    return FALSE;
  explain (self, _ ("A simulated Exchange starts, with %u mailboxes and two phones for each."),
           (guint)n_mailboxes);
  if (!ost_demo_world_start_exchange (self->world, (guint)n_mailboxes, error))
    return FALSE;
  ost_cli_say (self->cli, _ ("It answers at %s; the configuration for it is %s."),
               ost_demo_world_get_uri (self->world), ost_demo_world_get_config (self->world));
  return TRUE;
}

static gboolean
show_first_look (Demo *self, GError **error)
{
  explain (self, "%s",
           _ ("Before anything is stored, the connection is gone through step by step."));
  if (!RUN (self, error, "check", OST_DEMO_CONNECTION))
    return FALSE;
  explain (self, "%s", _ ("The first synchronisation lists every phone that Exchange knows."));
  if (!RUN (self, error, "sync", OST_DEMO_CONNECTION, "--full", "--once"))
    return FALSE;
  explain (self, "%s", _ ("That is the inventory; these are its first rows."));
  return RUN (self, error, "devices", "--limit", SHOWN_DEVICES);
}

static gboolean
show_phone (Demo *self, GError **error)
{
  gint64 last = ost_demo_world_get_last_event (self->world, error);
  g_autofree char *device_id = NULL;

  if (last < 0 || !ost_demo_world_add_phone (self->world, error))
    return FALSE;
  device_id = ost_demo_world_wait_for_phone (self->world, last, error);
  if (device_id == NULL)
    return FALSE;
  ost_cli_say (self->cli, _ ("The next quick synchronisation found it: device ID %s."), device_id);
  return RUN (self, error, "devices", "--device", device_id);
}

static gboolean
show_service (Demo *self, GError **error)
{
  explain (self, "%s", _ ("The service starts; every few seconds it asks what has changed."));
  if (!ost_demo_world_start_service (self->world, error))
    return FALSE;
  explain (self, "%s",
           _ ("Somebody sets up a phone that a rule of Exchange puts into quarantine."));
  if (!show_phone (self, error))
    return FALSE;
  explain (self, "%s", _ ("And this is how the connection is."));
  return RUN (self, error, "status");
}

static void
show_where_to_look (Demo *self)
{
  static const char *const commands[] = {
    "devices --format csv",
    "--json status",
    "events --verify",
    "sync " OST_DEMO_CONNECTION " --full",
  };
  const char *config = ost_demo_world_get_config (self->world);
  g_autofree char *installed = g_find_program_in_path ("ostiary");
  g_autofree char *here = g_file_read_link ("/proc/self/exe", NULL);
  const char *program = installed == NULL && here != NULL ? here : "ostiary";

  explain (self, "%s", _ ("Where to look, from another terminal:"));
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    ost_cli_say (self->cli, "  %s --config %s %s", program, config, commands[i]);
  ost_cli_say (self->cli, _ ("  %s/ostiaryd.log is what the service says"),
               ost_demo_world_get_folder (self->world));
}

/* Staying */

static gboolean
input_cb (int descriptor, GIOCondition condition, gpointer user_data)
{
  char bytes[256];
  gssize n = read (descriptor, bytes, sizeof bytes);

  *(int *)user_data = n > 0 ? 1 : -1;
  return n > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Each line that is typed lets another phone appear; the end of the input ends it all. */
static gboolean
stay (Demo *self, GError **error)
{
  int input = 0;
  guint source = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP, input_cb, &input);
  gboolean is_good = TRUE;

  ost_cli_say (self->cli, "\n%s", _ ("It stays up until Ctrl-C; Enter lets another phone appear."));
  ost_terminal_flush (ost_cli_get_talk (self->cli), NULL);
  while (is_good && input >= 0 && !g_cancellable_is_cancelled (self->cli->cancellable))
    {
      g_main_context_iteration (NULL, TRUE);
      if (input > 0)
        {
          input = 0;
          is_good = show_phone (self, error);
        }
    }
  if (input >= 0)
    g_source_remove (source);
  return is_good;
}

static void
print_result (OstCli *cli, gboolean is_done, gint64 began_us)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "connection");
  json_builder_add_string_value (builder, OST_DEMO_CONNECTION);
  json_builder_set_member_name (builder, "complete");
  json_builder_add_boolean_value (builder, is_done);
  json_builder_set_member_name (builder, "seconds");
  json_builder_add_double_value (builder,
                                 (double)(g_get_monotonic_time () - began_us) / G_USEC_PER_SEC);
  json_builder_end_object (builder);
  ost_cli_print_document (cli, json_builder_get_root (builder));
}

static gboolean
show (Demo *self, GError **error)
{
  if (!start_exchange (self, error) || !show_first_look (self, error)
      || !show_service (self, error))
    return FALSE;
  show_where_to_look (self);
  return TRUE;
}

OstExit
ost_cli_run_demo (OstCli *cli, GError **error)
{
  gint64 began_us = g_get_monotonic_time ();
  g_autoptr (OstDemoWorld) world = NULL;
  g_autoptr (GError) failure = NULL;
  Demo demo = { .cli = cli };
  gboolean is_done;

  ost_cli_catch_signals (cli);
  demo.world = world = ost_demo_world_new (cli->cancellable, error);
  if (world == NULL)
    return OST_EXIT_FAILED;
  ost_cli_say (cli, _ ("Everything happens in %s, and nothing of it is left at the end."),
               ost_demo_world_get_folder (world));
  is_done = show (&demo, &failure);
  if (is_done && ost_prompt_is_possible ())
    stay (&demo, &failure);
  /* Whoever has seen all of it may leave when he likes. */
  if (failure != NULL && !(is_done && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED)))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return OST_EXIT_FAILED;
    }
  print_result (cli, is_done, began_us);
  return OST_EXIT_DONE;
}
