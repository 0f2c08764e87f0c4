/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Words and marks of an .idl file. */
#ifndef NACRE_LIBXL_GEN_LEX_H
#define NACRE_LIBXL_GEN_LEX_H

#include <stdbool.h>
#include <stddef.h>

struct lex {
	const char *path;
	char *text;
	size_t at;
	unsigned int line;
	const char *token; /* a word, a mark of one character, a text with its quotes, or ""
			    * at the end */
};

/* All of these end the program with a message on an error. */
void lex_open(struct lex *lex, const char *path);
void lex_next(struct lex *lex);
bool lex_is(const struct lex *lex, const char *token);
bool lex_accept(struct lex *lex, const char *token); /* and go on, if it is */
void lex_expect(struct lex *lex, const char *token);
const char *lex_word(struct lex *lex); /* and go on */
const char *lex_text(struct lex *lex); /* without its quotes, and go on; NULL: none */
void lex_fail(const struct lex *lex, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

#endif
