/* table.c: how devices and mailboxes become rows, whatever is done with the rows */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "table.h"

#include <string.h>

/* Longer than any GUID and any ID that another backend may use instead. */
#define MAX_GUID_BYTES 255

static const Table tables[] = {
  { OST_KIND_DEVICE, "device", OST_DEVICE_N_LISTED - 1, OST_DEVICE_N_LISTED, OST_DEVICE_OWNER,
    OST_DEVICE_ID },
  { OST_KIND_MAILBOX, "mailbox", OST_MAILBOX_N_FIELDS - 1, OST_MAILBOX_EXCHANGE_GUID,
    OST_MAILBOX_DISTINGUISHED_NAME, 0 },
};

const Table *
table_get (OstKind kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    if (tables[i].kind == kind)
      return &tables[i];
  return NULL;
}

guint
table_get_n_parts (const Table *self)
{
  return self->second_part <= self->n_columns ? 2 : 1;
}

guint
table_get_part (const Table *self, guint field)
{
  return field >= self->second_part ? 1 : 0;
}

guint
table_get_n_keys (const Table *self)
{
  return self->key != 0 ? 2 : 1;
}

static const char *
get_name (const Table *self, const char *group, guint i)
{
  static const char *const hashes[] = { "hash", "recipient_hash", NULL };
  static const char *const keys[] = { "owner_key", "device_key", NULL };
  static const char *const extras[] = { "state_since_us", "is_unread", NULL };

  if (g_str_equal (group, "hashes"))
    return i < table_get_n_parts (self) ? hashes[i] : NULL;
  if (g_str_equal (group, "keys"))
    return i < table_get_n_keys (self) ? keys[i] : NULL;
  if (g_str_equal (group, "extras"))
    return self->kind == OST_KIND_DEVICE ? extras[MIN (i, 2)] : NULL;
  if (g_str_equal (group, "columns"))
    return i < self->n_columns ? ost_kind_get_fields (self->kind, NULL)[i + 1].name : NULL;
  return NULL;
}

static void
append_group (const Table *self, GString *sql, const char *group)
{
  char form = g_ascii_isalpha (group[0]) ? '\0' : group[0];
  const char *name;

  if (form != '\0')
    group++;
  if (g_str_equal (group, "table"))
    g_string_append (sql, self->name);
  for (guint i = 0; (name = get_name (self, group, i)) != NULL; i++)
    {
      g_string_append (sql, ", ");
      if (form == '?')
        g_string_append_c (sql, '?');
      else
        g_string_append (sql, name);
      if (form == '=')
        g_string_append (sql, " = ?");
      if (form == '+')
        g_string_append (sql, " ANY");
    }
}

static char *
expand (const Table *self, const char *pattern)
{
  GString *sql = g_string_sized_new (1024);

  while (*pattern != '\0')
    {
      gsize plain = strcspn (pattern, "{");

      g_string_append_len (sql, pattern, (gssize)plain);
      pattern += plain;
      if (*pattern == '{')
        {
          gsize length = strcspn (pattern, "}");
          g_autofree char *group = g_strndup (pattern + 1, length - 1);

          append_group (self, sql, group);
          pattern += length + 1;
        }
    }
  return g_string_free (sql, FALSE);
}

Statement *
table_prepare (const Table *self, Database *database, const char *pattern, GError **error)
{
  /* Expanding takes longer than inserting a row. The address of a pattern's first or second byte
   * stands for the pattern and the table. */
  const char *key = pattern + (self - tables);
  Statement *statement = database_recall (database, key);
  g_autofree char *sql = NULL;

  if (statement != NULL)
    return statement;
  sql = expand (self, pattern);
  statement = database_prepare (database, sql, error);
  if (statement != NULL)
    database_remember (database, key, statement);
  return statement;
}

/* Not a cryptographic hash: whoever can choose texts so that two collide can change the texts. It
 * stays in the database, so it must never change. */
static guint64
mix (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return hash ^ (hash >> 29);
}

static guint64
mix_bytes (guint64 hash, const char *bytes, gsize length)
{
  guint64 word;

  for (gsize left = length; left > 0;)
    {
      gsize size = MIN (left, sizeof word);

      word = 0;
      memcpy (&word, bytes, size);
      hash = mix (hash, GUINT64_FROM_LE (word));
      bytes += size;
      left -= size;
    }
  return mix (hash, length);
}

static gint64
finish_hash (guint64 hash)
{
  hash = mix (mix (hash, 1), 2);
  return hash != 0 ? (gint64)hash : 1;
}

static guint64
mix_folded (guint64 hash, const char *text, gsize length)
{
  char folded[256];

  while (length > 0)
    {
      gsize size = MIN (length, sizeof folded);

      for (gsize i = 0; i < size; i++)
        folded[i] = g_ascii_tolower (text[i]);
      hash = mix_bytes (hash, folded, size);
      text += size;
      length -= size;
    }
  return hash;
}

gint64
key_of_text (const char *text)
{
  return text == NULL ? 0 : finish_hash (mix_folded (0, text, strlen (text)));
}

/* RFC 4514: what follows the first comma that no backslash precedes. */
gint64
key_of_unit (const char *distinguished_name)
{
  const char *c = distinguished_name;

  if (c == NULL)
    return 0;
  while (*c != '\0' && *c != ',')
    c += c[0] == '\\' && c[1] != '\0' ? 2 : 1;
  return *c == '\0' ? 0 : key_of_text (c + 1);
}

static gboolean
may_keep (const Table *self, guint field, OstStoreFlags flags)
{
  return self->kind != OST_KIND_DEVICE || (flags & OST_STORE_PERSONAL_DATA) != 0
         || (field != OST_DEVICE_PHONE_NUMBER && field != OST_DEVICE_IMEI);
}

/* Each domain controller has its own time of change and its own name: neither is news. */
static gboolean
is_news (const Table *self, guint field)
{
  if (self->kind == OST_KIND_DEVICE)
    return field != OST_DEVICE_CHANGED && field != OST_DEVICE_ORIGINATING_SERVER;
  return field != OST_MAILBOX_CHANGED;
}

static guint64
mix_field (guint64 hash, OstObject *object, guint field, OstFieldType type)
{
  gint64 number;
  gsize length = 0;
  const char *bytes;

  hash = mix (hash, field);
  if (type == OST_FIELD_TEXT)
    {
      bytes = ost_object_get_text (object, field);
      return mix_bytes (hash, bytes, strlen (bytes));
    }
  if (type == OST_FIELD_LIST)
    {
      bytes = ost_object_get_packed_list (object, field, &length);
      return mix_bytes (hash, bytes, length);
    }
  ost_object_get_number (object, field, &number);
  return mix (hash, (guint64)number);
}

static void
hash_parts (Record *self, const Table *table, OstObject *object, OstStoreFlags flags)
{
  const OstField *fields = ost_kind_get_fields (table->kind, NULL);
  guint64 hashes[TABLE_MAX_PARTS] = { 0 };

  for (guint field = 1; field <= table->n_columns; field++)
    {
      guint part = table_get_part (table, field);

      if (ost_object_is_set (object, field) && is_news (table, field)
          && may_keep (table, field, flags))
        hashes[part] = mix_field (hashes[part], object, field, fields[field].type);
    }
  for (guint part = 0; part < TABLE_MAX_PARTS; part++)
    self->hashes[part] = self->has_part[part] ? finish_hash (hashes[part]) : 0;
}

/* Get-CASMailbox always says whether ActiveSync is on, Get-Recipient never does. */
static void
find_parts (Record *self, const Table *table, OstObject *object)
{
  self->has_part[1] = FALSE;
  for (guint field = table->second_part; field <= table->n_columns; field++)
    self->has_part[1] |= ost_object_is_set (object, field);
  self->has_part[0] = !self->has_part[1]
                      || ost_object_is_set (object, OST_MAILBOX_ACTIVESYNC_ENABLED)
                      || ost_object_is_set (object, OST_MAILBOX_ALLOWED_DEVICE_IDS)
                      || ost_object_is_set (object, OST_MAILBOX_BLOCKED_DEVICE_IDS);
}

gboolean
record_init (Record *self, const Table *table, OstObject *object, OstStoreFlags flags,
             GError **error)
{
  const char *guid = ost_object_get_text (object, 0);
  const char *owner = ost_object_get_text (object, table->owner);

  memset (self, 0, sizeof *self);
  if (ost_object_get_kind (object) != table->kind || guid == NULL || strlen (guid) > MAX_GUID_BYTES)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "cannot keep a %s: it has no GUID of at most %d bytes", table->name,
                   MAX_GUID_BYTES);
      return FALSE;
    }
  self->guid = g_ascii_strdown (guid, -1);
  find_parts (self, table, object);
  hash_parts (self, table, object, flags);
  self->keys[0] = key_of_text (owner);
  self->keys[1] = table->key != 0 ? key_of_text (ost_object_get_text (object, table->key)) : 0;
  self->unit_key = key_of_unit (owner);
  return TRUE;
}

void
record_clear (Record *self)
{
  g_clear_pointer (&self->guid, g_free);
}

int
table_bind_hashes (const Table *self, Statement *statement, int index, const gint64 *hashes)
{
  for (guint part = 0; part < table_get_n_parts (self); part++)
    statement_bind_number (statement, index++, hashes[part]);
  return index;
}

int
table_bind_keys (const Table *self, Statement *statement, int index, const gint64 *keys)
{
  for (guint i = 0; i < table_get_n_keys (self); i++)
    statement_bind_nonzero (statement, index++, keys[i]);
  return index;
}

int
table_bind_field (const Table *self, Statement *statement, int index, OstObject *object,
                  guint field, OstStoreFlags flags)
{
  const OstField *fields = ost_kind_get_fields (self->kind, NULL);
  gint64 number;
  gsize length = 0;
  const char *bytes;

  if (!ost_object_is_set (object, field) || !may_keep (self, field, flags))
    statement_bind_null (statement, index);
  else if (fields[field].type == OST_FIELD_TEXT)
    statement_bind_text (statement, index, ost_object_get_text (object, field));
  else if (fields[field].type == OST_FIELD_LIST)
    {
      bytes = ost_object_get_packed_list (object, field, &length);
      statement_bind_bytes (statement, index, bytes, length);
    }
  else if (ost_object_get_number (object, field, &number))
    statement_bind_number (statement, index, number);
  return index + 1;
}

static void
read_list (Statement *statement, int column, OstObject *object, guint field)
{
  gsize length;
  const char *bytes = statement_get_bytes (statement, column, &length);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  /* Each item ends with a zero byte; what does not is damage. */
  for (gsize i = 0; i < length && memchr (bytes + i, '\0', length - i) != NULL;
       i += strlen (bytes + i) + 1)
    g_ptr_array_add (items, (gpointer)(bytes + i));
  g_ptr_array_add (items, NULL);
  ost_object_set_list (object, field, (const char *const *)items->pdata);
}

void
table_read_field (Statement *statement, int column, OstObject *object, guint field)
{
  if (statement_is_null (statement, column))
    return;
  switch (ost_kind_get_fields (ost_object_get_kind (object), NULL)[field].type)
    {
    case OST_FIELD_TEXT:
      ost_object_set_text (object, field, statement_get_text (statement, column), -1);
      break;
    case OST_FIELD_LIST:
      read_list (statement, column, object, field);
      break;
    case OST_FIELD_TIME:
      ost_object_set_time (object, field, statement_get_number (statement, column));
      break;
    case OST_FIELD_BOOLEAN:
      ost_object_set_boolean (object, field, statement_get_number (statement, column) != 0);
      break;
    case OST_FIELD_INTEGER:
      ost_object_set_integer (object, field, statement_get_number (statement, column));
      break;
    }
}
