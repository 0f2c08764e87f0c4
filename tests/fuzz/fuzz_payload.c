/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * fuzz_payload ROUNDS SEED-DIRECTORY [FIRST]
 *
 * Mutations of live patches through both of their readers: the tools' and the
 * hypervisor's.  Nothing may stay allocated, and what the tools take the
 * hypervisor takes, unless the running image is its reason.
 */
#include <stdlib.h>
#include <string.h>
#include <hv/heap.h>
#include <hv/list.h>
#include "host.h"
#define payload hv_payload /* the hypervisor has a struct of that name, too */
#include "core/livepatch.h"
#undef payload
#include "patch/payload.h"
#include "seeds.h"

static void overwrite(struct seed *s)
{
	static const uint64_t values[] = {0,	      1,	  2,	     4,	   7,
					  8,	      16,	  103,	     104,  0xfff1,
					  0x7fffffff, 0x80000000, ~0ull,     4096, 1ull << 21,
					  0xffffffff, ~0ull >> 1, 1ull << 63};
	uint64_t value = values[any(sizeof(values) / sizeof(values[0]))];
	size_t len = (size_t)1 << any(4), at = any(s->len) / len * len;

	if (at + len <= s->len)
		memcpy(s->bytes + at, &value, len);
}

static void mutate(struct seed *s)
{
	const struct seed *other = any_seed();
	size_t at, len;

	if (!s->len)
		return;
	at = any(s->len);
	switch (any(8)) {
	case 0:
		s->bytes[at] = (char)any(256);
		break;
	case 1:
	case 2:
		s->bytes[at] ^= (char)(1 << any(8));
		break;
	case 3:
		if (any(16) == 0)
			s->len = at;
		break;
	case 4: /* an entry of a table in the place of another */
		at = at / 8 * 8;
		len = any(2) ? 24 : 64;
		if (at + len <= other->len && at + len <= s->len)
			memcpy(s->bytes + any(s->len - len + 1) / 8 * 8, other->bytes + at, len);
		break;
	default:
		overwrite(s);
	}
}

static bool fits_image(const struct payload *p)
{
	struct patch_id running;

	hypervisor_build_id(&running);
	if (p->foreign || p->xen_depends.len != running.len ||
	    memcmp(p->xen_depends.bytes, running.bytes, running.len) != 0)
		return false;
	for (uint32_t i = 0; i < p->nr_functions; i++)
		if (!p->functions[i].by_name || p->functions[i].old_size > 32)
			return false;
	return true;
}

static int hypervisor(const char *bytes, size_t len)
{
	size_t before = heap_used();
	struct hv_payload *p = heap_alloc(sizeof(*p));
	int rc;

	host.console_len = 0;
	memcpy(p->name, "p", 2);
	rc = payload_load(p, (const uint8_t *)bytes, len);
	payload_free(p);
	if (heap_used() != before)
		abort();
	return rc;
}

static void try(const struct seed *s, unsigned long round)
{
	char *exact = seed_exact(s);
	struct patch_error err;
	struct payload p;
	int mine = payload_parse((const uint8_t *)exact, s->len, &p, &err);
	int theirs = hypervisor(exact, s->len);

	/* ENOENT: a symbol that the fake image has not; EOVERFLOW: too far away. */
	if (!mine && theirs && theirs != -XEN_ENOENT && theirs != -XEN_EOVERFLOW &&
	    theirs != -XEN_ENOMEM && fits_image(&p)) {
		fprintf(stderr, "round %lu: refused with %d: %.*s", round, theirs,
			(int)host.console_len, host.console);
		abort();
	}
	if (!mine == !!err.text[0])
		abort();
	payload_clear(&p);
	free(exact);
}

static void begin(void)
{
	host_boot(1, 64);
	memset(host_text(), 0x90, HOST_TEXT_SIZE);
}

int main(int argc, char **argv)
{
	static const struct fuzzer fuzzer = {
		.mutate = mutate, .max_mutations = 4, .try = try, .begin = begin};

	return seeds_main(argc, argv, &fuzzer);
}
