/* ost-secret-reference.h: fetches the secret that a configuration refers to */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

G_BEGIN_DECLS

/**
 * OstSecretReferenceFlags:
 * @OST_SECRET_REFERENCE_NONE: as the service resolves
 * @OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT: `env:NAME` too, for `--once` and tests
 */
typedef enum {
  OST_SECRET_REFERENCE_NONE = 0,
  OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT = 1 << 0,
} OstSecretReferenceFlags;

/**
 * ost_secret_reference_check:
 * @reference: what stands in the configuration
 * @flags: flags
 * @error: return location for an error
 *
 * Looks at its form alone, and never repeats it in a message: it may be a secret that stands
 * where a reference should.
 *
 * Returns: %FALSE with %OST_ERROR_INVALID where it is no reference, or one that @flags do not allow
 */
gboolean ost_secret_reference_check (const char *reference, OstSecretReferenceFlags flags,
                                     GError **error);

/**
 * ost_secret_reference_resolve:
 * @reference: `file:PATH`, `credential:NAME` or `env:NAME`
 * @flags: flags
 * @error: return location for an error
 *
 * Reads the secret straight into locked memory. A line break at its end does not belong to it.
 * Blocks while it reads a file.
 *
 * Returns: (transfer full): the secret, or %NULL with %OST_ERROR_NOT_FOUND where there is none,
 *   %OST_ERROR_DENIED where it cannot be read or others can read it, %OST_ERROR_NOT_SUPPORTED for
 *   `secret-service:`, %OST_ERROR_INVALID for a wrong reference or contents that cannot be a
 *   secret, %OST_ERROR_UNAVAILABLE without memory that can be locked
 */
OstSecret *ost_secret_reference_resolve (const char *reference, OstSecretReferenceFlags flags,
                                         GError **error);

/**
 * ost_secret_reference_get_file:
 * @reference: a reference
 *
 * Returns: (transfer full) (nullable): the file to watch for a change of the secret; %NULL for a
 *   secret that is in no file
 */
char *ost_secret_reference_get_file (const char *reference);

/**
 * ost_secret_reference_get_fingerprint:
 * @reference: a reference
 *
 * Tells cheaply whether a secret may have changed, without reading it, and in a way that may be
 * kept: a rejected one is not tried again before its fingerprint differs. That the secret itself
 * differs is then for ost_secret_equal() to say.
 *
 * Returns: (transfer full): device, inode, time of change and size of its file; a constant for a
 *   secret in no file, and for a file that is not there
 */
char *ost_secret_reference_get_fingerprint (const char *reference);

G_END_DECLS
