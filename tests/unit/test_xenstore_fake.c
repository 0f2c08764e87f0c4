/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hyper.h"
#include "test_xenstore_fake.h"

struct fake *fake;
char fake_rundir[64];

struct hyper {
	int unused;
};

enum fake_side fake_side;

static int event_fd(void)
{
	return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void fake_init(void)
{
	uint32_t i;
	int k;

	fake = mmap(NULL, sizeof(*fake), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fake == MAP_FAILED)
		abort();
	for (k = 0; k < FAKE_SIDES; k++)
		fake->daemon_fd[k] = event_fd();
	for (i = 0; i < FAKE_DOMAINS; i++) {
		fake->dom[i].state = HYPER_GONE;
		for (k = 0; k < FAKE_SIDES; k++)
			fake->dom[i].port[k].guest_fd = event_fd();
	}
	snprintf(fake_rundir, sizeof(fake_rundir), "/tmp/nacre-test-XXXXXX");
	if (!mkdtemp(fake_rundir))
		abort();
	setenv("XENSTORED_RUNDIR", fake_rundir, 1);
	unsetenv("XENSTORED_PATH");
	unsetenv("NOTIFY_SOCKET");
}

static void poke(int fd)
{
	uint64_t one = 1;

	if (write(fd, &one, sizeof(one)) < 0 && errno != EAGAIN)
		abort();
}

void fake_signal(uint32_t domid, enum fake_side side)
{
	struct fake_port *p = &fake->dom[domid].port[side];

	p->pending = 1;
	__sync_synchronize();
	if (!p->masked)
		poke(fake->daemon_fd[side]);
}

void fake_set_state(uint32_t domid, int state)
{
	fake->dom[domid].state = state;
	fake->virq_pending = 1;
	poke(fake->daemon_fd[FAKE_STORE]);
}

bool fake_wait_side(uint32_t domid, enum fake_side side)
{
	struct pollfd p = {.fd = fake->dom[domid].port[side].guest_fd, .events = POLLIN};
	uint64_t n;

	if (poll(&p, 1, 5000) <= 0)
		return false;
	return read(p.fd, &n, sizeof(n)) == sizeof(n);
}

/* --- what the daemon calls --- */

int hyper_open(struct hyper **out)
{
	static struct hyper h;

	*out = &h;
	return 0;
}

void hyper_close(struct hyper *h)
{
}

int hyper_map(struct hyper *h, uint32_t domid, uint32_t grant, uint64_t gfn,
	      struct hyper_page *page)
{
	if (domid >= FAKE_DOMAINS || fake->dom[domid].state == HYPER_GONE)
		return EINVAL;
	if (gfn != (fake_side == FAKE_STORE ? FAKE_GFN : FAKE_CONSOLE_GFN))
		return EINVAL;
	page->addr =
		fake_side == FAKE_STORE ? &fake->dom[domid].page : &fake->dom[domid].console_page;
	page->by_grant = true;
	return 0;
}

void hyper_unmap(struct hyper *h, struct hyper_page *page)
{
	page->addr = NULL;
}

static bool still_busy(void)
{
	if (!fake->busy)
		return false;
	fake->busy--;
	return true;
}

int hyper_bind(struct hyper *h, uint32_t domid, uint32_t remote_port)
{
	if (remote_port != FAKE_PORT || still_busy())
		return -EINVAL;
	fake->dom[domid].port[fake_side].masked = 0;
	fake->dom[domid].port[fake_side].bound = 1;
	return (int)domid;
}

int hyper_bind_virq(struct hyper *h, unsigned int virq)
{
	return still_busy() ? -EEXIST : FAKE_VIRQ_PORT;
}

void hyper_unbind(struct hyper *h, int port)
{
	if (port >= 0 && port < FAKE_DOMAINS)
		fake->dom[port].port[fake_side].bound = 0;
}

static void act_silently(struct fake_domain *d)
{
	struct xenstore_domain_interface *r = &d->page.store;
	uint32_t i;

	for (i = 0; i < d->late_len; i++)
		r->req[MASK_XENSTORE_IDX(r->req_prod + i)] = d->late[i];
	r->req_prod += d->late_len;
	d->late_len = 0;
	if (d->late_take)
		r->rsp_cons = r->rsp_prod;
}

void hyper_notify(struct hyper *h, int port)
{
	if (fake_side == FAKE_STORE)
		act_silently(&fake->dom[port]);
	poke(fake->dom[port].port[fake_side].guest_fd);
}

int hyper_fd(struct hyper *h)
{
	return fake->daemon_fd[fake_side];
}

int hyper_pending(struct hyper *h)
{
	int i, fd = fake->daemon_fd[fake_side];
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return -1;
	if (fake_side == FAKE_STORE && __sync_lock_test_and_set(&fake->virq_pending, 0)) {
		poke(fd); /* there may be more */
		return FAKE_VIRQ_PORT;
	}
	for (i = 0; i < FAKE_DOMAINS; i++) {
		struct fake_port *p = &fake->dom[i].port[fake_side];

		if (!p->masked && __sync_lock_test_and_set(&p->pending, 0)) {
			p->masked = 1;
			p->taken++;
			poke(fd);
			return i;
		}
	}
	return -1;
}

void hyper_unmask(struct hyper *h, int port)
{
	struct fake_port *p;

	if (port >= FAKE_DOMAINS)
		return;
	p = &fake->dom[port].port[fake_side];
	p->masked = 0;
	__sync_synchronize();
	if (p->pending)
		poke(fake->daemon_fd[fake_side]);
}

enum hyper_state hyper_domain_state(struct hyper *h, uint32_t domid)
{
	return domid < FAKE_DOMAINS ? fake->dom[domid].state : HYPER_GONE;
}

void hyper_list_domains(struct hyper *h)
{
}

enum hyper_state hyper_listed_state(const struct hyper *h, uint32_t domid)
{
	return domid < FAKE_DOMAINS ? fake->dom[domid].state : HYPER_GONE;
}

/* --- guests --- */

/* These two signal as sparingly as Linux does (xenbus_comms.c's conditions). */
static bool put(uint32_t domid, const char *data, size_t len)
{
	struct xenstore_domain_interface *r = &fake->dom[domid].page.store;
	uint32_t prod, n;

	while (len) {
		prod = r->req_prod;
		n = XENSTORE_RING_SIZE - (prod - __atomic_load_n(&r->req_cons, __ATOMIC_ACQUIRE));
		if (!n && !fake_wait(domid))
			return false;
		for (n = n < len ? n : (uint32_t)len; n; n--, len--)
			r->req[MASK_XENSTORE_IDX(prod++)] = *data++;
		n = r->req_prod;
		__atomic_store_n(&r->req_prod, prod, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&r->req_cons, __ATOMIC_SEQ_CST) - n < XENSTORE_RING_SIZE)
			fake_kick(domid);
	}
	return true;
}

static bool get(uint32_t domid, char *data, size_t len)
{
	struct xenstore_domain_interface *r = &fake->dom[domid].page.store;
	uint32_t cons, n;

	while (len) {
		cons = r->rsp_cons;
		n = __atomic_load_n(&r->rsp_prod, __ATOMIC_ACQUIRE) - cons;
		if (!n && !fake_wait(domid))
			return false;
		for (n = n < len ? n : (uint32_t)len; n; n--, len--)
			*data++ = r->rsp[MASK_XENSTORE_IDX(cons++)];
		n = r->rsp_cons;
		__atomic_store_n(&r->rsp_cons, cons, __ATOMIC_SEQ_CST);
		if (__atomic_load_n(&r->rsp_prod, __ATOMIC_SEQ_CST) - n >= XENSTORE_RING_SIZE)
			fake_kick(domid);
	}
	return true;
}

bool guest_put(uint32_t domid, const void *data, size_t len)
{
	return put(domid, data, len);
}

bool guest_send(uint32_t domid, uint32_t type, uint32_t id, uint32_t tx, const void *data,
		size_t len)
{
	struct xsd_sockmsg h = {.type = type, .req_id = id, .tx_id = tx, .len = (uint32_t)len};

	return put(domid, (const char *)&h, sizeof(h)) && put(domid, data, len);
}

bool guest_recv(uint32_t domid, struct guest_msg *m)
{
	if (!get(domid, (char *)&m->h, sizeof(m->h)) || m->h.len > XENSTORE_PAYLOAD_MAX)
		return false;
	m->data[m->h.len] = '\0';
	return get(domid, m->data, m->h.len);
}

int guest_call(uint32_t domid, uint32_t type, uint32_t tx, const void *data, size_t len,
	       struct guest_msg *m)
{
	static uint32_t id;
	size_t i;

	if (!guest_send(domid, type, ++id, tx, data, len))
		return ETIMEDOUT;
	do {
		if (!guest_recv(domid, m))
			return ETIMEDOUT;
	} while (m->h.type == XS_WATCH_EVENT);
	if (m->h.req_id != id || (m->h.type != type && m->h.type != XS_ERROR))
		return EBADMSG;
	if (m->h.type != XS_ERROR)
		return 0;
	for (i = 0; i < sizeof(xsd_errors) / sizeof(xsd_errors[0]); i++)
		if (!strcmp(xsd_errors[i].errstring, m->data))
			return xsd_errors[i].errnum;
	return EBADMSG;
}

int guest_path(uint32_t domid, uint32_t type, uint32_t tx, const char *path, struct guest_msg *m)
{
	return guest_call(domid, type, tx, path, strlen(path) + 1, m);
}

/* --- the daemon's process --- */

void fake_xenstored_kill(pid_t pid, int sig)
{
	if (pid <= 0) /* it did not start; -1 would mean every process */
		return;
	kill(pid, sig);
	waitpid(pid, NULL, 0);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

void fake_cleanup(void)
{
	nftw(fake_rundir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
