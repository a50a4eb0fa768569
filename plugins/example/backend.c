/* backend.c: the backend `example`: devices that stand in a text file, one in each line */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <ostiary/ostiary.h>

struct _OstBackendExample {
  GObject parent_instance;
};

G_DECLARE_FINAL_TYPE (OstBackendExample, ost_backend_example, OST, BACKEND_EXAMPLE, GObject)

/* The core asks for a selection first, and for everything where a backend cannot select. */
static gboolean
can_do (OstOperation *operation)
{
  static const char *const selections[]
    = { OST_SELECT_CHANGED_SINCE, OST_SELECT_FIRST_SYNC_SINCE, OST_SELECT_STATE };

  for (gsize i = 0; i < G_N_ELEMENTS (selections); i++)
    if (ost_operation_get_text (operation, selections[i]) != NULL)
      return FALSE;
  return ost_operation_get_verb (operation) == OST_VERB_LIST
         && ost_operation_get_kind (operation) == OST_KIND_DEVICE;
}

static gboolean
fail (GError **error, int code, OstCall *call, const char *what, const char *found)
{
  g_set_error (error, OST_ERROR, code, "connection ‘%s’: %s: %s", ost_call_get_connection (call),
               what, found);
  return FALSE;
}

static gboolean
emit_line (const char *line, OstCall *call, GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, ";", -1);
  g_autoptr (OstObject) device = ost_object_new (OST_KIND_DEVICE);

  /* A device that is left out would be taken for one that is gone. */
  if (g_strv_length (words) != 3)
    return fail (error, OST_ERROR_INCOMPLETE, call, "expected GUID;DEVICE-ID;MODEL, found", line);
  ost_object_set_text (device, OST_DEVICE_GUID, words[0], -1);
  ost_object_set_text (device, OST_DEVICE_ID, words[1], -1);
  ost_object_set_text (device, OST_DEVICE_MODEL, words[2], -1);
  return ost_call_emit (call, device, error);
}

static gboolean
execute (OstBackend *backend, OstOperation *operation, OstCall *call, GError **error)
{
  const char *file = ost_settings_get_text (ost_call_get_settings (call), "devices-file");
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;

  if (!can_do (operation))
    return fail (error, OST_ERROR_NOT_SUPPORTED, call, "can only list", "all devices");
  if (!g_file_get_contents (file, &text, NULL, &cause))
    return fail (error, OST_ERROR_UNAVAILABLE, call, "cannot list devices", cause->message);

  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && !emit_line (lines[i], call, error))
      return FALSE;
  return TRUE;
}

static void
implement_backend (OstBackendInterface *iface)
{
  iface->execute = execute;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OstBackendExample, ost_backend_example, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (OST_TYPE_BACKEND, implement_backend))

static void
ost_backend_example_class_init (OstBackendExampleClass *klass)
{
}

static void
ost_backend_example_init (OstBackendExample *self)
{
}

static const OstSetting settings[] = {
  { .key = "devices-file",
    .type = OST_SETTING_FILE,
    .flags = OST_SETTING_REQUIRED,
    .summary = "A text file with lines GUID;DEVICE-ID;MODEL." },
  { NULL },
};

OST_PLUGIN_EXPORT const OstPluginInfo ost_plugin_info = {
  OST_PLUGIN_HEAD,      .kind = OST_PLUGIN_BACKEND,
  .name = "example",    .title = "Devices from a text file",
  .version = "1.0",     .type_name = "OstBackendExample",
  .settings = settings, .get_type = ost_backend_example_get_type,
};
