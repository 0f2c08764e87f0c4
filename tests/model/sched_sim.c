/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Scheduler goals in the simulator.
 *
 *   sched_sim [--cases N] [--seed S] [--depth D] [NAME]
 *
 * Runs each scenario, then all sequences of D steps of a small model, then N random
 * cases from seed S on; with NAME only that scenario, or exhaustive, or random.  Each
 * runs in a process of its own and prints its figures; exit status 1 if one failed.
 * Defaults of N and S: the environment's NACRE_SCHED_CASES and NACRE_SCHED_SEED.
 */
#include "scenarios.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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
		/* CPUs that call each other for ever get nowhere in virtual time. */
		setrlimit(RLIMIT_CPU, &(struct rlimit){300, 300});
		run(arg);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

static unsigned long failed;
static const char *only;
static const char *program;

static bool wanted(const char *name)
{
	return !only || !strcmp(only, name);
}

static void attempt(const char *name, void (*run)(uint64_t), uint64_t arg)
{
	if (!wanted(name))
		return;
	printf("%s:", name);
	if (in_a_child(run, arg)) {
		printf(" FAIL\n");
		failed++;
	} else {
		printf(" ok\n");
	}
}

static void random_cases(unsigned long seed, unsigned long cases)
{
	for (unsigned long i = 0; i < cases; i++) {
		if (i && i % 10000 == 0)
			printf("%lu random cases from seed %lu so far, %lu failed\n", i, seed,
			       failed);
		if (!in_a_child(random_case, seed + i))
			continue;
		printf("random case: FAIL; again: %s --cases 1 --seed %lu random\n", program,
		       seed + i);
		failed++;
	}
	printf("%lu random cases from seed %lu\n", cases, seed);
}

static unsigned long from_environment(const char *name, unsigned long value)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : value;
}

int main(int argc, char **argv)
{
	static const struct scenario *const tables[] = {scenarios_fairness, scenarios_caps,
							scenarios_life};
	unsigned long cases = from_environment("NACRE_SCHED_CASES", 300);
	unsigned long seed = from_environment("NACRE_SCHED_SEED", 1), depth = 4;

	program = argv[0];
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
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct scenario *s = tables[t]; s->name; s++)
			attempt(s->name, s->run, seed);
	attempt("exhaustive", exhaustive_apart, depth);
	attempt("exhaustive", exhaustive_together, depth);
	if (wanted("random"))
		random_cases(seed, cases);
	printf("%lu failed\n", failed);
	return failed ? 1 : 0;
}
