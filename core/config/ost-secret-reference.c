/* ost-secret-reference.c: fetches the secret that a configuration refers to */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-secret-reference.h"

#include "ost-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SECRET_BYTES (64 * 1024)

static const char file_scheme[] = "file:";
static const char credential_scheme[] = "credential:";
static const char environment_scheme[] = "env:";
static const char service_scheme[] = "secret-service:";

/* Pages that hold the bytes of a file for the moment between read() and ost_secret_new(). */
typedef struct {
  char *bytes;
  gsize capacity;
  gsize length;
} LockedBuffer;

static void
locked_buffer_clear (LockedBuffer *self)
{
  if (self->bytes == NULL)
    return;
  explicit_bzero (self->bytes, self->capacity);
  munmap (self->bytes, self->capacity);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LockedBuffer, locked_buffer_clear)

static gboolean
locked_buffer_init (LockedBuffer *self, gsize capacity, GError **error)
{
  void *pages = mmap (NULL, capacity, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (pages != MAP_FAILED)
    {
      self->bytes = pages;
      self->capacity = capacity;
    }
  if (pages != MAP_FAILED && mlock (pages, capacity) == 0)
    {
      madvise (pages, capacity, MADV_DONTDUMP);
      return TRUE;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_UNAVAILABLE,
               _ ("cannot lock %zu bytes of memory for a secret: %s; raise "
                  "LimitMEMLOCK= of the service, or ulimit -l"),
               capacity, g_strerror (errno));
  return FALSE;
}

static const char *
skip_scheme (const char *reference, const char *scheme)
{
  return g_str_has_prefix (reference, scheme) ? reference + strlen (scheme) : NULL;
}

static gboolean
check_file_path (const char *path, GError **error)
{
  if (g_path_is_absolute (path))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("the path behind file: is not absolute; write file:/PATH"));
  return FALSE;
}

static gboolean
check_credential_name (const char *name, GError **error)
{
  if (*name != '\0' && strchr (name, '/') == NULL && *name != '.')
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("the name behind credential: is none that systemd gives; write the ID of a "
                  "LoadCredential= of the unit"));
  return FALSE;
}

static gboolean
check_environment (const char *name, OstSecretReferenceFlags flags, GError **error)
{
  if ((flags & OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT) == 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("a secret in the environment is for --once and tests, since other programs "
                      "can read it there; write file:PATH or credential:NAME"));
      return FALSE;
    }
  if (*name != '\0' && strchr (name, '=') == NULL)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("the name behind env: is none of a variable; write env:NAME"));
  return FALSE;
}

gboolean
ost_secret_reference_check (const char *reference, OstSecretReferenceFlags flags, GError **error)
{
  const char *rest;

  if ((rest = skip_scheme (reference, file_scheme)) != NULL)
    return check_file_path (rest, error);
  if ((rest = skip_scheme (reference, credential_scheme)) != NULL)
    return check_credential_name (rest, error);
  if ((rest = skip_scheme (reference, environment_scheme)) != NULL)
    return check_environment (rest, flags, error);
  if ((rest = skip_scheme (reference, service_scheme)) != NULL && *rest != '\0')
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("is no reference to a secret; write file:PATH or credential:NAME, and take the "
                  "secret out of the configuration"));
  return FALSE;
}

char *
ost_secret_reference_get_file (const char *reference)
{
  const char *path = skip_scheme (reference, file_scheme);
  const char *name = skip_scheme (reference, credential_scheme);
  const char *folder = g_getenv ("CREDENTIALS_DIRECTORY");

  if (path != NULL)
    return g_strdup (path);
  return name != NULL && folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

char *
ost_secret_reference_get_fingerprint (const char *reference)
{
  g_autofree char *file = ost_secret_reference_get_file (reference);
  struct stat status;

  if (file == NULL)
    return g_strdup ("no file");
  if (stat (file, &status) != 0)
    return g_strdup ("absent");
  return g_strdup_printf (
    "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld:%" G_GINT64_FORMAT,
    (guint64)status.st_dev, (guint64)status.st_ino, (gint64)status.st_mtim.tv_sec,
    status.st_mtim.tv_nsec, (gint64)status.st_size);
}

static gboolean
check_status (const char *file, const struct stat *status, GError **error)
{
  if (!S_ISREG (status->st_mode))
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 _ ("‘%s’ is no regular file; expected a file that holds a secret"), file);
  else if (!ost_file_is_trusted (file, status))
    g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                 _ ("‘%s’ belongs to user %u; expected root or user %u, as whom this program runs; "
                    "give it to one of them (chown)"),
                 file, (guint)status->st_uid, (guint)geteuid ());
  else if ((status->st_mode & S_IRWXO) != 0)
    g_set_error (error, OST_ERROR, OST_ERROR_DENIED,
                 _ ("‘%s’ is open to everybody (mode %04o); a secret must not be; take that away "
                    "(chmod o= ‘%s’), and change the secret if somebody may have seen it"),
                 file, (guint)status->st_mode & 07777, file);
  else if (status->st_size > MAX_SECRET_BYTES)
    g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                 _ ("‘%s’ has %" PRId64 " bytes; a secret has at most %d; this is "
                    "another file"),
                 file, (gint64)status->st_size, MAX_SECRET_BYTES);
  else
    return TRUE;
  return FALSE;
}

static int
open_secret (const char *file, GError **error)
{
  struct stat status;
  int descriptor = ost_file_open (file, &status);

  if (descriptor < 0)
    g_set_error (error, OST_ERROR, errno == ENOENT ? OST_ERROR_NOT_FOUND : OST_ERROR_DENIED,
                 _ ("cannot read the secret in ‘%s’: %s; make the file, readable for this program "
                    "and nobody else"),
                 file, g_strerror (errno));
  else if (check_status (file, &status, error))
    return descriptor;
  else
    close (descriptor);
  return -1;
}

/* The file may grow between fstat() and here: what does not fit is refused, not cut. */
static gboolean
read_secret (int descriptor, const char *file, LockedBuffer *buffer, GError **error)
{
  gssize n;

  while (buffer->length < buffer->capacity)
    {
      n = read (descriptor, buffer->bytes + buffer->length, buffer->capacity - buffer->length);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, OST_ERROR, OST_ERROR_DENIED, _ ("cannot read the secret in ‘%s’: %s"),
                       file, g_strerror (errno));
          return FALSE;
        }
      if (n == 0)
        return TRUE;
      buffer->length += (gsize)n;
    }
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("‘%s’ has more than %d bytes; a secret has at most that; this is another file"),
               file, MAX_SECRET_BYTES);
  return FALSE;
}

static OstSecret *
make_secret (const char *bytes, gsize length, const char *source, GError **error)
{
  if (length > 0 && bytes[length - 1] == '\n')
    length -= length > 1 && bytes[length - 2] == '\r' ? 2 : 1;
  if (length == 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("the secret in ‘%s’ is empty; write it there"), source);
      return NULL;
    }
  /* It would be sent as part of the password, and count as a failed log-on. */
  if (length >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("the secret in ‘%s’ begins with a byte order mark; save it without"), source);
      return NULL;
    }
  return ost_secret_new (bytes, length, error);
}

static OstSecret *
resolve_file (const char *file, GError **error)
{
  g_auto (LockedBuffer) buffer = { NULL };
  int descriptor = open_secret (file, error);
  gboolean is_read;

  if (descriptor < 0)
    return NULL;
  is_read = locked_buffer_init (&buffer, MAX_SECRET_BYTES + 1, error)
            && read_secret (descriptor, file, &buffer, error);
  close (descriptor);
  return is_read ? make_secret (buffer.bytes, buffer.length, file, error) : NULL;
}

static OstSecret *
resolve_environment (const char *name, GError **error)
{
  const char *value = g_getenv (name);

  if (value != NULL)
    return make_secret (value, strlen (value), name, error);
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
               _ ("the environment has no variable ‘%s’; set it to the secret"), name);
  return NULL;
}

OstSecret *
ost_secret_reference_resolve (const char *reference, OstSecretReferenceFlags flags, GError **error)
{
  g_autofree char *file = NULL;

  if (!ost_secret_reference_check (reference, flags, error))
    return NULL;
  if (skip_scheme (reference, service_scheme) != NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                   _ ("this build has no secret service; write file:PATH or credential:NAME"));
      return NULL;
    }
  if (skip_scheme (reference, environment_scheme) != NULL)
    return resolve_environment (skip_scheme (reference, environment_scheme), error);
  file = ost_secret_reference_get_file (reference);
  if (file != NULL)
    return resolve_file (file, error);
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_FOUND,
               _ ("‘%s’ has no credentials: $CREDENTIALS_DIRECTORY is not set; credential:NAME "
                  "works where systemd started the service with LoadCredential="),
               g_get_prgname () != NULL ? g_get_prgname () : "ostiary");
  return NULL;
}
