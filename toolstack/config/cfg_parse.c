/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Recursive descent over the words of cfg_lex.c. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cfg_lex.h"
#include "cfg_value.h"

struct parser {
	struct cfg *cfg;
	struct cfg_lexer lexer;
	struct cfg_token token; /* the next word, not yet consumed */
	FILE *report;
	bool failed;
	bool recovering;    /* the rest of this line is being skipped */
	unsigned int quiet; /* words still to consume before syntax errors are told again */
	unsigned int depth; /* of lists */
};

/* As yacc does: one mistake should not be told three times. */
#define QUIET_AFTER_ERROR 3

static void show_text(FILE *report, const struct cfg_token *token)
{
	size_t i;

	if (token->type == TOKEN_NEWLINE) {
		fputs("<newline>", report);
		return;
	}
	fputc('`', report);
	for (i = 0; i < token->len && i < 80; i++) {
		unsigned char c = (unsigned char)token->text[i];

		if (c < ' ' || c == 0x7f)
			fprintf(report, "\\x%02x", c);
		else
			fputc(c, report);
	}
	fputs(i < token->len ? "...'" : "'", report);
}

static void __attribute__((format(printf, 3, 4)))
complain(struct parser *p, const struct cfg_token *token, const char *format, ...)
{
	va_list args;

	p->failed = true;
	if (!p->report)
		return;
	fprintf(p->report, "%s:%d: config parsing error near ", p->cfg->source, token->line);
	show_text(p->report, token);
	fputs(": ", p->report);
	va_start(args, format);
	vfprintf(p->report, format, args);
	va_end(args);
	fputc('\n', p->report);
}

static void out_of_memory(struct parser *p)
{
	complain(p, &p->token, "out of memory");
	p->lexer.at = p->lexer.end;
}

static void next(struct parser *p)
{
	if (p->quiet)
		p->quiet--;
	cfg_lex(&p->lexer, &p->token);
}

static bool syntax_error(struct parser *p, const char *expected)
{
	if (p->token.type == TOKEN_BAD)
		complain(p, &p->token, "lexical error");
	else if (!p->quiet)
		complain(p, &p->token, "syntax error, unexpected %s, expecting %s",
			 cfg_token_name(p->token.type), expected);
	p->failed = true;
	p->recovering = true;
	return false;
}

/* To the end of the line; other bad words on the way are told too. */
static void recover(struct parser *p)
{
	bool first = true;

	while (p->token.type != TOKEN_NEWLINE && p->token.type != TOKEN_END) {
		if (!first && p->token.type == TOKEN_BAD)
			complain(p, &p->token, "lexical error");
		first = false;
		cfg_lex(&p->lexer, &p->token);
	}
	p->recovering = false;
	p->depth = 0;
	p->quiet = QUIET_AFTER_ERROR;
}

static void skip_newlines(struct parser *p)
{
	while (p->token.type == TOKEN_NEWLINE)
		next(p);
}

static struct cfg_value *parse_value(struct parser *p, const char *expected);

static bool parse_item(struct parser *p, struct cfg_value *list)
{
	struct cfg_value *item = parse_value(p, "']'");

	if (!item)
		return false;
	if (!cfg_value_append(list, item)) {
		out_of_memory(p);
		return false;
	}
	skip_newlines(p);
	if (p->token.type == TOKEN_COMMA) {
		next(p);
		skip_newlines(p);
		return true;
	}
	return p->token.type == TOKEN_CLOSE || syntax_error(p, "']'");
}

static struct cfg_value *parse_list(struct parser *p)
{
	struct cfg_value *list = cfg_value_list(p->token.line);

	if (!list) {
		out_of_memory(p);
		return NULL;
	}
	if (++p->depth > CFG_MAX_DEPTH) {
		complain(p, &p->token, "lists are nested more than %d deep", CFG_MAX_DEPTH);
		p->recovering = true;
		goto fail;
	}
	next(p);
	skip_newlines(p);
	while (p->token.type != TOKEN_CLOSE)
		if (!parse_item(p, list))
			goto fail;
	next(p);
	p->depth--;
	return list;
fail:
	cfg_value_free(list);
	return NULL;
}

static char *token_text(struct parser *p)
{
	const char *error = NULL;
	char *text;

	if (p->token.type == TOKEN_STRING)
		text = cfg_unquote(&p->token, &error);
	else
		text = strndup(p->token.text, p->token.len);
	if (text)
		return text;
	if (error) {
		complain(p, &p->token, "%s", error);
		p->recovering = true;
	} else {
		out_of_memory(p);
	}
	return NULL;
}

static struct cfg_value *parse_value(struct parser *p, const char *expected)
{
	struct cfg_value *value;
	int line = p->token.line;
	char *text;

	if (p->token.type == TOKEN_OPEN)
		return parse_list(p);
	if (p->token.type != TOKEN_STRING && p->token.type != TOKEN_NUMBER) {
		syntax_error(p, expected);
		return NULL;
	}
	text = token_text(p);
	if (!text)
		return NULL;
	value = cfg_value_string(text, line);
	if (!value)
		out_of_memory(p);
	else
		next(p);
	return value;
}

static bool add_setting(struct parser *p, const struct cfg_setting *setting)
{
	struct cfg *cfg = p->cfg;
	struct cfg_setting *settings = cfg->settings;

	if (!(cfg->nr & (cfg->nr - 1))) {
		settings = realloc(settings, (cfg->nr ? cfg->nr * 2 : 1) * sizeof(*settings));
		if (!settings)
			return false;
		cfg->settings = settings;
	}
	settings[cfg->nr++] = *setting;
	return true;
}

/* KEY+=VALUE: the new setting holds old and new together. */
static struct cfg_value *add_to_old(struct parser *p, const char *key, struct cfg_value *more,
				    const struct cfg_token *at)
{
	const struct cfg_setting *old = cfg_find(p->cfg, key);
	struct cfg_value *joined;

	if (!old)
		return more;
	if (old->value->type != more->type) {
		complain(p, at, "can't add [list] to \"string\" or vice versa");
		cfg_value_free(more);
		return NULL;
	}
	joined = cfg_value_concat(old->value, more);
	cfg_value_free(more);
	if (!joined)
		out_of_memory(p);
	return joined;
}

static void parse_assignment(struct parser *p)
{
	struct cfg_token name = p->token, at;
	struct cfg_value *value;
	char *key = NULL;
	bool append;

	next(p);
	append = p->token.type == TOKEN_PLUS_EQ;
	if (!append && p->token.type != TOKEN_EQUALS) {
		syntax_error(p, "+= or '='");
		return;
	}
	next(p);
	at = p->token;
	value = parse_value(p, "STRING or NUMBER or '['");
	if (!value)
		return;
	key = strndup(name.text, name.len);
	if (key && append)
		value = add_to_old(p, key, value, &at);
	if (key && value && add_setting(p, &(struct cfg_setting){key, name.line, append, value}))
		return;
	if (!p->failed)
		out_of_memory(p);
	cfg_value_free(value);
	free(key);
}

static void parse_statement(struct parser *p)
{
	switch (p->token.type) {
	case TOKEN_NEWLINE:
	case TOKEN_SEMICOLON:
		next(p);
		return;
	case TOKEN_IDENT:
		parse_assignment(p);
		if (p->recovering || p->token.type == TOKEN_NEWLINE ||
		    p->token.type == TOKEN_SEMICOLON || p->token.type == TOKEN_END)
			return;
		syntax_error(p, "$end");
		return;
	default:
		syntax_error(p, "$end or IDENT or NEWLINE or ';'");
	}
}

static void parse_file(struct parser *p)
{
	cfg_lex(&p->lexer, &p->token);
	while (p->token.type != TOKEN_END) {
		parse_statement(p);
		if (p->recovering)
			recover(p);
	}
	if (p->failed && p->lexer.python && p->report)
		fputs("warning: Config file looks like it contains Python code.\n"
		      "warning:  Arbitrary Python is no longer supported.\n"
		      "warning:  Write plain KEY=VALUE lines; see xl.cfg(5).\n",
		      p->report);
}

struct cfg *cfg_parse(const char *source, const char *text, size_t len, FILE *report)
{
	struct parser parser = {
		.lexer = {.at = text, .end = text + len, .line = 1},
		.report = report,
	};

	if (len > CFG_MAX_BYTES) {
		if (report)
			fprintf(report, "%s: the configuration is larger than %u bytes\n", source,
				CFG_MAX_BYTES);
		return NULL;
	}
	parser.cfg = calloc(1, sizeof(*parser.cfg));
	if (parser.cfg)
		parser.cfg->source = strdup(source);
	if (!parser.cfg || !parser.cfg->source) {
		cfg_free(parser.cfg);
		return NULL;
	}
	parse_file(&parser);
	if (!parser.failed)
		return parser.cfg;
	cfg_free(parser.cfg);
	return NULL;
}
