/* world-change.c: how the world moves on, by itself or because a client asked */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include <string.h>

#define MAX_DEVICES 0xFFFF

void
sim_world_wipe (SimWorld *world, const SimDevice *device, const char *requestor,
                gboolean account_only, gboolean cancel)
{
  SimWipe *wipe = &sim_world_touch_device (world, device->key)->wipe;
  g_clear_pointer (&wipe->requestor, g_free);
  *wipe = (SimWipe){ 0 };
  if (!cancel)
    *wipe = (SimWipe){ .requested_us = sim_world_now (),
                       .account_only = account_only,
                       .requestor = g_strdup (requestor) };
}

static void
remove_key (SimWorld *world, guint64 key)
{
  SimDeviceChange *change = sim_world_touch_device (world, key);
  change->is_removed = TRUE;
  g_clear_pointer (&change->wipe.requestor, g_free);
  change->wipe = (SimWipe){ 0 };
  world->n_removed++;
}

void
sim_world_remove (SimWorld *world, const SimDevice *device)
{
  remove_key (world, device->key);
}

/* ---- churn ----------------------------------------------------------------------------------- */

/**
 * Turn:
 * @world: the world
 * @now_us: when it happens
 * @touched: keys of devices that this turn has touched
 * @device: to look at one
 * @json: what is told of it
 *
 * One call of churn.
 */
typedef struct {
  SimWorld *world;
  gint64 now_us;
  GHashTable *touched;
  SimDevice *device;
  GString *json;
} Turn;

static gboolean
arrive (Turn *turn, const SimModel *model, guint64 *key)
{
  SimWorld *world = turn->world;
  guint mailbox
    = (guint)(sim_world_draw (world, ++world->churned, SIM_DRAW_CHURN) % world->shape.n_mailboxes);
  guint number = sim_world_count_devices (world, mailbox);
  if (number > MAX_DEVICES)
    return FALSE;
  *key = SIM_DEVICE_KEY (mailbox, number);
  SimDeviceChange *change = sim_world_touch_device (world, *key);
  change->arrived_us = turn->now_us;
  change->arrived_model = model;
  sim_world_touch_mailbox (world, mailbox)->n_extra_devices++;
  world->n_arrived++;
  return TRUE;
}

/* The first device that this turn has not touched, from a place drawn. */
static gboolean
find_existing (Turn *turn, guint64 *key)
{
  SimWorld *world = turn->world;
  guint64 start = sim_world_draw (world, ++world->churned, SIM_DRAW_CHURN);
  for (guint i = 0; i < world->shape.n_mailboxes; i++)
    {
      guint mailbox = (guint)((start + i) % world->shape.n_mailboxes);
      guint n_devices = sim_world_count_devices (world, mailbox);
      for (guint j = 0; j < n_devices; j++)
        {
          *key = SIM_DEVICE_KEY (mailbox, ((start >> 32) + j) % n_devices);
          const SimDeviceChange *change = sim_world_look_up_device (world, *key);
          if ((change == NULL || !change->is_removed)
              && !g_hash_table_contains (turn->touched, key))
            return TRUE;
        }
    }
  return FALSE;
}

static void
append_device (Turn *turn, guint64 key)
{
  GString *json = turn->json;
  SimDevice *device = turn->device;
  const SimRule *rule;
  SimReason reason;
  char guid[SIM_GUID_SIZE];
  if (!sim_device_load (device, key))
    return;
  sim_guid_format (&sim_entry_complete (device)->guid, guid);
  if (json->str[json->len - 1] != '[')
    g_string_append_c (json, ',');
  g_string_append (json, "{\"mailbox\":");
  sim_json_append_string (json, device->mailbox->alias->str);
  g_string_append (json, ",\"DeviceId\":");
  sim_json_append_string (json, device->id->str);
  g_string_append_printf (json, ",\"Guid\":\"%s\",\"DeviceType\":", guid);
  sim_json_append_string (json, device->model->type);
  g_string_append (json, ",\"DeviceAccessState\":");
  sim_json_append_string (
    json, sim_enum_access_state.members[sim_device_get_access (device, &reason, &rule)]);
  g_string_append_c (json, '}');
}

static void
touch (Turn *turn, guint64 key)
{
  g_hash_table_add (turn->touched, g_memdup2 (&key, sizeof key));
  append_device (turn, key);
}

static void
add_devices (Turn *turn, const char *name, guint count, const SimModel *model)
{
  guint64 key;
  g_string_append_printf (turn->json, ",\"%s\":[", name);
  for (guint i = 0; i < count && arrive (turn, model, &key); i++)
    touch (turn, key);
  g_string_append_c (turn->json, ']');
}

static void
change_devices (Turn *turn, guint count)
{
  guint64 key;
  g_string_append (turn->json, ",\"changed\":[");
  for (guint i = 0; i < count && find_existing (turn, &key); i++)
    {
      SimDeviceChange *change = sim_world_touch_device (turn->world, key);
      change->updated_us = turn->now_us;
      change->n_updates++;
      touch (turn, key);
    }
  g_string_append_c (turn->json, ']');
}

static void
remove_devices (Turn *turn, guint count)
{
  guint64 key;
  g_string_append (turn->json, ",\"removed\":[");
  for (guint i = 0; i < count && find_existing (turn, &key); i++)
    {
      touch (turn, key);
      remove_key (turn->world, key);
    }
  g_string_append_c (turn->json, ']');
}

/* Other administrators work on mailboxes' lists: each gains the ID of a device that has never been
   seen, allowed and blocked in turn. */
static void
change_mailboxes (Turn *turn, guint count)
{
  SimWorld *world = turn->world;
  g_autoptr (SimMailbox) mailbox = sim_mailbox_new (world);
  guint64 start = count == 0 ? 0 : sim_world_draw (world, ++world->churned, SIM_DRAW_CHURN);
  g_string_append (turn->json, ",\"mailboxes\":[");
  for (guint i = 0; i < MIN (count, world->shape.n_mailboxes); i++)
    {
      guint index = (guint)((start + i) % world->shape.n_mailboxes);
      g_autoptr (SimSettings) settings = sim_world_copy_settings (world, index);
      guint times = ++sim_world_touch_mailbox (world, index)->n_churned;
      gboolean allows = times % 2 == 1;
      g_autofree char *id = g_strdup_printf ("NEVERSEEN%06X%02X", index, times);
      char guid[SIM_GUID_SIZE];
      g_ptr_array_add (allows ? settings->allowed : settings->blocked, g_strdup (id));
      sim_world_change_settings (world, index, settings);
      sim_mailbox_load (mailbox, index);
      sim_guid_format (&mailbox->entry.guid, guid);
      g_string_append_printf (turn->json, "%s{\"mailbox\":", i == 0 ? "" : ",");
      sim_json_append_string (turn->json, mailbox->alias->str);
      g_string_append_printf (turn->json,
                              ",\"Guid\":\"%s\",\"list\":\"ActiveSync%sDeviceIDs\",\"id\":\"%s\"}",
                              guid, allows ? "Allowed" : "Blocked", id);
    }
  g_string_append_c (turn->json, ']');
}

void
sim_world_churn (SimWorld *world, const SimChurn *churn, GString *json)
{
  g_autoptr (GHashTable) touched
    = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (SimDevice) device = sim_device_new (world);
  Turn turn = { world, sim_world_now (), touched, device, json };
  const SimModel *unknown = sim_model_unknown ();
  g_string_append (json, "{\"time\":\"");
  sim_time_append (json, SIM_TIME, turn.now_us);
  g_string_append_c (json, '"');
  if (churn->quarantine > 0)
    sim_world_add_rule (world, unknown->type, SIM_BY_TYPE, SIM_LEVEL_QUARANTINE, turn.now_us);
  add_devices (&turn, "added", churn->add, NULL);
  add_devices (&turn, "quarantined", churn->quarantine, unknown);
  change_devices (&turn, churn->change);
  remove_devices (&turn, churn->remove);
  change_mailboxes (&turn, churn->mailboxes);
  g_string_append_printf (json, ",\"churned\":%" G_GUINT64_FORMAT "}", world->churned);
}

void
sim_world_live (SimWorld *world)
{
  guint64 drawn = sim_world_draw (world, world->churned, SIM_DRAW_LIFE) % 20;
  SimChurn churn = { 0 };
  g_autoptr (GString) unused = g_string_new (NULL);
  if (drawn < 10)
    churn.change = 1;
  else if (drawn < 16)
    churn.add = 1;
  else if (drawn < 17)
    churn.quarantine = 1;
  else
    churn.remove = 1;
  sim_world_churn (world, &churn, unused);
}

/* ---- state ----------------------------------------------------------------------------------- */

static void
append_strings (GString *out, const char *name, const GPtrArray *strings)
{
  g_string_append_printf (out, "\"%s\":[", name);
  for (guint i = 0; i < strings->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      sim_json_append_string (out, g_ptr_array_index (strings, i));
    }
  g_string_append_c (out, ']');
}

static void
append_mailboxes (SimWorld *world, GString *out)
{
  g_autoptr (SimMailbox) mailbox = sim_mailbox_new (world);
  GHashTableIter iter;
  gpointer key, value;
  gboolean is_first = TRUE;
  g_string_append (out, ",\"mailboxes\":{");
  g_hash_table_iter_init (&iter, world->mailbox_changes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const SimSettings *settings = ((SimMailboxChange *)value)->settings;
      if (settings == NULL)
        continue;
      if (!is_first)
        g_string_append_c (out, ',');
      is_first = FALSE;
      sim_mailbox_load (mailbox, (guint) * (gint64 *)key);
      sim_json_append_string (out, mailbox->alias->str);
      g_string_append (out, ":{");
      append_strings (out, "Allowed", settings->allowed);
      g_string_append_c (out, ',');
      append_strings (out, "Blocked", settings->blocked);
      g_string_append_printf (
        out, ",\"ActiveSyncEnabled\":%s,\"Policy\":", settings->is_enabled ? "true" : "false");
      if (settings->policy == NULL)
        g_string_append (out, "null");
      else
        sim_json_append_string (out, settings->policy);
      g_string_append_c (out, '}');
    }
  g_string_append_c (out, '}');
}

static void
append_devices (SimWorld *world, GString *out)
{
  g_autoptr (SimDevice) device = sim_device_new (world);
  g_autoptr (GString) removed = g_string_new (NULL);
  GHashTableIter iter;
  gpointer key, value;
  const char *separator = "";
  g_string_append (out, ",\"wipes\":[");
  g_hash_table_iter_init (&iter, world->device_changes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const SimDeviceChange *change = value;
      if (change->is_removed)
        {
          g_autoptr (GString) id = g_string_new (NULL);
          sim_world_append_device_id (world, *(guint64 *)key, id);
          if (removed->len > 0)
            g_string_append_c (removed, ',');
          sim_json_append_string (removed, id->str);
        }
      if (change->wipe.requested_us == 0 || !sim_device_load (device, *(guint64 *)key))
        continue;
      sim_entry_complete (device);
      g_string_append_printf (out, "%s{\"Mailbox\":", separator);
      separator = ",";
      sim_json_append_string (out, device->mailbox->alias->str);
      g_string_append (out, ",\"DeviceId\":");
      sim_json_append_string (out, device->id->str);
      g_string_append (out, ",\"Requestor\":");
      sim_json_append_string (out, change->wipe.requestor);
      g_string_append_printf (out, ",\"AccountOnly\":%s}",
                              change->wipe.account_only ? "true" : "false");
    }
  g_string_append_printf (out, "],\"removed\":[%s]", removed->str);
}

static void
append_rules (SimWorld *world, GString *out)
{
  g_string_append (out, ",\"rules\":[");
  for (guint i = 0; i < world->rules->len; i++)
    {
      const SimRule *rule = sim_world_get_rule (world, i);
      g_string_append (out, i == 0 ? "{\"Name\":" : ",{\"Name\":");
      sim_json_append_string (out, rule->entry.name);
      g_string_append (out, ",\"QueryString\":");
      sim_json_append_string (out, rule->query);
      g_string_append_printf (out, ",\"Characteristic\":\"%s\",\"AccessLevel\":\"%s\"}",
                              sim_enum_characteristic.members[rule->characteristic],
                              sim_enum_access_level.members[rule->level]);
    }
  g_string_append (out, "],\"policies\":[");
  for (guint i = 0; i < world->policies->len; i++)
    {
      const SimPolicy *policy = sim_world_get_policy (world, i);
      g_string_append (out, i == 0 ? "{\"Name\":" : ",{\"Name\":");
      sim_json_append_string (out, policy->entry.name);
      g_string_append_printf (out, ",\"IsDefault\":%s}", policy->is_default ? "true" : "false");
    }
  g_string_append_c (out, ']');
}

void
sim_world_append_state_json (SimWorld *world, GString *out)
{
  const SimOrganization *organization = &world->organization;
  guint64 n_devices = (guint64)world->shape.n_mailboxes * world->shape.devices_per_mailbox
                      + world->n_arrived - world->n_removed;
  g_string_append_printf (out,
                          "\"mailboxCount\":%u,\"devicesPerMailbox\":%u,\"seed\":%" G_GUINT64_FORMAT
                          ",\"devices\":%" G_GUINT64_FORMAT ",\"churned\":%" G_GUINT64_FORMAT,
                          world->shape.n_mailboxes, world->shape.devices_per_mailbox,
                          world->shape.seed, n_devices, world->churned);
  append_mailboxes (world, out);
  append_devices (world, out);
  append_rules (world, out);
  g_string_append_printf (out, ",\"organization\":{\"DefaultAccessLevel\":\"%s\",",
                          sim_enum_access_level.members[organization->default_level]);
  append_strings (out, "AdminMailRecipients", organization->recipients);
  g_string_append (out, ",\"UserMailInsert\":");
  sim_json_append_string (out, organization->user_mail_insert);
  g_string_append (out, "},\"changes\":");
  sim_world_append_records_json (world, out);
}
