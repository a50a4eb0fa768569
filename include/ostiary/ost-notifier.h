/* ost-notifier.h: interface: delivers one message */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-call.h>

G_BEGIN_DECLS

/**
 * OstMessage:
 * @id: a unique id, so that a notifier can refuse to deliver one twice
 * @recipient: a mail address
 * @subject: one line of UTF-8
 * @text: the body as plain text
 * @html: (nullable): the body as HTML
 *
 * Since: 1.0
 */
typedef struct {
  const char *id;
  const char *recipient;
  const char *subject;
  const char *text;
  const char *html;
} OstMessage;

/**
 * OstNotifier:
 *
 * Delivers messages to users. All slots block, on a worker thread.
 *
 * Since: 1.0
 */
#define OST_TYPE_NOTIFIER (ost_notifier_get_type ())
OST_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (OstNotifier, ost_notifier, OST, NOTIFIER, GObject)

/**
 * OstNotifierInterface:
 * @parent_iface: the parent
 * @deliver: delivers one message; %OST_ERROR_TIMED_OUT where it may have been delivered. Must be
 *   filled in.
 *
 * New slots are added at the end only.
 *
 * Since: 1.0
 */
struct _OstNotifierInterface {
  GTypeInterface parent_iface;

  gboolean (*deliver) (OstNotifier *self, const OstMessage *message, OstCall *call, GError **error);
};

G_END_DECLS
