/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "cfg_lex.h"

#include <stdlib.h>
#include <string.h>

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

const char *cfg_token_name(enum cfg_token_type type)
{
	static const char *const names[] = {
		[TOKEN_END] = "$end",	   [TOKEN_IDENT] = "IDENT",	[TOKEN_STRING] = "STRING",
		[TOKEN_NUMBER] = "NUMBER", [TOKEN_NEWLINE] = "NEWLINE", [TOKEN_PLUS_EQ] = "+=",
		[TOKEN_EQUALS] = "'='",	   [TOKEN_SEMICOLON] = "';'",	[TOKEN_OPEN] = "'['",
		[TOKEN_CLOSE] = "']'",	   [TOKEN_COMMA] = "','",	[TOKEN_BAD] = "LEXERR",
	};

	return names[type];
}

static void skip_blanks(struct cfg_lexer *lexer)
{
	while (lexer->at < lexer->end && (*lexer->at == ' ' || *lexer->at == '\t'))
		lexer->at++;
	if (lexer->at < lexer->end && *lexer->at == '#')
		while (lexer->at < lexer->end && *lexer->at != '\n')
			lexer->at++;
}

/* Length of the quoted string at @at, quotes included, or 0 if it is not
 * closed on its line. A backslash hides the next character. */
static size_t quoted_length(const char *at, const char *end)
{
	const char *p = at + 1;

	for (; p < end && *p != '\n' && *p != '\0'; p++) {
		if (*p == '\\' && p + 1 < end && p[1] != '\n') {
			p++;
			continue;
		}
		if (*p == *at)
			return (size_t)(p + 1 - at);
	}
	return 0;
}

static size_t ident_length(const char *at, const char *end)
{
	const char *p = at;

	while (p < end && (is_lower(*p) || is_digit(*p) || *p == '_' || *p == '.'))
		p++;
	return (size_t)(p - at);
}

static size_t number_length(const char *at, const char *end)
{
	const char *p = at;

	while (p < end && (is_digit(*p) || *p == 'x' || (*p >= 'a' && *p <= 'f')))
		p++;
	return (size_t)(p - at);
}

/* A bad word reaches to the next blank, so that the message shows it whole. */
static size_t bad_length(const char *at, const char *end)
{
	const char *p = at;

	while (p < end && *p != ' ' && *p != '\t' && *p != '\n')
		p++;
	return p == at ? 1 : (size_t)(p - at);
}

static enum cfg_token_type punctuation(char c)
{
	switch (c) {
	case '\n':
		return TOKEN_NEWLINE;
	case '=':
		return TOKEN_EQUALS;
	case ';':
		return TOKEN_SEMICOLON;
	case '[':
		return TOKEN_OPEN;
	case ']':
		return TOKEN_CLOSE;
	case ',':
		return TOKEN_COMMA;
	default:
		return TOKEN_BAD;
	}
}

static void classify(struct cfg_lexer *lexer, struct cfg_token *token)
{
	const char *at = lexer->at, *end = lexer->end;

	token->len = 1;
	token->type = punctuation(*at);
	if (token->type != TOKEN_BAD)
		return;
	if (is_lower(*at)) {
		token->type = TOKEN_IDENT;
		token->len = ident_length(at, end);
	} else if (is_digit(*at)) {
		token->type = TOKEN_NUMBER;
		token->len = number_length(at, end);
	} else if (*at == '+' && at + 1 < end && at[1] == '=') {
		token->type = TOKEN_PLUS_EQ;
		token->len = 2;
	} else if ((*at == '\'' || *at == '"') && quoted_length(at, end)) {
		token->type = TOKEN_STRING;
		token->len = quoted_length(at, end);
	} else {
		if (strchr("+-.():", *at) && *at)
			lexer->python = true;
		token->len = bad_length(at, end);
	}
}

void cfg_lex(struct cfg_lexer *lexer, struct cfg_token *token)
{
	skip_blanks(lexer);
	*token = (struct cfg_token){
		.type = TOKEN_END, .text = lexer->at, .line = lexer->line, .len = 0};
	if (lexer->at == lexer->end) {
		/* Behind a final newline there is no further line to name. */
		if (token->line > 1 && token->text[-1] == '\n')
			token->line--;
		return;
	}
	classify(lexer, token);
	lexer->at += token->len;
	if (token->type == TOKEN_NEWLINE)
		lexer->line++;
}

/* @digits digits of base 2^@shift; moves *@p behind them. -1 if one is none. */
static int numeric_escape(const char **p, const char *end, int digits, int shift)
{
	int value = 0;

	while (digits--) {
		int digit = *p < end ? hex_digit(**p) : -1;

		if (digit < 0 || digit >> shift)
			return -1;
		value = value << shift | digit;
		(*p)++;
	}
	return value;
}

/* One escape behind the backslash; -1 with *error set. */
static int unescape(const char **p, const char *end, const char **error)
{
	static const char letters[] = "abfnrtv\"'\\";
	static const char meanings[] = "\a\b\f\n\r\t\v\"'\\";
	char c = **p;
	const char *letter = c ? strchr(letters, c) : NULL;
	int value;

	if (letter) {
		(*p)++;
		return (unsigned char)meanings[letter - letters];
	}
	if (c == 'x') {
		(*p)++;
		value = numeric_escape(p, end, 2, 4);
		*error = "invalid digit after backslash hexnumerical character escape in quoted "
			 "string";
		return value ? value : -1;
	}
	if (c >= '0' && c <= '7') {
		value = numeric_escape(p, end, 3, 3);
		*error = "invalid digit after backslash octalnumerical character escape in quoted "
			 "string";
		return value > 0 && value < 256 ? value : -1;
	}
	*error = "invalid character after backlash in quoted string";
	return -1;
}

char *cfg_unquote(const struct cfg_token *token, const char **error)
{
	const char *p = token->text + 1, *end = token->text + token->len - 1;
	char *out = malloc(token->len), *o = out;

	*error = NULL;
	if (!out)
		return NULL;
	while (p < end) {
		int c = (unsigned char)*p++;

		if (c == '\\') {
			c = unescape(&p, end, error);
			if (c < 0) {
				free(out);
				return NULL;
			}
		}
		*o++ = (char)c;
	}
	*o = '\0';
	*error = NULL;
	return out;
}
