/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* HYPERVISOR_memory_op (xen/memory.h): dispatch and the small queries. */
#include "memory_op.h"

#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/guest_access.h>

int memop_target(struct domain *caller, domid_t id, struct domain **out)
{
	struct domain *d = domain_get_for(caller, id);

	if (!d)
		return -XEN_ESRCH;
	if (d != caller && !caller->privileged) {
		domain_put(d);
		return -XEN_EPERM;
	}
	*out = d;
	return 0;
}

int memop_map_target(struct domain *caller, domid_t id, struct domain **out)
{
	struct domain *d = domain_get_for(caller, id);

	if (d && d->external) {
		domain_put(d);
		return -XEN_EACCES;
	}
	if (d)
		domain_put(d);
	return memop_target(caller, id, out);
}

int memop_get_word(const struct hypercall *hc, uint64_t array, uint64_t idx, uint64_t *out)
{
	uint32_t narrow;
	int rc;

	if (!hc->compat)
		return handle_copy_in(out, array, idx, 1, sizeof(*out));
	rc = handle_copy_in(&narrow, array, idx, 1, sizeof(narrow));
	*out = narrow;
	return rc;
}

int memop_put_word(const struct hypercall *hc, uint64_t array, uint64_t idx, uint64_t val)
{
	uint32_t narrow = val;

	if (!hc->compat)
		return handle_copy_out(array, idx, &val, 1, sizeof(val));
	return handle_copy_out(array, idx, &narrow, 1, sizeof(narrow));
}

static long domain_query(struct hypercall *hc, unsigned int op)
{
	struct domain *d;
	domid_t id;
	long rc;

	if (copy_arg_in(&id, hc->arg[1]))
		return -XEN_EFAULT;
	rc = memop_target(hc->v->domain, id, &d);
	if (rc)
		return rc;
	switch (op) {
	case XENMEM_current_reservation:
		rc = d->tot_pages;
		break;
	case XENMEM_maximum_reservation:
		rc = d->max_pages;
		break;
	default:
		rc = d->p2m.max_gfn;
	}
	domain_put(d);
	return rc;
}

/* There is no on-demand population, so a target changes nothing; the numbers
 * are those Xen gives for such a domain. */
static long pod_target(struct hypercall *hc, unsigned int op)
{
	struct xen_pod_target t;
	struct domain *d;
	long rc;

	if (hc->compat)
		return -XEN_ENOSYS;
	if (copy_arg_in(&t, hc->arg[1]))
		return -XEN_EFAULT;
	d = domain_get_for(hc->v->domain, t.domid);
	if (!d)
		return -XEN_ESRCH;
	if (d->external)
		rc = -XEN_EINVAL;
	else if (!hc->v->domain->privileged)
		rc = -XEN_EPERM;
	else
		rc = op == XENMEM_set_pod_target && t.target_pages > d->max_pages ? -XEN_EINVAL : 0;
	t.tot_pages = d->tot_pages;
	t.pod_cache_pages = t.pod_entries = 0;
	domain_put(d);
	if (!rc && copy_arg_out(hc->arg[1], &t))
		rc = -XEN_EFAULT;
	return rc;
}

/* Domains have one node.  As in Xen the arguments are looked at all the same. */
static long vnuma_info(struct hypercall *hc)
{
	struct xen_vnuma_topology_info t; /* the 32-bit form begins alike */
	size_t len = hc->compat ? 32 : sizeof(t);
	struct domain *d;
	long rc;

	if (handle_copy_in(&t, hc->arg[1], 0, 1, len))
		return -XEN_EFAULT;
	if (t.pad)
		return -XEN_EINVAL;
	rc = memop_target(hc->v->domain, t.domid, &d);
	if (rc)
		return rc;
	domain_put(d);
	return -XEN_EOPNOTSUPP;
}

/* Access rights of single pages belong to monitors, which cannot attach here. */
static long access_op(struct hypercall *hc)
{
	struct domain *self = hc->v->domain, *d;
	xen_mem_access_op_t op;
	long rc;

	if (copy_arg_in(&op, hc->arg[1]))
		return -XEN_EFAULT;
	d = domain_get_for(self, op.domid);
	if (!d)
		return -XEN_ESRCH;
	if (d == self)
		rc = -XEN_EPERM;
	else if (d->external)
		rc = -XEN_EINVAL;
	else
		rc = self->privileged ? -XEN_ENODEV : -XEN_EPERM;
	domain_put(d);
	return rc;
}

/* There is no machine-to-physical table for anybody to map. */
static long machphys_list(struct hypercall *hc)
{
	size_t at = hc->compat ? 8 : offsetof(struct xen_machphys_mfn_list, nr_extents);
	struct xen_machphys_mfn_list l;
	uint32_t none = 0;

	if (handle_copy_in(&l, hc->arg[1], 0, 1, hc->compat ? 12 : sizeof(l)) ||
	    handle_copy_out(hc->arg[1] + at, 0, &none, 1, sizeof(none)))
		return -XEN_EFAULT;
	return 0;
}

static long plain_op(struct hypercall *hc, unsigned int op)
{
	switch (op) {
	case XENMEM_maximum_ram_page:
		return frame_table_nr;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
		return domain_query(hc, op);
	case XENMEM_exchange:
		return memop_exchange(hc);
	case XENMEM_remove_from_physmap:
		return memop_remove_from_physmap(hc);
	case XENMEM_memory_map:
		return memop_memory_map(hc);
	case XENMEM_set_memory_map:
		return memop_set_memory_map(hc);
	case XENMEM_machine_memory_map:
		return memop_machine_memory_map(hc);
	case XENMEM_reserved_device_memory_map:
		return memop_reserved_device_map(hc);
	case XENMEM_set_pod_target:
	case XENMEM_get_pod_target:
		return pod_target(hc, op);
	case XENMEM_get_sharing_freed_pages:
	case XENMEM_get_sharing_shared_pages:
		return 0;
	case XENMEM_get_vnumainfo:
		return vnuma_info(hc);
	case XENMEM_machphys_mfn_list:
		return machphys_list(hc);
	case XENMEM_access_op:
		return access_op(hc);
	case XENMEM_machphys_compat_mfn_list:
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}

/* Ops that know no continuation refuse one that a guest made up; Xen takes the
 * whole word for the number of those that only x86 has. */
static long refuse_continuation(unsigned int op)
{
	switch (op) {
	case XENMEM_maximum_ram_page:
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
	case XENMEM_exchange:
	case XENMEM_remove_from_physmap:
	case XENMEM_reserved_device_memory_map:
	case XENMEM_get_vnumainfo:
		return -XEN_EINVAL;
	default:
		return -XEN_ENOSYS;
	}
}

long do_memory_op(struct hypercall *hc)
{
	unsigned int op = hc->arg[0] & MEMOP_CMD_MASK;
	uint64_t start = hc->arg[0] >> MEMOP_EXTENT_SHIFT;

	switch (op) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
	case XENMEM_claim_pages:
		return memop_reservation(hc, op, start);
	case XENMEM_add_to_physmap:
		return memop_add_to_physmap(hc, start);
	case XENMEM_add_to_physmap_batch:
		return memop_add_to_physmap_batch(hc, start);
	case XENMEM_acquire_resource:
		return memop_acquire_resource(hc, start);
	default:
		return start ? refuse_continuation(op) : plain_op(hc, op);
	}
}
