/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* A guest with 16 pages and a dom0, and memory_op calls by either of them. */
#ifndef TEST_MEMOP_H
#define TEST_MEMOP_H

#include <xen/memory.h>
#include "hvcall.h"

extern struct domain *d;
extern struct vcpu *v, *zero; /* the guest's and dom0's first vCPU */

/* For .init of a suite. */
void memop_boot(void);

long mop(struct vcpu *who, unsigned int cmd, void *arg, size_t len);
#define MOP(who, cmd, arg) mop(who, XENMEM_##cmd, arg, sizeof(*(arg)))
/* @n extents from @gfn on; the list is in BUF2. */
long extents(struct vcpu *who, unsigned int cmd, uint64_t gfn, unsigned int n, unsigned int order);
enum p2m_type type_at(uint64_t gfn);

#endif
