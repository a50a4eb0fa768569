/* ost-plugin-check.c: judges a plugin by its descriptor and its type */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-plugin-check.h"

#include "core/store/ost-store-interface.h"
#include "ost-plugin-file.h"
#include "ost-plugin-settings.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static gboolean
check_abi (const OstPluginInfo *info, GError **error)
{
  /* In the order in which the members lie: each one says whether the next can be read. */
  if (info->magic != OST_PLUGIN_MAGIC)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its descriptor begins with 0x%08x; expected 0x%08x; this is no plugin of "
                      "Ostiary: begin the descriptor with OST_PLUGIN_HEAD, or take the file away"),
                   info->magic, OST_PLUGIN_MAGIC);
      return FALSE;
    }
  if (info->abi_major != OST_PLUGIN_ABI_MAJOR)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                   _ ("it has ABI %u.%u; expected %d.x; build it against this version of Ostiary"),
                   info->abi_major, info->abi_minor, OST_PLUGIN_ABI_MAJOR);
      return FALSE;
    }
  if (info->abi_minor > OST_PLUGIN_ABI_MINOR)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
                   _ ("it has ABI %u.%u; expected at most %d.%d; install the newer Ostiary that it "
                      "was built against, or build it against this one"),
                   info->abi_major, info->abi_minor, OST_PLUGIN_ABI_MAJOR, OST_PLUGIN_ABI_MINOR);
      return FALSE;
    }
  if (info->size != sizeof (OstPluginInfo))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its descriptor has %u bytes; expected %u; build it against this version of "
                      "Ostiary, with OST_PLUGIN_HEAD"),
                   info->size, (guint)sizeof (OstPluginInfo));
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_member (const char *member, const char *value, GError **error)
{
  if (value != NULL && *value != '\0' && g_utf8_validate (value, -1, NULL))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its descriptor has no %s; expected a text in UTF-8; fill it in"), member);
  return FALSE;
}

static gboolean
check_kind_and_name (const OstPluginInfo *info, OstPluginKind kind, const char *name,
                     GError **error)
{
  const char *found = ost_plugin_kind_to_string ((OstPluginKind)info->kind);
  g_autofree char *number = g_strdup_printf ("%u", info->kind);

  if (info->kind != (guint32)kind)
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its descriptor says kind ‘%s’, its file name ‘%s’; expected the same; rename "
           "the file or correct the descriptor"),
        found != NULL ? found : number, ost_plugin_kind_to_string (kind));
      return FALSE;
    }
  if (!check_member ("name", info->name, error))
    return FALSE;
  if (!g_str_equal (info->name, name))
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its descriptor says name ‘%s’, its file name ‘%s’; expected the same; rename "
           "the file or correct the descriptor"),
        info->name, name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_version (const OstPluginInfo *info, GError **error)
{
  if (info->kind != OST_PLUGIN_STORE || g_str_equal (info->version, OST_VERSION))
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED,
               _ ("it is a store of version %s; expected exactly %s, as this program; install both "
                  "from the same release"),
               info->version, OST_VERSION);
  return FALSE;
}

/* Types are process-wide, so a plugin's are called after its kind and name. */
static gboolean
check_type_name (const OstPluginInfo *info, GError **error)
{
  g_auto (GStrv) words = g_strsplit (info->name, "-", -1);
  g_autofree char *joined = g_strjoinv ("", words);
  g_autofree char *expected
    = g_strconcat ("Ost", ost_plugin_kind_to_string ((OstPluginKind)info->kind), joined, NULL);

  expected[strlen ("Ost")] = g_ascii_toupper (expected[strlen ("Ost")]);
  if (g_ascii_strcasecmp (info->type_name, expected) == 0)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its type is called ‘%s’; expected ‘%s’, in any case of its letters; rename the "
                  "type"),
               info->type_name, expected);
  return FALSE;
}

gboolean
ost_plugin_check_info (const OstPluginInfo *info, OstPluginKind kind, const char *name,
                       GError **error)
{
  if (!check_abi (info, error) || !check_kind_and_name (info, kind, name, error)
      || !check_member ("title", info->title, error)
      || !check_member ("version", info->version, error)
      || !check_member ("type_name", info->type_name, error) || !check_version (info, error)
      || !check_type_name (info, error))
    return FALSE;
  if (info->get_type == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its descriptor has no get_type; expected the function that registers ‘%s’; "
                      "fill it in"),
                   info->type_name);
      return FALSE;
    }
  return ost_plugin_check_settings (info, error);
}

static GType
get_interface (OstPluginKind kind)
{
  switch (kind)
    {
    case OST_PLUGIN_BACKEND:
      return OST_TYPE_BACKEND;
    case OST_PLUGIN_TRANSPORT:
      return OST_TYPE_TRANSPORT;
    case OST_PLUGIN_STORE:
      return OST_TYPE_STORE;
    case OST_PLUGIN_AUTHORITY:
      return OST_TYPE_AUTHORITY;
    case OST_PLUGIN_NOTIFIER:
      return OST_TYPE_NOTIFIER;
    default:
      g_return_val_if_reached (G_TYPE_INVALID);
    }
}

/* A store is as old as the program, so it fills in whatever the interface has. */
static const char *
find_empty_store_slot (const OstStoreInterface *store)
{
  const gpointer *slot = (const gpointer *)&store->open;
  const gpointer *end = (const gpointer *)(store + 1);

  for (; slot < end; slot++)
    if (*slot == NULL)
      return "of OstStoreInterface";
  return NULL;
}

static const char *
find_empty_slot (OstPluginKind kind, gconstpointer slots)
{
  const OstTransportInterface *transport = slots;

  switch (kind)
    {
    case OST_PLUGIN_BACKEND:
      return ((const OstBackendInterface *)slots)->execute == NULL ? "execute" : NULL;
    case OST_PLUGIN_TRANSPORT:
      if (transport->send_async == NULL)
        return "send_async";
      return transport->send_finish == NULL ? "send_finish" : NULL;
    case OST_PLUGIN_STORE:
      return find_empty_store_slot (slots);
    case OST_PLUGIN_AUTHORITY:
      return ((const OstAuthorityInterface *)slots)->execute == NULL ? "execute" : NULL;
    case OST_PLUGIN_NOTIFIER:
      return ((const OstNotifierInterface *)slots)->deliver == NULL ? "deliver" : NULL;
    default:
      g_return_val_if_reached (NULL);
    }
}

static gboolean
check_interface (const OstPluginInfo *info, GType type, GError **error)
{
  OstPluginKind kind = (OstPluginKind)info->kind;
  GType iface = get_interface (kind);
  g_autoptr (GTypeClass) klass = NULL;
  const char *slot;

  if (iface == G_TYPE_INVALID || !g_type_is_a (type, iface))
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its type ‘%s’ does not implement the interface of a %s; expected that of its "
           "kind; implement it"),
        info->type_name, ost_plugin_kind_to_string (kind));
      return FALSE;
    }
  klass = g_type_class_ref (type);
  slot = find_empty_slot (kind, g_type_interface_peek (klass, iface));
  if (slot == NULL)
    return TRUE;
  g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
               _ ("its type ‘%s’ leaves the slot ‘%s’ empty; expected a function; fill it in"),
               info->type_name, slot);
  return FALSE;
}

gboolean
ost_plugin_check_type (const OstPluginInfo *info, GType type, GError **error)
{
  if (type == G_TYPE_INVALID)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its get_type registered nothing; expected the type ‘%s’; look for a warning "
                      "of GLib above"),
                   info->type_name);
      return FALSE;
    }
  if (!g_str_equal (g_type_name (type), info->type_name))
    {
      g_set_error (
        error, OST_ERROR, OST_ERROR_INVALID,
        _ ("its get_type gives the type ‘%s’; expected ‘%s’, as its descriptor says; make "
           "them agree"),
        g_type_name (type), info->type_name);
      return FALSE;
    }
  if (!g_type_is_a (type, G_TYPE_OBJECT) || G_TYPE_IS_ABSTRACT (type))
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   _ ("its type ‘%s’ cannot be instantiated; expected a GObject that is not "
                      "abstract; make it one"),
                   info->type_name);
      return FALSE;
    }
  return check_interface (info, type, error);
}
