/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "lex.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

void lex_fail(const struct lex *lex, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%u: ", lex->path, lex->line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void lex_open(struct lex *lex, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t size = 0;
	ssize_t len;

	memset(lex, 0, sizeof(*lex));
	lex->path = path;
	lex->line = 1;
	/* No file holds a NUL: this reads all of it. */
	len = f ? getdelim(&lex->text, &size, '\0', f) : -1;
	if (len < 0) {
		perror(path);
		exit(1);
	}
	fclose(f);
	lex_next(lex);
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip(struct lex *lex)
{
	for (;;) {
		char c = lex->text[lex->at];

		if (c == '#') {
			lex->at += strcspn(lex->text + lex->at, "\n");
			continue;
		}
		if (!c || !isspace((unsigned char)c))
			return;
		if (c == '\n')
			lex->line++;
		lex->at++;
	}
}

/* Length of the text at hand, which ends on its line. */
static size_t quoted(const struct lex *lex)
{
	const char *text = lex->text + lex->at;
	size_t len = 1 + strcspn(text + 1, "\"\n");

	if (text[len] != '"')
		lex_fail(lex, "a text without an end");
	return len + 1;
}

void lex_next(struct lex *lex)
{
	size_t len = 0;

	skip(lex);
	while (in_word(lex->text[lex->at + len]))
		len++;
	if (lex->text[lex->at] == '"')
		len = quoted(lex);
	else if (len == 0 && lex->text[lex->at])
		len = 1;
	lex->token = format("%.*s", (int)len, lex->text + lex->at);
	lex->at += len;
}

bool lex_is(const struct lex *lex, const char *token)
{
	return strcmp(lex->token, token) == 0;
}

bool lex_accept(struct lex *lex, const char *token)
{
	if (!lex_is(lex, token))
		return false;
	lex_next(lex);
	return true;
}

void lex_expect(struct lex *lex, const char *token)
{
	if (!lex_accept(lex, token))
		lex_fail(lex, "'%s' expected before '%s'", token, lex->token);
}

const char *lex_word(struct lex *lex)
{
	const char *word = lex->token;

	if (!in_word(word[0]))
		lex_fail(lex, "a word expected before '%s'", word);
	lex_next(lex);
	return word;
}

const char *lex_text(struct lex *lex)
{
	const char *token = lex->token;

	if (token[0] != '"')
		return NULL;
	lex_next(lex);
	return format("%.*s", (int)strlen(token) - 2, token + 1);
}
