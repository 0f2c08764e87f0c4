/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "patch_inspect.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fields.h"
#include "limits.h"
#include "log.h"
#include "schema.h"

#define PAYLOAD_FD 3
#define RESULT_FD  4
/* The answer: names of functions and metadata of a payload of 2 MiB. */
#define RESULT_MAX (4u << 20)
/* More than its limit of CPU time; a machine may be busy. */
#define DEADLINE_SEC 120

const char *patch_inspect_program = "/proc/self/exe";

struct patch_inspect {
	struct nacred *n;
	pid_t pid;
	int result; /* memory file */
	sd_event_source *child, *timer;
	patch_inspected *done;
	void *arg;
};

static const struct field facts_fields[] = {
	{.name = "error", .type = F_STRING, .optional = true, .max = 255},
	{.name = "build_id", .type = F_STRING, .optional = true, .min = 2, .max = 128},
	{.name = "depends", .type = F_STRING, .optional = true, .min = 2, .max = 128},
	{.name = "xen_depends", .type = F_STRING, .optional = true, .min = 2, .max = 128},
	{.name = "functions", .type = F_ARRAY, .element = F_STRING, .optional = true},
	{.name = "nr_functions", .type = F_INT, .optional = true, .max = INT32_MAX},
	{.name = "has_data", .type = F_BOOL, .optional = true},
	{.name = "vetoes", .type = F_BOOL, .optional = true},
	{.name = "loaded", .type = F_INT, .optional = true, .max = INT32_MAX},
	{.name = "info", .type = F_ARRAY, .element = F_ARRAY, .optional = true},
	FIELDS_END,
};

static void inspect_free(struct patch_inspect *pi)
{
	sd_event_source_disable_unref(pi->child);
	sd_event_source_disable_unref(pi->timer);
	if (pi->result >= 0)
		close(pi->result);
	free(pi);
}

/* Pairs of strings. */
static bool info_is_sound(const struct json *info)
{
	for (size_t i = 0; i < info->nr; i++) {
		const struct json *pair = info->items[i];

		if (pair->nr != 2 || pair->items[0]->type != JSON_STRING ||
		    pair->items[1]->type != JSON_STRING)
			return false;
	}
	return true;
}

static struct json *check_answer(struct json *v, struct rpc_error *e)
{
	static const char *const needed[] = {"build_id",     "depends",	 "xen_depends",
					     "functions",    "has_data", "vetoes",
					     "nr_functions", "loaded",	 "info"};
	const char *why = json_string(json_get(v, "error"), NULL);
	bool sound = v && schema_check(facts_fields, v, e) == 0;

	if (sound && why) {
		fail(e, XL_INVAL, "patch.refused", "not a payload that can be used: %.240s", why);
		json_free(v);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		sound = sound && json_get(v, needed[i]);
	if (sound && info_is_sound(json_get(v, "info")))
		return v;
	json_free(v);
	fail(e, XL_FAIL, "daemon.builder",
	     "the process that looked at the payload answered nonsense");
	return NULL;
}

static struct json *read_answer(const struct patch_inspect *pi, struct rpc_error *e)
{
	static const struct json_limits limits = {
		.max_bytes = RESULT_MAX, .max_depth = 4, .max_values = 1u << 18};
	struct json *v = NULL;
	struct stat st;
	char *text;

	if (fstat(pi->result, &st) || st.st_size <= 0 || st.st_size > RESULT_MAX)
		return check_answer(NULL, e);
	text = malloc((size_t)st.st_size);
	if (text && pread(pi->result, text, (size_t)st.st_size, 0) == st.st_size)
		v = json_parse(text, (size_t)st.st_size, &limits, NULL, 0);
	free(text);
	return check_answer(v, e);
}

static int on_child(sd_event_source *s, const siginfo_t *si, void *arg)
{
	struct patch_inspect *pi = arg;
	patch_inspected *done = pi->done;
	void *done_arg = pi->arg;
	struct json *facts = NULL;
	struct rpc_error e = {0};

	if (si->si_code == CLD_EXITED && si->si_status == 0) {
		facts = read_answer(pi, &e);
	} else {
		log_error("the process that looked at a payload ended with %s %d",
			  si->si_code == CLD_EXITED ? "status" : "signal", si->si_status);
		fail(&e, XL_INVAL, "patch.refused",
		     "not a payload that can be used: looking at it ended the process that did");
	}
	inspect_free(pi);
	done(done_arg, facts, facts ? NULL : &e);
	return 0;
}

static int on_deadline(sd_event_source *s, uint64_t usec, void *arg)
{
	struct patch_inspect *pi = arg;

	kill(pi->pid, SIGKILL); /* on_child() goes on */
	return 0;
}

static int spawn(int payload, int result, const char *size, pid_t *pid)
{
	char *const argv[] = {(char *)"nacred", (char *)INSPECT_OPTION, NULL};
	char env[64], *const envp[] = {env, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	snprintf(env, sizeof(env), "PAYLOAD_SIZE=%s", size);
	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	rc = posix_spawn_file_actions_adddup2(&files, payload, PAYLOAD_FD);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, result, RESULT_FD);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, RESULT_FD + 1);
	if (!rc)
		rc = posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	if (!rc)
		rc = posix_spawn(pid, patch_inspect_program, &files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

/* Above the numbers that the child gets, so that none covers the other. */
static int start_child(struct patch_inspect *pi, int fd, size_t size)
{
	int payload = fcntl(fd, F_DUPFD_CLOEXEC, RESULT_FD + 1);
	int result = fcntl(pi->result, F_DUPFD_CLOEXEC, RESULT_FD + 1);
	char text[24];
	int rc = payload < 0 || result < 0 ? -errno : 0;

	snprintf(text, sizeof(text), "%zu", size);
	if (!rc)
		rc = spawn(payload, result, text, &pi->pid);
	if (payload >= 0)
		close(payload);
	if (result >= 0)
		close(result);
	if (rc)
		return rc;
	rc = sd_event_add_child(pi->n->loop, &pi->child, pi->pid, WEXITED, on_child, pi);
	if (rc >= 0)
		rc = sd_event_add_time_relative(pi->n->loop, &pi->timer, CLOCK_MONOTONIC,
						DEADLINE_SEC * 1000000ull, 0, on_deadline, pi);
	if (rc < 0) {
		kill(pi->pid, SIGKILL);
		waitpid(pi->pid, NULL, 0);
	}
	return rc < 0 ? rc : 0;
}

struct patch_inspect *patch_inspect_start(struct nacred *n, int fd, size_t size,
					  patch_inspected *done, void *arg, struct rpc_error *e)
{
	struct patch_inspect *pi = calloc(1, sizeof(*pi));
	int rc;

	if (!pi) {
		fail_memory(e);
		return NULL;
	}
	*pi = (struct patch_inspect){.n = n, .done = done, .arg = arg};
	pi->result = memfd_create("nacre-payload-facts", MFD_CLOEXEC);
	rc = pi->result < 0 ? -errno : start_child(pi, fd, size);
	if (!rc)
		return pi;
	inspect_free(pi);
	fail_errno(e, rc, "daemon.builder", "cannot start a process to look at the payload");
	return NULL;
}

void patch_inspect_cancel(struct patch_inspect *pi)
{
	if (!pi)
		return;
	kill(pi->pid, SIGKILL);
	pi->child = sd_event_source_disable_unref(pi->child);
	waitpid(pi->pid, NULL, 0);
	inspect_free(pi);
}
