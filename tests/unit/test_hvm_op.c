/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <criterion/criterion.h>
#include <string.h>
#include <hv/p2m.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include "hvcall.h"

static struct domain *d, *other;
static struct vcpu *v, *zero;

static void boot(void)
{
	hv_boot(2, 64);
	d = hv_guest(1, 16);
	other = hv_guest(1, 16);
	v = d->vcpu[0];
	zero = dom0->vcpu[0];
}

TestSuite(hvm_op, .init = boot);

#define OP(who, cmd, arg) HV_OP(who, do_hvm_op, HVMOP_##cmd, arg)

static long set(struct vcpu *who, domid_t dom, uint32_t index, uint64_t value)
{
	xen_hvm_param_t p = {.domid = dom, .index = index, .value = value};

	return OP(who, set_param, &p);
}

static long get(struct vcpu *who, domid_t dom, uint32_t index, uint64_t *value)
{
	xen_hvm_param_t p = {.domid = dom, .index = index};
	long rc = OP(who, get_param, &p);

	*value = p.value;
	return rc;
}

Test(hvm_op, the_toolstack_sets_and_the_guest_reads)
{
	uint64_t x;

	cr_assert_eq(set(zero, d->id, HVM_PARAM_STORE_PFN, 0xfeffc), 0);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_STORE_EVTCHN, 1), 0);
	cr_assert_eq(get(v, DOMID_SELF, HVM_PARAM_STORE_PFN, &x), 0);
	cr_assert_eq(x, 0xfeffc);
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_STORE_PFN, 1), -XEN_EPERM);
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_STORE_EVTCHN, 9), 0);
	cr_assert_eq(get(zero, d->id, HVM_PARAM_STORE_EVTCHN, &x), 0);
	cr_assert_eq(x, 9);
	cr_assert_eq(get(v, DOMID_SELF, HVM_PARAM_IDENT_PT, &x), -XEN_EPERM);
	cr_assert_eq(get(zero, d->id, HVM_PARAM_IDENT_PT, &x), 0);
	cr_assert_eq(get(v, DOMID_SELF, HVM_PARAM_CONSOLE_PFN, &x), 0);
	cr_assert_eq(x, 0);
}

Test(hvm_op, wrong_parameters_get_xens_codes)
{
	uint64_t x;

	cr_assert_eq(set(v, other->id, HVM_PARAM_STORE_EVTCHN, 1), -XEN_EPERM);
	cr_assert_eq(get(v, other->id, HVM_PARAM_STORE_EVTCHN, &x), -XEN_EPERM);
	cr_assert_eq(set(zero, 4000, HVM_PARAM_STORE_PFN, 1), -XEN_ESRCH);
	cr_assert_eq(set(zero, DOMID_SELF, HVM_PARAM_STORE_PFN, 1), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_NR_PARAMS, 1), -XEN_EINVAL);
	cr_assert_eq(get(zero, d->id, UINT32_MAX, &x), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_TIMER_MODE, 4), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_TIMER_MODE, 1), 0);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_TRIPLE_FAULT_REASON, SHUTDOWN_MAX + 1),
		     -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_TRIPLE_FAULT_REASON, SHUTDOWN_crash), 0);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_VIRIDIAN, 1), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_ALTP2M, 1), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_ACPI_S_STATE, 3), -XEN_EINVAL);
	cr_assert_eq(set(zero, d->id, HVM_PARAM_DM_DOMAIN, 0), -XEN_EINVAL);
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_X87_FIP_WIDTH, 3), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_set_param, BAD, 0), -XEN_EFAULT);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_get_param, BAD, 0), -XEN_EFAULT);
}

Test(hvm_op, the_callback_is_a_vector_or_nothing)
{
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 0x02000000000000f3), 0);
	cr_assert_eq(d->callback_vector, 0xf3);
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 0x0100000000000000), 0);
	cr_assert_eq(d->callback_vector, 0);
	cr_assert_eq(set(v, DOMID_SELF, HVM_PARAM_CALLBACK_IRQ, 0), 0);
	cr_assert_eq(d->callback_vector, 0);
}

Test(hvm_op, upcall_vectors)
{
	xen_hvm_evtchn_upcall_vector_t u = {.vcpu = 0, .vector = 0x31};

	cr_assert_eq(OP(v, set_evtchn_upcall_vector, &u), 0);
	cr_assert_eq(v->upcall_vector, 0x31);
	u.vector = 0xf;
	cr_assert_eq(OP(v, set_evtchn_upcall_vector, &u), -XEN_EINVAL);
	u = (xen_hvm_evtchn_upcall_vector_t){.vcpu = 1, .vector = 0x31};
	cr_assert_eq(OP(v, set_evtchn_upcall_vector, &u), -XEN_ENOENT);
	u.vcpu = 0;
	cr_assert_eq(OP(zero, set_evtchn_upcall_vector, &u), -XEN_EINVAL);
}

Test(hvm_op, memory_types)
{
	struct xen_hvm_get_mem_type t = {.domid = DOMID_SELF, .pfn = 3};

	cr_assert_eq(OP(v, get_mem_type, &t), 0);
	cr_assert_eq(t.mem_type, HVMMEM_ram_rw);
	t.pfn = 0x9999;
	cr_assert_eq(OP(v, get_mem_type, &t), 0);
	cr_assert_eq(t.mem_type, HVMMEM_mmio_dm);
	t.pfn = UINT64_MAX;
	cr_assert_eq(OP(v, get_mem_type, &t), 0);
	t.domid = other->id;
	cr_assert_eq(OP(v, get_mem_type, &t), -XEN_EPERM);
	t.domid = 4000;
	cr_assert_eq(OP(v, get_mem_type, &t), -XEN_ESRCH);
}

Test(hvm_op, odds_and_ends)
{
	struct xen_hvm_get_time t = {0};
	struct xen_hvm_pagetable_dying p = {0};
	struct xen_hvm_xentrace x = {0};
	uint32_t flushes = host.flushes;

	host_advance(12345);
	cr_assert_eq(OP(v, get_time, &t), 0);
	cr_assert_eq(t.now, 12345);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_flush_tlbs, 0, 0), 0);
	cr_assert_eq(host.flushes, flushes + 1);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_flush_tlbs, BUF, 0), -XEN_EINVAL);
	p.domid = DOMID_SELF;
	cr_assert_eq(OP(v, pagetable_dying, &p), -XEN_EINVAL);
	p.domid = 0;
	cr_assert_eq(OP(v, pagetable_dying, &p), -XEN_EOPNOTSUPP);
	p.domid = 4000;
	cr_assert_eq(OP(v, pagetable_dying, &p), -XEN_ESRCH);
	cr_assert_eq(OP(v, xentrace, &x), 0);
	x.extra_bytes = sizeof(x.extra) + 1;
	cr_assert_eq(OP(v, xentrace, &x), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_guest_request_vm_event, 0, 0), 0);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_guest_request_vm_event, BUF, 0), -XEN_EINVAL);
	cr_assert_eq(hv_call(v, do_hvm_op, HVMOP_altp2m, BUF, 0), -XEN_EOPNOTSUPP);
	cr_assert_eq(hv_call(v, do_hvm_op, 99, BUF, 0), -XEN_ENOSYS);
}
