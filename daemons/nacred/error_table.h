/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The symbolic codes of all errors.  They stay as they are: clients decide by them.
 * nacred-methods(7) and the OpenRPC document are made from this table.
 */
#ifndef NACRED_ERROR_TABLE_H
#define NACRED_ERROR_TABLE_H

#include "error.h"
#include "json.h"

struct method;

struct error_entry {
	const char *code;
	int number; /* as struct rpc_error has it where nothing more is known */
	const char *meaning;
	const char *remedy; /* NULL: the message says it, or there is none */
};

/* Ended by a row without a code. */
extern const struct error_entry error_table[];

/* NULL: no such code. */
const struct error_entry *error_find(const char *code);
/* Whether calls of @m may end so, by what they take and change. */
bool error_concerns(const struct error_entry *entry, const struct method *m);
/* The "code" of JSON-RPC for it. */
int error_jsonrpc_number(const struct error_entry *entry);

#endif
