/* runspace.c: opens and closes remote PowerShell sessions */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runspace.h"

#include "psrp-payload.h"
#include "runspace-private.h"

#include <string.h>

static const char opening[] = "open a PowerShell session";

/* After the second answer without anything in it, a little longer each time. */
#define EMPTY_STEP_MS 50
#define EMPTY_STEPS 20

/* What a session is written down with: its address, and its cookies in a line of their own. */
#define DETAIL_SEPARATOR '\n'

gboolean
ost_runspace_wants_pool_value (guint32 type)
{
  return type == OST_PSRP_SESSION_CAPABILITY || type == OST_PSRP_APPLICATION_PRIVATE_DATA
         || type == OST_PSRP_RUNSPACEPOOL_STATE || type == OST_PSRP_WARNING_RECORD
         || type == OST_PSRP_ERROR_RECORD;
}

static gboolean
read_capability (OstRunspace *self, const OstClixmlValue *value, GError **error)
{
  const char *version = ost_clixml_value_get_member_text (value, "protocolversion");
  g_autofree char *excerpt = NULL;
  guint64 minor = 0;

  if (version != NULL && g_str_has_prefix (version, "2.")
      && g_ascii_string_to_unsigned (version + 2, 10, 1, 1000, &minor, NULL))
    {
      self->protocol_minor = (guint)minor;
      return TRUE;
    }
  excerpt = version != NULL ? ost_wsman_excerpt (version, strlen (version)) : g_strdup ("none");
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
               "expected PowerShell remoting of version %s or a little older, the server has ‘%s’",
               OST_PSRP_PROTOCOL_VERSION, excerpt);
  return FALSE;
}

static gboolean
read_pool_state (OstRunspace *self, const OstClixmlValue *value, GError **error)
{
  OstRecord failure;
  gboolean has_failure = FALSE;

  if (!ost_psrp_state_read (value, &self->pool_state, &failure, &has_failure)
      || (self->pool_state != OST_PSRP_POOL_CLOSED && self->pool_state != OST_PSRP_POOL_BROKEN))
    return TRUE;
  self->is_broken = TRUE;
  if (has_failure && failure.message != NULL)
    {
      g_propagate_error (error, ost_wsman_text_to_error (failure.message, OST_ERROR_UNAVAILABLE));
      return FALSE;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE, "the server has closed the session");
  return FALSE;
}

static void
read_private_data (OstRunspace *self, const OstClixmlValue *value)
{
  const OstClixmlValue *data = ost_clixml_value_get_member (value, "ApplicationPrivateData");
  const OstClixmlValue *table = ost_clixml_value_get_entry (data, "PSVersionTable");
  const char *version
    = ost_clixml_value_get_text (ost_clixml_value_get_entry (table, "PSVersion"), NULL);

  if (version == NULL)
    return;
  g_free (self->server_version);
  self->server_version = ost_wsman_excerpt (version, strlen (version));
}

/* Exchange writes warnings that belong to no pipeline. */
static gboolean
pass_record (OstRunspace *self, guint32 type, const OstClixmlValue *value, GError **error)
{
  OstRecord record;

  ost_psrp_record_read (&record, type, value);
  record.is_pool_level = TRUE;
  if (self->sink != NULL)
    return self->sink->record == NULL || self->sink->record (&record, self->user_data, error);
  if (record.message != NULL)
    ost_call_warn (self->call, "%s", record.message);
  return TRUE;
}

gboolean
ost_runspace_take_pool_value (OstRunspace *self, const OstPsrpHeader *header,
                              const OstClixmlValue *value, GError **error)
{
  switch (header->type)
    {
    case OST_PSRP_SESSION_CAPABILITY:
      return read_capability (self, value, error);
    case OST_PSRP_RUNSPACEPOOL_STATE:
      return read_pool_state (self, value, error);
    case OST_PSRP_APPLICATION_PRIVATE_DATA:
      read_private_data (self, value);
      return TRUE;
    default:
      return pass_record (self, header->type, value, error);
    }
}

gboolean
ost_runspace_wait_for_more (OstRunspace *self, guint n_empty, GError **error)
{
  if (n_empty < 2)
    return ost_call_check (self->call, error);
  return ost_call_wait (self->call, MIN (n_empty - 1, EMPTY_STEPS) * EMPTY_STEP_MS, error);
}

static gboolean
wants_pool_cb (const OstPsrpHeader *header, gpointer user_data)
{
  return ost_psrp_guid_is_zero (header->pipeline) && ost_runspace_wants_pool_value (header->type);
}

static gboolean
take_pool_cb (const OstPsrpHeader *header, const OstClixmlValue *value, gpointer user_data,
              GError **error)
{
  return ost_runspace_take_pool_value (user_data, header, value, error);
}

static const OstRunspaceStreamHandler pool_handler
  = { .wants = wants_pool_cb, .value = take_pool_cb };

static void
free_runspace (OstRunspace *self)
{
  ost_wsman_pending_free (self->terminate);
  ost_runspace_stream_free (self->pool_stream);
  ost_runspace_stream_free (self->pipeline_stream);
  g_byte_array_unref (self->buffer);
  g_byte_array_unref (self->fragment);
  g_free (self->server_version);
  ost_wsman_free (self->wsman);
  g_free (self);
}

static OstRunspace *
make_runspace (const OstRunspaceOptions *options, OstCall *call, GError **error)
{
  OstRunspace *self = g_new0 (OstRunspace, 1);
  char id[OST_PSRP_GUID_TEXT_SIZE];

  ost_psrp_guid_make (self->pool, id);
  self->call = call;
  self->buffer = g_byte_array_new ();
  self->fragment = g_byte_array_new ();
  self->pool_stream = ost_runspace_stream_new ();
  self->pipeline_stream = ost_runspace_stream_new ();
  ost_runspace_stream_begin (self->pool_stream, &pool_handler, self);
  self->wsman = ost_wsman_new (options, options->uri, id, error);
  if (self->wsman != NULL)
    return self;
  free_runspace (self);
  return NULL;
}

/* Tells whether it is known that the server has no such shell (any more). */
static gboolean
delete_shell (OstRunspace *self, OstCall *call)
{
  static const OstWsmanRequest request = { .operation = OST_WSMAN_DELETE };
  OstWsmanReaction reaction = OST_WSMAN_REPORT;
  g_autoptr (OstWsmanReply) reply
    = ost_wsman_call (self->wsman, &request, call, TRUE, self->buffer, &reaction, NULL);

  return reply != NULL || reaction == OST_WSMAN_GONE;
}

static gboolean
keep_session (OstRunspace *self, GError **error)
{
  g_autofree char *cookies = ost_wsman_dup_cookies (self->wsman);
  g_autofree char *detail
    = cookies == NULL
        ? g_strdup (ost_wsman_get_uri (self->wsman))
        : g_strdup_printf ("%s%c%s", ost_wsman_get_uri (self->wsman), DETAIL_SEPARATOR, cookies);

  return ost_call_keep_session (self->call, ost_wsman_get_shell_id (self->wsman), detail, error);
}

static void
append_message (OstRunspace *self, guint32 type, OstClixmlWriter *writer)
{
  g_autoptr (GBytes) payload = ost_clixml_writer_finish (writer);
  OstPsrpHeader header = { .destination = OST_PSRP_TO_SERVER, .type = type };
  OstPsrpFragments fragments;

  memcpy (header.pool, self->pool, sizeof header.pool);
  ost_psrp_fragments_init (&fragments, ++self->last_object_id, &header,
                           g_bytes_get_data (payload, NULL), g_bytes_get_size (payload),
                           OST_PSRP_FRAGMENT_PAYLOAD);
  while (ost_psrp_fragments_next (&fragments, self->fragment))
    ;
}

static void
write_opening (OstRunspace *self)
{
  g_autoptr (OstClixmlWriter) writer = ost_clixml_writer_new ();

  g_byte_array_set_size (self->fragment, 0);
  self->last_object_id = 0;
  ost_psrp_write_session_capability (writer, OST_PSRP_PROTOCOL_VERSION);
  append_message (self, OST_PSRP_SESSION_CAPABILITY, writer);
  ost_psrp_write_init_pool (writer);
  append_message (self, OST_PSRP_INIT_RUNSPACEPOOL, writer);
}

/* Whether a request that ended so may have reached the server and been carried out. */
static gboolean
is_outcome_unknown (const GError *error)
{
  return error->domain != OST_ERROR || error->code == OST_ERROR_TIMED_OUT
         || error->code == OST_ERROR_INCOMPLETE || error->code == OST_ERROR_PROTOCOL;
}

/* A server of 2008 R2 does not take the id that it is asked to. */
static gboolean
take_created (OstRunspace *self, OstWsmanReply *reply, GError **error)
{
  const char *id = ost_wsman_reply_get_shell_id (reply);
  g_autofree char *old_id = g_strdup (ost_wsman_get_shell_id (self->wsman));
  g_autofree char *cookies = ost_wsman_dup_cookies (self->wsman);
  gboolean is_other = id != NULL && g_ascii_strcasecmp (id, old_id) != 0;
  guint8 guid[OST_PSRP_GUID_SIZE];

  if (is_other && !ost_psrp_guid_parse (id, guid))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "expected the GUID of a shell in the reply, came something else");
      return FALSE;
    }
  if (is_other)
    ost_wsman_set_shell_id (self->wsman, id);
  if ((is_other || cookies != NULL) && !keep_session (self, error))
    return FALSE;
  if (is_other)
    ost_call_forget_session (self->call, old_id);
  return TRUE;
}

static gboolean
create_shell (OstRunspace *self, gboolean *may_exist, GError **error)
{
  OstWsmanRequest request = { .operation = OST_WSMAN_CREATE };
  g_autoptr (OstWsmanReply) reply = NULL;
  OstWsmanPending *pending;
  OstWsmanReaction reaction;
  GError *failure = NULL;

  *may_exist = FALSE;
  write_opening (self);
  request.fragments = self->fragment->data;
  request.length = self->fragment->len;
  pending = ost_wsman_begin (self->wsman, &request, self->call, FALSE, error);
  if (pending == NULL)
    return FALSE;
  reply = ost_wsman_finish (pending, self->buffer, &reaction, &failure);
  if (reply != NULL)
    {
      *may_exist = TRUE;
      return take_created (self, reply, error);
    }
  /* A refusal is an answer: another request may follow it. */
  if (reaction == OST_WSMAN_SHRINK && ost_wsman_shrink_envelope (self->wsman))
    {
      g_clear_error (&failure);
      return create_shell (self, may_exist, error);
    }
  *may_exist = is_outcome_unknown (failure);
  if (g_error_matches (failure, OST_ERROR, OST_ERROR_INCOMPLETE))
    failure->code = OST_ERROR_TIMED_OUT;
  g_propagate_error (error, failure);
  return FALSE;
}

static gboolean
take_stream_cb (const char *name, const char *command_id, const guint8 *bytes, gsize length,
                gpointer user_data, GError **error)
{
  OstRunspace *self = user_data;

  if (command_id != NULL || strcmp (name, OST_WSMAN_STREAM_OUTPUT) != 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
                   "expected the output of the session, came a stream of something else");
      return FALSE;
    }
  return ost_runspace_stream_feed (self->pool_stream, bytes, length, error);
}

static gboolean
receive_once (OstRunspace *self, guint *n_empty, GError **error)
{
  static const OstWsmanRequest request = { .operation = OST_WSMAN_RECEIVE };
  g_autoptr (OstWsmanPending) pending
    = ost_wsman_begin (self->wsman, &request, self->call, FALSE, error);
  g_autoptr (OstWsmanReply) reply = NULL;
  OstWsmanReaction reaction = OST_WSMAN_REPORT;
  g_autoptr (GError) failure = NULL;

  if (pending == NULL || !ost_wsman_read (pending, self->buffer, error))
    return FALSE;
  reply = ost_wsman_parse (pending, self->buffer, take_stream_cb, self, &reaction, &failure);
  if (reply == NULL && reaction != OST_WSMAN_ASK_AGAIN)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  *n_empty = reply != NULL && ost_wsman_reply_count_stream_bytes (reply) > 0 ? 0 : *n_empty + 1;
  return TRUE;
}

static gboolean
await_opened (OstRunspace *self, GError **error)
{
  guint n_empty = 0;

  while (self->pool_state != OST_PSRP_POOL_OPENED)
    if (!ost_runspace_wait_for_more (self, n_empty, error) || !receive_once (self, &n_empty, error))
      return FALSE;
  if (self->protocol_minor > 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_PROTOCOL,
               "the session is open, but the server has not told its version");
  return FALSE;
}

/* A lost Receive means that there is no session; nothing else was asked for. */
static void
settle_opening (OstRunspace *self, gboolean may_exist, GError *error)
{
  if (!may_exist || delete_shell (self, self->call))
    ost_call_forget_session (self->call, ost_wsman_get_shell_id (self->wsman));
  if (g_error_matches (error, OST_ERROR, OST_ERROR_INCOMPLETE))
    error->code = OST_ERROR_TIMED_OUT;
  if (error->domain == OST_ERROR)
    ost_wsman_explain (self->wsman, self->call, opening, error);
}

OstRunspace *
ost_runspace_open (const OstRunspaceOptions *options, OstCall *call, GError **error)
{
  OstRunspace *self;
  gboolean may_exist = FALSE;
  GError *failure = NULL;

  g_return_val_if_fail (options != NULL && OST_IS_CALL (call), NULL);

  self = make_runspace (options, call, error);
  if (self == NULL)
    {
      if (error != NULL && *error != NULL)
        g_prefix_error (error, "connection ‘%s’: ", ost_call_get_connection (call));
      return NULL;
    }
  if (!keep_session (self, error))
    {
      free_runspace (self);
      return NULL;
    }
  if (create_shell (self, &may_exist, &failure) && await_opened (self, &failure))
    {
      self->call = NULL;
      return self;
    }
  settle_opening (self, may_exist, failure);
  g_propagate_error (error, failure);
  free_runspace (self);
  return NULL;
}

void
ost_runspace_close (OstRunspace *self, OstCall *call)
{
  if (self == NULL)
    return;
  if (delete_shell (self, call))
    ost_call_forget_session (call, ost_wsman_get_shell_id (self->wsman));
  free_runspace (self);
}

gboolean
ost_runspace_is_broken (OstRunspace *self)
{
  return self->is_broken;
}

const char *
ost_runspace_get_server_version (OstRunspace *self)
{
  return self->server_version;
}

static OstWsman *
open_left_over (const OstRunspaceOptions *options, const char *id, const char *detail,
                GError **error)
{
  g_auto (GStrv) parts = g_strsplit (detail, "\n", 2);
  guint8 guid[OST_PSRP_GUID_SIZE];
  OstWsman *wsman;

  if (!ost_psrp_guid_parse (id, guid) || parts[0] == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "‘%s’ is not the id of a session that could be ended", id);
      return NULL;
    }
  wsman = ost_wsman_new (options, parts[0], id, error);
  if (wsman != NULL && parts[1] != NULL && strpbrk (parts[1], "\r\n") == NULL)
    ost_wsman_add_cookies (wsman, parts[1]);
  return wsman;
}

gboolean
ost_runspace_end_left_over (const OstRunspaceOptions *options, const char *id, const char *detail,
                            OstCall *call, GError **error)
{
  static const OstWsmanRequest request = { .operation = OST_WSMAN_DELETE };
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  g_autoptr (OstWsman) wsman = NULL;
  g_autoptr (OstWsmanReply) reply = NULL;
  OstWsmanReaction reaction;
  g_autoptr (GError) failure = NULL;

  g_return_val_if_fail (options != NULL && id != NULL && detail != NULL && OST_IS_CALL (call),
                        FALSE);

  wsman = open_left_over (options, id, detail, &failure);
  if (wsman == NULL)
    {
      g_prefix_error (&failure, "connection ‘%s’: ", ost_call_get_connection (call));
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  reply = ost_wsman_call (wsman, &request, call, FALSE, buffer, &reaction, &failure);
  if (reply != NULL || reaction == OST_WSMAN_GONE)
    return TRUE;
  if (failure->domain == OST_ERROR)
    ost_wsman_explain (wsman, call, "end a left-over PowerShell session", failure);
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

char *
ost_runspace_identify (const OstRunspaceOptions *options, OstCall *call, GError **error)
{
  static const OstWsmanRequest request = { .operation = OST_WSMAN_IDENTIFY };
  g_autoptr (GByteArray) buffer = g_byte_array_new ();
  g_autoptr (OstWsmanReply) reply = NULL;
  g_autoptr (OstWsman) wsman = NULL;
  OstWsmanReaction reaction;
  const char *product;
  GError *failure = NULL;

  g_return_val_if_fail (options != NULL && OST_IS_CALL (call), NULL);

  wsman = ost_wsman_new (options, options->uri, "", error);
  if (wsman == NULL)
    return NULL;
  reply = ost_wsman_call (wsman, &request, call, FALSE, buffer, &reaction, &failure);
  if (reply == NULL)
    {
      if (failure->domain == OST_ERROR)
        ost_wsman_explain (wsman, call, "ask who is there", failure);
      g_propagate_error (error, failure);
      return NULL;
    }
  product = ost_wsman_reply_get_product (reply);
  return product != NULL ? ost_wsman_excerpt (product, strlen (product)) : g_strdup ("unknown");
}
