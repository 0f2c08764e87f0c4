/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The tables of `xl list' and `xl vm-list', from what domain.list answers. */
#ifndef NACRE_XL_LIST_H
#define NACRE_XL_LIST_H

#include <stdbool.h>
#include <stdio.h>

#include "json.h"

struct list_columns {
	bool verbose; /* UUID, reason code, label */
	bool context; /* label */
	bool claim;
	bool cpupool;
	bool numa;
};

void list_header(FILE *out, const struct list_columns *columns);
void list_row(FILE *out, const struct json *domain, const struct list_columns *columns);

/* Six letters and NUL: r b p s reason d. A dying domain is only that. */
void list_state(const struct json *domain, char state[7]);

/* The domain @name, or all: an array of what nacred says of each.  NULL after a message. */
struct json *list_collect(const char *name);

/* xl sharing: what a domain has, and shares with others. */
void sharing_print(FILE *out, const struct json *domains);

void vm_list_print(FILE *out, const struct json *domains);

#endif
