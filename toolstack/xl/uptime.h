/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How long domains have been up, in `xl uptime's two forms. */
#ifndef NACRE_XL_UPTIME_H
#define NACRE_XL_UPTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "json.h"

struct uptime {
	const char *name; /* NULL: it has none */
	uint32_t domid;
	time_t start; /* as @now: seconds since the epoch */
};

void uptime_header(FILE *out);

/* @brief: one line as uptime(1) writes it. */
void uptime_row(FILE *out, const struct uptime *domain, time_t now, bool brief);

/* [{domid, name, uuid, uptime_s}] out of domain.list's array. */
struct json *uptime_json(const struct json *domains, time_t now);

#endif
