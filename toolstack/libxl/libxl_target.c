/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* What memory a domain is asked to have, waiting for memory, and how older programs ask. */
#include <time.h>

#include "libxl_query.h"

/* libxl is content with a guest that has this much more than it was asked to. */
#define SLACK_KIB 4096

static int query_memory(libxl_ctx *ctx, uint32_t domid, uint64_t *target, uint64_t *current)
{
	struct json *memory;
	int rc = libxl__query(ctx, "memory.get", libxl__domain_params(domid), &memory);

	if (rc)
		return rc;
	*target = libxl__get_u64(memory, "target_kib");
	*current = libxl__get_u64(memory, "current_kib");
	json_free(memory);
	return 0;
}

int libxl_get_memory_target(libxl_ctx *ctx, uint32_t domid, uint64_t *out_target)
{
	uint64_t current;

	return query_memory(ctx, domid, out_target, &current);
}

/* --- waiting --------------------------------------------------------------------------- */

/* Nobody tells when memory becomes free or a guest has shrunk; libxl looks each second,
 * too.  Seconds that pass, not those of the clock, are counted. */
static void let_a_second_pass(void)
{
	struct timespec left = {.tv_sec = 1};

	while (nanosleep(&left, &left))
		;
}

int libxl_wait_for_free_memory(libxl_ctx *ctx, uint32_t domid, uint64_t memory_kb, int wait_secs)
{
	uint64_t free_kib;
	int rc;

	for (;;) {
		rc = libxl_get_free_memory(ctx, &free_kib);
		if (rc || free_kib >= memory_kb)
			return rc;
		if (wait_secs-- <= 0)
			return ERROR_NOMEM;
		let_a_second_pass();
	}
}

/* The time begins anew as long as the guest comes nearer. */
int libxl_wait_for_memory_target(libxl_ctx *ctx, uint32_t domid, int wait_secs)
{
	uint64_t target, current, least = UINT64_MAX;
	int rc, left = wait_secs;

	for (;;) {
		rc = query_memory(ctx, domid, &target, &current);
		if (rc || current <= target + SLACK_KIB)
			return rc;
		if (current < least) {
			least = current;
			left = wait_secs;
		}
		if (left-- <= 0)
			return ERROR_FAIL;
		let_a_second_pass();
	}
}

/* --- for programs that ask for an older interface ------------------------------------------ */

static int narrow(libxl_ctx *ctx, uint32_t domid, int rc, uint64_t wide, uint32_t *out)
{
	if (rc)
		return rc;
	if (wide > UINT32_MAX) {
		LIBXL__ERROR(ctx, domid, "a size in memory does not fit the caller's 32 bits");
		return ERROR_FAIL;
	}
	*out = (uint32_t)wide;
	return 0;
}

int libxl_get_memory_target_0x040700(libxl_ctx *ctx, uint32_t domid, uint32_t *out_target)
{
	uint64_t target = 0;
	int rc = libxl_get_memory_target(ctx, domid, &target);

	return narrow(ctx, domid, rc, target, out_target);
}

/* The configuration is only looked at. */
int libxl_domain_need_memory_0x041200(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
				      uint64_t *need_memkb)
{
	libxl_domain_config config = {.b_info = *b_info_in};

	return libxl_domain_need_memory(ctx, &config, INVALID_DOMID, need_memkb);
}

int libxl_domain_need_memory_0x040700(libxl_ctx *ctx, const libxl_domain_build_info *b_info_in,
				      uint32_t *need_memkb)
{
	uint64_t need = 0;
	int rc = libxl_domain_need_memory_0x041200(ctx, b_info_in, &need);

	return narrow(ctx, INVALID_DOMID, rc, need, need_memkb);
}

int libxl_get_free_memory_0x040700(libxl_ctx *ctx, uint32_t *memkb)
{
	uint64_t free_kib = 0;
	int rc = libxl_get_free_memory(ctx, &free_kib);

	return narrow(ctx, INVALID_DOMID, rc, free_kib, memkb);
}
