/* sim-random.h: numbers that look drawn and follow from a seed, a key and what they are for */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The finalizer of splitmix64: every bit of the result depends on every bit of the number. */
static inline guint64
sim_mix (guint64 number)
{
  number += G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
  number = (number ^ (number >> 30)) * G_GUINT64_CONSTANT (0xBF58476D1CE4E5B9);
  number = (number ^ (number >> 27)) * G_GUINT64_CONSTANT (0x94D049BB133111EB);
  return number ^ (number >> 31);
}

static inline guint64
sim_draw (guint64 seed, guint64 key, guint purpose)
{
  return sim_mix (sim_mix (seed ^ ((guint64)purpose << 56)) + key * 64 + purpose);
}

/* An identifier holds its number times an odd constant: it looks drawn, and the number can be had
   back without an index. */
#define SIM_SCRAMBLE_ODD G_GUINT64_CONSTANT (0xD1342543DE82EF95)
#define SIM_SCRAMBLE_MASK G_GUINT64_CONSTANT (0x5DEECE66D1234567)

static inline guint64
sim_scramble (guint64 key)
{
  return (key ^ SIM_SCRAMBLE_MASK) * SIM_SCRAMBLE_ODD;
}

static inline guint64
sim_unscramble (guint64 scrambled)
{
  guint64 inverse = SIM_SCRAMBLE_ODD; /* Newton's iteration doubles the bits that are right */
  for (guint i = 0; i < 6; i++)
    inverse *= 2 - SIM_SCRAMBLE_ODD * inverse;
  return (scrambled * inverse) ^ SIM_SCRAMBLE_MASK;
}

G_END_DECLS
