/* main.c: ostiary */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <glib/gi18n-lib.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "ost-cli.h"

static void
set_language (void)
{
  /* From a build folder that was not installed. */
  const char *folder = secure_getenv ("OSTIARY_LOCALE_PATH");

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, folder != NULL ? folder : OST_LOCALE_FOLDER);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/* With --once secrets pass through this process, so that it leaves no core and no other process
 * reads it. */
static void
keep_to_ourselves (void)
{
  const struct rlimit none = { 0, 0 };

  setrlimit (RLIMIT_CORE, &none);
  prctl (PR_SET_DUMPABLE, 0);
}

int
main (int argc, char **argv)
{
  set_language ();
  keep_to_ourselves ();
  /* A reader that goes away is an error of writing, after which shells are still deleted. */
  signal (SIGPIPE, SIG_IGN);
  g_set_prgname ("ostiary");
  return (int)ost_cli_main ((const char *const *)argv + (argc > 0 ? 1 : 0), stdout, stderr);
}
