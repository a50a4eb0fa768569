/* json.h: small JSON documents, made member by member */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* An object is open between json_begin() and json_end(), which gives the text. */
static inline JsonBuilder *
json_begin (void)
{
  return json_builder_begin_object (json_builder_new ());
}

static inline void
json_add_text (JsonBuilder *builder, const char *name, const char *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static inline void
json_add_number (JsonBuilder *builder, const char *name, gint64 number)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, number);
}

static inline void
json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static inline char *
json_end (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = json_builder_get_root (json_builder_end_object (builder));

  return json_to_string (root, FALSE);
}

G_END_DECLS
