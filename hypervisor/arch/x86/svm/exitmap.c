/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SPDX-FileCopyrightText: 2026 The Nacre authors */
/* From SVM exit codes to the vendor-neutral handlers of core/exit.c. */
#include "svm.h"
#include <hv/counters.h>
#include <hv/domain.h>
#include <hv/exit.h>
#include <hv/hypercall.h>
#include <hv/printk.h>
#include <hv/task_switch.h>
#include <hv/vlapic.h>

typedef void exit_fn(struct vcpu *v, struct vmcb *vmcb);

/* Interrupts, NMI, SMI, INIT: the host takes them once GIF and IF allow. */
static void on_host_event(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(vmcb->exit_code == VMEXIT_NMI ? CNT_EXIT_NMI : CNT_EXIT_INTR);
}

/* svm_inject() finds the interrupt now deliverable at the next entry. */
static void on_window(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_WINDOW);
}

static void on_cpuid(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len = svm_insn_len(v, INSN_CPUID);

	if (len)
		exit_cpuid(v, len);
}

static void on_hlt(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len = svm_insn_len(v, INSN_HLT);

	if (len)
		exit_hlt(v, len);
}

static void on_msr(struct vcpu *v, struct vmcb *vmcb)
{
	bool write = vmcb->exit_info1 & 1;
	unsigned int len = svm_insn_len(v, write ? INSN_WRMSR : INSN_RDMSR);

	if (!len)
		return;
	if (write)
		exit_wrmsr(v, len);
	else
		exit_rdmsr(v, len);
}

static void on_vmmcall(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len = svm_insn_len(v, INSN_VMMCALL);

	if (len)
		exit_hypercall(v, len);
}

static void on_xsetbv(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len = svm_insn_len(v, INSN_XSETBV);

	if (len)
		exit_xsetbv(v, len);
}

/* Guests have no device that reads memory behind the caches. */
static void on_cache(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len =
		svm_insn_len(v, vmcb->exit_code == VMEXIT_INVD ? INSN_INVD : INSN_WBINVD);

	counter_inc(CNT_EXIT_CACHE);
	if (len)
		hvm_skip(v, len);
}

/* EXITINFO2 is the next RIP on every CPU. */
static void on_io(struct vcpu *v, struct vmcb *vmcb)
{
	uint32_t info = (uint32_t)vmcb->exit_info1;
	uint64_t len = vmcb->exit_info2 - v->regs.rip;

	if (info & IOIO_STRING) {
		emulate_string_io(v, IOIO_PORT(info), IOIO_SIZE(info), info & IOIO_IN);
		return;
	}
	if (len < 1 || len > 15) {
		domain_crash(v->domain, "I/O exit with impossible next RIP 0x%lx",
			     (unsigned long)vmcb->exit_info2);
		return;
	}
	exit_io(v, IOIO_PORT(info), IOIO_SIZE(info), info & IOIO_IN, (unsigned int)len);
	svm_debug_port(v, IOIO_PORT(info), IOIO_SIZE(info));
}

/* What touched the hole was not the instruction at RIP but the walk of the
 * guest's own tables, or the delivery of an event: nothing to emulate. */
static bool not_an_instruction(const struct vmcb *vmcb)
{
	return (vmcb->exit_info1 & NPF_TABLE_WALK) || (vmcb->exit_int_info & EVENT_VALID);
}

static void on_nested_fault(struct vcpu *v, struct vmcb *vmcb)
{
	gpa_t gpa = {vmcb->exit_info2};
	enum p2m_type type;

	p2m_get(v->domain, gpa_to_gfn(gpa), &type, NULL);
	if ((type == P2M_NONE || type == P2M_APIC) && not_an_instruction(vmcb)) {
		counter_inc(CNT_EXIT_NESTED_FAULT);
		domain_crash(v->domain, "guest has its %s at unmapped address 0x%lx",
			     vmcb->exit_info1 & NPF_TABLE_WALK ? "page tables" : "stack or IDT",
			     (unsigned long)gpa.v);
		return;
	}
	exit_nested_fault(v, gpa, (uint32_t)vmcb->exit_info1 & 0x1f);
}

static void on_cr4_write(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int gpr, len = svm_mov_special(v, OP_MOV_TO_CR, 4, &gpr);
	uint64_t val;

	counter_inc(CNT_EXIT_CR);
	if (!len)
		return;
	val = v->regs.gpr[gpr];
	if (!hvm_long_mode_code(v))
		val &= 0xffffffff;
	if (hvm_set_cr4(v, val))
		hvm_inject_exception(v, VEC_GP, 0);
	else
		hvm_skip(v, len);
}

static void on_cr0_write(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int gpr, len = svm_mov_special(v, OP_MOV_TO_CR, 0, &gpr);
	uint64_t val;

	counter_inc(CNT_EXIT_CR);
	if (len)
		val = hvm_long_mode_code(v) ? v->regs.gpr[gpr] : (uint32_t)v->regs.gpr[gpr];
	else
		len = emulate_lmsw(v, &val);
	if (!len)
		return;
	if (svm_set_cr0(v, val))
		hvm_inject_exception(v, VEC_GP, 0);
	else
		hvm_skip(v, len);
}

/* Intercepted while an interrupt waits for it; see open_window(). */
static void on_cr8_write(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int gpr, len = svm_mov_special(v, OP_MOV_TO_CR, 8, &gpr);
	uint64_t val;

	counter_inc(CNT_EXIT_CR);
	if (!len)
		return;
	val = v->regs.gpr[gpr];
	if (val > 15) {
		hvm_inject_exception(v, VEC_GP, 0);
		return;
	}
	vlapic_set_tpr(v, (uint8_t)(val << 4));
	hvm_skip(v, len);
}

/* #DB or #AC: DR6 and DR7 are already as the guest's handler expects them. */
static void on_exception(struct vcpu *v, struct vmcb *vmcb)
{
	uint8_t vector = (uint8_t)(vmcb->exit_code - VMEXIT_EXCEPTION(0));

	counter_inc(CNT_EXIT_EXCEPTION);
	hvm_inject_exception(v, vector, vector == VEC_DB ? HVM_NO_ERROR_CODE : 0);
}

/* No guest can cause one; memory or cache contents are no longer trustworthy. */
static void on_machine_check(struct vcpu *v, struct vmcb *vmcb)
{
	panic("machine check while domain %u vCPU %u ran", v->domain->id, v->id);
}

static void on_dr(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int n = (unsigned int)vmcb->exit_code & 15;

	svm_debug_access(v, n, vmcb->exit_code >= VMEXIT_DR_WRITE(0));
}

static void on_iret(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_IRET);
	vmcb->intercept1 &= ~I1_IRET;
	v->arch->iret_pending = true;
	v->arch->iret_rip = v->regs.rip;
}

/* Instructions of features that CPUID hides. */
static void on_hidden(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_UNDEFINED);
	hvm_inject_exception(v, VEC_UD, HVM_NO_ERROR_CODE);
}

static void on_rdpmc(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_UNDEFINED);
	hvm_inject_exception(v, VEC_GP, 0);
}

static void on_shutdown(struct vcpu *v, struct vmcb *vmcb)
{
	exit_triple_fault(v);
}

/* INT n, INT3 or INTO at RIP? */
static bool at_software_interrupt(struct vcpu *v)
{
	uint8_t byte;

	return guest_fetch(v, hvm_linear_rip(v), &byte, 1) == 1 && byte >= 0xcc && byte <= 0xce;
}

/* Bochs 2.7 says that there is an event, but not which. */
static bool by_hardware(struct vcpu *v, uint64_t event)
{
	if (!(event & EVENT_VALID) || svm_software_event(event))
		return false;
	return event != EVENT_VALID || !at_software_interrupt(v);
}

/* RIP is that of the instruction, if one asked; EXITINTINFO tells (APM vol. 2, 15.14.1). */
static void on_task_switch(struct vcpu *v, struct vmcb *vmcb)
{
	uint64_t info = vmcb->exit_info2, event = vmcb->exit_int_info;
	struct task_switch ts = {
		.sel = (uint16_t)vmcb->exit_info1,
		.cause = info & TASK_BY_IRET  ? TASK_IRET
			 : info & TASK_BY_JMP ? TASK_JMP
					      : TASK_CALL,
		.error_code = info & TASK_HAS_ERROR ? (int32_t)info : HVM_NO_ERROR_CODE,
		.ext = by_hardware(v, event),
		.resume = info & TASK_RF,
	};

	task_switch(v, &ts);
}

/* A trap, whose RIP a task gate could not tell apart from a fault's: hence the
 * intercept.  DR6 stays (APM vol. 3, INT1). */
static void on_icebp(struct vcpu *v, struct vmcb *vmcb)
{
	unsigned int len = svm_insn_len(v, INSN_ICEBP);

	counter_inc(CNT_EXIT_EXCEPTION);
	if (!len)
		return;
	v->regs.rip += len;
	hvm_raise_debug(v, 0);
}

static void on_ltr(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_LTR);
	exit_ltr(v);
}

static void on_invalid(struct vcpu *v, struct vmcb *vmcb)
{
	counter_inc(CNT_EXIT_UNEXPECTED);
	svm_asid_distrust(this_cpu()->id);
	domain_crash(v->domain, "VMRUN refused the vCPU's state");
}

static exit_fn *const low_codes[VMEXIT_TLBSYNC + 1] = {
	[VMEXIT_CR_WRITE(4)] = on_cr4_write,
	[VMEXIT_CR_WRITE(8)] = on_cr8_write,
	[VMEXIT_DR_READ(0)... VMEXIT_DR_READ(7)] = on_dr,
	[VMEXIT_DR_WRITE(0)... VMEXIT_DR_WRITE(7)] = on_dr,
	[VMEXIT_EXCEPTION(VEC_DB)] = on_exception,
	[VMEXIT_EXCEPTION(VEC_AC)] = on_exception,
	[VMEXIT_EXCEPTION(VEC_MC)] = on_machine_check,
	[VMEXIT_INTR] = on_host_event,
	[VMEXIT_NMI] = on_host_event,
	[VMEXIT_SMI] = on_host_event,
	[VMEXIT_INIT] = on_host_event,
	[VMEXIT_VINTR] = on_window,
	[VMEXIT_CR0_SELECTED] = on_cr0_write,
	[VMEXIT_LTR] = on_ltr,
	[VMEXIT_RDPMC] = on_rdpmc,
	[VMEXIT_CPUID] = on_cpuid,
	[VMEXIT_IRET] = on_iret,
	[VMEXIT_INVD] = on_cache,
	[VMEXIT_HLT] = on_hlt,
	[VMEXIT_INVLPGA] = on_hidden,
	[VMEXIT_IOIO] = on_io,
	[VMEXIT_MSR] = on_msr,
	[VMEXIT_TASK_SWITCH] = on_task_switch,
	[VMEXIT_FERR] = on_host_event,
	[VMEXIT_SHUTDOWN] = on_shutdown,
	[VMEXIT_VMRUN] = on_hidden,
	[VMEXIT_VMMCALL] = on_vmmcall,
	[VMEXIT_VMLOAD] = on_hidden,
	[VMEXIT_VMSAVE] = on_hidden,
	[VMEXIT_STGI] = on_hidden,
	[VMEXIT_CLGI] = on_hidden,
	[VMEXIT_SKINIT] = on_hidden,
	[VMEXIT_ICEBP] = on_icebp,
	[VMEXIT_WBINVD] = on_cache,
	[VMEXIT_MONITOR] = on_hidden,
	[VMEXIT_MWAIT] = on_hidden,
	[VMEXIT_MWAIT_ARMED] = on_hidden,
	[VMEXIT_XSETBV] = on_xsetbv,
	[VMEXIT_RDPRU] = on_hidden,
	[VMEXIT_INVLPGB] = on_hidden,
	[VMEXIT_INVLPGB_X] = on_hidden,
	[VMEXIT_MCOMMIT] = on_hidden,
	[VMEXIT_TLBSYNC] = on_hidden,
};

void svm_handle_exit(struct vcpu *v)
{
	struct vmcb *vmcb = v->arch->vmcb;
	uint64_t code = vmcb->exit_code;

	if (code < ARRAY_SIZE(low_codes) && low_codes[code]) {
		low_codes[code](v, vmcb);
	} else if (code == VMEXIT_NPF) {
		on_nested_fault(v, vmcb);
	} else if ((uint32_t)code == VMEXIT_INVALID) {
		on_invalid(v, vmcb);
	} else {
		counter_inc(CNT_EXIT_UNEXPECTED);
		domain_crash(v->domain, "unexpected exit 0x%lx (0x%lx, 0x%lx)", (unsigned long)code,
			     (unsigned long)vmcb->exit_info1, (unsigned long)vmcb->exit_info2);
	}
}
