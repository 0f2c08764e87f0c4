/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Calls of nacred's socket, counted and timed:
 *	nacred_calls SOCKET METHOD CALLS DEPTH	calls with DEPTH of them under way
 *	nacred_calls SOCKET idle CLIENTS SECONDS	connections that do nothing
 * Figures for people; nothing passes or fails by them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static int connect_to(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror(path);
		exit(1);
	}
	return fd;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Read until @lines more lines have ended. */
static void await(int fd, unsigned int lines)
{
	static char buffer[65536];
	ssize_t got, i;

	while (lines) {
		got = read(fd, buffer, sizeof(buffer));
		if (got <= 0) {
			fprintf(stderr, "nacred hung up\n");
			exit(1);
		}
		for (i = 0; i < got; i++)
			lines -= buffer[i] == '\n';
	}
}

static double processor_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int call(const char *path, const char *method, unsigned int calls, unsigned int depth)
{
	double *took = calloc(calls, sizeof(*took)), begin, one, used;
	unsigned int rounds = calls / depth, i;
	size_t len = 0, room = depth * 200;
	char *text = malloc(room);
	int fd = connect_to(path);

	for (i = 0; i < depth; i++)
		len += (size_t)snprintf(text + len, room - len,
					"{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"%s\"}\n", i,
					method);
	used = processor_time();
	begin = now();
	for (i = 0; i < rounds; i++) {
		one = now();
		if (write(fd, text, len) != (ssize_t)len)
			return 1;
		await(fd, depth);
		took[i] = now() - one;
	}
	begin = now() - begin;
	used = processor_time() - used;
	qsort(took, rounds, sizeof(*took), by_size);
	printf("%.0f calls/s, round of %u: p50 %.1f us, p99 %.1f us; own processor time "
	       "%.2f us/call\n",
	       (double)rounds * depth / begin, depth, took[rounds / 2] * 1e6,
	       took[(size_t)rounds * 99 / 100] * 1e6, used * 1e6 / (rounds * depth));
	free(took);
	free(text);
	return 0;
}

static int idle(const char *path, unsigned int clients, unsigned int seconds)
{
	struct rlimit lim;
	unsigned int i;

	getrlimit(RLIMIT_NOFILE, &lim);
	lim.rlim_cur = lim.rlim_max;
	setrlimit(RLIMIT_NOFILE, &lim);
	for (i = 0; i < clients; i++)
		connect_to(path);
	printf("%u\n", clients);
	fflush(stdout);
	sleep(seconds);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int a, b;

	if (argc != 5)
		return 2;
	a = (unsigned int)strtoul(argv[3], NULL, 10);
	b = (unsigned int)strtoul(argv[4], NULL, 10);
	if (strcmp(argv[2], "idle") == 0)
		return idle(argv[1], a, b);
	return a && b ? call(argv[1], argv[2], a, b) : 2;
}
