/* http-transfer.c: one request under way in curl */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-transfer.h"

#include "http-cancel.h"
#include "http-error.h"
#include "http-head.h"
#include "http-request.h"
#include "http-uri.h"

#include <string.h>

#define REMEDY_NO_ANSWER                                                                           \
  "look at the load of the server; look whether it was done before it is asked for again"
#define REMEDY_SILENT "look at the load of the server, and ask again"

struct _OstHttpTransfer {
  OstHttpPool *pool;
  OstTransfer *transfer;
  GTask *task;
  CURL *easy; /* NULL once it has ended */
  CURLU *uri;
  OstHttpHeaders headers;
  OstHttpHead head;
  OstHttpStage stage;
  char *label;
  GError *failure;               /* why a callback made curl give up */
  const void *ssl;               /* of the connection, for comparison alone; NULL without TLS */
  gboolean ends_with_connection; /* nothing else tells where the body ends */
  gboolean is_stale;             /* nothing was sent, for the connection was not fit for it */
  gboolean is_paused;
  gint64 idle_us;
  gint64 last_activity;
  curl_off_t uploaded;
  guint n_cookies_set;
  guint connect_timeout_ms;
  GSource *idle_source;
  OstHttpCancel *cancel;
  char detail[CURL_ERROR_SIZE];
};

static void
clear_transfer (gpointer data)
{
  OstHttpTransfer *self = data;

  ost_transfer_unref (self->transfer);
  g_object_unref (self->task);
  curl_url_cleanup (self->uri);
  ost_http_headers_clear (&self->headers);
  ost_http_head_clear (&self->head);
  g_free (self->label);
  g_clear_error (&self->failure);
  ost_http_pool_unref (self->pool);
}

static OstHttpTransfer *
ref_transfer (OstHttpTransfer *self)
{
  return g_rc_box_acquire (self);
}

static void
unref_transfer (gpointer data)
{
  g_rc_box_release_full (data, clear_transfer);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstHttpTransfer, unref_transfer)

/* Sums up what went out. curl counts a body that leaves together with its head in both numbers. */
static void
count_sent (OstHttpTransfer *self)
{
  long request = 0;
  curl_off_t body = 0;
  guint64 sent;

  curl_easy_getinfo (self->easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo (self->easy, CURLINFO_SIZE_UPLOAD_T, &body);
  sent = (guint64)MAX (request, 0);
  if (request <= body)
    sent += (guint64)body;
  ost_transfer_count (self->transfer, sent, 0);
}

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
ost_http_transfer_end (OstHttpTransfer *self, GError *error)
{
  if (self->easy == NULL)
    {
      g_clear_error (&error);
      return;
    }
  count_sent (self);
  if (!ost_transfer_has_own_cookies (self->transfer))
    ost_http_pool_bound_cookies (self->pool, self->easy, self->n_cookies_set);
  ost_http_pool_remove (self->pool, self, self->easy);
  g_clear_pointer (&self->easy, curl_easy_cleanup);
  drop_source (&self->idle_source);
  g_clear_pointer (&self->cancel, ost_http_cancel_free);
  if (error != NULL)
    g_task_return_error (self->task, error);
  else
    g_task_return_boolean (self->task, TRUE);
  unref_transfer (self); /* what ost_http_transfer_start() took */
}

static GError *
make_error (OstHttpTransfer *self, CURLcode code)
{
  OstHttpFailure failure = {
    .label = self->label,
    .stage = self->stage,
    .code = code,
    .detail = self->detail,
    .peer = ost_http_pool_get_peer (self->pool),
    .connect_timeout_ms = self->connect_timeout_ms,
  };

  if (self->failure != NULL)
    return g_steal_pointer (&self->failure);
  return ost_http_failure_to_error (&failure);
}

void
ost_http_transfer_done (OstHttpTransfer *self, CURLcode code)
{
  GError *error = NULL;

  if (self->is_stale)
    {
      self->is_stale = FALSE;
      ost_http_pool_restart (self->pool, self->easy);
      return;
    }
  if (code != CURLE_OK || self->failure != NULL)
    error = make_error (self, code);
  else if (self->ends_with_connection && self->ssl != NULL
           && ost_http_pool_get_peer (self->pool)->closed != self->ssl)
    {
      g_strlcpy (self->detail, "TCP ended before TLS did", sizeof self->detail);
      error = make_error (self, CURLE_PARTIAL_FILE);
    }
  else if (self->stage != OST_HTTP_STAGE_HEAD)
    {
      if (self->head.n_bytes > 0)
        g_strlcpy (self->detail, "it ended in the head of the reply", sizeof self->detail);
      error = make_error (self, CURLE_GOT_NOTHING);
    }
  ost_http_transfer_end (self, error);
}

static void
touch (OstHttpTransfer *self)
{
  self->last_activity = g_get_monotonic_time ();
}

static GError *
make_silence_error (OstHttpTransfer *self)
{
  double seconds = (double)self->idle_us / G_USEC_PER_SEC;

  if (self->stage == OST_HTTP_STAGE_HEAD)
    return ost_http_error_new (self->label, OST_ERROR_INCOMPLETE, REMEDY_SILENT,
                               "the server fell silent for %.1f s in the middle of its reply",
                               seconds);
  return ost_http_error_new (self->label, OST_ERROR_TIMED_OUT, REMEDY_NO_ANSWER,
                             "the server gave no answer for %.1f s; whether it acted on the "
                             "request is unknown",
                             seconds);
}

static gboolean
idle_cb (gpointer user_data)
{
  OstHttpTransfer *self = user_data;
  gint64 due = self->last_activity + self->idle_us;

  if (self->is_paused)
    g_source_set_ready_time (self->idle_source, -1);
  else if (g_get_monotonic_time () < due)
    g_source_set_ready_time (self->idle_source, due);
  else
    ost_http_transfer_end (self, make_silence_error (self));
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_idle (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

static GSourceFuncs idle_funcs = { .dispatch = dispatch_idle };

static void
watch_silence (OstHttpTransfer *self)
{
  touch (self);
  if (self->idle_us == 0)
    return;
  if (self->idle_source == NULL)
    {
      self->idle_source = g_source_new (&idle_funcs, sizeof (GSource));
      g_source_set_static_name (self->idle_source, "ostiary-silence");
      g_source_set_callback (self->idle_source, idle_cb, self, NULL);
      g_source_attach (self->idle_source, ost_http_pool_get_context (self->pool));
    }
  g_source_set_ready_time (self->idle_source, self->last_activity + self->idle_us);
}

static gboolean
is_new_connection (OstHttpTransfer *self)
{
  long n_connects = 0;

  curl_easy_getinfo (self->easy, CURLINFO_NUM_CONNECTS, &n_connects);
  return n_connects > 0;
}

/* CURLOPT_PREREQFUNCTION: the connection stands, the request is about to be sent. A second call
 * means that curl sends it again: it does so by itself, for every method, when a connection that
 * was used before dies without a byte of a reply. No option turns that off. */
static int
about_to_send_cb (void *user_data, char *remote_ip, char *local_ip, int remote_port, int local_port)
{
  OstHttpTransfer *self = user_data;

  if (self->stage != OST_HTTP_STAGE_CONNECT && !ost_transfer_is_replayable (self->transfer))
    {
      self->failure = ost_http_error_new (
        self->label, OST_ERROR_TIMED_OUT, "look whether it was done before it is asked for again",
        "the connection broke after the request was sent and before a reply came; whether the "
        "server acted on the request is unknown, so it was not sent again");
      return CURL_PREREQFUNC_ABORT;
    }
  if (!is_new_connection (self) && ost_http_pool_has_unread (self->pool, self->easy, local_port))
    {
      self->is_stale = TRUE;
      return CURL_PREREQFUNC_ABORT;
    }
  self->stage = OST_HTTP_STAGE_SENT;
  self->ssl = ost_http_get_ssl (self->easy);
  watch_silence (self);
  return CURL_PREREQFUNC_OK;
}

/* CURLOPT_XFERINFOFUNCTION: a long body that goes out is activity too. */
static int
progress_cb (void *user_data, curl_off_t to_load, curl_off_t loaded, curl_off_t to_send,
             curl_off_t sent)
{
  OstHttpTransfer *self = user_data;

  if (sent != self->uploaded)
    touch (self);
  self->uploaded = sent;
  return 0;
}

static gboolean
has_end (OstHttpTransfer *self, const char *const *lines)
{
  gsize from = 0, from_coding = 0;

  return self->head.status == 204 || self->head.status == 304
         || g_str_equal (ost_transfer_get_method (self->transfer), "HEAD")
         || ost_http_header_get (lines, "Content-Length", &from) != NULL
         || ost_http_header_get (lines, "Transfer-Encoding", &from_coding) != NULL;
}

static gboolean
check_encoding (OstHttpTransfer *self, const char *const *lines)
{
  gsize from = 0;
  const char *encoding = ost_http_header_get (lines, "Content-Encoding", &from);
  g_autofree char *shown = NULL;

  if (encoding == NULL || *encoding == '\0' || g_ascii_strcasecmp (encoding, "identity") == 0)
    return TRUE;
  shown = ost_http_make_printable (encoding, 40);
  self->failure = ost_http_error_new (
    self->label, OST_ERROR_PROTOCOL,
    "switch off compression for this address on the server, or on what stands before it",
    "asked for a reply as it is (Accept-Encoding: identity); what came is compressed (%s)", shown);
  return FALSE;
}

static guint
count_cookies (const char *const *lines)
{
  guint n = 0;
  gsize from = 0;

  while (ost_http_header_get (lines, "Set-Cookie", &from) != NULL)
    n++;
  return n;
}

static gboolean
take_head (OstHttpTransfer *self)
{
  const char *const *lines = ost_http_head_get_lines (&self->head);
  const OstSignIn *sign_in = ost_http_pool_get_sign_in (self->pool);

  self->stage = OST_HTTP_STAGE_HEAD;
  self->ends_with_connection = !has_end (self, lines);
  self->n_cookies_set = count_cookies (lines);
  if (!sign_in->inspect (sign_in, ost_transfer_get_credentials (self->transfer), self->head.status,
                         lines, &self->failure))
    {
      g_prefix_error (&self->failure, "%s: ", self->label);
      return FALSE;
    }
  if (!check_encoding (self, lines))
    return FALSE;
  ost_transfer_push_head (self->transfer, self->head.status, lines);
  return TRUE;
}

/* CURLOPT_HEADERFUNCTION: one line of a head or of trailers. */
static gsize
header_cb (char *line, gsize size, gsize n_items, void *user_data)
{
  OstHttpTransfer *self = user_data;
  gsize length = size * n_items;
  gboolean was_complete = self->head.is_complete;

  touch (self);
  ost_transfer_count (self->transfer, 0, length);
  if (!ost_http_head_add (&self->head, line, length))
    {
      self->failure = ost_http_error_new (
        self->label, OST_ERROR_PROTOCOL, "check that the address belongs to the server",
        "the head of a reply has more than %d bytes", OST_HTTP_HEAD_MAX_BYTES);
      return 0;
    }
  if (self->head.is_complete && !was_complete && !take_head (self))
    return 0;
  return length;
}

/* CURLOPT_WRITEFUNCTION: part of the body. */
static gsize
body_cb (char *bytes, gsize size, gsize n_items, void *user_data)
{
  OstHttpTransfer *self = user_data;
  gsize length = size * n_items;

  touch (self);
  switch (ost_transfer_push (self->transfer, bytes, length))
    {
    case OST_FLOW_CONTINUE:
      ost_transfer_count (self->transfer, 0, length);
      return length;
    case OST_FLOW_PAUSE:
      self->is_paused = TRUE;
      return CURL_WRITEFUNC_PAUSE;
    case OST_FLOW_STOP:
    default:
      if (self->failure == NULL)
        self->failure = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                     "%s: nobody wants the reply any more", self->label);
      return CURL_WRITEFUNC_ERROR;
    }
}

static gboolean
resume_cb (gpointer user_data)
{
  OstHttpTransfer *self = user_data;
  CURLcode code;

  if (self->easy == NULL || !self->is_paused)
    return G_SOURCE_REMOVE;
  self->is_paused = FALSE;
  watch_silence (self);
  /* Hands on what curl holds, so body_cb() runs inside of this. */
  code = curl_easy_pause (self->easy, CURLPAUSE_CONT);
  if (code != CURLE_OK || self->failure != NULL)
    ost_http_transfer_end (self, make_error (self, code));
  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (gpointer user_data)
{
  OstHttpTransfer *self = user_data;

  ost_http_transfer_end (
    self, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s: cancelled", self->label));
}

static void
watch_cancellable (OstHttpTransfer *self, GCancellable *cancellable)
{
  if (cancellable == NULL)
    return;
  self->cancel
    = ost_http_cancel_new (cancellable, ost_http_pool_get_context (self->pool), cancelled_cb, self);
}

static void
set_callbacks (OstHttpTransfer *self)
{
  CURL *easy = self->easy;

  curl_easy_setopt (easy, CURLOPT_PRIVATE, self);
  curl_easy_setopt (easy, CURLOPT_ERRORBUFFER, self->detail);
  curl_easy_setopt (easy, CURLOPT_PREREQFUNCTION, about_to_send_cb);
  curl_easy_setopt (easy, CURLOPT_PREREQDATA, self);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, header_cb);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, self);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, body_cb);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, self);
  if (ost_transfer_get_body (self->transfer) == NULL)
    return;
  curl_easy_setopt (easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (easy, CURLOPT_XFERINFOFUNCTION, progress_cb);
  curl_easy_setopt (easy, CURLOPT_XFERINFODATA, self);
}

static GError *
prepare (OstHttpTransfer *self)
{
  GError *error;

  if (!ost_http_set_common (self->easy, self->uri, ost_http_pool_get_peer (self->pool),
                            self->connect_timeout_ms))
    return ost_http_error_new (
      self->label, OST_ERROR_UNAVAILABLE, "install the libcurl that is built on OpenSSL",
      "this libcurl (%s) cannot send requests as safely as they must be", curl_version ());
  error
    = ost_http_request_prepare (self->easy, self->transfer, self->uri, self->pool, &self->headers);
  if (error != NULL)
    g_prefix_error (&error, "%s: ", self->label);
  return error;
}

void
ost_http_transfer_start (OstHttpPool *pool, OstTransfer *transfer, CURLU *uri,
                         guint connect_timeout_ms, GCancellable *cancellable, GTask *task)
{
  g_autoptr (OstHttpTransfer) self = g_rc_box_new0 (OstHttpTransfer);
  GError *error;

  self->pool = ost_http_pool_ref (pool);
  self->transfer = ost_transfer_ref (transfer);
  self->task = g_object_ref (task);
  self->uri = curl_url_dup (uri);
  self->connect_timeout_ms = connect_timeout_ms;
  self->idle_us = (gint64)ost_transfer_get_idle_timeout (transfer) * 1000;
  self->label = ost_http_uri_label (ost_transfer_get_connection (transfer),
                                    ost_transfer_get_method (transfer), uri);
  self->easy = curl_easy_init ();
  ost_http_head_init (&self->head);
  error = prepare (self);
  if (error == NULL)
    {
      set_callbacks (self);
      if (!ost_http_pool_add (pool, self, self->easy))
        error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s: the transport was shut down",
                             self->label);
    }
  ref_transfer (self); /* until its end */
  if (error != NULL)
    {
      ost_http_transfer_end (self, error);
      return;
    }
  ost_transfer_set_resume_func (transfer, resume_cb, ref_transfer (self), unref_transfer);
  watch_cancellable (self, cancellable);
}
