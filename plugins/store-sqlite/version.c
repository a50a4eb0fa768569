/* version.c: one version of a row of the inventory, and where its values come from */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "version.h"

#include <string.h>

static const char insert_sql[]
  = "INSERT INTO {table} (connection, guid, born, died, read_us, missing_us{hashes}{keys}{extras}"
    "{columns}) VALUES (?, ?, ?, ?, ?, ?{?hashes}{?keys}{?extras}{?columns})";
static const char replace_sql[] = "UPDATE {table} SET read_us = ?, missing_us = ?{=hashes}{=keys}"
                                  "{=extras}{=columns} WHERE row = ?";

const char *
source_get_text (const Source *self, guint field)
{
  if (self->row != NULL)
    return statement_get_text (self->row, self->first_column + (int)field - 1);
  return ost_object_get_text (self->object, field);
}

static void
bind_from_source (const Source *self, const Table *table, Statement *statement, int index,
                  guint field)
{
  if (self->row != NULL)
    statement_bind_column (statement, index, self->row, self->first_column + (int)field - 1);
  else
    table_bind_field (table, statement, index, self->object, field, self->flags);
}

static const Source *
find_source (const Version *self, guint part)
{
  if (self->parts[part] != NULL)
    return self->parts[part];
  if (self->old != NULL)
    return self->old;
  return self->parts[1 - part];
}

static const char *
get_text (const Version *self, guint field)
{
  const Source *source = find_source (self, table_get_part (self->table, field));

  return source != NULL ? source_get_text (source, field) : NULL;
}

gint64
version_read (Version *self, const Table *table, Statement *row, Source *source)
{
  int column = 7;

  memset (self, 0, sizeof *self);
  self->table = table;
  self->connection = statement_get_number (row, 1);
  self->guid = statement_get_text (row, 2);
  self->born = statement_get_number (row, 3);
  self->died = statement_get_number (row, 4);
  self->read_us = statement_get_number (row, 5);
  self->missing_us = statement_get_number (row, 6);
  for (guint part = 0; part < table_get_n_parts (table); part++)
    self->hashes[part] = statement_get_number (row, column++);
  for (guint i = 0; i < table_get_n_keys (table); i++)
    self->keys[i] = statement_get_number (row, column++);
  if (table->kind == OST_KIND_DEVICE)
    {
      self->state_since_us = statement_get_number (row, column++);
      self->is_unread = statement_get_number (row, column++) != 0;
    }
  *source = (Source){ .row = row, .first_column = column };
  self->old = source;
  return statement_get_number (row, 0);
}

void
version_follow (Version *self, const Version *old)
{
  const char *state;

  self->old = old != NULL ? old->old : NULL;
  for (guint part = 0; old != NULL && part < TABLE_MAX_PARTS; part++)
    if (self->parts[part] == NULL)
      self->hashes[part] = old->hashes[part];
  if (old != NULL && self->parts[0] == NULL)
    memcpy (self->keys, old->keys, sizeof self->keys);
  if (self->table->kind != OST_KIND_DEVICE)
    return;
  state = get_text (self, OST_DEVICE_ACCESS_STATE);
  if (old != NULL && g_strcmp0 (state, source_get_text (old->old, OST_DEVICE_ACCESS_STATE)) == 0)
    self->state_since_us = old->state_since_us;
  else
    self->state_since_us = state != NULL ? self->read_us : 0;
}

static int
bind_rest (const Version *self, Statement *statement, int index)
{
  statement_bind_number (statement, index++, self->read_us);
  statement_bind_nonzero (statement, index++, self->missing_us);
  index = table_bind_hashes (self->table, statement, index, self->hashes);
  index = table_bind_keys (self->table, statement, index, self->keys);
  if (self->table->kind == OST_KIND_DEVICE)
    {
      statement_bind_nonzero (statement, index++, self->state_since_us);
      statement_bind_number (statement, index++, self->is_unread ? 1 : 0);
    }
  for (guint field = 1; field <= self->table->n_columns; field++, index++)
    {
      const Source *source = find_source (self, table_get_part (self->table, field));

      if (source != NULL)
        bind_from_source (source, self->table, statement, index, field);
      else
        statement_bind_null (statement, index);
    }
  return index;
}

gboolean
version_insert (const Version *self, Database *database, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, database, insert_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, 0, self->connection);
  statement_bind_text (statement, 1, self->guid);
  statement_bind_number (statement, 2, self->born);
  statement_bind_nonzero (statement, 3, self->died);
  bind_rest (self, statement, 4);
  return statement_execute (statement, error);
}

gboolean
version_replace (const Version *self, Database *database, gint64 row, GError **error)
{
  g_autoptr (Statement) statement = table_prepare (self->table, database, replace_sql, error);

  if (statement == NULL)
    return FALSE;
  statement_bind_number (statement, bind_rest (self, statement, 0), row);
  return statement_execute (statement, error);
}
