/* test-config.c: configurations, right and wrong */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-config.h"
#include "core/config/ost-config-keys.h"
#include "core/config/ost-config-words.h"
#include "fake-plugins.h"
#include "scratch.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONNECTION "[connection acme]\nenvironment=fake\nserver=mail1;mail2\n"

typedef struct {
  char *folder;
  char *file;
  char *state;
  OstRegistry *registry;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = scratch_new ();
  fixture->file = g_build_filename (fixture->folder, "ostiary.conf", NULL);
  fixture->state = g_build_filename (fixture->folder, "state", NULL);
  fixture->registry = fake_registry_new ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  scratch_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->file);
  g_free (fixture->state);
  g_object_unref (fixture->registry);
}

/* Every configuration of a test keeps its state in the test's own folder. */
static void
write_main (Fixture *fixture, const char *text)
{
  g_autofree char *all = g_strconcat (text, "\n[service]\nstate-dir=", fixture->state, "\n", NULL);

  scratch_write (fixture->folder, "ostiary.conf", all);
}

static OstConfig *
load (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  OstConfig *config = ost_config_load (fixture->file, fixture->registry, OST_CONFIG_NONE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (config);
  return config;
}

/* Expects exactly these errors, with the folder cut off their beginnings. */
static void
assert_errors (Fixture *fixture, OstConfigFlags flags, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstConfig) config = ost_config_load (fixture->file, fixture->registry, flags, &error);
  g_autoptr (GString) message = NULL;
  g_autofree char *prefix = g_strconcat (fixture->folder, "/", NULL);

  g_assert_null (config);
  g_assert_error (error, OST_ERROR, OST_ERROR_INVALID);
  message = g_string_new (error->message);
  g_string_replace (message, prefix, "", 0);
  g_assert_cmpstr (message->str, ==, expected);
}

static void
test_whole (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) config = NULL;
  const OstConnectionConfig *connection;
  const char *const *servers;

  write_main (fixture, "# a comment\n"
                       "[api]\n"
                       "http=127.0.0.1:8642\n"
                       "[connection contoso]\n"
                       "environment=fake\n"
                       "  server = mail1.contoso.com ; mail2.contoso.com;\n"
                       "user=CONTOSO\\svc-ostiary\n"
                       "password-secret=file:/etc/ostiary/secrets/contoso\n"
                       "password-secret-next=file:/etc/ostiary/secrets/contoso.next\n"
                       "auth=kerberos;basic\n"
                       "greeting=a # is no comment here, and = is no sign\n"
                       "quick-sync-interval=90s\n"
                       "full-sync-interval=12h\n"
                       "statistics=all\n"
                       "statistics-budget=30s per minute\n"
                       "shells=8\n"
                       "personal-data=yes\n"
                       "authority=local\n"
                       "authority-file=/srv/records.csv\n"
                       "policy=staff\n"
                       "notify=post\n"
                       "notify-user=CONTOSO\\svc-notify\n"
                       "notify-password-secret=credential:notify\n"
                       "[policy staff]\n"
                       "unmanaged=block\n"
                       "grace=3d\n"
                       "grandfather-until=2027-02-28\n"
                       "[brakes]\n"
                       "[connection b]\n"
                       "environment=plain\n");
  config = load (fixture);
  g_assert_cmpuint (ost_config_get_connections (config)->len, ==, 2);
  connection = ost_config_find_connection (config, "contoso", NULL);
  g_assert_nonnull (connection);
  g_assert_cmpstr (connection->backend->info->name, ==, "fake");
  g_assert_cmpstr (connection->transport->info->name, ==, "direct");
  g_assert_cmpstr (connection->authority->info->name, ==, "local");
  g_assert_cmpstr (connection->notifier->info->name, ==, "post");
  g_assert_cmpstr (ost_settings_get_text (connection->policy, "unmanaged"), ==, "block");
  g_assert_cmpint (ost_settings_get_integer (connection->policy, "grace"), ==, 3 * 86400);
  g_assert_cmpuint (connection->quick_sync_seconds, ==, 90);
  g_assert_cmpuint (connection->full_sync_seconds, ==, 43200);
  g_assert_cmpint (connection->statistics, ==, OST_CONFIG_STATISTICS_ALL);
  g_assert_cmpuint (connection->statistics_budget_seconds, ==, 30);
  g_assert_cmpuint (connection->statistics_period_seconds, ==, 60);
  g_assert_cmpuint (connection->shells, ==, 8);
  g_assert_true (connection->keeps_personal_data);
  g_assert_cmpuint (connection->line, ==, 4);
  servers = ost_settings_get_list (connection->settings, "server");
  g_assert_cmpstr (servers[0], ==, "mail1.contoso.com");
  g_assert_cmpstr (servers[1], ==, "mail2.contoso.com");
  g_assert_null (servers[2]);
  g_assert_cmpstr (ost_settings_get_text (connection->settings, "user"), ==,
                   "CONTOSO\\svc-ostiary");
  g_assert_cmpstr (ost_settings_get_text (connection->settings, "greeting"), ==,
                   "a # is no comment here, and = is no sign");
  connection = ost_config_find_connection (config, "b", NULL);
  g_assert_null (connection->authority);
  g_assert_null (connection->policy);
  g_assert_cmpuint (connection->quick_sync_seconds, ==, 120);
  g_assert_cmpuint (connection->full_sync_seconds, ==, 86400);
  g_assert_cmpuint (connection->statistics_budget_seconds, ==, 600);
  g_assert_cmpuint (connection->statistics_period_seconds, ==, 3600);
  g_assert_cmpint (connection->statistics, ==, OST_CONFIG_STATISTICS_CHANGED);
  g_assert_cmpuint (connection->shells, ==, 4);
  g_assert_false (connection->keeps_personal_data);
  g_assert_cmpstr (ost_config_get_store (config)->info->name, ==, "sqlite");
  g_assert_cmpint (ost_settings_get_integer (ost_config_get_service (config), "store-pages"), ==,
                   100);
  g_assert_cmpstr (ost_config_get_state_folder (config), ==, fixture->state);
  g_assert_cmpstr (ost_settings_get_text (ost_config_get_api (config), "socket"), ==,
                   "/run/ostiary/api.sock");
}

typedef struct {
  const char *name;
  const char *text;
  const char *expected;
} Wrong;

static const Wrong wrongs[] = {
  { "group", "[conection acme]\nx=y\n",
    "ostiary.conf:1: [conection] is no known group; did you mean [connection]? Allowed: service, "
    "api, connection, policy, brakes" },
  { "group-far", "[database]\n",
    "ostiary.conf:1: [database] is no known group; allowed: service, api, connection, policy, "
    "brakes; correct it or take it out" },
  { "group-open", "[api\n",
    "ostiary.conf:1: this group has no ‘]’ at its end; write [group] or [group NAME], and nothing "
    "behind it" },
  { "group-tail", "[api] # yes\n",
    "ostiary.conf:1: this group has no ‘]’ at its end; write [group] or [group NAME], and nothing "
    "behind it" },
  { "group-empty", "[]\n",
    "ostiary.conf:1: [] is no known group; allowed: service, api, connection, policy, brakes; "
    "correct it or take it out" },
  { "group-nameless", "[connection]\n",
    "ostiary.conf:1: [connection] has no name; write [connection NAME]" },
  { "group-named", "[api two]\n",
    "ostiary.conf:1: [api] has a name; there is only one of its kind; write [api]" },
  { "group-name", "[connection ../../etc]\n",
    "ostiary.conf:1: [connection] has the name ‘../../etc’; allowed are at most 64 letters, "
    "digits, dots, hyphens and underscores, beginning with a letter or digit" },
  { "group-twice", "[policy a]\n[policy b]\n[policy a]\nunmanaged=keep\n",
    "ostiary.conf:3: [policy a] stands in line 1 already; write it once" },
  { "key-twice", CONNECTION "shells=1\n#\nshells=2\n",
    "ostiary.conf:6: [connection acme] shells: stands in line 4 already; write it once" },
  { "key-outside", "a=b\nc=d\n",
    "ostiary.conf:1: this key stands before the first [group]; put it into one" },
  { "no-key", "[api]\nhunter2\n=hunter2\n",
    "ostiary.conf:2: this line is no key=value, no [group] and no comment; write one of these, or "
    "take it out\n"
    "ostiary.conf:3: this line is no key=value, no [group] and no comment; write one of these, or "
    "take it out" },
  { "misspelt", CONNECTION "quick-sync-intervall=5min\n",
    "ostiary.conf:4: [connection acme] quick-sync-intervall: is no key of this group; did you mean "
    "quick-sync-interval?" },
  { "capital", CONNECTION "Shells=3\n",
    "ostiary.conf:4: [connection acme] (malformed key): is no key of this group; did you mean "
    "shells?" },
  { "password", CONNECTION "password=hunter2\n",
    "ostiary.conf:4: [connection acme] password: is no key of this group; did you mean "
    "password-secret?" },
  { "secret", CONNECTION "password-secret=hunter2\n",
    "ostiary.conf:4: [connection acme] password-secret: is no reference to a secret; write "
    "file:PATH or credential:NAME, and take the secret out of the configuration" },
  { "secret-path", CONNECTION "password-secret=file:hunter2\n",
    "ostiary.conf:4: [connection acme] password-secret: the path behind file: is not absolute; "
    "write file:/PATH" },
  { "secret-name", CONNECTION "password-secret=credential:../x\n",
    "ostiary.conf:4: [connection acme] password-secret: the name behind credential: is none that "
    "systemd gives; write the ID of a LoadCredential= of the unit" },
  { "unit", CONNECTION "quick-sync-interval=5\n",
    "ostiary.conf:4: [connection acme] quick-sync-interval: ‘5’ has no unit; write 5s, 5min, 5h or "
    "5d" },
  { "range", CONNECTION "shells=9\n",
    "ostiary.conf:4: [connection acme] shells: ‘9’ is out of range; allowed is 1 to 8" },
  { "number", CONNECTION "shells=three\n",
    "ostiary.conf:4: [connection acme] shells: ‘three’ is no whole number" },
  { "boolean", CONNECTION "personal-data=true\n",
    "ostiary.conf:4: [connection acme] personal-data: ‘true’ is neither yes nor no" },
  { "choice", CONNECTION "statistics=some\n",
    "ostiary.conf:4: [connection acme] statistics: ‘some’ is none of: changed, all, none" },
  { "file", CONNECTION "tls-ca-file=ca.pem\n",
    "ostiary.conf:4: [connection acme] tls-ca-file: ‘ca.pem’ is no absolute path" },
  { "empty", CONNECTION "user=\n",
    "ostiary.conf:4: [connection acme] user: has no value; give one, or take the line out" },
  { "method", CONNECTION "auth=basic;digest\n",
    "ostiary.conf:4: [connection acme] auth: ‘digest’ is no sign-in method; allowed, with "
    "semicolons between several: auto, kerberos, negotiate, ntlm, basic, certificate, oauth" },
  { "enforce", CONNECTION "mode=enforce\n",
    "ostiary.conf:4: [connection acme] mode: ‘enforce’ is not possible: this version observes and "
    "never changes Exchange; write observe, or take the line out" },
  { "later", CONNECTION "freeze=2027-12-20..2028-01-06\n",
    "ostiary.conf:4: [connection acme] freeze: ‘2027-12-20..2028-01-06’ has no meaning yet: this "
    "version observes and never changes Exchange; allowed: none; take the line out" },
  { "budget", CONNECTION "statistics-budget=10min an hour\n",
    "ostiary.conf:4: [connection acme] statistics-budget: ‘10min an hour’ is no budget; allowed is "
    "a duration per minute, hour or day; write it like 10min per hour" },
  { "budget-over", CONNECTION "statistics-budget=2h per hour\n",
    "ostiary.conf:4: [connection acme] statistics-budget: ‘2h per hour’ is nothing, or more time "
    "than there is; allowed is from 1s to the whole; use statistics=none for no statistics at "
    "all" },
  { "intervals", CONNECTION "quick-sync-interval=2h\nfull-sync-interval=1h\n",
    "ostiary.conf:4: [connection acme] quick-sync-interval: ‘2h’ is more than "
    "full-sync-interval=1h; allowed is at most that; shorten the one or lengthen the other" },
  { "required", "[connection acme]\n",
    "ostiary.conf:1: [connection acme] environment: is missing and has no default; add it. The "
    "backend plugin: which kind of Exchange this is." },
  { "required-of-plugin", "[connection acme]\nenvironment=fake\n",
    "ostiary.conf:1: [connection acme] server: is missing and has no default; add it. The servers, "
    "tried in order." },
  { "other-transport", CONNECTION "proxy=proxy:8080\n",
    "ostiary.conf:4: [connection acme] proxy: is a key of transport=proxied, but this group has "
    "transport=direct; take it out, or change that" },
  { "other-authority", CONNECTION "authority-file=/x\n",
    "ostiary.conf:4: [connection acme] authority-file: is a key of authority=local, but this group "
    "has authority=none; take it out, or change that" },
  { "not-installed",
    "[connection acme]\nenvironment=martian\ngreeting=x\ncanal=wide\nauthority=dean\n"
    "authority-x=y\nfull-sync-interval=9\nshels=2\n",
    "ostiary.conf:2: [connection acme] environment: no backend called ‘martian’ is installed; "
    "those installed: fake, plain; install the package that brings libostiary-backend-martian.so, "
    "or correct the name; without it nobody knows these keys: greeting, canal\n"
    "ostiary.conf:5: [connection acme] authority: no authority called ‘dean’ is installed; those "
    "installed: local; install the package that brings libostiary-authority-dean.so, or correct "
    "the name; without it nobody knows these keys: authority-x\n"
    "ostiary.conf:7: [connection acme] full-sync-interval: ‘9’ has no unit; write 9s, 9min, 9h or "
    "9d\n"
    "ostiary.conf:8: [connection acme] shels: is no key of this group; did you mean shells?" },
  { "plugin-name", "[connection acme]\nenvironment=../x\n",
    "ostiary.conf:2: [connection acme] environment: ‘../x’ is no name of a plugin; allowed are "
    "lower case letters, digits and hyphens; ‘ostiary plugins’ lists those installed" },
  { "policy", CONNECTION "policy=staff\n",
    "ostiary.conf:4: [connection acme] policy: there is no [policy staff]; write that group, or "
    "policy=none" },
  { "policy-key", "[policy a]\nunmanaged=wipe\ngrandfather-until=2027-02-30\n",
    "ostiary.conf:2: [policy a] unmanaged: ‘wipe’ is none of: keep, allow, block, quarantine\n"
    "ostiary.conf:3: [policy a] grandfather-until: ‘2027-02-30’ is no date; write it as "
    "YEAR-MONTH-DAY, like 2027-01-31" },
  { "http-name", "[api]\nhttp=example.com:80\n",
    "ostiary.conf:2: [api] http: ‘example.com:80’ is no address to listen on; allowed is an IP "
    "address with a port; write it like 127.0.0.1:8642 or [::1]:8642" },
  { "http-open", "[api]\nhttp=0.0.0.0:8642\n",
    "ostiary.conf:2: [api] http: ‘0.0.0.0:8642’ can be reached by others; allowed without TLS are "
    "addresses like 127.0.0.1:8642; write http-tls-certificate and http-tls-key too" },
  { "http-half", "[api]\nhttp=0.0.0.0:8642\nhttp-tls-key=/x\n",
    "ostiary.conf:3: [api] http-tls-key: stands alone; http-tls-certificate and http-tls-key "
    "belong together; write both or none" },
  { "brakes", "[brakes]\ndevices=10\n",
    "ostiary.conf:2: [brakes] devices: is no key of this group; allowed: none; correct it or take "
    "it out" },
  { "control", "[api]\nsocket=/run/\x1b[31m\n",
    "ostiary.conf:2: this line has the control character U+001B; take it out" },
  { "control-c1",
    "[api]\nsocket=/run/\xc2\x9b"
    "31m\n",
    "ostiary.conf:2: this line has the control character U+009B; take it out" },
  { "encoding", "[api]\n# caf\xe9\n",
    "ostiary.conf:2: this line has the byte 0xe9, which is no UTF-8 text; save the file in UTF-8" },
};

static void
test_wrong (Fixture *fixture, gconstpointer data)
{
  const Wrong *wrong = data;

  write_main (fixture, wrong->text);
  assert_errors (fixture, OST_CONFIG_NONE, wrong->expected);
}

static void
test_all_at_once (Fixture *fixture, gconstpointer data)
{
  write_main (fixture, CONNECTION "shells=0\nfrob=1\nmode=enforce\n[nonsense]\n");
  scratch_write (fixture->folder, "ostiary.conf.d/b.conf", "[policy p]\ngrace=1\n");
  scratch_write (fixture->folder, "ostiary.conf.d/a.conf", "nonsense\n");
  scratch_write (fixture->folder, "state/connections.d/c.conf",
                 "[connection c]\nenvironment=plain\nshells=x\n");
  assert_errors (
    fixture, OST_CONFIG_NONE,
    "ostiary.conf:4: [connection acme] shells: ‘0’ is out of range; allowed is 1 to 8\n"
    "ostiary.conf:5: [connection acme] frob: is no key of this group; allowed: "
    "environment, transport, mode, quick-sync-interval, full-sync-interval, "
    "statistics, statistics-budget, shells, authority, policy, enforce-scope, "
    "protected-users, change-window, freeze, foreign-entries, allow-wipe, "
    "personal-data, notify, server, greeting, auth, user, password-secret, "
    "password-secret-next, tls-ca-file, tls-pin; correct it or take it out\n"
    "ostiary.conf:6: [connection acme] mode: ‘enforce’ is not possible: this version "
    "observes and never changes Exchange; write observe, or take the line out\n"
    "ostiary.conf:7: [nonsense] is no known group; allowed: service, api, connection, "
    "policy, brakes; correct it or take it out\n"
    "ostiary.conf.d/a.conf:1: this line is no key=value, no [group] and no comment; "
    "write one of these, or take it out\n"
    "ostiary.conf.d/b.conf:2: [policy p] grace: ‘1’ has no unit; write 1s, 1min, 1h "
    "or 1d\n"
    "state/connections.d/c.conf:3: [connection c] shells: ‘x’ is no whole number");
}

static void
test_clash_of_plugins (Fixture *fixture, gconstpointer data)
{
  g_autofree char *expected
    = g_strdup_printf ("ostiary.conf:4: [connection acme] transport: the key ‘greeting’ is "
                       "claimed by ‘%s’, but it belongs to %s already; the two cannot be used "
                       "together",
                       g_get_prgname (), g_get_prgname ());

  write_main (fixture, CONNECTION "transport=proxied\nproxy=p:1\n");
  assert_errors (fixture, OST_CONFIG_NONE, expected);
}

static void
test_environment_secret (Fixture *fixture, gconstpointer data)
{
  write_main (fixture, CONNECTION "password-secret=env:ACME\n");
  g_object_unref (load (fixture));
  assert_errors (fixture, OST_CONFIG_FOR_SERVICE,
                 "ostiary.conf:4: [connection acme] password-secret: a secret in the environment "
                 "is for --once and tests, since other programs can read it there; write file:PATH "
                 "or credential:NAME");
}

static void
test_drop_ins (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) config = NULL;

  write_main (fixture, "[api]\nsocket=/run/a\noperators=staff\n");
  scratch_write (fixture->folder, "ostiary.conf.d/20-b.conf", "[api]\nsocket=/run/c\n" CONNECTION);
  scratch_write (fixture->folder, "ostiary.conf.d/10-a.conf",
                 "[api]\nsocket=/run/b\nviewers=all\n");
  scratch_write (fixture->folder, "ostiary.conf.d/30.conf.previous", "rubbish");
  scratch_write (fixture->folder, "ostiary.conf.d/.40.conf", "rubbish");
  scratch_write (fixture->folder, "state/connections.d/web.conf",
                 "[connection web]\nenvironment=plain\n");
  config = load (fixture);
  g_assert_cmpstr (ost_settings_get_text (ost_config_get_api (config), "socket"), ==, "/run/c");
  g_assert_cmpstr (ost_settings_get_text (ost_config_get_api (config), "operators"), ==, "staff");
  g_assert_cmpstr (ost_settings_get_text (ost_config_get_api (config), "viewers"), ==, "all");
  g_assert_nonnull (ost_config_find_connection (config, "acme", NULL));
  g_assert_nonnull (ost_config_find_connection (config, "web", NULL));
}

static void
test_defined_twice (Fixture *fixture, gconstpointer data)
{
  g_autofree char *expected = g_strdup_printf (
    "ostiary.conf.d/acme.conf:1: [connection acme] is defined in ostiary.conf:1 too; take one of "
    "them away\n"
    "state/connections.d/acme.conf:1: [connection acme] is defined in ostiary.conf:1 too; take "
    "one of them away");

  write_main (fixture, CONNECTION);
  scratch_write (fixture->folder, "ostiary.conf.d/acme.conf", CONNECTION);
  scratch_write (fixture->folder, "state/connections.d/acme.conf", CONNECTION);
  assert_errors (fixture, OST_CONFIG_NONE, expected);
}

static void
test_state_folder_is_narrow (Fixture *fixture, gconstpointer data)
{
  write_main (fixture, "");
  scratch_write (fixture->folder, "state/connections.d/a.conf",
                 "[service]\nplugin-path=/tmp/evil\n[connection b]\nenvironment=plain\n");
  assert_errors (fixture, OST_CONFIG_NONE,
                 "state/connections.d/a.conf:1: [service] cannot stand here: this folder is for "
                 "connections made through the API; put it into the main file\n"
                 "state/connections.d/a.conf:3: [connection b] cannot stand here: a file of this "
                 "folder holds the connection it is called after; expected it in b.conf");
}

static void
test_limits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *big = g_strnfill (1024 * 1024 + 1, '#');
  g_autofree char *wide = g_strnfill (20000, '#');
  g_autoptr (GString) many = g_string_new ("[api]\n");

  scratch_write (fixture->folder, "ostiary.conf", big);
  assert_errors (fixture, OST_CONFIG_NONE,
                 "ostiary.conf: this file has more than 1048576 bytes; expected a configuration of "
                 "a few hundred lines; split it");
  scratch_write (fixture->folder, "ostiary.conf", wide);
  assert_errors (fixture, OST_CONFIG_NONE,
                 "ostiary.conf:1: this line has 20000 bytes; allowed are 16384; shorten it");
  for (guint i = 0; i < 9999; i++)
    g_string_append (many, "#\n");
  g_string_append (many, "rubbish\n");
  scratch_write (fixture->folder, "ostiary.conf", many->str);
  assert_errors (fixture, OST_CONFIG_NONE,
                 "ostiary.conf:10001: the file has more than 10000 lines; split it");
}

static void
test_flood (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 5000; i++)
    g_string_append (text, "rubbish\n");
  scratch_write (fixture->folder, "ostiary.conf", text->str);
  g_assert_null (ost_config_load (fixture->file, fixture->registry, OST_CONFIG_NONE, &error));
  g_assert_true (g_str_has_suffix (error->message, "\nand 4900 errors more"));
}

static void
test_no_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (OstConfig) config = NULL;

  g_assert_null (ost_config_load (fixture->file, fixture->registry, OST_CONFIG_NONE, &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, fixture->file));
  scratch_write (fixture->folder, "ostiary.conf.d/a.conf", CONNECTION);
  config = ost_config_load (fixture->file, fixture->registry, OST_CONFIG_MAY_BE_MISSING, NULL);
  g_assert_nonnull (config);
  g_assert_nonnull (ost_config_find_connection (config, "acme", NULL));
}

/* Whoever may not look has to hear that, and not that there is nothing. */
static void
test_closed_folder (Fixture *fixture, gconstpointer data)
{
  if (geteuid () == 0)
    {
      g_test_skip ("nothing is closed to root");
      return;
    }
  write_main (fixture, CONNECTION);
  g_assert_cmpint (g_chmod (fixture->folder, 0600), ==, 0);
  assert_errors (fixture, OST_CONFIG_NONE,
                 "ostiary.conf: cannot read this file: Permission denied\n"
                 "ostiary.conf.d: Error opening directory “ostiary.conf.d”: Permission denied");
  g_assert_cmpint (g_chmod (fixture->folder, 0700), ==, 0);
}

static void
test_strange_files (Fixture *fixture, gconstpointer data)
{
  g_autofree char *fifo = g_build_filename (fixture->folder, "ostiary.conf.d", "f.conf", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "ostiary.conf.d", "g.conf", NULL);

  write_main (fixture, "");
  scratch_write (fixture->folder, "ostiary.conf.d/a.conf",
                 "\xef\xbb\xbf[api]\r\nsocket=/run/x\r\n");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0755), ==, 0);
  assert_errors (fixture, OST_CONFIG_NONE,
                 "ostiary.conf.d/f.conf: is no regular file; expected a text file\n"
                 "ostiary.conf.d/g.conf: is no regular file; expected a text file");
  g_assert_cmpint (g_unlink (fifo), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_object_unref (load (fixture));
}

static void
test_warnings (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) config = NULL;
  const char *const *warnings;

  write_main (fixture, "");
  g_assert_cmpint (g_chmod (fixture->file, 0646), ==, 0);
  config = load (fixture);
  warnings = ost_config_get_warnings (config);
  g_assert_nonnull (warnings[0]);
  g_assert_nonnull (strstr (warnings[0], "can be written by everybody (mode 0646)"));
  g_assert_null (warnings[1]);
}

/* A dump is a configuration that means the same. */
static void
test_dump (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) config = NULL;
  g_autoptr (OstConfig) again = NULL;
  g_autoptr (OstConfigChanges) changes = NULL;
  g_autofree char *dump = NULL;
  g_autofree char *dump_again = NULL;
  g_autofree char *line = g_strdup_printf ("# %s:4\npassword-secret=file:/x\n", fixture->file);

  write_main (fixture, CONNECTION "password-secret=file:/x\ngreeting=a\\nb\\\\c;  d\npolicy=p\n"
                                  "[policy p]\nexclude-users=a;b\n");
  config = load (fixture);
  dump = ost_config_dump (config);
  g_assert_nonnull (strstr (dump, line));
  g_assert_nonnull (strstr (dump, "# default\nshells=4\n"));
  scratch_write (fixture->folder, "ostiary.conf", dump);
  again = load (fixture);
  changes = ost_config_compare (config, again);
  g_assert_cmpuint (g_strv_length (changes->added), ==, 0);
  g_assert_cmpuint (g_strv_length (changes->removed), ==, 0);
  g_assert_cmpuint (g_strv_length (changes->changed), ==, 0);
  g_assert_false (changes->needs_restart);
  dump_again = ost_config_dump (again);
  g_assert_cmpstr (
    ost_settings_get_text (ost_config_find_connection (again, "acme", NULL)->settings, "greeting"),
    ==, "a\\nb\\\\c;  d");
}

static void
test_compare (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) before = NULL;
  g_autoptr (OstConfig) after = NULL;
  g_autoptr (OstConfigChanges) changes = NULL;
  g_autofree char *changed = NULL;

  write_main (fixture, "[connection same]\nenvironment=plain\nshells=4\n"
                       "[connection value]\nenvironment=plain\n"
                       "[connection policy]\nenvironment=plain\npolicy=p\n"
                       "[connection gone]\nenvironment=plain\n"
                       "[policy p]\nunmanaged=keep\n");
  before = load (fixture);
  write_main (fixture, "[connection new]\nenvironment=plain\n"
                       "[policy p]\nunmanaged=block\n"
                       "[connection value]\nenvironment=plain\nshells=2\n"
                       "[connection policy]\nenvironment=plain\npolicy=p\n"
                       "# a default that is written down is no change\n"
                       "[connection same]\nenvironment=plain\n"
                       "[api]\nviewers=all\n");
  after = load (fixture);
  changes = ost_config_compare (before, after);
  changed = g_strjoinv (",", changes->changed);
  g_assert_cmpstr (changes->added[0], ==, "new");
  g_assert_null (changes->added[1]);
  g_assert_cmpstr (changes->removed[0], ==, "gone");
  g_assert_null (changes->removed[1]);
  g_assert_cmpstr (changed, ==, "policy,value");
  g_assert_true (changes->needs_restart);
}

static void
test_unknown_connection (Fixture *fixture, gconstpointer data)
{
  g_autoptr (OstConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  write_main (fixture, CONNECTION);
  config = load (fixture);
  g_assert_null (ost_config_find_connection (config, "acne", &error));
  g_assert_error (error, OST_ERROR, OST_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "‘acne’; those in the configuration: acme;"));
}

/* Whatever the bytes, the reader answers, and in bounded time. */
static void
test_rubbish (Fixture *fixture, gconstpointer data)
{
  static const char alphabet[] = "[]=#;\\ \t\n\n\nabc-.conectionservice\r\xc3\xa4\xff";

  for (guint i = 0; i < 300; i++)
    {
      g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
      g_autoptr (GPtrArray) groups = NULL;
      g_autoptr (GString) text = g_string_new (g_test_rand_bit () ? "[connection a]\n" : NULL);

      for (int n = g_test_rand_int_range (0, 400); n > 0; n--)
        g_string_append_c (text, alphabet[g_test_rand_int_range (0, (int)sizeof alphabet)]);
      groups = ost_config_file_parse ("rubbish", text->str, text->len, problems);
      g_assert_nonnull (groups);
    }
}

static void
test_nearest (void)
{
  const char *const words[] = { "server", "shells", "statistics", "statistics-budget", "auth" };
  g_autoptr (GPtrArray) array = g_ptr_array_new ();
  g_autofree char *long_word = g_strnfill (100000, 's');

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    g_ptr_array_add (array, (gpointer)words[i]);
  g_assert_cmpstr (ost_config_words_find_nearest (array, "sever"), ==, "server");
  g_assert_cmpstr (ost_config_words_find_nearest (array, "srever"), ==, "server");
  g_assert_cmpstr (ost_config_words_find_nearest (array, "SERVER"), ==, "server");
  g_assert_cmpstr (ost_config_words_find_nearest (array, "servers"), ==, "server");
  g_assert_cmpstr (ost_config_words_find_nearest (array, "statistic"), ==, "statistics");
  g_assert_null (ost_config_words_find_nearest (array, "user"));
  g_assert_null (ost_config_words_find_nearest (array, "auth-x"));
  g_assert_null (ost_config_words_find_nearest (array, ""));
  g_assert_null (ost_config_words_find_nearest (array, long_word));
}

static void
add (const char *path, gconstpointer data, void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, data, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/config/whole", NULL, test_whole);
  for (gsize i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autofree char *path = g_strconcat ("/config/wrong/", wrongs[i].name, NULL);

      add (path, &wrongs[i], test_wrong);
    }
  add ("/config/all-at-once", NULL, test_all_at_once);
  add ("/config/clash-of-plugins", NULL, test_clash_of_plugins);
  add ("/config/environment-secret", NULL, test_environment_secret);
  add ("/config/drop-ins", NULL, test_drop_ins);
  add ("/config/defined-twice", NULL, test_defined_twice);
  add ("/config/state-folder-is-narrow", NULL, test_state_folder_is_narrow);
  add ("/config/limits", NULL, test_limits);
  add ("/config/flood", NULL, test_flood);
  add ("/config/no-file", NULL, test_no_file);
  add ("/config/closed-folder", NULL, test_closed_folder);
  add ("/config/strange-files", NULL, test_strange_files);
  add ("/config/warnings", NULL, test_warnings);
  add ("/config/dump", NULL, test_dump);
  add ("/config/compare", NULL, test_compare);
  add ("/config/unknown-connection", NULL, test_unknown_connection);
  add ("/config/rubbish", NULL, test_rubbish);
  g_test_add_func ("/config/nearest", test_nearest);
  return g_test_run ();
}
