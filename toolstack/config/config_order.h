/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The members of a domain's configuration in libxl's order. */
#ifndef NACRE_CONFIG_CONFIG_ORDER_H
#define NACRE_CONFIG_CONFIG_ORDER_H

#include "json.h"

void config_sort(struct json *config);

#endif
