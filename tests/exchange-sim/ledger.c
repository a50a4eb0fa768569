/* ledger.c: counts what comes in, and what comes twice */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ledger.h"

#include "value.h"

/* Identifiers that are remembered of each kind; then the oldest generation is forgotten. */
#define MAX_REMEMBERED 100000
#define MAX_REPEATS 1000

typedef enum {
  MESSAGE_IDS,
  COMMAND_IDS,
  N_KINDS,
} Kind;

static const char *const KIND_NAMES[N_KINDS] = { "messageIds", "commandIds" };

struct _SimLedger {
  guint64 requests[SIM_N_ACTIONS];
  guint64 distinct[SIM_N_ACTIONS][N_KINDS];
  GHashTable *seen[N_KINDS];
  guint64 n_repeated;
  GString *repeats;
  guint n_listed;
  guint64 n_unauthenticated;
  guint64 received;
  guint64 sent;
};

SimLedger *
sim_ledger_new (void)
{
  SimLedger *ledger = g_new0 (SimLedger, 1);
  for (guint i = 0; i < N_KINDS; i++)
    ledger->seen[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  ledger->repeats = g_string_new (NULL);
  return ledger;
}

void
sim_ledger_free (SimLedger *ledger)
{
  if (ledger == NULL)
    return;
  for (guint i = 0; i < N_KINDS; i++)
    g_hash_table_unref (ledger->seen[i]);
  g_string_free (ledger->repeats, TRUE);
  g_free (ledger);
}

void
sim_ledger_clear (SimLedger *ledger)
{
  GHashTable *seen[N_KINDS];
  GString *repeats = g_string_truncate (ledger->repeats, 0);
  for (guint i = 0; i < N_KINDS; i++)
    {
      g_hash_table_remove_all (ledger->seen[i]);
      seen[i] = ledger->seen[i];
    }
  *ledger = (SimLedger){ .repeats = repeats };
  for (guint i = 0; i < N_KINDS; i++)
    ledger->seen[i] = seen[i];
}

static void
note (SimLedger *ledger, SimAction action, Kind kind, const char *value)
{
  if (value == NULL)
    return;
  if (g_hash_table_size (ledger->seen[kind]) >= MAX_REMEMBERED)
    g_hash_table_remove_all (ledger->seen[kind]);
  if (g_hash_table_add (ledger->seen[kind], g_strdup (value)))
    {
      ledger->distinct[action][kind]++;
      return;
    }
  ledger->n_repeated++;
  if (ledger->n_listed++ >= MAX_REPEATS)
    return;
  if (ledger->repeats->len > 0)
    g_string_append_c (ledger->repeats, ',');
  g_string_append (ledger->repeats, "{\"action\":");
  sim_json_append_string (ledger->repeats, sim_action_get_name (action));
  g_string_append_printf (ledger->repeats, ",\"what\":\"%s\",\"value\":", KIND_NAMES[kind]);
  sim_json_append_string (ledger->repeats, value);
  g_string_append_c (ledger->repeats, '}');
}

void
sim_ledger_add_request (SimLedger *ledger, const SimRequest *request)
{
  ledger->requests[request->action]++;
  note (ledger, request->action, MESSAGE_IDS, request->message_id);
  if (request->action == SIM_ACTION_COMMAND)
    note (ledger, request->action, COMMAND_IDS, request->command_id);
}

void
sim_ledger_add_unauthenticated (SimLedger *ledger)
{
  ledger->n_unauthenticated++;
}

void
sim_ledger_add_bytes (SimLedger *ledger, gsize received, gsize sent)
{
  ledger->received += received;
  ledger->sent += sent;
}

void
sim_ledger_append_json (const SimLedger *ledger, GString *out)
{
  g_autoptr (GString) messages = g_string_new (NULL);
  g_string_append (out, "\"requests\":{");
  for (guint i = 0; i < SIM_N_ACTIONS; i++)
    {
      const char *name = sim_action_get_name ((SimAction)i);
      if (ledger->requests[i] == 0)
        continue;
      g_string_append_printf (out, "%s\"%s\":%" G_GUINT64_FORMAT, messages->len == 0 ? "" : ",",
                              name, ledger->requests[i]);
      g_string_append_printf (
        messages, "%s\"%s\":{\"requests\":%" G_GUINT64_FORMAT ",\"messageIds\":%" G_GUINT64_FORMAT,
        messages->len == 0 ? "" : ",", name, ledger->requests[i], ledger->distinct[i][MESSAGE_IDS]);
      if (i == SIM_ACTION_COMMAND)
        g_string_append_printf (messages, ",\"commandIds\":%" G_GUINT64_FORMAT,
                                ledger->distinct[i][COMMAND_IDS]);
      g_string_append_c (messages, '}');
    }
  g_string_append_printf (out,
                          "},\"received\":%" G_GUINT64_FORMAT ",\"sent\":%" G_GUINT64_FORMAT
                          ",\"ledger\":{\"messages\":{%s},\"repeated\":%" G_GUINT64_FORMAT
                          ",\"repeats\":[%s],\"unauthenticated\":%" G_GUINT64_FORMAT "}",
                          ledger->received, ledger->sent, messages->str, ledger->n_repeated,
                          ledger->repeats->str, ledger->n_unauthenticated);
}
