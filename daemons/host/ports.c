/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "ports.h"

#include <errno.h>
#include <stddef.h>

#define WORD_BITS (sizeof(xen_ulong_t) * 8)

void ports_init(struct ports *p, shared_info_t *shared,
		void (*deliver)(struct client *owner, uint32_t port))
{
	*p = (struct ports){.shared = shared, .deliver = deliver};
}

static xen_ulong_t bit(uint32_t port)
{
	return (xen_ulong_t)1 << (port % WORD_BITS);
}

static void mask(struct ports *p, uint32_t port)
{
	__atomic_fetch_or(&p->shared->evtchn_mask[port / WORD_BITS], bit(port), __ATOMIC_SEQ_CST);
}

static void unmask(struct ports *p, uint32_t port)
{
	__atomic_fetch_and(&p->shared->evtchn_mask[port / WORD_BITS], ~bit(port), __ATOMIC_SEQ_CST);
}

/* True if it was pending. */
static bool clear_pending(struct ports *p, uint32_t port)
{
	return __atomic_fetch_and(&p->shared->evtchn_pending[port / WORD_BITS], ~bit(port),
				  __ATOMIC_SEQ_CST) &
	       bit(port);
}

static bool is_pending(const struct ports *p, uint32_t port)
{
	return __atomic_load_n(&p->shared->evtchn_pending[port / WORD_BITS], __ATOMIC_SEQ_CST) &
	       bit(port);
}

static void hand_over(struct ports *p, uint32_t port)
{
	mask(p, port);
	if (clear_pending(p, port))
		p->deliver(p->owner[port], port);
}

void ports_unmask(struct ports *p, uint32_t port)
{
	/* The hypervisor sets pending, then looks at mask: in this order no event
	 * is lost between the two. */
	unmask(p, port);
	if (is_pending(p, port))
		hand_over(p, port);
}

int ports_add(struct ports *p, uint32_t port, struct client *owner)
{
	if (port >= PORTS_MAX)
		return -ERANGE;
	p->owner[port] = owner;
	p->orphan[port] = false;
	p->users[port] = 0;
	ports_unmask(p, port);
	return 0;
}

struct client *ports_owner(const struct ports *p, uint32_t port)
{
	return port < PORTS_MAX ? p->owner[port] : NULL;
}

bool ports_remove(struct ports *p, uint32_t port)
{
	mask(p, port);
	clear_pending(p, port);
	p->owner[port] = NULL;
	p->orphan[port] = p->users[port] != 0;
	return !p->orphan[port];
}

int ports_next(const struct ports *p, const struct client *owner)
{
	uint32_t port;

	for (port = 0; port < PORTS_MAX; port++)
		if (p->owner[port] == owner)
			return (int)port;
	return -1;
}

int ports_use(struct ports *p, uint32_t port)
{
	if (!ports_owner(p, port))
		return -EINVAL;
	if (p->users[port] == UINT16_MAX)
		return -EMFILE;
	p->users[port]++;
	return 0;
}

bool ports_unuse(struct ports *p, uint32_t port)
{
	if (--p->users[port] || !p->orphan[port])
		return false;
	p->orphan[port] = false;
	return true;
}

static void scan_word(struct ports *p, unsigned int word)
{
	xen_ulong_t bits = __atomic_load_n(&p->shared->evtchn_pending[word], __ATOMIC_SEQ_CST) &
			   ~__atomic_load_n(&p->shared->evtchn_mask[word], __ATOMIC_SEQ_CST);

	while (bits) {
		uint32_t port = word * WORD_BITS + (uint32_t)__builtin_ctzl(bits);

		bits &= bits - 1;
		if (p->owner[port])
			hand_over(p, port);
	}
}

void ports_scan(struct ports *p)
{
	vcpu_info_t *vi = &p->shared->vcpu_info[0];
	unsigned int word;

	/* The hypervisor rings only when upcall_pending goes from 0 to 1, so it
	 * and the selector are cleared before looking. */
	__atomic_store_n(&vi->evtchn_upcall_pending, 0, __ATOMIC_SEQ_CST);
	__atomic_exchange_n(&vi->evtchn_pending_sel, 0, __ATOMIC_SEQ_CST);
	for (word = 0; word < WORD_BITS; word++)
		scan_word(p, word);
}
