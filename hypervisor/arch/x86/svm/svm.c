/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* Processor set-up, the world switch, and what is switched around it. */
#include "../insn.h"
#include "offsets.h"
#include "svm.h"
#include <hv/arch.h>
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/frame.h>
#include <hv/printk.h>
#include <hv/string.h>
#include <hv/unit.h>
#include <hv/vlapic.h>

#define MSR_VM_CR	0xc0010114
#define VM_CR_SVMDIS	(1u << 4)
#define MSR_VM_HSAVE_PA 0xc0010117
#define MSR_PRED_CMD	0x49
#define PRED_CMD_IBPB	1

#define REG_AT(name, field)                                                                        \
	_Static_assert(offsetof(struct guest_regs, field) == (name), "offsets.h: " #field)
REG_AT(REGS_RCX, rcx);
REG_AT(REGS_RDX, rdx);
REG_AT(REGS_RBX, rbx);
REG_AT(REGS_RBP, rbp);
REG_AT(REGS_RSI, rsi);
REG_AT(REGS_RDI, rdi);
REG_AT(REGS_R8, r8);
REG_AT(REGS_R9, r9);
REG_AT(REGS_R10, r10);
REG_AT(REGS_R11, r11);
REG_AT(REGS_R12, r12);
REG_AT(REGS_R13, r13);
REG_AT(REGS_R14, r14);
REG_AT(REGS_R15, r15);

struct svm_features svm_features;
struct svm_cpu svm_cpus[NR_CPUS];
uint64_t svm_iopm_pa, svm_msrpm_pa;

static uint64_t pa_of(const void *va)
{
	return mfn_to_maddr(virt_to_mfn(va)).v;
}

/* QEMU's own emulation of processors says so ("TCGTCGTCGTCG"). */
static bool is_tcg(void)
{
	struct cpuid_leaf_out l;

	arch_cpuid(1, 0, &l);
	if (!(l.c & (1u << 31)))
		return false;
	arch_cpuid(0x40000000, 0, &l);
	return l.b == 0x54474354 && l.c == 0x43544743 && l.d == 0x47435447;
}

static int detect(void)
{
	struct cpuid_leaf_out l;

	arch_cpuid(0x80000000, 0, &l);
	if (l.a < 0x8000000a)
		return -XEN_ENODEV;
	arch_cpuid(0x80000001, 0, &l);
	if (!(l.c & (1u << 2)))
		return -XEN_ENODEV;
	svm_features.rdtscp = l.d & (1u << 27);
	arch_cpuid(7, 0, &l);
	svm_features.fsgsbase = l.b & 1;
	arch_cpuid(0x80000008, 0, &l);
	svm_features.ibpb = l.b & (1u << 12);
	arch_cpuid(0x8000000a, 0, &l);
	if (!(l.d & 1)) {
		printk("SVM: this CPU has no nested paging\n");
		return -XEN_ENODEV;
	}
	svm_features.tcg = is_tcg();
	svm_features.revision = l.a & 0xff;
	svm_features.nr_asids = l.b;
	svm_features.next_rip = l.d & (1u << 3);
	svm_features.flush_by_asid = l.d & (1u << 6);
	if (svm_features.nr_asids < 2)
		return -XEN_ENODEV;
	return 0;
}

void hvm_print_features(void)
{
	printk("SVM: revision %u, %u ASIDs, nested paging%s%s%s\n", svm_features.revision,
	       svm_features.nr_asids, svm_features.next_rip ? ", next-RIP" : "",
	       svm_features.flush_by_asid ? ", flush by ASID" : "",
	       svm_features.ibpb ? ", branch barrier" : "");
}

/* MSR permission map: two bits per MSR (read, write), three ranges of 2 KiB. */
static void msrpm_allow(uint8_t *map, uint32_t msr, bool write)
{
	uint32_t bit;

	if (msr < 0x2000)
		bit = 2 * msr;
	else
		bit = 2 * (msr - 0xc0000000) + 0x800 * 8;
	map[bit / 8] &= (uint8_t) ~(1u << bit % 8);
	if (write)
		map[(bit + 1) / 8] &= (uint8_t) ~(1u << (bit + 1) % 8);
}

/*
 * What VMLOAD, VMSAVE or VMRUN switch can be left to the guest.  Writes of
 * addresses are checked by us, except of the segment bases on CPUs whose
 * kernels have no other way to switch threads: there hardware checks.
 */
static int make_permission_maps(void)
{
	static const uint32_t plain[] = {MSR_STAR, MSR_SFMASK, MSR_SYSENTER_CS};
	static const uint32_t address[] = {MSR_LSTAR, MSR_CSTAR, MSR_SYSENTER_ESP,
					   MSR_SYSENTER_EIP};
	static const uint32_t base[] = {MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE};
	uint8_t *iopm = pages_alloc(2), *msrpm = pages_alloc(1);

	if (!iopm || !msrpm)
		return -XEN_ENOMEM;
	memset(iopm, 0xff, 4 * PAGE_SIZE);
	memset(msrpm, 0xff, 2 * PAGE_SIZE);
	for (unsigned int i = 0; i < ARRAY_SIZE(plain); i++)
		msrpm_allow(msrpm, plain[i], true);
	for (unsigned int i = 0; i < ARRAY_SIZE(address); i++)
		msrpm_allow(msrpm, address[i], false);
	for (unsigned int i = 0; i < ARRAY_SIZE(base); i++)
		msrpm_allow(msrpm, base[i], !svm_features.fsgsbase);
	svm_iopm_pa = pa_of(iopm);
	svm_msrpm_pa = pa_of(msrpm);
	return 0;
}

/* Needs the CPU's final GDT, TSS and GS base: VMLOAD brings them back after
 * each exit as they are now. */
int hvm_cpu_init(unsigned int cpu)
{
	struct svm_cpu *sc = &svm_cpus[cpu];
	uint64_t vm_cr;
	void *host, *hsave;
	int rc = 0;

	if (sc->host_pa)
		return 0;
	if (!svm_iopm_pa) {
		rc = detect();
		if (!rc)
			rc = make_permission_maps();
		if (rc)
			return rc;
	}
	if (!rdmsr_safe(MSR_VM_CR, &vm_cr) && (vm_cr & VM_CR_SVMDIS)) {
		printk("SVM: switched off by the firmware on CPU %u\n", cpu);
		return -XEN_ENODEV;
	}
	host = pages_alloc(0);
	hsave = pages_alloc(0);
	if (!host || !hsave)
		return -XEN_ENOMEM;
	xstate_cpu_init();
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, pa_of(hsave));
	__asm__ volatile("vmsave %0" : : "a"(pa_of(host)) : "memory");
	svm_asid_cpu_init(cpu);
	sc->host_pa = pa_of(host);
	/* QEMU 7.2 keeps the type of before LTR, and ends the machine when a trap from
	 * ring 3 finds another one. */
	svm_features.idle_tasks = !(((struct vmcb *)host)->seg[VS_TR].attr & ATTR_TSS_BUSY);
	return 0;
}

/* Branch targets that one vCPU has trained must not steer another one. */
static void forget_branches(const struct vcpu *v)
{
	struct svm_cpu *sc = &svm_cpus[this_cpu()->id];
	uint32_t mine = 1u << 31 | (uint32_t)v->domain->id << 8 | v->id;

	if (svm_features.ibpb && sc->loaded != mine)
		wrmsr(MSR_PRED_CMD, PRED_CMD_IBPB);
	sc->loaded = mine;
}

void hvm_load(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	forget_branches(v);
	xstate_load(&av->xstate);
	if (svm_features.rdtscp)
		wrmsr(MSR_TSC_AUX, av->tsc_aux);
	av->vmcb->ncr3 = mfn_to_maddr(v->domain->p2m.root).v;
}

void hvm_save(struct vcpu *v)
{
	struct arch_vcpu *av = v->arch;

	xstate_save(&av->xstate);
}

static void registers_in(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;

	if (v->regs.rip != v->arch->exit_rip)
		vmcb->int_state &= ~INT_STATE_SHADOW;
	if (!hvm_long_mode_code(v))
		v->regs.rip &= 0xffffffff;
	if (svm_features.idle_tasks)
		vmcb->seg[VS_TR].attr &= (uint16_t)~ATTR_TSS_BUSY;
	vmcb->rip = v->regs.rip;
	vmcb->rsp = v->regs.rsp;
	vmcb->rax = v->regs.rax;
	vmcb->rflags = v->regs.rflags | 2;
	vmcb->vintr = (vmcb->vintr & ~VINTR_TPR_MASK) | vlapic_tpr(v) >> 4;
}

static void registers_out(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;
	uint8_t tpr = (uint8_t)((vmcb->vintr & 0xf) << 4);

	v->regs.rip = v->arch->exit_rip = vmcb->rip;
	v->regs.rsp = vmcb->rsp;
	v->regs.rax = vmcb->rax;
	v->regs.rflags = vmcb->rflags;
	/* CR8 has the upper half of the task priority only. */
	if ((vlapic_tpr(v) & 0xf0) != tpr)
		vlapic_set_tpr(v, tpr);
	vmcb->tlb_control = TLB_FLUSH_NONE;
}

/* True with in_guest set, or nothing changed.  GIF is clear. */
static bool announce_entry(struct vcpu *v, struct pcpu *cpu)
{
	/* Sequentially consistent against setters of work bits and flushers. */
	bool go = svm_asid_announce(v, cpu->id);

	if (go && !__atomic_load_n(&cpu->work, __ATOMIC_SEQ_CST) && !svm_inject_missed(v)) {
		svm_asid_assign(v, cpu->id);
		return true;
	}
	__atomic_store_n(&cpu->in_guest, false, __ATOMIC_SEQ_CST);
	return false;
}

void hvm_run(struct vcpu *v)
{
	struct pcpu *cpu = this_cpu();
	uint8_t vector;

	if (vlapic_take_sipi(v, &vector))
		hvm_set_sipi_entry(v, vector);
	registers_in(v);
	svm_inject(v);
	cpu_clgi();
	if (!announce_entry(v, cpu)) {
		cpu_stgi();
		svm_inject_undo(v);
		counter_inc(CNT_ENTRY_ABANDONED);
		return;
	}
	svm_debug_arm(v);
	svm_enter(&v->regs, v->arch->vmcb_pa, svm_cpus[cpu->id].host_pa);
	svm_debug_disarm(v);
	__atomic_store_n(&cpu->in_guest, false, __ATOMIC_SEQ_CST);
	cpu_stgi();
	v->exits++;
	registers_out(v);
	svm_collect_event(v);
	svm_handle_exit(v);
}

const struct unit hvm_unit = {
	.name = "hvm",
	.domain_create = hvm_domain_create,
	.domain_destroy = hvm_domain_destroy,
	.vcpu_create = hvm_vcpu_create,
	.vcpu_destroy = hvm_vcpu_destroy,
};
