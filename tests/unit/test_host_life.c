/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Instances that end, are killed, started twice or do not start. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host_fixture.h"
#include "remains.h"

TestSuite(life, .init = instance_up, .fini = instance_down, .timeout = 60);

Test(life, machine_that_ends_is_reported)
{
	cr_assert(eq(int, xencall0(call, FAKE_DIE), -1));
	cr_assert(zero(int, settles_at_zero(FAKE_REFS) + 1), "calls fail from now on");
	while (nacre("status") == 0)
		; /* it stops what there is, then ends */
	cr_assert(said("code 16"));
	cr_assert(eq(int, nacre("exec true"), 1));
	cr_assert(zero(int, nacre("logs nacre-host")));
	cr_assert(said("code 16"));
}

Test(life, down_also_after_kill)
{
	char path[128];
	pid_t host;
	int fd;

	snprintf(path, sizeof(path), "%s/default", base);
	fd = pidfile_open(path, "nacre-host", &host);

	cr_assert(ge(int, fd, 0));
	kill(host, SIGKILL);
	cr_assert(readable(fd, 5000));
	close(fd);
	cr_assert(eq(int, nacre("status"), 3));
	cr_assert(said("killed"));
	cr_assert(zero(int, nacre("down")));
	cr_assert(eq(int, access(path, F_OK), -1));
	cr_assert(zero(int, nacre("down")), "twice is fine");
}

Test(life, up_takes_over_after_kill)
{
	char path[128];
	pid_t host;
	int fd;

	snprintf(path, sizeof(path), "%s/default", base);
	fd = pidfile_open(path, "nacre-host", &host);

	kill(host, SIGKILL);
	cr_assert(readable(fd, 5000));
	close(fd);
	cr_assert(zero(int, nacre("up --no-daemons --accel=tcg --image=/dev/null -m 64")));
	cr_assert(zero(int, nacre("status")));
}

Test(life, second_up_is_refused)
{
	cr_assert(eq(int, nacre("up --no-daemons --image=/dev/null"), 1));
	cr_assert(said("already running"));
	cr_assert(zero(int, nacre("status")), "the first goes on");
	cr_assert(zero(int, nacre("-i second up --no-daemons --image=/dev/null -m 64")));
	cr_assert(zero(int, nacre("down -i second")));
}

Test(life, failing_starts_are_told)
{
	setenv("FAKE_FAIL", "1", 1);
	cr_assert(eq(int, nacre("-i x up --no-daemons --image=/dev/null -m 64"), 1));
	cr_assert(said("QEMU gave up: no such machine"));
	cr_assert(zero(int, nacre("-i x down")));
	unsetenv("FAKE_FAIL");
	setenv("FAKE_SILENT", "1", 1);
	cr_assert(eq(int, nacre("-i x up --no-daemons --image=/dev/null -m 64 --timeout 1"), 1));
	cr_assert(said("not ready within 1 s"));
	cr_assert(zero(int, nacre("-i x down")));
	unsetenv("FAKE_SILENT");
	cr_assert(eq(int, nacre("-i x up --no-daemons --image=/nowhere"), 1));
	cr_assert(said("/nowhere"));
	cr_assert(eq(int, nacre("-i x up -m 13"), 2));
	cr_assert(eq(int, nacre("-i x up -c 65"), 2));
	cr_assert(eq(int, nacre("-i ../x up"), 2));
	cr_assert(eq(int, nacre("-i x status"), 3));
}
