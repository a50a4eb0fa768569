/* models.h: what phones there are, and what people are called */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * SimIdKind:
 * @SIM_ID_SERIAL: `Appl` and a serial number: old iOS
 * @SIM_ID_BASE32: 26 digits of base 32: iOS
 * @SIM_ID_SAMSUNG: `SEC` and 13 hexadecimal digits
 * @SIM_ID_ANDROID: `androidc` and a decimal number
 * @SIM_ID_HEX: 32 hexadecimal digits in capitals: Outlook, Windows
 * @SIM_ID_LOWER_HEX: the same in small letters: Outlook by REST
 *
 * How a kind of client makes up its device ID.
 */
typedef enum {
  SIM_ID_SERIAL,
  SIM_ID_BASE32,
  SIM_ID_SAMSUNG,
  SIM_ID_ANDROID,
  SIM_ID_HEX,
  SIM_ID_LOWER_HEX,
} SimIdKind;

/** SimClient: members of Exchange's MobileClientType. */
typedef enum {
  SIM_CLIENT_EAS,
  SIM_CLIENT_MOWA,
  SIM_CLIENT_OUTLOOK,
  SIM_CLIENT_REST,
  SIM_CLIENT_UNIVERSAL_OUTLOOK,
} SimClient;

/**
 * SimModel:
 * @type: DeviceType
 * @name: DeviceModel
 * @os: DeviceOS
 * @user_agent: DeviceUserAgent
 * @client_version: ClientVersion
 * @prefix: (nullable): what the object's name begins with when the client does not speak EAS
 * @id_kind: how its device IDs look
 * @client: ClientType
 * @weight: how common it is, of 100
 * @kind: what its owner calls it
 */
typedef struct {
  const char *type;
  const char *name;
  const char *os;
  const char *user_agent;
  const char *client_version;
  const char *prefix;
  const char *kind;
  SimIdKind id_kind;
  SimClient client;
  guint weight;
} SimModel;

/* The model of a device that drew @number. */
const SimModel *sim_model_draw (guint64 number);
/* What churn lets arrive to wait for a decision: of a type of its own, so that one rule can put it
   in quarantine and nothing else. */
const SimModel *sim_model_unknown (void);
/* Appends a device ID; two different @scrambled never give the same one, except by 1 in 10^15. */
void sim_model_append_id (const SimModel *model, guint64 scrambled, guint64 drawn, GString *out);

/**
 * SimPerson:
 * @name: display name and name in the directory
 * @alias: account name and left part of the address
 */
typedef struct {
  const char *name;
  const char *alias;
} SimPerson;

#define SIM_FIRST_NAMES 48
#define SIM_LAST_NAMES 64

extern const SimPerson sim_first_names[SIM_FIRST_NAMES];
extern const SimPerson sim_last_names[SIM_LAST_NAMES];

/**
 * SimOddMailbox:
 * @index: which mailbox it is
 * @name: its name in the directory
 * @alias: its account name
 * @display_name: (nullable): what is shown where that is not the name
 * @id_start: (nullable): what its first device's ID begins with
 *
 * A mailbox whose names have to be escaped somewhere.
 */
typedef struct {
  guint index;
  const char *name;
  const char *alias;
  const char *display_name;
  const char *id_start;
} SimOddMailbox;

/* Ends with an entry without a name. */
extern const SimOddMailbox sim_odd_mailboxes[];

G_END_DECLS
