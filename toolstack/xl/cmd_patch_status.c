/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* patch-status: exit statuses are those of monitoring plugins. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "patch_status.h"
#include "rehearsal_setup.h"
#include "xl.h"

enum {
	OPTION_ADVISORY = 0x200,
	OPTION_AFFECTED,
	OPTION_VERIFY,
	OPTION_HERE,
	OPTION_EXPORT,
	OPTION_IMPORT,
	OPTION_METRICS
};

static int no_memory(void)
{
	fputs("xl: out of memory\n", stderr);
	return XL_PLUGIN_UNKNOWN;
}

/* Write-temp and rename: a scanner never reads half a file. */
static bool write_file(const char *path, const struct json *document)
{
	char temp[PATH_MAX];
	bool done;
	FILE *f;

	if (snprintf(temp, sizeof(temp), "%s.new", path) >= (int)sizeof(temp)) {
		errno = ENAMETOOLONG;
		return false;
	}
	f = fopen(temp, "we");
	if (!f)
		return false;
	done = xl_print_json(f, document) && !fflush(f) && !fsync(fileno(f));
	done = !fclose(f) && done;
	done = done && !rename(temp, path);
	if (!done)
		unlink(temp);
	return done;
}

static int export(const char *path)
{
	struct json *reply = xl_call("advisory.export", NULL, RPC_QUICK);
	const struct json *document = json_get(reply, "document");
	bool done = false;

	if (document && strcmp(path, "-") == 0)
		done = xl_print_json(stdout, document);
	else if (document)
		done = write_file(path, document);
	if (document && !done)
		fprintf(stderr, "xl: cannot write %s: %s\n", xl_safe(path), strerror(errno));
	json_free(reply);
	return done ? EXIT_SUCCESS : XL_PLUGIN_UNKNOWN;
}

static int import(const char *path)
{
	struct json *params = json_new_object(), *reply;
	char *absolute = realpath(path, NULL);

	if (!absolute) {
		fprintf(stderr, "xl: cannot find %s: %s\n", xl_safe(path), strerror(errno));
		json_free(params);
		return XL_PLUGIN_UNKNOWN;
	}
	if (!params || !json_set_string(params, "path", absolute)) {
		json_free(params);
		free(absolute);
		return no_memory();
	}
	free(absolute);
	reply = xl_call("advisory.import", params, RPC_QUICK);
	if (reply)
		printf("%lld advisories from %s (%s), %lld statements left out\n",
		       (long long)json_int(json_get(reply, "records"), 0), xl_safe(path),
		       xl_safe(json_string(json_get(reply, "format"), "")),
		       (long long)json_int(json_get(reply, "skipped"), 0));
	json_free(reply);
	return reply ? EXIT_SUCCESS : XL_PLUGIN_UNKNOWN;
}

static int metrics(void)
{
	struct json *reply = xl_call("advisory.metrics", NULL, RPC_QUICK);

	if (reply)
		fputs(json_string(json_get(reply, "text"), ""), stdout);
	json_free(reply);
	return reply ? EXIT_SUCCESS : XL_PLUGIN_UNKNOWN;
}

/* Leave the others out of the answer; its counts stay those of all. */
static void drop_others(struct json *report)
{
	struct json *list = json_get(report, "advisories");
	size_t i, kept = 0;

	for (i = 0; list && i < list->nr; i++) {
		struct json *a = list->items[i];

		if (strcmp(json_string(json_get(a, "status"), ""), "affected") == 0)
			list->items[kept++] = a;
		else
			json_free(a);
	}
	if (list)
		list->nr = kept;
}

static int status(struct json *ids, bool affected, bool json)
{
	struct json *params = json_new_object(), *report;
	bool done = params;
	int rc = XL_PLUGIN_UNKNOWN;

	if (done && ids->nr)
		done = json_set(params, "ids", json_copy(ids));
	if (!done) {
		json_free(params);
		return no_memory();
	}
	report = xl_call("advisory.status", params, RPC_QUICK);
	if (!report)
		return rc;
	if (json && affected)
		drop_others(report);
	if (json)
		done = xl_print_json(stdout, report);
	else
		patch_status_print(stdout, report, affected);
	if (done)
		rc = (int)json_int(json_get(report, "exit"), XL_PLUGIN_UNKNOWN);
	json_free(report);
	return rc >= 0 && rc <= XL_PLUGIN_UNKNOWN ? rc : XL_PLUGIN_UNKNOWN;
}

struct choice {
	struct json *ids;
	bool affected, json, verify, here;
	const char *file;  /* the argument of: */
	int other, others; /* the last of the options after OPTION_EXPORT; how many of them */
};

static bool take_option(struct choice *c, int letter)
{
	c->json |= letter == XL_OPTION_JSON;
	c->affected |= letter == OPTION_AFFECTED;
	c->verify |= letter == OPTION_VERIFY;
	c->here |= letter == OPTION_HERE;
	if (letter >= OPTION_EXPORT) {
		c->other = letter;
		c->others++;
		c->file = optarg;
	}
	return letter != OPTION_ADVISORY || setup_add_ids(c->ids, optarg);
}

/* What does not go together. */
static bool misused(const struct choice *c, int words)
{
	if (c->verify)
		return c->affected || c->others;
	return c->here || words || c->others > 1 ||
	       (c->others && (c->json || c->affected || c->ids->nr));
}

static int run(const struct verb *verb, const struct choice *c, int words)
{
	if (misused(c, words))
		return xl_misuse(verb);
	if (c->verify)
		return cmd_verify(c->ids, c->here, c->json);
	switch (c->other) {
	case OPTION_EXPORT:
		return export(c->file);
	case OPTION_IMPORT:
		return import(c->file);
	case OPTION_METRICS:
		return metrics();
	default:
		return status(c->ids, c->affected, c->json);
	}
}

int cmd_patch_status(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"advisory", required_argument, NULL, OPTION_ADVISORY},
		{"affected", no_argument, NULL, OPTION_AFFECTED},
		{"verify", no_argument, NULL, OPTION_VERIFY},
		{"here", no_argument, NULL, OPTION_HERE},
		{"export", required_argument, NULL, OPTION_EXPORT},
		{"import", required_argument, NULL, OPTION_IMPORT},
		{"metrics", no_argument, NULL, OPTION_METRICS},
		XL_OPTION_END,
	};
	struct choice c = {.ids = json_new_array()};
	bool done = c.ids;
	int letter, rc;

	while (done && (letter = xl_option(verb, argc, argv, "h", options)) >= 0)
		done = take_option(&c, letter);
	while (done && c.verify && optind < argc)
		done = setup_add_ids(c.ids, argv[optind++]);
	rc = done ? run(verb, &c, argc - optind) : no_memory();
	json_free(c.ids);
	return rc;
}
