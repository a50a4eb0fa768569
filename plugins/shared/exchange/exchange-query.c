/* exchange-query.c: which cmdlet answers a reading operation */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "exchange-query.h"

#include <string.h>

#include "exchange-filter.h"

#define MAX_IDENTITY_BYTES 2048

/* What an operation may select by. */
typedef enum {
  BY_LIMIT = 1 << 0,
  BY_ID = 1 << 1,      /* prefix, except */
  BY_CHANGE = 1 << 2,  /* changed-since */
  BY_ARRIVAL = 1 << 3, /* first-sync-since */
  BY_STATE = 1 << 4,
  BY_MAILBOX = 1 << 5,
} Selection;

typedef struct {
  OstKind kind;
  const char *name; /* of OST_SELECT_VIEW; NULL for an operation that names none */
  OstExchangeTask task;
  OstExchangeView view;
  Selection selection;
  gboolean has_result_size; /* gives only the first 1000 otherwise */
  gboolean has_identity;
} Source;

static const Source sources[] = {
  { OST_KIND_DEVICE, NULL, OST_EXCHANGE_GET_DEVICE, OST_EXCHANGE_VIEW_DEVICE,
    BY_LIMIT | BY_ID | BY_CHANGE | BY_ARRIVAL | BY_STATE | BY_MAILBOX, TRUE, TRUE },
  { OST_KIND_DEVICE, "statistics", OST_EXCHANGE_GET_STATISTICS, OST_EXCHANGE_VIEW_STATISTICS,
    BY_LIMIT | BY_MAILBOX, FALSE, TRUE },
  { OST_KIND_MAILBOX, NULL, OST_EXCHANGE_GET_CAS_MAILBOX, OST_EXCHANGE_VIEW_CAS_MAILBOX,
    BY_LIMIT | BY_CHANGE, TRUE, TRUE },
  { OST_KIND_MAILBOX, "recipient", OST_EXCHANGE_GET_RECIPIENT, OST_EXCHANGE_VIEW_RECIPIENT,
    BY_LIMIT | BY_CHANGE, TRUE, TRUE },
  { OST_KIND_ACCESS_RULE, NULL, OST_EXCHANGE_GET_RULE, OST_EXCHANGE_VIEW_ACCESS_RULE, BY_LIMIT,
    FALSE, TRUE },
  { OST_KIND_MAILBOX_POLICY, NULL, OST_EXCHANGE_GET_POLICY, OST_EXCHANGE_VIEW_MAILBOX_POLICY,
    BY_LIMIT, FALSE, TRUE },
  { OST_KIND_ORGANISATION_SETTINGS, NULL, OST_EXCHANGE_GET_ORGANISATION,
    OST_EXCHANGE_VIEW_ORGANISATION, BY_LIMIT, FALSE, FALSE },
  { OST_KIND_DEVICE_CLASS, NULL, OST_EXCHANGE_GET_DEVICE_CLASS, OST_EXCHANGE_VIEW_DEVICE_CLASS,
    BY_LIMIT, FALSE, TRUE },
  { OST_KIND_SERVER, NULL, OST_EXCHANGE_GET_SERVER, OST_EXCHANGE_VIEW_SERVER, BY_LIMIT, FALSE,
    TRUE },
};

static const struct {
  const char *name;
  Selection selection;
  gboolean is_list;
} selectors[] = {
  { OST_SELECT_LIMIT, BY_LIMIT, FALSE },
  { OST_SELECT_PREFIX, BY_ID, FALSE },
  { OST_SELECT_EXCEPT, BY_ID, TRUE },
  { OST_SELECT_CHANGED_SINCE, BY_CHANGE, FALSE },
  { OST_SELECT_FIRST_SYNC_SINCE, BY_ARRIVAL, FALSE },
  { OST_SELECT_STATE, BY_STATE, FALSE },
  { OST_SELECT_MAILBOX, BY_MAILBOX, FALSE },
};

static const Source *
find_source (const OstOperation *operation)
{
  const char *name = ost_operation_get_text (operation, OST_SELECT_VIEW);

  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    if (sources[i].kind == ost_operation_get_kind (operation)
        && g_strcmp0 (sources[i].name, name) == 0)
      return &sources[i];
  return NULL;
}

gboolean
ost_exchange_query_needs_family (const OstOperation *operation)
{
  const Source *source;

  g_return_val_if_fail (operation != NULL, FALSE);

  source = find_source (operation);
  return source != NULL
         && ost_exchange_cmdlet_for (source->task, OST_EXCHANGE_FAMILY_NONE)->family
              != OST_EXCHANGE_FAMILY_NONE;
}

static gboolean
refuse (const OstOperation *operation, GError **error, const char *why)
{
  g_autofree char *description = ost_operation_describe (operation);

  g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "cannot %s: %s", description, why);
  return FALSE;
}

/* What Exchange takes for exactly one object: a GUID, or a distinguished name. Never a name or an
 * alias, which may mean several, and never an Identity, whose parts cannot be told apart. */
static gboolean
is_unambiguous (const char *identity)
{
  if (g_uuid_string_is_valid (identity))
    return TRUE;
  if (strlen (identity) > MAX_IDENTITY_BYTES || !g_utf8_validate (identity, -1, NULL)
      || (g_ascii_strncasecmp (identity, "CN=", 3) != 0
          && g_ascii_strncasecmp (identity, "OU=", 3) != 0))
    return FALSE;
  return strstr (identity, ",DC=") != NULL || strstr (identity, ",dc=") != NULL;
}

static gboolean
check_selectors (const OstOperation *operation, Selection selection, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (selectors); i++)
    {
      gboolean is_given = selectors[i].is_list
                            ? ost_operation_get_list (operation, selectors[i].name) != NULL
                            : ost_operation_get_text (operation, selectors[i].name) != NULL;

      if (is_given && (selectors[i].selection & selection) == 0)
        {
          g_autofree char *description = ost_operation_describe (operation);

          g_set_error (error, OST_ERROR, OST_ERROR_INVALID, "cannot %s by ‘%s’", description,
                       selectors[i].name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
add_since (OstExchangeFilter *filter, const OstOperation *operation, const char *selector,
           const char *property, gboolean *is_timed, GError **error)
{
  gint64 since;

  if (ost_operation_get_text (operation, selector) == NULL)
    return TRUE;
  if (!ost_operation_get_integer (operation, selector, &since))
    return refuse (operation, error, "a time is no whole number of microseconds");
  ost_exchange_filter_add_since (filter, property, since);
  *is_timed = TRUE;
  return TRUE;
}

static void
add_device_conditions (OstExchangeFilter *filter, const OstOperation *operation)
{
  const char *prefix = ost_operation_get_text (operation, OST_SELECT_PREFIX);
  const char *const *except = ost_operation_get_list (operation, OST_SELECT_EXCEPT);
  const char *state = ost_operation_get_text (operation, OST_SELECT_STATE);

  if (prefix != NULL && *prefix != '\0')
    ost_exchange_filter_add_prefix (filter, "DeviceId", prefix, TRUE);
  for (; except != NULL && *except != NULL; except++)
    ost_exchange_filter_add_prefix (filter, "DeviceId", *except, FALSE);
  if (state != NULL)
    ost_exchange_filter_add_equal (filter, "DeviceAccessState", state);
}

static gboolean
add_filter (OstExchangeQuery *query, const OstOperation *operation, GError **error)
{
  g_autoptr (OstExchangeFilter) filter = ost_exchange_filter_new ();
  g_autofree char *text = NULL;

  if (query->view == OST_EXCHANGE_VIEW_DEVICE)
    add_device_conditions (filter, operation);
  if (query->view == OST_EXCHANGE_VIEW_CAS_MAILBOX || query->view == OST_EXCHANGE_VIEW_RECIPIENT)
    ost_exchange_filter_add_boolean (filter, "HasActiveSyncDevicePartnership", TRUE);
  /* Exchange's own test mailboxes have partnerships. */
  if (query->view == OST_EXCHANGE_VIEW_CAS_MAILBOX)
    ost_exchange_filter_add_prefix (filter, "DisplayName", "CAS_{", FALSE);
  if (!add_since (filter, operation, OST_SELECT_CHANGED_SINCE, "WhenChangedUTC", &query->is_timed,
                  error)
      || !add_since (filter, operation, OST_SELECT_FIRST_SYNC_SINCE, "FirstSyncTime",
                     &query->is_timed, error)
      || !ost_exchange_filter_finish (filter, &text, error))
    return FALSE;
  if (text != NULL)
    ost_exchange_command_add_text (query->command, "Filter", text);
  return TRUE;
}

static gboolean
add_list_arguments (OstExchangeQuery *query, const Source *source, const OstOperation *operation,
                    GError **error)
{
  const char *mailbox = ost_operation_get_text (operation, OST_SELECT_MAILBOX);
  gint64 limit = 0;

  if (ost_operation_get_text (operation, OST_SELECT_LIMIT) != NULL
      && (!ost_operation_get_integer (operation, OST_SELECT_LIMIT, &limit) || limit < 1))
    return refuse (operation, error, "its limit is no whole number from 1 on");
  query->limit = (guint64)limit;
  if (mailbox != NULL && !is_unambiguous (mailbox))
    return refuse (operation, error, "the mailbox is not given by its GUID or distinguished name");
  if (mailbox == NULL && source->view == OST_EXCHANGE_VIEW_STATISTICS)
    return refuse (operation, error, "statistics are those of one mailbox, and none is given");
  if (mailbox != NULL)
    ost_exchange_command_add_text (query->command, "Mailbox", mailbox);
  if (source->has_result_size)
    {
      g_autofree char *size
        = limit > 0 ? g_strdup_printf ("%" G_GINT64_FORMAT, limit) : g_strdup ("Unlimited");

      ost_exchange_command_add_text (query->command, "ResultSize", size);
    }
  return add_filter (query, operation, error);
}

static gboolean
add_get_arguments (OstExchangeQuery *query, const OstOperation *operation, GError **error)
{
  const char *id = ost_operation_get_id (operation);

  if (id == NULL || !is_unambiguous (id))
    return refuse (operation, error, "it is not given by its GUID or distinguished name");
  query->is_get = TRUE;
  ost_exchange_command_add_text (query->command, "Identity", id);
  return TRUE;
}

OstExchangeQuery *
ost_exchange_query_new (const OstOperation *operation, const OstExchangeFamilies *families,
                        GError **error)
{
  g_autoptr (OstExchangeQuery) query = NULL;
  const Source *source;
  gboolean is_get;

  g_return_val_if_fail (operation != NULL && families != NULL, NULL);

  source = find_source (operation);
  is_get = ost_operation_get_verb (operation) == OST_VERB_GET;
  if (source == NULL || (!is_get && ost_operation_get_verb (operation) != OST_VERB_LIST)
      || (is_get && !source->has_identity))
    {
      g_autofree char *description = ost_operation_describe (operation);
      const char *view = ost_operation_get_text (operation, OST_SELECT_VIEW);

      g_set_error (error, OST_ERROR, OST_ERROR_NOT_SUPPORTED, "this backend does not %s%s%s",
                   description, view != NULL ? " with view " : "", view != NULL ? view : "");
      return NULL;
    }
  query = g_new0 (OstExchangeQuery, 1);
  query->view = source->view;
  query->command = ost_exchange_command_new (
    ost_exchange_cmdlet_for (source->task, ost_exchange_family_of (families, source->task)));
  if (!check_selectors (operation, is_get ? 0 : source->selection, error)
      || !(is_get ? add_get_arguments (query, operation, error)
                  : add_list_arguments (query, source, operation, error)))
    return NULL;
  return g_steal_pointer (&query);
}

void
ost_exchange_query_free (OstExchangeQuery *self)
{
  g_return_if_fail (self != NULL);

  ost_exchange_command_free (self->command);
  g_free (self);
}
