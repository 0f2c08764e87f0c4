/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Calls of nacred's socket, counted and timed:
 *	nacred_calls SOCKET METHOD CALLS DEPTH	calls with DEPTH of them under way
 *	nacred_calls SOCKET echo CALLS DEPTH	the same of a process that sends back what it gets,
 *						at SOCKET, which must not exist
 *	nacred_calls SOCKET idle CLIENTS SECONDS	connections that do nothing
 * Medians of PARTS parts of the run.  nacred must be the process that opened the socket, on the
 * same CPU as this program.  Figures for people; nothing passes or fails by them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define PARTS 11

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

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nanoseconds for which nacred has run: it does not while this program does, on one CPU. */
static double clock_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static clockid_t clock_of_peer(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	clockid_t clock;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) ||
	    clock_getcpuclockid(peer.pid, &clock)) {
		fprintf(stderr, "the time of nacred cannot be told\n");
		exit(1);
	}
	return clock;
}

/* Of each of PARTS parts of the samples, which are in the order of time: what happens to this
 * machine in one part does not spoil the others. */
static double median_of(double *took, unsigned int nr, unsigned int percent)
{
	double of[PARTS];
	unsigned int part = nr / PARTS, i;

	for (i = 0; i < PARTS; i++) {
		qsort(took + i * part, part, sizeof(*took), by_size);
		of[i] = took[i * part + (size_t)part * percent / 100];
	}
	qsort(of, PARTS, sizeof(of[0]), by_size);
	return of[PARTS / 2];
}

static void tell(const char *what, double *took, unsigned int nr)
{
	double p50 = median_of(took, nr, 50), p95 = median_of(took, nr, 95),
	       p99 = median_of(took, nr, 99);

	printf("; %s p50 %.1f us, p95 x %.2f, p99 x %.2f", what, p50 * 1e6, p95 / p50, p99 / p50);
}

static int call(const char *path, const char *method, unsigned int calls, unsigned int depth)
{
	unsigned int rounds = calls / depth, i;
	double *took = calloc(rounds, sizeof(*took)), *ran = calloc(rounds, sizeof(*ran));
	double begin, one, before, used;
	size_t len = 0, room = depth * 200;
	char *text = malloc(room);
	int fd = connect_to(path);
	clockid_t nacred = clock_of_peer(fd);

	for (i = 0; i < depth; i++)
		len += (size_t)snprintf(text + len, room - len,
					"{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"%s\"}\n", i,
					method);
	used = clock_of(CLOCK_PROCESS_CPUTIME_ID);
	begin = clock_of(CLOCK_MONOTONIC);
	for (i = 0; i < rounds; i++) {
		before = clock_of(nacred);
		one = clock_of(CLOCK_MONOTONIC);
		if (write(fd, text, len) != (ssize_t)len)
			return 1;
		await(fd, depth);
		took[i] = clock_of(CLOCK_MONOTONIC) - one;
		ran[i] = clock_of(nacred) - before;
	}
	begin = clock_of(CLOCK_MONOTONIC) - begin;
	used = clock_of(CLOCK_PROCESS_CPUTIME_ID) - used;
	printf("%.0f calls/s", (double)rounds * depth / begin);
	tell("round", took, rounds);
	tell("of it nacred ran", ran, rounds);
	printf("; own processor time %.2f us/call\n", used * 1e6 / (rounds * depth));
	free(took);
	free(ran);
	free(text);
	return 0;
}

static void echo_serve(const char *path, int ready)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
	char text[8192];
	ssize_t got;

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 1)) {
		perror(path);
		_exit(1);
	}
	close(ready);
	client = accept(fd, NULL, NULL);
	while ((got = read(client, text, sizeof(text))) > 0)
		if (write(client, text, (size_t)got) != got)
			break;
	_exit(0);
}

/* What a server that does nothing gets here: it answers each line with itself. */
static void echo_start(const char *path)
{
	int ready[2];
	char end;

	if (pipe(ready))
		exit(1);
	if (fork() == 0)
		echo_serve(path, ready[1]);
	close(ready[1]);
	if (read(ready[0], &end, 1))
		exit(1);
	close(ready[0]);
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
	if (strcmp(argv[2], "echo") == 0)
		echo_start(argv[1]);
	return a && b ? call(argv[1], argv[2], a, b) : 2;
}
