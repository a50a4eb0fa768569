/* ost-operation.h: what is asked: verb, kind, id, fields */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-object.h>

G_BEGIN_DECLS

/**
 * OstVerb:
 * @OST_VERB_LIST: emit every object of the kind that the fields select
 * @OST_VERB_GET: emit the one object with this id
 * @OST_VERB_CREATE: make one
 * @OST_VERB_UPDATE: change fields of the one with this id
 * @OST_VERB_REMOVE: take it away
 * @OST_VERB_ALLOW: put a device on its mailbox's personal allow list
 * @OST_VERB_BLOCK: put a device on its mailbox's personal block list
 * @OST_VERB_RELEASE: take a device out of both lists
 * @OST_VERB_WIPE: ask for a remote wipe
 * @OST_VERB_CANCEL_WIPE: take back a wipe that has not been sent
 *
 * Since: 1.0
 */
typedef enum {
  OST_VERB_LIST,
  OST_VERB_GET,
  OST_VERB_CREATE,
  OST_VERB_UPDATE,
  OST_VERB_REMOVE,
  OST_VERB_ALLOW,
  OST_VERB_BLOCK,
  OST_VERB_RELEASE,
  OST_VERB_WIPE,
  OST_VERB_CANCEL_WIPE,
} OstVerb;

/**
 * OST_SELECT_PREFIX:
 *
 * Field of (list, device): only devices whose ID begins with this text, compared as the server
 * compares. Present only where the backend declares %OST_CAPABILITY_SLICES.
 *
 * Since: 1.0
 */
#define OST_SELECT_PREFIX "prefix"
/**
 * OST_SELECT_EXCEPT:
 *
 * Field of (list, device): a list of prefixes; only devices whose ID begins with none of them. A
 * slice with a prefix and one that excepts it are together everything, whatever the server's
 * collation.
 *
 * Since: 1.0
 */
#define OST_SELECT_EXCEPT "except"
/**
 * OST_SELECT_CHANGED_SINCE:
 *
 * Field of (list, device) and (list, mailbox): only those changed at or after this time, in
 * microseconds since 1970 as text. The backend subtracts no overlap of its own.
 *
 * Since: 1.0
 */
#define OST_SELECT_CHANGED_SINCE "changed-since"
/**
 * OST_SELECT_FIRST_SYNC_SINCE:
 *
 * Field of (list, device): only those that first synchronised at or after this time, likewise.
 *
 * Since: 1.0
 */
#define OST_SELECT_FIRST_SYNC_SINCE "first-sync-since"
/**
 * OST_SELECT_STATE:
 *
 * Field of (list, device): only those that Exchange reports in this access state.
 *
 * Since: 1.0
 */
#define OST_SELECT_STATE "state"
/**
 * OST_SELECT_MAILBOX:
 *
 * Field of (list, device): only those of the mailbox with this GUID.
 *
 * Since: 1.0
 */
#define OST_SELECT_MAILBOX "mailbox"
/**
 * OST_SELECT_LIMIT:
 *
 * Field of (list, ...): at most this many. A listing that reached its limit ends with
 * %OST_ERROR_INCOMPLETE after the last object.
 *
 * Since: 1.0
 */
#define OST_SELECT_LIMIT "limit"
/**
 * OST_SELECT_VIEW:
 *
 * Field of (list, device): `statistics` for the fields that are read from the mailbox itself;
 * needs %OST_SELECT_MAILBOX. Of (list, mailbox): `recipient` for the fields from the directory.
 *
 * Since: 1.0
 */
#define OST_SELECT_VIEW "view"

/**
 * OstOperation:
 *
 * One thing asked of a backend. Built, then handed over and never changed again.
 *
 * Since: 1.0
 */
#define OST_TYPE_OPERATION (ost_operation_get_type ())
OST_AVAILABLE_IN_1_0
GType ost_operation_get_type (void);

/**
 * ost_operation_new:
 * @verb: what to do
 * @kind: to what kind of thing
 * @id: (nullable): the GUID of the one thing that it is about; never an empty text, which
 *   Exchange would take for every thing there is
 *
 * Returns: (transfer full): an operation without fields
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstOperation *ost_operation_new (OstVerb verb, OstKind kind, const char *id);
OST_AVAILABLE_IN_1_0
OstOperation *ost_operation_ref (OstOperation *self);
OST_AVAILABLE_IN_1_0
void ost_operation_unref (OstOperation *self);

/**
 * ost_operation_set_text:
 * @self: an operation that was not handed over yet
 * @name: a field's name
 * @value: its value
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_operation_set_text (OstOperation *self, const char *name, const char *value);
/**
 * ost_operation_set_integer:
 * @self: an operation that was not handed over yet
 * @name: a field's name
 * @value: its value
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_operation_set_integer (OstOperation *self, const char *name, gint64 value);
/**
 * ost_operation_set_list:
 * @self: an operation that was not handed over yet
 * @name: a field's name
 * @items: (array zero-terminated=1): its items
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
void ost_operation_set_list (OstOperation *self, const char *name, const char *const *items);

/**
 * ost_operation_get_verb:
 * @self: an operation
 *
 * Returns: what to do
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstVerb ost_operation_get_verb (const OstOperation *self);
/**
 * ost_operation_get_kind:
 * @self: an operation
 *
 * Returns: to what kind of thing
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
OstKind ost_operation_get_kind (const OstOperation *self);
/**
 * ost_operation_get_id:
 * @self: an operation
 *
 * Returns: (transfer none) (nullable): the GUID of what it is about; never an empty text
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_operation_get_id (const OstOperation *self);
/**
 * ost_operation_get_text:
 * @self: an operation
 * @name: a field's name
 *
 * Returns: (transfer none) (nullable): its value; %NULL where it is not there
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_operation_get_text (const OstOperation *self, const char *name);
/**
 * ost_operation_get_integer:
 * @self: an operation
 * @name: a field's name
 * @value: (out): its value
 *
 * Returns: %FALSE where the field is not there or is no whole number
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
gboolean ost_operation_get_integer (const OstOperation *self, const char *name, gint64 *value);
/**
 * ost_operation_get_list:
 * @self: an operation
 * @name: a field's name
 *
 * Returns: (transfer none) (nullable) (array zero-terminated=1): its items
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *const *ost_operation_get_list (const OstOperation *self, const char *name);
/**
 * ost_operation_describe:
 * @self: an operation
 *
 * Returns: (transfer full): what it asks, in a few words for messages, such as `list devices`
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
char *ost_operation_describe (const OstOperation *self);
/**
 * ost_verb_to_string:
 * @verb: a verb
 *
 * Returns: (transfer none): its name, such as `cancel-wipe`
 *
 * Since: 1.0
 */
OST_AVAILABLE_IN_1_0
const char *ost_verb_to_string (OstVerb verb);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OstOperation, ost_operation_unref)

G_END_DECLS
