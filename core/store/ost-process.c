/* ost-process.c: tells processes apart across reboots, machines and reused numbers */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* machine:boot:namespace:pid:start, each without a colon; `-` where it is unknown. */
enum { PART_MACHINE, PART_BOOT, PART_NAMESPACE, PART_PID, PART_START, N_PARTS };

/* The process's start in clock ticks since boot: field 22 of proc_pid_stat(5), counted from behind
 * the name, which may contain spaces and parentheses. */
#define FIELDS_BETWEEN_NAME_AND_START 20

static char *
read_line (const char *path)
{
  char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("-");
  g_strdelimit (text, ":\n", '\0');
  if (text[0] == '\0')
    {
      g_free (text);
      return g_strdup ("-");
    }
  return text;
}

static char *
read_namespace (void)
{
  g_autofree char *link = g_file_read_link ("/proc/self/ns/pid", NULL);
  const char *number = link != NULL ? strchr (link, '[') : NULL;

  if (number == NULL)
    return g_strdup ("-");
  return g_strndup (number + 1, strcspn (number + 1, "]"));
}

static char *
read_start (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *text = NULL;
  g_auto (GStrv) fields = NULL;
  const char *behind_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  behind_name = strrchr (text, ')');
  if (behind_name == NULL)
    return NULL;
  fields = g_strsplit (behind_name, " ", FIELDS_BETWEEN_NAME_AND_START + 2);
  if (g_strv_length (fields) < FIELDS_BETWEEN_NAME_AND_START + 1)
    return NULL;
  return g_strdup (fields[FIELDS_BETWEEN_NAME_AND_START]);
}

/* A process that has ended and that nobody has waited for does nothing any more. */
static gboolean
has_ended (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", pid);
  g_autofree char *text = NULL;
  const char *behind_name;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  behind_name = strrchr (text, ')');
  return behind_name != NULL && strlen (behind_name) > 2 && strchr ("ZXx", behind_name[2]) != NULL;
}

static char *
describe (const char *pid)
{
  g_autofree char *machine = read_line ("/etc/machine-id");
  g_autofree char *boot = read_line ("/proc/sys/kernel/random/boot_id");
  g_autofree char *namespace = read_namespace ();
  g_autofree char *start = read_start (pid);

  return g_strdup_printf ("%s:%s:%s:%s:%s", machine, boot, namespace, pid,
                          start != NULL ? start : "-");
}

char *
ost_process_describe_self (void)
{
  g_autofree char *pid = g_strdup_printf ("%ld", (long)getpid ());

  return describe (pid);
}

static gboolean
is_same (char **parts, char **ours, gsize part)
{
  return strcmp (parts[part], "-") != 0 && strcmp (parts[part], ours[part]) == 0;
}

gboolean
ost_process_is_gone (const char *process)
{
  g_auto (GStrv) parts = g_strsplit (process, ":", N_PARTS);
  g_auto (GStrv) ours = NULL;
  g_autofree char *self = NULL;
  guint64 pid = 0;

  if (g_strv_length (parts) != N_PARTS
      || !g_ascii_string_to_unsigned (parts[PART_PID], 10, 1, G_MAXINT32, &pid, NULL))
    return FALSE;
  self = describe (parts[PART_PID]);
  ours = g_strsplit (self, ":", N_PARTS);
  if (!is_same (parts, ours, PART_BOOT))
    {
      /* Only a known machine that is known to have booted since has no such process any more. */
      return is_same (parts, ours, PART_MACHINE) && strcmp (parts[PART_BOOT], "-") != 0
             && strcmp (ours[PART_BOOT], "-") != 0;
    }
  if (!is_same (parts, ours, PART_NAMESPACE))
    return FALSE;
  if ((kill ((pid_t)pid, 0) != 0 && errno == ESRCH) || has_ended (parts[PART_PID]))
    return TRUE;
  return strcmp (parts[PART_START], "-") != 0 && strcmp (ours[PART_START], "-") != 0
         && strcmp (parts[PART_START], ours[PART_START]) != 0;
}
