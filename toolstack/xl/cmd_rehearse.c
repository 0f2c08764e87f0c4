/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* livepatch rehearse: exit 0 when the verdict is PASS, 1 when it is FAIL or there is none. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cmds.h"
#include "rehearsal_setup.h"
#include "xl.h"

static struct json *report(const struct setup *s, const struct rehearsal *r)
{
	struct json *v = json_new_object();

	if (json_set_string(v, "verdict", r->faults->nr ? "FAIL" : "PASS") &&
	    json_set_string(v, "build_id", s->replica.build_id) &&
	    json_set(v, "applied_before", json_copy(json_get(s->status, "applied"))) &&
	    json_set(v, "steps", json_copy(r->steps)) &&
	    json_set(v, "faults", json_copy(r->faults)) &&
	    json_set_int(v, "failed_before", trials_failed(&s->trials, 0)) &&
	    json_set_int(v, "failed_after", trials_failed(&s->trials, 1)) &&
	    json_set(v, "guests", trials_report(&s->trials)))
		return v;
	json_free(v);
	return NULL;
}

static void print_changes(const struct trials *t)
{
	size_t i;

	for (i = 0; i < t->nr; i++) {
		const struct trial *trial = &t->trials[i];
		enum guest_verdict before = trial->results[0].verdict;
		enum guest_verdict after = trial->results[1].verdict;

		if (trial->ran[1] && before != after)
			printf("%-24s %s before, %s after\n", trial->name,
			       guest_verdict_words[before], guest_verdict_words[after]);
	}
}

static int64_t longest_pause(const struct json *steps)
{
	int64_t most = 0;
	size_t i;

	for (i = 0; i < steps->nr; i++) {
		int64_t ns = json_int(json_get(steps->items[i], "pause_ns"), 0);

		most = ns > most ? ns : most;
	}
	return most;
}

static void print_report(const struct setup *s, const struct rehearsal *r)
{
	size_t i;

	printf("build       %s\n", s->replica.build_id);
	printf("pause       %lld ns at most, in %zu steps\n", (long long)longest_pause(r->steps),
	       r->steps->nr);
	printf("guests      %zu; %u failed before, %u after\n", s->trials.nr,
	       trials_failed(&s->trials, 0), trials_failed(&s->trials, 1));
	print_changes(&s->trials);
	for (i = 0; i < r->faults->nr; i++)
		printf("fault       %s\n", xl_safe(json_string(r->faults->items[i], "")));
	printf("verdict     %s\n", r->faults->nr ? "FAIL" : "PASS");
}

static int run(struct setup *s, char *const files[], size_t nr, bool json)
{
	struct rehearsal r = {
		.replica = &s->replica, .trials = &s->trials, .progress = stderr, .stop = s->stop};
	struct rpc_error error;
	struct json *v = NULL;
	int rc = EXIT_FAILURE;

	if (!rehearse(&r, files, nr, &error)) {
		xl_complain(&error);
	} else {
		rc = r.faults->nr ? EXIT_FAILURE : EXIT_SUCCESS;
		v = json ? report(s, &r) : NULL;
		if (!json)
			print_report(s, &r);
		else if (!xl_print_json(stdout, v))
			rc = EXIT_FAILURE;
	}
	json_free(v);
	json_free(r.steps);
	json_free(r.faults);
	return rc;
}

/* The replica's nacred reads the files, so their paths have to be whole. */
static char **absolute(char **names, size_t nr)
{
	char **files = calloc(nr + 1, sizeof(*files));
	size_t i;

	for (i = 0; files && i < nr; i++) {
		files[i] = realpath(names[i], NULL);
		if (files[i])
			continue;
		fprintf(stderr, "xl: cannot find %s: %s\n", xl_safe(names[i]), strerror(errno));
		while (i)
			free(files[--i]);
		free(files);
		return NULL;
	}
	return files;
}

int cmd_rehearse(const struct verb *verb, int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"json", no_argument, NULL, XL_OPTION_JSON},
		{"advisory", required_argument, NULL, 'a'},
		XL_OPTION_END,
	};
	struct json *ids = json_new_array();
	bool json = false, done = ids;
	struct setup s = {.stop = -1};
	int letter, rc = EXIT_FAILURE;
	char **files = NULL;
	size_t i, nr;

	while (done && (letter = xl_option(verb, argc, argv, "ha:", options)) >= 0) {
		json |= letter == XL_OPTION_JSON;
		done = letter != 'a' || setup_add_ids(ids, optarg);
	}
	nr = (size_t)(argc - optind);
	if (!nr) {
		json_free(ids);
		return xl_misuse(verb);
	}
	files = absolute(argv + optind, nr);
	if (files && setup_begin(&s, ids))
		rc = run(&s, files, nr, json);
	setup_end(&s);
	for (i = 0; files && i < nr; i++)
		free(files[i]);
	free(files);
	json_free(ids);
	return rc;
}
