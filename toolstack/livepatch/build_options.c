/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "livepatch/build_options.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "livepatch/commands.h"
#include "patch/payload.h"

enum { OPT_CVE = 256, OPT_FIXES, OPT_NAME, OPT_BUILDER, OPT_DATE, OPT_UNSIGNED };

static const struct option long_options[] = {
	{"source", required_argument, NULL, 's'},
	{"patch", required_argument, NULL, 'p'},
	{"output", required_argument, NULL, 'o'},
	{"build-id", required_argument, NULL, 'b'},
	{"recipes", required_argument, NULL, 'r'},
	{"depends", required_argument, NULL, 'd'},
	{"advisory", required_argument, NULL, 'a'},
	{"cve", required_argument, NULL, OPT_CVE},
	{"fixes", required_argument, NULL, OPT_FIXES},
	{"name", required_argument, NULL, OPT_NAME},
	{"builder", required_argument, NULL, OPT_BUILDER},
	{"date", required_argument, NULL, OPT_DATE},
	{"key", required_argument, NULL, 'k'},
	{"unsigned", no_argument, NULL, OPT_UNSIGNED},
	{"dry-run", no_argument, NULL, 'n'},
	{"work", required_argument, NULL, 'w'},
	{NULL, 0, NULL, 0},
};

/* Where an option with a plain word as value puts it. */
static const char **word_of(struct build_options *o, int opt)
{
	switch (opt) {
	case 'p':
		return &o->patch;
	case 'o':
		return &o->output;
	case 'b':
		return &o->build_id;
	case 'a':
		return &o->advisory;
	case 'k':
		return &o->key;
	case 'w':
		return &o->work;
	case OPT_CVE:
		return &o->cve;
	case OPT_FIXES:
		return &o->fixes;
	case OPT_NAME:
		return &o->name;
	case OPT_BUILDER:
		return &o->builder;
	case OPT_DATE:
		return &o->date;
	default:
		return NULL;
	}
}

static int one_option(struct build_options *o, int opt, const char **source)
{
	const char **word = word_of(o, opt);

	if (word) {
		*word = optarg;
		return 0;
	}
	switch (opt) {
	case 's':
		*source = optarg;
		return 0;
	case 'r':
		snprintf(o->recipes, sizeof(o->recipes), "%s", optarg);
		return 0;
	case 'd':
		if (o->nr_depends == MAX_DEPENDS)
			return misuse("more than %u payloads below", MAX_DEPENDS);
		o->depends[o->nr_depends++] = optarg;
		return 0;
	case 'n':
		o->dry_run = true;
		return 0;
	case OPT_UNSIGNED:
		o->is_unsigned = true;
		return 0;
	default:
		fputs("Try 'nacre-livepatch-build --help'.\n", stderr);
		return EXIT_USAGE;
	}
}

/* --- defaults ----------------------------------------------------------------------- */

/* share/nacre/builds beside the directory that this program is in. */
static void find_recipes(struct build_options *o)
{
	char self[PATH_MAX / 2];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[n > 0 ? n : 0] = 0;
	slash = strrchr(self, '/');
	if (slash)
		*slash = 0;
	snprintf(o->recipes, sizeof(o->recipes), "%s/../share/nacre/builds", self);
}

static const char *default_builder(void)
{
	static char builder[128];
	const struct passwd *user = getpwuid(geteuid());
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(builder, sizeof(builder), "%.60s@%.60s", user ? user->pw_name : "unknown", host);
	return builder;
}

static const char *default_date(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = epoch ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
	static char date[32];
	struct tm tm;

	if (!gmtime_r(&now, &tm) || !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "unknown";
	return date;
}

/* fix.patch becomes fix.livepatch, here. */
static void default_output(struct build_options *o)
{
	const char *base = strrchr(o->patch, '/') ? strrchr(o->patch, '/') + 1 : o->patch;
	const char *dot = strrchr(base, '.');

	snprintf(o->default_output, sizeof(o->default_output), "%.*s.livepatch",
		 (int)(dot && dot != base ? (size_t)(dot - base) : strlen(base)), base);
	o->output = o->default_output;
}

/* --- metadata
 * ------------------------------------------------------------------------------------- */

static int check_value(const char *key, const char *value)
{
	size_t len = strlen(value);

	if (!len || len > 200)
		return misuse("--%s has 1 to 200 characters", key);
	for (size_t i = 0; i < len; i++)
		if (value[i] < ' ' || value[i] > '~')
			return misuse("--%s: only characters of ASCII that print", key);
	return 0;
}

static int make_modinfo(struct build_options *o)
{
	const struct {
		const char *key, *value;
	} pairs[] = {
		{"name", o->name},   {"advisory", o->advisory}, {"cve", o->cve},
		{"fixes", o->fixes}, {"builder", o->builder},	{"date", o->date},
	};
	size_t at = 0;

	o->modinfo = calloc(sizeof(pairs) / sizeof(pairs[0]), 256);
	if (!o->modinfo)
		return complain("out of memory");
	for (unsigned int i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		int rc;

		if (!pairs[i].value)
			continue;
		rc = check_value(pairs[i].key, pairs[i].value);
		if (rc)
			return rc;
		at += (size_t)snprintf(o->modinfo + at, 256, "%s=%s", pairs[i].key,
				       pairs[i].value) +
		      1;
	}
	o->modinfo_len = at;
	if (o->name && !payload_name_valid(o->name))
		return misuse("--name has 1 to 127 printable characters without spaces");
	return 0;
}

static int check(const struct build_options *o)
{
	if (!o->patch)
		return misuse("which patch? (-p)");
	if (!o->dry_run && (!o->advisory || !o->cve || !o->fixes))
		return misuse(
			"a payload says what it is for: --advisory, --cve and --fixes, each of "
			"which may be 'none'");
	if (!o->dry_run && !o->key && !o->is_unsigned)
		return misuse("sign with which key? (-k; or --unsigned)");
	if (o->key && o->is_unsigned)
		return misuse("--key and --unsigned exclude each other");
	return 0;
}

int build_options_parse(struct build_options *o, int argc, char **argv)
{
	const char *source = ".";
	int opt, rc;

	*o = (struct build_options){0};
	find_recipes(o);
	optind = 1;
	while ((opt = getopt_long(argc, argv, "s:p:o:b:r:d:a:k:nw:", long_options, NULL)) >= 0) {
		rc = one_option(o, opt, &source);
		if (rc)
			return rc;
	}
	if (optind < argc)
		return misuse("unexpected argument '%s'", argv[optind]);
	rc = check(o);
	if (rc)
		return rc;
	if (!realpath(source, o->source))
		return complain("%s: no such tree", source);
	if (!o->output)
		default_output(o);
	if (!o->builder)
		o->builder = default_builder();
	if (!o->date)
		o->date = default_date();
	rc = make_modinfo(o);
	if (rc)
		build_options_free(o);
	return rc;
}

void build_options_free(struct build_options *o)
{
	free(o->modinfo);
	o->modinfo = NULL;
}
