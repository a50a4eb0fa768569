/* world-device.c: devices, of which no more is computed than is asked for */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include <string.h>

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)
#define DAY_MS 86400000
/* Partnerships began in the two years before the world did. */
#define OLDEST_DAYS 700
#define CONTAINER "ExchangeActiveSyncDevices"
#define SEPARATOR "\302\247" /* U+00A7 SECTION SIGN */

static const char *const CLASS_DEVICE[] = { "top", "msExchActiveSyncDevice", NULL };

SimDevice *
sim_device_new (SimWorld *world)
{
  SimDevice *device = g_new0 (SimDevice, 1);
  device->world = world;
  device->mailbox = sim_mailbox_new (world);
  device->id = g_string_new (NULL);
  device->name = g_string_new (NULL);
  device->canonical = g_string_new (NULL);
  device->distinguished = g_string_new (NULL);
  device->entry.object_class = CLASS_DEVICE;
  return device;
}

void
sim_device_free (SimDevice *device)
{
  if (device == NULL)
    return;
  sim_mailbox_free (device->mailbox);
  g_string_free (device->id, TRUE);
  g_string_free (device->name, TRUE);
  g_string_free (device->canonical, TRUE);
  g_string_free (device->distinguished, TRUE);
  g_free (device);
}

guint
sim_world_count_devices (const SimWorld *world, guint mailbox)
{
  const SimMailboxChange *change = sim_world_look_up_mailbox (world, mailbox);
  return world->shape.devices_per_mailbox + (change == NULL ? 0 : change->n_extra_devices);
}

gboolean
sim_world_has_devices (SimWorld *world, guint mailbox)
{
  guint n_devices = sim_world_count_devices (world, mailbox);
  for (guint i = 0; i < n_devices; i++)
    {
      const SimDeviceChange *change = sim_world_look_up_device (world, SIM_DEVICE_KEY (mailbox, i));
      if (change == NULL || !change->is_removed)
        return TRUE;
    }
  return FALSE;
}

/* Two people may have set up the same phone: the first device of the third mailbox is also that of
   the second. */
static guint64
get_identity_key (guint64 key)
{
  return key == SIM_DEVICE_KEY (2, 0) ? SIM_DEVICE_KEY (1, 0) : key;
}

const SimModel *
sim_world_get_model (const SimWorld *world, guint64 key, const SimDeviceChange *change)
{
  if (change != NULL && change->arrived_model != NULL)
    return change->arrived_model;
  return sim_model_draw (sim_world_draw (world, get_identity_key (key), SIM_DRAW_MODEL));
}

static const char *
get_id_start (guint64 key)
{
  if ((key & 0xFFFF) != 0)
    return NULL;
  for (const SimOddMailbox *odd = sim_odd_mailboxes; odd->name != NULL && odd->index <= key >> 16;
       odd++)
    if (odd->index == key >> 16)
      return odd->id_start;
  return NULL;
}

void
sim_append_model_id (const SimWorld *world, guint64 key, const SimModel *model, GString *out)
{
  guint64 identity = get_identity_key (key);
  const char *start = get_id_start (key);
  if (start != NULL)
    g_string_append (out, start);
  sim_model_append_id (model, sim_world_draw (world, identity, SIM_DRAW_ID),
                       sim_world_draw (world, identity, SIM_DRAW_DEVICE), out);
}

void
sim_world_append_device_id (const SimWorld *world, guint64 key, GString *out)
{
  const SimDeviceChange *change = sim_world_look_up_device (world, key);
  sim_append_model_id (world, key, sim_world_get_model (world, key, change), out);
}

static void
complete_names (SimEntry *entry)
{
  SimDevice *device = (SimDevice *)entry;
  const SimModel *model = device->model;
  entry->complete = NULL;
  sim_mailbox_load (device->mailbox, (guint)(device->key >> 16));
  g_string_truncate (device->name, 0);
  if (model->prefix != NULL)
    {
      g_string_append (device->name, model->prefix);
      g_string_append (device->name, SEPARATOR);
    }
  g_string_append (device->name, model->type);
  g_string_append (device->name, SEPARATOR);
  g_string_append_len (device->name, device->id->str, device->id->len);
  g_string_assign (device->canonical, device->mailbox->canonical->str);
  g_string_append (device->canonical, "/" CONTAINER "/");
  sim_append_escaped_canonical (device->canonical, device->name->str);
  g_string_assign (device->distinguished, "CN=");
  sim_append_escaped_rdn (device->distinguished, device->name->str);
  g_string_append (device->distinguished, ",CN=" CONTAINER ",");
  g_string_append (device->distinguished, device->mailbox->distinguished->str);
  entry->name = device->name->str;
  entry->canonical = device->canonical->str;
  entry->distinguished = device->distinguished->str;
  sim_world_get_guid (device->world, device->key, &entry->guid);
}

static void
compute_times (SimDevice *device)
{
  SimEntry *entry = &device->entry;
  const SimDeviceChange *change = device->change;
  gint64 today = device->world->shape.today_us;
  gint64 age_ms = (gint64)(device->drawn % ((guint64)OLDEST_DAYS * DAY_MS)) + 1;
  entry->created_us = today - age_ms * 1000;
  entry->changed_us = entry->created_us + (gint64)((device->drawn >> 24) % (guint64)age_ms) * 1000;
  if (change == NULL)
    return;
  if (change->arrived_us != 0)
    entry->created_us = entry->changed_us = change->arrived_us;
  entry->changed_us = MAX (entry->changed_us, MAX (change->updated_us, change->decided_us));
}

gboolean
sim_device_load (SimDevice *device, guint64 key)
{
  const SimDeviceChange *change = sim_world_look_up_device (device->world, key);
  if (change != NULL && change->is_removed)
    return FALSE;
  device->key = key;
  device->change = change;
  device->drawn = sim_world_draw (device->world, key, SIM_DRAW_DEVICE);
  device->model = sim_world_get_model (device->world, key, change);
  device->entry.complete = complete_names;
  g_string_truncate (device->id, 0);
  sim_append_model_id (device->world, key, device->model, device->id);
  compute_times (device);
  return TRUE;
}

static gboolean
is_never_synced (const SimDevice *device)
{
  return (device->change == NULL || device->change->arrived_us == 0) && (device->drawn >> 60) == 0;
}

gint64
sim_device_get_first_sync (const SimDevice *device)
{
  return is_never_synced (device) ? 0 : device->entry.created_us;
}

gint64
sim_device_get_last_sync (const SimDevice *device)
{
  if (is_never_synced (device))
    return 0;
  if (device->change != NULL && device->change->updated_us != 0)
    return device->change->updated_us;
  guint64 drawn = sim_world_draw (device->world, device->key, SIM_DRAW_SYNC);
  /* Most phones synchronize all the time; some lie in drawers. */
  guint64 days = drawn % 20 < 16 ? 2 : drawn % 20 < 19 ? 60 : 400;
  gint64 ago_ms = (gint64)((drawn >> 8) % (days * DAY_MS));
  return MAX (device->world->shape.today_us - ago_ms * 1000, device->entry.created_us);
}

void
sim_device_append_advanced (const SimDevice *device, const char *text, GString *out)
{
  const char *end = text + strlen (text);
  while (end > text && !g_ascii_isdigit (end[-1]))
    end--;
  const char *start = end;
  while (start > text && g_ascii_isdigit (start[-1]))
    start--;
  if (device->change == NULL || device->change->n_updates == 0 || start == end)
    {
      g_string_append (out, text);
      return;
    }
  guint64 number = g_ascii_strtoull (start, NULL, 10) + device->change->n_updates;
  g_string_append_len (out, text, start - text);
  g_string_append_printf (out, "%" G_GUINT64_FORMAT "%s", number, end);
}

/* ---- finding --------------------------------------------------------------------------------- */

/* The part of a device's canonical or distinguished name that names its mailbox. */
static char *
get_owner (const char *identity)
{
  const char *middle = g_strrstr (identity, "/" CONTAINER "/");
  if (middle != NULL)
    return g_strndup (identity, middle - identity);
  middle = g_strrstr (identity, ",CN=" CONTAINER ",");
  if (middle != NULL)
    return g_strdup (middle + strlen (",CN=" CONTAINER ","));
  middle = g_strrstr (identity, "\\" CONTAINER "\\");
  return middle == NULL ? NULL : g_strndup (identity, middle - identity);
}

gboolean
sim_device_find (SimDevice *device, const char *identity)
{
  SimWorld *world = device->world;
  SimGuid guid;
  guint64 key;
  if (sim_guid_parse (identity, &guid))
    return sim_world_get_key (world, &guid, &key) && key >> 16 < world->shape.n_mailboxes
           && (key & 0xFFFF) < sim_world_count_devices (world, (guint)(key >> 16))
           && sim_device_load (device, key);
  g_autofree char *owner = get_owner (identity);
  guint mailbox;
  if (owner == NULL || !sim_world_find_mailbox (world, owner, &mailbox))
    return FALSE;
  const char *backslash = g_strrstr (identity, "\\" CONTAINER "\\");
  guint n_devices = sim_world_count_devices (world, mailbox);
  for (guint i = 0; i < n_devices; i++)
    {
      if (!sim_device_load (device, SIM_DEVICE_KEY (mailbox, i)))
        continue;
      complete_names (&device->entry);
      if (g_ascii_strcasecmp (identity, device->canonical->str) == 0
          || g_ascii_strcasecmp (identity, device->distinguished->str) == 0
          || (backslash != NULL
              && g_ascii_strcasecmp (backslash + strlen ("\\" CONTAINER "\\"), device->name->str)
                   == 0))
        return TRUE;
    }
  return FALSE;
}
