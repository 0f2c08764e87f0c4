/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include "guest/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#define FOUR_GIB (1ull << 32)

static const char *segment_fault(const struct image_segment *seg, uint64_t file_size,
				 uint64_t previous_end)
{
	if (!seg->mem_size || seg->mem_size > FOUR_GIB || seg->gpa > FOUR_GIB - seg->mem_size)
		return "a segment is not below 4 GiB";
	if (seg->gpa < previous_end)
		return "segments overlap or are out of order";
	if (seg->file_size > seg->mem_size)
		return "a segment has more bytes than memory";
	if (seg->offset < IMAGE_DATA || seg->offset > file_size ||
	    seg->file_size > file_size - seg->offset)
		return "a segment's bytes are not in the file";
	return NULL;
}

static const char *plan_fault(const struct image_plan *plan, uint64_t file_size, uint64_t *end)
{
	bool entry = false;

	if (plan->magic != IMAGE_PLAN_MAGIC || plan->version != IMAGE_PLAN_VERSION)
		return "no plan";
	if (!plan->nr_segments || plan->nr_segments > IMAGE_MAX_SEGMENTS)
		return "bad number of segments";
	*end = 0;
	for (uint32_t i = 0; i < plan->nr_segments; i++) {
		const struct image_segment *seg = &plan->segments[i];
		const char *fault = segment_fault(seg, file_size, *end);

		if (fault)
			return fault;
		if (plan->entry >= seg->gpa && plan->entry - seg->gpa < seg->file_size)
			entry = true;
		*end = seg->gpa + seg->mem_size;
	}
	return entry ? NULL : "the entry is outside of the kernel";
}

int plan_check(const struct image_plan *plan, uint64_t file_size, uint64_t *end, char *error,
	       size_t error_len)
{
	const char *fault = plan_fault(plan, file_size, end);

	if (!fault)
		return 0;
	snprintf(error, error_len, "the image loader gave a bad answer: %s", fault);
	return -EPROTO;
}
