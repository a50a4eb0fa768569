/* ost-api.c: the API: HTTP with JSON on a Unix socket */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG 1024
#define MAX_BODY_BYTES 65536
#define N_WORKERS 4
#define PATIENCE_MS (30 * 1000)

struct _OstApi {
  GObject parent_instance;

  OstApiParts parts;
  OstApiGroups groups;
  SoupServer *server;
  guint n_peers;
  char *socket_path;
  GThreadPool *workers;
};

G_DEFINE_FINAL_TYPE (OstApi, ost_api, G_TYPE_OBJECT)

typedef struct {
  void (*func) (gpointer data);
  gpointer data;
} Work;

static void
run_work (gpointer data, gpointer user_data)
{
  Work *work = data;

  work->func (work->data);
  g_free (work);
}

void
ost_api_push_work (OstApi *self, void (*func) (gpointer data), gpointer data)
{
  Work *work = g_new0 (Work, 1);

  work->func = func;
  work->data = data;
  g_thread_pool_push (self->workers, work, NULL);
}

const OstApiParts *
ost_api_get_parts (OstApi *self)
{
  return &self->parts;
}

static void
ost_api_finalize (GObject *object)
{
  OstApi *self = OST_API (object);

  ost_api_close (self);
  g_thread_pool_free (self->workers, FALSE, TRUE);
  g_object_unref (self->parts.config);
  g_object_unref (self->parts.registry);
  g_object_unref (self->parts.store);
  g_object_unref (self->parts.engine);
  G_OBJECT_CLASS (ost_api_parent_class)->finalize (object);
}

static void
ost_api_class_init (OstApiClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = ost_api_finalize;
}

static void
ost_api_init (OstApi *self)
{
  self->workers = g_thread_pool_new (run_work, self, N_WORKERS, FALSE, NULL);
}

/* Requests */

/* Whether a path fits a route; @argument gets what stands for the star. */
static gboolean
match_path (const char *pattern, const char *path, char **argument)
{
  const char *star = strchr (pattern, '*');
  gsize head, length;

  if (star == NULL)
    return g_str_equal (pattern, path);
  head = (gsize)(star - pattern);
  if (strncmp (pattern, path, head) != 0)
    return FALSE;
  length = strcspn (path + head, "/");
  if (length == 0 || !g_str_equal (star + 1, path + head + length))
    return FALSE;
  g_free (*argument);
  *argument = g_strndup (path + head, length);
  return TRUE;
}

static const OstApiRoute *
find_route (const char *method, const char *path, gboolean *knows_path, char **argument)
{
  *knows_path = FALSE;
  for (const OstApiRoute *route = ost_api_routes; route->path != NULL; route++)
    {
      if (!match_path (route->path, path, argument))
        continue;
      *knows_path = TRUE;
      if (g_str_equal (route->method, method))
        return route;
    }
  return NULL;
}

static void
answer_wrong_method (SoupServerMessage *message, const char *path)
{
  g_autoptr (GString) methods = g_string_new (NULL);

  for (const OstApiRoute *route = ost_api_routes; route->path != NULL; route++)
    {
      g_autofree char *argument = NULL;

      if (match_path (route->path, path, &argument))
        g_string_append_printf (methods, "%s%s", methods->len > 0 ? ", " : "", route->method);
    }
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Allow",
                                methods->str);
  ost_api_answer_problem (message, SOUP_STATUS_METHOD_NOT_ALLOWED, "method not allowed",
                          "this path takes another method");
}

static void
handle_request_cb (SoupServer *server, SoupServerMessage *message, const char *path,
                   GHashTable *query, gpointer user_data)
{
  OstApi *self = user_data;
  g_autofree char *argument = NULL;
  gboolean knows_path;
  const OstApiRoute *route
    = find_route (soup_server_message_get_method (message), path, &knows_path, &argument);
  OstApiRequest request = { .api = self, .message = message, .query = query };

  if (soup_server_message_get_status (message) != 0)
    return;
  if (route == NULL && knows_path)
    answer_wrong_method (message, path);
  else if (route == NULL)
    ost_api_answer_problem (message, SOUP_STATUS_NOT_FOUND, "not found",
                            "there is nothing at this path");
  else if (!ost_api_may (&self->groups, message, route->right))
    ost_api_answer_problem (message, SOUP_STATUS_FORBIDDEN, "not allowed",
                            "the socket is for root, and for the groups that operators= and "
                            "viewers= of [api] name");
  else
    {
      request.argument = argument;
      route->handle (&request);
    }
}

/* What comes after is read and dropped. */
static void
refuse_body (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  soup_message_body_truncate (body);
  soup_message_body_set_accumulate (body, FALSE);
  ost_api_answer_problem (message, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too large",
                          "a request's body has at most 64 KiB");
}

static void
got_headers_cb (SoupServerMessage *message, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
      && soup_message_headers_get_content_length (headers) > MAX_BODY_BYTES)
    refuse_body (message);
}

/* A chunked body tells its length to nobody beforehand. */
static void
got_chunk_cb (SoupServerMessage *message, GBytes *chunk, gpointer user_data)
{
  if (soup_server_message_get_request_body (message)->length > MAX_BODY_BYTES
      && soup_server_message_get_status (message) == 0)
    refuse_body (message);
}

static void
request_started_cb (SoupServer *server, SoupServerMessage *message, gpointer user_data)
{
  OstApi *self = user_data;

  ost_api_follow (message);
  ost_api_admit (message, &self->n_peers,
                 self->parts.patience_ms > 0 ? self->parts.patience_ms : PATIENCE_MS);
  g_signal_connect (message, "got-headers", G_CALLBACK (got_headers_cb), NULL);
  g_signal_connect (message, "got-chunk", G_CALLBACK (got_chunk_cb), NULL);
}

/* Listening */

static gboolean
is_answered (GSocketAddress *address)
{
  g_autoptr (GSocket) probe
    = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

  return probe != NULL && g_socket_connect (probe, address, NULL, NULL);
}

static gboolean
take_over (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  struct stat status;

  if (lstat (path, &status) != 0)
    return TRUE;
  if (!S_ISSOCK (status.st_mode))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_EXISTS,
                   "‘%s’ is no socket; take it away, or write another path to socket=", path);
      return FALSE;
    }
  if (is_answered (address))
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_EXISTS,
        "another service answers on ‘%s’; stop it, or give this one another socket=", path);
      return FALSE;
    }
  unlink (path);
  return TRUE;
}

static gboolean
share (const char *path, GError **error)
{
  struct group *group = getgrnam ("ostiary");

  if (group != NULL && chown (path, (uid_t)-1, group->gr_gid) != 0)
    g_warning ("‘%s’ could not be given to the group ‘ostiary’: %s", path, g_strerror (errno));
  if (chmod (path, 0660) == 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE, "‘%s’ cannot get its mode: %s", path,
               g_strerror (errno));
  return FALSE;
}

/* Nobody can connect before the last step, when owner and mode are what they shall be. */
static GSocket *
bind_socket (const char *path, GError **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocket) socket
    = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);

  if (socket == NULL || !take_over (path, error) || !g_socket_bind (socket, address, TRUE, error)
      || !share (path, error))
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  return g_socket_listen (socket, error) ? g_steal_pointer (&socket) : NULL;
}

static gboolean
listen_on_socket (OstApi *self, GError **error)
{
  const char *path = ost_settings_get_text (ost_config_get_api (self->parts.config), "socket");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GSocket) socket = NULL;

  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
                   "the folder of the API's socket, ‘%s’, cannot be made: %s", folder,
                   g_strerror (errno));
      return FALSE;
    }
  socket = bind_socket (path, error);
  if (socket == NULL || !soup_server_listen_socket (self->server, socket, 0, error))
    {
      g_prefix_error (error, "the API cannot listen on ‘%s’: ", path);
      return FALSE;
    }
  self->socket_path = g_strdup (path);
  return TRUE;
}

static gboolean
listen_on_tcp (OstApi *self, GError **error)
{
  OstSettings *api = ost_config_get_api (self->parts.config);
  const char *where = ost_settings_get_text (api, "http");
  const char *certificate = ost_settings_get_text (api, "http-tls-certificate");
  const char *key = ost_settings_get_text (api, "http-tls-key");
  g_autoptr (GSocketConnectable) connectable = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GSocketAddressEnumerator) addresses = NULL;
  g_autoptr (GTlsCertificate) identity = NULL;

  if (where == NULL)
    return TRUE;
  connectable = g_network_address_parse (where, 0, error);
  if (connectable == NULL)
    return FALSE;
  addresses = g_socket_connectable_enumerate (connectable);
  address = g_socket_address_enumerator_next (addresses, NULL, error);
  if (address == NULL)
    return FALSE;
  if (certificate != NULL)
    {
      identity = g_tls_certificate_new_from_files (certificate, key, error);
      if (identity == NULL)
        return FALSE;
      soup_server_set_tls_certificate (self->server, identity);
    }
  if (soup_server_listen (self->server, address, certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0,
                          error))
    return TRUE;
  g_prefix_error (error, "the API cannot listen on http=%s: ", where);
  return FALSE;
}

OstApi *
ost_api_new (const OstApiParts *parts)
{
  OstApi *self = g_object_new (OST_TYPE_API, NULL);

  self->parts = *parts;
  g_object_ref (self->parts.config);
  g_object_ref (self->parts.registry);
  g_object_ref (self->parts.store);
  g_object_ref (self->parts.engine);
  return self;
}

gboolean
ost_api_listen (OstApi *self, GError **error)
{
  g_return_val_if_fail (self->server == NULL, FALSE);

  ost_api_groups_look_up (&self->groups, ost_config_get_api (self->parts.config));
  self->server = soup_server_new ("server-header", "ostiary", NULL);
  soup_server_add_handler (self->server, NULL, handle_request_cb, self, NULL);
  g_signal_connect (self->server, "request-started", G_CALLBACK (request_started_cb), self);
  return listen_on_socket (self, error) && listen_on_tcp (self, error);
}

void
ost_api_set_config (OstApi *self, OstConfig *config)
{
  g_set_object (&self->parts.config, config);
  ost_api_groups_look_up (&self->groups, ost_config_get_api (config));
}

void
ost_api_close (OstApi *self)
{
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  if (self->socket_path != NULL)
    unlink (self->socket_path);
  g_clear_pointer (&self->socket_path, g_free);
}
