/* ostiary.h: the one header that a plugin includes */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ost-types.h>
#include <ostiary/ost-error.h>
#include <ostiary/ost-secret.h>
#include <ostiary/ost-setting.h>
#include <ostiary/ost-object.h>
#include <ostiary/ost-operation.h>
#include <ostiary/ost-exchange.h>
#include <ostiary/ost-call.h>
#include <ostiary/ost-transport.h>
#include <ostiary/ost-backend.h>
#include <ostiary/ost-authority.h>
#include <ostiary/ost-notifier.h>
#include <ostiary/ost-plugin.h>
