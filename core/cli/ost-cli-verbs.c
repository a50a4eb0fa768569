/* ost-cli-verbs.c: the table of verbs that parsing, help and completion are made from */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-cli-verbs.h"

#include <glib/gi18n-lib.h>

#define LAST_OPTION                                                                                \
  {                                                                                                \
    NULL, NULL, NULL, NULL                                                                         \
  }

static const OstCliOption globals[] = {
  { "config", "FILE", NULL, N_ ("the main configuration file") },
  { "json", NULL, NULL, N_ ("one JSON document on standard output, messages on standard error") },
  { "help", NULL, NULL, N_ ("shows this") },
  { "version", NULL, NULL, N_ ("shows the version") },
  LAST_OPTION,
};

static const OstCliOption sync_options[] = {
  { "full", NULL, NULL, N_ ("lists everything and finds what vanished") },
  { "quick", NULL, NULL, N_ ("fetches what changed since the last time (the default)") },
  { "once", NULL, NULL, N_ ("in this process, without the service") },
  LAST_OPTION,
};

static const char *const formats[] = { "table", "json", "csv", NULL };

static const OstCliOption device_options[] = {
  { "connection", "NAME", NULL, N_ ("only those of this connection") },
  { "user", "TEXT", NULL, N_ ("only those whose mailbox has this in its names or addresses") },
  { "state", "STATE", NULL, N_ ("only those in this access state, such as Quarantined") },
  { "device", "DEVICE", NULL, N_ ("only this one: its device ID, GUID or Identity") },
  { "limit", "N", NULL, N_ ("at most so many") },
  { "format", "FORMAT", formats, N_ ("table, json or csv") },
  LAST_OPTION,
};

static const OstCliOption event_options[] = {
  { "verify", NULL, NULL, N_ ("checks the chain of hashes; exit status 1 where it is broken") },
  { "from", "SEQ", NULL, N_ ("only from this number on") },
  { "limit", "N", NULL, N_ ("at most so many") },
  { "follow", NULL, NULL, N_ ("stays and shows new ones (not yet there)") },
  LAST_OPTION,
};

static const OstCliOption config_options[] = {
  { "dump", NULL, NULL, N_ ("prints every value that holds, and where it comes from") },
  LAST_OPTION,
};

static const OstCliOption setup_options[] = {
  { "answers", "FILE", NULL, N_ ("takes the values from a file and asks nothing") },
  { "yes", NULL, NULL, N_ ("replaces a connection of that name without asking") },
  { "no-check", NULL, NULL, N_ ("stores it without connecting first") },
  LAST_OPTION,
};

static const char *const exchange_choices[] = { "keep", "restore", NULL };

static const OstCliOption disconnect_options[] = {
  { "exchange", "WHAT", exchange_choices,
    N_ ("keep leaves Exchange as it is; restore cannot be done yet") },
  { "yes", NULL, NULL, N_ ("does not ask") },
  LAST_OPTION,
};

static const OstCliOption demo_options[] = {
  { "mailboxes", "N", NULL, N_ ("how many mailboxes the simulated Exchange has") },
  LAST_OPTION,
};

static const OstCliVerb verbs[] = {
  { "check", "[NAME]", 0, 1, NULL,
    N_ ("goes through a connection step by step and changes nothing"), ost_cli_run_check },
  { "sync", "NAME [--full|--quick] [--once]", 1, 1, sync_options,
    N_ ("synchronises the inventory with Exchange"), ost_cli_run_sync },
  { "devices",
    "[--connection NAME] [--user TEXT] [--state STATE] [--device DEVICE] [--limit N] [--format "
    "FORMAT]",
    0, 0, device_options, N_ ("lists the mobile devices"), ost_cli_run_devices },
  { "status", "[NAME]", 0, 1, NULL, N_ ("shows how the connections are"), ost_cli_run_status },
  { "events", "[--verify] [--from SEQ] [--limit N]", 0, 0, event_options,
    N_ ("shows the audit trail, or verifies it"), ost_cli_run_events },
  { "plugins", "", 0, 0, NULL, N_ ("shows what is installed, and what was refused"),
    ost_cli_run_plugins },
  { "config", "[--dump]", 0, 0, config_options, N_ ("checks the configuration, or prints it"),
    ost_cli_run_config },
  { "setup", "[NAME] [--answers FILE] [--yes] [--no-check]", 0, 1, setup_options,
    N_ ("configures, checks and stores a connection"), ost_cli_run_setup },
  { "disconnect", "NAME --exchange=keep [--yes]", 1, 1, disconnect_options,
    N_ ("takes a connection away and keeps an archive of it"), ost_cli_run_disconnect },
  { "demo", "[--mailboxes N]", 0, 0, demo_options,
    N_ ("shows it all on a simulated Exchange, in a temporary folder"), ost_cli_run_demo },
  { NULL, NULL, 0, 0, NULL, NULL, NULL },
};

const OstCliVerb *
ost_cli_get_verbs (void)
{
  return verbs;
}

const OstCliOption *
ost_cli_get_globals (void)
{
  return globals;
}
