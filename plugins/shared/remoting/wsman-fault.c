/* wsman-fault.c: what a refusal of the server means to whoever asked */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-fault.h"

#include <string.h>

/* Long enough for a shell that was forgotten somewhere to be noticed, and for a full server. */
#define BUSY_MS 30000
#define SHELLS_MS 60000

/* Nobody asks for more than this, and nobody should wait longer for what is read out of a text. */
#define MAX_WAIT_MS (15 * 60 * 1000)

#define MAX_TEXT_CHARACTERS 1000

static const char use_path[]
  = "check the server's name and the path, which is /PowerShell/ on Exchange";
static const char grant_role[]
  = "add the account to a role group that holds the roles it needs, and see that its "
    "RemotePowerShellEnabled is true";
static const char close_shells[]
  = "close other sessions of this account, or give it a throttling policy that allows more";
static const char fix_credential[] = "set the user name and password of this connection again";
static const char use_exchange[]
  = "the address must be that of Exchange's PowerShell, such as http://server/PowerShell/";
static const char look_at_server[] = "look at the event log of the Exchange server";

typedef struct {
  guint32 code;
  OstErrorCode error;
  OstWsmanReaction reaction;
  guint wait_ms;
  const char *remedy;
} Meaning;

/* The codes are those of wsmerror.h and winerror.h in the Windows SDK, named beside them. */
static const Meaning meanings[] = {
  /* OPERATION_TIMEDOUT */
  { 2150858793, OST_ERROR_TIMED_OUT, OST_WSMAN_ASK_AGAIN, 0, NULL },
  /* UNEXPECTED_SELECTORS */
  { 2150858843, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  /* ERROR_OPERATION_ABORTED, ERROR_CANCELLED */
  { 995, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  { 1223, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  /* WINRS_SHELL_DISCONNECTED, SERVICE_STREAM_DISCONNECTED, SHELL_ALREADY_CLOSED */
  { 2150859204, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  { 2150859230, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  { 2150859082, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  /* ERROR_ACCESS_DENIED */
  { 5, OST_ERROR_DENIED, OST_WSMAN_REPORT, 0, grant_role },
  /* ERROR_LOGON_FAILURE, FAILED_AUTHENTICATION */
  { 1326, OST_ERROR_SIGN_IN, OST_WSMAN_REPORT, 0, fix_credential },
  { 2150858806, OST_ERROR_SIGN_IN, OST_WSMAN_REPORT, 0, fix_credential },
  /* INVALID_XML, which Windows also makes of a refused opening */
  { 2150858819, OST_ERROR_DENIED, OST_WSMAN_REPORT, 0, grant_role },
  /* PLUGIN_FAILED, and any exception in the plugin */
  { 2150858883, OST_ERROR_INVALID, OST_WSMAN_REPORT, 0, look_at_server },
  { 2152992672, OST_ERROR_INVALID, OST_WSMAN_REPORT, 0, look_at_server },
  /* QUOTA_MAX_SHELLS, QUOTA_MAX_SHELLS_PPQ, QUOTA_MAX_PLUGINSHELLS */
  { 2150859173, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, SHELLS_MS, close_shells },
  { 2150859236, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, SHELLS_MS, close_shells },
  { 2150859238, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, SHELLS_MS, close_shells },
  /* QUOTA_MAX_OPERATIONS, QUOTA_USER, QUOTA_SYSTEM, QUOTA_MAX_SHELLUSERS */
  { 2150859174, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859175, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859176, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859179, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  /* QUOTA_MAX_USERS_PPQ, QUOTA_MAX_PLUGINOPERATIONS_PPQ, QUOTA_MAX_OPERATIONS_USER_PPQ,
   * QUOTA_MAX_COMMANDS_PER_SHELL_PPQ, QUOTA_MIN_REQUIREMENT_NOT_AVAILABLE_PPQ */
  { 2150859237, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859239, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859240, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859241, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { 2150859242, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  /* QUOTA_LIMIT */
  { 2150858815, OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  /* INVALID_RESOURCE_URI, REDIRECT_REQUESTED */
  { 2150858811, OST_ERROR_INVALID, OST_WSMAN_REPORT, 0, use_exchange },
  { 2150859161, OST_ERROR_INVALID, OST_WSMAN_REPORT, 0,
    "if the other address is right, configure that one" },
  /* MAX_ENVELOPE_SIZE */
  { 2150858823, OST_ERROR_INVALID, OST_WSMAN_SHRINK, 0, NULL },
  /* ENVELOPE_TOO_LARGE, MAX_ENVELOPE_SIZE_EXCEEDED, SERVER_ENVELOPE_LIMIT, MIN_ENVELOPE_SIZE,
   * HTTP_REQUEST_TOO_LARGE_STATUS */
  { 2150858790, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150858824, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150858825, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150858878, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150859025, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  /* INVALID_MESSAGE_INFORMATION_HEADER, INVALID_TIMEOUT_HEADER, IDLETIMEOUT_OUTOFBOUNDS */
  { 2150858767, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150858881, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  { 2150859250, OST_ERROR_NOT_SUPPORTED, OST_WSMAN_REPORT, 0, NULL },
  /* The command's or the shell's CLIENTID_RESOURCE_CONFLICT: somebody sent a request of ours again,
   * so that its first answer is lost. */
  { 2150859222, OST_ERROR_TIMED_OUT, OST_WSMAN_REPORT, 0, NULL },
  { 2150859223, OST_ERROR_TIMED_OUT, OST_WSMAN_REPORT, 0, NULL },
};

typedef struct {
  const char *category;
  const char *words;
  OstErrorCode error;
  OstWsmanReaction reaction;
  guint wait_ms;
  const char *remedy;
} Category;

/* What Exchange puts in brackets before its texts; @words tell two meanings of one category apart.
 * The first that fits counts, and a category ending in a hyphen is the start of several. */
static const Category categories[] = {
  { "WSMan-InvalidShellID", NULL, OST_ERROR_UNAVAILABLE, OST_WSMAN_GONE, 0, NULL },
  { "Cafe-", NULL, OST_ERROR_UNAVAILABLE, OST_WSMAN_REPORT, 0,
    "the front end does not reach its back end: look at the certificate of the web site Exchange "
    "Back End and at the services of that server" },
  { "AuthZ-", "maximum number of connections", OST_ERROR_THROTTLED, OST_WSMAN_REPORT, SHELLS_MS,
    close_shells },
  { "AuthZ-", "exceeded your budget", OST_ERROR_THROTTLED, OST_WSMAN_REPORT, BUSY_MS, NULL },
  { "AuthZ-", NULL, OST_ERROR_DENIED, OST_WSMAN_REPORT, 0, grant_role },
};

static const Meaning *
find_meaning (guint32 code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (meanings); i++)
    if (meanings[i].code == code)
      return &meanings[i];
  return NULL;
}

/* The category of [FailureCategory=...], if the text begins with brackets that hold one. */
static char *
get_category (const char *text)
{
  static const char key[] = "FailureCategory=";
  const char *at = text;

  while (at != NULL && g_ascii_isspace (*at))
    at++;
  while (at != NULL && *at == '[')
    {
      const char *close = strchr (at, ']');

      if (close != NULL && g_str_has_prefix (at + 1, key))
        return g_strndup (at + strlen (key) + 1, (gsize)(close - at) - strlen (key) - 1);
      at = close != NULL ? close + 1 : NULL;
      while (at != NULL && *at == ' ')
        at++;
    }
  return NULL;
}

static const Category *
find_category (const char *text)
{
  g_autofree char *category = get_category (text);

  for (gsize i = 0; category != NULL && i < G_N_ELEMENTS (categories); i++)
    {
      const Category *known = &categories[i];
      gboolean fits = g_str_has_suffix (known->category, "-")
                        ? g_str_has_prefix (category, known->category)
                        : strcmp (category, known->category) == 0;

      if (fits && (known->words == NULL || strstr (text, known->words) != NULL))
        return known;
    }
  return NULL;
}

/* "for at least 5000 milliseconds", "Please wait for 2 seconds": what WinRM and Exchange write. */
static guint
find_wait_ms (const char *text, guint otherwise)
{
  static const struct {
    const char *before;
    guint factor;
  } forms[] = { { "for at least ", 1 }, { "wait for ", 1000 } };

  for (gsize i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      const char *at = strstr (text, forms[i].before);
      guint64 number;

      if (at == NULL)
        continue;
      number = g_ascii_strtoull (at + strlen (forms[i].before), NULL, 10);
      if (number > 0)
        return (guint)MIN (MIN (number, MAX_WAIT_MS) * forms[i].factor, MAX_WAIT_MS);
    }
  return otherwise;
}

/* One line, without what a terminal or a log could stumble over. */
static char *
make_line (const char *bytes, gsize length, long max_characters)
{
  g_autofree char *valid = g_utf8_make_valid (length > 0 ? bytes : "", (gssize)length);
  GString *line = g_string_new (NULL);
  gboolean is_blank = FALSE;

  for (const char *at = valid; *at != '\0' && max_characters > 0; at = g_utf8_next_char (at))
    {
      gunichar character = g_utf8_get_char (at);

      if (g_unichar_isspace (character) || !g_unichar_isprint (character))
        {
          is_blank = line->len > 0;
          continue;
        }
      if (is_blank)
        g_string_append_c (line, ' ');
      is_blank = FALSE;
      g_string_append_unichar (line, character);
      max_characters--;
    }
  if (max_characters == 0)
    g_string_append (line, "…");
  return g_string_free (line, FALSE);
}

char *
ost_wsman_excerpt (const char *bytes, gsize length)
{
  return make_line (bytes, MIN (length, 2000), 200);
}

static GError *make_error (OstErrorCode code, guint wait_ms, const char *remedy, const char *format,
                           ...) G_GNUC_PRINTF (4, 5);

static GError *
make_error (OstErrorCode code, guint wait_ms, const char *remedy, const char *format, ...)
{
  GError *error;
  va_list arguments;

  va_start (arguments, format);
  error = g_error_new_valist (OST_ERROR, code, format, arguments);
  va_end (arguments);
  if (wait_ms > 0)
    ost_error_set_retry_after (error, wait_ms);
  if (remedy != NULL)
    ost_error_set_remedy (error, remedy);
  return error;
}

static guint
wait_for (const Category *category, const Meaning *meaning, const char *text)
{
  OstErrorCode error = category != NULL ? category->error : meaning != NULL ? meaning->error : 0;
  guint otherwise = category != NULL ? category->wait_ms : meaning != NULL ? meaning->wait_ms : 0;

  return error == OST_ERROR_THROTTLED ? find_wait_ms (text, otherwise) : 0;
}

GError *
ost_wsman_text_to_error (const char *text, OstErrorCode otherwise)
{
  const Category *category = text != NULL ? find_category (text) : NULL;
  g_autofree char *line
    = make_line (text != NULL ? text : "", text != NULL ? strlen (text) : 0, MAX_TEXT_CHARACTERS);

  if (category == NULL)
    return make_error (otherwise, 0, NULL, "the server says “%s”", line);
  return make_error (category->error, wait_for (category, NULL, text), category->remedy,
                     "the server says “%s”", line);
}

OstWsmanReaction
ost_wsman_fault_get_reaction (const OstWsmanFault *self)
{
  const Meaning *meaning = find_meaning (self->code);
  const Category *category = self->text != NULL ? find_category (self->text) : NULL;

  if (meaning != NULL && meaning->reaction != OST_WSMAN_REPORT)
    return meaning->reaction;
  return category != NULL ? category->reaction : OST_WSMAN_REPORT;
}

GError *
ost_wsman_fault_to_error (const OstWsmanFault *self)
{
  const Meaning *meaning = find_meaning (self->code);
  const char *text = self->text != NULL ? self->text : "";
  const Category *category = find_category (text);
  g_autofree char *line = make_line (text, strlen (text), MAX_TEXT_CHARACTERS);
  g_autofree char *name
    = self->code != 0
        ? g_strdup_printf ("fault %u", self->code)
        : g_strdup_printf ("fault %s", self->subcode != NULL ? self->subcode : "without a code");
  /* SOAP 1.2, 5.4.6: the sender's message is at fault, or the receiver could not do it now. */
  OstErrorCode code = self->is_ours ? OST_ERROR_INVALID : OST_ERROR_UNAVAILABLE;
  const char *remedy = NULL;

  if (meaning != NULL)
    code = meaning->error;
  if (category != NULL)
    code = category->error;
  remedy = category != NULL && category->remedy != NULL ? category->remedy
           : meaning != NULL                            ? meaning->remedy
                                                        : NULL;
  return make_error (
    code, wait_for (category, meaning, text), remedy, "the server answered with %s%s%s: “%s”", name,
    self->provider != NULL ? " of " : "", self->provider != NULL ? self->provider : "", line);
}

static guint
read_retry_after_ms (const char *value)
{
  guint64 seconds;
  const char *end;

  if (value == NULL)
    return 0;
  /* RFC 9110 10.2.3 allows a date too; no server of this kind sends one. */
  seconds = g_ascii_strtoull (value, (char **)&end, 10);
  if (end == value)
    return 0;
  return (guint)MIN (seconds, MAX_WAIT_MS / 1000) * 1000;
}

static const struct {
  guint status;
  OstErrorCode error;
  const char *remedy;
} statuses[] = {
  { 400, OST_ERROR_PROTOCOL, use_exchange },
  { 401, OST_ERROR_SIGN_IN, fix_credential },
  { 403, OST_ERROR_DENIED, grant_role },
  { 404, OST_ERROR_INVALID, use_path },
  { 405, OST_ERROR_INVALID, use_path },
  { 407, OST_ERROR_SIGN_IN, "the proxy wants to be signed in to" },
  { 410, OST_ERROR_INVALID, use_path },
  { 413, OST_ERROR_NOT_SUPPORTED, NULL },
  { 429, OST_ERROR_THROTTLED, NULL },
  { 502, OST_ERROR_UNAVAILABLE, NULL },
  { 503, OST_ERROR_UNAVAILABLE, NULL },
  { 504, OST_ERROR_UNAVAILABLE, NULL },
};

static GError *
status_to_error (const OstWsmanRefusal *self, const char *excerpt)
{
  OstErrorCode code = OST_ERROR_PROTOCOL;
  const char *remedy = use_exchange;
  guint wait_ms = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].status == self->status)
      {
        code = statuses[i].error;
        remedy = statuses[i].remedy;
      }
  if (code == OST_ERROR_UNAVAILABLE || code == OST_ERROR_THROTTLED)
    wait_ms = read_retry_after_ms (self->retry_after);
  if (code == OST_ERROR_THROTTLED && wait_ms == 0)
    wait_ms = BUSY_MS;
  return make_error (
    code, wait_ms, remedy, "expected a SOAP envelope, came HTTP status %u with %s%s%s%s",
    self->status, self->content_type != NULL ? self->content_type : "no content type",
    *excerpt != '\0' ? ": “" : " and nothing in it", excerpt, *excerpt != '\0' ? "”" : "");
}

GError *
ost_wsman_refusal_to_error (const OstWsmanRefusal *self, OstWsmanReaction *reaction)
{
  g_autofree char *excerpt = ost_wsman_excerpt (self->body, self->length);
  g_autofree char *text
    = self->length > 0 ? g_strndup (self->body, MIN (self->length, 4096)) : g_strdup ("");
  const Category *category = find_category (text);
  gboolean is_denied = category == NULL && g_str_has_prefix (text, "[")
                       && g_str_has_suffix (excerpt, "] Access is denied.");

  *reaction = category != NULL ? category->reaction : OST_WSMAN_REPORT;
  if (category != NULL)
    return make_error (category->error, wait_for (category, NULL, text), category->remedy,
                       "the server answered with HTTP status %u and “%s”", self->status, excerpt);
  if (is_denied)
    return make_error (OST_ERROR_DENIED, 0, grant_role,
                       "the server answered with HTTP status %u and “%s”", self->status, excerpt);
  if (self->status >= 300 && self->status < 400 && self->location != NULL)
    {
      g_autofree char *location = ost_wsman_excerpt (self->location, strlen (self->location));

      return make_error (OST_ERROR_INVALID, 0, "if the other address is right, configure that one",
                         "the server answered with HTTP status %u and sends to ‘%s’; no credential "
                         "is sent to an address that is not configured",
                         self->status, location);
    }
  return status_to_error (self, excerpt);
}
