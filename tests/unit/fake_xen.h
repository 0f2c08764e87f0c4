/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/*
 * The two libraries that ctrl stands on, answered in the test's own process: one
 * domain's memory as a sparse file, parameters, grants, context, and a log of
 * what was asked.
 */
#ifndef TEST_FAKE_XEN_H
#define TEST_FAKE_XEN_H

#include <stdbool.h>
#include <stdint.h>

#include "ctrl/ctrl.h"
#include "ctrl/memory.h"

#include <xen/grant_table.h>

#define FAKE_DOMID 7

struct fake_xen {
	/* knobs */
	uint64_t free_pages;  /* populate stops here */
	bool no_superpages;   /* populate of order 9 fails */
	unsigned int fail_at; /* the n-th hypercall from now fails (1 = next), 0 none */
	int fail_errno;
	int (*domctl)(struct xen_domctl *op); /* before the default; 1 = not handled */
	int (*sysctl)(struct xen_sysctl *op);
	/* what happened */
	unsigned int calls, buffers, mappings; /* the last two: still held */
	uint64_t populated, superpages;
	uint64_t max_kib, paging_bytes;
	uint32_t max_vcpus;
	uint64_t params[64];
	struct e820entry_abi e820[16];
	unsigned int nr_e820;
	uint32_t ports;
	struct grant_entry_v1 grants[512];
	uint8_t context[4096];
	uint32_t context_size;
	unsigned int pages_mapped_unpopulated;
};
extern struct fake_xen fake;

void fake_reset(void);
/* Read guest memory; holes read as 0xaa. */
void fake_read(uint64_t gpa, void *to, size_t len);
bool fake_populated(uint64_t gfn);

#endif
