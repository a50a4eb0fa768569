/* ost-request.c: one HTTP request, as a plugin asks for it */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-call-private.h"

#include <string.h>

struct _OstRequest {
  gatomicrefcount references;
  char *method;
  char *uri;
  char *identity;
  GPtrArray *headers; /* lines, and a NULL at the end */
  GBytes *body;
  gboolean is_replayable;
  gboolean has_own_cookies;
  guint idle_timeout;
  guint64 max_reply_bytes;
};

G_DEFINE_BOXED_TYPE (OstRequest, ost_request, ost_request_ref, ost_request_unref)

#define DEFAULT_IDLE_TIMEOUT_MS 60000

OstRequest *
ost_request_new (const char *method, const char *uri)
{
  OstRequest *self;

  g_return_val_if_fail (method != NULL && uri != NULL, NULL);

  self = g_new0 (OstRequest, 1);
  g_atomic_ref_count_init (&self->references);
  self->method = g_strdup (method);
  self->uri = g_strdup (uri);
  self->identity = g_strdup ("connection");
  self->headers = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->headers, NULL);
  self->idle_timeout = DEFAULT_IDLE_TIMEOUT_MS;
  return self;
}

OstRequest *
ost_request_ref (OstRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
ost_request_unref (OstRequest *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->method);
  g_free (self->uri);
  g_free (self->identity);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

void
ost_request_set_identity (OstRequest *self, const char *identity)
{
  g_return_if_fail (self != NULL && identity != NULL);

  g_free (self->identity);
  self->identity = g_strdup (identity);
}

void
ost_request_add_header (OstRequest *self, const char *name, const char *value)
{
  g_return_if_fail (self != NULL && name != NULL && value != NULL);
  /* A line break in a value would start a header of somebody else's choosing. */
  g_return_if_fail (strpbrk (value, "\r\n") == NULL && strpbrk (name, ":\r\n ") == NULL);

  g_ptr_array_insert (self->headers, (int)self->headers->len - 1,
                      g_strdup_printf ("%s: %s", name, value));
}

void
ost_request_set_body (OstRequest *self, GBytes *body, const char *content_type)
{
  g_return_if_fail (self != NULL && body != NULL && content_type != NULL);

  g_clear_pointer (&self->body, g_bytes_unref);
  self->body = g_bytes_ref (body);
  ost_request_add_header (self, "Content-Type", content_type);
}

void
ost_request_set_replayable (OstRequest *self, gboolean is_replayable)
{
  self->is_replayable = is_replayable;
}

void
ost_request_set_own_cookies (OstRequest *self, gboolean has_own_cookies)
{
  self->has_own_cookies = has_own_cookies;
}

void
ost_request_set_idle_timeout (OstRequest *self, guint milliseconds)
{
  self->idle_timeout = milliseconds;
}

void
ost_request_set_max_reply_bytes (OstRequest *self, guint64 bytes)
{
  self->max_reply_bytes = bytes;
}

const char *
ost_request_get_method (OstRequest *self)
{
  return self->method;
}

const char *
ost_request_get_uri (OstRequest *self)
{
  return self->uri;
}

const char *
ost_request_get_identity (OstRequest *self)
{
  return self->identity;
}

const char *const *
ost_request_get_headers (OstRequest *self)
{
  return (const char *const *)self->headers->pdata;
}

GBytes *
ost_request_get_body (OstRequest *self)
{
  return self->body;
}

gboolean
ost_request_is_replayable (OstRequest *self)
{
  return self->is_replayable;
}

gboolean
ost_request_has_own_cookies (OstRequest *self)
{
  return self->has_own_cookies;
}

guint
ost_request_get_idle_timeout (OstRequest *self)
{
  return self->idle_timeout;
}

guint64
ost_request_get_max_reply_bytes (OstRequest *self)
{
  return self->max_reply_bytes;
}
