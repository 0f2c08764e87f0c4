/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * Stands in for QEMU with the hypervisor in it, so that nacre-host and the
 * hosted libraries are tested without either.  Built as "qemu-system-x86_64"
 * and put first in PATH, it takes the link's descriptor from the command line,
 * is a client of the ivshmem protocol, and answers requests:
 *
 *   foreign gfn g of domain 1    machine frame g + 0x100, below 0x200; -ENOENT
 *   grant reference r of dom. 1  machine frame r + 0x400, below 0x100
 *   ports                        1 to 100, an unbound one is its own other end
 *   FAKE_COUNT(what)             references, grants, ports outstanding
 *   FAKE_DIE                     ends the machine as isa-debug-exit would
 *   FAKE_HANG                    is never answered
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <hv/link_abi.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/version.h>
#include <xen/xen.h>

#include "fake_machine.h"

#define FRAMES 0x1000
#define PORTS  100

static char *area;
static int ring_host, ring_me;
static unsigned int refs[FRAMES];
static bool port_open[PORTS + 1];
static bool granted[0x100];
static uint64_t arena_va;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* --- the ivshmem protocol -------------------------------------------------------- */

static int receive(int sock, int64_t *value)
{
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = {value, sizeof(*value)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control.buf,
			     .msg_controllen = sizeof(control.buf)};
	struct cmsghdr *c;
	int fd = -1;

	if (recvmsg(sock, &msg, 0) != sizeof(*value))
		fail("ivshmem message");
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

static void join(int sock)
{
	int64_t version, id, minus, peer, me;
	int memory;

	receive(sock, &version);
	receive(sock, &id);
	memory = receive(sock, &minus);
	ring_host = receive(sock, &peer);
	ring_me = receive(sock, &me);
	if (version != 0 || id != 0 || minus != -1 || peer != 1 || me != 0 || memory < 0)
		fail("ivshmem handshake");
	area = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	if (area == MAP_FAILED)
		fail("link area");
}

/* --- requests ----------------------------------------------------------------------- */

static void *arena(uint64_t offset)
{
	return area + LINK_ARENA + offset;
}

static void *pointer(uint64_t va)
{
	return arena(va - arena_va);
}

static int64_t map_foreign(const uint64_t *arg)
{
	uint64_t *gfn = arena(arg[2]), *mfn = arena(arg[3]), i;
	int32_t *err = arena(arg[4]);

	if (arg[0] != 1)
		return -ESRCH;
	for (i = 0; i < arg[1]; i++) {
		err[i] = gfn[i] < 0x200 ? 0 : -ENOENT;
		mfn[i] = err[i] ? ~0ULL : gfn[i] + 0x100;
		if (!err[i])
			refs[mfn[i]]++;
	}
	return 0;
}

static int64_t map_resource(const uint64_t *arg)
{
	uint64_t *mfn = arena(arg[4]), i;

	if ((uint32_t)arg[1] != 1)
		return -EOPNOTSUPP;
	if (!arg[3])
		return 64;
	for (i = 0; i < arg[3]; i++) {
		mfn[i] = 0x800 + arg[2] + i;
		refs[mfn[i]]++;
	}
	return 0;
}

static int64_t unmap(const uint64_t *arg)
{
	uint64_t *mfn = arena(arg[1]), i;

	for (i = 0; i < arg[0]; i++)
		if (mfn[i] >= FRAMES || !refs[mfn[i]]--)
			exit(3); /* a reference that was not there */
	return 0;
}

static void set_pending(uint32_t port)
{
	shared_info_t *s = (void *)(area + LINK_SHARED_INFO);
	unsigned long bit = 1UL << (port % 64);

	if (__atomic_fetch_or(&s->evtchn_pending[port / 64], bit, __ATOMIC_SEQ_CST) & bit)
		return;
	if (__atomic_load_n(&s->evtchn_mask[port / 64], __ATOMIC_SEQ_CST) & bit)
		return;
	__atomic_fetch_or(&s->vcpu_info[0].evtchn_pending_sel, 1UL << (port / 64),
			  __ATOMIC_SEQ_CST);
	if (!__atomic_exchange_n(&s->vcpu_info[0].evtchn_upcall_pending, 1, __ATOMIC_SEQ_CST))
		eventfd_write(ring_host, 1);
}

static int64_t open_port(evtchn_port_t *out)
{
	uint32_t port;

	for (port = 1; port <= PORTS; port++) {
		if (port_open[port])
			continue;
		port_open[port] = true;
		*out = port;
		return 0;
	}
	return -ENOSPC;
}

static int64_t event_op(const uint64_t *arg)
{
	union {
		struct evtchn_alloc_unbound unbound;
		struct evtchn_bind_virq virq;
		struct evtchn_bind_interdomain inter;
		struct evtchn_send send;
	} *u = pointer(arg[1]);
	int64_t rc;

	switch (arg[0]) {
	case EVTCHNOP_alloc_unbound:
		return u->unbound.dom == DOMID_SELF ? open_port(&u->unbound.port) : -EPERM;
	case EVTCHNOP_bind_virq:
		return u->virq.virq < 24 ? open_port(&u->virq.port) : -EINVAL;
	case EVTCHNOP_bind_interdomain:
		if (u->inter.remote_dom != 1)
			return -ESRCH;
		rc = open_port(&u->inter.local_port);
		if (!rc)
			set_pending(u->inter.local_port); /* as Xen does */
		return rc;
	case EVTCHNOP_send:
	case EVTCHNOP_close:
		if (u->send.port > PORTS || !port_open[u->send.port])
			return -EINVAL;
		if (arg[0] == EVTCHNOP_send)
			set_pending(u->send.port);
		else
			port_open[u->send.port] = false;
		return 0;
	}
	return -ENOSYS;
}

static void map_grant(struct gnttab_map_grant_ref *m)
{
	m->status =
		m->dom == 1 && m->ref < 0x100 && !granted[m->ref] ? GNTST_okay : GNTST_bad_gntref;
	if (m->status)
		return;
	granted[m->ref] = true;
	m->handle = 5000 + m->ref;
	m->dev_bus_addr = (0x400ULL + m->ref) * LINK_PAGE;
}

static int64_t grant_op(const uint64_t *arg)
{
	struct gnttab_map_grant_ref *m = pointer(arg[1]);
	struct gnttab_unmap_grant_ref *u = pointer(arg[1]);
	uint64_t i;

	for (i = 0; i < arg[2]; i++) {
		if (arg[0] == GNTTABOP_map_grant_ref)
			map_grant(&m[i]);
		else if (!granted[u[i].handle - 5000])
			exit(3);
		else
			granted[u[i].handle - 5000] = false;
	}
	return 0;
}

static int64_t count(uint64_t what)
{
	int64_t n = 0;
	unsigned int i;

	for (i = 0; what == FAKE_REFS && i < FRAMES; i++)
		n += refs[i];
	for (i = 0; what == FAKE_GRANTS && i < 0x100; i++)
		n += granted[i];
	for (i = 0; what == FAKE_PORTS && i <= PORTS; i++)
		n += port_open[i];
	return n;
}

static int64_t version(const uint64_t *arg)
{
	char *extra;

	if (arg[0] == XENVER_version)
		return 4 << 16 | 17;
	if (arg[0] != XENVER_extraversion)
		return -ENOSYS;
	if (arg[1] < arena_va || arg[1] - arena_va > (63 << 20))
		return -EFAULT;
	extra = pointer(arg[1]);
	strcpy(extra, ".fake");
	return 0;
}

static int64_t serve(const struct link_slot *s)
{
	arena_va = s->arena_va;
	switch (s->op) {
	case LINK_OP_MAP_FOREIGN:
		return map_foreign(s->arg);
	case LINK_OP_UNMAP:
		return unmap(s->arg);
	case LINK_OP_MAP_RESOURCE:
		return map_resource(s->arg);
	case __HYPERVISOR_event_channel_op:
		return event_op(s->arg);
	case __HYPERVISOR_grant_table_op:
		return grant_op(s->arg);
	case __HYPERVISOR_xen_version:
		return version(s->arg);
	case FAKE_COUNT:
		return count(s->arg[0]);
	case FAKE_DIE:
		exit((0x10 << 1) | 1);
	}
	return -ENOSYS;
}

static void serve_all(void)
{
	struct link_slot *slot = (void *)(area + LINK_SLOTS);
	unsigned int i;

	for (i = 0; i < LINK_NR_SLOTS; i++) {
		if (__atomic_load_n(&slot[i].state, __ATOMIC_ACQUIRE) != SLOT_REQUEST)
			continue;
		if (slot[i].op == FAKE_HANG)
			continue;
		slot[i].result = serve(&slot[i]);
		__atomic_store_n(&slot[i].state, SLOT_DONE, __ATOMIC_RELEASE);
		eventfd_write(ring_host, 1);
	}
}

int main(int argc, char **argv)
{
	struct link_header *header;
	struct pollfd p = {.events = POLLIN};
	eventfd_t n;
	int i, sock = -1;

	if (getenv("FAKE_SILENT"))
		return pause();
	if (getenv("FAKE_FAIL")) {
		fputs("no such machine\n", stderr);
		return 1;
	}
	for (i = 1; i < argc; i++)
		if (!strncmp(argv[i], "socket,id=link,fd=", 18))
			sock = atoi(argv[i] + 18);
	if (sock < 0)
		fail("no link on the command line");
	join(sock);
	header = (struct link_header *)area;
	if (header->magic != LINK_MAGIC || header->version != LINK_VERSION || !header->wallclock_ns)
		fail("link header");
	header->nr_cpus = 2;
	__atomic_store_n(&header->state, LINK_READY, __ATOMIC_RELEASE);
	eventfd_write(ring_host, 1);
	p.fd = ring_me;
	while (poll(&p, 1, -1) > 0) {
		eventfd_read(ring_me, &n);
		serve_all();
	}
	return 0;
}
