/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * xl_start XL BASE [PAIRS]: what the process of `xl list' costs beside BASE, the least program
 * that links xl's libraries.  Both run in turn, so that a change of the machine's speed meets both
 * alike; a run's user and system time is the kernel's own account of it.
 *
 * Times are printed only: what fails is a start that touches more than 1.1 times the pages of
 * BASE's.  That is the same in each run, and most of what a short process costs.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake_nacred.h"

#define MAX_PAIRS 100000

#define DOMAIN(id, name)                                                                           \
	"{\"domid\":" id ",\"name\":\"" name                                                       \
	"\",\"uuid\":\"65622c59-e557-4667-9137-00000000000" id                                     \
	"\",\"generation\":1,\"type\":\"pvh\",\"state\":{\"running\":false,\"blocked\":true,"      \
	"\"paused\":false,\"shutdown\":false,\"dying\":false,\"building\":false},"                 \
	"\"shutdown_reason\":null,\"current_memkb\":131072,\"outstanding_memkb\":0,"               \
	"\"max_memkb\":131072,\"cpu_time_ns\":7700000000,\"vcpu_online\":1,\"vcpu_max_id\":0,"     \
	"\"cpupool\":\"Pool-0\",\"start_time\":1700000000.5,\"has_config\":true}"

struct cost {
	double us; /* user and system time */
	long faults;
};

/* One run of @argv; exits when it cannot be counted. */
static struct cost run(char **argv)
{
	struct rusage use;
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		/* The output goes where a script's would: into a descriptor, not to a terminal. */
		int out = open("/dev/null", O_WRONLY);

		if (out >= 0)
			dup2(out, STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid || status) {
		fprintf(stderr, "xl_start: %s cannot be run\n", argv[0]);
		exit(EXIT_FAILURE);
	}
	return (struct cost){
		.us = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
		      (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec),
		.faults = use.ru_minflt,
	};
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quantile(double *values, size_t nr, unsigned int percent)
{
	qsort(values, nr, sizeof(*values), by_size);
	return values[(nr - 1) * percent / 100];
}

static int compare(char **xl, char **base, size_t pairs)
{
	double *costs = calloc(pairs * 3, sizeof(*costs)), *ratios = costs + 2 * pairs;
	long faults[2] = {0};
	size_t i;

	if (!costs)
		return EXIT_FAILURE;
	run(xl);
	run(base);
	for (i = 0; i < pairs; i++) {
		bool first = i % 2; /* neither is always the one before */
		struct cost a = run(first ? xl : base), b = run(first ? base : xl);

		costs[i] = first ? a.us : b.us;
		costs[pairs + i] = first ? b.us : a.us;
		ratios[i] = costs[pairs + i] > 0 ? costs[i] / costs[pairs + i] : 0;
		faults[0] = first ? a.faults : b.faults;
		faults[1] = first ? b.faults : a.faults;
	}
	printf("%zu pairs; user and system time in us: median, 10 %%, 90 %%; page faults\n", pairs);
	for (i = 0; i < 2; i++)
		printf("%-8s %8.0f %8.0f %8.0f %6ld\n", i ? "base" : "xl list",
		       quantile(costs + i * pairs, pairs, 50),
		       quantile(costs + i * pairs, pairs, 10),
		       quantile(costs + i * pairs, pairs, 90), faults[i]);
	printf("%-8s %8.3f %8.3f %8.3f\n", "ratio", quantile(ratios, pairs, 50),
	       quantile(ratios, pairs, 10), quantile(ratios, pairs, 90));
	free(costs);
	if (faults[0] * 10 <= faults[1] * 11)
		return EXIT_SUCCESS;
	puts("FAIL bench.xl_start: xl list touches more than 1.1 times the base's pages");
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct fake_answer answers[] = {
		{.method = "domain.list",
		 .json = "{\"domains\":[" DOMAIN("0", "Domain-0") "," DOMAIN("1", "web") "," DOMAIN(
			 "2", "db") "," DOMAIN("3", "mail") "]}"},
	};
	char dir[] = "/tmp/nacre-bench.XXXXXX", path[64], list[] = "list";
	long pairs = argc > 3 ? strtol(argv[3], NULL, 10) : 200;
	int status = EXIT_FAILURE;

	if (argc < 3 || pairs < 1 || pairs > MAX_PAIRS) {
		fputs("usage: xl_start XL BASE [PAIRS]\n", stderr);
		return 2;
	}
	if (!mkdtemp(dir))
		return EXIT_FAILURE;
	snprintf(path, sizeof(path), "%s/nacred.sock", dir);
	setenv("NACRE_RUNDIR", dir, 1);
	fake_nacred_script(answers, 1);
	if (fake_nacred_start(path) == 0)
		status = compare((char *[]){argv[1], list, NULL}, (char *[]){argv[2], NULL},
				 (size_t)pairs);
	unlink(path);
	rmdir(dir);
	return status;
}
