/* ost-cli.c: what every verb of the command line stands on */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli.h"

#include <glib-unix.h>
#include <glib/gi18n-lib.h>

#include "ost-cli-verbs.h"

OstTerminal *
ost_cli_get_talk (OstCli *self)
{
  return self->is_json ? self->err : self->out;
}

static void print_to (OstTerminal *terminal, const char *format, va_list arguments)
  G_GNUC_PRINTF (2, 0);

static void
print_to (OstTerminal *terminal, const char *format, va_list arguments)
{
  g_autofree char *text = g_strdup_vprintf (format, arguments);

  ost_terminal_print_line (terminal, "%s", text);
}

void
ost_cli_say (OstCli *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  print_to (ost_cli_get_talk (self), format, arguments);
  va_end (arguments);
}

void
ost_cli_tell (OstCli *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  print_to (self->err, format, arguments);
  va_end (arguments);
}

void
ost_cli_print_document (OstCli *self, JsonNode *node)
{
  g_autofree char *text = ost_render_node (node);

  if (!self->is_json)
    return;
  self->has_document = TRUE;
  ost_terminal_write_data (self->out, text);
  ost_terminal_write (self->out, "\n", 1);
}

/* What only the command line knows as an error, in the words that everybody knows. */
static GError *
translate_error (const GError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1);
  GError *copy;

  if (error->domain != OST_CLI_ERROR)
    return g_error_copy (error);
  copy = g_error_new_literal (
    OST_ERROR, error->code == OST_EXIT_REFUSED ? OST_ERROR_DENIED : OST_ERROR_INVALID, message);
  return copy;
}

void
ost_cli_report_error (OstCli *self, const GError *error)
{
  const char *remedy = ost_error_get_remedy (error);

  ost_terminal_print (self->err, OST_STYLE_BAD, "ostiary: ");
  ost_cli_tell (self, "%s", error->message);
  if (remedy != NULL)
    ost_cli_tell (self, "  %s", remedy);
}

/* Where a document is wanted there is always one, and it was not begun. */
static void
print_error_document (OstCli *self, const GError *error)
{
  g_autoptr (GError) known = translate_error (error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "error");
  json_builder_add_value (builder, ost_render_error (known));
  json_builder_end_object (builder);
  ost_cli_print_document (self, json_builder_get_root (builder));
}

void
ost_cli_release_signals (OstCli *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->signal_sources); i++)
    g_clear_handle_id (&self->signal_sources[i], g_source_remove);
}

static gboolean
signal_cb (gpointer user_data)
{
  OstCli *self = user_data;

  ost_cli_release_signals (self);
  ost_cli_tell (self, "%s", _ ("stopping; once more ends it at once"));
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_CONTINUE;
}

void
ost_cli_catch_signals (OstCli *self)
{
  if (self->signal_sources[0] != 0)
    return;
  self->signal_sources[0] = g_unix_signal_add (SIGINT, signal_cb, self);
  self->signal_sources[1] = g_unix_signal_add (SIGTERM, signal_cb, self);
}

OstRegistry *
ost_cli_load_registry (OstCli *self)
{
  if (self->registry == NULL)
    {
      self->registry = ost_registry_new ();
      ost_registry_add_default_folders (self->registry);
      ost_registry_load (self->registry);
    }
  return self->registry;
}

const char *
ost_cli_get_config_file (OstCli *self)
{
  const char *file = ost_arguments_get_value (self->arguments, "config");

  return file != NULL ? file : OST_CONFIG_DEFAULT_FILE;
}

void
ost_cli_take_config_error (const GError *failure, GError **error)
{
  const char *remedy = ost_error_get_remedy (failure);

  g_set_error (error, OST_CLI_ERROR, OST_EXIT_USAGE, "%s%s%s", failure->message,
               remedy != NULL ? "\n" : "", remedy != NULL ? remedy : "");
}

gboolean
ost_cli_load_config (OstCli *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  g_clear_object (&self->config);
  self->config = ost_config_load (ost_cli_get_config_file (self), ost_cli_load_registry (self),
                                  OST_CONFIG_NONE, &failure);
  if (self->config == NULL)
    ost_cli_take_config_error (failure, error);
  return self->config != NULL;
}

gboolean
ost_cli_check_connection (OstCli *self, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (name == NULL || ost_config_find_connection (self->config, name, &failure) != NULL)
    return TRUE;
  g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE, failure->message);
  return FALSE;
}

static gboolean
open_store (OstCli *self, gboolean is_read_only, GError **error)
{
  OstStoreOptions options = {
    .state_dir = ost_config_get_state_folder (self->config),
    .read_only = is_read_only,
    .program_version = OST_VERSION,
    .now_us = ost_clock_get_time (ost_clock_get_system ()),
  };
  g_autoptr (OstStore) store
    = OST_STORE (g_object_new (ost_config_get_store (self->config)->type, NULL));

  if (!ost_store_open (store, &options, error))
    return FALSE;
  self->store = g_steal_pointer (&store);
  return TRUE;
}

gboolean
ost_cli_open_store (OstCli *self, GError **error)
{
  return open_store (self, FALSE, error);
}

gboolean
ost_cli_open_store_for_reading (OstCli *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (open_store (self, TRUE, &failure))
    return TRUE;
  if (!g_error_matches (failure, OST_ERROR, OST_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  ost_cli_tell (self, _ ("nothing was synchronised into ‘%s’ yet"),
                ost_config_get_state_folder (self->config));
  return TRUE;
}

void
ost_cli_close_store (OstCli *self)
{
  if (self->store != NULL)
    ost_store_close (self->store);
  g_clear_object (&self->store);
}

static OstExit
show_version (OstCli *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_string_value (builder, OST_VERSION);
  json_builder_end_object (builder);
  ost_cli_print_document (self, json_builder_get_root (builder));
  if (!self->is_json)
    ost_terminal_print_line (self->out, "ostiary %s", OST_VERSION);
  return OST_EXIT_DONE;
}

static OstExit
run_verb (OstCli *self, GError **error)
{
  const OstCliVerb *verb = ost_arguments_get_verb (self->arguments);

  if (ost_arguments_has (self->arguments, "help"))
    {
      ost_cli_show_help (self);
      return OST_EXIT_DONE;
    }
  if (ost_arguments_has (self->arguments, "version"))
    return show_version (self);
  if (verb != NULL)
    return verb->run (self, error);
  g_set_error_literal (error, OST_CLI_ERROR, OST_EXIT_USAGE,
                       _ ("what shall be done? See ‘ostiary --help’"));
  return OST_EXIT_USAGE;
}

/* Even where the rest of the line cannot be understood. */
static gboolean
wants_json (const char *const *words)
{
  for (; *words != NULL && !g_str_equal (*words, "--"); words++)
    if (g_str_equal (*words, "--json"))
      return TRUE;
  return FALSE;
}

static void
clear (OstCli *self)
{
  ost_cli_release_signals (self);
  ost_cli_close_store (self);
  g_clear_object (&self->config);
  g_clear_object (&self->registry);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->arguments, ost_arguments_free);
  g_clear_pointer (&self->out, ost_terminal_free);
  g_clear_pointer (&self->err, ost_terminal_free);
}

/* A reader that wanted no more, as in `ostiary devices | head`, needs no explanation. */
static OstExit
finish_output (OstCli *self, OstExit exit)
{
  g_autoptr (GError) error = NULL;

  if (ost_terminal_flush (self->out, &error))
    return exit;
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    ost_cli_report_error (self, error);
  return exit == OST_EXIT_DONE ? OST_EXIT_FAILED : exit;
}

OstExit
ost_cli_main (const char *const *words, FILE *out, FILE *err)
{
  g_autoptr (GError) error = NULL;
  OstCli self = { 0 };
  OstExit exit = OST_EXIT_USAGE;

  self.out = ost_terminal_new (out);
  self.err = ost_terminal_new (err);
  self.cancellable = g_cancellable_new ();
  self.is_json = wants_json (words);
  self.arguments
    = ost_arguments_parse (words, ost_cli_get_globals (), ost_cli_get_verbs (), &error);
  if (self.arguments != NULL)
    exit = run_verb (&self, &error);
  if (error != NULL)
    {
      exit = error->domain == OST_CLI_ERROR ? (OstExit)error->code : OST_EXIT_FAILED;
      ost_terminal_flush (self.out, NULL);
      ost_cli_report_error (&self, error);
      if (self.is_json && !self.has_document)
        print_error_document (&self, error);
    }
  exit = finish_output (&self, exit);
  clear (&self);
  return exit;
}
