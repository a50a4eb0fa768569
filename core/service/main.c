/* main.c: ostiaryd */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-config.h"
#include "ost-service.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Where no journal listens, GLib's own writer refuses, and the message goes to standard error. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  if (g_log_writer_is_journald (fileno (stderr))
      && g_log_writer_journald (level, fields, n_fields, user_data) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  return g_log_writer_standard_streams (level, fields, n_fields, user_data);
}

/* Secrets pass through this process, so that it leaves no core and no other process reads it. */
static void
keep_to_ourselves (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, 0);
}

static int
run (const char *config_file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstService) service = ost_service_new (config_file, &error);
  const char *remedy;

  if (service != NULL && ost_service_run (service, &error))
    return 0;
  remedy = ost_error_get_remedy (error);
  g_printerr ("ostiaryd: %s\n%s%s", error->message, remedy != NULL ? remedy : "",
              remedy != NULL ? "\n" : "");
  return g_error_matches (error, OST_ERROR, OST_ERROR_INVALID) ? 2 : 1;
}

int
main (int argc, char **argv)
{
  g_autofree char *config_file = NULL;
  gboolean shows_version = FALSE;
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &config_file, N_ ("Main configuration file"), "FILE" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &shows_version, N_ ("Show the version"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, OST_LOCALE_FOLDER);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  context = g_option_context_new (_ ("- the doorkeeper for Exchange mailboxes"));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1)
    {
      g_printerr ("ostiaryd: %s\n", error != NULL ? error->message : _ ("too many arguments"));
      return 2;
    }
  if (shows_version)
    return g_print ("ostiaryd %s\n", OST_VERSION), 0;
  g_log_set_writer_func (write_log, NULL, NULL);
  /* Workers come and go; without this each would keep an arena of its own. */
  mallopt (M_ARENA_MAX, 2);
  keep_to_ourselves ();
  return run (config_file != NULL ? config_file : OST_CONFIG_DEFAULT_FILE);
}
