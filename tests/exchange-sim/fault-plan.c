/* fault-plan.c: what shall go wrong, and when */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fault-plan.h"

#include "value.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_ARMED 1000

static const struct {
  const char *name;
  SimFaultKind kind;
} KINDS[] = {
  { "drop", SIM_FAULT_DROP },
  { "hang", SIM_FAULT_HANG },
  { "status", SIM_FAULT_STATUS },
  { "garbage", SIM_FAULT_GARBAGE },
  { "html", SIM_FAULT_GARBAGE },
  { "redirect", SIM_FAULT_REDIRECT },
  { "timeout", SIM_FAULT_TIMEOUT },
  { "denied", SIM_FAULT_DENIED },
  { "kill-shell", SIM_FAULT_KILL_SHELL },
  { "kill-shells", SIM_FAULT_KILL_SHELLS },
  { "slow", SIM_FAULT_SLOW },
  { "delay", SIM_FAULT_SLOW },
  { "drop-after", SIM_FAULT_DROP_AFTER },
  { "hang-after", SIM_FAULT_HANG_AFTER },
  { "truncate", SIM_FAULT_TRUNCATE },
  { "drip", SIM_FAULT_DRIP },
  { "no-length", SIM_FAULT_NO_LENGTH },
  { "long-length", SIM_FAULT_LONG_LENGTH },
  { "endless", SIM_FAULT_ENDLESS },
  { "doctype", SIM_FAULT_DOCTYPE },
  { "entity-bomb", SIM_FAULT_ENTITY_BOMB },
  { "deep", SIM_FAULT_DEEP },
  { "bad-base64", SIM_FAULT_BAD_BASE64 },
  { "short-base64", SIM_FAULT_SHORT_BASE64 },
  { "fragment-order", SIM_FAULT_FRAGMENT_ORDER },
  { "fragment-object", SIM_FAULT_FRAGMENT_OBJECT },
  { "fragment-length", SIM_FAULT_FRAGMENT_LENGTH },
  { "unknown-ref", SIM_FAULT_UNKNOWN_REF },
  { "deep-object", SIM_FAULT_DEEP_OBJECT },
  { "payload", SIM_FAULT_PAYLOAD },
};

struct _SimFaultPlan {
  GPtrArray *armed;
};

void
sim_armed_fault_free (SimArmedFault *fault)
{
  if (fault == NULL)
    return;
  g_free (fault->body);
  g_free (fault->type);
  g_free (fault);
}

SimFaultPlan *
sim_fault_plan_new (void)
{
  SimFaultPlan *plan = g_new0 (SimFaultPlan, 1);
  plan->armed = g_ptr_array_new_with_free_func ((GDestroyNotify)sim_armed_fault_free);
  return plan;
}

void
sim_fault_plan_free (SimFaultPlan *plan)
{
  if (plan == NULL)
    return;
  g_ptr_array_unref (plan->armed);
  g_free (plan);
}

gboolean
sim_fault_wants_output (SimFaultKind kind)
{
  return kind >= SIM_FAULT_BAD_BASE64;
}

/* ---- arming ---------------------------------------------------------------------------------- */

static char *
list_known (const char *what)
{
  g_autoptr (GString) text = g_string_new (what);
  g_string_append (text, "\nkinds:");
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    g_string_append_printf (text, "%s %s", i == 0 ? "" : ",", KINDS[i].name);
  g_string_append (text, "\nactions:");
  for (guint i = SIM_ACTION_IDENTIFY; i < SIM_N_ACTIONS; i++)
    g_string_append_printf (text, "%s %s", i == SIM_ACTION_IDENTIFY ? "" : ",",
                            sim_action_get_name ((SimAction)i));
  g_string_append (text, "\nkeys: kind, action, count, after, ms, status, body, type\n");
  return g_strdup (text->str);
}

static gboolean
read_kind (const char *text, SimArmedFault *fault)
{
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    if (g_strcmp0 (KINDS[i].name, text) == 0)
      {
        fault->kind = KINDS[i].kind;
        return TRUE;
      }
  return FALSE;
}

static gboolean
read_member (const char *name, JsonNode *node, SimArmedFault *fault)
{
  static const struct {
    const char *name;
    gsize offset;
  } NUMBERS[] = { { "count", G_STRUCT_OFFSET (SimArmedFault, count) },
                  { "after", G_STRUCT_OFFSET (SimArmedFault, after) },
                  { "ms", G_STRUCT_OFFSET (SimArmedFault, ms) },
                  { "status", G_STRUCT_OFFSET (SimArmedFault, status) } };
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  for (guint i = 0; i < G_N_ELEMENTS (NUMBERS); i++)
    if (strcmp (name, NUMBERS[i].name) == 0)
      {
        gint64 number = type == G_TYPE_INT64 ? json_node_get_int (node) : -1;
        if (number < 0 || number > 1000000)
          return FALSE;
        G_STRUCT_MEMBER (guint, fault, NUMBERS[i].offset) = (guint)number;
        return TRUE;
      }
  if (type != G_TYPE_STRING)
    return FALSE;
  const char *text = json_node_get_string (node);
  if (strcmp (name, "kind") == 0)
    return read_kind (text, fault);
  if (strcmp (name, "action") == 0)
    {
      fault->action = sim_action_from_name (text);
      return fault->action != SIM_ACTION_UNKNOWN;
    }
  char **field = strcmp (name, "body") == 0   ? &fault->body
                 : strcmp (name, "type") == 0 ? &fault->type
                                              : NULL;
  if (field == NULL)
    return FALSE;
  g_free (*field);
  *field = g_strdup (text);
  return TRUE;
}

gboolean
sim_fault_plan_arm (SimFaultPlan *plan, const char *json, gsize length, char **problem)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, json, (gssize)length, NULL)
      || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))
      || !json_object_has_member (json_node_get_object (json_parser_get_root (parser)), "kind")
      || plan->armed->len >= MAX_ARMED)
    {
      *problem = list_known ("this is no JSON object with a kind, or too many are armed");
      return FALSE;
    }
  SimArmedFault *fault = g_new0 (SimArmedFault, 1);
  fault->count = 1;
  fault->ms = 10;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &name, &node))
    if (!read_member (name, node, fault))
      {
        g_autofree char *what = g_strdup_printf ("the key %s or its value is not known", name);
        *problem = list_known (what);
        sim_armed_fault_free (fault);
        return FALSE;
      }
  g_ptr_array_add (plan->armed, fault);
  return TRUE;
}

void
sim_fault_plan_clear (SimFaultPlan *plan)
{
  g_ptr_array_set_size (plan->armed, 0);
}

SimArmedFault *
sim_fault_plan_take (SimFaultPlan *plan, SimAction action)
{
  for (guint i = 0; i < plan->armed->len; i++)
    {
      SimArmedFault *fault = g_ptr_array_index (plan->armed, i);
      if (fault->action != SIM_ACTION_UNKNOWN && fault->action != action)
        continue;
      if (sim_fault_wants_output (fault->kind) && action != SIM_ACTION_RECEIVE)
        continue;
      if (fault->after > 0)
        {
          fault->after--;
          return NULL;
        }
      if (fault->count <= 1)
        return g_ptr_array_steal_index (plan->armed, i);
      fault->count--;
      SimArmedFault *taken = g_memdup2 (fault, sizeof *fault);
      taken->count = 1;
      taken->body = g_strdup (fault->body);
      taken->type = g_strdup (fault->type);
      return taken;
    }
  return NULL;
}

void
sim_fault_plan_put_back (SimFaultPlan *plan, SimArmedFault *fault)
{
  g_ptr_array_insert (plan->armed, 0, fault);
}

void
sim_fault_plan_append_json (const SimFaultPlan *plan, GString *out)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < plan->armed->len; i++)
    {
      const SimArmedFault *fault = g_ptr_array_index (plan->armed, i);
      const char *kind = NULL;
      for (guint j = 0; kind == NULL; j++)
        if (KINDS[j].kind == fault->kind)
          kind = KINDS[j].name;
      g_string_append_printf (out, "%s{\"kind\":\"%s\",\"action\":", i == 0 ? "" : ",", kind);
      if (fault->action == SIM_ACTION_UNKNOWN)
        g_string_append (out, "null");
      else
        sim_json_append_string (out, sim_action_get_name (fault->action));
      g_string_append_printf (out, ",\"count\":%u,\"after\":%u}", fault->count, fault->after);
    }
  g_string_append_c (out, ']');
}
