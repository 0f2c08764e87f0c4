/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * XSA-197 as a class: the consumers of guests' rings copy each index and each
 * request once.  On a page whose index changes right after each access a second fetch is
 * certain to see something else; and a thread plays the guest's other CPU, for
 * whatever a single call does not show.
 */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "conn.h"
#include "console_ring.h"
#include "domain.h"
#include "hyper.h"
#include "ring.h"
#include "server.h"
#include "test_xenstore_fake.h"

#define TURNS 200000

static volatile bool stop;
static pthread_t flipper;

static void flip(volatile uint32_t *field, uint32_t other)
{
	uint32_t was = *field;

	*field = other;
	*field = was;
}

static void start(void *(*fn)(void *), void *arg)
{
	stop = false;
	cr_assert_eq(pthread_create(&flipper, NULL, fn, arg), 0);
}

static void finish(void)
{
	stop = true;
	pthread_join(flipper, NULL);
}

/* --- a page that changes after each access ------------------------------------------------ */

static uint8_t *trap_page;
static size_t accessed; /* offset of the access being executed */
static unsigned int reads_of_index;
static size_t index_offset;

/* The access itself is let through, one instruction. */
static void on_segv(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	uintptr_t at = (uintptr_t)info->si_addr - (uintptr_t)trap_page;

	if (at >= 4096) {
		signal(SIGSEGV, SIG_DFL);
		return;
	}
	accessed = at;
	mprotect(trap_page, 4096, PROT_READ | PROT_WRITE);
	uc->uc_mcontext.gregs[REG_EFL] |= 0x100;
}

/* Then the guest's other CPU is here: what was read becomes something else. */
static void on_trap(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	if (accessed == index_offset) {
		reads_of_index++;
		*(volatile uint32_t *)(void *)(trap_page + index_offset) += 0x12345;
	}
	mprotect(trap_page, 4096, PROT_NONE);
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x100ll;
}

static void *make_trap_page(size_t index)
{
	struct sigaction segv = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
	struct sigaction trap = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

	trap_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(trap_page, MAP_FAILED);
	index_offset = index;
	sigaction(SIGSEGV, &segv, NULL);
	sigaction(SIGTRAP, &trap, NULL);
	return trap_page;
}

static void arm(void)
{
	reads_of_index = 0;
	mprotect(trap_page, 4096, PROT_NONE);
}

static void disarm(void)
{
	mprotect(trap_page, 4096, PROT_READ | PROT_WRITE);
}

Test(advisory_197, a_console_index_is_read_once)
{
	struct xencons_interface *page =
		make_trap_page(offsetof(struct xencons_interface, out_prod));
	char *buf = calloc(1, CONSOLE_OUT_SIZE); /* no slack: an overrun shows */
	struct console_ring r;
	size_t n;
	bool bad;

	memset(page->out, 'a', sizeof(page->out));
	console_ring_attach(&r, page);
	page->out_prod = 100;
	arm();
	n = console_ring_take(&r, buf, &bad);
	disarm();
	cr_assert_eq(reads_of_index, 1u, "%u fetches of one index", reads_of_index);
	cr_assert(n == 100 && !bad, "%zu bytes", n);
	cr_assert_eq(buf[0], 'a');
	free(buf);
}

/* --- the console, raced -------------------------------------------------------------- */

static void *flip_console(void *arg)
{
	volatile struct xencons_interface *page = arg;

	for (uint32_t n = 0; !stop; n++) {
		page->out_prod = page->out_cons + n % (uint32_t)CONSOLE_OUT_SIZE;
		page->out_prod = page->out_cons + 0x10000 * n;
		page->in_cons = n;
	}
	return NULL;
}

Test(advisory_197, a_racing_cpu_on_the_console_ring)
{
	struct xencons_interface *page = calloc(1, sizeof(*page));
	char *buf = malloc(CONSOLE_OUT_SIZE); /* no slack: an overrun shows */
	struct console_ring r;
	bool bad;

	console_ring_attach(&r, page);
	start(flip_console, page);
	for (int i = 0; i < TURNS; i++) {
		size_t n = console_ring_take(&r, buf, &bad);

		cr_assert_leq(n, CONSOLE_OUT_SIZE);
		cr_assert(!bad || !n);
		cr_assert_leq(console_ring_space(&r), CONSOLE_IN_SIZE);
	}
	finish();
	free(buf);
	free(page);
}

/* --- xenstore --------------------------------------------------------------------------- */

static struct server *srv;

static void *flip_store(void *arg)
{
	volatile struct xenstore_domain_interface *r = arg;
	static const uint32_t wild[] = {1025, 4097, 0x7fffffff, 0xffffffff, 0x80000000};

	for (uint32_t n = 0; !stop; n++) {
		uint32_t at = MASK_XENSTORE_IDX(r->req_cons) & ~15u;
		volatile uint32_t *header = (volatile uint32_t *)(uintptr_t)(r->req + at);

		flip(&header[n % 4], wild[n % 5]);
		flip(&r->req_prod, r->req_cons + wild[n / 4 % 5]);
		flip(&r->rsp_cons, r->rsp_prod - wild[n / 8 % 5]);
	}
	return NULL;
}

static void start_store(void)
{
	static const struct server_options opt = {.rundir = fake_rundir, .socket_mode = 0600};

	fake_init();
	srv = calloc(1, sizeof(*srv));
	cr_assert(srv && !server_start(srv, &opt));
	fake->dom[1].state = HYPER_RUNNING;
	cr_assert_eq(domain_introduce(srv, 1, FAKE_GFN, FAKE_PORT), 0);
}

/* Requests of 16 bytes, so that headers are always at multiples of 16. */
static void send_requests(struct xenstore_domain_interface *r, unsigned int nr)
{
	struct xsd_sockmsg m = {.type = XS_RESET_WATCHES};

	while (nr-- && r->req_prod - r->req_cons <= XENSTORE_RING_SIZE - sizeof(m)) {
		memcpy(r->req + MASK_XENSTORE_IDX(r->req_prod), &m, sizeof(m));
		__atomic_store_n(&r->req_prod, r->req_prod + (uint32_t)sizeof(m), __ATOMIC_RELEASE);
	}
}

static void check_replies(const struct xenstore_domain_interface *r)
{

	cr_assert(r->error == XENSTORE_ERROR_NONE || r->error == XENSTORE_ERROR_RINGIDX ||
		  r->error == XENSTORE_ERROR_PROTO);
}

/* The state after introduction, on a page that traps. */
static struct conn *trapped_store(void)
{
	struct conn *c = srv->domains[1]->conn;
	struct xenstore_domain_interface *page =
		make_trap_page(offsetof(struct xenstore_domain_interface, req_prod));

	*page = fake->dom[1].page.store;
	c->domain->page.addr = page;
	return c;
}

Test(advisory_197, a_xenstore_index_is_read_once)
{
	struct xenstore_domain_interface *page;
	char *buf = malloc(64);
	struct conn *c;
	ssize_t n;

	start_store();
	c = trapped_store();
	page = c->domain->page.addr;
	memset(page->req, 'b', sizeof(page->req));
	page->req_prod = page->req_cons + 48;
	arm();
	n = ring_conn_ops.recv(c, buf, 64);
	disarm();
	cr_assert_eq(reads_of_index, 1u, "%u fetches of one index", reads_of_index);
	cr_assert_eq(n, 48, "%zd bytes", n);
	cr_assert_eq(buf[47], 'b');
	free(buf);
	c->domain->page.addr = &fake->dom[1].page.store;
	server_stop(srv);
	free(srv);
	fake_cleanup();
}

Test(advisory_197, a_racing_cpu_on_the_xenstore_ring, .timeout = 120)
{
	struct xenstore_domain_interface *r;

	start_store();
	r = &fake->dom[1].page.store;
	start(flip_store, r);
	for (int i = 0; i < TURNS / 10; i++) {
		struct conn *c = srv->domains[1]->conn;

		send_requests(r, 8);
		for (int n = 0; n < 16 && conn_turn(c); n++)
			;
		check_replies(r);
		r->rsp_cons = r->rsp_prod;
		if (r->error) {
			r->connection = XENSTORE_RECONNECT;
			ring_event(c);
		}
	}
	finish();
	cr_assert(db_check(&srv->db));
	server_stop(srv);
	free(srv);
	fake_cleanup();
}
