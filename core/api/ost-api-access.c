/* ost-api-access.c: who is at the other end of the Unix socket, and what he may */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-api-private.h"

#include <errno.h>
#include <grp.h>
#include <sys/socket.h>
#include <unistd.h>

/* A group with more members than fit into this is somebody's mistake. */
#define MAX_GROUP_BYTES (16 * 1024 * 1024)

static gint64
find_group (const char *name)
{
  gsize size = 4096;

  if (name == NULL)
    return OST_API_NO_GROUP;
  while (TRUE)
    {
      g_autofree char *buffer = g_malloc (size);
      struct group group, *found = NULL;
      int code = getgrnam_r (name, &group, buffer, size, &found);

      if (code == 0 && found != NULL)
        return found->gr_gid;
      if (code != ERANGE || size > MAX_GROUP_BYTES)
        {
          g_warning ("there is no group ‘%s’, which [api] names: its members may do nothing", name);
          return OST_API_NO_GROUP;
        }
      size *= 2;
    }
}

void
ost_api_groups_look_up (OstApiGroups *self, OstSettings *api)
{
  self->operators = find_group (ost_settings_get_text (api, "operators"));
  self->viewers = find_group (ost_settings_get_text (api, "viewers"));
}

/* The kernel knows the peer's groups as they were when it connected, so no directory is asked. */
static GArray *
get_peer_groups (int fd)
{
  g_autoptr (GArray) groups = g_array_new (FALSE, FALSE, sizeof (gid_t));
  struct ucred credentials;
  socklen_t size = sizeof credentials;

  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
    g_array_append_val (groups, credentials.gid);
  size = 0;
  if (getsockopt (fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) != 0 && errno == ERANGE)
    {
      guint old = groups->len;

      g_array_set_size (groups, old + size / sizeof (gid_t));
      if (getsockopt (fd, SOL_SOCKET, SO_PEERGROUPS, &g_array_index (groups, gid_t, old), &size)
          != 0)
        g_array_set_size (groups, old);
    }
  return g_steal_pointer (&groups);
}

static gboolean
is_member (GArray *groups, gint64 group)
{
  for (guint i = 0; i < groups->len; i++)
    if (g_array_index (groups, gid_t, i) == group)
      return TRUE;
  return FALSE;
}

gboolean
ost_api_may (const OstApiGroups *allowed, SoupServerMessage *message, OstApiRight right)
{
  GSocket *socket = soup_server_message_get_socket (message);
  g_autoptr (GArray) groups = NULL;
  struct ucred peer;
  socklen_t size = sizeof peer;

  if (right == OST_API_OPEN)
    return TRUE;
  if (socket == NULL || g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    return FALSE;
  if (getsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return FALSE;
  if (peer.uid == 0 || peer.uid == geteuid ())
    return TRUE;
  groups = get_peer_groups (g_socket_get_fd (socket));
  return is_member (groups, allowed->operators)
         || (right == OST_API_READ && is_member (groups, allowed->viewers));
}

char *
ost_api_describe_peer (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  struct ucred peer;
  socklen_t size = sizeof peer;

  if (socket == NULL
      || getsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return g_strdup ("api");
  return g_strdup_printf ("uid %u", (guint)peer.uid);
}
