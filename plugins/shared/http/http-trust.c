/* http-trust.c: which server certificates are believed */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-trust.h"

#include "http-error.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <string.h>

#define FINGERPRINT_BYTES 32
#define MAX_NAME_BYTES 512

struct _OstHttpTrust {
  char *ca_file;
  GByteArray *pins; /* FINGERPRINT_BYTES each */
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)

static void
clear_trust (gpointer data)
{
  OstHttpTrust *self = data;

  g_free (self->ca_file);
  g_byte_array_unref (self->pins);
}

OstHttpTrust *
ost_http_trust_ref (OstHttpTrust *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
ost_http_trust_unref (OstHttpTrust *self)
{
  g_atomic_rc_box_release_full (self, clear_trust);
}

/* A file that curl cannot use would show only when the first connection fails. */
static gboolean
check_ca_file (const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;
  g_autoptr (BIO) bio = NULL;
  g_autoptr (X509) certificate = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &problem) || length > G_MAXINT)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "tls-ca-file: cannot read ‘%s’: %s", path,
                   problem != NULL ? problem->message : "it is too long");
      return FALSE;
    }
  bio = BIO_new_mem_buf (text, (int)length);
  certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  if (certificate != NULL)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               "tls-ca-file: ‘%s’ holds no certificate in PEM (-----BEGIN CERTIFICATE-----); "
               "convert one from DER with: openssl x509 -inform der -in FILE -out %s",
               path, path);
  return FALSE;
}

static gboolean
add_pin (GByteArray *pins, const char *text, GError **error)
{
  guint8 digest[FINGERPRINT_BYTES];
  guint n_digits = 0;

  for (const char *c = text; *c != '\0'; c++)
    {
      int value = g_ascii_xdigit_value (*c);

      if (*c == ':')
        continue;
      if (value < 0 || n_digits == 2 * FINGERPRINT_BYTES)
        {
          n_digits = G_MAXUINT;
          break;
        }
      digest[n_digits / 2]
        = (guint8)(n_digits % 2 == 0 ? value << 4 : digest[n_digits / 2] | value);
      n_digits++;
    }
  if (n_digits != 2 * FINGERPRINT_BYTES)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "tls-pin: ‘%s’ is no SHA-256 fingerprint of a certificate; write 64 hexadecimal "
                   "digits, as openssl x509 -noout -fingerprint -sha256 prints them",
                   text);
      return FALSE;
    }
  g_byte_array_append (pins, digest, sizeof digest);
  return TRUE;
}

OstHttpTrust *
ost_http_trust_new (const char *ca_file, const char *const *pins, GError **error)
{
  g_autoptr (OstHttpTrust) self = g_atomic_rc_box_new0 (OstHttpTrust);

  self->pins = g_byte_array_new ();
  self->ca_file = g_strdup (ca_file);
  if (ca_file != NULL && !check_ca_file (ca_file, error))
    return NULL;
  for (gsize i = 0; pins[i] != NULL; i++)
    if (!add_pin (self->pins, pins[i], error))
      return NULL;
  return g_steal_pointer (&self);
}

static gboolean
is_pinned (OstHttpTrust *self, const guint8 *digest)
{
  for (guint i = 0; i < self->pins->len; i += FINGERPRINT_BYTES)
    if (memcmp (self->pins->data + i, digest, FINGERPRINT_BYTES) == 0)
      return TRUE;
  return FALSE;
}

void
ost_http_peer_init (OstHttpPeer *self, OstHttpTrust *trust)
{
  *self = (OstHttpPeer){ .trust = ost_http_trust_ref (trust) };
}

static void
forget_certificate (OstHttpPeer *self)
{
  g_clear_pointer (&self->fingerprint, g_free);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->issuer, g_free);
  g_clear_pointer (&self->not_after, g_free);
  g_clear_pointer (&self->protocol, g_free);
  g_clear_pointer (&self->problem, g_free);
}

void
ost_http_peer_clear (OstHttpPeer *self)
{
  forget_certificate (self);
  g_clear_pointer (&self->trust, ost_http_trust_unref);
}

/* Takes what a BIO holds: names come from the server. */
static char *
take_text (BIO *bio)
{
  char *data;
  long length = BIO_get_mem_data (bio, &data);

  return ost_http_make_printable (data, (gsize)CLAMP (length, 0, MAX_NAME_BYTES));
}

static char *
format_name (const X509_NAME *name)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  X509_NAME_print_ex (bio, name, 0, XN_FLAG_ONELINE & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
  return take_text (bio);
}

static char *
format_time (const ASN1_TIME *time)
{
  g_autoptr (BIO) bio = BIO_new (BIO_s_mem ());

  ASN1_TIME_print_ex (bio, time, ASN1_DTFLGS_ISO8601);
  return take_text (bio);
}

static char *
format_fingerprint (const guint8 *digest)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < FINGERPRINT_BYTES; i++)
    g_string_append_printf (text, i == 0 ? "%02X" : ":%02X", digest[i]);
  return g_string_free (text, FALSE);
}

static void
note_certificate (OstHttpPeer *self, X509 *certificate, const guint8 *digest, SSL *ssl)
{
  forget_certificate (self);
  if (self->closed == ssl)
    self->closed = NULL;
  self->fingerprint = format_fingerprint (digest);
  self->subject = format_name (X509_get_subject_name (certificate));
  self->issuer = format_name (X509_get_issuer_name (certificate));
  self->not_after = format_time (X509_get0_notAfter (certificate));
  if (ssl != NULL)
    self->protocol = g_strdup (SSL_get_version (ssl));
}

/* In place of OpenSSL's own check of a server's chain: with pins, the certificate must be one of
 * them and nothing else counts; without, OpenSSL's check decides and curl compares the name. */
static int
verify_cb (X509_STORE_CTX *context, void *user_data)
{
  OstHttpPeer *self = user_data;
  X509 *certificate = X509_STORE_CTX_get0_cert (context);
  SSL *ssl = X509_STORE_CTX_get_ex_data (context, SSL_get_ex_data_X509_STORE_CTX_idx ());
  guint8 digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  int is_believed;

  if (certificate == NULL || !X509_digest (certificate, EVP_sha256 (), digest, &length)
      || length != FINGERPRINT_BYTES)
    {
      X509_STORE_CTX_set_error (context, X509_V_ERR_UNSPECIFIED);
      return 0;
    }
  note_certificate (self, certificate, digest, ssl);
  if (self->trust->pins->len == 0)
    is_believed = X509_verify_cert (context) == 1;
  else
    {
      is_believed = is_pinned (self->trust, digest);
      X509_STORE_CTX_set_error (context,
                                is_believed ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION);
    }
  if (is_believed)
    return 1;
  self->problem = self->trust->pins->len > 0
                    ? g_strdup ("it is none of those that tls-pin names")
                    : g_strdup (X509_verify_cert_error_string (X509_STORE_CTX_get_error (context)));
  return 0;
}

/* This libcurl takes an end of TCP for an end of TLS, so what was cut off would look complete. */
static void
note_end_cb (const SSL *ssl, int where, int value)
{
  OstHttpPeer *self = SSL_CTX_get_app_data (SSL_get_SSL_CTX (ssl));

  if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT && (value & 0xff) == SSL_AD_CLOSE_NOTIFY)
    self->closed = ssl;
}

static CURLcode
prepare_context_cb (CURL *easy, void *ssl_context, void *user_data)
{
  SSL_CTX_set_cert_verify_callback (ssl_context, verify_cb, user_data);
  SSL_CTX_set_app_data (ssl_context, user_data);
  SSL_CTX_set_info_callback (ssl_context, note_end_cb);
  return CURLE_OK;
}

gboolean
ost_http_peer_apply (OstHttpPeer *self, CURL *easy)
{
  gboolean has_pins = self->trust->pins->len > 0;
  gboolean is_set = TRUE;

  is_set &= curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK;
  /* A pin stands for the name too; verify_cb() makes sure that nothing but a pin passes then. */
  is_set &= curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, has_pins ? 0L : 2L) == CURLE_OK;
  /* Without resumption every connection shows its certificate, and verify_cb() sees it. */
  is_set &= curl_easy_setopt (easy, CURLOPT_SSL_SESSIONID_CACHE, 0L) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_SSL_CTX_FUNCTION, prepare_context_cb) == CURLE_OK;
  is_set &= curl_easy_setopt (easy, CURLOPT_SSL_CTX_DATA, self) == CURLE_OK;
  if (self->trust->ca_file != NULL)
    {
      is_set &= curl_easy_setopt (easy, CURLOPT_CAINFO, self->trust->ca_file) == CURLE_OK;
      is_set &= curl_easy_setopt (easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
    }
  return is_set;
}
