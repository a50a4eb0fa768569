/* ost-device-slice.h: parts of a device listing that together are provably everything */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "core/base/ost-private.h"

G_BEGIN_DECLS

/**
 * OstDeviceSlice:
 * @prefix: (nullable): what the device IDs begin with; %NULL for all of them
 * @except: (array zero-terminated=1): prefixes of other slices, which this one leaves out
 *
 * A part of the device listing. Slices are cut by the first characters of the device ID, because
 * it is the one property that Exchange can filter by, that every partnership has and that never
 * changes: a device cannot move from one slice to another while they are listed. For prefixes
 * p1 ... pn the slices are "begins with pi" and one remainder, "begins with none of p1 ... pn".
 * Every ID meets one of them under any collation the server may have, so nothing can be lost; an
 * ID that meets two is counted once, by the partnership's GUID.
 */
typedef struct {
  char *prefix;
  GStrv except;
} OstDeviceSlice;

void ost_device_slice_free (OstDeviceSlice *self);

/**
 * ost_device_slice_to_text:
 * @self: a slice
 *
 * Returns: (transfer full): the slice in one line, from which ost_device_slice_from_text() makes it again
 */
char *ost_device_slice_to_text (const OstDeviceSlice *self);
OstDeviceSlice *ost_device_slice_from_text (const char *text);

/**
 * ost_device_slice_to_operation:
 * @self: a slice
 *
 * Returns: (transfer full): the operation that lists it
 */
OstOperation *ost_device_slice_to_operation (const OstDeviceSlice *self);

/**
 * ost_device_slices_plan:
 * @prefixes: (array zero-terminated=1): prefixes of letters and digits, none of which begins
 *   with another; empty for one listing of everything
 *
 * Returns: (transfer full) (element-type OstDeviceSlice): a slice for each prefix and the remainder
 */
GPtrArray *ost_device_slices_plan (const char *const *prefixes);

/**
 * ost_device_slices_first_prefixes:
 *
 * Returns: (transfer full) (array zero-terminated=1): the prefixes for an organisation of which
 *   nothing is known yet: ten digits and twenty-six letters
 */
GStrv ost_device_slices_first_prefixes (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstDeviceSlice, ost_device_slice_free)

G_END_DECLS
