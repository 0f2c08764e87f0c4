/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* xenstored itself in a child of the test. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "server.h"
#include "test_xenstore_fake.h"

pid_t fake_xenstored_start(void)
{
	static struct server server;
	struct server_options opt = {.rundir = fake_rundir, .socket_mode = 0600};
	struct pollfd p = {.events = POLLIN};
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready))
		abort();
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		if (server_start(&server, &opt) || write(ready[1], "r", 1) != 1)
			_exit(1);
		close(ready[1]);
		_exit(server_run(&server) ? 1 : (server_stop(&server), 0));
	}
	close(ready[1]);
	p.fd = ready[0];
	if (poll(&p, 1, 10000) != 1 || read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}
