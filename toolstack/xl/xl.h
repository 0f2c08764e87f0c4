/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What the verbs share: global options, option parsing, the daemon, text. */
#ifndef NACRE_XL_XL_H
#define NACRE_XL_XL_H

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "json.h"
#include "rpc.h"
#include "verbs.h"

#define XL_USAGE_ERROR	  2 /* exit status, as Xen's xl */
#define XL_PLUGIN_UNKNOWN 3 /* that of monitoring plugins */

struct xl_globals {
	bool dryrun;
	bool force;
	bool progress_by_cr; /* progress overwrites its line */
	bool timestamps;     /* each message says when, and of which process */
	int verbose;
};
extern struct xl_globals xl;

/* --- options.c --- */

/* getopt for verbs: -h prints the help and exits 0, an unknown option exits 2.
 * At the end (-1) the verb's min_args are checked: too few exit 2. */
int xl_option(const struct verb *verb, int argc, char **argv, const char *letters,
	      const struct option *options);

/* For options that have only a long name. */
#define XL_OPTION_JSON 0x100
#define XL_OPTION_LONG 0x101
#define XL_OPTION_END                                                                              \
	{                                                                                          \
		NULL, 0, NULL, 0                                                                   \
	}

/* For verbs without options: arguments may begin with '-'. */
void xl_no_options(const struct verb *verb, int argc, char **argv);

/* Print the help and return the exit status for misuse. */
int xl_misuse(const struct verb *verb);

/* --- daemon.c: what libxl does not have --- */

/* Call nacred; connects at the first call.  NULL with *error filled. */
struct json *xl_try(const char *method, struct json *params, int timeout_ms, int *fd,
		    struct rpc_error *error);

/* The same, telling the user what went wrong. */
struct json *xl_call(const char *method, struct json *params, int timeout_ms);

/* As libxl's messages look: "libxl: error: TEXT", with the hint behind. */
void xl_complain(const struct rpc_error *error);

/* A call about one domain.  An unknown one is told as Xen's xl does. */
struct json *xl_domain_call(const char *method, const char *domain, struct json *params,
			    int timeout_ms);
/* True if *error means that @domain does not exist; then the user was told. */
bool xl_told_unknown(const char *domain, const struct rpc_error *error);

/* The next event after event.subscribe, or NULL after a message. */
struct json *xl_event(int timeout_ms);

/* The connection itself, for those who make many calls. NULL after a message. */
struct rpc *xl_connection(void);

void xl_disconnect(void);

/* --- text.c --- */

/* Control characters as \xNN, so that a guest's string cannot forge a line.
 * @text itself, or static storage that is good for the next few calls; NULL becomes
 * "(null)". */
const char *xl_safe(const char *text);

/* The same for a column that programs find by white space: blanks of all kinds as \xNN, too,
 * and an empty text as none.  Names that nacred gives have none of that; others' may. */
const char *xl_safe_word(const char *text);

/* JSON for people: libxl's indentation, one final newline. False: no memory. */
bool xl_print_json(FILE *out, const struct json *v);

#endif
