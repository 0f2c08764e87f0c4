/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <string.h>

#include "console_ring.h"

static uint32_t read_once(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

void console_ring_attach(struct console_ring *r, struct xencons_interface *page)
{
	r->page = page;
	r->out_cons = read_once(&page->out_cons);
	r->in_prod = read_once(&page->in_prod);
}

size_t console_ring_take(struct console_ring *r, char *buf, bool *bad)
{
	uint32_t avail = read_once(&r->page->out_prod) - r->out_cons;
	uint32_t at = MASK_XENCONS_IDX(r->out_cons, r->page->out);
	uint32_t first = (uint32_t)CONSOLE_OUT_SIZE - at;

	*bad = avail > CONSOLE_OUT_SIZE;
	if (*bad || !avail)
		return 0;
	if (first > avail)
		first = avail;
	memcpy(buf, r->page->out + at, first);
	memcpy(buf + first, r->page->out, avail - first);
	r->out_cons += avail;
	/* The bytes are ours before the guest may write there again. */
	__atomic_store_n(&r->page->out_cons, r->out_cons, __ATOMIC_RELEASE);
	return avail;
}

size_t console_ring_space(const struct console_ring *r)
{
	uint32_t used = r->in_prod - read_once(&r->page->in_cons);

	return used > CONSOLE_IN_SIZE ? 0 : CONSOLE_IN_SIZE - used;
}

void console_ring_give(struct console_ring *r, const char *data, size_t len)
{
	uint32_t at = MASK_XENCONS_IDX(r->in_prod, r->page->in);
	size_t first = CONSOLE_IN_SIZE - at;

	if (first > len)
		first = len;
	memcpy(r->page->in + at, data, first);
	memcpy(r->page->in, data + first, len - first);
	r->in_prod += (uint32_t)len;
	__atomic_store_n(&r->page->in_prod, r->in_prod, __ATOMIC_RELEASE);
}
