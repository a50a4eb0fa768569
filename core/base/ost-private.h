/* ost-private.h: marks what libostiary-1 exports to libostiary-core alone */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

/* Exported so that libostiary-core can link it, declared in headers that are never installed. */
#define OST_INTERNAL __attribute__ ((visibility ("default"))) extern
