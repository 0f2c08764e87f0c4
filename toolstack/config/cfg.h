/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The syntax of xl.cfg(5): KEY=VALUE and KEY+=VALUE, ended by a newline or ';',
 * '#' comments, strings, numbers and nested lists.  Values are text or lists;
 * what a key means is domain_config.h's business.
 *
 * Messages go to the FILE that the caller hands in, one line each, as
 * "source:line: text".  Wording follows xlu of Xen 4.17, whose messages people
 * search for, except that an error at the end of a line names that line.
 */
#ifndef NACRE_CONFIG_CFG_H
#define NACRE_CONFIG_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define CFG_MAX_BYTES (1u << 20) /* of text, overrides included */
#define CFG_MAX_DEPTH 32	 /* of nested lists */

enum cfg_type { CFG_STRING, CFG_LIST };

struct cfg_value {
	enum cfg_type type;
	int line; /* where the value begins, from 1 */
	char *string;
	struct cfg_value **items;
	size_t nr;
};

struct cfg_setting {
	char *key;
	int line;
	bool added; /* by KEY+=VALUE, which makes no number */
	struct cfg_value *value;
};

struct cfg {
	char *source; /* name used in messages */
	struct cfg_setting *settings;
	size_t nr;
};

/* Parse @len bytes. NULL after an error, which @report already has. */
struct cfg *cfg_parse(const char *source, const char *text, size_t len, FILE *report);
void cfg_free(struct cfg *cfg); /* NULL allowed */

/* The setting that counts (the last one of that key) or NULL. */
const struct cfg_setting *cfg_find(const struct cfg *cfg, const char *key);

/*
 * Typed look-ups. 0: found; -ESRCH: not set; -EINVAL or -ERANGE: set to
 * something else, and reported as a warning unless @report is NULL.
 * Strings and lists stay owned by @cfg.
 */
int cfg_string(const struct cfg *cfg, const char *key, const char **value, FILE *report);
int cfg_long(const struct cfg *cfg, const char *key, long *value, FILE *report);
int cfg_list(const struct cfg *cfg, const char *key, const struct cfg_value **value, FILE *report);

/* "0", "", [] and so on: a setting that switches something off. */
bool cfg_value_is_off(const struct cfg_value *value);

/* A whole decimal, 0octal or 0xhexadecimal number; 0, -EINVAL or -ERANGE. */
int cfg_number(const char *text, long *value);

void cfg_value_free(struct cfg_value *value);

#endif
