/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* The hosted libraries' handles in a forked child. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/version.h>
#include <xenevtchn.h>
#include <xentoolcore.h>

#include "host_fixture.h"

TestSuite(host_fork, .init = instance_up, .fini = instance_down, .timeout = 60);

/* xl makes its handle before daemon(3); the parent's buffers are not the child's. */
Test(host_fork, a_forked_child_makes_hypercalls_of_its_own)
{
	char *mine = xencall_alloc_buffer(call, 64);
	pid_t pid = fork();
	int status;

	if (!pid) {
		bool ok = xencall1(call, __HYPERVISOR_xen_version, XENVER_version) == 0x40011;
		char *own = xencall_alloc_buffer(call, 64);

		memset(own, 0xff, 64);
		ok = ok &&
		     xencall2(call, __HYPERVISOR_xen_version, XENVER_extraversion,
			      (uintptr_t)own) == 0 &&
		     own[0] != (char)0xff;
		xencall_free_buffer(call, own);
		_exit(ok ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	cr_assert(zero(int, status));
	memset(mine, 0, 64);
	cr_assert(zero(int, xencall2(call, __HYPERVISOR_xen_version, XENVER_extraversion,
				     (uintptr_t)mine)),
		  "the parent's goes on");
	xencall_free_buffer(call, mine);
}

Test(host_fork, a_fork_lifts_no_restriction)
{
	pid_t pid;
	int status;

	cr_assert(zero(int, xentoolcore_restrict_all(1)));
	pid = fork();
	if (!pid)
		_exit(xencall1(call, __HYPERVISOR_xen_version, XENVER_version) == -1 &&
				      errno == EBADF
			      ? 0
			      : 1);
	waitpid(pid, &status, 0);
	cr_assert(zero(int, status));
}

Test(host_fork, a_forked_child_may_only_close_its_events)
{
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	int port = xenevtchn_bind_unbound_port(e, 1), status;
	pid_t pid = fork();

	if (!pid) {
		bool refused = xenevtchn_pending(e) == -1 && errno == EBADF &&
			       xenevtchn_notify(e, port) == -1 && errno == EBADF;

		xenevtchn_close(e);
		_exit(refused ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	cr_assert(zero(int, status));
	cr_assert(zero(int, xenevtchn_notify(e, port)), "the parent's goes on");
	cr_assert(eq(int, xenevtchn_pending(e), port));
	xenevtchn_close(e);
}
