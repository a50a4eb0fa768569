/* ost-secret.h: a secret in locked memory */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>

G_BEGIN_DECLS

/**
 * OstSecret:
 *
 * A password, key or token: immutable, reference-counted, in memory that is locked, left out of
 * core dumps and wiped with the last reference. Never print one, never put one in a #GVariant.
 *
 * Since: 1.0
 */
#define OST_TYPE_SECRET (ost_secret_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_secret_get_type (void);

/**
 * ost_secret_new:
 * @bytes: (array length=length): the secret; the caller wipes its own copy
 * @length: how many bytes
 * @error: return location for an error
 *
 * Returns: (transfer full): a new secret, or %NULL with %OST_ERROR_UNAVAILABLE where the system
 *   gave no memory that can be locked (raise RLIMIT_MEMLOCK)
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstSecret *ost_secret_new (const void *bytes, gsize length, GError **error);

OST_AVAILABLE_IN_1_0
OstSecret *ost_secret_ref (OstSecret *self);
OST_AVAILABLE_IN_1_0
void ost_secret_unref (OstSecret *self);

/**
 * ost_secret_peek:
 * @self: a secret
 * @length: (out) (optional): its length in bytes
 *
 * Returns: (transfer none): the bytes, followed by a zero byte that does not count
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_secret_peek (OstSecret *self, gsize *length);

/**
 * ost_secret_equal:
 * @a: (nullable): a secret
 * @b: (nullable): another
 *
 * Compares in a time that depends on the lengths alone.
 *
 * Returns: whether both hold the same bytes, or both are %NULL
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_secret_equal (OstSecret *a, OstSecret *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstSecret, ost_secret_unref)

G_END_DECLS
