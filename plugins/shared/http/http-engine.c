/* http-engine.c: sends transfers through a pool for each identity and endpoint */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-engine.h"

#include "http-transfer.h"
#include "http-uri.h"

/* Pools without a request under way are dropped beyond so many. */
#define MAX_IDLE_POOLS 32

struct _OstHttpEngine {
  OstHttpTrust *trust;
  guint connect_timeout_ms;
  GHashTable *pools;   /* what get_key() makes -> OstHttpPool */
  GPtrArray *replaced; /* pools of secrets that changed, until their last request has ended */
  gboolean is_shut_down;
};

OstHttpEngine *
ost_http_engine_new (OstHttpTrust *trust, guint connect_timeout_ms)
{
  OstHttpEngine *self = g_new0 (OstHttpEngine, 1);

  self->trust = ost_http_trust_ref (trust);
  self->connect_timeout_ms = connect_timeout_ms;
  self->pools
    = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)ost_http_pool_unref);
  self->replaced = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_http_pool_unref);
  return self;
}

void
ost_http_engine_shut_down (OstHttpEngine *self)
{
  g_autoptr (GError) reason
    = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "the transport was shut down");
  g_autoptr (GPtrArray) pools
    = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_http_pool_unref);
  GHashTableIter iter;
  gpointer pool;

  self->is_shut_down = TRUE;
  g_ptr_array_extend_and_steal (pools, g_steal_pointer (&self->replaced));
  self->replaced = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_http_pool_unref);
  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    g_ptr_array_add (pools, ost_http_pool_ref (pool));
  g_hash_table_remove_all (self->pools);
  for (guint i = 0; i < pools->len; i++)
    ost_http_pool_close (g_ptr_array_index (pools, i), reason);
}

void
ost_http_engine_free (OstHttpEngine *self)
{
  ost_http_engine_shut_down (self);
  g_hash_table_unref (self->pools);
  g_ptr_array_unref (self->replaced);
  ost_http_trust_unref (self->trust);
  g_free (self);
}

/* A pool is for one identity, user and method at one endpoint. Line feeds occur in none of them. */
static char *
get_key (CURLU *uri, const OstCredentials *credentials, const OstSignIn *sign_in)
{
  g_autofree char *scheme = ost_http_uri_get (uri, CURLUPART_SCHEME);
  g_autofree char *host = ost_http_uri_get (uri, CURLUPART_HOST);
  g_autofree char *folded = g_ascii_strdown (host, -1);
  g_autofree char *port = ost_http_uri_get (uri, CURLUPART_PORT);

  return g_strdup_printf ("%s\n%s\n%s\n%s\n%s\n%s", scheme, folded, port, credentials->identity,
                          sign_in->name, credentials->user != NULL ? credentials->user : "");
}

static gboolean
is_idle (gpointer key, gpointer pool, gpointer user_data)
{
  return ost_http_pool_is_idle (pool);
}

static void
drop_idle_pools (OstHttpEngine *self)
{
  if (g_hash_table_size (self->pools) >= MAX_IDLE_POOLS)
    g_hash_table_foreach_remove (self->pools, is_idle, NULL);
  for (guint i = self->replaced->len; i > 0; i--)
    if (ost_http_pool_is_idle (g_ptr_array_index (self->replaced, i - 1)))
      g_ptr_array_remove_index_fast (self->replaced, i - 1);
}

static OstHttpPool *
find_pool (OstHttpEngine *self, CURLU *uri, const OstCredentials *credentials, GError **error)
{
  const OstSignIn *sign_in = ost_sign_in_choose (credentials, ost_http_uri_is_tls (uri), error);
  g_autofree char *key = NULL;
  OstHttpPool *known, *pool;

  if (sign_in == NULL)
    return NULL;
  key = get_key (uri, credentials, sign_in);
  known = g_hash_table_lookup (self->pools, key);
  if (known != NULL && ost_http_pool_belongs_to (known, credentials->secret))
    return known;
  pool = ost_http_pool_new (self->trust, credentials, sign_in, error);
  if (pool == NULL)
    return NULL;
  if (known != NULL)
    g_ptr_array_add (self->replaced, ost_http_pool_ref (known));
  g_hash_table_remove (self->pools, key);
  drop_idle_pools (self);
  g_hash_table_insert (self->pools, g_steal_pointer (&key), pool);
  return pool;
}

void
ost_http_engine_send (OstHttpEngine *self, OstTransfer *transfer, GCancellable *cancellable,
                      GTask *task)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CURLU) uri = NULL;
  OstHttpPool *pool = NULL;

  if (self->is_shut_down)
    {
      g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                               "connection ‘%s’: the transport was shut down",
                               ost_transfer_get_connection (transfer));
      return;
    }
  uri = ost_http_uri_parse (ost_transfer_get_uri (transfer), &error);
  if (uri != NULL)
    pool = find_pool (self, uri, ost_transfer_get_credentials (transfer), &error);
  if (pool == NULL)
    {
      g_autofree char *label
        = uri != NULL ? ost_http_uri_label (ost_transfer_get_connection (transfer),
                                            ost_transfer_get_method (transfer), uri)
                      : g_strdup_printf ("connection ‘%s’", ost_transfer_get_connection (transfer));

      g_prefix_error (&error, "%s: ", label);
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  ost_http_transfer_start (pool, transfer, uri, self->connect_timeout_ms, cancellable, task);
}
