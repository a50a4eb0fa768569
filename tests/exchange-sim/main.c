/* main.c: a simulated Exchange: options, start and end */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"
#include "listener.h"
#include "server.h"

#include <glib-unix.h>
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DAY_SECONDS 86400

#ifdef __SANITIZE_ADDRESS__
/* The leak checker of gcc 12 dies of the threads in which GnuTLS shakes hands. Where no TLS is
   spoken, ASAN_OPTIONS=detect_leaks=1 turns it on again. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "detect_leaks=0";
}
#endif

/**
 * Options:
 *
 * The command line.
 */
typedef struct {
  int port;
  int http_port;
  char *certificate;
  char *user;
  char *password;
  int mailboxes;
  int devices_per_mailbox;
  gint64 seed;
  char *today;
  int life;
  int max_shells;
  int shell_idle;
  int wipe_delay;
  char *filter_when_changed;
  char *objects;
  char *deny;
  gboolean exit_with_stdin;
} Options;

static void
clear_options (Options *options)
{
  g_free (options->certificate);
  g_free (options->user);
  g_free (options->password);
  g_free (options->today);
  g_free (options->filter_when_changed);
  g_free (options->objects);
  g_free (options->deny);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static gboolean
parse_options (int argc, char **argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "HTTPS port of 127.0.0.1, 0 for any", "N" },
    { "http-port", 0, 0, G_OPTION_ARG_INT, &options->http_port,
      "plain HTTP as well, 0 for any port", "N" },
    { "cert", 0, 0, G_OPTION_ARG_FILENAME, &options->certificate,
      "file that the certificate is written to", "FILE" },
    { "user", 0, 0, G_OPTION_ARG_STRING, &options->user, "account (CONTOSO\\admin)", "NAME" },
    { "password", 0, 0, G_OPTION_ARG_STRING, &options->password, "its password (secret)", "TEXT" },
    { "mailboxes", 0, 0, G_OPTION_ARG_INT, &options->mailboxes, "mailboxes (1000)", "N" },
    { "devices-per-mailbox", 0, 0, G_OPTION_ARG_INT, &options->devices_per_mailbox,
      "devices in each (2)", "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed, "all the rest follows from it (1)", "N" },
    { "today", 0, 0, G_OPTION_ARG_STRING, &options->today, "the day that the world begins",
      "YYYY-MM-DD" },
    { "life", 0, 0, G_OPTION_ARG_INT, &options->life, "changes in a minute (0)", "N" },
    { "max-shells", 0, 0, G_OPTION_ARG_INT, &options->max_shells, "a user's shells (18)", "N" },
    { "shell-idle", 0, 0, G_OPTION_ARG_INT, &options->shell_idle,
      "seconds until an idle shell ends (900)", "N" },
    { "wipe-delay", 0, 0, G_OPTION_ARG_INT, &options->wipe_delay,
      "seconds until a wipe is acknowledged, 0 for never", "N" },
    { "filter-whenchanged", 0, 0, G_OPTION_ARG_STRING, &options->filter_when_changed,
      "whether device filters take WhenChanged and its like (off)", "on|off" },
    { "objects", 0, 0, G_OPTION_ARG_STRING, &options->objects,
      "enumerations and identities as strings, or whole (plain)", "plain|rich" },
    { "deny", 0, 0, G_OPTION_ARG_STRING, &options->deny,
      "what the role lacks: Cmdlet and Cmdlet:Parameter, by comma", "LIST" },
    { "exit-with-stdin", 0, 0, G_OPTION_ARG_NONE, &options->exit_with_stdin,
      "end when standard input closes", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("- a simulated Exchange");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, error))
    return FALSE;
  if (argc > 1 || options->mailboxes < 1 || options->devices_per_mailbox < 0
      || options->devices_per_mailbox > 60000 || options->port < 0 || options->port > G_MAXUINT16
      || options->http_port > G_MAXUINT16 || options->max_shells < 1 || options->shell_idle < 1
      || options->life < 0 || options->life > 60000 || options->wipe_delay < 0)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                   "an option is out of range, or there is an argument too many");
      return FALSE;
    }
  return TRUE;
}

/* Reads one of two words. */
static gboolean
read_choice (const char *name, const char *text, const char *no, const char *yes, gboolean *choice,
             GError **error)
{
  *choice = g_strcmp0 (text, yes) == 0;
  if (*choice || text == NULL || strcmp (text, no) == 0)
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s: ‘%s’ is not %s or %s", name,
               text, no, yes);
  return FALSE;
}

static gboolean
read_today (const char *text, gint64 *today_us, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  *today_us = now / DAY_SECONDS * DAY_SECONDS * G_USEC_PER_SEC;
  if (text == NULL || sim_time_parse (text, FALSE, today_us))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--today: ‘%s’ is no date", text);
  return FALSE;
}

static GHashTable *
read_denied (const char *text)
{
  GHashTable *denied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) items = g_strsplit (text == NULL ? "" : text, ",", -1);
  for (char **item = items; *item != NULL; item++)
    g_hash_table_add (denied, g_ascii_strdown (g_strstrip (*item), -1));
  return denied;
}

static SimServer *
make_server (const Options *options, GError **error)
{
  SimShape shape = { .n_mailboxes = (guint)options->mailboxes,
                     .devices_per_mailbox = (guint)options->devices_per_mailbox,
                     .seed = (guint64)options->seed,
                     .wipe_delay_seconds = (guint)options->wipe_delay };
  gboolean is_rich;
  if (!read_today (options->today, &shape.today_us, error)
      || !read_choice ("filter-whenchanged", options->filter_when_changed, "off", "on",
                       &shape.filter_when_changed, error)
      || !read_choice ("objects", options->objects, "plain", "rich", &is_rich, error))
    return NULL;
  g_autoptr (GHashTable) denied = read_denied (options->deny);
  SimWsmanOptions wsman = { .max_shells = (guint)options->max_shells,
                            .idle_seconds = (guint)options->shell_idle,
                            .style = is_rich ? SIM_STYLE_RICH : SIM_STYLE_PLAIN,
                            .denied = denied };
  return sim_server_new (&shape, &wsman, options->user == NULL ? "CONTOSO\\admin" : options->user,
                         options->password == NULL ? "secret" : options->password);
}

/* ---- running --------------------------------------------------------------------------------- */

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

/* Whatever is written there is none of our business; its end is. */
static gboolean
on_input (int fd, GIOCondition condition, gpointer data)
{
  char bytes[256];
  if (read (fd, bytes, sizeof bytes) > 0)
    return G_SOURCE_CONTINUE;
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_life (gpointer data)
{
  sim_world_live (((SimServer *)data)->world);
  return G_SOURCE_CONTINUE;
}

static void
print_ready (const SimListener *https, const SimListener *http, const Options *options,
             const SimCertificate *certificate)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_string_printf (line, "{\"ready\":true,\"url\":\"https://127.0.0.1:%u/PowerShell/\",\"cert\":",
                   sim_listener_get_port (https));
  if (options->certificate == NULL)
    g_string_append (line, "null");
  else
    sim_json_append_string (line, options->certificate);
  g_string_append_printf (line, ",\"fingerprint\":\"%s\"", certificate->fingerprint);
  if (http != NULL)
    g_string_append_printf (line, ",\"http\":\"http://127.0.0.1:%u/PowerShell/\"",
                            sim_listener_get_port (http));
  g_print ("%s}\n", line->str);
  fflush (stdout);
}

static gboolean
run (const Options *options, GError **error)
{
  g_autoptr (SimServer) server = make_server (options, error);
  g_autoptr (SimCertificate) certificate = server == NULL ? NULL : sim_certificate_new (error);
  if (certificate == NULL)
    return FALSE;
  g_autofree char *pem = g_strconcat (certificate->certificate_pem, certificate->key_pem, NULL);
  g_autoptr (GTlsCertificate) tls = g_tls_certificate_new_from_pem (pem, -1, error);
  if (tls == NULL)
    return FALSE;
  if (options->certificate != NULL
      && !g_file_set_contents (options->certificate, certificate->certificate_pem, -1, error))
    return FALSE;
  g_autoptr (SimListener) https
    = sim_listener_new (server->soup, (guint16)options->port, tls, error);
  g_autoptr (SimListener) http = NULL;
  if (https == NULL)
    return FALSE;
  if (options->http_port >= 0)
    {
      http = sim_listener_new (server->soup, (guint16)options->http_port, NULL, error);
      if (http == NULL)
        return FALSE;
    }
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, loop);
  g_unix_signal_add (SIGINT, on_signal, loop);
  if (options->exit_with_stdin)
    g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, loop);
  if (options->life > 0)
    g_timeout_add (60000 / (guint)options->life, on_life, server);
  print_ready (https, http, options, certificate);
  g_main_loop_run (loop);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .http_port = -1,
                               .mailboxes = 1000,
                               .devices_per_mailbox = 2,
                               .seed = 1,
                               .max_shells = 18,
                               .shell_idle = 900 };
  g_autoptr (GError) error = NULL;
  gboolean is_good = parse_options (argc, argv, &options, &error);
  int status = is_good ? EXIT_FAILURE : 2;
  xmlInitParser ();
  if (is_good && run (&options, &error))
    status = EXIT_SUCCESS;
  if (error != NULL)
    g_printerr ("ostiary-exchange-sim: %s\n", error->message);
  xmlCleanupParser ();
  return status;
}
