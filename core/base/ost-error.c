/* ost-error.c: the error domain, with patience and remedy attached */
/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ost-private.h"

typedef struct {
  guint retry_after;
  char *remedy;
} OstErrorPrivate;

static void
ost_error_private_init (OstErrorPrivate *priv)
{
  priv->retry_after = 0;
  priv->remedy = NULL;
}

static void
ost_error_private_copy (const OstErrorPrivate *source, OstErrorPrivate *target)
{
  target->retry_after = source->retry_after;
  target->remedy = g_strdup (source->remedy);
}

static void
ost_error_private_clear (OstErrorPrivate *priv)
{
  g_clear_pointer (&priv->remedy, g_free);
}

G_DEFINE_EXTENDED_ERROR (OstError, ost_error)

const char *
ost_error_code_to_string (int code)
{
  static const char *const names[] = {
    [OST_ERROR_INVALID] = "invalid",       [OST_ERROR_NOT_SUPPORTED] = "not-supported",
    [OST_ERROR_NOT_FOUND] = "not-found",   [OST_ERROR_EXISTS] = "exists",
    [OST_ERROR_DENIED] = "denied",         [OST_ERROR_SIGN_IN] = "sign-in",
    [OST_ERROR_THROTTLED] = "throttled",   [OST_ERROR_UNAVAILABLE] = "unavailable",
    [OST_ERROR_TIMED_OUT] = "timed-out",   [OST_ERROR_PROTOCOL] = "protocol",
    [OST_ERROR_INCOMPLETE] = "incomplete",
  };

  if (code < 0 || (gsize)code >= G_N_ELEMENTS (names))
    return "unknown";
  return names[code];
}

void
ost_error_set_retry_after (GError *error, guint milliseconds)
{
  g_return_if_fail (error != NULL && error->domain == OST_ERROR);

  ost_error_get_private (error)->retry_after = milliseconds;
}

guint
ost_error_get_retry_after (const GError *error)
{
  if (error == NULL || error->domain != OST_ERROR)
    return 0;
  return ost_error_get_private (error)->retry_after;
}

void
ost_error_set_remedy (GError *error, const char *remedy)
{
  OstErrorPrivate *priv;

  g_return_if_fail (error != NULL && error->domain == OST_ERROR);

  priv = ost_error_get_private (error);
  g_free (priv->remedy);
  priv->remedy = g_strdup (remedy);
}

const char *
ost_error_get_remedy (const GError *error)
{
  if (error == NULL || error->domain != OST_ERROR)
    return NULL;
  return ost_error_get_private (error)->remedy;
}
