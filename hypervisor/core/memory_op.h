/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Parts of HYPERVISOR_memory_op (private to core/). */
#ifndef CORE_MEMORY_OP_H
#define CORE_MEMORY_OP_H

#include <hv/hypercall.h>
#include <xen/memory.h>

/* The command word carries how many extents are done, as in Xen. */
#define MEMOP_EXTENT_SHIFT 6
#define MEMOP_CMD_MASK	   ((1u << MEMOP_EXTENT_SHIFT) - 1)

/* Go on at extent @done when the call is executed again. */
static inline long memop_continue(struct hypercall *hc, unsigned int op, uint64_t done)
{
	hc->arg[0] = op | done << MEMOP_EXTENT_SHIFT;
	return -XEN_ERESTART;
}

/* The domain that @caller may change by id: itself, or any if privileged.
 * 0 with a reference, -XEN_ESRCH, -XEN_EPERM. */
int memop_target(struct domain *caller, domid_t id, struct domain **out);

/* The same for a guest-physical map, which the external domain 0 has not: -XEN_EACCES. */
int memop_map_target(struct domain *caller, domid_t id, struct domain **out);

/* Array elements of type xen_pfn_t or xen_ulong_t, in the caller's width. */
int memop_get_word(const struct hypercall *hc, uint64_t array, uint64_t idx, uint64_t *out);
int memop_put_word(const struct hypercall *hc, uint64_t array, uint64_t idx, uint64_t val);

/* memory_extents.c: @start extents are done already. */
long memop_reservation(struct hypercall *hc, unsigned int op, uint64_t start);
long memop_exchange(struct hypercall *hc);
/* memory_physmap.c */
long memop_add_to_physmap(struct hypercall *hc, uint64_t start);
long memop_add_to_physmap_batch(struct hypercall *hc, uint64_t start);
long memop_remove_from_physmap(struct hypercall *hc);
/* memory_map.c */
long memop_memory_map(struct hypercall *hc);
long memop_set_memory_map(struct hypercall *hc);
long memop_machine_memory_map(struct hypercall *hc);
long memop_reserved_device_map(struct hypercall *hc);
/* Append to what XENMEM_memory_map tells @d, which has not run yet. -XEN_ENOMEM. */
int memory_map_add(struct domain *d, uint64_t addr, uint64_t size, uint32_t type);
/* memory_resource.c */
long memop_acquire_resource(struct hypercall *hc, uint64_t start);

#endif
