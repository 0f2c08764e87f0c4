/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Scheduler goals in the simulator.
 *
 *   sched_sim [--cases N] [--seed S] [--depth D] [NAME]
 *
 * Runs each scenario (or that called NAME) in a process of its own, then all
 * sequences of D steps of a small model, then N random cases from seed S on.  Each
 * prints its figures; exit status 1 if one failed.
 */
#include "scenarios.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int in_a_child(void (*run)(uint64_t), uint64_t arg)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid) {
		run(arg);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

int main(int argc, char **argv)
{
	unsigned long cases = 300, seed = 1, depth = 4, failed = 0;
	const char *only = NULL;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--cases") && i + 1 < argc)
			cases = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "--depth") && i + 1 < argc)
			depth = strtoul(argv[++i], NULL, 0);
		else
			only = argv[i];
	}
	for (const struct scenario *s = scenarios; s->name; s++) {
		if (only && strcmp(only, s->name))
			continue;
		printf("%s:", s->name);
		if (in_a_child(s->run, seed)) {
			printf(" FAIL\n");
			failed++;
		} else {
			printf(" ok\n");
		}
	}
	if (!only || !strcmp(only, "exhaustive")) {
		printf("exhaustive:");
		if (in_a_child(exhaustive, depth)) {
			printf(" FAIL\n");
			failed++;
		} else {
			printf(" ok\n");
		}
	}
	for (unsigned long i = 0; !only && i < cases; i++) {
		if (!in_a_child(random_case, seed + i))
			continue;
		printf("random case, seed %lu: FAIL\n", seed + i);
		failed++;
	}
	if (!only)
		printf("%lu random cases from seed %lu\n", cases, seed);
	printf("%lu failed\n", failed);
	return failed ? 1 : 0;
}
