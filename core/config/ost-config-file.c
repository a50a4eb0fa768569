/* ost-config-file.c: one configuration file as groups and keys, each with its line */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-config-file.h"

#include "core/registry/ost-plugin-settings.h"
#include "ost-config-words.h"
#include "ost-file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_LINES 10000
#define MAX_LINE_BYTES 16384
#define MAX_NAME_LENGTH 64

typedef struct {
  const char *word;
  gboolean has_name;
} GroupKind;

static const GroupKind group_kinds[] = {
  { "service", FALSE }, { "api", FALSE },    { "connection", TRUE },
  { "policy", TRUE },   { "brakes", FALSE },
};

typedef struct {
  const char *file;
  guint line;
  GPtrArray *groups;
  OstConfigGroup *group; /* where keys go; NULL before the first head and after a wrong one */
  gboolean is_after_a_head;
  OstConfigProblems *problems;
} Parser;

static void
free_entry (gpointer data)
{
  OstConfigEntry *entry = data;

  g_free (entry->key);
  g_free (entry->value);
  g_free (entry->file);
  g_free (entry);
}

OstConfigGroup *
ost_config_group_new (const char *kind, const char *name, const char *file, guint line)
{
  OstConfigGroup *self = g_new0 (OstConfigGroup, 1);

  self->kind = g_strdup (kind);
  self->name = g_strdup (name);
  self->label = name != NULL ? g_strconcat (kind, " ", name, NULL) : g_strdup (kind);
  self->file = g_strdup (file);
  self->line = line;
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  return self;
}

void
ost_config_group_free (OstConfigGroup *self)
{
  g_free (self->kind);
  g_free (self->name);
  g_free (self->label);
  g_free (self->file);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static void
free_group (gpointer data)
{
  ost_config_group_free (data);
}

OstConfigEntry *
ost_config_group_find (const OstConfigGroup *self, const char *key)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      OstConfigEntry *entry = self->entries->pdata[i];

      if (g_str_equal (entry->key, key))
        return entry;
    }
  return NULL;
}

void
ost_config_group_set (OstConfigGroup *self, const char *key, const char *value, const char *file,
                      guint line)
{
  OstConfigEntry *entry = ost_config_group_find (self, key);

  if (entry == NULL)
    {
      entry = g_new0 (OstConfigEntry, 1);
      entry->key = g_strdup (key);
      g_ptr_array_add (self->entries, entry);
    }
  g_free (entry->value);
  g_free (entry->file);
  entry->value = g_strdup (value);
  entry->file = g_strdup (file);
  entry->line = line;
}

const char *
ost_config_key_for_message (const char *key)
{
  return ost_setting_key_is_valid (key) ? key : _ ("(malformed key)");
}

gboolean
ost_config_name_is_valid (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME_LENGTH || !g_ascii_isalnum (name[0]))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("._-", name[i]) == NULL)
      return FALSE;
  return TRUE;
}

static const GroupKind *
find_group_kind (Parser *parser, const char *word)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();
  g_autofree char *allowed = NULL;
  const char *nearest;

  for (gsize i = 0; i < G_N_ELEMENTS (group_kinds); i++)
    {
      if (g_str_equal (group_kinds[i].word, word))
        return &group_kinds[i];
      g_ptr_array_add (words, (gpointer)group_kinds[i].word);
    }
  nearest = ost_config_words_find_nearest (words, word);
  allowed = ost_config_words_join (words);
  if (nearest != NULL)
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] is no known group; did you mean [%s]? Allowed: %s"), word,
                             nearest, allowed);
  else
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] is no known group; allowed: %s; correct it or take it out"),
                             word, allowed);
  return NULL;
}

static gboolean
check_group_name (Parser *parser, const GroupKind *kind, const char *name)
{
  if (!kind->has_name && *name == '\0')
    return TRUE;
  if (kind->has_name && ost_config_name_is_valid (name))
    return TRUE;
  if (!kind->has_name)
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] has a name; there is only one of its kind; write [%s]"),
                             kind->word, kind->word);
  else if (*name == '\0')
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] has no name; write [%s NAME]"), kind->word, kind->word);
  else
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] has the name ‘%s’; allowed are at most %d letters, digits, "
                                "dots, hyphens and underscores, beginning with a letter or digit"),
                             kind->word, name, MAX_NAME_LENGTH);
  return FALSE;
}

static OstConfigGroup *
find_group (GPtrArray *groups, const char *label)
{
  for (guint i = 0; i < groups->len; i++)
    {
      OstConfigGroup *group = groups->pdata[i];

      if (g_str_equal (group->label, label))
        return group;
    }
  return NULL;
}

static void
parse_head (Parser *parser, char *text)
{
  gsize length = strlen (text);
  g_autoptr (OstConfigGroup) group = NULL;
  const OstConfigGroup *other;
  const GroupKind *kind;
  char *name;

  parser->group = NULL;
  parser->is_after_a_head = TRUE;
  if (text[length - 1] != ']' || strchr (text, ']') != text + length - 1)
    {
      ost_config_problems_add (parser->problems, parser->file, parser->line,
                               _ ("this group has no ‘]’ at its end; write [group] or "
                                  "[group NAME], and nothing behind it"));
      return;
    }
  text[length - 1] = '\0';
  text = g_strstrip (text + 1);
  name = text + strcspn (text, " \t");
  if (*name != '\0')
    *name++ = '\0';
  name = g_strchug (name);
  kind = find_group_kind (parser, text);
  if (kind == NULL || !check_group_name (parser, kind, name))
    return;
  group = ost_config_group_new (text, kind->has_name ? name : NULL, parser->file, parser->line);
  other = find_group (parser->groups, group->label);
  if (other != NULL)
    {
      ost_config_problems_add (parser->problems, parser->file, parser->line,
                               _ ("[%s] stands in line %u already; write it once"), group->label,
                               other->line);
      return;
    }
  parser->group = group;
  g_ptr_array_add (parser->groups, g_steal_pointer (&group));
}

/* What stands in a line that is not understood may be a secret that went astray, so no message
 * repeats it. */
static void
parse_entry (Parser *parser, char *text)
{
  char *equals = strchr (text, '=');
  const OstConfigEntry *other;
  const char *key;

  if (equals == NULL || equals == text)
    {
      ost_config_problems_add (parser->problems, parser->file, parser->line,
                               _ ("this line is no key=value, no [group] and no comment; write one "
                                  "of these, or take it out"));
      return;
    }
  if (!parser->is_after_a_head)
    {
      ost_config_problems_add (parser->problems, parser->file, parser->line,
                               _ ("this key stands before the first [group]; put it into one"));
      parser->is_after_a_head = TRUE;
    }
  if (parser->group == NULL)
    return;
  *equals = '\0';
  key = g_strchomp (text);
  other = ost_config_group_find (parser->group, key);
  if (other != NULL)
    ost_config_problems_add (parser->problems, parser->file, parser->line,
                             _ ("[%s] %s: stands in line %u already; write it once"),
                             parser->group->label, ost_config_key_for_message (key), other->line);
  else
    ost_config_group_set (parser->group, key, g_strchug (equals + 1), parser->file, parser->line);
}

static void
parse_line (Parser *parser, char *line)
{
  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (!g_unichar_iscntrl (character) || *p == '\t' || (*p == '\r' && p[1] == '\0'))
        continue;
      ost_config_problems_add (parser->problems, parser->file, parser->line,
                               _ ("this line has the control character U+%04X; take it out"),
                               character);
      return;
    }
  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return;
  if (*line == '[')
    parse_head (parser, line);
  else
    parse_entry (parser, line);
}

static gboolean
check_encoding (Parser *parser, const char *text, gsize length)
{
  const char *end;
  guint line = 1;

  if (g_utf8_validate_len (text, length, &end))
    return TRUE;
  for (const char *p = text; p < end; p++)
    line += *p == '\n';
  ost_config_problems_add (parser->problems, parser->file, line,
                           _ ("this line has the byte 0x%02x, which is no UTF-8 text; save the "
                              "file in UTF-8"),
                           (guchar)*end);
  return FALSE;
}

GPtrArray *
ost_config_file_parse (const char *file, const char *text, gsize length,
                       OstConfigProblems *problems)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func (free_group);
  Parser parser = { .file = file, .groups = groups, .problems = problems };
  const char *end = text + length;
  const char *next = text;

  if (!check_encoding (&parser, text, length))
    return g_steal_pointer (&groups);
  /* Editors of another system put a mark at the beginning. */
  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    next += strlen ("\xef\xbb\xbf");
  while (next < end)
    {
      const char *newline = memchr (next, '\n', (gsize)(end - next));
      gsize line_length = (gsize)((newline != NULL ? newline : end) - next);
      g_autofree char *line = g_strndup (next, MIN (line_length, MAX_LINE_BYTES));

      next += line_length + 1;
      if (++parser.line > MAX_LINES)
        {
          ost_config_problems_add (problems, file, parser.line,
                                   _ ("the file has more than %d lines; split it"), MAX_LINES);
          break;
        }
      if (line_length > MAX_LINE_BYTES)
        ost_config_problems_add (problems, file, parser.line,
                                 _ ("this line has %zu bytes; allowed are %d; "
                                    "shorten it"),
                                 line_length, MAX_LINE_BYTES);
      else
        parse_line (&parser, line);
    }
  return g_steal_pointer (&groups);
}

static void
warn_of_writers (const char *file, const struct stat *status, OstConfigProblems *problems)
{
  if (!ost_file_is_trusted (file, status))
    ost_config_problems_warn (problems, file, 0,
                              _ ("this file belongs to user %u, who can change what this program "
                                 "does; give it to root (chown root)"),
                              (guint)status->st_uid);
  if ((status->st_mode & S_IWOTH) != 0)
    ost_config_problems_warn (problems, file, 0,
                              _ ("this file can be written by everybody (mode %04o); take that "
                                 "away (chmod o-w)"),
                              (guint)status->st_mode & 07777);
}

static int
open_regular (const char *file, OstConfigProblems *problems)
{
  struct stat status;
  int descriptor = ost_file_open (file, &status);

  if (descriptor < 0)
    ost_config_problems_add (problems, file, 0, _ ("cannot read this file: %s"),
                             g_strerror (errno));
  else if (S_ISREG (status.st_mode))
    {
      warn_of_writers (file, &status, problems);
      return descriptor;
    }
  else
    {
      ost_config_problems_add (problems, file, 0, _ ("is no regular file; expected a text file"));
      close (descriptor);
    }
  return -1;
}

/* The size is not asked for: the file may grow while it is read. */
static GString *
read_all (int descriptor, const char *file, OstConfigProblems *problems)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char block[16384];
  gssize n;

  while ((n = read (descriptor, block, sizeof block)) != 0)
    {
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          ost_config_problems_add (problems, file, 0, _ ("cannot read this file: %s"),
                                   g_strerror (errno));
          return NULL;
        }
      g_string_append_len (text, block, n);
      if (text->len > MAX_FILE_BYTES)
        {
          ost_config_problems_add (problems, file, 0,
                                   _ ("this file has more than %d bytes; expected a configuration "
                                      "of a few hundred lines; split it"),
                                   MAX_FILE_BYTES);
          return NULL;
        }
    }
  return g_steal_pointer (&text);
}

GPtrArray *
ost_config_file_read (const char *file, OstConfigProblems *problems)
{
  int descriptor = open_regular (file, problems);
  g_autoptr (GString) text = NULL;

  if (descriptor >= 0)
    {
      text = read_all (descriptor, file, problems);
      close (descriptor);
    }
  if (text == NULL)
    return g_ptr_array_new_with_free_func (free_group);
  return ost_config_file_parse (file, text->str, text->len, problems);
}
