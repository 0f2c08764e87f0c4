/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The hosted libraries and nacre-host together, over the fake machine: what a
 * program gets, and that nothing of it stays behind.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/version.h>
#include <xencall.h>
#include <xenevtchn.h>
#include <xenforeignmemory.h>
#include <xengnttab.h>
#include <xentoolcore.h>

#include "host_fixture.h"

TestSuite(serve, .init = instance_up, .fini = instance_down, .timeout = 60);

Test(serve, hypercalls_reach_the_hypervisor)
{
	char *buf = xencall_alloc_buffer(call, 16);

	cr_assert(eq(int, xencall2(call, __HYPERVISOR_xen_version, XENVER_version, 0), 0x40011));
	cr_assert(ne(ptr, buf, NULL));
	cr_assert(zero(int, xencall2(call, __HYPERVISOR_xen_version, XENVER_extraversion,
				     (uintptr_t)buf)));
	cr_assert(eq(str, buf, ".fake"));
	xencall_free_buffer(call, buf);
	cr_assert(eq(int, xencall0(call, 59), -1));
	cr_assert(eq(int, errno, ENOSYS));
	cr_assert(eq(int, xencall2(call, __HYPERVISOR_xen_version, XENVER_extraversion, 8), -1));
	cr_assert(eq(int, errno, EFAULT), "a pointer that is no buffer");
	cr_assert(eq(int, xencall1(call, 0x1003, 7), -1), "the link's own operations");
	cr_assert(eq(int, errno, ENOSYS));
	cr_assert(eq(int, xencall_buffers_never_fault(call), 1));
}

Test(serve, buffers_are_pages_apart_and_shared_by_handles)
{
	xencall_handle *other = xencall_open(NULL, 0);
	char *a = xencall_alloc_buffer_pages(call, 1), *b = xencall_alloc_buffer_pages(call, 2);
	char *again;

	cr_assert(ne(ptr, a, NULL));
	cr_assert(ne(ptr, b, NULL));
	cr_assert(zero(int, (int)((uintptr_t)a % 4096)));
	memset(a, 1, 4096);
	memset(b, 2, 8192);
	cr_assert(eq(chr, a[4095], 1));
	xencall_free_buffer_pages(call, a, 1);
	again = xencall_alloc_buffer_pages(call, 1);
	cr_assert(eq(chr, again[5], 0), "a cached buffer is cleared");
	cr_assert(zero(int, xencall2(other, __HYPERVISOR_xen_version, XENVER_extraversion,
				     (uintptr_t)again)));
	cr_assert(eq(str, again, ".fake"), "through another handle");
	cr_assert(eq(ptr, xencall_alloc_buffer_pages(call, 100000), NULL));
	cr_assert(eq(int, errno, ENOMEM));
	cr_assert(eq(ptr, xencall_alloc_buffer_pages(call, 0), NULL));
	cr_assert(eq(ptr, xencall_alloc_buffer(call, SIZE_MAX), NULL));
	xencall_close(other);
}

Test(serve, foreign_pages_and_their_errors)
{
	xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
	const xen_pfn_t gfn[4] = {5, 6, 0x300, 9};
	int err[4];
	char *p, *q;

	p = xenforeignmemory_map(f, 1, PROT_READ | PROT_WRITE, 4, gfn, err);
	cr_assert(ne(ptr, p, NULL));
	cr_assert(eq(int, err[0], 0));
	cr_assert(eq(int, err[2], -ENOENT));
	cr_assert(eq(int, outstanding(FAKE_REFS), 3));
	strcpy(p + 4096, "page six");
	q = xenforeignmemory_map(f, 1, PROT_READ, 1, gfn + 1, NULL);
	cr_assert(eq(str, q, "page six"));
	cr_assert(zero(int, xenforeignmemory_unmap(f, p + 4096, 1)));
	cr_assert(eq(int, outstanding(FAKE_REFS), 3), "one of two references to page six is gone");
	cr_assert(zero(int, xenforeignmemory_unmap(f, p, 4)));
	cr_assert(eq(int, outstanding(FAKE_REFS), 1));

	cr_assert(eq(ptr, xenforeignmemory_map(f, 1, PROT_READ, 4, gfn, NULL), NULL));
	cr_assert(eq(int, errno, ENOENT), "without err[] one failure is all's");
	cr_assert(eq(int, outstanding(FAKE_REFS), 1));
	cr_assert(eq(ptr, xenforeignmemory_map(f, 2, PROT_READ, 1, gfn, err), NULL));
	cr_assert(eq(int, errno, ESRCH));
	cr_assert(zero(int, xenforeignmemory_unmap(f, q, 1)));
	cr_assert(zero(int, outstanding(FAKE_REFS)));
	xenforeignmemory_close(f);
}

Test(serve, many_pages_take_several_requests)
{
	xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
	static xen_pfn_t gfn[5000];
	static int err[5000];
	unsigned int i;
	char *p;

	for (i = 0; i < 5000; i++)
		gfn[i] = i % 0x200;
	p = xenforeignmemory_map(f, 1, PROT_READ | PROT_WRITE, 5000, gfn, err);
	cr_assert(ne(ptr, p, NULL));
	cr_assert(eq(int, outstanding(FAKE_REFS), 5000));
	p[4097] = 'x';
	cr_assert(eq(chr, p[(0x200 + 1) * 4096 + 1], 'x'));
	cr_assert(zero(int, xenforeignmemory_unmap(f, p, 5000)));
	cr_assert(zero(int, outstanding(FAKE_REFS)));
	gfn[4999] = 0x999;
	cr_assert(eq(ptr, xenforeignmemory_map(f, 1, PROT_READ, 5000, gfn, NULL), NULL));
	cr_assert(zero(int, outstanding(FAKE_REFS)));
	xenforeignmemory_close(f);
}

Test(serve, mapping_outlives_its_handle_as_with_privcmd)
{
	xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
	const xen_pfn_t gfn[1] = {5};
	char *p = xenforeignmemory_map(f, 1, PROT_READ | PROT_WRITE, 1, gfn, NULL);

	xenforeignmemory_close(f);
	p[0] = 'y';
	cr_assert(eq(int, outstanding(FAKE_REFS), 1));
}

Test(serve, resources)
{
	xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
	xenforeignmemory_resource_handle *r;
	void *addr = NULL;
	size_t size;

	cr_assert(zero(
		int, xenforeignmemory_resource_size(f, 1, XENMEM_resource_grant_table, 0, &size)));
	cr_assert(eq(sz, size, 64 * 4096));
	r = xenforeignmemory_map_resource(f, 1, XENMEM_resource_grant_table, 0, 0, 3, &addr,
					  PROT_READ | PROT_WRITE, 0);
	cr_assert(ne(ptr, r, NULL));
	memset(addr, 0, 3 * 4096);
	cr_assert(eq(int, outstanding(FAKE_REFS), 3));
	cr_assert(zero(int, xenforeignmemory_unmap_resource(f, r)));
	cr_assert(zero(int, outstanding(FAKE_REFS)));
	addr = NULL;
	cr_assert(eq(ptr, xenforeignmemory_map_resource(f, 1, 7, 0, 0, 1, &addr, PROT_READ, 0),
		     NULL));
	cr_assert(eq(int, errno, EOPNOTSUPP));
	xenforeignmemory_close(f);
}

Test(serve, events_come_once_until_unmasked)
{
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	int port = xenevtchn_bind_unbound_port(e, 1);

	cr_assert(gt(int, port, 0));
	cr_assert(not(readable(xenevtchn_fd(e), 0)));
	cr_assert(zero(int, xenevtchn_notify(e, port)));
	cr_assert(eq(int, xenevtchn_pending(e), port));
	cr_assert(zero(int, xenevtchn_notify(e, port)));
	cr_assert(not(readable(xenevtchn_fd(e), 20)), "masked since it was delivered");
	cr_assert(zero(int, xenevtchn_unmask(e, port)));
	cr_assert(eq(int, xenevtchn_pending(e), port), "what came meanwhile");
	cr_assert(zero(int, xenevtchn_unbind(e, port)));
	cr_assert(zero(int, outstanding(FAKE_PORTS)));
	cr_assert(eq(int, xenevtchn_notify(e, port), -1));
	cr_assert(eq(int, errno, ENOTCONN));
	cr_assert(zero(int, xenevtchn_close(e)));
}

Test(serve, an_event_pending_at_binding_is_delivered)
{
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	int i, port;

	for (i = 0; i < 50; i++) {
		port = xenevtchn_bind_interdomain(e, 1, 3);
		cr_assert(eq(int, xenevtchn_pending(e), port));
		cr_assert(zero(int, xenevtchn_unbind(e, port)));
	}
	cr_assert(eq(int, xenevtchn_bind_interdomain(e, 7, 3), -1));
	cr_assert(eq(int, errno, ESRCH));
	xenevtchn_close(e);
}

Test(serve, ports_belong_to_who_bound_them)
{
	xenevtchn_handle *a = xenevtchn_open(NULL, 0), *b = xenevtchn_open(NULL, 0);
	int port = xenevtchn_bind_virq(a, 1);

	cr_assert(eq(int, xenevtchn_notify(b, port), -1));
	cr_assert(eq(int, xenevtchn_unbind(b, port), -1));
	xenevtchn_unmask(b, port); /* without effect */
	cr_assert(zero(int, xenevtchn_notify(a, port)));
	cr_assert(eq(int, xenevtchn_pending(a), port));
	xenevtchn_close(a);
	cr_assert(zero(int, settles_at_zero(FAKE_PORTS)));
	xenevtchn_close(b);
}

Test(serve, a_slow_reader_loses_nothing)
{
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	int port[90], i, small = 1;
	bool seen[200] = {false};

	setsockopt(xenevtchn_fd(e), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	for (i = 0; i < 90; i++)
		port[i] = xenevtchn_bind_unbound_port(e, 1);
	for (i = 0; i < 90; i++)
		cr_assert(zero(int, xenevtchn_notify(e, port[i])));
	for (i = 0; i < 90; i++)
		seen[xenevtchn_pending(e)] = true;
	for (i = 0; i < 90; i++)
		cr_assert(seen[port[i]]);
	xenevtchn_close(e);
}

Test(serve, event_descriptor_alone_can_be_taken_over)
{
	xenevtchn_handle *e = xenevtchn_open(NULL, XENEVTCHN_NO_CLOEXEC), *again;
	int port = xenevtchn_bind_unbound_port(e, 1), fd = dup(xenevtchn_fd(e));

	xenevtchn_close(e);
	cr_assert(eq(int, outstanding(FAKE_PORTS), 1));
	again = xenevtchn_fdopen(NULL, fd, 0);
	cr_assert(ne(ptr, again, NULL));
	cr_assert(zero(int, xenevtchn_notify(again, port)));
	cr_assert(eq(int, xenevtchn_pending(again), port));
	xenevtchn_close(again);
	cr_assert(zero(int, settles_at_zero(FAKE_PORTS)));
}

Test(serve, restricted_handles)
{
	xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	const xen_pfn_t gfn[1] = {5};

	cr_assert(zero(int, xenforeignmemory_restrict(f, 2)));
	cr_assert(eq(ptr, xenforeignmemory_map(f, 1, PROT_READ, 1, gfn, NULL), NULL));
	cr_assert(eq(int, errno, EPERM));
	cr_assert(zero(int, xenevtchn_restrict(e, 1)));
	cr_assert(eq(int, xenevtchn_bind_virq(e, 1), -1));
	cr_assert(eq(int, errno, EACCES));
	cr_assert(gt(int, xenevtchn_bind_unbound_port(e, 1), 0));
	cr_assert(eq(int, xenevtchn_bind_unbound_port(e, 2), -1));
	cr_assert(eq(int, xenevtchn_restrict(e, 2), -1));
	xenevtchn_close(e);
	xenforeignmemory_close(f);
}

Test(serve, restricting_the_process_reaches_every_handle)
{
	xencall_handle *c = xencall_open(NULL, 0);

	cr_assert(zero(int, xentoolcore_restrict_all(1)));
	cr_assert(eq(int, xencall1(c, __HYPERVISOR_xen_version, XENVER_version), -1));
	xencall_close(c);
	xencall_close(call);
	call = xencall_open(NULL, 0);
	cr_assert(eq(int, xencall1(call, __HYPERVISOR_xen_version, XENVER_version), 0x40011));
}

Test(serve, grants)
{
	xengnttab_handle *g = xengnttab_open(NULL, 0);
	uint32_t domids[3] = {1, 1, 1}, refs[3] = {4, 7, 8}, bad[2] = {4, 0x200};
	char *p;

	p = xengnttab_map_grant_refs(g, 3, domids, refs, PROT_READ | PROT_WRITE);
	cr_assert(ne(ptr, p, NULL));
	memset(p, 7, 3 * 4096);
	cr_assert(eq(int, outstanding(FAKE_GRANTS), 3));
	cr_assert(eq(int, xengnttab_unmap(g, p, 2), -1), "only as a whole");
	cr_assert(zero(int, xengnttab_unmap(g, p, 3)));
	cr_assert(zero(int, outstanding(FAKE_GRANTS)));
	cr_assert(eq(ptr, xengnttab_map_domain_grant_refs(g, 2, 1, bad, PROT_READ), NULL));
	cr_assert(eq(int, errno, EINVAL));
	cr_assert(zero(int, outstanding(FAKE_GRANTS)), "the good one is undone");
	cr_assert(zero(int, xengnttab_set_max_grants(g, 1)));
	cr_assert(eq(ptr, xengnttab_map_domain_grant_refs(g, 2, 1, refs, PROT_READ), NULL));
	cr_assert(eq(int, errno, ENOMEM));
	xengnttab_close(g);
}

Test(serve, grant_notifies_when_its_user_ends)
{
	xengnttab_handle *g = xengnttab_open(NULL, 0);
	xenevtchn_handle *e = xenevtchn_open(NULL, 0);
	int port = xenevtchn_bind_unbound_port(e, 1);
	char *p = xengnttab_map_grant_ref_notify(g, 1, 4, PROT_READ | PROT_WRITE, 100, port);
	xengnttab_handle *other = xengnttab_open(NULL, 0);
	char *q;

	cr_assert(ne(ptr, p, NULL));
	p[99] = p[100] = 5;
	xengnttab_close(g);
	cr_assert(eq(int, xenevtchn_pending(e), port));
	cr_assert(zero(int, settles_at_zero(FAKE_GRANTS)));
	q = xengnttab_map_grant_ref(other, 1, 4, PROT_READ);
	cr_assert(ne(ptr, q, NULL));
	cr_assert(eq(chr, q[99], 5));
	cr_assert(eq(chr, q[100], 0));
	xengnttab_close(other);
	xenevtchn_close(e);
	cr_assert(zero(int, settles_at_zero(FAKE_PORTS)));
}

Test(serve, grant_copy)
{
	xengnttab_handle *g = xengnttab_open(NULL, 0);
	char in[] = "hello", out[6] = "";
	xengnttab_grant_copy_segment_t s[3] = {
		{.source.virt = in,
		 .dest.foreign = {9, 10, 1},
		 .len = 6,
		 .flags = GNTCOPY_dest_gref},
		{.source.foreign = {9, 10, 1},
		 .dest.virt = out,
		 .len = 6,
		 .flags = GNTCOPY_source_gref},
		{.source.foreign = {9, 4095, 1},
		 .dest.virt = out,
		 .len = 6,
		 .flags = GNTCOPY_source_gref},
	};

	cr_assert(zero(int, xengnttab_grant_copy(g, 3, s)));
	cr_assert(eq(i16, s[0].status, GNTST_okay));
	cr_assert(eq(i16, s[1].status, GNTST_okay));
	cr_assert(eq(i16, s[2].status, GNTST_bad_copy_arg));
	cr_assert(eq(str, out, "hello"));
	cr_assert(zero(int, outstanding(FAKE_GRANTS)));
	xengnttab_close(g);
}

Test(serve, sharing_is_refused)
{
	cr_assert(eq(ptr, xengntshr_open(NULL, 0), NULL));
	cr_assert(eq(int, errno, ENOSYS));
}

Test(serve, a_killed_program_leaves_nothing)
{
	pid_t pid = fork();

	if (!pid) {
		xenforeignmemory_handle *f = xenforeignmemory_open(NULL, 0);
		xenevtchn_handle *e = xenevtchn_open(NULL, 0);
		xengnttab_handle *g = xengnttab_open(NULL, 0);
		const xen_pfn_t gfn[2] = {5, 5};
		int i;

		xenforeignmemory_map(f, 1, PROT_READ, 2, gfn, NULL);
		for (i = 0; i < 20; i++)
			xenevtchn_bind_unbound_port(e, 1);
		xengnttab_map_grant_ref(g, 1, 3, PROT_READ);
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	cr_assert(zero(int, settles_at_zero(FAKE_REFS)));
	cr_assert(zero(int, settles_at_zero(FAKE_PORTS)));
	cr_assert(zero(int, settles_at_zero(FAKE_GRANTS)));
}

static void *caller(void *arg)
{
	int i;

	for (i = 0; i < 300; i++)
		if (xencall1(call, __HYPERVISOR_xen_version, XENVER_version) != 0x40011)
			return (void *)1;
	return NULL;
}

Test(serve, threads_share_a_handle)
{
	pthread_t t[8];
	void *bad;
	int i;

	for (i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, caller, NULL);
	for (i = 0; i < 8; i++) {
		pthread_join(t[i], &bad);
		cr_assert(eq(ptr, bad, NULL));
	}
}

/* Children that each have a request under way that never ends. */
Test(serve, stuck_clients_do_not_block_others)
{
	pid_t pid[60];
	int i;

	for (i = 0; i < 60; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			xencall0(xencall_open(NULL, 0), FAKE_HANG);
			_exit(0);
		}
	}
	for (i = 0; i < 200; i++)
		cr_assert(
			eq(int, xencall1(call, __HYPERVISOR_xen_version, XENVER_version), 0x40011));
	for (i = 0; i < 60; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	cr_assert(eq(int, xencall1(call, __HYPERVISOR_xen_version, XENVER_version), 0x40011));
}

static int raw_connection(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/default/host.sock", base);
	cr_assert(zero(int, connect(fd, (struct sockaddr *)&sa, sizeof(sa))));
	return fd;
}

Test(serve, nonsense_is_cut_off)
{
	static const size_t lengths[] = {1, 63, 64, 100, 20000};
	static char junk[20000];
	unsigned int i;
	char byte;
	int fd;

	memset(junk, 0x5a, sizeof(junk));
	for (i = 0; i < 5; i++) {
		fd = raw_connection();
		send(fd, junk, lengths[i], MSG_NOSIGNAL);
		while (recv(fd, &byte, 1, 0) > 0)
			;
		close(fd);
	}
	cr_assert(eq(int, xencall1(call, __HYPERVISOR_xen_version, XENVER_version), 0x40011));
}
