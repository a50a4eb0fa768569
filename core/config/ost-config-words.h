/* ost-config-words.h: what somebody probably meant to write */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ost_config_words_find_nearest:
 * @words: (element-type utf8): the words that are allowed
 * @word: the word that was found
 *
 * Returns: (transfer none) (nullable): the allowed word that differs from it by case, by one
 *   letter, by few letters of many, or by what follows its first part; %NULL where none does
 */
const char *ost_config_words_find_nearest (GPtrArray *words, const char *word);

/**
 * ost_config_words_join:
 * @words: (element-type utf8): words
 *
 * Returns: (transfer full): the words with commas between them
 */
char *ost_config_words_join (GPtrArray *words);

G_END_DECLS
