/* world.c: a simulated organization, of which only the changes are held */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include "sim-random.h"

#include <string.h>

/* A journal longer than this forgets its beginning. */
#define MAX_RECORDS 10000

static void
free_mailbox_change (gpointer data)
{
  SimMailboxChange *change = data;
  g_clear_pointer (&change->settings, sim_settings_free);
  g_free (change);
}

static void
free_device_change (gpointer data)
{
  SimDeviceChange *change = data;
  g_clear_pointer (&change->wipe.requestor, g_free);
  g_free (change);
}

static GHashTable *
index_people (const SimPerson *people, guint count)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < count; i++)
    g_hash_table_insert (table, (gpointer)people[i].alias, GUINT_TO_POINTER (i + 1));
  return table;
}

SimWorld *
sim_world_new (const SimShape *shape)
{
  SimWorld *world = g_new0 (SimWorld, 1);
  world->shape = *shape;
  world->mailbox_changes
    = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_mailbox_change);
  world->device_changes
    = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, free_device_change);
  world->first_names = index_people (sim_first_names, SIM_FIRST_NAMES);
  world->last_names = index_people (sim_last_names, SIM_LAST_NAMES);
  world->records = g_ptr_array_new_with_free_func (g_free);
  sim_world_add_units (world);
  sim_world_add_configuration (world);
  return world;
}

void
sim_world_free (SimWorld *world)
{
  if (world == NULL)
    return;
  sim_world_clear_configuration (world);
  g_ptr_array_unref (world->units);
  g_ptr_array_unref (world->records);
  g_hash_table_unref (world->first_names);
  g_hash_table_unref (world->last_names);
  g_hash_table_unref (world->mailbox_changes);
  g_hash_table_unref (world->device_changes);
  g_free (world);
}

const SimShape *
sim_world_get_shape (const SimWorld *world)
{
  return &world->shape;
}

gint64
sim_world_now (void)
{
  return g_get_real_time () / 1000 * 1000;
}

guint64
sim_world_draw (const SimWorld *world, guint64 key, guint purpose)
{
  return sim_draw (world->shape.seed, key, purpose);
}

void
sim_world_get_guid (const SimWorld *world, guint64 key, SimGuid *guid)
{
  guint64 parts[] = { GUINT64_TO_BE (sim_scramble (key ^ sim_mix (world->shape.seed))),
                      GUINT64_TO_BE (sim_world_draw (world, key, SIM_DRAW_GUID)) };
  memcpy (guid->bytes, parts, sizeof guid->bytes);
}

gboolean
sim_world_get_key (const SimWorld *world, const SimGuid *guid, guint64 *key)
{
  guint64 scrambled;
  SimGuid check;
  memcpy (&scrambled, guid->bytes, sizeof scrambled);
  *key = sim_unscramble (GUINT64_FROM_BE (scrambled)) ^ sim_mix (world->shape.seed);
  sim_world_get_guid (world, *key, &check);
  return memcmp (&check, guid, sizeof check) == 0;
}

SimMailboxChange *
sim_world_look_up_mailbox (const SimWorld *world, guint mailbox)
{
  gint64 key = mailbox;
  return g_hash_table_lookup (world->mailbox_changes, &key);
}

SimMailboxChange *
sim_world_touch_mailbox (SimWorld *world, guint mailbox)
{
  SimMailboxChange *change = sim_world_look_up_mailbox (world, mailbox);
  if (change == NULL)
    {
      gint64 key = mailbox;
      change = g_new0 (SimMailboxChange, 1);
      g_hash_table_insert (world->mailbox_changes, g_memdup2 (&key, sizeof key), change);
    }
  return change;
}

SimDeviceChange *
sim_world_look_up_device (const SimWorld *world, guint64 key)
{
  return g_hash_table_lookup (world->device_changes, &key);
}

SimDeviceChange *
sim_world_touch_device (SimWorld *world, guint64 key)
{
  SimDeviceChange *change = sim_world_look_up_device (world, key);
  if (change == NULL)
    {
      change = g_new0 (SimDeviceChange, 1);
      g_hash_table_insert (world->device_changes, g_memdup2 (&key, sizeof key), change);
    }
  return change;
}

void
sim_world_record (SimWorld *world, const char *cmdlet, const char *target,
                  const char *parameters_json)
{
  if (world->records->len >= MAX_RECORDS)
    g_ptr_array_remove_range (world->records, 0, MAX_RECORDS / 2);
  g_autoptr (GString) record = g_string_new ("{\"Time\":\"");
  sim_time_append (record, SIM_TIME, g_get_real_time ());
  g_string_append (record, "\",\"Cmdlet\":");
  sim_json_append_string (record, cmdlet);
  g_string_append (record, ",\"Target\":");
  sim_json_append_string (record, target);
  g_string_append_printf (record, ",\"Parameters\":%s}", parameters_json);
  g_ptr_array_add (world->records, g_strdup (record->str));
}

void
sim_world_append_records_json (const SimWorld *world, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < world->records->len; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "" : ",",
                            (const char *)g_ptr_array_index (world->records, i));
  g_string_append_c (out, ']');
}
