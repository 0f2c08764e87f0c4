/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Values while the parser builds them. */
#ifndef NACRE_CONFIG_CFG_VALUE_H
#define NACRE_CONFIG_CFG_VALUE_H

#include "cfg.h"

/* NULL when out of memory. A string value takes ownership of @string. */
struct cfg_value *cfg_value_string(char *string, int line);
struct cfg_value *cfg_value_list(int line);

/* Takes ownership of @item; frees it on failure. */
bool cfg_value_append(struct cfg_value *list, struct cfg_value *item);

/* Fresh value "@old followed by @more" for KEY+=; both must be of one type.
 * NULL when out of memory. */
struct cfg_value *cfg_value_concat(const struct cfg_value *old, const struct cfg_value *more);

#endif
