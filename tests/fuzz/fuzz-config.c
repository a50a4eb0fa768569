/* fuzz-config.c: whatever bytes come, the configuration is read or refused in clean words */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "core/config/ost-config-section.h"
#include "tests/unit/fake-plugins.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_groups (GPtrArray *groups, OstConfigProblems *problems)
{
  g_autoptr (OstRegistry) registry = fake_registry_new ();

  for (guint i = 0; i < groups->len; i++)
    {
      g_autoptr (OstConfigSection) section
        = ost_config_section_check (groups->pdata[i], registry, OST_CONFIG_FOR_SERVICE, problems);
      g_autoptr (GString) dump = g_string_new (NULL);

      ost_config_section_dump (section, dump);
      g_assert (g_str_has_prefix (dump->str, "["));
    }
}

/* What ends up on a terminal must not be able to steer it. */
static void
check_message (const char *message)
{
  g_assert (g_utf8_validate (message, -1, NULL));
  for (const char *p = message; *p != '\0'; p = g_utf8_next_char (p))
    g_assert (!g_unichar_iscntrl (g_utf8_get_char (p)) || *p == '\n' || *p == '\t');
}

/* What was read without complaint reads the same when it is written again. */
static void
check_round_trip (GPtrArray *groups)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
  g_autoptr (GPtrArray) again = NULL;

  for (guint i = 0; i < groups->len; i++)
    {
      const OstConfigGroup *group = groups->pdata[i];

      g_string_append_printf (text, "[%s]\n", group->label);
      for (guint j = 0; j < group->entries->len; j++)
        {
          const OstConfigEntry *entry = group->entries->pdata[j];

          g_string_append_printf (text, "%s=%s\n", entry->key, entry->value);
        }
    }
  again = ost_config_file_parse ("again", text->str, text->len, problems);
  g_assert (ost_config_problems_count (problems) == 0);
  g_assert (again->len == groups->len);
  for (guint i = 0; i < groups->len; i++)
    {
      const OstConfigGroup *one = groups->pdata[i];
      const OstConfigGroup *other = again->pdata[i];

      g_assert (g_str_equal (one->label, other->label));
      g_assert (one->entries->len == other->entries->len);
      for (guint j = 0; j < one->entries->len; j++)
        g_assert (g_str_equal (((const OstConfigEntry *)one->entries->pdata[j])->value,
                               ((const OstConfigEntry *)other->entries->pdata[j])->value));
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (OstConfigProblems) problems = ost_config_problems_new ();
  g_autofree char *text = g_strndup ((const char *)data, size);
  g_autoptr (GPtrArray) groups = NULL;

  memcpy (text, data, size);
  groups = ost_config_file_parse ("fuzz.conf", text, size, problems);
  if (ost_config_problems_count (problems) == 0)
    check_round_trip (groups);
  check_groups (groups, problems);
  if (ost_config_problems_count (problems) > 0)
    {
      g_autoptr (GError) error = ost_config_problems_to_error (problems);

      check_message (error->message);
    }
  return 0;
}
