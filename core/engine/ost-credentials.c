/* ost-credentials.c: the secrets of one connection */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-credentials.h"

#include "core/config/ost-secret-reference.h"

typedef struct {
  const OstIdentity *identity;
  char *account;
  const char *user;
  const char *reference; /* (nullable) */
  const char *const *methods;
  OstSecret *secret;
  char *fingerprint;
  gboolean is_new_try; /* a person asked for it, although it was rejected */
} Credential;

struct _OstCredentialBox {
  GMutex mutex; /* guards secret, fingerprint and is_new_try of all items */
  OstAccounts *accounts;
  OstSettings *settings;
  char *connection;
  gboolean allow_env;
  Credential *items;
  guint n_items;
};

/* In whatever case and on whatever connection an account appears, for the server it is one. */
static char *
make_account (const char *user, const char *identity, const char *connection)
{
  if (user != NULL)
    return g_utf8_casefold (user, -1);
  return identity != NULL ? g_strdup_printf ("connection %s, %s", connection, identity)
                          : g_strdup_printf ("connection %s", connection);
}

static void
init_item (OstCredentialBox *self, Credential *item, const OstIdentity *identity)
{
  item->identity = identity;
  if (identity->user_key != NULL)
    item->user = ost_settings_get_text (self->settings, identity->user_key);
  if (identity->secret_key != NULL)
    item->reference = ost_settings_get_text (self->settings, identity->secret_key);
  if (identity->methods_key != NULL
      && ost_settings_get_text (self->settings, identity->methods_key) != NULL)
    item->methods = ost_settings_get_list (self->settings, identity->methods_key);
  item->account = make_account (item->user, identity->name, self->connection);
  item->fingerprint = g_strdup ("");
}

OstCredentialBox *
ost_credential_box_new (OstSettings *settings, const OstIdentity *identities, OstAccounts *accounts,
                        const char *connection, gboolean allow_env)
{
  OstCredentialBox *self = g_new0 (OstCredentialBox, 1);

  g_mutex_init (&self->mutex);
  self->accounts = accounts;
  self->settings = g_object_ref (settings);
  self->connection = g_strdup (connection);
  self->allow_env = allow_env;
  while (identities != NULL && identities[self->n_items].name != NULL)
    self->n_items++;
  /* One more than there are: an account is counted by even where nobody signs in. */
  self->items = g_new0 (Credential, self->n_items + 1);
  for (guint i = 0; i < self->n_items; i++)
    init_item (self, &self->items[i], &identities[i]);
  self->items[self->n_items].account = make_account (NULL, NULL, connection);
  return self;
}

void
ost_credential_box_free (OstCredentialBox *self)
{
  for (guint i = 0; i <= self->n_items; i++)
    {
      g_clear_pointer (&self->items[i].secret, ost_secret_unref);
      g_free (self->items[i].fingerprint);
      g_free (self->items[i].account);
    }
  g_free (self->items);
  g_object_unref (self->settings);
  g_free (self->connection);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

const char *
ost_credential_box_get_account (OstCredentialBox *self)
{
  return self->items[0].account;
}

static OstSource
get_source (const Credential *item)
{
  return (OstSource){
    .account = item->account,
    .reference = item->reference != NULL ? item->reference : "",
    .fingerprint = item->fingerprint,
    .secret = item->secret,
  };
}

static void
set_refused_error (OstCredentialBox *self, const Credential *item, const char *reason,
                   GError **error)
{
  const char *key = item->identity->secret_key;
  g_autofree char *remedy
    = item->reference != NULL
        ? g_strdup_printf ("put the right password where %s= points to (a file is watched), or run "
                           "‘ostiary check %s’ to try this one once more",
                           key, self->connection)
        : g_strdup_printf ("run ‘ostiary check %s’ to try once more", self->connection);

  g_set_error (error, OST_ERROR, OST_ERROR_SIGN_IN,
               "connection ‘%s’: the credential of ‘%s’ was rejected and is not tried again: %s",
               self->connection, item->user != NULL ? item->user : item->identity->name, reason);
  if (error != NULL && *error != NULL)
    ost_error_set_remedy (*error, remedy);
}

static gboolean
read_secret (OstCredentialBox *self, Credential *item, GError **error)
{
  if (item->reference == NULL)
    return TRUE;
  g_clear_pointer (&item->secret, ost_secret_unref);
  g_free (item->fingerprint);
  /* Before the secret: one that is put there in between is then taken for new once more, never
   * for the rejected one. */
  item->fingerprint = ost_secret_reference_get_fingerprint (item->reference);
  item->secret = ost_secret_reference_resolve (
    item->reference,
    self->allow_env ? OST_SECRET_REFERENCE_ALLOW_ENVIRONMENT : OST_SECRET_REFERENCE_NONE, error);
  if (item->secret == NULL)
    g_prefix_error (error, "connection ‘%s’: %s: ", self->connection, item->identity->secret_key);
  return item->secret != NULL;
}

static gboolean
load_item (OstCredentialBox *self, Credential *item, gboolean is_explicit, GError **error)
{
  g_autofree char *reason = NULL;
  OstSource source;

  item->is_new_try = FALSE;
  if (!read_secret (self, item, error))
    return FALSE;
  source = get_source (item);
  if (!ost_accounts_recall (self->accounts, &source, &reason, error))
    return FALSE;
  /* The rejection stays written down until the new try has come out well. */
  item->is_new_try = reason != NULL && is_explicit;
  if (reason == NULL || is_explicit)
    return TRUE;
  set_refused_error (self, item, reason, error);
  return FALSE;
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
  g_autofree char *reason = NULL;
  OstSource source;

  if (item == NULL)
    {
      g_set_error (error, OST_ERROR, OST_ERROR_INVALID,
                   "connection ‘%s’: the backend wants to sign in as ‘%s’, an identity that its "
                   "table does not declare",
                   self->connection, ost_transfer_get_identity (transfer));
      return FALSE;
    }
  source = get_source (item);
  if (!item->is_new_try)
    reason = ost_accounts_is_rejected (self->accounts, &source);
  if (reason != NULL)
    {
      set_refused_error (self, item, reason, error);
      return FALSE;
    }
  ost_transfer_set_credentials (transfer, item->user, item->secret, item->methods);
  return TRUE;
}

void
ost_credential_box_accept (OstCredentialBox *self, const char *identity)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Credential *item = find_item (self, identity);
  OstSource source;

  if (item == NULL)
    return;
  source = get_source (item);
  ost_accounts_accept (self->accounts, &source, item->is_new_try);
  item->is_new_try = FALSE;
}

void
ost_credential_box_refuse (OstCredentialBox *self, const char *identity, const char *reason)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Credential *item = find_item (self, identity);
  OstSource source;

  if (item == NULL)
    return;
  source = get_source (item);
  item->is_new_try = FALSE;
  ost_accounts_reject (self->accounts, &source, reason);
}

gboolean
ost_credential_box_is_refused (OstCredentialBox *self)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = 0; i < self->n_items; i++)
    {
      OstSource source = get_source (&self->items[i]);
      g_autofree char *reason = ost_accounts_is_rejected (self->accounts, &source);

      if (reason != NULL)
        return TRUE;
    }
  return FALSE;
}

/* The source is copied, so that nobody waits behind the box's lock for a turn. */
static OstSource
copy_source (OstCredentialBox *self, char **fingerprint, OstSecret **secret)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  OstSource source = get_source (&self->items[0]);

  source.fingerprint = *fingerprint = g_strdup (source.fingerprint);
  *secret = source.secret != NULL ? ost_secret_ref (source.secret) : NULL;
  return source;
}

gboolean
ost_credential_box_enter (OstCredentialBox *self, GCancellable *cancellable, gboolean *has_turn,
                          GError **error)
{
  g_autofree char *fingerprint = NULL;
  g_autoptr (OstSecret) secret = NULL;
  OstSource source;

  *has_turn = FALSE;
  if (self->n_items == 0)
    return TRUE;
  source = copy_source (self, &fingerprint, &secret);
  return ost_accounts_enter (self->accounts, &source, cancellable, has_turn, error);
}

void
ost_credential_box_leave (OstCredentialBox *self, gboolean is_right)
{
  if (is_right)
    ost_credential_box_accept (self, self->items[0].identity->name);
  ost_accounts_leave (self->accounts, self->items[0].account);
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
