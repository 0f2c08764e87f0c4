/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The tables of `xl list', `xl sharing' and `xl vm-list'. */
#ifndef NACRE_XL_LIST_H
#define NACRE_XL_LIST_H

#include <libxl.h>
#include <stdbool.h>
#include <stdio.h>

struct list_columns {
	bool verbose; /* UUID, reason code, label */
	bool context; /* label */
	bool claim;
	bool cpupool;
	bool numa;
};

/* What libxl's list does not hold. */
struct list_texts {
	const char *name;	   /* NULL: it has none */
	const char *cpupool;	   /* for that column; NULL: as name */
	const libxl_bitmap *nodes; /* for the column of NUMA nodes */
	int nr_nodes;		   /* of the host */
};

void list_header(FILE *out, const struct list_columns *columns);
void list_row(FILE *out, const libxl_dominfo *domain, const struct list_texts *texts,
	      const struct list_columns *columns);

/* Six letters and NUL: r b p s reason d. A dying domain is only that. */
void list_state(const libxl_dominfo *domain, char state[7]);

/* xl sharing: what a domain has, and shares with others. */
void sharing_header(FILE *out);
void sharing_row(FILE *out, const libxl_dominfo *domain, const char *name);

void vm_list_header(FILE *out);
void vm_list_row(FILE *out, const libxl_vminfo *vm, const char *name);

#endif
