/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* How a test's payload says what it replaces (xen/sysctl.h, struct livepatch_func). */
#ifndef TESTS_PATCH_H
#define TESTS_PATCH_H

#include <hv/livepatch.h>

struct patch_record {
	const char *name;
	void *new_addr, *old_addr;
	uint32_t new_size, old_size;
	uint8_t version, pad[39], expect[32];
};
_Static_assert(sizeof(struct patch_record) == 104, "struct livepatch_func");

#define SECTION(s) __attribute__((section(s), used))
/* The sizes are the least that a jump needs.  The records are an array: no more
 * alignment than they need, or there would be gaps. */
#define REPLACE(old, new)                                                                          \
	SECTION(".livepatch.funcs")                                                                \
	static const struct patch_record record_##old                                              \
		__attribute__((aligned(8))) = {#old, new, 0, 1, 5, 2, {0}, {0}}
#define METADATA(text) SECTION(".modinfo") static const char metadata[] = text

#endif
