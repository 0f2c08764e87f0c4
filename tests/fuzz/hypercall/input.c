/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "input.h"

#include <string.h>

#include <hv/domain.h>
#include <xen/memory.h>

#include "world.h"

static const uint8_t *at;
static size_t left;

void in_start(const uint8_t *data, size_t size)
{
	at = data;
	left = size;
}

bool in_more(void)
{
	return left > 0;
}

uint8_t in8(void)
{
	if (!left)
		return 0;
	left--;
	return *at++;
}

void in_bytes(void *buf, size_t len)
{
	size_t n = len < left ? len : left;

	memset(buf, 0, len);
	memcpy(buf, at, n);
	at += n;
	left -= n;
}

static uint64_t special(unsigned int n)
{
	static const uint64_t fixed[] = {
		BUF,
		BUF2,
		BUF + 4,
		BUF + 0x7fc, /* to an odd page in the end: in_struct() fills half a page */
		BUF2 + 0xffc,
		BAD,
		GUEST_PAGES * PAGE_SIZE - 8,
		CODE,
		TABLES,
		0xfee00000,
		0xfee00,
		P2M_MAX_GFN,
		P2M_MAX_GFN + 1,
		GUEST_PAGES,
		GUEST_PAGES - 1,
		0x7fffffff,
		0x80000000,
		UINT32_MAX,
		UINT64_MAX,
		1ULL << 63,
		0x0000800000000000,
		0xffff800000000000,
		0xffff,
		0x8000,
		4096,
		1u << 20,
		DOMID_SELF,
		DOMID_IO,
		DOMID_XEN,
		DOMID_INVALID,
		DOMID_FIRST_RESERVED,
		1ULL << 32,
	};
	unsigned int nr = sizeof(fixed) / sizeof(fixed[0]);

	n %= nr + 4;
	if (n < nr)
		return fixed[n];
	n -= nr;
	if (n < NR_GUESTS)
		return world_domid(n);
	return n & 1 ? 1ULL << (in8() & 63) : (uint64_t)host_now();
}

uint64_t in_value(void)
{
	uint8_t how = in8();
	uint64_t v = 0;

	if (how < 0x80)
		return how;
	if (how < 0xe0)
		return special(how - 0x80);
	in_bytes(&v, 1u << (how & 3));
	return how & 4 ? ~v : v;
}

size_t in_struct(void *buf, size_t room)
{
	unsigned int members = in8() & 31;
	size_t used = 0;

	while (members--) {
		size_t width = (size_t)1 << (in8() & 3);
		uint64_t v = in_value();

		used = (used + width - 1) & ~(width - 1);
		if (used + width > room)
			break;
		memcpy((char *)buf + used, &v, width);
		used += width;
	}
	return used;
}
