/* world-mailbox.c: mailboxes and the units that they lie in */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "world-private.h"

#include <string.h>

#define DOMAIN_CANONICAL "contoso.com"
#define DOMAIN_DISTINGUISHED "DC=contoso,DC=com"
#define DOMAIN_ADDRESS "@contoso.com"
#define DOMAIN_ACCOUNT "CONTOSO\\"
/* Every pair of a first and a last name comes once before any comes twice. */
#define PAIRS ((guint64)SIM_FIRST_NAMES * SIM_LAST_NAMES)
#define PAIR_STEP 1297 /* has no divisor in common with PAIRS */
/* The key of a mailbox's GUID: far from those of devices. */
#define MAILBOX_KEY(index) (G_MAXUINT64 - (index))
#define UNIT_KEY(index) (G_MAXUINT64 - G_GUINT64_CONSTANT (0x100000000) - (index))

static const struct {
  const char *name;
  const char *attribute;
  int parent;
  guint weight;
} UNITS[] = {
  { "Users", "CN", -1, 10 }, { "Staff", "OU", -1, 20 },         { "Berlin", "OU", 1, 20 },
  { "London", "OU", 1, 15 }, { "Field Service", "OU", -1, 20 }, { "Vertrieb, Süd", "OU", 4, 10 },
  { "R/D", "OU", -1, 5 },
};

static const char *const CLASS_UNIT[] = { "top", "organizationalUnit", NULL };
static const char *const CLASS_USER[] = { "top", "person", "organizationalPerson", "user", NULL };

void
sim_append_escaped_rdn (GString *out, const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    {
      if (strchr (",+\"\\<>;=", *at) != NULL || (*at == '#' && at == name))
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

void
sim_append_escaped_canonical (GString *out, const char *name)
{
  for (const char *at = name; *at != '\0'; at++)
    {
      if (*at == '/')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
}

/* ---- units ----------------------------------------------------------------------------------- */

static void
free_unit (gpointer data)
{
  SimUnit *unit = data;
  g_free ((char *)unit->entry.name);
  g_free ((char *)unit->entry.canonical);
  g_free ((char *)unit->entry.distinguished);
  g_free (unit);
}

void
sim_world_add_units (SimWorld *world)
{
  world->units = g_ptr_array_new_with_free_func (free_unit);
  for (guint i = 0; i < G_N_ELEMENTS (UNITS); i++)
    {
      const SimUnit *parent
        = UNITS[i].parent < 0 ? NULL : g_ptr_array_index (world->units, UNITS[i].parent);
      g_autoptr (GString) canonical
        = g_string_new (parent == NULL ? DOMAIN_CANONICAL : parent->entry.canonical);
      g_autoptr (GString) distinguished = g_string_new (UNITS[i].attribute);
      SimUnit *unit = g_new0 (SimUnit, 1);
      g_string_append_c (canonical, '/');
      sim_append_escaped_canonical (canonical, UNITS[i].name);
      g_string_append_c (distinguished, '=');
      sim_append_escaped_rdn (distinguished, UNITS[i].name);
      g_string_append_printf (distinguished, ",%s",
                              parent == NULL ? DOMAIN_DISTINGUISHED : parent->entry.distinguished);
      unit->parent = UNITS[i].parent;
      unit->entry.name = g_strdup (UNITS[i].name);
      unit->entry.canonical = g_strdup (canonical->str);
      unit->entry.distinguished = g_strdup (distinguished->str);
      unit->entry.object_class = CLASS_UNIT;
      sim_world_get_guid (world, UNIT_KEY (i), &unit->entry.guid);
      g_ptr_array_add (world->units, unit);
    }
}

guint
sim_world_count_units (const SimWorld *world)
{
  return world->units->len;
}

const SimUnit *
sim_world_get_unit (const SimWorld *world, guint index)
{
  return g_ptr_array_index (world->units, index);
}

const SimUnit *
sim_world_get_unit_of (const SimWorld *world, guint mailbox)
{
  guint left = (guint)(sim_world_draw (world, mailbox, SIM_DRAW_UNIT) % 100);
  guint index = 0;
  while (index + 1 < G_N_ELEMENTS (UNITS) && left >= UNITS[index].weight)
    left -= UNITS[index++].weight;
  return g_ptr_array_index (world->units, index);
}

static gboolean
entry_is (const SimEntry *entry, const char *identity)
{
  char guid[SIM_GUID_SIZE];
  sim_guid_format (&entry->guid, guid);
  return g_ascii_strcasecmp (identity, entry->canonical) == 0
         || g_ascii_strcasecmp (identity, entry->distinguished) == 0
         || g_ascii_strcasecmp (identity, entry->name) == 0
         || g_ascii_strcasecmp (identity, guid) == 0;
}

gboolean
sim_world_find_unit (const SimWorld *world, const char *identity, int *unit)
{
  g_autofree char *text = g_strstrip (g_strdup (identity));
  gsize length = strlen (text);
  if (length > 0 && text[length - 1] == '/')
    text[length - 1] = '\0';
  *unit = -1;
  if (g_ascii_strcasecmp (text, DOMAIN_CANONICAL) == 0
      || g_ascii_strcasecmp (text, DOMAIN_DISTINGUISHED) == 0)
    return TRUE;
  for (guint i = 0; i < world->units->len; i++)
    if (entry_is (&sim_world_get_unit (world, i)->entry, text))
      {
        *unit = (int)i;
        return TRUE;
      }
  return FALSE;
}

gboolean
sim_unit_is_within (const SimWorld *world, const SimUnit *unit, int ancestor)
{
  if (ancestor < 0)
    return TRUE;
  const SimUnit *wanted = sim_world_get_unit (world, (guint)ancestor);
  while (unit != wanted && unit->parent >= 0)
    unit = sim_world_get_unit (world, (guint)unit->parent);
  return unit == wanted;
}

/* ---- mailboxes ------------------------------------------------------------------------------- */

SimMailbox *
sim_mailbox_new (SimWorld *world)
{
  SimMailbox *mailbox = g_new0 (SimMailbox, 1);
  mailbox->world = world;
  mailbox->index = G_MAXUINT;
  mailbox->name = g_string_new (NULL);
  mailbox->alias = g_string_new (NULL);
  mailbox->display_name = g_string_new (NULL);
  mailbox->address = g_string_new (NULL);
  mailbox->canonical = g_string_new (NULL);
  mailbox->distinguished = g_string_new (NULL);
  return mailbox;
}

void
sim_mailbox_free (SimMailbox *mailbox)
{
  if (mailbox == NULL)
    return;
  g_string_free (mailbox->name, TRUE);
  g_string_free (mailbox->alias, TRUE);
  g_string_free (mailbox->display_name, TRUE);
  g_string_free (mailbox->address, TRUE);
  g_string_free (mailbox->canonical, TRUE);
  g_string_free (mailbox->distinguished, TRUE);
  g_free (mailbox);
}

static const SimOddMailbox *
find_odd (guint index)
{
  for (const SimOddMailbox *odd = sim_odd_mailboxes; odd->name != NULL && odd->index <= index;
       odd++)
    if (odd->index == index)
      return odd;
  return NULL;
}

static guint64
get_pair (const SimWorld *world, guint index)
{
  guint64 start = sim_world_draw (world, 0, SIM_DRAW_NAMES) % PAIRS;
  return (index % PAIRS * PAIR_STEP + start) % PAIRS;
}

static void
name_mailbox (SimMailbox *mailbox, guint index)
{
  const SimOddMailbox *odd = find_odd (index);
  if (odd != NULL)
    {
      g_string_assign (mailbox->name, odd->name);
      g_string_assign (mailbox->alias, odd->alias);
      g_string_assign (mailbox->display_name,
                       odd->display_name != NULL ? odd->display_name : odd->name);
      return;
    }
  guint64 pair = get_pair (mailbox->world, index);
  guint64 turn = index / PAIRS;
  const SimPerson *first = &sim_first_names[pair / SIM_LAST_NAMES];
  const SimPerson *last = &sim_last_names[pair % SIM_LAST_NAMES];
  g_string_assign (mailbox->name, first->name);
  g_string_append_c (mailbox->name, ' ');
  g_string_append (mailbox->name, last->name);
  g_string_assign (mailbox->display_name, mailbox->name->str);
  g_string_assign (mailbox->alias, first->alias);
  g_string_append_c (mailbox->alias, '.');
  g_string_append (mailbox->alias, last->alias);
  if (turn > 0) /* the directory wants names of its own, people do not */
    {
      g_string_append_printf (mailbox->name, " %" G_GUINT64_FORMAT, turn + 1);
      g_string_append_printf (mailbox->alias, "%" G_GUINT64_FORMAT, turn + 1);
    }
}

void
sim_mailbox_load (SimMailbox *mailbox, guint index)
{
  if (mailbox->index != index)
    {
      mailbox->index = index;
      mailbox->unit = sim_world_get_unit_of (mailbox->world, index);
      name_mailbox (mailbox, index);
      g_string_assign (mailbox->address, mailbox->alias->str);
      g_string_append (mailbox->address, DOMAIN_ADDRESS);
      g_string_assign (mailbox->canonical, mailbox->unit->entry.canonical);
      g_string_append_c (mailbox->canonical, '/');
      sim_append_escaped_canonical (mailbox->canonical, mailbox->name->str);
      g_string_assign (mailbox->distinguished, "CN=");
      sim_append_escaped_rdn (mailbox->distinguished, mailbox->name->str);
      g_string_append_c (mailbox->distinguished, ',');
      g_string_append (mailbox->distinguished, mailbox->unit->entry.distinguished);
      mailbox->entry.name = mailbox->name->str;
      mailbox->entry.canonical = mailbox->canonical->str;
      mailbox->entry.distinguished = mailbox->distinguished->str;
      mailbox->entry.object_class = CLASS_USER;
      sim_world_get_guid (mailbox->world, MAILBOX_KEY (index), &mailbox->entry.guid);
    }
  mailbox->entry.created_us = sim_world_get_mailbox_created (mailbox->world, index);
  mailbox->entry.changed_us = sim_world_get_mailbox_changed (mailbox->world, index);
}

/* The number of the mailbox that a name like first.last or first.last2 is made of. */
static gboolean
find_by_alias (const SimWorld *world, const char *alias, guint64 *index)
{
  const char *dot = strchr (alias, '.');
  if (dot == NULL)
    return FALSE;
  const char *digits = dot + strcspn (dot, "0123456789");
  g_autofree char *first_text = g_ascii_strdown (alias, dot - alias);
  g_autofree char *last_text = g_ascii_strdown (dot + 1, digits - dot - 1);
  guint first = GPOINTER_TO_UINT (g_hash_table_lookup (world->first_names, first_text));
  guint last = GPOINTER_TO_UINT (g_hash_table_lookup (world->last_names, last_text));
  guint64 turn = 1;
  if (first == 0 || last == 0
      || (*digits != '\0' && !g_ascii_string_to_unsigned (digits, 10, 2, G_MAXUINT, &turn, NULL)))
    return FALSE;
  guint64 wanted = (guint64)(first - 1) * SIM_LAST_NAMES + (last - 1);
  for (guint within = 0; within < PAIRS; within++)
    if (get_pair (world, within) == wanted)
      {
        *index = (turn - 1) * PAIRS + within;
        return TRUE;
      }
  return FALSE;
}

/* The alias that a name in the directory belongs to; NULL where it cannot be one. */
static char *
alias_of_name (const char *name)
{
  for (const SimOddMailbox *odd = sim_odd_mailboxes; odd->name != NULL; odd++)
    if (strcmp (name, odd->name) == 0
        || (odd->display_name != NULL && strcmp (name, odd->display_name) == 0))
      return g_strdup (odd->alias);
  g_auto (GStrv) words = g_strsplit (name, " ", 4);
  guint n_words = g_strv_length (words);
  if (n_words != 2 && n_words != 3)
    return NULL;
  const char *first = NULL;
  const char *last = NULL;
  for (guint i = 0; i < SIM_FIRST_NAMES; i++)
    if (strcmp (sim_first_names[i].name, words[0]) == 0)
      first = sim_first_names[i].alias;
  for (guint i = 0; i < SIM_LAST_NAMES; i++)
    if (strcmp (sim_last_names[i].name, words[1]) == 0)
      last = sim_last_names[i].alias;
  if (first == NULL || last == NULL)
    return NULL;
  return g_strdup_printf ("%s.%s%s", first, last, n_words == 3 ? words[2] : "");
}

static char *
unescape (const char *escaped, gsize length)
{
  GString *name = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    {
      if (escaped[i] == '\\' && i + 1 < length)
        i++;
      g_string_append_c (name, escaped[i]);
    }
  return g_string_free (name, FALSE);
}

/* The name that a canonical name ends or a distinguished name begins with, unescaped: what is left
   of it beside the unit, of those that lie in each other the innermost. */
static char *
name_of_path (const SimWorld *world, const char *text)
{
  gsize text_length = strlen (text);
  const char *name = NULL;
  gsize name_length = text_length;
  for (guint i = 0; i < world->units->len; i++)
    {
      const SimEntry *unit = &sim_world_get_unit (world, i)->entry;
      gsize head = strlen (unit->canonical) + 1;
      gsize tail = strlen (unit->distinguished) + 1;
      const char *found = NULL;
      gsize length = 0;
      if (text_length > head && text[head - 1] == '/'
          && g_ascii_strncasecmp (text, unit->canonical, head - 1) == 0)
        {
          found = text + head;
          length = text_length - head;
        }
      else if (text_length > tail + 3 && g_ascii_strncasecmp (text, "CN=", 3) == 0
               && text[text_length - tail] == ','
               && g_ascii_strcasecmp (text + text_length - tail + 1, unit->distinguished) == 0)
        {
          found = text + 3;
          length = text_length - tail - 3;
        }
      if (found != NULL && length < name_length)
        {
          name = found;
          name_length = length;
        }
    }
  return name == NULL ? NULL : unescape (name, name_length);
}

static gboolean
find_named (SimWorld *world, const char *text, guint64 *index)
{
  for (const SimOddMailbox *odd = sim_odd_mailboxes; odd->name != NULL; odd++)
    if (g_ascii_strcasecmp (text, odd->alias) == 0)
      {
        *index = odd->index;
        return TRUE;
      }
  if (find_by_alias (world, text, index))
    return find_odd ((guint)MIN (*index, G_MAXUINT)) == NULL;
  g_autofree char *path_name = name_of_path (world, text);
  g_autofree char *alias = alias_of_name (path_name != NULL ? path_name : text);
  if (alias == NULL || !find_named (world, alias, index))
    return FALSE;
  if (path_name == NULL)
    return TRUE;
  g_autoptr (SimMailbox) mailbox = sim_mailbox_new (world);
  if (*index >= world->shape.n_mailboxes)
    return FALSE;
  sim_mailbox_load (mailbox, (guint)*index); /* the path may name another unit */
  return entry_is (&mailbox->entry, text);
}

gboolean
sim_world_find_mailbox (SimWorld *world, const char *identity, guint *index)
{
  g_autofree char *text = g_strstrip (g_strdup (identity));
  gsize length = strlen (text);
  gsize domain = strlen (DOMAIN_ADDRESS);
  SimGuid guid;
  guint64 found;
  if (sim_guid_parse (text, &guid))
    {
      if (!sim_world_get_key (world, &guid, &found))
        return FALSE;
      found = G_MAXUINT64 - found;
    }
  else
    {
      const char *bare = text;
      if (length > domain && g_ascii_strcasecmp (text + length - domain, DOMAIN_ADDRESS) == 0)
        text[length - domain] = '\0';
      if (g_ascii_strncasecmp (text, DOMAIN_ACCOUNT, strlen (DOMAIN_ACCOUNT)) == 0)
        bare += strlen (DOMAIN_ACCOUNT);
      if (!find_named (world, bare, &found))
        return FALSE;
    }
  *index = (guint)found;
  return found < world->shape.n_mailboxes;
}
