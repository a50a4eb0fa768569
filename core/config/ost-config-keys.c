/* ost-config-keys.c: the keys that the core itself understands */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-keys.h"

#include "core/base/ost-settings-private.h"
#include "core/registry/ost-plugin-file.h"
#include "ost-config-file.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/un.h>

#define DAY (24 * 60 * 60)

static gboolean refuse (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
refuse (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error_literal (error, OST_ERROR, OST_ERROR_INVALID, message);
  return FALSE;
}

static gboolean
check_plugin_name (const char *value, GError **error)
{
  return ost_plugin_name_is_valid (value)
         || refuse (error,
                    _ ("‘%s’ is no name of a plugin; allowed are lower case letters, digits and "
                       "hyphens; ‘ostiary plugins’ lists those installed"),
                    value);
}

static gboolean
check_policy_name (const char *value, GError **error)
{
  return ost_config_name_is_valid (value)
         || refuse (error, _ ("‘%s’ is no name of a policy; write the NAME of a [policy NAME]"),
                    value);
}

static gboolean
check_mode (const char *value, GError **error)
{
  return !g_str_equal (value, "enforce")
         || refuse (error, _ ("‘enforce’ is not possible: this version observes and never changes "
                              "Exchange; write observe, or take the line out"));
}

/* Accepting what would not be obeyed is worse than refusing it. */
static gboolean
check_only (const char *value, const char *allowed, GError **error)
{
  return g_str_equal (value, allowed)
         || refuse (error,
                    _ ("‘%s’ has no meaning yet: this version observes and never changes Exchange; "
                       "allowed: %s; take the line out"),
                    value, allowed);
}

static gboolean
check_only_all (const char *value, GError **error)
{
  return check_only (value, "all", error);
}

static gboolean
check_only_always (const char *value, GError **error)
{
  return check_only (value, "always", error);
}

static gboolean
check_only_none (const char *value, GError **error)
{
  return check_only (value, "none", error);
}

gboolean
ost_config_parse_budget (const char *text, gint64 *seconds, gint64 *period_seconds, GError **error)
{
  static const struct {
    const char *word;
    gint64 seconds;
  } periods[] = { { "minute", 60 }, { "hour", 3600 }, { "day", DAY } };
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  *period_seconds = 0;
  if (g_strv_length (words) == 3 && g_str_equal (words[1], "per"))
    for (gsize i = 0; i < G_N_ELEMENTS (periods); i++)
      if (g_str_equal (words[2], periods[i].word))
        *period_seconds = periods[i].seconds;
  if (*period_seconds == 0)
    return refuse (error,
                   _ ("‘%s’ is no budget; allowed is a duration per minute, hour or day; write it "
                      "like 10min per hour"),
                   text);
  if (!ost_duration_parse (words[0], seconds, error))
    return FALSE;
  return (*seconds > 0 && *seconds <= *period_seconds)
         || refuse (error,
                    _ ("‘%s’ is nothing, or more time than there is; allowed is from 1s to the "
                       "whole; use statistics=none for no statistics at all"),
                    text);
}

static gboolean
check_budget (const char *value, GError **error)
{
  gint64 seconds, period_seconds;

  return ost_config_parse_budget (value, &seconds, &period_seconds, error);
}

gboolean
ost_config_check_methods (const char *value, GError **error)
{
  static const char *const methods[]
    = { "auto", "kerberos", "negotiate", "ntlm", "basic", "certificate", "oauth", NULL };
  g_auto (GStrv) words = g_strsplit (value, ";", -1);
  g_autofree char *allowed = g_strjoinv (", ", (char **)methods);

  for (gsize i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0' && !g_strv_contains (methods, words[i]))
      return refuse (error,
                     _ ("‘%s’ is no sign-in method; allowed, with semicolons between several: %s"),
                     words[i], allowed);
  return TRUE;
}

static gboolean
check_socket (const char *value, GError **error)
{
  gsize room = sizeof ((struct sockaddr_un *)NULL)->sun_path - 1;

  return strlen (value) <= room
         || refuse (error,
                    _ ("‘%s’ has %u bytes; a socket's path has at most %u; use a shorter one"),
                    value, (guint)strlen (value), (guint)room);
}

static GInetAddress *
parse_http (const char *value, guint64 *port)
{
  const char *colon = strrchr (value, ':');
  g_autofree char *host = NULL;
  gsize length;

  if (colon == NULL || !g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, port, NULL))
    return NULL;
  host = g_strndup (value, (gsize)(colon - value));
  length = strlen (host);
  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    {
      host[length - 1] = '\0';
      return strchr (host, ':') != NULL ? g_inet_address_new_from_string (host + 1) : NULL;
    }
  /* Resolving a name would wait for the network, and could answer differently each time. */
  if (g_str_equal (host, "localhost"))
    return g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  return strchr (host, ':') == NULL ? g_inet_address_new_from_string (host) : NULL;
}

static gboolean
check_http (const char *value, GError **error)
{
  guint64 port;
  g_autoptr (GInetAddress) address = parse_http (value, &port);

  return address != NULL
         || refuse (error,
                    _ ("‘%s’ is no address to listen on; allowed is an IP address with a port; "
                       "write it like 127.0.0.1:8642 or [::1]:8642"),
                    value);
}

gboolean
ost_config_http_is_loopback (const char *value)
{
  guint64 port;
  g_autoptr (GInetAddress) address = parse_http (value, &port);

  return address != NULL && g_inet_address_get_is_loopback (address);
}

static gboolean
check_folders (const char *value, GError **error)
{
  g_auto (GStrv) folders = g_strsplit (value, ";", -1);

  for (gsize i = 0; folders[i] != NULL; i++)
    if (*g_strstrip (folders[i]) != '\0' && !g_path_is_absolute (folders[i]))
      return refuse (error,
                     _ ("‘%s’ is no absolute path; write one, with semicolons between "
                        "several"),
                     folders[i]);
  return TRUE;
}

static gboolean
check_date (const char *value, GError **error)
{
  gboolean is_shaped = strlen (value) == 10 && value[4] == '-' && value[7] == '-'
                       && strspn (value, "0123456789-") == 10;
  g_autofree char *time = g_strconcat (value, "T00:00:00Z", NULL);
  g_autoptr (GDateTime) date = is_shaped ? g_date_time_new_from_iso8601 (time, NULL) : NULL;

  return date != NULL
         || refuse (error, _ ("‘%s’ is no date; write it as YEAR-MONTH-DAY, like 2027-01-31"),
                    value);
}

static const char *const mode_choices[] = { "observe", "enforce", NULL };
static const char *const statistics_choices[] = { "changed", "all", "none", NULL };
static const char *const foreign_choices[] = { "respect", "adopt", NULL };
static const char *const wipe_choices[] = { "none", "account-only", "full", NULL };
static const char *const unmanaged_choices[] = { "keep", "allow", "block", "quarantine", NULL };
static const char *const noncompliant_choices[] = { "keep", "block", "quarantine", NULL };
static const char *const silent_choices[] = { "keep", "allow", "block", NULL };

static const OstConfigKey service_keys[] = {
  { { "state-dir", OST_SETTING_FILE, OST_SETTING_OPTIONAL, OST_CONFIG_DEFAULT_STATE_FOLDER, 0, 0,
      NULL,
      N_ ("Where the store, the secrets that were typed in, and connections made through the API "
          "are kept.") },
    NULL },
  { { "store", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "sqlite", 0, 0, NULL,
      N_ ("The store plugin.") },
    check_plugin_name },
  { { "plugin-path", OST_SETTING_LIST, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("More folders with plugins.") },
    check_folders },
  { { NULL }, NULL },
};

static const OstConfigKey api_keys[] = {
  { { "socket", OST_SETTING_FILE, OST_SETTING_OPTIONAL, "/run/ostiary/api.sock", 0, 0, NULL,
      N_ ("The Unix socket of the API.") },
    check_socket },
  { { "http", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("An IP address and port for health and metrics; without it there is no TCP.") },
    check_http },
  { { "http-tls-certificate", OST_SETTING_FILE, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The certificate of that address, in PEM; needed where it is not a loopback address.") },
    NULL },
  { { "http-tls-key", OST_SETTING_FILE, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The private key of that certificate, in PEM.") },
    NULL },
  { { "operators", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The group whose members may act through the socket, beside root.") },
    NULL },
  { { "viewers", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The group whose members may read through the socket.") },
    NULL },
  { { NULL }, NULL },
};

static const OstConfigKey connection_keys[] = {
  { { "environment", OST_SETTING_TEXT, OST_SETTING_REQUIRED, NULL, 0, 0, NULL,
      N_ ("The backend plugin: which kind of Exchange this is.") },
    check_plugin_name },
  { { "transport", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "direct", 0, 0, NULL,
      N_ ("The transport plugin: the way to Exchange.") },
    check_plugin_name },
  { { "mode", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "observe", 0, 0, mode_choices,
      N_ ("Whether Exchange is only looked at, or changed.") },
    check_mode },
  { { "quick-sync-interval", OST_SETTING_DURATION, OST_SETTING_OPTIONAL, "2min", 1, DAY, NULL,
      N_ ("How often changes are asked for.") },
    NULL },
  { { "full-sync-interval", OST_SETTING_DURATION, OST_SETTING_OPTIONAL, "1d", 10, 30 * DAY, NULL,
      N_ ("How often everything is listed.") },
    NULL },
  { { "statistics", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "changed", 0, 0, statistics_choices,
      N_ ("Of which devices the fields are read that cost one call for each mailbox.") },
    NULL },
  { { "statistics-budget", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "10min per hour", 0, 0, NULL,
      N_ ("How much time may go into these calls.") },
    check_budget },
  { { "shells", OST_SETTING_INTEGER, OST_SETTING_OPTIONAL, "4", 1, 8, NULL,
      N_ ("How many sessions may be open at once; the account's limit holds for all connections "
          "together.") },
    NULL },
  { { "authority", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "none", 0, 0, NULL,
      N_ ("The authority plugin: the MDM that is asked about devices.") },
    check_plugin_name },
  { { "policy", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "none", 0, 0, NULL,
      N_ ("The policy that decides.") },
    check_policy_name },
  { { "enforce-scope", OST_SETTING_LIST, OST_SETTING_OPTIONAL, "all", 0, 0, NULL,
      N_ ("The groups and organisational units outside which is only observed.") },
    check_only_all },
  { { "protected-users", OST_SETTING_LIST, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The users who are never changed automatically.") },
    NULL },
  { { "change-window", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "always", 0, 0, NULL,
      N_ ("When access may be taken away.") },
    check_only_always },
  { { "freeze", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "none", 0, 0, NULL,
      N_ ("When no access is taken away.") },
    check_only_none },
  { { "foreign-entries", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "respect", 0, 0, foreign_choices,
      N_ ("What becomes of list entries that others made.") },
    NULL },
  { { "allow-wipe", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "none", 0, 0, wipe_choices,
      N_ ("Which wipes a person may ask for.") },
    NULL },
  { { "personal-data", OST_SETTING_BOOLEAN, OST_SETTING_OPTIONAL, "no", 0, 0, NULL,
      N_ ("Whether phone numbers and IMEIs are kept.") },
    NULL },
  { { "notify", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, "none", 0, 0, NULL,
      N_ ("The notifier plugin: the way to tell users.") },
    check_plugin_name },
  { { NULL }, NULL },
};

static const OstConfigKey policy_keys[] = {
  { { "unmanaged", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "keep", 0, 0, unmanaged_choices,
      N_ ("What becomes of a device that the MDM does not know.") },
    NULL },
  { { "noncompliant", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "keep", 0, 0, noncompliant_choices,
      N_ ("What becomes of a device that breaks the MDM's rules.") },
    NULL },
  { { "grace", OST_SETTING_DURATION, OST_SETTING_OPTIONAL, NULL, 0, 365 * DAY, NULL,
      N_ ("How long a decision against a device waits.") },
    NULL },
  { { "mdm-silent", OST_SETTING_CHOICE, OST_SETTING_OPTIONAL, "keep", 0, 0, silent_choices,
      N_ ("What becomes of devices while the MDM does not answer.") },
    NULL },
  { { "mdm-silent-after", OST_SETTING_DURATION, OST_SETTING_OPTIONAL, NULL, 0, 365 * DAY, NULL,
      N_ ("After which time without an answer the MDM is silent.") },
    NULL },
  { { "grandfather-until", OST_SETTING_TEXT, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("Until which day devices from before the policy are left alone.") },
    check_date },
  { { "include-groups", OST_SETTING_LIST, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The groups for whose members the policy decides.") },
    NULL },
  { { "exclude-groups", OST_SETTING_LIST, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The groups for whose members it does not.") },
    NULL },
  { { "exclude-users", OST_SETTING_LIST, OST_SETTING_OPTIONAL, NULL, 0, 0, NULL,
      N_ ("The users for whom it does not.") },
    NULL },
  { { NULL }, NULL },
};

/* The brakes come with enforcing; the group may stand there already. */
static const OstConfigKey brakes_keys[] = {
  { { NULL }, NULL },
};

const OstConfigKey *
ost_config_keys_get (const char *kind)
{
  static const struct {
    const char *kind;
    const OstConfigKey *keys;
  } tables[] = {
    { "service", service_keys }, { "api", api_keys },       { "connection", connection_keys },
    { "policy", policy_keys },   { "brakes", brakes_keys },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (g_str_equal (tables[i].kind, kind))
      return tables[i].keys;
  g_return_val_if_reached (NULL);
}
