/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* nacre-simulate: an order on stdin, before and after on stdout. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "order.h"

#define MAX_ORDER (64u << 20)

/* What a run leaves in memory that both processes see. */
struct outcome {
	int rc;
	double simulated;
	char why[128];
	struct forecast_result result[FORECAST_DOMAINS];
};

static int complain(const char *text)
{
	fprintf(stderr, "nacre-simulate: %s\n", text);
	return 1;
}

static char *read_all(size_t *len)
{
	size_t cap = 1 << 16, n;
	char *text = malloc(cap), *more;

	for (*len = 0; text && (n = fread(text + *len, 1, cap - *len, stdin)); *len += n) {
		if (*len + n < cap)
			continue;
		cap *= 2;
		more = cap > MAX_ORDER ? NULL : realloc(text, cap);
		if (!more)
			free(text);
		text = more;
	}
	return text;
}

static struct json *parse(void)
{
	static const struct json_limits limits = {
		.max_bytes = MAX_ORDER, .max_depth = 8, .max_values = 4u << 20};
	struct json *v = NULL;
	char why[160];
	size_t len;
	char *text = read_all(&len);

	if (text && !(v = json_parse(text, len, &limits, why, sizeof(why))))
		complain(why);
	if (!text)
		complain("the order is too long");
	free(text);
	return v;
}

/* The simulator's state is the process's: each run has one of its own. */
static int run(const struct order *o, struct outcome *out)
{
	const char *why = "";
	int status;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		out->rc = forecast_run(&o->machine, o->seconds, o->cpu_seconds, out->result,
				       &out->simulated, &why);
		snprintf(out->why, sizeof(out->why), "%s", why);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return complain("cannot start a run");
	if (status)
		return complain("a run ended unexpectedly");
	return out->rc ? complain(out->why) : 0;
}

static void apply(struct order *o)
{
	for (unsigned int i = 0; i < o->machine.nr_domains; i++) {
		o->machine.domain[i].weight = o->after[i].weight;
		o->machine.domain[i].cap = o->after[i].cap;
	}
}

static int answer(struct order *o, struct outcome *out)
{
	struct json *v = json_new_object();
	char *text = NULL;
	int rc = run(o, out);

	if (!rc) {
		json_set(v, "before", order_answer(o, out->result, out->simulated));
		apply(o);
		rc = run(o, out);
	}
	if (!rc) {
		json_set(v, "after", order_answer(o, out->result, out->simulated));
		text = json_print(v, false);
		rc = !text || puts(text) < 0 || fflush(stdout) ? complain("cannot answer") : 0;
	}
	free(text);
	json_free(v);
	return rc;
}

int main(int argc, char **argv)
{
	struct outcome *out =
		mmap(NULL, sizeof(*out), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct order o = {0};
	char why[160] = "";
	struct json *text;
	int rc = 1;

	(void)argv;
	if (argc > 1) {
		fputs("Usage: nacre-simulate <ORDER >ANSWER\n"
		      "For nacred; see sched.simulate in nacred-rpc(7).\n",
		      stderr);
		return 2;
	}
	/* The machine that this runs on has something better to do. */
	setpriority(PRIO_PROCESS, 0, 10);
	text = parse();
	if (out == MAP_FAILED)
		complain("no memory");
	else if (text && order_read(&o, text, why, sizeof(why)))
		complain(why);
	else if (text)
		rc = answer(&o, out);
	order_free(&o);
	json_free(text);
	return rc;
}
