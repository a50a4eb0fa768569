/* server.c: the HTTP side of the simulated Exchange */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server.h"

#include "hostile.h"
#include "raw-reply.h"

#include <openssl/crypto.h>
#include <string.h>

#define SOAP_TYPE "application/soap+xml;charset=UTF-8"
/* Exchange takes 512,000 bytes; more is no request that a client would send. */
#define MAX_BODY (1024 * 1024)
#define CLAIMED_LENGTH 1000000000
#define HTML                                                                                       \
  "<!DOCTYPE html><html><head><meta charset=utf-8><title>Runtime Error</title></head><body>"       \
  "<h1>Server Error in '/' "                                                                       \
  "Application.</h1><p>Runtime Error</p></body></html>"

/**
 * Exchange:
 * @server: whose it is
 * @message: the HTTP message
 * @request: (nullable): until it is carried out
 * @fault: (nullable): what shall go wrong
 * @user: who is signed in
 * @url: where the request went
 * @address: where it came from
 * @on_finished: tells that the message is over
 * @timer: (nullable): of a slow answer
 * @is_paused: the answer comes later
 *
 * One request and its answer.
 */
typedef struct {
  SimServer *server;
  SoupServerMessage *message;
  SimRequest *request;
  SimArmedFault *fault;
  char *user;
  char *url;
  char *address;
  gulong on_finished;
  GSource *timer;
  gboolean is_paused;
} Exchange;

static void
free_exchange (Exchange *exchange)
{
  g_signal_handler_disconnect (exchange->message, exchange->on_finished);
  if (exchange->timer != NULL)
    {
      g_source_destroy (exchange->timer);
      g_source_unref (exchange->timer);
    }
  sim_request_free (exchange->request);
  sim_armed_fault_free (exchange->fault);
  g_free (exchange->user);
  g_free (exchange->url);
  g_free (exchange->address);
  g_object_unref (exchange->message);
  g_free (exchange);
}

/* The client went away before it was answered. */
static void
on_finished (SoupServerMessage *message, gpointer data)
{
  Exchange *exchange = data;
  sim_wsman_forget (exchange->server->wsman, exchange);
  free_exchange (exchange);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void
answer (Exchange *exchange, guint status, const char *type, GString *body)
{
  SoupServerMessage *message = exchange->message;
  gsize length = body->len;
  sim_ledger_add_bytes (exchange->server->ledger, 0, length);
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_TAKE, g_string_free (body, FALSE),
                                    length);
  if (exchange->is_paused)
    soup_server_message_unpause (message);
  free_exchange (exchange);
}

/* Takes the connection away from the HTTP library, and the answer into our own hands. */
static void
answer_raw (Exchange *exchange, GString *bytes, guint interval_ms, SimRawEnd end)
{
  g_autoptr (SoupServerMessage) message = g_object_ref (exchange->message);
  free_exchange (exchange);
  sim_raw_reply (soup_server_message_steal_connection (message),
                 bytes == NULL ? NULL : g_string_free_to_bytes (bytes), interval_ms, end);
}

static GString *
begin_head (guint status)
{
  GString *head = g_string_new (NULL);
  g_string_append_printf (head, "HTTP/1.1 %u %s\r\nContent-Type: " SOAP_TYPE "\r\n", status,
                          soup_status_get_phrase (status));
  return head;
}

static void
answer_wrong_length (Exchange *exchange, guint status, GString *xml)
{
  const SimArmedFault *fault = exchange->fault;
  guint interval_ms = fault->kind == SIM_FAULT_DRIP ? MAX (fault->ms, 1) : 0;
  GString *bytes = begin_head (status);
  gsize sent = xml->len;
  SimRawEnd end = SIM_RAW_CLOSE;
  if (fault->kind == SIM_FAULT_NO_LENGTH)
    g_string_append (bytes, "Connection: close\r\n\r\n");
  else
    {
      gsize length = fault->kind == SIM_FAULT_LONG_LENGTH ? CLAIMED_LENGTH : xml->len;
      g_string_append_printf (bytes, "Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n", length);
    }
  if (fault->kind == SIM_FAULT_TRUNCATE)
    sent /= 2;
  if (fault->kind == SIM_FAULT_LONG_LENGTH)
    end = SIM_RAW_HANG;
  g_string_append_len (bytes, xml->str, (gssize)sent);
  g_string_free (xml, TRUE);
  answer_raw (exchange, bytes, interval_ms, end);
}

static void
answer_endless (Exchange *exchange, guint status, GString *xml)
{
  GString *bytes = begin_head (status);
  const char *body = strstr (xml->str, "<s:Body>");
  g_string_append (bytes, "Connection: close\r\n\r\n");
  g_string_append_len (bytes, xml->str, body == NULL ? 0 : body - xml->str);
  g_string_free (xml, TRUE);
  answer_raw (exchange, bytes, 0, SIM_RAW_ENDLESS);
}

/* SimReply */
static void
reply (guint status, GString *xml, gpointer data)
{
  Exchange *exchange = data;
  SimArmedFault *fault = exchange->fault;
  if (fault == NULL)
    {
      answer (exchange, status, SOAP_TYPE, xml);
      return;
    }
  switch (fault->kind)
    {
    case SIM_FAULT_DROP_AFTER:
    case SIM_FAULT_HANG_AFTER:
      g_string_free (xml, TRUE);
      answer_raw (exchange, NULL, 0,
                  fault->kind == SIM_FAULT_DROP_AFTER ? SIM_RAW_RESET : SIM_RAW_HANG);
      return;
    case SIM_FAULT_TRUNCATE:
    case SIM_FAULT_DRIP:
    case SIM_FAULT_NO_LENGTH:
    case SIM_FAULT_LONG_LENGTH:
      answer_wrong_length (exchange, status, xml);
      return;
    case SIM_FAULT_ENDLESS:
      answer_endless (exchange, status, xml);
      return;
    default:
      /* A Receive that brings no output leaves the fault to the next. */
      if (!sim_hostile_change (fault, xml) && sim_fault_wants_output (fault->kind))
        sim_fault_plan_put_back (exchange->server->faults, g_steal_pointer (&exchange->fault));
      answer (exchange, status, SOAP_TYPE, xml);
      return;
    }
}

/* ---- requests -------------------------------------------------------------------------------- */

static void
carry_out (Exchange *exchange)
{
  SimCaller caller = { exchange->user, exchange->url, exchange->address };
  sim_wsman_handle (exchange->server->wsman, g_steal_pointer (&exchange->request), &caller, reply,
                    exchange);
}

static gboolean
on_timer (gpointer data)
{
  carry_out (data);
  return G_SOURCE_REMOVE;
}

static void
answer_fault (Exchange *exchange, SimFault *fault)
{
  g_autoptr (SimFault) owned = fault;
  sim_wsman_reply_fault (owned, exchange->request == NULL ? NULL : exchange->request->message_id,
                         reply, exchange);
}

/* Faults that come instead of an answer; FALSE for the others. */
static gboolean
answer_instead (Exchange *exchange)
{
  const SimArmedFault *fault = exchange->fault;
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (exchange->message);
  const char *body = fault->body == NULL ? "" : fault->body;
  switch (fault->kind)
    {
    case SIM_FAULT_DROP:
      answer_raw (exchange, NULL, 0, SIM_RAW_RESET);
      return TRUE;
    case SIM_FAULT_HANG:
      answer_raw (exchange, NULL, 0, SIM_RAW_HANG);
      return TRUE;
    case SIM_FAULT_STATUS:
      answer (exchange, fault->status == 0 ? 503 : fault->status,
              fault->type == NULL ? "text/plain" : fault->type, g_string_new (body));
      return TRUE;
    case SIM_FAULT_GARBAGE:
      answer (exchange, fault->status == 0 ? 200 : fault->status,
              fault->type == NULL ? "text/html" : fault->type,
              g_string_new (fault->body == NULL ? HTML : body));
      return TRUE;
    case SIM_FAULT_REDIRECT:
      soup_message_headers_replace (headers, "Location",
                                    fault->body == NULL ? exchange->url : body);
      answer (exchange, fault->status == 0 ? 307 : fault->status, "text/plain",
              g_string_new (NULL));
      return TRUE;
    case SIM_FAULT_TIMEOUT:
      answer_fault (exchange, sim_fault_new_timed_out ());
      return TRUE;
    case SIM_FAULT_DENIED:
      answer_fault (exchange, sim_fault_new_denied ());
      return TRUE;
    default:
      return FALSE;
    }
}

static void
handle (Exchange *exchange)
{
  SimServer *server = exchange->server;
  SimRequest *request = exchange->request;
  sim_ledger_add_request (server->ledger, request);
  exchange->fault = sim_fault_plan_take (server->faults, request->action);
  if (exchange->fault != NULL && answer_instead (exchange))
    return;
  if (request->action == SIM_ACTION_IDENTIFY)
    {
      GString *xml = g_string_new (NULL);
      sim_soap_append_identify (xml);
      reply (200, xml, exchange);
      return;
    }
  if (exchange->fault != NULL && exchange->fault->kind == SIM_FAULT_KILL_SHELL
      && request->shell_id != NULL)
    sim_wsman_kill (server->wsman, request->shell_id);
  else if (exchange->fault != NULL && exchange->fault->kind == SIM_FAULT_KILL_SHELLS)
    sim_wsman_kill_all (server->wsman);
  else if (exchange->fault != NULL && exchange->fault->kind == SIM_FAULT_SLOW)
    {
      exchange->timer = g_timeout_source_new (exchange->fault->ms);
      g_source_set_callback (exchange->timer, on_timer, exchange, NULL);
      g_source_attach (exchange->timer, g_main_context_get_thread_default ());
      return;
    }
  carry_out (exchange);
}

/* Account names go without regard to case, and the domain may be left out. */
static char *
check_credentials (const SimServer *server, const char *header)
{
  if (header == NULL || g_ascii_strncasecmp (header, "Basic ", 6) != 0)
    return NULL;
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (header + 6, &length);
  g_autofree char *text = g_strndup ((const char *)bytes, length);
  char *colon = strchr (text, ':');
  if (colon == NULL)
    return NULL;
  *colon = '\0';
  const char *backslash = strchr (server->user, '\\');
  gboolean is_user = g_ascii_strcasecmp (text, server->user) == 0
                     || (backslash != NULL && g_ascii_strcasecmp (text, backslash + 1) == 0);
  gsize expected = strlen (server->password);
  if (!is_user || strlen (colon + 1) != expected
      || CRYPTO_memcmp (colon + 1, server->password, expected) != 0)
    return NULL;
  return g_strdup (server->user);
}

static Exchange *
new_exchange (SimServer *server, SoupServerMessage *message, const char *path, char *user)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *host = soup_message_headers_get_one (headers, "Host");
  const char *address = soup_server_message_get_remote_host (message);
  exchange->server = server;
  exchange->message = g_object_ref (message);
  exchange->user = user;
  exchange->url = g_strdup_printf ("https://%s%s", host == NULL ? "localhost" : host, path);
  exchange->address = g_strdup (address == NULL ? "127.0.0.1" : address);
  exchange->on_finished
    = g_signal_connect (message, "finished", G_CALLBACK (on_finished), exchange);
  return exchange;
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  SimServer *server = data;
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GBytes) body
    = soup_message_body_flatten (soup_server_message_get_request_body (message));
  if (strcmp (soup_server_message_get_method (message), "POST") != 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  sim_ledger_add_bytes (server->ledger, g_bytes_get_size (body), 0);
  char *user = check_credentials (server, soup_message_headers_get_one (headers, "Authorization"));
  if (user == NULL)
    {
      sim_ledger_add_unauthenticated (server->ledger);
      soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                    "WWW-Authenticate", "Basic realm=\"ex01.contoso.com\"");
      soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
      return;
    }
  Exchange *exchange = new_exchange (server, message, path, user);
  SimFault *fault = NULL;
  gsize length;
  const char *bytes = g_bytes_get_data (body, &length);
  exchange->request = sim_request_parse (bytes == NULL ? "" : bytes, length, &fault);
  /* Answers may come from inside: what follows must not touch the exchange. */
  exchange->is_paused = TRUE;
  soup_server_message_pause (message);
  if (exchange->request == NULL)
    answer_fault (exchange, fault);
  else
    handle (exchange);
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  gsize *received = data;
  *received += g_bytes_get_size (chunk);
  if (*received > MAX_BODY)
    {
      g_autoptr (SoupServerMessage) kept = g_object_ref (message);
      GIOStream *stream = soup_server_message_steal_connection (kept);
      if (stream != NULL)
        sim_raw_reply (stream, NULL, 0, SIM_RAW_RESET);
    }
}

static void
free_count (gpointer data, GClosure *closure)
{
  g_free (data);
}

/* Refuses a body that says it is too large, and counts one that does not say. */
static void
on_headers (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  if (soup_message_headers_get_content_length (headers) > MAX_BODY)
    soup_server_message_set_status (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, NULL);
  else
    g_signal_connect_data (message, "got-chunk", G_CALLBACK (on_chunk), g_new0 (gsize, 1),
                           free_count, 0);
}

static void
on_unknown (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query,
            gpointer data)
{
  soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
}

void
sim_server_add_route (SimServer *server, const char *path, SoupServerCallback handler)
{
  soup_server_add_early_handler (server->soup, path, on_headers, server, NULL);
  soup_server_add_handler (server->soup, path, handler, server, NULL);
}

SimServer *
sim_server_new (const SimShape *shape, const SimWsmanOptions *options, const char *user,
                const char *password)
{
  SimServer *server = g_new0 (SimServer, 1);
  server->shape = *shape;
  server->world = sim_world_new (shape);
  server->wsman = sim_wsman_new (server->world, options);
  server->faults = sim_fault_plan_new ();
  server->ledger = sim_ledger_new ();
  server->user = g_strdup (user);
  server->password = g_strdup (password);
  server->soup = soup_server_new ("server-header", "exchange-sim", NULL);
  sim_server_add_route (server, "/", on_unknown);
  sim_server_add_route (server, "/PowerShell", on_request);
  sim_server_add_route (server, "/powershell", on_request);
  sim_server_add_route (server, "/wsman", on_request);
  sim_server_add_control (server);
  return server;
}

void
sim_server_reset (SimServer *server)
{
  SimWorld *world = sim_world_new (&server->shape);
  sim_wsman_set_world (server->wsman, world);
  sim_world_free (server->world);
  server->world = world;
  server->generation++;
  sim_fault_plan_clear (server->faults);
  sim_ledger_clear (server->ledger);
}

void
sim_server_free (SimServer *server)
{
  if (server == NULL)
    return;
  sim_wsman_kill_all (server->wsman);
  soup_server_disconnect (server->soup);
  g_object_unref (server->soup);
  sim_wsman_free (server->wsman);
  sim_world_free (server->world);
  sim_fault_plan_free (server->faults);
  sim_ledger_free (server->ledger);
  g_free (server->user);
  g_free (server->password);
  g_free (server);
}
