/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "nacre.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Become nacre-host, detached from the terminal. Only returns on failure. */
static void become_host(const struct context *c, int ready, int argc, char **argv)
{
	char program[PATH_MAX], name[INSTANCE_NAME_MAX + 16], fd[32];
	char **args = calloc((size_t)argc + 4, sizeof(*args));
	int i, n = 0, rc = instance_program("nacre-host", program, sizeof(program));
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (rc || !args) {
		errno = rc ? -rc : ENOMEM;
		return;
	}
	snprintf(name, sizeof(name), "--instance=%s", c->name);
	snprintf(fd, sizeof(fd), "--ready-fd=%d", ready);
	args[n++] = program;
	args[n++] = name;
	args[n++] = fd;
	for (i = 1; i < argc; i++)
		args[n++] = argv[i];
	/* stderr stays until nacre-host has a log: it may refuse the options. */
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
	    chdir("/") || setsid() < 0)
		return;
	fcntl(ready, F_SETFD, 0);
	execv(program, args);
}

/* Relay what nacre-host reports. True: it is ready. */
static bool relay(int fd, bool *told)
{
	FILE *f = fdopen(fd, "r");
	char line[2048];
	bool ready = false;

	while (f && !ready && fgets(line, sizeof(line), f)) {
		if (!strcmp(line, "ready\n"))
			ready = true;
		else if (!strncmp(line, "info ", 5))
			fputs(line + 5, stdout);
		else if (!strncmp(line, "error ", 6)) {
			fprintf(stderr, "nacre: %s", line + 6);
			*told = true;
		}
		fflush(stdout);
	}
	if (f)
		fclose(f);
	return ready;
}

/* nacre-host has ended. Its exit status, or 1. */
static int reap(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return EXIT_FAILED;
	return WEXITSTATUS(status);
}

/* It ended before it was ready: with its own words if there were any. */
static int give_up(const struct context *c, pid_t pid, bool told)
{
	int status = reap(pid);

	if (!told && status != EXIT_USAGE)
		complain("nacre-host ended before it was ready (status %d)", status);
	if (!access(c->rundir, F_OK) && instance_life(c->rundir) == LIFE_ENDED)
		fprintf(stderr, "nacre: logs are in %s (removed by: nacre%s%s down)\n", c->rundir,
			strcmp(c->name, INSTANCE_DEFAULT) ? " -i " : "",
			strcmp(c->name, INSTANCE_DEFAULT) ? c->name : "");
	return status == EXIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

static pid_t host_pid;

/* ^C while it starts: nacre-host, in a session of its own, shall stop too. */
static void pass_on(int sig)
{
	kill(host_pid, SIGTERM);
}

int cmd_up(struct context *c, int argc, char **argv)
{
	bool told = false;
	int ready[2];
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return complain("%s", strerror(errno));
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return complain("%s", strerror(errno));
	if (pid == 0) {
		become_host(c, ready[1], argc, argv);
		complain("cannot run nacre-host: %s", strerror(errno));
		_exit(EXIT_FAILED);
	}
	close(ready[1]);
	host_pid = pid;
	signal(SIGINT, pass_on);
	signal(SIGTERM, pass_on);
	if (!relay(ready[0], &told))
		return give_up(c, pid, told);
	printf("instance %s is up: %s\n", c->name, c->rundir);
	return EXIT_OK;
}
