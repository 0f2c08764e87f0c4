/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "simulation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "limits.h"
#include "log.h"
#include "nacred.h"

#define PROGRAM "nacre-simulate"

struct simulation {
	struct nacred *n;
	struct simulation *next;
	simulation_done *done;
	void *arg;
	pid_t pid;
	int answer, errors; /* memory files */
	bool late;
	sd_event_source *child, *deadline;
};

static struct simulation **place_of(struct simulation *s)
{
	struct simulation **at = &s->n->simulations;

	while (*at && *at != s)
		at = &(*at)->next;
	return at;
}

static void simulation_free(struct simulation *s)
{
	struct simulation **at = place_of(s);

	if (*at)
		*at = s->next;
	sd_event_source_disable_unref(s->child);
	sd_event_source_disable_unref(s->deadline);
	if (s->answer >= 0)
		close(s->answer);
	if (s->errors >= 0)
		close(s->errors);
	free(s);
}

bool simulation_room(const struct nacred *n, struct rpc_error *e)
{
	const struct simulation *s = n->simulations;
	unsigned int nr = 0;

	for (; s; s = s->next)
		nr++;
	if (nr < LIMIT_SIMULATIONS)
		return true;
	fail(e, XL_BUFFERFULL, "daemon.busy", "%d simulations run already", LIMIT_SIMULATIONS);
	return false;
}

/* --- the process ------------------------------------------------------------------ */

/* It lies beside this program. */
static int program_path(char buf[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", buf, PATH_MAX - sizeof(PROGRAM));
	char *slash;

	if (n <= 0)
		return -ENOENT;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	memcpy(slash + 1, PROGRAM, sizeof(PROGRAM));
	return 0;
}

/* Above the descriptors that the process gets. */
static int memory_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC), high = -1;

	if (fd >= 0) {
		high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		close(fd);
	}
	return high;
}

static int write_order(const struct json *order)
{
	char *text = json_print(order, false);
	size_t len = text ? strlen(text) : 0;
	int fd = text ? memory_file("order") : -1;

	if (fd >= 0 && (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))) {
		close(fd);
		fd = -1;
	}
	free(text);
	return fd;
}

static int spawn(struct simulation *s, int order)
{
	static char *const argv[] = {(char *)PROGRAM, NULL}, *const envp[] = {NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char path[PATH_MAX];
	sigset_t none, all;
	int rc = -program_path(path);

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	if (!rc)
		rc = posix_spawnattr_setflags(&attr,
					      POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, order, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, s->answer, 1);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&files, s->errors, 2);
	if (!rc)
		rc = posix_spawn_file_actions_addclosefrom_np(&files, 3);
	if (!rc)
		rc = posix_spawn(&s->pid, path, &files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return -rc;
}

/* --- its end ------------------------------------------------------------------------ */

static struct json *read_answer(const struct simulation *s)
{
	static const struct json_limits limits = {
		.max_bytes = LIMIT_SIMULATION_BYTES, .max_depth = 8, .max_values = 1u << 20};
	struct json *v = NULL;
	struct stat st;
	char *text;

	if (fstat(s->answer, &st) || st.st_size <= 0)
		return NULL;
	text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, s->answer, 0);
	if (text == MAP_FAILED)
		return NULL;
	v = json_parse(text, (size_t)st.st_size, &limits, NULL, 0);
	munmap(text, (size_t)st.st_size);
	return v;
}

/* What it complained of, for the log. */
static void log_errors(const struct simulation *s)
{
	char text[512];
	ssize_t n = pread(s->errors, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	log_error("%s", text);
}

static void end(struct simulation *s, bool well)
{
	struct json *answer = well ? read_answer(s) : NULL;
	struct rpc_error e = {0};

	if (s->late)
		fail(&e, XL_TIMEDOUT, "simulate.timeout", "the simulation took more than %d s",
		     LIMIT_SIMULATION_SEC);
	else if (!answer)
		fail(&e, XL_FAIL, "simulate.failed", "the simulation ended without a result");
	if (!answer)
		log_errors(s);
	s->done(s->arg, answer, &e);
	simulation_free(s);
}

static int on_child(sd_event_source *source, const siginfo_t *si, void *arg)
{
	struct simulation *s = arg;

	s->child = sd_event_source_disable_unref(s->child);
	end(s, si->si_code == CLD_EXITED && si->si_status == 0);
	return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *arg)
{
	struct simulation *s = arg;

	s->late = true;
	kill(s->pid, SIGKILL); /* on_child() goes on */
	return 0;
}

static int watch(struct simulation *s)
{
	int rc = sd_event_add_child(s->n->loop, &s->child, s->pid, WEXITED, on_child, s);

	if (rc >= 0)
		rc = sd_event_add_time_relative(s->n->loop, &s->deadline, CLOCK_MONOTONIC,
						LIMIT_SIMULATION_SEC * 1000000ull, 0, on_deadline,
						s);
	if (rc >= 0)
		return 0;
	sd_event_source_disable_unref(s->child);
	s->child = NULL;
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	return rc;
}

int simulation_start(struct nacred *n, const struct json *order, simulation_done *done, void *arg,
		     struct rpc_error *e)
{
	struct simulation *s;
	int fd, rc;

	if (!simulation_room(n, e))
		return -1;
	s = calloc(1, sizeof(*s));
	fd = write_order(order);
	if (!s || fd < 0) {
		if (fd >= 0)
			close(fd);
		free(s);
		return fail_memory(e);
	}
	*s = (struct simulation){.n = n, .done = done, .arg = arg};
	s->answer = memory_file("answer");
	s->errors = memory_file("errors");
	rc = s->answer < 0 || s->errors < 0 ? -errno : spawn(s, fd);
	close(fd);
	if (!rc)
		rc = watch(s);
	if (rc) {
		simulation_free(s);
		return fail_errno(e, rc, "simulate.failed", "cannot start %s", PROGRAM);
	}
	s->next = n->simulations;
	n->simulations = s;
	return 0;
}

void simulation_stop(struct nacred *n)
{
	while (n->simulations) {
		struct simulation *s = n->simulations;

		s->child = sd_event_source_disable_unref(s->child);
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
		end(s, false);
	}
}
