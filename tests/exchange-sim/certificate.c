/* certificate.c: makes a certificate that signs itself */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "certificate.h"

#include <gio/gio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define LIFETIME_SECONDS (30 * 86400)
#define SERIAL_BITS 127
#define NAMES "DNS:localhost,DNS:ex01.contoso.com,DNS:mail.contoso.com,IP:127.0.0.1,IP:::1"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)

void
sim_certificate_free (SimCertificate *certificate)
{
  if (certificate == NULL)
    return;
  g_free (certificate->certificate_pem);
  g_free (certificate->key_pem);
  g_free (certificate->fingerprint);
  g_free (certificate);
}

static gboolean
add_extension (X509 *x509, int nid, const char *value)
{
  X509V3_CTX context;
  X509V3_set_ctx (&context, x509, x509, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid (NULL, &context, nid, value);
  if (extension == NULL)
    return FALSE;
  gboolean added = X509_add_ext (x509, extension, -1) == 1;
  X509_EXTENSION_free (extension);
  return added;
}

static gboolean
set_serial (X509 *x509)
{
  g_autoptr (BIGNUM) number = BN_new ();
  return number != NULL && BN_rand (number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1
         && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (x509)) != NULL;
}

static gboolean
fill (X509 *x509, EVP_PKEY *key)
{
  X509_NAME *name = X509_get_subject_name (x509);
  return X509_set_version (x509, 2) == 1 && set_serial (x509)
         && X509_gmtime_adj (X509_getm_notBefore (x509), -3600) != NULL
         && X509_gmtime_adj (X509_getm_notAfter (x509), LIFETIME_SECONDS) != NULL
         && X509_set_pubkey (x509, key) == 1
         && X509_NAME_add_entry_by_txt (name, "CN", MBSTRING_ASC,
                                        (const unsigned char *)"ex01.contoso.com", -1, -1, 0)
              == 1
         && X509_set_issuer_name (x509, name) == 1
         && add_extension (x509, NID_basic_constraints, "critical,CA:TRUE")
         && add_extension (x509, NID_subject_alt_name, NAMES)
         && add_extension (x509, NID_ext_key_usage, "serverAuth")
         && X509_sign (x509, key, EVP_sha256 ()) > 0;
}

static char *
take_text (BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data (bio, &data);
  return g_strndup (data, (gsize)length);
}

static char *
get_fingerprint (const X509 *x509)
{
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  g_autoptr (GString) text = g_string_new (NULL);
  X509_digest (x509, EVP_sha256 (), digest, &length);
  for (unsigned int i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  return g_strdup (text->str);
}

SimCertificate *
sim_certificate_new (GError **error)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) x509 = X509_new ();
  g_autoptr (BIO) certificate_bio = BIO_new (BIO_s_mem ());
  g_autoptr (BIO) key_bio = BIO_new (BIO_s_mem ());
  if (key == NULL || x509 == NULL || certificate_bio == NULL || key_bio == NULL || !fill (x509, key)
      || PEM_write_bio_X509 (certificate_bio, x509) != 1
      || PEM_write_bio_PrivateKey (key_bio, key, NULL, NULL, 0, NULL, NULL) != 1)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot make a certificate: %s",
                   ERR_reason_error_string (ERR_get_error ()));
      return NULL;
    }
  SimCertificate *certificate = g_new0 (SimCertificate, 1);
  certificate->certificate_pem = take_text (certificate_bio);
  certificate->key_pem = take_text (key_bio);
  certificate->fingerprint = get_fingerprint (x509);
  return certificate;
}
