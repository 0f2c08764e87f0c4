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
	struct json *ids = json_new_array();
	bool affected = false, json = false, verify = false, here = false, done = ids;
	const char *file = NULL;
	int letter, rc, other = 0, others = 0;

	while (done && (letter = xl_option(verb, argc, argv, "h", options)) >= 0) {
		json |= letter == XL_OPTION_JSON;
		affected |= letter == OPTION_AFFECTED;
		verify |= letter == OPTION_VERIFY;
		here |= letter == OPTION_HERE;
		if (letter == OPTION_ADVISORY)
			done = setup_add_ids(ids, optarg);
		if (letter < OPTION_EXPORT)
			continue;
		other = letter;
		others++;
		file = optarg;
	}
	while (done && verify && optind < argc)
		done = setup_add_ids(ids, argv[optind++]);
	if (!done)
		rc = no_memory();
	else if ((here && !verify) || (verify && (affected || others)))
		rc = xl_misuse(verb);
	else if (verify)
		rc = cmd_verify(ids, here, json);
	else if (optind < argc || others > 1 || (others && (json || affected || ids->nr)))
		rc = xl_misuse(verb);
	else if (other == OPTION_EXPORT)
		rc = export(file);
	else if (other == OPTION_IMPORT)
		rc = import(file);
	else if (other == OPTION_METRICS)
		rc = metrics();
	else
		rc = status(ids, affected, json);
	json_free(ids);
	return rc;
}
