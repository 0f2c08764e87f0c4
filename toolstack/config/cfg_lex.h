/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Words of the xl.cfg syntax. */
#ifndef NACRE_CONFIG_CFG_LEX_H
#define NACRE_CONFIG_CFG_LEX_H

#include <stdbool.h>
#include <stddef.h>

enum cfg_token_type {
	TOKEN_END,
	TOKEN_IDENT,
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_NEWLINE,
	TOKEN_PLUS_EQ,
	TOKEN_EQUALS,
	TOKEN_SEMICOLON,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_COMMA,
	TOKEN_BAD, /* no word at all */
};

struct cfg_token {
	enum cfg_token_type type;
	const char *text; /* in the input, not terminated */
	size_t len;
	int line; /* from 1 */
};

struct cfg_lexer {
	const char *at, *end;
	int line;
	bool python; /* a bad word looked like an expression of xm's Python times */
};

void cfg_lex(struct cfg_lexer *lexer, struct cfg_token *token);

/* The name that error messages give a kind of word. */
const char *cfg_token_name(enum cfg_token_type type);

/* Text of a TOKEN_STRING without quotes and escapes, malloc'd.  NULL with
 * *error set to a reason, or to NULL when out of memory. */
char *cfg_unquote(const struct cfg_token *token, const char **error);

#endif
