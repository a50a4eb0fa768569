/* ost-prompt.h: questions to the person at the terminal */
/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ostiary/ostiary.h>

#include "ost-terminal.h"

G_BEGIN_DECLS

/**
 * ost_prompt_is_possible:
 *
 * Returns: whether a person is at standard input
 */
gboolean ost_prompt_is_possible (void);

/**
 * ost_prompt_text:
 * @terminal: where to ask
 * @question: what
 * @proposal: (nullable): what an empty line stands for
 * @error: return location for an error
 *
 * Returns: (transfer full): the answer, maybe empty, or %NULL with %G_IO_ERROR_CANCELLED at the end
 *   of the input
 */
char *ost_prompt_text (OstTerminal *terminal, const char *question, const char *proposal,
                       GError **error);

/**
 * ost_prompt_yes:
 * @terminal: where to ask
 * @question: what
 *
 * Returns: whether the answer was yes; anything else is no
 */
gboolean ost_prompt_yes (OstTerminal *terminal, const char *question);

/**
 * ost_prompt_secret:
 * @terminal: where to ask
 * @question: what
 * @secret: (out) (transfer full) (nullable): what was typed, %NULL for an empty line
 * @error: return location for an error
 *
 * Reads without echo.
 *
 * Returns: %FALSE with %G_IO_ERROR_CANCELLED for Ctrl-C and the end of the input,
 *   %OST_ERROR_INVALID for a secret that is too long, or %OST_ERROR_UNAVAILABLE
 */
gboolean ost_prompt_secret (OstTerminal *terminal, const char *question, OstSecret **secret,
                            GError **error);

G_END_DECLS
