/* ost-accounts.c: what all connections of one account share */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-accounts.h"

/* When a server drops a shell by itself whose client is gone: its idle time, and a margin. */
#define LEFT_OVER_EXPIRY_US (G_GINT64_CONSTANT (20) * 60 * G_USEC_PER_SEC)

typedef struct {
  char *account;
  char *reference;
  char *fingerprint;
  char *reason;
  OstSecret *secret; /* (nullable) */
} Rejection;

typedef struct {
  gboolean is_tried; /* somebody has the turn */
  gboolean is_right;
  OstSecret *secret; /* (nullable): the one that is right */
} Account;

struct _OstAccounts {
  OstStore *store;
  const OstClock *clock;

  GMutex mutex; /* guards all below */
  GCond cond;
  GPtrArray *rejections;
  GHashTable *accounts; /* name -> Account */
  GPtrArray *sessions;  /* OstSession: left over by this process */
};

static void
free_rejection (gpointer data)
{
  Rejection *self = data;

  g_free (self->account);
  g_free (self->reference);
  g_free (self->fingerprint);
  g_free (self->reason);
  g_clear_pointer (&self->secret, ost_secret_unref);
  g_free (self);
}

static void
free_account (gpointer data)
{
  Account *self = data;

  g_clear_pointer (&self->secret, ost_secret_unref);
  g_free (self);
}

OstAccounts *
ost_accounts_new (OstStore *store, const OstClock *clock)
{
  OstAccounts *self = g_new0 (OstAccounts, 1);

  self->store = g_object_ref (store);
  self->clock = clock;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->rejections = g_ptr_array_new_with_free_func (free_rejection);
  self->accounts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_account);
  self->sessions = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_session_free);
  return self;
}

void
ost_accounts_free (OstAccounts *self)
{
  g_ptr_array_unref (self->rejections);
  g_hash_table_unref (self->accounts);
  g_ptr_array_unref (self->sessions);
  g_object_unref (self->store);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

/* Rejected secrets */

static gboolean
has_secret (OstSecret *a, OstSecret *b)
{
  return a != NULL && b != NULL && ost_secret_equal (a, b);
}

/* The same secret of the same account is the same wherever it was read from. */
static Rejection *
find_rejection_locked (OstAccounts *self, const OstSource *source)
{
  for (guint i = 0; i < self->rejections->len; i++)
    {
      Rejection *rejection = self->rejections->pdata[i];

      if (!g_str_equal (rejection->account, source->account))
        continue;
      if (has_secret (rejection->secret, source->secret)
          || (g_str_equal (rejection->reference, source->reference)
              && g_str_equal (rejection->fingerprint, source->fingerprint)))
        return rejection;
    }
  return NULL;
}

static void
drop_rejections_locked (OstAccounts *self, const char *account, const char *reference)
{
  for (guint i = self->rejections->len; i > 0; i--)
    {
      Rejection *rejection = self->rejections->pdata[i - 1];

      if (g_str_equal (rejection->account, account)
          && g_str_equal (rejection->reference, reference))
        g_ptr_array_remove_index (self->rejections, i - 1);
    }
}

static void
add_rejection_locked (OstAccounts *self, const OstSource *source, const char *reason)
{
  Rejection *rejection = g_new0 (Rejection, 1);

  drop_rejections_locked (self, source->account, source->reference);
  rejection->account = g_strdup (source->account);
  rejection->reference = g_strdup (source->reference);
  rejection->fingerprint = g_strdup (source->fingerprint);
  rejection->reason = g_strdup (reason != NULL ? reason : "the server gave no reason");
  rejection->secret = source->secret != NULL ? ost_secret_ref (source->secret) : NULL;
  g_ptr_array_add (self->rejections, rejection);
}

static void
write_rejection (OstAccounts *self, const OstSource *source, const char *reason)
{
  g_autoptr (GError) error = NULL;
  OstRefusal refusal = {
    .fingerprint = (char *)source->fingerprint,
    .error = (char *)reason,
    .refused_us = ost_clock_get_time (self->clock),
  };

  if (!ost_store_set_refusal (self->store, source->account, source->reference, &refusal, &error))
    g_warning ("the rejected sign-in of ‘%s’ could not be written down: %s", source->account,
               error->message);
}

gboolean
ost_accounts_recall (OstAccounts *self, const OstSource *source, char **reason, GError **error)
{
  g_autoptr (OstRefusal) refusal = NULL;
  g_autofree char *found = NULL;
  gboolean is_same;

  if (!ost_store_get_refusal (self->store, source->account, source->reference, &refusal, error))
    return FALSE;
  is_same = refusal != NULL && g_str_equal (refusal->fingerprint, source->fingerprint);
  g_mutex_lock (&self->mutex);
  if (is_same)
    add_rejection_locked (self, source, refusal->error);
  if (find_rejection_locked (self, source) != NULL)
    found = g_strdup (find_rejection_locked (self, source)->reason);
  else
    drop_rejections_locked (self, source->account, source->reference);
  g_mutex_unlock (&self->mutex);
  /* One that was only touched has to be known again by a later process. */
  if (found != NULL && refusal != NULL && !is_same)
    write_rejection (self, source, found);
  if (found == NULL && refusal != NULL
      && !ost_store_clear_refusal (self->store, source->account, source->reference, error))
    return FALSE;
  *reason = g_steal_pointer (&found);
  return TRUE;
}

char *
ost_accounts_is_rejected (OstAccounts *self, const OstSource *source)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);
  Rejection *rejection = find_rejection_locked (self, source);

  return rejection != NULL ? g_strdup (rejection->reason) : NULL;
}

static Account *
get_account_locked (OstAccounts *self, const char *name)
{
  Account *account = g_hash_table_lookup (self->accounts, name);

  if (account != NULL)
    return account;
  account = g_new0 (Account, 1);
  g_hash_table_insert (self->accounts, g_strdup (name), account);
  return account;
}

void
ost_accounts_reject (OstAccounts *self, const OstSource *source, const char *reason)
{
  g_mutex_lock (&self->mutex);
  get_account_locked (self, source->account)->is_right = FALSE;
  add_rejection_locked (self, source, reason);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  write_rejection (self, source, reason);
}

static gboolean
is_right_locked (const Account *account, const OstSource *source)
{
  return account->is_right && ost_secret_equal (account->secret, source->secret);
}

static void
clear_rejection (OstAccounts *self, const Rejection *rejection)
{
  g_autoptr (GError) error = NULL;

  if (!ost_store_clear_refusal (self->store, rejection->account, rejection->reference, &error))
    g_warning ("that ‘%s’ can sign in again could not be written down: %s", rejection->account,
               error->message);
}

void
ost_accounts_accept (OstAccounts *self, const OstSource *source, gboolean is_new_try)
{
  g_autoptr (GPtrArray) over = g_ptr_array_new_with_free_func (free_rejection);
  Account *account;
  Rejection *rejection;
  guint index;

  g_mutex_lock (&self->mutex);
  account = get_account_locked (self, source->account);
  while (is_new_try && (rejection = find_rejection_locked (self, source)) != NULL
         && g_ptr_array_find (self->rejections, rejection, &index))
    g_ptr_array_add (over, g_ptr_array_steal_index (self->rejections, index));
  if (!is_right_locked (account, source) && find_rejection_locked (self, source) == NULL)
    {
      account->is_right = TRUE;
      g_clear_pointer (&account->secret, ost_secret_unref);
      account->secret = source->secret != NULL ? ost_secret_ref (source->secret) : NULL;
      g_cond_broadcast (&self->cond);
    }
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < over->len; i++)
    clear_rejection (self, over->pdata[i]);
}

/* Whose turn it is */

static void
wake_cb (GCancellable *cancellable, gpointer user_data)
{
  OstAccounts *self = user_data;

  g_mutex_lock (&self->mutex);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

gboolean
ost_accounts_enter (OstAccounts *self, const OstSource *source, GCancellable *cancellable,
                    gboolean *has_turn, GError **error)
{
  gulong id = cancellable != NULL
                ? g_cancellable_connect (cancellable, G_CALLBACK (wake_cb), self, NULL)
                : 0;
  Account *account;
  gboolean is_cancelled;

  g_mutex_lock (&self->mutex);
  account = get_account_locked (self, source->account);
  while (account->is_tried && !is_right_locked (account, source)
         && !g_cancellable_is_cancelled (cancellable))
    ost_clock_wait (self->clock, &self->cond, &self->mutex, G_MAXINT64);
  is_cancelled = g_cancellable_set_error_if_cancelled (cancellable, error);
  *has_turn = !is_cancelled && !is_right_locked (account, source);
  if (*has_turn)
    account->is_tried = TRUE;
  g_mutex_unlock (&self->mutex);
  if (id != 0)
    g_cancellable_disconnect (cancellable, id);
  return !is_cancelled;
}

void
ost_accounts_leave (OstAccounts *self, const char *account)
{
  g_mutex_lock (&self->mutex);
  get_account_locked (self, account)->is_tried = FALSE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* Shells */

void
ost_accounts_leave_session (OstAccounts *self, OstSession *session)
{
  if (session->expires_us == 0)
    session->expires_us = ost_clock_get_time (self->clock) + LEFT_OVER_EXPIRY_US;
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->sessions, session);
  g_mutex_unlock (&self->mutex);
}

static void
strike_out (OstAccounts *self, const OstSession *session)
{
  g_autoptr (GError) error = NULL;

  if (!ost_store_forget_session (self->store, session->account, session->id, &error))
    g_warning ("shell %s of ‘%s’ is over, but could not be struck out: %s", session->id,
               session->account, error->message);
}

static void
take_our_sessions (OstAccounts *self, const char *account, GPtrArray *taken)
{
  g_autoptr (GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new (&self->mutex);

  for (guint i = self->sessions->len; i > 0; i--)
    if (g_str_equal (((const OstSession *)self->sessions->pdata[i - 1])->account, account))
      g_ptr_array_add (taken, g_ptr_array_steal_index (self->sessions, i - 1));
}

GPtrArray *
ost_accounts_take_sessions (OstAccounts *self, const char *account)
{
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify)ost_session_free);
  g_autofree char *process = ost_process_describe_self ();
  g_autoptr (GError) error = NULL;
  gint64 now = ost_clock_get_time (self->clock);
  g_autoptr (GPtrArray) others = NULL;

  take_our_sessions (self, account, taken);
  for (guint i = taken->len; i > 0; i--)
    if (((const OstSession *)taken->pdata[i - 1])->expires_us <= now)
      {
        strike_out (self, taken->pdata[i - 1]);
        g_ptr_array_remove_index (taken, i - 1);
      }
  others = ost_store_take_left_over_sessions (self->store, account, process,
                                              now + LEFT_OVER_EXPIRY_US, now, &error);
  if (others != NULL)
    g_ptr_array_extend_and_steal (taken, g_steal_pointer (&others));
  else
    g_warning ("shells that an earlier process of ‘%s’ left behind cannot be looked up: %s",
               account, error->message);
  return g_steal_pointer (&taken);
}
