/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "build_check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "job.h"
#include "worker.h"

struct build_check {
	struct nacred *n;
	struct build_check *next;
	struct job *job;
	struct json *answer;
	pid_t pid;
	int pipe;
	sd_event_source *child;
	bool cancelled;
};

static void check_free(struct build_check *c)
{
	struct build_check **at;

	for (at = &c->n->checks; *at != c; at = &(*at)->next)
		;
	*at = c->next;
	c->n->nr_checks--;
	sd_event_source_disable_unref(c->child);
	if (c->pipe >= 0)
		close(c->pipe);
	json_free(c->answer);
	free(c);
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct worker_result last = {.phase = WORKER_IMAGE}, r;
	struct build_check *c = arg;
	struct json *answer = c->answer;
	struct job *job = c->job;
	bool cancelled = c->cancelled;

	/* Everything that the worker wrote is in the pipe by now, each piece whole. */
	while (read(c->pipe, &r, sizeof(r)) == (ssize_t)sizeof(r))
		last = r;
	if (cancelled)
		fail(&last.error, XL_ABORTED, "job.cancelled", "the job was cancelled");
	else if (last.phase != WORKER_DONE)
		fail(&last.error, XL_FAIL, "daemon.builder",
		     "the process that looks ended unexpectedly");
	c->answer = NULL;
	check_free(c);
	if (!last.error.number) {
		job_done(job, answer);
		return 0;
	}
	json_free(answer);
	job_fail(job, &last.error);
	return 0;
}

static int on_cancel(void *arg, struct rpc_error *e)
{
	struct build_check *c = arg;

	c->cancelled = true;
	kill(c->pid, SIGKILL); /* on_child() goes on */
	return 0;
}

static int start(struct build_check *c, const struct record *r, struct rpc_error *e)
{
	int rc = worker_spawn(r, true, &c->pid, &c->pipe);

	if (rc) {
		c->pipe = -1;
		return fail_errno(e, rc, "daemon.builder", "cannot start a builder process");
	}
	rc = sd_event_add_child(c->n->loop, &c->child, c->pid, WEXITED, on_child, c);
	if (rc >= 0)
		return 0;
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
	return fail_errno(e, rc, "daemon.builder", "cannot watch a builder process");
}

struct job *build_check_start(struct nacred *n, const char *name, const char *uuid,
			      struct json *config, struct json *answer, struct rpc_error *e)
{
	/* In no list: nothing is made, and no name is taken. */
	struct record r = {.name = (char *)name, .config = config};
	struct build_check *c = NULL;
	struct job *job = NULL;

	snprintf(r.uuid, sizeof(r.uuid), "%s", uuid);
	if (n->nr_checks >= LIMIT_BUILDS) {
		fail(e, XL_BUFFERFULL, "daemon.busy", "%d domains are being looked at already",
		     LIMIT_BUILDS);
	} else if (!answer || !(c = calloc(1, sizeof(*c)))) {
		fail_memory(e);
	} else {
		*c = (struct build_check){.n = n, .next = n->checks, .answer = answer, .pipe = -1};
		n->checks = c;
		n->nr_checks++;
		answer = NULL;
		job = job_start(n, "domain.create", name, on_cancel, c, e);
		c->job = job;
	}
	json_free(answer);
	if (job)
		job_phase(job, "dry run", 0);
	if (job && start(c, &r, e)) {
		check_free(c);
		job_fail(job, e);
		return NULL;
	}
	if (c && !job)
		check_free(c);
	return job;
}

void build_check_stop(struct nacred *n)
{
	while (n->checks) {
		kill(n->checks->pid, SIGKILL);
		waitpid(n->checks->pid, NULL, 0);
		check_free(n->checks);
	}
}
