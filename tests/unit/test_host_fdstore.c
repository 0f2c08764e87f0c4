/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What nacre-host keeps for daemons that it starts again, and how they get it back. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fdstore.h"
#include "spawn.h"

static struct fdstore store;

static void setup(void)
{
	store = (struct fdstore){0};
	cr_assert(sd_event_new(&store.event) >= 0);
}

static void teardown(void)
{
	fdstore_clear(&store);
	sd_event_unref(store.event);
}

TestSuite(fdstore, .init = setup, .fini = teardown);

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* One end is given away, the other returned. */
static int give(const char *text, int *given)
{
	int fds[2];

	cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
	if (given)
		*given = fds[0];
	fdstore_notified(&store, text, fds, 1);
	return fds[1];
}

static const char *names(void)
{
	static char text[1000];
	int fds[FDSTORE_MAX];
	char *list;

	cr_assert(fdstore_list(&store, fds, &list) >= 0);
	snprintf(text, sizeof(text), "%s", list);
	free(list);
	return text;
}

Test(fdstore, keeps_in_order_and_forgets_by_name)
{
	int first;

	give("FDSTORE=1\nFDNAME=one", &first);
	give("READY=1\nFDNAME=two\nFDSTORE=1\n", NULL);
	give("FDSTORE=1\nFDNAME=one", NULL);
	cr_assert(eq(str, (char *)names(), "one:two:one"));
	fdstore_notified(&store, "FDSTOREREMOVE=1\nFDNAME=one", NULL, 0);
	cr_assert(eq(str, (char *)names(), "two"));
	cr_assert(not(is_open(first)));
}

Test(fdstore, what_is_not_to_be_kept_is_closed)
{
	static const char *const bad[] = {"READY=1",
					  "FDSTORE=1",
					  "FDSTORE=1\nFDNAME=",
					  "FDSTORE=1\nFDNAME=a:b",
					  "FDSTORE=1\nFDNAME=a b",
					  "FDSTORE=10\nFDNAME=a",
					  "XFDSTORE=1\nFDNAME=a",
					  "FDSTORE=1\nXFDNAME=a"};
	unsigned int i;
	int fd;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		give(bad[i], &fd);
		cr_expect(not(is_open(fd)), "%s", bad[i]);
	}
	cr_expect(eq(u32, store.nr, 0));
}

Test(fdstore, the_other_ends_end_is_noticed)
{
	int other = give("FDSTORE=1\nFDNAME=viewer", NULL), stays;

	stays = give("FDSTORE=1\nFDNAME=stays", NULL);
	close(other);
	cr_assert(sd_event_run(store.event, 1000000) > 0);
	cr_assert(eq(str, (char *)names(), "stays"));
	close(stays);
}

Test(fdstore, files_and_too_many)
{
	char path[] = "/tmp/nacre-fdstore.XXXXXX";
	int i, fd = mkstemp(path);

	unlink(path);
	for (i = 0; i < FDSTORE_MAX + 3; i++) {
		int copy = dup(fd);

		fdstore_notified(&store, "FDSTORE=1\nFDNAME=file", &copy, 1);
	}
	cr_assert(eq(u32, store.nr, FDSTORE_MAX));
	close(fd);
}

/* The child finds them from 3 on, whatever numbers they had here. */
Test(fdstore, handed_over_by_number_and_name)
{
	static char script[] = "test \"$LISTEN_PID\" = $$ && test \"$LISTEN_FDS\" = 2 && "
			       "test \"$LISTEN_FDNAMES\" = one:two && read a <&3 && read b <&4 && "
			       "test \"$a$b\" = 12 && test ! -e /proc/self/fd/5";
	char *argv[] = {(char *)"/bin/sh", (char *)"-c", script, NULL};
	int one[2], two[2], status, fds[2];
	struct spawn s = {
		.argv = argv, .listen_fd = fds, .nr_listen = 2, .listen_names = "one:two"};
	pid_t pid;

	cr_assert(pipe2(one, O_CLOEXEC) == 0 && pipe2(two, O_CLOEXEC) == 0);
	cr_assert(write(one[1], "1\n", 2) == 2 && write(two[1], "2\n", 2) == 2);
	fds[0] = fcntl(one[0], F_DUPFD_CLOEXEC, 4); /* the place of the other */
	fds[1] = two[0];
	pid = spawn(&s);
	cr_assert(pid > 0);
	cr_assert(waitpid(pid, &status, 0) == pid);
	cr_assert(eq(int, status, 0));
}
