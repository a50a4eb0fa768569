/* filter-private.h: the parts of a filter */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "filter.h"

G_BEGIN_DECLS

typedef enum {
  SIM_FILTER_EQUAL,
  SIM_FILTER_NOT_EQUAL,
  SIM_FILTER_LIKE,
  SIM_FILTER_NOT_LIKE,
  SIM_FILTER_GREATER,
  SIM_FILTER_GREATER_OR_EQUAL,
  SIM_FILTER_LESS,
  SIM_FILTER_LESS_OR_EQUAL,
} SimComparison;

typedef enum {
  SIM_FILTER_AND,
  SIM_FILTER_OR,
  SIM_FILTER_NOT,
  SIM_FILTER_TERM,
} SimNodeKind;

/**
 * SimNode:
 * @kind: what it is
 * @children: of AND, OR and NOT
 * @property: of a term: whose value is compared; %NULL for one that is allowed and always null
 * @comparison: how
 * @text: with what, %NULL for null
 * @folded: the same without regard to case
 * @parts: of a pattern: its folded parts between asterisks
 * @prefix: (nullable): of a pattern that is plain ASCII and ends in its only asterisk
 * @number: of a time or a number
 */
typedef struct {
  SimNodeKind kind;
  GPtrArray *children;
  const SimProperty *property;
  SimComparison comparison;
  char *text;
  char *folded;
  char **parts;
  char *prefix;
  gsize prefix_length;
  gint64 number;
} SimNode;

struct _SimFilter {
  SimNode *root;
};

void sim_node_free (gpointer data);

/* A text without regard to case. */
static inline char *
sim_fold (const char *text)
{
  return g_utf8_casefold (text, -1);
}

G_END_DECLS
