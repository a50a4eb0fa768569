/* test-http-secret.c: what remains of a secret in memory that a core dump would hold */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "http-rig.h"
#include "http-server.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Every byte is one higher than it is meant, so that none of this is found itself. */
#define USER "alice"
#define SHIFTED_SECRET "Tftbn-!pfggof!ejdi!53"
#define SHIFTED_PLAIN "bmjdf;" SHIFTED_SECRET

static void
shift (char *text, int by)
{
  for (char *c = text; *c != '\0'; c++)
    *c = (char)(*c + by);
}

/* What stands in the header, shifted. */
static char *
make_shifted_base64 (void)
{
  g_autofree char *plain = g_strdup (SHIFTED_PLAIN);
  char *encoded;

  shift (plain, -1);
  encoded = g_base64_encode ((const guint8 *)plain, strlen (plain));
  shift (encoded, 1);
  explicit_bzero (plain, strlen (plain));
  return encoded;
}

static gboolean
begins_with_shifted (const char *memory, const char *needle, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if ((char)(memory[i] + 1) != needle[i])
      return FALSE;
  return TRUE;
}

static guint
count_in_range (int fd, guint64 start, guint64 end, const char *needle)
{
  static char chunk[1 << 20];
  gsize length = strlen (needle);
  guint n = 0;

  for (guint64 at = start; at + length <= end; at += sizeof chunk - length)
    {
      gssize got = pread (fd, chunk, MIN (sizeof chunk, end - at), (off_t)at);

      for (const char *hit = chunk;
           got > 0 && (hit = memchr (hit, needle[0] - 1, (gsize)(chunk + got - hit))) != NULL;
           hit++)
        n += (gsize)(chunk + got - hit) >= length && begins_with_shifted (hit, needle, length);
      explicit_bzero (chunk, sizeof chunk);
      if (got <= 0)
        break;
    }
  return n;
}

/* In all memory but the pages that are left out of core dumps (proc(5), VmFlags dd). */
static guint
count_in_memory (const char *needle)
{
  g_autofree char *maps = NULL;
  g_auto (GStrv) lines = NULL;
  guint64 start = 0, end = 0;
  gboolean is_readable = FALSE;
  guint n = 0;
  int fd = open ("/proc/self/mem", O_RDONLY | O_CLOEXEC);

  g_assert_true (g_file_get_contents ("/proc/self/smaps", &maps, NULL, NULL));
  lines = g_strsplit (maps, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    {
      guint64 from, to;
      char mode[5] = "";

      if (sscanf (lines[i], "%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x %4s", &from, &to, mode)
          == 3)
        {
          start = from;
          end = to;
          is_readable = mode[0] == 'r';
        }
      if (g_str_has_prefix (lines[i], "VmFlags:") && is_readable
          && strstr (lines[i], " dd") == NULL)
        n += count_in_range (fd, start, end, needle);
    }
  close (fd);
  return n;
}

static void
serve_fine (Visitor *visitor, guint n_connection, gpointer data)
{
  char *request;

  while ((request = visitor_read (visitor)) != NULL)
    {
      gboolean has_header = strstr (request, "\r\nAuthorization: Basic ") != NULL;

      visitor_answer (visitor, has_header ? 200 : 401, "", "fine");
      g_free (request);
    }
}

/* A process of its own, for it has to see the secret. */
static pid_t
start_server (Identity *identity, guint16 *port, int *stop)
{
  int report[2], end[2];
  pid_t child;

  g_assert_cmpint (pipe (report) + pipe (end), ==, 0);
  child = fork ();
  if (child == 0)
    {
      Server *server = server_new_tls (serve_fine, NULL, identity);
      char byte;

      *port = server_get_port (server);
      close (end[1]);
      if (write (report[1], port, sizeof *port) == sizeof *port)
        (void)!read (end[0], &byte, 1);
      _exit (0);
    }
  close (end[0]);
  close (report[1]);
  g_assert_cmpint (read (report[0], port, sizeof *port), ==, sizeof *port);
  close (report[0]);
  *stop = end[1];
  return child;
}

static void
sign_in (Rig *rig)
{
  char secret[] = SHIFTED_SECRET;

  shift (secret, -1);
  rig_sign_in (rig, USER, secret);
  explicit_bzero (secret, sizeof secret);
}

static void
test_memory (gconstpointer data)
{
  Identity *identity = (Identity *)data;
  guint16 port = 0;
  int stop = -1;
  pid_t child = start_server (identity, &port, &stop);
  g_autofree char *uri = g_strdup_printf ("https://localhost:%u/", port);
  g_autofree char *large = g_strnfill (200000, 'x');
  g_autofree char *base64 = make_shifted_base64 ();
  g_autoptr (Rig) rig = rig_new ("tls-ca-file", identity->file, NULL);
  g_autoptr (OstRequest) long_request = rig_request ("POST", uri, large);
  g_autoptr (GError) error = NULL;
  g_autofree char *body = NULL;
  g_autofree char *again = NULL;

  sign_in (rig);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_pointer (&body, g_free);
      body = rig_post (rig, uri, &error);
      g_assert_no_error (error);
    }
  g_clear_pointer (&body, g_free);
  body = rig_fetch (rig, long_request, NULL, &error);
  g_assert_no_error (error);
  rig_wait_until_done (rig);
  g_assert_cmpuint (count_in_memory (SHIFTED_SECRET), ==, 0);
  g_assert_cmpuint (count_in_memory (base64), ==, 0);

  /* Both can be found, or the above would prove nothing. */
  again = g_strdup (base64);
  shift (again, -1);
  g_assert_cmpuint (count_in_memory (base64), >=, 1);
  shift (base64, -1);
  g_assert_cmpstr (again, ==, base64);
  close (stop);
  waitpid (child, NULL, 0);
}

int
main (int argc, char **argv)
{
  g_autoptr (Identity) identity = identity_new ("localhost");

  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/http/secret/memory", identity, test_memory);
  return g_test_run ();
}
