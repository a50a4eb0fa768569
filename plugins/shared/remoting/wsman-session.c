/* wsman-session.c: sends WS-Management requests of one shell and reads the replies */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wsman-session.h"

#include "psrp-message.h"

#include <string.h>

#define CONTENT_TYPE "application/soap+xml;charset=UTF-8"

/* Exchange allows 900 s; an answer that says "nothing yet" costs little. */
#define MIN_TIMEOUT_SECONDS 20
#define MAX_TIMEOUT_SECONDS 180

/* What the server may need beyond the time that it was given, before it counts as silent. */
#define GRACE_SECONDS 30

/* An envelope that a server counts in characters can be twice as long in bytes. */
#define MAX_REPLY_BYTES (1024 * 1024)
#define READ_BYTES (64 * 1024)

#define MAX_COOKIES 16
#define MAX_COOKIE_BYTES 4096

struct _OstWsman {
  char *uri;
  char *host;
  char *to;
  char *resource_uri;
  char *identity;
  char *locale;
  char *shell_id;
  char session_id[OST_PSRP_GUID_TEXT_SIZE];
  guint max_envelope_bytes;
  guint operation_timeout_seconds;
  GPtrArray *cookies; /* name=value */
};

struct _OstWsmanPending {
  OstWsman *session;
  OstWsmanOperation operation;
  OstExchange *exchange;
  char message_id[OST_PSRP_GUID_TEXT_SIZE];
};

static gboolean
read_uri (OstWsman *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GUri) uri = g_uri_parse (self->uri, G_URI_FLAGS_ENCODED, &problem);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  int port = uri != NULL ? g_uri_get_port (uri) : -1;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (strcmp (scheme, "http") != 0 && strcmp (scheme, "https") != 0))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "‘%s’ is no address of a PowerShell endpoint, such as "
                   "https://mail.contoso.com/PowerShell/",
                   self->uri);
      return FALSE;
    }
  self->host = g_strdup (g_uri_get_host (uri));
  if (port <= 0)
    port = strcmp (scheme, "http") == 0 ? 80 : 443;
  /* Clients that are known to work name the port here even where it is the usual one. */
  self->to = g_uri_join (G_URI_FLAGS_ENCODED, scheme, NULL, self->host, port, g_uri_get_path (uri),
                         g_uri_get_query (uri), NULL);
  return TRUE;
}

OstWsman *
ost_wsman_new (const OstRunspaceOptions *options, const char *uri, const char *shell_id,
               GError **error)
{
  g_autoptr (OstWsman) self = g_new0 (OstWsman, 1);
  guint8 guid[OST_PSRP_GUID_SIZE];

  self->uri = g_strdup (uri);
  self->resource_uri = g_strdup (options->resource_uri);
  self->identity = g_strdup (options->identity);
  self->locale = g_strdup (options->locale);
  self->shell_id = g_strdup (shell_id);
  ost_psrp_guid_make (guid, self->session_id);
  self->max_envelope_bytes = OST_WSMAN_MAX_ENVELOPE_BYTES;
  self->operation_timeout_seconds
    = CLAMP (options->operation_timeout_seconds, MIN_TIMEOUT_SECONDS, MAX_TIMEOUT_SECONDS);
  self->cookies = g_ptr_array_new_with_free_func (g_free);
  if (!read_uri (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
ost_wsman_free (OstWsman *self)
{
  if (self == NULL)
    return;
  g_free (self->uri);
  g_free (self->host);
  g_free (self->to);
  g_free (self->resource_uri);
  g_free (self->identity);
  g_free (self->locale);
  g_free (self->shell_id);
  g_ptr_array_unref (self->cookies);
  g_free (self);
}

const char *
ost_wsman_get_uri (OstWsman *self)
{
  return self->uri;
}

const char *
ost_wsman_get_host (OstWsman *self)
{
  return self->host;
}

const char *
ost_wsman_get_shell_id (OstWsman *self)
{
  return self->shell_id;
}

void
ost_wsman_set_shell_id (OstWsman *self, const char *shell_id)
{
  g_free (self->shell_id);
  self->shell_id = g_strdup (shell_id);
}

gboolean
ost_wsman_shrink_envelope (OstWsman *self)
{
  if (self->max_envelope_bytes == OST_WSMAN_SMALL_ENVELOPE_BYTES)
    return FALSE;
  self->max_envelope_bytes = OST_WSMAN_SMALL_ENVELOPE_BYTES;
  return TRUE;
}

static void
set_cookie (OstWsman *self, const char *cookie, gsize length)
{
  const char *equals = memchr (cookie, '=', length);
  gsize name_length;

  if (equals == NULL || equals == cookie || length > MAX_COOKIE_BYTES)
    return;
  name_length = (gsize)(equals - cookie) + 1;
  for (guint i = 0; i < self->cookies->len; i++)
    if (strncmp (self->cookies->pdata[i], cookie, name_length) == 0)
      {
        g_ptr_array_remove_index (self->cookies, i);
        break;
      }
  if (length > name_length && self->cookies->len < MAX_COOKIES)
    g_ptr_array_add (self->cookies, g_strndup (cookie, length));
}

void
ost_wsman_add_cookies (OstWsman *self, const char *cookies)
{
  while (*cookies != '\0')
    {
      gsize length = strcspn (cookies, ";");

      set_cookie (self, cookies, length);
      cookies += length;
      cookies += strspn (cookies, "; ");
    }
}

char *
ost_wsman_dup_cookies (OstWsman *self)
{
  GString *text;

  if (self->cookies->len == 0)
    return NULL;
  text = g_string_new (self->cookies->pdata[0]);
  for (guint i = 1; i < self->cookies->len; i++)
    g_string_append_printf (text, "; %s", (const char *)self->cookies->pdata[i]);
  return g_string_free (text, FALSE);
}

/* The attributes of a cookie do not matter: it goes to the address that it came from, and nowhere
 * else. */
static void
keep_cookies (OstWsman *self, OstExchange *exchange)
{
  static const char name[] = "Set-Cookie:";
  const char *const *headers = ost_exchange_get_headers (exchange);

  for (guint i = 0; headers != NULL && headers[i] != NULL; i++)
    if (g_ascii_strncasecmp (headers[i], name, strlen (name)) == 0)
      {
        const char *cookie = headers[i] + strlen (name);

        cookie += strspn (cookie, " \t");
        set_cookie (self, cookie, strcspn (cookie, ";"));
      }
}

void
ost_wsman_explain (OstWsman *self, OstCall *call, const char *doing, GError *error)
{
  g_autofree char *connection
    = g_strdup_printf ("connection ‘%s’: ", ost_call_get_connection (call));
  g_autofree char *text = error->message;
  const char *rest = text;

  if (g_str_has_prefix (rest, connection))
    rest += strlen (connection);
  error->message = g_strdup_printf ("%scannot %s on ‘%s’: %s", connection, doing, self->host, rest);
}

static OstRequest *
make_request (OstWsman *self, const OstWsmanRequest *request, const char *message_id)
{
  OstWsmanAddress address = {
    .to = self->to,
    .resource_uri = self->resource_uri,
    .locale = self->locale,
    .session_id = self->session_id,
    .shell_id = self->shell_id,
    .max_envelope_bytes = self->max_envelope_bytes,
    .operation_timeout_seconds = self->operation_timeout_seconds,
  };
  g_autoptr (GBytes) envelope = ost_wsman_envelope_new (&address, request, message_id);
  g_autofree char *cookies = ost_wsman_dup_cookies (self);
  OstRequest *made = ost_request_new ("POST", self->uri);

  ost_request_set_identity (made, self->identity);
  ost_request_set_body (made, envelope, CONTENT_TYPE);
  ost_request_set_own_cookies (made, TRUE);
  if (cookies != NULL)
    ost_request_add_header (made, "Cookie", cookies);
  /* Not even Receive: what the server has handed over once is gone. */
  ost_request_set_replayable (made, FALSE);
  ost_request_set_max_reply_bytes (made, MAX_REPLY_BYTES);
  ost_request_set_idle_timeout (made, (self->operation_timeout_seconds + GRACE_SECONDS) * 1000);
  return made;
}

OstWsmanPending *
ost_wsman_begin (OstWsman *self, const OstWsmanRequest *request, OstCall *call, gboolean is_cleanup,
                 GError **error)
{
  g_autoptr (OstWsmanPending) pending = g_new0 (OstWsmanPending, 1);
  g_autoptr (OstRequest) made = NULL;
  guint8 guid[OST_PSRP_GUID_SIZE];

  pending->session = self;
  pending->operation = request->operation;
  ost_psrp_guid_make (guid, pending->message_id);
  made = make_request (self, request, pending->message_id);
  pending->exchange
    = is_cleanup ? ost_call_begin_cleanup (call, made, error) : ost_call_begin (call, made, error);
  if (pending->exchange == NULL)
    return NULL;
  return g_steal_pointer (&pending);
}

void
ost_wsman_pending_free (OstWsmanPending *pending)
{
  if (pending == NULL)
    return;
  g_clear_pointer (&pending->exchange, ost_exchange_unref);
  g_free (pending);
}

gboolean
ost_wsman_read (OstWsmanPending *pending, GByteArray *buffer, GError **error)
{
  gssize length;

  g_byte_array_set_size (buffer, 0);
  do
    {
      guint filled = buffer->len;

      g_byte_array_set_size (buffer, filled + READ_BYTES);
      length = ost_exchange_read (pending->exchange, buffer->data + filled, READ_BYTES, error);
      g_byte_array_set_size (buffer, filled + (guint)MAX (length, 0));
  } while (length > 0);
  if (length < 0)
    return FALSE;
  keep_cookies (pending->session, pending->exchange);
  return TRUE;
}

gboolean
ost_wsman_is_success (OstWsmanPending *pending)
{
  guint status = ost_exchange_get_status (pending->exchange);

  return status >= 200 && status < 300;
}

/* By its content type, and where that is missing or wrong by what it looks like. */
static gboolean
is_soap (OstWsmanPending *pending, GByteArray *buffer)
{
  const char *type = ost_exchange_get_header (pending->exchange, "Content-Type");
  g_autofree char *start = NULL;

  if (ost_exchange_get_status (pending->exchange) == 401 || buffer->len == 0)
    return FALSE;
  if (type != NULL && g_ascii_strncasecmp (type, "application/soap+xml", 20) == 0)
    return TRUE;
  start = g_strndup ((const char *)buffer->data, MIN (buffer->len, 1024));
  return strchr (start, '<') != NULL && strstr (start, OST_WSMAN_NS_SOAP) != NULL;
}

static GError *
refuse (OstWsmanPending *pending, GByteArray *buffer, OstWsmanReaction *reaction)
{
  OstExchange *exchange = pending->exchange;
  OstWsmanRefusal refusal = {
    .status = ost_exchange_get_status (exchange),
    .content_type = ost_exchange_get_header (exchange, "Content-Type"),
    .location = ost_exchange_get_header (exchange, "Location"),
    .retry_after = ost_exchange_get_header (exchange, "Retry-After"),
    .body = (const char *)buffer->data,
    .length = buffer->len,
  };
  GError *error = ost_wsman_refusal_to_error (&refusal, reaction);
  gboolean is_change = pending->operation == OST_WSMAN_CREATE
                       || pending->operation == OST_WSMAN_COMMAND
                       || pending->operation == OST_WSMAN_SEND;

  /* A gateway says so after it has passed the request on. */
  if (is_change && (refusal.status == 502 || refusal.status == 504)
      && error->code == OST_ERROR_UNAVAILABLE)
    error->code = OST_ERROR_TIMED_OUT;
  return error;
}

static gboolean
check_body (OstWsmanPending *pending, OstWsmanReply *reply, GError **error)
{
  /* By OstWsmanOperation; Delete is answered with an empty body. */
  static const char *const expected[] = { "ResourceCreated", "CommandResponse", "SendResponse",
                                          "ReceiveResponse", "SignalResponse",  NULL,
                                          "IdentifyResponse" };
  const char *wanted = expected[pending->operation];
  const char *came = ost_wsman_reply_get_body (reply);
  gboolean is_shell = pending->operation == OST_WSMAN_CREATE && g_strcmp0 (came, "Shell") == 0;

  if (!ost_wsman_is_success (pending))
    g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                 "expected a fault with HTTP status %u, came a SOAP body without one",
                 ost_exchange_get_status (pending->exchange));
  else if (wanted == NULL || is_shell || g_strcmp0 (came, wanted) == 0)
    return TRUE;
  else
    g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL, "expected ‘%s’ in the reply, came ‘%s’",
                 wanted, came != NULL ? came : "nothing");
  return FALSE;
}

/* Says what the reply looks like to whoever has to find out why it is no good. */
static void
add_excerpt (GError *error, OstWsmanReply *reply, GByteArray *buffer)
{
  g_autofree char *excerpt = NULL;
  g_autofree char *text = NULL;

  if (!g_error_matches (error, OST_ERROR, OST_ERROR_PROTOCOL)
      || ost_wsman_reply_get_body (reply) != NULL)
    return;
  excerpt = ost_wsman_excerpt ((const char *)buffer->data, buffer->len);
  text = error->message;
  error->message = g_strdup_printf ("%s; it begins with “%s”", text, excerpt);
}

OstWsmanReply *
ost_wsman_parse (OstWsmanPending *pending, GByteArray *buffer, OstWsmanStreamFunc stream,
                 gpointer user_data, OstWsmanReaction *reaction, GError **error)
{
  const char *message_id = pending->operation != OST_WSMAN_IDENTIFY ? pending->message_id : NULL;
  g_autoptr (OstWsmanReply) reply = NULL;
  const OstWsmanFault *fault;
  GError *failure = NULL;

  *reaction = OST_WSMAN_REPORT;
  if (!is_soap (pending, buffer))
    {
      g_propagate_error (error, refuse (pending, buffer, reaction));
      return NULL;
    }
  reply = ost_wsman_reply_new (message_id, stream, user_data);
  if (!ost_wsman_reply_feed (reply, (const char *)buffer->data, buffer->len, &failure)
      || !ost_wsman_reply_finish (reply, &failure))
    {
      add_excerpt (failure, reply, buffer);
      g_propagate_error (error, failure);
      return NULL;
    }
  fault = ost_wsman_reply_get_fault (reply);
  if (fault != NULL)
    {
      *reaction = ost_wsman_fault_get_reaction (fault);
      g_propagate_error (error, ost_wsman_fault_to_error (fault));
      return NULL;
    }
  return check_body (pending, reply, error) ? g_steal_pointer (&reply) : NULL;
}

OstWsmanReply *
ost_wsman_finish (OstWsmanPending *pending, GByteArray *buffer, OstWsmanReaction *reaction,
                  GError **error)
{
  g_autoptr (OstWsmanPending) own = pending;

  *reaction = OST_WSMAN_REPORT;
  if (!ost_wsman_read (own, buffer, error))
    return NULL;
  return ost_wsman_parse (own, buffer, NULL, NULL, reaction, error);
}

OstWsmanReply *
ost_wsman_call (OstWsman *self, const OstWsmanRequest *request, OstCall *call, gboolean is_cleanup,
                GByteArray *buffer, OstWsmanReaction *reaction, GError **error)
{
  OstWsmanPending *pending = ost_wsman_begin (self, request, call, is_cleanup, error);

  *reaction = OST_WSMAN_REPORT;
  return pending != NULL ? ost_wsman_finish (pending, buffer, reaction, error) : NULL;
}
