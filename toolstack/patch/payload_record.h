/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Records of .livepatch.funcs as they lie in the file (xen/sysctl.h, struct
 * livepatch_func, which Xen's header keeps from tools). */
#ifndef PATCH_PAYLOAD_RECORD_H
#define PATCH_PAYLOAD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "patch/elf_object.h"
#include "patch/payload.h"

struct payload_record {
	uint64_t name, new_addr, old_addr;
	uint32_t new_size, old_size;
	uint8_t version, pad[39];
	uint8_t expect_flags; /* bit 0 enabled, 1..5 length, 6..7 reserved */
	uint8_t expect[31];
};
_Static_assert(sizeof(struct payload_record) == 104, "struct livepatch_func");

/* One line of printable ASCII: it goes into tables, logs and names. */
bool payload_is_plain(const char *s, size_t len);
/* Fill in p->functions from .livepatch.funcs, if there is one.  0 or -1. */
int payload_read_functions(const struct elf_object *o, struct payload *p, struct patch_error *err);

#endif
