/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "replica.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool fail(struct rpc_error *e, const char *symbol, const char *what, int err)
{
	*e = (struct rpc_error){.libxl = RPC_ERROR_FAIL};
	snprintf(e->symbol, sizeof(e->symbol), "%s", symbol);
	snprintf(e->text, sizeof(e->text), "%s%s%s", what, err ? ": " : "",
		 err ? strerror(err) : "");
	return false;
}

/* nacre -i NAME @args...; its exit status, or -errno. Its stdout is dropped. */
static int nacre(const struct replica *r, char *const args[], size_t nr)
{
	char program[PATH_MAX], *argv[12] = {"nacre", "-i", (char *)r->name};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int rc = instance_program("nacre", program, sizeof(program)), status;
	pid_t pid;
	size_t i;

	for (i = 0; i < nr; i++)
		argv[3 + i] = args[i];
	if (rc)
		return rc;
	rc = posix_spawn_file_actions_init(&files);
	if (rc)
		return -rc;
	rc = posix_spawnattr_init(&attributes);
	if (rc) {
		posix_spawn_file_actions_destroy(&files);
		return -rc;
	}
	/* The caller may have blocked signals; ^C shall end the child. */
	sigemptyset(&none);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	rc = rc ? rc : posix_spawn(&pid, program, &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	if (rc)
		return -rc;
	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* Its own environment may point to another instance: build the path here. */
static bool connect_daemon(struct replica *r, struct rpc_error *e)
{
	char dir[INSTANCE_DIR_MAX], path[INSTANCE_DIR_MAX + 16];
	struct json *hello;
	int rc = instance_rundir(r->name, dir, sizeof(dir));

	if (rc)
		return fail(e, "rehearsal.directory", "no run directory for the replica", -rc);
	snprintf(path, sizeof(path), "%s/nacred.sock", dir);
	r->rpc = rpc_open(path, e);
	hello = r->rpc ? rpc_call(r->rpc, "system.hello", NULL, RPC_QUICK, NULL, e) : NULL;
	snprintf(r->build_id, sizeof(r->build_id), "%s",
		 json_string(json_path(hello, "hypervisor.build_id"), ""));
	json_free(hello);
	return hello != NULL;
}

/* The store of patches must not be that of the host. */
static bool own_state(struct replica *r, const char *keys, struct rpc_error *e)
{
	const char *tmp = getenv("TMPDIR");

	if ((size_t)snprintf(r->state, sizeof(r->state), "%s/nacre-replica.XXXXXX",
			     tmp && *tmp ? tmp : "/tmp") >= sizeof(r->state))
		return fail(e, "rehearsal.directory", "TMPDIR is too long", 0);
	if (!mkdtemp(r->state)) {
		r->state[0] = '\0';
		return fail(e, "rehearsal.directory", "cannot make a directory", errno);
	}
	if (setenv("NACRE_STATE_DIR", r->state, 1) || setenv("NACRE_KEYS", keys, 1))
		return fail(e, "rehearsal.directory", "cannot start the replica", errno);
	return true;
}

bool replica_start(struct replica *r, const char *keys, unsigned int cpus, unsigned int memory_mib,
		   struct rpc_error *e)
{
	char c[16], m[16];
	int rc;

	*r = (struct replica){0};
	if (!own_state(r, keys, e)) {
		replica_stop(r);
		return false;
	}
	snprintf(r->name, sizeof(r->name), "rehearsal-%ld", (long)getpid());
	snprintf(c, sizeof(c), "%u", cpus);
	snprintf(m, sizeof(m), "%u", memory_mib);
	rc = nacre(r, (char *[]){"up", "-c", c, "-m", m}, 5);
	if (rc)
		fail(e, "rehearsal.replica", "the replica does not start", rc < 0 ? -rc : 0);
	else if (connect_daemon(r, e))
		return true;
	replica_stop(r);
	return false;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *where)
{
	return remove(path);
}

void replica_stop(struct replica *r)
{
	rpc_close(r->rpc);
	r->rpc = NULL;
	if (r->name[0])
		nacre(r, (char *[]){"down"}, 1);
	r->name[0] = '\0';
	if (r->state[0])
		nftw(r->state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	r->state[0] = '\0';
}
