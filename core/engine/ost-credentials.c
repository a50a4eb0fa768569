/* ost-credentials.c: the secrets of one connection, and which of them were rejected */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-credentials.h"

#include "core/config/ost-secret-reference.h"

typedef struct {
  const OstIdentity *identity;
  const char *user;
  const char *reference;
  const char *const *methods;
  OstSecret *secret;
  char *fingerprint;
  gboolean is_refused;
} Credential;

struct _OstCredentialBox {
  GMutex mutex;
  OstSettings *settings;
  OstStore *store;
  char *connection;
  gboolean allow_env;
  Credential *items;
  guint n_items;
};

OstCredentialBox *
ost_credential_box_new (OstSettings *settings, const OstIdentity *identities, OstStore *store,
                        const char *connection, gboolean allow_env)
{
  OstCredentialBox *self = g_new0 (OstCredentialBox, 1);

  g_mutex_init (&self->mutex);
  self->settings = g_object_ref (settings);
  self->store = store;
  self->connection = g_strdup (connection);
  self->allow_env = allow_env;
  while (identities != NULL && identities[self->n_items].name != NULL)
    self->n_items++;
  self->items = g_new0 (Credential, self->n_items);
  for (guint i = 0; i < self->n_items; i++)
    {
      Credential *item = &self->items[i];

      item->identity = &identities[i];
      if (item->identity->user_key != NULL)
        item->user = ost_settings_get_text (settings, item->identity->user_key);
      if (item->identity->secret_key != NULL)
        item->reference = ost_settings_get_text (settings, item->identity->secret_key);
      if (item->identity->methods_key != NULL
          && ost_settings_get_text (settings, item->identity->methods_key) != NULL)
        item->methods = ost_settings_get_list (settings, item->identity->methods_key);
    }
  return self;
}

void
ost_credential_box_free (OstCredentialBox *self)
{
  for (guint i = 0; i < self->n_items; i++)
    {
      g_clear_pointer (&self->items[i].secret, ost_secret_unref);
      g_free (self->items[i].fingerprint);
    }
  g_free (self->items);
  g_object_unref (self->settings);
  g_free (self->connection);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
set_refused_error (OstCredentialBox *self, const Credential *item, const char *reason,
                   GError **error)
{
  g_autofree char *remedy = g_strdup_printf (
    "put the right password where %s= points to (the file is watched), or run ‘ostiary check %s’ "
    "to try this one once more",
    item->identity->secret_key, self->connection);

  g_set_error (error, OST_ERROR, OST_ERROR_SIGN_IN,
               "connection ‘%s’: the credential of ‘%s’ was rejected and is not tried again%s%s",
               self->connection, item->user != NULL ? item->user : item->identity->name,
               reason != NULL ? ": " : "", reason != NULL ? reason : "");
  if (error != NULL && *error != NULL)
    ost_error_set_remedy (*error, remedy);
}

static gboolean
check_refusal (OstCredentialBox *self, Credential *item, gboolean is_explicit, GError **error)
{
  g_autoptr (OstRefusal) refusal = NULL;
  const char *name = item->identity->name;

  if (!ost_store_get_refusal (self->store, self->connection, name, &refusal, error))
    return FALSE;
  if (refusal == NULL)
    {
      item->is_refused = FALSE;
      return TRUE;
    }
  if (!is_explicit && g_strcmp0 (refusal->fingerprint, item->fingerprint) == 0)
    {
      item->is_refused = TRUE;
      set_refused_error (self, item, refusal->error, error);
      return FALSE;
    }
  item->is_refused = FALSE;
  return ost_store_clear_refusal (self->store, self->connection, name, error);
}

static gboolean
load_item (OstCredentialBox *self, Credential *item, gboolean is_explicit, GError **error)
{
  if (item->reference == NULL)
    return TRUE;
  g_clear_pointer (&item->secret, ost_secret_unref);
  g_clear_pointer (&item->fingerprint, g_free);
  /* Before the secret: one that is put there in between is then taken for new once more, never
   * for the rejected one. */
  item->fingerprint = ost_secret_reference_get_fingerprint (item->reference);
  if (!check_refusal (self, item, is_explicit, error))
    return FALSE;
  item->secret = ost_secret_reference_resolve (
    item->reference,
    self->allow_env ? OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT : OST_SECRET_REFERENCE_NONE, error);
  if (item->secret == NULL)
    g_prefix_error (error, "connection ‘%s’: %s: ", self->connection, item->identity->secret_key);
  return item->secret != NULL;
}

gboolean
ost_credential_box_load (OstCredentialBox *self, gboolean is_explicit, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->n_items; i++)
    if (!load_item (self, &self->items[i], is_explicit, error))
      return FALSE;
  return TRUE;
}

static Credential *
find_item (OstCredentialBox *self, const char *identity)
{
  for (guint i = 0; i < self->n_items; i++)
    if (g_str_equal (self->items[i].identity->name, identity))
      return &self->items[i];
  return NULL;
}

gboolean
ost_credential_box_sign (OstCredentialBox *self, OstTransfer *transfer, GError **error)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Credential *item = find_item (self, ost_transfer_get_identity (transfer));

  if (item == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "connection ‘%s’: the backend wants to sign in as ‘%s’, an identity that its "
                   "table does not declare",
                   self->connection, ost_transfer_get_identity (transfer));
      return FALSE;
    }
  if (item->is_refused)
    {
      set_refused_error (self, item, NULL, error);
      return FALSE;
    }
  ost_transfer_set_credentials (transfer, item->user, item->secret, item->methods);
  return TRUE;
}

void
ost_credential_box_refuse (OstCredentialBox *self, const char *identity, const char *reason,
                           gint64 now_us)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  g_autoptr (GError) error = NULL;
  Credential *item = find_item (self, identity);
  OstRefusal refusal = { .error = (char *)reason, .refused_us = now_us };

  if (item == NULL || item->is_refused)
    return;
  item->is_refused = TRUE;
  refusal.fingerprint = item->fingerprint != NULL ? item->fingerprint : (char *)"";
  if (!ost_store_set_refusal (self->store, self->connection, identity, &refusal, &error))
    g_warning ("connection ‘%s’: the rejected sign-in could not be written down: %s",
               self->connection, error->message);
}

GStrv
ost_credential_box_get_files (OstCredentialBox *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->n_items; i++)
    {
      g_autofree char *file = self->items[i].reference != NULL
                                ? ost_secret_reference_get_file (self->items[i].reference)
                                : NULL;

      if (file != NULL)
        g_strv_builder_add (builder, file);
    }
  return g_strv_builder_end (builder);
}
