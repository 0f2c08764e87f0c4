/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
#include <hv/arch.h>
#include <hv/arch_x86.h>
#include <hv/domain.h>
#include <hv/guest_access.h>
#include <hv/hvm.h>
#include <hv/hypercall.h>
#include <hv/pcpu.h>

static hypercall_fn do_dm_op;

static hypercall_fn *const table[] = {
	[__HYPERVISOR_memory_op] = do_memory_op,
	[__HYPERVISOR_multicall] = do_multicall,
	[__HYPERVISOR_set_timer_op] = do_set_timer_op,
	[__HYPERVISOR_xen_version] = do_xen_version,
	[__HYPERVISOR_console_io] = do_console_io,
	[__HYPERVISOR_grant_table_op] = do_grant_table_op,
	[__HYPERVISOR_vm_assist] = do_vm_assist,
	[__HYPERVISOR_vcpu_op] = do_vcpu_op,
	[__HYPERVISOR_sched_op] = do_sched_op,
	[__HYPERVISOR_event_channel_op] = do_event_channel_op,
	[__HYPERVISOR_physdev_op] = do_physdev_op,
	[__HYPERVISOR_hvm_op] = do_hvm_op,
	[__HYPERVISOR_sysctl] = do_sysctl,
	[__HYPERVISOR_domctl] = do_domctl,
	[__HYPERVISOR_platform_op] = do_platform_op,
	[__HYPERVISOR_dm_op] = do_dm_op,
};

/* There are no device models; the arguments are looked at as in Xen. */
static long do_dm_op(struct hypercall *hc)
{
	uint64_t bufs[6];
	size_t size = hc->compat ? 8 : 16;
	struct domain *d;
	bool own;

	if ((unsigned int)hc->arg[1] > sizeof(bufs) / 16)
		return -XEN_E2BIG;
	if (handle_copy_in(bufs, hc->arg[2], 0, (unsigned int)hc->arg[1], size))
		return -XEN_EFAULT;
	d = domain_get_for(hc->v->domain, (domid_t)hc->arg[0]);
	if (!d)
		return -XEN_ESRCH;
	own = d == hc->v->domain;
	domain_put(d);
	if (own || !hc->v->domain->privileged)
		return -XEN_EPERM;
	return -XEN_EOPNOTSUPP;
}

/* Of what does not exist here: calls that Xen knows but refuses, measured. */
static int refused(uint32_t nr)
{
	switch (nr) {
	case __HYPERVISOR_mmuext_op:
	case __HYPERVISOR_hypfs_op:
		return -XEN_EPERM;
	case __HYPERVISOR_xenpmu_op:
	case __HYPERVISOR_arch_1: /* paging_domctl_cont */
		return -XEN_EOPNOTSUPP;
	default:
		return -XEN_ENOSYS;
	}
}

long hypercall_do(struct hypercall *hc)
{
	if (hc->nr >= ARRAY_SIZE(table) || !table[hc->nr])
		return refused(hc->nr);
	return table[hc->nr](hc);
}

bool hypercall_preempt_check(void)
{
	/* Handlers run with interrupts disabled; those that wait only set work bits
	 * and take no lock, so they may come in here whatever the caller holds. */
	arch_irq_window();
	return READ_ONCE(this_cpu()->work) != 0;
}

/* Register numbers of the arguments: 64-bit and 32-bit calling conventions. */
static const uint8_t regs64[5] = {REG_RDI, REG_RSI, REG_RDX, 10, 8};
static const uint8_t regs32[5] = {REG_RBX, REG_RCX, REG_RDX, REG_RSI, REG_RDI};

void hypercall_exit(struct vcpu *v, unsigned int insn_len)
{
	bool compat = !hvm_long_mode_code(v);
	const uint8_t *argreg = compat ? regs32 : regs64;
	struct hypercall hc = {.nr = v->regs.rax, .compat = compat, .v = v};
	long rc;

	for (unsigned int i = 0; i < 5; i++)
		hc.arg[i] = compat ? (uint32_t)v->regs.gpr[argreg[i]] : v->regs.gpr[argreg[i]];
	rc = hypercall_do(&hc);
	if (rc == -XEN_ERESTART) {
		/* The guest executes the instruction again with what is left to do. */
		for (unsigned int i = 0; i < 5; i++)
			v->regs.gpr[argreg[i]] = hc.arg[i];
		return;
	}
	v->regs.rax = compat ? (uint32_t)rc : (uint64_t)rc;
	hvm_skip(v, insn_len);
}
