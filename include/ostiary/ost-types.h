/* ost-types.h: names that several headers need, and visibility */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * OST_AVAILABLE_IN_1_0:
 *
 * Marks a symbol that libostiary-1 has exported since version 1.0. Everything else is hidden.
 */
#define OST_AVAILABLE_IN_1_0 __attribute__ ((visibility ("default"))) extern

typedef struct _OstBackend OstBackend;
typedef struct _OstCall OstCall;
typedef struct _OstExchange OstExchange;
typedef struct _OstObject OstObject;
typedef struct _OstOperation OstOperation;
typedef struct _OstRequest OstRequest;
typedef struct _OstSecret OstSecret;
typedef struct _OstSettings OstSettings;
typedef struct _OstTransfer OstTransfer;
typedef struct _OstTransport OstTransport;

G_END_DECLS
