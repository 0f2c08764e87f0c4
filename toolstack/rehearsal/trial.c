/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "trial.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int refuse(char *error, size_t len, const char *what, const char *name, const char *why)
{
	snprintf(error, len, "%s %s: %s", what, name, why);
	return -1;
}

int trials_open(struct trials *t, const char *directory, char *error, size_t len)
{
	char path[sizeof(t->directory) + 16];
	unsigned int line;
	int rc;

	*t = (struct trials){0};
	if ((size_t)snprintf(t->directory, sizeof(t->directory), "%s", directory) >=
	    sizeof(t->directory))
		return refuse(error, len, "guests in", directory, strerror(ENAMETOOLONG));
	snprintf(path, sizeof(path), "%s/guests.txt", directory);
	rc = guest_tests_load(&t->table, path, &line);
	if (rc == -EINVAL)
		snprintf(error, len,
			 "%s:%u: not a row of a guest's name, environments, area, "
			 "vcpus and seconds",
			 path, line);
	else if (rc)
		refuse(error, len, "cannot read", path, strerror(-rc));
	return rc ? -1 : 0;
}

void trials_close(struct trials *t)
{
	guest_tests_free(&t->table);
	free(t->trials);
	t->trials = NULL;
	t->nr = 0;
}

static void kernel_path(const struct trials *t, const struct trial *trial, char *path, size_t len)
{
	snprintf(path, len, "%s/%s.elf", t->directory, trial->name);
}

int trials_add(struct trials *t, const char *name, char *error, size_t len)
{
	const struct guest_test *test = guest_tests_find(&t->table, name);
	char env[32], path[sizeof(t->directory) + 128];
	unsigned int i;
	size_t at;

	if (!test)
		return refuse(error, len, "guest", name, "it is not in guests.txt");
	for (at = 0; at < t->nr; at++)
		if (t->trials[at].test == test)
			return 0;
	for (i = 0; guest_test_environment(test, i, env, sizeof(env)); i++) {
		struct trial *more = realloc(t->trials, (t->nr + 1) * sizeof(*more));
		struct trial *trial;

		if (!more)
			return refuse(error, len, "guest", name, strerror(ENOMEM));
		t->trials = more;
		trial = &more[t->nr++];
		*trial = (struct trial){.test = test};
		snprintf(trial->name, sizeof(trial->name), "%s.%s", name, env);
		kernel_path(t, trial, path, sizeof(path));
		if (access(path, R_OK))
			return refuse(error, len, "cannot read", path, strerror(errno));
	}
	return 0;
}

bool trials_run(struct trials *t, struct rpc *rpc, unsigned int round, FILE *progress, int stop)
{
	struct pollfd stopped = {.fd = stop, .events = POLLIN};
	char path[sizeof(t->directory) + 128];
	size_t i;

	for (i = 0; i < t->nr; i++) {
		struct trial *trial = &t->trials[i];
		struct guest_result *r = &trial->results[round];

		kernel_path(t, trial, path, sizeof(path));
		guest_run(rpc, trial->name, path, trial->test->vcpus, trial->test->seconds, stop,
			  r);
		if (poll(&stopped, 1, 0) > 0)
			return false;
		trial->ran[round] = true;
		if (progress)
			fprintf(progress, "%-5s %s%s%s\n", guest_verdict_words[r->verdict],
				trial->name, r->verdict == GUEST_PASS ? "" : ": ",
				r->verdict == GUEST_PASS ? "" : r->line);
	}
	return true;
}

static bool bad(const struct trial *trial, unsigned int round)
{
	enum guest_verdict v = trial->results[round].verdict;

	return trial->ran[round] && (v == GUEST_FAIL || v == GUEST_ERROR);
}

unsigned int trials_failed(const struct trials *t, unsigned int round)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		n += bad(&t->trials[i], round);
	return n;
}

unsigned int trials_worse(const struct trials *t)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < t->nr; i++)
		n += t->trials[i].ran[0] && !bad(&t->trials[i], 0) && bad(&t->trials[i], 1);
	return n;
}

static bool put_round(struct json *v, const char *key, const struct trial *trial, unsigned int r)
{
	if (!trial->ran[r])
		return json_set(v, key, json_new_null());
	return json_set_string(v, key, guest_verdict_words[trial->results[r].verdict]);
}

static struct json *describe(const struct trial *trial)
{
	struct json *v = json_new_object();

	if (json_set_string(v, "guest", trial->name) && put_round(v, "before", trial, 0) &&
	    put_round(v, "after", trial, 1) &&
	    json_set_string(v, "line", trial->results[trial->ran[1]].line))
		return v;
	json_free(v);
	return NULL;
}

struct json *trials_report(const struct trials *t)
{
	struct json *list = json_new_array();
	size_t i;

	for (i = 0; i < t->nr; i++)
		if (!json_append(list, describe(&t->trials[i]))) {
			json_free(list);
			return NULL;
		}
	return list;
}
