/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A client's mapped grants. */
#ifndef HOST_GRANTS_H
#define HOST_GRANTS_H

#include <stddef.h>
#include <stdint.h>

struct grant {
	uint64_t mfn;
	uint32_t handle;
	uint32_t notify_byte, notify_port; /* HOST_NO_NOTIFY_BYTE: none */
};

struct grants {
	struct grant *grant;
	size_t nr, size;
};

/* Make room for @n more, so that grants_add cannot fail. 0 or -ENOMEM. */
int grants_reserve(struct grants *g, size_t n);
void grants_add(struct grants *g, const struct grant *grant);
/* NULL if there is none. */
struct grant *grants_find(const struct grants *g, uint64_t handle);
/* @grant is one of @g's; the last takes its place. */
void grants_remove(struct grants *g, struct grant *grant);
void grants_fini(struct grants *g);

#endif
