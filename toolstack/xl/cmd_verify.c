/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* patch-status --verify: run the advisories' guests and keep what they say as evidence. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds.h"
#include "rehearsal_setup.h"
#include "xl.h"

#define EXIT_AFFECTED 2

/* The guests attack the hypervisor that they run on. */
static bool confirmed(size_t guests)
{
	char line[16];

	if (xl.force)
		return true;
	if (!isatty(STDIN_FILENO)) {
		fputs("xl: nobody can be asked: use xl -f to run the guests on this host\n",
		      stderr);
		return false;
	}
	fprintf(stderr, "Run %zu guests that try to break out on this very host? [y/N] ", guests);
	return fgets(line, sizeof(line), stdin) && (line[0] == 'y' || line[0] == 'Y');
}

static bool keep(const struct json *results)
{
	size_t i;

	for (i = 0; i < results->nr; i++) {
		struct json *reply =
			xl_call("advisory.evidence", json_copy(results->items[i]), RPC_QUICK);

		if (!reply)
			return false;
		json_free(reply);
	}
	return true;
}

/* Evidence is about the host as it is now: the guests ran on what it was before. */
static bool unchanged(const struct json *before)
{
	struct json *now = xl_call("patch.status", NULL, RPC_QUICK);
	bool same = now && !strcmp(json_string(json_get(now, "revision"), ""),
				   json_string(json_get(before, "revision"), "-"));

	if (now && !same)
		fputs("xl: the host's patches changed meanwhile: nothing is stored\n", stderr);
	json_free(now);
	return same;
}

static void print_results(const struct json *results)
{
	size_t i;

	for (i = 0; i < results->nr; i++) {
		const struct json *v = results->items[i];

		printf("%-10s %-5s %s\n", xl_safe(json_string(json_get(v, "id"), "")),
		       json_string(json_get(v, "verdict"), ""),
		       xl_safe(json_string(json_get(v, "test"), "")));
	}
}

static int outcome(const struct json *results)
{
	int rc = EXIT_SUCCESS;
	size_t i;

	for (i = 0; i < results->nr; i++) {
		const char *verdict = json_string(json_get(results->items[i], "verdict"), "");

		if (!strcmp(verdict, "FAIL"))
			rc = EXIT_AFFECTED;
		else if (!strcmp(verdict, "ERROR") && !rc)
			rc = XL_PLUGIN_UNKNOWN;
	}
	return rc;
}

static int run(struct setup *s, struct rpc *rpc, const struct json *ids, bool json)
{
	struct json *params = json_new_object(), *status = NULL, *results = NULL;
	int rc = XL_PLUGIN_UNKNOWN;

	if (!trials_run(&s->trials, rpc, 0, stderr, s->stop)) {
		fputs("xl: interrupted: nothing is stored\n", stderr);
		json_free(params);
		return rc;
	}
	if (ids->nr && !json_set(params, "ids", json_copy(ids))) {
		json_free(params);
		return rc;
	}
	if (unchanged(s->status))
		status = xl_call("advisory.status", params, RPC_QUICK);
	else
		json_free(params);
	results = status ? rehearse_evidence(&s->trials, status) : NULL;
	if (results && keep(results)) {
		rc = outcome(results);
		if (!json)
			print_results(results);
		else if (!xl_print_json(stdout, results))
			rc = XL_PLUGIN_UNKNOWN;
	}
	json_free(status);
	json_free(results);
	return rc;
}

int cmd_verify(const struct json *ids, bool here, bool json)
{
	struct setup s = {.stop = -1};
	int rc = XL_PLUGIN_UNKNOWN;

	if (here && setup_here(&s, ids)) {
		if (confirmed(s.trials.nr))
			rc = run(&s, xl_connection(), ids, json);
	} else if (!here && setup_begin(&s, ids)) {
		rc = run(&s, s.replica.rpc, ids, json);
	}
	setup_end(&s);
	return rc;
}
