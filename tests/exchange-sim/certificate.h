/* certificate.h: makes a certificate that signs itself */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SimCertificate:
 * @certificate_pem: the certificate
 * @key_pem: its key, which never leaves this process
 * @fingerprint: SHA-256 of the DER, in hexadecimal
 */
typedef struct {
  char *certificate_pem;
  char *key_pem;
  char *fingerprint;
} SimCertificate;

/* For localhost, 127.0.0.1 and the simulated server's name, for as long as a demo may run. */
SimCertificate *sim_certificate_new (GError **error);
void sim_certificate_free (SimCertificate *certificate);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SimCertificate, sim_certificate_free)

G_END_DECLS
