/* exchange-fixture.c: an Exchange made of CLIXML snippets, and a call that keeps what it gets */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-fixture.h"

#include <string.h>

#include "core/base/ost-settings-private.h"
#include "plugins/shared/exchange/exchange-mapper.h"
#include "plugins/shared/remoting/clixml-reader.h"

typedef struct {
  OstExchangeView view;
  OstExchangeMapper mapper;
  const OstExchangeSink *sink;
  gpointer user_data;
} Reading;

static gboolean
take_value_cb (const OstClixmlValue *value, gpointer user_data, GError **error)
{
  Reading *reading = user_data;
  g_autoptr (OstObject) object = NULL;
  gboolean is_valid;

  if (reading->view == OST_EXCHANGE_VIEW_NOTHING)
    return TRUE;
  if (reading->view == OST_EXCHANGE_VIEW_GRANTS)
    return ost_exchange_read_grants (value, reading->sink->pair, reading->user_data, error);
  if (reading->view == OST_EXCHANGE_VIEW_SETTINGS)
    {
      ost_exchange_read_settings (value, reading->sink->pair, reading->user_data);
      return TRUE;
    }
  object = ost_exchange_mapper_read (&reading->mapper, value, &is_valid, error);
  return object != NULL && reading->sink->object (object, is_valid, reading->user_data, error);
}

static gboolean
read_xml (OstExchangeView view, const char *xml, const OstExchangeSink *sink, gpointer user_data,
          GError **error)
{
  Reading reading = { .view = view, .sink = sink, .user_data = user_data };
  g_autoptr (OstClixmlReader) reader = ost_clixml_reader_new (NULL, take_value_cb, &reading);

  if (view < OST_EXCHANGE_N_OBJECT_VIEWS)
    ost_exchange_mapper_init (&reading.mapper, view);
  return ost_clixml_reader_feed (reader, xml, strlen (xml), error)
         && ost_clixml_reader_end_message (reader, error);
}

typedef struct {
  OstObject *object;
  gboolean is_valid;
} Mapped;

static gboolean
keep_object (OstObject *object, gboolean is_valid, gpointer user_data, GError **error)
{
  Mapped *mapped = user_data;

  g_assert_null (mapped->object);
  mapped->object = ost_object_ref (object);
  mapped->is_valid = is_valid;
  return TRUE;
}

OstObject *
fixture_try_map (OstExchangeView view, const char *xml, gboolean *is_valid, GError **error)
{
  static const OstExchangeSink sink = { .object = keep_object };
  Mapped mapped = { 0 };

  if (!read_xml (view, xml, &sink, &mapped, error))
    return NULL;
  g_assert_nonnull (mapped.object);
  if (is_valid != NULL)
    *is_valid = mapped.is_valid;
  return mapped.object;
}

OstObject *
fixture_map (OstExchangeView view, const char *xml, gboolean *is_valid)
{
  g_autoptr (GError) error = NULL;
  OstObject *object = fixture_try_map (view, xml, is_valid, &error);

  g_assert_no_error (error);
  return object;
}

char *
fixture_describe (const OstExchangeCommand *command)
{
  g_autoptr (GString) text = g_string_new (ost_exchange_command_get_cmdlet (command)->name);
  guint n_arguments;
  const OstExchangeArgument *arguments = ost_exchange_command_get_arguments (command, &n_arguments);

  for (guint i = 0; i < n_arguments; i++)
    {
      g_string_append_printf (text, " -%s ", arguments[i].parameter->name);
      switch (arguments[i].parameter->form)
        {
        case OST_EXCHANGE_FORM_TEXT:
          g_string_append (text, arguments[i].text);
          break;
        case OST_EXCHANGE_FORM_BOOLEAN:
          g_string_append (text, arguments[i].boolean ? "$true" : "$false");
          break;
        case OST_EXCHANGE_FORM_LIST:
          g_string_append_printf (text, "[%u]", g_strv_length (arguments[i].items));
          break;
        case OST_EXCHANGE_FORM_CHANGES:
          g_string_append (text, "@{}");
          break;
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
fixture_link_run (OstExchangeLink *link, const OstExchangeCommand *command, OstExchangeView view,
                  const OstExchangeSink *sink, gpointer user_data, OstCall *call,
                  gboolean *is_completed, GError **error)
{
  FixtureLink *self = (FixtureLink *)link;
  g_autofree char *asked = fixture_describe (command);
  const FixtureAnswer *answer;

  g_assert_cmpuint (self->n_asked, <, self->n_answers);
  answer = &self->answers[self->n_asked++];
  g_assert_cmpstr (asked, ==, answer->command);
  for (const char *const *xml = answer->outputs; xml != NULL && *xml != NULL; xml++)
    if (!read_xml (view, *xml, sink, user_data, error))
      return FALSE;
  for (guint i = 0; i < answer->n_failures && sink->failure != NULL; i++)
    sink->failure (&answer->failures[i], user_data);
  if (answer->warning != NULL && sink->warning != NULL)
    sink->warning (answer->warning, user_data);
  *is_completed = !answer->is_failed;
  if (answer->link_error == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (answer->link_error));
  return FALSE;
}

static gboolean
fixture_link_is_broken (OstExchangeLink *link)
{
  return FALSE;
}

static void
fixture_link_close (OstExchangeLink *link, OstCall *call)
{
}

void
fixture_link_init (FixtureLink *link, const FixtureAnswer *answers, guint n_answers)
{
  static const OstExchangeLinkClass klass
    = { fixture_link_run, fixture_link_is_broken, fixture_link_close };

  link->link.klass = &klass;
  link->answers = answers;
  link->n_answers = n_answers;
  link->n_asked = 0;
}

void
fixture_link_finish (FixtureLink *link)
{
  g_assert_cmpuint (link->n_asked, ==, link->n_answers);
}

static gboolean
host_emit (gpointer host, OstCall *call, OstObject *object, GError **error)
{
  Fixture *fixture = host;

  if (fixture->stop_after > 0 && fixture->objects->len == fixture->stop_after)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "enough");
      return FALSE;
    }
  g_ptr_array_add (fixture->objects, ost_object_ref (object));
  return TRUE;
}

static void
host_warn (gpointer host, OstCall *call, const char *text)
{
  g_ptr_array_add (((Fixture *)host)->warnings, g_strdup (text));
}

static void
host_note (gpointer host, OstCall *call, const char *name, const char *value)
{
  g_ptr_array_add (((Fixture *)host)->notes, g_strdup_printf ("%s=%s", name, value));
}

static void
host_step (gpointer host, OstCall *call, const char *id, gboolean is_ok, const char *detail,
           const char *remedy)
{
  g_ptr_array_add (((Fixture *)host)->steps,
                   g_strdup_printf ("%c %s: %s", is_ok ? '+' : '-', id, detail));
}

void
fixture_init (Fixture *fixture)
{
  static const OstCallHost host
    = { .emit = host_emit, .warn = host_warn, .note = host_note, .step = host_step };

  memset (fixture, 0, sizeof *fixture);
  fixture->settings = ost_settings_new ("contoso");
  fixture->cancellable = g_cancellable_new ();
  fixture->objects = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_object_unref);
  fixture->warnings = g_ptr_array_new_with_free_func (g_free);
  fixture->notes = g_ptr_array_new_with_free_func (g_free);
  fixture->steps = g_ptr_array_new_with_free_func (g_free);
  fixture->call = ost_call_new (&host, fixture, fixture->settings, "contoso",
                                ost_clock_get_system (), fixture->cancellable, 0, NULL);
}

void
fixture_clear (Fixture *fixture)
{
  g_clear_object (&fixture->call);
  g_clear_object (&fixture->settings);
  g_clear_object (&fixture->cancellable);
  g_clear_pointer (&fixture->objects, g_ptr_array_unref);
  g_clear_pointer (&fixture->warnings, g_ptr_array_unref);
  g_clear_pointer (&fixture->notes, g_ptr_array_unref);
  g_clear_pointer (&fixture->steps, g_ptr_array_unref);
}

gboolean
fixture_has (GPtrArray *texts, const char *words)
{
  for (guint i = 0; i < texts->len; i++)
    if (strstr (g_ptr_array_index (texts, i), words) != NULL)
      return TRUE;
  return FALSE;
}
