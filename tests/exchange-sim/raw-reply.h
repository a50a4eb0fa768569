/* raw-reply.h: answers that an HTTP library would not send */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * SimRawEnd:
 * @SIM_RAW_CLOSE: the connection ends
 * @SIM_RAW_RESET: it is reset
 * @SIM_RAW_HANG: nothing more comes, until the client goes
 * @SIM_RAW_ENDLESS: blanks come, until the client goes
 *
 * What follows the bytes.
 */
typedef enum {
  SIM_RAW_CLOSE,
  SIM_RAW_RESET,
  SIM_RAW_HANG,
  SIM_RAW_ENDLESS,
} SimRawEnd;

/**
 * sim_raw_reply:
 * @stream: (transfer full): a connection that nobody else uses any more
 * @bytes: (nullable) (transfer full): what to send
 * @interval_ms: 0 to send it at once, else how long to wait before each byte
 * @end: what follows
 *
 * Goes on by itself until the connection is over.
 */
void sim_raw_reply (GIOStream *stream, GBytes *bytes, guint interval_ms, SimRawEnd end);

G_END_DECLS
