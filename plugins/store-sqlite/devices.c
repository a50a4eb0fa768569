/* devices.c: the inventory as people see it: each device with its mailbox and statistics */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store.h"
#include "table.h"

#include <string.h>

#define SEEN(t) t ".born <= c.generation AND (" t ".died IS NULL OR " t ".died > c.generation)"

/* What each column is read from; those without are computed, or come with a later issue. */
static const char *const expressions[OST_DEVICE_N_COLUMNS] = {
  [OST_COLUMN_CONNECTION] = "c.name",
  [OST_COLUMN_DEVICE_ID] = "d.device_id",
  [OST_COLUMN_GUID] = "d.guid",
  [OST_COLUMN_IDENTITY] = "d.identity",
  [OST_COLUMN_MAILBOX] = "m.identity",
  [OST_COLUMN_USER_DISPLAY_NAME] = "m.display_name",
  [OST_COLUMN_PRIMARY_SMTP_ADDRESS] = "m.primary_smtp_address",
  [OST_COLUMN_FRIENDLY_NAME] = "d.friendly_name",
  [OST_COLUMN_MODEL] = "d.model",
  [OST_COLUMN_TYPE] = "d.type",
  [OST_COLUMN_OS] = "d.os",
  [OST_COLUMN_OS_LANGUAGE] = "d.os_language",
  [OST_COLUMN_PHONE_NUMBER] = "d.phone_number",
  [OST_COLUMN_IMEI] = "d.imei",
  [OST_COLUMN_USER_AGENT] = "d.user_agent",
  [OST_COLUMN_CLIENT_TYPE] = "d.client_type",
  [OST_COLUMN_CLIENT_VERSION] = "d.client_version",
  [OST_COLUMN_ACCESS_STATE] = "d.access_state",
  [OST_COLUMN_ACCESS_REASON] = "d.access_reason",
  [OST_COLUMN_ACCESS_RULE] = "d.access_rule",
  [OST_COLUMN_POLICY_APPLIED] = "s.policy_applied",
  [OST_COLUMN_POLICY_STATUS] = "s.policy_status",
  [OST_COLUMN_FIRST_SYNC] = "d.first_sync",
  [OST_COLUMN_LAST_SYNC_ATTEMPT] = "s.last_sync_attempt",
  [OST_COLUMN_LAST_SUCCESS_SYNC] = "s.last_success_sync",
  [OST_COLUMN_WIPE_STATUS] = "s.wipe_status",
  [OST_COLUMN_WIPE_REQUESTED] = "s.wipe_requested",
  [OST_COLUMN_WIPE_ACKNOWLEDGED] = "s.wipe_acknowledged",
  [OST_COLUMN_MISSING_SINCE] = "d.missing_us",
  [OST_COLUMN_REPORTED_STATE_SINCE] = "d.state_since_us",
  [OST_COLUMN_STATISTICS_READ] = "s.read_us",
  [OST_COLUMN_DISTINGUISHED_NAME] = "d.distinguished_name",
  [OST_COLUMN_OWNER_DN] = "d.owner_dn",
  [OST_COLUMN_MOBILE_OPERATOR] = "d.mobile_operator",
  [OST_COLUMN_CREATED] = "d.created",
  [OST_COLUMN_CHANGED] = "d.changed",
  [OST_COLUMN_ORIGINATING_SERVER] = "d.originating_server",
  [OST_COLUMN_READ] = "d.read_us",
  [OST_COLUMN_LAST_POLICY_UPDATE] = "s.last_policy_update",
  [OST_COLUMN_FOLDERS_SYNCED] = "s.folders_synced",
  [OST_COLUMN_WIPE_SENT] = "s.wipe_sent",
  [OST_COLUMN_ACCOUNT_WIPE_REQUESTED] = "s.account_wipe_requested",
  [OST_COLUMN_ACCOUNT_WIPE_SENT] = "s.account_wipe_sent",
  [OST_COLUMN_ACCOUNT_WIPE_ACKNOWLEDGED] = "s.account_wipe_acknowledged",
  [OST_COLUMN_WIPE_REQUESTER] = "s.wipe_requester",
  [OST_COLUMN_MAILBOX_GUID] = "m.guid",
  [OST_COLUMN_MAILBOX_EXCHANGE_GUID] = "m.exchange_guid",
  [OST_COLUMN_MAILBOX_ALIAS] = "m.alias",
  [OST_COLUMN_MAILBOX_POLICY] = "m.policy",
  [OST_COLUMN_ACTIVESYNC_ENABLED] = "m.activesync_enabled",
};

/* What is looked into beside the columns. */
enum {
  ALLOWED = OST_DEVICE_N_COLUMNS,
  BLOCKED,
  ADDRESSES,
  NAME,
  SAM_ACCOUNT_NAME,
  CONNECTION_ID,
};
#define BESIDE                                                                                     \
  ", m.allowed_device_ids, m.blocked_device_ids, m.addresses, m.name, m.sam_account_name, c.id"

/* Of several mailboxes with one name, as after one was made anew, the one that is there counts. */
#define TABLES                                                                                     \
  " FROM connection c CROSS JOIN device d ON d.connection = c.id"                                  \
  " LEFT JOIN device_statistics s ON s.connection = d.connection AND s.guid = d.guid"              \
  " LEFT JOIN mailbox m ON m.row = (SELECT x.row FROM mailbox x"                                   \
  "  WHERE x.owner_key = d.owner_key AND x.connection = d.connection"                              \
  "  AND x.distinguished_name = d.owner_dn COLLATE NOCASE AND " SEEN (                             \
    "x") "  ORDER BY x.missing_us IS NOT NULL, x.row DESC LIMIT 1)"                                \
         " WHERE c.name IS NOT NULL AND (?1 IS NULL OR c.name = ?1) AND " SEEN (                   \
           "d") " AND (NOT ?2 OR d.missing_us IS NULL)"                                            \
                " AND (?3 IS NULL OR d.access_state = ?3 COLLATE NOCASE)"

/* How devices are found. ?4 and ?5 are the cursor or what is asked for. */
typedef enum {
  WAY_ALL,
  WAY_GUID,
  WAY_ID,
  WAY_IDENTITY,
} Way;

static const char *const ways[] = {
  [WAY_ALL] = (" AND c.id >= ?4 AND d.guid > CASE WHEN c.id = ?4 THEN ?5 ELSE '' END"
               " ORDER BY c.id, d.guid"),
  [WAY_GUID] = " AND d.guid = ?5 ORDER BY c.id",
  [WAY_ID] = " AND d.device_key = ?4 ORDER BY c.id, d.guid",
  [WAY_IDENTITY] = " AND d.identity = ?5 COLLATE NOCASE ORDER BY c.id, d.guid",
};

/* Between type and ID in an identity (exchange-cmdlets: U+00A7). */
#define IDENTITY_SEPARATOR "§"

typedef struct {
  const OstDeviceQuery *query;
  Database *database;
  OstDeviceRowFunc func;
  gpointer data;
  const char *wanted; /* the device, where one is asked for */
  char *folded_user;
  guint shown;
  gboolean is_over;
  gint64 last_connection;
  GString *last_guid;
} Query;

static char *
write_sql (Way way)
{
  GString *sql = g_string_new ("SELECT ");

  for (guint column = 0; column < OST_DEVICE_N_COLUMNS; column++)
    g_string_append_printf (sql, "%s%s", column > 0 ? ", " : "",
                            expressions[column] != NULL ? expressions[column] : "NULL");
  g_string_append (sql, BESIDE TABLES);
  g_string_append (sql, ways[way]);
  return g_string_free (sql, FALSE);
}

static gboolean
is_equal (const char *a, const char *b)
{
  g_autofree char *folded_a = NULL;
  g_autofree char *folded_b = NULL;

  if (g_ascii_strcasecmp (a, b) == 0)
    return TRUE;
  if (g_str_is_ascii (a) && g_str_is_ascii (b))
    return FALSE;
  folded_a = g_utf8_casefold (a, -1);
  folded_b = g_utf8_casefold (b, -1);
  return g_str_equal (folded_a, folded_b);
}

/* Whether one of the texts in a list is this one, in whatever case. */
static gboolean
has_item (Statement *row, int column, const char *text)
{
  gsize length;
  const char *items = statement_get_bytes (row, column, &length);

  while (length > 0 && memchr (items, '\0', length) != NULL)
    {
      gsize size = strlen (items) + 1;

      if (is_equal (items, text))
        return TRUE;
      items += size;
      length -= size;
    }
  return FALSE;
}

static gboolean
contains (const char *text, const char *folded)
{
  g_autofree char *folded_text = NULL;

  if (text == NULL)
    return FALSE;
  if (g_str_is_ascii (folded) && g_str_is_ascii (text))
    return strcasestr (text, folded) != NULL;
  folded_text = g_utf8_casefold (text, -1);
  return strstr (folded_text, folded) != NULL;
}

static gboolean
has_item_with (Statement *row, int column, const char *folded)
{
  gsize length;
  const char *items = statement_get_bytes (row, column, &length);

  while (length > 0 && memchr (items, '\0', length) != NULL)
    {
      gsize size = strlen (items) + 1;

      if (contains (items, folded))
        return TRUE;
      items += size;
      length -= size;
    }
  return FALSE;
}

static gboolean
is_users (const Query *self, Statement *row)
{
  static const int columns[] = {
    OST_COLUMN_PRIMARY_SMTP_ADDRESS,
    OST_COLUMN_USER_DISPLAY_NAME,
    OST_COLUMN_MAILBOX,
    NAME,
    OST_COLUMN_MAILBOX_ALIAS,
    SAM_ACCOUNT_NAME,
  };

  if (self->folded_user == NULL)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    if (contains (statement_get_text (row, columns[i]), self->folded_user))
      return TRUE;
  return has_item_with (row, ADDRESSES, self->folded_user);
}

/* A key is a hash, so what it found is looked at. */
static gboolean
is_wanted (const Query *self, Statement *row)
{
  const char *id;
  const char *identity;

  if (self->wanted == NULL)
    return TRUE;
  id = statement_get_text (row, OST_COLUMN_DEVICE_ID);
  identity = statement_get_text (row, OST_COLUMN_IDENTITY);
  return is_equal (statement_get_text (row, OST_COLUMN_GUID), self->wanted)
         || (id != NULL && is_equal (id, self->wanted))
         || (identity != NULL && is_equal (identity, self->wanted));
}

static void
set_boolean (OstDeviceRow *row, OstDeviceColumn column, gboolean value)
{
  row->values[column].is_set = TRUE;
  row->values[column].number = value ? 1 : 0;
}

static void
compute (OstDeviceRow *row, Statement *statement)
{
  const char *id = ost_device_row_get_text (row, OST_COLUMN_DEVICE_ID);
  gboolean is_enforceable;

  if (ost_device_is_enforceable (ost_device_row_get_text (row, OST_COLUMN_CLIENT_TYPE),
                                 ost_device_row_get_text (row, OST_COLUMN_TYPE), &is_enforceable))
    set_boolean (row, OST_COLUMN_ENFORCEABLE, is_enforceable);
  if (id != NULL && !statement_is_null (statement, ALLOWED))
    set_boolean (row, OST_COLUMN_PERSONAL_ALLOW, has_item (statement, ALLOWED, id));
  if (id != NULL && !statement_is_null (statement, BLOCKED))
    set_boolean (row, OST_COLUMN_PERSONAL_BLOCK, has_item (statement, BLOCKED, id));
}

static void
read_row (OstDeviceRow *row, Statement *statement)
{
  const OstField *columns = ost_device_get_columns ();

  memset (row, 0, sizeof *row);
  for (guint column = 0; column < OST_DEVICE_N_COLUMNS; column++)
    {
      OstValue *value = &row->values[column];

      if (expressions[column] == NULL || statement_is_null (statement, (int)column))
        continue;
      value->is_set = TRUE;
      if (columns[column].type == OST_FIELD_TEXT)
        value->text = statement_get_text (statement, (int)column);
      else
        value->number = statement_get_number (statement, (int)column);
    }
  compute (row, statement);
}

static void
show (Query *self, Statement *statement)
{
  OstDeviceRow row;

  read_row (&row, statement);
  self->last_connection = statement_get_number (statement, CONNECTION_ID);
  g_string_assign (self->last_guid, statement_get_text (statement, OST_COLUMN_GUID));
  self->shown++;
  if (!self->func (&row, self->data)
      || (self->query->limit > 0 && self->shown >= self->query->limit))
    self->is_over = TRUE;
}

static gboolean
parse_cursor (const char *cursor, gint64 *connection, const char **guid, GError **error)
{
  char *end = NULL;

  *connection = 0;
  *guid = "";
  if (cursor == NULL)
    return TRUE;
  *connection = g_ascii_strtoll (cursor, &end, 10);
  *guid = end + 1;
  return (end != cursor && *end == ':')
         || store_fail (error, OST_ERROR_INVALID, "begin with the first page",
                        "‘%s’ is no cursor of a list of devices", cursor);
}

static gboolean
run (Query *self, Way way, gint64 number, const char *text, GError **error)
{
  const OstDeviceQuery *query = self->query;
  g_autofree char *sql = write_sql (way);
  g_autoptr (Statement) statement = database_prepare (self->database, sql, error);
  gboolean has_row = TRUE;

  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, query->connection);
  statement_bind_number (statement, 1, query->without_missing ? 1 : 0);
  statement_bind_text (statement, 2, query->state);
  if (way == WAY_ALL || way == WAY_ID)
    statement_bind_number (statement, 3, number);
  if (way != WAY_ID)
    statement_bind_text (statement, 4, text);
  while (has_row && !self->is_over)
    {
      if (!statement_step (statement, &has_row, error))
        return FALSE;
      if (has_row && is_wanted (self, statement) && is_users (self, statement))
        show (self, statement);
    }
  return TRUE;
}

/* By GUID, device ID, and identity: whose last part is the device ID, as far as is known. */
static gboolean
run_for_device (Query *self, GError **error)
{
  const char *wanted = self->query->device;
  const char *separator = g_strrstr (wanted, IDENTITY_SEPARATOR);
  g_autofree char *guid = g_ascii_strdown (wanted, -1);

  self->wanted = wanted;
  if (!run (self, WAY_GUID, 0, guid, error))
    return FALSE;
  if (self->shown == 0 && !run (self, WAY_ID, key_of_text (wanted), NULL, error))
    return FALSE;
  if (self->shown == 0 && separator != NULL
      && !run (self, WAY_ID, key_of_text (separator + strlen (IDENTITY_SEPARATOR)), NULL, error))
    return FALSE;
  return self->shown > 0 || (strchr (wanted, '/') == NULL && strchr (wanted, '\\') == NULL)
         || run (self, WAY_IDENTITY, 0, wanted, error);
}

static gboolean
run_query (Query *self, GError **error)
{
  gint64 connection;
  const char *guid;

  if (self->query->device != NULL)
    return run_for_device (self, error);
  return parse_cursor (self->query->after, &connection, &guid, error)
         && run (self, WAY_ALL, connection, guid, error);
}

static void
query_clear (Query *self)
{
  g_clear_pointer (&self->folded_user, g_free);
  if (self->last_guid != NULL)
    g_string_free (g_steal_pointer (&self->last_guid), TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Query, query_clear)

static gboolean
query_devices (OstStore *store, const OstDeviceQuery *query, OstDeviceRowFunc func, gpointer data,
               char **next, GCancellable *cancellable, GError **error)
{
  g_auto (Reader) reader = { 0 };
  g_auto (Query) self = { .query = query, .func = func, .data = data };

  if (next != NULL)
    *next = NULL;
  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, cancellable, error))
    return FALSE;
  self.database = reader.database;
  self.last_guid = g_string_new (NULL);
  if (query->user != NULL)
    self.folded_user = g_utf8_casefold (query->user, -1);
  if (!run_query (&self, error))
    return FALSE;
  if (next != NULL && self.is_over && query->device == NULL)
    *next = g_strdup_printf ("%" G_GINT64_FORMAT ":%s", self.last_connection, self.last_guid->str);
  return TRUE;
}

static gboolean
count_devices (OstStore *store, const char *connection, gint64 *present, gint64 *missing,
               GError **error)
{
  static const char sql[]
    = "SELECT count (*) FILTER (WHERE d.missing_us IS NULL), count (d.missing_us)"
      " FROM connection c JOIN device d INDEXED BY device_by_guid ON d.connection = c.id"
      " WHERE c.name = ? AND " SEEN ("d");
  g_auto (Reader) reader = { 0 };
  g_autoptr (Statement) statement = NULL;
  gboolean has_row = FALSE;

  if (!reader_begin (&reader, OST_STORE_SQLITE (store)->readers, NULL, error))
    return FALSE;
  statement = database_prepare (reader.database, sql, error);
  if (statement == NULL)
    return FALSE;
  statement_bind_text (statement, 0, connection);
  if (!statement_step (statement, &has_row, error))
    return FALSE;
  if (present != NULL)
    *present = statement_get_number (statement, 0);
  if (missing != NULL)
    *missing = statement_get_number (statement, 1);
  return TRUE;
}

void
devices_fill_interface (OstStoreInterface *iface)
{
  iface->query_devices = query_devices;
  iface->count_devices = count_devices;
}
