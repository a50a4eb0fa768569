/* ost-device-slice.c: parts of a device listing that together are provably everything */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-device-slice.h"

#include <string.h>

void
ost_device_slice_free (OstDeviceSlice *self)
{
  g_free (self->prefix);
  g_strfreev (self->except);
  g_free (self);
}

char *
ost_device_slice_to_text (const OstDeviceSlice *self)
{
  g_autofree char *except = g_strjoinv (",", self->except);

  return g_strdup_printf ("%s-%s", self->prefix != NULL ? self->prefix : "", except);
}

OstDeviceSlice *
ost_device_slice_from_text (const char *text)
{
  const char *dash = strchr (text, '-');
  OstDeviceSlice *self = g_new0 (OstDeviceSlice, 1);

  g_return_val_if_fail (dash != NULL, self);

  self->prefix = dash == text ? NULL : g_strndup (text, (gsize)(dash - text));
  self->except = g_strsplit (dash + 1, ",", -1);
  if (self->except[0] != NULL && *self->except[0] == '\0')
    g_clear_pointer (&self->except[0], g_free);
  return self;
}

OstOperation *
ost_device_slice_to_operation (const OstDeviceSlice *self)
{
  g_autoptr (OstOperation) operation = ost_operation_new (OST_VERB_LIST, OST_KIND_DEVICE, NULL);

  if (self->prefix != NULL)
    ost_operation_set_text (operation, OST_SELECT_PREFIX, self->prefix);
  if (self->except[0] != NULL)
    ost_operation_set_list (operation, OST_SELECT_EXCEPT, (const char *const *)self->except);
  return g_steal_pointer (&operation);
}

GPtrArray *
ost_device_slices_plan (const char *const *prefixes)
{
  g_autoptr (GPtrArray) slices
    = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_device_slice_free);
  OstDeviceSlice *remainder = g_new0 (OstDeviceSlice, 1);

  for (gsize i = 0; prefixes[i] != NULL; i++)
    {
      OstDeviceSlice *slice = g_new0 (OstDeviceSlice, 1);

      slice->prefix = g_strdup (prefixes[i]);
      slice->except = g_new0 (char *, 1);
      g_ptr_array_add (slices, slice);
    }
  remainder->except = g_strdupv ((char **)prefixes);
  g_ptr_array_add (slices, remainder);
  return g_steal_pointer (&slices);
}

GStrv
ost_device_slices_first_prefixes (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"; *c != '\0'; c++)
    {
      const char prefix[2] = { *c, '\0' };

      g_strv_builder_add (builder, prefix);
    }
  return g_strv_builder_end (builder);
}
