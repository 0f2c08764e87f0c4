/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Memory maps in the firmware's form (e820): the guest's and the machine's. */
#include "memory_op.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>
#include <hv/heap.h>
#include <hv/string.h>

#define E820_MAX 1024
#define E820_RAM 1

struct e820_entry {
	uint64_t addr, size;
	uint32_t type;
} __attribute__((packed));

struct e820_map {
	uint32_t nr;
	struct e820_entry entry[];
};

struct map_args {
	domid_t domid;
	uint32_t nr;
	uint64_t buffer;
};

/* @foreign: the structure begins with a domain id. */
static int get_args(const struct hypercall *hc, bool foreign, struct map_args *out)
{
	uint64_t at = hc->arg[1];
	struct xen_memory_map m;
	uint32_t m32[2];

	out->domid = DOMID_SELF;
	if (foreign) {
		if (copy_arg_in(&out->domid, at))
			return -XEN_EFAULT;
		at += hc->compat ? 4 : offsetof(struct xen_foreign_memory_map, map);
	}
	if (hc->compat) {
		if (copy_arg_in(&m32, at))
			return -XEN_EFAULT;
		out->nr = m32[0];
		out->buffer = m32[1];
		return 0;
	}
	if (copy_arg_in(&m, at))
		return -XEN_EFAULT;
	out->nr = m.nr_entries;
	out->buffer = (uintptr_t)m.buffer.p;
	return 0;
}

long memop_set_memory_map(struct hypercall *hc)
{
	struct e820_map *map, *old;
	struct map_args a;
	struct domain *d;
	int rc;

	if (get_args(hc, true, &a))
		return -XEN_EFAULT;
	if (a.nr > E820_MAX)
		return -XEN_EINVAL;
	rc = memop_target(hc->v->domain, a.domid, &d);
	if (rc)
		return rc;
	map = heap_alloc(sizeof(*map) + a.nr * sizeof(map->entry[0]));
	rc = -XEN_ENOMEM;
	if (!map)
		goto out;
	rc = -XEN_EFAULT;
	map->nr = a.nr;
	if (handle_copy_in(map->entry, a.buffer, 0, a.nr, sizeof(map->entry[0]))) {
		heap_free(map);
		goto out;
	}
	spin_lock(&d->lock);
	old = d->memory_map;
	d->memory_map = map;
	spin_unlock(&d->lock);
	heap_free(old);
	rc = 0;
out:
	domain_put(d);
	return rc;
}

int memory_map_add(struct domain *d, uint64_t addr, uint64_t size, uint32_t type)
{
	struct e820_map *old = d->memory_map, *map;
	uint32_t nr = old ? old->nr : 0;

	map = heap_alloc(sizeof(*map) + (nr + 1) * sizeof(map->entry[0]));
	if (!map)
		return -XEN_ENOMEM;
	if (nr)
		memcpy(map->entry, old->entry, nr * sizeof(map->entry[0]));
	map->entry[nr] = (struct e820_entry){addr, size, type};
	map->nr = nr + 1;
	d->memory_map = map;
	heap_free(old);
	return 0;
}

/* Both layouts begin with the number of entries. */
static long put_map(struct hypercall *hc, const struct map_args *a, const struct e820_map *map)
{
	uint32_t nr = MIN(a->nr, map->nr);

	if (handle_copy_out(a->buffer, 0, map->entry, nr, sizeof(map->entry[0])) ||
	    copy_arg_out(hc->arg[1], &nr))
		return -XEN_EFAULT;
	return 0;
}

long memop_memory_map(struct hypercall *hc)
{
	struct domain *d = hc->v->domain;
	struct map_args a;
	long rc = -XEN_ENOSYS;

	if (get_args(hc, false, &a))
		return -XEN_EFAULT;
	spin_lock(&d->lock);
	if (d->memory_map && d->memory_map->nr)
		rc = put_map(hc, &a, d->memory_map);
	spin_unlock(&d->lock);
	return rc;
}

/* RAM as the frame table knows it; what is not RAM is left out. */
static void find_ram(struct e820_map *map)
{
	for (uint64_t i = 0; i < frame_table_nr && map->nr < E820_MAX;) {
		uint64_t start = i;

		while (i < frame_table_nr && mfn_is_ram(mk_mfn(i)))
			i++;
		if (i > start)
			map->entry[map->nr++] = (struct e820_entry){
				start << PAGE_SHIFT, (i - start) << PAGE_SHIFT, E820_RAM};
		else
			i++;
	}
}

long memop_machine_memory_map(struct hypercall *hc)
{
	/* RAM never comes or goes, so it is looked up once, by whoever is first;
	 * a race only does the work twice. */
	static struct e820_map *machine;
	struct e820_map *map = __atomic_load_n(&machine, __ATOMIC_ACQUIRE), *expect = NULL;
	struct map_args a;

	if (!hc->v->domain->privileged)
		return -XEN_ENOSYS; /* as for any HVM guest of Xen */
	if (get_args(hc, false, &a))
		return -XEN_EFAULT;
	if (!map) {
		map = heap_alloc(sizeof(*map) + E820_MAX * sizeof(map->entry[0]));
		if (!map)
			return -XEN_ENOMEM;
		find_ram(map);
		if (!__atomic_compare_exchange_n(&machine, &expect, map, false, __ATOMIC_ACQ_REL,
						 __ATOMIC_ACQUIRE)) {
			heap_free(map);
			map = expect;
		}
	}
	return put_map(hc, &a, map);
}

/* No IOMMU, hence no reserved device memory: an empty list. */
long memop_reserved_device_map(struct hypercall *hc)
{
	uint32_t head[2]; /* flags, nr_entries: the same in both layouts */

	if (copy_arg_in(&head, hc->arg[1]))
		return -XEN_EFAULT;
	if (head[0] & ~(uint32_t)XENMEM_RDM_ALL)
		return -XEN_EINVAL;
	head[1] = 0;
	return copy_arg_out(hc->arg[1], &head) ? -XEN_EFAULT : 0;
}
